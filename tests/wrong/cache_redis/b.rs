// caught by: without Redis every answer is still right
//! cache_redis: a cache that several programs share may go away, and then it is only slower
//!
//! Your server runs twice now, behind a load balancer. With a cache in the memory of each, the upstream is
//! asked twice, and after each deploy again. So both keep what they know in Redis. But a cache is not
//! allowed to be the reason for a failure: what it cannot tell, the upstream still can. And what lies in
//! Redis without an end lies there when everybody has forgotten it.
//!
//!     GET /products/ID   ->   200 and what the upstream says, at most a minute old
//!     two instances      ->   one request upstream for each product
//!     Redis is away      ->   200 all the same, from the upstream
//!     every key expires  ->   after a minute or sooner, by Redis itself
//!
//! Read more: <https://redis.io/docs/latest/commands/set/>, <https://docs.rs/redis/1>

use axum::{
    Router,
    extract::State,
    http::{StatusCode, Uri},
};
use redis::{
    AsyncCommands, Client,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use std::{env, error::Error, time::Duration};
use tokio::net::TcpListener;

/// For how many seconds Redis keeps an answer.
const KEEP_FOR: u64 = 60;

/// How long to wait for Redis. The upstream would have answered by then.
const REDIS_WITHIN: Duration = Duration::from_millis(300);

/// What all handlers share.
#[derive(Clone)]
struct App {
    client: reqwest::Client,
    /// A connection that comes back by itself. Whoever needs it takes a clone, which is cheap.
    redis: ConnectionManager,
}

impl App {
    /// What the upstream says of a path, out of the cache where possible.
    async fn read(&self, path: &str) -> Result<String, Box<dyn Error + Send + Sync>> {
        let mut redis = self.redis.clone();
        let known: Option<String> = redis.get(path).await?;
        if let Some(body) = known {
            return Ok(body);
        }
        let body = self.fetch(path).await?;
        let _: () = redis.set_ex(path, &body, KEEP_FOR).await?;
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
    let url = env::var("REDIS_URL").unwrap_or("redis://127.0.0.1:6379".to_string());
    let config = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(REDIS_WITHIN))
        .set_response_timeout(Some(REDIS_WITHIN))
        .set_number_of_retries(0);
    // It connects when it is first used, so the server starts without Redis too.
    let redis = ConnectionManager::new_lazy_with_config(Client::open(url)?, config)?;
    let client = reqwest::Client::new();
    let app = Router::new()
        .fallback(answer)
        .with_state(App { client, redis });
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
