//! rest_create: what was created is told, with its place
//!
//! Who creates a note wants to know afterwards: was it stored, as what, and where is it? The status 201
//! says that there is something new, Location says where, and the body shows it as it was stored.
//! The id and the date are the server's to give. A client that sends its own must not get its way.
//!
//!     POST /notes {"title":" Milk ","text":"two"}   ->   201, Location: /notes/1
//!                                                         {"id":1,"title":"Milk","text":"two","created_at":…}
//!     GET  /notes/1                                  ->   200 the same note
//!     an "id" or "created_at" in a POST changes nothing; a title is kept without blanks at its ends
//!
//! Read more: RFC 9110, sections 9.3.3, 10.2.2 and 15.3.2

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use std::{
    env,
    error::Error,
    sync::{Arc, Mutex},
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::net::TcpListener;

/// A note as it is stored and shown.
#[derive(Clone, Deserialize, Serialize)]
struct Note {
    id: usize,
    title: String,
    text: String,
    created_at: u64,
}

// TODO: Write a type for what a client may say of a new note, and read that from the body.

type Notes = Arc<Mutex<Vec<Note>>>;

/// Seconds since the year 1970 began.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

/// POST /notes.
async fn create(State(notes): State<Notes>, Json(note): Json<Note>) -> Json<Note> {
    // TODO: Store the note with an id and a date of yours, and tell the client that it is new, and where it is.
    let mut notes = notes.lock().expect("no panic");
    notes.push(note.clone());
    Json(note)
}

/// GET /notes/{id}.
async fn read(State(notes): State<Notes>, Path(id): Path<usize>) -> Result<Json<Note>, StatusCode> {
    let notes = notes.lock().expect("no panic");
    let found = notes.iter().find(|note| note.id == id);
    found.cloned().map(Json).ok_or(StatusCode::NOT_FOUND)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Router::new()
        .route("/notes", post(create))
        .route("/notes/{id}", get(read))
        .with_state(Notes::default());
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
