//! login_system: accounts that stay with their owners
//!
//! SPEC.md beside this file says what it has to do, in six stages. This is a beginning that starts and knows one
//! route. Everything here is yours: other files, other names, another structure.
//!
//!     POST /register {"email":" Anna@Example.com ","password":"…"}   ->   201 {"email":"anna@example.com"}

mod store;

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{env, error::Error};
use store::Store;
use tokio::net::TcpListener;

#[derive(Deserialize)]
struct Credentials {
    email: String,
    password: String,
}

/// POST /register.
async fn register(
    State(store): State<Store>,
    Json(new): Json<Credentials>,
) -> Result<(StatusCode, Json<Value>), StatusCode> {
    // TODO: Write the email in its one form, refuse what breaks the rules, and hash the password.
    let hash = new.password;
    let registered = store.register(&new.email, &hash).await.map_err(|error| {
        eprintln!("the database: {error}");
        StatusCode::INTERNAL_SERVER_ERROR
    })?;
    match registered {
        true => Ok((StatusCode::CREATED, Json(json!({ "email": new.email })))),
        false => Err(StatusCode::CONFLICT),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let file = env::var("DATABASE_FILE").unwrap_or("accounts.db".to_string());
    // TODO: Write the other routes of stage 1; SPEC.md has the table.
    let app = Router::new()
        .route("/register", post(register))
        .with_state(Store::open(&file).await?);
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
