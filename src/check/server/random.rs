//! Values that differ from run to run, so that an answer written down as a constant fails. It keeps no state: the same
//! seed and name give the same value.

use std::{
    env,
    hash::{BuildHasher as _, RandomState},
};

/// Set this to the seed of a failed run to see the same values again.
pub(super) const SEED_VARIABLE: &str = "BACKENDLINGS_SEED";

/// The kinds of values, as in `${random.word}`; a suffix as in `${random.word.2}` makes a further value of that kind.
pub(super) const KINDS: [&str; 5] = ["word", "number", "octet", "id", "umlauts"];

/// A new seed, or the one that the environment asks for.
pub(super) fn seed() -> u64 {
    env::var(SEED_VARIABLE)
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(|| RandomState::new().hash_one("seed") % 1_000_000_000)
}

/// The value of `random.…`, or `None` if there is no such name.
pub(super) fn draw(name: &str, seed: u64) -> Option<String> {
    let kind = name.strip_prefix("random.")?;
    let kind = kind.split_once('.').map_or(kind, |(kind, _)| kind);
    let mut dice = Dice::new(name, seed);
    match kind {
        "word" => Some(word(&mut dice)),
        "number" => Some((1_000 + dice.below(9_000)).to_string()),
        // For the last part of an address; 0 and 255 have a meaning there.
        "octet" => Some((1 + dice.below(254)).to_string()),
        "id" => Some((0..12).map(|_| dice.pick("0123456789abcdef")).collect()),
        "umlauts" => Some(umlauts(&mut dice)),
        _ => None,
    }
}

/// Random bytes; the same name, seed and length give the same ones.
pub(super) fn bytes(name: &str, seed: u64, length: usize) -> Vec<u8> {
    let mut dice = Dice::new(name, seed);
    (0..length.div_ceil(8))
        .flat_map(|_| dice.next().to_le_bytes())
        .take(length)
        .collect()
}

fn word(dice: &mut Dice) -> String {
    let syllables = 2 + dice.below(3);
    (0..syllables)
        .flat_map(|_| [dice.pick("bdfgklmnprst"), dice.pick("aeiou")])
        .collect()
}

/// A word that always has more bytes than characters.
fn umlauts(dice: &mut Dice) -> String {
    let extra = 1 + dice.below(5);
    let tail: String = (0..extra).map(|_| dice.pick("äöüéèñçßø✓")).collect();
    format!("{}{tail}", word(dice))
}

/// A small generator of numbers that look random (splitmix64). Nobody's secret depends on it.
struct Dice(u64);

impl Dice {
    fn new(name: &str, seed: u64) -> Self {
        // FNV-1a, so that the value does not change with the version of the standard library.
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(hash ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn pick(&mut self, letters: &str) -> char {
        let count = letters.chars().count() as u64;
        let position = usize::try_from(self.below(count)).unwrap_or(0);
        letters.chars().nth(position).unwrap_or('a')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_can_be_drawn_and_others_cannot() {
        for kind in KINDS {
            let value = draw(&format!("random.{kind}"), 3).expect("a known kind");
            assert!(!value.is_empty(), "{kind}");
        }
        assert_eq!(draw("random.wrod", 3), None);
        assert_eq!(draw("id", 3), None);
    }

    #[test]
    fn seed_and_suffix_change_the_value_and_nothing_else_does() {
        assert_eq!(draw("random.id", 3), draw("random.id", 3));
        assert_ne!(draw("random.id", 3), draw("random.id", 4));
        assert_ne!(draw("random.id", 3), draw("random.id.2", 3));
    }

    #[test]
    fn umlauts_have_more_bytes_than_characters() {
        for seed in 0..200 {
            let value = draw("random.umlauts", seed).expect("a known kind");
            assert!(value.len() > value.chars().count(), "{value}");
        }
    }
}
