// caught by: to be read does not make an answer younger
//! cache_aside: keep an answer for as long as it may be old, and no longer
//!
//! Prices change seldom, and are read all the time. So your program asks the upstream once, and tells
//! the others what it was told. But who keeps an answer for ever tells yesterday's price for ever. Each
//! answer is kept for one second from the moment it was fetched, however often it is read.
//! And strangers choose the paths: who keeps whatever they ask for runs out of memory.
//!
//!     GET /products/ID   ->   200 and what the upstream says, at most one second old
//!     GET /products/ID   ->   502 if the upstream fails; that is not kept
//!     at most 100 answers are kept; when there is no room, which of them go is up to you
//!
//! The path is the key, with its query: /prices/7?in=eur and /prices/7?in=usd are two answers.
//!
//! Read more: `std::time::Instant`, `HashMap::retain`, <https://docs.rs/reqwest/0.13>

use axum::{
    Router,
    extract::State,
    http::{StatusCode, Uri},
};
use std::{
    collections::HashMap,
    env,
    error::Error,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::net::TcpListener;

/// How old an answer may be.
const FRESH_FOR: Duration = Duration::from_secs(1);

/// How many answers may be kept.
const AT_MOST: usize = 100;

/// What the upstream has said, by path, and when it was fetched.
type Known = HashMap<String, (Instant, String)>;

/// What all handlers share.
#[derive(Clone, Default)]
struct App {
    client: reqwest::Client,
    known: Arc<Mutex<Known>>,
}

impl App {
    /// What the upstream says of a path, out of the cache where possible.
    async fn read(&self, path: &str) -> reqwest::Result<String> {
        if let Some((fetched, body)) = self.known.lock().expect("no panic").get_mut(path)
            && fetched.elapsed() < FRESH_FOR
        {
            *fetched = Instant::now();
            return Ok(body.clone());
        }
        // `?` leaves before anything is kept, so a failure is told and forgotten.
        let body = self.fetch(path).await?;
        let mut known = self.known.lock().expect("no panic");
        if known.len() >= AT_MOST {
            known.retain(|_, (fetched, _)| fetched.elapsed() < FRESH_FOR);
        }
        // Still no room: this answer is given and not kept. Those that are there have come first.
        if known.len() < AT_MOST {
            known.insert(path.to_string(), (Instant::now(), body.clone()));
        }
        Ok(body)
    }

    /// Asks the upstream. That takes as long as it takes.
    async fn fetch(&self, path: &str) -> reqwest::Result<String> {
        let upstream = env::var("UPSTREAM_URL").unwrap_or("http://127.0.0.1:9000".to_string());
        let answer = self.client.get(format!("{upstream}{path}")).send().await?;
        // Any status that is no success becomes an Err.
        answer.error_for_status()?.text().await
    }
}

/// Every path, with its query.
async fn answer(State(app): State<App>, uri: Uri) -> Result<String, StatusCode> {
    let body = app.read(&uri.to_string()).await;
    body.map_err(|_| StatusCode::BAD_GATEWAY)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Router::new().fallback(answer).with_state(App::default());
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
