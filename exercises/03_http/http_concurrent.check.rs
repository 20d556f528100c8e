//! What the steps cannot say: a race is lost only now and then, so it takes thousands of requests to see one.

use kit::*;
use std::{collections::HashSet, thread};

const CLIENTS: usize = 16;
const REQUESTS: usize = 250;

#[test]
fn every_request_gets_a_number_of_its_own() {
    explain(
        "Two requests have read the count before either of them wrote it. Read it and write it under one lock, so that nobody gets in between.",
    );
    let server = server();
    let ask = || {
        let answers = (0..REQUESTS).map(|_| server.get("/").body);
        answers.collect::<Vec<_>>()
    };
    let bodies: Vec<String> = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(ask)).collect();
        let answers = clients.into_iter().map(|client| client.join());
        answers
            .flat_map(|bodies| bodies.expect("each is answered"))
            .collect()
    });
    let mut seen = HashSet::new();
    let twice: Vec<&String> = bodies.iter().filter(|body| !seen.insert(*body)).collect();
    if let Some(first) = twice.first() {
        let all = bodies.len();
        unexpected(
            &format!("GET / {all} times, by {CLIENTS} clients at once"),
            &format!("{all} different answers"),
            &format!(
                "{} different ones; one that came twice is {first:?}",
                all - twice.len()
            ),
        );
    }
}
