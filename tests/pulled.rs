//! A learner in a clone of a course's repository pulls a newer course: starting files, tests and steps are the new ones, what the learner
//! wrote is lost nowhere, and no old or edited test decides.

mod common;

use backendlings::{course::Course, progress, workspace::Workspace};
use common::{Ran, program};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};
use tempfile::TempDir;

const STATUS: &str = "exercises/00_first/first_status.rs";
const PATH: &str = "exercises/01_http/unknown_path.rs";
const STEPS: &str = "exercises/01_http/unknown_path.toml";
const DIGESTS: &str = "exercises/digests.txt";

/// A course in a repository, and room for clones of it.
struct School {
    dir: TempDir,
}

/// A directory in which commands are run.
struct Place(PathBuf);

impl School {
    /// Three exercises, proved and committed.
    fn new() -> Self {
        static PROVED: OnceLock<Vec<(PathBuf, Vec<u8>)>> = OnceLock::new();
        // Nobody drops what lies in a `static`: the files are kept, and not the directory.
        let proved = PROVED.get_or_init(|| files(&Self::made().course().0, &[]));
        let school = Self::empty();
        write_all(proved, &school.course().0);
        school
    }

    fn empty() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        Self { dir }
    }

    fn made() -> Self {
        let school = Self::empty();
        let home = Place(school.dir.path().to_owned());
        home.run(&["dev", "new", "course", "course"]).ends_with(0);
        let course = school.course();
        let new = ["dev", "new", "exercise", "unknown_path", "--kind", "server"];
        course
            .run(&[&new[..], &["--chapter", "01_http"]].concat())
            .ends_with(0);
        let new = ["dev", "new", "exercise", "oldest_first", "--kind", "sql"];
        course
            .run(&[&new[..], &["--chapter", "02_sql"]].concat())
            .ends_with(0);
        course.git(&["init", "--quiet", "--initial-branch", "main"]);
        course.publish();
        school
    }

    fn course(&self) -> Place {
        Place(self.dir.path().join("course"))
    }

    /// A learner who has begun.
    fn learner(&self, name: &str) -> Place {
        Place(self.dir.path().to_owned()).git(&["clone", "--quiet", "course", name]);
        let learner = Place(self.dir.path().join(name));
        learner.run(&["run", "first_status"]).ends_with(1);
        learner
    }

    /// The author changes a starting file with its tests, another one's text, and the steps of a server.
    fn improve(&self) {
        let course = self.course();
        for file in [STATUS, "solutions/00_first/first_status.rs"] {
            course.change(file, "    #[test]\n    fn nothing_below", "    #[test]\n    fn not_modified_is_one_here() {\n        assert!(is_success(304), \"is_success(304)\");\n    }\n\n    #[test]\n    fn nothing_below");
        }
        course.change(
            "solutions/00_first/first_status.rs",
            ".contains(&status)",
            ".contains(&status) || status == 304",
        );
        for file in [
            "right/first_status/a.rs",
            "wrong/first_status/a.rs",
            "wrong/first_status/b.rs",
            "wrong/first_status/c.rs",
        ] {
            fs::remove_file(course.0.join("tests").join(file)).expect("removed");
        }
        for file in [PATH, "solutions/01_http/unknown_path.rs"] {
            course.change(
                file,
                "//! Read more",
                "//! See what a client makes of it.\n//!\n//! Read more",
            );
        }
        course.change(
            STEPS,
            "status = 404 }",
            "status = 404, body = { contains = \"nothing\" } }",
        );
        fs::remove_dir_all(course.0.join("tests/right/unknown_path")).expect("removed");
        course.publish();
    }
}

impl Place {
    fn run(&self, args: &[&str]) -> Ran {
        Ran::of(program(&self.0).args(args))
    }

