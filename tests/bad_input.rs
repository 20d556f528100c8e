//! What is broken is told with its place and the way out, with exit code 2 for faults and 1 for the learner's own file;
//! and nothing is lost.

mod common;

use common::{ADDER, ADDER_FILE, INFO, PROGRESS_FILE, Ran, Tiny, program};
use std::{fs, path::PathBuf};

/// What `list` says of a course with this `info.toml`.
fn info(text: &str) -> Ran {
    Tiny::with_info(text).run(&["list"]).ends_with(2)
}

#[test]
fn info_toml_that_is_no_toml_names_the_line() {
    info("format_version = 1\n[[exercises]\nname = \"a\"\n").complains(&[
        "info.toml:2:",
        "help: Correct that line",
        "This is not about your code.",
    ]);
}

#[test]
fn an_unknown_key_names_the_line_and_the_nearest() {
    info(&INFO.replace("title = \"Adding\"", "titel = \"Adding\"")).complains(&[
        "info.toml:10: `titel` is not known here",
        "Did you mean `title`?",
    ]);
    info(&INFO.replace("test = false", "kind = \"srever\"")).complains(&[
        "info.toml:20: `srever` is not known here",
        "Did you mean `server`?",
    ]);
}

#[test]
fn a_missing_key_names_the_entry() {
    info("format_version = 1\n\n[[exercises]]\nhint = \"x\"\n")
        .complains(&["info.toml:3:", "missing field `name`"]);
    info("[[exercises]]\nname = \"a\"\nhint = \"x\"\n").complains(&["info.toml", "format_version"]);
    info("format_version = 1\n\n[[exercises]]\nname = \"a\"\n")
        .complains(&["info.toml:4: `a` has no hint", "Add hint ="]);
}

#[test]
fn a_name_that_comes_twice_names_the_second() {
    info(&INFO.replace("\"doubler\"", "\"adder\"")).complains(&[
        "info.toml:24: a second exercise is named `adder`",
        "another name",
    ]);
}

#[test]
fn a_format_of_the_future_is_not_guessed_at() {
    info(&INFO.replace("format_version = 1", "format_version = 2")).complains(&[
        "info.toml:1: format_version is 2, and this program reads 1",
        "newest version",
    ]);
}

#[test]
fn a_server_exercise_without_its_steps_is_the_courses_fault() {
    info(&INFO.replace("test = false", "kind = \"server\"")).complains(&[
        "`greeting` is of kind server and has no exercises/00_first/greeting.toml",
        "Write the steps into that file.",
    ]);
}

#[test]
fn names_and_directories_cannot_leave_the_course() {
    info(&INFO.replace("\"adder\"", "\"../adder\"")).complains(&[
        "info.toml:8: `../adder` cannot be the name",
        "letters of a to z",
    ]);
    info(&INFO.replace("\"01_second\"", "\"../elsewhere\"")).complains(&[
        "info.toml:25: the directory `../elsewhere` leaves the course",
        "without `..`",
    ]);
    info(&INFO.replace("\"01_second\"", "\"/tmp\"")).complains(&["`/tmp` leaves the course"]);
}

#[test]
fn a_course_without_exercises_says_what_to_add() {
    info("format_version = 1\nexercises = []\n").complains(&[
        "info.toml:2: the course has no exercises yet",
        "Add an [[exercises]] entry",
    ]);
    info("format_version = 1\n").complains(&["info.toml", "exercises"]);
    info("").complains(&["info.toml", "format_version"]);
}

/// What `run` says when this lies in the place of the learner's file: a failure of theirs, with the way back.
fn learners_file(spoil: impl FnOnce(&PathBuf)) -> Ran {
    let tiny = Tiny::new();
    tiny.run(&["list"]).ends_with(0);
    let file = tiny.path(ADDER_FILE);
    fs::remove_file(&file).expect("removed");
    spoil(&file);
    let ran = tiny.run(&["run", "adder"]).ends_with(1);
    assert_eq!(ran.stderr, "", "no fault of ours");
    ran
}

#[test]
fn a_missing_exercise_file_fails_and_names_reset() {
    learners_file(|_| {}).says(&["exercises/00_first/adder.rs", "nothing", "reset adder"]);
}

#[test]
fn a_directory_in_the_place_of_the_file_fails_and_names_it() {
    learners_file(|file| fs::create_dir(file).expect("created"))
        .says(&["a directory", "reset adder"]);
}

#[test]
fn a_file_that_is_not_utf8_fails_and_names_the_byte() {
    learners_file(|file| fs::write(file, b"fn main() {} // \xff\n").expect("written")).says(&[
        "not UTF-8",
        "byte 17",
        "reset adder",
    ]);
}

#[test]
fn an_empty_file_fails_as_such() {
    for empty in [
        "", " 

",
    ] {
        learners_file(|file| fs::write(file, empty).expect("written"))
            .says(&["an empty file", "reset adder"]);
    }
}

