//! The usual case: start a program, wait for its end, take its output.

use super::{
    Cancel, Captured, Limit, Program, Running,
    feed::Feed,
    limits, overseer,
    program::Input,
    rest::start,
    strays::{self, Mark},
};
use crate::{
    called,
    error::{Error, Result, TOO_MANY_FILES, is_too_many_files},
    outcome::Output,
};
use std::{
    io,
    path::Path,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

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
    /// It used more of the machine than it may, and was killed.
    Limit(Limit),
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
    let feed = match &program.input {
        Input::Fed => {
            let (feed, end) = Feed::new().map_err(refused)?;
            command.stdin(end);
            Some(feed)
        }
        Input::Given(input) => {
            let (mut feed, end) = Feed::new().map_err(refused)?;
            command.stdin(end);
            if !feed.give(input) {
                return Err(refused(io::Error::other("its input is too long")));
            }
            None
        }
        Input::Empty | Input::Held => None,
    };
    if program.limits.is_some() {
        overseer::make_ready();
    }
    let mark = Mark::new();
    command.env(strays::VARIABLE, mark.text());
    let mut child = start(&mut command).map_err(refused)?;
    if let Some(limits) = &program.limits {
        limits::set(child.id(), limits);
    }
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
    running.hold_to(program.limits, mark);
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
    let mut child = start(&mut command)
        .map_err(|error| refused(&program.path, program.dir.as_deref(), &error))?;
    // Somebody has to collect it when it ends.
    thread::spawn(move || child.wait());
    Ok(())
}

fn refused(path: &Path, dir: Option<&Path>, error: &io::Error) -> Error {
    if error.kind() == io::ErrorKind::NotFound && dir.is_none_or(Path::is_dir) {
        return Error::MissingProgram {
            program: path.display().to_string(),
            help: format!(
                "Install it, or see `{}` for what is missing.",
                called::command("doctor")
            ),
        };
    }
    let help = match is_too_many_files(error) {
        true => TOO_MANY_FILES,
        false => "Free some memory or processes, then try again.",
    };
    Error::tool(
        format!("the system did not start {}: {error}", path.display()),
        help,
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
    fn an_input_is_given_with_its_end() {
        let finished = run(&sh("cat").input("told\n"), &Cancel::new()).expect("sh runs");
        assert_eq!(finished.stdout.text, "told\n");
        let long = Program::learners("cat").input(vec![b'x'; 70_000]);
        assert!(matches!(
            run(&long, &Cancel::new()),
            Err(Error::Tool { .. })
        ));
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
