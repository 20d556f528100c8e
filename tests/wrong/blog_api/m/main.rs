//! blog_api: many read, some write, and reading is cheap
//!
//! Here it is put together and started. `posts` and `comments` have the handlers, `people` says who may do what, `input` what a client may
//! send. `lists` and `pages` keep what was made, `store` is the only one that knows SQL and counts its statements, `openapi` describes all of it.

mod comments;
mod input;
mod lists;
mod openapi;
mod pages;
mod people;
mod posts;
mod store;

use axum::{
    Router, middleware,
    routing::{delete, get},
};
use lists::Lists;
use pages::Pages;
use people::People;
use std::{env, error::Error, sync::Arc};
use store::Store;
use tokio::net::TcpListener;

/// What all handlers share.
struct App {
    store: Store,
    people: People,
    lists: Lists,
    pages: Pages,
}

type Shared = Arc<App>;

fn variable(name: &str, otherwise: &str) -> String {
    env::var(name).unwrap_or(otherwise.to_string())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Arc::new(App {
        store: Store::open(&variable("DATABASE_FILE", "blog.db")).await?,
        people: People::from_table(&variable("TOKENS", "")),
        lists: Lists::default(),
        pages: Pages::new(&variable("UPSTREAM_URL", "")),
    });
    let one = get(posts::read).patch(posts::change).delete(posts::remove);
    let comments = get(comments::list).post(comments::add);
    let routes = Router::new()
        .route("/posts", get(posts::list).post(posts::add))
        .route("/posts/{slug}", one)
        .route("/posts/{slug}/html", get(posts::html))
        .route("/posts/{slug}/comments", comments)
        .route(
            "/posts/{slug}/comments/{id}",
            delete(comments::remove).get(comments::one),
        )
        .route("/openapi.json", get(openapi::describe))
        .with_state(app.clone())
        .layer(middleware::from_fn_with_state(app, people::known))
        .layer(middleware::from_fn(store::counted));
    let port = variable("PORT", "8080");
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, routes).await?;
    Ok(())
}