#[test]
fn a_directory_in_the_place_of_the_file_is_not_overwritten() {
    let tiny = Tiny::new();
    tiny.run(&["list"]).ends_with(0);
    fs::remove_file(tiny.path(ADDER_FILE)).expect("removed");
    tiny.write(&format!("{ADDER_FILE}/notes.txt"), "mine");
    tiny.run(&["reset", "adder"])
        .ends_with(2)
        .complains(&["adder.rs"]);
    assert_eq!(tiny.read(&format!("{ADDER_FILE}/notes.txt")), "mine");
}

#[test]
fn a_file_that_was_never_there_is_told_with_the_way_to_get_it() {
    let tiny = Tiny::new();
    fs::remove_file(tiny.path(ADDER_FILE)).expect("removed");
    tiny.run(&["run", "adder"]).ends_with(2).complains(&[
        "adder.rs is missing",
        "git checkout -- exercises/00_first/adder.rs",
    ]);
    tiny.run(&["run", "greeting"]).ends_with(0);
}

#[test]
fn no_course_here_says_where_to_go() {
    let elsewhere = tempfile::tempdir().expect("a directory");
    for args in [vec!["list"], vec!["--root", ".", "run"], vec![]] {
        Ran::of(program(elsewhere.path()).args(args))
            .ends_with(2)
            .complains(&["no course here", "info.toml", "--root DIR"]);
    }
    assert!(
        fs::read_dir(elsewhere.path())
            .expect("readable")
            .next()
            .is_none(),
        "nothing was written there"
    );
}

#[test]
fn a_damaged_progress_file_is_told_by_line_and_left_alone() {
    for (text, line, what) in [
        ("rubbish\n", 1, "not a progress file"),
        (
            "backendlings-progress 1\ndone adder\nfinished greeting\n",
            3,
            "cannot read",
        ),
        ("backendlings-progress 9\ndone adder\n", 1, "newer program"),
        ("backendlings-progress one\n", 1, "not a version"),
    ] {
        let tiny = Tiny::new();
        tiny.write(PROGRESS_FILE, text);
        for command in ["run", "list", "skip", "hint"] {
            let ran = tiny.run(&[command]).ends_with(2);
            ran.complains(&[
                &format!("{PROGRESS_FILE}:{line}:"),
                what,
                "Nothing was changed.",
            ]);
        }
        assert_eq!(tiny.read(PROGRESS_FILE), text);
        assert_eq!(tiny.read(ADDER_FILE), ADDER);
    }
}

#[test]
fn a_progress_file_that_is_empty_or_names_unknown_exercises_is_right() {
    for text in ["", "backendlings-progress 1\ncurrent gone\ndone gone\n"] {
        let tiny = Tiny::new();
        tiny.write(PROGRESS_FILE, text);
        tiny.run(&["skip"]).ends_with(0);
        let after = tiny.read(PROGRESS_FILE);
        assert!(after.contains("skipped adder"), "{after}");
        assert_eq!(
            after.contains("done gone"),
            text.contains("done gone"),
            "what is not known is kept"
        );
    }
}

#[test]
fn without_rustc_the_way_to_install_it_is_told() {
    let tiny = Tiny::new();
    let ran = |command: &str| {
        let empty = tempfile::tempdir().expect("a directory");
        let mut program = program(tiny.root());
        program
            .env_remove("CARGO")
            .env("PATH", empty.path())
            .arg(command);
        Ran::of(&mut program)
    };
    for command in ["run", "check-all", "watch"] {
        ran(command).ends_with(2).complains(&[
            "could not start `rustc`",
            "Install Rust",
            "not about your code",
        ]);
    }
    ran("doctor").ends_with(2).says(&["rustc", "Install Rust"]);
    // What needs no compiler works.
    ran("list").ends_with(0).says(&["adder"]);
    ran("hint").ends_with(0).says(&["What is one and one?"]);
}

#[cfg(unix)]
#[test]
fn without_a_c_compiler_doctor_is_named() {
    let tiny = Tiny::new();
    let empty = tempfile::tempdir().expect("a directory");
    // The toolchain is found beside cargo, which `cargo test` names; the linker `cc` is on no path.
    let ran = |command: &str| Ran::of(program(tiny.root()).env("PATH", empty.path()).arg(command));
    ran("run").ends_with(2).complains(&[
        "could not start `cc`",
        "`backendlings doctor` has the command",
        "not about your code",
    ]);
    ran("doctor").ends_with(2).says(&["C compiler", "cc"]);
    assert_eq!(tiny.read(ADDER_FILE), ADDER);
    assert!(!tiny.path(PROGRESS_FILE).exists() || !tiny.read(PROGRESS_FILE).contains("done"));
}

#[cfg(unix)]
#[test]
fn an_output_that_nobody_reads_to_its_end_is_no_fault() {
    use std::process::Stdio;
    let tiny = Tiny::new();
    let mut child = program(tiny.root())
        .arg("list")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    let ended = child.wait_with_output().expect("it ends");
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
}
