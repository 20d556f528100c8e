//! Kind `server` from outside: a course of one exercise in a temporary directory, and servers that do all that a server
//! should not. What each part does by itself is tested beside the part.

#![cfg(unix)]

use backendlings::{
    build::{Dependencies, Toolchain},
    check::{Job, Means, Source, check},
    course::Course,
    error::{Error, Result},
    outcome::{CheckState, Finding, Report},
    process::Cancel,
    services::Services,
    workspace::{self, Workspace},
};
use std::{
    fs,
    net::TcpListener,
    thread,
    time::{Duration, Instant},
};

const LISTENS: &str = "the server listens on $PORT";

/// Steps that a server passes by answering every request with "hi".
const THREE_STEPS: &str = r#"
limits = { ready_seconds = 20, step_seconds = 10 }
[[step]]
claim = "first"
send = { path = "/${random.word}" }
expect = { status = 200, body = "hi" }
[[step]]
claim = "second"
send = { path = "/2" }
expect = { status = 200 }
[[step]]
claim = "third"
send = { path = "/3" }
expect = { status = 200 }
[[step]]
claim = "fourth"
send = { path = "/4" }
expect = { status = 200 }
"#;

/// Where the servers of these tests begin; `each` handles one connection.
fn server(each: &str) -> String {
    format!(
        r#"
use std::{{env, io::{{Read, Write}}, net::{{TcpListener, TcpStream}}}};
fn main() {{
    let port = env::var("PORT").expect("PORT is set");
    let listener = TcpListener::bind(format!("127.0.0.1:{{port}}")).expect("a free port");
    let mut count = 0;
    for stream in listener.incoming() {{
        count += 1;
        each(stream.expect("a client"), count);
    }}
}}
fn say(mut stream: TcpStream, answer: &str) {{
    let _ = stream.read(&mut [0; 4096]);
    let _ = stream.write_all(answer.as_bytes());
}}
const HI: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
fn each(stream: TcpStream, count: u32) {{ let _ = count; {each} }}
"#
    )
}

fn run_until(steps: &str, source: &str, cancel: &Cancel) -> Result<Report> {
    let dir = workspace::scratch()?;
    let info =
        "format_version = 1\n[[exercises]]\nname = \"probe\"\nkind = \"server\"\nhint = \"none\"\n";
    workspace::write_atomic(&dir.path().join("info.toml"), info.as_bytes())?;
    workspace::write_atomic(&dir.path().join("exercises/probe.toml"), steps.as_bytes())?;
    workspace::write_atomic(&dir.path().join("exercises/probe.rs"), source.as_bytes())?;
    let course = Course::load(Workspace::at(dir.path()))?;
    let job = Job {
        course: &course,
        exercise: course.exercise("probe")?,
        source: &Source::text(source),
        pristine: source,
        build_dir: &course.workspace.build("probe"),
    };
    let means = Means {
        toolchain: &Toolchain::find()?,
        dependencies: &Dependencies::new(&Toolchain::find()?, course.workspace.dependencies()),
        services: &Services::of(&course.workspace),
        standby: None,
        cancel,
        on_stage: &|_| {},
    };
    check(job, means)
}

fn run(steps: &str, source: &str) -> Report {
    run_until(steps, source, &Cancel::new()).expect("no fault of the course or the machine")
}

fn finding<'a>(report: &'a Report, claim: &str) -> &'a Finding {
    let found = report
        .findings
        .iter()
        .find(|finding| finding.claim == claim);
    found.unwrap_or_else(|| panic!("no finding `{claim}` in {report:#?}"))
}

fn state(report: &Report, claim: &str) -> CheckState {
    let found = report.checks.iter().find(|check| check.claim == claim);
    found
        .unwrap_or_else(|| panic!("no check `{claim}` in {report:#?}"))
        .state
}

fn actual(finding: &Finding) -> &str {
    finding.actual.as_deref().expect("an actual")
}

#[test]
fn a_server_that_answers_passes_every_step() {
    let report = run(THREE_STEPS, &server("say(stream, HI)"));
    assert!(report.passed(), "{report:#?}");
    assert_eq!(report.passed_checks(), 6);
    assert_eq!(report.notes, [""; 0]);
}

