//! authz_fields: what comes in, what is kept and what goes out are three types
//!
//! One struct for all three is short, and gives every client two gifts. Whatever JSON it sends
//! lands in the row: also `"role":"admin"` (mass assignment). And whatever is in the row goes out
//! again: also the hash of the password (over-exposure). A type for each says what may pass; a
//! column that is added next year then stays inside by itself.
//!
//!     POST  /users {"name":…,"city":…}   ->   201 {"id":7,"name":…,"city":…,"role":"member","balance":0}
//!     PATCH /me {"city":…}               ->   200 and the same fields; only the city can be changed
//!     GET   /me                          ->   200 and the same fields, for the user itself
//!     GET   /users, GET /users/7         ->   200 {"id":7,"name":…,"city":…}, for everybody, in a list or alone
//!     more fields than these in a body   ->   they change nothing; 422 is right as well
//!
//! `GET /books` is given, and for admins only. A new user sets a password later.
//!
//! Read more: <https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/>

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header::AUTHORIZATION};
use axum::{Json, Router, routing::get};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex};
use std::{env, error::Error, fs};
use tokio::net::TcpListener;

/// A user as we keep it.
// TODO: Write types for what goes out: what everybody may see, and what a user may see of itself.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default)]
struct Row {
    id: usize,
    name: String,
    city: String,
    role: String,
    balance: i64,
    password_hash: String,
    session: Option<String>,
}

type Users = Arc<Mutex<Vec<Row>>>;

/// The place of the user who is logged in.
fn me(users: &[Row], headers: &HeaderMap) -> Result<usize, StatusCode> {
    let said = headers.get(AUTHORIZATION).and_then(|it| it.to_str().ok());
    let session = said.and_then(|said| said.strip_prefix("Bearer "));
    let is_me = |row: &Row| row.session.is_some() && row.session.as_deref() == session;
    let place = users.iter().position(is_me);
    place.ok_or(StatusCode::UNAUTHORIZED)
}

/// POST /users.
async fn create(State(users): State<Users>, Json(new): Json<Row>) -> (StatusCode, Json<Row>) {
    // TODO: Read what a new user may say, and decide about all other fields yourself.
    let mut users = users.lock().expect("no panic");
    let id = users.len() + 1;
    let row = Row { id, ..new };
    users.push(row.clone());
    (StatusCode::CREATED, Json(row))
}

/// PATCH /me.
async fn change(
    State(users): State<Users>,
    headers: HeaderMap,
    Json(change): Json<serde_json::Map<String, serde_json::Value>>,
) -> Result<Json<Row>, StatusCode> {
    // TODO: Change what a user may change, and nothing else.
    let mut users = users.lock().expect("no panic");
    let me = me(&users, &headers)?;
    let mut row = serde_json::to_value(&users[me]).expect("a row is JSON");
    row.as_object_mut().expect("an object").extend(change);
    users[me] = serde_json::from_value(row).map_err(|_| StatusCode::UNPROCESSABLE_ENTITY)?;
    Ok(Json(users[me].clone()))
}

/// GET /me.
async fn read_me(State(users): State<Users>, headers: HeaderMap) -> Result<Json<Row>, StatusCode> {
    let users = users.lock().expect("no panic");
    let me = me(&users, &headers)?;
    Ok(Json(users[me].clone()))
}

/// GET /users.
async fn list(State(users): State<Users>) -> Json<Vec<Row>> {
    let users = users.lock().expect("no panic");
    Json(users.clone())
}

/// GET /users/{id}.
async fn read(State(users): State<Users>, Path(id): Path<usize>) -> Result<Json<Row>, StatusCode> {
    let users = users.lock().expect("no panic");
    let row = users.iter().find(|row| row.id == id);
    row.cloned().map(Json).ok_or(StatusCode::NOT_FOUND)
}

/// GET /books: what everybody has, for admins only.
async fn books(State(users): State<Users>, headers: HeaderMap) -> Result<String, StatusCode> {
    let users = users.lock().expect("no panic");
    if users[me(&users, &headers)?].role != "admin" {
        return Err(StatusCode::FORBIDDEN);
    }
    let line = |row: &Row| format!("{} {} {} {}\n", row.id, row.name, row.role, row.balance);
    Ok(users.iter().map(line).collect())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let users: Vec<Row> = serde_json::from_slice(&fs::read(env::var("USERS_FILE")?)?)?;
    let app = Router::new()
        .route("/users", get(list).post(create))
        .route("/users/{id}", get(read))
        .route("/me", get(read_me).patch(change))
        .route("/books", get(books))
        .with_state(Users::new(Mutex::new(users)));
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
