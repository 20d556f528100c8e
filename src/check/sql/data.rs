//! A data set, loaded into a database in memory; on demand with its rows stored in another order.
//!
//! It runs the course's own SQL only, outside the cage.

use super::{
    images,
    plan::{DataSet, Script},
    table::quoted,
};
use crate::{
    course::course_error,
    error::{Error, Result},
};
use rusqlite::{Connection, OpenFlags, params_from_iter, types::Value};

/// How rows lie in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stored {
    /// As the files insert them; by id where the id is the key of the table.
    AsWritten,
    /// In an order that nobody asked for, the same at each check.
    Shuffled,
}

/// A new database with the rows of `set`.
///
/// # Errors
/// [`Error::Course`] with the file and line of SQL that does not run.
pub(super) fn load(set: &DataSet, stored: Stored) -> Result<Connection> {
    let mut connection = empty().map_err(no_sqlite)?;
    if !images::recall(&set.scripts, &mut connection).map_err(no_sqlite)? {
        for script in &set.scripts {
            connection
                .execute_batch(&script.text)
                .map_err(|error| wrong_sql(script, &error))?;
        }
        images::keep(&set.scripts, &mut connection).map_err(no_sqlite)?;
    }
    match stored {
        Stored::AsWritten => Ok(connection),
        Stored::Shuffled => shuffled(&connection).map_err(|error| {
            Error::tool(
                format!("the data set \"{}\" cannot be shuffled: {error}", set.claim),
                "Take `shuffle = true` out, and report this.",
            )
        }),
    }
}

fn empty() -> rusqlite::Result<Connection> {
    // Without the flag for URIs: no name can mean a file.
    Connection::open_in_memory_with_flags(
        OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
}

/// SQLite in memory did not start.
pub(super) fn no_sqlite(error: rusqlite::Error) -> Error {
    Error::tool(
        format!("SQLite in memory did not start: {error}"),
        "Close some programs, then try again.",
    )
}

/// The same tables with the same rows, stored in another order.
fn shuffled(from: &Connection) -> rusqlite::Result<Connection> {
    let to = empty()?;
    to.execute_batch("PRAGMA foreign_keys = OFF; BEGIN")?;
    // Tables come first, so that an index or a trigger finds its table.
    let mut objects = from.prepare(
        "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
         ORDER BY type <> 'table', rowid",
    )?;
    let objects = objects
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<Vec<(String, String, String)>>>()?;
    let mut later = Vec::new();
    for (kind, name, sql) in &objects {
        if kind == "table" {
            to.execute_batch(&without_row_as_key(sql))?;
            copy_shuffled(from, &to, name)?;
        } else {
            later.push(sql);
        }
    }
    for sql in later {
        to.execute_batch(sql)?;
    }
    to.execute_batch("COMMIT")?;
    Ok(to)
}

/// The same table, stored by arrival. An `INTEGER PRIMARY KEY` is the place where a row lies, so its rows always lie by id; with
/// an `INT PRIMARY KEY` they do not, and the values are the same.
fn without_row_as_key(create: &str) -> String {
    const KEY: &str = "integer primary key";
    let Some(at) = create.to_ascii_lowercase().find(KEY) else {
        return create.to_owned();
    };
    let (before, after) = create.split_at(at);
    format!("{before}INT NOT NULL PRIMARY KEY{}", &after[KEY.len()..])
}

fn copy_shuffled(from: &Connection, to: &Connection, table: &str) -> rusqlite::Result<()> {
    // table_info leaves out generated columns, which cannot be inserted.
    let mut columns = from.prepare("SELECT name FROM pragma_table_info(?)")?;
    let columns = columns
        .query_map([table], |row| row.get::<_, String>(0))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let list: Vec<String> = columns.iter().map(|name| quoted(name)).collect();
    let list = list.join(", ");
    let mut select = from.prepare(&format!("SELECT {list} FROM {}", quoted(table)))?;
    let mut rows = select
        .query_map([], |row| {
            (0..columns.len())
                .map(|column| row.get(column))
                .collect::<rusqlite::Result<Vec<Value>>>()
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    shuffle(&mut rows);
    let marks = vec!["?"; columns.len()].join(", ");
    let mut insert = to.prepare(&format!(
        "INSERT INTO {} ({list}) VALUES ({marks})",
        quoted(table)
    ))?;
    for row in rows {
        insert.execute(params_from_iter(row))?;
    }
    Ok(())
}

/// A fixed shuffle (Sattolo's): the same rows always come out in the same order, and none stays in its place.
fn shuffle<T>(rows: &mut [T]) {
    let mut state: u64 = 0x9E37_79B9_7F4A_7C15;
    for last in (1..rows.len()).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        rows.swap(last, (state >> 33) as usize % last);
    }
}

fn wrong_sql(script: &Script, error: &rusqlite::Error) -> Error {
    let (line, what) = match error {
        rusqlite::Error::SqlInputError {
            msg, sql, offset, ..
        } if script.whole_file => {
            // SQLite was given what was left of the file.
            let at = script.text.len() - sql.len() + usize::try_from(*offset).unwrap_or(0);
            let before = script.text.bytes().take(at);
            (
                Some(before.filter(|&b| b == b'\n').count() + 1),
                msg.clone(),
            )
        }
        other => (None, other.to_string()),
    };
    course_error(
        &script.file,
        line,
        format!("SQLite refuses this data: {what}"),
        "Correct that statement, then try again.",
    )
}

#[cfg(test)]
mod tests {
    use super::super::plan::DataSet;
    use super::*;
    use crate::check::sql::table::state;

    fn script(text: &str) -> Script {
        Script {
            file: "a.sql".into(),
            whole_file: true,
            text: text.into(),
            for_postgres: None,
        }
    }

    fn ids(connection: &Connection) -> Vec<i64> {
        let mut statement = connection
            .prepare("SELECT id FROM t WHERE name >= ''")
            .expect("prepared");
        statement
            .query_map([], |row| row.get(0))
            .expect("ran")
            .collect::<rusqlite::Result<_>>()
            .expect("read")
    }

    #[test]
    fn shuffled_data_is_the_same_data_found_in_another_order() {
        let set = DataSet::of(vec![script(
            "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT NOT NULL);
             INSERT INTO t VALUES (1,'a'),(2,'b'),(3,'c'),(4,'d'),(5,'e');",
        )]);
        let written = load(&set, Stored::AsWritten).expect("loaded");
        let other = load(&set, Stored::Shuffled).expect("loaded");
        assert_eq!(state(&written).expect("read"), state(&other).expect("read"));
        assert_eq!(ids(&written), [1, 2, 3, 4, 5]);
        assert_ne!(ids(&other), [1, 2, 3, 4, 5]);
    }

    #[test]
    fn wrong_sql_of_the_course_names_file_and_line() {
        let set = DataSet::of(vec![script("CREATE TABLE t(a);\nINSERT INTO t VALUS (1);")]);
        let error = load(&set, Stored::AsWritten).expect_err("it is wrong");
        assert!(error.to_string().starts_with("a.sql:2: "), "{error}");
    }
}
