//! One exercise of one learner, judged by a runner of its own: this program once more, in a sandbox with the course to read and a scratch
//! directory to write.
//!
//! What it says is signed with a secret that it was given on its standard input, so that nothing that the learner's program prints,
//! and no other program in the sandbox, can make a mark.

use super::{work::Work, worth};
use crate::{
    build::{
        Dependencies, Linking, Secret, Shipped, Toolchain, dependencies::Progress, splice, tests_in,
    },
    check::{self, Files, Job, Means, Source},
    course::{Course, Exercise, Kind},
    digest::{Parts, hex},
    error::{Error, Result},
    outcome::{
        Outcome, Report,
        grades::{Mark, Verdict, Worth},
    },
    process::{self, Cancel, End, Finished, Level, Limits, Program, Sandbox},
    progress::Pristine,
    services::Services,
    workspace,
};
use hmac_sha256::HMAC;
use std::{
    env,
    env::consts::EXE_SUFFIX,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

/// A runner that has not ended after this is stopped: each step and test has a limit of its own, so this is a jam.
const ENDS_WITHIN: Duration = Duration::from_secs(300);

/// What a runner and all that it starts may use: the compiler, and a learner's program with its own limits.
const LIMITS: Limits = Limits {
    memory: 4 << 30,
    file: Limits::LEARNERS.file,
    processes: Limits::LEARNERS.processes + 256,
};

/// The name of the hidden command.
pub const COMMAND: &str = "grade-one";

/// Starts a runner for each exercise of each learner.
pub struct Runner<'a> {
    course: &'a Course,
    toolchain: &'a Toolchain,
    program: PathBuf,
    level: Level,
}

impl<'a> Runner<'a> {
    /// Runners for this course, kept away from the machine as far as `level` says.
    ///
    /// # Errors
    /// [`Error::Io`] if this program cannot be found.
    pub fn new(course: &'a Course, toolchain: &'a Toolchain, level: Level) -> Result<Self> {
        let program = env::current_exe().map_err(Error::io("find", "this program"))?;
        Ok(Self {
            course,
            toolchain,
            program,
            level,
        })
    }

    /// How far submissions are kept away from the machine.
    pub fn level(&self) -> Level {
        self.level
    }

    /// Builds the crates that these exercises use, once for everybody.
    ///
    /// # Errors
    /// If they cannot be built, or need cargo for each exercise, which a sandbox does not allow.
    pub fn prepare(
        &self,
        exercises: &[&Exercise],
        cancel: &Cancel,
        on_progress: &dyn Fn(Progress),
    ) -> Result<()> {
        let dependencies = self.dependencies();
        let only_cargo = self
            .course
            .own_manifest
            .as_ref()
            .and_then(|own| own.needs_cargo.clone());
        let mut why = only_cargo;
        for exercise in exercises {
            let Some(tier) = check::tier(self.course, exercise)? else {
                continue;
            };
            let told = |unfinished: &crate::build::dependencies::Unfinished| {
                on_progress(unfinished.progress);
            };
            if let Linking::Cargo { why: told, .. } = &*dependencies.get(&tier, cancel, &told)? {
                why = Some(told.clone());
            }
        }
        match why.filter(|_| self.level == Level::Bubblewrap) {
            None => Ok(()),
            Some(why) => Err(Error::Usage {
                what: format!("the exercises have to be compiled by cargo, because {why}; in a sandbox there is no cargo"),
                help: "Change that in the course, or add --no-sandbox if you know who wrote the submissions.".into(),
            }),
        }
    }

    fn dependencies(&self) -> Dependencies {
        Dependencies::new(self.toolchain, self.course.workspace.dependencies())
    }

