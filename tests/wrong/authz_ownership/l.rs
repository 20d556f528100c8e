// caught by: Anna reads her own notes
//! authz_ownership: your key opens your door only
//!
//! Notes have numbers, and numbers can be counted up. Who is logged in as Anna tries /notes/1,
//! /notes/2 … and every other place where a number comes in: a query, a body, one level deeper in the
//! path. Asked in one of them only, the question "whose is it?" is asked in vain.
//! So let the owner be a part of each query: then the notes of others are not there.
//!
//!     GET    /notes                ->   200 [7,9], the numbers of your notes, whatever else is asked for
//!     GET    /notes/7              ->   200 and its text
//!     GET    /notes/7/comments     ->   200 ["nice"], what was said about this note, perhaps nothing
//!     PUT    /notes/7 and a text, DELETE /notes/7   ->   204
//!     POST   /notes/delete [7,8]   ->   200 2, how many of your notes were among them, and are gone
//!     a note that is not yours     ->   404, and not a letter tells it from one that is not there
//!
//! Read more: <https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/>

use axum::{
    Json, Router,
    extract::{FromRequestParts, Path, State},
    http::{StatusCode, header::AUTHORIZATION, request::Parts},
    routing::{get, post},
};
use sqlx::{AssertSqlSafe, SqlitePool, query, query_scalar, raw_sql};
use std::{env, error::Error, fs};
use tokio::net::TcpListener;

type Answer<T> = Result<T, StatusCode>;
type Db = State<SqlitePool>;

fn broken(error: sqlx::Error) -> StatusCode {
    eprintln!("the database says: {error}");
    StatusCode::INTERNAL_SERVER_ERROR
}

/// The number of the user who is logged in. As an argument it is taken from the session.
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

/// The text of a note, which is there for its owner only.
async fn text(db: &SqlitePool, id: i64, me: i64) -> Answer<String> {
    let find = query_scalar("SELECT text FROM notes WHERE id = ? AND owner = ?");
    let found = find.bind(me).bind(id).fetch_optional(db).await;
    found.map_err(broken)?.ok_or(StatusCode::NOT_FOUND)
}

async fn read(Me(me): Me, State(db): Db, Path(id): Path<i64>) -> Answer<String> {
    text(&db, id, me).await
}

async fn list(Me(me): Me, State(db): Db) -> Answer<Json<Vec<i64>>> {
    // Who asks is known from the session. What a query says about that is only a wish.
    let find = query_scalar("SELECT id FROM notes WHERE owner = ? ORDER BY id").bind(me);
    find.fetch_all(&db).await.map(Json).map_err(broken)
}

async fn comments(Me(me): Me, State(db): Db, Path(id): Path<i64>) -> Answer<Json<Vec<String>>> {
    // A comment has no owner of its own. It belongs to whom its note belongs to.
    text(&db, id, me).await?;
    let find = query_scalar("SELECT text FROM comments WHERE note = ? ORDER BY id").bind(id);
    find.fetch_all(&db).await.map(Json).map_err(broken)
}

async fn write(Me(me): Me, State(db): Db, Path(id): Path<i64>, new: String) -> Answer<StatusCode> {
    let write = query("UPDATE notes SET text = ? WHERE id = ? AND owner = ?");
    let written = write.bind(new).bind(me).bind(id).execute(&db).await;
    done(written.map_err(broken)?.rows_affected())
}

async fn remove(Me(me): Me, State(db): Db, Path(id): Path<i64>) -> Answer<StatusCode> {
    // One statement asks and acts, so nothing can come between the two.
    let remove = query("DELETE FROM notes WHERE id = ? AND owner = ?");
    let removed = remove.bind(id).bind(me).execute(&db).await;
    done(removed.map_err(broken)?.rows_affected())
}

/// No row was touched: for this user there is no such note.
fn done(rows: u64) -> Answer<StatusCode> {
    match rows {
        0 => Err(StatusCode::NOT_FOUND),
        _ => Ok(StatusCode::NO_CONTENT),
    }
}

async fn remove_all(Me(me): Me, State(db): Db, Json(ids): Json<Vec<i64>>) -> Answer<Json<u64>> {
    let mut gone = 0;
    for id in ids {
        let remove = query("DELETE FROM notes WHERE id = ? AND owner = ?");
        let removed = remove.bind(id).bind(me).execute(&db).await;
        gone += removed.map_err(broken)?.rows_affected();
    }
    Ok(Json(gone))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let db = SqlitePool::connect("sqlite:notes.db?mode=rwc").await?;
    let tables = fs::read_to_string(env::var("TABLES_FILE")?)?;
    raw_sql(AssertSqlSafe(tables)).execute(&db).await?;
    let app = Router::new()
        .route("/notes", get(list))
        .route("/notes/{id}", get(read).put(write).delete(remove))
        .route("/notes/{id}/comments", get(comments))
        .route("/notes/delete", post(remove_all))
        .with_state(db);
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
