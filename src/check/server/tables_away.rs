//! Somebody who takes the tables of the server's SQLite file away for the time of a step: they get other names, and then their own
//! again. What a server answers meanwhile it has kept, whatever it says of itself. A file that is no database stays as it is.

use super::expect::{About, Problem};
use rusqlite::{Connection, ErrorCode};
use std::{path::Path, time::Duration};

/// How long to wait for a server that is writing.
const PATIENCE: Duration = match cfg!(test) {
    true => Duration::from_millis(50),
    false => Duration::from_secs(5),
};

/// The names of the tables that the learner has made.
const TABLES: &str = "SELECT name FROM pragma_table_list
    WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~'";

/// Tables that are away. Dropping it brings them back, but who wants to know whether that went well calls [`Away::back`].
#[derive(Debug)]
pub(super) struct Away {
    connection: Connection,
    tables: Vec<String>,
}

/// Takes all tables away; `None` if there is no SQLite database in that file.
///
/// # Errors
/// What the learner is told if the server lets nobody else write: nothing can be seen then.
pub(super) fn take(file: &Path) -> Result<Option<Away>, Problem> {
    // It is opened only if it is there: to make it is the server's task.
    if !file.is_file() {
        return Ok(None);
    }
    match renamed(file) {
        Ok(away) => Ok(Some(away)),
        Err(error) if is_locked(&error) => Err(locked(file, "gives its tables other names")),
        Err(_) => Ok(None),
    }
}

fn renamed(file: &Path) -> rusqlite::Result<Away> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(PATIENCE)?;
    // Only the names of the tables change: what views, triggers and foreign keys say stays as it is written.
    let setting = "PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON;";
    connection.execute_batch(setting)?;
    let tables = tables(&connection)?;
    let renamed = tables
        .iter()
        .map(|table| rename(table, &elsewhere(table)))
        .collect::<String>();
    at_once(&connection, &renamed)?;
    Ok(Away { connection, tables })
}

fn is_locked(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

fn locked(file: &Path, who: &str) -> Problem {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    Problem {
        about: About::Else,
        expected: format!("{name} free for somebody else who {who}"),
        actual: format!("it stayed locked for {PATIENCE:?}"),
        explain: Some(
            "Commit or roll back each write before you answer, and do not keep the file for yourself (PRAGMA locking_mode = EXCLUSIVE)."
                .into(),
        ),
    }
}

fn tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(TABLES)?;
    statement.query_map([], |row| row.get(0))?.collect()
}

impl Away {
    /// Brings the tables back.
    ///
    /// # Errors
    /// What the learner is told if the server has not let go of the file.
    pub(super) fn back(mut self, file: &Path) -> Result<(), Problem> {
        let failed = self.bring_back().is_err();
        match failed {
            true => Err(locked(file, "gives its tables their own names again")),
            false => Ok(()),
        }
    }

    fn bring_back(&mut self) -> rusqlite::Result<()> {
        if self.tables.is_empty() {
            return Ok(());
        }
        let back: String = std::mem::take(&mut self.tables)
            .iter()
            .map(|table| {
                // A server that makes its tables at each connection has made empty ones.
                let empty = format!("DROP TABLE IF EXISTS {};", quoted(table));
                empty + &rename(&elsewhere(table), table)
            })
            .collect();
        at_once(&self.connection, &back)
    }
}

impl Drop for Away {
    fn drop(&mut self) {
        // A step that has failed already tells something else.
        let _ = self.bring_back();
    }
}

/// All of it or nothing.
fn at_once(connection: &Connection, statements: &str) -> rusqlite::Result<()> {
    let done = connection.execute_batch(&format!("BEGIN IMMEDIATE; {statements} COMMIT;"));
    if done.is_err() && !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK")?;
    }
    done
}

fn rename(from: &str, to: &str) -> String {
    format!("ALTER TABLE {} RENAME TO {};", quoted(from), quoted(to))
}

