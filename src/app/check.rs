//! `run` and `check-all`: a verdict without watching.

use super::{End, context::Context};
use crate::{
    build::{Dependencies, Standby, Toolchain},
    check::{self, Files, Means, Memory, Round},
    cli::{Format, RoundFormat},
    error::Result,
    outcome::{Outcome, Report},
    process::{self, Cancel},
    progress::{Change, Pristine},
    services::Services,
    ui,
};
use std::fmt::Write as _;

/// Checks one exercise once, prints the report, and writes the verdict down.
pub(super) fn run(context: &Context, name: Option<&str>, format: Format) -> Result<End> {
    let exercise = context.exercise(name)?;
    let toolchain = Toolchain::find()?;
    let dependencies = context.dependencies(&toolchain);
    let services = Services::of(&context.course.workspace);
    check::clear_leftovers(&context.course.workspace)?;
    let files = Files::read(&context.course, exercise, Pristine::of(&context.course))?;
    let cancel = Cancel::new();
    // Whoever runs one exercise by hand runs it again.
    let again = Standby::new();
    let means = Means {
        standby: Some(&again),
        ..means(&toolchain, &dependencies, &services, &cancel)
    };
    let job = files.job(&context.course, exercise);
    let report = check::check(job, means)?;
    context.save(&changes(context, [&report]))?;
    match format {
        Format::Text => ui::print::out(&ui::report::text(&report, columns(), context.theme))?,
        Format::Json => ui::print::out(&json(&ui::json::report(&report)))?,
    }
    // The verdict is printed; a word on it that cannot be had is not missed.
    if format == Format::Text
        && report.passed()
        && let Ok(Some(word)) = check::elsewhere(job, means)
    {
        let word = ui::report::word(&word, columns(), context.theme);
        ui::print::out(&format!("\n{word}"))?;
    }
    process::end_strays();
    Ok(end_of(&report))
}

/// Whether verdicts on unchanged contents are believed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// They are.
    Memory,
    /// Everything is checked again.
    Nothing,
}

/// Checks every exercise, prints a line each, and writes the verdicts down.
pub(super) fn check_all(context: &Context, trust: Trust, format: RoundFormat) -> Result<End> {
    let toolchain = Toolchain::find()?;
    let dependencies = context.dependencies(&toolchain);
    let services = Services::of(&context.course.workspace);
    check::clear_leftovers(&context.course.workspace)?;
    let memory = Memory::new(&context.course, &toolchain)?;
    let progress = |round: Round| {
        if format == RoundFormat::Text && console_is_there() {
            ui::print::err(&format!("\r\x1b[K{}", round.words()));
        }
    };
    let reports = check::check_all(
        &context.course,
        Pristine::of(&context.course),
        means(&toolchain, &dependencies, &services, &Cancel::new()),
        Some(&memory).filter(|_| trust == Trust::Memory),
        &progress,
    )?;
    if format == RoundFormat::Text && console_is_there() {
        ui::print::err("\r\x1b[K");
    }
    context.save(&changes(context, &reports))?;
    let by_github = std::env::var("GITHUB_ACTIONS").is_ok_and(|value| value == "true");
    match format {
        RoundFormat::Text | RoundFormat::Github => {
            ui::print::out(&summary(&reports))?;
            if by_github || format == RoundFormat::Github {
                ui::print::out(&ui::annotations::reports(&reports))?;
            }
        }
        RoundFormat::Json => {
            let all: Vec<_> = reports.iter().map(ui::json::report).collect();
            ui::print::out(&json(&all.into()))?;
        }
        RoundFormat::Junit => ui::print::out(&ui::junit::reports(&reports))?,
    }
    let passed = reports.iter().all(|report| end_of(report) == End::Done);
    Ok(if passed { End::Done } else { End::NotYet })
}

fn means<'a>(
    toolchain: &'a Toolchain,
    dependencies: &'a Dependencies,
    services: &'a Services,
    cancel: &'a Cancel,
) -> Means<'a> {
    Means {
        toolchain,
        dependencies,
        services,
        standby: None,
        cancel,
        on_stage: &|_| {},
    }
}

/// A skipped exercise is nobody's fault and holds nothing up.
fn end_of(report: &Report) -> End {
    match report.outcome {
        Outcome::Passed | Outcome::Skipped { .. } => End::Done,
        Outcome::Failed => End::NotYet,
    }
}

/// What the verdicts change in the progress.
fn changes<'a>(context: &Context, reports: impl IntoIterator<Item = &'a Report>) -> Vec<Change> {
    reports
        .into_iter()
        .filter_map(|report| {
            let name = report.exercise.clone();
            match (&report.outcome, context.progress.is_done(&name)) {
                (Outcome::Passed, false) => Some(Change::Done(name)),
                (Outcome::Failed, true) => Some(Change::Pending(name)),
                _ => None,
            }
        })
        .collect()
}

fn summary(reports: &[Report]) -> String {
    let mut text = String::new();
    for report in reports {
        let _ = match &report.outcome {
            Outcome::Passed => writeln!(text, "passed   {}", report.exercise),
            Outcome::Skipped { reason } => {
                writeln!(text, "skipped  {} ({reason})", report.exercise)
            }
            Outcome::Failed => {
                let first = report.findings.first().map_or("", |f| f.claim.as_str());
                writeln!(text, "failed   {}: {first}", report.exercise)
            }
        };
    }
    let passed = reports.iter().filter(|report| report.passed()).count();
    let _ = writeln!(text, "\n{passed} of {} exercises pass.", reports.len());
    text
}

fn json(value: &serde_json::Value) -> String {
    ui::json::text(value)
}

fn columns() -> usize {
    ui::width()
}

fn console_is_there() -> bool {
    std::io::IsTerminal::is_terminal(&std::io::stderr())
}
