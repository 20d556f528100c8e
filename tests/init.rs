//! `init`: a learner's directory from a course, and what it refuses.

#[path = "../build/committed.rs"]
#[allow(unreachable_pub, reason = "the build script is a crate of its own")]
mod committed;
mod common;

use backendlings::workspace::packed;
use common::{ADDER, ADDER_FILE, Ran, Tiny, adder_solved, program};
use flate2::{Compression, write::GzEncoder};
use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

/// Runs the program in an empty directory.
fn run(here: &Path, args: &[&str]) -> Ran {
    Ran::of(program(here).args(args))
}

fn empty() -> tempfile::TempDir {
    tempfile::tempdir().expect("a directory")
}

/// The files of a directory, without those of git and the private ones.
fn files(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut dirs = vec![root.to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(dir).expect("readable") {
            let path = entry.expect("readable").path();
            let name = path.strip_prefix(root).expect("inside");
            let name = name.to_string_lossy().into_owned();
            match path.is_dir() {
                true if name == ".git" || name == ".backendlings" => {}
                true => dirs.push(path),
                false => found.push(name),
            }
        }
    }
    found.sort();
    found
}

fn archive(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, text) in entries {
        let mut header = tar::Header::new_gnu();
        // `set_path` refuses what the test is about.
        let name = path.as_bytes();
        header.as_gnu_mut().expect("gnu").name[..name.len()].copy_from_slice(name);
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append(&header, text.as_bytes()).expect("packed");
    }
    let gz = tar.into_inner().expect("packed");
    gz.finish().expect("packed")
}

fn zip(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    for (path, text) in entries {
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file(*path, options).expect("begun");
        zip.write_all(text.as_bytes()).expect("written");
    }
    zip.finish().expect("packed").into_inner()
}

#[test]
fn a_course_becomes_a_learners_directory_that_works() {
    let course = Tiny::new();
    course.write("exercises/Cargo.toml", "not theirs");
    course.write("tests/wrong/adder/a.rs", "not theirs");
    course.write(
        ".backendlings-progress.txt",
        "backendlings-progress 1\ndone adder\n",
    );
    let home = empty();
    let from = course.root().display().to_string();
    run(home.path(), &["init", "learn", "--from", &from])
        .ends_with(0)
        .says(&["3 exercises are in", "git repository of your own"]);
    let learn = home.path().join("learn");
    assert_eq!(
        files(&learn),
        [
            ".gitignore",
            ".helix/languages.toml",
            ".vscode/settings.json",
            ".zed/settings.json",
            "exercises/00_first/adder.rs",
            "exercises/00_first/greeting.rs",
            "exercises/01_second/doubler.rs",
            "exercises/Cargo.toml",
            "info.toml",
            "solutions/00_first/adder.rs",
            "solutions/00_first/greeting.rs",
            "solutions/01_second/doubler.rs",
        ]
    );
    let manifest = fs::read_to_string(learn.join("exercises/Cargo.toml")).expect("written");
    assert!(manifest.contains("name = \"adder\""), "{manifest}");
    run(&learn, &["run", "adder"]).ends_with(1);
    fs::write(learn.join(ADDER_FILE), adder_solved()).expect("written");
    run(&learn, &["run", "adder"]).ends_with(0);
    // Only the learner's own work differs from what was handed out.
    let git = Command::new("git")
        .args(["status", "--porcelain"])
        .current_dir(&learn)
        .output();
    let told = String::from_utf8(git.expect("git").stdout).expect("UTF-8");
    assert_eq!(told, " M exercises/00_first/adder.rs\n");
}

#[test]
fn an_archive_with_a_directory_around_everything_is_a_course() {
    let home = empty();
    let course = Tiny::new();
    let packed: Vec<(String, String)> = files(course.root())
        .into_iter()
        .map(|file| (format!("course-1.0/{file}"), course.read(&file)))
        .collect();
    let entries: Vec<_> = packed
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    for (name, packed) in [("a.tar.gz", archive(&entries)), ("a.zip", zip(&entries))] {
        fs::write(home.path().join(name), packed).expect("written");
        let learn = format!("from {name}");
        run(home.path(), &["init", &learn, "--from", name]).ends_with(0);
        run(&home.path().join(learn), &["run", "greeting"]).ends_with(0);
    }
}

