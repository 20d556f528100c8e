//! The commands from outside: exit codes, what they say, and what they leave behind.

mod common;

use common::{ADDER, ADDER_FILE, DOUBLER_FILE, PROGRESS_FILE, Ran, Tiny, adder_solved, program};
use std::{fs, process::Command};

/// The name of the current exercise, as the progress file has it.
fn current(tiny: &Tiny) -> String {
    let progress = tiny.read(PROGRESS_FILE);
    let line = progress
        .lines()
        .find_map(|line| line.strip_prefix("current "));
    line.expect("a current exercise").to_owned()
}

#[test]
fn run_ends_with_1_until_the_exercise_passes_and_then_with_0() {
    let tiny = Tiny::new();
    tiny.run(&["run", "adder"]).ends_with(1).says(&[
        "one and one is two",
        "add(1, 1)",
        "expected",
        "got",
    ]);
    assert!(!tiny.read(PROGRESS_FILE).contains("done adder"));
    tiny.write(ADDER_FILE, adder_solved());
    tiny.run(&["run", "adder"]).ends_with(0);
    assert!(tiny.read(PROGRESS_FILE).contains("done adder"));
}

#[test]
fn run_without_a_name_checks_the_current_exercise() {
    let tiny = Tiny::new();
    tiny.run(&["goto", "greeting"]).ends_with(0);
    tiny.run(&["run"]).ends_with(0).says(&["Hello!"]);
}

#[test]
fn a_done_exercise_that_fails_again_is_pending_again() {
    let tiny = Tiny::new();
    tiny.write(PROGRESS_FILE, "backendlings-progress 1\ndone adder\n");
    tiny.run(&["run", "adder"]).ends_with(1);
    assert!(!tiny.read(PROGRESS_FILE).contains("done adder"));
}

#[test]
fn check_all_ends_with_1_until_every_exercise_passes_and_then_with_0() {
    let tiny = Tiny::new();
    tiny.run(&["check-all"]).ends_with(1).says(&[
        "failed   adder: one and one is two",
        "passed   greeting",
        "failed   doubler: two doubled is four",
        "1 of 3 exercises pass.",
    ]);
    tiny.solve_all();
    tiny.run(&["check-all"])
        .ends_with(0)
        .says(&["3 of 3 exercises pass."]);
    let progress = tiny.read(PROGRESS_FILE);
    for done in ["done adder", "done greeting", "done doubler"] {
        assert!(progress.contains(done), "{progress}");
    }
}

#[test]
fn a_mistyped_name_is_answered_with_the_nearest() {
    let tiny = Tiny::new();
    for command in ["run", "hint", "solution", "goto", "skip", "reset"] {
        tiny.run(&[command, "addre"])
            .ends_with(2)
            .complains(&["there is no exercise `addre`", "Did you mean `adder`?"]);
    }
    tiny.run(&["reset", "--chapter", "00_frist"])
        .ends_with(2)
        .complains(&["there is no chapter `00_frist`", "Did you mean `00_first`?"]);
}

