//! Many logins, and what their states have in common.

use kit::*;
use std::collections::HashSet;

#[test]
fn nobody_can_guess_a_state() {
    explain(
        "Eve begins many logins and sees how your states are made. If she can guess the one of the victim's browser, her link has it. `secret()` draws 128 bits from a generator that is made for secrets.",
    );
    let states: Vec<String> = (0..60)
        .map(|_| {
            let answer = server().get("/login");
            let place = answer.header("Location").unwrap_or_default();
            let rest = place.split_once("state=").map_or("", |(_, rest)| rest);
            rest.split('&').next().unwrap_or_default().to_owned()
        })
        .collect();
    let different: HashSet<&String> = states.iter().collect();
    let longest = states.iter().map(String::len).max().unwrap_or(0);
    // What can be said of one sign is measured by how many letters were seen there.
    let at = |sign: usize| -> HashSet<Option<&u8>> {
        let states = states.iter();
        states.map(|state| state.as_bytes().get(sign)).collect()
    };
    let bits: f64 = (0..longest)
        .map(|sign| (at(sign).len() as f64).log2())
        .sum();
    if different.len() < states.len() || bits < 60.0 {
        let got = format!(
            "{} different ones, in which about {bits:.0} bits change: {:?}, then {:?}",
            different.len(),
            states[0],
            states[1]
        );
        let asked = "the state in the Location of 60 times GET /login";
        unexpected(asked, "60 states of 64 random bits or more", &got);
    }
}
