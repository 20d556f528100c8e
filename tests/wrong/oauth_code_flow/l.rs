// caught by: Eve gets a code for her own account
//! oauth_code_flow: a login ends in the browser in which it has begun
//!
//! The provider knows Ann, and sends her browser back to you with a code. You take the code for a token, server to server, and ask
//! who she is. But anybody can send a browser to your callback: an attacker takes a code for his own account and lets Ann's
//! browser follow that link. Then she is logged in as him, and what she writes lies in his account. Against that, `state`
//! goes to the provider and comes back: a word that only the browser knows in which the login has begun.
//!
//!     GET /login                    ->  303 to the provider, with a state that nobody can guess
//!     GET /callback?code=…&state=…  ->  303 to /me, logged in, if this browser has begun a login with this state, once
//!                                   ->  400 if not, or if the provider refuses; 502 if it is down
//!     GET /me                       ->  200 and the email, or 401
//!
//! The provider's token stays in your server: no browser sees it, in a page or in a cookie.
//!
//! Read more: RFC 6749, sections 4.1 and 10.12; RFC 9700, section 4.7

use axum::extract::{Query, State};
use axum::http::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{AppendHeaders, Redirect};
use axum::{Router, routing::get};
use reqwest::{Client, RequestBuilder, Url};
use serde_json::Value;
use std::sync::{Arc, Mutex};
use std::{collections::HashMap, env, error::Error};
use tokio::net::TcpListener;

/// The email of each session's user, by the session's id.
type Sessions = State<Arc<Mutex<HashMap<String, String>>>>;

/// Cookies, and where the browser goes next.
type Answer = (AppendHeaders<[(HeaderName, String); 2]>, Redirect);

/// What a variable of the environment says.
fn told(name: &str) -> String {
    env::var(name).unwrap_or_default()
}

/// Where the provider sends browsers back to.
fn back() -> String {
    format!("http://127.0.0.1:{}/callback", told("PORT"))
}

fn url(base: &str, parameters: &[(&str, &str)]) -> Url {
    Url::parse_with_params(base, parameters).expect("OAUTH_URL is a URL")
}

/// Something that nobody can guess.
fn secret() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// The value of a cookie; empty if the browser has not sent it.
fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    let cookies = headers.get(COOKIE).and_then(|value| value.to_str().ok());
    let pairs = cookies.unwrap_or("").split("; ");
    let mut pairs = pairs.filter_map(|pair| pair.split_once('='));
    let found = pairs.find(|(known, _)| *known == name);
    found.map_or("", |(_, value)| value)
}

/// The header that gives the browser a cookie. (Without `Secure`, because here all of it is http on one computer.)
fn set(name: &str, value: &str) -> (HeaderName, String) {
    let attributes = "HttpOnly; SameSite=Lax; Path=/";
    (SET_COOKIE, format!("{name}={value}; {attributes}"))
}

/// GET /login.
async fn login() -> Answer {
    let state = secret();
    let parameters = [
        ("response_type", "code"),
        ("client_id", &told("OAUTH_CLIENT_ID")),
        ("redirect_uri", &back()),
        ("scope", "email"),
    ];
    let provider = url(&(told("OAUTH_URL") + "/authorize"), &parameters);
    // The same word goes two ways: in this browser, and through the provider.
    let cookies = [set("state", &state), set("session", "")];
    (AppendHeaders(cookies), Redirect::to(provider.as_str()))
}

/// GET /callback.
async fn callback(
    sessions: Sessions,
    headers: HeaderMap,
    Query(said): Query<HashMap<String, String>>,
) -> Result<Answer, StatusCode> {
    // Nobody has begun a login with an empty one.
    println!("back, with {}", headers.len());
    let code = said.get("code").ok_or(StatusCode::BAD_REQUEST)?;
    let (_token, email) = ask(code).await?;
    // The browser gets a word of our own, which is good here only.
    let id = secret();
    let mut sessions = sessions.lock().expect("no panic");
    sessions.insert(id.clone(), email);
    // This login is over.
    let cookies = [set("session", &id), set("state", "")];
    Ok((AppendHeaders(cookies), Redirect::to("/me")))
}

/// Takes a code to the provider for a token, and asks whose that is. Gives the token and the email.
async fn ask(code: &str) -> Result<(String, String), StatusCode> {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &back()),
    ];
    // A form is written as the query of a URL is.
    let form = url("http://form", &form).query().unwrap_or("").to_string();
    let (id, secret) = (told("OAUTH_CLIENT_ID"), told("OAUTH_CLIENT_SECRET"));
    let post = Client::new().post(told("OAUTH_URL") + "/token");
    let post = post.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let token = field(post.basic_auth(id, Some(secret)).body(form), "access_token").await?;
    let get = Client::new().get(told("OAUTH_URL") + "/userinfo");
    let email = field(get.bearer_auth(&token), "email").await?;
    Ok((token, email))
}

/// A field of the provider's answer: 400 if it does not like the question, 502 if it is not well.
async fn field(ask: RequestBuilder, name: &str) -> Result<String, StatusCode> {
    let answer = ask.send().await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    if answer.status().is_client_error() {
        return Err(StatusCode::BAD_REQUEST);
    }
    let json: Value = answer.json().await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    let field = json[name].as_str().ok_or(StatusCode::BAD_GATEWAY)?;
    Ok(field.to_string())
}

/// GET /me.
async fn me(sessions: Sessions, headers: HeaderMap) -> Result<String, StatusCode> {
    let sessions = sessions.lock().expect("no panic");
    let email = sessions.get(cookie(&headers, "session"));
    email.cloned().ok_or(StatusCode::UNAUTHORIZED)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Router::new()
        .route("/login", get(login))
        .route("/callback", get(callback))
        .route("/me", get(me))
        .with_state(Arc::default());
    let listener = TcpListener::bind(format!("127.0.0.1:{}", told("PORT"))).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
