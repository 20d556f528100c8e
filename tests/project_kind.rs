//! Kind `project` from outside: a course with one project in a temporary directory, solved in Rust and in Python, walked stage by stage.

#![cfg(unix)]

mod common;
#[allow(dead_code, reason = "other tests use more of it")]
mod pty;

use backendlings::{
    author::{Prover, Role, Trust, trials},
    build::{Dependencies, Toolchain},
    course::Course,
    outcome::{Outcome, Report, StageState},
    process::Cancel,
    services::Services,
    workspace::Workspace,
};
use common::{Tiny, steps::server};
use pty::Terminal;
use std::process::Command;

const INFO: &str = r#"format_version = 1

[[exercises]]
name = "sample"
dir = "c"
title = "Notes that stay"
kind = "project"
hint = "Read SPEC.md."

[[exercises]]
name = "after"
dir = "c"
test = false
hint = "Nothing is missing."
"#;

const STEPS: &str = r#"
env    = { FILE = "${dir}/notes.txt" }
limits = { ready_seconds = 20, step_seconds = 10 }

[[stage]]
title = "notes are taken"

[[stage.step]]
claim  = "a note is 201"
send   = { method = "POST", path = "/", body = "${random.word}" }
expect = { status = 201 }

[[stage.step]]
claim  = "and it is read"
send   = { path = "/" }
expect = { status = 200, body = "${random.word}\n" }

[[stage]]
title = "notes stay"

[[stage.step]]
claim  = "there is nothing at the start"
send   = { path = "/" }
expect = { status = 200, body = "" }

[[stage.step]]
claim  = "one more note is 201"
send   = { method = "POST", path = "/", body = "${random.id}" }
expect = { status = 201, files = { "notes.txt" = "${random.id}\n" } }

[[stage.step]]
claim   = "after a power cut it is there"
restart = "KILL"

[[stage.step]]
claim  = "and it is read again"
send   = { path = "/" }
expect = { status = 200, body = "${random.id}\n" }
"#;

const STORE: &str = r#"
pub fn add(note: &str) {
    let file = std::env::var("FILE").expect("FILE is set");
    let old = all();
    std::fs::write(file, format!("{old}{note}\n")).expect("written");
}
pub fn all() -> String {
    let file = std::env::var("FILE").expect("FILE is set");
    std::fs::read_to_string(file).unwrap_or_default()
}
"#;

/// It forgets everything when it ends.
const FORGETS: &str = r#"// caught by: one more note is 201
static NOTES: std::sync::Mutex<String> = std::sync::Mutex::new(String::new());
pub fn add(note: &str) {
    *NOTES.lock().expect("free") += &format!("{note}\n");
}
pub fn all() -> String {
    NOTES.lock().expect("free").clone()
}
"#;

const PYTHON: &str = r#"
import http.server, os
FILE = os.environ["FILE"]
class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        self.answer(200, open(FILE, "rb").read() if os.path.exists(FILE) else b"")
    def do_POST(self):
        with open(FILE, "ab") as file:
            file.write(self.rfile.read(int(self.headers["Content-Length"])) + b"\n")
        self.answer(201, b"")
    def log_message(self, *args):
        pass
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"#;

const SOLVED: &str = r#"
    if method == "POST" {
        store::add(body);
        return (201, String::new(), String::new());
    }
    (200, String::new(), store::all())
"#;

fn main_rs(answer: &str) -> String {
    format!("mod store;\n{}", server(answer))
}

/// The course as shipped.
fn course() -> Tiny {
    let tiny = Tiny::with_info(INFO);
    let start = main_rs("todo!(\"answer {method}\")");
    tiny.write("exercises/c/sample.toml", STEPS);
    tiny.write("exercises/c/sample/SPEC.md", "# Notes\n");
    tiny.write(MAIN, &start);
    tiny.write("exercises/c/sample/store.rs", STORE);
    tiny.write("exercises/c/after.rs", "fn main() {}\n");
    tiny.write("solutions/c/sample/main.rs", main_rs(SOLVED));
    tiny.write("solutions/c/sample/store.rs", STORE);
    tiny.write("tests/wrong/sample/a/store.rs", FORGETS);
    let deaf = main_rs("(404, String::new(), String::new())");
    tiny.write(
        "tests/wrong/sample/b/main.rs",
        format!("// caught by: a note is 201\n{deaf}"),
    );
    tiny.write("tests/right/sample/python/server.py", PYTHON);
    tiny.write("tests/right/sample/python/command", "python3 server.py\n");
    tiny
}

