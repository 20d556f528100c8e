//! What one step does to the server and what comes of it. The order of the steps, and how a failure is told, are for
//! [`super::story`].

use super::{
    action::{Action, asked_for},
    database,
    expect::Problem,
    group,
    launch::Server,
    layout,
    measure::{self, Measure},
    peers_file::Moment,
    pieces,
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
        self.peers.at(Moment::Before, step.upstream.as_ref());
        let mut came = self.take(step, servers)?;
        self.peers.at(Moment::After, step.upstream.as_ref());
        if matches!(came, Came::Expected) {
            let mut problems = self
                .peers
                .judge(before, step.upstream.as_ref(), step.dns.as_ref());
            if let Some(expect) = &step.redis {
                let services = self.peers.services();
                problems.extend(services.judge_redis(expect, self.means.cancel)?);
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

    /// A step at each of its instances, then a look at what the server has left behind.
    fn take(&mut self, step: &Step, servers: &mut [Server]) -> Result<Came> {
        for at in step.turns(servers.len()) {
            self.at = at;
            let came = self.beside_others(step, servers)?;
            if !matches!(came, Came::Expected) {
                return Ok(came);
            }
        }
        let problems = self.afterwards(step, servers)?;
        Ok(if problems.is_empty() {
            Came::Expected
        } else {
            Came::Broken(problems)
        })
    }

    /// A step's action, while others keep the server busy if the step says so.
    fn beside_others(&mut self, step: &Step, servers: &mut [Server]) -> Result<Came> {
        let Some(others) = &step.meanwhile else {
            return self.inputs(step, servers);
        };
        let values = self.values.clone();
        let server = &mut servers[self.at];
        let party = self.party(&values, server);
        // The first connection belongs to nobody here, and a server must not wait for it.
        drop(server.first_connection());
        let (came, over) = group::meanwhile(others, &party, || self.inputs(step, servers))?;
        Ok(match came {
            Came::Expected if over > 0 => Came::Broken(vec![group::too_late(over, others.clients)]),
            came => came,
        })
    }

    /// The action once, or for each of its inputs.
    fn inputs(&mut self, step: &Step, servers: &mut [Server]) -> Result<Came> {
        for (number, input) in step.each.iter().enumerate() {
            for (name, value) in input {
                self.values.capture(name, value.fill(&self.values.clone()));
            }
            self.asked = None;
            let came = self.act(step, servers)?;
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
            return self.act(step, servers);
        }
        Ok(Came::Expected)
    }

    fn act(&mut self, step: &Step, servers: &mut [Server]) -> Result<Came> {
        if let Some(clients) = step.parallel {
            return self.together(clients, step, servers);
        }
        if let Action::Services(turns) = &step.action {
            return self.services(turns, servers);
        }
        let server = &mut servers[self.at];
        match &step.action {
            Action::Send(send) => {
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
            Action::Services(_) | Action::Look => Ok(Came::Expected),
        }
    }

    /// What does not hold of the files, the data and the cost of the server after the step.
    fn afterwards(&mut self, step: &Step, servers: &mut [Server]) -> Result<Vec<Problem>> {
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
