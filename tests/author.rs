//! What an author is told: each mistake in a course has its own message, with file, line and what to do.

mod common;

use common::{ADDER, Ran, Tiny, adder_solved, program};
use std::fs;

const START: &str = "exercises/00_first/adder.rs";
const SOLUTION: &str = "solutions/00_first/adder.rs";
const README: &str = "exercises/00_first/README.md";
const WRONG_A: &str = "tests/wrong/adder/a.rs";
const WRONG_B: &str = "tests/wrong/adder/b.rs";
const RIGHT_A: &str = "tests/right/adder/a.rs";

const INFO: &str = r#"format_version = 1

[[chapters]]
dir = "00_first"
title = "First steps"

[[exercises]]
name = "adder"
dir = "00_first"
title = "Adding"
hints = [
  { text = "What is one and one?", claim = "one and one is two" },
  { text = "It is two." },
]
"#;

fn wrong(code: &str) -> String {
    format!(
        "// caught by: one and one is two\n{}",
        adder_solved().replace("a + b", code)
    )
}

/// One exercise with everything that belongs to it.
fn sound() -> Tiny {
    let tiny = Tiny::with_info(INFO);
    tiny.write(START, ADDER);
    tiny.write(SOLUTION, adder_solved());
    tiny.write(
        README,
        "# First\n\n`adder` adds. See [the file](adder.rs).\n",
    );
    tiny.write(WRONG_A, wrong("a * b"));
    tiny.write(WRONG_B, wrong("a + b + 1"));
    tiny.write(RIGHT_A, adder_solved().replace("a + b", "b + a"));
    tiny
}

#[test]
fn a_sound_course_has_nothing_to_be_told() {
    let tiny = sound();
    for args in [&["dev", "check"][..], &["dev", "check", "adder"]] {
        tiny.run(args).ends_with(0).says(&[
            "1 solution, 1 starting file, 1 right and 2 wrong answers tried: 0 errors, 0 warnings.",
        ]);
    }
}

/// A file that is changed, what is put there, and what the author then has to read.
struct Mistake {
    rule: &'static str,
    file: &'static str,
    /// The new contents; `None` takes the file away.
    text: Option<String>,
    /// As in "error: info.toml:9".
    place: &'static str,
    what: &'static str,
    help: &'static str,
    code: i32,
}

