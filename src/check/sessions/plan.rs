//! What an exercise with two sessions plays: its scenes, out of the TOML file beside it. It runs nothing.

use super::super::Job;
use crate::{
    course::{course_error, parse_toml},
    error::Result,
    workspace,
};
use serde::Deserialize;

/// The scenes of an exercise.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Plan {
    pub(super) scene: Vec<Scene>,
}

/// Two scripts that run at the same time, and what has to come of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scene {
    /// As in the marks of the file: `-- sale A:`.
    pub(super) name: String,
    /// What holds when the two run one after the other.
    pub(super) alone: String,
    /// What holds in every interleaving.
    pub(super) claim: String,
    /// The tables, made once.
    pub(super) schema: String,
    /// The rows, put back before each run; one text for each set of data. The first one is visible.
    pub(super) rows: Vec<String>,
    /// A query that tells in one text what has come of it.
    pub(super) outcome: String,
    /// For the learner, when the claim fails.
    pub(super) explain: Option<String>,
}

impl Plan {
    /// Reads and checks the file beside the exercise.
    ///
    /// # Errors
    /// With file and line if it is wrong.
    pub(super) fn load(job: Job<'_>) -> Result<Self> {
        let file = job.course.steps(job.exercise);
        let plan: Self = parse_toml(&file, &workspace::read(&file)?)?;
        if plan.scene.is_empty() || plan.scene.iter().any(|scene| scene.rows.is_empty()) {
            return Err(course_error(
                &file,
                None,
                "every exercise with sessions has a [[scene]], and every scene has rows",
                "Add what is missing.",
            ));
        }
        Ok(plan)
    }
}
