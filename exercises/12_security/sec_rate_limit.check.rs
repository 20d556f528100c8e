//! Bursts, floods and silence. Each test has clients of its own; time passes when `POST /clock` says so.

use kit::*;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// The key of a client that no other test knows.
fn key(name: &str) -> String {
    format!("{name}-{}", random("id"))
}

fn ask(key: &str) -> Answer {
    server().send("GET", "/quotes/1", &[("X-Api-Key", key)], "")
}

/// So many milliseconds pass; gives the time.
fn pass(milliseconds: u64) -> u64 {
    let answer = server().post("/clock", &milliseconds.to_string());
    let time = answer.body.parse();
    time.unwrap_or_else(|_| unexpected("POST /clock, which is given", "the time", &answer.body))
}

/// Nobody asks more often than this.
const MOST: usize = 45;

/// Asks until it is refused, and says how often it was let in.
fn let_in(key: &str) -> usize {
    (0..MOST)
        .take_while(|_| match ask(key).status {
            200 => true,
            429 => false,
            status => unexpected("GET /quotes/1", "200 or 429", &status.to_string()),
        })
        .count()
}

#[track_caller]
fn expect_let_in(key: &str, expected: usize, asked: &str) {
    let count = let_in(key);
    if count != expected {
        let count = match count {
            MOST => format!("{MOST} requests were let in, and still no 429"),
            _ => format!("{count} of them were let in"),
        };
        let expected = match expected {
            0 => "the first one is 429".to_string(),
            1 => "one request is let in, the next one is 429".to_string(),
            _ => format!("{expected} requests are let in, the next one is 429"),
        };
        unexpected(asked, &expected, &count);
    }
}

/// Retry-After of a request that has to be refused.
fn told(key: &str, asked: &str) -> String {
    let answer = ask(key);
    assert_eq!(answer.status, 429, "{asked}");
    answer.header("Retry-After").unwrap_or("nothing").to_owned()
}

#[test]
fn twenty_are_let_in_and_then_none() {
    explain(
        "A new client has a full bucket: 20 tokens. The clock stands still, so nothing drips in.",
    );
    expect_let_in(
        &key("ann"),
        20,
        "requests of a new client, one after the other",
    );
}

#[test]
fn one_client_takes_nothing_from_another() {
    explain("The one who floods has an empty bucket. What has everybody else got to do with it?");
    let (flood, bob) = (key("loop"), key("bob"));
    let_in(&flood);
    expect_let_in(
        &bob,
        20,
        "requests of bob, after another client has used up its bucket",
    );
}

#[test]
fn of_two_hundred_at_once_twenty_reach_the_provider() {
    explain(
        "All of them come before the provider has answered one. Whoever looks into the bucket now, and takes the token out when the provider has answered, lets all of them in. Look and take in one go, before you wait for anything.",
    );
    let request = format!(
        "GET /quotes/held HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Api-Key: {}\r\nConnection: close\r\n\r\n",
        key("flood")
    );
    let mut clients: Vec<TcpStream> = (0..200)
        .map(|_| {
            let mut client =
                TcpStream::connect(("127.0.0.1", server().port)).expect("the server listens");
            client.write_all(request.as_bytes()).expect("it is read");
            client.set_nonblocking(true).expect("set");
            client
        })
        .collect();
    let at_the_provider = || {
        upstream()
            .iter()
            .filter(|line| line.contains("held"))
            .count()
    };
    wait_until(
        "each of 200 requests is refused, or at the provider",
        || {
            let has_answer = |client: &&TcpStream| client.peek(&mut [0]).is_ok();
            at_the_provider() + clients.iter().filter(has_answer).count() >= 200
        },
    );
    let reached = at_the_provider();
    open_upstream();
    let statuses: Vec<String> = clients
        .iter_mut()
        .map(|client| {
            client.set_nonblocking(false).expect("set");
            let limit = Some(Duration::from_secs(10));
            client.set_read_timeout(limit).expect("set");
            let mut answer = String::new();
            let _ = client.read_to_string(&mut answer);
            answer.split(' ').nth(1).unwrap_or("none").to_owned()
        })
        .collect();
    let count = |status: &str| statuses.iter().filter(|found| *found == status).count();
    if (reached, count("200"), count("429")) != (20, 20, 180) {
        unexpected(
            "200 requests of one client in the same moment",
            "20 reach the provider and are 200, 180 are 429",
            &format!(
                "{reached} reached the provider; {} were 200, {} were 429",
                count("200"),
                count("429")
            ),
        );
    }
}

#[test]
fn an_hour_of_silence_is_worth_twenty() {
    explain("In an hour 900 tokens drip, and 20 find room. What drips into a full bucket is lost.");
    let ann = key("silent");
    assert_eq!(ask(&ann).status, 200, "a first request");
    pass(3_600_000);
    expect_let_in(&ann, 20, "requests after an hour without one");
}

/// The rule as seen by somebody who counts in windows: 20 requests in 80 seconds.
const WINDOW: u64 = 80_000;

#[test]
fn no_second_burst_where_two_windows_meet() {
    explain(
        "A counter that begins at 0 every 80 seconds lets 20 in right before that moment, and 20 right after it: 40 in a second. A bucket knows no such moment.",
    );
    let ann = key("edge");
    let time = pass(0);
    let time = pass(WINDOW - time % WINDOW + WINDOW - 500);
    assert_eq!(let_in(&ann), 20, "requests of a new client");
    pass(1_000);
    let asked = format!(
        "more requests 1 s later, when the clock has gone from {time} ms over a multiple of 80000"
    );
    expect_let_in(&ann, 0, &asked);
}

