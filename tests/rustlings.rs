//! A course in rustlings' format runs as it is, and each exercise gets the verdict that rustlings 6 gives it: `cargo build`, `cargo test`
//! unless `test = false`, `cargo clippy --profile test` (with `-D warnings` where the course is strict), then the program itself.

mod common;

use backendlings::build::ASK_VARIABLE;
use common::{Tiny, program};
use std::{fs, path::Path, process::Command};

/// One exercise of the course, and whether it passes.
struct Case {
    name: &'static str,
    entry: &'static str,
    text: &'static str,
    passes: bool,
    /// What the learner reads.
    tells: &'static str,
}

const CASES: &[Case] = &[
    Case {
        name: "tested",
        entry: "",
        text: "fn two() -> u8 {\n    2\n}\n\nfn main() {\n    println!(\"main says {}\", two());\n}\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn it_is_two() {\n        assert_eq!(two(), 2);\n    }\n}\n",
        passes: true,
        tells: "main says 2",
    },
    Case {
        name: "test_fails",
        entry: "",
        text: "fn two() -> u8 {\n    3\n}\n\nfn main() {\n    println!(\"main says {}\", two());\n}\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn it_is_two() {\n        assert_eq!(two(), 2);\n    }\n\n    #[test]\n    fn it_is_small() {\n        assert!(two() < 9);\n    }\n}\n",
        passes: false,
        tells: "it is two",
    },
    Case {
        name: "no_tests_in_it",
        entry: "",
        text: "fn main() {}\n",
        passes: true,
        tells: "",
    },
    Case {
        name: "runs",
        entry: "test = false",
        text: "fn main() {\n    println!(\"it ran\");\n}\n",
        passes: true,
        tells: "it ran",
    },
    Case {
        name: "exits_1",
        entry: "test = false",
        text: "fn main() {\n    println!(\"before the end\");\n    std::process::exit(1);\n}\n",
        passes: false,
        tells: "exit code 1",
    },
    Case {
        name: "tests_pass_and_main_panics",
        entry: "",
        text: "fn main() {\n    let empty: Vec<u8> = Vec::new();\n    println!(\"{}\", empty.first().unwrap());\n}\n\n#[test]\nfn one_is_one() {\n    assert_eq!(1, 1);\n}\n",
        passes: false,
        tells: "panic",
    },
    Case {
        name: "thread_panics",
        entry: "test = false",
        text: "fn main() {\n    let thread = std::thread::spawn(|| panic!(\"in the thread\"));\n    println!(\"{}\", thread.join().is_err());\n}\n",
        passes: false,
        tells: "in the thread",
    },
    Case {
        name: "does_not_compile",
        entry: "test = false",
        text: "fn main() {\n    let number: u8 = \"five\";\n    println!(\"{number}\");\n}\n",
        passes: false,
        tells: "mismatched types",
    },
    Case {
        name: "no_main",
        entry: "",
        text: "#[test]\nfn one_is_one() {\n    assert_eq!(1, 1);\n}\n",
        passes: false,
        tells: "`main` function not found",
    },
    Case {
        name: "warns",
        entry: "test = false",
        text: "fn main() {\n    let unused = 5;\n}\n",
        passes: true,
        tells: "unused variable",
    },
    Case {
        name: "warns_strictly",
        entry: "test = false\nstrict_clippy = true",
        text: "fn main() {\n    let unused = 5;\n}\n",
        passes: false,
        tells: "unused variable",
    },
    Case {
        name: "clippy_strictly",
        entry: "test = false\nstrict_clippy = true",
        text: "fn main() {\n    let words = vec![\"a\"];\n    if words.len() == 0 {\n        println!(\"none\");\n    }\n}\n",
        passes: false,
        tells: "len_zero",
    },
    Case {
        name: "clippy_advises",
        entry: "test = false",
        text: "fn main() {\n    let words = [\"a\"].to_vec();\n    if words.len() == 0 {\n        println!(\"none\");\n    }\n}\n",
        passes: true,
        tells: "len_zero",
    },
    Case {
        name: "clippy_finds_an_error",
        entry: "test = false",
        text: "fn main() {\n    println!(\"{}\", 3.14 * 2.0);\n}\n",
        passes: false,
        tells: "approx_constant",
    },
    Case {
        name: "lint_of_the_course",
        entry: "test = false",
        text: "fn later() {\n    todo!()\n}\n\nfn main() {\n    if std::env::args().count() > 5 {\n        later();\n    }\n}\n",
        passes: false,
        tells: "`todo`",
    },
    Case {
        name: "strict_in_tests",
        entry: "strict_clippy = true",
        text: "fn main() {}\n\n#[test]\nfn one_is_one() {\n    let unused = 1;\n    assert_eq!(1, 1);\n}\n",
        passes: false,
        tells: "unused variable",
    },
    Case {
        name: "uses_a_crate",
        entry: "",
        text: "fn main() {\n    println!(\"{}\", oracle::answer());\n}\n\n#[test]\nfn it_answers() {\n    assert_eq!(oracle::answer(), 42);\n}\n",
        passes: true,
        tells: "42",
    },
    Case {
        name: "uses_it_wrongly",
        entry: "",
        text: "fn main() {}\n\n#[test]\nfn it_answers() {\n    assert_eq!(oracle::answer(), 41);\n}\n",
        passes: false,
        tells: "it answers",
    },
    Case {
        name: "ignored_and_should_panic",
        entry: "",
        text: "fn main() {}\n\n#[test]\n#[ignore]\nfn not_yet() {\n    panic!();\n}\n\n#[test]\n#[should_panic]\nfn it_panics() {\n    panic!();\n}\n",
        passes: true,
        tells: "",
    },
    Case {
        name: "the_learner_wrote_the_test",
        entry: "",
        text: "fn main() {}\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn mine() {\n        assert!(true);\n    }\n}\n",
        passes: true,
        tells: "",
    },
    Case {
        name: "overflows",
        entry: "test = false",
        text: "fn main() {\n    let most = std::env::args().count() as u8 + 254;\n    println!(\"{}\", most + 1);\n}\n",
        passes: false,
        tells: "overflow",
    },
    Case {
        name: "reads_what_lies_beside",
        entry: "dir = \"words\"\ntest = false",
        text: "mod helper;\n\nfn main() {\n    println!(\"{} {}\", helper::NAME, include_str!(\"note.txt\").trim());\n}\n",
        passes: true,
        tells: "helper noted",
    },
];

