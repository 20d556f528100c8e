//! The texts of a course in another language: chosen by `--lang` or the locale, English where they are missing, and known to be old when their
//! original has changed.

mod common;
#[cfg(unix)]
#[allow(dead_code, reason = "other tests use more of it")]
mod pty;

use backendlings::{course::Course, workspace::Workspace};
use common::{ADDER_FILE, Ran, Tiny, program};
use std::path::Path;

const GERMAN: &str = r#"[chapters.00_first]
of = "x"
title = "Erste Schritte"

[exercises.adder]
of = "x"
title = "Addieren"
task = "Zähle zwei Zahlen zusammen."
hints = ["Was ist eins und eins?", "Mehr als eins.", "Es ist zwei."]
"#;

fn translated() -> Tiny {
    let course = Tiny::new();
    course.write("info.de.toml", GERMAN);
    course
}

fn loaded(root: &Path) -> Course {
    Course::load(Workspace::at(root)).expect("a course")
}

#[test]
fn the_language_is_chosen_by_the_option_or_the_locale_and_english_fills_the_gaps() {
    let course = translated();
    course
        .run(&["hint", "adder"])
        .ends_with(0)
        .says(&["What is one and one?"]);
    course
        .run(&["--lang", "de", "hint", "adder"])
        .ends_with(0)
        .says(&[
            "Zähle zwei Zahlen zusammen.",
            "Was ist eins und eins?",
            "Mehr als eins.",
        ]);
    course
        .run(&["--lang", "de", "hint", "doubler"])
        .ends_with(0)
        .says(&["Twice as much."]);
    let list = |name: &str, value: &str| {
        let mut list = program(course.root());
        Ran::of(list.env(name, value).arg("list")).ends_with(0)
    };
    list("LANG", "de_AT.UTF-8").says(&["Addieren", "Erste Schritte"]);
    list("LC_ALL", "de").says(&["Addieren"]);
    list("LANG", "fr_FR.UTF-8").says(&["Adding"]);
    course
        .run(&["--lang", "fr", "list"])
        .ends_with(2)
        .complains(&["no texts in `fr`", "it has: de."]);
}

#[test]
fn what_is_missing_or_older_than_its_original_is_listed() {
    let course = translated();
    let gaps = || loaded(course.root()).gaps("de").expect("readable");
    let all = gaps();
    let told = |words: &str| gaps().iter().any(|gap| gap.what.contains(words));
    assert!(told("`adder` has changed since"), "{all:?}");
    assert!(told("`greeting` is not translated"), "{all:?}");
    assert!(told("not translated: 01_second"), "{all:?}");
    // The help has the digest to write.
    let gap = all
        .iter()
        .find(|gap| gap.exercise.as_deref() == Some("adder"))
        .expect("told");
    let of = gap.help.split('"').nth(1).expect("a digest").to_owned();
    let text = course.read("info.de.toml");
    let mut parts: Vec<&str> = text.split("of = \"x\"").collect();
    let last = parts.pop().expect("an entry");
    let fresh = format!("{}of = \"{of}\"{last}", parts.join("of = \"x\""));
    course.write("info.de.toml", fresh);
    assert!(!told("`adder` has changed since"));
    let info = course.read("info.toml");
    course.write(
        "info.toml",
        info.replace("More than one.", "More than one, less than three."),
    );
    assert!(told("`adder` has changed since"));
    assert!(course.read(ADDER_FILE).contains("TODO"));
}

#[test]
fn chapter_00_of_this_course_is_whole_in_german() {
    let course = loaded(Path::new(env!("CARGO_MANIFEST_DIR")));
    let gaps = course.gaps("de").expect("readable");
    let of_others = |what: &str| what.starts_with("not translated: ") && !what.contains("00_hello");
    let wrong: Vec<_> = gaps.iter().filter(|gap| !of_others(&gap.what)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The file says it in English; whoever reads another language finds the task on the screen until the first save.
#[cfg(unix)]
#[test]
fn the_watcher_shows_the_translated_task_at_the_start_of_an_exercise() {
    let course = translated();
    let mut terminal = pty::Terminal::watch(course.root(), &["--lang", "de"]);
    let screen = terminal.wait_for_text("one and one is two");
    assert!(screen.contains("Zähle zwei Zahlen zusammen."), "{screen}");
    course.write(ADDER_FILE, common::ADDER.replace("a - b", "a * b"));
    let screen = terminal.wait_for_text("got        1");
    assert!(!screen.contains("Zähle zwei"), "{screen}");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
    let mut terminal = pty::Terminal::watch(course.root(), &["--lang", "en"]);
    let screen = terminal.wait_for_text("one and one is two");
    assert!(!screen.contains("Zähle zwei"), "{screen}");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}
