//! rest_paginate: a page begins where the last one ended, not after so many rows
//!
//! Nobody wants all notes at once, so a list is given in pages, with a link to the next one. While a client
//! reads, others write. Who counts rows ("skip 20") then shows a note twice when one is added in front, and
//! leaves one out when one is deleted. Who remembers the last note shown goes on behind it, whatever
//! happened before it. And how much one answer may hold is up to the server, not to the client.
//!
//!     GET /notes?limit=4   ->   200 {"notes":[the 4 newest, newest first],"next":"/notes?…"}
//!     GET the next         ->   200 {"notes":[the 4 after them],"next":"/notes?…"}
//!     no older ones left   ->   "next": null
//!     no limit is 20, and more than 100 is 100
//!
//! Read more: <https://use-the-index-luke.com/no-offset>, `BTreeMap::range`

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    routing::{delete, get},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    env,
    error::Error,
    sync::{Arc, Mutex},
};
use tokio::net::TcpListener;

/// The most notes in one answer.
const AT_MOST: usize = 100;

#[derive(Clone, Deserialize, Serialize)]
struct Note {
    #[serde(default)]
    id: u64,
    title: String,
}

/// By id; a newer note has a greater id.
type Notes = Arc<Mutex<BTreeMap<u64, Note>>>;

/// What may follow the `?`. The link to the next page is for you to write, and so is what stands in it.
#[derive(Deserialize)]
struct Page {
    limit: Option<usize>,
    skip: Option<usize>,
}

/// GET /notes.
async fn list(State(notes): State<Notes>, Query(page): Query<Page>) -> Json<Value> {
    let notes = notes.lock().expect("no panic");
    // TODO: Give no more than AT_MOST notes, whatever the client wishes.
    let limit = page.limit.unwrap_or(20);
    // TODO: Begin after the last note of the page before, and let the link say which one that was.
    let skip = page.skip.unwrap_or(0);
    let found: Vec<&Note> = notes.values().rev().skip(skip).take(limit).collect();
    let more = skip + found.len() < notes.len();
    let next = more.then(|| format!("/notes?limit={limit}&skip={}", skip + limit));
    Json(json!({ "notes": found, "next": next }))
}

/// POST /notes.
async fn add(State(notes): State<Notes>, Json(mut note): Json<Note>) -> (StatusCode, Json<Note>) {
    let mut notes = notes.lock().expect("no panic");
    note.id = notes.last_key_value().map_or(1, |(newest, _)| newest + 1);
    notes.insert(note.id, note.clone());
    (StatusCode::CREATED, Json(note))
}

/// DELETE /notes/{id}.
async fn remove(State(notes): State<Notes>, Path(id): Path<u64>) -> StatusCode {
    notes.lock().expect("no panic").remove(&id);
    StatusCode::NO_CONTENT
}

/// A note to begin with.
fn numbered(id: u64) -> Note {
    let title = format!("note {id}");
    Note { id, title }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let notes = (1..=250).map(|id| (id, numbered(id))).collect();
    let app = Router::new()
        .route("/notes", get(list).post(add))
        .route("/notes/{id}", delete(remove))
        .with_state(Notes::new(Mutex::new(notes)));
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