const LINTS: &str = r#"
[package]
name = "exercises"
edition = "2021"
publish = false

[profile.release]
panic = "abort"

[profile.dev]
panic = "abort"

[dependencies]
oracle = { path = "oracle" }

[lints.rust]
unsafe_code = "forbid"
dead_code = "allow"

[lints.clippy]
todo = "forbid"
infinite_loop = "deny"
"#;

/// The course, with `more` at the end of its manifest.
fn course(more: &str) -> Tiny {
    let mut info = String::from(
        "format_version = 1\nwelcome_message = \"\"\"Hello!\"\"\"\nfinal_message = \"\"\"Done.\"\"\"\n",
    );
    let mut bins = String::from("bin = [\n");
    for case in CASES {
        info.push_str(&format!(
            "\n[[exercises]]\nname = \"{}\"\n{}\nhint = \"\"\"\nLook at the words of the compiler.\"\"\"\n",
            case.name, case.entry
        ));
        bins.push_str(&format!(
            "  {{ name = \"{}\", path = \"{}\" }},\n  {{ name = \"{}_sol\", path = \"solutions/{}.rs\" }},\n",
            case.name, file(case), case.name, case.name
        ));
    }
    let course = Tiny::with_info(&info);
    course.write("Cargo.toml", format!("{bins}]\n{LINTS}{more}"));
    course.write(
        "oracle/Cargo.toml",
        "[package]\nname = \"oracle\"\nversion = \"1.0.0\"\nedition = \"2021\"\n",
    );
    course.write("oracle/src/lib.rs", "pub fn answer() -> u8 {\n    42\n}\n");
    course.write(
        "exercises/words/helper.rs",
        "pub const NAME: &str = \"helper\";\n",
    );
    course.write("exercises/words/note.txt", "noted\n");
    for case in CASES {
        course.write(&file(case), case.text);
        course.write(&format!("solutions/{}.rs", case.name), "fn main() {}\n");
    }
    course
}

fn file(case: &Case) -> String {
    match case.entry.contains("words") {
        true => format!("exercises/words/{}.rs", case.name),
        false => format!("exercises/{}.rs", case.name),
    }
}

/// What rustlings does, step by step.
fn by_cargo(root: &Path, case: &Case) -> bool {
    let cargo = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO"));
        command
            .args(args)
            .current_dir(root)
            .env("CARGO_NET_OFFLINE", "true");
        for name in ["CARGO_TARGET_DIR", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
            command.env_remove(name);
        }
        command.output().expect("cargo runs").status.success()
    };
    let bin = ["-q", "--bin", case.name];
    let with = |verb: &'static str, more: &[&'static str]| {
        let mut args = vec![verb];
        args.extend(bin);
        args.extend(more);
        cargo(&args)
    };
    if !with("build", &[]) || (!case.entry.contains("test = false") && !with("test", &[])) {
        return false;
    }
    let strictly: &[&str] = match case.entry.contains("strict_clippy = true") {
        true => &["--profile", "test", "--", "-D", "warnings"],
        false => &["--profile", "test"],
    };
    let linted = with("clippy", strictly);
    let ran = Command::new(root.join("target/debug").join(case.name))
        .current_dir(root)
        .output()
        .expect("it was built");
    linted && ran.status.success()
}

