// caught by: a user sees itself, with role and balance
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
#[derive(Deserialize)]
struct Row {
    id: usize,
    name: String,
    city: String,
    role: String,
    balance: i64,
    password_hash: String,
    session: Option<String>,
}

/// What a new user may say. All else in the JSON is left out.
#[derive(Deserialize)]
struct NewUser {
    name: String,
    city: String,
}

/// What a user may change.
#[derive(Deserialize)]
struct Change {
    city: String,
}

/// What everybody may see.
#[derive(Serialize)]
struct Public {
    id: usize,
    name: String,
}

impl From<&Row> for Public {
    fn from(row: &Row) -> Public {
        Public {
            id: row.id,
            name: row.name.clone(),
        }
    }
}

/// What a user may see of itself.
#[derive(Serialize)]
struct Own {
    #[serde(flatten)]
    public: Public,
    role: String,
    balance: i64,
}

impl From<&Row> for Own {
    fn from(row: &Row) -> Own {
        Own {
            public: row.into(),
            role: row.role.clone(),
            balance: row.balance,
        }
    }
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
async fn create(State(users): State<Users>, Json(new): Json<NewUser>) -> (StatusCode, Json<Own>) {
    let mut users = users.lock().expect("no panic");
    // Each field is named, so the compiler asks who decides about it.
    let row = Row {
        id: users.len() + 1,
        name: new.name,
        city: new.city,
        role: "member".to_string(),
        balance: 0,
        password_hash: String::new(),
        session: None,
    };
    let own = Own::from(&row);
    users.push(row);
    (StatusCode::CREATED, Json(own))
}

/// PATCH /me.
async fn change(
    State(users): State<Users>,
    headers: HeaderMap,
    Json(change): Json<Change>,
) -> Result<Json<Public>, StatusCode> {
    let mut users = users.lock().expect("no panic");
    let me = me(&users, &headers)?;
    users[me].city = change.city;
    Ok(Json(Public::from(&users[me])))
}

/// GET /me.
async fn read_me(
    State(users): State<Users>,
    headers: HeaderMap,
) -> Result<Json<Public>, StatusCode> {
    let users = users.lock().expect("no panic");
    let me = me(&users, &headers)?;
    Ok(Json(Public::from(&users[me])))
}

/// GET /users.
async fn list(State(users): State<Users>) -> Json<Vec<Public>> {
    let users = users.lock().expect("no panic");
    Json(users.iter().map(Public::from).collect())
}

/// GET /users/{id}.
async fn read(
    State(users): State<Users>,
    Path(id): Path<usize>,
) -> Result<Json<Public>, StatusCode> {
    let users = users.lock().expect("no panic");
    let row = users.iter().find(|row| row.id == id);
    row.map(|row| Json(Public::from(row)))
        .ok_or(StatusCode::NOT_FOUND)
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
