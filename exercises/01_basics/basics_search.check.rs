//! Further tests of basics_search: logs of many lengths with times made at random, compared with a search that reads every entry.

#[path = "../kit/caught.rs"]
mod caught;
#[path = "../kit/dice.rs"]
mod dice;

use super::{
    counted::{Counted, comparisons},
    *,
};
use caught::{Got, caught};
use dice::Dice;

/// The lengths: small ones first, because they are the easier ones to think about.
const LENGTHS: &[usize] = &[0, 1, 2, 3, 4, 5, 7, 8, 9, 100, 1023, 1024, 1025, 100_000];

fn log_of(times: &[u64]) -> Vec<Entry<Counted<u64>>> {
    let entry = |&at: &u64| Entry {
        at: Counted::new(at),
        text: "",
    };
    times.iter().map(entry).collect()
}

/// Times in order, many of them equal.
fn times(dice: &mut Dice, length: usize) -> Vec<u64> {
    let different = 1 + dice.roll(length as u64 + 1);
    let mut times: Vec<u64> = (0..length).map(|_| 10 + dice.roll(different)).collect();
    times.sort_unstable();
    times
}

fn asked(times: &[u64], from: u64, to: u64) -> String {
    let words: Vec<String> = times.iter().map(u64::to_string).collect();
    match words.len() {
        0 => format!("between(an empty log, {from}, {to})"),
        1..=20 => format!("between([{}], {from}, {to})", words.join(" ")),
        length => format!("between(a log of {length} entries, {from}, {to})"),
    }
}

/// Where the part begins, how many entries it has, and how many comparisons it took to find it.
fn found(log: &[Entry<Counted<u64>>], from: u64, to: u64) -> ((usize, usize), usize) {
    let (from, to) = (Counted::new(from), Counted::new(to));
    let (part, count) = comparisons(|| between(log, &from, &to));
    // An empty part may lie anywhere.
    let begin = match part.is_empty() {
        true => 0,
        false => (part.as_ptr() as usize - log.as_ptr() as usize) / size_of_val(&log[0]),
    };
    ((begin, part.len()), count)
}

fn in_words((begin, length): (usize, usize)) -> String {
    match length {
        0 => "no entry".to_owned(),
        1 => format!("the entry at position {begin}"),
        _ => format!("{length} entries, from position {begin} on"),
    }
}

fn oracle(times: &[u64], from: u64, to: u64) -> (usize, usize) {
    let inside = |at: &&u64| (from..to).contains(*at);
    let begin = times.iter().position(|at| inside(&at)).unwrap_or(0);
    (begin, times.iter().filter(inside).count())
}

#[test]
fn generated_logs_give_what_reading_every_entry_gives() {
    let mut dice = Dice::new(0x0106_5EED_0F5E_A4C4);
    for &length in LENGTHS {
        let rounds = match length {
            0..10 => 60,
            10..10_000 => 8,
            _ => 1,
        };
        for _ in 0..rounds {
            let times = times(&mut dice, length);
            let last = times.last().copied().unwrap_or(10);
            let from = 9 + dice.roll(last - 7);
            let to = from + dice.roll(last - 7);
            let (place, _) = found(&log_of(&times), from, to);
            let expected = in_words(oracle(&times, from, to));
            assert_eq!(in_words(place), expected, "{}", asked(&times, from, to));
        }
    }
}

#[test]
fn a_range_that_ends_before_it_begins_is_empty() {
    for (times, from, to) in [(&[10, 20, 20, 30][..], 30, 10), (&[], 2, 1), (&[5], 9, 1)] {
        let log = log_of(times);
        let got = caught(|| in_words(found(&log, from, to).0));
        let nothing = Got::Value("no entry".to_owned());
        assert_eq!(got, nothing, "{}", asked(times, from, to));
    }
}

#[test]
fn no_log_takes_more_comparisons_than_its_length_allows() {
    for &length in &LENGTHS[1..] {
        let most = (4.0 * (length as f64).log2() + 8.0) as usize;
        // All the same, all different, and all but the last one the same.
        let same = vec![10; length];
        let different: Vec<u64> = (10..).take(length).collect();
        let mut but_one = same.clone();
        but_one[length - 1] = 11;
        for (kind, times) in [
            ("equal", same),
            ("different", different),
            ("nearly all equal", but_one),
        ] {
            let log = log_of(&times);
            for (from, to) in [(10, 11), (0, 10), (11, 12), (10, 10 + length as u64 / 2)] {
                let (_, count) = found(&log, from, to);
                let told = if count <= most {
                    format!("at most {most}")
                } else {
                    count.to_string()
                };
                assert_eq!(
                    told,
                    format!("at most {most}"),
                    "comparisons of between({length} entries, their times {kind}, {from}, {to})"
                );
            }
        }
    }
}
