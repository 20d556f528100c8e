//! The steps of a cache exercise, held against sample servers: what its peers count tells right from plausible.

mod common;

use backendlings::outcome::Report;
use common::Tiny;

const STEPS: &str = r#"
limits = { step_seconds = 10 }

[[peers.upstream.routes]]
path    = "/products/broken"
answers = [{ status = 503 }, { body = "mended" }]

[[peers.upstream.routes]]
path    = "/products/held"
answers = [{ body = "held", hold = true }]

[[peers.upstream.routes]]
path    = "/products/{id}"
answers = [{ body = "${path.id} ${random.word}", delay_ms = 300 }]

[[step]]
claim    = "two hundred readers of a cold key cost one request"
parallel = 200
send     = { path = "/products/cold" }
expect   = { status = 200, body = "cold ${random.word}" }
upstream = { requests = 1 }

[[step]]
claim    = "ten keys do not wait for each other"
parallel = 10
send     = { path = "/products/${n}" }
expect   = { status = 200, body = "${n} ${random.word}" }
upstream = { requests = 10, at_once_at_least = 10 }

[[step]]
claim    = "a reader waits as long as the upstream does"
on       = "reader"
talk     = [{ send = { path = "/products/held" } }]
upstream = { requests = 1 }

[[step]]
claim    = "it is answered when the upstream answers"
on       = "reader"
talk     = [{ answer = { status = 200, body = "held" } }]
needs    = ["a reader waits as long as the upstream does"]
upstream = { requests = 0, opens = "before" }

[[step]]
claim    = "an error is told"
send     = { path = "/products/broken" }
expect   = { status = 502 }
upstream = { requests = 1 }

[[step]]
claim    = "an error is not kept"
send     = { path = "/products/broken" }
expect   = { status = 200, body = "mended" }
upstream = { requests = 1 }
"#;

/// A cache with a thread for each connection; `read` is the lesson.
fn server(read: &str) -> String {
    r#"
use std::{collections::HashMap, env, io::{Read, Write}, net::{TcpListener, TcpStream}, sync::{Arc, Mutex}, thread};

/// The status and the body of what the upstream answers.
fn fetch(path: &str) -> (String, String) {
    let url = env::var("UPSTREAM_URL").unwrap();
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head[9..12].to_string(), body.to_string())
}

#[derive(Default)]
struct Cache {
    known: Mutex<HashMap<String, String>>,
    flights: Mutex<HashMap<String, Arc<Mutex<Option<String>>>>>,
    global: Mutex<()>,
}

impl Cache {
    #[allow(dead_code)]
    fn read(&self, path: &str) -> Option<String> {
        READ
    }
}

fn serve(mut stream: TcpStream, cache: &Cache) {
    let mut request = [0; 4096];
    let length = stream.read(&mut request).unwrap();
    let request = String::from_utf8_lossy(&request[..length]).into_owned();
    let path = request.split(' ').nth(1).unwrap_or("/").to_string();
    let (status, body) = match cache.read(&path) {
        Some(body) => ("200 OK", body),
        None => ("502 Bad Gateway", String::new()),
    };
    let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
}

fn main() {
    let port = env::var("PORT").unwrap();
    let cache = Arc::new(Cache::default());
    for stream in TcpListener::bind(format!("127.0.0.1:{port}")).unwrap().incoming() {
        let (stream, cache) = (stream.unwrap(), Arc::clone(&cache));
        thread::spawn(move || serve(stream, &cache));
    }
}
"#
    .replace("READ", read)
}

fn check(read: &str) -> Report {
    let tiny = Tiny::sample("fn main() {}\n", "kind = \"server\"");
    tiny.write("exercises/sample.toml", STEPS);
    tiny.check(server(read)).expect("no fault of the course")
}

fn broken(report: &Report) -> Vec<&str> {
    let findings = report.findings.iter();
    findings.map(|finding| finding.claim.as_str()).collect()
}

#[test]
fn one_flight_for_each_key_passes() {
    let report = check(
        r#"
        let flight = Arc::clone(self.flights.lock().unwrap().entry(path.to_string()).or_default());
        let mut landed = flight.lock().unwrap();
        if landed.is_none() {
            let (status, body) = fetch(path);
            *landed = (status == "200").then_some(body);
        }
        landed.clone()
        "#,
    );
    assert!(report.passed(), "{:#?}", report.findings);
}

#[test]
fn to_look_and_then_to_fetch_is_told_by_the_count() {
    let report = check(
        r#"
        if let Some(body) = self.known.lock().unwrap().get(path) {
            return Some(body.clone());
        }
        let (status, body) = fetch(path);
        if status != "200" {
            return None;
        }
        self.known.lock().unwrap().insert(path.to_string(), body.clone());
        Some(body)
        "#,
    );
    assert_eq!(
        broken(&report),
        ["two hundred readers of a cold key cost one request"]
    );
    let actual = report.findings[0].actual.clone().unwrap_or_default();
    assert!(actual.contains("GET /products/cold ("), "{actual}");
}

#[test]
fn one_lock_for_all_keys_is_told_by_how_many_are_asked_for_at_once() {
    let report = check(
        r#"
        let _all = self.global.lock().unwrap();
        let mut known = self.known.lock().unwrap();
        if !known.contains_key(path) {
            let (status, body) = fetch(path);
            if status != "200" {
                return None;
            }
            known.insert(path.to_string(), body);
        }
        known.get(path).cloned()
        "#,
    );
    assert_eq!(broken(&report), ["ten keys do not wait for each other"]);
    let actual = report.findings[0].actual.as_deref();
    assert_eq!(actual, Some("never more than 1 at one moment"));
}

#[test]
fn an_error_that_is_kept_is_told() {
    let report = check(
        r#"
        let flight = Arc::clone(self.flights.lock().unwrap().entry(path.to_string()).or_default());
        let mut landed = flight.lock().unwrap();
        let kept = landed.get_or_insert_with(|| match fetch(path) {
            (status, body) if status == "200" => body,
            _ => "error".to_string(),
        });
        (kept.as_str() != "error").then(|| kept.clone())
        "#,
    );
    assert_eq!(broken(&report), ["an error is not kept"]);
}
