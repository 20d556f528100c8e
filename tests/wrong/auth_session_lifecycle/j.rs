// caught by: a login sets a cookie
//! auth_session_lifecycle: sessions begin fresh, end, and expire
//!
//! An attacker who cannot guess an id may choose one: he plants it in Ann's browser, she logs in, and the id
//! that he knows is hers. Or he has copied her cookie, from a shared computer or a log; then it matters that
//! it dies: at once when she logs out, soon when she stops, and one day in any case.
//!
//!     POST /login {"email":"ann@example.com"}  ->  200, Set-Cookie with a new id, whatever cookie comes along;
//!                                                  the session of the cookie that came along is over
//!     GET  /me                                 ->  200 {"email":"ann@example.com"}, or 401
//!     POST /logout                             ->  204, the session is over; others of Ann's go on
//!     30 minutes after its last use, and 12 hours after its login however much it is used, a session is over
//!
//! Read more: OWASP Session Management Cheat Sheet, "Session Expiration"; NIST SP 800-63B, "Session Management"

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router, extract::State};
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::{collections::HashMap, env, error::Error};
use tokio::net::TcpListener;

#[derive(Clone, Deserialize, Serialize)]
struct User {
    email: String,
}

/// So many seconds a session lives unused, and so many in all.
const IDLE: u64 = 30 * 60;
const LIFE: u64 = 12 * 60 * 60;

struct Session {
    user: User,
    begun: u64,
    used: u64,
}

/// The time in seconds. Here it stands still until `POST /clock` moves it, so that nobody has to wait.
static CLOCK: AtomicU64 = AtomicU64::new(0);

fn now() -> u64 {
    CLOCK.load(SeqCst)
}

/// What all handlers share: the sessions by their ids.
type App = Arc<Mutex<HashMap<String, Session>>>;

/// The value of the cookie `session`, if the browser has sent one.
fn session_id(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get(COOKIE)?.to_str().ok()?;
    let mut pairs = cookies.split(';').filter_map(|pair| pair.split_once('='));
    let found = pairs.find(|(name, _)| name.trim() == "id");
    found.map(|(_, value)| value.trim())
}

type SetCookie = [(HeaderName, String); 1];

/// The header that gives the browser this id; with 0 seconds it forgets the cookie.
fn cookie(id: &str, seconds: u64) -> SetCookie {
    let attributes = "HttpOnly; Secure; SameSite=Lax; Path=/";
    let cookie = format!("id={id}; {attributes}; Max-Age={seconds}");
    [(SET_COOKIE, cookie)]
}

/// POST /login. (The password is left out here; `auth_login` has it.)
async fn login(
    State(app): State<App>,
    headers: HeaderMap,
    Json(user): Json<User>,
) -> (SetCookie, Json<User>) {
    // What came along was chosen by somebody, and is good for one thing only: to be ended.
    if let Some(old) = session_id(&headers) {
        app.lock().expect("no panic").remove(old);
    }
    let id = format!("{:032x}", rand::random::<u128>());
    let (begun, used) = (now(), now());
    let session = Session {
        user: user.clone(),
        begun,
        used,
    };
    app.lock().expect("no panic").insert(id.clone(), session);
    (cookie(&id, LIFE), Json(user))
}

/// POST /logout.
async fn logout(State(app): State<App>, headers: HeaderMap) -> StatusCode {
    let Some(id) = session_id(&headers) else {
        return StatusCode::UNAUTHORIZED;
    };
    app.lock().expect("no panic").remove(id);
    StatusCode::NO_CONTENT
}

/// GET /me.
async fn me(State(app): State<App>, headers: HeaderMap) -> Result<Json<User>, StatusCode> {
    let id = session_id(&headers).ok_or(StatusCode::NOT_FOUND)?;
    let mut sessions = app.lock().expect("no panic");
    let session = sessions.get_mut(id).ok_or(StatusCode::UNAUTHORIZED)?;
    // The first clock is for the computer that was left, the second for the thief who never stops.
    if now() >= session.used + IDLE || now() >= session.begun + LIFE {
        sessions.remove(id);
        return Err(StatusCode::UNAUTHORIZED);
    }
    session.used = now();
    Ok(Json(session.user.clone()))
}

/// POST /clock: so many seconds pass.
async fn pass(seconds: String) {
    CLOCK.fetch_add(seconds.parse().unwrap_or(0), SeqCst);
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Router::new()
        .route("/login", post(login))
        .route("/logout", post(logout))
        .route("/me", get(me))
        .route("/clock", post(pass))
        .with_state(App::default());
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