    fn git(&self, args: &[&str]) {
        let mine = [
            "user.name=a",
            "user.email=a@localhost",
            "commit.gpgsign=false",
            "pull.rebase=false",
        ];
        let mine = mine.iter().flat_map(|setting| ["-c", *setting]);
        let git = Command::new("git")
            .args(mine)
            .args(args)
            .current_dir(&self.0)
            .output();
        let git = git.expect("git");
        assert!(git.status.success(), "{args:?}: {git:?}");
    }

    /// What `dev check` finds right is committed.
    fn publish(&self) {
        self.run(&["dev", "check"]).ends_with(0);
        self.commit();
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "more"]);
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    #[track_caller]
    fn change(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "no {from} in {text}");
        fs::write(self.0.join(file), text.replace(from, to)).expect("written");
    }

    fn solve(&self, file: &str) {
        fs::write(
            self.0.join(file),
            self.read(&file.replace("exercises/", "solutions/")),
        )
        .expect("written");
    }

    fn copy(&self, file: &str) -> String {
        self.read(&format!(".backendlings/pristine/{file}"))
    }
}

#[test]
fn after_a_pull_the_new_tests_and_steps_decide_and_nothing_of_the_learners_is_lost() {
    let school = School::new();
    assert_eq!(school.course().read(DIGESTS).lines().count(), 1 + 3);
    let learner = school.learner("anna");
    learner.solve(STATUS);
    learner.run(&["run", "first_status"]).ends_with(0);
    learner.commit();
    learner.solve("exercises/02_sql/oldest_first.sql");
    let not_committed = learner.read("exercises/02_sql/oldest_first.sql");

    school.improve();
    learner.git(&["pull", "--quiet"]);
    // Git has brought the learner's code and the new test together, and that test decides.
    let merged = learner.read(STATUS);
    assert!(
        merged.contains("not_modified_is_one_here") && merged.contains("(200..300)"),
        "{merged}"
    );
    learner
        .run(&["run", "first_status"])
        .ends_with(1)
        .says(&["not modified is one here"]);
    assert_eq!(learner.copy(STATUS), school.course().read(STATUS));
    assert_eq!(learner.copy(PATH), school.course().read(PATH));
    learner.run(&["run", "oldest_first"]).ends_with(0);
    assert_eq!(
        learner.read("exercises/02_sql/oldest_first.sql"),
        not_committed
    );
    // What is new is asked for, also where the old answer would do.
    learner.change(
        PATH,
        "(\"200 OK\", \"hello\\n\")",
        "if path == \"/\" { (\"200 OK\", \"hello\\n\") } else { (\"404 Not Found\", \"\") }",
    );
    learner
        .run(&["run", "unknown_path"])
        .ends_with(1)
        .says(&["an unknown path is 404", "nothing"]);
    // The way back leads to the new text, and the way forth to the learner's.
    learner.run(&["reset", "first_status"]).ends_with(0);
    assert_eq!(learner.read(STATUS), school.course().read(STATUS));
    learner.run(&["undo"]).ends_with(0);
    assert_eq!(learner.read(STATUS), merged);
}

#[test]
fn a_test_that_a_learner_has_edited_and_committed_never_becomes_the_shipped_one() {
    let school = School::new();
    let learner = school.learner("ben");
    learner.solve(STATUS);
    learner.change(STATUS, "[200, 204, 299]", "[200]");
    learner.change(
        STATUS,
        "(200..300).contains(&status)",
        "status == 200 || status == 304",
    );
    learner.commit();
    learner.run(&["run", "first_status"]).ends_with(1);
    school.improve();
    learner.git(&["pull", "--quiet"]);
    learner
        .run(&["run", "first_status"])
        .ends_with(1)
        .says(&["every status of 2xx is a success"]);
    assert_eq!(learner.copy(STATUS), school.course().read(STATUS));
    // The same for somebody who has never started the program before.
    fs::remove_dir_all(learner.0.join(".backendlings")).expect("removed");
    learner
        .run(&["run", "first_status"])
        .ends_with(1)
        .says(&["every status of 2xx is a success"]);
    assert_eq!(learner.copy(STATUS), school.course().read(STATUS));
}

