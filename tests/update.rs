//! `update`: a newer course over the work of a learner who has edited, solved, left and lost things. Nothing of it is lost.

mod common;

use common::{Ran, Tiny, program};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn exercise(name: &str, dir: &str, more: &str) -> String {
    format!("\n[[exercises]]\nname = \"{name}\"\ndir = \"{dir}\"\nhint = \"h\"\n{more}")
}

/// A file whose test asks for a number.
fn text(name: &str, code: &str, right: i32) -> String {
    format!(
        "//! {name}: a number\n\nfn number() -> i32 {{\n    // TODO: Give the number.\n    {code}\n}}\n\nfn main() {{}}\n\n#[test]\nfn it_is_right() {{\n    assert_eq!(number(), {right});\n}}\n"
    )
}

fn course(entries: &[(&str, &str, &str, i32)]) -> Tiny {
    let mut info = "format_version = 1\n".to_owned();
    for (name, dir, more, _) in entries {
        info += &exercise(name, dir, more);
    }
    let tiny = Tiny::with_info(&info);
    for (name, dir, _, right) in entries {
        tiny.write(
            &format!("exercises/{dir}/{name}.rs"),
            text(name, "0", *right),
        );
        tiny.write(
            &format!("solutions/{dir}/{name}.rs"),
            text(name, &right.to_string(), *right),
        );
    }
    tiny
}

/// What a learner was given.
fn old() -> Tiny {
    course(&[
        ("untouched", "a", "", 1),
        ("edited", "a", "", 2),
        ("edited_same", "a", "", 3),
        ("old_name", "a", "", 4),
        ("removed_edited", "b", "", 5),
        ("removed_untouched", "b", "", 6),
        ("moved", "b", "", 7),
    ])
}

/// The newer course: `untouched` and `edited` ask for other numbers, one is renamed, two are gone, one is new, one is in another chapter.
fn new() -> Tiny {
    course(&[
        ("untouched", "a", "", 10),
        ("brand_new", "a", "", 11),
        ("edited", "a", "", 20),
        ("edited_same", "a", "", 3),
        ("new_name", "a", "was = [\"old_name\"]\n", 4),
        ("moved", "c", "", 7),
    ])
}

struct Learner {
    dir: tempfile::TempDir,
}

impl Learner {
    /// Somebody who has begun the old course, and worked on it.
    fn at_work() -> Self {
        let learner = Self {
            dir: tempfile::tempdir().expect("a directory"),
        };
        let course = old();
        let from = course.root().display().to_string();
        let root = learner.root().display().to_string();
        Ran::of(program(course.root()).args(["init", &root, "--from", &from])).ends_with(0);
        for (name, dir, code, right) in [
            ("edited", "a", "2", 2),
            ("edited_same", "a", "1 + 1", 3),
            ("old_name", "a", "4", 4),
            ("removed_edited", "b", "5 + 0", 5),
        ] {
            learner.write(
                &format!("exercises/{dir}/{name}.rs"),
                &text(name, code, right),
            );
        }
        learner.run(&["run", "old_name"]).ends_with(0);
        learner.run(&["run", "edited"]).ends_with(0);
        learner.run(&["hint", "old_name"]).ends_with(0);
        learner.run(&["goto", "old_name"]).ends_with(0);
        learner.git(&["add", "--all"]);
        learner.git(&[
            "-c",
            "user.name=l",
            "-c",
            "user.email=l@localhost",
            "commit",
            "-qm",
            "my work",
        ]);
        learner
    }

    fn root(&self) -> PathBuf {
        self.dir.path().join("learn")
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.root().join(file), text).expect("written");
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    fn run(&self, args: &[&str]) -> Ran {
        Ran::of(program(&self.root()).args(args))
    }

    fn update(&self, course: &Tiny) -> Ran {
        let from = course.root().display().to_string();
        self.run(&["update", "--from", &from])
    }

    fn git(&self, args: &[&str]) -> String {
        let output = Command::new("git")
            .args(args)
            .current_dir(self.root())
            .output();
        String::from_utf8(output.expect("git").stdout).expect("UTF-8")
    }

