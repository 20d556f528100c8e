//! Further tests of auth_constant_time: tokens made at random, and the attacker who counts.

use super::*;

#[path = "../kit/dice.rs"]
mod dice;
use dice::Dice;

const DIGITS: &[u8] = b"0123456789abcdef";

fn token(dice: &mut Dice, length: usize) -> Vec<u8> {
    (0..length).map(|_| DIGITS[dice.index(16)]).collect()
}

/// What `same` says, and how many operations it took.
fn ask(given: &[u8], kept: &[u8]) -> (bool, usize) {
    let (given, kept) = (Byte::all_of(given), Byte::all_of(kept));
    byte::operations(|| same(&given, &kept))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn an_attacker_who_counts_does_not_find_the_token() {
    let kept = token(&mut Dice::new(31), 32);
    for forwards in [true, false] {
        // Digit by digit, from one end: the one that makes a different amount of work must be right.
        let mut known = vec![b'-'; kept.len()];
        let mut guesses = 0;
        for step in 0..kept.len() {
            let at = if forwards {
                step
            } else {
                kept.len() - 1 - step
            };
            let mut most = (0, DIGITS[0]);
            for &digit in DIGITS {
                known[at] = digit;
                guesses += 1;
                let (is_in, work) = ask(&known, &kept);
                if is_in || work > most.0 {
                    most = (if is_in { usize::MAX } else { work }, digit);
                }
            }
            known[at] = most.1;
        }
        assert_eq!(
            if ask(&known, &kept).0 {
                format!(
                    "the attacker has it after {guesses} guesses: {}",
                    text(&known)
                )
            } else {
                "the attacker has found nothing".to_owned()
            },
            "the attacker has found nothing",
            "an attacker tries 16 digits at each place, counts the operations, and keeps the digit that took most",
        );
    }
}

#[test]
fn every_byte_is_looked_at() {
    let mut dice = Dice::new(32);
    for length in [7, 32, 64] {
        let kept = token(&mut dice, length);
        let (_, work) = ask(&kept, &kept);
        let seen = if work >= length {
            "one for each byte, or more".to_owned()
        } else {
            format!("{work}")
        };
        assert_eq!(
            seen, "one for each byte, or more",
            "counted operations on the right token of {length} bytes"
        );
    }
}

#[test]
fn two_wrong_bytes_do_not_make_a_right_one() {
    let mut dice = Dice::new(33);
    for _ in 0..200 {
        let kept = token(&mut dice, 16);
        let mut given = kept.clone();
        let (one, other) = (dice.index(8), 8 + dice.index(8));
        // The same bit is wrong in both, so differences that are added up or mixed cancel each other.
        given[one] ^= 1;
        given[other] ^= 1;
        assert!(
            !ask(&given, &kept).0,
            "given {}, kept {}: true, and two bytes are wrong",
            text(&given),
            text(&kept)
        );
    }
}

#[test]
fn other_tokens_are_not_the_same_and_the_work_does_not_tell_why() {
    let mut dice = Dice::new(34);
    for _ in 0..200 {
        let (given, kept) = (token(&mut dice, 32), token(&mut dice, 32));
        let (right, other) = (ask(&kept, &kept), ask(&given, &kept));
        assert!(right.0, "given and kept are {}", text(&kept));
        assert!(!other.0, "given {}, kept {}", text(&given), text(&kept));
        assert_eq!(
            other.1,
            right.1,
            "operations for {} where {} is kept",
            text(&given),
            text(&kept)
        );
    }
}

#[test]
fn shorter_and_longer_tokens_are_never_the_same() {
    let mut dice = Dice::new(35);
    let kept = token(&mut dice, 32);
    for length in (0..32).chain(33..64) {
        let mut given = kept.clone();
        given.resize(length, b'0');
        assert!(
            !ask(&given, &kept).0,
            "the first {length} bytes of a token of 32 (or all, and more after them)"
        );
    }
    assert!(!ask(b"0", b"").0, "a token, where an empty one is kept");
}
