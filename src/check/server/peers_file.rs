//! The `[peers]` table of a steps file: who the other sides are, and what a step expects to have arrived there. It starts nobody.
//!
//! ```toml
//! [[peers.upstream.routes]]
//! path    = "/products/{id}"
//! answers = [{ status = 503, headers = { Retry-After = "1" } }, { body = "product ${path.id}", delay_ms = 300 }]
//!
//! [[peers.dns.names]]
//! name      = "${random.word}.test"
//! addresses = ["192.0.2.${random.octet}"]
//! ttl       = 300
//! moods     = ["forged_first", "answers"]
//!
//! [[step]]
//! # …
//! upstream = { requests = 1 }
//! dns      = { questions = 1 }
//! ```

use super::{
    bad_line::{PlannedProxy, RawProxy},
    mail::{PlannedMail, RawMail},
    payment::RawPayment,
    provider::{PlannedProvider, RawProvider},
    random,
    steps::Reader,
    steps_file::OneOrMany,
    template::{Template, Values},
};
use crate::{
    course::{Need, Spanned},
    error::Result,
    peers::{Answer, Ending, MailPlan, Mood, Name, Route, Wait},
};
use serde::Deserialize;
use std::{collections::BTreeMap, net::Ipv4Addr, time::Duration};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPeers {
    upstream: Option<RawUpstream>,
    dns: Option<RawDns>,
    mail: Option<RawMail>,
    proxy: Option<RawProxy>,
    oauth: Option<RawProvider>,
    payment: Option<RawPayment>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawUpstream {
    routes: Vec<RawRoute>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRoute {
    method: Option<String>,
    path: Spanned<String>,
    answers: Vec<RawAnswer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAnswer {
    #[serde(default = "ok")]
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<String>,
    json: Option<serde_json::Value>,
    /// For so many requests.
    #[serde(default = "once")]
    times: usize,
    delay_ms: Option<u64>,
    /// Until a step says `upstream = { opens = … }`.
    #[serde(default)]
    hold: bool,
    cut_after: Option<usize>,
    reset_after: Option<usize>,
    stall_after: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDns {
    names: Vec<RawName>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawName {
    name: Spanned<String>,
    #[serde(default)]
    addresses: Vec<Spanned<String>>,
    alias: Option<Spanned<String>>,
    ttl: u32,
    #[serde(default)]
    moods: Vec<RawMood>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawMood {
    Answers,
    ForgedFirst,
    Silent,
    Fails,
}

/// What a step expects to have arrived at the upstream server since it began.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UpstreamExpect {
    /// Exactly so many, or one of these numbers.
    pub(super) requests: Option<OneOrMany<usize>>,
    /// So many of them, or more, were unanswered at one moment: they did not wait for each other.
    pub(super) at_once_at_least: Option<usize>,
    /// Never more than so many were unanswered at one moment.
    pub(super) at_once_at_most: Option<usize>,
    /// Answers with `hold` may go, from here on.
    pub(super) opens: Option<Moment>,
}

impl UpstreamExpect {
    /// True if something can be wrong with what arrived.
    pub(super) fn judges(&self) -> bool {
        self.requests.is_some() || self.at_once_at_least.is_some() || self.at_once_at_most.is_some()
    }
}

/// When a step does something besides its action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Moment {
    /// Before it.
    Before,
    /// After it.
    After,
}

/// What a step expects to have arrived at the resolver since it began.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DnsExpect {
    /// Exactly so many, or one of these numbers.
    pub(super) questions: Option<OneOrMany<usize>>,
    /// No two of them have the same id.
    #[serde(default)]
    pub(super) ids: Ids,
}

/// What the ids of questions have to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ids {
    #[default]
    Any,
    /// Over all questions so far, they are neither all the same nor counted up.
    Unpredictable,
}

fn ok() -> u16 {
    200
}

fn once() -> usize {
    1
}

/// The other sides of one exercise, checked. Names in it are filled in at each run.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    upstream: Option<Vec<PlannedRoute>>,
    dns: Option<Vec<PlannedName>>,
    pub(super) mail: Option<PlannedMail>,
    pub(super) proxy: Option<PlannedProxy>,
    pub(super) oauth: Option<PlannedProvider>,
    pub(super) payment: bool,
}

#[derive(Clone, Debug)]
struct PlannedRoute {
    method: Option<String>,
    path: Template,
    answers: Vec<(usize, Answer, Template)>,
}

#[derive(Clone, Debug)]
struct PlannedName {
    name: Template,
    addresses: Vec<Template>,
    alias: Option<Template>,
    ttl: u32,
    moods: Vec<Mood>,
}

impl Reader<'_> {
    /// Checks the `[peers]` table.
    pub(super) fn plan(&self, raw: RawPeers, needs: &[Need]) -> Result<Plan> {
        let mut plan = Plan::default();
        if let Some(upstream) = raw.upstream {
            let routes = upstream.routes.into_iter().map(|route| self.route(route));
            plan.upstream = Some(routes.collect::<Result<_>>()?);
        }
        if let Some(dns) = raw.dns {
            let names = dns.names.into_iter().map(|name| self.name(name));
            plan.dns = Some(names.collect::<Result<_>>()?);
        }
        plan.mail = raw.mail.map(|mail| self.mail_plan(mail)).transpose()?;
        plan.oauth = raw
            .oauth
            .map(|oauth| self.provider_plan(oauth))
            .transpose()?;
        plan.payment = raw.payment.is_some();
        // It stands in front of one of the others, so they are known first.
        if let Some(proxy) = raw.proxy {
            plan.proxy = Some(self.proxy_plan(proxy, &plan, needs)?);
        }
        Ok(plan)
    }

    pub(super) fn template(&self, at: &Spanned<String>) -> Result<Template> {
        let template = Template::new(at.get_ref());
        self.check_names(at, template.names())?;
        Ok(template)
    }

    fn route(&self, raw: RawRoute) -> Result<PlannedRoute> {
        let path = self.template(&raw.path)?;
        if raw.answers.is_empty() {
            return self.fail(
                &raw.path,
                "this route has no answers",
                "Add answers = [{ body = \"…\" }].",
            );
        }
        let mut answers = Vec::new();
        for answer in raw.answers {
            answers.push(self.answer(&raw.path, answer)?);
        }
        Ok(PlannedRoute {
            method: raw.method,
            path,
            answers,
        })
    }

    fn answer(&self, at: &Spanned<String>, raw: RawAnswer) -> Result<(usize, Answer, Template)> {
        let (mut answer, body) = match (raw.body, raw.json) {
            (None, None) => (Answer::status(raw.status), String::new()),
            (Some(body), None) => (Answer::text(""), body),
            (None, Some(json)) => (Answer::json(""), json.to_string()),
            (Some(_), Some(_)) => {
                return self.fail(
                    at,
                    "an answer has body or json, not both",
                    "Keep one of them.",
                );
            }
        };
        answer = answer.with_status(raw.status);
        for (name, value) in raw.headers {
            answer = answer.header(name, value);
        }
        if let Some(time) = raw.delay_ms {
            answer = answer.after(Wait::Delay(Duration::from_millis(time)));
        }
        if raw.hold {
            answer = answer.after(Wait::Barrier);
        }
        let endings = [
            raw.cut_after.map(Ending::CutAfter),
            raw.reset_after.map(Ending::ResetAfter),
            raw.stall_after.map(Ending::StallAfter),
        ];
        let mut endings = endings.into_iter().flatten();
        let ending = endings.next().unwrap_or_default();
        if endings.next().is_some() {
            return self.fail(
                at,
                "an answer ends in one way",
                "Keep one of cut_after, reset_after and stall_after.",
            );
        }
        // Names that the upstream fills in itself stay for it.
        let body = Template::new(&body);
        let own = |name: &&str| {
            let of_the_request = ["path.", "header."];
            !matches!(*name, "n" | "body")
                && !of_the_request.iter().any(|part| name.starts_with(part))
        };
        self.check_names(at, body.names().filter(own))?;
        Ok((raw.times, answer.ending(ending), body))
    }

    fn name(&self, raw: RawName) -> Result<PlannedName> {
        let name = self.template(&raw.name)?;
        let mut addresses = Vec::new();
        for address in &raw.addresses {
            let template = self.template(address)?;
            if template.fill(&Values::new(0)).parse::<Ipv4Addr>().is_err() {
                return self.fail(
                    address,
                    "this is no IPv4 address",
                    "As in \"192.0.2.${random.octet}\".",
                );
            }
            addresses.push(template);
        }
        if addresses.is_empty() == raw.alias.is_none() {
            return self.fail(
                &raw.name,
                "a name has addresses or is an alias, one of them",
                "As in addresses = [\"192.0.2.7\"].",
            );
        }
        let mood = |raw| match raw {
            RawMood::Answers => Mood::Answers,
            RawMood::ForgedFirst => Mood::ForgedFirst,
            RawMood::Silent => Mood::Silent,
            RawMood::Fails => Mood::Fails,
        };
        Ok(PlannedName {
            name,
            addresses,
            alias: raw.alias.map(|alias| self.template(&alias)).transpose()?,
            ttl: raw.ttl,
            moods: raw.moods.into_iter().map(mood).collect(),
        })
    }
}

