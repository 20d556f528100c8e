//! The crates that exercises use: built once through cargo, in the background and ahead of the learner, then handed to rustc.
//!
//! A [`Tier`] is what one chapter needs. It is built when somebody asks for it or when it is warmed; whoever asks while it is
//! being built waits for that build and is told how far it is. What was built stays until manifest, lock file or compiler change.

mod artifacts;
mod cargo;
mod record;

pub(super) use cargo::program as cargo_program;

use self::artifacts::Learnt;
use super::{Toolchain, by_cargo::ASK_VARIABLE};
use crate::{
    error::{Error, Result},
    process::Cancel,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    env,
    ffi::OsString,
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// How often somebody who waits for a build looks whether it is still wanted.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The crates of one chapter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tier {
    /// Its name, unique in the course; also the name of its directory.
    pub name: String,
    /// The crates.
    pub crates: Crates,
}

/// Which crates, and how they are compiled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Crates {
    /// The sections of a manifest: dependencies and profiles.
    pub sections: String,
    /// The lock file that pins them; may pin more. Without one, cargo chooses.
    pub lock: Option<String>,
    /// Lines of `[package]` besides the name; what exercises usually have if it is `None`.
    pub package: Option<String>,
}

impl Crates {
    /// The manifest of a package that is one shared library with these crates in it, made of the file at `path`.
    pub(super) fn library_manifest(&self, library: &str, path: &str) -> String {
        let target =
            format!("[lib]\nname = \"{library}\"\npath = \"{path}\"\ncrate-type = [\"dylib\"]");
        self.manifest("dependencies", &target)
    }

    /// The manifest of a package with these crates and one program, made of the file at `path`.
    pub(super) fn program_manifest(&self, program: &str, path: &str) -> String {
        let target = format!("[[bin]]\nname = \"{program}\"\npath = \"{path}\"");
        self.manifest(program, &target)
    }

    fn manifest(&self, package: &str, target: &str) -> String {
        let sections = &self.sections;
        let lines = match &self.package {
            Some(lines) => lines,
            None => "version = \"0.0.0\"\nedition = \"2024\"\n",
        };
        format!(
            "[workspace]\n\n[package]\nname = \"{package}\"\nautobins = false\n{lines}\n\
             {target}\n\n{sections}"
        )
    }
}

/// What rustc is told about the crates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Externs {
    /// The arguments `--extern` and `-L`.
    pub args: Vec<OsString>,
    /// All of them as one shared library, where that is possible.
    pub shared: Option<SharedCrates>,
}

/// All crates of a tier as one shared library: the linker then has one file to look at instead of a hundred, which is a quarter
/// of the time to a verdict (190 and 145 ms).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct SharedCrates {
    /// The name of the library's crate.
    pub name: String,
    /// Where it lies.
    pub library: PathBuf,
}

/// How a program is compiled so that it can use its crates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Linking {
    /// By rustc.
    Rustc(Externs),
    /// By cargo, because rustc's arguments are not known.
    Cargo {
        /// The crates.
        crates: Crates,
        /// Where cargo builds.
        target_dir: PathBuf,
        /// Why, as one sentence.
        why: String,
    },
}

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

/// A tier that is being built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// How far it is.
    pub progress: Progress,
    /// What of it can be used already, as soon as cargo has said something.
    pub so_far: Option<Arc<SoFar>>,
}

/// The crates of a tier that are ready while others are being built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoFar {
    /// rustc's arguments for those that are ready.
    pub args: Vec<OsString>,
    /// The names of those that are not, as the source uses them.
    pub missing: Vec<String>,
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
    tiers: Mutex<HashMap<Tier, State>>,
    changed: Condvar,
    end: Cancel,
}

