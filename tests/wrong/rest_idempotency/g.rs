// caught by: a client whose line broke before the answer may ask again
//! rest_idempotency: a retry must not charge twice
//!
//! A client asks for a payment, and the connection breaks before the answer comes. Was the card charged?
//! It cannot know, so it asks again. With a key that it has chosen, both requests are one: whichever
//! comes first charges, all others are told the same. The key has to be where it survives a new
//! start, and where two requests at once cannot both be the first: in the database.
//!
//!     POST /charges  Idempotency-Key: K  {"amount":500}   ->   201 {"id":1,"amount":500,"receipt":"…"}
//!     the same again, now or next week                    ->   201 and the same body; nothing is charged
//!     the same key with another amount                    ->   422; nothing is charged
//!     no key                                              ->   400
//!
//! Read more: <https://www.sqlite.org/lang_upsert.html>, `sqlx::query`

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use serde::{Deserialize, Serialize};
use sqlx::{
    FromRow, Row, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteRow},
};
use std::{env, error::Error};
use tokio::net::TcpListener;

/// Every row is a payment.
const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS charges (
    id INTEGER PRIMARY KEY,
    idempotency_key TEXT NOT NULL,
    amount INTEGER NOT NULL,
    receipt TEXT NOT NULL
)";

/// What a client asks for.
#[derive(Deserialize)]
struct Order {
    amount: i64,
}

/// A payment, as its row says.
#[derive(Serialize)]
struct Charge {
    id: i64,
    amount: i64,
    receipt: String,
}

impl FromRow<'_, SqliteRow> for Charge {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Charge> {
        Ok(Charge {
            id: row.try_get("id")?,
            amount: row.try_get("amount")?,
            receipt: row.try_get("receipt")?,
        })
    }
}

/// Charges, unless that was done for this key before. Gives the one charge of this key.
async fn charge(db: &SqlitePool, key: &str, order: &Order) -> sqlx::Result<Charge> {
    let key_is_new = "INSERT INTO keys (key) VALUES (?) ON CONFLICT (key) DO NOTHING";
    let key_is_new = sqlx::query(key_is_new).bind(key).execute(db).await?;
    if key_is_new.rows_affected() == 1 {
        // The bank takes its time.
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        let insert = "INSERT INTO charges (idempotency_key, amount, receipt)
            VALUES (?, ?, hex(randomblob(8)))";
        let insert = sqlx::query(insert).bind(key).bind(order.amount);
        insert.execute(db).await?;
    }
    let select = "SELECT id, amount, receipt FROM charges WHERE idempotency_key = ?";
    sqlx::query_as(select).bind(key).fetch_one(db).await
}

/// POST /charges.
async fn pay(
    State(db): State<SqlitePool>,
    headers: HeaderMap,
    Json(order): Json<Order>,
) -> Result<(StatusCode, Json<Charge>), StatusCode> {
    let key = headers.get("Idempotency-Key");
    let key = key.and_then(|key| key.to_str().ok());
    let key = key.ok_or(StatusCode::BAD_REQUEST)?;
    let charge = charge(&db, key, &order).await.map_err(|error| {
        eprintln!("no charge: {error}");
        StatusCode::INTERNAL_SERVER_ERROR
    })?;
    // The same key for something else is a mistake of the client, and it must not go unnoticed.
    if charge.amount != order.amount {
        return Err(StatusCode::UNPROCESSABLE_ENTITY);
    }
    Ok((StatusCode::CREATED, Json(charge)))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let file = env::var("DATABASE_FILE").unwrap_or("charges.db".to_string());
    let options = SqliteConnectOptions::new().filename(file);
    let db = SqlitePool::connect_with(options.create_if_missing(true)).await?;
    sqlx::query(SCHEMA).execute(&db).await?;
    let keys = "CREATE TABLE IF NOT EXISTS keys (key TEXT PRIMARY KEY)";
    sqlx::query(keys).execute(&db).await?;
    let app = Router::new().route("/charges", post(pay)).with_state(db);
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
