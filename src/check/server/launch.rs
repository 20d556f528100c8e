//! Starts the learner's server on a free port and waits until it listens; stops it with all that it started. It sends no requests.

use super::{
    escape::seconds,
    last_words::{explain_end, how, last_lines, panic_place, true_end},
    measure::{self, Measured},
    ports::{self, Listens},
    wire,
};
use crate::{
    error::{Error, Result},
    outcome::{Finding, Output},
    process::{self, Cancel, End, Program, Running, Signal},
};
use std::{
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::Path,
    time::{Duration, Instant},
};

/// The claim that the server does what every server must do first.
pub(super) const LISTENS: &str = "the server listens on $PORT";

/// How long a server has to end by itself when it is asked to.
const GRACE: Duration = Duration::from_millis(300);

/// A server that has opened another port, and not ours, for so long will not open ours any more.
const WRONG_PORT_AFTER: Duration = Duration::from_secs(1);

/// How long a program that shows nothing of itself may take to be gone, if it is dying.
const DIES_WITHIN: Duration = Duration::from_millis(30);

/// Between two looks whether the server listens.
const LOOK_AGAIN: Duration = Duration::from_millis(3);

/// How many free ports to try when a stranger was faster.
const PORTS_TO_TRY: usize = 3;

/// What to start, and how.
pub(super) struct Launch<'a> {
    /// The learner's program.
    pub(super) program: Program,
    /// Where it starts.
    pub(super) dir: &'a Path,
    /// Its environment besides `PORT`.
    pub(super) env: &'a [(String, String)],
    /// Its port; a free one if it does not matter.
    pub(super) port: Option<u16>,
    /// How long it may take until it listens.
    pub(super) limit: Duration,
    pub(super) language: Language,
}

/// What the program is written in: advice may name what only Rust has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Rust,
    Another,
}

/// A server that listens. Dropping it kills it with all that it started.
pub(super) struct Server {
    running: Running,
    port: u16,
    /// The connection that showed that the server listens. The first step uses it, so that a server never sees a
    /// connection without a request.
    first: Option<TcpStream>,
    language: Language,
}

/// Places in the server's output.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    /// Whose output: a server that was started again has a new one.
    of: u32,
    stdout: u64,
    stderr: u64,
}

/// Starts the server. A finding says why it does not listen.
///
/// # Errors
/// [`Error::Cancelled`]; if no port is free, or the system refuses to start the program.
pub(super) fn launch(
    launch: &Launch<'_>,
    cancel: &Cancel,
) -> Result<std::result::Result<Server, Box<Finding>>> {
    let mut tries = 0;
    loop {
        tries += 1;
        let port = match launch.port {
            Some(port) => port,
            None => process::free_port()?,
        };
        let mut program = launch
            .program
            .clone()
            .dir(launch.dir)
            .env("PORT", port.to_string());
        for (name, value) in launch.env {
            program = program.env(name, value);
        }
        let mut server = Server {
            running: process::spawn(&program)?,
            port,
            first: None,
            language: launch.language,
        };
        let Some(finding) = server.wait_until_ready(launch.limit, cancel)? else {
            return Ok(Ok(server));
        };
        drop(server);
        // Everything of the learner's is gone now: who holds the port is a stranger.
        let taken_by_stranger =
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err() || found_it_taken(&finding.log);
        if !taken_by_stranger || tries == PORTS_TO_TRY || launch.port.is_some() {
            return Ok(Err(Box::new(finding)));
        }
    }
}

/// True if the program said itself that its port was taken; the stranger may be gone again by now.
fn found_it_taken(log: &[String]) -> bool {
    let said = |line: &String| {
        let line = line.to_lowercase();
        line.contains("addrinuse") || line.contains("address already in use")
    };
    log.iter().any(said)
}

impl Server {
    /// Its port.
    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// A connection to it.
    ///
    /// # Errors
    /// If it does not accept one.
    pub(super) fn connection(&mut self, within: Duration) -> std::io::Result<TcpStream> {
        match self.first.take() {
            Some(first) => Ok(first),
            None => wire::connect(self.port, within),
        }
    }

