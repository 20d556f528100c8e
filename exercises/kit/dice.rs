//! Numbers that look random and are the same at every run, to make inputs of.
//!
//! A test with inputs made like this fails for everybody or for nobody, and fails again when it is run again.

#![allow(dead_code, reason = "each exercise uses a part of the kit")]

/// A die with as many sides as you like (the algorithm is xorshift).
pub struct Dice(u64);

impl Dice {
    /// The same seed gives the same numbers. It must not be 0.
    pub const fn new(seed: u64) -> Self {
        assert!(seed != 0, "from 0 only zeros come");
        Self(seed)
    }

    /// A number from 0 to `sides - 1`.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    /// A number from 0 to `sides - 1`, to count or to index with.
    pub fn index(&mut self, sides: usize) -> usize {
        self.roll(sides as u64) as usize
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.index(from.len())]
    }

    /// The same values in another order.
    pub fn shuffle<T>(&mut self, values: &mut [T]) {
        for end in (1..values.len()).rev() {
            values.swap(end, self.index(end + 1));
        }
    }
}
