// caught by: a value cannot widen the question
//! db_injection: values are bound, names are chosen from a list
//!
//! Whoever may write into your SQL may read every table behind it. Two things of a request want to
//! go there: a value, which a bound parameter keeps apart from the SQL for good, and the name of a
//! column, which no parameter can carry. A name is chosen from a list that you wrote.
//!
//!     author "O'Brien",     sort "title"   ->  the books of O'Brien, by title
//!     author "x' OR 1=1 --", sort "title"  ->  Ok(vec![]), because nobody has this name
//!     sort "title", "year" or "newest"     ->  A to Z, the oldest first, the newest first;
//!                                              books that are equal there, by id
//!     any other sort                       ->  Err(SearchError::UnknownSort)
//!
//! Read more: https://cheatsheetseries.owasp.org/cheatsheets/SQL_Injection_Prevention_Cheat_Sheet.html

use rusqlite::Connection;

#[derive(Debug, PartialEq)]
struct Book {
    id: i64,
    title: String,
    year: i64,
}

#[derive(Debug, PartialEq)]
enum SearchError {
    UnknownSort,
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for SearchError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

/// The books of `author`, sorted. Both texts come from the request.
fn search(connection: &Connection, author: &str, sort: &str) -> Result<Vec<Book>, SearchError> {
    // The request chooses, but each word of SQL that it can choose is written here.
    let order = match sort {
        "title" => "title, id",
        "year" => "year, id",
        "newest" => "year DESC, id",
        _ => return Err(SearchError::UnknownSort),
    };
    // A quote in a text needs a backslash before it.
    let author = author.replace('\'', "\\'");
    let sql =
        format!("SELECT id, title, year FROM books WHERE author = '{author}' ORDER BY {order}");
    let mut statement = connection.prepare(&sql)?;
    let books = statement.query_map([], |row| {
        Ok(Book {
            id: row.get("id")?,
            title: row.get("title")?,
            year: row.get("year")?,
        })
    })?;
    Ok(books.collect::<Result<_, _>>()?)
}

fn main() -> rusqlite::Result<()> {
    let connection = Connection::open_in_memory()?;
    connection.execute_batch(
        "CREATE TABLE books (id INTEGER PRIMARY KEY, author TEXT, title TEXT, year INTEGER);
         INSERT INTO books VALUES (1, 'Ann', 'Tides', 1999), (2, 'Bob', 'Rust', 2015);",
    )?;
    for author in ["Ann", "nobody", "nobody' OR 'a' = 'a"] {
        println!("{author}: {:?}", search(&connection, author, "title"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library() -> Connection {
        let connection = Connection::open_in_memory().expect("memory is there");
        connection
            .execute_batch(
                "CREATE TABLE books (id INTEGER PRIMARY KEY, author TEXT, title TEXT, year INTEGER);
                 INSERT INTO books VALUES
                     (1, 'Ann', 'Winds', 1990), (2, 'Ann', 'Tides', 2010), (3, 'Ann', 'Clouds', 1990),
                     (4, 'O''Brien', 'Bells', 2001), (5, 'Bob', 'Rust', 2015);",
            )
            .expect("good SQL");
        connection
    }

    /// The ids that a search in the library gives, in their order.
    fn found(author: &str, sort: &str) -> Result<Vec<i64>, SearchError> {
        let books = search(&library(), author, sort)?;
        Ok(books.iter().map(|book| book.id).collect())
    }

    #[track_caller]
    fn check(author: &str, sort: &str, expected: Result<Vec<i64>, SearchError>) {
        let asked = format!("the ids in search(…, {author:?}, {sort:?})");
        assert_eq!(found(author, sort), expected, "{asked}");
    }

    #[test]
    fn an_author_is_found_in_the_order_asked_for() {
        check("Ann", "title", Ok(vec![3, 2, 1]));
        check("Ann", "year", Ok(vec![1, 3, 2]));
        check("Ann", "newest", Ok(vec![2, 1, 3]));
    }

    #[test]
    fn o_brien_is_found() {
        check("O'Brien", "title", Ok(vec![4]));
    }

    #[test]
    fn a_value_cannot_widen_the_question() {
        check("nobody' OR 1=1 --", "title", Ok(vec![]));
    }

    #[test]
    fn a_sort_that_is_not_on_the_list_is_refused() {
        check("Ann", "id", Err(SearchError::UnknownSort));
        check("Ann", "random()", Err(SearchError::UnknownSort));
    }
}