    /// The connection that showed that it listens, if nobody has used it yet.
    pub(super) fn first_connection(&mut self) -> Option<TcpStream> {
        self.first.take()
    }

    /// A place in its output, for [`Server::log_since`].
    pub(super) fn mark(&self) -> Mark {
        Mark {
            of: self.running.id(),
            stdout: self.running.stdout().total(),
            stderr: self.running.stderr().total(),
        }
    }

    /// The last lines that it has printed since.
    pub(super) fn log_since(&self, mark: Mark) -> Vec<String> {
        let mark = if mark.of == self.running.id() {
            mark
        } else {
            self.beginning()
        };
        let printed = [
            self.running.stdout().since(mark.stdout),
            self.running.stderr().since(mark.stderr),
        ];
        last_lines(&printed.concat())
    }

    /// The whole lines that it has printed since; the mark moves behind them.
    pub(super) fn lines_since(&self, mark: &mut Mark) -> Vec<String> {
        let printed = [
            self.running.stdout().lines_since(&mut mark.stdout),
            self.running.stderr().lines_since(&mut mark.stderr),
        ];
        printed.concat().lines().map(str::to_owned).collect()
    }

    fn beginning(&self) -> Mark {
        Mark {
            of: self.running.id(),
            stdout: 0,
            stderr: 0,
        }
    }

    /// The process group of the program and of all that it has started.
    pub(super) fn group(&self) -> u32 {
        self.running.id()
    }

    /// What it costs at this moment, with all that it has started.
    pub(super) fn measured(&self) -> Measured {
        measure::measure(self.running.id())
    }

    /// Sends it a signal.
    pub(super) fn signal(&mut self, signal: Signal) {
        self.running.signal(signal);
    }

    /// True once its program has ended.
    pub(super) fn has_ended(&self) -> bool {
        !self.running.has_not_ended()
    }

