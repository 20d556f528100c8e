//! The actions of a step that are exchanges with the server: a request, raw bytes, a whole client, a talk, a group. What is kept
//! of an answer is for [`super::keep`].

use super::{
    action::Action,
    client::{Ask, Told},
    converse::{self, Held, Party, Trouble},
    escape::seconds,
    expect::{About, Closes, Problem},
    group,
    launch::Server,
    message::{Asked, Message},
    step::Step,
    story::{AFTERMATH, Came, Telling, When},
    talk::Talk,
    template::Values,
    wire::{self, Ending, Exchange, Received, Until},
    write_lock,
};
use crate::error::Result;
use std::time::{Duration, Instant};

/// As [`AFTERMATH`] when the connection was cut, which a dying server does before it is gone.
const LONG_AFTERMATH: Duration = Duration::from_millis(500);

impl Telling<'_> {
    /// One request on a connection of its own, and a look at the answer.
    pub(super) fn exchange(
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

    pub(super) fn ask(&mut self, step: &Step, ask: &Ask, server: &mut Server) -> Result<Came> {
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

    pub(super) fn talk(&mut self, step: &Step, talk: &Talk, server: &mut Server) -> Result<Came> {
        let mut first = server.first_connection();
        let values = self.values.clone();
        let party = self.party(&values, server);
        let held = converse::hold(talk, &mut self.lines[self.at], &mut first, &party)?;
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
    pub(super) fn together(
        &mut self,
        clients: usize,
        step: &Step,
        action: &Action,
        servers: &mut [Server],
    ) -> Result<Came> {
        let Some(talk) = step.as_talk(action) else {
            return Ok(Came::Expected);
        };
        let servers = step.to.of(servers);
        let doors = servers
            .iter_mut()
            .map(|server| (server.port(), server.first_connection()))
            .collect();
        let values = self.values.clone();
        let party = self.party(&values, &servers[0]);
        let groups: Vec<u32> = servers.iter().map(Server::group).collect();
        let ask = || group::at_once(clients, &talk, doors, &party);
        let (came, took) = match &step.together.write_lock {
            Some(file) => write_lock::held(&self.dir.join(file), &groups, ask)?,
            None => ask()?,
        };
        match came {
            group::Came::Well(answers) => {
                // What the group is told as a whole, it is told by the words of its first client.
                self.values.capture(group::NUMBER, 1.to_string());
                let asked = step.action.asked(&self.values);
                self.asked = Some(format!("{asked} (the first of {clients} clients at once)"));
                let (all, kept) = (&step.together, &step.captures);
                Ok(expected_or(group::judge(all, &answers, kept, &took)))
            }
            group::Came::Broken(number, position, trouble, troubled) => {
                self.values.capture(group::NUMBER, number.to_string());
                let asked = match &step.action {
                    Action::Talk(talk) => talk.asked(position, &self.values),
                    action => action.asked(&self.values),
                };
                self.asked = Some(format!(
                    "{asked} (client {number} of {clients}; {troubled} of them had trouble)"
                ));
                // Its own instance may be the one that has ended.
                let server = (number - 1) % servers.len();
                self.trouble(trouble, &mut servers[server])
            }
        }
    }

    pub(super) fn party<'p>(&self, values: &'p Values, server: &Server) -> Party<'p>
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

fn expected_or(problems: Vec<Problem>) -> Came {
    if problems.is_empty() {
        Came::Expected
    } else {
        Came::Broken(problems)
    }
}