    /// Every file outside of what is private to the program and to git.
    fn everything(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        fn walk(dir: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
            for entry in fs::read_dir(dir).expect("readable") {
                let path = entry.expect("readable").path();
                if path.ends_with(".git") || path.ends_with(".backendlings") {
                    continue;
                }
                match path.is_dir() {
                    true => walk(&path, found),
                    false => {
                        let bytes = fs::read(&path).expect("readable");
                        found.insert(path, bytes);
                    }
                }
            }
        }
        let mut found = BTreeMap::new();
        walk(&self.root(), &mut found);
        found
    }
}

#[test]
fn a_newer_course_changes_what_was_given_and_keeps_what_was_written() {
    let learner = Learner::at_work();
    learner.update(&new()).ends_with(0).says(&[
        "renamed   old_name is new_name now",
        "exercises/a/edited.rs is your work; the new version is exercises/a/edited.rs.new",
        "git diff --no-index exercises/a/edited.rs exercises/a/edited.rs.new",
        "your work is removed/exercises/b/removed_edited.rs",
        "`undo` takes all of it back.",
    ]);
    let mut changed: Vec<String> = learner
        .git(&[
            "status",
            "--porcelain",
            "--untracked-files=all",
            "--no-renames",
        ])
        .lines()
        .map(str::to_owned)
        .collect();
    changed.sort();
    assert_eq!(
        changed,
        [
            " D exercises/a/old_name.rs",
            " D exercises/b/moved.rs",
            " D exercises/b/removed_edited.rs",
            " D exercises/b/removed_untouched.rs",
            " D solutions/a/old_name.rs",
            " D solutions/b/moved.rs",
            " D solutions/b/removed_edited.rs",
            " D solutions/b/removed_untouched.rs",
            " M exercises/a/untouched.rs",
            " M info.toml",
            " M solutions/a/edited.rs",
            " M solutions/a/untouched.rs",
            "?? exercises/a/brand_new.rs",
            "?? exercises/a/edited.rs.new",
            "?? exercises/a/new_name.rs",
            "?? exercises/a/new_name.rs.new",
            "?? exercises/c/moved.rs",
            "?? removed/exercises/b/removed_edited.rs",
            "?? solutions/a/brand_new.rs",
            "?? solutions/a/new_name.rs",
            "?? solutions/c/moved.rs",
        ]
    );
    // The learner's own lines.
    assert_eq!(
        learner.read("exercises/a/edited.rs"),
        text("edited", "2", 2)
    );
    assert_eq!(
        learner.read("exercises/a/new_name.rs"),
        text("old_name", "4", 4)
    );
    assert_eq!(
        learner.read("removed/exercises/b/removed_edited.rs"),
        text("removed_edited", "5 + 0", 5)
    );
    assert_eq!(
        learner.read("exercises/a/untouched.rs"),
        text("untouched", "0", 10)
    );
}

#[test]
fn progress_goes_with_the_name_and_new_exercises_come_in_order() {
    let learner = Learner::at_work();
    learner.update(&new()).ends_with(0);
    let progress = learner.read(".backendlings-progress.txt");
    for line in [
        "current new_name",
        "done new_name",
        "done edited",
        "hints new_name 1",
    ] {
        assert!(
            progress.lines().any(|l| l == line),
            "no {line} in {progress}"
        );
    }
    assert!(!progress.contains("old_name"), "{progress}");
    let list = learner.run(&["list", "--format", "json"]);
    let list: serde_json::Value = serde_json::from_str(&list.stdout).expect("JSON");
    let names: Vec<_> = list
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|e| e["name"].as_str())
        .collect();
    assert_eq!(
        names,
        [
            "untouched",
            "brand_new",
            "edited",
            "edited_same",
            "new_name",
            "moved"
        ]
    );
    learner.run(&["run", "new_name"]).ends_with(0);
}

