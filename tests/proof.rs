//! The proof of the course, as `dev check` makes it: for every exercise the starting file fails, the solution passes, every
//! right answer passes, and each wrong answer fails at the check that its first line names.
//!
//! `cargo test --test proof sql_null` proves one exercise anew; without a name, what has not changed since it was proved is believed.

use backendlings::{
    author::{Proof, Prover, Role, Trial as Attempt, Trust, taking_turns, trials},
    build::{Dependencies, Toolchain},
    course::Course,
    outcome::{Detail, Report},
    process::Cancel,
    services::Services,
    workspace::Workspace,
};
use libtest_mimic::{Arguments, Failed, Trial};
use std::{fmt::Write as _, path::Path, process::ExitCode, sync::OnceLock};

/// What all proofs share.
struct Bench {
    course: Course,
    services: Services,
    toolchain: Toolchain,
    dependencies: Dependencies,
    cancel: Cancel,
}

static BENCH: OnceLock<Bench> = OnceLock::new();
static PROVER: OnceLock<Prover<'static>> = OnceLock::new();

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trust = match arguments.filter {
        Some(_) => Trust::Nothing,
        None => Trust::Memory,
    };
    let course = &BENCH.get_or_init(bench).course;
    let of_each = (0..course.exercises.len())
        .map(|position| named(course, position, trust))
        .collect();
    libtest_mimic::run(&arguments, taking_turns(of_each)).exit_code()
}

fn bench() -> Bench {
    let workspace = Workspace::at(env!("CARGO_MANIFEST_DIR"));
    let services = Services::of(&workspace);
    let course = Course::load(workspace).expect("the course is right");
    let toolchain = Toolchain::find().expect("rustc is installed");
    Bench {
        dependencies: Dependencies::new(&toolchain, course.workspace.dependencies()),
        services,
        course,
        toolchain,
        cancel: Cancel::new(),
    }
}

fn prover() -> &'static Prover<'static> {
    PROVER.get_or_init(|| {
        let bench = BENCH.get_or_init(bench);
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("proof");
        Prover::new(
            &bench.course,
            &bench.toolchain,
            &bench.dependencies,
            &bench.services,
            &bench.cancel,
            dir,
        )
        .expect("the course can be read")
    })
}

fn named(course: &Course, position: usize, trust: Trust) -> Vec<Trial> {
    let name = &course.exercises[position].name;
    let all = trials(course, position).expect("readable");
    let wrong = all.iter().filter(|trial| trial.role == Role::Wrong).count();
    assert!(wrong >= 2, "{name} has fewer than two wrong answers");
    all.into_iter()
        .map(|attempt| {
            Trial::test(format!("{name}::{}", attempt.claim()), move || {
                prove(&attempt, trust)
            })
        })
        .collect()
}

fn prove(attempt: &Attempt, trust: Trust) -> Result<(), Failed> {
    let Proof {
        report,
        fault,
        skipped,
    } = prover().prove(attempt, trust)?;
    if let Some(reason) = skipped {
        eprintln!("{}: not proved here, {reason}", attempt.file.display());
    }
    match fault {
        None => Ok(()),
        Some(fault) => {
            let told = report.as_ref().map(told).unwrap_or_default();
            Err(format!("{}\n{}\n{told}", fault.what, fault.help).into())
        }
    }
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
