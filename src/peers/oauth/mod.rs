//! A provider of logins: OAuth 2 with PKCE, OpenID Connect with discovery, keys that rotate, and tokens that are wrong on demand. It
//! asks its users nothing: whoever comes is logged in as the one it was told.

mod grant;
mod id_token;
mod keys;

use super::{
    accept::Accepting,
    answer::{Answer, Ending},
    http_request::Request,
    http_server::answer_each,
    journal::Journal,
};
use crate::error::Result;
use base64::{Engine as _, engine::general_purpose::STANDARD};
pub use grant::{Client, Pkce};
use grant::{Grants, Params, Refused};
pub use id_token::Flaw;
use id_token::Says;
use keys::KEYS;
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// A running provider. Dropping it ends it.
#[derive(Debug)]
pub struct Provider {
    accepting: Accepting,
    shared: Arc<Shared>,
}

/// Somebody who has an account at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The name, by which steps choose somebody.
    pub name: String,
    /// The user whose `sub` this one has: somebody who has got another address in the meantime.
    pub same_as: Option<String>,
    /// The address for mails.
    pub email: String,
    /// Whether the provider has seen that mails arrive there.
    pub email_verified: bool,
}

/// The parts of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Endpoint {
    /// Where the others are.
    Discovery,
    /// Where a browser is sent.
    Authorize,
    /// Where a code becomes a token.
    Token,
    /// Who has a token.
    Userinfo,
    /// The public keys.
    Jwks,
}

impl Endpoint {
    /// Each with its path.
    pub const ALL: [(&'static str, Self); 5] = [
        ("/.well-known/openid-configuration", Self::Discovery),
        ("/authorize", Self::Authorize),
        ("/token", Self::Token),
        ("/userinfo", Self::Userinfo),
        ("/jwks", Self::Jwks),
    ];
}

/// A request that reached the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The part of the provider; none if there is nothing at that path.
    pub endpoint: Option<Endpoint>,
    /// Why it was refused, if it was.
    pub fault: Option<String>,
}

/// How the provider behaves from now on.
#[derive(Clone, Debug, Default)]
pub struct Mood {
    /// Who is logged in; the first user if it is nobody.
    pub user: Option<String>,
    /// What is wrong with the ID tokens.
    pub flaw: Option<Flaw>,
    /// What answers 503.
    pub down: Vec<Endpoint>,
    /// What takes a request and says nothing, until the client goes away.
    pub silent: Vec<Endpoint>,
}

#[derive(Debug)]
struct Shared {
    client: Client,
    users: Vec<User>,
    seed: String,
    state: Mutex<State>,
    journal: Journal<Visit>,
}

#[derive(Debug, Default)]
struct State {
    issuer: String,
    grants: Grants,
    mood: Mood,
    key: usize,
}

impl User {
    /// The name that never changes, and that says nothing.
    fn subject(&self) -> String {
        let name = self.same_as.as_ref().unwrap_or(&self.name);
        let letters = name.bytes().map(|byte| format!("{byte:03}"));
        format!("sub-{}", letters.collect::<String>())
    }
}

impl Provider {
    /// Starts a provider with one client and these users. Codes and tokens come out of the seed.
    ///
    /// # Errors
    /// If no port is free.
    pub fn start(client: Client, users: Vec<User>, seed: impl Into<String>) -> Result<Self> {
        let shared = Arc::new(Shared {
            client,
            users,
            seed: seed.into(),
            state: Mutex::default(),
            journal: Journal::new(),
        });
        let serving = Arc::clone(&shared);
        let accepting = Accepting::start(move |line| {
            let answer = |request: &Request| serving.answer(request);
            let broken = |why: String| serving.note(None, Some(why));
            answer_each(line, answer, broken);
        })?;
        shared.lock().issuer = format!("http://{}", accepting.address());
        Ok(Self { accepting, shared })
    }

    /// Its address, which is also its name in ID tokens.
    pub fn issuer(&self) -> String {
        format!("http://{}", self.accepting.address())
    }

