//! What to start and how, and the usual case: start it, wait for its end, take its output.

use super::{Cancel, Captured, Record, Running, feed::Feed};
use crate::{
    error::{Error, Result},
    outcome::Output,
};
use std::{
    env,
    ffi::{OsStr, OsString},
    io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Variables that a learner's program keeps from the runner's environment: what it needs to find files and speak the language.
const KEPT: &[&str] = &[
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "TEMP",
    "TMP",
    "SYSTEMROOT",
    "USERPROFILE",
];

/// Bytes of output that are kept unless said otherwise.
const USUAL_CAP: usize = 256 * 1024;

/// A program to start. It never gets the terminal: standard input is empty, unless the runner feeds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    path: PathBuf,
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    removed: Vec<OsString>,
    dir: Option<PathBuf>,
    environment: Environment,
    deadline: Option<Duration>,
    cap: usize,
    input: Input,
    record: Option<(Record, Option<PathBuf>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Input {
    Empty,
    Held,
    /// What [`Running::feed`] gives it.
    Fed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Environment {
    Inherited,
    Scrubbed,
}

impl Program {
    /// A tool such as rustc: it gets the runner's environment.
    pub fn tool(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            args: Vec::new(),
            env: Vec::new(),
            removed: Vec::new(),
            dir: None,
            environment: Environment::Inherited,
            deadline: None,
            cap: USUAL_CAP,
            input: Input::Empty,
            record: None,
        }
    }

    /// A program of the learner's: of the runner's environment it gets only a few variables such as `PATH`.
    pub fn learners(path: impl Into<PathBuf>) -> Self {
        Self {
            environment: Environment::Scrubbed,
            ..Self::tool(path)
        }
    }

    /// Another program with the same arguments and surroundings.
    pub fn instead(mut self, path: impl Into<PathBuf>) -> Self {
        self.path = path.into();
        self
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds one argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    pub fn args(mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.args
            .extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// Sets a variable of its environment.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.env
            .push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Takes a variable out of its environment.
    pub fn without_env(mut self, name: impl AsRef<OsStr>) -> Self {
        self.removed.push(name.as_ref().to_owned());
        self
    }

    /// The directory it starts in.
    pub fn dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.dir = Some(dir.into());
        self
    }

    /// How long it may run; for ever unless said.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// How many bytes of each output stream to keep.
    pub fn keep_output(mut self, bytes: usize) -> Self {
        self.cap = bytes;
        self
    }

    /// Ends with the runner even if that is killed: its standard input is a pipe that closes when the runner is gone, and a
    /// shell in the program's group waits for that. Only for a system with `sh`.
    #[cfg(unix)]
    pub fn on_a_leash(mut self) -> Self {
        // The program takes the place of the shell, so its number is the group's. The one who waits is its child, and keeps
        // none of its pipes.
        const LEASH: &str = "exec 3<&0; (cat <&3 >/dev/null; kill -INT $$; sleep 3; kill -KILL -$$) >/dev/null 2>&1 & \
                             exec \"$@\" 3<&- </dev/null";
        let mut args: Vec<OsString> = ["-c", LEASH, "sh"].map(OsString::from).into();
        args.push(self.path.into());
        args.append(&mut self.args);
        Self {
            path: "sh".into(),
            args,
            input: Input::Held,
            ..self
        }
    }

    /// Gives it a standard input that stays open until [`Running::feed`], or until the runner is gone.
    pub fn fed(mut self) -> Self {
        self.input = Input::Fed;
        self
    }

    /// Notes it in a record for as long as it runs; `directory` is of no use once it has ended.
    pub fn recorded_in(mut self, record: Record, directory: Option<&Path>) -> Self {
        self.record = Some((record, directory.map(Path::to_owned)));
        self
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command
            .args(&self.args)
            .stdin(match self.input {
                Input::Empty => Stdio::null(),
                Input::Held | Input::Fed => Stdio::piped(),
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if self.environment == Environment::Scrubbed {
            command.env_clear();
            command.envs(
                KEPT.iter()
                    .filter_map(|name| Some((name, env::var_os(name)?))),
            );
        }
        for name in &self.removed {
            command.env_remove(name);
        }
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        if let Some(dir) = &self.dir {
            command.current_dir(dir);
        }
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command
    }
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// By itself, with this exit code.
    Exited(i32),
    /// By a signal, or in a way that leaves no exit code.
    Signalled(i32),
    /// It was still running at its deadline and was killed.
    Deadline,
    /// It was killed because nobody wants its result any more.
    Cancelled,
}

/// A program that has ended.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub end: End,
    /// What it printed.
    pub stdout: Output,
    /// What it printed to standard error.
    pub stderr: Output,
    /// From its start to its end.
    pub took: Duration,
}

/// Starts a program and leaves it running.
///
/// # Errors
/// [`Error::MissingProgram`] if there is no such program; [`Error::Tool`] if the system refuses to start it.
pub fn spawn(program: &Program) -> Result<Running> {
    let refused = |error| refused(&program.path, program.dir.as_deref(), &error);
    let mut command = program.command();
    let feed = match program.input {
        Input::Fed => {
            let (feed, end) = Feed::new().map_err(refused)?;
            command.stdin(end);
            Some(feed)
        }
        Input::Empty | Input::Held => None,
    };
    let mut child = command.spawn().map_err(refused)?;
    // It holds the reading end of the feed.
    drop(command);
    let wake = Cancel::new();
    let waker = || {
        let wake = wake.clone();
        move || wake.notify()
    };
    let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
        unreachable!("both pipes were asked for")
    };
    let stdout = Captured::drain(stdout, program.cap, waker());
    let stderr = Captured::drain(stderr, program.cap, waker());
    let id = child.id();
    let mut running = Running::new(child, stdout, stderr, wake);
    if let Some(feed) = feed {
        running.will_be_fed(feed);
    }
    if let Some((record, directory)) = &program.record {
        running.keep(match directory {
            Some(directory) => record.note_with_directory(id, directory)?,
            None => record.note(id)?,
        });
    }
    Ok(running)
}

/// Runs a program to its end, to its deadline, or until it is cancelled; then its whole group is gone.
///
/// # Errors
/// As [`spawn`]; [`Error::Cancelled`] if `cancel` was raised.
pub fn run(program: &Program, cancel: &Cancel) -> Result<Finished> {
    let started = Instant::now();
    let mut running = spawn(program)?;
    let end = running.wait(program.deadline.map(|limit| started + limit), cancel);
    let took = started.elapsed();
    running.kill();
    if end == End::Cancelled {
        return Err(Error::Cancelled);
    }
    running.drain();
    Ok(Finished {
        end,
        stdout: running.stdout().output(),
        stderr: running.stderr().output(),
        took,
    })
}

/// Starts a program that lives on its own, such as an editor: it is neither watched nor ended. Its output is thrown away.
///
/// # Errors
/// As [`spawn`].
pub fn launch(program: &Program) -> Result<()> {
    let mut command = program.command();
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command
        .spawn()
        .map_err(|error| refused(&program.path, program.dir.as_deref(), &error))?;
    // Somebody has to collect it when it ends.
    thread::spawn(move || child.wait());
    Ok(())
}

fn refused(path: &Path, dir: Option<&Path>, error: &io::Error) -> Error {
    if error.kind() == io::ErrorKind::NotFound && dir.is_none_or(Path::is_dir) {
        return Error::MissingProgram {
            program: path.display().to_string(),
            help: "Install it, or see `backendlings doctor` for what is missing.".into(),
        };
    }
    Error::tool(
        format!("the system did not start {}: {error}", path.display()),
        "Free some memory or processes, then try again.",
    )
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn sh(script: &str) -> Program {
        Program::learners("sh").args(["-c", script])
    }

    #[test]
    fn output_and_exit_code_arrive() {
        let finished = run(&sh("echo out; echo err >&2; exit 3"), &Cancel::new()).expect("sh runs");
        assert_eq!(finished.end, End::Exited(3));
        assert_eq!(finished.stdout.text, "out\n");
        assert_eq!(finished.stderr.text, "err\n");
    }

    #[test]
    fn a_program_past_its_deadline_is_killed_with_its_children() {
        let program = sh("sleep 600 & echo $!; wait").deadline(Duration::from_millis(200));
        let finished = run(&program, &Cancel::new()).expect("sh runs");
        assert_eq!(finished.end, End::Deadline);
        let child: i32 = finished.stdout.text.trim().parse().expect("a process id");
        let child = rustix::process::Pid::from_raw(child).expect("not zero");
        assert!(gone_soon(child), "the child outlived its group");
    }

    #[test]
    fn a_child_that_holds_the_pipe_does_not_hold_up_the_verdict() {
        // `setsid` leaves the group, so the kill does not reach it, and it keeps the pipe open.
        let program = sh("setsid sleep 600 & echo $!");
        let finished = run(&program, &Cancel::new()).expect("sh runs");
        assert_eq!(finished.end, End::Exited(0));
        let child: i32 = finished.stdout.text.trim().parse().expect("a process id");
        let child = rustix::process::Pid::from_raw(child).expect("not zero");
        // It is still there, so nobody has waited for it.
        let killed = rustix::process::kill_process(child, rustix::process::Signal::KILL);
        assert!(killed.is_ok(), "the wait was for the pipe");
    }

    #[test]
    fn cancelling_ends_the_wait_at_once() {
        let cancel = Cancel::new();
        let other = cancel.clone();
        let runner = thread::spawn(move || run(&sh("sleep 600"), &other));
        cancel.cancel();
        let result = runner.join().expect("no panic");
        assert!(matches!(result, Err(Error::Cancelled)));
    }

    #[test]
    fn a_program_on_a_leash_ends_when_the_pipe_to_the_runner_closes() {
        let program = sh("echo $$; exec sleep 600").on_a_leash();
        let mut command = program.command();
        let mut child = command.spawn().expect("sh starts");
        drop(child.stdin.take());
        // `kill -INT` of the leash; the wait ends with it.
        let status = child.wait().expect("it ends");
        assert!(!status.success());
    }

    #[test]
    fn a_program_on_a_leash_runs_to_its_own_end() {
        let finished = run(&sh("echo out; exit 3").on_a_leash(), &Cancel::new()).expect("sh runs");
        assert_eq!(finished.end, End::Exited(3));
        assert_eq!(finished.stdout.text, "out\n");
    }

    #[test]
    fn a_missing_program_is_told_apart() {
        let result = run(&Program::tool("no-such-program-here"), &Cancel::new());
        assert!(matches!(result, Err(Error::MissingProgram { .. })));
    }

    #[test]
    fn a_learners_program_does_not_see_the_runners_environment() {
        let finished = run(&sh("env"), &Cancel::new()).expect("sh runs");
        assert!(
            !finished.stdout.text.contains("CARGO"),
            "{}",
            finished.stdout.text
        );
    }

    /// Zombies wait for init to collect them, so the process may be there for a moment yet.
    fn gone_soon(pid: rustix::process::Pid) -> bool {
        let deadline = Instant::now() + Duration::from_secs(10);
        while Instant::now() < deadline {
            let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
            if rustix::process::test_kill_process(pid).is_err()
                || stat.is_ok_and(|stat| stat.contains(") Z "))
            {
                return true;
            }
            thread::yield_now();
        }
        false
    }
}
