// caught by: an error leaves no lock behind
//! db_concurrent_writes: writers queue; plan for it
//!
//! Many may read a SQLite file at once, one may write. The others have to wait, and a program has to
//! say so: it asks for its turn before it reads what it is about to change, and it is ready to wait.
//! If it reads first, what it has read may be old when its turn comes, and then it writes a number
//! that somebody else has written already, or SQLite refuses with SQLITE_BUSY, which no waiting mends.
//!
//!     visit(…, "/home")              ->  Ok(1), then Ok(2), …: one number for each visit
//!     a page that is not in `pages`  ->  Err(…), and nothing is written
//!     16 threads, 20 visits each     ->  320 visits, 320 numbers, no error
//!     another program holds the file for a second  ->  no error; it is waited for
//!
//! A visit is written twice: the page's number goes up, and a row in `visits` has the new number.
//! Nobody, at no moment, can see one of the two without the other.
//!
//! Read more: https://sqlite.org/lang_transaction.html

use rusqlite::Connection;
use std::{path::Path, time::Duration};

const TABLES: &str = "PRAGMA journal_mode = WAL;
    CREATE TABLE pages (path TEXT PRIMARY KEY, visits INTEGER NOT NULL);
    CREATE TABLE visits (path TEXT NOT NULL, number INTEGER NOT NULL);
    INSERT INTO pages VALUES ('/home', 0);";

/// A connection for one thread.
fn open(file: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(file)?;
    // Who finds the file taken asks again, for so long, before it gives up.
    connection.busy_timeout(Duration::from_secs(5))?;
    Ok(connection)
}

/// Writes down a visit; gives its number.
fn visit(connection: &mut Connection, path: &str) -> rusqlite::Result<i64> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let sql = "SELECT visits FROM pages WHERE path = ?1";
    let before: i64 = connection.query_row(sql, [path], |row| row.get("visits"))?;
    let sql = "UPDATE pages SET visits = ?2 WHERE path = ?1";
    connection.execute(sql, (path, before + 1))?;
    let sql = "INSERT INTO visits (path, number) VALUES (?1, ?2)";
    connection.execute(sql, (path, before + 1))?;
    connection.execute_batch("COMMIT")?;
    Ok(before + 1)
}

fn main() -> rusqlite::Result<()> {
    let mut connection = Connection::open_in_memory()?;
    connection.execute_batch(TABLES)?;
    for _ in 0..3 {
        println!("visit number {}", visit(&mut connection, "/home")?);
    }
    Ok(())
}

#[cfg(test)]
#[path = "../kit/traced.rs"]
mod traced;

#[cfg(test)]
mod tests {
    use super::{traced::Scratch, *};
    use std::{collections::HashSet, thread};

    #[test]
    fn visits_are_numbered_from_one() {
        let file = Scratch::new("numbered", TABLES).expect("a new file");
        let mut connection = open(file.path()).expect("opened");
        for number in 1..4 {
            let got = visit(&mut connection, "/home");
            assert_eq!(got, Ok(number), "visit number {number}");
        }
    }

    #[test]
    fn sixteen_threads_lose_no_visit() {
        let file = Scratch::new("threads", TABLES).expect("a new file");
        let look = file.open().expect("opened");
        let work = || {
            let mut connection = open(file.path()).expect("opened");
            let visits = (0..20).map(|_| visit(&mut connection, "/home"));
            visits.collect::<Vec<_>>()
        };
        let results: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..16).map(|_| scope.spawn(work)).collect();
            let ended = threads.into_iter().map(|thread| thread.join());
            ended.flat_map(|visits| visits.expect("no panic")).collect()
        });
        let errors = results.iter().filter_map(|result| result.as_ref().err());
        let errors: HashSet<String> = errors.map(ToString::to_string).collect();
        assert_eq!(errors, HashSet::new(), "the errors that 16 threads got");
        let numbers: HashSet<_> = results.into_iter().flatten().collect();
        assert_eq!(numbers.len(), 320, "how many different numbers they got");
        let total = look.query_row("SELECT visits FROM pages", [], |row| row.get(0));
        assert_eq!(total, Ok(320), "the page's number afterwards");
    }

    #[test]
    fn a_page_that_is_unknown_is_an_error_and_writes_nothing() {
        let file = Scratch::new("unknown", TABLES).expect("a new file");
        let mut connection = open(file.path()).expect("opened");
        let unknown = visit(&mut connection, "/nowhere").map_err(|_| "…");
        assert_eq!(unknown, Err("…"), "visit(…, \"/nowhere\")");
        let rows = connection.query_row("SELECT count(*) FROM visits", [], |row| row.get(0));
        assert_eq!(rows, Ok(0), "how many rows `visits` has then");
        assert_eq!(
            visit(&mut connection, "/home"),
            Ok(1),
            "the next visit to /home"
        );
    }
}
