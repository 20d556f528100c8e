//! A small server whose handler each test writes, and the steps that are put to it.

use super::Tiny;
use backendlings::outcome::{Finding, Report};

/// A server in std Rust that keeps notes in a file and counts visitors; `{{…}}` is one handler for each test.
const SERVER: &str = r#"
use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Mutex, atomic::{AtomicU64, Ordering}},
    thread,
};

static COUNT: AtomicU64 = AtomicU64::new(0);
static LOCK: Mutex<()> = Mutex::new(());

struct Request { method: String, path: String, head: String, body: String }

fn read(reader: &mut impl BufRead) -> Option<Request> {
    let mut head = String::new();
    while reader.read_line(&mut head).ok()? > 0 && !head.ends_with("\r\n\r\n") {}
    let mut words = head.split(' ').map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let length = head.to_ascii_lowercase().split("content-length: ").nth(1)
        .and_then(|rest| rest.lines().next()?.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { method, path, head, body: String::from_utf8(body).ok()? })
}

fn main() {
    let port = env::var("PORT").expect("PORT is set");
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).expect("a free port");
    for stream in listener.incoming() {
        let stream = stream.expect("a client");
        thread::spawn(move || serve(stream));
    }
}

fn serve(mut stream: TcpStream) {
    let mut reader = BufReader::new(stream.try_clone().expect("a clone"));
    while let Some(request) = read(&mut reader) {
        let (status, headers, body) = answer(&request);
        let length = body.len();
        let _ = write!(stream, "HTTP/1.1 {status} X\r\n{headers}Content-Length: {length}\r\n\r\n{body}");
        if request.head.contains("Connection: close") { return; }
    }
}

fn answer(request: &Request) -> (u16, String, String) {
    let Request { method, path, head, body } = request;
    let _ = (method, path, head, body, &LOCK, fs::exists("x"), COUNT.load(Ordering::SeqCst));
    ANSWER
}
"#;

/// The server with this handler.
pub(crate) fn server(answer: &str) -> String {
    SERVER.replace("ANSWER", answer)
}

/// A course with these steps, and these lines more in its entry.
pub(crate) fn tiny(steps: &str, entry: &str) -> Tiny {
    let tiny = Tiny::sample("fn main() {}\n", &format!("kind = \"server\"\n{entry}"));
    let limits = "limits = { ready_seconds = 30, step_seconds = 10 }\n";
    tiny.write("exercises/sample.toml", format!("{limits}{steps}"));
    tiny
}

/// The report on the server with this handler.
pub(crate) fn run(steps: &str, answer: &str) -> Report {
    let report = tiny(steps, "").check(server(answer));
    report.expect("no fault of the course or the machine")
}

/// Fails unless the steps pass.
pub(crate) fn passes(steps: &str, answer: &str) {
    let report = run(steps, answer);
    assert!(report.passed(), "{report:#?}");
}

/// The first finding.
pub(crate) fn fails(steps: &str, answer: &str) -> Finding {
    let report = run(steps, answer);
    let finding = report.findings.first();
    finding
        .unwrap_or_else(|| panic!("it passed: {report:#?}"))
        .clone()
}

/// What came.
pub(crate) fn actual(finding: &Finding) -> &str {
    finding.actual.as_deref().expect("an actual")
}
