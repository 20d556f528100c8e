//! Puts the steps to a running server, in order, and writes down what held. It starts and stops nothing.

use super::{
    action::{Action, asked_for},
    converse::{self, Held, Lines, Party, Trouble},
    escape::{seconds, show},
    expect::{About, Closes, Problem},
    last_words::{explain_end, how, panic_place},
    launch::Server,
    layout,
    message::{Asked, Message},
    peers::Peers,
    pieces,
    steps::{Step, Story},
    talk::Talk,
    template::Values,
    wire::{self, Ending, Exchange, Received, Until},
};
use crate::{
    check::{Means, Stage},
    error::Result,
    outcome::{Finding, Report},
    process::End,
};
use std::{
    path::Path,
    time::{Duration, Instant},
};

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
    /// The directory in which the server runs.
    pub(super) dir: &'a Path,
    /// The connections that steps have left open.
    pub(super) lines: Lines,
    /// How far the step in question came, if it says more than the step itself.
    pub(super) asked: Option<String>,
    /// The other sides.
    pub(super) peers: &'a Peers,
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
            self.asked = None;
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
        let before = self.peers.before();
        let mut came = self.act(step, server)?;
        if matches!(came, Came::Expected) {
            let problems = self
                .peers
                .judge(before, step.upstream.as_ref(), step.dns.as_ref());
            if !problems.is_empty() {
                let end = server.ends_within(AFTERMATH, self.means.cancel)?;
                came = end.map_or(Came::Broken(problems), |end| {
                    Came::Died(When::AtThisStep, end)
                });
            }
        }
        if let Came::Broken(problems) | Came::Unanswered(problems) = &mut came
            && let (Some(first), Some(complaint)) =
                (problems.first_mut(), self.peers.complaints(before))
        {
            first.explain = Some(complaint);
        }
        Ok(came)
    }

    fn act(&mut self, step: &Step, server: &mut Server) -> Result<Came> {
        let mut came = match &step.action {
            Action::Send(send) => {
                let bytes = send.bytes(&self.values, server.port());
                self.exchange(step, &bytes, send.asked_for(&self.values), server)?
            }
            Action::Raw(pieces) => {
                let bytes = pieces::join(pieces, &self.values);
                self.exchange(step, &bytes, asked_for(&bytes), server)?
            }
            Action::Talk(talk) => self.talk(step, talk, server)?,
        };
        if matches!(came, Came::Expected) {
            let files = self.files(step)?;
            if !files.is_empty() {
                came = Came::Broken(files);
            }
        }
        Ok(came)
    }

    /// One request on a connection of its own.
    fn exchange(
        &mut self,
        step: &Step,
        bytes: &[u8],
        asked: Asked,
        server: &mut Server,
    ) -> Result<Came> {
        let received = match server.connection(self.step_limit) {
            Ok(stream) => wire::exchange(
                stream,
                &Exchange {
                    bytes,
                    asked,
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
                    about: About::Else,
                    expected: "the server accepts a connection".into(),
                    actual: format!("no connection: {error}"),
                    explain: Some("The server runs, but it has stopped listening. Keep the listener for as long as it runs.".into()),
                }]));
            }
        };
        let came = self.judge(step, asked, &received);
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

    fn talk(&mut self, step: &Step, talk: &Talk, server: &mut Server) -> Result<Came> {
        let mut first = server.first_connection();
        let party = Party {
            port: server.port(),
            values: &self.values,
            limit: self.step_limit,
            cancel: self.means.cancel,
        };
        let (number, trouble) = match converse::hold(talk, &mut self.lines, &mut first, &party)? {
            Held::Well(answers) => {
                let problems = match answers.last() {
                    Some(last) => self.capture(step, last, &last.body.clone()),
                    None => Vec::new(),
                };
                return Ok(if problems.is_empty() {
                    Came::Expected
                } else {
                    Came::Broken(problems)
                });
            }
            Held::Broken(number, trouble) => (number, trouble),
        };
        self.asked = Some(talk.asked(number, &self.values));
        let aftermath = match trouble {
            Trouble::Cut(_) => LONG_AFTERMATH,
            Trouble::Other(_) | Trouble::Silence(_) => AFTERMATH,
        };
        if let Some(end) = server.ends_within(aftermath, self.means.cancel)? {
            return Ok(Came::Died(When::AtThisStep, end));
        }
        Ok(match trouble {
            Trouble::Other(problems) => Came::Broken(problems),
            Trouble::Cut(problem) => Came::Broken(vec![problem]),
            Trouble::Silence(problem) => Came::Unanswered(vec![problem]),
        })
    }

    fn files(&self, step: &Step) -> Result<Vec<Problem>> {
        let mut problems = Vec::new();
        for (path, matcher) in &step.expect.files {
            problems.extend(layout::judge(path, matcher, self.dir, &self.values)?);
        }
        Ok(problems)
    }

    /// Keeps what later steps use; gives what was not there.
    fn capture(&mut self, step: &Step, message: &Message, came: &[u8]) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (name, capture) in &step.captures {
            match capture.take(message) {
                Some(value) => self.values.capture(name, value),
                None => problems.push(Problem {
                    about: About::Else,
                    expected: capture.expected(),
                    actual: show(came),
                    explain: None,
                }),
            }
        }
        problems
    }

    fn judge(&mut self, step: &Step, asked: Asked, received: &Received) -> Came {
        if received.bytes.is_empty() {
            return self.no_answer(received.ending);
        }
        let (mut problems, message) = step.expect.judge(received, asked, &self.values);
        if problems.is_empty()
            && let Some(message) = message
        {
            problems.extend(self.capture(step, &message, &received.bytes));
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
                about: About::Else,
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
            repeat: step.action.repeat(&self.values),
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
