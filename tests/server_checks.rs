//! Check programs of server exercises: what one can ask for, what the learner reads when it fails, and that its own faults are the
//! course's.

#![cfg(unix)]

mod common;

use backendlings::{
    error::Error,
    outcome::{CheckState, Finding, Report},
    process::Cancel,
};
use common::{
    Tiny,
    steps::{actual, server},
};
use std::thread;

fn course(steps: &str, checks: &str, entry: &str) -> Tiny {
    let tiny = Tiny::sample("fn main() {}\n", &format!("kind = \"server\"\n{entry}"));
    let limits = "limits = { ready_seconds = 30, step_seconds = 5 }\n";
    tiny.write("exercises/sample.toml", format!("{limits}{steps}"));
    tiny.write("exercises/sample.check.rs", checks);
    tiny
}

fn judged(steps: &str, checks: &str, answer: &str) -> Report {
    let report = course(steps, checks, "").check(server(answer));
    report.expect("no fault of the course or the machine")
}

#[track_caller]
fn passes(checks: &str, answer: &str) {
    let report = judged("", checks, answer);
    assert!(report.passed(), "{report:#?}");
}

#[track_caller]
fn fails(checks: &str, answer: &str) -> Finding {
    let report = judged("", checks, answer);
    let finding = report.findings.first();
    finding
        .unwrap_or_else(|| panic!("it passed: {report:#?}"))
        .clone()
}

#[track_caller]
fn course_error(steps: &str, checks: &str) -> String {
    let error = course(steps, checks, "")
        .check(server(COUNTS))
        .expect_err("the course is wrong");
    assert!(matches!(error, Error::Course { .. }), "{error}");
    error.to_string()
}

/// Each answer is the number of requests since the start.
const COUNTS: &str = "(200, String::new(), (COUNT.fetch_add(1, Ordering::SeqCst) + 1).to_string())";

const ONE_AFTER_THE_OTHER: &str = r#"
use kit::*;

#[test]
fn the_first_request_is_number_two() {
    let answer = server().get("/a");
    assert_eq!(answer.body, "2", "GET /a after one step");
}

#[test]
fn the_server_is_the_same_one() {
    assert_eq!(server().post("/a", "x").body, "3");
}

#[test]
fn a_new_start_begins_anew() {
    let mut server = server();
    server.restart("TERM");
    assert_eq!(server.get("/").body, "1");
}

#[test]
fn and_stays() {
    assert_eq!(server().get("/").body, "2");
}
"#;

const ONE_STEP: &str =
    "[[step]]\nclaim = \"a step\"\nsend = { path = \"/\" }\nexpect = { status = 200 }\n";

#[test]
fn tests_run_in_order_after_the_steps_at_the_same_server() {
    let report = judged(ONE_STEP, ONE_AFTER_THE_OTHER, COUNTS);
    assert!(report.passed(), "{report:#?}");
    let claims: Vec<&str> = report.checks.iter().map(|c| c.claim.as_str()).collect();
    assert_eq!(
        claims,
        [
            "it compiles",
            "the server listens on $PORT",
            "a step",
            "the first request is number two",
            "the server is the same one",
            "a new start begins anew",
            "and stays"
        ]
    );
}

#[test]
fn a_failure_says_what_was_asked_expected_and_came() {
    let report = judged(
        ONE_STEP,
        ONE_AFTER_THE_OTHER,
        "println!(\"seen\"); (200, String::new(), \"7\".into())",
    );
    let finding = &report.findings[0];
    assert_eq!(finding.claim, "the first request is number two");
    assert_eq!(finding.asked.as_deref(), Some("GET /a after one step"));
    assert_eq!(finding.expected.as_deref(), Some("\"2\""));
    assert_eq!(actual(finding), "\"7\"");
    // The line of the step before may come late.
    assert!(finding.log.contains(&"seen".to_owned()), "{finding:#?}");
    assert_eq!(finding.location, None);
    let repeat = finding.repeat.as_deref().unwrap_or_default();
    assert_eq!(repeat, "curl -i http://127.0.0.1:$PORT/a");
    assert_eq!(report.findings[1].asked.as_deref(), Some("POST /a"));
    assert_eq!(report.findings.len(), 4);
}

