//! `serve`: the learner's server, for playing by hand.

use super::{End, context::Context};
use crate::{
    course::Kind,
    error::{Error, Result},
    watch,
};

/// Serves an exercise until the learner ends it.
pub(super) fn serve(context: Context, name: Option<&str>, port: u16) -> Result<End> {
    let exercise = context.exercise(name)?;
    if !matches!(exercise.kind, Kind::Server | Kind::Project) {
        return Err(Error::Usage {
            what: format!(
                "`{}` is no server: it is of kind {}",
                exercise.name,
                exercise.kind.name()
            ),
            help:
                "Name an exercise of kind server or project; `list --format json` shows the kinds."
                    .into(),
        });
    }
    let position = context.course.position(&exercise.name)?;
    watch::serve_exercise(context.course, position, port, context.theme)?;
    Ok(End::Done)
}
