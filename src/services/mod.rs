//! Real programs that an exercise needs: PostgreSQL and Redis, started here, in scratch directories, for nobody else.
//!
//! A service is started when it is asked for first, kept warm as long as [`Services`] lives, and handed out clean to each run.
//! Nothing is left behind: a service ends with its value, on its leash if the runner is killed, and whatever is still there
//! then is swept at the next start (see [`crate::process::Record`]). Services know nothing of courses, steps or reports.

mod found;
mod postgres;
mod redis;
mod scram;
mod session;
mod start;
mod user;

use crate::{
    called,
    error::Result,
    process::{Cancel, Record},
    workspace::{self, Workspace},
};
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

pub use found::nginx;
pub use postgres::{Database, Postgres};
pub use redis::{Lease, Redis};
pub use session::{Answer, Failure, Reply, Session, Transaction};

/// The services of one runner.
#[derive(Debug)]
pub struct Services {
    record: Record,
    swept: Mutex<Swept>,
    postgres: Mutex<Option<Arc<Postgres>>>,
    redis: Mutex<Option<Arc<Redis>>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Swept {
    Not,
    Done,
}

/// A service that this machine does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Its name in a course, as in "postgres".
    pub service: &'static str,
    /// The command that installs it.
    pub install: String,
}

/// A service, or why there is none. An [`crate::error::Error`] is a fault; this is not.
pub type Given<T> = std::result::Result<T, Missing>;

impl Services {
    /// The services of a runner that writes down in `record` what it starts. Nothing is started yet.
    pub fn new(record: Record) -> Self {
        Self {
            record,
            swept: Mutex::new(Swept::Not),
            postgres: Mutex::default(),
            redis: Mutex::default(),
        }
    }

    /// The services of a runner that works on this course.
    pub fn of(workspace: &Workspace) -> Self {
        Self::new(Record::at(workspace.running()))
    }

    /// PostgreSQL; started now if it does not run.
    ///
    /// # Errors
    /// If it is there and cannot be started, or the wait for it was cancelled.
    pub fn postgres(&self, cancel: &Cancel) -> Result<Given<Arc<Postgres>>> {
        self.sweep()?;
        let mut kept = lock(&self.postgres);
        if let Some(running) = kept.as_ref().filter(|postgres| postgres.runs()) {
            return Ok(Ok(Arc::clone(running)));
        }
        let started = Postgres::start(&self.record, cancel)?.map(Arc::new);
        *kept = started.as_ref().ok().cloned();
        Ok(started)
    }

    /// Redis; started now if it does not run.
    ///
    /// # Errors
    /// As [`Services::postgres`].
    pub fn redis(&self, cancel: &Cancel) -> Result<Given<Arc<Redis>>> {
        self.sweep()?;
        let mut kept = lock(&self.redis);
        if let Some(running) = kept.as_ref().filter(|redis| redis.runs()) {
            return Ok(Ok(Arc::clone(running)));
        }
        let started = Redis::start(&self.record, cancel)?.map(Arc::new);
        *kept = started.as_ref().ok().cloned();
        Ok(started)
    }

    /// Ends and removes what runners that were killed had left, once. It is done before the first service is started in any case.
    ///
    /// # Errors
    /// If the record cannot be read.
    pub fn sweep(&self) -> Result<()> {
        let mut swept = lock(&self.swept);
        if *swept == Swept::Not {
            for directory in self.record.sweep()?.directories {
                workspace::remove_scratch(&directory);
            }
            *swept = Swept::Done;
        }
        Ok(())
    }
}

impl Missing {
    /// `packages` names it for each package manager; whoever has none of them is sent to `doctor`.
    fn new(service: &'static str, packages: [(&str, &str); 4]) -> Self {
        let known = packages
            .iter()
            .find(|(manager, _)| found::in_path(&[manager]).is_some());
        let install = match known {
            Some(("brew", package)) => format!("brew install {package}"),
            Some(("pacman", package)) => format!("sudo pacman -S {package}"),
            Some((manager, package)) => format!("sudo {manager} install {package}"),
            None => format!("`{}` says how to install it", called::command("doctor")),
        };
        Self { service, install }
    }

    fn postgres() -> Self {
        let packages = [
            ("apt-get", "postgresql"),
            ("dnf", "postgresql-server"),
            ("pacman", "postgresql"),
            ("brew", "postgresql"),
        ];
        Self::new("postgres", packages)
    }

    fn redis() -> Self {
        let packages = [
            ("apt-get", "redis-server"),
            ("dnf", "redis"),
            ("pacman", "redis"),
            ("brew", "redis"),
        ];
        Self::new("redis", packages)
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "needs {}: {}", self.service, self.install)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
