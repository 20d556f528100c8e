//! Large data sets, remembered for as long as the program runs: SQLite's own image of the database, which is copied in a few
//! milliseconds, where making 50,000 rows takes a hundred times as long.
//!
//! Only what the course's own SQL has made is remembered, before any statement of the learner's.

use super::plan::Script;
use rusqlite::Connection;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A smaller database is made anew as fast as it is copied.
const SMALLEST: i64 = 1 << 20;

/// The images kept; the oldest gives way.
const MOST: usize = 4;

static IMAGES: Mutex<Vec<Image>> = Mutex::new(Vec::new());

struct Image {
    /// All of the SQL that made it.
    sql: String,
    bytes: Arc<[u8]>,
}

/// Fills `connection` with the image of what `scripts` make; `false` if there is none.
pub(super) fn recall(scripts: &[Script], connection: &mut Connection) -> rusqlite::Result<bool> {
    let sql = key(scripts);
    let bytes = images()
        .iter()
        .find(|image| image.sql == sql)
        .map(|image| Arc::clone(&image.bytes));
    let Some(bytes) = bytes else {
        return Ok(false);
    };
    connection.deserialize_read_exact("main", &bytes[..], bytes.len(), false)?;
    Ok(true)
}

/// Remembers what `scripts` have made in `connection`, if it is large.
pub(super) fn keep(scripts: &[Script], connection: &mut Connection) -> rusqlite::Result<()> {
    let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
    let page: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
    if pages * page < SMALLEST {
        return Ok(());
    }
    let bytes = connection.serialize("main")?.to_vec().into();
    let mut images = images();
    if images.len() == MOST {
        images.remove(0);
    }
    images.push(Image {
        sql: key(scripts),
        bytes,
    });
    Ok(())
}

fn key(scripts: &[Script]) -> String {
    let texts: Vec<&str> = scripts.iter().map(|script| script.text.as_str()).collect();
    texts.join(";\n")
}

fn images() -> MutexGuard<'static, Vec<Image>> {
    IMAGES.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(text: &str) -> Script {
        Script {
            file: "a.sql".into(),
            whole_file: true,
            text: text.into(),
            for_postgres: None,
        }
    }

    fn made(text: &str) -> Connection {
        let connection = Connection::open_in_memory().expect("opened");
        connection.execute_batch(text).expect("ran");
        connection
    }

    const LARGE: &str = "CREATE TABLE large(id INTEGER PRIMARY KEY, filler);
        INSERT INTO large VALUES (1, zeroblob(2000000));";

    #[test]
    fn a_large_database_comes_back_as_it_was_and_can_be_written() {
        let scripts = [script(LARGE)];
        keep(&scripts, &mut made(LARGE)).expect("kept");
        let mut again = Connection::open_in_memory().expect("opened");
        assert!(recall(&scripts, &mut again).expect("recalled"));
        again
            .execute_batch("BEGIN; INSERT INTO large VALUES (2, 'x'); ROLLBACK; INSERT INTO large VALUES (3, 'y')")
            .expect("it can be written");
        let rows: i64 = again
            .query_row("SELECT count(*) FROM large", [], |row| row.get(0))
            .expect("read");
        assert_eq!(rows, 2);
        let mut third = Connection::open_in_memory().expect("opened");
        assert!(recall(&scripts, &mut third).expect("recalled"));
        let rows: i64 = third
            .query_row("SELECT count(*) FROM large", [], |row| row.get(0))
            .expect("read");
        assert_eq!(
            rows, 1,
            "what one check writes is not in the next one's data"
        );
    }

    #[test]
    fn a_small_database_is_not_remembered() {
        let small = "CREATE TABLE small(id);";
        keep(&[script(small)], &mut made(small)).expect("looked at");
        let mut other = Connection::open_in_memory().expect("opened");
        assert!(!recall(&[script(small)], &mut other).expect("asked"));
    }
}
