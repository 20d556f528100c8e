// caught by: a missing table is an error value
//! db_n_plus_one: one query for a page, not one for each row
//!
//! A page of ten posts that asks once for the posts, and then once for each author and once for the
//! comments of each post, sends 21 statements. Nobody notices, until the page has two hundred posts and
//! the database stands in another building. What counts is how many statements a page costs, and
//! whether that number grows.
//!
//!     load_page(…, 10)   ->  the ten newest posts, the newest first, each with its author's name and
//!                            all its comments, the oldest first; in at most 3 statements
//!     load_page(…, 200)  ->  in as many statements (BEGIN and COMMIT are not counted)
//!     a post without comments has an empty list; rows that are not on the page are not read
//!
//! The newest post is the one with the highest id; so it is with comments.
//!
//! Read more: https://sqlite.org/np1queryprob.html

use rusqlite::Connection;
use std::collections::HashMap;

#[derive(Clone, Debug, PartialEq)]
struct Post {
    id: i64,
    title: String,
    author: String,
    comments: Vec<String>,
}

/// The newest posts, at most `limit` of them.
fn load_page(connection: &Connection, limit: u32) -> rusqlite::Result<Vec<Post>> {
    // Each post has one author, so a join repeats no row: still one row for each post.
    let sql = "SELECT posts.id, title, name FROM posts JOIN authors ON authors.id = author_id
               ORDER BY posts.id DESC LIMIT ?1";
    let mut statement = connection.prepare(sql).expect("this SQL is right");
    let mut posts = statement
        .query_map([limit], |row| {
            Ok(Post {
                id: row.get("id")?,
                title: row.get("title")?,
                author: row.get("name")?,
                comments: Vec::new(),
            })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;

    // All comments of the page at once. A list of ids travels as one value: its text is JSON, as in [12, 11, 10].
    let ids: Vec<i64> = posts.iter().map(|post| post.id).collect();
    let sql = "SELECT post_id, text FROM comments
               WHERE post_id IN (SELECT value FROM json_each(?1)) ORDER BY id";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([format!("{ids:?}")])?;
    // What the loop over the posts asked the database for, again and again, is now looked up in memory.
    let mut by_post: HashMap<i64, Vec<String>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let comments = by_post.entry(row.get("post_id")?).or_default();
        comments.push(row.get("text")?);
    }
    for post in &mut posts {
        post.comments = by_post.remove(&post.id).unwrap_or_default();
    }
    Ok(posts)
}

fn main() -> rusqlite::Result<()> {
    let connection = Connection::open_in_memory()?;
    connection.execute_batch(
        "CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT);
         CREATE TABLE posts (id INTEGER PRIMARY KEY, author_id INTEGER, title TEXT);
         CREATE TABLE comments (id INTEGER PRIMARY KEY, post_id INTEGER, text TEXT);
         INSERT INTO authors VALUES (1, 'Ann');
         INSERT INTO posts VALUES (1, 1, 'Tides'), (2, 1, 'Winds');
         INSERT INTO comments VALUES (1, 2, 'Good'), (2, 2, 'Why?');",
    )?;
    println!("{:#?}", load_page(&connection, 10)?);
    Ok(())
}

#[cfg(test)]
#[path = "../kit/traced.rs"]
mod traced;

#[cfg(test)]
mod tests {
    use super::*;

    /// A blog of `posts` posts. Post n has n % 4 comments, and one of five authors.
    fn blog(posts: u32) -> Connection {
        let connection = Connection::open_in_memory().expect("memory is there");
        connection
            .execute_batch(&format!(
                "CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT);
                 CREATE TABLE posts (id INTEGER PRIMARY KEY, author_id INTEGER, title TEXT);
                 CREATE TABLE comments (id INTEGER PRIMARY KEY, post_id INTEGER, text TEXT);
                 CREATE INDEX comments_of_post ON comments (post_id);
                 INSERT INTO authors VALUES (1, 'Ann'), (2, 'Bob'), (3, 'Ann'), (4, 'Eve'), (5, 'Li');
                 WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {posts})
                 INSERT INTO posts SELECT i, i % 5 + 1, 'Post ' || i FROM n;
                 INSERT INTO comments (post_id, text)
                 SELECT posts.id, 'Comment ' || k.value FROM posts, json_each('[1, 2, 3]') AS k
                 WHERE k.value <= posts.id % 4 ORDER BY k.value;"
            ))
            .expect("good SQL");
        connection
    }

    fn post(id: i64, title: &str, author: &str, comments: &[&str]) -> Post {
        Post {
            id,
            title: title.to_owned(),
            author: author.to_owned(),
            comments: comments.iter().map(|&text| text.to_owned()).collect(),
        }
    }

    /// What a page of a blog with 400 posts costs: "… posts in at most 3 statements", or which they were.
    fn cost(limit: u32) -> String {
        let connection = blog(400);
        traced::trace(&connection);
        let posts = load_page(&connection, limit).map_or(0, |posts| posts.len());
        let mut sent = traced::statements();
        sent.retain(|statement| !statement.is("BEGIN") && !statement.is("COMMIT"));
        match (posts == limit as usize, sent.len()) {
            (true, 1..=3) => format!("{posts} posts in at most 3 statements"),
            _ => format!("{posts} posts in {}", traced::summary(&sent)),
        }
    }

    #[test]
    fn a_page_holds_posts_with_authors_and_comments() {
        let expected = vec![
            post(3, "Post 3", "Eve", &["Comment 1", "Comment 2", "Comment 3"]),
            post(2, "Post 2", "Ann", &["Comment 1", "Comment 2"]),
            post(1, "Post 1", "Bob", &["Comment 1"]),
        ];
        let got = load_page(&blog(3), 10);
        assert_eq!(got, Ok(expected), "load_page(…, 10) with three posts");
    }

    #[test]
    fn a_post_without_comments_is_there_too() {
        let expected = vec![post(4, "Post 4", "Li", &[])];
        let got = load_page(&blog(4), 1);
        assert_eq!(got, Ok(expected), "load_page(…, 1) with four posts");
    }

    #[test]
    fn ten_posts_cost_at_most_three_statements() {
        assert_eq!(
            cost(10),
            "10 posts in at most 3 statements",
            "load_page(…, 10)"
        );
    }

    #[test]
    fn two_hundred_posts_cost_at_most_three_statements() {
        assert_eq!(
            cost(200),
            "200 posts in at most 3 statements",
            "load_page(…, 200)"
        );
    }
}
