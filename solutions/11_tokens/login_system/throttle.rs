//! Who has guessed too often. Nothing of it outlives the program: a new start forgives.

use crate::input::Email;
use std::{collections::HashMap, net::IpAddr, sync::Mutex};

const WINDOW: i64 = 15 * 60;

/// Whose wrong passwords are counted together.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Counted {
    Email(Email),
    Address(IpAddr),
    /// The hash of its secret.
    Device(String),
}

impl Counted {
    fn limit(&self) -> usize {
        match self {
            Self::Email(_) | Self::Device(_) => 5,
            Self::Address(_) => 20,
        }
    }
}

/// When tries were let in.
#[derive(Default)]
pub struct Throttle(Mutex<HashMap<Counted, Vec<i64>>>);

impl Throttle {
    /// Lets a try in and counts it at once, so that nobody slips in while it is looked at; or says after how many seconds it may come again.
    pub fn admit(&self, counted: &[Counted], now: i64) -> Result<(), i64> {
        let mut tries = self.0.lock().expect("no panic");
        if tries.len() > 10_000 {
            tries.retain(|_, when| when.iter().any(|when| when + WINDOW > now));
        }
        let mut wait = 0;
        for one in counted {
            let Some(when) = tries.get_mut(one) else {
                continue;
            };
            when.retain(|when| when + WINDOW > now);
            if when.len() >= one.limit() {
                wait = wait.max(when[0] + WINDOW - now);
            }
        }
        if wait > 0 {
            return Err(wait);
        }
        for one in counted {
            tries.entry(one.clone()).or_default().push(now);
        }
        Ok(())
    }

    /// The password of a try that came in at `then` was right: it does not count, and what was wrong is forgotten.
    pub fn welcome(&self, email: &Email, counted: &[Counted], then: i64) {
        let mut tries = self.0.lock().expect("no panic");
        tries.remove(&Counted::Email(email.clone()));
        for one in counted {
            match (one, tries.get_mut(one)) {
                // The others who share the address have not become better by that.
                (Counted::Address(_), Some(when)) => {
                    if let Some(position) = when.iter().position(|&when| when == then) {
                        when.remove(position);
                    }
                }
                _ => {
                    tries.remove(one);
                }
            }
        }
    }
}
