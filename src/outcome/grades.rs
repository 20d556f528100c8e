//! The results of a class, as plain data: what each learner's exercises came to, and the points for them.
//!
//! `grade` makes it, `ui` writes it as a table, CSV, JSON and JUnit. The field names are a promise (README, "For scripts").

use super::{Detail, Finding, Outcome, Report, StageState};
use serde::{Deserialize, Serialize};

/// A class.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Grades {
    /// What kept the submissions away from the machine, in words.
    pub sandbox: String,
    /// The learners in the order of their names.
    pub learners: Vec<Graded>,
}

/// One learner.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Graded {
    /// The name of the directory or archive.
    pub learner: String,
    /// Why nothing of the submission was looked at, if so.
    pub refused: Option<String>,
    /// One mark for each exercise, in the order of the course.
    pub marks: Vec<Mark>,
}

/// What one exercise of one learner came to.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Mark {
    /// The exercise.
    pub exercise: String,
    /// Passed or not.
    pub verdict: Verdict,
    /// The points that it is worth.
    pub worth: u32,
    /// The points that the learner has for it.
    pub points: u32,
    /// The first claim that does not hold, with the compiler's words if it refuses the text; the reason for skipping, or the fault.
    pub why: Option<String>,
    /// The number of claims that hold, and of all claims.
    pub claims: (usize, usize),
    /// Of a project: the number of stages that hold, and of all stages.
    #[serde(default)]
    pub stages: Option<(usize, usize)>,
    /// Milliseconds that the check took.
    pub took_ms: u64,
    /// What went wrong at the first try, if that was a fault of the machine and this is the mark of the second.
    #[serde(default)]
    pub retried: Option<String>,
}

/// The verdict on one exercise of one learner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It passes.
    Passed,
    /// It does not.
    Failed,
    /// The machine has not what it needs.
    Skipped,
    /// The course or the machine is at fault; nothing is known.
    Fault,
}

/// What an exercise is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worth {
    /// The points for an exercise, or for each stage of a project.
    pub points: u32,
    /// The number of stages of a project.
    pub stages: Option<usize>,
}

impl Worth {
    /// All points that can be had.
    pub fn all(self) -> u32 {
        self.of(self.stages.unwrap_or(1))
    }

    fn of(self, parts: usize) -> u32 {
        let parts = u32::try_from(parts).unwrap_or(u32::MAX);
        self.points.saturating_mul(parts)
    }
}

impl Mark {
    /// The mark for a report. An exercise gives its points if it passes; a project gives them for each stage that holds.
    pub fn of(report: &Report, worth: Worth) -> Self {
        let first = || report.findings.first().map(first_words);
        let (verdict, why) = match &report.outcome {
            Outcome::Passed => (Verdict::Passed, None),
            Outcome::Failed => (Verdict::Failed, first()),
            Outcome::Skipped { reason } => (Verdict::Skipped, Some(reason.clone())),
        };
        let held = match worth.stages {
            Some(_) => {
                let held = report.stages.iter();
                held.filter(|stage| stage.state == StageState::Passed)
                    .count()
            }
            None => usize::from(verdict == Verdict::Passed),
        };
        Self {
            exercise: report.exercise.clone(),
            verdict,
            worth: worth.all(),
            points: worth.of(held),
            stages: worth.stages.map(|all| (held, all)),
            why,
            claims: (report.passed_checks(), report.checks.len()),
            took_ms: report.timings.total_ms as u64,
            retried: None,
        }
    }

    /// The mark for an exercise without a report.
    pub fn without_report(exercise: &str, verdict: Verdict, worth: Worth, why: String) -> Self {
        Self {
            exercise: exercise.to_owned(),
            verdict,
            worth: worth.all(),
            points: 0,
            stages: worth.stages.map(|all| (0, all)),
            why: Some(why),
            claims: (0, 0),
            took_ms: 0,
            retried: None,
        }
    }
}

/// The claim; of what the compiler refuses, its words too, for the claim is always the same.
fn first_words(finding: &Finding) -> String {
    match (&finding.detail, &finding.actual) {
        (Some(Detail::Compiler { .. }), Some(actual)) => format!("{}: {actual}", finding.claim),
        _ => finding.claim.clone(),
    }
}

impl Graded {
    /// How many of the marks have this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        let with = self.marks.iter().filter(|mark| mark.verdict == verdict);
        with.count()
    }

    /// The points, and those that could be had.
    pub fn points(&self) -> (u32, u32) {
        let sum = |of: fn(&Mark) -> u32| self.marks.iter().map(of).sum();
        (sum(|mark| mark.points), sum(|mark| mark.worth))
    }
}

impl Grades {
    /// True if something could not be judged through no fault of a learner's.
    pub fn has_faults(&self) -> bool {
        self.learners
            .iter()
            .any(|learner| learner.count(Verdict::Fault) > 0)
    }

    /// True if every exercise of everybody passes, or is skipped.
    pub fn all_pass(&self) -> bool {
        self.learners
            .iter()
            .all(|learner| learner.refused.is_none() && learner.count(Verdict::Failed) == 0)
    }
}