    /// The client that it knows.
    pub fn client(&self) -> &Client {
        &self.shared.client
    }

    /// How it behaves from now on.
    pub fn behave(&self, mood: Mood) {
        self.shared.lock().mood = mood;
    }

    /// Signs with the next key, and publishes that one alone.
    pub fn rotate_keys(&self) {
        self.shared.lock().key += 1;
    }

    /// Every request so far, in order.
    pub fn visits(&self) -> Vec<Visit> {
        self.shared.journal.all()
    }

    /// Waits until so many requests have come; false if that takes longer than `time`.
    pub fn wait_for(&self, visits: usize, time: Duration) -> bool {
        self.shared
            .journal
            .wait_for(time, |came| came.len() >= visits)
    }

    /// What no browser may ever see: the client's secret, and every access token.
    pub fn secrets(&self) -> Vec<String> {
        let mut secrets = self.shared.lock().grants.tokens();
        secrets.push(self.shared.client.secret.clone());
        secrets
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, endpoint: Option<Endpoint>, fault: Option<String>) {
        self.journal.add(|_, _| Visit { endpoint, fault });
    }

    fn answer(&self, request: &Request) -> Answer {
        let (path, query) = request
            .target
            .split_once('?')
            .unwrap_or((&request.target, ""));
        let endpoint = Endpoint::ALL.iter().find(|(known, _)| *known == path);
        let endpoint = endpoint.map(|(_, endpoint)| *endpoint);
        let mood = self.lock().mood.clone();
        let is_in = |parts: &[Endpoint]| endpoint.is_some_and(|part| parts.contains(&part));
        let (answer, fault) = match endpoint {
            None => (
                Answer::status(404),
                Some(format!("there is nothing at {path}")),
            ),
            Some(_) if is_in(&mood.silent) => {
                (Answer::status(200).ending(Ending::StallAfter(0)), None)
            }
            Some(_) if is_in(&mood.down) => (Answer::status(503).header("Retry-After", "1"), None),
            Some(Endpoint::Discovery) => (self.discovery(), None),
            Some(Endpoint::Jwks) => {
                let key = &KEYS[self.lock().key % KEYS.len()];
                (json_answer(200, &json!({ "keys": [key.public()] })), None)
            }
            Some(Endpoint::Authorize) => self.authorize(&params(query.as_bytes())),
            Some(Endpoint::Token) => self.token(request),
            Some(Endpoint::Userinfo) => self.userinfo(request),
        };
        self.note(endpoint, fault.map(|fault| format!("{path}: {fault}")));
        answer
    }

