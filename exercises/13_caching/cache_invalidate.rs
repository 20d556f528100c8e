//! cache_invalidate: a write must be seen
//!
//! Somebody changes a price, is told that it is done, and looks: the old price. The cache did not know. So
//! a write has to throw out every answer that it has made wrong, the product and also the list that
//! shows it, and at the right moment: after the write. One thing is left. A reader may have asked
//! before the write, and come back after it with the old answer. That one must not be kept.
//!
//!     GET /products, GET /products/ID   ->   200 and what the upstream says; known answers are not fetched
//!     PUT /products/ID                  ->   what the upstream says of it; once that is told, nobody
//!                                            who asks from then on is given an answer from before
//!
//! Read more: "Scaling Memcache at Facebook" (NSDI 2013), section 3.2.1, where it is called a lease

use axum::{
    Router,
    extract::State,
    http::{StatusCode, Uri},
    routing::get,
};
use std::{
    collections::HashMap,
    env,
    error::Error,
    sync::{Arc, Mutex},
};
use tokio::net::TcpListener;

#[derive(Default)]
struct Cache {
    /// What the upstream has said, by path. It stays until a write makes it wrong.
    known: HashMap<String, String>,
    /// How many writes are done, if somebody counts them.
    writes: u64,
}

/// What all handlers share.
#[derive(Clone, Default)]
struct App {
    client: reqwest::Client,
    cache: Arc<Mutex<Cache>>,
}

impl App {
    async fn read(&self, path: &str) -> reqwest::Result<String> {
        if let Some(body) = self.cache.lock().expect("no panic").known.get(path) {
            return Ok(body.clone());
        }
        let answer = self.client.get(upstream(path)).send().await?;
        let body = answer.error_for_status()?.text().await?;
        let mut cache = self.cache.lock().expect("no panic");
        // TODO: Keep it only if nobody has written since this reader began to ask.
        cache.known.insert(path.to_string(), body.clone());
        Ok(body)
    }

    async fn write(&self, path: &str, body: String) -> reqwest::Result<String> {
        let answer = self.client.put(upstream(path)).body(body).send().await?;
        let body = answer.error_for_status()?.text().await?;
        // TODO: Throw out what is wrong from now on, and let readers notice that there was a write.
        Ok(body)
    }
}

/// The address of a path at the upstream.
fn upstream(path: &str) -> String {
    let upstream = env::var("UPSTREAM_URL").unwrap_or("http://127.0.0.1:9000".to_string());
    format!("{upstream}{path}")
}

async fn get_one(State(app): State<App>, uri: Uri) -> Result<String, StatusCode> {
    let body = app.read(uri.path()).await;
    body.map_err(|_| StatusCode::BAD_GATEWAY)
}

async fn put_one(State(app): State<App>, uri: Uri, body: String) -> Result<String, StatusCode> {
    let body = app.write(uri.path(), body).await;
    body.map_err(|_| StatusCode::BAD_GATEWAY)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Router::new()
        .route("/products", get(get_one))
        .route("/products/{id}", get(get_one).put(put_one))
        .with_state(App::default());
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
