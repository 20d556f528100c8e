//! What the steps of a server exercise can do, from outside: each kind of step passes with a server that does right, and fails,
//! with words that say why, with one that does not.

#![cfg(unix)]

mod common;

use backendlings::{
    error::Error,
    outcome::{CheckState, Outcome, Report},
    process::{self, Cancel, End, Program},
    workspace,
};
use common::{
    Tiny,
    steps::{actual, fails, passes, server, tiny},
};
use std::{
    thread,
    time::{Duration, Instant},
};

const KEEPS_NOTES: &str = r#"
    if method == "POST" {
        let old = fs::read_to_string("notes.txt").unwrap_or_default();
        fs::write("notes.txt", format!("{old}{body}\n")).expect("written");
        return (201, String::new(), String::new());
    }
    (200, String::new(), fs::read_to_string("notes.txt").unwrap_or_default())
"#;

const RESTART: &str = r#"
files = { "notes.txt" = "first\n", "empty/here.txt" = "" }
[[step]]
claim  = "a note is written"
send   = { method = "POST", path = "/", body = "${random.word}" }
expect = { status = 201, files = { "notes.txt" = "first\n${random.word}\n", "other.txt" = { absent = true } } }
[[step]]
claim   = "after a power cut it is still there"
restart = "KILL"
[[step]]
claim  = "the note is read"
send   = { path = "/" }
expect = { status = 200, body = "first\n${random.word}\n" }
"#;

#[test]
fn a_restart_keeps_the_directory_and_nothing_else() {
    passes(RESTART, KEEPS_NOTES);
    let forgets = KEEPS_NOTES.replace("fs::write(\"notes.txt\"", "fs::write(\"/dev/null\"");
    let finding = fails(RESTART, &forgets);
    assert_eq!(finding.claim, "a note is written");
    assert_eq!(actual(&finding), "file notes.txt first\\n");
}

#[test]
fn a_server_that_does_not_start_again_is_told() {
    let again = RESTART.replace("claim  = \"the note is read\"\nsend   = { path = \"/\" }\nexpect = { status = 200, body = \"first\\n${random.word}\\n\" }", "claim = \"x\"\nsend = { path = \"/\" }\nexpect = { status = 200 }");
    let once = server(KEEPS_NOTES).replace(
        "fn main() {",
        "fn main() { if fs::exists(\"lock\").expect(\"readable\") { panic!(\"locked\") } fs::write(\"lock\", \"\").expect(\"written\");",
    );
    let report = tiny(&again, "")
        .check(once)
        .expect("no fault of the course");
    let finding = &report.findings[0];
    assert_eq!(finding.claim, "after a power cut it is still there");
    assert!(
        finding
            .explain
            .as_ref()
            .is_some_and(|text| text.contains("a second time")),
        "{finding:#?}"
    );
}

#[test]
fn an_end_by_a_signal_is_told_from_an_exit() {
    let steps = "[[step]]\nclaim = \"it ends well\"\nsignal = \"TERM\"\nexpect = { exit = 0 }\n";
    let finding = fails(steps, KEEPS_NOTES);
    assert_eq!(actual(&finding), "the program ended: stopped by signal 15");
    let deaf = server(KEEPS_NOTES).replace(
        "fn main() {",
        "fn main() { if env::var(\"AGAIN\").is_err() { use std::os::unix::process::CommandExt; \
         let me = env::current_exe().expect(\"a path\"); \
         let _ = std::process::Command::new(\"sh\").arg(\"-c\").arg(\"trap '' TERM; exec \\\"$0\\\"\").arg(me).env(\"AGAIN\", \"1\").exec(); }",
    );
    let deaf = tiny(&format!("{steps}grace_seconds = 1\n"), "").check(deaf);
    let deaf = deaf.expect("no fault of the course");
    assert_eq!(
        actual(&deaf.findings[0]),
        "it was still running after 1 second, which is its grace"
    );
    let goes_on = "[[step]]\nclaim = \"it goes on\"\nsignal = \"HUP\"\n";
    assert!(actual(&fails(goes_on, KEEPS_NOTES)).contains("signal 1"));
}

