//! The other sides of one run: started before the learner's server, told to it in its environment, and asked after each step
//! what arrived. What they are is in [`super::peers_file`].

use super::{
    expect::{About, Problem},
    peers_file::{DnsExpect, Ids, Moment, Plan, UpstreamExpect},
    services::Services,
    steps_file::OneOrMany,
    template::Values,
};
use crate::{
    check::Means,
    course::{Exercise, Need},
    error::Result,
    outcome::Badge,
    peers::{Arrived, Asked, Resolver, Upstream},
    services::Missing,
};
use std::time::Duration;

/// How long something that is expected at a peer may be on its way.
const ARRIVES_WITHIN: Duration = Duration::from_secs(1);

/// After what was expected has arrived: how long something more may be on its way.
const NOTHING_MORE_FOR: Duration = Duration::from_millis(20);

/// The peers and services of one run. Dropping it ends the peers and gives the services back.
#[derive(Default)]
pub(super) struct Peers {
    upstream: Option<Upstream>,
    dns: Option<Resolver>,
    services: Services,
}

/// How much had arrived at a moment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Before {
    requests: usize,
    questions: usize,
}

impl Peers {
    /// Starts what the exercise needs, with a door before the services that its steps stop; or says what this machine does not have.
    ///
    /// # Errors
    /// If a service is there and does not start, or the check was cancelled.
    pub(super) fn start(
        exercise: &Exercise,
        stopped: &[Need],
        plan: &Plan,
        values: &Values,
        means: Means<'_>,
    ) -> Result<std::result::Result<Self, Missing>> {
        let mut peers = Self::default();
        match Services::take(exercise, stopped, means)? {
            Ok(services) => peers.services = services,
            Err(missing) => return Ok(Err(missing)),
        }
        peers.upstream = plan.routes(values).map(Upstream::start).transpose()?;
        peers.dns = plan.names(values).map(Resolver::start).transpose()?;
        Ok(Ok(peers))
    }

    /// How a pass with them was come by.
    pub(super) fn badge(&self) -> Badge {
        self.services.badge()
    }

    /// Where they are, as variables of the server's environment.
    pub(super) fn env(&self) -> Vec<(String, String)> {
        let addresses = [
            ("UPSTREAM_URL", self.upstream.as_ref().map(Upstream::url)),
            (
                "DNS_SERVER",
                self.dns.as_ref().map(|dns| dns.address().to_string()),
            ),
        ];
        let known = addresses.into_iter().chain(self.services.env());
        known
            .filter_map(|(name, address)| Some((name.to_owned(), address?)))
            .collect()
    }

    /// What a step does to the peers at this moment.
    pub(super) fn at(&self, moment: Moment, expect: Option<&UpstreamExpect>) {
        if expect.and_then(|expect| expect.opens) == Some(moment)
            && let Some(server) = &self.upstream
        {
            server.open();
        }
    }

    /// Every request that arrived at the upstream, one a line.
    pub(super) fn arrived_lines(&self) -> String {
        let line = |arrived: Arrived| format!("{} {}\n", arrived.method, arrived.path);
        self.requests(0).into_iter().map(line).collect()
    }

    /// Lets the answers go that the upstream holds.
    pub(super) fn open(&self) {
        if let Some(server) = &self.upstream {
            server.open();
        }
    }

    /// The services among them.
    pub(super) fn services(&self) -> &Services {
        &self.services
    }

    /// How much has arrived until now.
    pub(super) fn before(&self) -> Before {
        if let Some(server) = &self.upstream {
            server.forget_most_at_once();
        }
        Before {
            requests: self.requests(0).len(),
            questions: self.questions(0).len(),
        }
    }

    /// What did not arrive as a step expected, since `before`.
    pub(super) fn judge(
        &self,
        before: Before,
        upstream: Option<&UpstreamExpect>,
        dns: Option<&DnsExpect>,
    ) -> Vec<Problem> {
        let mut problems = Vec::new();
        if let (Some(server), Some(expect)) = (&self.upstream, upstream) {
            if let Some(requests) = &expect.requests {
                let allowed = numbers(requests);
                arrive(&allowed, |many, time| {
                    server.wait_for(before.requests + many, time)
                });
                let came = self.requests(before.requests);
                problems.extend(wrong_count(
                    "the upstream server",
                    "request",
                    &allowed,
                    came.len(),
                    &listed(&came),
                ));
            }
            problems.extend(at_once(server.most_at_once(), expect));
        }
        if let (Some(resolver), Some(expect)) = (&self.dns, dns) {
            if let Some(questions) = &expect.questions {
                let allowed = numbers(questions);
                arrive(&allowed, |many, time| {
                    resolver.wait_for(before.questions + many, time)
                });
                let mut came = self.questions(before.questions);
                came.retain(|asked| asked.fault.is_none());
                let names: Vec<String> = came.iter().map(|asked| asked.name.clone()).collect();
                problems.extend(wrong_count(
                    "the resolver",
                    "question",
                    &allowed,
                    came.len(),
                    &names.join(", "),
                ));
            }
            if expect.ids == Ids::Unpredictable {
                problems.extend(predictable(&self.questions(0)));
            }
        }
        problems
    }