    /// Everything that a verdict depends on besides the learner's file.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn identity(&self) -> Result<String> {
        let mut digest = Parts::new();
        digest.named("compiler", self.toolchain.version()?);
        digest.named(
            "runner",
            workspace::read_bytes_if_there(&self.program)?.unwrap_or_default(),
        );
        let course = &self.course.workspace;
        let editors = [course.editor_manifest(), course.editor_lock()];
        for dir in [course.exercises(), course.solutions()] {
            for file in workspace::files_below(&dir)? {
                if !editors.contains(&file) {
                    let contents = workspace::read_bytes_if_there(&file)?.unwrap_or_default();
                    digest.named(&course.shown(&file).to_string_lossy(), contents);
                }
            }
        }
        for file in [course.info(), course.own_manifest(), course.own_lock()] {
            digest.named(
                &file.to_string_lossy(),
                workspace::read_bytes_if_there(&file)?.unwrap_or_default(),
            );
        }
        Ok(digest.finish())
    }

    /// The mark for one exercise of one learner. A fault of the machine is often gone in a moment, so one is tried again once.
    ///
    /// # Errors
    /// If no runner can be started, and when cancelled. What goes wrong in the runner is in the mark.
    pub(super) fn judge(&self, exercise: &Exercise, work: &Work, cancel: &Cancel) -> Result<Mark> {
        at_most_twice(|| self.judge_once(exercise, work, cancel))
    }

    fn judge_once(&self, exercise: &Exercise, work: &Work, cancel: &Cancel) -> Result<Mark> {
        let worth = worth(self.course, exercise)?;
        let failed =
            |why: String| Mark::without_report(&exercise.name, Verdict::Failed, worth, why);
        let scratch = workspace::scratch()?;
        let handed_in = scratch.path().join("handed-in");
        if let Err(why) = work.write(&handed_in)? {
            return Ok(failed(why));
        }
        let secret = Secret::new();
        let program = self.start(exercise, &handed_in, scratch.path(), &secret);
        let finished = process::run(&program, cancel)?;
        Ok(
            match (finished.end, signed(&finished.stdout.text, &secret)) {
                (End::Exited(_), Some(mark)) if mark.exercise == exercise.name => mark,
                (End::Exited(2), _) => fault(exercise, worth, &finished),
                (End::Deadline, _) => failed(format!("stopped after {} s", ENDS_WITHIN.as_secs())),
                (End::Limit(limit), _) => failed(limit.words()),
                (_, _) => failed("its program ended the runner".into()),
            },
        )
    }

    fn start(
        &self,
        exercise: &Exercise,
        handed_in: &Path,
        work: &Path,
        secret: &Secret,
    ) -> Program {
        let root = self.course.workspace.root();
        let cargo = self
            .toolchain
            .rustc
            .with_file_name(format!("cargo{EXE_SUFFIX}"));
        let mut program = Program::learners(&self.program)
            .arg("--root")
            .arg(root)
            .args([COMMAND, &exercise.name, "--source"])
            .arg(handed_in)
            .arg("--work")
            .arg(work)
            .dir(work)
            // So that the runner finds this compiler, and not the one of some proxy.
            .env("CARGO", cargo)
            .input(secret.input())
            .deadline(ENDS_WITHIN);
        if self.level == Level::Bubblewrap {
            program = program.env("TMPDIR", "/tmp");
        }
        let sandbox = Sandbox::new(self.level)
            .limits(LIMITS)
            .readable(&self.program);
        let sandbox = self
            .of_course(exercise)
            .into_iter()
            .fold(sandbox, Sandbox::readable);
        let toolchain = self.toolchain.rustc.ancestors().nth(2);
        let sandbox = toolchain.into_iter().fold(sandbox, Sandbox::readable);
        let local = self
            .course
            .own_manifest
            .iter()
            .flat_map(|own| &own.local_crates);
        let sandbox = local.fold(sandbox, Sandbox::readable);
        sandbox.writable(work).around(program)
    }

    /// What a runner reads of the course. Whoever may run any program must not find a right one.
    fn of_course(&self, exercise: &Exercise) -> Vec<PathBuf> {
        let workspace = &self.course.workspace;
        // In a course for rustlings the solution says whose tests count.
        if self.course.own_manifest.is_some() {
            return vec![workspace.root().to_owned()];
        }
        let mut all = workspace.judges();
        // There the solution says what is right, and no program of the learner's runs.
        if matches!(exercise.kind, Kind::Sql | Kind::Quiz) {
            all.extend(Some(self.course.solution(exercise)).filter(|file| file.exists()));
        }
        all
    }
}

fn fault(exercise: &Exercise, worth: Worth, finished: &Finished) -> Mark {
    let said = finished
        .stderr
        .text
        .trim()
        .lines()
        .next()
        .unwrap_or("no word of why")
        .to_owned();
    Mark::without_report(&exercise.name, Verdict::Fault, worth, said)
}

/// The second mark after a fault says what the fault was, so that nothing is hidden.
fn at_most_twice(judge: impl Fn() -> Result<Mark>) -> Result<Mark> {
    let first = judge()?;
    if first.verdict != Verdict::Fault {
        return Ok(first);
    }
    let second = judge()?;
    Ok(Mark {
        retried: first.why,
        ..second
    })
}

