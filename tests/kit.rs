//! The kit: what it counts is right, and what a learner does to its files changes no verdict.

#![expect(
    unreachable_pub,
    reason = "the kit is written for exercises, not for this program"
)]

mod common;

#[path = "../exercises/kit/byte.rs"]
mod byte;
#[path = "../exercises/kit/caught.rs"]
mod caught;
#[path = "../exercises/kit/counted.rs"]
mod counted;
#[path = "../exercises/kit/dice.rs"]
mod dice;
#[path = "../exercises/kit/link.rs"]
mod link;

use backendlings::{course::Course, progress::digest_of, workspace::Workspace};
use byte::Byte;
use caught::{Got, caught};
use common::{Ran, Tiny, program};
use counted::{Counted, comparisons};
use dice::Dice;
use link::Link;
use std::{
    fmt::Write as _,
    fs,
    path::Path,
    process::{Command, Stdio},
};

#[test]
fn info_toml_names_every_file_of_the_kit_as_it_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let course = Course::load(Workspace::at(root)).expect("the course is right");
    let (mut named, mut here) = (String::new(), String::new());
    for (name, digest) in &course.kit {
        let _ = writeln!(named, "\"{name}\" = \"{digest}\"");
    }
    let mut files: Vec<_> = fs::read_dir(root.join("exercises/kit"))
        .expect("the kit")
        .map(|file| file.expect("readable").path())
        .filter(|file| file.extension().is_some_and(|ending| ending == "rs"))
        .collect();
    files.sort();
    for file in files {
        let text = fs::read_to_string(&file).expect("readable");
        let name = file.file_name().expect("a name").to_string_lossy();
        let _ = writeln!(here, "\"{name}\" = \"{}\"", digest_of(&text));
    }
    assert_eq!(named, here, "write these lines into [kit]:\n{here}");
}

#[test]
fn every_way_to_compare_counted_values_counts_one() {
    let (a, b) = (Counted::new(1), Counted::new(2));
    assert_eq!(comparisons(|| a == b), (false, 1));
    assert_eq!(comparisons(|| a != b), (true, 1));
    assert_eq!(comparisons(|| a < b), (true, 1));
    assert_eq!(comparisons(|| a >= b), (false, 1));
    assert_eq!(comparisons(|| a.max(b) == b), (true, 2));
    let ten: Vec<_> = (0..10).map(Counted::new).collect();
    let (sorted, count) = comparisons(|| ten.is_sorted());
    assert_eq!((sorted, count), (true, 9));
}

#[test]
fn nodes_are_counted_when_they_are_made_and_visited() {
    let (last, count) = link::counted(|| {
        let first = Link::new(1);
        let second = first.clone();
        *first.visit() += 1;
        drop(first);
        second.into_node()
    });
    assert_eq!((last, count.made, count.visits), (Some(2), 1, 2));
    let shared = Link::new(1);
    assert_eq!(shared.clone().into_node(), None, "there is another link");
}

#[test]
fn operations_on_bytes_are_counted() {
    let (a, b) = (Byte::all_of("ab"), Byte::all_of("ac"));
    let difference = || {
        let mut difference = Byte::ZERO;
        for (a, b) in a.iter().zip(&b) {
            difference |= *a ^ *b;
        }
        difference == Byte::ZERO
    };
    assert_eq!(byte::operations(difference), (false, 5));
    assert_eq!(byte::operations(|| a == b), (false, 2));
    assert_eq!(byte::operations(|| a < b), (true, 2));
}

#[test]
fn dice_with_the_same_seed_fall_alike() {
    let (mut one, mut two, mut other) = (Dice::new(7), Dice::new(7), Dice::new(8));
    let rolls = |dice: &mut Dice| [0; 20].map(|_: u64| dice.roll(6));
    assert_eq!(rolls(&mut one), rolls(&mut two));
    assert_ne!(rolls(&mut one), rolls(&mut other));
    let mut cards = [1, 2, 3, 4, 5];
    one.shuffle(&mut cards);
    cards.sort_unstable();
    assert_eq!(cards, [1, 2, 3, 4, 5], "none is lost");
}

#[test]
fn a_panic_becomes_its_words_and_line() {
    assert!(matches!(caught(|| 7), Got::Value(7)));
    let got = format!("{:?}", caught(|| -> u8 { panic!("no more") }));
    assert!(
        got.starts_with("a panic in line ") && got.ends_with(": no more"),
        "{got}"
    );
}