    /// What the peers could not make sense of since `before`: the reason for much that goes wrong afterwards.
    pub(super) fn complaints(&self, before: Before) -> Option<String> {
        let requests = self.requests(before.requests).into_iter();
        let upstream = requests
            .filter_map(|arrived| arrived.fault)
            .map(|fault| format!("The upstream server could not read the request: {fault}."));
        let questions = self.questions(before.questions).into_iter();
        let dns = questions
            .filter_map(|asked| asked.fault)
            .map(|fault| format!("The resolver could not read the question: {fault}."));
        upstream.chain(dns).next()
    }

    fn requests(&self, from: usize) -> Vec<Arrived> {
        let all = self.upstream.as_ref().map(Upstream::arrived);
        all.unwrap_or_default().into_iter().skip(from).collect()
    }

    fn questions(&self, from: usize) -> Vec<Asked> {
        let all = self.dns.as_ref().map(Resolver::asked);
        all.unwrap_or_default().into_iter().skip(from).collect()
    }
}

fn numbers(allowed: &OneOrMany<usize>) -> Vec<usize> {
    match allowed {
        OneOrMany::One(one) => vec![*one],
        OneOrMany::Many(many) => many.clone(),
    }
}

/// Waits for what has to arrive, and a little for what must not.
fn arrive(allowed: &[usize], wait_for: impl Fn(usize, Duration) -> bool) {
    let (least, most) = (allowed.iter().min(), allowed.iter().max());
    wait_for(least.copied().unwrap_or(0), ARRIVES_WITHIN);
    wait_for(most.copied().unwrap_or(0) + 1, NOTHING_MORE_FOR);
}

fn at_once(most: usize, expect: &UpstreamExpect) -> Option<Problem> {
    let (least, limit) = (expect.at_once_at_least, expect.at_once_at_most);
    let (words, actual) = match (least, limit) {
        (Some(least), _) if most < least => (
            format!("at least {least}"),
            format!("never more than {most}"),
        ),
        (_, Some(limit)) if most > limit => (format!("never more than {limit}"), most.to_string()),
        _ => return None,
    };
    Some(Problem {
        about: About::Else,
        expected: format!("{words} on the way to the upstream server at one moment"),
        actual: format!("{actual} at one moment"),
        explain: None,
    })
}

/// What arrived, each kind of request once with how often it came.
fn listed(requests: &[Arrived]) -> String {
    const MOST: usize = 5;
    let mut kinds: Vec<(String, usize)> = Vec::new();
    for arrived in requests {
        let line = format!("{} {}", arrived.method, arrived.path);
        match kinds.iter_mut().find(|(known, _)| *known == line) {
            Some((_, times)) => *times += 1,
            None => kinds.push((line, 1)),
        }
    }
    let more = kinds.len() > MOST;
    let shown = kinds
        .into_iter()
        .take(MOST)
        .map(|(line, times)| match times {
            1 => line,
            _ => format!("{line} ({times} times)"),
        });
    let ending = more.then(|| "…".to_owned());
    shown.chain(ending).collect::<Vec<_>>().join(", ")
}

fn wrong_count(
    at: &str,
    what: &str,
    allowed: &[usize],
    came: usize,
    listed: &str,
) -> Option<Problem> {
    if allowed.contains(&came) {
        return None;
    }
    let named: Vec<String> = allowed.iter().map(usize::to_string).collect();
    let ending = if allowed == [1] { "" } else { "s" };
    Some(Problem {
        about: About::Else,
        expected: format!("{} {what}{ending} arrived at {at}", named.join(" or ")),
        actual: match came {
            0 => "none".into(),
            1 => listed.to_owned(),
            _ => format!("{came} in all: {listed}"),
        },
        explain: None,
    })
}

/// Who can guess the id of the next question can forge its answer.
fn predictable(asked: &[Asked]) -> Option<Problem> {
    let ids: Vec<u16> = asked
        .iter()
        .filter(|asked| asked.fault.is_none())
        .map(|asked| asked.id)
        .collect();
    let steps: Vec<u16> = ids
        .windows(2)
        .map(|pair| pair[1].wrapping_sub(pair[0]))
        .collect();
    let guessable = steps.len() >= 2 && steps.iter().all(|step| step == &steps[0]);
    guessable.then(|| Problem {
        about: About::Else,
        expected: "each question has an id that nobody can guess".into(),
        actual: format!(
            "the ids {}",
            ids.iter().map(u16::to_string).collect::<Vec<_>>().join(", ")
        ),
        explain: Some("Whoever guesses the id can answer before the resolver does, with an address of their own.".into()),
    })
}