const TALK: &str = r#"
[[step]]
claim = "two requests in one piece get two answers"
on    = "line"
talk  = [{ write = "GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n" }, { answer = { body = "/a" } }, { answer = { body = "/b" } }, "expect open"]
[[step]]
claim = "the line is open in the next step"
on    = "line"
talk  = [{ send = { method = "POST", path = "/c", body = "xyz" } }, { answer = { status = 200, body = "/c" } }, { send = { path = "/d", headers.Connection = "close" } }, { answer = { body = "/d" } }, "expect closed"]
"#;

#[test]
fn a_talk_goes_on_over_steps() {
    passes(TALK, "(200, String::new(), path.clone())");
    let finding = fails(
        TALK,
        "(200, String::new(), if path == \"/b\" { \"/a\".into() } else { path.clone() })",
    );
    assert_eq!(finding.expected.as_deref(), Some("body /b"));
    assert_eq!(actual(&finding), "body /a");
}

#[test]
fn who_closes_too_early_is_told() {
    let closing = server("(200, String::new(), path.clone())")
        .replace("request.head.contains(\"Connection: close\")", "true");
    let report = tiny(TALK, "")
        .check(closing)
        .expect("no fault of the course");
    assert!(
        actual(&report.findings[0]).contains("closed the connection"),
        "{report:#?}"
    );
}

const TOGETHER: &str = r#"
[[step]]
claim    = "twenty clients at once get twenty numbers"
parallel = 20
send     = { method = "POST", path = "/${n}" }
capture  = { number = { body = "^([0-9]+)" } }
group    = { status = { 200 = 15, 409 = 5 }, distinct = { number = 20 } }
"#;

#[test]
fn a_group_is_judged_as_a_whole() {
    let right = r#"
        let number = COUNT.fetch_add(1, Ordering::SeqCst) + 1;
        (if number > 15 { 409 } else { 200 }, String::new(), number.to_string())
    "#;
    passes(TOGETHER, right);
    let one = fails(
        TOGETHER,
        &right.replace("number.to_string()", "\"7\".to_string()"),
    );
    assert!(
        actual(&one).starts_with("1 different values: 7, 7"),
        "{one:#?}"
    );
    let too_many = fails(TOGETHER, &right.replace("> 15", "> 16"));
    assert_eq!(actual(&too_many), "16 with status 200, 4 with status 409");
}

#[test]
fn an_injected_delay_tells_at_once_from_one_after_the_other() {
    let steps = r#"
[[step]]
claim    = "nine clients wait at the same time"
parallel = 9
send     = { path = "/" }
expect   = { status = 200 }
group    = { median = { of_ms = 300, at_least = 0.9, at_most = 3.0 } }
"#;
    let waits =
        "thread::sleep(std::time::Duration::from_millis(300)); (200, String::new(), String::new())";
    passes(steps, waits);
    let in_turn = format!("let _turn = LOCK.lock(); {waits}");
    assert!(actual(&fails(steps, &in_turn)).contains("times as long"));
}

#[test]
fn the_clients_meanwhile_may_not_hold_up_the_one_who_asks() {
    let steps = r#"
[[step]]
claim     = "a quick one is answered while ten stop in the middle"
meanwhile = { clients = 10, talk = ["open", { drip = "GET / HTTP/1.1\r\nX: ", pause_ms = 300 }] }
each      = ["/a", "/b"]
send      = { path = "${each}" }
expect    = { status = 200, body = "${each}" }
"#;
    passes(steps, "(200, String::new(), path.clone())");
    let serial = server("(200, String::new(), path.clone())")
        .replace("thread::spawn(move || serve(stream));", "serve(stream);");
    let report = tiny(steps, "")
        .check(serial)
        .expect("no fault of the course");
    assert!(!report.passed());
}

#[test]
fn a_table_names_the_input_that_fails() {
    let steps = r#"
[[step]]
claim  = "each path says its own name"
each   = [{ path = "/a", word = "a" }, { path = "/${random.word}", word = "${random.word}" }, { path = "/c", word = "c" }]
send   = { path = "${each.path}" }
expect = { body = "/${each.word}" }
"#;
    passes(steps, "(200, String::new(), path.clone())");
    let finding = fails(steps, "(200, String::new(), path.replace(\"/c\", \"/x\"))");
    assert_eq!(finding.asked.as_deref(), Some("GET /c (input 3 of 3)"));
}