/// The other side: judges one file in `work` and gives the line to print. The secret comes on standard input.
///
/// # Errors
/// For faults of the course, the runner or the machine.
pub fn judge_one(course: &Course, exercise: &Exercise, file: &Path, work: &Path) -> Result<String> {
    process::hide_from_others();
    let mut secret = String::new();
    io::stdin()
        .read_line(&mut secret)
        .map_err(Error::io("read", "standard input"))?;
    let toolchain = Toolchain::find()?;
    let dependencies = Dependencies::new(&toolchain, course.workspace.dependencies());
    let services = Services::of(&course.workspace);
    let pristine = Pristine::of(course);
    let source = match exercise.kind {
        Kind::Project => Source::project(file),
        _ => Source::read(file),
    };
    let source = with_shipped_tests(course, exercise, source, &pristine.text(exercise)?)?;
    let files = Files::with_source(course, exercise, pristine, source)?;
    let mut report = check::check(
        Job {
            build_dir: &work.join("build"),
            ..files.job(course, exercise)
        },
        Means {
            toolchain: &toolchain,
            dependencies: &dependencies,
            services: &services,
            standby: None,
            cancel: &Cancel::new(),
            on_stage: &|_| {},
        },
    )?;
    // A learner may choose any language, and the machine need not have it.
    if let Some(missing) = &report.missing_program {
        report.outcome = Outcome::lacks(missing);
    }
    let worth = worth(course, exercise)?;
    Ok(sign(&report, worth, secret.trim_end()))
}

/// In a course for rustlings the learner's own tests count while they learn. In a class those of the course do, unless writing them is the
/// exercise: then the solution's tests are not those of the starting file.
fn with_shipped_tests(
    course: &Course,
    exercise: &Exercise,
    source: Source,
    pristine: &str,
) -> Result<Source> {
    let Source::Text(text) = &source else {
        return Ok(source);
    };
    if course.own_manifest.is_none() {
        return Ok(source);
    }
    let solution = workspace::read_if_there(&course.solution(exercise))?;
    let Some(shipped) = Shipped::parse(pristine) else {
        return Ok(source);
    };
    let shipped_are_right = match &solution {
        None => true,
        Some(solution) => {
            tests_in(solution).len() == shipped.tests().len()
                && splice(solution, &shipped).is_some_and(|spliced| !spliced.tests_changed)
        }
    };
    match splice(text, &shipped) {
        Some(spliced) if shipped_are_right && spliced.tests_changed => {
            Ok(Source::Text(spliced.without_guards()))
        }
        _ => Ok(source),
    }
}

fn sign(report: &Report, worth: Worth, secret: &str) -> String {
    let mark = serde_json::to_string(&Mark::of(report, worth)).unwrap_or_default();
    format!("{} {mark}\n", signature(secret, &mark))
}

/// The mark in a line that is signed with this secret.
fn signed(printed: &str, secret: &Secret) -> Option<Mark> {
    let secret = String::from_utf8(secret.input()).ok()?;
    let of_line = |line: &str| {
        let (signature_said, mark) = line.split_once(' ')?;
        (signature_said == signature(secret.trim_end(), mark))
            .then(|| serde_json::from_str(mark).ok())?
    };
    printed.lines().find_map(of_line)
}

fn signature(secret: &str, mark: &str) -> String {
    hex(&HMAC::mac(mark, secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORTH: Worth = Worth {
        points: 3,
        stages: None,
    };

    #[test]
    fn a_fault_is_tried_again_once_and_the_mark_says_what_it_was() {
        let tries = std::cell::Cell::new(0);
        let judge = |verdicts: &'static [Verdict]| {
            tries.set(0);
            at_most_twice(|| {
                tries.set(tries.get() + 1);
                let verdict = verdicts[tries.get() - 1];
                let why = format!("try {}", tries.get());
                Ok(Mark::without_report("a", verdict, WORTH, why))
            })
            .expect("a mark")
        };
        let mark = judge(&[Verdict::Fault, Verdict::Passed]);
        assert_eq!(mark.verdict, Verdict::Passed);
        assert_eq!(mark.retried.as_deref(), Some("try 1"));
        let mark = judge(&[Verdict::Fault, Verdict::Fault]);
        assert_eq!(
            (mark.verdict, mark.why.as_deref()),
            (Verdict::Fault, Some("try 2"))
        );
        let mark = judge(&[Verdict::Failed]);
        assert_eq!((mark.verdict, mark.retried), (Verdict::Failed, None));
    }

    #[test]
    fn only_a_mark_with_the_right_signature_is_one() {
        let (mine, other) = (Secret::new(), Secret::new());
        let text = |secret: &Secret| String::from_utf8(secret.input()).expect("text");
        let line = sign(&Report::new("a"), WORTH, text(&mine).trim_end());
        let mark = signed(&format!("noise\n{line}"), &mine).expect("signed");
        assert_eq!((mark.points, mark.verdict), (3, Verdict::Passed));
        assert_eq!(signed(&line, &other), None);
        assert_eq!(
            signed(&line.replace("\"points\":3", "\"points\":9"), &mine),
            None
        );
    }
}
