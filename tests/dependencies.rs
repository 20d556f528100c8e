//! Exercises that use crates: built once through cargo, then handed to rustc; a fault in them is never the learner's.

mod common;

use backendlings::{check::Stage, error::Error, outcome::Finding, process::Cancel, workspace};
use common::Tiny;
use std::{
    fs,
    net::TcpListener,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

/// A crate that lies beside the course, so that the tests need no network.
fn with_crate(answer: i32) -> Tiny {
    let course = Tiny::with_info(
        r#"format_version = 1
[dependencies]
renamed = { package = "oracle", path = "PATH" }
[[chapters]]
dir = "10_crates"
title = "Crates"
dependencies = ["renamed"]
[[exercises]]
name = "sample"
dir = "10_crates"
hint = "h"
"#,
    );
    let oracle = course.root().join("oracle");
    let info = workspace::read(&course.root().join("info.toml")).expect("there");
    // As a TOML string a path may hold any letter but a backslash.
    let path = oracle.display().to_string().replace('\\', "/");
    course.write("info.toml", info.replace("PATH", &path));
    course.write(
        "oracle/Cargo.toml",
        "[package]\nname = \"oracle\"\nversion = \"1.0.0\"\nedition = \"2024\"\n",
    );
    course.write(
        "oracle/src/lib.rs",
        format!("pub fn answer() -> i32 {{ {answer} }}\n"),
    );
    course.write(FILE, asking(0));
    course
}

const FILE: &str = "exercises/10_crates/sample.rs";

fn asking(mine: i32) -> String {
    format!(
        "fn mine() -> i32 {{ {mine} }}\nfn main() {{}}\n#[test]\nfn it_is_what_the_crate_says() {{\n    assert_eq!(mine(), renamed::answer(), \"mine()\");\n}}\n"
    )
}

#[test]
fn an_exercise_uses_a_crate_under_the_name_that_the_course_gives_it() {
    let course = with_crate(42);
    let failed = course.check_file(FILE, asking(41)).expect("a report");
    assert_eq!(failed.findings[0].expected.as_deref(), Some("42"));
    let passed = course.check_file(FILE, asking(42)).expect("a report");
    assert!(passed.passed(), "{passed:?}");
}

#[test]
fn what_was_built_once_is_not_asked_of_cargo_again() {
    let course = with_crate(1);
    course.check_file(FILE, asking(1)).expect("a report");
    let messages = course
        .root()
        .join(".backendlings/dependencies/10_crates/main.rs");
    fs::remove_file(&messages).expect("cargo's package is there");
    course.check_file(FILE, asking(2)).expect("a report");
    assert!(!messages.exists(), "the package was made again");
}

#[test]
fn another_list_of_crates_is_built_anew() {
    let course = with_crate(1);
    course.check_file(FILE, asking(1)).expect("a report");
    let main = course
        .root()
        .join(".backendlings/dependencies/10_crates/main.rs");
    fs::remove_file(&main).expect("cargo's package is there");
    let info = workspace::read(&course.root().join("info.toml")).expect("there");
    let with_features = info.replace(
        "package = \"oracle\",",
        "package = \"oracle\", default-features = false,",
    );
    course.write("info.toml", with_features);
    course.check_file(FILE, asking(1)).expect("a report");
    assert!(main.exists(), "cargo was asked again");
}

#[test]
fn a_crate_that_does_not_build_is_a_fault_of_the_tool_with_cargos_words() {
    let course = with_crate(1);
    course.write("oracle/src/lib.rs", "pub fn answer() -> i32 { \"no\" }\n");
    let error = course
        .check_file(FILE, asking(1))
        .expect_err("not the learner's");
    assert!(matches!(error, Error::Tool { .. }), "{error:?}");
    assert!(error.to_string().contains("oracle"), "{error}");
}

#[test]
fn a_chapter_that_names_an_unknown_crate_is_told_with_the_nearest() {
    let course = with_crate(1);
    let info = workspace::read(&course.root().join("info.toml")).expect("there");
    course.write("info.toml", info.replace("[\"renamed\"]", "[\"renaimed\"]"));
    let error = course
        .check_file(FILE, asking(1))
        .expect_err("a fault of the course");
    assert!(
        error.to_string().contains(":7: the crate `renaimed`"),
        "{error}"
    );
    assert_eq!(error.help().as_deref(), Some("Did you mean `renamed`?"));
}

#[test]
fn flags_that_the_learner_has_set_do_not_reach_the_build() {
    let course = with_crate(5);
    course.write(FILE, asking(5));
    let ran = common::program(course.root())
        .args(["run", "sample"])
        .env("RUSTFLAGS", "--no-such-flag")
        .env("CARGO_TARGET_DIR", course.root().join("elsewhere"))
        .env("CARGO_BUILD_TARGET", "no-such-target")
        .output()
        .expect("it runs");
    assert_eq!(ran.status.code(), Some(0), "{ran:?}");
    assert!(!Path::new(&course.root().join("elsewhere")).exists());
}

#[test]
fn compiled_by_cargo_the_verdicts_are_the_same_and_the_learner_is_told() {
    let course = with_crate(7);
    let judged = |mine: String, way: &str| {
        course.write(FILE, mine);
        let ran = common::program(course.root())
            .args(["run", "sample", "--format", "json"])
            .env("BACKENDLINGS_COMPILE_WITH", way)
            .output()
            .expect("it runs");
        serde_json::from_slice::<serde_json::Value>(&ran.stdout).expect("a report")
    };
    for mine in [
        asking(7),
        asking(8),
        asking(7).replace("{ 7 }", "{ \"7\" }"),
    ] {
        let (fast, by_cargo) = (judged(mine.clone(), "rustc"), judged(mine, "cargo"));
        assert_eq!(fast["outcome"], by_cargo["outcome"]);
        assert_eq!(fast["checks"], by_cargo["checks"]);
        assert_eq!(
            fast["findings"][0]["location"],
            by_cargo["findings"][0]["location"]
        );
        assert_eq!(fast["notes"].as_array().map(Vec::len), Some(0));
        let note = by_cargo["notes"][0].as_str().expect("a note");
        assert!(note.contains("by cargo"), "{note}");
    }
}

/// A crate that is not built before somebody allows it, beside the one that is.
fn with_a_slow_crate(gate: &TcpListener) -> Tiny {
    let course = with_crate(42);
    let slow = course.root().join("slow");
    let path = slow.display().to_string().replace('\\', "/");
    let info = workspace::read(&course.root().join("info.toml")).expect("there");
    let info = info.replace(
        "[[chapters]]",
        &format!("slow = {{ path = \"{path}\" }}\n[[chapters]]"),
    );
    course.write(
        "info.toml",
        info.replace("[\"renamed\"]", "[\"renamed\", \"slow\"]"),
    );
    course.write(
        "slow/Cargo.toml",
        "[package]\nname = \"slow\"\nversion = \"1.0.0\"\nedition = \"2024\"\n",
    );
    course.write("slow/src/lib.rs", "pub fn slow() {}\n");
    let gate = gate.local_addr().expect("bound");
    course.write(
        "slow/build.rs",
        format!(
            "use std::io::Read;\nfn main() {{ let mut word = String::new(); std::net::TcpStream::connect(\"{gate}\").unwrap().read_to_string(&mut word).unwrap(); }}\n"
        ),
    );
    course
}

#[test]
fn a_type_error_is_told_while_other_crates_are_still_being_built() {
    let gate = TcpListener::bind("127.0.0.1:0").expect("a port");
    let course = with_a_slow_crate(&gate);
    // The build of the slow crate is held until the error was told; if it is told too late, this never ends.
    let (told, is_told) = mpsc::channel();
    let mine = asking(42).replace("{ 42 }", "{ \"42\" }");
    let stages = Mutex::new(Vec::new());
    let report = thread::scope(|scope| {
        let hold = scope.spawn(move || {
            let (held, _) = gate.accept().expect("the build comes by");
            let found = is_told.recv_timeout(Duration::from_secs(120));
            drop(held);
            found
        });
        let report = course.check_watched(&Cancel::new(), FILE, mine, &|stage| {
            if let Stage::Found(first) = &stage {
                // Only the first word counts; afterwards nobody listens.
                let _ = told.send((**first).clone());
            }
            stages.lock().expect("no panic").push(stage);
        });
        let first: Finding = hold.join().expect("no panic").expect("told in time");
        assert_eq!(first.actual.as_deref(), Some("mismatched types"));
        report.expect("a report")
    });
    assert_eq!(
        report.findings[0].actual.as_deref(),
        Some("mismatched types")
    );
    let stages = stages.into_inner().expect("no panic");
    let found = stages
        .iter()
        .position(|stage| matches!(stage, Stage::Found(_)));
    let last_built = stages
        .iter()
        .rposition(|stage| matches!(stage, Stage::Building(_)));
    assert!(found < last_built, "{stages:?}");
}

#[test]
fn a_file_that_names_a_crate_which_is_not_ready_is_not_judged_early() {
    let gate = TcpListener::bind("127.0.0.1:0").expect("a port");
    let course = with_a_slow_crate(&gate);
    let mine = asking(42).replace("fn main() {}", "fn main() { slow::slow() }");
    let early = AtomicBool::new(false);
    let (told, is_told) = mpsc::channel();
    let report = thread::scope(|scope| {
        scope.spawn(move || {
            let (held, _) = gate.accept().expect("the build comes by");
            let seen = is_told.recv_timeout(Duration::from_secs(120));
            drop(held);
            seen.expect("the other crate is ready");
        });
        course.check_watched(&Cancel::new(), FILE, mine, &|stage| match stage {
            // The other crate, and what builds the slow one.
            Stage::Building(progress) if progress.done >= 2 => {
                let _ = told.send(());
            }
            Stage::Found(_) => early.store(true, Ordering::Relaxed),
            _ => {}
        })
    });
    assert!(report.expect("a report").passed());
    assert!(!early.into_inner(), "an error was told that is none");
}

#[test]
fn doctor_says_which_way_exercises_are_compiled() {
    let course = with_crate(1);
    let ran = common::program(course.root())
        .arg("doctor")
        .env("BACKENDLINGS_COMPILE_WITH", "cargo")
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(
        said.contains("by cargo") && said.contains("unset BACKENDLINGS_COMPILE_WITH"),
        "{said}"
    );
}
