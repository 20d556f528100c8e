//! The keys and values of the stand-in, with the moments at which they end. It knows no commands.

use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};

/// So many databases a client can select.
pub(super) const DATABASES: usize = 16;

/// All databases.
#[derive(Debug)]
pub(super) struct Store(Vec<Database>);

/// One database.
#[derive(Debug, Default)]
pub(super) struct Database(HashMap<Vec<u8>, Entry>);

#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) value: Value,
    pub(super) ends: Option<Instant>,
}

/// A value, by its kind. Fields and members keep the order in which they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(Vec<u8>),
    Hash(Vec<(Vec<u8>, Vec<u8>)>),
    List(VecDeque<Vec<u8>>),
    Set(Vec<Vec<u8>>),
}

impl Default for Store {
    fn default() -> Self {
        Self((0..DATABASES).map(|_| Database::default()).collect())
    }
}

impl Store {
    pub(super) fn database(&mut self, number: usize) -> &mut Database {
        &mut self.0[number]
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

impl Database {
    /// The entry, if it has not ended.
    pub(super) fn get(&mut self, key: &[u8], now: Instant) -> Option<&mut Entry> {
        if self.0.get(key)?.ends.is_some_and(|ends| ends <= now) {
            self.0.remove(key);
            return None;
        }
        self.0.get_mut(key)
    }

    /// Sets a value that does not end.
    pub(super) fn set(&mut self, key: &[u8], value: Value) {
        self.0.insert(key.to_vec(), Entry { value, ends: None });
    }

    /// Takes a key out; true if it was there.
    pub(super) fn remove(&mut self, key: &[u8], now: Instant) -> bool {
        self.get(key, now).is_some() && self.0.remove(key).is_some()
    }

    /// How many keys there are.
    pub(super) fn len(&mut self, now: Instant) -> usize {
        self.0
            .retain(|_, entry| entry.ends.is_none_or(|ends| ends > now));
        self.0.len()
    }

    /// The names of all keys, in no order.
    pub(super) fn names(&mut self, now: Instant) -> impl Iterator<Item = &Vec<u8>> {
        self.len(now);
        self.0.keys()
    }
}

impl Entry {
    /// What is left until its end.
    pub(super) fn left(&self, now: Instant) -> Option<Duration> {
        self.ends.map(|ends| ends.saturating_duration_since(now))
    }
}

impl Value {
    /// Hashes, lists and sets that have become empty are no longer there.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Text(_) => false,
            Self::Hash(fields) => fields.is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Set(members) => members.is_empty(),
        }
    }
}
