//! Saves as editors make them, replayed as operations on files against the real watcher: the verdict is that on the final contents,
//! and nothing else is ever checked: no half-written file, no empty one, no backup.
#![cfg(unix)]

#[allow(dead_code, reason = "other tests use more of it")]
mod pty;

use backendlings::workspace;
use pty::Terminal;
use std::{
    fs::{self, File, OpenOptions},
    io::{Seek as _, Write as _},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

const INFO: &str =
    "format_version = 1\n[[exercises]]\nname = \"one\"\nhint = \"it is two\"\ntest = false\n";

/// Long enough for a write in several pieces. Each check of it leaves its number in a file of ours.
fn giving(number: u32, log: &Path) -> String {
    let filling = "// a line of the exercise that is there to be written\n".repeat(200);
    format!(
        "use std::io::Write;\nfn main() {{\n    let mut log = std::fs::OpenOptions::new().append(true).create(true).open({log:?}).expect(\"a log\");\n    \
         writeln!(log, \"{number}\").expect(\"written\");\n    panic!(\"the number is {number}\");\n}}\n{filling}"
    )
}

struct Bench {
    dir: TempDir,
    terminal: Terminal,
    number: u32,
}

impl Bench {
    fn new() -> Self {
        let dir = workspace::scratch().expect("a directory");
        fs::create_dir(dir.path().join("exercises")).expect("created");
        fs::write(dir.path().join("info.toml"), INFO).expect("written");
        let log = dir.path().join("log");
        fs::write(dir.path().join("exercises/one.rs"), giving(0, &log)).expect("written");
        let terminal = Terminal::watch(dir.path(), &[]);
        let bench = Self {
            dir,
            terminal,
            number: 0,
        };
        bench.sees(0);
        bench
    }

    fn exercises(&self) -> PathBuf {
        self.dir.path().join("exercises")
    }

    fn file(&self) -> PathBuf {
        self.exercises().join("one.rs")
    }

    fn sees(&self, number: u32) {
        let words = format!("the number is {number}");
        self.terminal.wait_for_text(&words);
    }

    /// Saves in some way. Gives what was checked for it, one number for each time a program was run.
    fn save(&mut self, way: impl FnOnce(&Path, &str)) -> Vec<u32> {
        self.number += 1;
        let log = self.dir.path().join("log");
        let before = fs::read_to_string(&log).expect("there").lines().count();
        let text = giving(self.number, &log);
        way(&self.file(), &text);
        self.sees(self.number);
        let log = fs::read_to_string(&log).expect("there");
        let numbers = log.lines().skip(before);
        numbers
            .map(|line| line.parse().expect("a number"))
            .collect()
    }

    /// Saves in that way, several times, and fails unless exactly the final contents were checked, once, and nothing else was on
    /// the screen.
    #[track_caller]
    fn holds(&mut self, editor: &str, way: impl Fn(&Path, &str)) {
        for _ in 0..3 {
            let checked = self.save(&way);
            assert_eq!(checked, [self.number], "{editor}");
        }
        let told = self.terminal.everything();
        for wrong in ["an empty file", "a text file", "unclosed", "unterminated"] {
            assert!(!told.contains(wrong), "{editor}: “{wrong}” was told");
        }
    }
}

/// Writes in pieces, as an editor with a small buffer does.
fn in_pieces(file: &mut File, text: &str) {
    for piece in text.as_bytes().chunks(4096) {
        file.write_all(piece).expect("written");
        file.flush().expect("written");
    }
}

fn beside(file: &Path, name: &str) -> PathBuf {
    file.with_file_name(name)
}

#[test]
fn vim_renames_the_old_file_and_writes_a_new_one() {
    Bench::new().holds("vim", |file, text| {
        // `backupcopy=no`: the test file 4913, the swap file, the backup by renaming.
        fs::write(beside(file, ".one.rs.swp"), "swap").expect("written");
        fs::write(beside(file, "4913"), "").expect("written");
        fs::remove_file(beside(file, "4913")).expect("removed");
        fs::rename(file, beside(file, "one.rs~")).expect("renamed");
        let mut new = File::create(file).expect("created");
        in_pieces(&mut new, text);
        new.sync_all().expect("synced");
        drop(new);
        fs::remove_file(beside(file, "one.rs~")).expect("removed");
    });
}

#[test]
fn neovim_copies_the_old_file_and_writes_over_it() {
    Bench::new().holds("neovim", |file, text| {
        // `backupcopy=yes`, as where the file is a link or watched.
        fs::write(beside(file, "4913"), "").expect("written");
        fs::remove_file(beside(file, "4913")).expect("removed");
        fs::copy(file, beside(file, "one.rs~")).expect("copied");
        let mut same = OpenOptions::new()
            .write(true)
            .truncate(true)
            .open(file)
            .expect("opened");
        in_pieces(&mut same, text);
        same.sync_all().expect("synced");
        drop(same);
        fs::remove_file(beside(file, "one.rs~")).expect("removed");
    });
}

#[test]
fn emacs_has_a_lock_file_and_a_backup() {
    Bench::new().holds("emacs", |file, text| {
        symlink("learner@host.1:2", beside(file, ".#one.rs")).expect("linked");
        fs::write(beside(file, "#one.rs#"), "saved by itself").expect("written");
        fs::rename(file, beside(file, "one.rs~")).expect("renamed");
        let mut new = File::create(file).expect("created");
        in_pieces(&mut new, text);
        drop(new);
        fs::remove_file(beside(file, "#one.rs#")).expect("removed");
        fs::remove_file(beside(file, ".#one.rs")).expect("removed");
    });
}

#[test]
fn vs_code_truncates_and_writes() {
    Bench::new().holds("VS Code", |file, text| {
        let mut same = OpenOptions::new()
            .write(true)
            .truncate(true)
            .open(file)
            .expect("opened");
        in_pieces(&mut same, text);
    });
}

#[test]
fn vs_code_saves_atomically() {
    Bench::new().holds("VS Code, atomic", |file, text| {
        let temporary = beside(file, "one.rs.vsctmp");
        let mut new = File::create(&temporary).expect("created");
        in_pieces(&mut new, text);
        drop(new);
        fs::rename(temporary, file).expect("renamed");
    });
}

#[test]
fn jetbrains_writes_safely() {
    Bench::new().holds("JetBrains", |file, text| {
        let (new, old) = (beside(file, "one.rs~jb_tmp"), beside(file, "one.rs~jb_old"));
        let mut written = File::create(&new).expect("created");
        in_pieces(&mut written, text);
        drop(written);
        fs::rename(file, &old).expect("renamed");
        fs::rename(new, file).expect("renamed");
        fs::remove_file(old).expect("removed");
    });
}

#[test]
fn nano_writes_over_the_file_and_cuts_it_last() {
    Bench::new().holds("nano", |file, text| {
        let mut same = OpenOptions::new().write(true).open(file).expect("opened");
        same.rewind().expect("at the start");
        in_pieces(&mut same, text);
        same.set_len(text.len() as u64).expect("cut");
    });
}

#[test]
fn sed_puts_a_new_file_in_its_place() {
    Bench::new().holds("sed -i", |file, text| {
        let temporary = beside(file, "sedQ1w2E3");
        fs::write(&temporary, text).expect("written");
        fs::rename(temporary, file).expect("renamed");
    });
}

#[test]
fn git_checkout_removes_and_writes() {
    let mut bench = Bench::new();
    let root = bench.dir.path().to_owned();
    let git = |args: &[&str]| {
        let mut git = Command::new("git");
        git.current_dir(&root)
            .args(["-c", "user.name=a", "-c", "user.email=a@b"]);
        let told = git.args(args).output().expect("git runs");
        assert!(told.status.success(), "{told:?}");
    };
    git(&["init", "--quiet"]);
    git(&["add", "exercises"]);
    git(&["commit", "--quiet", "-m", "zero"]);
    bench.holds("git checkout", |file, text| {
        // The new text goes into a commit of its own, past the file, and `checkout` brings it.
        let other = file.with_file_name("other");
        fs::write(&other, text).expect("written");
        git(&["hash-object", "-w", "exercises/other"]);
        let told = Command::new("git")
            .current_dir(&root)
            .args(["hash-object", "exercises/other"])
            .output()
            .expect("git runs");
        let hash = String::from_utf8(told.stdout).expect("text");
        let entry = format!("100644,{},exercises/one.rs", hash.trim());
        git(&["update-index", "--cacheinfo", &entry]);
        git(&["checkout", "--quiet", "--", "exercises/one.rs"]);
    });
}

#[test]
fn a_file_that_is_a_link_is_followed_to_its_end() {
    // As with dotfiles and mounts: the exercise is a link to the file that the editor writes.
    let mut bench = Bench::new();
    bench.holds("a link", |file, text| {
        let real = file.with_file_name("real.rs");
        fs::write(&real, text).expect("written");
        let new = file.with_file_name("link.tmp");
        symlink(&real, &new).expect("linked");
        fs::rename(new, file).expect("renamed");
    });
}

#[test]
fn the_same_contents_again_are_no_new_check() {
    let mut bench = Bench::new();
    let text = fs::read_to_string(bench.file()).expect("there");
    fs::write(bench.file(), &text).expect("written");
    let checked = bench.save(|file, text| fs::write(file, text).expect("written"));
    assert_eq!(checked, [1]);
}
