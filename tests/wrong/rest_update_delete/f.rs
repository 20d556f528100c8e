// caught by: what was changed has been stored
//! rest_update_delete: PUT replaces, PATCH changes, DELETE may be repeated
//!
//! A method is a promise about what happens if a request comes twice. PUT says "let it be like this": what
//! the client leaves out is gone, and the same PUT again changes nothing. PATCH says "change this":
//! what is left out stays. In JSON a field can be left out, or be null, and here that is not the same.
//! DELETE says "let it be gone", and gone it is also if it was gone before.
//!
//!     GET    /notes              ->   200 [{"id":7,"title":"Milk","text":"two litres"}, …]
//!     GET    /notes/7            ->   200 the note, or 404
//!     PUT    /notes/7 {"title":"Milk"}   ->   200 the note, with "text": null; 404 if there is none
//!     PATCH  /notes/7 {"title":"Tea"}    ->   200 the note, with its old text; 404 if there is none
//!     PATCH  /notes/7 {"text":null}      ->   200 the note, with its old title and "text": null
//!     DELETE /notes/7            ->   204 without a body, whether it was there or not
//!
//! Read more: RFC 9110, section 9.3; RFC 7396, JSON Merge Patch

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::get,
};
use serde::{Deserialize, Deserializer, Serialize};
use std::{
    collections::BTreeMap,
    env,
    error::Error,
    sync::{Arc, Mutex},
};
use tokio::net::TcpListener;

#[derive(Clone, Serialize)]
struct Note {
    id: u64,
    title: String,
    text: Option<String>,
}

type Notes = Arc<Mutex<BTreeMap<u64, Note>>>;

/// The body of a PUT: all of a note. A text that is left out is None.
#[derive(Deserialize)]
struct Whole {
    title: String,
    text: Option<String>,
}

/// The body of a PATCH. In `text` None is "left out", Some(None) is "null", Some(Some(…)) is a text.
#[derive(Deserialize)]
struct Change {
    title: Option<String>,
    #[serde(default, deserialize_with = "given")]
    text: Option<Option<String>>,
}

/// A field that is there, null or not.
fn given<'de, D: Deserializer<'de>>(field: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(field).map(Some)
}

/// PUT /notes/{id}.
async fn replace(
    State(notes): State<Notes>,
    Path(id): Path<u64>,
    Json(whole): Json<Whole>,
) -> Result<Json<Note>, StatusCode> {
    let notes = notes.lock().expect("no panic");
    let note = notes.get(&id).ok_or(StatusCode::NOT_FOUND)?;
    let mut note = note.clone();
    note.title = whole.title;
    note.text = whole.text;
    Ok(Json(note))
}

/// PATCH /notes/{id}.
async fn change(
    State(notes): State<Notes>,
    Path(id): Path<u64>,
    Json(change): Json<Change>,
) -> Result<Json<Note>, StatusCode> {
    let mut notes = notes.lock().expect("no panic");
    let note = notes.get_mut(&id).ok_or(StatusCode::NOT_FOUND)?;
    if let Some(title) = change.title {
        note.title = title;
    }
    // The outer Option says whether the client has spoken of the text; the inner one, what it said.
    if let Some(text) = change.text {
        note.text = text;
    }
    Ok(Json(note.clone()))
}

/// DELETE /notes/{id}.
async fn remove(State(notes): State<Notes>, Path(id): Path<u64>) -> StatusCode {
    // What `remove` has found makes no difference: afterwards the note is gone.
    notes.lock().expect("no panic").remove(&id);
    StatusCode::NO_CONTENT
}

async fn read(State(notes): State<Notes>, Path(id): Path<u64>) -> Result<Json<Note>, StatusCode> {
    let found = notes.lock().expect("no panic").get(&id).cloned();
    found.map(Json).ok_or(StatusCode::NOT_FOUND)
}

async fn list(State(notes): State<Notes>) -> Json<Vec<Note>> {
    Json(notes.lock().expect("no panic").values().cloned().collect())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let note = |id: u64| Note {
        id,
        title: format!("note {id}"),
        text: Some("old".to_string()),
    };
    let notes = (1..=9).map(|id| (id, note(id))).collect();
    let app = Router::new()
        .route("/notes", get(list))
        .route(
            "/notes/{id}",
            get(read).put(replace).patch(change).delete(remove),
        )
        .with_state(Arc::new(Mutex::new(notes)));
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