#[test]
fn an_archive_that_leads_out_of_itself_is_refused_and_nothing_is_written() {
    for path in ["../evil.rs", "exercises/../../evil.rs", "/tmp/evil.rs"] {
        let home = empty();
        let entries = [("info.toml", common::INFO), (path, "evil")];
        for (name, packed) in [("a.tar.gz", archive(&entries)), ("b.zip", zip(&entries))] {
            fs::write(home.path().join(name), packed).expect("written");
            run(home.path(), &["init", "learn", "--from", name])
                .ends_with(2)
                .complains(&[
                    "names a path outside of itself",
                    "evil.rs",
                    "Nothing was written",
                ]);
        }
        assert_eq!(files(home.path()), ["a.tar.gz", "b.zip"], "{path}");
    }
}

#[test]
fn what_is_no_course_and_what_is_not_empty_is_refused() {
    let home = empty();
    fs::write(home.path().join("mine.txt"), "mine").expect("written");
    let course = Tiny::new();
    let from = course.root().display().to_string();
    run(home.path(), &["init", ".", "--from", &from])
        .ends_with(2)
        .complains(&["is not empty", "Name a directory that does not exist yet"]);
    assert_eq!(files(home.path()), ["mine.txt"]);
    let nothing = empty();
    let from = nothing.path().display().to_string();
    run(home.path(), &["init", "learn", "--from", &from])
        .ends_with(2)
        .complains(&["holds no course", "info.toml"]);
    fs::write(home.path().join("mine.zip"), "no archive").expect("written");
    for broken in ["mine.txt", "mine.zip"] {
        let told = format!("could not read {broken}");
        run(home.path(), &["init", "learn", "--from", broken])
            .ends_with(2)
            .complains(&[&told]);
    }
    assert!(!home.path().join("learn").exists());
}

/// Runs git in a directory that has a repository.
fn git(root: &Path, args: &[&str]) -> String {
    let git = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@localhost"])
        .args(args)
        .current_dir(root)
        .output()
        .expect("git");
    assert!(git.status.success(), "{args:?}: {git:?}");
    String::from_utf8(git.stdout).expect("UTF-8")
}

fn in_git(course: &Tiny) {
    git(course.root(), &["init", "--quiet"]);
    git(course.root(), &["add", "--all"]);
    git(course.root(), &["commit", "--quiet", "--message", "course"]);
}

/// The text that an installed program would carry.
fn carried(course: &Tiny, file: &str) -> Option<String> {
    let files = committed::course(course.root()).expect("to be had")?;
    let found = files.into_iter().find(|(path, _)| path == file);
    found.map(|(_, bytes)| String::from_utf8(bytes).expect("UTF-8"))
}

#[test]
fn an_installed_program_carries_the_course_as_shipped_from_a_clone_with_solved_exercises() {
    let course = Tiny::new();
    let id = in_git_with_digest(&course, ADDER_FILE);
    course.write("info.de.toml", "");
    course.solve_all();
    course.write("exercises/00_first/notes.txt", "my own");
    // Solved and not committed.
    assert_eq!(carried(&course, ADDER_FILE).as_deref(), Some(ADDER));
    assert_eq!(carried(&course, "exercises/00_first/notes.txt"), None);
    let solution = carried(&course, "solutions/00_first/adder.rs");
    assert_eq!(solution, Some(adder_solved()));
    // Committed too: git still has what learners begin with, under the name that the course gives it.
    git(course.root(), &["add", "--all"]);
    git(course.root(), &["commit", "--quiet", "--message", "solved"]);
    assert_eq!(carried(&course, ADDER_FILE).as_deref(), Some(ADDER));
    assert_eq!(carried(&course, "info.de.toml").as_deref(), Some(""));
    // What git does not have is refused in words.
    let digests = course.read(packed::DIGESTS).replace(&id[..8], "01234567");
    course.write(packed::DIGESTS, digests);
    git(
        course.root(),
        &["commit", "--quiet", "--all", "--message", "x"],
    );
    let why = committed::course(course.root()).expect_err("unknown to git");
    assert!(
        why.contains(ADDER_FILE) && why.contains("fresh clone"),
        "{why}"
    );
}