#[test]
fn a_wrong_port_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    drop(taken);
    let source = server("say(stream, HI)").replace("{port}\"", &format!("{port}\""));
    let report = run(THREE_STEPS, &source);
    if cfg!(target_os = "linux") {
        let finding = finding(&report, LISTENS);
        assert_eq!(actual(finding), format!("it listens on port {port}"));
    }
    assert_eq!(state(&report, "first"), CheckState::NotRun);
}

#[test]
fn a_port_of_ones_own_that_is_taken_is_told_as_such() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let source = server("say(stream, HI)").replace("{port}\"", &format!("{port}\""));
    let report = run(THREE_STEPS, &source);
    let finding = finding(&report, LISTENS);
    assert!(actual(finding).contains("exit code 101"), "{finding:#?}");
    assert!(
        finding
            .explain
            .as_ref()
            .is_some_and(|text| text.starts_with("Another program has the port"))
    );
}

#[test]
fn what_a_passing_server_printed_is_kept() {
    let report = run(
        THREE_STEPS,
        &server(r#"println!("client {count}"); say(stream, HI)"#),
    );
    assert!(report.passed(), "{report:#?}");
    let output = report.output.expect("it printed");
    assert_eq!(output.text, "client 1\nclient 2\nclient 3\nclient 4\n");
}

#[test]
fn endless_output_and_endless_answers_are_cut() {
    let source = server(
        r#"
        let mut stream = stream;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&[b'a'; 65536]).is_ok() { println!("{}", "b".repeat(65536)); }
        "#,
    );
    let report = run(THREE_STEPS, &source);
    let finding = finding(&report, "second");
    assert_eq!(finding.expected.as_deref(), Some("an answer that ends"));
    assert!(actual(finding).len() < 1000 && finding.log.iter().all(|line| line.len() <= 300));
}

#[test]
fn an_early_exit_is_told_with_code_and_last_words() {
    let source = r#"fn main() { eprintln!("no config"); std::process::exit(7) }"#;
    let report = run(THREE_STEPS, source);
    let finding = finding(&report, LISTENS);
    assert!(actual(finding).ends_with("exit code 7"), "{finding:#?}");
    assert_eq!(finding.log, ["no config"]);
}

#[test]
fn a_server_that_never_listens_is_told_with_the_time_that_was_waited() {
    let steps = THREE_STEPS.replace("ready_seconds = 20", "ready_seconds = 1");
    let report = run(&steps, "fn main() { loop { std::thread::park(); } }");
    assert!(
        actual(finding(&report, LISTENS)).contains("for 1 second"),
        "{report:#?}"
    );
}

