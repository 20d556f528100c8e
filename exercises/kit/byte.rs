//! Bytes that count what is done with them.
//!
//! Some code must do the same work whatever the bytes are, or the time that it takes gives a secret away. Time is hard to
//! measure and easy to disturb; the number of operations is exact.

#![allow(dead_code, reason = "each exercise uses a part of the kit")]

use std::{
    cell::Cell,
    cmp::Ordering,
    fmt,
    ops::{BitAnd, BitAndAssign, BitOr, BitOrAssign, BitXor, BitXorAssign},
};

thread_local! {
    static OPERATIONS: Cell<usize> = const { Cell::new(0) };
}

/// What `work` gives, and how many operations on [`Byte`]s it took on this thread.
pub fn operations<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = OPERATIONS.get();
    let result = work();
    (result, OPERATIONS.get() - before)
}

/// A byte that counts each `==`, `<`, `^`, `|` and `&`. What is inside can be reached by no other way.
#[derive(Clone, Copy, Default)]
pub struct Byte(u8);

impl Byte {
    /// The byte in which no bit is set.
    pub const ZERO: Self = Self(0);

    /// The byte, counted from now on.
    pub const fn new(byte: u8) -> Self {
        Self(byte)
    }

    /// All bytes of a text or a slice.
    pub fn all_of(bytes: impl AsRef<[u8]>) -> Vec<Self> {
        bytes.as_ref().iter().copied().map(Self).collect()
    }
}

fn count() {
    OPERATIONS.set(OPERATIONS.get() + 1);
}

impl PartialEq for Byte {
    fn eq(&self, other: &Self) -> bool {
        count();
        self.0 == other.0
    }
}

impl Eq for Byte {}

impl PartialOrd for Byte {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Byte {
    fn cmp(&self, other: &Self) -> Ordering {
        count();
        self.0.cmp(&other.0)
    }
}

impl BitXor for Byte {
    type Output = Self;

    fn bitxor(self, other: Self) -> Self {
        count();
        Self(self.0 ^ other.0)
    }
}

impl BitOr for Byte {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        count();
        Self(self.0 | other.0)
    }
}

impl BitAnd for Byte {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        count();
        Self(self.0 & other.0)
    }
}

impl BitXorAssign for Byte {
    fn bitxor_assign(&mut self, other: Self) {
        *self = *self ^ other;
    }
}

impl BitOrAssign for Byte {
    fn bitor_assign(&mut self, other: Self) {
        *self = *self | other;
    }
}

impl BitAndAssign for Byte {
    fn bitand_assign(&mut self, other: Self) {
        *self = *self & other;
    }
}

impl fmt::Debug for Byte {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:02x}", self.0)
    }
}
