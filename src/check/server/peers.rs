//! The other sides of one run: started before the learner's server, told to it in its environment, and asked after each step
//! what arrived. What they are is in [`super::peers_file`].

use super::{
    arrivals::{ARRIVES_WITHIN, arrive, numbers, wrong_count},
    expect::{About, Problem},
    message::Message,
    payment::{self, PaymentExpect},
    peers_file::{DnsExpect, Ids, Moment, Plan, UpstreamExpect},
    peers_step::OfPeers,
    provider::{self, ProviderExpect},
    services::Services,
    template::{Template, Values},
};
use crate::{
    check::Means,
    course::{Exercise, Need},
    error::Result,
    outcome::Badge,
    peers::{
        Arrived, Asked, MailPlan, MailServer, PaymentProvider, Provider, Proxy, Resolver, Upstream,
    },
    services::Missing,
};
use std::net::SocketAddr;

/// The peers and services of one run. Dropping it ends the peers and gives the services back.
#[derive(Default)]
pub(super) struct Peers {
    upstream: Option<Upstream>,
    dns: Option<Resolver>,
    services: Services,
    pub(super) mail: Option<MailServer>,
    pub(super) proxy: Option<Proxy>,
    oauth: Option<Provider>,
    pub(super) payment: Option<PaymentProvider>,
    /// With which the payment provider signs its webhooks.
    pub(super) webhook_secret: String,
    /// Whose address the server is not told, but the proxy's: the variable and the address itself.
    behind_proxy: Option<(&'static str, SocketAddr)>,
}

/// How much had arrived at a moment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Before {
    requests: usize,
    questions: usize,
    pub(super) mails: usize,
    pub(super) connections: usize,
    visits: usize,
    pub(super) payment: payment::Until,
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
        peers.mail = plan.mail(values).map(MailPlan::start).transpose()?;
        peers.oauth = plan
            .oauth
            .as_ref()
            .map(|plan| plan.start(values))
            .transpose()?;
        if plan.payment {
            let drawn = |name: &str| Template::new(&format!("${{random.id.{name}}}")).fill(values);
            peers.payment = Some(PaymentProvider::start(drawn("payment key"))?);
            peers.webhook_secret = drawn("payment webhooks");
        }
        // In front of one of the others, so it comes last.
        if let Some(proxy) = &plan.proxy {
            let there = address_in(&peers.env(), proxy.variable());
            let troubles = proxy.troubles.clone();
            peers.proxy = there
                .map(|there| Proxy::start(there, troubles))
                .transpose()?;
            peers.behind_proxy = there.map(|there| (proxy.variable(), there));
        }
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
            (
                "SMTP_SERVER",
                self.mail.as_ref().map(|mail| mail.address().to_string()),
            ),
            ("OAUTH_URL", self.oauth.as_ref().map(Provider::issuer)),
            (
                "OAUTH_CLIENT_ID",
                self.oauth.as_ref().map(|oauth| oauth.client().id.clone()),
            ),
            (
                "OAUTH_CLIENT_SECRET",
                self.oauth
                    .as_ref()
                    .map(|oauth| oauth.client().secret.clone()),
            ),
            (
                "PAYMENT_URL",
                self.payment.as_ref().map(PaymentProvider::url),
            ),
            (
                "PAYMENT_KEY",
                self.payment
                    .as_ref()
                    .map(|payment| payment.key().to_owned()),
            ),
            (
                "PAYMENT_WEBHOOK_SECRET",
                self.payment.as_ref().map(|_| self.webhook_secret.clone()),
            ),
        ];
        let known = addresses.into_iter().chain(self.services.env());
        known
            .filter_map(|(name, address)| Some((name.to_owned(), self.as_told(name, address?))))
            .collect()
    }

    /// An address as the server is told it: that of the proxy, if there is one in front.
    fn as_told(&self, name: &str, address: String) -> String {
        match (&self.proxy, self.behind_proxy) {
            (Some(proxy), Some((behind, real))) if behind == name => {
                address.replace(&real.to_string(), &proxy.address().to_string())
            }
            _ => address,
        }
    }

    /// What a step does to the peers at this moment.
    pub(super) fn at(&self, moment: Moment, of: &OfPeers) {
        if of.upstream.as_ref().and_then(|expect| expect.opens) == Some(moment)
            && let Some(server) = &self.upstream
        {
            server.open();
        }
        if let (Some(server), Some(expect)) = (&self.mail, &of.mail) {
            expect.at(moment, server);
        }
        if let (Some(proxy), Some(expect)) = (&self.proxy, &of.proxy) {
            expect.at(moment, proxy);
        }
        if let Some(provider) = &self.payment {
            PaymentExpect::at(moment, of.payment.as_ref(), provider);
        }
        if let Some(provider) = &self.oauth {
            ProviderExpect::at(moment, of.oauth.as_ref(), provider);
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
            mails: self.mail.as_ref().map_or(0, |server| server.mails().len()),
            payment: self
                .payment
                .as_ref()
                .map_or_else(payment::Until::default, payment::Until::now),
            visits: self
                .oauth
                .as_ref()
                .map_or(0, |provider| provider.visits().len()),
            connections: self.proxy.as_ref().map_or(0, Proxy::connections),
        }
    }

    /// What did not arrive as a step expected, since `before`.
    pub(super) fn judge(&self, before: Before, of: &OfPeers, values: &Values) -> Vec<Problem> {
        let mut problems = Vec::new();
        if let (Some(server), Some(expect)) = (&self.upstream, &of.upstream) {
            if let Some(requests) = &expect.requests {
                let allowed = numbers(requests);
                // What nobody waits for may still be on its way when its step is over.
                arrive(&allowed, ARRIVES_WITHIN * 3, |many, time| {
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
        if let (Some(resolver), Some(expect)) = (&self.dns, &of.dns) {
            problems.extend(self.judge_dns(resolver, before, expect));
        }
        if let (Some(server), Some(expect)) = (&self.mail, &of.mail) {
            problems.extend(expect.judge(server, before.mails, values));
        }
        if let (Some(proxy), Some(expect)) = (&self.proxy, &of.proxy) {
            problems.extend(expect.judge(proxy, before.connections));
        }
        if let (Some(provider), Some(expect)) = (&self.payment, &of.payment) {
            problems.extend(expect.judge(provider, before.payment));
        }
        if let (Some(provider), Some(expect)) = (&self.oauth, &of.oauth) {
            problems.extend(expect.judge(provider, before.visits));
        }
        problems
    }

    fn judge_dns(&self, resolver: &Resolver, before: Before, expect: &DnsExpect) -> Vec<Problem> {
        let mut problems = Vec::new();
        if let Some(questions) = &expect.questions {
            let allowed = numbers(questions);
            arrive(&allowed, ARRIVES_WITHIN, |many, time| {
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
        let oauth = self.oauth.as_ref();
        let oauth = oauth.and_then(|provider| provider::refusal(provider, before.visits));
        let payment = self.payment.as_ref();
        let payment = payment.and_then(|provider| payment::refusal(provider, before.payment));
        upstream.chain(dns).next().or(oauth).or(payment)
    }

    /// A secret that an answer of the learner's server, or a cookie that it has set, gives away.
    pub(super) fn leak(&self, answer: &Message, cookies: &str) -> Option<Problem> {
        provider::leak(self.oauth.as_ref()?, answer, cookies)
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

/// The address that a variable names.
fn address_in(env: &[(String, String)], variable: &str) -> Option<SocketAddr> {
    let (_, value) = env.iter().find(|(name, _)| name == variable)?;
    let at = value.find("127.0.0.1:")?;
    let end = value[at + 10..].find(|letter: char| !letter.is_ascii_digit());
    value[at..end.map_or(value.len(), |end| at + 10 + end)]
        .parse()
        .ok()
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