#[test]
fn the_tests_that_count_are_the_new_ones_also_for_a_kept_file() {
    let learner = Learner::at_work();
    learner.run(&["run", "edited"]).ends_with(0);
    learner.update(&new()).ends_with(0);
    learner
        .run(&["run", "edited"])
        .ends_with(1)
        .says(&["it is right", "20"]);
    learner.run(&["reset", "edited"]).ends_with(0);
    assert_eq!(
        learner.read("exercises/a/edited.rs"),
        text("edited", "0", 20)
    );
}

#[test]
fn undo_takes_all_of_an_update_back() {
    let learner = Learner::at_work();
    let before = learner.everything();
    learner.update(&new()).ends_with(0);
    assert_ne!(learner.everything(), before);
    learner
        .run(&["undo"])
        .ends_with(0)
        .says(&["Undone: update"]);
    assert_eq!(learner.git(&["status", "--porcelain"]), "");
    assert_eq!(learner.everything(), before);
    learner.run(&["run", "edited"]).ends_with(0);
    // What was given is known again too: the same update does the same.
    learner.update(&new()).ends_with(0).says(&["edited.rs.new"]);
}

#[test]
fn a_second_update_to_the_same_course_changes_nothing() {
    let learner = Learner::at_work();
    let course = new();
    learner.update(&course).ends_with(0);
    let after = learner.everything();
    learner
        .update(&course)
        .ends_with(0)
        .says(&["You have the newest course already."]);
    assert_eq!(learner.everything(), after);
}

#[test]
fn a_newer_course_that_is_not_right_changes_nothing() {
    let learner = Learner::at_work();
    let before = learner.everything();
    let broken = new();
    broken.write(
        "info.toml",
        "format_version = 1\n[[exercises]]\nnaem = \"a\"\n",
    );
    learner
        .update(&broken)
        .ends_with(2)
        .complains(&["`naem` is not known here"]);
    assert_eq!(learner.everything(), before);
}

#[test]
fn a_directory_that_init_has_not_made_is_left_to_git() {
    let clone = old();
    let course = new();
    let from = course.root().display().to_string();
    clone
        .run(&["update", "--from", &from])
        .ends_with(2)
        .complains(&["was not made by `init`", "git pull"]);
}

#[test]
fn a_name_that_is_still_taken_cannot_have_been_another_ones() {
    let course = course(&[("one", "a", "", 1), ("two", "a", "was = [\"one\"]\n", 2)]);
    course
        .run(&["dev", "check"])
        .ends_with(1)
        .says(&["info.toml:", "`one` is still the name of an exercise"]);
}

const PROJECT: &str = "format_version = 1\n\n[[exercises]]\nname = \"notes\"\ndir = \"a\"\nkind = \"project\"\nhint = \"h\"\n";

/// A course with a project in the directory of `dir`: its main file, one that is dropped later, and what is asked for.
fn project(info: &str, place: &str, files: &[(&str, &str)]) -> Tiny {
    let tiny = Tiny::with_info(info);
    tiny.write(
        &format!("exercises/{place}.toml"),
        "[[stage]]\ntitle = \"one\"\n[[stage.step]]\nclaim = \"it answers\"\nsend = { path = \"/\" }\nexpect = { status = 200 }\n",
    );
    for (file, text) in files {
        tiny.write(&format!("exercises/{place}/{file}"), text);
    }
    tiny
}

const GIVEN: [(&str, &str); 3] = [
    ("main.rs", "mod store;\nfn main() {}\n"),
    ("store.rs", "// as given\n"),
    ("SPEC.md", "old\n"),
];

/// `store.rs` is gone.
const NEWER: [(&str, &str); 2] = [("main.rs", "fn main() {}\n"), ("SPEC.md", "new\n")];

fn with_project() -> Learner {
    let learner = Learner {
        dir: tempfile::tempdir().expect("a directory"),
    };
    let course = project(PROJECT, "a/notes", &GIVEN);
    let from = course.root().display().to_string();
    let root = learner.root().display().to_string();
    Ran::of(program(course.root()).args(["init", &root, "--from", &from])).ends_with(0);
    learner
}