#[test]
fn words_for_the_learner_come_with_the_failure() {
    let checks = r#"
    use kit::*;
    #[test]
    fn a_number_is_five() {
        explain("Count to five.");
        let answer = server().get("/");
        if answer.body != "5" { unexpected("GET /", "5", &answer.to_string()) }
    }"#;
    let finding = fails(checks, COUNTS);
    assert_eq!(finding.explain.as_deref(), Some("Count to five."));
    assert_eq!(finding.expected.as_deref(), Some("5"));
    assert_eq!(actual(&finding), "status 200, body 1");
}

#[test]
fn a_test_may_look_at_the_upstream_and_let_its_answers_go() {
    let steps = "[[peers.upstream.routes]]\npath = \"/{id}\"\nanswers = [{ body = \"${path.id} ${random.word}\", hold = true }]\n";
    let checks = r#"
    use kit::*;
    #[test]
    fn the_first_reader_goes_away() {
        let mut line = server().connect();
        line.get("/a");
        wait_until("a request at the upstream", || upstream().len() == 1);
        drop(line);
        open_upstream();
        assert_eq!(server().get("/b").body, format!("b {}", random("word")));
        assert_eq!(upstream(), ["GET /a", "GET /b"]);
    }"#;
    let asks = r#"
    let host = env::var("UPSTREAM_URL").expect("an address").replace("http://", "");
    let mut stream = TcpStream::connect(&host).expect("it listens");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    (200, String::new(), answer.split("\r\n\r\n").nth(1).expect("a body").to_owned())
    "#;
    let report = judged(steps, checks, asks);
    assert!(report.passed(), "{report:#?}");
}

#[test]
fn a_test_may_stop_a_service_and_ask_each_instance() {
    let checks = r#"
    use kit::*;
    #[test]
    fn without_redis_both_say_so() {
        stop("redis");
        for server in instances() { assert_eq!(server.get("/").body, "away"); }
        start("redis");
        for server in instances() { assert_eq!(server.get("/").body, "there"); }
    }"#;
    let answer = r#"
    let url = env::var("REDIS_URL").expect("an address");
    let host = url.trim_start_matches("redis://").trim_end_matches("/0");
    let away = TcpStream::connect(host).is_err();
    (200, String::new(), if away { "away" } else { "there" }.into())
    "#;
    let tiny = course("instances = 2\n", checks, "needs = [\"redis\"]");
    let report = tiny.check(server(answer)).expect("no fault of the course");
    assert!(report.passed(), "{report:#?}");
}

#[test]
fn a_signal_and_the_end_that_it_leads_to() {
    let checks = r#"
    use kit::*;
    #[test]
    fn it_ends_well() {
        let server = server();
        server.signal("TERM");
        assert_eq!(server.end(), "exit code 0", "send SIGTERM");
    }"#;
    let finding = fails(checks, COUNTS);
    assert_eq!(finding.asked.as_deref(), Some("send SIGTERM"));
    assert_eq!(actual(&finding), "\"stopped by signal 15\"");
}

