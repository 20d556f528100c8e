//! The stages of a project, one after the other: each opens when those before it hold, and all of them are run again each time, so that
//! a later stage cannot break an earlier one. An exercise is a ladder with one rung. It starts nothing itself.

use super::{
    not_run,
    program::{Checks, Compiled},
    steps::Story,
};
use crate::{
    error::Result,
    outcome::{Outcome, Report, StageResult, StageState},
};

/// What is to be checked, in order.
pub(super) struct Ladder<'a> {
    stories: &'a [Story],
    /// The claims of each story; the last one has those of the check program too.
    claims: Vec<Vec<String>>,
}

/// One stage, to be run.
#[derive(Clone, Copy)]
pub(super) struct Rung<'a> {
    pub(super) story: &'a Story,
    /// The check program, at the last one.
    pub(super) checks: Option<&'a Compiled>,
    /// Its claims.
    pub(super) claims: &'a [String],
    /// How many claims come before it.
    pub(super) before: usize,
    /// How many there are in all.
    pub(super) total: usize,
}

impl<'a> Ladder<'a> {
    pub(super) fn new(stories: &'a [Story], checks: Option<&Checks>) -> Self {
        let mut claims: Vec<Vec<String>> = stories
            .iter()
            .map(|story| story.steps.iter().map(|step| step.claim.clone()).collect())
            .collect();
        if let (Some(last), Some(checks)) = (claims.last_mut(), checks) {
            last.extend(checks.tests.iter().map(|test| test.claim.clone()));
        }
        Self { stories, claims }
    }

    /// Runs stage after stage, up to the first one that does not hold.
    ///
    /// # Errors
    /// As `run`.
    pub(super) fn climb(
        &self,
        checks: Option<&Compiled>,
        report: &mut Report,
        run: &dyn Fn(Rung<'_>, &mut Report) -> Result<()>,
    ) -> Result<()> {
        let total = self.claims.iter().map(Vec::len).sum();
        let mut before = 0;
        for (position, (story, claims)) in self.stories.iter().zip(&self.claims).enumerate() {
            let state = if report.passed() {
                let rung = Rung {
                    story,
                    checks: checks.filter(|_| position + 1 == self.stories.len()),
                    claims,
                    before,
                    total,
                };
                run(rung, report)?;
                match report.outcome {
                    Outcome::Passed => StageState::Passed,
                    Outcome::Failed => StageState::Failed,
                    Outcome::Skipped { .. } => StageState::Closed,
                }
            } else {
                not_run(claims, report);
                StageState::Closed
            };
            tell(story, state, report);
            before += claims.len();
        }
        Ok(())
    }

    /// There is nothing to run: no claim was looked at.
    pub(super) fn not_begun(&self, report: &mut Report) {
        for (story, claims) in self.stories.iter().zip(&self.claims) {
            not_run(claims, report);
            tell(story, StageState::Closed, report);
        }
    }
}

/// Exercises have no stages, and nothing is said of them.
fn tell(story: &Story, state: StageState, report: &mut Report) {
    report
        .stages
        .extend(story.stage.iter().map(|title| StageResult {
            title: title.clone(),
            state,
        }));
}
