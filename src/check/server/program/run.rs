//! Runs the tests of a check program, one after the other in their order, each in a process of its own, against the server that is
//! there. It never waits longer than its limits.

use super::{
    super::{
        launch::{Mark, Server},
        story::{AFTERMATH, Goes, Telling, When, death},
    },
    Compiled,
    control::{Calls, Fate},
    verdict::{Verdict, judge},
};
use crate::{
    build::TestFn,
    check::Stage,
    course::course_error,
    error::{Error, Result},
    outcome::{Finding, Report},
    process::{self, Cancel, End, Finished},
};
use std::time::{Duration, Instant};

/// A test may make several calls, each within the limit of a step; all of it within so many of them.
const STEPS_IN_A_TEST: u32 = 4;

/// After so many tests past their limit the others would only cost the learner's time.
const LATE_TESTS: usize = 2;

/// How long to wait for a question of the check program before looking whether it has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(3);

impl Telling<'_> {
    /// Takes the tests of a check program, after the steps.
    ///
    /// # Errors
    /// [`Error::Course`] for what the check program does wrong; [`Error::Cancelled`].
    pub(in super::super) fn check(
        &mut self,
        checks: &Compiled,
        env: &[(String, String)],
        servers: &mut [Server],
        goes: Goes,
        report: &mut Report,
    ) -> Result<()> {
        let calls = Calls::open()?;
        let mut fates = vec![Fate::Runs; servers.len()];
        let (mut goes, mut late) = (goes, 0);
        // A connection that a step has left open belongs to the steps, and a server must not wait for ours.
        for line in &mut self.lines {
            line.close();
        }
        for server in &mut *servers {
            drop(server.first_connection());
        }
        for (position, test) in checks.tests.iter().enumerate() {
            (self.means.on_stage)(Stage::Checking {
                done: self.before + self.story.steps.len() + position,
                total: self.total,
            });
            if goes == Goes::Lost || late >= LATE_TESTS {
                report.not_run(&test.claim);
                continue;
            }
            let marks: Vec<_> = servers.iter().map(Server::mark).collect();
            let finished = self.test(checks, test, &calls, env, servers, &mut fates)?;
            late += usize::from(finished.end == End::Deadline);
            let verdict = judge(&test.claim, &test.path, &finished, log(servers, &marks));
            if let Verdict::Faulty(what) = verdict {
                return Err(fault(checks, test, what));
            }
            if let Some(end) = ended(servers, &fates, &verdict, self.means.cancel)? {
                let finding = death_of(test, end, &log(servers, &marks), verdict);
                report.fail(finding);
                goes = Goes::Lost;
                continue;
            }
            match verdict {
                Verdict::Broken(finding) => report.fail(*finding),
                Verdict::Held(notes) => {
                    report.pass(&test.claim);
                    self.notes.extend(notes);
                }
                Verdict::Faulty(_) => {}
            }
            let is_last = position + 1 == checks.tests.len();
            if fates.contains(&Fate::ToldToEnd) && servers.iter().any(Server::has_ended) && !is_last
            {
                if report.passed() {
                    let what = "this test ended the server and did not start it again";
                    return Err(fault(checks, test, what.into()));
                }
                goes = Goes::Lost;
            }
        }
        self.notes.dedup();
        report.notes.append(&mut self.notes);
        Ok(())
    }

    /// One test in a process of its own, whose questions are answered meanwhile.
    fn test(
        &self,
        checks: &Compiled,
        test: &TestFn,
        calls: &Calls,
        env: &[(String, String)],
        servers: &mut [Server],
        fates: &mut [Fate],
    ) -> Result<Finished> {
        let ports: Vec<String> = servers.iter().map(|one| one.port().to_string()).collect();
        let first = ports.first().cloned().unwrap_or_default();
        // With two threads allowed, libtest prints a test's line after the test and not around its output.
        let mut program = checks
            .program
            .clone()
            .args([&test.path, "--exact", "--nocapture", "--test-threads=2"])
            .dir(self.dir);
        for (name, value) in env {
            program = program.env(name, value);
        }
        let program = program
            .env("BASE_URL", format!("http://127.0.0.1:{first}"))
            .env("PORT", first)
            .env("PORTS", ports.join(","))
            .env("CONTROL_URL", calls.url())
            .env("LIMIT_MS", self.step_limit.as_millis().to_string());
        let started = Instant::now();
        let mut running = process::spawn(&program)?;
        let limit = self.step_limit * STEPS_IN_A_TEST;
        let mut deadline = started + limit;
        let end = loop {
            if let Some(end) = running.exited() {
                break end;
            }
            if self.means.cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            if Instant::now() >= deadline {
                break End::Deadline;
            }
            let mut took = Duration::ZERO;
            let wrong = calls.answer_one(LOOK_AGAIN, |path| {
                let began = Instant::now();
                let answer = self.control(path, servers, fates);
                took = began.elapsed();
                answer
            })?;
            // What the runner does for the test is not the test's own time; it has limits itself.
            deadline += took;
            if let Some(what) = wrong {
                return Err(fault(checks, test, what));
            }
        };
        running.kill();
        running.drain();
        Ok(Finished {
            end,
            stdout: running.stdout().output(),
            stderr: running.stderr().output(),
            took: match end {
                End::Deadline => limit,
                _ => started.elapsed(),
            },
        })
    }
}

fn log(servers: &[Server], since: &[Mark]) -> Vec<String> {
    let both = servers.iter().zip(since);
    both.flat_map(|(server, mark)| server.log_since(*mark))
        .collect()
}

/// How a server has ended that nobody told to end. After a failed test its end may need a moment to become known.
fn ended(
    servers: &mut [Server],
    fates: &[Fate],
    verdict: &Verdict,
    cancel: &Cancel,
) -> Result<Option<End>> {
    let within = match verdict {
        Verdict::Held(_) | Verdict::Faulty(_) => Duration::ZERO,
        Verdict::Broken(_) => AFTERMATH,
    };
    for (server, fate) in servers.iter_mut().zip(fates) {
        if *fate == Fate::Runs
            && let Some(end) = server.ends_within(within, cancel)?
        {
            return Ok(Some(end));
        }
    }
    Ok(None)
}

/// The end of the server is what the learner has to hear of, at the place where the test stood.
fn death_of(test: &TestFn, end: End, log: &[String], verdict: Verdict) -> Finding {
    let problem = death(&When::AtThisStep, end, log);
    let told = match verdict {
        Verdict::Broken(finding) => *finding,
        Verdict::Held(_) | Verdict::Faulty(_) => Finding::new(&test.claim),
    };
    Finding {
        expected: Some(problem.expected),
        actual: Some(problem.actual),
        explain: problem.explain,
        log: log.to_vec(),
        ..told
    }
}

fn fault(checks: &Compiled, test: &TestFn, what: String) -> Error {
    course_error(
        &checks.file,
        Some(test.line),
        what,
        "This is a fault of the course, not of your file. Its author has to mend it.",
    )
}
