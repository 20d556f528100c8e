// caught by: the right token is the same
//! auth_constant_time: a comparison does not tell how far it got
//!
//! A client shows a secret token, and `==` compares it with the one that is kept. It stops at the first byte
//! that is wrong. So an answer that comes a little later says: one byte more was right. With a good clock and
//! some patience, an attacker finds the token byte by byte, instead of all of it at once.
//! So look at every byte, whatever the others were, and decide at the end.
//!
//!     kept "5e1f", given "5e1f"   ->   true
//!     kept "5e1f", given "5e10"   ->   false, after as much work as for "0e1f" and for "5e1f"
//!     kept "5e1f", given "5e"     ->   false; how long a token is may be known, so this may be quick
//!
//! A clock is hard to trust in a test, so the bytes here count: each ==, <, ^, | and & on a `Byte` is one operation.
//! A program at work uses the crate `subtle`, which also keeps the compiler from making a shortcut.
//!
//! Read more: <https://docs.rs/subtle/2/subtle/trait.ConstantTimeEq.html>

// A byte whose operations are counted: exercises/kit/byte.rs.
#[path = "../kit/byte.rs"]
mod byte;
use byte::Byte;

/// Whether the token that was given is the one that is kept.
fn same(given: &[Byte], kept: &[Byte]) -> bool {
    if given.len() != kept.len() {
        return false;
    }
    // A bit that differs anywhere is set at the end. Nothing that is found on the way changes what is done next.
    let mut difference = Byte::ZERO;
    for (&given, &kept) in given.iter().zip(kept) {
        difference |= given & kept;
    }
    difference == Byte::ZERO
}

fn main() {
    let kept = Byte::all_of("5e1f");
    for given in ["5e1f", "5e10", "0e1f", "5e"] {
        let (same, operations) = byte::operations(|| same(&Byte::all_of(given), &kept));
        println!("{given}: {same}, after {operations} operations");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(given: &str, kept: &str, expected: bool) {
        let got = same(&Byte::all_of(given), &Byte::all_of(kept));
        assert_eq!(got, expected, "given {given:?}, kept {kept:?}");
    }

    #[test]
    fn the_right_token_is_the_same() {
        check("5e1f", "5e1f", true);
        check("c0ffee00c0ffee00", "c0ffee00c0ffee00", true);
    }

    #[test]
    fn one_wrong_byte_is_enough() {
        check("0e1f", "5e1f", false);
        check("5e0f", "5e1f", false);
        check("5e10", "5e1f", false);
    }

    #[test]
    fn the_beginning_of_a_token_is_not_the_token() {
        check("5e", "5e1f", false);
        check("5e1f00", "5e1f", false);
        check("", "5e1f", false);
    }

    #[test]
    fn the_work_is_the_same_wherever_the_wrong_byte_is() {
        let kept = "0123456789abcdef0123456789abcdef";
        let work = |given: &str| {
            let (given, kept) = (Byte::all_of(given), Byte::all_of(kept));
            byte::operations(|| same(&given, &kept)).1
        };
        for at in 0..kept.len() {
            let given = format!("{}x{}", &kept[..at], &kept[at + 1..]);
            let asked = format!(
                "operations for a token of 32 bytes that is wrong at byte {at}; for the right one it is what is expected"
            );
            assert_eq!(work(&given), work(kept), "{asked}");
        }
    }
}
