//! Further tests of cache_lru: a model that is too simple to be wrong, and counts of what the cache does and holds.

use super::*;
use std::{cell::Cell, collections::VecDeque, rc::Rc};

/// A few numbers that look random; the same ones at each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// The newest entry first. Slow, and easy to believe.
struct Model {
    capacity: usize,
    entries: VecDeque<(u64, u64)>,
}

impl Model {
    fn get(&mut self, key: u64) -> Option<u64> {
        let place = self.entries.iter().position(|entry| entry.0 == key)?;
        let entry = self.entries.remove(place)?;
        self.entries.push_front(entry);
        Some(entry.1)
    }

    fn put(&mut self, key: u64, value: u64) {
        self.entries.retain(|entry| entry.0 != key);
        self.entries.push_front((key, value));
        self.entries.truncate(self.capacity);
    }
}

#[test]
fn a_hundred_thousand_steps_are_those_of_the_model() {
    for capacity in [1, 2, 3, 10, 64] {
        let mut dice = Dice(0x5EED_0001 + capacity as u64);
        let mut cache = Lru::new(capacity);
        let entries = VecDeque::new();
        let mut model = Model { capacity, entries };
        let mut said = Vec::new();
        for step in 0..20_000 {
            let key = dice.below(capacity as u64 * 2 + 1);
            if dice.below(2) == 0 {
                cache.put(key, step);
                model.put(key, step);
                said.push(format!("put {key}"));
            } else {
                said.push(format!("get {key}"));
                let last = said.len().saturating_sub(8);
                let told = format!(
                    "capacity {capacity}, step {step}; the last ones: {}",
                    said[last..].join(", ")
                );
                assert_eq!(cache.get(&key).copied(), model.get(key), "{told}");
            }
            assert_eq!(
                cache.len(),
                model.entries.len(),
                "len(), capacity {capacity}"
            );
        }
    }
}

/// A key that counts how often it is compared with another one.
#[derive(Clone)]
struct Counted {
    key: u64,
    comparisons: Rc<Cell<usize>>,
}

impl PartialEq for Counted {
    fn eq(&self, other: &Counted) -> bool {
        self.comparisons.set(self.comparisons.get() + 1);
        self.key == other.key
    }
}

impl Eq for Counted {}

impl std::hash::Hash for Counted {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

#[test]
fn a_key_is_compared_with_a_few_others_only() {
    let comparisons = Rc::new(Cell::new(0));
    let key = |key| Counted {
        key,
        comparisons: Rc::clone(&comparisons),
    };
    let mut cache = Lru::new(1_000);
    for number in 0..2_000 {
        cache.put(key(number), number);
        cache.get(&key(number / 2));
    }
    let few = comparisons.get() <= 20_000;
    let told = format!(
        "are 4,000 steps with 1,000 entries at most 20,000 comparisons? there were {}",
        comparisons.get()
    );
    assert_eq!(few, true, "{told}");
}

/// A value that is counted as long as it lives.
struct Alive(Rc<Cell<usize>>);

impl Alive {
    fn new(count: &Rc<Cell<usize>>) -> Alive {
        count.set(count.get() + 1);
        Alive(Rc::clone(count))
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

#[test]
fn two_hundred_thousand_entries_never_hold_more_than_the_capacity() {
    let alive = Rc::new(Cell::new(0));
    let mut cache = Lru::new(100);
    for key in 0..200_000_u32 {
        cache.put(key, Alive::new(&alive));
        if key >= 100 && alive.get() > 101 {
            let told = format!("values in memory after {} puts, capacity 100", key + 1);
            assert_eq!(alive.get(), 100, "{told}");
        }
    }
    assert_eq!(cache.len(), 100, "len() after 200,000 puts, capacity 100");
}

#[test]
fn a_full_cache_of_fifty_thousand_is_as_quick_as_a_small_one() {
    // Who looks at all entries for each new one does five thousand million steps here, and the limit of a test is reached.
    let mut cache = Lru::new(50_000);
    for key in 0..150_000_u64 {
        cache.put(key, key);
    }
    assert_eq!(
        cache.get(&99_999),
        None,
        "get(&99_999), the last one that went"
    );
    assert_eq!(
        cache.get(&100_000),
        Some(&100_000),
        "get(&100_000), the oldest one"
    );
}
