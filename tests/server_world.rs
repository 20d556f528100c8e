//! Steps about what is beside the learner's program: more instances of itself, and services that are stopped and started again.

#![cfg(unix)]

mod common;

use backendlings::{
    error::Error,
    outcome::{Badge, CheckState, Finding, Outcome, Report},
};
use common::steps::{actual, fails, passes, server, tiny};

/// Keeps what it is sent in Redis, and gives it back; `EXPIRE` says for how long. Redis away is 503.
const KEEPS: &str = r#"
    let url = env::var("REDIS_URL").expect("an address");
    let host = url.trim_start_matches("redis://").trim_end_matches("/0");
    let say = |words: &str| -> std::io::Result<String> {
        let mut stream = TcpStream::connect(host)?;
        stream.write_all(format!("{words}\r\n").as_bytes())?;
        let mut lines = BufReader::new(stream).lines();
        let first = lines.next().ok_or(std::io::ErrorKind::UnexpectedEof)??;
        if first.starts_with('$') && first != "$-1" { return lines.next().ok_or(std::io::ErrorKind::UnexpectedEof)?; }
        Ok(first)
    };
    let key = path.trim_start_matches('/');
    let said = match method.as_str() {
        "POST" => say(&format!("SET {key} {body}EXPIRE")),
        _ => say(&format!("GET {key}")),
    };
    match said {
        Ok(said) => (200, String::new(), said),
        Err(_) => (503, String::new(), "Redis is away".into()),
    }
"#;

const EXPIRES: &str = " PX 60000";

const STORY: &str = r#"
instances = 2
[[step]]
claim = "a value is kept for a minute"
send  = { method = "POST", path = "/a", body = "${random.word}" }
expect = { status = 200 }
redis = { keys_at_least = 1, keys_at_most = 1, every_key_expires_within_ms = 60000 }
[[step]]
claim = "the other instance knows it"
to    = "second"
send  = { path = "/a" }
expect = { body = "${random.word}" }
[[step]]
claim = "without Redis they say so"
service = { redis = "stop" }
[[step]]
claim = "each of them says that Redis is away"
to    = "all"
send  = { path = "/a" }
expect = { status = 503 }
[[step]]
claim = "Redis is back, and empty"
service = { redis = "start" }
[[step]]
claim = "the same port answers"
to    = "all"
send  = { path = "/a" }
expect = { status = 200, body = "$-1" }
redis = { keys_at_most = 0 }
"#;

fn judged(steps: &str, answer: &str) -> Report {
    let report = tiny(steps, "needs = [\"redis\"]").check(server(answer));
    report.expect("no fault of the course or the machine")
}

fn first_finding(report: &Report) -> &Finding {
    report.findings.first().expect("it fails")
}

#[test]
fn redis_is_shared_stopped_and_started_again_on_the_same_port() {
    let report = judged(STORY, &KEEPS.replace("EXPIRE", EXPIRES));
    assert!(report.passed(), "{report:#?}");
    assert!(matches!(
        report.badge,
        Some(Badge::Live | Badge::LiveStandIn)
    ));
}

#[test]
fn a_key_that_never_ends_is_named() {
    let report = judged(STORY, &KEEPS.replace("EXPIRE", ""));
    let finding = first_finding(&report);
    assert_eq!(finding.claim, "a value is kept for a minute");
    assert_eq!(actual(finding), "1 key: a (PTTL -1: it never ends)");
}

#[test]
fn who_panics_without_redis_is_told_where_it_was_asked() {
    let panics = KEEPS.replace("Err(_) => (503", "Err(_) => (500");
    let report = judged(STORY, &panics.replace("EXPIRE", EXPIRES));
    let finding = first_finding(&report);
    assert_eq!(finding.claim, "each of them says that Redis is away");
    assert_eq!(
        finding.asked.as_deref(),
        Some("GET /a, at the first instance")
    );
    assert_eq!(actual(finding), "status 500, body Redis is away");
}

