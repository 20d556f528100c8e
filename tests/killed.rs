//! The runner is killed at random moments of a session: what the learner has done is there, the progress can be read, and the
//! next start leaves no program, directory or unfinished file of the killed one.
//!
//! `KILLS=200 KILL_SEED=7 cargo test --test killed -- --nocapture` tries 200 moments of one seed.
#![cfg(target_os = "linux")]

mod common;

use backendlings::progress::Progress;
use common::{
    ADDER, ADDER_FILE, GREETING_FILE, INFO, PROGRESS_FILE, Ran, Tiny, adder_solved, program,
};
use std::{
    collections::BTreeSet,
    env, fs,
    hash::{BuildHasher as _, RandomState},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

const SERVING: &str = r#"
use std::{env, io::{Read, Write}, net::TcpListener, process::Command};
fn main() {
    let child = Command::new("setsid").args(["sleep", "600"]).spawn();
    let port = env::var("PORT").expect("PORT is set");
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).expect("a free port");
    for stream in listener.incoming().flatten() {
        let mut stream = stream;
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");
    }
    drop(child);
}
"#;

const STEPS: &str = "limits = { ready_seconds = 30, step_seconds = 10 }\n[[step]]\nclaim = \"it says hi\"\nsend = { path = \"/\" }\nexpect = { status = 200 }\n";

/// One thing that a learner does.
struct Act {
    /// What is typed.
    words: &'static [&'static str],
    /// What was saved before.
    saved: Saved,
    /// About how long it takes, in milliseconds, under load: moments are drawn from that.
    takes: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Saved {
    Nothing,
    Right,
    Wrong,
    Endless,
}

const ACTS: &[Act] = &[
    act(&["run", "adder"], Saved::Right, 400),
    act(&["run", "adder"], Saved::Wrong, 400),
    act(&["run", "adder"], Saved::Endless, 900),
    act(&["run", "serving"], Saved::Nothing, 700),
    act(&["watch", "--plain"], Saved::Endless, 900),
    act(&["watch", "--plain"], Saved::Right, 700),
    act(&["check-all"], Saved::Right, 900),
    act(&["hint", "adder"], Saved::Nothing, 30),
    act(&["goto", "serving"], Saved::Nothing, 30),
    act(&["skip", "doubler"], Saved::Nothing, 30),
    act(&["reset", "adder"], Saved::Wrong, 30),
    act(&["undo"], Saved::Nothing, 30),
];

const fn act(words: &'static [&'static str], saved: Saved, takes: u64) -> Act {
    Act {
        words,
        saved,
        takes,
    }
}

/// Numbers that look like chance and come again with the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        // Xorshift64*, which is enough to spread moments.
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % most
    }
}

struct Session {
    tiny: Tiny,
    /// Where everything temporary of this session lies, and nothing else.
    temporary: tempfile::TempDir,
}

impl Session {
    fn new() -> Self {
        let tiny = Tiny::new();
        let entry = "\n[[exercises]]\nname = \"serving\"\ndir = \"01_second\"\nkind = \"server\"\nhint = \"h\"\n";
        tiny.write("info.toml", format!("{INFO}{entry}"));
        tiny.write("exercises/01_second/serving.rs", SERVING);
        tiny.write("exercises/01_second/serving.toml", STEPS);
        tiny.write("solutions/01_second/serving.rs", SERVING);
        let temporary = tempfile::Builder::new().prefix("killed").tempdir();
        let session = Self {
            tiny,
            temporary: temporary.expect("a directory"),
        };
        Ran::of(&mut session.command(&["list"])).ends_with(0);
        session
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = program(self.tiny.root());
        command.args(words).env("TMPDIR", self.temporary.path());
        command
    }

    fn save(&self, saved: Saved) {
        let text = match saved {
            Saved::Nothing => return,
            Saved::Right => adder_solved(),
            Saved::Wrong => ADDER.replace("a - b", "a * b"),
            Saved::Endless => {
                ADDER.replace("    a - b", "    loop { std::hint::black_box((a, b)); }")
            }
        };
        self.tiny.write(ADDER_FILE, text);
    }

    fn progress(&self) -> Progress {
        let text = fs::read_to_string(self.tiny.path(PROGRESS_FILE)).unwrap_or_default();
        let parsed = Progress::parse(Path::new(PROGRESS_FILE), &text);
        parsed.unwrap_or_else(|error| panic!("the progress cannot be read: {error}\n{text}"))
    }

    /// Every text that the learner ever saved and a command may have replaced.
    fn kept(&self) -> String {
        let mut kept = String::new();
        let backups = self.tiny.path(".backendlings/backups");
        for file in files_below(&backups) {
            kept.push_str(&fs::read_to_string(file).unwrap_or_default());
        }
        kept
    }

