//! `grade` for the kinds that start more than a program: servers, SQL, PostgreSQL, Redis, crates, projects. Each right and each wrong answer has
//! its verdict in the sandbox too.
#![cfg(unix)]

mod common;

use backendlings::{
    process::{Cancel, Level},
    services::Services,
    workspace::Workspace,
};
use common::{Tiny, steps};
use flate2::{Compression, write::GzEncoder};
use serde_json::Value;
use std::{fs, os::unix::fs::symlink, process::Command};

const INFO: &str = r#"format_version = 1

[dependencies]
oracle = { path = "PATH" }

[[chapters]]
dir = "a"
title = "A"

[[chapters]]
dir = "crates"
title = "Crates"
dependencies = ["oracle"]

[[exercises]]
name = "server"
dir = "a"
kind = "server"
hint = "h"

[[exercises]]
name = "query"
dir = "a"
kind = "sql"
hint = "h"

[[exercises]]
name = "with_postgres"
dir = "a"
kind = "server"
needs = ["postgres"]
hint = "h"

[[exercises]]
name = "with_redis"
dir = "a"
kind = "server"
needs = ["redis"]
hint = "h"

[[exercises]]
name = "with_crate"
dir = "crates"
hint = "h"
"#;

const LIMITS: &str = "limits = { ready_seconds = 30, step_seconds = 10 }\n";

/// What the server sends to the address in a variable, and gives what comes back.
const ASK: &str = r#"{
        let url = env::var("VARIABLE").expect("it is set");
        let host = url.split("://").nth(1).and_then(|rest| rest.split('/').next()).and_then(|rest| rest.rsplit('@').next());
        let mut stream = TcpStream::connect(host.expect("a host")).expect("connected");
        stream.write_all(b"QUESTION").expect("asked");
        let mut first = [0];
        stream.read_exact(&mut first).expect("answered");
        (200, String::new(), format!("{}", first[0] as char))
    }"#;

/// PostgreSQL says N or S to whoever asks for TLS, Redis says + to PING.
fn asking(variable: &str, question: &str) -> String {
    steps::server(
        &ASK.replace("VARIABLE", variable)
            .replace("QUESTION", question),
    )
}

fn course() -> Tiny {
    let course = Tiny::with_info("");
    let oracle = course.path("oracle").display().to_string();
    course.write("info.toml", INFO.replace("PATH", &oracle));
    course.write(
        "oracle/Cargo.toml",
        "[package]\nname = \"oracle\"\nversion = \"1.0.0\"\nedition = \"2024\"\n",
    );
    course.write("oracle/src/lib.rs", "pub fn answer() -> i32 { 42 }\n");
    for (name, body) in [
        ("server", "up"),
        ("with_postgres", "N"),
        ("with_redis", "+"),
    ] {
        course.write(
            &format!("exercises/a/{name}.toml"),
            format!("{LIMITS}[[step]]\nclaim = \"it answers\"\nsend = {{ path = \"/\" }}\nexpect = {{ status = 200, body = \"{body}\" }}\n"),
        );
    }
    course.write(
        "exercises/a/query.toml",
        "[[statement]]\nclaim = \"all of them\"\n[[data]]\nname = \"a\"\nclaim = \"here\"\nsql = \"CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1), (2);\"\n",
    );
    for (file, text) in answers(Answer::Right) {
        course.write(&format!("solutions/{file}"), text);
    }
    for (file, text) in answers(Answer::Wrong) {
        course.write(&format!("exercises/{file}"), text);
    }
    course
}

#[derive(Clone, Copy, PartialEq)]
enum Answer {
    Right,
    Wrong,
}

fn answers(which: Answer) -> Vec<(&'static str, String)> {
    let wrong = |text: String| match which {
        Answer::Right => text,
        Answer::Wrong => text.replace("(200, String::new(), ", "(500, String::new(), "),
    };
    let (rows, number) = match which {
        Answer::Right => ("SELECT n FROM t;\n", 42),
        Answer::Wrong => ("SELECT n FROM t WHERE n = 1;\n", 41),
    };
    let tested = "fn main() {}\n#[test]\nfn it_is_what_the_crate_says() {\n    assert_eq!(mine(), oracle::answer());\n}\n";
    vec![
        (
            "a/server.rs",
            wrong(steps::server("(200, String::new(), \"up\".into())")),
        ),
        ("a/query.sql", rows.into()),
        (
            "a/with_postgres.rs",
            wrong(asking("DATABASE_URL", "\\0\\0\\0\\x08\\x04\\xd2\\x16\\x2f")),
        ),
        ("a/with_redis.rs", wrong(asking("REDIS_URL", "PING\\r\\n"))),
        (
            "crates/with_crate.rs",
            format!("fn mine() -> i32 {{\n    {number}\n}}\n\n{tested}"),
        ),
    ]
}

