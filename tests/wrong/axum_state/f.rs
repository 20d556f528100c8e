// caught by: a posted user is told with an id
//! axum_state: what handlers share is behind one lock, held for as short as possible
//!
//! A server handles many requests at once, on several threads, and each `.await` is a place where
//! others get their turn. axum gives every handler a clone of the state; whether all clones show the
//! same data is up to its type. And what one handler has read before an `.await` may be wrong after it.
//!
//!     POST /users {"name":" Ann "}   ->   201 {"id":1,"name":"Ann"}; no id is given twice
//!     GET  /users                    ->   200 [{"id":1,"name":"Ann"}, …], everybody who was posted
//!     nobody waits while somebody else's name is looked at
//!
//! Read more: <https://docs.rs/axum/0.8/axum/extract/struct.State.html>, `std::sync::Mutex`

use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use serde::{Deserialize, Serialize};
use std::{
    env,
    error::Error,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{net::TcpListener, time::sleep};

#[derive(Clone, Serialize)]
struct User {
    id: usize,
    name: String,
}

/// What a client sends: it does not choose its id.
#[derive(Deserialize)]
struct NewUser {
    name: String,
}

/// What all handlers share. Every clone of the Arc leads to the same list.
#[derive(Clone, Default)]
struct App {
    users: Arc<Mutex<Vec<User>>>,
}

/// The name as it will be shown. Here it only takes its time, as another service would that looks at it.
async fn tidied(name: &str) -> String {
    sleep(Duration::from_millis(300)).await;
    name.trim().to_string()
}

/// POST /users. A tuple is an answer too: first the status, then the body.
async fn add(State(app): State<App>, Json(new): Json<NewUser>) -> (StatusCode, Json<User>) {
    // All waiting comes before the lock: whoever held it here would hold up everybody.
    let name = new.name;
    tidied(&name).await;
    let mut users = app.users.lock().expect("nobody panics with the lock");
    // The length and the place belong together: under one lock nobody comes between them.
    let id = users.len() + 1;
    let user = User { id, name };
    users.push(user.clone());
    (StatusCode::CREATED, Json(user))
}

/// GET /users.
async fn list(State(app): State<App>) -> Json<Vec<User>> {
    let users = app.users.lock().expect("nobody panics with the lock");
    Json(users.clone())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Router::new()
        .route("/users", get(list).post(add))
        .with_state(App::default());
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
