//! What is done with the comments of a post.

use crate::{
    Shared,
    input::{self, Fault},
    people::{Anybody, Somebody, seen},
};
use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// GET /posts/{slug}/comments.
pub async fn list(
    State(app): State<Shared>,
    Anybody(person): Anybody,
    Path(slug): Path<String>,
) -> Result<Json<Value>, Fault> {
    let post = seen(app.store.find(&slug).await?, person.as_ref())?;
    let comments = app.store.comments_of(post.id).await?;
    Ok(Json(json!({ "comments": comments })))
}

/// POST /posts/{slug}/comments.
pub async fn add(
    State(app): State<Shared>,
    Somebody(person): Somebody,
    Path(slug): Path<String>,
    body: Bytes,
) -> Result<Response, Fault> {
    let post = seen(app.store.find(&slug).await?, Some(&person))?;
    let text = input::comment(&body)?;
    let comment = app.store.comment(post.id, &person.name, &text).await?;
    app.lists.changed();
    Ok((StatusCode::CREATED, Json(comment)).into_response())
}

/// DELETE /posts/{slug}/comments/{id}.
pub async fn remove(
    State(app): State<Shared>,
    Somebody(person): Somebody,
    Path((slug, id)): Path<(String, String)>,
) -> Result<StatusCode, Fault> {
    let missing = || Fault(StatusCode::NOT_FOUND);
    let post = seen(app.store.find(&slug).await?, Some(&person))?;
    let id: i64 = id.parse().map_err(|_| missing())?;
    let author = app.store.comment_author(post.id, id).await?;
    person.may_delete_comment_of(&author.ok_or_else(missing)?, &post)?;
    app.store.remove_comment(id).await?;
    app.lists.changed();
    Ok(StatusCode::NO_CONTENT)
}
