//! What the steps cannot say: whether a clock tells an attacker which emails have an account. It runs after the last stage.

use kit::*;
use std::time::{Duration, Instant};

const JSON: [(&str, &str); 1] = [("Content-Type", "application/json")];

/// A login with a password that nobody has, and how long the answer took. A quarter of an hour passes before it, so that none is held up.
fn guess(name: &str) -> Duration {
    let passed = server().send("POST", "/clock", &JSON, "{\"seconds\":1000}");
    assert_eq!(passed.status, 204, "POST /clock");
    let email = format!("{name}.{}@example.com", random("word"));
    let body = format!("{{\"email\":\"{email}\",\"password\":\"a wrong guess\"}}");
    let begun = Instant::now();
    let answer = server().send("POST", "/login", &JSON, &body);
    let took = begun.elapsed();
    assert_eq!(answer.status, 401, "a wrong password for {name}");
    took
}

fn median(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort();
    sorted[sorted.len() / 2]
}

#[test]
fn the_clock_tells_nothing() {
    explain(
        "For an email with an account a hash is made and compared, and that takes long. Whoever has none needs an answer that takes as long: let the same work be done, with a hash that belongs to nobody.",
    );
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    // Some of a busy machine's time falls on either side, so they take turns, and a doubt is tried again with more.
    for tries in [9, 18, 27] {
        while known.len() < tries {
            known.push(guess("anna"));
            unknown.push(guess("zoe"));
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
                "wrong passwords for an email with an account and for one without, in turns; the median of 27 answers each",
                "one takes at most twice as long as the other",
                &format!(
                    "with an account {:.1} ms, without {:.1} ms: whoever has {longer} waits {factor:.0} times as long",
                    with.as_secs_f64() * 1000.0,
                    without.as_secs_f64() * 1000.0
                ),
            );
        }
    }
}