fn elsewhere(table: &str) -> String {
    format!("{table}, taken away")
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    const SCHEMA: &str = "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON;
        CREATE TABLE IF NOT EXISTS posts (id INTEGER PRIMARY KEY AUTOINCREMENT, \"a \"\"b\" TEXT);
        CREATE TABLE IF NOT EXISTS comments (post INTEGER REFERENCES posts (id) ON DELETE CASCADE);
        CREATE INDEX IF NOT EXISTS comments_post ON comments (post);
        CREATE VIEW IF NOT EXISTS seen AS SELECT id FROM posts;";

    /// What a table that was renamed is called stands in quotation marks from then on, and means the same.
    fn schema_of(connection: &Connection) -> Vec<(String, String)> {
        let sql = "SELECT name, replace(sql, '\"', '') FROM sqlite_schema ORDER BY name";
        let mut statement = connection.prepare(sql).expect("a schema");
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        rows.expect("rows").collect::<Result<_, _>>().expect("rows")
    }

    #[test]
    fn while_they_are_away_a_server_that_runs_finds_nothing_and_afterwards_all_is_as_before() {
        let dir = workspace::scratch().expect("a directory");
        let file = dir.path().join("a.db");
        let server = Connection::open(&file).expect("a database");
        server.execute_batch(SCHEMA).expect("a schema");
        let rows = "INSERT INTO posts (id) VALUES (7); INSERT INTO comments VALUES (7)";
        server.execute_batch(rows).expect("rows");
        let before = schema_of(&server);
        let count = "SELECT count(*) FROM seen, comments";
        let ask = || server.query_row(count, [], |row| row.get::<_, i64>(0));
        assert_eq!(ask(), Ok(1));
        let away = take(&file).expect("free").expect("a database");
        let refused = ask().expect_err("no table").to_string();
        assert!(refused.contains("no such table"), "{refused}");
        away.back(&file).expect("free");
        assert_eq!(ask(), Ok(1));
        assert_eq!(schema_of(&server), before);
        server.execute_batch("DELETE FROM posts").expect("deleted");
        assert_eq!(ask(), Ok(0), "the comment went with its post");
        server
            .execute_batch("INSERT INTO posts DEFAULT VALUES")
            .expect("a row");
        assert_eq!(server.last_insert_rowid(), 8, "numbers go on");
    }

    #[test]
    fn tables_that_are_made_again_meanwhile_give_way() {
        let dir = workspace::scratch().expect("a directory");
        let file = dir.path().join("a.db");
        let server = Connection::open(&file).expect("a database");
        server.execute_batch(SCHEMA).expect("a schema");
        server
            .execute_batch("INSERT INTO posts (id) VALUES (7)")
            .expect("a row");
        let away = take(&file).expect("free").expect("a database");
        let again = Connection::open(&file).expect("a database");
        again.execute_batch(SCHEMA).expect("a schema");
        again
            .execute_batch("INSERT INTO posts (id) VALUES (1)")
            .expect("a row");
        drop(away);
        let id = server.query_row("SELECT id FROM posts", [], |row| row.get::<_, i64>(0));
        assert_eq!(id, Ok(7));
    }

    #[test]
    fn what_is_no_database_stays_as_it_is() {
        let dir = workspace::scratch().expect("a directory");
        let file = dir.path().join("a.db");
        assert!(take(&file).expect("free").is_none());
        assert!(!file.exists());
        let text = "a file of another kind, ".repeat(50);
        std::fs::write(&file, &text).expect("written");
        assert!(take(&file).expect("free").is_none());
        assert_eq!(std::fs::read_to_string(&file).expect("read"), text);
    }

    #[test]
    fn a_server_that_lets_nobody_else_write_is_told_so() {
        let dir = workspace::scratch().expect("a directory");
        let file = dir.path().join("a.db");
        let server = Connection::open(&file).expect("a database");
        let exclusive = format!("{SCHEMA} BEGIN IMMEDIATE; INSERT INTO posts DEFAULT VALUES;");
        server.execute_batch(&exclusive).expect("a row");
        let refused = take(&file).expect_err("locked");
        assert!(refused.expected.starts_with("a.db free for somebody else"));
        server.execute_batch("COMMIT").expect("committed");
        let away = take(&file).expect("free").expect("a database");
        server.execute_batch("BEGIN IMMEDIATE").expect("locked");
        assert!(away.back(&file).is_err());
    }
}
