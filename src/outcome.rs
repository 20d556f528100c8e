//! The result of checking one exercise, as plain data.
//!
//! `check` makes it, `ui` draws it, `--format json` prints it as it stands here. The field names are therefore a promise
//! (README, "For scripts"); `tests/json.rs` holds them.

mod fault;
pub mod grades;

pub use fault::{Fault, Weight};

use serde::{Deserialize, Serialize};
use std::{path::PathBuf, time::Duration};

/// All that is known after one check of one exercise.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Report {
    /// The exercise's name.
    pub exercise: String,
    /// Passed, failed or skipped.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// How the pass was come by; only on a pass.
    pub badge: Option<Badge>,
    /// The stages of a project, in order; empty for an exercise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<StageResult>,
    /// Every claim in the order of the course, with its state.
    pub checks: Vec<Check>,
    /// What is wrong, the first broken claim first. Empty on a pass.
    pub findings: Vec<Finding>,
    /// What the learner should know although it is no failure, such as "the tests in this file were changed".
    pub notes: Vec<String>,
    /// Compiler warnings and Clippy's advice on a program that passed, rendered by rustc.
    pub advice: Vec<String>,
    /// What the learner's program printed, if it belongs to no finding.
    pub output: Option<Output>,
    /// How long the parts took.
    pub timings: Timings,
    /// The program that a project's command names and that is not installed here. Who judges on such a machine decides what follows
    /// from it; it is no part of what is printed.
    #[serde(skip)]
    pub missing_program: Option<String>,
}

impl Report {
    /// An empty report that has passed: the state before anything was found.
    pub fn new(exercise: &str) -> Self {
        Self {
            exercise: exercise.to_owned(),
            outcome: Outcome::Passed,
            badge: Some(Badge::Live),
            stages: Vec::new(),
            checks: Vec::new(),
            findings: Vec::new(),
            notes: Vec::new(),
            advice: Vec::new(),
            output: None,
            timings: Timings::default(),
            missing_program: None,
        }
    }

    /// Records that a claim holds.
    pub fn pass(&mut self, claim: impl Into<String>) {
        self.checks.push(Check {
            claim: claim.into(),
            state: CheckState::Passed,
        });
    }

    /// Records a broken claim; the report as a whole has failed.
    pub fn fail(&mut self, finding: Finding) {
        self.outcome = Outcome::Failed;
        self.badge = None;
        self.checks.push(Check {
            claim: finding.claim.clone(),
            state: CheckState::Failed,
        });
        self.findings.push(finding);
    }

    /// Records a claim that could not be looked at, because one it depends on is broken.
    pub fn not_run(&mut self, claim: impl Into<String>) {
        self.checks.push(Check {
            claim: claim.into(),
            state: CheckState::NotRun,
        });
    }

    /// True if every claim held.
    pub fn passed(&self) -> bool {
        self.outcome == Outcome::Passed
    }

    /// How many claims hold.
    pub fn passed_checks(&self) -> usize {
        self.checks
            .iter()
            .filter(|check| check.state == CheckState::Passed)
            .count()
    }
}

/// The verdict.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Every claim holds.
    Passed,
    /// At least one claim is broken.
    Failed,
    /// It was not checked.
    Skipped {
        /// Why not, as in "needs postgres".
        reason: String,
    },
}

impl Outcome {
    /// Skipped, because this program is not installed here.
    pub fn lacks(program: &str) -> Self {
        Self::Skipped {
            reason: format!("needs {program}, which is not installed here"),
        }
    }
}

/// How a pass was come by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Badge {
    /// The real thing ran.
    Live,
    /// The learner's part ran against a stand-in for a service.
    LiveStandIn,
    /// The runner simulated the environment.
    Simulated,
    /// Only the form was checked.
    Structural,
    /// Only answers were compared.
    AnswersOnly,
}

impl Badge {
    /// The badge in words, as the screen shows it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::LiveStandIn => "live (stand-in)",
            Self::Simulated => "simulated",
            Self::Structural => "structural",
            Self::AnswersOnly => "answers only",
        }
    }
}

/// One claim about the learner's work, and whether it holds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Check {
    /// The claim, as in "an unknown path is 404". Names the check everywhere.
    pub claim: String,
    /// Whether it holds.
    pub state: CheckState,
}

/// The state of one claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// It holds.
    Passed,
    /// It does not.
    Failed,
    /// It was not looked at, because a claim it depends on is broken.
    NotRun,
}

/// One stage of a project, and how far it is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct StageResult {
    /// Its title, as in "persistence".
    pub title: String,
    /// Whether it holds.
    pub state: StageState,
}

/// The state of one stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StageState {
    /// All of its claims hold.
    Passed,
    /// One of them does not.
    Failed,
    /// It opens when those before it hold.
    Closed,
}

/// One thing that is wrong.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Finding {
    /// The broken claim; equal to the name of a check.
    pub claim: String,
    /// What the runner did, as in "DELETE /users".
    pub asked: Option<String>,
    /// What should have come back.
    pub expected: Option<String>,
    /// What came back.
    pub actual: Option<String>,
    /// One or two sentences for the learner: what this means, where to look.
    pub explain: Option<String>,
    /// A command that repeats this by hand.
    pub repeat: Option<String>,
    /// Where in the learner's file.
    pub location: Option<Location>,
    /// Lines that the learner's program printed while this went wrong.
    pub log: Vec<String>,
    /// More than words: a compiler's message or the difference of two tables.
    pub detail: Option<Detail>,
}

impl Finding {
    /// A finding with its claim and nothing else yet.
    pub fn new(claim: impl Into<String>) -> Self {
        Self {
            claim: claim.into(),
            ..Self::default()
        }
    }
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Location {
    /// The file, relative to the course.
    pub file: PathBuf,
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1 in characters.
    pub column: usize,
}

/// What a finding shows besides words.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Detail {
    /// A message of the compiler or of Clippy.
    Compiler {
        /// The message as rustc renders it, with ANSI colours.
        rendered: String,
    },
    /// Two tables that differ.
    Tables(TableDiff),
}

/// The difference between the table that was expected and the one that came.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct TableDiff {
    /// The names of the expected columns.
    pub columns: Vec<String>,
    /// The rows, in reading order.
    pub rows: Vec<DiffRow>,
    /// How many rows were left out of `rows` because the tables are long.
    pub more: usize,
}

/// One row of a [`TableDiff`].
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct DiffRow {
    /// Whether it is in both tables, or in which one.
    pub side: Side,
    /// One text per column, as SQL would write the value; `NULL` for null.
    pub cells: Vec<String>,
    /// The positions of the cells that differ from the row's partner; empty if the whole row does.
    pub changed: Vec<usize>,
}

/// Which of two tables a row is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// In both.
    Same,
    /// Expected, and not there.
    Missing,
    /// There, and not expected.
    Extra,
}

/// What a program printed, kept from both ends where it was long.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Output {
    /// The text, with bytes that are no UTF-8 replaced.
    pub text: String,
    /// How many bytes were left out in the middle.
    pub omitted: u64,
}

impl Output {
    /// True if nothing was printed.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.omitted == 0
    }
}

/// How long the parts of a check took, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Timings {
    /// The compiler.
    pub compile_ms: f64,
    /// The learner's program and the questions put to it.
    pub run_ms: f64,
    /// From the start of the check to its end.
    pub total_ms: f64,
}

/// A duration in milliseconds with a fraction.
pub fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