#[test]
fn no_second_burst_when_a_window_of_ones_own_is_over() {
    explain(
        "A counter that begins at 0 when 80 seconds have gone since a client's first request: the client asks once, waits, and gets 19 at the end of its window and 20 at the beginning of the next.",
    );
    let ann = key("own");
    assert_eq!(ask(&ann).status, 200, "a first request");
    pass(WINDOW - 500);
    for number in 1..=19 {
        let asked = format!("request {number} of 19, 79.5 s after the first one");
        assert_eq!(ask(&ann).status, 200, "{asked}");
    }
    pass(1_000);
    let count = let_in(&ann);
    // How exactly a token drips in is the business of other tests.
    if count > 2 {
        unexpected(
            "more requests 1 s after those 19; one token was left",
            "one request is let in, the next one is 429",
            &format!("{count} of them were let in"),
        );
    }
}

#[test]
fn whoever_comes_back_as_told_is_let_in() {
    explain("After 4 seconds one token has dripped in, after 11 seconds two, and not more.");
    let ann = key("patient");
    let_in(&ann);
    pass(4_000);
    expect_let_in(&ann, 1, "requests 4 s after the bucket became empty");
    pass(11_000);
    expect_let_in(&ann, 2, "requests 11 s after that");
}

#[test]
fn asking_too_early_does_not_put_the_next_token_off() {
    explain(
        "A client without patience asks ten times a second. Each time a part of a token has dripped in; whoever throws the part away, or starts the 4 seconds anew, never lets it in again.",
    );
    let ann = key("impatient");
    let_in(&ann);
    for tenth in 1..=39 {
        pass(100);
        let asked = format!("a request {} ms after the bucket became empty", tenth * 100);
        assert_eq!(ask(&ann).status, 429, "{asked}");
    }
    pass(200);
    let asked = "4100 ms after the bucket became empty; in between the client asked every 100 ms, and was refused";
    expect_let_in(&ann, 1, asked);
}

#[test]
fn retry_after_is_rounded_up() {
    explain(
        "Retry-After has whole seconds. Rounded down, the client comes back too early and is refused once more; in the last second it would be told 0, which means: now.",
    );
    let ann = key("told");
    let_in(&ann);
    let moments = [
        (0, "4"),
        (100, "4"),
        (1100, "3"),
        (2600, "2"),
        (3100, "1"),
        (3900, "1"),
    ];
    let mut before = 0;
    for (after, expected) in moments {
        pass(after - before);
        before = after;
        let asked = format!("Retry-After, {after} ms after the bucket became empty");
        assert_eq!(told(&ann, &asked), expected, "{asked}");
    }
}

#[test]
fn a_full_bucket_does_not_save_up_time() {
    explain(
        "The bucket was full for three seconds before the burst. Those are over: the next token comes 4 seconds after the first one was taken out.",
    );
    let ann = key("full");
    assert_eq!(ask(&ann).status, 200, "a first request");
    pass(7_000);
    expect_let_in(
        &ann,
        20,
        "requests 7 s after the first one, when the bucket is full again",
    );
    let asked = "a request in the same moment";
    assert_eq!(told(&ann, asked), "4", "Retry-After of {asked}");
}

#[test]
fn an_empty_bucket_is_not_forgotten() {
    explain(
        "Whose bucket is forgotten has a full one again. So it may be forgotten when it is full, which takes 80 seconds; after 60 there are 15 tokens in it.",
    );
    let (ann, other) = (key("remembered"), key("other"));
    let_in(&ann);
    for _ in 0..6 {
        pass(10_000);
        ask(&other);
    }
    expect_let_in(
        &ann,
        15,
        "requests 60 s after the bucket became empty; others have asked meanwhile",
    );
}

#[test]
fn strangers_do_not_fill_an_empty_bucket() {
    explain(
        "A key costs nothing: the one who floods invents hundreds of them. If all buckets are thrown away when there are many, the old key is as good as new.",
    );
    let ann = key("washed");
    let_in(&ann);
    let mut line = server().connect();
    for number in 0..200 {
        let request = format!(
            "GET /quotes/1 HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Api-Key: stranger-{number}\r\n\r\n"
        );
        line.write(request.as_bytes());
        let asked = format!("GET /quotes/1 with the key stranger-{number}");
        assert_eq!(line.answer(&asked).status, 200, "{asked}");
    }
    expect_let_in(
        &ann,
        0,
        "requests with an empty bucket, after 200 requests with other keys",
    );
}

#[test]
fn the_silent_are_forgotten() {
    explain(
        "Every key that was ever sent has a bucket. One that is full again says nothing: without it, the client gets a full one. So take it out of the map, or your memory grows with each key that somebody invents.",
    );
    for number in 0..50 {
        ask(&key(&format!("guest-{number}")));
    }
    pass(120_000);
    ask(&key("the next one"));
    let left = server().get("/buckets").body;
    if left.trim() != "1" {
        unexpected(
            "GET /buckets, after 2 minutes of silence and one request",
            "1: the client of that request",
            &left,
        );
    }
}
