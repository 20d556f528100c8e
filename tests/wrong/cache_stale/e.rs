// caught by: a fresh answer is not fetched again
//! cache_stale: serve a little stale rather than nothing
//!
//! When an answer has become too old, somebody has to fetch it again, and that reader waits, for something
//! that was good enough a second ago. And if the upstream is down, everybody gets an error while the
//! answer lies there. So an answer has two ages: until the first it is fresh; until the second it is
//! given at once, while one request in the background fetches a new one. After that it is not given any more.
//!
//!     GET /products/ID, known for less than 1 s   ->   200, Age: 0, from the cache
//!     known for 1 to 4 s     ->   200, Age: 1 to 3, from the cache at once; one refresh is under way
//!     a refresh has failed   ->   the same; the next reader makes another try
//!     older, or not known    ->   fetched while the client waits: 200, Age: 0, or 503 if that fails
//!
//! Read more: RFC 5861; RFC 9111, section 5.1

use axum::{
    Router,
    extract::State,
    http::{HeaderName, StatusCode, Uri, header::AGE},
    routing::post,
};
use std::{
    collections::HashMap,
    env,
    error::Error,
    sync::{Arc, Mutex, atomic::AtomicU64, atomic::Ordering::SeqCst},
    time::Duration,
};
use tokio::net::TcpListener;

/// How old an answer may be without anybody doing something.
const FRESH_FOR: Duration = Duration::from_secs(1);

/// How old an answer may be at all.
const GOOD_FOR: Duration = Duration::from_secs(4);

/// Milliseconds since the start. Here the clock stands still until `POST /clock` moves it, so that nobody has to wait.
static CLOCK: AtomicU64 = AtomicU64::new(0);

fn now() -> Duration {
    Duration::from_millis(CLOCK.load(SeqCst))
}

/// What the upstream has said of a path.
struct Entry {
    fetched: Duration,
    body: String,
    /// Somebody fetches it again at this moment.
    refreshing: bool,
}

/// What all handlers share.
#[derive(Clone, Default)]
struct App {
    client: reqwest::Client,
    known: Arc<Mutex<HashMap<String, Entry>>>,
}

impl App {
    /// What is known or fetched of a path, and how old that is.
    async fn read(&self, path: &str) -> reqwest::Result<(Duration, String)> {
        if let Some(entry) = self.known.lock().expect("no panic").get_mut(path) {
            let age = now() - entry.fetched;
            // The mark is set under the lock, so one reader of many starts the refresh.
            if age >= FRESH_FOR && age < GOOD_FOR && !entry.refreshing {
                entry.refreshing = true;
                // A task of its own: nobody waits for it, and it goes on when this client hangs up.
                tokio::spawn(self.clone().refresh(path.to_string()));
            }
            if age >= FRESH_FOR && age < GOOD_FOR {
                return Ok((age, entry.body.clone()));
            }
        }
        let body = self.fetch(path).await?;
        self.keep(path, body.clone());
        Ok((Duration::ZERO, body))
    }

    /// Fetches a known path again. If that fails, the entry stays as it is.
    async fn refresh(self, path: String) {
        match self.fetch(&path).await {
            Ok(body) => self.keep(&path, body),
            Err(error) => {
                println!("no refresh: {error}");
                if let Some(entry) = self.known.lock().expect("no panic").get_mut(&path) {
                    entry.refreshing = false;
                }
            }
        }
    }

    /// Keeps an answer that was fetched at this moment.
    fn keep(&self, path: &str, body: String) {
        let entry = Entry {
            fetched: now(),
            body,
            refreshing: false,
        };
        self.known
            .lock()
            .expect("no panic")
            .insert(path.to_string(), entry);
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
async fn answer(
    State(app): State<App>,
    uri: Uri,
) -> Result<([(HeaderName, String); 1], String), StatusCode> {
    match app.read(&uri.to_string()).await {
        Ok((age, body)) => Ok(([(AGE, age.as_secs().to_string())], body)),
        Err(_) => Err(StatusCode::SERVICE_UNAVAILABLE),
    }
}

/// POST /clock: so many milliseconds pass.
async fn pass(passed: String) {
    CLOCK.fetch_add(passed.parse().unwrap_or(0), SeqCst);
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Router::new()
        .route("/clock", post(pass))
        .fallback(answer)
        .with_state(App::default());
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
