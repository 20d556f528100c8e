// caught by: two hundred thousand entries never hold more than the capacity
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

/// An entry, which knows its neighbours by their places.
struct Entry<K, V> {
    key: K,
    value: V,
    newer: Option<usize>,
    older: Option<usize>,
}

/// A cache of at most `capacity` entries, which is 1 or more.
pub struct Lru<K, V> {
    capacity: usize,
    /// Where the entry of a key is.
    places: HashMap<K, usize>,
    /// The entries, in any order. A place in this Vec stands for a pointer.
    entries: Vec<Entry<K, V>>,
    newest: Option<usize>,
    oldest: Option<usize>,
}

impl<K: Clone + Eq + Hash, V> Lru<K, V> {
    pub fn new(capacity: usize) -> Self {
        Lru {
            capacity,
            places: HashMap::new(),
            entries: Vec::new(),
            newest: None,
            oldest: None,
        }
    }

    pub fn len(&self) -> usize {
        self.places.len()
    }

    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Takes the entry at this place out of the list: its neighbours become neighbours.
    fn unlink(&mut self, place: usize) {
        let (newer, older) = (self.entries[place].newer, self.entries[place].older);
        match newer {
            Some(newer) => self.entries[newer].older = older,
            None => self.newest = older,
        }
        match older {
            Some(older) => self.entries[older].newer = newer,
            None => self.oldest = newer,
        }
    }

    /// Puts the entry at this place, which is in no list, in front of the newest one.
    fn put_in_front(&mut self, place: usize) {
        self.entries[place].newer = None;
        self.entries[place].older = self.newest;
        match self.newest {
            Some(second) => self.entries[second].newer = Some(place),
            // The first entry of all is the oldest one too.
            None => self.oldest = Some(place),
        }
        self.newest = Some(place);
    }

    pub fn get(&mut self, key: &K) -> Option<&V> {
        let place = *self.places.get(key)?;
        // To be read is to be used.
        self.unlink(place);
        self.put_in_front(place);
        Some(&self.entries[place].value)
    }

    pub fn put(&mut self, key: K, value: V) {
        if let Some(&place) = self.places.get(&key) {
            self.entries[place].value = value;
            self.unlink(place);
            self.put_in_front(place);
            return;
        }
        let place = match self.oldest {
            // The new entry takes the place of the oldest one, so the Vec never grows beyond `capacity`.
            Some(oldest) if self.len() == self.capacity => {
                self.unlink(oldest);
                self.places.remove(&self.entries[oldest].key);
                self.entries.len()
            }
            _ => self.entries.len(),
        };
        let (newer, older) = (None, None);
        self.places.insert(key.clone(), place);
        let entry = Entry {
            key,
            value,
            newer,
            older,
        };
        match self.entries.get_mut(place) {
            Some(old) => *old = entry,
            None => self.entries.push(entry),
        }
        self.put_in_front(place);
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
