//! The watcher in a real terminal: every save is seen once, every key works, and the terminal is as it was at the end.
#![cfg(unix)]

#[allow(dead_code, reason = "other tests use more of it")]
mod pty;

use backendlings::{
    process::Cancel,
    services::Services,
    workspace::{self, Workspace},
};
use pty::Terminal;
use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
};
use tempfile::TempDir;

const INFO: &str = r#"
format_version = 1
final_message = "That was the last one."
[[exercises]]
name = "one"
hints = [{ text = "look at the number" }, { text = "it is two" }]
[[exercises]]
name = "two"
hint = "make it run"
test = false
"#;

const ONE: &str = r#"//! one
fn number() -> i32 {
    1
}

fn main() {}

#[cfg(test)]
mod tests {
    #[test]
    fn the_number_is_two() {
        assert_eq!(super::number(), 2, "number()");
    }
}
"#;

const TWO: &str = "fn main() { panic!(\"not yet\") }\n";

struct Course {
    dir: TempDir,
}

impl Course {
    fn new() -> Self {
        let dir = workspace::scratch().expect("a directory");
        let course = Self { dir };
        course.write("info.toml", INFO);
        course.write("exercises/one.rs", ONE);
        course.write("exercises/two.rs", TWO);
        course.write(
            "solutions/one.rs",
            &ONE.replace("    1\n", "    2 // the reason\n"),
        );
        course.write("solutions/two.rs", "fn main() {}\n");
        course
    }

    fn root(&self) -> &Path {
        self.dir.path()
    }

    fn path(&self, file: &str) -> PathBuf {
        self.root().join(file)
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().expect("a parent")).expect("created");
        fs::write(path, text).expect("written");
    }

    /// The first exercise, giving this number.
    fn save(&self, number: i32) {
        self.write("exercises/one.rs", &giving(number));
    }

    fn progress(&self) -> String {
        fs::read_to_string(self.path(".backendlings-progress.txt")).unwrap_or_default()
    }
}

fn giving(number: i32) -> String {
    ONE.replace("    1\n", &format!("    {number}\n"))
}

fn got(number: i32) -> impl Fn(&str) -> bool {
    move |screen| screen.contains(&format!("got        {number}\n"))
}