impl Plan {
    pub(super) fn has_upstream(&self) -> bool {
        self.upstream.is_some()
    }

    pub(super) fn has_dns(&self) -> bool {
        self.dns.is_some()
    }

    /// How the mail server behaves, if there is one.
    pub(super) fn mail(&self, values: &Values) -> Option<MailPlan> {
        Some(self.mail.as_ref()?.fill(values))
    }

    /// The routes of the upstream server, if there is one.
    pub(super) fn routes(&self, values: &Values) -> Option<Vec<Route>> {
        let route = |planned: &PlannedRoute| {
            let mut route = Route::new(planned.path.fill(values));
            if let Some(method) = &planned.method {
                route = route.method(method);
            }
            for (times, answer, body) in &planned.answers {
                let body = body.fill_known(values, |name| random::draw(name, 0).is_some());
                route = route.then_times(*times, &answer.clone().with_body(body));
            }
            route
        };
        Some(self.upstream.as_ref()?.iter().map(route).collect())
    }

    /// The names that the resolver knows, if there is one.
    pub(super) fn names(&self, values: &Values) -> Option<Vec<Name>> {
        let name = |planned: &PlannedName| {
            let name = planned.name.fill(values);
            let known = match &planned.alias {
                Some(of) => Name::alias(name, planned.ttl, of.fill(values)),
                None => {
                    let addresses = planned.addresses.iter();
                    let addresses = addresses.filter_map(|one| one.fill(values).parse().ok());
                    Name::addresses(name, planned.ttl, addresses.collect())
                }
            };
            known.moods(planned.moods.clone())
        };
        Some(self.dns.as_ref()?.iter().map(name).collect())
    }
}