fn mistakes() -> Vec<Mistake> {
    let error = |rule, file, text: Option<String>, place, what, help| Mistake {
        rule,
        file,
        text,
        place,
        what,
        help,
        code: 1,
    };
    let warning = |rule, file, text: Option<String>, place, what, help| Mistake {
        code: 0,
        ..error(rule, file, text, place, what, help)
    };
    let info = |from: &str, to: &str| {
        assert!(INFO.contains(from), "{from}");
        Some(INFO.replacen(from, to, 1))
    };
    let start = |from: &str, to: &str| {
        assert!(ADDER.contains(from), "{from}");
        Some(ADDER.replacen(from, to, 1))
    };
    let solved = |from: &str, to: &str| {
        assert!(adder_solved().contains(from), "{from}");
        Some(adder_solved().replacen(from, to, 1))
    };
    vec![
        error(
            "course",
            "info.toml",
            info("title = \"Adding\"", "titel = \"Adding\""),
            "error: info.toml:10",
            "`titel` is not known here",
            "Did you mean `title`?",
        ),
        error(
            "course",
            "info.toml",
            Some(format!(
                "{INFO}\n[[exercises]]\nname = \"adder\"\nhint = \"h\"\n"
            )),
            "error: info.toml:17",
            "a second exercise is named `adder`",
            "Names are identities",
        ),
        error(
            "course",
            "info.toml",
            info(
                "name = \"adder\"\ndir = \"00_first\"",
                "name = \"adder\"\ndir = \"../first\"",
            ),
            "error: info.toml:9",
            "the directory `../first` leaves the course",
            "without `..`",
        ),
        error(
            "course",
            "info.toml",
            info("title = \"Adding\"", "kind = \"server\""),
            "error: info.toml:8",
            "`adder` is of kind server and has no exercises/00_first/adder.toml",
            "Write the steps into that file.",
        ),
        error(
            "hint-without-check",
            "info.toml",
            info(
                "claim = \"one and one is two\"",
                "claim = \"one and one are two\"",
            ),
            "error: info.toml:12",
            "waits for the check `one and one are two`, which does not exist",
            "Did you mean `one and one is two`?",
        ),
        error(
            "empty-hint",
            "info.toml",
            info("It is two.", " "),
            "error: info.toml:8",
            "hint 2 of `adder` says nothing",
            "Write a question",
        ),
        error(
            "no-solution",
            SOLUTION,
            None,
            "error: info.toml:8",
            "`adder` has no solution: solutions/00_first/adder.rs is missing",
            "Solve the exercise there",
        ),
        error(
            "no-starting-file",
            START,
            None,
            "error: info.toml:8",
            "`adder` has no starting file: exercises/00_first/adder.rs is missing",
            "Write the file that a learner begins with",
        ),
        error(
            "starting-file-passes",
            START,
            start("a - b", "a + b"),
            "error: exercises/00_first/adder.rs",
            "the starting file passes, so there is nothing to do",
            "Take out the piece that is the lesson",
        ),
        error(
            "starting-file-does-not-compile",
            START,
            start("a - b", "a - c"),
            "error: exercises/00_first/adder.rs:5",
            "the starting file does not compile: cannot find value `c`",
            "Write todo!() where the learner's code goes",
        ),
        error(
            "no-todo",
            START,
            start("    // TODO: Add the two numbers.\n", ""),
            "error: exercises/00_first/adder.rs",
            "does not say where the work is",
            "// TODO:",
        ),
        error(
            "course",
            START,
            start("    #[test]\n", ""),
            "error: exercises/00_first/adder.rs",
            "the exercise has no tests, so nothing would be checked",
            "Add #[test] functions",
        ),
        error(
            "solution-fails",
            SOLUTION,
            solved("a + b", "a + a + a"),
            "error: solutions/00_first/adder.rs",
            "the solution does not pass: `one and one is two` (expected 2; got 3)",
            "dev check adder --show",
        ),
        error(
            "todo-in-solution",
            SOLUTION,
            solved("    a + b", "    // TODO: Add.\n    a + b"),
            "error: solutions/00_first/adder.rs:4",
            "the solution still has a TODO",
            "Put the reason for the code in its place.",
        ),
        error(
            "heads-differ",
            SOLUTION,
            solved("two is what", "three is what"),
            "error: solutions/00_first/adder.rs:1",
            "there it says `//! adder: two is what one and one make`",
            "Give both the same first lines",
        ),
        error(
            "tests-differ",
            SOLUTION,
            solved("add(1, 1), 2", "add(1, 2), 3"),
            "error: solutions/00_first/adder.rs",
            "tests or questions are not those of the starting file",
            "Copy those of the starting file",
        ),
        error(
            "not-formatted",
            SOLUTION,
            solved("a + b", "a+b"),
            "error: solutions/00_first/adder.rs:",
            "rustfmt would write this solution in another way",
            "rustfmt --edition 2024 solutions/00_first/adder.rs",
        ),
        error(
            "clippy",
            SOLUTION,
            solved("    a + b", "    return a + b;"),
            "error: solutions/00_first/adder.rs:4",
            "Clippy on the solution: warning: unneeded `return` statement",
            "mend it, or allow the lint",
        ),
        error(
            "right-answer-fails",
            RIGHT_A,
            solved("a + b", "a - b"),
            "error: tests/right/adder/a.rs",
            "this right answer does not pass: `one and one is two` (expected 2; got 0)",
            "Let the check ask for what is right",
        ),
        error(
            "wrong-answer-passes",
            WRONG_A,
            Some(wrong("b + a")),
            "error: tests/wrong/adder/a.rs:1",
            "this wrong answer passes, and `one and one is two` should catch it",
            "Make the check ask for it",
        ),
        error(
            "wrong-answer-unnamed",
            WRONG_A,
            solved("a + b", "a * b"),
            "error: tests/wrong/adder/a.rs:1",
            "does not name the check that has to catch this",
            "// caught by: one and one is two",
        ),
        error(
            "unknown-claim",
            WRONG_A,
            Some(wrong("a * b").replacen("is two", "is too", 1)),
            "error: tests/wrong/adder/a.rs:1",
            "no check of `adder` is named `one and one is too`",
            "Did you mean `one and one is two`?",
        ),
        error(
            "caught-elsewhere",
            WRONG_A,
            Some(wrong("a * c")),
            "error: tests/wrong/adder/a.rs:1",
            "`one and one is two` does not catch this; it fails at `it compiles`",
            "Name the check that catches it",
        ),
        error(
            "stray-solution",
            "solutions/00_first/ader.rs",
            Some(adder_solved()),
            "error: solutions/00_first/ader.rs",
            "no exercise has this solution",
            "Add its exercise to info.toml",
        ),
        error(
            "stray-answers",
            "tests/wrong/ader/a.rs",
            Some(wrong("a * b")),
            "error: tests/wrong/ader",
            "these wrong answers are never tried: no exercise is named `ader`",
            "Did you mean `adder`?",
        ),
        error(
            "dead-link",
            README,
            Some("# First\n\n`adder`\n[x](addr.rs)\n".into()),
            "error: exercises/00_first/README.md:4",
            "the link `addr.rs` leads nowhere",
            "Correct it",
        ),
        warning(
            "check-never-fails",
            "exercises/00_first/adder.check.rs",
            Some("use super::*;\n\n#[test]\nfn it_is_there() {\n    add(0, 0);\n}\n".into()),
            "warning: exercises/00_first/adder.check.rs:4",
            "nothing shows that `it is there` can fail",
            "Write a wrong answer that it catches, in tests/wrong/adder",
        ),
        warning(
            "few-wrong-answers",
            WRONG_B,
            None,
            "warning: info.toml:8",
            "`adder` has one wrong answer",
            "Write at least 2 in tests/wrong/adder",
        ),
        warning(
            "stray-file",
            "exercises/00_first/adder2.rs",
            Some(ADDER.into()),
            "warning: exercises/00_first/adder2.rs",
            "this belongs to no exercise",
            "Add its exercise to info.toml",
        ),
        warning(
            "no-chapter-text",
            README,
            None,
            "warning: exercises/00_first/README.md",
            "the chapter `00_first` has no text",
            "with a line for each exercise",
        ),
        warning(
            "not-in-chapter-text",
            README,
            Some("# First\n".into()),
            "warning: exercises/00_first/README.md",
            "does not name `adder`",
            "Add a line on it.",
        ),
    ]
}

