//! Further tests of db_injection: eighteen things that attackers write, and a look at the statements that reached the database.

#[path = "../kit/caught.rs"]
mod caught;
#[path = "../kit/traced.rs"]
mod traced;

use super::*;
use caught::{Got, caught};
use std::panic::AssertUnwindSafe;

/// What is written into the field for the author.
const AUTHORS: [&str; 11] = [
    "' OR 1=1 --",
    "' OR '1'='1",
    "'",
    "''",
    "Ann' --",
    "Ann'; DROP TABLE books; --",
    "Ann'; UPDATE books SET year = 0; --",
    "nobody' UNION SELECT 1, sql, 2 FROM sqlite_schema --",
    "\\' OR 1=1 --",
    "Ann\" OR \"1\"=\"1",
    "?1",
];

/// What is written into the field for the sort.
const SORTS: [&str; 7] = [
    "title; DROP TABLE books",
    "title, (SELECT sql FROM sqlite_schema)",
    "CASE WHEN (SELECT count(*) FROM books) > 3 THEN title ELSE year END",
    "1",
    "title--",
    "author",
    "title DESC",
];

#[test]
fn no_payload_in_the_author_finds_a_book_or_changes_one() {
    for author in AUTHORS {
        check(&library(), author, "year", Ok(vec![]));
    }
}

#[test]
fn a_payload_that_is_a_name_is_found_like_any_other_name() {
    for author in AUTHORS {
        let connection = library();
        let insert = "INSERT INTO books VALUES (70, ?1, 'My Name', 2020)";
        connection.execute(insert, [author]).expect("good SQL");
        check(&connection, author, "newest", Ok(vec![70]));
    }
}

#[test]
fn no_payload_in_the_sort_reaches_the_database() {
    for sort in SORTS.into_iter().chain(["", "TITLE", " title", "rowid"]) {
        let connection = library();
        traced::trace(&connection);
        check(&connection, "Ann", sort, Err(SearchError::UnknownSort));
        let sent: Vec<String> = traced::statements()
            .into_iter()
            .map(|one| one.sql)
            .collect();
        let none: Vec<String> = Vec::new();
        // The three statements of `check` itself look at the books afterwards.
        let sent: Vec<_> = sent.into_iter().filter(|sql| sql != ALL_BOOKS).collect();
        assert_eq!(
            sent, none,
            "the statements that search(…, \"Ann\", {sort:?}) sends"
        );
    }
}

#[test]
fn the_author_travels_beside_the_sql_and_not_in_it() {
    for (author, sort) in [("Zoë Quark", "title"), ("D'Quark", "newest")] {
        let connection = library();
        traced::trace(&connection);
        let _ = search(&connection, author, sort);
        let sent = traced::statements();
        let asked = format!("the SQL that search(…, {author:?}, {sort:?}) sends");
        for statement in &sent {
            if statement.sql.contains("Quark") {
                let expected = "a parameter, such as ?1, in the place of the name";
                assert_eq!(words(&statement.sql), words(expected), "{asked}");
            }
        }
        if !sent.iter().any(|one| one.with_values.contains("Quark")) {
            let all: Vec<&str> = sent.iter().map(|one| one.with_values.as_str()).collect();
            let got = format!("{all:?}, in which the author is not asked for");
            let expected = "a statement that gets the author as a parameter";
            assert_eq!(words(&got), words(expected), "{asked}");
        }
    }
}

#[test]
fn equal_books_come_in_the_order_of_their_ids() {
    let connection = library();
    connection
        .execute_batch(
            "INSERT INTO books VALUES
                (31, 'Eve', 'Same', 2000), (30, 'Eve', 'Same', 2000), (32, 'Eve', 'Same', 2000), (29, 'Eve', 'Able', 2000);
             CREATE INDEX by_year ON books (author, year, title DESC); CREATE INDEX by_title ON books (author, title, id DESC);",
        )
        .expect("good SQL");
    check(&connection, "Eve", "title", Ok(vec![29, 30, 31, 32]));
    check(&connection, "Eve", "year", Ok(vec![29, 30, 31, 32]));
    check(&connection, "Eve", "newest", Ok(vec![29, 30, 31, 32]));
}

const ALL_BOOKS: &str = "SELECT count(*), total(year) FROM books";

fn library() -> Connection {
    let connection = Connection::open_in_memory().expect("memory is there");
    connection
        .execute_batch(
            "CREATE TABLE books (id INTEGER PRIMARY KEY, author TEXT, title TEXT, year INTEGER);
             INSERT INTO books VALUES (1, 'Ann', 'Winds', 1990), (2, 'Ann', 'Tides', 2010), (3, 'Bob', 'Rust', 2015), (4, '', '', 0);",
        )
        .expect("good SQL");
    connection
}

#[track_caller]
fn check(
    connection: &Connection,
    author: &str,
    sort: &str,
    expected: Result<Vec<i64>, SearchError>,
) {
    let asked = format!("the ids in search(…, {author:?}, {sort:?})");
    let books = || {
        connection.query_row(ALL_BOOKS, [], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, f64>(1)?))
        })
    };
    let before = books().expect("the table is there");
    let got = caught(AssertUnwindSafe(|| {
        let books = search(connection, author, sort)?;
        Ok(books.iter().map(|book| book.id).collect())
    }));
    assert_eq!(got, Got::Value(expected), "{asked}");
    let changed = match books() {
        Ok(after) if after == before => "the books as they were",
        Ok(_) => "other books than before",
        Err(_) => "no table `books` any more",
    };
    assert_eq!(
        words(changed),
        words("the books as they were"),
        "what is there after {asked}"
    );
}

fn words(text: &str) -> Got<()> {
    Got::Words(text.to_owned())
}