const JSON: &str = r#"
[[step]]
claim  = "a user comes back as JSON"
send   = { path = "/${random.word}" }
expect = { status = 200, json = { "$.name" = "/${random.word}", "$.tags" = { length = 2, contains = "b" }, "$.age" = { at_least = 1, at_most = 9, type = "number" }, "$.password" = { absent = true }, "$" = { exists = true } } }
capture = { name = { json = "/name" } }
[[step]]
claim  = "a second time it is the same"
send   = { path = "${name}" }
expect = { same_as = "a user comes back as JSON" }
"#;

#[test]
fn parts_of_a_json_body_and_two_answers_are_compared() {
    let right =
        r##"(200, String::new(), format!(r#"{{"name":"{path}","tags":["a","b"],"age":7}}"#))"##;
    passes(JSON, right);
    let old = fails(JSON, &right.replace("\"age\":7", "\"age\":70"));
    assert_eq!(actual(&old), "$.age is 70");
    let leaks = fails(
        JSON,
        &right.replace("\"age\":7", "\"age\":7,\"password\":1"),
    );
    assert_eq!(actual(&leaks), "$.password is 1");
    let none = fails(JSON, "(200, String::new(), path.clone())");
    assert_eq!(none.expected.as_deref(), Some("a body that is JSON"));
    let changes = right
        .replace("\"age\":7", "\"age\":{}")
        .replace("))", ", COUNT.fetch_add(1, Ordering::SeqCst) + 1))");
    let changes = fails(JSON, &changes);
    assert_eq!(changes.claim, "a second time it is the same");
}

const CLIENTS: &str = r#"
[[step]]
claim  = "anna logs in"
send   = { as = "anna", method = "POST", path = "/login", form = { user = "anna b" } }
expect = { status = 303, headers.Location = "/me", body = "user=anna+b" }
[[step]]
claim  = "she is known afterwards"
send   = { as = "anna", path = "/me" }
expect = { status = 200, body = "anna" }
[[step]]
claim  = "bob is not"
send   = { as = "bob", path = "/me" }
expect = { status = 401 }
[[step]]
claim  = "a redirect is followed when that is asked"
send   = { as = "carla", method = "POST", path = "/login", follow = 1, form = { user = "carla" } }
expect = { status = 200, body = "anna" }
[[step]]
claim  = "a password goes into its header"
send   = { path = "/basic", basic = { user = "anna", password = "x" } }
expect = { status = 200 }
[[step]]
claim  = "a token does too"
send   = { path = "/bearer", bearer = "${random.id}" }
expect = { status = 200, body = "Bearer ${random.id}" }
[[step]]
claim  = "a file is sent as a part of a form"
send   = { method = "POST", path = "/echo", multipart = [{ name = "photo", content = "bytes", file_name = "a.png", type = "image/png" }] }
expect = { status = 200, body = { contains = ["name=\"photo\"", "filename=\"a.png\"", "image/png", "bytes"] } }
"#;

const LOGS_IN: &str = r#"
    let lines: Vec<&str> = head.lines().collect();
    let field = |name: &str| lines.iter().find_map(|line| {
        let (known, value) = line.split_once(": ")?;
        known.eq_ignore_ascii_case(name).then(|| value.to_owned())
    }).unwrap_or_default();
    match path.as_str() {
        "/login" => (303, "Set-Cookie: id=anna; Path=/; HttpOnly\r\nLocation: /me\r\n".into(), body.clone()),
        "/me" if field("Cookie") == "id=anna" => (200, String::new(), "anna".into()),
        "/basic" if field("Authorization") == "Basic YW5uYTp4" => (200, String::new(), String::new()),
        "/bearer" => (200, String::new(), field("Authorization")),
        "/echo" => (200, String::new(), body.clone()),
        _ => (401, String::new(), String::new()),
    }
"#;

#[test]
fn clients_keep_their_own_cookies_and_send_what_clients_send() {
    passes(CLIENTS, LOGS_IN);
    let finding = fails(
        CLIENTS,
        &LOGS_IN.replace(
            "Set-Cookie: id=anna; Path=/",
            "Set-Cookie: id=anna; Path=/login",
        ),
    );
    assert_eq!(finding.claim, "she is known afterwards");
    assert_eq!(actual(&finding), "status 401");
    assert!(
        finding
            .repeat
            .as_ref()
            .is_some_and(|line| line.contains("-b cookies-anna.txt"))
    );
}

