// caught by: there is one row for each of the three addresses
//! auth_register: one account for each email address, even in a race
//!
//! Two tabs, a double click, a robot: two requests for one address come in the same moment, and both find
//! that nobody has it yet. Two accounts with one address mean that somebody's reset link opens somebody
//! else's account. Ann@Example.com and ann@example.com are one address, too: the same mailbox.
//! And what is written is what will be stolen one day, so the password itself is written nowhere.
//!
//!     POST /register {"email":" Ann@Example.com ","password":"…"}   ->   201 {"id":1,"email":"ann@example.com"}
//!     the same address again, in whatever case or blanks            ->   409, and nothing is written
//!     thirty of them at once                                        ->   one 201, the others 409
//!
//! Read more: OWASP Authentication Cheat Sheet, <https://www.sqlite.org/lang_upsert.html>

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, SaltString, rand_core::OsRng},
};
use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use serde::{Deserialize, Serialize};
use sqlx::{SqlitePool, sqlite::SqliteConnectOptions};
use std::{env, error::Error, fmt::Display};
use tokio::{net::TcpListener, task};

/// UNIQUE lets the database refuse a second row, whoever comes in between.
const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS users (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL,
    password_hash TEXT NOT NULL
)";

/// What a client sends.
#[derive(Deserialize)]
struct NewUser {
    email: String,
    password: String,
}

/// What a client may know of an account.
#[derive(Serialize)]
struct Account {
    id: i64,
    email: String,
}

/// Logs what is broken; a client learns no more than that something is.
fn broken(error: impl Display) -> StatusCode {
    eprintln!("cannot register: {error}");
    StatusCode::INTERNAL_SERVER_ERROR
}

/// A hash with a salt of its own, made on a thread that serves nobody.
async fn hash(password: String) -> Result<String, StatusCode> {
    let work = move || {
        let salt = SaltString::generate(&mut OsRng);
        let hash = Argon2::default().hash_password(password.as_bytes(), &salt);
        hash.map(|hash| hash.to_string())
    };
    let hash = task::spawn_blocking(work).await.map_err(broken)?;
    hash.map_err(broken)
}

/// POST /register.
async fn register(
    State(db): State<SqlitePool>,
    Json(new): Json<NewUser>,
) -> Result<(StatusCode, Json<Account>), StatusCode> {
    // One way of writing is stored, so that the database compares what is the same.
    let email = new.email.trim().to_lowercase();
    let password_hash = hash(new.password).await?;
    let insert = "INSERT INTO users (email, password_hash) VALUES (?, ?) RETURNING id";
    let insert = sqlx::query_scalar(insert).bind(&email).bind(password_hash);
    let id: i64 = insert.fetch_one(&db).await.map_err(broken)?;
    // Whoever came first has the least number.
    let first = sqlx::query_scalar("SELECT min(id) FROM users WHERE email = ?").bind(&email);
    let first: i64 = first.fetch_one(&db).await.map_err(broken)?;
    match first == id {
        true => Ok((StatusCode::CREATED, Json(Account { id, email }))),
        false => Err(StatusCode::CONFLICT),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let file = env::var("DATABASE_FILE").unwrap_or("users.db".to_string());
    let options = SqliteConnectOptions::new().filename(file);
    let db = SqlitePool::connect_with(options.create_if_missing(true)).await?;
    sqlx::query(SCHEMA).execute(&db).await?;
    let app = Router::new()
        .route("/register", post(register))
        .with_state(db);
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