#[test]
fn the_course_is_walked_from_the_first_exercise_to_the_final_message() {
    let course = Course::new();
    let mut terminal = Terminal::watch(course.root(), &[]);
    let screen = terminal.wait_for_text("the number is two");
    assert!(
        screen.contains("expected   2") && screen.contains("asked      number()"),
        "{screen}"
    );
    assert!(screen.contains("0/2"), "{screen}");
    terminal.press("h");
    terminal.wait_for_text("look at the number");
    course.save(2);
    terminal.wait_for_text("Passed");
    assert!(course.progress().contains("done one"), "saved at once");
    terminal.press("s");
    terminal.wait_for_text("the reason");
    terminal.press("\x1b");
    terminal.wait_for_text("Passed");
    terminal.press("n");
    terminal.wait_for_text("a panic: not yet");
    course.write("exercises/two.rs", "fn main() { println!(\"up\"); }\n");
    terminal.wait_for_text("Passed");
    terminal.press("n");
    terminal.wait_for_text("That was the last one.");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

#[test]
fn a_quiz_is_answered_save_by_save() {
    let course = Course::new();
    let quiz =
        "1. The colour\n   Which one is the sky's?\n     a) green\n     b) blue\n   answer:\n";
    let entry = "[[exercises]]\nname = \"sky\"\nkind = \"quiz\"\nhint = \"Look up.\"\n";
    course.write("info.toml", &format!("format_version = 1\n{entry}"));
    course.write("exercises/sky.txt", quiz);
    let solved = quiz.replace(
        "answer:",
        "answer: b\n   because: It scatters.\n   not a: That is the grass.",
    );
    course.write("solutions/sky.txt", &solved);
    let mut terminal = Terminal::watch(course.root(), &[]);
    terminal.wait_for_text("not answered yet");
    course.write("exercises/sky.txt", &quiz.replace("answer:", "answer: a"));
    terminal.wait_for_text("That is the grass.");
    terminal.press("h");
    terminal.wait_for_text("Look up.");
    course.write("exercises/sky.txt", &quiz.replace("answer:", "answer: B"));
    terminal.wait_for_text("answers only");
    terminal.press("s");
    terminal.wait_for_text("It scatters.");
}

#[test]
fn two_saves_at_once_and_a_save_during_a_check_end_with_the_verdict_on_the_last() {
    let course = Course::new();
    let terminal = Terminal::watch(course.root(), &[]);
    terminal.wait_for("the first verdict", got(1));
    course.save(7);
    course.save(8);
    terminal.wait_for("the verdict on the second save", got(8));
    // A check that lasts until it is stopped, so that the next save is surely made during it.
    course.write("exercises/one.rs", &ONE.replace("    1\n", "    loop {}\n"));
    terminal.wait_for_text("checking 0 of 1");
    course.save(10);
    terminal.wait_for("the verdict on the save during the check", got(10));
}

#[test]
fn saves_by_renaming_and_by_truncating_are_seen() {
    let course = Course::new();
    let terminal = Terminal::watch(course.root(), &[]);
    terminal.wait_for("the first verdict", got(1));
    let file = course.path("exercises/one.rs");
    // As vim does: the old file becomes a backup, then the new one is written.
    fs::rename(&file, course.path("exercises/one.rs~")).expect("renamed");
    fs::write(&file, giving(3)).expect("written");
    terminal.wait_for("the verdict after backup and write", got(3));
    // As many editors do: a new file is renamed over the old one.
    fs::write(course.path("exercises/.one.tmp"), giving(4)).expect("written");
    fs::rename(course.path("exercises/.one.tmp"), &file).expect("renamed");
    terminal.wait_for("the verdict after the rename", got(4));
    // As others do: the file is emptied and written to.
    let mut open = fs::File::create(&file).expect("emptied");
    open.write_all(giving(5).as_bytes()).expect("written");
    drop(open);
    terminal.wait_for("the verdict after truncate and write", got(5));
}

#[test]
fn q_works_while_a_program_loops_and_leaves_no_process_and_no_trace_on_the_terminal() {
    let course = Course::new();
    course.write("exercises/one.rs", &ONE.replace("    1\n", "    loop {}\n"));
    let mut terminal = Terminal::watch(course.root(), &[]);
    let before = {
        // A fresh terminal's modes, as every program finds them.
        let other = Terminal::watch(Path::new("/"), &[]);
        other.wait_for_text("no course here");
        other.modes()
    };
    terminal.wait_for_text("checking 0 of 1");
    let mine = terminal.process_id();
    terminal.wait_until("the endless program runs", || !children_of(mine).is_empty());
    let running = children_of(mine);
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
    terminal.wait_for_text("0 of 2 exercises are done");
    assert!(!terminal.is_on_other_screen());
    assert_eq!(terminal.modes(), before);
    for process in running {
        assert!(!is_alive(process), "process {process} is left");
    }
}

#[test]
fn ctrl_c_and_sigterm_end_it_like_q() {
    for end in ["\x03", "TERM"] {
        let course = Course::new();
        let mut terminal = Terminal::watch(course.root(), &[]);
        terminal.wait_for("the first verdict", got(1));
        if end == "TERM" {
            let pid = terminal.process_id().to_string();
            let killed = Command::new("kill").arg(&pid).status().expect("kill runs");
            assert!(killed.success());
        } else {
            terminal.press(end);
        }
        assert_eq!(terminal.wait_for_end(), 0, "{end:?}");
        assert!(!terminal.is_on_other_screen(), "{end:?}");
    }
}

#[test]
fn ctrl_z_gives_the_terminal_back_and_later_takes_it_again() {
    for stop in ["\x1a", "TSTP"] {
        let course = Course::new();
        let mut terminal = Terminal::watch(course.root(), &[]);
        terminal.wait_for("the first verdict", got(1));
        let (pid, raw) = (terminal.process_id(), terminal.modes());
        match stop {
            "TSTP" => send(pid, "TSTP"),
            keys => terminal.press(keys),
        }
        terminal.wait_until("it is stopped", || state_of(pid) == Some('T'));
        // What it wrote before may not be drawn yet.
        terminal.wait_until("its screen is gone", || !terminal.is_on_other_screen());
        assert_ne!(terminal.modes(), raw, "{stop:?}: the shell has its keys");
        course.save(7);
        send(pid, "CONT");
        terminal.wait_for("the verdict on the save meanwhile", got(7));
        assert!(terminal.is_on_other_screen(), "{stop:?}");
        assert_eq!(terminal.modes(), raw, "{stop:?}");
        terminal.press("q");
        assert_eq!(terminal.wait_for_end(), 0, "{stop:?}");
        assert!(!terminal.is_on_other_screen(), "{stop:?}");
    }
}

#[test]
fn a_terminal_that_goes_away_ends_it_with_all_that_runs() {
    let course = Course::new();
    course.write("exercises/one.rs", &ONE.replace("    1\n", "    loop {}\n"));
    let mut terminal = Terminal::watch(course.root(), &[]);
    terminal.wait_for_text("checking 0 of 1");
    terminal.wait_until("the endless program runs", || {
        !children_of(terminal.process_id()).is_empty()
    });
    let running = children_of(terminal.process_id());
    send(terminal.process_id(), "HUP");
    terminal.wait_for_end();
    assert!(!terminal.is_on_other_screen());
    for process in running {
        assert!(!is_alive(process), "process {process} is left");
    }
}

#[test]
fn a_window_that_changes_its_size_is_drawn_anew_down_to_twenty_columns() {
    let course = Course::new();
    let mut terminal = Terminal::watch(course.root(), &[]);
    terminal.wait_for("the first verdict", got(1));
    for (rows, columns) in [(12, 20), (3, 20), (1, 1), (50, 200), (24, 20), (40, 100)] {
        terminal.resize(rows, columns);
    }
    terminal.wait_for("the verdict at the old size", got(1));
    terminal.resize(24, 20);
    let small = terminal.wait_for("the narrow screen", |screen| screen.contains("got"));
    assert!(
        small.lines().all(|line| line.chars().count() <= 20),
        "{small}"
    );
    course.save(2);
    terminal.wait_for_text("Passed");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
    assert!(!terminal.is_on_other_screen());
}

/// Sends a signal by its name.
fn send(process: u32, signal: &str) {
    let sent = Command::new("kill")
        .args(["-s", signal, &process.to_string()])
        .status();
    assert!(sent.expect("kill runs").success());
}

/// What a process does, as `ps` says it: `T` is stopped.
fn state_of(process: u32) -> Option<char> {
    let listed = Command::new("ps")
        .args(["-o", "stat=", "-p", &process.to_string()])
        .output()
        .expect("ps runs");
    String::from_utf8_lossy(&listed.stdout)
        .trim()
        .chars()
        .next()
}

#[test]
fn the_list_finds_an_exercise_and_goes_there() {
    let course = Course::new();
    let mut terminal = Terminal::watch(course.root(), &[]);
    terminal.wait_for("the first verdict", got(1));
    terminal.press("l");
    terminal.wait_for_text("0 of 2 done");
    terminal.press("/two\r\r");
    terminal.wait_for_text("a panic: not yet");
    assert!(course.progress().contains("current two"));
}

#[test]
fn a_reset_asks_first_and_brings_the_shipped_file_back() {
    let course = Course::new();
    let mut terminal = Terminal::watch(course.root(), &[]);
    terminal.wait_for("the first verdict", got(1));
    course.save(6);
    terminal.wait_for("the verdict on the edit", got(6));
    terminal.press("x");
    terminal.wait_for_text("as it was shipped?");
    terminal.press("y");
    terminal.wait_for("the verdict on the shipped file", got(1));
    let file = fs::read_to_string(course.path("exercises/one.rs")).expect("there");
    assert_eq!(file, ONE);
}

#[test]
fn an_edited_assertion_does_not_pass_and_the_learner_is_told() {
    let course = Course::new();
    let terminal = Terminal::watch(course.root(), &[]);
    terminal.wait_for("the first verdict", got(1));
    course.write("exercises/one.rs", &ONE.replace("), 2,", "), 1,"));
    let screen = terminal.wait_for_text("tests in this file were changed");
    assert!(screen.contains("expected   2"), "{screen}");
}

#[test]
fn clippys_advice_comes_after_the_pass_and_does_not_take_it_back() {
    let course = Course::new();
    let terminal = Terminal::watch(course.root(), &[]);
    terminal.wait_for("the first verdict", got(1));
    course.write(
        "exercises/one.rs",
        &ONE.replace("    1\n", "    return 2;\n"),
    );
    let screen = terminal.wait_for_text("unneeded `return` statement");
    assert!(screen.contains("Passed"), "{screen}");
    assert!(course.progress().contains("done one"));
}

#[test]
fn what_postgresql_says_comes_below_the_pass_where_it_is_installed() {
    let course = Course::new();
    let services = Services::of(&Workspace::at(course.root()));
    if let Err(missing) = services.postgres(&Cancel::new()).expect("no fault") {
        println!("skipped: {missing}");
        return;
    }
    course.write(
        "info.toml",
        "format_version = 1\n[[exercises]]\nname = 'ask'\nkind = 'sql'\nhint = 'h'\n",
    );
    course.write(
        "exercises/ask.toml",
        "also = ['postgres']\n[[statement]]\nclaim = 'three'\n[[data]]\nname = 'none'\nclaim = 'on nothing'\n",
    );
    course.write("exercises/ask.sql", "SELECT 2 AS n;\n");
    course.write("solutions/ask.sql", "SELECT 3 AS n;\n");
    let terminal = Terminal::watch(course.root(), &[]);
    terminal.wait_for_text("three · on nothing");
    course.write("exercises/ask.sql", "SELECT ifnull(NULL, 3) AS n;\n");
    let screen = terminal.wait_for_text("does not take your statement");
    assert!(screen.contains("Passed"), "{screen}");
    course.write("exercises/ask.sql", "SELECT 1 + 2 AS n;\n");
    terminal.wait_for_text("Also right on PostgreSQL");
}

#[test]
fn without_a_terminal_it_speaks_in_lines_and_takes_commands_as_lines() {
    let course = Course::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_backendlings"))
        .args(["watch", "--plain"])
        .current_dir(course.root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map(Watching)
        .expect("started");
    let mut input = child.0.stdin.take().expect("piped");
    let (lines, output) = mpsc::channel();
    let reader = BufReader::new(child.0.stdout.take().expect("piped"));
    thread::spawn(move || {
        reader
            .lines()
            .try_for_each(|line| lines.send(line.expect("text")))
    });
    let read_until = |wanted: &str| {
        let mut read = String::new();
        loop {
            let line = output.recv_timeout(pty::NEVER);
            let line = line.unwrap_or_else(|_| panic!("waited for {wanted}; got:\n{read}"));
            assert!(!line.contains('\x1b'), "plain: {line:?}");
            read.push_str(&line);
            read.push('\n');
            if line.contains(wanted) {
                return read;
            }
        }
    };
    let first = read_until("Type a letter");
    assert!(first.contains("the number is two"), "{first}");
    writeln!(input, "hint").expect("written");
    read_until("look at the number");
    course.save(2);
    read_until("passed: live");
    writeln!(input, "next").expect("written");
    read_until("a panic: not yet");
    writeln!(input, "q").expect("written");
    read_until("1 of 2 exercises are done");
    assert!(child.0.wait().expect("ended").success());
}

/// Ended with the test, also when the test fails.
struct Watching(Child);

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.0.kill();
    }
}

fn children_of(process: u32) -> Vec<u32> {
    let listed = Command::new("ps")
        .args(["-e", "-o", "pid=,ppid="])
        .output()
        .expect("ps runs");
    String::from_utf8_lossy(&listed.stdout)
        .lines()
        .filter_map(|line| {
            let mut numbers = line.split_whitespace().map(str::parse::<u32>);
            let (pid, parent) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
            (parent == process).then_some(pid)
        })
        .collect()
}

fn is_alive(process: u32) -> bool {
    let listed = Command::new("ps")
        .args(["-o", "stat=", "-p", &process.to_string()])
        .output()
        .expect("ps runs");
    let state = String::from_utf8_lossy(&listed.stdout);
    !state.trim().is_empty() && !state.trim().starts_with('Z')
}