fn hand_in(course: &Tiny, learner: &str, which: Answer) {
    for (file, text) in answers(which) {
        course.write(&format!("hand_in/{learner}/exercises/{file}"), text);
    }
}

fn marks(course: &Tiny, learner: usize) -> Vec<Value> {
    let grades: Value = serde_json::from_str(&course.read("grades/grades.json")).expect("JSON");
    grades["learners"][learner]["marks"]
        .as_array()
        .expect("marks")
        .clone()
}

#[test]
fn servers_queries_services_and_crates_are_judged_in_the_sandbox() {
    let course = course();
    hand_in(&course, "anna", Answer::Right);
    hand_in(&course, "ben", Answer::Wrong);
    course.run(&["grade", "hand_in"]).ends_with(1);
    let services = Services::of(&Workspace::at(course.root()));
    let has_postgres = services.postgres(&Cancel::new()).expect("no fault").is_ok();
    for (learner, expected) in ["passed", "failed"].into_iter().enumerate() {
        for mark in marks(&course, learner) {
            match mark["exercise"] == "with_postgres" && !has_postgres {
                false => assert_eq!(mark["verdict"], expected, "{mark:#}"),
                true => {
                    assert_eq!(mark["verdict"], "skipped", "{mark:#}");
                    let why = mark["why"].as_str().expect("a reason");
                    assert!(why.starts_with("needs postgres"), "{why}");
                }
            }
            assert_eq!(mark["retried"], Value::Null, "{mark:#}");
        }
    }
}

const PROJECT: &str = r#"format_version = 1

[[exercises]]
name = "pages"
dir = "a"
kind = "project"
points = 2
hint = "h"
"#;

const STAGES: &str = r#"limits = { ready_seconds = 30, step_seconds = 10 }

[[stage]]
title = "one"

[[stage.step]]
claim = "one is one"
send = { path = "/one" }
expect = { status = 200, body = "one" }

[[stage]]
title = "two"

[[stage.step]]
claim = "two is two"
send = { path = "/two" }
expect = { status = 200, body = "two" }
"#;

/// A server that answers with the name of any path.
const PYTHON: &str = r#"
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.path) - 1))
        self.end_headers()
        self.wfile.write(self.path[1:].encode())
    def log_message(self, *args):
        pass
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"#;