#[test]
fn a_text_that_is_nowhere_to_be_found_leaves_the_copy_as_it_was() {
    let school = School::new();
    let learner = school.learner("cleo");
    let before = learner.copy(STATUS);
    learner.solve(STATUS);
    let digests = learner.read(DIGESTS);
    let unknown: String = digests
        .lines()
        .map(|line| match line.split_once("  ") {
            Some((name, file)) => format!("{}  {file}\n", name.chars().rev().collect::<String>()),
            None => format!("{line}\n"),
        })
        .collect();
    fs::write(learner.0.join(DIGESTS), unknown).expect("written");
    learner.run(&["run", "first_status"]).ends_with(0);
    assert_eq!(learner.copy(STATUS), before);
    // And in a directory without git.
    let bare = school.dir.path().join("bare");
    let shipped = files(&school.course().0, &[".git", ".backendlings"]);
    write_all(&shipped, &bare);
    let bare = Place(bare);
    bare.run(&["run", "first_status"]).ends_with(1);
    assert_eq!(bare.copy(STATUS), before);
    bare.solve(STATUS);
    bare.run(&["run", "first_status"]).ends_with(0);
    assert_eq!(bare.copy(STATUS), before);
}

#[cfg(unix)]
#[test]
fn a_git_that_knows_nothing_is_asked_once_for_all_files_and_not_for_each() {
    let school = School::new();
    let bare = Place(school.dir.path().join("bare"));
    let shipped = files(&school.course().0, &[".git", ".backendlings"]);
    write_all(&shipped, &bare.0);
    bare.run(&["list"]).ends_with(0);
    fs::remove_file(bare.0.join(".backendlings/pristine").join(DIGESTS)).expect("removed");
    for file in [STATUS, PATH, "exercises/02_sql/oldest_first.sql"] {
        bare.solve(file);
    }
    // A shell writes it: a file that this process had open for writing cannot be started while another test starts something.
    let write = r#"mkdir bin; printf '#!/bin/sh\necho "$1 $2" >> asked\nexit 128\n' > bin/git; chmod +x bin/git"#;
    let mut shell = Command::new("sh");
    let shell = shell.args(["-c", write]).current_dir(school.dir.path());
    assert!(shell.status().expect("sh").success());
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut dirs = vec![school.dir.path().join("bin")];
    dirs.extend(std::env::split_paths(&path));
    let path = std::env::join_paths(dirs).expect("a path");
    Ran::of(program(&bare.0).arg("list").env("PATH", path)).ends_with(0);
    assert_eq!(
        bare.read("asked"),
        "hash-object --\ncat-file --batch-check\n"
    );
}

#[test]
fn an_authors_edit_counts_once_dev_check_has_proved_it_and_a_solved_file_never_does() {
    let school = School::new();
    let course = school.course();
    course.run(&["run", "first_status"]).ends_with(1);
    for file in [STATUS, "solutions/00_first/first_status.rs"] {
        course.change(file, "[300, 404, 500]", "[300, 404, 599]");
    }
    course.run(&["dev", "check", "first_status"]).ends_with(0);
    course.run(&["run", "first_status"]).ends_with(1);
    assert_eq!(course.copy(STATUS), course.read(STATUS));
    let digests = course.read(DIGESTS);
    course.solve(STATUS);
    course
        .run(&["dev", "check", "first_status"])
        .ends_with(1)
        .says(&["the starting file passes"]);
    assert_eq!(course.read(DIGESTS), digests);
}

