// caught by: a note that is there is given
//! axum_errors: one error type, the right status, and no word of what is inside
//!
//! A handler fails for many reasons. Some are the client's, and it can do something if you tell it
//! what; the others are yours, and what a database or a disk says about them helps only an attacker.
//! With one error type for all handlers, `?` gives up at once, and one place decides what is told.
//!
//!     GET  /notes/7                          ->   200 {"id":7,"text":"buy milk"}
//!     GET  /notes/99                         ->   404 {"error":"there is no such note"}
//!     POST /notes {"id":8,"text":"call Ann"} ->   201 and the note
//!     POST /notes {"id":7, …}                ->   409 {"error":"this id is taken"}
//!     POST /notes {"id":9,"text":" "}        ->   422 {"error":"a note needs a text"}
//!     anything that is broken on our side    ->   500 {"error":"something is wrong on our side"}
//!
//! Read more: <https://docs.rs/axum/0.8/axum/response/trait.IntoResponse.html>, RFC 9110, section 15

use axum::{
    Json, Router,
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{env, error::Error, io};
use tokio::{
    fs::{self, File},
    io::AsyncWriteExt,
    net::TcpListener,
};

#[derive(Deserialize, Serialize)]
struct Note {
    id: u64,
    text: String,
}

/// Why there is no note to give.
#[derive(Debug)]
enum AppError {
    NoSuchNote,
    Taken,
    /// What is wrong, in words for the client.
    Invalid(&'static str),
    /// What the disk or the parser says, for us alone.
    Broken(String),
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let (status, told) = match self {
            AppError::NoSuchNote => (StatusCode::NOT_FOUND, "there is no such note"),
            AppError::Taken => (StatusCode::CONFLICT, "this id is taken"),
            AppError::Invalid(what) => (StatusCode::UNPROCESSABLE_ENTITY, what),
            AppError::Broken(what) => {
                // The log is read by us, the answer by strangers.
                eprintln!("a note is broken: {what}");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "something is wrong on our side",
                )
            }
        };
        (status, Json(json!({ "error": told }))).into_response()
    }
}

/// `?` on a Result of the disk comes through here.
impl From<io::Error> for AppError {
    fn from(error: io::Error) -> AppError {
        match error.kind() {
            io::ErrorKind::NotFound => AppError::NoSuchNote,
            io::ErrorKind::AlreadyExists => AppError::Taken,
            _ => AppError::Broken(error.to_string()),
        }
    }
}

/// `?` on a Result of the parser comes through here.
impl From<serde_json::Error> for AppError {
    fn from(error: serde_json::Error) -> AppError {
        AppError::Broken(error.to_string())
    }
}

/// The file of a note.
fn file(id: u64) -> String {
    let dir = env::var("NOTES_DIR").unwrap_or("notes".to_string());
    format!("{dir}/{id}.json")
}

async fn read(Path(id): Path<u64>) -> Result<Json<String>, AppError> {
    let text = fs::read_to_string(file(id)).await?;
    Ok(Json(text))
}

async fn add(Json(note): Json<Note>) -> Result<(StatusCode, Json<Note>), AppError> {
    if note.text.trim().is_empty() {
        return Err(AppError::Invalid("a note needs a text"));
    }
    let mut file = File::create_new(file(note.id)).await?;
    file.write_all(&serde_json::to_vec(&note)?).await?;
    file.flush().await?;
    Ok((StatusCode::CREATED, Json(note)))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Router::new()
        .route("/notes", post(add))
        .route("/notes/{id}", get(read));
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