#[test]
fn threads_that_stay_behind_are_counted() {
    if !cfg!(target_os = "linux") {
        eprintln!("skipped: nobody tells the number of threads here");
        return;
    }
    let steps = "[[step]]\nclaim = \"asked\"\neach = [\"/1\", \"/2\", \"/3\", \"/4\"]\nsend = { path = \"${each}\" }\nexpect = { status = 200 }\n\
                 [[step]]\nclaim = \"nobody stays\"\nexpect = { process = { threads = 2, memory_mib = 500, descriptors = 20 } }\n";
    passes(steps, "(200, String::new(), String::new())");
    let leaks = "thread::spawn(|| loop { thread::park() }); (200, String::new(), String::new())";
    assert_eq!(actual(&fails(steps, leaks)), "5 threads");
}

const PYTHON: &str = r#"
import os, signal, sqlite3, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

db = sqlite3.connect("notes.db")
db.execute("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT)")

class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        db.execute("INSERT INTO notes (text) VALUES (?)", [text])
        db.commit()
        self.send_response(201)
        self.send_header("Content-Length", "0")
        self.end_headers()

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"#;

const PYTHON_STEPS: &str = r#"
command = ["python3", "${file}"]
build   = ["python3", "-m", "py_compile", "${file}"]
[[step]]
claim  = "a note is kept"
each   = ["one", "${random.word}"]
send   = { method = "POST", path = "/notes", body = "${each}" }
expect = { status = 201 }
[[step]]
claim  = "both are in the database"
expect = { database = { file = "notes.db", query = "SELECT id, text FROM notes ORDER BY id", rows = [[1, "one"], [2, "${random.word}"]] } }
[[step]]
claim  = "it ends well"
signal = "TERM"
expect = { exit = 0 }
"#;

fn foreign(steps: &str, file: &str, text: &str) -> Report {
    let tiny = tiny(steps, &format!("file = \"{file}\""));
    let path = format!("exercises/{file}");
    tiny.write(&path, text);
    tiny.check_file(&path, text)
        .expect("no fault of the course or the machine")
}

/// True if it could not be judged because the language is missing here; that is told.
fn skipped(report: &Report) -> bool {
    if let Outcome::Skipped { reason } = &report.outcome {
        eprintln!("skipped: {reason}");
        return true;
    }
    false
}

#[test]
fn a_server_in_python_is_judged_by_its_answers_its_data_and_its_end() {
    let report = foreign(PYTHON_STEPS, "sample.py", PYTHON);
    if skipped(&report) {
        return;
    }
    assert!(report.passed(), "{report:#?}");
    let forgets = foreign(
        PYTHON_STEPS,
        "sample.py",
        &PYTHON.replace("        db.commit()\n", ""),
    );
    assert_eq!(forgets.findings[0].claim, "both are in the database");
    assert_eq!(forgets.findings[0].actual.as_deref(), Some("[]"));
    let code = foreign(
        PYTHON_STEPS,
        "sample.py",
        &PYTHON.replace("sys.exit(0)", "sys.exit(3)"),
    );
    assert_eq!(
        code.findings[0].actual.as_deref(),
        Some("the program ended: exit code 3")
    );
    let broken = foreign(PYTHON_STEPS, "sample.py", "def (\n");
    assert_eq!(broken.findings[0].claim, "it builds");
    assert!(
        broken.findings[0]
            .log
            .iter()
            .any(|line| line.contains("SyntaxError")),
        "{broken:#?}"
    );
}

#[test]
fn a_server_in_node_is_judged_too() {
    let steps = "command = [\"node\", \"${file}\"]\n[[step]]\nclaim = \"hello\"\nsend = { path = \"/${random.word}\" }\nexpect = { status = 200, body = \"hello /${random.word}\" }\n";
    let text = "require('http').createServer((q, a) => a.end('hello ' + q.url)).listen(process.env.PORT, '127.0.0.1');\n";
    let report = foreign(steps, "sample.js", text);
    if skipped(&report) {
        return;
    }
    assert!(report.passed(), "{report:#?}");
    let wrong = foreign(steps, "sample.js", &text.replace("hello ", "bye "));
    assert_eq!(wrong.findings[0].claim, "hello");
}