/// All of them are planted in a course that has been proved: what was remembered hides none of them.
#[test]
fn each_mistake_is_found_with_file_line_and_what_to_do() {
    let tiny = sound();
    tiny.run(&["dev", "check"]).ends_with(0);
    let mut missed = Vec::new();
    for mistake in mistakes() {
        let path = tiny.path(mistake.file);
        let before = fs::read(&path).ok();
        match &mistake.text {
            Some(text) => tiny.write(mistake.file, text),
            None => fs::remove_file(&path).expect("it is there"),
        }
        let ran = tiny.run(&["dev", "check"]);
        let told = [mistake.place, mistake.what, mistake.help]
            .iter()
            .all(|words| ran.stdout.contains(words));
        if ran.code != mistake.code || !told {
            missed.push(format!("{}: {ran:#?}", mistake.rule));
        }
        let json = tiny.run(&["dev", "check", "--format", "json"]);
        let told: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
        let faults = told["faults"].as_array().expect("a list");
        if !faults.iter().any(|fault| fault["rule"] == mistake.rule) {
            missed.push(format!("no {} in {faults:#?}", mistake.rule));
        }
        match before {
            Some(before) => fs::write(&path, before).expect("written"),
            None => fs::remove_file(&path).expect("it is there"),
        }
        if mistake.file == "tests/wrong/ader/a.rs" {
            fs::remove_dir(path.parent().expect("a directory")).expect("empty");
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    tiny.run(&["dev", "check"])
        .ends_with(0)
        .says(&["0 errors, 0 warnings"]);
}

/// A check whose runs each take the next free number, however many run at once, and hold it by a file.
fn numbered(tiny: &Tiny, condition: &str, expectation: &str) -> String {
    let turn = tiny.path("turn");
    format!(
        "use super::*;\n\n#[test]\nfn it_is_steady() {{\n    if {condition} {{\n        let mut run = 0;\n        while std::fs::File::create_new(format!(\"{{}}.{{run}}\", {turn:?})).is_err() {{\n            run += 1;\n        }}\n        {expectation}\n    }}\n}}\n"
    )
}

#[test]
fn a_check_that_passes_only_sometimes_is_found_by_repeating_it() {
    let tiny = sound();
    tiny.run(&["dev", "check", "adder", "--soak", "2"])
        .ends_with(0);
    // Without it the solution alone adds rightly, so that nobody else takes its turns: it passes at every second one.
    fs::remove_file(tiny.path(RIGHT_A)).expect("it is there");
    tiny.write(
        "exercises/00_first/adder.check.rs",
        numbered(&tiny, "add(1, 1) == 2", "assert_eq!(run % 2, 0);"),
    );
    tiny.run(&["dev", "check", "adder", "--soak", "6"])
        .ends_with(1)
        .says(&[
            "the verdict on solution changes: of 6 runs",
            "times `it is steady` failed (",
            "expected 0; got 1",
        ]);
}

#[test]
fn what_a_wrong_answer_makes_the_learner_see_is_shown() {
    sound()
        .run(&["dev", "check", "adder", "--show"])
        .ends_with(0)
        .says(&[
            "tests/wrong/adder/a.rs",
            "one and one is two",
            "expected   2",
            "got        1",
        ]);
}

#[test]
fn an_unknown_name_is_a_mistake_of_the_command_line() {
    sound()
        .run(&["dev", "check", "ader"])
        .ends_with(2)
        .complains(&["there is no exercise `ader`", "Did you mean `adder`?"]);
}

#[test]
fn what_was_proved_is_believed_until_it_is_to_be_fresh() {
    let tiny = sound();
    tiny.write(
        "exercises/00_first/adder.check.rs",
        numbered(&tiny, "true", ""),
    );
    let ran = |times: u32| {
        tiny.path(&format!("turn.{}", times - 1)).exists()
            && !tiny.path(&format!("turn.{times}")).exists()
    };
    // Each of the five trials runs it once, and its verdicts are remembered as they came.
    tiny.run(&["dev", "check"]);
    assert!(ran(5));
    tiny.run(&["dev", "check"]);
    assert!(ran(5), "nothing has changed");
    tiny.run(&["dev", "check", "--fresh"]);
    assert!(ran(10));
}

/// The commands of a section of CONTRIBUTING, in order.
fn commands(section: &str) -> Vec<String> {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/CONTRIBUTING.md"));
    let page = page.expect("the page");
    let (_, rest) = page.split_once(section).expect("the section");
    let section = rest.split("\n## ").next().expect("its text");
    let blocks = section.split("```sh\n").skip(1);
    let lines = blocks.flat_map(|block| block.split("```").next().expect("its end").lines());
    lines
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}

#[test]
fn the_page_for_instructors_works_word_by_word_in_an_empty_directory() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut here = dir.path().to_owned();
    let commands = commands("\n## A course of your own\n");
    assert!(commands.len() > 10, "{commands:?}");
    for command in &commands {
        if let Some(to) = command.strip_prefix("cd ") {
            here = here.join(to).canonicalize().expect("a directory");
            continue;
        }
        let words = words(command);
        let ran = match words.split_first() {
            Some((first, args)) if first == "backendlings" => Ran::of(program(&here).args(args)),
            Some((first, args)) => Ran::of(
                std::process::Command::new(first)
                    .args(args)
                    .current_dir(&here),
            ),
            None => unreachable!("it is not empty"),
        };
        assert_eq!(ran.code, 0, "{command}: {ran:#?}");
        if command == "backendlings dev check" {
            ran.says(&["0 errors, 0 warnings"]);
        }
    }
    let progress = here.join("exercises/01_http/unknown_path.rs");
    assert!(progress.is_file(), "the learner has the exercises");
}

/// The words of a command, as a shell takes them apart.
fn words(command: &str) -> Vec<String> {
    let parts = command.split('"').enumerate();
    parts
        .flat_map(|(index, part)| match index % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        })
        .collect()
}