#[test]
fn a_file_that_a_project_has_dropped_goes_if_nothing_was_begun_and_undo_brings_it_back() {
    let learner = with_project();
    let before = learner.everything();
    learner
        .update(&project(PROJECT, "a/notes", &NEWER))
        .ends_with(0)
        .says(&["removed   exercises/a/notes/store.rs"]);
    assert!(!learner.root().join("exercises/a/notes/store.rs").exists());
    learner.run(&["undo"]).ends_with(0);
    assert_eq!(learner.everything(), before);
}

#[test]
fn on_a_project_with_work_in_it_nothing_is_taken_away_and_a_reset_gives_the_newer_one() {
    for edited in ["main.rs", "store.rs"] {
        let learner = with_project();
        let mine = format!("exercises/a/notes/{edited}");
        learner.write(&mine, "mod store; // mine\n");
        learner.write("exercises/a/notes/routes.rs", "// added\n");
        let course = project(PROJECT, "a/notes", &NEWER);
        learner.update(&course).ends_with(0).says(&[
            "kept      exercises/a/notes/store.rs is no longer in the course, but your project may use it",
        ]);
        assert_eq!(learner.read(&mine), "mod store; // mine\n");
        assert_eq!(learner.read("exercises/a/notes/routes.rs"), "// added\n");
        assert_eq!(learner.read("exercises/a/notes/SPEC.md"), "new\n");
        assert!(learner.root().join("exercises/a/notes/store.rs").exists());
        learner
            .update(&course)
            .ends_with(0)
            .says(&["You have the newest course already."]);
        learner.run(&["reset", "notes"]).ends_with(0);
        assert_eq!(learner.read("exercises/a/notes/main.rs"), "fn main() {}\n");
        for gone in ["store.rs", "routes.rs"] {
            let file = learner.root().join("exercises/a/notes").join(gone);
            assert!(!file.exists(), "{gone} after a reset");
        }
    }
}

#[test]
fn a_project_with_another_name_takes_every_file_along() {
    let info = PROJECT
        .replace("\"notes\"", "\"memos\"\nwas = [\"notes\"]")
        .replace("\"a\"", "\"b\"");
    let course = project(&info, "b/memos", &NEWER);
    let learner = with_project();
    learner.write("exercises/a/notes/main.rs", "mod store; // mine\n");
    learner.write("exercises/a/notes/routes.rs", "// added\n");
    let before = learner.everything();
    learner.update(&course).ends_with(0).says(&[
        "renamed   notes is memos now",
        "kept      exercises/b/memos/store.rs",
    ]);
    for (file, text) in [
        ("main.rs", "mod store; // mine\n"),
        ("store.rs", "// as given\n"),
        ("routes.rs", "// added\n"),
        ("SPEC.md", "new\n"),
    ] {
        assert_eq!(learner.read(&format!("exercises/b/memos/{file}")), text);
        let old = learner.root().join("exercises/a/notes").join(file);
        assert!(!old.exists(), "{file} is still there");
    }
    learner.run(&["undo"]).ends_with(0);
    assert_eq!(learner.everything(), before);
    // Where nothing was begun, the dropped file does not go along.
    let learner = with_project();
    learner.update(&course).ends_with(0);
    assert!(learner.root().join("exercises/b/memos/main.rs").exists());
    for gone in ["exercises/a/notes/store.rs", "exercises/b/memos/store.rs"] {
        assert!(!learner.root().join(gone).exists(), "{gone}");
    }
}

#[test]
fn a_project_that_is_gone_is_set_aside_whole_if_it_was_begun() {
    let learner = with_project();
    learner.write("exercises/a/notes/routes.rs", "// added\n");
    learner
        .update(&course(&[("one", "a", "", 1)]))
        .ends_with(0)
        .says(&["your work is removed/exercises/a/notes/routes.rs"]);
    for file in ["main.rs", "store.rs", "SPEC.md", "routes.rs"] {
        let aside = format!("removed/exercises/a/notes/{file}");
        assert!(learner.root().join(&aside).is_file(), "no {aside}");
        let old = learner.root().join("exercises/a/notes").join(file);
        assert!(!old.exists(), "{file} is still there");
    }
}
