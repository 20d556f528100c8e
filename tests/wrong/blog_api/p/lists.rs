// caught by: a kept list needs no database
//! Lists that were asked for and still hold. One number says how often anything was changed; a list knows which number it was made at.

use crate::input::Part;
use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
};

/// So many lists are kept at most.
const MOST: usize = 1000;

#[derive(Default)]
pub struct Lists {
    changes: AtomicU64,
    asked: Mutex<HashMap<Part, u64>>,
}

impl Lists {
    /// Call this before a list is made: what changes meanwhile makes it old.
    pub fn now(&self) -> u64 {
        self.changes.load(SeqCst)
    }

    /// Call this after a change is in the database, and before it is answered.
    pub fn changed(&self) {
        self.changes.fetch_add(1, SeqCst);
    }

    /// Whether this was asked before, and nothing has changed since.
    pub fn knows(&self, part: &Part) -> bool {
        let asked = self.asked.lock().expect("no panic");
        asked.get(part) == Some(&self.now())
    }

    pub fn keep(&self, part: Part, made_at: u64) {
        let mut asked = self.asked.lock().expect("no panic");
        if asked.len() >= MOST {
            asked.clear();
        }
        asked.insert(part, made_at);
    }
}
