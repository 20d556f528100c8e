//! A course in rustlings' format in the watcher, in a real terminal, and what `dev check` says of one.
#![cfg(unix)]

mod common;
#[allow(dead_code, reason = "other tests use more of it")]
mod pty;

use common::Tiny;
use pty::Terminal;

const INFO: &str = r#"format_version = 1
welcome_message = "Is this your first time?"
final_message = "We hope you enjoyed it."

[[exercises]]
name = "intro1"
dir = "00_intro"
test = false
skip_check_unsolved = true
hint = "Press n."

[[exercises]]
name = "variables1"
dir = "01_variables"
test = false
hint = "A keyword is missing."

[[exercises]]
name = "functions1"
dir = "02_functions"
strict_clippy = true
hint = "Read the test."
"#;

const MANIFEST: &str = r#"bin = [
  { name = "intro1", path = "exercises/00_intro/intro1.rs" },
  { name = "variables1", path = "exercises/01_variables/variables1.rs" },
  { name = "functions1", path = "exercises/02_functions/functions1.rs" },
]

[package]
name = "exercises"
edition = "2024"
publish = false
"#;

const VARIABLES: &str = "fn main() {\n    // TODO: Add the missing keyword.\n    x = 5;\n\n    println!(\"x has the value {x}\");\n}\n";
const VARIABLES_FILE: &str = "exercises/01_variables/variables1.rs";

const FUNCTIONS: &str = "fn two() -> usize {\n    // TODO: Give two.\n    [0].len()\n}\n\nfn main() {\n    println!(\"main says {}\", two());\n}\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn it_is_two() {\n        assert_eq!(two(), 2);\n    }\n}\n";
const FUNCTIONS_FILE: &str = "exercises/02_functions/functions1.rs";

/// As such a course comes: without solutions, wrong answers and texts of chapters.
fn course() -> Tiny {
    let course = Tiny::with_info(INFO);
    course.write("Cargo.toml", MANIFEST);
    course.write(
        "exercises/00_intro/intro1.rs",
        "fn main() {\n    println!(\"Hello and\");\n}\n",
    );
    course.write(VARIABLES_FILE, VARIABLES);
    course.write(FUNCTIONS_FILE, FUNCTIONS);
    course
}

#[test]
fn a_course_for_rustlings_is_walked_in_the_watcher_to_its_end() {
    let course = course();
    let mut terminal = Terminal::watch(course.root(), &[]);
    terminal.wait_for_text("Is this your first time?");
    terminal.press("\r");
    terminal.wait_for_text("Hello and");
    terminal.press("n");
    let screen = terminal.wait_for_text("cannot find value");
    assert!(screen.contains("1/3"), "{screen}");
    terminal.press("h");
    terminal.wait_for_text("A keyword is missing.");
    course.write(VARIABLES_FILE, VARIABLES.replace("    x", "    let x"));
    let screen = terminal.wait_for_text("Passed");
    assert!(screen.contains("x has the value 5"), "{screen}");
    terminal.press("n");
    terminal.wait_for_text("it is two");
    // The tests pass, and Clippy is strict here.
    let two = FUNCTIONS.replace("[0].len()", "let all = [0, 1];\n    return all.len();");
    course.write(FUNCTIONS_FILE, &two);
    terminal.wait_for_text("unneeded `return`");
    terminal.press("l");
    let list = terminal.wait_for_text("variables1");
    assert!(
        list.contains("functions1") && list.contains("intro1"),
        "{list}"
    );
    terminal.press("l");
    terminal.wait_for_text("unneeded `return`");
    course.write(
        FUNCTIONS_FILE,
        two.replace("return all.len();", "all.len()"),
    );
    let screen = terminal.wait_for_text("Passed");
    assert!(screen.contains("main says 2"), "{screen}");
    terminal.press("n");
    terminal.wait_for_text("We hope you enjoyed it.");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
    assert_eq!(course.read("Cargo.toml"), MANIFEST);
}

#[test]
fn the_watcher_resets_an_exercise_for_rustlings() {
    let course = course();
    course.run(&["goto", "functions1"]).ends_with(0);
    let mut terminal = Terminal::watch(course.root(), &[]);
    terminal.wait_for_text("it is two");
    course.write(FUNCTIONS_FILE, "fn main() {");
    terminal.wait_for_text("unclosed delimiter");
    terminal.press("x");
    terminal.wait_for_text("Bring this file back");
    terminal.press("y");
    terminal.wait_for_text("it is two");
    assert_eq!(course.read(FUNCTIONS_FILE), FUNCTIONS);
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

#[test]
fn dev_check_asks_of_such_a_course_only_what_rustlings_asks() {
    let course = course();
    let checked = course.run(&["dev", "check"]).ends_with(0).says(&[
        "of 3 exercises, 3 have no solution and 3 no wrong answers",
        "0 errors, 1 warning.",
    ]);
    assert_eq!(checked.stdout.matches("warning:").count(), 1, "{checked:?}");
    course
        .run(&["dev", "check", "variables1"])
        .ends_with(0)
        .says(&["0 errors, 0 warnings."]);
    // Nothing is left in it.
    assert!(!course.path("exercises/digests.txt").exists());
    // What rustlings asks for is asked for.
    course.write(VARIABLES_FILE, "fn main() {}\n");
    course
        .run(&["dev", "check"])
        .ends_with(1)
        .says(&["the starting file passes"]);
}
