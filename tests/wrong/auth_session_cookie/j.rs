// caught by: with the cookie each user is known
//! auth_session_cookie: a cookie carries the login, and nobody can make one up
//!
//! HTTP forgets. So after a login the server gives the browser a word, and the browser shows it with each
//! request. Whoever knows the word is logged in: it must be too random to guess, it must mean nothing, and
//! what it stands for is kept here. Four attributes tell the browser to whom it may not be shown.
//!
//!     POST /auth/login {"email":"ann@example.com"}  ->  200, Set-Cookie: session=ID and four attributes;
//!                                                       ID is new each time, of 128 random bits or more
//!     GET  /me   Cookie: session=ID                 ->  200 {"email":"ann@example.com"}
//!     GET  /me   without it, or with another one    ->  401
//!
//! - HttpOnly: no script reads it. Secure: it is sent over TLS only.
//! - SameSite=Lax (or Strict): a form on another site does not bring it along.
//! - Path=/: every page gets it. Without it only those below /auth do, where it was set.
//!
//! The password is left out here, so that hundreds of logins take no time; `auth_login` has it.
//!
//! Read more: OWASP Session Management Cheat Sheet, RFC 6265bis section 4.1.2

use axum::{
    Json, Router,
    extract::State,
    http::{
        HeaderMap, HeaderName, StatusCode,
        header::{COOKIE, SET_COOKIE},
    },
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    env,
    error::Error,
    sync::{Arc, Mutex},
};
use tokio::net::TcpListener;

/// The user of each session, by the session's id.
type Sessions = Arc<Mutex<HashMap<String, User>>>;

/// Who somebody is.
#[derive(Clone, Deserialize, Serialize)]
struct User {
    email: String,
}

/// The value of the cookie `session`, if the browser has sent one.
fn session_id(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get(COOKIE)?.to_str().ok()?;
    let mut pairs = cookies.split(';').filter_map(|pair| pair.split_once('='));
    let found = pairs.find(|(name, _)| name.trim() == "session");
    found.map(|(_, value)| value.trim())
}

/// POST /auth/login.
async fn login(
    State(sessions): State<Sessions>,
    Json(user): Json<User>,
) -> ([(HeaderName, String); 1], Json<User>) {
    // Nobody guesses one of 2^128 numbers. A counter, a clock or a hash of them can be guessed.
    let id = format!("{:032x}", rand::random::<u128>());
    let mut sessions = sessions.lock().expect("no panic");
    // There is one login at a time.
    sessions.clear();
    sessions.insert(id.clone(), user.clone());
    let cookie = format!("session={id}; HttpOnly; Secure; SameSite=Lax; Path=/");
    ([(SET_COOKIE, cookie)], Json(user))
}

/// GET /me.
async fn me(
    State(sessions): State<Sessions>,
    headers: HeaderMap,
) -> Result<Json<Option<User>>, StatusCode> {
    let Some(id) = session_id(&headers) else {
        return Ok(Json(None));
    };
    // What a client says is a question. Only what is kept here is an answer.
    let sessions = sessions.lock().expect("no panic");
    let user = sessions.get(id).ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(Json(Some(user.clone())))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Router::new()
        .route("/auth/login", post(login))
        .route("/me", get(me))
        .with_state(Sessions::default());
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
