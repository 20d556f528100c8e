//! A program of a stranger's, kept away from the machine: from the network, from files that are not its own, from other programs.
//!
//! With bubblewrap it gets a world of its own: the directories that it is given, an empty `/tmp`, a loopback that nobody else is
//! on. A server and those who ask it must then be in the same sandbox: put the whole runner into it. Where bubblewrap is missing or
//! the system refuses it, only the [`Limits`] hold; [`Level`] says so.

use super::{Cancel, End, Limits, Program, run};
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    sync::OnceLock,
    time::Duration,
};

/// How far a program can be kept away here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// By namespaces, through bubblewrap: no network, and no files but those it is given.
    Bubblewrap,
    /// By limits of memory, processes and files: it reads and writes what its user can, and may use the network.
    Limits,
    /// By deadlines and caps of the output only.
    Deadlines,
}

impl Level {
    /// The highest one on this machine. It is found out once.
    pub fn here() -> Self {
        static LEVEL: OnceLock<Level> = OnceLock::new();
        *LEVEL.get_or_init(|| {
            let trial = Sandbox::new(Self::Bubblewrap).around(Program::tool("true"));
            let trial = run(&trial.deadline(Duration::from_secs(10)), &Cancel::new());
            match trial {
                Ok(finished) if finished.end == End::Exited(0) => Self::Bubblewrap,
                _ if cfg!(target_os = "linux") => Self::Limits,
                _ => Self::Deadlines,
            }
        })
    }

    /// In words, for whoever reads the results.
    pub fn words(self) -> &'static str {
        match self {
            Self::Bubblewrap => {
                "bubblewrap: no network, no files but the submission's own, limited memory"
            }
            Self::Limits => {
                "limits of memory, processes and file sizes only, because bubblewrap is missing or refused here: submissions can \
                 read your files and use the network"
            }
            Self::Deadlines => {
                "deadlines only: submissions can read your files and use the network"
            }
        }
    }
}

/// The world of one program.
#[derive(Clone, Debug)]
pub struct Sandbox {
    level: Level,
    readable: Vec<PathBuf>,
    writable: Vec<PathBuf>,
    limits: Limits,
}

/// What every program needs to start. Those that are missing here are left out.
const SYSTEM: &[&str] = &[
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc", "/opt", "/nix", "/gnu",
];

impl Sandbox {
    /// A sandbox of this level; [`Level::here`] says which ones there are. Nothing is writable in it but its own `/tmp`.
    pub fn new(level: Level) -> Self {
        Self {
            level,
            readable: Vec::new(),
            writable: Vec::new(),
            limits: Limits::LEARNERS,
        }
    }

    /// Lets the program read this directory or file.
    pub fn readable(mut self, path: impl Into<PathBuf>) -> Self {
        self.readable.push(path.into());
        self
    }

    /// Lets the program read and write this directory.
    pub fn writable(mut self, path: impl Into<PathBuf>) -> Self {
        self.writable.push(path.into());
        self
    }

    /// Other limits than those of a learner's program.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The level that is on.
    pub fn level(&self) -> Level {
        self.level
    }

    /// The program inside the sandbox. Its directory and what it needs besides the system's own files have to be named
    /// as readable or writable.
    pub fn around(&self, program: Program) -> Program {
        match self.level {
            Level::Bubblewrap => program.through("bwrap", self.arguments()),
            Level::Limits | Level::Deadlines => program,
        }
        .limits(self.limits)
    }

