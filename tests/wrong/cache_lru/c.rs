// caught by: a full cache of fifty thousand is as quick as a small one
//! cache_lru: bounded memory, and the one that nobody has used for longest goes
//!
//! A cache that is full has to forget something for each thing that it learns. To forget what was not
//! used for longest is a good guess, but who looks through all entries to find it pays for that at each
//! insert. A hash map finds an entry, a linked list keeps them in the order of their use, and both
//! take the same few steps whether there are ten entries or a million.
//!
//!     put(key, value)   ->   the entry is the newest; if there are too many, the oldest one goes
//!     get(&key)         ->   Some(&value), and the entry is the newest now; or None
//!     a put with a key that is there replaces its value, and nothing goes
//!
//! Read more: `std::collections::HashMap`, and the words "least recently used"

use std::{collections::HashMap, hash::Hash};

/// A cache of at most `capacity` entries, which is 1 or more.
pub struct Lru<K, V> {
    capacity: usize,
    /// Each value with the moment of its last use.
    entries: HashMap<K, (u64, V)>,
    now: u64,
}

impl<K: Clone + Eq + Hash, V> Lru<K, V> {
    pub fn new(capacity: usize) -> Self {
        Lru {
            capacity,
            entries: HashMap::new(),
            now: 0,
        }
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn get(&mut self, key: &K) -> Option<&V> {
        self.now += 1;
        let (used, value) = self.entries.get_mut(key)?;
        *used = self.now;
        Some(value)
    }

    pub fn put(&mut self, key: K, value: V) {
        self.now += 1;
        if self.len() == self.capacity && !self.entries.contains_key(&key) {
            let oldest = self.entries.iter().min_by_key(|(_, (used, _))| *used);
            let oldest = oldest.map(|(key, _)| key.clone());
            oldest.and_then(|key| self.entries.remove(&key));
        }
        self.entries.insert(key, (self.now, value));
    }
}

fn main() {
    let mut cache = Lru::new(2);
    cache.put("anna", 1);
    cache.put("bob", 2);
    cache.get(&"anna");
    cache.put("carl", 3);
    println!("bob is {:?}", cache.get(&"bob"));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cache in which these keys were put, in this order; each value is its key times ten.
    fn cache(capacity: usize, keys: &[i32]) -> Lru<i32, i32> {
        let mut cache = Lru::new(capacity);
        for &key in keys {
            cache.put(key, key * 10);
        }
        cache
    }

    /// Which of the keys from 1 to 9 are there. They are looked up from the oldest use on, so the order stays.
    fn known(cache: &mut Lru<i32, i32>) -> Vec<i32> {
        (1..=9).filter(|key| cache.get(key).is_some()).collect()
    }

    #[test]
    fn what_was_put_is_found() {
        let mut cache = cache(3, &[1, 2]);
        assert_eq!(cache.get(&2), Some(&20), "get(&2) after put 1, 2");
        assert_eq!(cache.get(&1), Some(&10), "get(&1) after put 1, 2");
        assert_eq!(cache.get(&7), None, "get(&7) after put 1, 2");
    }

    #[test]
    fn the_oldest_one_goes() {
        let mut cache = cache(3, &[1, 2, 3, 4]);
        assert_eq!(known(&mut cache), [2, 3, 4], "put 1, 2, 3, 4; capacity 3");
    }

    #[test]
    fn to_be_read_is_to_be_used() {
        let mut cache = cache(3, &[1, 2, 3]);
        cache.get(&1);
        cache.put(4, 40);
        let told = "put 1, 2, 3; get 1; put 4; capacity 3";
        assert_eq!(known(&mut cache), [1, 3, 4], "{told}");
    }

    #[test]
    fn a_put_with_a_known_key_replaces_and_nothing_goes() {
        let mut cache = cache(3, &[1, 2, 3]);
        cache.put(1, 11);
        assert_eq!(cache.len(), 3, "put 1, 2, 3, and 1 again; capacity 3");
        assert_eq!(cache.get(&1), Some(&11), "the value of 1");
    }

    #[test]
    fn to_be_put_again_is_to_be_used() {
        let mut cache = cache(3, &[1, 2, 3, 1, 4]);
        let told = "put 1, 2, 3, 1, 4; capacity 3";
        assert_eq!(known(&mut cache), [1, 3, 4], "{told}");
    }

    #[test]
    fn one_place_is_a_cache_too() {
        let mut cache = cache(1, &[1, 2, 2, 3]);
        assert_eq!(known(&mut cache), [3], "put 1, 2, 2, 3; capacity 1");
    }
}
