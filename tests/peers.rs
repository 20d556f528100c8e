//! Peers and services as an exercise meets them: named in the course, told to the server in its environment, and asked what arrived.

mod common;

use backendlings::{
    outcome::{Outcome, Report},
    peers::{Answer, Route, Upstream, Wait},
};
use common::Tiny;
use std::{
    collections::HashMap,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::{Arc, Barrier, Mutex, OnceLock},
    thread,
    time::Duration,
};

/// A server that gives each path to `answer`, which gets the address of a peer and its own memory.
fn server(variable: &str, answer: &str) -> String {
    let head = r#"
use std::{collections::HashMap, env, io::{Read, Write}, net::{TcpListener, TcpStream}};

/// Sends bytes to a peer and reads what comes first.
fn say(address: &str, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(bytes).unwrap();
    let mut text = vec![0; 4096];
    let length = stream.read(&mut text).unwrap();
    String::from_utf8_lossy(&text[..length]).into_owned()
}

fn ask(address: &str, path: &str) -> String {
    let answer = say(address, format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes());
    answer.split_once("\r\n\r\n").unwrap().1.to_string()
}

fn main() {
    let port = env::var("PORT").unwrap();
    let url = env::var("VARIABLE").unwrap();
    let address = url.rsplit_once("//").map_or(url.as_str(), |(_, address)| address);
    let address = address.rsplit_once('@').map_or(address, |(_, address)| address);
    let address = address.split('/').next().unwrap();
    let mut memory: HashMap<String, String> = HashMap::new();
    for stream in TcpListener::bind(format!("127.0.0.1:{port}")).unwrap().incoming() {
        let mut stream = stream.unwrap();
        let mut request = [0; 4096];
        let length = stream.read(&mut request).unwrap();
        let request = String::from_utf8_lossy(&request[..length]).into_owned();
        let path = request.split(' ').nth(1).unwrap_or("/");
        memory.entry("requests".into()).or_default().push('i');
        let body = answer(path, address, &url, &mut memory);
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    }
}

#[allow(unused_variables)]
fn answer(path: &str, address: &str, url: &str, memory: &mut HashMap<String, String>) -> String {
    ANSWER
}
"#;
    head.replace("VARIABLE", variable).replace("ANSWER", answer)
}

fn check(entry: &str, steps: &str, program: &str) -> Report {
    let tiny = Tiny::sample("fn main() {}\n", &format!("kind = \"server\"\n{entry}"));
    tiny.write("exercises/sample.toml", steps);
    tiny.check(program).expect("no fault of the course")
}

#[track_caller]
fn passes(report: &Report) {
    assert_eq!(report.outcome, Outcome::Passed, "{:#?}", report.findings);
}

const CACHE: &str = r#"
[[peers.upstream.routes]]
path    = "/products/{id}"
answers = [{ body = "${path.id} ${random.word}", delay_ms = 50 }]

[[step]]
claim    = "a product comes from the upstream"
send     = { path = "/products/${random.number}" }
expect   = { body = "${random.number} ${random.word}" }
upstream = { requests = 1 }

[[step]]
claim    = "a product that is known costs nothing"
send     = { path = "/products/${random.number}" }
expect   = { body = "${random.number} ${random.word}" }
upstream = { requests = 0 }
"#;

#[test]
fn requests_at_the_upstream_are_counted_for_each_step() {
    let cached = "memory.entry(path.into()).or_insert_with(|| ask(address, path)).clone()";
    passes(&check("", CACHE, &server("UPSTREAM_URL", cached)));
}

#[test]
fn a_server_without_a_cache_is_told_what_arrived() {
    let report = check("", CACHE, &server("UPSTREAM_URL", "ask(address, path)"));
    assert_eq!(report.findings.len(), 1, "{:#?}", report.findings);
    let finding = &report.findings[0];
    assert_eq!(finding.claim, "a product that is known costs nothing");
    assert_eq!(
        finding.expected.as_deref(),
        Some("0 requests arrived at the upstream server")
    );
    let actual = finding.actual.clone().unwrap_or_default();
    assert!(actual.starts_with("GET /products/"), "{actual}");
}

