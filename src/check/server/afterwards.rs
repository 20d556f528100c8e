//! One step from its beginning to its end: the action itself is for [`super::act`]; here is what happens around it, at the other sides
//! and in what the server leaves behind.

use super::{
    database,
    expect::Problem,
    launch::Server,
    layout,
    measure::{self, Measure},
    peers::Before,
    peers_file::Moment,
    step::Step,
    story::{AFTERMATH, Came, Telling, When},
};
use crate::error::Result;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// How long a server may take to tidy up after its clients, before what it costs is told.
const TIDY_WITHIN: Duration = Duration::from_secs(2);

/// Between two looks at it.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

impl Telling<'_> {
    /// Takes a step, then looks at what arrived at the other sides meanwhile.
    pub(super) fn step(&mut self, position: usize, servers: &mut [Server]) -> Result<Came> {
        let step = &self.story.steps[position];
        let before = self.peers.before();
        self.peers.at(Moment::Before, &step.of_peers);
        self.cache.begin(step.through.as_ref());
        let mut came = self.take(step, servers)?;
        self.peers.at(Moment::After, &step.of_peers);
        if matches!(came, Came::Expected) {
            let mut problems = self.at_the_others(step, before)?;
            if problems.is_empty() {
                problems = self.keep_from_peers(step, before);
            }
            if !problems.is_empty() {
                came = self.broken_or_died(problems, step, servers)?;
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

    /// What is not as expected at the peers, in the cache and in Redis.
    fn at_the_others(&self, step: &Step, before: Before) -> Result<Vec<Problem>> {
        let mut problems = self.peers.judge(before, &step.of_peers, &self.values);
        let through = step.through.as_ref();
        problems.extend(through.and_then(|through| through.judge(&self.cache)));
        if let Some(expect) = &step.redis {
            let services = self.peers.services();
            problems.extend(services.judge_redis(expect, self.means.cancel)?);
        }
        Ok(problems)
    }

    fn broken_or_died(
        &mut self,
        problems: Vec<Problem>,
        step: &Step,
        servers: &mut [Server],
    ) -> Result<Came> {
        for server in step.to.of(servers) {
            if let Some(end) = server.ends_within(AFTERMATH, self.means.cancel)? {
                return Ok(Came::Died(When::AtThisStep, end));
            }
        }
        Ok(Came::Broken(problems))
    }

    /// Keeps what later steps use of what arrived at a peer; gives what was not there.
    fn keep_from_peers(&mut self, step: &Step, before: Before) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (name, value) in &step.of_peers.kept {
            match value.take(self.peers, before) {
                Ok(value) => self.values.capture(name, value),
                Err(problem) => problems.extend(problem),
            }
        }
        problems
    }

    /// What does not hold of the files, the data and the cost of the server after the step.
    pub(super) fn afterwards(
        &mut self,
        step: &Step,
        servers: &mut [Server],
    ) -> Result<Vec<Problem>> {
        let mut problems = Vec::new();
        for (path, matcher) in &step.expect.files {
            problems.extend(layout::judge(path, matcher, self.dir, &self.values)?);
        }
        for query in &step.expect.database {
            problems.extend(database::judge(query, self.dir, &self.values));
        }
        if !step.expect.process.is_empty() {
            for at in step.to.positions(servers.len()) {
                self.at = at;
                let measured = self.settled(&step.expect.process, &mut servers[at])?;
                let (wrong, notes) = measure::judge(&step.expect.process, &measured);
                self.notes.extend(notes);
                if !wrong.is_empty() {
                    problems.extend(wrong);
                    break;
                }
            }
        }
        Ok(problems)
    }

    /// Measures until it is little enough, for as long as a server may take to tidy up after its clients.
    fn settled(
        &self,
        at_most: &BTreeMap<Measure, u64>,
        server: &mut Server,
    ) -> Result<measure::Measured> {
        let until = Instant::now() + TIDY_WITHIN;
        loop {
            let measured = server.measured();
            let enough = measure::judge(at_most, &measured).0.is_empty();
            let over = Instant::now() >= until;
            if enough || over || server.ends_within(LOOK_AGAIN, self.means.cancel)?.is_some() {
                return Ok(measured);
            }
        }
    }
}
