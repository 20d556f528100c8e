//! A payment provider with a ledger: it charges once for each Idempotency-Key, and its answers get lost in the ways in which answers
//! do. Its webhooks are sent by whoever drives it; here is their signature.

mod ledger;
mod signature;

use super::{
    accept::Accepting,
    answer::{Answer, Ending, Wait},
    http_request::Request,
    http_server::answer_each,
    journal::Journal,
};
use crate::error::Result;
pub use ledger::Charge;
use ledger::{Entry, Ledger};
use serde_json::{Value, json};
pub use signature::webhook_signature;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// A running payment provider. Dropping it ends it.
#[derive(Debug)]
pub struct PaymentProvider {
    accepting: Accepting,
    shared: Arc<Shared>,
}

/// How the provider deals with one request that moves money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dealing {
    /// As it should.
    Well,
    /// It does what was asked, and answers this much later.
    Late(Duration),
    /// It does what was asked, and never answers; the connection stays open.
    DoneAndSilent,
    /// It does what was asked, and the connection is reset instead of an answer.
    DoneAndReset,
    /// It does nothing, and says 503.
    Unavailable,
    /// It does nothing, and says 402.
    Declined,
}

/// A request to move money that reached the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its Idempotency-Key, if it had one.
    pub key: Option<String>,
    /// Why it was refused, if it was.
    pub fault: Option<String>,
}

#[derive(Debug)]
struct Shared {
    /// What a client has to show as its bearer token.
    key: String,
    ledger: Mutex<Ledger>,
    dealings: Mutex<VecDeque<Dealing>>,
    journal: Journal<Attempt>,
}

impl PaymentProvider {
    /// Starts a provider whose only client shows this key.
    ///
    /// # Errors
    /// If no port is free.
    pub fn start(key: impl Into<String>) -> Result<Self> {
        let shared = Arc::new(Shared {
            key: key.into(),
            ledger: Mutex::default(),
            dealings: Mutex::default(),
            journal: Journal::new(),
        });
        let serving = Arc::clone(&shared);
        let accepting = Accepting::start(move |line| {
            let answer = |request: &Request| serving.answer(request);
            let broken = |why: String| serving.note(None, Some(why));
            answer_each(line, answer, broken);
        })?;
        Ok(Self { accepting, shared })
    }

    /// Its address as a client wants it, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.accepting.address())
    }

    /// The key that its client shows.
    pub fn key(&self) -> &str {
        &self.shared.key
    }

    /// How it deals with the next requests that move money, one after the other; with those after them it deals well.
    pub fn deal(&self, dealings: &[Dealing]) {
        *lock(&self.shared.dealings) = dealings.iter().copied().collect();
    }

    /// Every charge so far, in order.
    pub fn charges(&self) -> Vec<Charge> {
        lock(&self.shared.ledger).charges.clone()
    }

    /// Every request to move money so far, in order.
    pub fn attempts(&self) -> Vec<Attempt> {
        self.shared.journal.all()
    }

    /// Waits until there have been so many of them; false if that takes longer than `time`.
    pub fn wait_for(&self, attempts: usize, time: Duration) -> bool {
        self.shared
            .journal
            .wait_for(time, |came| came.len() >= attempts)
    }
}

impl Shared {
    fn note(&self, key: Option<String>, fault: Option<String>) {
        self.journal.add(|_, _| Attempt { key, fault });
    }

    fn answer(&self, request: &Request) -> Answer {
        let (path, query) = request
            .target
            .split_once('?')
            .unwrap_or((&request.target, ""));
        let header = |name: &str| {
            let mut headers = request.headers.iter();
            let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.as_str())
        };
        let shown = header("Authorization").and_then(|value| value.strip_prefix("Bearer "));
        let moves = request.method == "POST" && matches!(path, "/charges" | "/refunds");
        let key = header("Idempotency-Key");
        if shown != Some(self.key.as_str()) {
            let why = "Authorization: Bearer with the key of the shop is missing or wrong";
            if moves {
                self.note(key.map(str::to_owned), Some(why.to_owned()));
            }
            return told((401, json!({ "error": why })));
        }
        match (request.method.as_str(), path) {
            ("POST", "/charges" | "/refunds") => self.move_money(request, path, key),
            ("GET", "/charges") => {
                let wanted =
                    form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "reference");
                let ledger = lock(&self.ledger);
                let fits = |charge: &&Charge| {
                    wanted
                        .as_ref()
                        .is_none_or(|(_, reference)| charge.reference == *reference)
                };
                let charges: Vec<Value> = ledger
                    .charges
                    .iter()
                    .filter(fits)
                    .map(Charge::json)
                    .collect();
                told((200, json!({ "charges": charges })))
            }
            ("GET", path) => {
                let ledger = lock(&self.ledger);
                let id = path.strip_prefix("/charges/");
                let charge = ledger
                    .charges
                    .iter()
                    .find(|charge| Some(charge.id.as_str()) == id);
                told(charge.map_or_else(
                    || (404, json!({ "error": "there is nothing here" })),
                    |charge| (200, charge.json()),
                ))
            }
            _ => told((404, json!({ "error": "there is nothing here" }))),
        }
    }

    fn move_money(&self, request: &Request, path: &str, key: Option<&str>) -> Answer {
        let dealing = lock(&self.dealings).pop_front().unwrap_or(Dealing::Well);
        let entry = match dealing {
            Dealing::Unavailable => (503, json!({ "error": "try again later" })),
            Dealing::Declined => (402, json!({ "error": "the card was declined" })),
            _ => {
                let text = String::from_utf8_lossy(&request.body);
                let asked = format!("{path} {text}");
                let body: Value = serde_json::from_str(&text).unwrap_or_default();
                let mut ledger = lock(&self.ledger);
                ledger.once(key, &asked, |ledger| match path {
                    "/charges" => ledger.charge(&body),
                    _ => ledger.refund(&body),
                })
            }
        };
        let is_meant = matches!(dealing, Dealing::Unavailable | Dealing::Declined);
        let fault = (entry.0 >= 400 && !is_meant)
            .then(|| entry.1["error"].as_str().unwrap_or_default().to_owned());
        // Only now, so that whoever has waited for it finds the ledger written.
        self.note(key.map(str::to_owned), fault);
        let answer = told(entry);
        match dealing {
            Dealing::Late(time) => answer.after(Wait::Delay(time)),
            Dealing::DoneAndSilent => answer.ending(Ending::StallAfter(0)),
            Dealing::DoneAndReset => answer.ending(Ending::ResetAfter(0)),
            Dealing::Unavailable => answer.header("Retry-After", "1"),
            Dealing::Well | Dealing::Declined => answer,
        }
    }
}

fn told((status, body): Entry) -> Answer {
    Answer::json(body.to_string()).with_status(status)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