#[test]
fn bytes_that_the_upstream_cannot_read_are_explained() {
    let lazy = r#"say(address, b"GET / HTTP/1.1\n\n")"#;
    let report = check("", CACHE, &server("UPSTREAM_URL", lazy));
    let explain = report.findings[0].explain.clone().unwrap_or_default();
    assert!(explain.contains("lines end with \\n alone"), "{explain}");
}

const COUNTER: &str = r#"
[[step]]
claim  = "the counter begins at one"
send   = { path = "/" }
expect = { body = { contains = ":1\r\n" } }
"#;

#[test]
fn redis_is_clean_in_each_run() {
    let incr = r#"say(address, b"INCR visits\r\n")"#;
    for _ in 0..2 {
        passes(&check(
            "needs = [\"redis\"]",
            COUNTER,
            &server("REDIS_URL", incr),
        ));
    }
}

#[test]
fn postgres_answers_at_the_address_it_is_told_or_the_exercise_is_skipped() {
    let steps = r#"
[[step]]
claim  = "the database is there"
send   = { path = "/" }
expect = { body = { matches = '^N postgres://learner:\w+@127\.0\.0\.1:\d+/run_\d+$' } }
"#;
    // A request for TLS, which PostgreSQL answers with one letter.
    let tls = r#"format!("{} {url}", say(address, &[0, 0, 0, 8, 4, 210, 22, 47]))"#;
    let report = check(
        "needs = [\"postgres\"]",
        steps,
        &server("DATABASE_URL", tls),
    );
    match &report.outcome {
        Outcome::Skipped { reason } => assert!(reason.starts_with("needs postgres: "), "{reason}"),
        _ => passes(&report),
    }
}

#[test]
fn what_a_course_says_wrongly_of_peers_and_services_is_told_with_its_line() {
    let faults = [
        (
            "needs = [\"postgrse\"]",
            "",
            "no service is named `postgrse`",
        ),
        ("", "upstream = { requests = 1 }", "there is no such peer"),
        ("", "mail = { mails = 1 }", "there is no such peer"),
        ("", "proxy = { connections = 1 }", "there is no such peer"),
        (
            "",
            "capture = { a = { mail = \"x\" } }",
            "there is no such peer",
        ),
        (
            "",
            "mail = { }\n[peers.mail]",
            "expects nothing of the mail server",
        ),
        (
            "",
            "mail = { subject = { equal = \"x\" } }\n[peers.mail]",
            "`equal` is not known here",
        ),
        (
            "",
            "[peers.proxy]\nin_front_of = \"redis\"",
            "nobody for the proxy to stand in front of",
        ),
        (
            "needs = [\"redis\"]",
            "[peers.proxy]\nin_front_of = \"redis\"\ntroubles = [\"slow\"]",
            "no trouble that a connection can have",
        ),
    ];
    for (entry, step, words) in faults {
        let tiny = Tiny::sample("fn main() {}\n", &format!("kind = \"server\"\n{entry}"));
        let steps = format!(
            "[[step]]\nclaim = \"a\"\nsend = {{ path = \"/\" }}\nexpect = {{ status = 200 }}\n{step}\n"
        );
        tiny.write("exercises/sample.toml", steps);
        let error = tiny.check("fn main() {}\n").expect_err(words).to_string();
        assert!(error.contains(words), "{error}");
        assert!(error.contains(".toml:"), "{error}");
    }
}

const MAIL: &str = r#"
[peers.mail]
unknown = ["nobody@x.test"]

[[step]]
claim   = "a forgotten password is a mail with a token"
send    = { path = "/forgot/ann" }
expect  = { status = 200 }
mail    = { mails = 1, from = "shop@x.test", to = ["ann@x.test"], subject = "Ein neues Paßwort", text = { contains = "/reset?token=" } }
capture = { token = { mail = "token=([0-9]+)" } }

[[step]]
claim  = "the token is known"
send   = { path = "/reset/${token}" }
expect = { body = "good" }
mail   = { mails = 0 }

[[step]]
claim = "while the mail server is down the request is taken all the same"
send  = { path = "/forgot/ben" }
mail  = { turns = "down", mails = 0 }
expect = { status = 200 }

[[step]]
claim = "afterwards the mail comes"
send  = { path = "/again" }
expect = { status = 200 }
mail  = { turns = "up", mails = 1, to = ["ben@x.test"], within_seconds = 5 }
"#;