fn in_git_with_digest(course: &Tiny, file: &str) -> String {
    in_git(course);
    let id = git(course.root(), &["hash-object", file]).trim().to_owned();
    course.write(packed::DIGESTS, format!("{id}  {file}\n"));
    git(course.root(), &["add", "--all"]);
    git(
        course.root(),
        &["commit", "--quiet", "--message", "digests"],
    );
    id
}

/// What a new learner gets of `file` out of a directory or an archive.
fn handed_out(from: &Path, file: &str) -> (Ran, String) {
    let home = empty();
    let from = from.display().to_string();
    let ran = run(home.path(), &["init", "learn", "--from", &from]).ends_with(0);
    let text = fs::read_to_string(home.path().join("learn").join(file)).unwrap_or_default();
    (ran, text)
}

#[test]
fn out_of_a_clone_with_solved_exercises_learners_get_those_that_are_shipped() {
    let course = Tiny::new();
    in_git_with_digest(&course, ADDER_FILE);
    let (ran, text) = handed_out(course.root(), ADDER_FILE);
    assert_eq!((text.as_str(), ran.stderr.as_str()), (ADDER, ""));
    for committed in [false, true] {
        course.write(ADDER_FILE, adder_solved());
        if committed {
            git(
                course.root(),
                &["commit", "--quiet", "--all", "--message", "mine"],
            );
        }
        let (ran, text) = handed_out(course.root(), ADDER_FILE);
        assert_eq!(text, ADDER, "committed: {committed}");
        let told = format!("Changed there, so handed out as shipped: {ADDER_FILE}");
        ran.complains(&[&told, "dev check"]);
    }
    // The directory itself stays as it is.
    assert_eq!(course.read(ADDER_FILE), adder_solved());
    assert!(!course.path(".backendlings").exists());
    // One that is gone there is handed out too.
    fs::remove_file(course.path(ADDER_FILE)).expect("removed");
    assert_eq!(handed_out(course.root(), ADDER_FILE).1, ADDER);
}

#[test]
fn out_of_a_learners_directory_others_get_what_that_learner_was_given() {
    let course = Tiny::new();
    let home = empty();
    let from = course.root().display().to_string();
    run(home.path(), &["init", "learn", "--from", &from]).ends_with(0);
    let learn = home.path().join("learn");
    fs::write(learn.join(ADDER_FILE), adder_solved()).expect("written");
    // Nothing of it is known from git.
    fs::remove_dir_all(learn.join(".git")).expect("removed");
    let (ran, text) = handed_out(&learn, ADDER_FILE);
    assert_eq!(text, ADDER);
    ran.complains(&["Changed there, so handed out as shipped"]);
    // The same, packed with all that is private to the program.
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    tar.append_dir_all("learn", &learn).expect("packed");
    let packed = tar.into_inner().expect("packed").finish().expect("packed");
    let archive = home.path().join("learn.tar.gz");
    fs::write(&archive, packed).expect("written");
    assert_eq!(handed_out(&archive, ADDER_FILE).1, ADDER);
    // Its copy is another one too: what was given is lost.
    let copy = learn.join(".backendlings/pristine").join(ADDER_FILE);
    fs::write(copy, adder_solved()).expect("written");
    let from = learn.display().to_string();
    run(home.path(), &["init", "other", "--from", &from])
        .ends_with(2)
        .complains(&[
            ADDER_FILE,
            "is not to be found",
            "nothing was solved",
            "dev check",
        ]);
    assert!(!home.path().join("other").exists());
}

#[test]
fn where_nothing_says_what_is_shipped_a_changed_file_is_handed_out_and_told() {
    let course = Tiny::new();
    // The copies are taken at the first command.
    course.run(&["list"]).ends_with(0);
    course.write(ADDER_FILE, adder_solved());
    let (ran, text) = handed_out(course.root(), ADDER_FILE);
    assert_eq!(text, adder_solved());
    ran.complains(&[
        "Handed out as they are",
        ADDER_FILE,
        "reset --all",
        "dev check",
    ]);
    course.run(&["reset", "--all", "--yes"]).ends_with(0);
    let (ran, text) = handed_out(course.root(), ADDER_FILE);
    assert_eq!((text.as_str(), ran.stderr.as_str()), (ADDER, ""));
}