    /// How it ended, if it ends within this time.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub(super) fn ends_within(&mut self, time: Duration, cancel: &Cancel) -> Result<Option<End>> {
        match self.running.wait(Some(Instant::now() + time), cancel) {
            End::Deadline => Ok(None),
            End::Cancelled => Err(Error::Cancelled),
            end => {
                // Its last words may still be in the pipe. What it started goes with it.
                self.running.kill();
                self.running.drain();
                Ok(Some(end))
            }
        }
    }

    /// How it ended, if it ends within this time. An end that has begun, or a signal that it has not heard yet, is given until `at_most`.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub(super) fn ends_soon(
        &mut self,
        time: Duration,
        at_most: Duration,
        cancel: &Cancel,
    ) -> Result<Option<End>> {
        let last = Instant::now() + at_most;
        loop {
            let end = self.ends_within(time, cancel)?;
            if end.is_some() || !self.running.is_about_to_end() || Instant::now() >= last {
                return Ok(end);
            }
        }
    }

    /// Asks it to end, then makes sure of it. Gives all that it printed.
    pub(super) fn stop(mut self) -> Output {
        self.first = None;
        self.running.stop(GRACE);
        self.running.drain();
        let (stdout, stderr) = (
            self.running.stdout().output(),
            self.running.stderr().output(),
        );
        Output {
            text: stdout.text + &stderr.text,
            omitted: stdout.omitted + stderr.omitted,
        }
    }

    fn wait_until_ready(&mut self, limit: Duration, cancel: &Cancel) -> Result<Option<Finding>> {
        let started = Instant::now();
        let mut elsewhere_since = None;
        let mut look_for_ports_at = started + WRONG_PORT_AFTER / 4;
        loop {
            if let Some(end) = self.ends_within(Duration::ZERO, cancel)? {
                return Ok(Some(self.ended_early(end)));
            }
            // Whoever listens there may be a stranger's program that was given the same port in the meantime. That is found out
            // before the connection is made: a server with a limit for silent clients counts from there.
            let listens = match ports::may_be_listened_on(self.port) {
                true => ports::listens_on(self.running.id(), self.port),
                false => Listens::No,
            };
            if listens != Listens::No
                && let Ok(stream) = wire::connect(self.port, limit)
            {
                // A program that found its port taken is dying now, and then it was not the one who accepted.
                if listens == Listens::Unknown
                    && let Some(end) = self.ends_within(DIES_WITHIN, cancel)?
                {
                    return Ok(Some(self.ended_early(end)));
                }
                self.first = Some(stream);
                return Ok(None);
            }
            let now = Instant::now();
            let mut elsewhere = Vec::new();
            if now >= look_for_ports_at || now >= started + limit {
                look_for_ports_at = now + WRONG_PORT_AFTER / 4;
                elsewhere = ports::listened_by(self.running.id());
                elsewhere.retain(|&port| port != self.port);
                if elsewhere.is_empty() {
                    elsewhere_since = None;
                } else {
                    let since = *elsewhere_since.get_or_insert(now);
                    if now - since >= WRONG_PORT_AFTER {
                        return Ok(Some(self.listens_elsewhere(&elsewhere)));
                    }
                }
            }
            if now >= started + limit {
                return Ok(Some(if elsewhere.is_empty() {
                    self.never_listened(limit)
                } else {
                    self.listens_elsewhere(&elsewhere)
                }));
            }
            if let Some(end) = self.ends_within(LOOK_AGAIN, cancel)? {
                return Ok(Some(self.ended_early(end)));
            }
        }
    }

    fn finding(&self) -> Finding {
        Finding {
            asked: Some(format!(
                "start the program with PORT={} in its environment",
                self.port
            )),
            expected: Some(format!("it listens on 127.0.0.1:{}", self.port)),
            log: self.log_since(self.beginning()),
            ..Finding::new(LISTENS)
        }
    }

    fn ended_early(&self, end: End) -> Finding {
        let mut finding = self.finding();
        let end = true_end(end, &finding.log);
        finding.actual = Some(format!(
            "the program ended before it listened: {}",
            how(end)
        ));
        finding.location = panic_place(&finding.log);
        finding.explain = Some(explain_end(end, &finding.log).unwrap_or_else(|| {
            "A server runs until it is told to stop: it waits for clients in a loop. Look for the way by which the program ends; its last words are in the log."
                .into()
        }));
        finding
    }

    fn listens_elsewhere(&self, ports: &[u16]) -> Finding {
        let named: Vec<String> = ports.iter().map(u16::to_string).collect();
        let read = match self.language {
            Language::Rust => "Read it with std::env::var(\"PORT\"), and bind to that port.",
            Language::Another => "Read it there, and listen on that port.",
        };
        Finding {
            actual: Some(format!("it listens on port {}", named.join(" and "))),
            explain: Some(format!(
                "The one who starts a server decides its port, and says so in the variable PORT of the environment. {read}"
            )),
            ..self.finding()
        }
    }

    fn never_listened(&self, limit: Duration) -> Finding {
        let listen = match self.language {
            Language::Rust => "Bind TcpListener to",
            Language::Another => "Listen on",
        };
        Finding {
            actual: Some(format!(
                "nobody accepted a connection there for {}; the program is still running",
                seconds(limit)
            )),
            explain: Some(format!(
                "The program does something else before it listens, or it listens on another port or address. {listen} 127.0.0.1 \
                 and the port in the variable PORT before anything that takes long."
            )),
            ..self.finding()
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_on_the_port_is_not_taken_for_the_server() {
        let stranger = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = stranger.local_addr().expect("an address").port();
        let program = Program::learners("sleep").arg("600");
        let mut server = Server {
            running: process::spawn(&program).expect("sleep starts"),
            port,
            first: None,
            language: Language::Rust,
        };
        let waited = server.wait_until_ready(Duration::from_millis(200), &Cancel::new());
        let finding = waited.expect("not cancelled").expect("it does not listen");
        assert!(
            finding
                .actual
                .is_some_and(|text| text.starts_with("nobody accepted"))
        );
    }
}
