//! authz_ownership: your key opens your door only
//!
//! Notes have numbers, and numbers can be counted up. Who is logged in as Anna tries /notes/1,
//! /notes/2 … and every path on which a number comes in: in the URL, in a query, in a body, in a list of
//! numbers, one level deeper. Asked on one of them only, the question "whose is it?" is asked in vain.
//! So let the owner be a part of each query: then the notes of others are not there.
//!
//!     GET    /notes               ->   200, all notes of yours, whatever else the query says
//!     GET    /notes/7             ->   200 {"id":7,"text":"milk"}
//!     PUT    /notes/7 {"text":…}  ->   204             DELETE /notes/7   ->   204
//!     GET    /notes/7/comments    ->   200, what was said about this note
//!     POST   /notes/delete [7,8]  ->   200 {"deleted":2}, those that were yours
//!     a note that is not yours    ->   404, exactly as if it were not there
//!
//! Read more: <https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/>

use axum::{
    Json, Router,
    extract::{FromRequestParts, Path, State},
    http::{StatusCode, header::AUTHORIZATION, request::Parts},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::{SqlitePool, query, query_as, query_scalar, sqlite::SqliteConnectOptions};
use std::{env, error::Error, fs};
use tokio::net::TcpListener;

/// Every handler may fail: the database, or there is nothing for this user.
type Answer<T> = Result<T, StatusCode>;

fn broken(error: sqlx::Error) -> StatusCode {
    eprintln!("the database says: {error}");
    StatusCode::INTERNAL_SERVER_ERROR
}

/// The user who is logged in. As an argument of a handler it is taken from the session.
struct Me(i64);

impl FromRequestParts<SqlitePool> for Me {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, db: &SqlitePool) -> Answer<Me> {
        let said = parts.headers.get(AUTHORIZATION);
        let session = said.and_then(|said| said.to_str().ok()?.strip_prefix("Bearer "));
        let find = query_scalar("SELECT id FROM users WHERE session = ?").bind(session);
        let found = find.fetch_optional(db).await.map_err(broken)?;
        found.map(Me).ok_or(StatusCode::UNAUTHORIZED)
    }
}

#[derive(Deserialize)]
struct NewText {
    text: String,
}

async fn list(Me(me): Me, State(db): State<SqlitePool>) -> Answer<Json<Vec<Value>>> {
    // Who asks is known from the session. What a query says about it is only a wish.
    let notes = query_as("SELECT id, text FROM notes WHERE owner = ? ORDER BY id").bind(me);
    let notes: Vec<(i64, String)> = notes.fetch_all(&db).await.map_err(broken)?;
    let shown = |(id, text)| json!({ "id": id, "text": text });
    Ok(Json(notes.into_iter().map(shown).collect()))
}

async fn read(Me(me): Me, State(db): State<SqlitePool>, Path(id): Path<i64>) -> Answer<Json<Value>> {
    let note = query_scalar("SELECT text FROM notes WHERE id = ? AND owner = ?");
    let note = note.bind(id).bind(me).fetch_optional(&db).await;
    let text: String = note.map_err(broken)?.ok_or(StatusCode::NOT_FOUND)?;
    Ok(Json(json!({ "id": id, "text": text })))
}

async fn write(
    Me(me): Me,
    State(db): State<SqlitePool>,
    Path(id): Path<i64>,
    Json(new): Json<NewText>,
) -> Answer<StatusCode> {
    let write = query("UPDATE notes SET text = ? WHERE id = ? AND owner = ?");
    let written = write.bind(new.text).bind(id).bind(me).execute(&db).await;
    done(written.map_err(broken)?.rows_affected())
}

async fn remove(Me(me): Me, State(db): State<SqlitePool>, Path(id): Path<i64>) -> Answer<StatusCode> {
    let remove = query("DELETE FROM notes WHERE id = ? AND owner = ?");
    let removed = remove.bind(id).bind(me).execute(&db).await;
    done(removed.map_err(broken)?.rows_affected())
}

/// No row was touched: there is no such note, for this user.
fn done(rows: u64) -> Answer<StatusCode> {
    match rows {
        0 => Err(StatusCode::NOT_FOUND),
        _ => Ok(StatusCode::NO_CONTENT),
    }
}
