// caught by: the list shows it at once
//! Lists that were asked for and still hold. One number says how often anything was changed; a list knows which number it was made at.

use crate::input::Part;
use serde_json::Value;
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
    kept: Mutex<HashMap<Part, (u64, Value)>>,
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

    pub fn find(&self, part: &Part) -> Option<Value> {
        let kept = self.kept.lock().expect("no panic");
        let (made_at, list) = kept.get(part)?;
        let still_holds = *made_at == self.now() || part.tag.is_some();
        still_holds.then(|| list.clone())
    }

    pub fn keep(&self, part: Part, made_at: u64, list: Value) {
        let mut kept = self.kept.lock().expect("no panic");
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(part, (made_at, list));
    }
}