#[test]
fn bytes_as_they_are_and_answers_in_chunks_are_understood() {
    let checks = r#"
    use kit::*;
    #[test]
    fn two_answers_on_one_line() {
        let mut line = server().connect();
        line.write(b"GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_eq!(line.answer("GET /a").body, "/a");
        let second = line.answer("GET /b");
        assert_eq!((second.status, second.header("x-name")), (200, Some("b")));
    }
    #[test]
    fn chunks() {
        assert_eq!(server().get("/chunks").body, "one two");
    }"#;
    let chunked = server("(200, format!(\"X-Name: {}\\r\\n\", path.trim_start_matches('/')), path.clone())").replace(
        "let length = body.len();",
        "if request.path == \"/chunks\" { let _ = write!(stream, \"HTTP/1.1 200 X\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n3\\r\\none\\r\\n4\\r\\n two\\r\\n0\\r\\n\\r\\n\"); continue; } let length = body.len();",
    );
    let report = course("", checks, "")
        .check(chunked)
        .expect("no fault of the course");
    assert!(report.passed(), "{report:#?}");
}

#[test]
fn a_server_that_says_nothing_fails_within_the_limit_of_a_step() {
    let checks = "use kit::*;\n#[test]\nfn it_answers() { server().get(\"/\"); }\n";
    let tiny = course("", checks, "");
    tiny.write("exercises/sample.toml", "limits = { step_seconds = 1 }\n");
    let report = tiny.check(server("loop { thread::park() }"));
    let report = report.expect("no fault of the course");
    let finding = &report.findings[0];
    assert_eq!(finding.asked.as_deref(), Some("GET /"));
    assert_eq!(finding.expected.as_deref(), Some("an answer"));
    assert!(
        actual(finding).contains("limit of one step"),
        "{finding:#?}"
    );
}

#[test]
fn a_test_without_end_is_stopped_and_after_two_the_rest_is_not_run() {
    let endless =
        |name: &str| format!("#[test]\nfn {name}() {{ loop {{ std::thread::park() }} }}\n");
    let checks = ["a", "b", "c"].map(endless).concat();
    let tiny = course("", &checks, "");
    tiny.write("exercises/sample.toml", "limits = { step_seconds = 1 }\n");
    let report = tiny.check(server(COUNTS)).expect("no fault of the course");
    let states: Vec<CheckState> = report.checks[2..].iter().map(|c| c.state).collect();
    assert_eq!(
        states,
        [CheckState::Failed, CheckState::Failed, CheckState::NotRun]
    );
    let expected = report.findings[0].expected.as_deref();
    assert_eq!(expected, Some("an end within 4 s, the limit of one check"));
}

#[test]
fn a_server_that_dies_is_told_as_one_and_the_rest_is_not_run() {
    let checks = "use kit::*;\n#[test]\nfn asked() { server().get(\"/\"); }\n#[test]\nfn again() { server().get(\"/\"); }\n";
    let report = judged("", checks, "eprintln!(\"no more\"); std::process::exit(9)");
    let finding = &report.findings[0];
    assert!(actual(finding).contains("exit code 9"), "{finding:#?}");
    assert_eq!(finding.log, ["no more"]);
    assert_eq!(
        report.checks.last().expect("a check").state,
        CheckState::NotRun
    );
}

#[test]
fn the_steps_before_decide_whether_the_tests_can_run() {
    let checks = "use kit::*;\n#[test]\nfn asked() { server().get(\"/\"); }\n";
    let report = judged(ONE_STEP, checks, "std::process::exit(9)");
    assert_eq!(report.findings.len(), 1);
    assert_eq!(
        report.checks.last().expect("a check").state,
        CheckState::NotRun
    );
}

#[test]
fn a_program_that_was_compiled_once_is_not_compiled_again_until_it_changes() {
    let checks = "#[test]\nfn it_holds() {}\n";
    let tiny = course("", checks, "");
    let report = |tiny: &Tiny| tiny.check(server(COUNTS)).expect("no fault of the course");
    assert!(report(&tiny).passed());
    let note = backendlings::workspace::Workspace::at(tiny.root())
        .build("sample")
        .join("check/compiled");
    let written = || {
        std::fs::metadata(&note)
            .and_then(|note| note.modified())
            .expect("there")
    };
    let first = written();
    assert!(report(&tiny).passed());
    assert_eq!(written(), first, "it was compiled again");
    tiny.write(
        "exercises/sample.check.rs",
        checks.replace("{}", "{ panic!(\"now it does not\") }"),
    );
    let changed = report(&tiny);
    assert_eq!(actual(&changed.findings[0]), "now it does not");
    assert_ne!(written(), first);
}

#[test]
fn what_the_check_program_does_wrong_is_the_courses_fault() {
    let test = |body: &str| format!("use kit::*;\n#[test]\nfn a_test() {{ {body} }}\n");
    let cases = [
        ("fn x() {}\n".to_owned(), "has no tests"),
        (test("let x: u8 = \"a\";"), "does not compile"),
        ("#[test]\nfn a( {}\n".to_owned(), "does not compile"),
        (test("std::process::exit(0)"), "ended before its test did"),
        (test("std::process::abort()"), "ended before its test did"),
        (test("stop(\"redis\");"), "this exercise has no redis"),
        (test("server().signal(\"TREM\");"), "TREM is no signal"),
        (test("random(\"wrod\");"), "nothing is called random.wrod"),
    ];
    for (checks, what) in cases {
        let words = course_error("", &checks);
        assert!(words.contains(what), "no “{what}” in {words}");
        assert!(words.contains("sample.check.rs"), "{words}");
    }
    let ends = format!(
        "{}#[test]\nfn b() {{}}\n",
        test("let s = server(); s.signal(\"KILL\"); s.end();")
    );
    assert!(course_error("", &ends).contains("did not start it again"));
    let same = test("").replace("a_test", "a_step");
    let words = course_error(ONE_STEP, &same);
    assert!(words.contains("sample.check.rs:3"), "{words}");
}

#[test]
fn without_steps_and_without_a_check_program_nothing_is_checked() {
    let tiny = Tiny::sample("fn main() {}\n", "kind = \"server\"");
    tiny.write("exercises/sample.toml", "# none\n");
    let error = tiny
        .check("fn main() {}\n")
        .expect_err("the course is wrong");
    assert!(error.to_string().contains("there are no steps"), "{error}");
}

#[test]
fn the_check_program_alone_is_enough() {
    let tiny = course(
        "",
        "use kit::*;\n#[test]\nfn it_counts() { assert_eq!(server().get(\"/\").body, \"1\"); }\n",
        "",
    );
    std::fs::remove_file(tiny.path("exercises/sample.toml")).expect("removed");
    let report = tiny.check(server(COUNTS)).expect("no fault of the course");
    assert!(report.passed(), "{report:#?}");
    passes("#[test]\nfn nothing_is_asked() {}\n", COUNTS);
}

#[test]
fn a_check_that_nobody_wants_any_more_is_stopped_with_its_program() {
    let tiny = course("", "", "");
    let mark = tiny.path("mark");
    let checks = format!(
        "#[test]\nfn it_waits() {{ std::fs::write({:?}, std::process::id().to_string()).expect(\"written\"); loop {{ std::thread::park() }} }}\n",
        mark.display().to_string()
    );
    tiny.write("exercises/sample.check.rs", checks);
    tiny.write(
        "exercises/sample.toml",
        "limits = { ready_seconds = 30, step_seconds = 600 }\n",
    );
    let cancel = Cancel::new();
    let program = thread::scope(|scope| {
        let judging =
            scope.spawn(|| tiny.check_until(&cancel, "exercises/sample.rs", server(COUNTS)));
        let program = loop {
            match std::fs::read_to_string(&mark) {
                Ok(number) if !number.is_empty() => break number,
                _ => assert!(!judging.is_finished(), "it was not waited for"),
            }
            thread::yield_now();
        };
        cancel.cancel();
        let result = judging.join().expect("no panic");
        assert!(matches!(result, Err(Error::Cancelled)), "{result:?}");
        program
    });
    let stat = std::fs::read_to_string(format!("/proc/{program}/stat"));
    assert!(stat.is_err(), "process {program} is still there: {stat:?}");
}
