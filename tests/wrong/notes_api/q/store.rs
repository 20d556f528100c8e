//! The notes in SQLite: the only place that knows SQL. Each question names the owner, so nobody can ask for more than their own.

use crate::{
    input::{Fields, Page, Whole},
    owner::Owner,
    version::Seen,
};
use serde::Serialize;
use sqlx::{
    FromRow, Result, Row, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteRow},
};

/// AUTOINCREMENT: the id of a deleted note comes never again. The version grows with each change of a note.
const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS notes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    owner TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX IF NOT EXISTS notes_of_owner ON notes (owner, id);";

/// True of the one note with this owner (?1) and id (?2), if its version is one of those in ?3; NULL is any.
macro_rules! the_one_seen {
    () => {
        "owner = ?1 AND id = ?2 AND (?3 IS NULL OR version IN (SELECT value FROM json_each(?3)))"
    };
}

/// A note, as its row says.
#[derive(Serialize)]
pub struct Note {
    pub id: i64,
    pub title: String,
    pub text: String,
    #[serde(skip)]
    pub version: i64,
}

impl FromRow<'_, SqliteRow> for Note {
    fn from_row(row: &SqliteRow) -> Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            title: row.try_get("title")?,
            text: row.try_get("text")?,
            version: row.try_get("version")?,
        })
    }
}

/// What came of a write.
pub enum Write<T> {
    Done(T),
    /// There is no such note.
    Missing,
    /// The note is not the one that the client has seen.
    Changed,
}

#[derive(Clone)]
pub struct Store(SqlitePool);

impl Store {
    pub async fn open(file: &str) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal);
        let db = SqlitePool::connect_with(options).await?;
        sqlx::raw_sql(SCHEMA).execute(&db).await?;
        Ok(Self(db))
    }

    pub async fn add(&self, owner: &Owner, whole: Whole) -> Result<Note> {
        let insert = "INSERT INTO notes (owner, title, text) VALUES (?, ?, ?) RETURNING *";
        let insert = sqlx::query_as(insert).bind(&owner.0);
        let insert = insert.bind(whole.title).bind(whole.text);
        insert.fetch_one(&self.0).await
    }

    pub async fn find(&self, owner: &Owner, id: i64) -> Result<Option<Note>> {
        let select = sqlx::query_as("SELECT * FROM notes WHERE owner = ? AND id = ?");
        select.bind(&owner.0).bind(id).fetch_optional(&self.0).await
    }

    /// The notes of a page, and one more if there is one.
    pub async fn list(&self, owner: &Owner, page: &Page) -> Result<Vec<Note>> {
        // instr has no wildcards; lower is about A to Z, and so is the promise.
        let select = "SELECT * FROM notes
            WHERE owner = ?1 AND id < ?2
            AND (instr(lower(title), lower(?3)) OR instr(lower(text), lower(?3)))
            ORDER BY id DESC LIMIT ?4";
        let select = sqlx::query_as(select).bind(&owner.0).bind(page.before);
        let select = select.bind(&page.search).bind(page.limit + 1);
        select.fetch_all(&self.0).await
    }

    /// Changes what is named. One statement compares the version and writes, so nobody comes in between.
    pub async fn change(
        &self,
        owner: &Owner,
        id: i64,
        seen: &Seen,
        fields: Fields,
    ) -> Result<Write<Note>> {
        let update = concat!(
            "UPDATE notes SET title = coalesce(?4, title), text = coalesce(?5, text), version = version + 1 WHERE ",
            the_one_seen!(),
            " RETURNING *"
        );
        let update = sqlx::query_as(update).bind(&owner.0).bind(id);
        let update = update.bind(listed(seen)).bind(fields.title);
        match update.bind(fields.text).fetch_optional(&self.0).await? {
            Some(note) => Ok(Write::Done(note)),
            None => self.why_not(id).await,
        }
    }

    pub async fn remove(&self, owner: &Owner, id: i64, seen: &Seen) -> Result<Write<()>> {
        let delete = concat!("DELETE FROM notes WHERE ", the_one_seen!());
        let delete = sqlx::query(delete).bind(&owner.0).bind(id);
        let done = delete.bind(listed(seen)).execute(&self.0).await?;
        match done.rows_affected() {
            0 => self.why_not(id).await,
            _ => Ok(Write::Done(())),
        }
    }

    pub async fn exists(&self, id: i64) -> Result<bool> {
        let select = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM notes WHERE id = ?)");
        select.bind(id).fetch_one(&self.0).await
    }

    async fn why_not<T>(&self, id: i64) -> Result<Write<T>> {
        Ok(match self.exists(id).await? {
            true => Write::Changed,
            false => Write::Missing,
        })
    }
}

/// The versions as a JSON list, which SQLite can look into.
fn listed(seen: &Seen) -> Option<String> {
    match seen {
        Seen::Any => None,
        Seen::OneOf(versions) => Some(format!("{versions:?}")),
    }
}
