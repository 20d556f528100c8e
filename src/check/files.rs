//! What a check reads from disk before it begins, in one place for the watcher, `run` and `check-all`.

use super::{Job, Source};
use crate::{
    course::{Course, Exercise},
    error::Result,
    progress::Pristine,
    workspace::BuildDir,
};
use std::sync::Arc;

/// The files of one exercise.
#[derive(Clone, Debug)]
pub struct Files {
    source: Source,
    pristine: String,
    build_dir: Arc<BuildDir>,
}

impl Files {
    /// Reads the learner's file and its shipped copy.
    ///
    /// # Errors
    /// As [`Pristine::text`]. A learner's file that is missing or no text is no error; the check tells it.
    pub fn read(course: &Course, exercise: &Exercise, pristine: Pristine<'_>) -> Result<Self> {
        let source = Source::of(course, exercise);
        Self::with_source(course, exercise, pristine, source)
    }

    /// The same, with contents that have been read already.
    ///
    /// # Errors
    /// As [`Files::read`].
    pub fn with_source(
        course: &Course,
        exercise: &Exercise,
        pristine: Pristine<'_>,
        source: Source,
    ) -> Result<Self> {
        let Source::Text(pristine) = Source::text(&pristine.text(exercise)?) else {
            unreachable!("text stays text")
        };
        Ok(Self {
            source,
            pristine,
            build_dir: course.workspace.own_build(&exercise.name),
        })
    }

    /// The job of checking them.
    pub fn job<'a>(&'a self, course: &'a Course, exercise: &'a Exercise) -> Job<'a> {
        Job {
            course,
            exercise,
            source: &self.source,
            pristine: &self.pristine,
            build_dir: self.build_dir.path(),
        }
    }
}