const MAIN: &str = "exercises/c/sample/main.rs";

fn check(tiny: &Tiny) -> Report {
    let report = tiny.check_file(MAIN, tiny.read(MAIN));
    report.expect("no fault of the course or the machine")
}

fn stages(report: &Report) -> Vec<StageState> {
    report.stages.iter().map(|stage| stage.state).collect()
}

#[test]
fn a_stage_opens_when_those_before_it_hold() {
    use StageState::{Closed, Failed, Passed};
    let tiny = course();
    let report = check(&tiny);
    assert_eq!(stages(&report), [Failed, Closed]);
    assert_eq!(report.findings[0].claim, "a note is 201");
    assert!(report.findings[0].location.is_some(), "{report:#?}");
    // A wrong module: the place is that of the module.
    tiny.write(MAIN, main_rs(SOLVED));
    tiny.write("exercises/c/sample/store.rs", FORGETS);
    let report = check(&tiny);
    assert_eq!(stages(&report), [Passed, Failed], "{report:#?}");
    assert_eq!(report.findings[0].claim, "one more note is 201");
    tiny.write("exercises/c/sample/store.rs", "pub fn add(_: &str) {}\n");
    let report = check(&tiny);
    assert_eq!(stages(&report), [Closed, Closed]);
    let place = report.findings[0].location.as_ref().expect("a place");
    assert_eq!(place.file.to_string_lossy(), MAIN);
    tiny.write("exercises/c/sample/store.rs", STORE);
    let report = check(&tiny);
    assert_eq!(stages(&report), [Passed, Passed], "{report:#?}");
}

#[test]
fn a_module_that_was_taken_away_is_not_there_any_more() {
    let tiny = course();
    tiny.write(MAIN, main_rs(SOLVED));
    assert!(check(&tiny).passed());
    std::fs::remove_file(tiny.path("exercises/c/sample/store.rs")).expect("removed");
    let report = check(&tiny);
    assert_eq!(report.outcome, Outcome::Failed);
    assert_eq!(report.findings[0].claim, "it compiles");
}

#[test]
fn any_language_takes_part_by_one_line() {
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: python3 is not installed");
        return;
    }
    let tiny = course();
    tiny.write("exercises/c/sample/server.py", PYTHON);
    tiny.write("exercises/c/sample/command", "python3 server.py\n");
    let report = check(&tiny);
    assert!(report.passed(), "{report:#?}");
    // Advice is given in no language.
    let elsewhere = PYTHON.replace("int(os.environ[\"PORT\"])", "0");
    tiny.write("exercises/c/sample/server.py", &elsewhere);
    let report = check(&tiny);
    let explain = report.findings[0].explain.clone().unwrap_or_default();
    assert!(explain.contains("PORT"), "{report:#?}");
    assert!(!explain.contains("std::env"), "{explain}");
    tiny.write("exercises/c/sample/server.py", PYTHON);
    // What builds it comes before, and ends it if it fails.
    tiny.write(
        "exercises/c/sample/build",
        "python3 -c 'import sys; sys.exit(\"no such crate\")'",
    );
    let report = check(&tiny);
    assert_eq!(report.findings[0].claim, "it builds");
    assert!(report.findings[0].log.join("").contains("no such crate"));
    std::fs::remove_file(tiny.path("exercises/c/sample/build")).expect("removed");
    tiny.write("exercises/c/sample/command", "python3\nserver.py\n");
    let report = check(&tiny);
    assert_eq!(report.findings[0].actual.as_deref(), Some("2 lines"));
    tiny.write("exercises/c/sample/command", "no-such-language server.py\n");
    let report = check(&tiny);
    assert_eq!(
        report.findings[0].actual.as_deref(),
        Some("there is no program no-such-language")
    );
    assert_eq!(stages(&report), [StageState::Closed, StageState::Closed]);
}