#[test]
fn who_ends_when_redis_ends_is_seen_at_that_step() {
    // A watcher thread that leaves when its connection to Redis does.
    let watcher = r#"
    static WATCHES: std::sync::Once = std::sync::Once::new();
    WATCHES.call_once(|| {
        let url = env::var("REDIS_URL").expect("an address");
        let host = url.trim_start_matches("redis://").trim_end_matches("/0").to_owned();
        let mut stream = TcpStream::connect(host).expect("Redis runs");
        thread::spawn(move || { let _ = stream.read(&mut [0; 1]); std::process::exit(3) });
    });
    "#;
    let report = judged(
        STORY,
        &format!("{watcher}{}", KEEPS.replace("EXPIRE", EXPIRES)),
    );
    let finding = first_finding(&report);
    assert_eq!(finding.claim, "without Redis they say so");
    assert_eq!(finding.asked.as_deref(), Some("stop Redis"));
    assert!(actual(finding).contains("exit code 3"), "{finding:#?}");
}

#[test]
fn a_service_that_starts_anew_cuts_its_connections_and_a_database_keeps_its_rows() {
    let steps = r#"
[[step]]
claim = "connected"
send  = { path = "/" }
expect = { status = 200, body = "connected" }
[[step]]
claim = "started anew"
service = { postgres = "restart" }
[[step]]
claim = "cut"
send  = { path = "/" }
expect = { status = 200, body = "cut" }
"#;
    let answer = r#"
    static KEPT: Mutex<Option<TcpStream>> = Mutex::new(None);
    let url = env::var("DATABASE_URL").expect("an address");
    let host = url.split('@').nth(1).and_then(|rest| rest.split('/').next()).expect("a host").to_owned();
    let mut kept = KEPT.lock().expect("no panic");
    let said = match &mut *kept {
        Some(stream) => match stream.read(&mut [0; 1]) { Ok(1..) => "open", _ => "cut" },
        None => { *kept = TcpStream::connect(host).ok(); if kept.is_some() { "connected" } else { "refused" } }
    };
    (200, String::new(), said.into())
    "#;
    let report = tiny(steps, "needs = [\"postgres\"]").check(server(answer));
    let report = report.expect("no fault of the course or the machine");
    if let Outcome::Skipped { reason } = &report.outcome {
        eprintln!("skipped: {reason}");
        return;
    }
    assert!(report.passed(), "{report:#?}");
}

const OWN_PORT: &str = r#"(200, String::new(), env::var("PORT").expect("a port"))"#;

#[test]
fn the_clients_of_a_group_take_turns_at_the_instances() {
    let steps = r#"
instances = 2
[[step]]
claim    = "half of the readers are at each"
to       = "all"
parallel = 10
send     = { path = "/${n}" }
capture  = { port = { body = "(.+)" } }
group    = { distinct = { port = PORTS } }
"#;
    passes(&steps.replace("PORTS", "2"), OWN_PORT);
    let alone = steps
        .replace("to       = \"all\"\n", "")
        .replace("PORTS", "1");
    passes(&alone, OWN_PORT);
    let same = fails(
        &steps.replace("PORTS", "2"),
        r#"(200, String::new(), "7".into())"#,
    );
    assert_eq!(
        same.asked.as_deref(),
        Some("GET /1 (the first of 10 clients at once), at all instances in turn")
    );
}

#[test]
fn one_instance_is_killed_and_started_again_while_the_other_goes_on() {
    let steps = r#"
instances = 2
[[step]]
claim = "counted at the first"
send  = { path = "/" }
expect = { body = "1" }
[[step]]
claim = "the second one is killed"
to    = "second"
signal = "KILL"
[[step]]
claim = "the first one goes on"
send  = { path = "/" }
expect = { body = "2" }
[[step]]
claim = "the second one is back"
to    = "second"
restart = "TERM"
[[step]]
claim = "and has forgotten"
to    = "second"
send  = { path = "/" }
expect = { body = "1" }
[[step]]
claim = "they cost little"
to    = "all"
expect = { process = { memory_mib = 500 } }
[[step]]
claim = "both end when told"
to    = "all"
signal = "TERM"
expect = { exit = 0 }
"#;
    let counts = "(200, String::new(), (COUNT.fetch_add(1, Ordering::SeqCst) + 1).to_string())";
    let finding = fails(steps, counts);
    assert_eq!(finding.claim, "both end when told");
    assert_eq!(
        finding.asked.as_deref(),
        Some("send the program SIGTERM, at the first instance")
    );
}

