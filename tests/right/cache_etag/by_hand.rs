//! cache_etag: ask again, send nothing
//!
//! A browser has an article and wants to know whether it is still the newest. It sends the tag that came with
//! it, and if nothing has changed, 304 says so without sending the article again. The tag stands for the
//! bytes: it changes when they do, and it is the same on every instance and after a new start, or all
//! browsers fetch everything again after each deploy.
//!
//!     GET /articles/news                                     ->   200, ETag: "5e1f…", the text
//!     GET /articles/news  If-None-Match: "5e1f…"             ->   304, ETag: "5e1f…", no body
//!     GET /articles/news  If-None-Match: "old", W/"5e1f…"    ->   304, one of them fits; * fits always
//!     GET /articles/news  If-None-Match: "old"               ->   200, ETag: "5e1f…", the text
//!     PUT /articles/news  a new text                         ->   204; the tag is another one now
//!
//! Read more: RFC 9110, sections 8.8.3 and 13.1.2

use axum::{
    Router,
    extract::Path,
    http::{
        HeaderMap, StatusCode,
        header::{ETAG, IF_NONE_MATCH},
    },
    response::{IntoResponse, Response},
    routing::get,
};
use std::{env, error::Error};
use tokio::{fs, net::TcpListener};

/// The tag of a text, with its quotation marks. They belong to it.
fn tag(text: &str) -> String {
    // FNV-1a: each byte changes all that follows.
    let start: u64 = 0xcbf2_9ce4_8422_2325;
    let hash = text.bytes().fold(start, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("\"{}-{hash}\"", text.len())
}

/// True if the client has said that it knows this tag.
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let Some(Ok(list)) = headers.get(IF_NONE_MATCH).map(|list| list.to_str()) else {
        return false;
    };
    list == "*" || list.contains(tag)
}

/// GET /articles/{name}.
async fn read(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Ok(text) = fs::read_to_string(file(&name)).await else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let tag = tag(&text);
    if is_known(&headers, &tag) {
        return (StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response();
    }
    ([(ETAG, tag)], text).into_response()
}

/// PUT /articles/{name}.
async fn write(Path(name): Path<String>, text: String) -> StatusCode {
    match fs::write(file(&name), text).await {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The file of an article. Nothing but letters and digits comes through, so it lies nowhere else.
fn file(name: &str) -> String {
    let name = name.replace(|letter: char| !letter.is_alphanumeric(), "");
    format!("articles/{name}.txt")
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Router::new().route("/articles/{name}", get(read).put(write));
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
