//! `goto` and `skip`: where the learner is in the course.

use super::{End, context::Context};
use crate::{
    course::Exercise,
    error::{Error, Result},
    progress::Change,
    ui,
    watch::next_pending,
};

/// Makes an exercise the current one.
pub(super) fn goto(context: &Context, name: &str) -> Result<End> {
    let exercise = context.course.exercise(name)?;
    context.save(&[Change::Current(exercise.name.clone())])?;
    say_current(context, exercise)
}

/// Passes an exercise over; the next one that is neither done nor skipped is then the current one.
pub(super) fn skip(context: &Context, name: Option<&str>) -> Result<End> {
    let exercise = context.exercise(name)?;
    if context.progress.is_done(&exercise.name) {
        return Err(Error::Usage {
            what: format!("`{}` is done already", exercise.name),
            help: "There is nothing to skip. `list` shows what is left.".into(),
        });
    }
    let skipped = Change::Skipped(exercise.name.clone());
    let mut after = context.progress.clone();
    after.apply(&skipped);
    let from = context.course.position(&exercise.name)? + 1;
    let Some(next) = next_pending(&context.course, &after, from) else {
        context.save(&[skipped])?;
        ui::print::out(
            "Skipped. Only done and skipped exercises are left; `goto NAME` goes back to one.\n",
        )?;
        return Ok(End::Done);
    };
    let next = &context.course.exercises[next];
    context.save(&[skipped, Change::Current(next.name.clone())])?;
    say_current(context, next)
}

fn say_current(context: &Context, exercise: &Exercise) -> Result<End> {
    let file = context.course.relative_file(exercise);
    ui::print::out(&ui::harmless(&format!(
        "The current exercise is now {} ({}).\n",
        exercise.name,
        file.display()
    )))?;
    Ok(End::Done)
}
