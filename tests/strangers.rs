//! Courses and programs of strangers: they write nowhere but in the course, and what they say cannot command the terminal.
#![cfg(unix)]

mod common;

use common::{ADDER, ADDER_FILE, INFO, Tiny, adder_solved};
use std::{fs, os::unix::fs::symlink};

#[test]
fn links_that_lead_out_of_the_course_are_refused() {
    for dir in [
        ".backendlings",
        ".backendlings/pristine",
        ".backendlings/build",
        "exercises/00_first",
        "exercises",
    ] {
        let outside = tempfile::tempdir().expect("a directory");
        let tiny = Tiny::new();
        let path = tiny.path(dir);
        if path.exists() {
            fs::rename(&path, tiny.path("moved")).expect("moved");
        }
        fs::create_dir_all(path.parent().expect("a parent")).expect("created");
        symlink(outside.path(), &path).expect("linked");
        for command in [&["list"][..], &["run", "greeting"], &["reset", "greeting"]] {
            tiny.run(command).ends_with(2).complains(&[
                dir,
                "a link that leads out of the course",
                "This is not about your code.",
            ]);
        }
        let written = fs::read_dir(outside.path()).expect("there").count();
        assert_eq!(written, 0, "{dir}");
    }
}

#[test]
fn links_inside_the_course_are_followed_and_a_reset_replaces_the_link_not_its_target() {
    let tiny = Tiny::new();
    fs::rename(tiny.path("exercises/00_first"), tiny.path("moved")).expect("moved");
    symlink("../moved", tiny.path("exercises/00_first")).expect("linked");
    tiny.run(&["run", "greeting"]).ends_with(0);
    // The file itself may lie wherever the learner has put it; nothing is written there.
    let outside = tempfile::tempdir().expect("a directory");
    let own = outside.path().join("mine.rs");
    fs::write(&own, adder_solved()).expect("written");
    fs::remove_file(tiny.path(ADDER_FILE)).expect("removed");
    symlink(&own, tiny.path(ADDER_FILE)).expect("linked");
    tiny.run(&["run", "adder"]).ends_with(0);
    tiny.run(&["reset", "adder"]).ends_with(0);
    assert_eq!(tiny.read(ADDER_FILE), ADDER);
    assert_eq!(fs::read_to_string(own).expect("there"), adder_solved());
    tiny.run(&["undo"]).ends_with(0);
    assert_eq!(tiny.read(ADDER_FILE), adder_solved());
}

#[test]
fn what_courses_and_programs_say_commands_no_terminal() {
    const EVIL: &str = "\\u001b]0;owned\\u0007\\u001b[2J\\u009b31m\\u202e";
    let info = INFO
        .replace("title = \"Adding\"", &format!("title = \"Adding {EVIL}\""))
        .replace("What is one and one?", &format!("What is {EVIL} one?"))
        .replace("First steps", &format!("First {EVIL} steps"))
        .replace(
            "format_version = 1\n",
            &format!("format_version = 1\nwelcome_message = \"hi {EVIL}\"\nfinal_message = \"bye {EVIL}\"\n"),
        );
    let tiny = Tiny::new();
    tiny.write("info.toml", info);
    tiny.run(&["list"]).ends_with(0);
    let noisy =
        "println!(\"\\x1b]0;owned\\x07\\x1b[2Jout\"); eprintln!(\"\\u{9b}31m\\u{202e}err\");";
    tiny.write(
        ADDER_FILE,
        ADDER.replace("a - b", &format!("{noisy} a - b")),
    );
    let commands: &[&[&str]] = &[
        &["run", "adder"],
        &["list"],
        &["hint", "adder"],
        &["solution", "adder", "--early"],
        &["check-all"],
        &["goto", "adder"],
        &["run", "no\u{1b}[2Jsuch"],
        &["goto", "no\u{9b}2Jsuch"],
        &["reset", "adder"],
        &["undo"],
        &["run", "adder", "--format", "json"],
        &["list", "--format", "json"],
    ];
    for command in commands {
        let ran = tiny.run(command);
        for c in ran.stdout.chars().chain(ran.stderr.chars()) {
            let harmless = !c.is_control() || c == '\n' || c == '\t';
            assert!(
                harmless && c != '\u{202e}',
                "{command:?} says {c:?}: {ran:#?}"
            );
        }
    }
    // A compiler's message quotes the file.
    tiny.write(ADDER_FILE, ADDER.replace("a - b", "\"\u{1b}[2J\u{7}\""));
    let ran = tiny.run(&["run", "adder"]).ends_with(1);
    assert!(
        !ran.stdout.contains('\u{1b}') && !ran.stdout.contains('\u{7}'),
        "{ran:#?}"
    );
}
