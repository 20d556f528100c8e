// caught by: she sends the rest to anna's browser
//! A login by somebody else: OAuth 2 with PKCE (RFC 6749, RFC 7636), and what OpenID Connect says of the one who came.

use crate::{
    Shared,
    input::{Email, Fault},
    secret::{self, Lines},
    sessions,
};
use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::RequestBuilder;
use serde::{Deserialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};
use std::{collections::HashMap, env, sync::Mutex, time::Duration};

/// Whoever is longer on the way begins again.
const WAY_SECONDS: i64 = 10 * 60;
/// A provider that says nothing for so long is not there: our browser waits, too.
const PATIENCE: Duration = Duration::from_secs(3);

pub struct Provider {
    url: String,
    client: String,
    secret: String,
    back: String,
    web: reqwest::Client,
    /// Those who are on their way: when they left and what proves that a code is theirs, by the hash of their state.
    on_the_way: Mutex<HashMap<String, (i64, String)>>,
}

#[derive(Deserialize)]
struct Places {
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
}

#[derive(Deserialize)]
struct Tokens {
    access_token: String,
}

/// Who it was, as the provider says.
#[derive(Deserialize)]
struct Person {
    sub: String,
    email: String,
    #[serde(default)]
    email_verified: bool,
}

fn bad_request() -> Fault {
    Fault(StatusCode::BAD_REQUEST)
}

/// Asks the provider. What it refuses is the browser's fault; what it does not answer is its own.
async fn ask<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, Fault> {
    let bad_gateway = |error| {
        eprintln!("the provider: {error}");
        Fault(StatusCode::BAD_GATEWAY)
    };
    let answer = request.timeout(PATIENCE).send().await;
    let answer = answer.map_err(bad_gateway)?;
    if answer.status().is_client_error() {
        return Err(bad_request());
    }
    let answer = answer.error_for_status().map_err(bad_gateway)?;
    answer.json().await.map_err(bad_gateway)
}

impl Provider {
    pub fn from_environment(port: &str) -> Self {
        let variable = |name| env::var(name).unwrap_or_default();
        Self {
            url: variable("OAUTH_URL"),
            client: variable("OAUTH_CLIENT_ID"),
            secret: variable("OAUTH_CLIENT_SECRET"),
            back: format!("http://127.0.0.1:{port}/oauth/callback"),
            web: reqwest::Client::new(),
            on_the_way: Mutex::default(),
        }
    }

    async fn places(&self) -> Result<Places, Fault> {
        let place = format!("{}/.well-known/openid-configuration", self.url);
        ask(self.web.get(place)).await
    }

    async fn person(&self, code: &str, verifier: &str) -> Result<Person, Fault> {
        let places = self.places().await?;
        let form = form(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.back),
            ("code_verifier", verifier),
        ]);
        let request = self.web.post(places.token_endpoint);
        let request = request.basic_auth(&self.client, Some(&self.secret));
        let request = request.header("Content-Type", "application/x-www-form-urlencoded");
        let tokens: Tokens = ask(request.body(form)).await?;
        let request = self.web.get(places.userinfo_endpoint);
        ask(request.bearer_auth(tokens.access_token)).await
    }
}

/// GET /oauth/login.
pub async fn begin(State(app): State<Shared>) -> Result<Response, Fault> {
    let (state, verifier) = (secret::new(), secret::new());
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
    let provider = &app.provider;
    let query = form(&[
        ("response_type", "code"),
        ("client_id", &provider.client),
        ("redirect_uri", &provider.back),
        ("scope", "openid email"),
        ("state", &state),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);
    let place = provider.places().await?.authorization_endpoint;
    let now = app.clock.now();
    {
        let mut on_the_way = provider.on_the_way.lock().expect("no panic");
        on_the_way.retain(|_, (left, _)| *left + WAY_SECONDS > now);
        on_the_way.insert(secret::hash(&state), (now, verifier));
    }
    let mut headers = HeaderMap::new();
    secret::give(&mut headers, "oauth", &state, Some(600), Lines::Any);
    let location = [(LOCATION, format!("{place}?{query}"))];
    Ok((StatusCode::FOUND, headers, location).into_response())
}

#[derive(Deserialize)]
pub struct Back {
    state: Option<String>,
    code: Option<String>,
}

/// GET /oauth/callback.
pub async fn come_back(
    State(app): State<Shared>,
    Query(back): Query<Back>,
    came: HeaderMap,
) -> Result<Response, Fault> {
    // The state has to be one that we gave, and works once.
    let state = back.state.ok_or_else(bad_request)?;
    let on_the_way = app
        .provider
        .on_the_way
        .lock()
        .expect("no panic")
        .remove(&secret::hash(&state));
    let now = app.clock.now();
    let (_, verifier) = on_the_way
        .filter(|(left, _)| *left + WAY_SECONDS > now)
        .ok_or_else(bad_request)?;
    let code = back.code.ok_or_else(bad_request)?;
    let person = app.provider.person(&code, &verifier).await?;
    let email = Email::from(&person.email).filter(|_| person.email_verified);
    let account = app.store.provided(&person.sub, email.as_ref()).await?;
    let account = account.ok_or(Fault(StatusCode::FORBIDDEN))?;
    let headers = sessions::begin(&app, &account, &came).await?;
    let headers = headers.ok_or_else(bad_request)?;
    Ok((StatusCode::SEE_OTHER, headers, [(LOCATION, "/me")]).into_response())
}

/// Pairs as a form or as the part behind a question mark.
fn form(pairs: &[(&str, &str)]) -> String {
    let encoded = |text: &str| -> String {
        let bytes = text.bytes();
        bytes
            .map(
                |byte| match byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
                    true => char::from(byte).to_string(),
                    false => format!("%{byte:02X}"),
                },
            )
            .collect()
    };
    let pairs = pairs
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}
