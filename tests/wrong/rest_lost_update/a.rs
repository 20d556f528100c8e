// caught by: every write makes a new version
//! rest_lost_update: a write says which version it is meant for
//!
//! Ann and Bob open the same note. Ann saves, then Bob saves, and Ann's sentence is gone: Bob has never seen
//! it. So a note has a version, which the server tells in ETag. Whoever writes sends back the version
//! that it has seen, in If-Match, and if that is not the newest any more, nothing is written. To look
//! at the version and to write have to be one step, or two writers pass the same check.
//!
//!     GET /note                          ->   200, ETag: "1", the text
//!     PUT /note  If-Match: "1"  a text   ->   200, ETag: "2", the text, without blanks at its ends
//!     PUT /note  If-Match: "1"  again    ->   412, nothing is written
//!     PUT /note  without If-Match        ->   428, nothing is written
//!
//! Read more: RFC 9110, section 13.1.1; RFC 6585, section 3

use axum::{
    Router,
    extract::State,
    http::{
        HeaderMap, StatusCode,
        header::{ETAG, IF_MATCH},
    },
    response::{IntoResponse, Response},
    routing::get,
};
use std::{
    env,
    error::Error,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{net::TcpListener, time::sleep};

/// The note, and how often it was written.
#[derive(Clone)]
struct Note {
    version: u64,
    text: String,
}

type Shared = Arc<Mutex<Note>>;

/// The text as it will be kept. Here it only takes its time, as another service would that looks at it.
async fn tidied(text: &str) -> String {
    sleep(Duration::from_millis(300)).await;
    text.trim().to_string()
}

/// A note as an answer: its version in ETag, its text as the body.
fn shown(note: &Note) -> Response {
    ([(ETAG, format!("\"{}\"", note.version))], note.text.clone()).into_response()
}

/// Seconds since the year 1970 began.
fn seconds() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

/// GET /note.
async fn read(State(note): State<Shared>) -> Response {
    shown(&note.lock().expect("no panic"))
}

/// PUT /note.
async fn write(State(note): State<Shared>, headers: HeaderMap, text: String) -> Response {
    let Some(seen) = headers.get(IF_MATCH) else {
        return StatusCode::PRECONDITION_REQUIRED.into_response();
    };
    let text = tidied(&text).await;
    // From here to the end nobody else looks or writes.
    let mut note = note.lock().expect("no panic");
    if *seen != format!("\"{}\"", note.version) {
        return StatusCode::PRECONDITION_FAILED.into_response();
    }
    note.version = seconds();
    note.text = text;
    shown(&note)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let text = "nothing yet".to_string();
    let note = Note {
        version: seconds(),
        text,
    };
    let app = Router::new()
        .route("/note", get(read).put(write))
        .with_state(Arc::new(Mutex::new(note)));
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