fn pages(knows: &str) -> [(&'static str, String); 2] {
    let main = steps::server(
        "match pages::page(path) { Some(page) => (200, String::new(), page), None => (404, String::new(), String::new()) }",
    );
    let module = format!(
        "pub fn page(path: &str) -> Option<String> {{\n    [{knows}].contains(&path).then(|| path[1..].to_owned())\n}}\n"
    );
    [
        ("main.rs", format!("mod pages;\n{main}")),
        ("pages.rs", module),
    ]
}

/// The files of a project as a packed directory; the first one may be started.
fn packed(files: &[(&str, &str)]) -> Vec<u8> {
    let gz = GzEncoder::new(Vec::new(), Compression::fast());
    let mut tar = tar::Builder::new(gz);
    for (number, (file, text)) in files.iter().enumerate() {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(if number == 0 { 0o755 } else { 0o644 });
        let path = format!("me/exercises/a/pages/{file}");
        tar.append_data(&mut header, path, text.as_bytes())
            .expect("packed");
    }
    let gz = tar.into_inner().expect("packed");
    gz.finish().expect("packed")
}

#[test]
fn a_project_gives_points_for_each_stage_in_any_language_and_reads_nobody_elses_work() {
    let course = Tiny::with_info(PROJECT);
    course.write("exercises/a/pages.toml", STAGES);
    course.write("exercises/a/pages/SPEC.md", "# Pages\n");
    for (file, text) in pages("") {
        course.write(&format!("exercises/a/pages/{file}"), text);
    }
    for (learner, knows) in [("anna", "\"/one\", \"/two\""), ("cleo", "\"/one\"")] {
        for (file, text) in pages(knows) {
            course.write(&format!("hand_in/{learner}/exercises/a/pages/{file}"), text);
        }
    }
    // What a tool has left there is not looked at.
    course.write("hand_in/anna/exercises/a/pages/target/x", [0xff]);
    let start = "#!/bin/sh\nexec python3 server.py\n";
    let ben = [
        ("start", start),
        ("server.py", PYTHON),
        ("command", "./start"),
    ];
    course.write("hand_in/ben.tar.gz", packed(&ben));
    course.write(
        "hand_in/dave.tar.gz",
        packed(&[("command", "no-such-language x")]),
    );
    // The solution, or what somebody else has handed in.
    course.write("solutions/a/pages/server.py", PYTHON);
    course.write("hand_in/anna/exercises/a/pages/server.py", PYTHON);
    let root = course.root().display();
    let steals = format!(
        "import os\nfor place in ['solutions', 'hand_in/anna/exercises']:\n    file = '{root}/' + place + '/a/pages/server.py'\n    if os.path.exists(file):\n        exec(open(file).read())\n"
    );
    course.write("hand_in/eve/exercises/a/pages/server.py", steals);
    course.write("hand_in/eve/exercises/a/pages/command", "python3 server.py");
    course.write("hand_in/finn/exercises/a/pages.rs", "fn main() {}\n");
    let elsewhere = course.path("hand_in/anna/exercises/a/pages");
    fs::create_dir_all(course.path("hand_in/gus/exercises/a")).expect("created");
    symlink(elsewhere, course.path("hand_in/gus/exercises/a/pages")).expect("a link");

    let ran = course.run(&["grade", "hand_in"]).ends_with(1);
    let has_python = Command::new("python3").arg("--version").output().is_ok();
    let kept_away = Level::here() == Level::Bubblewrap;
    let mut seen = Vec::new();
    for learner in 0..7 {
        let mark = marks(&course, learner).remove(0);
        assert_eq!(mark["worth"], 4, "{mark:#}");
        let why = mark["why"].as_str().unwrap_or_default().to_owned();
        seen.push((
            mark["verdict"].clone(),
            mark["points"].clone(),
            mark["stages"].clone(),
            why,
        ));
    }
    let mark = |verdict: &str, held: u32, why: &str| {
        let stages = serde_json::json!([held, 2]);
        (verdict.into(), (2 * held).into(), stages, why.to_owned())
    };
    let without = |program| format!("needs {program}, which is not installed here");
    let ben = match has_python {
        true => mark("passed", 2, ""),
        false => mark("failed", 0, "the server listens on $PORT"),
    };
    assert_eq!(seen[0], mark("passed", 2, ""));
    assert_eq!(seen[1], ben);
    assert_eq!(seen[2], mark("failed", 1, "two is two"));
    assert_eq!(seen[3], mark("skipped", 0, &without("no-such-language")));
    match (has_python, kept_away) {
        (false, _) => assert_eq!(seen[4], mark("skipped", 0, &without("python3"))),
        (true, true) => assert_eq!(seen[4], mark("failed", 0, "the server listens on $PORT")),
        (true, false) => {}
    }
    assert_eq!(seen[5], mark("failed", 0, "nothing was handed in"));
    let why = "what was handed in is a link, and links are not followed";
    assert_eq!(seen[6], mark("failed", 0, why));
    ran.says(&["pages (1 of 2)", "cleo", "2/4"]);
    let csv = course.read("grades/grades.csv");
    assert!(csv.contains("cleo,pages,failed,2,4,"), "{csv}");
    assert!(csv.contains(",two is two,,1,2\n"), "{csv}");
    let junit = course.read("grades/grades.xml");
    assert!(
        junit.contains("message=\"1 of 2 stages: two is two\""),
        "{junit}"
    );
    // One file more makes it another work; what is as it was is not judged again.
    let lines = |course: &Tiny| course.read("grades/marks.jsonl").lines().count();
    let before = lines(&course);
    course.write("hand_in/cleo/exercises/a/pages/NOTES.md", "mine");
    course.run(&["grade", "hand_in"]).ends_with(1);
    assert_eq!(lines(&course), before + 1);
}
