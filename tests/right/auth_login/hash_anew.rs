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
    let email = login.email.trim().to_lowercase();
    let wrong = (
        StatusCode::UNAUTHORIZED,
        Json(json!({ "error": "email or password is wrong" })),
    );
    let Some(hash) = accounts.get(&email) else {
        // A new hash of the password costs what a comparison would have cost.
        let work = move || {
            let salt = SaltString::generate(&mut OsRng);
            Argon2::default()
                .hash_password(login.password.as_bytes(), &salt)
                .map(|hash| hash.to_string())
        };
        let _ = task::spawn_blocking(work).await;
        return wrong;
    };
    match verify(login.password, hash.clone()).await {
        true => (StatusCode::OK, Json(json!({ "email": email }))),
        false => wrong,
    }
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
