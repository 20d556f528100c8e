//! Posts in SQLite: the only place that knows SQL.

use serde::Serialize;
use sqlx::{FromRow, Result, Row, SqlitePool, sqlite::SqliteConnectOptions, sqlite::SqliteRow};

// TODO: Say in the tables what posts and comments are made of, and what the database shall refuse.
const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS posts (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL
)";

/// A post, as a client sees it.
#[derive(Serialize)]
pub struct Post {
    pub title: String,
}

impl FromRow<'_, SqliteRow> for Post {
    fn from_row(row: &SqliteRow) -> Result<Self> {
        let title = row.try_get("title")?;
        Ok(Self { title })
    }
}

#[derive(Clone)]
pub struct Store(SqlitePool);

impl Store {
    pub async fn open(file: &str) -> Result<Self> {
        let options = SqliteConnectOptions::new().filename(file);
        let db = SqlitePool::connect_with(options.create_if_missing(true)).await?;
        sqlx::query(SCHEMA).execute(&db).await?;
        Ok(Self(db))
    }

    pub async fn published(&self) -> Result<Vec<Post>> {
        let select = sqlx::query_as("SELECT * FROM posts ORDER BY id DESC");
        select.fetch_all(&self.0).await
    }
}
