//! Faults of the machine look different from a wrong answer: exit code 2, what happened, what to do; and nothing is half-written.
//!
//! Some need a world of their own (a full disk, a disk that only reads), which a user can make where the system allows it; else they
//! are skipped in words.
#![cfg(target_os = "linux")]

mod common;

use common::{ADDER, ADDER_FILE, PROGRESS_FILE, Ran, Tiny, adder_solved, program};
use std::{fs, path::Path, process::Command};

/// The program, started by a shell that has said this first.
fn after(tiny: &Tiny, words: &str, args: &[&str]) -> Ran {
    let usual = program(tiny.root());
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{words} && exec \"$@\""), "sh"]);
    run_as(shell, &usual, tiny.root(), args)
}

/// The program in a world of its own, where the shell may mount.
fn in_own_world(tiny: &Tiny, words: &str, args: &[&str]) -> Option<Ran> {
    let mut world = Command::new("unshare");
    world.args(["--user", "--map-root-user", "--mount", "sh", "-c"]);
    let mut trial = Command::new("unshare");
    trial.args([
        "--user",
        "--map-root-user",
        "--mount",
        "mount",
        "-t",
        "tmpfs",
        "none",
        "/mnt",
    ]);
    if !trial.output().is_ok_and(|told| told.status.success()) {
        println!("skipped: this system lets nobody mount in a world of their own");
        return None;
    }
    world.args([&format!("{words} && exec \"$@\""), "sh"]);
    Some(run_as(world, &program(tiny.root()), tiny.root(), args))
}

fn run_as(mut command: Command, usual: &Command, dir: &Path, args: &[&str]) -> Ran {
    command.env_clear().current_dir(dir);
    for (name, value) in usual.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    Ran::of(command.arg(usual.get_program()).args(args))
}

#[test]
fn too_many_open_files_are_named_with_the_way_out() {
    let tiny = Tiny::new();
    tiny.run(&["list"]).ends_with(0);
    // What belongs to somebody who lives stays, though that cannot be found out by a program that may open no file.
    let of_another =
        std::env::temp_dir().join(format!("backendlings-{}-lives", std::process::id()));
    fs::create_dir_all(&of_another).expect("created");
    let mut refused = 0;
    // At each of the places where the next file is one too many; with a few more it works.
    for most in 4..12 {
        let ran = after(&tiny, &format!("ulimit -n {most}"), &["run", "adder"]);
        if ran.code != 1 {
            let ran = ran.ends_with(2);
            ran.complains(&["Too many", "ulimit -n", "This is not about your code."]);
            refused += 1;
        }
        assert_eq!(tiny.read(ADDER_FILE), ADDER);
        assert!(of_another.is_dir(), "taken away with {most} files open");
    }
    fs::remove_dir_all(&of_another).expect("removed");
    assert!(refused > 0, "none of them was too few");
}

#[test]
fn a_full_disk_is_named_and_the_progress_is_whole() {
    let tiny = Tiny::new();
    tiny.run(&["run", "greeting"]).ends_with(0);
    let before = tiny.read(PROGRESS_FILE);
    tiny.write(ADDER_FILE, adder_solved());
    let root = tiny.root().display().to_string();
    // The course on a disk of its own, which is filled to the last byte.
    let words = format!(
        "mount -t tmpfs -o size=4m none /mnt && cp -a '{root}/.' /mnt/ && cd /mnt && (cat /dev/zero > filling 2>/dev/null; true)"
    );
    let Some(ran) = in_own_world(&tiny, &words, &["run", "adder"]) else {
        return;
    };
    ran.ends_with(2).complains(&[
        "No space left on device",
        "Free some disk space",
        "This is not about your code.",
    ]);
    assert_eq!(tiny.read(PROGRESS_FILE), before);
}

#[test]
fn a_disk_that_only_reads_is_named_with_the_way_out() {
    let tiny = Tiny::new();
    tiny.write(ADDER_FILE, adder_solved());
    let root = tiny.root().display().to_string();
    let words = format!(
        "mount --bind '{root}' '{root}' && mount -o remount,bind,ro '{root}' && cd '{root}'"
    );
    let Some(ran) = in_own_world(&tiny, &words, &["run", "adder"]) else {
        return;
    };
    ran.ends_with(2).complains(&[
        "Read-only file system",
        "Copy the course to a place where you may write",
    ]);
    assert!(!tiny.path(PROGRESS_FILE).exists());
}

#[test]
fn a_place_where_one_may_not_write_is_named_with_the_way_out() {
    let tiny = Tiny::new();
    // A file where a directory has to be stops every user, also root.
    fs::write(tiny.path(".backendlings"), "in the way").expect("written");
    tiny.run(&["run", "adder"])
        .ends_with(2)
        .complains(&[".backendlings", "This is not about your code."]);
    assert_eq!(tiny.read(ADDER_FILE), ADDER);
}

#[test]
fn no_memory_for_the_runner_is_a_fault_and_no_failure() {
    let tiny = Tiny::new();
    tiny.run(&["list"]).ends_with(0);
    // rustc cannot even be loaded; the runner itself can.
    let ran = after(&tiny, "ulimit -v 120000", &["run", "adder"]);
    assert_eq!(ran.code, 2, "{ran:#?}");
    ran.complains(&["This is not about your code."]);
}

#[test]
fn offline_a_crate_that_is_not_there_is_told_with_what_to_do() {
    let tiny = Tiny::with_info(
        "format_version = 1\n[dependencies]\nitoa = \"1\"\n[[chapters]]\ndir = \"a\"\ntitle = \"A\"\ndependencies = [\"itoa\"]\n\
         [[exercises]]\nname = \"sample\"\ndir = \"a\"\nhint = \"h\"\n",
    );
    let text = "fn main() {}\n#[test]\nfn one_is_one() {\n    assert_eq!(itoa::Buffer::new().format(1), \"1\");\n}\n";
    tiny.write("exercises/a/sample.rs", text);
    let nothing_fetched = tempfile::tempdir().expect("a directory");
    let mut command = program(tiny.root());
    command
        .env("CARGO_HOME", nothing_fetched.path())
        .env("CARGO_NET_OFFLINE", "true")
        .args(["run", "sample"]);
    Ran::of(&mut command).ends_with(2).complains(&[
        "the crates of this chapter could not be built",
        "If the network is down, save again when it is back",
        "This is not about your code.",
    ]);
}