#[test]
fn the_end_of_one_instance_costs_only_its_own_steps() {
    let steps = r#"
instances = 2
[[step]]
claim = "the second one ends"
to    = "second"
send  = { path = "/end" }
expect = { status = 200 }
[[step]]
claim = "the second one cannot be asked"
to    = "second"
send  = { path = "/" }
expect = { status = 200 }
[[step]]
claim = "the first one can"
send  = { path = "/" }
expect = { status = 200 }
"#;
    let ends = r#"
    if path == "/end" { std::process::exit(7) }
    (200, String::new(), String::new())
    "#;
    let report = common::steps::run(steps, ends);
    // The first two are about the program: it compiles, and it listens.
    let states: Vec<CheckState> = report
        .checks
        .iter()
        .skip(2)
        .map(|check| check.state)
        .collect();
    assert_eq!(
        states,
        [CheckState::Failed, CheckState::NotRun, CheckState::Passed],
        "{report:#?}"
    );
    assert!(actual(first_finding(&report)).contains("exit code 7"));
}

#[test]
fn a_second_instance_that_does_not_start_is_told_as_one() {
    let once = server(OWN_PORT).replace(
        "fn main() {",
        "fn main() { if fs::exists(\"lock\").expect(\"known\") { eprintln!(\"locked\"); std::process::exit(4) } fs::write(\"lock\", \"\").expect(\"written\");",
    );
    let steps = "instances = 2\n[[step]]\nclaim = \"a\"\nsend = { path = \"/\" }\nexpect = { status = 200 }\n";
    let report = tiny(steps, "").check(once).expect("no fault of the course");
    let finding = first_finding(&report);
    assert!(actual(finding).contains("exit code 4"), "{finding:#?}");
    let explain = finding.explain.as_deref().unwrap_or_default();
    assert!(
        explain.starts_with("This is the second instance"),
        "{explain}"
    );
}

#[test]
fn wrong_use_is_told_with_its_line() {
    let step = "[[step]]\nclaim = \"a\"\n";
    let asks = "send = { path = \"/\" }\nexpect = { status = 200 }\n";
    let stop = "[[step]]\nclaim = \"b\"\nservice = { redis = \"stop\" }\n";
    let cases = [
        (
            format!("instances = 1\n{step}{asks}"),
            "1 is no number of instances",
            2,
        ),
        (
            format!("{step}{asks}to = \"second\"\n"),
            "`second` is no instance here",
            6,
        ),
        (
            format!("{stop}to = \"all\"\n"),
            "a service is not of one instance",
            5,
        ),
        (
            format!("{step}service = {{ redsi = \"stop\" }}\n"),
            "`redsi` is no service",
            3,
        ),
        (
            format!("{step}service = {{ postgres = \"stop\" }}\n"),
            "this exercise has no postgres",
            3,
        ),
        (
            format!("{step}service = {{ redis = \"start\" }}\n"),
            "redis runs already",
            3,
        ),
        (
            format!("{stop}{}", stop.replace("\"b\"", "\"c\"")),
            "redis is stopped already",
            6,
        ),
        (
            format!("{step}service = {{ redis = \"stop\" }}\nsignal = \"TERM\"\n"),
            "not both",
            3,
        ),
        (
            format!("{step}{asks}redis = {{}}\n"),
            "the expectation on Redis says nothing",
            3,
        ),
        (
            format!("{stop}{step}{asks}redis = {{ keys_at_least = 1 }}\n"),
            "Redis is stopped at this step",
            6,
        ),
        (
            format!("{step}{asks}redis = {{ kees = 1 }}\n"),
            "`kees` is not known here",
            6,
        ),
    ];
    for (steps, what, line) in cases {
        let error = tiny(&steps, "needs = [\"redis\"]")
            .check("fn main() {}\n")
            .expect_err("the course is wrong");
        assert!(matches!(error, Error::Course { .. }), "{error}");
        let words = error.to_string();
        assert!(words.contains(what), "no “{what}” in {words}");
        let place = format!("sample.toml:{line}");
        assert!(words.contains(&place), "no {place} in {words}");
    }
}
