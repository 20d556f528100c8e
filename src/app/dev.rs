//! `dev new` and `dev check`: what an author begins with, and is told about a course.

use super::{End, context};
use crate::{
    author::{self, NewExercise, Plan, Prover, Role, Step, Trust, Verdict},
    build::{Dependencies, Toolchain},
    called,
    cli::{DevCommand, Format, NewCommand, Output},
    course::{Course, Kind, nearest},
    error::{Error, Result},
    outcome::{Fault, Weight},
    process::Cancel,
    services::Services,
    ui::{self, Theme},
};
use serde_json::json;
use std::{fmt::Write as _, io::IsTerminal as _, path::Path};

/// Does what an author asks for.
pub(super) fn dev(root: Option<&Path>, command: DevCommand, theme: Theme) -> Result<End> {
    match command {
        DevCommand::New(command) => new(root, command),
        DevCommand::Check {
            names,
            fresh,
            show,
            soak,
            output: Output { format },
        } => {
            let asked = Asked {
                names,
                trust: match fresh {
                    true => Trust::Nothing,
                    false => Trust::Memory,
                },
                soak,
                answers: match show {
                    true => Answers::Shown,
                    false => Answers::Judged,
                },
                format,
            };
            check(root, &asked, theme)
        }
    }
}

fn new(root: Option<&Path>, command: NewCommand) -> Result<End> {
    let (written, then) = match command {
        NewCommand::Course { dir } => {
            let dir = std::path::absolute(&dir).map_err(Error::io("find", &dir))?;
            let then = format!(
                "Go there ({}) and start the loop with: backendlings",
                dir.display()
            );
            (author::new_course(&dir)?, then)
        }
        NewCommand::Exercise {
            name,
            kind,
            chapter,
            chapter_title,
        } => {
            let known = Kind::ALL.iter().find(|(word, _)| *word == kind);
            let Some(&(_, kind)) = known else {
                return Err(Error::UnknownName {
                    what: "kind",
                    nearest: nearest(&kind, Kind::ALL.iter().map(|(word, _)| *word)),
                    name: kind,
                });
            };
            let course = Course::load(context::find(root)?)?;
            let then = format!(
                "Write your lesson over it, and prove it with: {}",
                called::command(format_args!("dev check {name}"))
            );
            let new = NewExercise {
                name,
                kind,
                dir: chapter,
                chapter_title,
            };
            (
                author::new_exercise(&course.workspace, Some(&course), &new)?,
                then,
            )
        }
    };
    let mut text = String::from("Written:\n");
    for file in written {
        let _ = writeln!(text, "  {}", file.display());
    }
    let _ = writeln!(text, "{then}");
    ui::print::out(&ui::harmless(&text))?;
    Ok(End::Done)
}

/// What is done with the verdicts on wrong answers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answers {
    /// They are compared with what the author promised.
    Judged,
    /// They are printed too.
    Shown,
}

struct Asked {
    names: Vec<String>,
    trust: Trust,
    soak: Option<u32>,
    answers: Answers,
    format: Format,
}

fn check(root: Option<&Path>, asked: &Asked, theme: Theme) -> Result<End> {
    let workspace = context::find(root)?;
    let services = Services::of(&workspace);
    let course = match Course::load(workspace.clone()) {
        Ok(course) => course,
        Err(error) => {
            let fault = author::unreadable(workspace.root(), error)?;
            let verdict = Verdict {
                faults: vec![fault],
                proofs: Vec::new(),
            };
            return tell(None, &verdict, asked, theme);
        }
    };
    let exercises = asked.names.iter().map(|name| course.position(name));
    let plan = Plan {
        exercises: exercises.collect::<Result<_>>()?,
        trust: asked.trust,
        soak: asked.soak,
    };
    let toolchain = Toolchain::find()?;
    let dependencies = Dependencies::new(&toolchain, course.workspace.dependencies());
    let cancel = Cancel::new();
    let prover = Prover::new(
        &course,
        &toolchain,
        &dependencies,
        &services,
        &cancel,
        course.workspace.proofs(),
    )?;
    let is_watched = asked.format == Format::Text && std::io::stderr().is_terminal();
    let verdict = author::check_course(&prover, &plan, &|step| {
        if is_watched {
            ui::print::err(&match step {
                Step::Tried(done, all) => format!("\r\x1b[K{done} of {all} tried"),
                Step::Repeated(done, all) => format!("\r\x1b[K{done} of {all} repeated"),
            });
        }
    })?;
    if is_watched {
        ui::print::err("\r\x1b[K");
    }
    author::note_shipped(&course, &verdict)?;
    tell(Some(&course), &verdict, asked, theme)
}

