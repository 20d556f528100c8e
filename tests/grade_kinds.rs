//! `grade` for the kinds that start more than a program: servers, SQL, PostgreSQL, Redis, crates. Each right and each wrong answer has
//! its verdict in the sandbox too.
#![cfg(unix)]

mod common;

use backendlings::{process::Cancel, services::Services, workspace::Workspace};
use common::{Tiny, steps};
use serde_json::Value;

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
