//! The upstream server is asked over real sockets.

use super::*;
use std::{
    io::{self, ErrorKind, Read as _},
    net::TcpStream,
    thread,
    time::Instant,
};

const LONG: Duration = Duration::from_secs(20);

/// Sends a request on a connection of its own and reads to the end.
fn ask(upstream: &Upstream, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(upstream.address())?;
    stream.set_read_timeout(Some(LONG))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text)
}

fn status(answer: &str) -> &str {
    answer.get(9..12).unwrap_or(answer)
}

#[test]
fn each_request_gets_the_next_answer_of_its_route() {
    let upstream = Upstream::start(vec![
        Route::new("/flaky/{id}")
            .then(Answer::status(503).header("Retry-After", "1"))
            .then(Answer::status(429).header("Retry-After", "2"))
            .then(Answer::json(r#"{"id":"${path.id}","n":${n}}"#)),
    ])
    .expect("started");
    let first = ask(&upstream, "/flaky/a").expect("answered");
    assert!(first.contains("Retry-After: 1\r\n"), "{first}");
    assert_eq!(
        status(&ask(&upstream, "/flaky/b").expect("answered")),
        "429"
    );
    let third = ask(&upstream, "/flaky/c").expect("answered");
    assert!(third.ends_with(r#"{"id":"c","n":3}"#), "{third}");
    assert_eq!(status(&ask(&upstream, "/other").expect("answered")), "404");
    let paths: Vec<String> = upstream.arrived().into_iter().map(|one| one.path).collect();
    assert_eq!(paths, ["/flaky/a", "/flaky/b", "/flaky/c", "/other"]);
}

#[test]
fn an_answer_can_say_again_what_was_sent() {
    let again = Answer::text("${header.host} ${header.x-missing}");
    let upstream = Upstream::start(vec![Route::new("/").then(again)]).expect("started");
    let answer = ask(&upstream, "/").expect("answered");
    assert!(answer.ends_with("\r\n\r\nx missing"), "{answer}");
}

#[test]
fn what_arrived_is_recorded_whole_and_in_order() {
    let upstream =
        Upstream::start(vec![Route::new("/*").then(Answer::status(204))]).expect("started");
    let mut stream = TcpStream::connect(upstream.address()).expect("connected");
    stream
        .write_all(b"POST /a?b=c HTTP/1.1\r\nHost: x\r\nX-Id: 7\r\nContent-Length: 2\r\n\r\nhi")
        .expect("sent");
    stream
        .write_all(b"DELETE /d HTTP/1.1\r\nHost: x\r\n\r\n")
        .expect("sent");
    assert!(upstream.wait_for(2, LONG));
    let arrived = upstream.arrived();
    assert_eq!(
        (arrived[0].method.as_str(), arrived[0].path.as_str()),
        ("POST", "/a?b=c")
    );
    assert_eq!(arrived[0].body, b"hi");
    assert!(arrived[0].headers.contains(&("X-Id".into(), "7".into())));
    assert_eq!((arrived[1].order, arrived[1].connection), (1, 0));
    assert!(arrived[0].at <= arrived[1].at);
}

#[test]
fn bytes_that_are_no_request_are_recorded_with_their_fault() {
    let upstream = Upstream::start(Vec::new()).expect("started");
    let mut stream = TcpStream::connect(upstream.address()).expect("connected");
    stream.write_all(b"GET / HTTP/1.1\n\n").expect("sent");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("closed");
    assert_eq!(status(&text), "400");
    let fault = upstream.arrived()[0].fault.clone().expect("a fault");
    assert!(fault.contains("\\n alone"), "{fault}");
}

#[test]
fn a_delay_is_kept() {
    let slow = Answer::text("late").after(Wait::Delay(Duration::from_millis(300)));
    let upstream = Upstream::start(vec![Route::new("/").then(slow)]).expect("started");
    let started = Instant::now();
    ask(&upstream, "/").expect("answered");
    assert!(started.elapsed() >= Duration::from_millis(300));
}

#[test]
fn the_barrier_holds_everyone_and_the_most_at_once_are_counted() {
    let held = Answer::text("go").after(Wait::Barrier);
    let upstream = Upstream::start(vec![Route::new("/").then(held)]).expect("started");
    thread::scope(|scope| {
        let askers: Vec<_> = (0..20)
            .map(|_| scope.spawn(|| ask(&upstream, "/").expect("answered")))
            .collect();
        assert!(upstream.wait_for(20, LONG));
        upstream.open();
        for asker in askers {
            assert!(asker.join().expect("no panic").ends_with("go"));
        }
    });
    assert_eq!(upstream.most_at_once(), 20);
}

#[test]
fn answers_are_cut_reset_and_stalled() {
    let whole = Answer::text("0123456789");
    let upstream = Upstream::start(vec![
        Route::new("/cut").then(whole.clone().ending(Ending::CutAfter(12))),
        Route::new("/reset").then(whole.clone().ending(Ending::ResetAfter(0))),
        Route::new("/stall").then(whole.ending(Ending::StallAfter(12))),
    ])
    .expect("started");
    assert_eq!(ask(&upstream, "/cut").expect("closed"), "HTTP/1.1 200");
    #[cfg(unix)]
    assert_eq!(
        ask(&upstream, "/reset").expect_err("reset").kind(),
        ErrorKind::ConnectionReset
    );
    let mut stalled = TcpStream::connect(upstream.address()).expect("connected");
    stalled
        .set_read_timeout(Some(Duration::from_millis(200)))
        .expect("set");
    stalled
        .write_all(b"GET /stall HTTP/1.1\r\nHost: x\r\n\r\n")
        .expect("sent");
    let mut text = String::new();
    let kind = stalled.read_to_string(&mut text).expect_err("open").kind();
    assert!(
        matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut),
        "{kind:?}"
    );
    assert_eq!(text, "HTTP/1.1 200");
}

#[test]
fn dropping_it_frees_the_port_and_ends_every_connection() {
    let held = Answer::text("never").after(Wait::Barrier);
    let upstream = Upstream::start(vec![Route::new("/").then(held)]).expect("started");
    let address = upstream.address();
    let mut stream = TcpStream::connect(address).expect("connected");
    stream.set_read_timeout(Some(LONG)).expect("set");
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        .expect("sent");
    assert!(upstream.wait_for(1, LONG));
    drop(upstream);
    let mut text = String::new();
    // An end or a reset, never a wait.
    let ended = stream
        .read_to_string(&mut text)
        .err()
        .map(|error| error.kind());
    assert!(!matches!(
        ended,
        Some(ErrorKind::WouldBlock | ErrorKind::TimedOut)
    ));
    assert!(TcpStream::connect(address).is_err());
}

/// How fast it is, printed for whoever wants to know: `cargo test --lib a_thousand -- --nocapture`.
#[test]
fn a_thousand_requests_on_one_connection_are_a_thousand_answers() {
    let upstream =
        Upstream::start(vec![Route::new("/").then(Answer::text("hi"))]).expect("started");
    let mut stream = TcpStream::connect(upstream.address()).expect("connected");
    stream.set_read_timeout(Some(LONG)).expect("set");
    stream.set_nodelay(true).expect("set");
    let length = Answer::text("hi").bytes(false, |_| None).len();
    let mut answer = vec![0; length];
    let started = Instant::now();
    for _ in 0..1000 {
        stream
            .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            .expect("sent");
        stream.read_exact(&mut answer).expect("answered");
        assert!(answer.ends_with(b"hi"));
    }
    println!(
        "{:.0} requests per second",
        1000.0 / started.elapsed().as_secs_f64()
    );
    assert_eq!(upstream.arrived().len(), 1000);
}
