//! Further tests of db_n_plus_one: blogs made at random, compared with what one query for each row gives; and the rows that were read.

#[path = "../kit/dice.rs"]
mod dice;

use super::*;
use dice::Dice;

#[test]
fn the_number_of_statements_does_not_grow() {
    let (connection, mut dice) = (empty(), Dice::new(0x5EED_0001_0000_0052));
    fill(&connection, &mut dice, 300);
    let counts = [1, 10, 200].map(|limit| {
        let _ = traced::statements();
        let posts = load_page(&connection, limit).map_or(0, |posts| posts.len());
        assert_eq!(
            posts, limit as usize,
            "the number of posts in load_page(…, {limit})"
        );
        traced::statements().len()
    });
    let asked = "the numbers of statements for pages of 1, 10 and 200 posts";
    assert_eq!(counts, [counts[0]; 3], "{asked}");
}

#[test]
fn pages_are_those_that_one_query_for_each_row_gives() {
    let mut dice = Dice::new(0x5EED_0002_0000_0052);
    for posts in [0, 1, 2, 3, 5, 8, 40] {
        let connection = empty();
        fill(&connection, &mut dice, posts);
        for limit in [0, 1, 2, 5, 30, 100] {
            let got = load_page(&connection, limit);
            let expected = one_query_for_each_row(&connection, limit);
            let asked = format!("load_page(…, {limit}) in a blog with {posts} posts");
            assert_eq!(got, expected, "{asked}");
        }
    }
}

#[test]
fn rows_that_are_not_on_the_page_are_not_read() {
    let (connection, mut dice) = (empty(), Dice::new(0x5EED_0003_0000_0052));
    fill(&connection, &mut dice, 300);
    let _ = traced::statements();
    let posts = load_page(&connection, 10).unwrap_or_default();
    let sent = traced::statements();
    let read: usize = sent.iter().map(|statement| statement.rows).sum();
    let comments: usize = posts.iter().map(|post| post.comments.len()).sum();
    // Each post with its author in a row of its own, and each comment once.
    let most = 2 * posts.len() + comments;
    let expected = format!(
        "at most {most} rows: those of {} posts, their authors and {comments} comments",
        posts.len()
    );
    let rows: Vec<String> = sent
        .iter()
        .map(|one| {
            format!(
                "{} from {}",
                one.rows,
                one.sql.split_whitespace().collect::<Vec<_>>().join(" ")
            )
        })
        .collect();
    let got = match read <= most {
        true => expected.clone(),
        false => format!("{read} rows: {}", rows.join("; ")),
    };
    assert_eq!(
        got, expected,
        "the rows that load_page(…, 10) reads in a blog with 300 posts"
    );
}

#[test]
fn a_missing_table_is_an_error_value() {
    let connection = Connection::open_in_memory().expect("memory is there");
    let got = load_page(&connection, 10).map_err(|_| "…");
    assert_eq!(
        got,
        Err("…"),
        "load_page(…, 10) in a database without any table"
    );
}

fn empty() -> Connection {
    let connection = Connection::open_in_memory().expect("memory is there");
    connection
        .execute_batch(
            "CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT);
             CREATE TABLE posts (id INTEGER PRIMARY KEY, author_id INTEGER, title TEXT);
             CREATE TABLE comments (id INTEGER PRIMARY KEY, post_id INTEGER, text TEXT);
             CREATE INDEX comments_of_post ON comments (post_id);",
        )
        .expect("good SQL");
    traced::trace(&connection);
    connection
}

/// A blog with 200 authors, some of the same name, posts with gaps in their ids, and comments that come in any order.
fn fill(connection: &Connection, dice: &mut Dice, posts: usize) {
    for author in 1..=200 {
        let name = dice.pick(&["Ann", "Bob", "O'Brien", "Li, Wei"]);
        connection
            .execute("INSERT INTO authors VALUES (?1, ?2)", (author, name))
            .expect("good SQL");
    }
    let mut ids = Vec::new();
    let mut id = 0;
    for _ in 0..posts {
        id += 1 + dice.roll(3) as i64;
        let title = dice.pick(&["Tides", "Winds", "Why?", "a, b", ""]);
        let author = 1 + dice.roll(200) as i64;
        connection
            .execute("INSERT INTO posts VALUES (?1, ?2, ?3)", (id, author, title))
            .expect("good SQL");
        // Some posts have many comments, many have none.
        let comments = dice.pick(&[0, 0, 1, 2, 7]);
        ids.extend((0..comments).map(|_| id));
    }
    dice.shuffle(&mut ids);
    for post in ids {
        let text = dice.pick(&["Good", "Good", "a, b", "\"x\"", "", "two\nlines", "é"]);
        connection
            .execute(
                "INSERT INTO comments (post_id, text) VALUES (?1, ?2)",
                (post, text),
            )
            .expect("good SQL");
    }
}

/// The right page, at the price that the exercise is about.
fn one_query_for_each_row(connection: &Connection, limit: u32) -> rusqlite::Result<Vec<Post>> {
    let texts = |sql: &str, id: i64| -> rusqlite::Result<Vec<String>> {
        connection
            .prepare(sql)?
            .query_map([id], |row| row.get(0))?
            .collect()
    };
    let mut statement =
        connection.prepare("SELECT id, title, author_id FROM posts ORDER BY id DESC LIMIT ?1")?;
    let mut rows = statement.query([limit])?;
    let mut posts = Vec::new();
    while let Some(row) = rows.next()? {
        let id = row.get(0)?;
        posts.push(Post {
            id,
            title: row.get(1)?,
            author: texts("SELECT name FROM authors WHERE id = ?1", row.get(2)?)?.concat(),
            comments: texts(
                "SELECT text FROM comments WHERE post_id = ?1 ORDER BY id",
                id,
            )?,
        });
    }
    Ok(posts)
}
