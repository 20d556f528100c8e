//! Puts the steps to a running server, in order, and writes down what held. It starts and stops nothing.

use super::{
    action::{Action, Life},
    browser::cookies,
    cache::Cache,
    client::Jars,
    converse::Lines,
    expect::{About, Problem},
    instances::{self, To},
    last_words::{explain_end, how, is_unwritten, panic_place, true_end},
    launch::{Launch, Mark, Server},
    message::Message,
    peers::Peers,
    step::Step,
    steps::Story,
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

/// When a step fails: how long its last words, or the server's end, may take to become known.
pub(super) const AFTERMATH: Duration = Duration::from_millis(30);

/// One telling of a story.
pub(super) struct Telling<'a> {
    pub(super) story: &'a Story,
    pub(super) values: Values,
    /// How long one step may take.
    pub(super) step_limit: Duration,
    /// The directory in which the server runs.
    pub(super) dir: &'a Path,
    /// How many checks come before these, in earlier stages.
    pub(super) before: usize,
    /// How many checks there are in all, with those of a check program.
    pub(super) total: usize,
    /// The instance that is spoken to, by its position.
    pub(super) at: usize,
    /// The connections that steps have left open, for each instance.
    pub(super) lines: Vec<Lines>,
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

/// Whether the server can still be asked after the steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goes {
    On,
    /// It has ended, or does not answer.
    Lost,
}

/// When the server ended, as far as the one who asks can tell.
pub(super) enum When {
    /// It took no connection any more.
    BeforeThisStep,
    /// It took the connection.
    AtThisStep,
}

impl Telling<'_> {
    /// Puts every step to the instances of the server.
    ///
    /// # Errors
    /// [`crate::error::Error::Cancelled`], or what the system refuses.
    pub(super) fn tell(&mut self, servers: &mut [Server], report: &mut Report) -> Result<Goes> {
        let total = self.total;
        let mut held = vec![false; self.story.steps.len()];
        let mut died = vec![false; servers.len()];
        let mut unanswered = 0;
        let mut step_before = marks(servers);
        for (position, step) in self.story.steps.iter().enumerate() {
            (self.means.on_stage)(Stage::Checking {
                done: self.before + position,
                total,
            });
            let ready = step.needs.iter().all(|&need| held[need]);
            // A restart brings a dead server back.
            let restarts = matches!(step.action, Action::Life(Life::Restart(_)));
            let lost = !restarts && step.to.of(&mut died).contains(&true);
            if lost || unanswered >= UNANSWERED_STEPS || !ready {
                report.not_run(&step.claim);
                continue;
            }
            let mark = marks(servers);
            (self.asked, self.repeat) = (None, None);
            self.at = step.to.positions(servers.len()).start;
            let came = self.step(position, servers)?;
            let mut log = self.log(step, servers, &mark);
            let problems = match came {
                Came::Expected => {
                    step.to.of(&mut died).fill(false);
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
                    for (died, server) in step.to.of(&mut died).iter_mut().zip(step.to.of(servers))
                    {
                        *died |= server.has_ended();
                    }
                    // It may have said why while it still answered the step before.
                    if panic_place(&log).is_none() {
                        log = self.log(step, servers, &step_before);
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
        Ok(
            match died.contains(&true) || unanswered >= UNANSWERED_STEPS {
                true => Goes::Lost,
                false => Goes::On,
            },
        )
    }

    /// What was printed by those whom the step is about, since then.
    fn log(&self, step: &Step, servers: &[Server], since: &[Mark]) -> Vec<String> {
        let positions = match step.turns(servers.len()).len() {
            // One after the other: the last one is what matters.
            2.. => self.at..self.at + 1,
            _ => step.to.positions(servers.len()),
        };
        let both = servers.iter().zip(since);
        both.skip(positions.start)
            .take(positions.len())
            .flat_map(|(server, mark)| server.log_since(*mark))
            .collect()
    }

    /// Which instance was asked, where there are several.
    fn place(&self, step: &Step) -> String {
        if self.story.instances == 1 || matches!(step.action, Action::Services(_) | Action::Look) {
            return String::new();
        }
        match step.to {
            To::All if step.parallel.is_some() => ", at all instances in turn".into(),
            _ => format!(", at {}", instances::named(self.at)),
        }
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
                    .unwrap_or_else(|| step.asked(&self.values))
                    + &self.place(step),
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

fn marks(servers: &[Server]) -> Vec<Mark> {
    servers.iter().map(Server::mark).collect()
}

pub(super) fn death(when: &When, end: End, log: &[String]) -> Problem {
    let when = match when {
        When::BeforeThisStep => "before this step",
        When::AtThisStep => "at this step",
    };
    let end = true_end(end, log);
    Problem {
        about: if is_unwritten(log) {
            About::Unwritten
        } else {
            About::Else
        },
        expected: "the server answers and goes on running".into(),
        actual: format!("the server ended {when}: {}", how(end)),
        explain: Some(explain_end(end, log).unwrap_or_else(|| {
            "A server goes on after each answer. Look for the way by which the program ends; its last words are in the log.".into()
        })),
    }
}