    /// Processes that work for this session, with their command lines.
    fn processes(&self) -> Vec<(u32, String)> {
        let places = [self.temporary.path(), self.tiny.root()].map(|dir| dir.display().to_string());
        let mut found = Vec::new();
        for process in fs::read_dir("/proc").expect("there").flatten() {
            let Ok(pid) = process.file_name().to_string_lossy().parse() else {
                continue;
            };
            let read = |file: &str| {
                let bytes = fs::read(process.path().join(file)).unwrap_or_default();
                String::from_utf8_lossy(&bytes).replace('\0', " ")
            };
            let line = read("cmdline");
            let all = format!("{line} {}", read("environ"));
            if pid != std::process::id() && places.iter().any(|place| all.contains(place)) {
                found.push((pid, line));
            }
        }
        found
    }

    /// What a killed runner left and the next start did not take away.
    fn left_over(&self) -> Vec<String> {
        let mut left: Vec<String> = files_below(self.temporary.path())
            .into_iter()
            .chain(
                fs::read_dir(self.temporary.path())
                    .expect("there")
                    .flatten()
                    .map(|e| e.path()),
            )
            .map(|path| path.display().to_string())
            .collect();
        let of_course = files_below(self.tiny.root());
        left.extend(
            of_course
                .into_iter()
                .filter(|file| {
                    let name = file.file_name().unwrap_or_default().to_string_lossy();
                    let build = file.components().any(|part| part.as_os_str() == "build");
                    !build && (name.starts_with(".tmp") || name.contains(".unfinished"))
                })
                .map(|file| file.display().to_string()),
        );
        left
    }
}

fn files_below(dir: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        match entry.path().is_dir() {
            true => files.extend(files_below(&entry.path())),
            false => files.push(entry.path()),
        }
    }
    files
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok()?.parse().ok()
}

#[test]
fn a_runner_that_is_killed_at_any_moment_loses_nothing_and_leaves_nothing() {
    let kills = number("KILLS").unwrap_or(36);
    let seed = number("KILL_SEED").unwrap_or_else(|| RandomState::new().hash_one(1) | 1);
    println!("KILL_SEED={seed} KILLS={kills}");
    let mut dice = Dice(seed);
    let session = Session::new();
    let (mut killed, mut ended, mut with_processes, mut with_files) = (0, 0, 0, 0);
    for moment in 0..kills {
        let act = &ACTS[dice.below(ACTS.len() as u64) as usize];
        let after = Duration::from_micros(dice.below(act.takes * 1000));
        let told = format!("moment {moment}: {:?} killed after {after:?}", act.words);
        session.save(act.saved);
        let before = session.progress();
        let mine = session.tiny.read(ADDER_FILE);
        let mut child = session
            .command(act.words)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let until = Instant::now() + after;
        while Instant::now() < until && child.try_wait().expect("asked").is_none() {
            thread::yield_now();
        }
        match child.try_wait().expect("asked") {
            Some(_) => ended += 1,
            None => killed += 1,
        }
        child.kill().expect("killed");
        child.wait().expect("collected");

        // What was known is known, but for the exercise that the killed one was about.
        let now = session.progress();
        for name in ["adder", "greeting", "doubler", "serving"] {
            let about = act.words.contains(&name) || ["watch", "check-all"].contains(&act.words[0]);
            let current = act.words[0] == "watch" && now.current() == Some(name);
            let may_change = about || current;
            assert!(
                may_change || before.is_done(name) == now.is_done(name),
                "{told}: {name} was done: {}",
                before.is_done(name)
            );
        }
        let text = session.tiny.read(ADDER_FILE);
        assert!(
            text == mine || session.kept().contains(&mine),
            "{told}: the learner's text is gone; there is\n{text}"
        );
        let known: BTreeSet<String> = [Saved::Right, Saved::Wrong, Saved::Endless]
            .into_iter()
            .map(|saved| {
                session.save(saved);
                session.tiny.read(ADDER_FILE)
            })
            .chain([ADDER.to_owned()])
            .collect();
        session.tiny.write(ADDER_FILE, &text);
        assert!(known.contains(&text), "{told}: half a file:\n{text}");
        with_processes += usize::from(!session.processes().is_empty());
        with_files += usize::from(!session.left_over().is_empty());

        // The next start.
        Ran::of(&mut session.command(&["run", "greeting"])).ends_with(0);
        let gone_within = Instant::now() + Duration::from_secs(10);
        while !session.processes().is_empty() && Instant::now() < gone_within {
            // Killed ones are collected by init.
            thread::yield_now();
        }
        assert_eq!(session.processes(), [], "{told}");
        assert_eq!(session.left_over(), [""; 0], "{told}");
        assert_eq!(
            session.tiny.read(GREETING_FILE),
            session.tiny.read("solutions/00_first/greeting.rs"),
            "{told}"
        );
    }
    println!(
        "{kills} moments: {killed} killed in the middle, {ended} had ended; {with_processes} left processes and {with_files} files \
         until the next start, none after it; {kills} states read back"
    );
}