/// Keeps what could not be sent in its memory, and sends it when it is asked again.
const MAILS: &str = r#"
    let mut parts = path.trim_start_matches('/').split('/');
    let (what, who) = (parts.next().unwrap(), parts.next().unwrap_or(""));
    let send = |who: &str| {
        let mut stream = TcpStream::connect(address).unwrap();
        let date = "Sat, 21 Nov 2026 10:00:00 +0000";
        let text = format!("From: shop@x.test\r\nTo: {who}@x.test\r\nDate: {date}\r\nSubject: =?UTF-8?Q?Ein_neues_Pa=C3=9Fwort?=\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGo to /reset?token=3D4=\r\n2\r\n.\r\n");
        let lines = ["EHLO me\r\n".into(), "MAIL FROM:<shop@x.test>\r\n".into(), format!("RCPT TO:<{who}@x.test>\r\n"), "DATA\r\n".into(), text, "QUIT\r\n".into()];
        let mut reply = [0; 512];
        for line in lines {
            let length = stream.read(&mut reply).unwrap_or(0);
            if !matches!(reply[..length].first(), Some(b'2' | b'3')) { return false; }
            if stream.write_all(line.as_bytes()).is_err() { return false; }
        }
        true
    };
    match what {
        "forgot" => if !send(who) { memory.insert("later".into(), who.into()); },
        "again" => if let Some(who) = memory.remove("later") { send(&who); },
        "reset" if who == "42" => return "good".into(),
        _ => return "bad".into(),
    }
    "done".into()
"#;

#[test]
fn mails_are_judged_and_a_token_in_one_is_used_by_later_steps() {
    passes(&check("", MAIL, &server("SMTP_SERVER", MAILS)));
}

#[test]
fn mails_that_are_not_as_they_should_be_are_told() {
    let wrong = [
        (
            "{who}@x.test>",
            "{who}@y.test>",
            "a mail to ann@x.test",
            "a mail to ann@y.test",
        ),
        (
            "=?UTF-8?Q?Ein_neues_Pa=C3=9Fwort?=",
            "Hello",
            "header Subject Ein neues Paßwort",
            "header Subject Hello",
        ),
        (
            "/reset?token=3D4=",
            "/reset?t=3D4=",
            "the text of the mail, with /reset?token=",
            "the text of the mail, Go to /reset?t=42\\n",
        ),
        (
            "Date: {date}\\r\\n",
            "",
            "a mail by the rules of RFC 5322",
            "there is no header Date",
        ),
        (
            "if !send(who)",
            "if !(send(who) && send(who))",
            "1 mail arrived at the mail server",
            "2 in all: to ann@x.test “Ein neues Paßwort”, to ann@x.test “Ein neues Paßwort”",
        ),
        (
            "if !send(who)",
            "if true",
            "1 mail arrived at the mail server",
            "none",
        ),
    ];
    for (right, wrong, expected, actual) in wrong {
        let program = MAILS.replace(right, wrong);
        assert_ne!(program, MAILS, "{right}");
        let report = check("", MAIL, &server("SMTP_SERVER", &program));
        let finding = &report.findings[0];
        assert_eq!(finding.claim, "a forgotten password is a mail with a token");
        assert_eq!(finding.expected.as_deref(), Some(expected));
        assert_eq!(finding.actual.as_deref(), Some(actual));
    }
}

#[test]
fn a_mail_that_is_lost_while_the_server_is_down_is_missed() {
    let forgets = MAILS.replace("memory.insert(\"later\".into(), who.into());", "");
    let report = check("", MAIL, &server("SMTP_SERVER", &forgets));
    assert_eq!(report.findings.len(), 1, "{:#?}", report.findings);
    assert_eq!(report.findings[0].claim, "afterwards the mail comes");
    assert_eq!(report.findings[0].actual.as_deref(), Some("none"));
}

const BAD_LINE: &str = r#"
[[peers.upstream.routes]]
path    = "/*"
answers = [{ body = "fresh" }]

[peers.proxy]
in_front_of = "upstream"
troubles    = [{ cut_after = 12 }, "free"]

[[step]]
claim    = "an answer that is cut is asked for again"
send     = { path = "/a" }
expect   = { body = "fresh" }
upstream = { requests = 2 }
proxy    = { connections = 2 }