#[test]
fn a_panic_at_the_third_request_is_told_there_and_the_rest_is_not_run() {
    let source = server(r#"assert!(count < 3, "only two"); say(stream, HI)"#);
    let report = run(THREE_STEPS, &source);
    assert_eq!(state(&report, "second"), CheckState::Passed);
    let finding = finding(&report, "third");
    assert!(
        actual(finding).contains("the server ended at this step: exit code 101"),
        "{finding:#?}"
    );
    assert!(
        finding
            .explain
            .as_ref()
            .is_some_and(|text| text.contains("“only two”")),
        "{finding:#?}"
    );
    assert_eq!(
        finding.location.as_ref().map(|place| place.line),
        Some(17),
        "{finding:#?}"
    );
    assert_eq!(state(&report, "fourth"), CheckState::NotRun);
}

/// What a learner reads of a server that came to a limit in the second request.
fn at_a_limit(each: &str) -> (String, String) {
    let source = server(&format!("if count == 2 {{ {each} }} say(stream, HI)"));
    // A slow machine may need a while to get there.
    let steps = THREE_STEPS.replace("step_seconds = 10", "step_seconds = 120");
    let report = run(&steps, &source);
    assert_eq!(state(&report, "first"), CheckState::Passed, "{report:#?}");
    assert_eq!(state(&report, "third"), CheckState::NotRun, "{report:#?}");
    let finding = finding(&report, "second");
    let explained = finding.explain.clone().unwrap_or_default();
    (actual(finding).to_owned(), explained)
}

#[cfg(target_os = "linux")]
#[test]
fn a_handler_that_takes_memory_without_end_is_ended_and_the_limit_is_named() {
    const LIMIT: &str = "the server ended at this step: stopped because it used more than 2048 MiB of memory, which is its limit";
    for each in [
        // In the server itself, and in what it starts: each of those within the limit for one.
        "let mut all = Vec::new(); loop { all.push(vec![1_u8; 1 << 20]) }",
        r#"for _ in 0..8 { std::process::Command::new("sh").args(["-c", "head -c 400000000 /dev/zero | tail -c 400000000 | sleep 600"]).spawn().unwrap(); } loop { std::thread::park() }"#,
    ] {
        let (actual, explained) = at_a_limit(each);
        assert_eq!(actual, LIMIT, "{each}");
        assert!(explained.contains("grows in a loop"), "{explained}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_handler_that_starts_programs_without_end_is_ended_and_the_limit_is_named() {
    let forks =
        r#"loop { std::process::Command::new("sleep").arg("600").spawn().expect("started"); }"#;
    let (actual, explained) = at_a_limit(forks);
    assert_eq!(
        actual,
        "the server ended at this step: stopped because it had more than 512 processes at once, which is its limit"
    );
    assert!(explained.contains("starts other programs"), "{explained}");
}

#[test]
fn a_panic_after_an_answer_is_told_at_the_step_after_it_with_its_words() {
    let source = server(r#"say(stream, HI); assert!(count < 2, "tired")"#);
    let report = run(THREE_STEPS, &source);
    assert_eq!(state(&report, "second"), CheckState::Passed);
    let finding = finding(&report, "third");
    assert!(
        finding
            .explain
            .as_ref()
            .is_some_and(|text| text.contains("“tired”")),
        "{finding:#?}"
    );
    assert_eq!(state(&report, "fourth"), CheckState::NotRun);
}

#[test]
fn a_server_that_never_answers_costs_two_steps_not_all() {
    let steps = THREE_STEPS.replace("step_seconds = 10", "step_seconds = 1");
    let source = server("std::mem::forget(stream)");
    let report = run(&steps, &source);
    assert!(
        actual(finding(&report, "first")).contains("nothing for 1 second"),
        "{report:#?}"
    );
    assert_eq!(state(&report, "second"), CheckState::Failed);
    assert_eq!(state(&report, "third"), CheckState::NotRun);
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.contains("without an answer"))
    );
}

#[test]
fn a_child_that_outlives_its_parent_is_ended_too() {
    let dir = workspace::scratch().expect("a directory");
    let file = dir.path().join("child");
    let source = format!(
        r#"fn main() {{
            let child = std::process::Command::new("sleep").arg("600").spawn().expect("sleep");
            std::fs::write({file:?}, child.id().to_string()).expect("written");
        }}"#
    );
    let report = run(THREE_STEPS, &source);
    assert!(
        actual(finding(&report, LISTENS)).ends_with("exit code 0"),
        "{report:#?}"
    );
    let child = fs::read_to_string(&file).expect("the child's id");
    assert!(gone_soon(&child), "process {child} was left running");
}

#[test]
fn a_server_is_gone_when_its_check_is_done_even_if_it_ignores_the_signal() {
    let dir = workspace::scratch().expect("a directory");
    let file = dir.path().join("server");
    // The shell ignores SIGTERM, and what it starts inherits that.
    let again = format!(
        r#"if env::var("AGAIN").is_err() {{
            use std::os::unix::process::CommandExt;
            std::fs::write({file:?}, std::process::id().to_string()).expect("written");
            let me = env::current_exe().expect("a path");
            let script = "trap '' TERM; exec \"$0\"";
            let _ = std::process::Command::new("sh").arg("-c").arg(script).arg(me).env("AGAIN", "1").exec();
        }}
        let port ="#
    );
    let source = server("say(stream, HI)").replace("let port =", &again);
    let report = run(THREE_STEPS, &source);
    assert!(report.passed(), "{report:#?}");
    let server = fs::read_to_string(&file).expect("the server's id");
    assert!(gone_soon(&server), "process {server} was left running");
}