#[test]
fn a_reset_brings_every_file_back_and_takes_what_was_added_and_undo_brings_that_back() {
    let tiny = course();
    assert_eq!(tiny.run(&["run", "sample"]).code, 1);
    tiny.write(MAIN, "fn main() {}");
    tiny.write("exercises/c/sample/server.py", PYTHON);
    tiny.write("exercises/c/sample/command", "python3 server.py\n");
    let reset = tiny.run(&["reset", "sample"]);
    assert_eq!(reset.code, 0, "{reset:?}");
    assert!(tiny.read(MAIN).starts_with("mod store;"));
    assert!(!tiny.path("exercises/c/sample/command").exists());
    let undo = tiny.run(&["undo"]);
    assert_eq!(undo.code, 0, "{undo:?}");
    assert_eq!(tiny.read(MAIN), "fn main() {}");
    assert_eq!(
        tiny.read("exercises/c/sample/command"),
        "python3 server.py\n"
    );
}

#[test]
fn an_answer_of_several_files_is_proved_as_a_whole() {
    let tiny = course();
    let course = Course::load(Workspace::at(tiny.root())).expect("a course");
    let toolchain = Toolchain::find().expect("rustc");
    let dependencies = Dependencies::new(&toolchain, course.workspace.dependencies());
    let services = Services::of(&course.workspace);
    let cancel = Cancel::new();
    let prover = Prover::new(
        &course,
        &toolchain,
        &dependencies,
        &services,
        &cancel,
        tiny.path("proofs"),
    )
    .expect("a prover");
    let all = trials(&course, 0).expect("trials");
    let roles: Vec<Role> = all.iter().map(|trial| trial.role).collect();
    assert_eq!(
        roles,
        [
            Role::Solution,
            Role::Start,
            Role::Right,
            Role::Wrong,
            Role::Wrong
        ]
    );
    for trial in &all {
        let proof = prover.prove(trial, Trust::Nothing).expect("a proof");
        assert!(proof.fault.is_none(), "{}: {:?}", trial.name(), proof.fault);
    }
    // One that names the wrong check is told.
    tiny.write(
        "tests/wrong/sample/a/store.rs",
        FORGETS.replace("one more note is 201", "and it is read"),
    );
    let proof = prover.prove(&all[3], Trust::Nothing).expect("a proof");
    assert_eq!(
        proof.fault.map(|fault| fault.rule),
        Some("caught-elsewhere")
    );
}

#[test]
fn check_all_remembers_a_project_by_all_of_its_files() {
    let tiny = course();
    tiny.write(MAIN, main_rs(SOLVED));
    assert_eq!(tiny.run(&["check-all"]).code, 0);
    tiny.write("exercises/c/sample/store.rs", FORGETS);
    assert_eq!(tiny.run(&["check-all"]).code, 1);
}

#[test]
fn a_save_of_any_of_its_files_is_checked_and_the_project_can_wait() {
    let tiny = course();
    tiny.write(MAIN, main_rs(SOLVED));
    tiny.write("exercises/c/sample/store.rs", FORGETS);
    let mut terminal = Terminal::watch(tiny.root(), &[]);
    terminal.wait_for("the second stage fails", |frame| {
        frame.contains("✓ 1 notes are taken") && frame.contains("✗ 2 notes stay")
    });
    terminal.press("n");
    terminal.wait_for_text("c · after");
    terminal.press("l");
    terminal.wait_for_text("sample");
    terminal.press("k\r");
    terminal.wait_for_text("c · sample");
    tiny.write("exercises/c/sample/store.rs", STORE);
    terminal.wait_for("both stages hold", |frame| {
        frame.contains("✓ 1 notes are taken") && frame.contains("✓ 2 notes stay")
    });
    // A directory that is made while one watches is seen as well.
    tiny.write("exercises/c/sample/web/mod.rs", "this is not Rust\n");
    tiny.write(MAIN, format!("mod web;\n{}", main_rs(SOLVED)));
    terminal.wait_for("the new module is compiled", |frame| {
        frame.contains("exercises/c/sample/web/mod.rs")
    });
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}
