// caught by: the right password is welcome
//! auth_login: a login does not say which part was wrong
//!
//! "Nobody has this address" is what somebody wants to hear who tries a list of a million of them: here
//! are those who have an account, now for the passwords. So there is one answer for both. But a clock
//! tells as much as a text: who answers at once for an unknown address, and after a long hash for a known one,
//! has said it all the same. So the same work is done for both.
//!
//!     POST /login {"email":"ann@example.com","password":"…"}   ->   200 {"email":"ann@example.com"}
//!     a wrong password, or an address that nobody has          ->   401 {"error":"email or password is wrong"},
//!                                                                   the same to the last byte, and as late
//!
//! Read more: OWASP Authentication Cheat Sheet, "Authentication and Error Messages"

use argon2::{
    Argon2,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString, rand_core::OsRng},
};
use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{collections::HashMap, env, error::Error, sync::Arc};
use tokio::{net::TcpListener, task};

/// The hash of each account, by its email.
type Accounts = Arc<HashMap<String, String>>;

/// A hash of the password "nobody", made with the values that all hashes here have. It belongs to no account.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5LWlzLWF0LWhvbWU$KD1xPobJ+ccFB0GWAuwyzkZ0QgdOyHnaCvg+MlwmEPg";

/// What a client sends.
#[derive(Deserialize)]
struct Login {
    email: String,
    password: String,
}

/// Whether `hash` was made from this password. It takes long, on a thread that serves nobody.
async fn verify(password: String, hash: String) -> bool {
    let work = move || {
        let hash = PasswordHash::new(&hash)?;
        Argon2::default().verify_password(password.as_bytes(), &hash)
    };
    matches!(task::spawn_blocking(work).await, Ok(Ok(())))
}

/// POST /login.
async fn login(
    State(accounts): State<Accounts>,
    Json(login): Json<Login>,
) -> (StatusCode, Json<Value>) {
    let email = login.email;
    let known = accounts.get(&email);
    // The long work is done in any case, so the clock says nothing.
    let hash = known.map_or(NOBODY, String::as_str).to_string();
    let is_right = verify(login.password, hash).await;
    // Somebody may know the password of NOBODY, so it must open nothing.
    if known.is_some() && is_right {
        return (StatusCode::OK, Json(json!({ "email": email })));
    }
    // One place makes the answer, so the two cannot differ.
    let error = json!({ "error": "email or password is wrong" });
    (StatusCode::UNAUTHORIZED, Json(error))
}

/// The accounts from ACCOUNTS: an email and a password, as often as you like, with commas between them.
fn accounts() -> Result<Accounts, Box<dyn Error>> {
    let list = env::var("ACCOUNTS").unwrap_or("ann@example.com,sunshine".to_string());
    let mut accounts = HashMap::new();
    let mut words = list.split(',');
    while let (Some(email), Some(password)) = (words.next(), words.next()) {
        let salt = SaltString::generate(&mut OsRng);
        let hash = Argon2::default().hash_password(password.as_bytes(), &salt)?;
        accounts.insert(email.to_string(), hash.to_string());
    }
    Ok(Arc::new(accounts))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Router::new()
        .route("/login", post(login))
        .with_state(accounts()?);
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
