//! The accounts in SQLite: the only place that knows SQL.

use sqlx::{Result, SqlitePool, sqlite::SqliteConnectOptions};

// TODO: Say in the table what the database shall refuse.
const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS accounts (
    email TEXT NOT NULL,
    hash TEXT NOT NULL
)";

#[derive(Clone)]
pub struct Store(SqlitePool);

impl Store {
    pub async fn open(file: &str) -> Result<Self> {
        let options = SqliteConnectOptions::new().filename(file);
        let db = SqlitePool::connect_with(options.create_if_missing(true)).await?;
        sqlx::query(SCHEMA).execute(&db).await?;
        Ok(Self(db))
    }

    /// True if the account is new.
    pub async fn register(&self, email: &str, hash: &str) -> Result<bool> {
        let insert = "INSERT INTO accounts (email, hash) VALUES (?, ?) ON CONFLICT DO NOTHING";
        let insert = sqlx::query(insert).bind(email).bind(hash);
        Ok(insert.execute(&self.0).await?.rows_affected() > 0)
    }
}
