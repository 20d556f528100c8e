//! What depends on what has arrived: a client that goes away while the upstream works for it.

use kit::*;

#[test]
fn the_first_one_hangs_up_and_the_others_are_answered() {
    explain(
        "The client who came first has closed its connection while the upstream was working, and its handler was dropped in the middle of `fetch`. Nothing after that `.await` was done. Who wakes the others, and who fetches now?",
    );
    let server = server();
    let mut first = server.connect();
    first.get("/products/left");
    wait_until("the request of the first one, at the upstream", || {
        upstream().iter().any(|line| line == "GET /products/left")
    });
    let mut others = [server.connect(), server.connect()];
    for other in &mut others {
        other.get("/products/left");
    }
    // Whoever has come before these waits by the time they are answered.
    for product in ["before-1", "before-2"] {
        server.get(&format!("/products/{product}"));
    }
    drop(first);
    for other in &mut others {
        let answer =
            other.answer("GET /products/left, of a client who came second and has not gone");
        let expected = format!("left {}", random("word"));
        assert_eq!(
            answer.body, expected,
            "GET /products/left, after the first client has gone"
        );
    }
    let asked = upstream()
        .iter()
        .filter(|line| *line == "GET /products/left")
        .count();
    if asked > 2 {
        unexpected(
            "three readers of /products/left, of whom the first one has gone",
            "one request at the upstream, or two",
            &format!("{asked}"),
        );
    }
}
