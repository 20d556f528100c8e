//! `reset` and `undo`: the learner's files back as they were.

use super::{
    End,
    context::{Context, refresh_manifest},
};
use crate::{
    course::{Course, Exercise},
    error::{Error, Result},
    progress::{self, Change, Pristine},
    ui,
};
use std::io::{self, IsTerminal as _};

/// Which exercises to reset.
pub(super) enum Which {
    /// The one the learner works on.
    Current,
    /// The one with this name.
    Exercise(String),
    /// Those of the chapter with this directory.
    Chapter(String),
    /// All of them.
    All,
}

/// Brings exercises back as shipped, after a question if there are several.
pub(super) fn reset(context: &Context, which: &Which, yes: bool) -> Result<End> {
    let (exercises, what) = chosen(context, which)?;
    if exercises.len() > 1 && !yes && !agreed(exercises.len())? {
        ui::print::out("Nothing was changed.\n")?;
        return Ok(End::NotYet);
    }
    let changed = progress::reset(
        Pristine::of(&context.course),
        &format!("reset {what}"),
        &exercises,
    )?;
    let forgotten: Vec<Change> = exercises
        .iter()
        .map(|exercise| Change::Forgotten(exercise.name.clone()))
        .collect();
    context.save(&forgotten)?;
    ui::print::out(&match (changed, exercises.as_slice()) {
        (0, _) => "Everything was as shipped already.\n".to_owned(),
        (_, [one]) => format!(
            "{} is as shipped again; `undo` brings your version back.\n",
            one.name
        ),
        (changed, _) => {
            format!("{changed} files are as shipped again; `undo` brings your versions back.\n")
        }
    })?;
    Ok(End::Done)
}

fn chosen<'a>(context: &'a Context, which: &Which) -> Result<(Vec<&'a Exercise>, String)> {
    let course = &context.course;
    match which {
        Which::Current => {
            let exercise = context.exercise(None)?;
            Ok((vec![exercise], exercise.name.clone()))
        }
        Which::Exercise(name) => Ok((vec![course.exercise(name)?], name.clone())),
        Which::All => Ok((course.exercises.iter().collect(), "--all".into())),
        Which::Chapter(dir) => {
            let chapter = course.chapter(dir)?;
            let of_it = course.exercises.iter().filter(|e| e.chapter == chapter);
            Ok((of_it.collect(), format!("--chapter {dir}")))
        }
    }
}

/// Asks; without a terminal there is nobody to ask.
fn agreed(count: usize) -> Result<bool> {
    if !io::stdin().is_terminal() {
        return Err(Error::Usage {
            what: format!("this would reset {count} exercises, and there is nobody to ask"),
            help: "Add --yes to do it without a question.".into(),
        });
    }
    ui::print::out(&format!(
        "Reset {count} exercises to how they were shipped? Your versions are kept for `undo`. [y/N] "
    ))?;
    let mut answer = String::new();
    io::stdin()
        .read_line(&mut answer)
        .map_err(Error::io("read", "your answer"))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Brings back what the last command overwrote.
pub(super) fn undo(context: &Context) -> Result<End> {
    let Some(undone) = progress::undo(&context.course.workspace)? else {
        ui::print::out("There is nothing to undo.\n")?;
        return Ok(End::Done);
    };
    // An update may have brought another course, and another progress with it.
    let course = Course::load(context.course.workspace.clone())?;
    refresh_manifest(&course, &context.store.load()?)?;
    let mut text = format!("Undone: {}\n", undone.what);
    for file in undone.files {
        text.push_str(&format!("  {}\n", file.display()));
    }
    let kept = context.course.workspace.backups();
    text.push_str(&format!(
        "What stood there until now is kept in {}\n",
        kept.display()
    ));
    ui::print::out(&ui::harmless(&text))?;
    Ok(End::Done)
}
