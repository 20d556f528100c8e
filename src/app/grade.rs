//! `grade`: a class judged against the course, and the parts of a class joined.

use super::{End, context::Context};
use crate::{
    build::Toolchain,
    cli::GradeArgs,
    course::{Course, Exercise},
    error::{Error, Result},
    grade::{self, Class, Partition, Round, Runner},
    outcome::grades::Grades,
    process::{Cancel, Level},
    ui, workspace,
};
use std::{
    io::IsTerminal as _,
    path::{Path, PathBuf},
};

/// The files with the results, in the directory that the instructor names.
const JSON: &str = "grades.json";
const CSV: &str = "grades.csv";
const JUNIT: &str = "grades.xml";

/// Judges the submissions, prints a table and writes the results down.
pub(super) fn grade(context: &Context, args: &GradeArgs) -> Result<End> {
    let partition = match &args.partition {
        Some(text) => Partition::parse(text)?,
        None => Partition::WHOLE,
    };
    let submissions = grade::find(&args.paths)?;
    let course = &context.course;
    let class = Class {
        course,
        exercises: chosen(course, args)?,
        submissions: partition.of_all(submissions),
        results: &args.results,
    };
    let level = match args.no_sandbox {
        true => Level::Limits,
        false => Level::here(),
    };
    let toolchain = Toolchain::find()?;
    let runner = Runner::new(course, &toolchain, level)?;
    let cancel = Cancel::new();
    ui::print::err(&format!("Sandbox: {}.\n", level.words()));
    runner.prepare(&class.exercises, &cancel, &|progress| {
        tell(&format!(
            "building crates: {} of {}",
            progress.done, progress.total
        ));
    })?;
    let grades = grade::grade(&class, &runner, &cancel, &|round| tell(&words(round)))?;
    tell("");
    write_results(&grades, &args.results)
}

/// Joins the results of parts.
pub(super) fn merge(parts: &[PathBuf], results: &Path) -> Result<End> {
    let read = |part: &PathBuf| {
        let file = match part.is_dir() {
            true => part.join(JSON),
            false => part.clone(),
        };
        let text = workspace::read(&file)?;
        serde_json::from_str::<Grades>(&text).map_err(|error| Error::Usage {
            what: format!("{} is no result of `grade`: {error}", file.display()),
            help: format!(
                "Name the directories that `grade --results` wrote, or the {JSON} in them."
            ),
        })
    };
    let parts = parts.iter().map(read).collect::<Result<Vec<_>>>()?;
    write_results(&grade::merge(parts)?, results)
}

/// The hidden command that a runner of one submission is.
pub(super) fn one(course: &Course, name: &str, source: &Path, work: &Path) -> Result<End> {
    let exercise = course.exercise(name)?;
    ui::print::out(&grade::judge_one(course, exercise, source, work)?)?;
    Ok(End::Done)
}

fn chosen<'a>(course: &'a Course, args: &GradeArgs) -> Result<Vec<&'a Exercise>> {
    for name in &args.exercise {
        course.exercise(name)?;
    }
    for dir in &args.chapter {
        course.chapter(dir)?;
    }
    let all = args.exercise.is_empty() && args.chapter.is_empty();
    let wanted = |exercise: &&Exercise| {
        all || args.exercise.contains(&exercise.name)
            || args.chapter.contains(&course.chapter_of(exercise).dir)
    };
    Ok(course.exercises.iter().filter(wanted).collect())
}

fn write_results(grades: &Grades, results: &Path) -> Result<End> {
    let json = serde_json::to_string_pretty(grades).unwrap_or_default();
    for (file, text) in [
        (JSON, json + "\n"),
        (CSV, ui::grades::csv(grades)),
        (JUNIT, ui::junit::grades(grades)),
    ] {
        workspace::write_atomic(&results.join(file), text.as_bytes())?;
    }
    ui::print::out(&ui::harmless(&ui::grades::table(grades)))?;
    ui::print::out(&ui::harmless(&format!(
        "Written to {}: {JSON}, {CSV}, {JUNIT}.\n",
        results.display()
    )))?;
    Ok(match (grades.has_faults(), grades.all_pass()) {
        (true, _) => End::CannotWork,
        (false, true) => End::Done,
        (false, false) => End::NotYet,
    })
}

/// One line that the next one replaces, where somebody looks.
fn tell(words: &str) {
    if std::io::stderr().is_terminal() {
        ui::print::err(&format!("\r\x1b[K{words}"));
    }
}

/// As in "37 of 180 judged, 12 fail, about 20 s left".
fn words(round: &Round) -> String {
    let left = round.left.map_or_else(String::new, |left| {
        format!(", about {} s left", left.as_secs())
    });
    format!(
        "{} of {} judged, {} fail{left}",
        round.done, round.total, round.failed
    )
}
