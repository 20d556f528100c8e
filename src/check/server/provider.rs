//! The provider of logins as a steps file has it: its client and users, what a step makes it do, and what has to have reached it.
//!
//! ```toml
//! [peers.oauth]
//! redirect_path = "/callback"
//! pkce          = "required"
//! users         = [{ name = "anna", email = "anna@example.test" }, { name = "eve", email = "anna@example.test", email_verified = false }]
//!
//! [[step]]
//! # …
//! oauth = { user = "eve", id_token = "nonce", down = ["userinfo"], requests = { token = 1, jwks = [0, 1] } }
//! ```

use super::{
    arrivals::{ARRIVES_WITHIN, numbers, wrong_count},
    expect::{About, Problem},
    message::Message,
    peers_file::Moment,
    steps::Reader,
    steps_file::OneOrMany,
    template::{Template, Values},
};
use crate::{
    course::Spanned,
    error::Result,
    peers::{Client, Endpoint, Flaw, Pkce, Provider, ProviderMood, User},
};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawProvider {
    redirect_path: Spanned<String>,
    #[serde(default)]
    pkce: RawPkce,
    users: Vec<RawUser>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawPkce {
    #[default]
    Optional,
    Required,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawUser {
    name: String,
    /// The user whose `sub` this one has.
    same_as: Option<Spanned<String>>,
    email: Spanned<String>,
    #[serde(default = "yes")]
    email_verified: bool,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawProviderExpect {
    user: Option<String>,
    id_token: Option<RawFlaw>,
    #[serde(default)]
    down: Vec<RawEndpoint>,
    #[serde(default)]
    silent: Vec<RawEndpoint>,
    #[serde(default)]
    rotates: bool,
    #[serde(default)]
    requests: BTreeMap<RawEndpoint, OneOrMany<usize>>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawFlaw {
    Nonce,
    Audience,
    Issuer,
    Expired,
    Unsigned,
    Tampered,
    WrongKey,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawEndpoint {
    Discovery,
    Authorize,
    Token,
    Userinfo,
    Jwks,
}

impl RawEndpoint {
    fn checked(self) -> (Endpoint, &'static str) {
        match self {
            Self::Discovery => (Endpoint::Discovery, "discovery document"),
            Self::Authorize => (Endpoint::Authorize, "authorize endpoint"),
            Self::Token => (Endpoint::Token, "token endpoint"),
            Self::Userinfo => (Endpoint::Userinfo, "userinfo endpoint"),
            Self::Jwks => (Endpoint::Jwks, "keys (JWKS)"),
        }
    }
}

fn endpoints(raw: Vec<RawEndpoint>) -> Vec<Endpoint> {
    raw.into_iter().map(|part| part.checked().0).collect()
}

/// The provider of one exercise, checked.
#[derive(Clone, Debug)]
pub(super) struct PlannedProvider {
    redirect_path: String,
    pkce: Pkce,
    users: Vec<PlannedUser>,
}

#[derive(Clone, Debug)]
struct PlannedUser {
    name: String,
    same_as: Option<String>,
    email: Template,
    email_verified: bool,
}

/// What a step makes the provider do until the next one begins, and what has to have reached it since.
#[derive(Debug)]
pub(super) struct ProviderExpect {
    mood: ProviderMood,
    rotates: bool,
    requests: Vec<(Endpoint, &'static str, OneOrMany<usize>)>,
}

impl Reader<'_> {
    pub(super) fn provider_plan(&self, raw: RawProvider) -> Result<PlannedProvider> {
        if !raw.redirect_path.get_ref().starts_with('/') || raw.users.is_empty() {
            return self.fail(
                &raw.redirect_path,
                "a provider needs a path to send browsers back to, and users",
                "As in redirect_path = \"/callback\" and users = [{ name = \"anna\", email = \"anna@example.test\" }].",
            );
        }
        let mut users: Vec<PlannedUser> = Vec::new();
        for user in raw.users {
            let mut same_as = None;
            if let Some(other) = user.same_as {
                let Some(known) = users.iter().find(|known| known.name == *other.get_ref()) else {
                    return self.fail(
                        &other,
                        format!("no user before this one is {}", other.get_ref()),
                        "same_as names the user whose `sub` this one has.",
                    );
                };
                // That one may be the same as another again.
                same_as = Some(known.same_as.as_ref().unwrap_or(&known.name).clone());
            }
            users.push(PlannedUser {
                name: user.name,
                same_as,
                email: self.template(&user.email)?,
                email_verified: user.email_verified,
            });
        }
        Ok(PlannedProvider {
            redirect_path: raw.redirect_path.into_inner(),
            pkce: match raw.pkce {
                RawPkce::Optional => Pkce::Optional,
                RawPkce::Required => Pkce::Required,
            },
            users,
        })
    }

    pub(super) fn provider_expect(
        &self,
        at: &Spanned<String>,
        raw: RawProviderExpect,
    ) -> Result<ProviderExpect> {
        let plan = self.peers.oauth.as_ref();
        let users = plan.map_or(&[][..], |plan| plan.users.as_slice());
        if let Some(name) = &raw.user
            && !users.iter().any(|known| known.name == *name)
        {
            let known: Vec<&str> = users.iter().map(|known| known.name.as_str()).collect();
            return self.fail(
                at,
                format!("the provider has no user {name}"),
                &format!("Known here: {}.", known.join(", ")),
            );
        }
        let requests = raw.requests.into_iter().map(|(endpoint, many)| {
            let (endpoint, words) = endpoint.checked();
            (endpoint, words, many)
        });
        Ok(ProviderExpect {
            mood: ProviderMood {
                user: raw.user,
                flaw: raw.id_token.map(|flaw| match flaw {
                    RawFlaw::Nonce => Flaw::Nonce,
                    RawFlaw::Audience => Flaw::Audience,
                    RawFlaw::Issuer => Flaw::Issuer,
                    RawFlaw::Expired => Flaw::Expired,
                    RawFlaw::Unsigned => Flaw::Unsigned,
                    RawFlaw::Tampered => Flaw::Tampered,
                    RawFlaw::WrongKey => Flaw::WrongKey,
                }),
                down: endpoints(raw.down),
                silent: endpoints(raw.silent),
            },
            rotates: raw.rotates,
            requests: requests.collect(),
        })
    }
}

impl PlannedProvider {
    /// Starts it; its client and its secrets differ from run to run.
    ///
    /// # Errors
    /// If no port is free.
    pub(super) fn start(&self, values: &Values) -> Result<Provider> {
        let drawn = |name: &str| Template::new(&format!("${{random.id.{name}}}")).fill(values);
        let client = Client {
            id: format!("client-{}", drawn("oauth client")),
            secret: format!("{}{}", drawn("oauth secret"), drawn("oauth secret too")),
            redirect_path: self.redirect_path.clone(),
            pkce: self.pkce,
        };
        let users = self.users.iter().map(|user| User {
            name: user.name.clone(),
            same_as: user.same_as.clone(),
            email: user.email.fill(values),
            email_verified: user.email_verified,
        });
        Provider::start(client, users.collect(), drawn("oauth seed"))
    }
}

impl ProviderExpect {
    /// How the provider behaves in a step. Before and after it, and where the step says nothing of it, it behaves well.
    pub(super) fn at(moment: Moment, expect: Option<&Self>, provider: &Provider) {
        let expect = expect.filter(|_| moment == Moment::Before);
        let mood = expect.map(|expect| expect.mood.clone());
        provider.behave(mood.unwrap_or_default());
        if expect.is_some_and(|expect| expect.rotates) {
            provider.rotate_keys();
        }
    }

    /// True if something can be wrong with what arrived.
    pub(super) fn judges(&self) -> bool {
        !self.requests.is_empty()
    }

    /// What is wrong with the requests since there were `from`.
    pub(super) fn judge(&self, provider: &Provider, from: usize) -> Vec<Problem> {
        let least: usize = self
            .requests
            .iter()
            .filter_map(|(.., many)| numbers(many).into_iter().min())
            .sum();
        provider.wait_for(from + least, ARRIVES_WITHIN);
        let visits = provider.visits();
        let came = |endpoint: Endpoint| {
            let visits = visits.iter().skip(from);
            visits
                .filter(|visit| visit.endpoint == Some(endpoint))
                .count()
        };
        let problems = self.requests.iter().filter_map(|(endpoint, words, many)| {
            let came = came(*endpoint);
            let at = format!("the provider's {words}");
            wrong_count(&at, "request", &numbers(many), came, "1").map(|problem| Problem {
                actual: came.to_string(),
                ..problem
            })
        });
        problems.collect()
    }
}

/// Why the provider refused something since there were `from` requests.
pub(super) fn refusal(provider: &Provider, from: usize) -> Option<String> {
    let visits = provider.visits().into_iter().skip(from);
    let mut faults = visits.filter_map(|visit| visit.fault);
    faults
        .next()
        .map(|fault| format!("The provider refused at {fault}."))
}

/// A secret that an answer, or a cookie, shows to the browser.
pub(super) fn leak(provider: &Provider, answer: &Message, cookies: &str) -> Option<Problem> {
    let head = answer
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}"));
    let head: Vec<String> = head.collect();
    let body = String::from_utf8_lossy(&answer.body);
    let client = provider.client();
    provider.secrets().into_iter().find_map(|secret| {
        let what = match secret == client.secret {
            true => "the client's secret",
            false => "an access token",
        };
        let line = head.iter().find(|line| line.contains(&secret));
        let place = match line {
            Some(line) => format!("the header {}", line.split(':').next().unwrap_or_default()),
            None if body.contains(&secret) => "the body".into(),
            None if cookies.contains(&secret) => "a cookie".into(),
            None => return None,
        };
        Some(Problem {
            about: About::Else,
            expected: "an answer without the secrets that server and provider share".into(),
            actual: format!("{what} in {place}"),
            explain: Some("What a browser has seen, every script and every extension in it has seen. Keep it on the server, and give the browser a session of your own.".into()),
        })
    })
}
