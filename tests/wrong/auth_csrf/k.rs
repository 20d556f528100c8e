// caught by: Ann logs in
//! auth_csrf: the browser sends cookies for others too
//!
//! Ann is logged in at her bank and opens another page. That page holds a form that goes to the bank, and a script that sends
//! it; her browser sends her cookie with it, because the request goes to the bank. The bank sees Ann. What the
//! other page cannot do is read a page of the bank. So the bank writes a token into its own form, and asks for it.
//!
//!     GET  /account   ->  200, a page with the form, and in it <input type="hidden" name="token" value="TOKEN">
//!     POST /transfer  to=…&cents=…&token=TOKEN
//!                     ->  303 to /account; 403 and nothing changes if TOKEN is not that of this session
//!     GET  /transfer  ->  405: a link or a picture of any page is a GET, so a GET changes nothing
//!     nobody logged in -> 401
//!
//! The token is another one in each session, nobody can guess it, and it is not the session's id: scripts read the page.
//! The session's cookie is SameSite=None here, because partners show the bank in a frame. (SameSite=Lax stops most of this, not all.)
//!
//! Read more: OWASP Cross-Site Request Forgery Prevention Cheat Sheet

use axum::extract::{Form, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header::COOKIE, header::SET_COOKIE};
use axum::response::{Html, Redirect};
use axum::{Router, routing::get, routing::post};
use serde::Deserialize;
use std::sync::{Arc, Mutex};
use std::{collections::HashMap, env, error::Error};
use tokio::net::TcpListener;

/// A login, which is found by its id.
#[derive(Clone)]
struct Session {
    user: String,
    token: String,
}

#[derive(Clone, Default)]
struct App {
    sessions: Arc<Mutex<HashMap<String, Session>>>,
    /// What has left each account, in cents.
    spent: Arc<Mutex<HashMap<String, u64>>>,
}

impl App {
    /// Whose session the cookie of this request names.
    fn session(&self, headers: &HeaderMap) -> Result<Session, StatusCode> {
        let cookies = headers.get(COOKIE).and_then(|value| value.to_str().ok());
        let mut pairs = cookies.unwrap_or("").split("; ");
        let id = pairs.find_map(|pair| pair.strip_prefix("session="));
        let sessions = self.sessions.lock().expect("no panic");
        let found = id.and_then(|id| sessions.get(id));
        found.cloned().ok_or(StatusCode::UNAUTHORIZED)
    }
}

/// Something that nobody can guess.
fn secret() -> String {
    format!("{:032x}", rand::random::<u128>())
}

#[derive(Deserialize)]
struct Login {
    user: String,
}

/// POST /login. (The password is left out here; `auth_login` has it.)
async fn login(
    State(app): State<App>,
    Form(Login { user }): Form<Login>,
) -> ([(HeaderName, String); 1], Redirect) {
    let id = secret();
    let cookie = format!("session={id}; HttpOnly; SameSite=None; Path=/");
    // It is drawn anew for each session: a token of the attacker's own session is good there, and nowhere else.
    let token = secret();
    let session = Session { user, token };
    app.sessions.lock().expect("no panic").insert(id, session);
    ([(SET_COOKIE, cookie)], Redirect::to("/account"))
}

/// GET /account.
async fn account(State(app): State<App>, headers: HeaderMap) -> Result<Html<String>, StatusCode> {
    let session = app.session(&headers)?;
    let spent = app.spent.lock().expect("no panic");
    let spent = spent.get(&session.user).copied().unwrap_or(0);
    let form = format!(
        r#"<p>You have spent {spent} cents.</p>
<form method="post" action="/transfer">
<input name="to"> <input name="cents"> <button>Send</button>
<input type="hidden" name="token" value="{token}">
</form>
"#,
        token = session.token,
    );
    Ok(Html(form))
}

#[derive(Deserialize)]
struct Transfer {
    cents: u64,
    /// Empty if the form has none.
    #[serde(default)]
    token: String,
}

/// POST /transfer.
async fn transfer(
    State(app): State<App>,
    headers: HeaderMap,
    Form(transfer): Form<Transfer>,
) -> Result<Redirect, StatusCode> {
    let session = app.session(&headers)?;
    // The cookie says whose browser it is. That the form is ours says only what stands in no other page.
    if transfer.token != session.token {
        return Err(StatusCode::FORBIDDEN);
    }
    let mut spent = app.spent.lock().expect("no panic");
    *spent.entry(session.user).or_default() += transfer.cents;
    Ok(Redirect::to("/account"))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Router::new()
        .route("/login", post(login))
        .route("/account", get(account))
        // `Form` reads the query of a GET as well, so no GET may get there.
        .route("/transfer", post(transfer))
        .with_state(App::default());
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
