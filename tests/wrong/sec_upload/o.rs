// caught by: a picture is taken
//! sec_upload: of a file from a stranger, believe its bytes only
//!
//! An upload comes with a name, a type and a length, and all three were written by whoever sends it. A name may lead out of your
//! directory, or over somebody's picture; a page may call itself a picture, and browsers run it as a page of yours; and a gigabyte
//! fits through a form. So the name and the type are yours, and you stop reading when it is too much.
//!
//!     POST /photos?name=NAME, the bytes of a picture
//!                               ->  201, Location: /photos/ID.png or .jpg, with an ID that nobody can guess
//!     neither PNG nor JPEG      ->  415: a PNG begins with 89 50 4E 47 0D 0A 1A 0A, a JPEG with FF D8 FF
//!     more than 1 MiB           ->  413, without waiting for the rest of it
//!     GET /photos/FILE          ->  200, Content-Type: image/png or image/jpeg, X-Content-Type-Options: nosniff; or 404
//!
//! NAME is what the picture is called at home. Pictures are kept in the directory `photos`, and nothing else is shown.
//!
//! Read more: OWASP File Upload Cheat Sheet

use axum::body::{Body, to_bytes};
use axum::extract::{Path, Query};
use axum::http::header::{CONTENT_TYPE, LOCATION, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, StatusCode};
use axum::{Router, response::IntoResponse, routing::get, routing::post};
use serde::Deserialize;
use std::{env, error::Error};
use tokio::{fs, net::TcpListener};

/// The most that a picture may have: 1 MiB.
const MOST: usize = 1024 * 1024;

/// The ending of a picture's name and its media type, if these bytes begin like one.
fn kind(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some(("png", "image/png"))
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        Some(("jpg", "image/jpeg"))
    } else {
        None
    }
}

/// What the client says of its file.
#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    name: String,
}

/// POST /photos.
async fn upload(
    Query(said): Query<Said>,
    body: Body,
) -> Result<(StatusCode, [(HeaderName, String); 1]), StatusCode> {
    // At the first byte too many it reads no further.
    let bytes = to_bytes(body, MOST).await;
    let bytes = bytes.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
    let (ending, _) = kind(&bytes).ok_or(StatusCode::UNSUPPORTED_MEDIA_TYPE)?;
    // Said aloud, and no part of any path.
    println!("a picture {:?} has come", said.name);
    let file = format!("{:032x}.{ending}", rand::random::<u128>());
    let written = fs::write(format!("photos/{file}"), bytes).await;
    written.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let place = format!("/photos/{file}");
    Ok((StatusCode::OK, [(LOCATION, place)]))
}

/// GET /photos/FILE.
async fn show(Path(file): Path<String>) -> Result<impl IntoResponse, StatusCode> {
    // Our names have no `/` in them, and `%2F` has become one by now.
    if !file.chars().all(|c| c.is_ascii_alphanumeric() || c == '.') {
        return Err(StatusCode::NOT_FOUND);
    }
    let bytes = fs::read(format!("photos/{file}")).await;
    let bytes = bytes.map_err(|_| StatusCode::NOT_FOUND)?;
    let (_, media) = kind(&bytes).ok_or(StatusCode::NOT_FOUND)?;
    // Without the second one a browser may look for itself, and find a page in a picture.
    let headers = [(CONTENT_TYPE, media), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    Ok((headers, bytes))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    fs::create_dir_all("photos").await?;
    let app = Router::new()
        .route("/photos", post(upload))
        .route("/photos/{file}", get(show));
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
