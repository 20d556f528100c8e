//! What to start, and how: arguments, environment, input, limits. It starts nothing.

use super::{Limits, Record};
use std::{
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
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
    pub(super) path: PathBuf,
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    removed: Vec<OsString>,
    pub(super) dir: Option<PathBuf>,
    pub(super) environment: Environment,
    pub(super) deadline: Option<Duration>,
    pub(super) cap: usize,
    pub(super) input: Input,
    pub(super) record: Option<(Record, Option<PathBuf>)>,
    pub(super) limits: Option<Limits>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Input {
    Empty,
    Held,
    /// What [`Running::feed`] gives it.
    Fed,
    /// This, from the start.
    Given(Vec<u8>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Environment {
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
            limits: None,
        }
    }

    /// A program of the learner's: of the runner's environment it gets only a few variables such as `PATH`, and it may use
    /// only so much of the machine.
    pub fn learners(path: impl Into<PathBuf>) -> Self {
        Self {
            environment: Environment::Scrubbed,
            limits: Some(Limits::LEARNERS),
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

    /// What it may use of the machine, with all that it starts.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// Started by another program, whose last arguments are this one and its arguments.
    pub(super) fn through(mut self, other: &str, arguments: Vec<OsString>) -> Self {
        let mut args = arguments;
        args.push(self.path.into());
        args.append(&mut self.args);
        self.path = other.into();
        self.args = args;
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

    /// Gives it a short standard input from the start.
    pub fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = Input::Given(input.into());
        self
    }

    /// Notes it in a record for as long as it runs; `directory` is of no use once it has ended.
    pub fn recorded_in(mut self, record: Record, directory: Option<&Path>) -> Self {
        self.record = Some((record, directory.map(Path::to_owned)));
        self
    }

    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command
            .args(&self.args)
            .stdin(match self.input {
                Input::Empty => Stdio::null(),
                Input::Held | Input::Fed | Input::Given(_) => Stdio::piped(),
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
