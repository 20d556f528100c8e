//! Puts the steps to a running server, in order, and writes down what held. It starts and stops nothing.

use super::{
    action::{Action, Life},
    browser::cookies,
    cache::Cache,
    client::Jars,
    converse::Lines,
    expect::{About, Problem},
    last_words::{explain_end, how, panic_place},
    launch::{Launch, Server},
    message::Message,
    peers::Peers,
    steps::{Step, Story},
    template::Values,
};
use crate::{
    check::{Means, Stage},
    error::Result,
    outcome::{Finding, Report},
    process::End,
};
use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    time::Duration,
};

/// After so many steps without an answer the others would only cost the learner's time.
const UNANSWERED_STEPS: usize = 2;

/// One telling of a story.
pub(super) struct Telling<'a> {
    pub(super) story: &'a Story,
    pub(super) values: Values,
    /// How long one step may take.
    pub(super) step_limit: Duration,
    /// The directory in which the server runs.
    pub(super) dir: &'a Path,
    /// The connections that steps have left open.
    pub(super) lines: Lines,
    /// How far the step in question came, if it says more than the step itself.
    pub(super) asked: Option<String>,
    /// How to repeat that by hand, if it is not what the step says.
    pub(super) repeat: Option<String>,
    /// The cache through which steps may go.
    pub(super) cache: Cache,
    /// The cookies of the browsers, by name.
    pub(super) browsers: BTreeMap<String, cookies::Jar>,
    /// The cookies of the clients that have names.
    pub(super) jars: Jars,
    /// Answers that later steps ask for again, by the position of their steps.
    pub(super) answers: HashMap<usize, Message>,
    /// How the server is started again.
    pub(super) launch: &'a Launch<'a>,
    /// What the learner should know although it is no failure.
    pub(super) notes: Vec<String>,
    /// The other sides.
    pub(super) peers: &'a Peers,
    pub(super) means: Means<'a>,
}

/// What came of one step.
pub(super) enum Came {
    /// Everything that was expected.
    Expected,
    /// Something else.
    Broken(Vec<Problem>),
    /// No answer in time.
    Unanswered(Vec<Problem>),
    /// The server ended. It cannot be asked again.
    Died(When, End),
}

/// When the server ended, as far as the one who asks can tell.
pub(super) enum When {
    /// It took no connection any more.
    BeforeThisStep,
    /// It took the connection.
    AtThisStep,
}

impl Telling<'_> {
    /// Puts every step to the server.
    ///
    /// # Errors
    /// [`crate::error::Error::Cancelled`], or what the system refuses.
    pub(super) fn tell(mut self, server: &mut Server, report: &mut Report) -> Result<()> {
        let total = self.story.steps.len();
        let mut held = vec![false; total];
        let mut died = false;
        let mut unanswered = 0;
        let mut step_before = server.mark();
        for (position, step) in self.story.steps.iter().enumerate() {
            (self.means.on_stage)(Stage::Checking {
                done: position,
                total,
            });
            let ready = step.needs.iter().all(|&need| held[need]);
            // A restart brings a dead server back.
            let lost = died && !matches!(step.action, Action::Life(Life::Restart(_)));
            if lost || unanswered >= UNANSWERED_STEPS || !ready {
                report.not_run(&step.claim);
                continue;
            }
            let mark = server.mark();
            (self.asked, self.repeat) = (None, None);
            let came = self.step(position, server)?;
            let mut log = server.log_since(mark);
            let problems = match came {
                Came::Expected => {
                    died = false;
                    held[position] = true;
                    report.pass(&step.claim);
                    step_before = mark;
                    continue;
                }
                Came::Broken(problems) => problems,
                Came::Unanswered(problems) => {
                    unanswered += 1;
                    problems
                }
                Came::Died(when, end) => {
                    died = true;
                    // It may have said why while it still answered the step before.
                    if panic_place(&log).is_none() {
                        log = server.log_since(step_before);
                    }
                    vec![death(&when, end, &log)]
                }
            };
            step_before = mark;
            for (number, problem) in problems.into_iter().enumerate() {
                let finding = self.finding(step, problem, &log);
                if number == 0 {
                    report.fail(finding);
                } else {
                    report.findings.push(finding);
                }
            }
        }
        if unanswered >= UNANSWERED_STEPS {
            report.notes.push(format!(
                "The server left {unanswered} steps without an answer, so the steps after them were not run."
            ));
        }
        self.notes.dedup();
        report.notes.append(&mut self.notes);
        Ok(())
    }

    fn finding(&self, step: &Step, problem: Problem, log: &[String]) -> Finding {
        let explained: Vec<String> = problem
            .explain
            .into_iter()
            .chain(step.explain.words(problem.about).cloned())
            .collect();
        Finding {
            asked: Some(
                self.asked
                    .clone()
                    .unwrap_or_else(|| step.action.asked(&self.values)),
            ),
            expected: Some(problem.expected),
            actual: Some(problem.actual),
            explain: (!explained.is_empty()).then(|| explained.join(" ")),
            repeat: self
                .repeat
                .clone()
                .or_else(|| step.action.repeat(&self.values)),
            location: panic_place(log),
            log: log.to_vec(),
            ..Finding::new(&step.claim)
        }
    }
}

fn death(when: &When, end: End, log: &[String]) -> Problem {
    let when = match when {
        When::BeforeThisStep => "before this step",
        When::AtThisStep => "at this step",
    };
    Problem {
        about: About::Else,
        expected: "the server answers and goes on running".into(),
        actual: format!("the server ended {when}: {}", how(end)),
        explain: Some(explain_end(log).unwrap_or_else(|| {
            "A server goes on after each answer. Look for the way by which `main` ends.".into()
        })),
    }
}
