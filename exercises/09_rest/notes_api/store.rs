//! The notes in SQLite: the only place that knows SQL.

use serde::Serialize;
use sqlx::{FromRow, Result, Row, SqlitePool, sqlite::SqliteConnectOptions, sqlite::SqliteRow};

// TODO: Say in the table what a note is made of, and in `list` which comes first. A database file is empty when it is new, and full when the server starts again.
const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS notes (
    title TEXT NOT NULL
)";

/// A note, as its row says.
#[derive(Serialize)]
pub struct Note {
    pub title: String,
}

impl FromRow<'_, SqliteRow> for Note {
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

    pub async fn list(&self) -> Result<Vec<Note>> {
        let select = sqlx::query_as("SELECT * FROM notes");
        select.fetch_all(&self.0).await
    }
}
