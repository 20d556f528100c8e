//! What one step does to the server and what comes of it. The order of the steps, and how a failure is told, are for
//! [`super::story`].

use super::{
    action::{Action, asked_for},
    client::{Ask, Told},
    converse::{self, Held, Party, Trouble},
    escape::{seconds, show},
    expect::{About, Closes, Problem},
    group, json,
    launch::Server,
    message::{Asked, Message},
    pieces,
    steps::Step,
    story::{Came, Telling, When},
    talk::Talk,
    template::Values,
    wire::{self, Ending, Exchange, Received, Until},
};
use crate::error::Result;
use std::time::{Duration, Instant};

/// When a step fails: how long its last words, or the server's end, may take to become known.
pub(super) const AFTERMATH: Duration = Duration::from_millis(30);

/// The same when the connection was cut, which a dying server does before it is gone.
const LONG_AFTERMATH: Duration = Duration::from_millis(500);

impl Telling<'_> {
    /// A step's action, once or for each of its inputs, then a look at what the server has left behind.
    pub(super) fn take(&mut self, position: usize, server: &mut Server) -> Result<Came> {
        let story = self.story;
        let step = &story.steps[position];
        let came = match &step.meanwhile {
            None => self.inputs(step, server)?,
            Some(others) => {
                let values = self.values.clone();
                let party = Party {
                    port: server.port(),
                    values: &values,
                    limit: self.step_limit,
                    cancel: self.means.cancel,
                };
                // The first connection belongs to nobody here, and a server must not wait for it.
                drop(server.first_connection());
                let (came, over) = group::meanwhile(others, &party, || self.inputs(step, server))?;
                match came {
                    Came::Expected if over > 0 => {
                        Came::Broken(vec![group::too_late(over, others.clients)])
                    }
                    came => came,
                }
            }
        };
        if !matches!(came, Came::Expected) {
            return Ok(came);
        }
        let problems = self.afterwards(step, server)?;
        Ok(if problems.is_empty() {
            Came::Expected
        } else {
            Came::Broken(problems)
        })
    }

    fn inputs(&mut self, step: &Step, server: &mut Server) -> Result<Came> {
        for (number, input) in step.each.iter().enumerate() {
            for (name, value) in input {
                self.values.capture(name, value.fill(&self.values.clone()));
            }
            (self.asked, self.repeat) = (None, None);
            let came = self.act(step, server)?;
            if !matches!(came, Came::Expected) {
                let asked = self.asked.take();
                let asked = asked.unwrap_or_else(|| step.action.asked(&self.values));
                self.asked = Some(format!(
                    "{asked} (input {} of {})",
                    number + 1,
                    step.each.len()
                ));
                return Ok(came);
            }
        }
        if step.each.is_empty() {
            return self.act(step, server);
        }
        Ok(Came::Expected)
    }

    fn act(&mut self, step: &Step, server: &mut Server) -> Result<Came> {
        let action = match &step.action {
            Action::Webhook(webhook) => {
                let send = webhook.signed(&self.values, &self.peers.webhook_secret);
                self.repeat = Some(send.curl(&self.values));
                Action::Send(send)
            }
            action => action.clone(),
        };
        if let Some(clients) = step.parallel {
            return self.together(clients, step, &action, server);
        }
        match &action {
            Action::Send(send) => {
                if let Some(browser) = &step.browser {
                    return self.browse(step, browser, send, server);
                }
                if let Some(through) = &step.through {
                    return self.through_cache(step, through, send, server);
                }
                let bytes = send.bytes(&self.values, server.port());
                self.exchange(step, &bytes, send.asked_for(&self.values), server)
            }
            Action::Ask(ask) => self.ask(step, ask, server),
            Action::Raw(pieces) => {
                let bytes = pieces::join(pieces, &self.values);
                self.exchange(step, &bytes, asked_for(&bytes), server)
            }
            Action::Talk(talk) => self.talk(step, talk, server),
            Action::Life(life) => self.life(step, *life, server),
            Action::Webhook(_) | Action::Look => Ok(Came::Expected),
        }
    }

    /// One request on a connection of its own, and a look at the answer.
    fn exchange(
        &mut self,
        step: &Step,
        bytes: &[u8],
        asked: Asked,
        server: &mut Server,
    ) -> Result<Came> {
        match self.transfer(bytes, asked, step, server)? {
            Ok(received) => self.judged(step, asked, &received, server),
            Err(came) => Ok(came),
        }
    }

    /// One request on a connection of its own; what came, or why nothing could.
    pub(super) fn transfer(
        &self,
        bytes: &[u8],
        asked: Asked,
        step: &Step,
        server: &mut Server,
    ) -> Result<std::result::Result<Received, Came>> {
        let error = match server.connection(self.step_limit) {
            Ok(stream) => {
                let exchange = Exchange {
                    bytes,
                    asked,
                    deadline: Instant::now() + self.step_limit,
                    until: match step.expect.closes {
                        Closes::Must => Until::Closed,
                        Closes::Maybe => Until::Answered,
                    },
                    cancel: self.means.cancel,
                };
                return wire::exchange(stream, &exchange).map(Ok);
            }
            Err(error) => error,
        };
        if let Some(end) = server.ends_within(LONG_AFTERMATH, self.means.cancel)? {
            return Ok(Err(Came::Died(When::BeforeThisStep, end)));
        }
        Ok(Err(Came::Unanswered(vec![Problem {
            about: About::Else,
            expected: "the server accepts a connection".into(),
            actual: format!("no connection: {error}"),
            explain: Some("The server runs, but it has stopped listening. Keep the listener for as long as it runs.".into()),
        }])))
    }

    /// What came, judged by what the step expects of the answer.
    pub(super) fn judged(
        &mut self,
        step: &Step,
        asked: Asked,
        received: &Received,
        server: &mut Server,
    ) -> Result<Came> {
        let came = self.judge(step, asked, received);
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

    fn ask(&mut self, step: &Step, ask: &Ask, server: &mut Server) -> Result<Came> {
        // A client like this opens its own connection; a server must not wait for the one that nobody uses.
        drop(server.first_connection());
        let (limit, cancel) = (self.step_limit, self.means.cancel);
        let told = ask.ask(&self.values, &mut self.jars, server.port(), limit, cancel)?;
        let came = match told {
            Told::Answer(message) => {
                let cookies = ask.cookies(&self.jars, server.port());
                let leak = self.peers.leak(&message, &cookies);
                leak.map_or_else(
                    || self.judged_message(step, &message),
                    |leak| Came::Broken(vec![leak]),
                )
            }
            Told::Silence => self.no_answer(Ending::Deadline),
            Told::Trouble(problem) => Came::Broken(vec![problem]),
        };
        if matches!(came, Came::Expected) {
            return Ok(came);
        }
        let end = server.ends_within(LONG_AFTERMATH, cancel)?;
        Ok(end.map_or(came, |end| Came::Died(When::AtThisStep, end)))
    }

    /// What an answer says, judged; how it came over the wire is not looked at.
    pub(super) fn judged_message(&mut self, step: &Step, message: &Message) -> Came {
        let mut problems = step.expect.judge_message(message, &self.values);
        if problems.is_empty() {
            problems = self.capture(step, message, &message.body);
            self.remember(step, message, &mut problems);
        }
        expected_or(problems)
    }

    /// Keeps the answer for steps that ask for the same one; compares it with an earlier one.
    fn remember(&mut self, step: &Step, message: &Message, problems: &mut Vec<Problem>) {
        if let Some(earlier) = step.same_as.and_then(|earlier| self.answers.get(&earlier)) {
            let claim = &self.story.steps[step.same_as.unwrap_or_default()].claim;
            problems.extend(same_answer(claim, earlier, message));
        }
        let position = self
            .story
            .steps
            .iter()
            .position(|known| known.claim == step.claim);
        let asked_for = |position: &usize| {
            let later = self.story.steps.iter();
            later
                .map(|step| step.same_as)
                .any(|same| same == Some(*position))
        };
        if let Some(position) = position.filter(asked_for) {
            self.answers.insert(position, message.clone());
        }
    }

    fn talk(&mut self, step: &Step, talk: &Talk, server: &mut Server) -> Result<Came> {
        let mut first = server.first_connection();
        let values = self.values.clone();
        let party = self.party(&values, server);
        let held = converse::hold(talk, &mut self.lines, &mut first, &party)?;
        match held {
            Held::Well(answers) => {
                let problems = match answers.last() {
                    Some(last) => {
                        let mut problems = self.capture(step, last, &last.body);
                        self.remember(step, last, &mut problems);
                        problems
                    }
                    None => Vec::new(),
                };
                Ok(expected_or(problems))
            }
            Held::Broken(number, trouble) => {
                self.asked = Some(talk.asked(number, &self.values));
                self.trouble(trouble, server)
            }
        }
    }

    /// The same talk by many at once.
    fn together(
        &mut self,
        clients: usize,
        step: &Step,
        action: &Action,
        server: &mut Server,
    ) -> Result<Came> {
        let Some(talk) = step.as_talk(action) else {
            return Ok(Came::Expected);
        };
        let first = server.first_connection();
        let values = self.values.clone();
        let party = self.party(&values, server);
        let (came, took) = group::at_once(clients, &talk, first, &party)?;
        match came {
            group::Came::Well(answers) => Ok(expected_or(group::judge(
                &step.together,
                &answers,
                &step.captures,
                &took,
            ))),
            group::Came::Broken(number, position, trouble, troubled) => {
                let asked = match &step.action {
                    Action::Talk(talk) => talk.asked(position, &self.values),
                    action => action.asked(&self.values),
                };
                self.asked = Some(format!(
                    "{asked} (client {number} of {clients}; {troubled} of them had trouble)"
                ));
                self.trouble(trouble, server)
            }
        }
    }

    fn party<'p>(&self, values: &'p Values, server: &Server) -> Party<'p>
    where
        Self: 'p,
    {
        Party {
            port: server.port(),
            values,
            limit: self.step_limit,
            cancel: self.means.cancel,
        }
    }

    /// What trouble in a talk means: the server may have ended.
    fn trouble(&self, trouble: Trouble, server: &mut Server) -> Result<Came> {
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
            problems.extend(self.peers.leak(&message, ""));
            problems.extend(self.capture(step, &message, &received.bytes));
            self.remember(step, &message, &mut problems);
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
}

/// What differs between two answers that have to be the same; JSON is the same whatever the order of its fields.
fn same_answer(claim: &str, earlier: &Message, now: &Message) -> Option<Problem> {
    let as_json = |message: &Message| serde_json::from_slice(&message.body).ok();
    let same_body = earlier.body == now.body
        || match (as_json(earlier), as_json(now)) {
            (Some(a), Some(b)) => json::same(&a, &b),
            _ => false,
        };
    if earlier.status == now.status && same_body {
        return None;
    }
    let told =
        |message: &Message| format!("status {}, body {}", message.status, show(&message.body));
    Some(Problem {
        about: About::Body,
        expected: format!("the same answer as at “{claim}”: {}", told(earlier)),
        actual: told(now),
        explain: None,
    })
}

fn expected_or(problems: Vec<Problem>) -> Came {
    if problems.is_empty() {
        Came::Expected
    } else {
        Came::Broken(problems)
    }
}
