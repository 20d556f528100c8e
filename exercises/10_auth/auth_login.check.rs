//! What the steps cannot say: whether headers or a clock tell an attacker which addresses have an account.

use kit::*;
use std::time::{Duration, Instant};

/// A login with a password that nobody has, and how long the answer took.
fn guess(name: &str) -> (Answer, Duration) {
    let email = format!("{name}.{}@example.com", random("word"));
    let body = format!("{{\"email\":\"{email}\",\"password\":\"a guess\"}}");
    let begun = Instant::now();
    let answer = server().send(
        "POST",
        "/login",
        &[("Content-Type", "application/json")],
        &body,
    );
    (answer, begun.elapsed())
}

fn median(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort();
    sorted[sorted.len() / 2]
}

#[test]
fn the_headers_tell_nothing() {
    explain("All that differs can be read by a program: a length, a cookie, a header of your own. One place in the code that makes the answer for both cannot differ.");
    let headers = |name: &str| {
        let (answer, _) = guess(name);
        let told = answer
            .headers
            .into_iter()
            .filter(|(name, _)| !name.eq_ignore_ascii_case("date"));
        let lines: Vec<String> = told
            .map(|(name, value)| format!("{}: {value}", name.to_lowercase()))
            .collect();
        lines.join("; ")
    };
    assert_eq!(
        headers("zoe"),
        headers("ann"),
        "the headers for an address that nobody has, and for one with an account"
    );
}

#[test]
fn the_clock_tells_nothing() {
    explain("The attacker has a clock. For a known address a hash is made and compared, and that takes long. Whoever has no account needs an answer that takes as long: let the same work be done, with a hash that belongs to nobody.");
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    // Some of a busy machine's time falls on either side, so they take turns, and a doubt is tried again with more.
    for tries in [9, 18, 27] {
        while known.len() < tries {
            known.push(guess("ann").1);
            unknown.push(guess("zoe").1);
        }
        let (with, without) = (median(&known), median(&unknown));
        let times = with.as_secs_f64() / without.as_secs_f64();
        if (0.5..=2.0).contains(&times) {
            return;
        }
        if tries == 27 {
            let (longer, factor) = match times > 1.0 {
                true => ("an account", times),
                false => ("no account", 1.0 / times),
            };
            unexpected(
                "wrong passwords for an address with an account and for one without, in turns; the median of 27 answers each",
                "one takes at most twice as long as the other",
                &format!(
                    "with an account {:.1} ms, without {:.1} ms: whoever has {longer} waits {factor:.0} times as long, and the attacker knows which addresses to try",
                    with.as_secs_f64() * 1000.0,
                    without.as_secs_f64() * 1000.0
                ),
            );
        }
    }
}
