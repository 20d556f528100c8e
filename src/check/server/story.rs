//! Puts the steps to a running server, in order, and writes down what held. It starts and stops nothing.

use super::{
    escape::{seconds, show},
    expect::{Closes, Problem},
    last_words::{explain_end, how, panic_place},
    launch::Server,
    steps::{Step, Story},
    template::Values,
    wire::{self, Ending, Exchange, Received, Until},
};
use crate::{
    check::{Means, Stage},
    error::Result,
    outcome::{Finding, Report},
    process::End,
};
use std::time::{Duration, Instant};

/// When a step fails: how long its last words, or the server's end, may take to become known.
const AFTERMATH: Duration = Duration::from_millis(30);

/// The same when the connection was cut, which a dying server does before it is gone.
const LONG_AFTERMATH: Duration = Duration::from_millis(500);

/// After so many steps without an answer the others would only cost the learner's time.
const UNANSWERED_STEPS: usize = 2;

/// One telling of a story.
pub(super) struct Telling<'a> {
    pub(super) story: &'a Story,
    pub(super) values: Values,
    /// How long one step may take.
    pub(super) step_limit: Duration,
    pub(super) means: Means<'a>,
}

/// What came of one step.
enum Came {
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
enum When {
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
            if died || unanswered >= UNANSWERED_STEPS || !ready {
                report.not_run(&step.claim);
                continue;
            }
            let mark = server.mark();
            let came = self.step(step, server)?;
            let mut log = server.log_since(mark);
            let problems = match came {
                Came::Expected => {
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
        Ok(())
    }

    fn step(&mut self, step: &Step, server: &mut Server) -> Result<Came> {
        let received = match server.connection(self.step_limit) {
            Ok(stream) => wire::exchange(
                stream,
                &Exchange {
                    bytes: &step.action.bytes(&self.values, server.port()),
                    asked: step.action.asked_for(&self.values),
                    deadline: Instant::now() + self.step_limit,
                    until: match step.expect.closes {
                        Closes::Must => Until::Closed,
                        Closes::Maybe => Until::Answered,
                    },
                    cancel: self.means.cancel,
                },
            )?,
            Err(error) => {
                if let Some(end) = server.ends_within(LONG_AFTERMATH, self.means.cancel)? {
                    return Ok(Came::Died(When::BeforeThisStep, end));
                }
                return Ok(Came::Unanswered(vec![Problem {
                    expected: "the server accepts a connection".into(),
                    actual: format!("no connection: {error}"),
                    explain: Some("The server runs, but it has stopped listening. Keep the listener for as long as it runs.".into()),
                }]));
            }
        };
        let came = self.judge(step, &received);
        if matches!(came, Came::Expected) {
            return Ok(came);
        }
        // A step that failed may have ended the server; its last words may be on their way.
        let aftermath = if received.bytes.is_empty() && received.ending == Ending::Closed {
            LONG_AFTERMATH
        } else {
            AFTERMATH
        };
        let end = server.ends_within(aftermath, self.means.cancel)?;
        Ok(end.map_or(came, |end| Came::Died(When::AtThisStep, end)))
    }

    fn judge(&mut self, step: &Step, received: &Received) -> Came {
        if received.bytes.is_empty() {
            return self.no_answer(received.ending);
        }
        let asked = step.action.asked_for(&self.values);
        let (mut problems, message) = step.expect.judge(received, asked, &self.values);
        if problems.is_empty()
            && let Some(message) = message
        {
            for (name, capture) in &step.captures {
                match capture.take(&message) {
                    Some(value) => self.values.capture(name, value),
                    None => problems.push(Problem {
                        expected: capture.expected(),
                        actual: show(&received.bytes),
                        explain: None,
                    }),
                }
            }
        }
        match (problems.is_empty(), received.ending) {
            (true, _) => Came::Expected,
            (false, Ending::Deadline) => Came::Unanswered(problems),
            (false, _) => Came::Broken(problems),
        }
    }

    fn no_answer(&self, ending: Ending) -> Came {
        let problem = |actual: String, explain: &str| {
            vec![Problem {
                expected: "an answer".into(),
                actual,
                explain: Some(explain.into()),
            }]
        };
        match ending {
            Ending::Deadline | Ending::StillOpen | Ending::TooLong => Came::Unanswered(problem(
                format!(
                    "nothing for {}, which is the limit of one step; the connection stayed open",
                    seconds(self.step_limit)
                ),
                "The server accepted the connection and never answered. It may be waiting for bytes that the client does \
                 not send, or for something else: look for the line where it waits.",
            )),
            Ending::Closed => Came::Broken(problem(
                "the connection was closed without a single byte".into(),
                "A client cannot tell this from a broken network. Every request deserves an answer, even when it is an error.",
            )),
        }
    }

    fn finding(&self, step: &Step, problem: Problem, log: &[String]) -> Finding {
        let explained: Vec<String> = problem
            .explain
            .into_iter()
            .chain(step.explain.clone())
            .collect();
        Finding {
            asked: Some(step.action.asked(&self.values)),
            expected: Some(problem.expected),
            actual: Some(problem.actual),
            explain: (!explained.is_empty()).then(|| explained.join(" ")),
            repeat: Some(step.action.repeat(&self.values)),
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
        expected: "the server answers and goes on running".into(),
        actual: format!("the server ended {when}: {}", how(end)),
        explain: Some(explain_end(log).unwrap_or_else(|| {
            "A server goes on after each answer. Look for the way by which `main` ends.".into()
        })),
    }
}