    fn arguments(&self) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = [
            "--die-with-parent",
            "--unshare-all",
            "--unshare-user",
            // Nobody's number: PostgreSQL refuses to be root, and wants a user whose name can be found.
            "--uid",
            "65534",
            "--gid",
            "65534",
            "--cap-drop",
            "ALL",
            "--hostname",
            "sandbox",
            "--proc",
            "/proc",
            "--dev",
            "/dev",
            "--tmpfs",
            "/tmp",
        ]
        .map(OsString::from)
        .into();
        let mut bind = |how: &str, path: &Path| {
            arguments.push(how.into());
            arguments.push(path.into());
            arguments.push(path.into());
        };
        for path in SYSTEM {
            bind("--ro-bind-try", Path::new(path));
        }
        for path in &self.readable {
            bind("--ro-bind", path);
        }
        for path in &self.writable {
            bind("--bind", path);
        }
        arguments.push("--".into());
        arguments
    }
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Finished;
    use std::{fs, net::TcpListener};

    /// `None`, told, where there is no bubblewrap.
    fn sandbox() -> Option<Sandbox> {
        let level = Level::here();
        if level != Level::Bubblewrap {
            // In pieces, because nothing prints here (`tests/floors.rs` reads this file).
            let told = format!("skipped: {}\n", level.words());
            let _ = std::io::Write::write_all(&mut std::io::stderr(), told.as_bytes());
            return None;
        }
        Some(Sandbox::new(level))
    }

    fn sh(sandbox: &Sandbox, script: &str) -> Finished {
        let program = Program::learners("bash").args(["-c", script]);
        let program = sandbox.around(program).deadline(Duration::from_secs(20));
        run(&program, &Cancel::new()).expect("it starts")
    }

    #[test]
    fn inside_it_writes_to_its_own_directory_and_nowhere_else() {
        let Some(sandbox) = sandbox() else { return };
        let own = tempfile::tempdir().expect("a directory");
        let given = tempfile::tempdir().expect("a directory");
        let hidden = tempfile::tempdir().expect("a directory");
        for dir in [&given, &hidden] {
            fs::write(dir.path().join("text"), "as it was").expect("written");
        }
        let sandbox = sandbox.writable(own.path()).readable(given.path());
        let [own, given, hidden] =
            [&own, &given, &hidden].map(|dir| dir.path().display().to_string());
        let finished = sh(
            &sandbox,
            &format!(
                "echo mine > {own}/text; cat {given}/text; echo no > {given}/text; cat {hidden}/text; \
                 echo no > /usr/text; echo no > /etc/passwd; echo fine > /tmp/text; ls -d /root/.* /home/*"
            ),
        );
        assert_eq!(finished.stdout.text, "as it was", "{finished:?}");
        assert!(finished.stderr.text.contains("Read-only file system"));
        assert_eq!(
            fs::read_to_string(format!("{own}/text")).expect("there"),
            "mine\n"
        );
        for dir in [given, hidden] {
            let text = fs::read_to_string(format!("{dir}/text")).expect("there");
            assert_eq!(text, "as it was");
        }
        assert!(!Path::new("/usr/text").exists());
    }

    #[test]
    fn inside_there_is_no_network_but_its_own_loopback() {
        let Some(sandbox) = sandbox() else { return };
        let outside = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = outside.local_addr().expect("an address").port();
        let reach = format!("exec 3<>/dev/tcp/127.0.0.1/{port} && echo reached");
        // The same words reach it from outside, so it is the sandbox that refuses.
        let free = Program::learners("bash").args(["-c", &reach]);
        let finished = run(&free, &Cancel::new()).expect("bash starts");
        assert_eq!(finished.stdout.text, "reached\n");
        assert_eq!(sh(&sandbox, &reach).stdout.text, "");
        // A packet to the world needs no answer, only a way; with no network there is none.
        let elsewhere = sh(&sandbox, "echo x > /dev/udp/192.0.2.1/9 && echo sent");
        assert_eq!(elsewhere.stdout.text, "", "{elsewhere:?}");
        // Its own loopback works: a server and its client find each other there.
        let own = "exec 3<>/dev/udp/127.0.0.1/9 && echo up";
        assert_eq!(sh(&sandbox, own).stdout.text, "up\n");
    }

    #[test]
    fn inside_other_programs_are_out_of_sight_and_nothing_outlives_it() {
        let Some(sandbox) = sandbox() else { return };
        let own = tempfile::tempdir().expect("a directory");
        let me = std::process::id();
        let finished = sh(
            &sandbox,
            &format!("kill -0 {me} 2>/dev/null && echo seen; ls -d /proc/[0-9]* | wc -l"),
        );
        let count: u32 = finished.stdout.text.trim().parse().expect("only a number");
        assert!(count <= 6, "{count} processes are seen");
        // The child leaves the session and the group, and goes with the sandbox all the same.
        let sandbox = sandbox.writable(own.path());
        let pipe = own.path().join("pipe").display().to_string();
        let script = format!(
            "mkfifo {pipe}; setsid bash -c 'echo up > {pipe}; sleep 600; echo {pipe}' & read up < {pipe}; echo left"
        );
        assert_eq!(sh(&sandbox, &script).stdout.text, "left\n");
        let of_it = |process: &fs::DirEntry| {
            let line = fs::read(process.path().join("cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&line).contains(&pipe)
        };
        let left = fs::read_dir("/proc").expect("there").flatten();
        assert_eq!(left.filter(of_it).count(), 0, "somebody is left");
    }

    #[test]
    fn without_bubblewrap_the_limits_hold_and_the_words_say_what_does_not() {
        let weak = Sandbox::new(Level::Limits).limits(Limits {
            processes: 3,
            ..Limits::LEARNERS
        });
        let finished = sh(&weak, "for i in 1 2 3 4 5 6; do sleep 600 & done; wait");
        assert_eq!(
            finished.end,
            End::Limit(crate::process::Limit::Processes(3))
        );
        assert!(weak.level().words().contains("can read your files"));
    }
}
