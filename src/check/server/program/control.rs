//! What a check program may ask the runner for while it runs: a new start of the server, a signal, what arrived at the upstream, a
//! service that goes away. Each is asked for over HTTP and answered by the thread that owns the server.
//!
//! An answer is 200 with what was asked for; 409 with two lines, what was expected of the learner's server and what came; 400 if the
//! check program itself is wrong.

use super::super::{
    escape::seconds,
    last_words::how,
    launch::{self, Server},
    measure::Measure,
    random,
    services::Turn,
    story::Telling,
    template::Template,
};
use crate::{course::Need, error::Result, peers::Desk, process::Signal};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// The runner's end of the desk.
pub(super) struct Calls {
    desk: Desk,
    calls: Receiver<Call>,
}

/// One question of the check program.
struct Call {
    path: String,
    reply: Sender<Answer>,
}

/// A status and a text.
type Answer = (u16, String);

/// What check programs have done to the instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It has to run.
    Runs,
    /// It was told to end, so its end is no fault of its own.
    ToldToEnd,
}

impl Calls {
    pub(super) fn open() -> Result<Self> {
        let (ask, calls) = channel();
        let desk = Desk::open(move |path| {
            let (reply, answer) = channel();
            let path = path.to_owned();
            let asked = ask.send(Call { path, reply });
            let answer = asked.ok().and_then(|()| answer.recv().ok());
            answer.unwrap_or_else(|| (503, "the run is over".into()))
        })?;
        Ok(Self { desk, calls })
    }

    /// Its address, with the secret.
    pub(super) fn url(&self) -> String {
        self.desk.url()
    }

    /// Waits this long for a question, and lets `answer` answer it. Gives what the check program did wrong with it, if it did.
    pub(super) fn answer_one(
        &self,
        within: Duration,
        answer: impl FnOnce(&str) -> Result<Answer>,
    ) -> Result<Option<String>> {
        let call = match self.calls.recv_timeout(within) {
            Ok(call) => call,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return Ok(None),
        };
        let (status, text) = answer(&call.path)?;
        let wrong = (status == 400).then(|| text.clone());
        // It may have ended meanwhile.
        let _ = call.reply.send((status, text));
        Ok(wrong)
    }
}

impl Telling<'_> {
    /// Does what a check program asks for.
    pub(super) fn control(
        &self,
        path: &str,
        servers: &mut [Server],
        fates: &mut [Fate],
    ) -> Result<Answer> {
        let words: Vec<&str> = path.split('/').collect();
        let done = |text: &str| Ok((200, text.to_owned()));
        match words.as_slice() {
            ["upstream"] => done(&self.peers.arrived_lines()),
            ["upstream", "open"] => {
                self.peers.open();
                done("")
            }
            ["random", name] => {
                let name = format!("random.{name}");
                if random::draw(&name, 0).is_none() {
                    let known = random::KINDS.join(", ");
                    return wrong(format!("nothing is called {name}; known are {known}"));
                }
                done(&Template::new(&format!("${{{name}}}")).fill(&self.values))
            }
            ["service", name, turn] => self.turn(name, turn),
            ["server", number, rest @ ..] => {
                let number = number.parse().unwrap_or(usize::MAX);
                let (Some(server), Some(fate)) = (servers.get_mut(number), fates.get_mut(number))
                else {
                    return wrong(format!("there is no instance {number}"));
                };
                self.server(rest, server, fate)
            }
            _ => wrong(format!("nobody knows what {path} is")),
        }
    }

    fn turn(&self, name: &str, turn: &str) -> Result<Answer> {
        let need = Need::ALL.iter().find(|(known, _)| *known == name);
        let turn = match turn {
            "stop" => Some(Turn::Stop),
            "start" => Some(Turn::Start),
            _ => None,
        };
        let (Some((_, need)), Some(turn)) = (need, turn) else {
            return wrong(format!("{name} is no service that can do this"));
        };
        if !self.story.stopped.contains(need) {
            return wrong(format!(
                "this exercise has no {name}: add needs = [\"{name}\"] to its entry in info.toml"
            ));
        }
        self.peers.services().turn(*need, turn)?;
        Ok((200, String::new()))
    }

    fn server(&self, words: &[&str], server: &mut Server, fate: &mut Fate) -> Result<Answer> {
        let signal = |name: &str| {
            let known = Signal::ALL.iter().find(|(known, _)| *known == name);
            known.map(|(_, signal)| *signal)
        };
        match words {
            ["signal", name] => {
                let Some(signal) = signal(name) else {
                    return wrong(format!("{name} is no signal"));
                };
                *fate = Fate::ToldToEnd;
                server.signal(signal);
                Ok((200, String::new()))
            }
            ["restart", name] => {
                let Some(signal) = signal(name) else {
                    return wrong(format!("{name} is no signal"));
                };
                server.signal(signal);
                let ended = server.ends_within(self.step_limit, self.means.cancel)?;
                if ended.is_none() {
                    return self.still_runs(&format!("the program ends after SIG{name}"));
                }
                match launch::launch(self.launch, self.means.cancel)? {
                    Ok(again) => {
                        *server = again;
                        // A server for one client at a time must not wait for ours.
                        drop(server.first_connection());
                        *fate = Fate::Runs;
                        Ok((200, server.port().to_string()))
                    }
                    Err(finding) => Ok((
                        409,
                        [finding.expected, finding.actual]
                            .map(Option::unwrap_or_default)
                            .join("\n"),
                    )),
                }
            }
            ["memory"] => {
                let memory = server.measured().get(&Measure::Memory).copied();
                Ok((200, memory.map_or_else(String::new, |mib| mib.to_string())))
            }
            ["end"] => match server.ends_within(self.step_limit, self.means.cancel)? {
                Some(end) => Ok((200, how(end))),
                None => self.still_runs("the program ends"),
            },
            _ => wrong(format!("nobody knows what {} is", words.join("/"))),
        }
    }

    fn still_runs(&self, expected: &str) -> Result<Answer> {
        let got = format!(
            "it was still running after {}, the limit of one step",
            seconds(self.step_limit)
        );
        Ok((409, format!("{expected}\n{got}")))
    }
}

fn wrong(what: String) -> Result<Answer> {
    Ok((400, what))
}
