//! The crates that exercises use: built once through cargo, in the background and ahead of the learner, then handed to rustc.
//!
//! A [`Tier`] is what one chapter needs. It is built when somebody asks for it or when it is warmed; whoever asks while it is
//! being built waits for that build and is told how far it is. What was built stays until manifest, lock file or compiler change.

mod cargo;
mod record;

use super::Toolchain;
use crate::{
    error::{Error, Result},
    process::Cancel,
};
use std::{
    collections::HashMap,
    ffi::OsString,
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// How often somebody who waits for a build looks whether it is still wanted.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The crates of one chapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    /// Its name, unique in the course; also the name of its directory.
    pub name: String,
    /// The manifest of a package that has these crates as its dependencies.
    pub manifest: String,
    /// The lock file that pins them; may pin more. Without one, cargo chooses.
    pub lock: Option<String>,
}

/// What rustc needs to know to use the crates of a tier: `--extern` and `-L` arguments.
pub type Externs = Arc<Vec<OsString>>;

/// How far a build is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Crates that are done.
    pub done: usize,
    /// Crates there are; 0 as long as it is not known.
    pub total: usize,
    /// The time that is left, as far as the speed so far tells.
    pub left: Option<Duration>,
}

/// Whether a build has the machine to itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Priority {
    /// Somebody waits for it.
    Wanted,
    /// It is ahead of the learner and must not be felt.
    Background,
}

/// The crates of a course. Dropping it ends builds that run; they go on where they were the next time.
#[derive(Debug)]
pub struct Dependencies {
    shared: Arc<Shared>,
    builders: Mutex<Vec<JoinHandle<()>>>,
}

#[derive(Debug)]
struct Shared {
    toolchain: Toolchain,
    dir: PathBuf,
    tiers: Mutex<HashMap<String, State>>,
    changed: Condvar,
    end: Cancel,
}

#[derive(Clone, Debug)]
enum State {
    Building(Progress),
    Ready(Externs),
    Failed { what: String, help: String },
}

impl Dependencies {
    /// The crates that are kept in `dir`.
    pub fn new(toolchain: &Toolchain, dir: PathBuf) -> Self {
        Self {
            shared: Arc::new(Shared {
                toolchain: toolchain.clone(),
                dir,
                tiers: Mutex::default(),
                changed: Condvar::new(),
                end: Cancel::new(),
            }),
            builders: Mutex::default(),
        }
    }

    /// The crates of a tier, built if they are not yet. `on_progress` is called while that takes.
    ///
    /// A build that somebody no longer waits for goes on: it will be wanted again.
    ///
    /// # Errors
    /// [`Error::Tool`] with cargo's words if they cannot be built; [`Error::Cancelled`].
    pub fn get(
        &self,
        tier: &Tier,
        cancel: &Cancel,
        on_progress: &dyn Fn(Progress),
    ) -> Result<Externs> {
        self.begin(tier, Priority::Wanted);
        let mut tiers = self.shared.tiers();
        loop {
            match tiers.get(&tier.name) {
                Some(State::Ready(externs)) => return Ok(Arc::clone(externs)),
                Some(State::Failed { what, help }) => {
                    let error = Error::tool(what.clone(), help.clone());
                    // The next try begins anew: the network may be back.
                    tiers.remove(&tier.name);
                    return Err(error);
                }
                Some(State::Building(progress)) => on_progress(*progress),
                None => {}
            }
            if cancel.is_cancelled() || self.shared.end.is_cancelled() {
                return Err(Error::Cancelled);
            }
            (tiers, _) = self
                .shared
                .changed
                .wait_timeout(tiers, LOOK_EVERY)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Begins to build a tier that will be wanted soon, at the lowest priority.
    pub fn warm(&self, tier: &Tier) {
        self.begin(tier, Priority::Background);
    }

    fn begin(&self, tier: &Tier, priority: Priority) {
        let mut tiers = self.shared.tiers();
        if tiers.contains_key(&tier.name) {
            return;
        }
        let begun = State::Building(Progress {
            done: 0,
            total: 0,
            left: None,
        });
        tiers.insert(tier.name.clone(), begun);
        drop(tiers);
        let (shared, tier) = (Arc::clone(&self.shared), tier.clone());
        let builder = thread::spawn(move || shared.build(&tier, priority));
        let mut builders = self.builders.lock().unwrap_or_else(PoisonError::into_inner);
        builders.push(builder);
    }
}

impl Drop for Dependencies {
    fn drop(&mut self) {
        self.shared.end.cancel();
        let builders = self
            .builders
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        for builder in builders.drain(..) {
            // A builder that panicked has nothing left to end.
            let _ = builder.join();
        }
    }
}

impl Shared {
    fn build(&self, tier: &Tier, priority: Priority) {
        let started = Instant::now();
        let on_progress = |done: usize, total: usize| {
            let left = time_left(started.elapsed(), done, total);
            self.set(tier, State::Building(Progress { done, total, left }));
        };
        let state = match self.externs(tier, priority, &on_progress) {
            Ok(externs) => State::Ready(Arc::new(externs)),
            Err(error) => State::Failed {
                what: error.to_string(),
                help: error.help().unwrap_or_default(),
            },
        };
        self.set(tier, state);
    }

    fn externs(
        &self,
        tier: &Tier,
        priority: Priority,
        on_progress: &dyn Fn(usize, usize),
    ) -> Result<Vec<OsString>> {
        let dir = self.dir.join(&tier.name);
        let key = record::key(tier, &self.toolchain.version()?);
        if let Some(externs) = record::read(&dir, &key) {
            return Ok(externs);
        }
        let package = cargo::Package {
            toolchain: &self.toolchain,
            dir: &dir,
            target_dir: &self.dir.join("target"),
        };
        let externs = package.build(
            tier,
            priority == Priority::Background,
            &self.end,
            on_progress,
        )?;
        record::write(&dir, &key, &externs)?;
        Ok(externs)
    }

    fn set(&self, tier: &Tier, state: State) {
        self.tiers().insert(tier.name.clone(), state);
        self.changed.notify_all();
    }

    fn tiers(&self) -> MutexGuard<'_, HashMap<String, State>> {
        self.tiers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The time left if the rest goes as fast as what is done; nothing is said before a few crates are.
fn time_left(so_far: Duration, done: usize, total: usize) -> Option<Duration> {
    const ENOUGH_TO_TELL: usize = 5;
    let rest = total.checked_sub(done)?;
    (done >= ENOUGH_TO_TELL).then(|| so_far.mul_f64(rest as f64 / done as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_told_once_there_is_something_to_go_by() {
        let second = Duration::from_secs(1);
        assert_eq!(time_left(second, 1, 100), None);
        assert_eq!(time_left(10 * second, 10, 30), Some(20 * second));
        assert_eq!(time_left(second, 10, 0), None);
    }
}
