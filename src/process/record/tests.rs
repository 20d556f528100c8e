//! Programs are started, noted and swept.

use super::*;
use crate::process::{Cancel, End, Program, Running, spawn};
use std::time::{Duration, Instant};

fn sleeper() -> Running {
    spawn(&Program::learners("sleep").arg("600")).expect("sleep starts")
}

fn ended(running: &mut Running) -> bool {
    let soon = Instant::now() + Duration::from_secs(20);
    running.wait(Some(soon), &Cancel::new()) != End::Deadline
}

/// Rewrites every entry as if a runner that is gone had made it.
fn orphan(dir: &Path) {
    let mut gone = sleeper();
    let runner = Identity::of(gone.id()).expect("it runs").to_string();
    gone.kill();
    for entry in fs::read_dir(dir).expect("readable") {
        let file = entry.expect("readable").path();
        let text = fs::read_to_string(&file).expect("a note");
        let lines: Vec<&str> = text.lines().collect();
        fs::write(&file, [lines[0], &runner, lines[2]].join("\n")).expect("written");
    }
}

#[test]
fn what_a_killed_runner_left_is_killed_and_its_directory_named() {
    let dir = tempfile::tempdir().expect("a directory");
    let record = Record::at(dir.path().join("running"));
    let mut left = sleeper();
    let note = record
        .note_with_directory(left.id(), Path::new("/tmp/x"))
        .expect("noted");
    orphan(&dir.path().join("running"));
    let swept = record.sweep().expect("swept");
    assert_eq!(swept.killed, [left.id()]);
    assert_eq!(swept.directories, [Path::new("/tmp/x")]);
    assert!(ended(&mut left), "it still runs");
    assert_eq!(record.sweep().expect("swept"), Swept::default());
    drop(note);
}

#[test]
fn the_programs_of_a_living_runner_are_left_alone() {
    let dir = tempfile::tempdir().expect("a directory");
    let record = Record::at(dir.path());
    let mut mine = sleeper();
    let note = record.note(mine.id()).expect("noted");
    assert_eq!(record.sweep().expect("swept"), Swept::default());
    assert_eq!(mine.exited(), None);
    drop(note);
    assert_eq!(fs::read_dir(dir.path()).expect("readable").count(), 0);
}

#[test]
fn a_stranger_with_the_same_number_is_not_killed() {
    let dir = tempfile::tempdir().expect("a directory");
    let record = Record::at(dir.path());
    let mut stranger = sleeper();
    let note = record.note(stranger.id()).expect("noted");
    orphan(dir.path());
    let file = fs::read_dir(dir.path())
        .expect("readable")
        .next()
        .expect("one")
        .expect("readable")
        .path();
    let text = fs::read_to_string(&file).expect("a note");
    // The same number, started at another moment.
    let (first, rest) = text.split_once('\n').expect("lines");
    fs::write(&file, format!("{first}1\n{rest}")).expect("written");
    assert_eq!(record.sweep().expect("swept"), Swept::default());
    assert_eq!(stranger.exited(), None);
    drop(note);
}

#[test]
fn a_record_that_is_not_there_or_is_damaged_sweeps_nothing() {
    let dir = tempfile::tempdir().expect("a directory");
    let nowhere = Record::at(dir.path().join("nowhere"));
    assert_eq!(nowhere.sweep().expect("swept"), Swept::default());
    fs::write(dir.path().join("1-0.running"), "12 ").expect("written");
    let record = Record::at(dir.path());
    assert_eq!(record.sweep().expect("swept"), Swept::default());
}
