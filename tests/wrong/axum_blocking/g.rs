// caught by: a receipt is made
//! axum_blocking: whoever computes for long does it elsewhere
//!
//! tokio serves thousands of connections with a few threads, because handlers give their thread away at
//! each `.await`. A handler that computes for half a second gives nothing away: its thread serves nobody
//! else in that time, and with as many such requests as threads the whole server stands still.
//!
//!     GET /ping            ->   200 "pong\n", at once, whatever else is being done
//!     GET /receipts/NAME   ->   200 "receipt for NAME\n"; making it keeps a thread busy for 600 ms
//!     eight receipts asked for at once are ready after about 600 ms
//!
//! Read more: <https://docs.rs/tokio/1/tokio/task/fn.spawn_blocking.html>

use axum::{Router, extract::Path, http::StatusCode, routing::get};
use std::{env, error::Error, thread, time::Duration};
use tokio::{net::TcpListener, task};

/// Draws a receipt, in this course at least: here it does nothing, and does it for 600 ms, so that
/// your computer stays cool. For the thread it makes no difference, it is busy. Please leave it as it is.
fn receipt(name: &str) -> String {
    thread::sleep(Duration::from_millis(600));
    format!("receipt for {name}\n")
}

/// GET /receipts/{name}.
async fn make(Path(name): Path<String>) -> Result<String, StatusCode> {
    // Nobody has to wait for it.
    let told = format!("the receipt for {name} is being made\n");
    task::spawn_blocking(move || receipt(&name));
    Ok(told)
}

/// GET /ping.
async fn ping() -> &'static str {
    "pong\n"
}

// Two threads for all handlers, as many as a small machine has cores.
#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Router::new()
        .route("/ping", get(ping))
        .route("/receipts/{name}", get(make));
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