#[test]
fn what_one_step_captured_the_next_one_uses() {
    let steps = r#"
        [[step]]
        claim = "a user is created"
        send = { method = "POST", path = "/users", json = { name = "${random.word}" } }
        expect = { status = 201 }
        capture = { where = { header = "Location" } }
        [[step]]
        claim = "the user is there"
        send = { path = "${where}" }
        expect = { body = "GET /users/77" }
    "#;
    let source = server(
        r#"
        let mut stream = stream;
        let mut buffer = [0; 4096];
        let read = stream.read(&mut buffer).expect("a request");
        let line = String::from_utf8_lossy(&buffer[..read]);
        let line = line.lines().next().unwrap_or("").trim_end_matches(" HTTP/1.1");
        let answer = if line == "POST /users" {
            "HTTP/1.1 201 Created\r\nLocation: /users/77\r\nContent-Length: 0\r\n\r\n".to_owned()
        } else {
            format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{line}", line.len())
        };
        stream.write_all(answer.as_bytes()).expect("written");
        "#,
    );
    let report = run(steps, &source);
    assert!(report.passed(), "{report:#?}");
    let broken = run(steps, &source.replace("Location", "Elsewhere"));
    assert!(actual(finding(&broken, "a user is created")).contains("Elsewhere"));
    assert_eq!(state(&broken, "the user is there"), CheckState::NotRun);
}

#[test]
fn a_name_that_nothing_gives_a_value_is_a_course_error() {
    let steps = THREE_STEPS.replace("/${random.word}", "/${random.wrod}");
    let error = run_until(&steps, "fn main() {}", &Cancel::new()).expect_err("the course is wrong");
    assert!(
        matches!(error, Error::Course { line: Some(4), .. }),
        "{error}"
    );
}

/// Cancels a check of one step when its server was asked, and sees that it comes back at all: the step would wait for ten minutes.
fn cancelled_when_asked(step: &str) {
    let cancel = Cancel::new();
    let other = cancel.clone();
    let steps = format!(
        "limits = {{ ready_seconds = 20, step_seconds = 600 }}\n[[step]]\nclaim = \"a\"\n{step}\n"
    );
    let dir = workspace::scratch().expect("a directory");
    let reached = dir.path().join("reached");
    let source = server(&format!(
        "std::fs::write({reached:?}, \"\").expect(\"written\"); std::mem::forget(stream)"
    ));
    let checking = thread::spawn(move || run_until(&steps, &source, &other));
    let deadline = Instant::now() + Duration::from_secs(60);
    while !reached.exists() {
        assert!(Instant::now() < deadline, "the server was never asked");
        thread::yield_now();
    }
    cancel.cancel();
    let result = checking.join().expect("no panic");
    assert!(matches!(result, Err(Error::Cancelled)), "{step}");
}

#[test]
fn cancelling_ends_a_check_whatever_it_waits_for() {
    let request = "send = { path = \"/\" }\nexpect = { status = 200 }";
    for step in [
        request,
        "raw = \"GET / HTTP/1.1\\r\\n\\r\\n\"\nexpect = { connection = \"closed\" }",
        "send = { as = \"anna\", path = \"/\" }\nexpect = { status = 200 }",
        "talk = [\"open\", { read = \"a\" }]",
        "talk = [\"open\", \"expect closed\"]",
        "talk = [{ wait_ms = 600000 }]",
        "talk = [{ drip = [{ repeat = \"a\", times = 9000 }], pause_ms = 1000 }]",
        "talk = [{ write = [{ random = 50000000 }] }]",
        &format!("parallel = 9\n{request}"),
        &format!("{request}\nmeanwhile = {{ clients = 3, talk = [\"open\", {{ read = \"a\" }}] }}"),
    ] {
        cancelled_when_asked(step);
    }
}

#[test]
fn a_program_that_does_not_compile_is_not_started() {
    let report = run(THREE_STEPS, "fn main() { let x: u8 = \"\"; }");
    assert_eq!(state(&report, "it compiles"), CheckState::Failed);
    assert_eq!(state(&report, LISTENS), CheckState::NotRun);
    assert_eq!(state(&report, "first"), CheckState::NotRun);
}

/// A process that nobody has collected yet is a zombie: it runs no more.
fn gone_soon(process: &str) -> bool {
    let deadline = Instant::now() + Duration::from_secs(10);
    while Instant::now() < deadline {
        match fs::read_to_string(format!("/proc/{}/stat", process.trim())) {
            Ok(stat) if !stat.contains(") Z ") => thread::yield_now(),
            _ => return true,
        }
    }
    false
}
