//! Many uploads, and what their places have in common.

use kit::*;
use std::collections::HashSet;

#[test]
fn nobody_can_guess_a_place() {
    explain(
        "Pictures are shown to everybody who knows their place. Whoever sees a few of them sees how they are made: numbers that go up, a time. `rand::random::<u128>()` draws 128 bits from a generator that is made for secrets.",
    );
    let places: Vec<String> = (0..60)
        .map(|_| {
            let mut line = server().connect();
            line.write(b"POST /photos?name=holiday.png HTTP/1.1\r\nHost: photos.example\r\nContent-Length: 13\r\nConnection: close\r\n\r\n\x89PNG\r\n\x1a\nCRASH");
            let answer = line.answer("POST /photos?name=holiday.png");
            answer.header("Location").unwrap_or_default().to_owned()
        })
        .collect();
    let different: HashSet<&String> = places.iter().collect();
    let longest = places.iter().map(String::len).max().unwrap_or(0);
    // What can be said of one sign is measured by how many letters were seen there.
    let at = |sign: usize| -> HashSet<Option<&u8>> {
        let places = places.iter();
        places.map(|place| place.as_bytes().get(sign)).collect()
    };
    let bits: f64 = (0..longest)
        .map(|sign| (at(sign).len() as f64).log2())
        .sum();
    if different.len() < places.len() || bits < 60.0 {
        let got = format!(
            "{} different ones, in which about {bits:.0} bits change: {}, then {}",
            different.len(),
            places[0],
            places[1]
        );
        let asked = "the places of 60 uploads of one picture";
        unexpected(asked, "60 places with 64 random bits or more", &got);
    }
}