#[test]
fn a_new_exercise_keeps_every_line_of_info_toml_and_stands_behind_its_chapter() {
    let tiny = sound();
    let info = format!(
        "# Mine.\n{INFO}\n# The last one.\n[[exercises]]\nname = \"other\"\ndir = \"01_b\"\nhint = \"h\"\n"
    );
    tiny.write("info.toml", &info);
    tiny.run(&[
        "dev",
        "new",
        "exercise",
        "success",
        "--kind",
        "rust",
        "--chapter",
        "00_first",
    ])
    .ends_with(0)
    .says(&["exercises/00_first/success.rs", "info.toml"]);
    let after = tiny.read("info.toml");
    let mut lines = after.lines();
    for line in info.lines() {
        assert!(
            lines.any(|found| found == line),
            "{line} is gone or elsewhere in {after}"
        );
    }
    let names: Vec<_> = after
        .lines()
        .filter(|line| line.starts_with("name = "))
        .collect();
    assert_eq!(
        names,
        ["name = \"adder\"", "name = \"success\"", "name = \"other\""]
    );
    assert!(tiny.read(README).contains("`success`"));
    tiny.run(&["dev", "check", "success"])
        .ends_with(0)
        .says(&["0 errors, 0 warnings"]);
}

#[test]
fn nothing_that_exists_is_written_over() {
    let tiny = sound();
    let before = tiny.read("info.toml");
    for (args, why) in [
        (
            ["adder", "00_first"],
            "an exercise is named `adder` already",
        ),
        (["../adder", "00_first"], "would lie outside exercises/"),
        (["good", "../00_first"], "would lie outside exercises/"),
        (
            ["b c", "00_first"],
            "`b c` cannot be the name of an exercise",
        ),
    ] {
        let [name, chapter] = args;
        tiny.run(&[
            "dev",
            "new",
            "exercise",
            name,
            "--kind",
            "sql",
            "--chapter",
            chapter,
        ])
        .ends_with(2)
        .complains(&[why]);
        assert_eq!(tiny.read("info.toml"), before, "{name}");
    }
    assert!(!tiny.path("exercises/00_first/b c.sql").exists());
    tiny.write("solutions/00_first/taken.rs", "fn main() {}\n");
    tiny.run(&[
        "dev",
        "new",
        "exercise",
        "taken",
        "--kind",
        "rust",
        "--chapter",
        "00_first",
    ])
    .ends_with(2)
    .complains(&["solutions/00_first/taken.rs exists already"]);
    let root = tiny.root().display().to_string();
    tiny.run(&["dev", "new", "course", &root])
        .ends_with(2)
        .complains(&["is not empty"]);
}
