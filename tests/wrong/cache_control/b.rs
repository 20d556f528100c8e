// caught by: every reader gets the news in their language
//! cache_control: say who may keep an answer, and for how long
//!
//! Between your server and its readers stand caches: one in each browser, and others that many readers
//! share. They do what your headers say; where you say nothing, they guess. A page that belongs to one
//! reader must not be kept where others are served from, and an answer that depends on a header of
//! the request has to say on which, or the first reader decides what all others get.
//!
//!     GET /logo-3f2a.svg   ->   its name changes when it does: caches may keep it for a year (31536000 s)
//!     GET /news            ->   in German if Accept-Language begins with de; it may be a minute old
//!     GET /me              ->   the page of the reader whose Cookie it is, for nobody else
//!     GET /stock           ->   must never be older than the moment
//!
//! Your app is checked behind a cache that many readers share.
//!
//! Read more: RFC 9111, sections 3 and 5.2.2; RFC 9110, section 12.5.5

use axum::{
    Router,
    http::{
        HeaderMap,
        header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_TYPE, COOKIE},
    },
    response::IntoResponse,
    routing::get,
};
use std::{
    env,
    error::Error,
    sync::atomic::{AtomicU64, Ordering},
};
use tokio::net::TcpListener;

/// A tuple of headers and a body is an answer. Several headers stand in one pair of brackets.
async fn logo() -> impl IntoResponse {
    let headers = [
        (CONTENT_TYPE, "image/svg+xml"),
        // A new logo has a new name, so this one never becomes wrong.
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, "<svg/>\n")
}

async fn news(headers: HeaderMap) -> impl IntoResponse {
    let language = headers.get(ACCEPT_LANGUAGE);
    let german = language.is_some_and(|language| language.as_bytes().starts_with(b"de"));
    let text = if german {
        "Es regnet.\n"
    } else {
        "It rains.\n"
    };
    ([(CACHE_CONTROL, "public, max-age=60")], text)
}

async fn me(headers: HeaderMap) -> impl IntoResponse {
    let cookie = headers.get(COOKIE).and_then(|cookie| cookie.to_str().ok());
    let page = format!("This is the page of {}.\n", cookie.unwrap_or("nobody"));
    // The browser of this reader may keep it, and nobody in between.
    ([(CACHE_CONTROL, "private, max-age=10")], page)
}

async fn stock() -> impl IntoResponse {
    static SOLD: AtomicU64 = AtomicU64::new(0);
    let left = 100_000 - SOLD.fetch_add(1, Ordering::Relaxed);
    ([(CACHE_CONTROL, "no-store")], format!("{left} left\n"))
}

fn app() -> Router {
    Router::new()
        .route("/logo-3f2a.svg", get(logo))
        .route("/news", get(news))
        .route("/me", get(me))
        .route("/stock", get(stock))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app()).await?;
    Ok(())
}
