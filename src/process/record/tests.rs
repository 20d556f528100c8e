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
fn children_of_a_program_that_has_ended_are_killed_where_it_worked() {
    let dir = tempfile::tempdir().expect("a directory");
    let (record, works) = (dir.path().join("running"), dir.path().join("works"));
    fs::create_dir(&works).expect("created");
    let record = Record::at(record);
    // It goes on until it is noted, for it could not be noted after its end.
    let script = "sleep 600 >/dev/null 2>&1 & echo $!; sleep 600";
    let program = Program::learners("sh").args(["-c", script]).dir(&works);
    let mut leader = spawn(&program).expect("sh starts");
    let child = loop {
        let said = leader.stdout().output().text;
        if let Some(number) = said.strip_suffix('\n') {
            break number.to_owned();
        }
        std::thread::yield_now();
    };
    let note = record
        .note_with_directory(leader.id(), &works)
        .expect("noted");
    let number = i32::try_from(leader.id()).expect("a number");
    let pid = rustix::process::Pid::from_raw(number).expect("not zero");
    // The program alone: what it has started goes on.
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("killed");
    assert!(ended(&mut leader));
    let runs = || {
        let stat = fs::read_to_string(format!("/proc/{child}/stat"));
        stat.is_ok_and(|stat| !stat.contains(") Z "))
    };
    assert!(runs(), "it ended with its parent");
    orphan(&dir.path().join("running"));
    let swept = record.sweep().expect("swept");
    assert_eq!(swept.killed, [leader.id()]);
    let deadline = Instant::now() + Duration::from_secs(20);
    while runs() {
        assert!(Instant::now() < deadline, "the child was left running");
        std::thread::yield_now();
    }
    drop(note);
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
