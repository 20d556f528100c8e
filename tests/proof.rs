//! The proof of the course: for every exercise the starting file fails, the solution passes, every right answer passes, and
//! each wrong answer fails at the check that its first line names.
//!
//! `cargo test --test proof sql_null` runs the proof of one exercise.

use backendlings::{
    build::{Dependencies, Toolchain},
    check::{Job, Means, Source, check},
    course::{Course, Exercise},
    outcome::{Detail, Outcome, Report},
    process::Cancel,
    services::Services,
    workspace::{self, Workspace, extension},
};
use libtest_mimic::{Arguments, Failed, Trial};
use std::{
    collections::HashMap,
    fmt::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let workspace = Workspace::at(env!("CARGO_MANIFEST_DIR"));
    let services = Services::of(&workspace);
    let course = Course::load(workspace).expect("the course is right");
    let toolchain = Toolchain::find().expect("rustc is installed");
    let names = course
        .exercises
        .iter()
        .map(|exercise| exercise.name.clone());
    let bench = Arc::new(Bench {
        at_work: names.map(|name| (name, Mutex::default())).collect(),
        dependencies: Dependencies::new(&toolchain, course.workspace.dependencies()),
        services,
        course,
        toolchain,
    });
    let of_each = bench.course.exercises.iter();
    let of_each = of_each.map(|exercise| trials(&bench, exercise)).collect();
    libtest_mimic::run(&arguments, taking_turns(of_each)).exit_code()
}

/// One of each exercise, then the next of each: trials of one exercise wait for each other.
fn taking_turns(of_each: Vec<Vec<Trial>>) -> Vec<Trial> {
    let mut of_each: Vec<_> = of_each.into_iter().map(Vec::into_iter).collect();
    let mut all = Vec::new();
    while !of_each.is_empty() {
        of_each.retain_mut(|trials| {
            all.extend(trials.next());
            trials.len() > 0
        });
    }
    all
}

/// What all proofs share.
struct Bench {
    course: Course,
    services: Services,
    toolchain: Toolchain,
    dependencies: Dependencies,
    /// One trial of an exercise at a time: they share a directory, as a learner's saves do, so that what stays the same is compiled once.
    at_work: HashMap<String, Mutex<()>>,
}

fn trials(bench: &Arc<Bench>, exercise: &Exercise) -> Vec<Trial> {
    let workspace = &bench.course.workspace;
    let trial = |claim: &str, file: PathBuf, judge: fn(&str, &Report) -> Result<(), String>| {
        let (bench, exercise) = (Arc::clone(bench), exercise.clone());
        Trial::test(format!("{}::{claim}", exercise.name), move || {
            bench.judge(&exercise, &file, judge)
        })
    };
    let mut trials = vec![trial(
        "the_solution_passes",
        bench.course.solution(exercise),
        |_, report| passes(report),
    )];
    if !exercise.skip_check_unsolved {
        let start = bench.course.file(exercise);
        trials.push(trial("the_starting_file_fails", start, begins));
    }
    for file in workspace::list_dir(&workspace.right_answers(&exercise.name)).expect("readable") {
        let claim = format!("right_{}_passes", stem(&file));
        trials.push(trial(&claim, file, |_, report| passes(report)));
    }
    let wrong = workspace::list_dir(&workspace.wrong_answers(&exercise.name)).expect("readable");
    assert!(
        wrong.len() >= 2,
        "{} has fewer than two wrong answers",
        exercise.name
    );
    for file in wrong {
        let claim = format!("wrong_{}_is_caught", stem(&file));
        trials.push(trial(&claim, file, is_caught));
    }
    trials
}

/// The starting file fails, by what the lesson is about, and says where the work is: a solution or a wrong answer that was left in
/// its place does not.
fn begins(text: &str, report: &Report) -> Result<(), String> {
    if report.outcome != Outcome::Failed {
        return Err("it does not fail".into());
    }
    if report.findings.iter().any(|f| f.claim == "it compiles") {
        return Err("it does not compile".into());
    }
    match text.contains("TODO") || text.contains("answer:") {
        true => Ok(()),
        false => Err("it has no TODO".into()),
    }
}

impl Bench {
    fn judge(
        &self,
        exercise: &Exercise,
        file: &Path,
        judge: fn(&str, &Report) -> Result<(), String>,
    ) -> Result<(), Failed> {
        let text = workspace::read(file)?;
        let pristine = workspace::read(&self.course.file(exercise))?;
        let build_dir = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("proof")
            .join(&exercise.name);
        let job = Job {
            course: &self.course,
            exercise,
            source: &Source::text(&text),
            pristine: &pristine,
            build_dir: &build_dir,
        };
        let means = Means {
            toolchain: &self.toolchain,
            dependencies: &self.dependencies,
            services: &self.services,
            standby: None,
            cancel: &Cancel::new(),
            on_stage: &|_| {},
        };
        let alone = &self.at_work[&exercise.name];
        let _alone = alone.lock().unwrap_or_else(PoisonError::into_inner);
        let report = check(job, means)?;
        if let (Outcome::Skipped { reason }, false) = (&report.outcome, exercise.needs.is_empty()) {
            // What is not installed here is proved elsewhere.
            eprintln!("{}: not proved here, {reason}", exercise.name);
            return Ok(());
        }
        judge(&text, &report).map_err(|why| format!("{why}\n{}", told(&report)).into())
    }
}

fn passes(report: &Report) -> Result<(), String> {
    match report.outcome {
        Outcome::Passed => Ok(()),
        _ => Err("it does not pass".into()),
    }
}

/// The first line of a wrong answer names the check that must catch it, as in "// caught by: the total is exact".
fn is_caught(text: &str, report: &Report) -> Result<(), String> {
    let first = text.lines().next().unwrap_or("");
    let claim = first
        .split_once("caught by: ")
        .ok_or("its first line does not say `caught by: CLAIM`")?
        .1
        .trim();
    if report.findings.iter().any(|finding| finding.claim == claim) {
        return Ok(());
    }
    if report.checks.iter().all(|check| check.claim != claim) {
        return Err(format!("no check is named `{claim}`"));
    }
    Err(format!("`{claim}` did not catch it"))
}

fn stem(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    name.trim_end_matches(&format!(".{}", extension(file)))
        .to_owned()
}

/// A report for the reader of a failed proof.
fn told(report: &Report) -> String {
    let mut text = String::new();
    for check in &report.checks {
        let _ = writeln!(text, "  {:?}: {}", check.state, check.claim);
    }
    for finding in &report.findings {
        let _ = writeln!(text, "  - {}", finding.claim);
        for (name, value) in [
            ("asked", &finding.asked),
            ("expected", &finding.expected),
            ("got", &finding.actual),
        ] {
            if let Some(value) = value {
                let _ = writeln!(text, "    {name}: {value}");
            }
        }
        if let Some(Detail::Compiler { rendered }) = &finding.detail {
            let _ = writeln!(text, "{rendered}");
        }
    }
    text
}