/// A kit that says what is right, so that a false one can be told from it.
const KIT: &str = "pub fn two() -> u8 {\n    2\n}\n";
const KIT_FILE: &str = "exercises/kit/right.rs";
const FILE: &str = "exercises/00_first/sample.rs";
const BRING_IN: &str = "#[path = \"../kit/right.rs\"]\nmod right;\n";

fn using_the_kit(mine: u8) -> String {
    format!(
        "{BRING_IN}\nfn mine() -> u8 {{\n    {mine}\n}}\n\nfn main() {{}}\n\n#[test]\nfn it_is_two() {{\n    assert_eq!(mine(), right::two(), \"mine()\");\n}}\n"
    )
}

fn info(kit: &str) -> String {
    format!(
        "format_version = 1\n\n[kit]\n{kit}\n\n[[exercises]]\nname = \"sample\"\ndir = \"00_first\"\nhint = \"Look.\"\n"
    )
}

fn with_kit() -> Tiny {
    let tiny = Tiny::with_info(&info(&format!("\"right.rs\" = \"{}\"", digest_of(KIT))));
    tiny.write(KIT_FILE, KIT);
    tiny.write(FILE, using_the_kit(1));
    tiny.write("solutions/00_first/sample.rs", using_the_kit(2));
    tiny
}

#[test]
fn an_exercise_uses_the_kit() {
    let tiny = with_kit();
    let failed = tiny.check_file(FILE, using_the_kit(1)).expect("a report");
    assert_eq!(failed.findings[0].expected.as_deref(), Some("2"));
    let passed = tiny.check_file(FILE, using_the_kit(2)).expect("a report");
    assert!(passed.passed() && passed.notes.is_empty(), "{passed:#?}");
    assert!(passed.advice.is_empty(), "{:?}", passed.advice);
}

#[test]
fn clippy_finds_the_kit_too_and_has_nothing_to_say_about_it() {
    let tiny = with_kit();
    let strict = info(&format!("\"right.rs\" = \"{}\"", digest_of(KIT)));
    tiny.write("info.toml", format!("{strict}strict_clippy = true\n"));
    let report = tiny.check_file(FILE, using_the_kit(2)).expect("a report");
    assert!(report.passed(), "{report:#?}");
}

#[test]
fn a_changed_kit_changes_no_verdict_and_is_told() {
    let tiny = with_kit();
    tiny.check_file(FILE, using_the_kit(1)).expect("a report");
    for edited in [KIT.replace('2', "1"), "no rust at all {".into()] {
        tiny.write(KIT_FILE, edited);
        let report = tiny.check_file(FILE, using_the_kit(1)).expect("a report");
        assert_eq!(report.findings[0].expected.as_deref(), Some("2"));
        assert!(
            report.notes[0].contains("kit/right.rs was changed"),
            "{report:#?}"
        );
        assert!(
            tiny.check_file(FILE, using_the_kit(2))
                .expect("a report")
                .passed()
        );
    }
    fs::remove_file(tiny.path(KIT_FILE)).expect("it was there");
    assert!(
        tiny.check_file(FILE, using_the_kit(2))
            .expect("a report")
            .passed()
    );
}

#[test]
fn another_module_in_the_place_of_the_kit_is_put_back() {
    let tiny = with_kit();
    tiny.check_file(FILE, using_the_kit(1)).expect("a report");
    tiny.write("exercises/00_first/mine.rs", KIT.replace('2', "1"));
    for other in [
        "",
        "#[path = \"mine.rs\"]\nmod right;\n",
        "mod right { pub fn two() -> u8 { 1 } }\n",
    ] {
        let text = using_the_kit(1).replace(BRING_IN, other);
        let report = tiny.check_file(FILE, text).expect("a report");
        assert!(!report.passed(), "with “{other}”: {report:#?}");
    }
}

#[test]
fn cargo_compiles_with_the_shipped_kit_too() {
    let tiny = with_kit();
    tiny.run(&["list"]).ends_with(0);
    tiny.write(KIT_FILE, KIT.replace('2', "1"));
    let by_cargo = |mine: u8| {
        tiny.write(FILE, using_the_kit(mine));
        let mut command = program(tiny.root());
        Ran::of(
            command
                .args(["run", "sample"])
                .env("BACKENDLINGS_COMPILE_WITH", "cargo"),
        )
    };
    by_cargo(1).ends_with(1).says(&["it is two"]);
    by_cargo(2).ends_with(0);
}

