//! A tiny course in a directory of its own, and the program run on it from outside.
//!
//! The environment of the program is made anew, so that what the developer has set (`NO_COLOR`, `RUSTFLAGS` …) decides nothing.

#![allow(
    dead_code,
    reason = "each file of tests is a program of its own and uses a part of this"
)]

use backendlings::{
    build::{Dependencies, Toolchain},
    check::{Files, Means, check},
    error::Result,
    outcome::Report,
    process::Cancel,
    progress::Pristine,
    services::Services,
    workspace::Workspace,
};
use std::{
    ffi::OsStr,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use tempfile::TempDir;

/// Three exercises in two chapters: one with tests, one that is run, one more with tests.
pub(crate) const INFO: &str = r#"format_version = 1

[[chapters]]
dir = "00_first"
title = "First steps"

[[exercises]]
name = "adder"
dir = "00_first"
title = "Adding"
hints = [
  { text = "What is one and one?" },
  { text = "More than one." },
  { text = "It is two." },
]

[[exercises]]
name = "greeting"
dir = "00_first"
test = false
hint = "Nothing is missing."

[[exercises]]
name = "doubler"
dir = "01_second"
hint = "Twice as much."
"#;

/// `adder` as shipped: it fails.
pub(crate) const ADDER: &str = r#"//! adder: two is what one and one make

fn add(a: i32, b: i32) -> i32 {
    // TODO: Add the two numbers.
    a - b
}

fn main() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_and_one_is_two() {
        assert_eq!(add(1, 1), 2, "add(1, 1)");
    }
}
"#;

/// `adder` solved.
pub(crate) fn adder_solved() -> String {
    ADDER.replace("// TODO: Add the two numbers.\n    a - b", "a + b")
}

const GREETING: &str = "fn main() {\n    println!(\"Hello!\");\n}\n";

const DOUBLER: &str = r#"fn double(n: i32) -> i32 {
    todo!()
}

fn main() {}

#[test]
fn two_doubled_is_four() {
    assert_eq!(double(2), 4, "double(2)");
}
"#;

/// Where the files of the tiny course lie.
pub(crate) const ADDER_FILE: &str = "exercises/00_first/adder.rs";
/// The one that is run.
pub(crate) const GREETING_FILE: &str = "exercises/00_first/greeting.rs";
/// The one of the second chapter.
pub(crate) const DOUBLER_FILE: &str = "exercises/01_second/doubler.rs";
/// What the learner has done.
pub(crate) const PROGRESS_FILE: &str = ".backendlings-progress.txt";

/// A course in a temporary directory, whose path has a space and a letter of two bytes.
pub(crate) struct Tiny {
    dir: TempDir,
}

impl Tiny {
    /// The usual three exercises, as shipped.
    pub(crate) fn new() -> Self {
        let tiny = Self::with_info(INFO);
        tiny.write(ADDER_FILE, ADDER);
        tiny.write(GREETING_FILE, GREETING);
        tiny.write(DOUBLER_FILE, DOUBLER);
        tiny.write("solutions/00_first/adder.rs", adder_solved());
        tiny.write("solutions/00_first/greeting.rs", GREETING);
        tiny.write(
            "solutions/01_second/doubler.rs",
            DOUBLER.replace("todo!()", "2 * n"),
        );
        tiny
    }

    /// One exercise, `sample`, with these further lines in its entry.
    pub(crate) fn sample(text: &str, entry: &str) -> Self {
        let tiny = Self::with_info(&format!(
            "format_version = 1\n\n[[exercises]]\nname = \"sample\"\nhint = \"Look.\"\n{entry}\n"
        ));
        tiny.write("exercises/sample.rs", text);
        tiny
    }

    /// A directory with an `info.toml` and nothing else.
    pub(crate) fn with_info(info: &str) -> Self {
        let dir = tempfile::Builder::new()
            .prefix("backendlings größe ")
            .tempdir()
            .expect("a temporary directory");
        let tiny = Self { dir };
        tiny.write("info.toml", info);
        tiny
    }

    /// The directory of the course.
    pub(crate) fn root(&self) -> &Path {
        self.dir.path()
    }

