//! notes_api: a server that keeps notes, and that people can rely on
//!
//! Here it is put together and started. `notes` has the handlers, `input` what a client may send, `owner` who it is,
//! `version` which state of a note it has seen, `problem` how it is told what is wrong, and `store` is the only one that knows SQL.

mod input;
mod notes;
mod owner;
mod problem;
mod store;
mod version;

use axum::{Router, http::StatusCode, middleware, routing::get};
use owner::Tokens;
use problem::Problem;
use std::{env, error::Error, sync::Arc};
use store::Store;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let file = env::var("DATABASE_FILE").unwrap_or("notes.db".to_string());
    let tokens = Tokens::from_table(&env::var("TOKENS").unwrap_or_default());
    let one = get(notes::read)
        .put(notes::replace)
        .patch(notes::change)
        .delete(notes::remove);
    let app = Router::new()
        .route("/notes", get(notes::list).post(notes::add))
        .route("/notes/{id}", one)
        .method_not_allowed_fallback(async || Problem::new(StatusCode::METHOD_NOT_ALLOWED))
        // Around the routes and their 405, so that no handler can forget to ask who it is. Another path is 404 for everybody.
        .layer(middleware::from_fn_with_state(
            Arc::new(tokens),
            owner::known,
        ))
        .fallback(async || Problem::new(StatusCode::NOT_FOUND))
        .with_state(Store::open(&file).await?);
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let mut told_to_end = signal(SignalKind::terminate())?;
    axum::serve(listener, app)
        // What is being answered is answered to its end; nothing new is taken.
        .with_graceful_shutdown(async move {
            told_to_end.recv().await;
        })
        .await?;
    Ok(())
}