#[test]
fn of_a_project_and_of_the_kit_learners_get_what_is_shipped_and_nothing_that_was_added() {
    const KIT: &str = "pub struct Counted;\n";
    let digest = backendlings::progress::digest_of(KIT);
    let course = Tiny::with_info(&format!(
        "format_version = 1\n\n[kit]\n\"counted.rs\" = \"{digest}\"\n\n[[exercises]]\nname = \"notes\"\nkind = \"project\"\nhint = \"h\"\n"
    ));
    let files = ["exercises/notes/main.rs", "exercises/notes/SPEC.md"];
    for file in files {
        course.write(file, "as shipped");
    }
    course.write("exercises/kit/counted.rs", KIT);
    course.write("exercises/notes.toml", "");
    in_git(&course);
    let names: String = files
        .map(|file| {
            let id = git(course.root(), &["hash-object", file]);
            format!("{}  {file}\n", id.trim())
        })
        .concat();
    course.write(packed::DIGESTS, names);
    course.write(files[0], "solved");
    course.write("exercises/notes/store.rs", "my own");
    course.write("exercises/kit/counted.rs", "changed");
    for (file, expected) in [
        (files[0], "as shipped"),
        (files[1], "as shipped"),
        ("exercises/notes/store.rs", ""),
        ("exercises/kit/counted.rs", KIT),
    ] {
        let (ran, text) = handed_out(course.root(), file);
        assert_eq!(text, expected, "{file}");
        ran.complains(&[
            "as shipped: exercises/kit/counted.rs, exercises/notes/main.rs",
            "so not handed out: exercises/notes/store.rs",
        ]);
    }
}

#[test]
fn a_course_that_is_not_in_git_is_taken_as_it_lies_there() {
    let course = Tiny::new();
    assert_eq!(committed::course(course.root()), Ok(None));
    // A package that is unpacked inside of somebody's repository is not in that one.
    let around = Tiny::new();
    in_git(&around);
    let inside = around.path("target/package/course");
    fs::create_dir_all(&inside).expect("created");
    assert_eq!(committed::course(&inside), Ok(None));
}

#[test]
fn without_a_course_in_the_program_init_says_where_to_get_one() {
    run(empty().path(), &["init", "learn"])
        .ends_with(2)
        .complains(&["carries no course", "--from", "cargo install --path ."]);
}

/// What `cargo package` would send has the course, and is small enough for it.
#[test]
fn the_package_holds_the_course_and_is_small() {
    const MOST: u64 = 10_000_000;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let listed = Command::new(env!("CARGO"))
        .args(["package", "--list", "--allow-dirty", "--offline"])
        .current_dir(root)
        .output()
        .expect("cargo runs");
    let listed = String::from_utf8(listed.stdout).expect("UTF-8");
    let listed: Vec<&str> = listed.lines().collect();
    let course = backendlings::course::Course::load(backendlings::workspace::Workspace::at(root));
    let course = course.expect("the course is right");
    let mut wanted = vec![
        PathBuf::from("info.toml"),
        "exercises/dependencies.lock".into(),
        "info.de.toml".into(),
        "build.rs".into(),
        "build/committed.rs".into(),
    ];
    for exercise in &course.exercises {
        wanted.push(course.relative_file(exercise));
        wanted.push(
            course
                .workspace
                .shown(&course.solution(exercise))
                .to_owned(),
        );
    }
    for file in wanted {
        let name = file.to_string_lossy().replace('\\', "/");
        assert!(
            listed.contains(&name.as_str()),
            "{name} is not in the package"
        );
    }
    let size: u64 = listed
        .iter()
        .filter_map(|file| Some(fs::metadata(root.join(file)).ok()?.len()))
        .sum();
    assert!(size < MOST, "{size} bytes, even before they are packed");
}