#[test]
fn a_new_kit_comes_with_the_course_and_no_old_verdict_is_believed() {
    let tiny = with_kit();
    tiny.write(FILE, using_the_kit(2));
    tiny.run(&["check-all"]).ends_with(0);
    let new = KIT.replace('2', "3");
    tiny.write(KIT_FILE, &new);
    tiny.run(&["check-all"]).ends_with(0);
    tiny.write(
        "info.toml",
        info(&format!("\"right.rs\" = \"{}\"", digest_of(&new))),
    );
    tiny.run(&["check-all"]).ends_with(1);
}

#[test]
fn reset_brings_the_kit_back_and_undo_the_learners_version() {
    let tiny = with_kit();
    tiny.run(&["list"]).ends_with(0);
    let mine = KIT.replace('2', "1");
    tiny.write(KIT_FILE, &mine);
    tiny.run(&["reset", "sample"]).ends_with(0);
    assert_eq!(tiny.read(KIT_FILE), KIT);
    tiny.run(&["undo"]).ends_with(0);
    assert_eq!(tiny.read(KIT_FILE), mine);
}

#[test]
fn a_kit_that_was_changed_before_the_first_start_is_taken_as_git_has_it() {
    let tiny = with_kit();
    let git = |args: &[&str]| {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=a", "-c", "user.email=a@b.c"]);
        let command = command
            .args(args)
            .current_dir(tiny.root())
            .stdout(Stdio::null());
        assert!(
            command.status().expect("git is there").success(),
            "{args:?}"
        );
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "as shipped"]);
    tiny.write(KIT_FILE, KIT.replace('2', "1"));
    assert!(
        tiny.check_file(FILE, using_the_kit(2))
            .expect("a report")
            .passed()
    );
}

#[test]
fn a_kit_that_is_nowhere_to_be_found_is_not_about_the_learners_code() {
    let tiny = with_kit();
    tiny.write(KIT_FILE, KIT.replace('2', "1"));
    let ran = tiny.run(&["run", "sample"]).ends_with(2);
    ran.complains(&[
        "kit/right.rs",
        "its digest is",
        "git checkout -- exercises/kit/right.rs",
    ]);
}

#[test]
fn a_file_that_the_kit_does_not_name_is_the_courses_fault() {
    let tiny = with_kit();
    tiny.write("info.toml", info(""));
    let ran = tiny.run(&["run", "sample"]).ends_with(2);
    ran.complains(&["uses right.rs of the kit", "[kit] in info.toml"]);
}

#[test]
fn a_kit_that_cannot_be_is_told_with_its_line() {
    let digest = digest_of(KIT);
    for (entry, what) in [
        (
            "\"right.rs\" = \"abc\"".to_owned(),
            "not the SHA-256 of `right.rs`",
        ),
        (
            format!("\"right.txt\" = \"{digest}\""),
            "`right.txt` is no Rust file",
        ),
        (
            format!("\"../right.rs\" = \"{digest}\""),
            "`../right.rs` is no Rust file",
        ),
    ] {
        let tiny = with_kit();
        tiny.write("info.toml", info(&entry));
        let ran = tiny.run(&["list"]).ends_with(2);
        ran.complains(&["info.toml:4", what]);
    }
}

#[test]
fn windows_line_ends_are_the_same_kit() {
    let tiny = with_kit();
    tiny.write(KIT_FILE, KIT.replace('\n', "\r\n"));
    let report = tiny.check_file(FILE, using_the_kit(2)).expect("a report");
    assert!(report.passed() && report.notes.is_empty(), "{report:#?}");
}

#[test]
fn the_editor_finds_the_kit_where_the_exercise_names_it() {
    let tiny = with_kit();
    tiny.run(&["list"]).ends_with(0);
    tiny.run(&["goto", "sample"]).ends_with(0);
    let checked = Command::new("cargo")
        .args(["check", "--offline", "--quiet"])
        .current_dir(tiny.path("exercises"))
        .env("CARGO_TARGET_DIR", tiny.path("target"))
        .output()
        .expect("cargo is there");
    let said = String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success(), "{said}");
}