    /// A file of the course.
    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.root().join(file)
    }

    /// Writes a file of the course.
    pub(crate) fn write(&self, file: &str, contents: impl AsRef<[u8]>) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().expect("a parent")).expect("created");
        fs::write(path, contents).expect("written");
    }

    /// The text of a file of the course.
    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    /// Runs the program in the course, with nobody to answer it.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Ran {
        Ran::of(program(self.root()).args(args))
    }

    /// Solves every exercise as the course does.
    pub(crate) fn solve_all(&self) {
        for file in [ADDER_FILE, GREETING_FILE, DOUBLER_FILE] {
            self.write(file, self.read(&file.replace("exercises/", "solutions/")));
        }
    }

    /// The report on `sample`, whose learner has written `text`, from the library itself.
    pub(crate) fn check(&self, text: impl AsRef<[u8]>) -> Result<Report> {
        self.check_file("exercises/sample.rs", text)
    }

    /// The same where `sample` lies in another file.
    pub(crate) fn check_file(&self, file: &str, text: impl AsRef<[u8]>) -> Result<Report> {
        let course = backendlings::course::Course::load(Workspace::at(self.root()))?;
        let pristine = Pristine::take(&course)?;
        self.write(file, text);
        let exercise = course.exercise("sample")?;
        let files = Files::read(&course, exercise, pristine)?;
        let means = Means {
            toolchain: &Toolchain::find()?,
            dependencies: &Dependencies::new(&Toolchain::find()?, course.workspace.dependencies()),
            services: &Services::of(&course.workspace),
            cancel: &Cancel::new(),
            on_stage: &|_| {},
        };
        check(files.job(&course, exercise), means)
    }
}

/// The program, about to be started in `dir`, in an environment of its own.
pub(crate) fn program(dir: &Path) -> Command {
    const KEPT: [&str; 11] = [
        "PATH",
        "HOME",
        "CARGO",
        "CARGO_HOME",
        "RUSTUP_HOME",
        "RUSTUP_TOOLCHAIN",
        "TMPDIR",
        "TEMP",
        "USERPROFILE",
        "SystemRoot",
        "LLVM_PROFILE_FILE",
    ];
    let mut command = Command::new(env!("CARGO_BIN_EXE_backendlings"));
    command
        .env_clear()
        .envs(
            KEPT.iter()
                .filter_map(|name| Some((name, std::env::var_os(name)?))),
        )
        .env("LANG", "C.UTF-8")
        .current_dir(dir)
        .stdin(Stdio::null());
    command
}

/// What came of one run of the program.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The exit code; -1 if a signal ended it.
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

impl Ran {
    /// Runs a command to its end.
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.output().expect("the program starts");
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// Runs a command whose standard input is `text`.
    pub(crate) fn with_input(command: &mut Command, text: &str) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdin = child.stdin.take().expect("piped");
        stdin.write_all(text.as_bytes()).expect("written");
        drop(stdin);
        let output = child.wait_with_output().expect("it ends");
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// Fails unless the program ended with this code.
    #[track_caller]
    pub(crate) fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    /// Fails unless standard output has all of these.
    #[track_caller]
    pub(crate) fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.stdout.contains(word), "no “{word}” in {self:#?}");
        }
        self
    }

    /// Fails unless standard error has all of these, however its lines are wrapped.
    #[track_caller]
    pub(crate) fn complains(self, words: &[&str]) -> Self {
        let joined = self.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words {
            assert!(joined.contains(word), "no “{word}” in {self:#?}");
        }
        self
    }
}

/// A server in std Rust that counts visitors; `ANSWER` is one handler for each test, which gives status, headers and body.
const STD_SERVER: &str = r#"
use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Mutex, atomic::{AtomicU64, Ordering}},
    thread,
};

static COUNT: AtomicU64 = AtomicU64::new(0);
static LOCK: Mutex<()> = Mutex::new(());

struct Request { method: String, path: String, head: String, body: String }

fn read(reader: &mut impl BufRead) -> Option<Request> {
    let mut head = String::new();
    while reader.read_line(&mut head).ok()? > 0 && !head.ends_with("\r\n\r\n") {}
    let mut words = head.split(' ').map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let length = head.to_ascii_lowercase().split("content-length: ").nth(1)
        .and_then(|rest| rest.lines().next()?.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { method, path, head, body: String::from_utf8(body).ok()? })
}

fn main() {
    let port = env::var("PORT").expect("PORT is set");
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).expect("a free port");
    for stream in listener.incoming() {
        let stream = stream.expect("a client");
        thread::spawn(move || serve(stream));
    }
}

fn serve(mut stream: TcpStream) {
    let mut reader = BufReader::new(stream.try_clone().expect("a clone"));
    while let Some(request) = read(&mut reader) {
        let (status, headers, body) = answer(&request);
        let length = body.len();
        let _ = write!(stream, "HTTP/1.1 {status} X\r\n{headers}Content-Length: {length}\r\n\r\n{body}");
        if request.head.contains("Connection: close") { return; }
    }
}

fn answer(request: &Request) -> (u16, String, String) {
    let Request { method, path, head, body } = request;
    let _ = (method, path, head, body, &LOCK, fs::exists("x"), COUNT.load(Ordering::SeqCst));
    ANSWER
}
"#;

/// A learner's server with this handler.
pub(crate) fn std_server(answer: &str) -> String {
    STD_SERVER.replace("ANSWER", answer)
}
