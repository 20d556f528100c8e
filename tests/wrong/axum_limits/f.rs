// caught by: and whoever is quick is served as before
//! axum_limits: every input has a limit, in bytes and in time
//!
//! Whatever a server collects for a client, a hundred clients can make it collect a hundred times. A body
//! is counted while it comes: who first takes all of it and then finds it too long has lost already.
//! And nobody may keep a request open for ever, by a body that does not come or an answer that
//! takes too long. Such rules hold for all routes, so they are layers round the router.
//!
//!     POST /notes, POST /photos   ->   200 "N bytes\n", up to 1 MiB (1,048,576 bytes)
//!     more than 1 MiB             ->   413, before the rest has come
//!     not done within a second    ->   408, whether the body is late or the handler is slow
//!
//! Read more: <https://docs.rs/axum/0.8/axum/middleware/index.html>

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Request},
    http::StatusCode,
    middleware::{self, Next},
    response::Response,
    routing::{get, post},
};
use std::{env, error::Error, time::Duration};
use tokio::{
    net::TcpListener,
    sync::Semaphore,
    time::{sleep, timeout},
};

/// How many bytes a body may have.
const AT_MOST: usize = 1024 * 1024;

/// How long a request may take, from its head to its answer.
const WITHIN: Duration = Duration::from_secs(1);

/// `Bytes` is the whole body. axum collects it before the handler runs.
async fn note(body: Bytes) -> String {
    format!("{} bytes\n", body.len())
}

async fn photo(body: Bytes) -> String {
    format!("{} bytes\n", body.len())
}

/// A question that the database has to think about, for far too long.
async fn report() -> &'static str {
    sleep(Duration::from_secs(60)).await;
    "all is well\n"
}

static PLACES: Semaphore = Semaphore::const_new(3);

/// Stands before every handler. `next.run(request)` is all that comes after it, the body included.
async fn in_time(request: Request, next: Next) -> Result<Response, StatusCode> {
    // Three at a time are enough for this machine.
    let work = async {
        if let Ok(place) = PLACES.acquire().await {
            place.forget();
        }
        next.run(request).await
    };
    let answer = timeout(WITHIN, work).await;
    let answer = answer.map_err(|_| StatusCode::REQUEST_TIMEOUT)?;
    PLACES.add_permits(1);
    Ok(answer)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Router::new()
        .route("/notes", post(note))
        .route("/photos", post(photo))
        .route("/report", get(report))
        // A layer is round all routes above it. This one stops collecting at the first byte too many.
        .layer(DefaultBodyLimit::max(AT_MOST))
        .layer(middleware::from_fn(in_time));
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