[[step]]
claim  = "where every line is cut it gives up after three"
send   = { path = "/b" }
expect = { body = "none" }
proxy  = { troubles = [{ reset_after = 0 }], cuts = "before", connections = 3 }
"#;

const TRIES_THRICE: &str = r#"
    for _ in 0..3 {
        let mut stream = TcpStream::connect(address).unwrap();
        let _ = write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let mut text = String::new();
        let _ = stream.read_to_string(&mut text);
        if let Some((_, body)) = text.split_once("\r\n\r\n") { return body.to_string() }
    }
    "none".into()
"#;

#[test]
fn a_line_to_the_upstream_that_is_cut_is_judged_by_its_connections() {
    passes(&check("", BAD_LINE, &server("UPSTREAM_URL", TRIES_THRICE)));
    let once = TRIES_THRICE.replace("0..3", "0..1");
    let report = check("", BAD_LINE, &server("UPSTREAM_URL", &once));
    let finding = &report.findings[0];
    assert_eq!(finding.actual.as_deref(), Some("body none"));
    let for_ever = TRIES_THRICE.replace("0..3", "0..9");
    let report = check("", BAD_LINE, &server("UPSTREAM_URL", &for_ever));
    let finding = &report.findings[0];
    assert_eq!(
        finding.claim,
        "where every line is cut it gives up after three"
    );
    assert_eq!(
        finding.expected.as_deref(),
        Some("3 connections arrived at the proxy")
    );
    assert_eq!(finding.actual.as_deref(), Some("9"));
}

#[test]
fn a_line_to_redis_goes_through_the_proxy() {
    let steps = r#"
[peers.proxy]
in_front_of = "redis"

[[step]]
claim  = "the counter begins at one"
send   = { path = "/" }
expect = { body = { contains = ":1\r\n" } }
proxy  = { connections = 1 }
"#;
    let incr = r#"say(address, b"INCR visits\r\n")"#;
    passes(&check(
        "needs = [\"redis\"]",
        steps,
        &server("REDIS_URL", incr),
    ));
}

/// Asks over a connection of its own.
fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("connected");
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .expect("set");
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )
    .expect("sent");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("answered");
    text
}

/// 200 readers of one cold key, all at once, through `read`.
fn stampede(read: impl Fn(&Upstream) -> String + Sync) -> Upstream {
    const READERS: usize = 200;
    let slow = Answer::text("${path.id}").after(Wait::Delay(Duration::from_millis(300)));
    let upstream = Upstream::start(vec![Route::new("/{id}").then(slow)]).expect("started");
    let together = Barrier::new(READERS);
    thread::scope(|scope| {
        for _ in 0..READERS {
            scope.spawn(|| {
                together.wait();
                assert!(read(&upstream).ends_with("key"));
            });
        }
    });
    upstream
}

#[test]
fn two_hundred_readers_without_a_cache_are_two_hundred_requests() {
    let upstream = stampede(|upstream| get(upstream.address(), "/key"));
    assert_eq!(upstream.arrived().len(), 200);
    assert!(
        upstream.most_at_once() > 20,
        "{} at once",
        upstream.most_at_once()
    );
}

#[test]
fn two_hundred_readers_of_a_key_that_is_fetched_once_are_one_request() {
    let flights: Mutex<HashMap<&str, Arc<OnceLock<String>>>> = Mutex::default();
    let upstream = stampede(|upstream| {
        let flight = Arc::clone(flights.lock().expect("no panic").entry("key").or_default());
        flight
            .get_or_init(|| get(upstream.address(), "/key"))
            .clone()
    });
    assert_eq!(upstream.arrived().len(), 1);
    assert_eq!(upstream.most_at_once(), 1);
}

#[test]
fn a_cache_that_looks_and_then_fetches_is_caught_by_the_count() {
    let cache: Mutex<HashMap<&str, String>> = Mutex::default();
    let upstream = stampede(|upstream| {
        let known = cache.lock().expect("no panic").get("key").cloned();
        known.unwrap_or_else(|| {
            let fetched = get(upstream.address(), "/key");
            cache
                .lock()
                .expect("no panic")
                .insert("key", fetched.clone());
            fetched
        })
    });
    assert!(upstream.arrived().len() > 1);
}
