// caught by: Ann logs in again
//! jwt_refresh: a refresh token is good once, and a thief is noticed
//!
//! Nobody can take an access token back, so it lives five minutes. Ann does not log in every five minutes: her app has a refresh
//! token, and gets a new pair for it. If a thief copies that, he gets new pairs for ever, and nobody sees it. So each is
//! good once. One that comes a second time means that two people have it. You cannot tell who is the thief, so that login ends for both.
//!
//!     POST /login    ann     ->  200 {"access":…,"refresh":…}
//!     POST /refresh  TOKEN   ->  200 with a new pair, and TOKEN is used up
//!     a TOKEN that was used up before   ->  401, and every token that came from this login is dead; other logins go on
//!     an unknown one, or 30 days after the login, however often it was refreshed   ->  401
//!
//! A refresh token is `LOGIN.SECRET`: which login it is from, and its secret. The table `logins` has the hash of the last one only.
//!
//! Read more: RFC 9700 (OAuth 2.0 Security), section 4.14; `jwt_verify` is where the access token is checked

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::{SqlitePool, query, query_scalar, raw_sql};
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::{env, error::Error};
use tokio::net::TcpListener;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS logins (
    id TEXT PRIMARY KEY, user TEXT NOT NULL, current TEXT NOT NULL, ends INTEGER NOT NULL)";

/// How many seconds a login lives, and an access token.
const LIFE: i64 = 30 * 24 * 60 * 60;
const ACCESS: i64 = 5 * 60;

/// The time in seconds. Here it stands still until `POST /clock` moves it, so that nobody has to wait.
static CLOCK: AtomicI64 = AtomicI64::new(1_800_000_000);

fn now() -> i64 {
    CLOCK.load(SeqCst)
}

fn broken(error: sqlx::Error) -> StatusCode {
    eprintln!("the database says: {error}");
    StatusCode::INTERNAL_SERVER_ERROR
}

/// What stands in the column `current` for a secret.
fn hash(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(secret))
}

/// Something that nobody can guess.
fn draw() -> String {
    format!("{:032x}", rand::random::<u128>())
}

#[derive(Serialize)]
struct Pair {
    access: String,
    refresh: String,
}

/// The tokens of a user for this login and this secret.
fn pair(user: &str, login: &str, secret: &str) -> Json<Pair> {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let claims = json!({ "sub": user, "exp": now() + ACCESS });
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let mac = Hmac::<Sha256>::new_from_slice(b"our key").expect("any length");
    let signature = mac.chain_update(&signed).finalize().into_bytes();
    Json(Pair {
        access: format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)),
        refresh: format!("{login}.{secret}"),
    })
}

/// POST /login. (The password is left out here; `auth_login` has it.)
async fn login(State(db): State<SqlitePool>, user: String) -> Result<Json<Pair>, StatusCode> {
    let (login, secret) = (user.clone(), draw());
    let insert = query("INSERT INTO logins (id, user, current, ends) VALUES (?, ?, ?, ?)");
    let insert = insert.bind(&login).bind(&user);
    let insert = insert.bind(hash(&secret)).bind(now() + LIFE);
    insert.execute(&db).await.map_err(broken)?;
    Ok(pair(&user, &login, &secret))
}

/// POST /refresh.
async fn refresh(State(db): State<SqlitePool>, token: String) -> Result<Json<Pair>, StatusCode> {
    let (login, secret) = token.split_once('.').ok_or(StatusCode::UNAUTHORIZED)?;
    let new = draw();
    // One statement looks and changes: of ten at once, the second one finds another secret there.
    let change = query_scalar(
        "UPDATE logins SET current = ? WHERE id = ? AND current = ? AND ends > ? RETURNING user",
    );
    let change = change.bind(hash(&new)).bind(login);
    let change = change.bind(hash(secret)).bind(now());
    let user: Option<String> = change.fetch_optional(&db).await.map_err(broken)?;
    let Some(user) = user else {
        // Whoever knows the login, and not its last secret, has an old token, or is the other one who has it.
        let end = query("UPDATE logins SET current = '' WHERE id = ?").bind(login);
        end.execute(&db).await.map_err(broken)?;
        return Err(StatusCode::UNAUTHORIZED);
    };
    Ok(pair(&user, login, &new))
}

/// POST /clock: so many seconds pass.
async fn pass(seconds: String) {
    CLOCK.fetch_add(seconds.parse().unwrap_or(0), SeqCst);
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let db = SqlitePool::connect("sqlite:logins.db?mode=rwc").await?;
    raw_sql(TABLE).execute(&db).await?;
    let app = Router::new()
        .route("/login", post(login))
        .route("/refresh", post(refresh))
        .route("/clock", post(pass))
        .with_state(db);
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