fn tell(course: Option<&Course>, verdict: &Verdict, asked: &Asked, theme: Theme) -> Result<End> {
    match (asked.format, course) {
        (Format::Json, _) => ui::print::out(&format!("{:#}\n", json_of(course, verdict)))?,
        (Format::Text, Some(course)) => {
            let mut text = String::new();
            if asked.answers == Answers::Shown {
                text.push_str(&answers(course, verdict, theme));
            }
            text.push_str(&ui::faults::text(&verdict.faults, theme));
            text.push_str(&summary(verdict));
            ui::print::out(&text)?;
        }
        (Format::Text, None) => ui::print::out(&ui::faults::text(&verdict.faults, theme))?,
    }
    Ok(match errors(verdict).next() {
        None => End::Done,
        Some(_) => End::NotYet,
    })
}

fn errors(verdict: &Verdict) -> impl Iterator<Item = &Fault> {
    verdict
        .faults
        .iter()
        .filter(|fault| fault.weight == Weight::Error)
}

/// What a learner sees who has written each of the wrong answers.
fn answers(course: &Course, verdict: &Verdict, theme: Theme) -> String {
    let mut text = String::new();
    for (trial, proof) in &verdict.proofs {
        if let (Role::Wrong, Some(report)) = (trial.role, &proof.report) {
            let file = course.workspace.shown(&trial.file).display().to_string();
            let _ = writeln!(text, "{}\n", ui::harmless(&format!("── {file}")));
            text.push_str(&ui::report::text(report, ui::width(), theme));
            text.push('\n');
        }
    }
    text
}

fn summary(verdict: &Verdict) -> String {
    let count = |role| {
        let of_role = verdict
            .proofs
            .iter()
            .filter(|(trial, _)| trial.role == role);
        of_role.count()
    };
    let errors = errors(verdict).count();
    let mut text = format!(
        "{}, {}, {} right and {} tried: ",
        counted(count(Role::Solution), "solution"),
        counted(count(Role::Start), "starting file"),
        count(Role::Right),
        counted(count(Role::Wrong), "wrong answer"),
    );
    let _ = writeln!(
        text,
        "{}, {}.",
        counted(errors, "error"),
        counted(verdict.faults.len() - errors, "warning"),
    );
    let skipped = verdict.proofs.iter().filter_map(|(trial, proof)| {
        let reason = proof.skipped.as_ref()?;
        Some((trial, reason))
    });
    let skipped: Vec<_> = skipped.collect();
    if let Some((_, reason)) = skipped.first() {
        let _ = writeln!(
            text,
            "{} of them could not be tried here: {reason}.",
            skipped.len()
        );
    }
    text
}

/// As in "1 error" and "2 errors".
fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

fn json_of(course: Option<&Course>, verdict: &Verdict) -> serde_json::Value {
    let trials: Vec<_> = verdict
        .proofs
        .iter()
        .filter_map(|(trial, proof)| {
            let course = course?;
            Some(json!({
                "exercise": course.exercises[trial.exercise].name,
                "trial": trial.name(),
                "file": course.workspace.shown(&trial.file).display().to_string(),
                "proved": proof.fault.is_none() && proof.skipped.is_none(),
                "skipped": proof.skipped,
                "report": proof.report.as_ref().map(ui::json::report),
            }))
        })
        .collect();
    json!({
        "errors": errors(verdict).count(),
        "warnings": verdict.faults.len() - errors(verdict).count(),
        "faults": verdict.faults,
        "trials": trials,
    })
}