/// A course with a project of two files, committed, and the way to write down that they are the shipped ones.
fn project(dir: &Path) -> (Place, impl Fn()) {
    let course = Place(dir.join("course"));
    for (file, text) in [
        (
            "info.toml",
            "format_version = 1\n[[exercises]]\nname = \"notes\"\nkind = \"project\"\nhint = \"h\"\n",
        ),
        ("exercises/notes.toml", ""),
        ("exercises/notes/main.rs", "mod store;\n"),
        ("exercises/notes/store.rs", "// store\n"),
    ] {
        let file = course.0.join(file);
        fs::create_dir_all(file.parent().expect("a parent")).expect("created");
        fs::write(file, text).expect("written");
    }
    let root = course.0.clone();
    let publish = move || {
        let course = Course::load(Workspace::at(&root)).expect("right");
        let files = progress::written(&course, &course.exercises[0]).expect("read");
        progress::write_digests(&course, &files).expect("written");
    };
    course.git(&["init", "--quiet", "--initial-branch", "main"]);
    publish();
    course.commit();
    (course, publish)
}

#[test]
fn a_project_that_was_begun_before_the_first_start_is_taken_as_it_lies_there_where_nothing_better_is_known()
 {
    let dir = tempfile::tempdir().expect("a directory");
    let (course, _) = project(dir.path());
    let bare = Place(dir.path().join("bare"));
    write_all(&files(&course.0, &[".git"]), &bare.0);
    fs::write(bare.0.join("exercises/notes/main.rs"), "// begun\n").expect("written");
    fs::write(bare.0.join("exercises/notes/mine.rs"), "// mine\n").expect("written");
    bare.run(&["list"]).ends_with(0);
    assert_eq!(bare.copy("exercises/notes/main.rs"), "// begun\n");
    assert_eq!(bare.copy("exercises/notes/store.rs"), "// store\n");
    bare.run(&["reset", "notes", "--yes"]).ends_with(0);
    assert!(!bare.0.join("exercises/notes/mine.rs").exists());
}

#[test]
fn a_file_that_a_project_has_dropped_is_not_brought_back_by_a_reset() {
    let dir = tempfile::tempdir().expect("a directory");
    let home = Place(dir.path().to_owned());
    let (course, publish) = project(dir.path());
    home.git(&["clone", "--quiet", "course", "anna"]);
    let anna = Place(dir.path().join("anna"));
    anna.run(&["list"]).ends_with(0);
    assert_eq!(anna.copy("exercises/notes/store.rs"), "// store\n");
    fs::remove_file(course.0.join("exercises/notes/store.rs")).expect("removed");
    fs::write(course.0.join("exercises/notes/main.rs"), "// all\n").expect("written");
    publish();
    assert!(!course.read(DIGESTS).contains("store.rs"));
    course.commit();
    fs::write(anna.0.join("exercises/notes/mine.rs"), "// mine\n").expect("written");
    anna.git(&["pull", "--quiet"]);
    anna.run(&["reset", "notes", "--yes"]).ends_with(0);
    let left = fs::read_dir(anna.0.join("exercises/notes")).expect("readable");
    let left: Vec<_> = left.map(|file| file.expect("there").file_name()).collect();
    assert_eq!(left, ["main.rs"]);
    assert_eq!(anna.read("exercises/notes/main.rs"), "// all\n");
}

/// Every file below the directory with its bytes, but those in directories of these names.
fn files(dir: &Path, without: &[&str]) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut dirs = vec![PathBuf::new()];
    while let Some(inner) = dirs.pop() {
        for entry in fs::read_dir(dir.join(&inner)).expect("readable") {
            let name = entry.expect("readable").file_name();
            let path = inner.join(&name);
            match dir.join(&path).is_dir() {
                true if without.iter().any(|left_out| name == *left_out) => {}
                true => dirs.push(path),
                false => {
                    let bytes = fs::read(dir.join(&path)).expect("readable");
                    found.push((path, bytes));
                }
            }
        }
    }
    found
}

fn write_all(files: &[(PathBuf, Vec<u8>)], to: &Path) {
    for (path, bytes) in files {
        let path = to.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("created");
        fs::write(path, bytes).expect("written");
    }
}
