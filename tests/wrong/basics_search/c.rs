// caught by: all entries with the same time are in or out
//! basics_search: a sorted log is halved, not read
//!
//! "What happened between 14:00 and 14:05?" Whoever reads every entry of the log to answer this does
//! twice the work when the log is twice as long. Because the log is sorted by time, one look at the
//! middle tells which half cannot matter: twice as long is one look more. A database index is this.
//!
//!     log of times  10 20 20 30,  from 20, to 30  ->  20 20        from counts, to does not
//!                                 from 11, to 20  ->  (nothing)
//!                                 from  0, to 99  ->  10 20 20 30
//!                                 from 30, to 10  ->  (nothing)    no panic
//!
//! At most 4 comparisons of times for each doubling of the log, and 8 more: 74 for 100,000 entries,
//! also if many entries have the same time. The tests count them.
//!
//! Read more: https://en.wikipedia.org/wiki/Binary_search

/// One line of a log. `T` is a moment in time: all that is known of it is that moments have an order.
#[derive(Clone, Debug, PartialEq)]
struct Entry<T> {
    at: T,
    text: &'static str,
}

/// The position of the first entry that is not before `moment`; the length of the log if all are.
fn first_not_before<T: Ord>(log: &[Entry<T>], moment: &T) -> usize {
    log.binary_search_by(|entry| entry.at.cmp(moment))
        .unwrap_or_else(|place| place)
}

/// The entries at `from` or later, and before `to`.
fn between<'a, T: Ord>(log: &'a [Entry<T>], from: &T, to: &T) -> &'a [Entry<T>] {
    let begin = first_not_before(log, from);
    // The first one that is not before `to` is the first one that does not count any more.
    let end = first_not_before(log, to);
    // `get` gives None where `[begin..end]` would panic: when `to` is before `from`.
    log.get(begin..end).unwrap_or_default()
}

fn main() {
    let log = [
        (840, "start"),
        (842, "login ada"),
        (842, "login bob"),
        (845, "stop"),
    ];
    let log = log.map(|(at, text)| Entry { at, text });
    for entry in between(&log, &841, &845) {
        println!("{:02}:{:02} {}", entry.at / 60, entry.at % 60, entry.text);
    }
}

// A type whose comparisons are counted: exercises/kit/counted.rs.
#[cfg(test)]
#[path = "../kit/counted.rs"]
mod counted;

#[cfg(test)]
mod tests {
    use super::{
        counted::{Counted, comparisons},
        *,
    };

    /// Asks for a part of the log 10 20 20 30, and compares the times in it.
    #[track_caller]
    fn check(from: u32, to: u32, expected: &[u32]) {
        let log = [10, 20, 20, 30].map(|at| Entry { at, text: "" });
        let found: Vec<u32> = between(&log, &from, &to).iter().map(|e| e.at).collect();
        assert_eq!(found, expected, "between([10 20 20 30], {from}, {to})");
    }

    #[test]
    fn the_first_entry_that_is_not_before_a_moment_is_found() {
        let log = [10, 20, 20, 30].map(|at| Entry { at, text: "" });
        for (moment, position) in [(0, 0), (10, 0), (11, 1), (30, 3), (31, 4)] {
            let asked = format!("first_not_before([10 20 20 30], {moment})");
            assert_eq!(first_not_before(&log, &moment), position, "{asked}");
        }
    }

    #[test]
    fn from_counts_and_to_does_not() {
        check(10, 30, &[10, 20, 20]);
        check(11, 20, &[]);
        check(0, 99, &[10, 20, 20, 30]);
        check(31, 99, &[]);
    }

    #[test]
    fn all_entries_with_the_same_time_are_in_or_out() {
        check(20, 21, &[20, 20]);
        check(21, 99, &[30]);
        check(0, 20, &[10]);
    }

    #[test]
    fn a_hundred_thousand_entries_take_at_most_74_comparisons() {
        let at = |n: u32| Counted::new(n / 4);
        let log: Vec<_> = (0..100_000)
            .map(|n| Entry {
                at: at(n),
                text: "",
            })
            .collect();
        let (found, count) = comparisons(|| between(&log, &at(40_000), &at(60_000)).len());
        assert_eq!(found, 20_000, "how many entries lie between");
        let count = if count <= 74 {
            "at most 74".to_owned()
        } else {
            count.to_string()
        };
        assert_eq!(
            count, "at most 74",
            "comparisons in a log of 100,000 entries"
        );
    }
}