    fn discovery(&self) -> Answer {
        let issuer = self.lock().issuer.clone();
        let at = |path: &str| format!("{issuer}{path}");
        json_answer(
            200,
            &json!({
                "issuer": issuer,
                "authorization_endpoint": at("/authorize"),
                "token_endpoint": at("/token"),
                "userinfo_endpoint": at("/userinfo"),
                "jwks_uri": at("/jwks"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
                "code_challenge_methods_supported": ["S256"],
                "scopes_supported": ["openid", "profile", "email"],
            }),
        )
    }

    fn authorize(&self, params: &Params) -> (Answer, Option<String>) {
        let uri = match self.client.redirect_uri(params) {
            Ok(uri) => uri,
            // Nobody is sent to an address that is not known.
            Err(refused) => {
                return (
                    Answer::text(format!("{}\n", refused.why)).with_status(400),
                    Some(refused.why),
                );
            }
        };
        let mut state = self.lock();
        let user = state
            .mood
            .user
            .clone()
            .or_else(|| Some(self.users.first()?.name.clone()));
        let code =
            state
                .grants
                .authorize(&self.client, params, &user.unwrap_or_default(), &self.seed);
        let mut back = form_urlencoded::Serializer::new(String::new());
        let fault = match code {
            Ok(code) => {
                back.append_pair("code", &code);
                None
            }
            Err(refused) => {
                back.append_pair("error", refused.error);
                back.append_pair("error_description", &refused.why);
                Some(format!("{}: {}", refused.error, refused.why))
            }
        };
        if let Some(state) = params.get("state") {
            back.append_pair("state", state);
        }
        let location = format!("{uri}?{}", back.finish());
        (
            Answer::status(302)
                .header("Location", location)
                .header("Cache-Control", "no-store"),
            fault,
        )
    }

    fn token(&self, request: &Request) -> (Answer, Option<String>) {
        let params = params(&request.body);
        let refuse = |status, refused: Refused| {
            let body = json!({ "error": refused.error, "error_description": refused.why });
            let fault = format!("{}: {}", refused.error, refused.why);
            (json_answer(status, &body), Some(fault))
        };
        if request.method != "POST" {
            let why = format!("it takes a POST, not a {}", request.method);
            return refuse(
                405,
                Refused {
                    error: "invalid_request",
                    why,
                },
            );
        }
        if let Err(why) = self.is_client(request, &params) {
            return refuse(
                401,
                Refused {
                    error: "invalid_client",
                    why,
                },
            );
        }
        let mut state = self.lock();
        let granted = match state.grants.exchange(&params, &self.seed) {
            Ok(granted) => granted,
            Err(refused) => return refuse(400, refused),
        };
        let mut body = json!({ "access_token": granted.access_token, "token_type": "Bearer", "expires_in": 3600 });
        if let Some(user) = self.user(&granted.user).filter(|_| granted.wants_id_token) {
            let now = SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default();
            let says = Says {
                issuer: &state.issuer,
                client: &self.client.id,
                user,
                nonce: granted.nonce.as_deref(),
                now: now.as_secs(),
                key: state.key,
                flaw: state.mood.flaw,
            };
            body["id_token"] = json!(says.token());
        }
        (json_answer(200, &body), None)
    }

    /// The client shows its secret in the header or in the body.
    fn is_client(&self, request: &Request, params: &Params) -> std::result::Result<(), String> {
        let shown = match header(request, "Authorization") {
            Some(value) => {
                let pair = value
                    .strip_prefix("Basic ")
                    .and_then(|text| STANDARD.decode(text).ok());
                let pair = pair.and_then(|bytes| String::from_utf8(bytes).ok());
                pair.and_then(|pair| {
                    let (id, secret) = pair.split_once(':')?;
                    Some((id.to_owned(), secret.to_owned()))
                })
            }
            None => params
                .get("client_id")
                .cloned()
                .zip(params.get("client_secret").cloned()),
        };
        match shown {
            None => Err("the client did not show its id and its secret".into()),
            Some((id, secret)) if id == self.client.id && secret == self.client.secret => Ok(()),
            Some(_) => Err("the id or the secret of the client is wrong".into()),
        }
    }

    fn userinfo(&self, request: &Request) -> (Answer, Option<String>) {
        let token =
            header(request, "Authorization").and_then(|value| value.strip_prefix("Bearer "));
        let state = self.lock();
        let user = token.and_then(|token| state.grants.user_of(token));
        match user.and_then(|name| self.user(name)) {
            Some(user) => {
                let body = json!({ "sub": user.subject(), "name": user.name, "email": user.email, "email_verified": user.email_verified });
                (json_answer(200, &body), None)
            }
            None => (
                Answer::status(401).header("WWW-Authenticate", "Bearer error=\"invalid_token\""),
                Some("there is no good access token in Authorization: Bearer".into()),
            ),
        }
    }

    fn user(&self, name: &str) -> Option<&User> {
        self.users.iter().find(|user| user.name == name)
    }
}

fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let mut headers = request.headers.iter();
    let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str())
}

fn params(text: &[u8]) -> Params {
    form_urlencoded::parse(text).into_owned().collect()
}

fn json_answer(status: u16, body: &Value) -> Answer {
    Answer::json(body.to_string())
        .with_status(status)
        .header("Cache-Control", "no-store")
}
