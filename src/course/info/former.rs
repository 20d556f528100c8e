//! The former names of exercises, `was = ["old_name"]`: with them a learner's work and progress follow a rename.

use super::{RawExercise, Source};
use crate::error::Result;

/// A name that an exercise had cannot be the name of one today: nobody would know whose progress it is.
pub(super) fn check(source: &Source<'_>, exercises: &[RawExercise]) -> Result<()> {
    for was in exercises.iter().flat_map(|exercise| &exercise.was) {
        let is = |exercise: &&RawExercise| exercise.name.get_ref() == was.get_ref();
        if exercises.iter().any(|exercise| is(&exercise)) {
            return source.error(
                was,
                format!("`{}` is still the name of an exercise", was.get_ref()),
                "Take it out of `was`, or give that exercise another name.",
            );
        }
    }
    Ok(())
}
