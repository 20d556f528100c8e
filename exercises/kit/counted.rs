//! Values that count how often they are compared.
//!
//! A clock cannot judge an algorithm on a busy machine; a count can. Whoever sorts, searches or looks up
//! such values pays one for each `==`, `<`, `cmp` and the like, and `comparisons` says how many it were.

#![allow(dead_code, reason = "each exercise uses a part of the kit")]

use std::{
    cell::Cell,
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
};

thread_local! {
    static COMPARISONS: Cell<usize> = const { Cell::new(0) };
}

/// What `work` gives, and how many comparisons of [`Counted`] values it took on this thread.
pub fn comparisons<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = COMPARISONS.get();
    let result = work();
    (result, COMPARISONS.get() - before)
}

/// A value that behaves as `T` does, and counts each comparison. Nobody can look inside and compare uncounted.
#[derive(Clone, Copy, Default)]
pub struct Counted<T>(T);

impl<T> Counted<T> {
    /// The value, counted from now on.
    pub const fn new(value: T) -> Self {
        Self(value)
    }
}

fn count() {
    COMPARISONS.set(COMPARISONS.get() + 1);
}

impl<T: PartialEq> PartialEq for Counted<T> {
    fn eq(&self, other: &Self) -> bool {
        count();
        self.0 == other.0
    }
}

impl<T: Eq> Eq for Counted<T> {}

impl<T: PartialOrd> PartialOrd for Counted<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        count();
        self.0.partial_cmp(&other.0)
    }
}

impl<T: Ord> Ord for Counted<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        count();
        self.0.cmp(&other.0)
    }
}

impl<T: Hash> Hash for Counted<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<T: fmt::Debug> fmt::Debug for Counted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
