//! The life of the server within a story: signals, its end, a new start in the same directory.

use super::{
    action::Life,
    escape::seconds,
    expect::{About, Problem},
    last_words::how,
    launch::{self, Server},
    services::Turn,
    step::Step,
    story::{Came, Telling, When},
};
use crate::{
    course::Need,
    error::Result,
    process::{End, Signal},
};
use std::time::{Duration, Instant};

/// After a signal or the end of a service, which should not end it: how long its end may take to become known.
const AFTERMATH: Duration = Duration::from_millis(300);

impl Telling<'_> {
    /// Stops services or starts them again. The server has to outlive that.
    pub(super) fn services(
        &mut self,
        turns: &[(Need, Turn)],
        servers: &mut [Server],
    ) -> Result<Came> {
        for (need, turn) in turns {
            self.peers.services().turn(*need, *turn)?;
        }
        let until = Instant::now() + AFTERMATH;
        for (at, server) in servers.iter_mut().enumerate() {
            let left = until.saturating_duration_since(Instant::now());
            if let Some(end) = server.ends_within(left, self.means.cancel)? {
                self.at = at;
                return Ok(Came::Died(When::AtThisStep, end));
            }
        }
        Ok(Came::Expected)
    }

    pub(super) fn life(&mut self, step: &Step, life: Life, server: &mut Server) -> Result<Came> {
        match life {
            Life::Signal(signal) => self.signal(step, signal, server),
            Life::Restart(signal) => self.restart(step, signal, server),
        }
    }

    fn signal(&mut self, step: &Step, signal: Signal, server: &mut Server) -> Result<Came> {
        server.signal(signal);
        let ends = signal == Signal::Kill || !step.expect.exit.is_empty();
        let grace = self.grace(step);
        let within = if ends { grace } else { AFTERMATH };
        match (server.ends_soon(within, grace, self.means.cancel)?, ends) {
            (None, false) => Ok(Came::Expected),
            (Some(end), false) => Ok(Came::Died(When::AtThisStep, end)),
            (None, true) => Ok(Came::Broken(vec![self.goes_on(step, signal)])),
            (Some(end), true) => {
                let right = step.expect.exit.is_empty()
                    || matches!(end, End::Exited(code) if step.expect.exit.contains(&code));
                if right {
                    return Ok(Came::Expected);
                }
                let codes: Vec<String> = step.expect.exit.iter().map(i32::to_string).collect();
                Ok(Came::Broken(vec![Problem {
                    about: About::Else,
                    expected: format!("the program ends with exit code {}", codes.join(" or ")),
                    actual: format!("the program ended: {}", how(end)),
                    explain: matches!(end, End::Signalled(_)).then(|| {
                        format!(
                            "Nobody in the program waited for SIG{}, so the system ended it at once, in the middle of whatever it did.",
                            signal.name()
                        )
                    }),
                }]))
            }
        }
    }

    fn restart(&mut self, step: &Step, signal: Signal, server: &mut Server) -> Result<Came> {
        server.signal(signal);
        if server
            .ends_within(self.grace(step), self.means.cancel)?
            .is_none()
        {
            return Ok(Came::Broken(vec![self.goes_on(step, signal)]));
        }
        self.lines[self.at].close();
        match launch::launch(self.launch, self.means.cancel)? {
            Ok(again) => {
                *server = again;
                Ok(Came::Expected)
            }
            Err(finding) => Ok(Came::Broken(vec![Problem {
                about: About::Else,
                expected: finding.expected.unwrap_or_default(),
                actual: finding.actual.unwrap_or_default(),
                explain: Some(format!(
                    "The program was started a second time, in the directory that its first run left behind. {}",
                    finding.explain.unwrap_or_default()
                )),
            }])),
        }
    }

    /// How long it may take to end.
    fn grace(&self, step: &Step) -> Duration {
        step.grace.unwrap_or(self.step_limit)
    }

    fn goes_on(&self, step: &Step, signal: Signal) -> Problem {
        Problem {
            about: About::Else,
            expected: format!("the program ends after SIG{}", signal.name()),
            actual: format!(
                "it was still running after {}, which is its grace",
                seconds(self.grace(step))
            ),
            explain: Some(
                "Whoever stops a service waits for a while and then kills it. End when you are told to.".into(),
            ),
        }
    }
}
