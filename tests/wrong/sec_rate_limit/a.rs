// caught by: no second burst where two windows meet
//! sec_rate_limit: a burst is welcome, a flood is not
//!
//! A loop in somebody's program asks you a thousand times a second. You pay your provider for each answer, and everybody
//! else waits. So each client has a bucket of 20 tokens. A request takes one out, and every 4 seconds one
//! drips in, until the bucket is full. A page that asks for many things at once gets them, a flood does not.
//!
//!     GET /quotes/ID, X-Api-Key: KEY  ->  200 and what the provider says; it takes a token out of the bucket of KEY
//!     the bucket is empty             ->  429, Retry-After: the seconds until the next token, rounded up;
//!                                         the provider is not asked, and the bucket stays as it is
//!     whoever was silent for 2 minutes    is forgotten, at the latest when the next request comes from anybody
//!
//! Nobody's bucket is forgotten before it is full again.
//!
//! Read more: RFC 6585, section 4; the words "token bucket"

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header::RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use axum::{
    Router,
    routing::{get, post},
};
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::{collections::HashMap, env, error::Error};
use tokio::net::TcpListener;

/// What a full bucket holds.
const BURST: u64 = 20;
/// A token drips in every 4 seconds. All times here are in milliseconds.
const EVERY: u64 = 4_000;
const SILENCE: u64 = 120_000;

/// The bucket of one client.
struct Bucket {
    tokens: u64,
    /// The time from which the next token is waited for.
    since: u64,
}

#[derive(Clone, Default)]
struct App {
    client: reqwest::Client,
    /// The time. Here it stands still until `POST /clock` moves it, so that nobody has to wait.
    clock: Arc<AtomicU64>,
    buckets: Arc<Mutex<HashMap<String, Bucket>>>,
}

impl App {
    /// Takes a token out of the bucket of this key, or says in how many seconds there will be one.
    fn take(&self, key: &str) -> Result<(), u64> {
        let mut buckets = self.buckets.lock().expect("no panic");
        let now = self.clock.load(SeqCst);
        // Twenty in each window of 80 seconds: `since` is the number of the window.
        let window = now / (BURST * EVERY);
        buckets.retain(|_, bucket| window < bucket.since + 2);
        let full = Bucket {
            tokens: BURST,
            since: window,
        };
        let bucket = buckets.entry(key.to_string()).or_insert(full);
        if bucket.since != window {
            (bucket.tokens, bucket.since) = (BURST, window);
        }
        if bucket.tokens == 0 {
            return Err(((window + 1) * BURST * EVERY - now).div_ceil(1000));
        }
        bucket.tokens -= 1;
        Ok(())
    }

    /// Asks the provider, who takes long, and money.
    async fn fetch(&self, id: &str) -> reqwest::Result<String> {
        let upstream = env::var("UPSTREAM_URL").unwrap_or("http://127.0.0.1:9000".to_string());
        let url = format!("{upstream}/quotes/{id}");
        self.client.get(url).send().await?.text().await
    }
}

/// GET /quotes/ID.
async fn quote(State(app): State<App>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let key = headers.get("X-Api-Key").and_then(|key| key.to_str().ok());
    let Some(key) = key else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    if let Err(wait) = app.take(key) {
        let after = [(RETRY_AFTER, wait.to_string())];
        return (StatusCode::TOO_MANY_REQUESTS, after).into_response();
    }
    let quote = app.fetch(&id).await;
    quote.map_err(|_| StatusCode::BAD_GATEWAY).into_response()
}

/// GET /buckets: how many clients are remembered.
async fn count(State(app): State<App>) -> String {
    app.buckets.lock().expect("no panic").len().to_string()
}

/// POST /clock: so many milliseconds pass. The answer is the time.
async fn pass(State(app): State<App>, passed: String) -> String {
    let passed = passed.parse().unwrap_or(0);
    (app.clock.fetch_add(passed, SeqCst) + passed).to_string()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Router::new()
        .route("/quotes/{id}", get(quote))
        .route("/buckets", get(count))
        .route("/clock", post(pass))
        .with_state(App::default());
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
