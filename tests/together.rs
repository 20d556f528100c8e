//! Several runners on one course at the same time: each has its own right verdict, and nothing that one writes down is lost.
#![cfg(unix)]

mod common;
#[allow(dead_code, reason = "other tests use more of it")]
mod pty;

use common::{ADDER, ADDER_FILE, PROGRESS_FILE, Tiny, adder_solved};
use pty::Terminal;
use std::{fs, thread};

fn giving(number: i32) -> String {
    ADDER.replace("a - b", &format!("a + b + {number} - 2"))
}

#[test]
fn two_watchers_and_a_run_see_the_same_saves_and_each_is_right() {
    let tiny = Tiny::new();
    tiny.run(&["list"]).ends_with(0);
    let watchers = [(); 2].map(|()| Terminal::watch(tiny.root(), &[]));
    for number in 10..16 {
        tiny.write(ADDER_FILE, giving(number));
        let ran = tiny.run(&["run", "adder"]).ends_with(1);
        ran.says(&[&format!("got        {number}")]);
        for watcher in &watchers {
            watcher.wait_for_text(&format!("got        {number}\n"));
        }
    }
    tiny.write(ADDER_FILE, adder_solved());
    tiny.run(&["run", "adder"]).ends_with(0);
    for watcher in &watchers {
        watcher.wait_for_text("Passed");
    }
    assert!(tiny.read(PROGRESS_FILE).contains("done adder"));
}

#[test]
fn what_many_commands_write_at_once_is_all_there() {
    let tiny = Tiny::new();
    tiny.solve_all();
    let names = ["adder", "greeting", "doubler"];
    thread::scope(|scope| {
        for name in names {
            let tiny = &tiny;
            scope.spawn(move || {
                tiny.run(&["run", name]).ends_with(0);
                tiny.run(&["hint", name]).ends_with(0);
            });
        }
    });
    let progress = tiny.read(PROGRESS_FILE);
    for name in names {
        assert!(progress.contains(&format!("done {name}")), "{progress}");
        assert!(progress.contains(&format!("hints {name} 1")), "{progress}");
    }
}

#[test]
fn no_command_but_reset_and_undo_touches_the_learners_files_and_those_keep_a_copy() {
    let tiny = Tiny::new();
    let mine = format!("{ADDER}// what I have written\n");
    tiny.write(ADDER_FILE, &mine);
    for command in [
        &["list"][..],
        &["run", "adder"],
        &["check-all"],
        &["hint", "adder", "--all"],
        &["solution", "adder", "--early"],
        &["goto", "adder"],
        &["skip"],
        &["doctor"],
        &["list", "--format", "json"],
    ] {
        tiny.run(command);
        assert_eq!(tiny.read(ADDER_FILE), mine, "{command:?}");
    }
    let kept = |text: &str| {
        let mut dirs = vec![tiny.path(".backendlings/backups")];
        while let Some(dir) = dirs.pop() {
            for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
                match entry.path().is_dir() {
                    true => dirs.push(entry.path()),
                    false if fs::read_to_string(entry.path()).is_ok_and(|kept| kept == text) => {
                        return true;
                    }
                    false => {}
                }
            }
        }
        false
    };
    for command in [
        &["reset", "adder"][..],
        &["undo"],
        &["reset", "--chapter", "00_first", "--yes"],
        &["undo"],
        &["reset", "--all", "--yes"],
        &["undo"],
    ] {
        let before = tiny.read(ADDER_FILE);
        tiny.run(command).ends_with(0);
        assert!(
            tiny.read(ADDER_FILE) == before || kept(&before),
            "{command:?} lost the learner's text"
        );
    }
}