#[test]
fn a_language_that_is_missing_is_a_skip_in_words() {
    let steps = "command = [\"no-such-language\", \"${file}\"]\n[[step]]\nclaim = \"a\"\nsend = { path = \"/\" }\nexpect = { status = 200 }\n";
    let report = foreign(steps, "sample.xyz", "hello");
    let reason = "needs no-such-language, which is not installed here".to_owned();
    assert_eq!(report.outcome, Outcome::Skipped { reason });
    assert!(
        report
            .checks
            .iter()
            .all(|check| check.state == CheckState::NotRun)
    );
}

#[test]
fn a_file_in_another_language_belongs_to_a_server() {
    let tiny = Tiny::sample("fn main() {}\n", "file = \"sample.py\"");
    let error = tiny
        .check("fn main() {}\n")
        .expect_err("the course is wrong");
    assert!(matches!(error, Error::Course { .. }), "{error}");
    assert!(
        error
            .to_string()
            .contains("only an exercise of kind server"),
        "{error}"
    );
}

/// Two runners side by side, a hundred checks each. Each server says the secret of its own run, so that an answer from the other
/// runner's server would be seen.
#[test]
fn two_runners_never_talk_to_each_others_servers() {
    let dir = workspace::scratch().expect("a directory");
    let (source, program) = (dir.path().join("server.rs"), dir.path().join("server"));
    let answer = "(200, String::new(), env::var(\"SECRET\").expect(\"a secret\"))";
    workspace::write_atomic(&source, server(answer).as_bytes()).expect("written");
    let rustc = Program::tool("rustc")
        .args(["--edition=2024", "-o"])
        .arg(&program)
        .arg(&source);
    let compiled = process::run(&rustc, &Cancel::new()).expect("rustc runs");
    assert_eq!(compiled.end, End::Exited(0), "{}", compiled.stderr.text);
    let steps = format!(
        "command = [{:?}]\nenv = {{ SECRET = \"${{random.id}}\" }}\n[[step]]\nclaim = \"its own server answers\"\nsend = {{ path = \"/\" }}\nexpect = {{ body = \"${{random.id}}\" }}\n",
        program.display().to_string()
    );
    let runner = || {
        for run in 0..100 {
            let report = foreign(&steps, "sample.txt", "");
            assert!(report.passed(), "run {run}: {report:#?}");
        }
    };
    thread::scope(|scope| {
        scope.spawn(runner);
        scope.spawn(runner);
    });
}

#[test]
fn a_server_that_outlived_its_killed_runner_is_ended_by_the_next_check() {
    if !cfg!(target_os = "linux") {
        eprintln!("skipped: only Linux shows processes by number below /proc");
        return;
    }
    let steps = "limits = { ready_seconds = 30, step_seconds = 600 }\n[[step]]\nclaim = \"a\"\nsend = { path = \"/\" }\nexpect = { status = 200 }\n";
    let hangs = server(
        "fs::write(env::var(\"MARK\").expect(\"a mark\"), std::process::id().to_string()).expect(\"written\"); loop { thread::park() }",
    );
    let tiny = Tiny::sample(&hangs, "kind = \"server\"");
    let mark = tiny.path("mark");
    let env = format!("env = {{ MARK = {:?} }}\n", mark.display().to_string());
    tiny.write("exercises/sample.toml", format!("{env}{steps}"));
    let mut runner = common::program(tiny.root());
    let mut runner = runner
        .args(["run", "sample"])
        .spawn()
        .expect("the runner starts");
    let server = loop {
        match std::fs::read_to_string(&mark) {
            Ok(id) if !id.is_empty() => break id,
            _ => assert!(
                runner.try_wait().expect("known").is_none(),
                "the runner ended"
            ),
        }
        thread::yield_now();
    };
    runner.kill().expect("killed");
    runner.wait().expect("collected");
    let is_there = || {
        let stat = std::fs::read_to_string(format!("/proc/{server}/stat"));
        stat.is_ok_and(|stat| !stat.contains(") Z "))
    };
    // SIGKILL of the runner leaves the server, unless another runner on this machine has looked for such servers since.
    let report = tiny
        .check("fn main() {}\n")
        .expect("no fault of the course");
    assert!(!report.passed());
    let deadline = Instant::now() + Duration::from_secs(20);
    while is_there() {
        assert!(
            Instant::now() < deadline,
            "process {server} was left running"
        );
        thread::yield_now();
    }
}