#[derive(Clone, Debug)]
enum State {
    Building(Unfinished),
    Ready(Arc<Linking>),
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
        on_progress: &dyn Fn(&Unfinished),
    ) -> Result<Arc<Linking>> {
        self.begin(tier, Priority::Wanted);
        let mut tiers = self.shared.tiers();
        loop {
            match tiers.get(tier) {
                Some(State::Ready(linking)) => return Ok(Arc::clone(linking)),
                Some(State::Failed { what, help }) => {
                    let error = Error::tool(what.clone(), help.clone());
                    // The next try begins anew: the network may be back.
                    tiers.remove(tier);
                    return Err(error);
                }
                Some(State::Building(unfinished)) => {
                    let unfinished = unfinished.clone();
                    // Whoever waits may take his time, and the build must not wait for him.
                    drop(tiers);
                    on_progress(&unfinished);
                    tiers = self.shared.tiers();
                }
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

    /// How a program without crates is compiled.
    pub fn none(&self) -> Linking {
        match asked_for_cargo() {
            Some(why) => self.shared.by_cargo(&Crates::default(), why),
            None => Linking::Rustc(Externs::default()),
        }
    }

    /// How a program is compiled by cargo, because of `why`.
    pub fn by_cargo(&self, crates: &Crates, why: String) -> Linking {
        self.shared.by_cargo(crates, why)
    }

    /// Begins to build a tier that will be wanted soon, at the lowest priority.
    pub fn warm(&self, tier: &Tier) {
        self.begin(tier, Priority::Background);
    }

    fn begin(&self, tier: &Tier, priority: Priority) {
        let mut tiers = self.shared.tiers();
        if tiers.contains_key(tier) {
            return;
        }
        let begun = Unfinished {
            progress: Progress {
                done: 0,
                total: 0,
                left: None,
            },
            so_far: None,
        };
        tiers.insert(tier.clone(), State::Building(begun));
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
        let on_progress = |(done, total): (usize, usize), so_far: &Arc<SoFar>| {
            let left = time_left(started.elapsed(), done, total);
            let progress = Progress { done, total, left };
            let so_far = Some(Arc::clone(so_far));
            self.set(tier, State::Building(Unfinished { progress, so_far }));
        };
        let state = match self.linking(tier, priority, &on_progress) {
            Ok(linking) => State::Ready(Arc::new(linking)),
            Err(error) => State::Failed {
                what: error.to_string(),
                help: error.help().unwrap_or_default(),
            },
        };
        self.set(tier, state);
    }

    fn linking(
        &self,
        tier: &Tier,
        priority: Priority,
        on_progress: &cargo::OnProgress<'_>,
    ) -> Result<Linking> {
        if let Some(why) = asked_for_cargo() {
            return Ok(self.by_cargo(&tier.crates, why));
        }
        let dir = self.dir.join(&tier.name);
        let key = record::key(&tier.crates, &self.toolchain.version()?);
        if let Some(externs) = record::read(&dir, &key) {
            return Ok(Linking::Rustc(externs));
        }
        let package = cargo::Package {
            toolchain: &self.toolchain,
            dir: &dir,
            target_dir: &self.target_dir(),
        };
        let learnt = package.build(&tier.crates, priority, &self.end, on_progress)?;
        match learnt {
            Learnt::Externs(externs) => {
                record::write(&dir, &key, &externs)?;
                Ok(Linking::Rustc(externs))
            }
            Learnt::Nothing(why) => Ok(self.by_cargo(&tier.crates, why)),
        }
    }

    fn by_cargo(&self, crates: &Crates, why: String) -> Linking {
        Linking::Cargo {
            crates: crates.clone(),
            target_dir: self.target_dir(),
            why,
        }
    }

    fn target_dir(&self) -> PathBuf {
        self.dir.join("target")
    }

    fn set(&self, tier: &Tier, state: State) {
        self.tiers().insert(tier.clone(), state);
        self.changed.notify_all();
    }

    fn tiers(&self) -> MutexGuard<'_, HashMap<Tier, State>> {
        self.tiers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The reason, if the environment asks for cargo.
pub fn asked_for_cargo() -> Option<String> {
    let asked = env::var(ASK_VARIABLE).is_ok_and(|value| value == "cargo");
    asked.then(|| format!("{ASK_VARIABLE}=cargo is set"))
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
