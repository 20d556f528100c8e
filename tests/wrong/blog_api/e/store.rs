//! Posts and comments in SQLite: the only place that knows SQL. It counts the statements of each request.

use crate::input::{Fields, Part};
use axum::{extract::Request, http::HeaderValue, middleware::Next, response::Response};
use serde::Serialize;
use sqlx::{
    FromRow, Result, Row, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteRow},
};
use std::cell::Cell;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS posts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    tags TEXT NOT NULL,
    author TEXT NOT NULL,
    published INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS posts_published ON posts (published, id);
CREATE TABLE IF NOT EXISTS comments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    post INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    author TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS comments_of_post ON comments (post, id);";

/// A post with all that is shown of it: one statement for one post, and one for a hundred.
macro_rules! posts {
    ($rest:literal) => {
        concat!(
            "SELECT *, (SELECT count(*) FROM comments WHERE post = posts.id) AS comments FROM posts WHERE ",
            $rest
        )
    };
}

/// The first slug that is free (?1, ?1-2, ?1-3 …) is looked for and taken in one statement, so of many at once no two get the same.
const ADD: &str = "INSERT INTO posts (slug, title, text, tags, author)
    WITH RECURSIVE tried (number, slug) AS (
        SELECT 1, ?1 UNION ALL
        SELECT number + 1, ?1 || '-' || (number + 1) FROM tried
        WHERE EXISTS (SELECT 1 FROM posts WHERE posts.slug = tried.slug)
    )
    SELECT slug, ?2, ?3, ?4, ?5 FROM tried ORDER BY number DESC LIMIT 1
    RETURNING *, 0 AS comments";

/// A post, as a client sees it.
#[derive(Serialize)]
pub struct Post {
    #[serde(skip)]
    pub id: i64,
    pub slug: String,
    pub title: String,
    pub text: String,
    pub tags: Vec<String>,
    pub author: String,
    pub published: bool,
    pub comments: i64,
}

impl FromRow<'_, SqliteRow> for Post {
    fn from_row(row: &SqliteRow) -> Result<Self> {
        let tags: String = row.try_get("tags")?;
        Ok(Self {
            id: row.try_get("id")?,
            slug: row.try_get("slug")?,
            title: row.try_get("title")?,
            text: row.try_get("text")?,
            tags: serde_json::from_str(&tags).unwrap_or_default(),
            author: row.try_get("author")?,
            published: row.try_get("published")?,
            comments: row.try_get("comments")?,
        })
    }
}

pub struct NewPost {
    pub slug: String,
    pub title: String,
    pub text: String,
    pub tags: Vec<String>,
    pub author: String,
}

#[derive(Serialize)]
pub struct Comment {
    pub id: i64,
    pub author: String,
    pub text: String,
}

impl FromRow<'_, SqliteRow> for Comment {
    fn from_row(row: &SqliteRow) -> Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            author: row.try_get("author")?,
            text: row.try_get("text")?,
        })
    }
}

tokio::task_local! {
    /// How many statements this request has sent.
    static STATEMENTS: Cell<usize>;
}

/// Around all routes: each answer says what it has cost.
pub async fn counted(request: Request, next: Next) -> Response {
    let work = async {
        let response = next.run(request).await;
        (response, STATEMENTS.with(Cell::get))
    };
    let (mut response, statements) = STATEMENTS.scope(Cell::new(0), work).await;
    let header = HeaderValue::from(statements);
    response.headers_mut().insert("Statements", header);
    response
}

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

    /// The database, for one statement.
    fn once(&self) -> &SqlitePool {
        STATEMENTS.with(|statements| statements.set(statements.get() + 1));
        &self.0
    }

    pub async fn add(&self, new: NewPost) -> Result<Post> {
        let add = sqlx::query_as(ADD).bind(new.slug).bind(new.title);
        let add = add.bind(new.text).bind(json(&new.tags)).bind(new.author);
        add.fetch_one(self.once()).await
    }

    pub async fn find(&self, slug: &str) -> Result<Option<Post>> {
        let select = sqlx::query_as(posts!("slug = ?")).bind(slug);
        select.fetch_optional(self.once()).await
    }

    /// The published posts of a part, and one more if there is one.
    pub async fn published(&self, part: &Part) -> Result<Vec<Post>> {
        let select = posts!(
            "published AND id < ?1
            AND (?2 IS NULL OR EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?2))
            ORDER BY id DESC LIMIT ?3"
        );
        let select = sqlx::query_as(select).bind(part.before).bind(&part.tag);
        select.bind(part.limit + 1).fetch_all(self.once()).await
    }

    pub async fn drafts_of(&self, author: &str, part: &Part) -> Result<Vec<Post>> {
        let select = posts!(
            "NOT published AND author = ?4 AND id < ?1
            AND (?2 IS NULL OR EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?2))
            ORDER BY id DESC LIMIT ?3"
        );
        let select = sqlx::query_as(select).bind(part.before).bind(&part.tag);
        let select = select.bind(part.limit + 1).bind(author);
        select.fetch_all(self.once()).await
    }

    /// Changes what is named.
    pub async fn change(&self, id: i64, fields: Fields) -> Result<Option<Post>> {
        let update = "UPDATE posts SET title = coalesce(?, title), text = coalesce(?, text),
            tags = coalesce(?, tags), published = coalesce(?, published), author = coalesce(?, author) WHERE id = ?
            RETURNING *, (SELECT count(*) FROM comments WHERE post = posts.id) AS comments";
        let tags = fields.tags.map(|tags| json(&tags));
        let update = sqlx::query_as(update).bind(fields.title).bind(fields.text);
        let update = update.bind(tags).bind(fields.published);
        let update = update.bind(fields.author).bind(id);
        update.fetch_optional(self.once()).await
    }

    /// The comments go with it.
    pub async fn remove(&self, id: i64) -> Result<()> {
        let delete = sqlx::query("DELETE FROM posts WHERE id = ?").bind(id);
        delete.execute(self.once()).await.map(|_| ())
    }

    pub async fn comment(&self, post: i64, author: &str, text: &str) -> Result<Comment> {
        let insert = "INSERT INTO comments (post, author, text) VALUES (?, ?, ?) RETURNING *";
        let insert = sqlx::query_as(insert).bind(post).bind(author).bind(text);
        insert.fetch_one(self.once()).await
    }

    pub async fn comments_of(&self, post: i64) -> Result<Vec<Comment>> {
        let select = sqlx::query_as("SELECT * FROM comments WHERE post = ? ORDER BY id");
        select.bind(post).fetch_all(self.once()).await
    }

    /// Who wrote it, if this post has such a comment.
    pub async fn comment_author(&self, post: i64, id: i64) -> Result<Option<String>> {
        let select = sqlx::query_scalar("SELECT author FROM comments WHERE post = ? AND id = ?");
        select.bind(post).bind(id).fetch_optional(self.once()).await
    }

    pub async fn remove_comment(&self, id: i64) -> Result<()> {
        let delete = sqlx::query("DELETE FROM comments WHERE id = ?").bind(id);
        delete.execute(self.once()).await.map(|_| ())
    }
}

/// Tags as a JSON list, which SQLite can look into.
fn json(tags: &[String]) -> String {
    serde_json::to_string(tags).unwrap_or("[]".to_string())
}