#[test]
fn every_exercise_gets_the_verdict_that_cargo_gives_step_by_step() {
    let course = course("");
    let mut wrong = Vec::new();
    for case in CASES {
        let ran = program(course.root())
            .args(["run", case.name])
            .output()
            .expect("it runs");
        let told = String::from_utf8_lossy(&ran.stdout).into_owned();
        let ours = ran.status.code();
        let theirs = by_cargo(course.root(), case);
        if theirs != case.passes {
            wrong.push(format!("{}: cargo says {theirs}", case.name));
        }
        if ours != Some(i32::from(!case.passes)) || !told.contains(case.tells) {
            wrong.push(format!(
                "{}: ended with {ours:?}:\n{told}{}",
                case.name,
                String::from_utf8_lossy(&ran.stderr)
            ));
        }
        if told.contains("Compiled by cargo") {
            wrong.push(format!("{}: the slow way was taken", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn the_way_round_through_cargo_gives_the_same_verdicts() {
    let course = course("");
    let mut wrong = Vec::new();
    for case in CASES {
        let ran = program(course.root())
            .env(ASK_VARIABLE, "cargo")
            .args(["run", case.name])
            .output()
            .expect("it runs");
        let told = String::from_utf8_lossy(&ran.stdout).into_owned();
        let as_expected =
            ran.status.code() == Some(i32::from(!case.passes)) && told.contains(case.tells);
        if !as_expected || !told.contains("Compiled by cargo") {
            wrong.push(format!(
                "{}: {:?}:\n{told}{}",
                case.name,
                ran.status,
                String::from_utf8_lossy(&ran.stderr)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_manifest_that_only_cargo_understands_is_left_to_cargo_in_words() {
    let course = course("\n[features]\nfast = []\n");
    let ran = program(course.root())
        .args(["run", "uses_a_crate"])
        .output()
        .expect("it runs");
    let told = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert_eq!(ran.status.code(), Some(0), "{told}");
    let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("because the course's Cargo.toml has [features]"),
        "{told}"
    );
}

#[test]
fn check_all_list_hint_and_reset_work_and_the_manifest_is_left_alone() {
    let course = course("");
    let manifest = fs::read_to_string(course.root().join("Cargo.toml")).expect("there");
    let ran = |args: &[&str]| {
        let ran = program(course.root()).args(args).output().expect("it runs");
        (
            ran.status.code(),
            String::from_utf8_lossy(&ran.stdout).into_owned(),
        )
    };
    let (code, all) = ran(&["check-all"]);
    let passing = CASES.iter().filter(|case| case.passes).count();
    assert_eq!(code, Some(1), "{all}");
    assert!(
        all.contains(&format!("{passing} of {} exercises pass.", CASES.len())),
        "{all}"
    );
    let (_, list) = ran(&["list"]);
    assert!(CASES.iter().all(|case| list.contains(case.name)), "{list}");
    let (_, hint) = ran(&["hint", "runs"]);
    assert!(
        hint.contains("Look at the words of the compiler."),
        "{hint}"
    );
    course.write("exercises/runs.rs", "fn main() {");
    assert_eq!(ran(&["run", "runs"]).0, Some(1));
    assert_eq!(ran(&["reset", "runs"]).0, Some(0));
    assert_eq!(ran(&["run", "runs"]).0, Some(0));
    let after = fs::read_to_string(course.root().join("Cargo.toml")).expect("there");
    assert_eq!(manifest, after);
    assert!(!course.root().join("exercises/Cargo.toml").exists());
}

#[test]
fn a_changed_crate_of_the_course_changes_the_verdict() {
    let course = course("");
    let passes = || {
        let ran = program(course.root())
            .args(["check-all", "--format", "json"])
            .output()
            .expect("it runs");
        let reports: serde_json::Value = serde_json::from_slice(&ran.stdout).expect("JSON");
        let report = reports
            .as_array()
            .expect("a list")
            .iter()
            .find(|r| r["exercise"] == "uses_a_crate");
        report.expect("it is there")["outcome"] == "passed"
    };
    assert!(passes());
    course.write("oracle/src/lib.rs", "pub fn answer() -> u8 {\n    7\n}\n");
    assert!(!passes());
}

#[test]
fn an_exercise_that_the_manifest_does_not_name_is_told() {
    let course = course("");
    let info = fs::read_to_string(course.root().join("info.toml")).expect("there");
    course.write(
        "info.toml",
        format!("{info}\n[[exercises]]\nname = \"forgotten\"\nhint = \"h\"\n"),
    );
    let ran = program(course.root())
        .args(["list"])
        .output()
        .expect("it runs");
    let told = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert_eq!(ran.status.code(), Some(2));
    assert!(told.contains("no program is named `forgotten`"), "{told}");
    assert!(told.contains("path = \"exercises/forgotten.rs\""), "{told}");
}
