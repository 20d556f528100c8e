// caught by: a city in the query leaves out everybody else
//! axum_users: a handler takes what it needs from the request, and returns the answer
//!
//! In Express this is one line: `app.get("/users", (req, res) => res.json(users))`. In axum a handler
//! is an async function. Each of its arguments says which part of the request it wants: `Path` the
//! parts of the path, `Query` what follows the `?`. Text from a stranger becomes a Rust type or the
//! answer is 400, before your code runs. What the function returns becomes the answer.
//!
//!     GET /users             ->   200 [{"id":7,"name":"Ann","city":"Lyon"}, …], all of them
//!     GET /users?city=Lyon   ->   200 those who live there, perhaps none: []
//!     GET /users/7           ->   200 {"id":7,"name":"Ann","city":"Lyon"}
//!     GET /users/99          ->   404 if nobody has this id
//!     GET /users/ann         ->   400, an id is a number
//!
//! Read more: <https://docs.rs/axum/0.8/axum/extract/index.html>

use axum::{
    Json, Router,
    extract::{Path, Query},
    http::StatusCode,
    routing::get,
};
use serde::{Deserialize, Serialize};
use std::{env, error::Error, fs, sync::LazyLock};
use tokio::net::TcpListener;

#[derive(Deserialize, Serialize)]
struct User {
    id: u64,
    name: String,
    city: String,
}

/// What may follow the `?`.
#[derive(Deserialize)]
struct Filter {
    city: Option<String>,
}

/// Everybody, read once, from the file that the environment names.
static USERS: LazyLock<Vec<User>> = LazyLock::new(|| {
    let file = env::var("USERS_FILE").expect("USERS_FILE names a file");
    let text = fs::read_to_string(file).expect("the file can be read");
    serde_json::from_str(&text).expect("it holds users")
});

/// GET /hello/{name}, as an example: the part of the path that stands in the place of `{name}`.
async fn hello(Path(name): Path<String>) -> String {
    format!("hello, {name}\n")
}

/// GET /users. `Json` writes its value as the body, and says in Content-Type that this is JSON.
async fn list(Query(filter): Query<Filter>) -> Json<Vec<&'static User>> {
    println!("wanted: {:?}", filter.city);
    Json(USERS.iter().collect())
}

/// GET /users/{id}. The type `Path<u64>` says that an id is a number: axum answers 400 to all else.
async fn one(Path(id): Path<u64>) -> Result<Json<&'static User>, StatusCode> {
    let found = USERS.iter().find(|user| user.id == id);
    found.map(Json).ok_or(StatusCode::NOT_FOUND)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Router::new()
        .route("/hello/{name}", get(hello))
        .route("/users", get(list))
        // A name in braces stands for one part of the path, whatever it is.
        .route("/users/{id}", get(one));
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
