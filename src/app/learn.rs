//! `hint`, `solution` and `list`: what helps a learner along.

use super::{End, context::Context};
use crate::{
    called,
    check::{self, Source},
    cli::Format,
    error::{Error, Result},
    progress::Change,
    ui,
};
use std::fmt::Write as _;

/// Prints the next hint of an exercise, or all of them. The hints seen before are printed again above it.
pub(super) fn hint(context: &Context, name: Option<&str>, all: bool) -> Result<End> {
    let exercise = context.exercise(name)?;
    let total = exercise.hints.len();
    let seen = context.progress.hints_seen(&exercise.name);
    let shown = if all { total } else { (seen + 1).min(total) };
    let mut text = String::new();
    if let Some(task) = &exercise.task {
        let _ = writeln!(text, "{}\n", task.trim());
    }
    for (number, hint) in exercise.hints.iter().take(shown).enumerate() {
        let _ = writeln!(text, "Hint {} of {total}", number + 1);
        if let Some(claim) = &hint.claim {
            let _ = writeln!(text, "(when this fails: {claim})");
        }
        let _ = writeln!(text, "{}\n", hint.text);
    }
    if shown < total {
        let again = called::command(format_args!("hint {}", exercise.name));
        let _ = writeln!(text, "Once more for the next one: {again}");
    }
    context.save(&[Change::HintsSeen(exercise.name.clone(), shown)])?;
    ui::print::out(&ui::harmless(&text))?;
    Ok(End::Done)
}

/// Prints our solution beside the learner's file.
pub(super) fn solution(context: &Context, name: Option<&str>, early: bool) -> Result<End> {
    let exercise = context.exercise(name)?;
    let passed = context.progress.is_done(&exercise.name);
    if !passed && !early && !context.progress.solution_seen_early(&exercise.name) {
        return Err(Error::Usage {
            what: format!("`{}` has not passed yet", exercise.name),
            help: "Add --early to see the solution all the same; that is written down. `hint` may be enough.".into(),
        });
    }
    let ours = check::solution_text(&context.course, exercise)?;
    if !passed {
        context.save(&[Change::SolutionSeenEarly(exercise.name.clone())])?;
    }
    let source = Source::of(&context.course, exercise);
    let mine = check::learners_text(&source);
    ui::print::out(&ui::diff::text(&mine, &ours, ui::width(), context.theme))?;
    Ok(End::Done)
}

/// Prints every exercise with its state.
pub(super) fn list(context: &Context, format: Format) -> Result<End> {
    let entries = ui::list::entries(&context.course, &context.progress);
    match format {
        Format::Json => ui::print::out(&ui::json::text(&ui::json::list(&entries)))?,
        Format::Text => {
            ui::print::out(&ui::list::table(
                &entries,
                Some(context.current()),
                context.theme,
            ))?;
        }
    }
    Ok(End::Done)
}