#[test]
fn a_mistyped_command_ends_with_2_and_help_with_0() {
    let tiny = Tiny::new();
    tiny.run(&["wacth"]).ends_with(2).complains(&["'watch'"]);
    tiny.run(&["goto"]).ends_with(2).complains(&["<NAME>"]);
    tiny.run(&["--help"]).ends_with(0).says(&["Exit codes: 0"]);
    let version = concat!("backendlings ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(tiny.run(&["--version"]).ends_with(0).stdout, version);
}

#[test]
fn reset_without_a_name_is_the_current_exercise() {
    let tiny = Tiny::new();
    tiny.run(&["goto", "adder"]).ends_with(0);
    let shipped = tiny.read(ADDER_FILE);
    tiny.write(ADDER_FILE, "edited");
    tiny.run(&["reset"])
        .ends_with(0)
        .says(&["adder is as shipped"]);
    assert_eq!(tiny.read(ADDER_FILE), shipped);
}

#[test]
fn no_command_is_watch() {
    let tiny = Tiny::new();
    Ran::with_input(program(tiny.root()).arg("--plain"), "q\n")
        .ends_with(0)
        .says(&["You are at adder."]);
    assert_eq!(current(&tiny), "adder");
}

#[test]
fn the_course_is_found_from_below_and_named_from_elsewhere() {
    let tiny = Tiny::new();
    let below = tiny.path("exercises/00_first");
    Ran::of(program(&below).arg("list"))
        .ends_with(0)
        .says(&["adder"]);
    let elsewhere = tempfile::tempdir().expect("a directory");
    Ran::of(
        program(elsewhere.path())
            .arg("--root")
            .arg(tiny.root())
            .arg("list"),
    )
    .ends_with(0)
    .says(&["doubler"]);
    // A relative one, and behind the command.
    let name = tiny.root().file_name().expect("a name");
    let above = tiny.root().parent().expect("a parent");
    Ran::of(program(above).args(["run", "greeting", "--root"]).arg(name))
        .ends_with(0)
        .says(&["Hello!"]);
}

#[test]
fn list_shows_every_exercise_with_its_chapter_and_state() {
    let tiny = Tiny::new();
    tiny.write(
        PROGRESS_FILE,
        "backendlings-progress 1\ncurrent doubler\ndone adder\nskipped greeting\n",
    );
    let listed = tiny.run(&["list"]).ends_with(0);
    let line = |name: &str| {
        let line = listed.stdout.lines().find(|line| line.contains(name));
        line.unwrap_or_else(|| panic!("no {name} in {listed:#?}"))
            .to_owned()
    };
    assert!(line("adder").contains('✓'));
    assert!(line("greeting").contains('↷'));
    assert!(line("doubler").contains('▸'));
    listed.says(&["First steps", "1 of 3 done"]);
}

#[test]
fn reset_brings_the_shipped_file_and_undo_the_learners() {
    let tiny = Tiny::new();
    tiny.run(&["list"]).ends_with(0);
    tiny.write(ADDER_FILE, "// my work\n");
    tiny.write(PROGRESS_FILE, "backendlings-progress 1\ndone adder\n");
    tiny.run(&["reset", "adder"]).ends_with(0).says(&["undo"]);
    assert_eq!(tiny.read(ADDER_FILE), ADDER);
    assert!(!tiny.read(PROGRESS_FILE).contains("done adder"));
    tiny.run(&["undo"])
        .ends_with(0)
        .says(&["reset adder", "adder.rs"]);
    assert_eq!(tiny.read(ADDER_FILE), "// my work\n");
    tiny.run(&["undo"]).ends_with(0).says(&["nothing to undo"]);
}

#[test]
fn reset_brings_back_a_file_that_was_deleted() {
    let tiny = Tiny::new();
    tiny.run(&["list"]).ends_with(0);
    fs::remove_file(tiny.path(ADDER_FILE)).expect("removed");
    tiny.run(&["reset", "adder"]).ends_with(0);
    assert_eq!(tiny.read(ADDER_FILE), ADDER);
}

#[test]
fn reset_brings_the_shipped_file_also_after_the_work_was_committed() {
    let tiny = Tiny::new();
    let git = |args: &[&str]| {
        let status = Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
            .args(args)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .current_dir(tiny.root())
            .output()
            .expect("git is installed");
        assert!(status.status.success(), "git {args:?}: {status:?}");
    };
    git(&["init", "--quiet"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "-m", "as shipped"]);
    // The work begins before the runner is started for the first time.
    tiny.write(ADDER_FILE, adder_solved());
    tiny.run(&["run", "adder"]).ends_with(0);
    git(&["commit", "--quiet", "-a", "-m", "my work"]);
    tiny.run(&["reset", "adder"]).ends_with(0);
    assert_eq!(tiny.read(ADDER_FILE), ADDER);
}

#[test]
fn reset_of_several_asks_and_without_a_terminal_demands_yes() {
    let tiny = Tiny::new();
    tiny.run(&["list"]).ends_with(0);
    tiny.write(ADDER_FILE, "// mine\n");
    tiny.write(DOUBLER_FILE, "// mine too\n");
    tiny.run(&["reset", "--all"])
        .ends_with(2)
        .complains(&["nobody to ask", "--yes"]);
    assert_eq!(tiny.read(ADDER_FILE), "// mine\n");
    tiny.run(&["reset", "--chapter", "00_first", "--yes"])
        .ends_with(0);
    assert_eq!(tiny.read(ADDER_FILE), ADDER);
    assert_eq!(tiny.read(DOUBLER_FILE), "// mine too\n");
    tiny.run(&["reset", "--all", "--yes"]).ends_with(0);
    assert_ne!(tiny.read(DOUBLER_FILE), "// mine too\n");
}

#[test]
fn each_hint_is_one_rung_more() {
    let tiny = Tiny::new();
    let rungs = ["What is one and one?", "More than one.", "It is two."];
    for shown in 1..=3 {
        let hint = tiny
            .run(&["hint", "adder"])
            .ends_with(0)
            .says(&rungs[..shown]);
        for later in &rungs[shown..] {
            assert!(!hint.stdout.contains(later), "{later} came too early");
        }
    }
    tiny.run(&["hint", "adder"]).ends_with(0).says(&rungs);
    assert!(tiny.read(PROGRESS_FILE).contains("hints adder 3"));
    let other = Tiny::new();
    other.run(&["hint", "--all"]).ends_with(0).says(&rungs);
}

#[test]
fn the_solution_before_the_pass_needs_early_and_is_written_down() {
    let tiny = Tiny::new();
    tiny.run(&["solution", "adder"])
        .ends_with(2)
        .complains(&["has not passed yet", "--early"]);
    tiny.run(&["list"]).ends_with(0);
    assert!(
        !tiny.path(PROGRESS_FILE).exists(),
        "looking changes nothing"
    );
    let shown = tiny.run(&["solution", "adder", "--early"]).ends_with(0);
    assert!(shown.stdout.contains("a + b") && shown.stdout.contains("a - b"));
    assert!(tiny.read(PROGRESS_FILE).contains("solution-seen adder"));
    assert_eq!(tiny.read(ADDER_FILE), ADDER, "the learner's file stays");
}

#[test]
fn the_solution_after_the_pass_is_free() {
    let tiny = Tiny::new();
    tiny.write(PROGRESS_FILE, "backendlings-progress 1\ndone adder\n");
    tiny.run(&["solution", "adder"])
        .ends_with(0)
        .says(&["a + b"]);
    assert!(!tiny.read(PROGRESS_FILE).contains("solution-seen"));
}

#[test]
fn goto_and_skip_change_the_current_exercise() {
    let tiny = Tiny::new();
    tiny.run(&["skip"]).ends_with(0).says(&["greeting"]);
    assert_eq!(current(&tiny), "greeting");
    assert!(tiny.read(PROGRESS_FILE).contains("skipped adder"));
    tiny.run(&["goto", "doubler"])
        .ends_with(0)
        .says(&["doubler", "exercises/01_second/doubler.rs"]);
    assert_eq!(current(&tiny), "doubler");
    // Behind the last exercise the next one is looked for from the beginning.
    tiny.run(&["skip"]).ends_with(0);
    assert_eq!(current(&tiny), "greeting");
    tiny.run(&["skip"])
        .ends_with(0)
        .says(&["Only done and skipped"]);
}

#[test]
fn a_done_exercise_cannot_be_skipped() {
    let tiny = Tiny::new();
    tiny.write(PROGRESS_FILE, "backendlings-progress 1\ndone adder\n");
    tiny.run(&["skip", "adder"])
        .ends_with(2)
        .complains(&["done already"]);
}

#[test]
fn completions_need_no_course() {
    let elsewhere = tempfile::tempdir().expect("a directory");
    for shell in ["bash", "zsh", "fish"] {
        Ran::of(program(elsewhere.path()).args(["completions", shell]))
            .ends_with(0)
            .says(&["check-all"]);
    }
    Ran::of(program(elsewhere.path()).args(["completions", "cmd"])).ends_with(2);
}

#[test]
fn the_editors_manifest_holds_the_current_exercise_and_the_finished_ones() {
    let tiny = Tiny::new();
    tiny.write(PROGRESS_FILE, "backendlings-progress 1\ndone greeting\n");
    tiny.run(&["goto", "adder"]).ends_with(0);
    let manifest = tiny.read("exercises/Cargo.toml");
    assert!(manifest.contains("path = \"00_first/adder.rs\""));
    assert!(manifest.contains("path = \"00_first/greeting.rs\""));
    assert!(!manifest.contains("doubler"));
    // What rust-analyzer does first with it.
    let metadata = Ran::of(
        Command::new(env!("CARGO"))
            .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
            .current_dir(tiny.path("exercises")),
    )
    .ends_with(0);
    let metadata: serde_json::Value = serde_json::from_str(&metadata.stdout).expect("JSON");
    let targets = metadata["packages"][0]["targets"]
        .as_array()
        .expect("targets");
    let names: Vec<_> = targets
        .iter()
        .filter_map(|target| target["name"].as_str())
        .collect();
    assert_eq!(names, ["adder", "greeting"]);
}

#[test]
fn a_command_is_named_as_this_program_was_called() {
    let tiny = Tiny::new();
    tiny.write(ADDER_FILE, "");
    let run = |command: &mut Command| Ran::of(command.args(["run", "adder"])).ends_with(1);
    run(&mut program(tiny.root())).says(&["or backendlings reset adder"]);
    run(program(tiny.root()).env("CARGO_PKG_NAME", "backendlings"))
        .says(&["or cargo run -- reset adder"]);
    run(program(tiny.root()).env("CARGO_PKG_NAME", "somebody_elses"))
        .says(&["or backendlings reset adder"]);
}
