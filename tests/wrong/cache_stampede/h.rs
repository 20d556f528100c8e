// caught by: the first one hangs up and the others are answered
//! cache_stampede: many misses, one fetch
//!
//! A product that everybody wants is not in the cache, and two hundred readers miss it in the same
//! moment. If each of them asks the upstream, the cache that has to protect it knocks it over. So one
//! reader fetches, and the others wait for what it brings. They wait for nothing else: whoever reads
//! another product is not held up, and a failure is told, not kept. When a client hangs up, axum drops
//! its handler at the `.await` where it stands. So the one who fetches may vanish, and nobody may
//! wait for somebody who has gone.
//!
//!     GET /products/ID   ->   200 and what the upstream says; it is asked once for each product
//!     GET /products/ID   ->   502 if the upstream fails; the next reader asks it again
//!
//! Read more: <https://docs.rs/tokio/1/tokio/sync/struct.Mutex.html>, and the word "single-flight"

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
};
use tokio::{
    net::TcpListener,
    sync::{Notify, futures::OwnedNotified},
};

/// What all handlers share.
#[derive(Clone, Default)]
struct App {
    client: reqwest::Client,
    /// What is known of the products, by path.
    known: Arc<Mutex<HashMap<String, String>>>,
    /// What is on its way, and how those who wait for it are woken.
    on_the_way: Arc<Mutex<HashMap<String, Arc<Notify>>>>,
}

/// What a reader has to do.
enum Role {
    Fetch(Arc<Notify>),
    Wait(OwnedNotified),
}

impl App {
    fn role(&self, path: &str) -> Role {
        let mut on_the_way = self.on_the_way.lock().expect("no panic");
        if let Some(arrival) = on_the_way.get(path) {
            return Role::Wait(arrival.clone().notified_owned());
        }
        let arrival = Arc::new(Notify::new());
        on_the_way.insert(path.to_string(), arrival.clone());
        Role::Fetch(arrival)
    }

    fn known(&self, path: &str) -> Option<String> {
        self.known.lock().expect("no panic").get(path).cloned()
    }

    /// What the upstream says of a path, out of the cache where possible.
    async fn read(&self, path: &str) -> reqwest::Result<String> {
        loop {
            if let Some(body) = self.known(path) {
                return Ok(body);
            }
            match self.role(path) {
                Role::Wait(arrival) => arrival.await,
                Role::Fetch(arrival) => return self.bring(path, &arrival).await,
            }
        }
    }

    async fn bring(&self, path: &str, arrival: &Notify) -> reqwest::Result<String> {
        let body = self.fetch(path).await;
        if let Ok(body) = &body {
            let mut known = self.known.lock().expect("no panic");
            known.insert(path.to_string(), body.clone());
        }
        self.on_the_way.lock().expect("no panic").remove(path);
        arrival.notify_waiters();
        body
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
