//! Queries on the SQLite file that a server has written, while it runs or afterwards. It only reads.

use super::{
    action::filled,
    expect::{About, Problem},
    template::Values,
};
use rusqlite::{Connection, OpenFlags, types::ValueRef};
use serde_json::Value;
use std::{path::Path, time::Duration};

/// How long a query waits for a server that is writing.
const WAIT: Duration = Duration::from_secs(2);

/// A query and the rows that it has to give.
#[derive(Clone, Debug)]
pub(super) struct Query {
    /// Below the server's directory.
    pub(super) file: String,
    pub(super) query: String,
    /// A list of lists; every text in it is a template.
    pub(super) rows: Value,
}

/// What does not hold.
pub(super) fn judge(query: &Query, dir: &Path, values: &Values) -> Option<Problem> {
    let wanted = filled(&query.rows, values);
    let problem = |actual: String, explain: Option<String>| Problem {
        about: About::Else,
        expected: format!("{} gives {wanted}", query.query),
        actual,
        explain,
    };
    let path = dir.join(&query.file);
    if !path.is_file() {
        return Some(problem(
            format!(
                "there is no file {} in the directory in which the server runs",
                query.file
            ),
            Some("The server has not written it, or it wrote it somewhere else.".into()),
        ));
    }
    match rows(&path, &query.query) {
        Ok(came) if came == wanted => None,
        Ok(came) => Some(problem(came.to_string(), None)),
        Err(error) => Some(problem(
            format!("SQLite says: {error}"),
            Some(format!("The query was put to the file {}.", query.file)),
        )),
    }
}

fn rows(path: &Path, query: &str) -> rusqlite::Result<Value> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(WAIT)?;
    let mut statement = connection.prepare(query)?;
    let columns = statement.column_count();
    let mut found = statement.query([])?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        let cells = (0..columns).map(|column| row.get_ref(column).map(cell));
        rows.push(Value::Array(cells.collect::<rusqlite::Result<_>>()?));
    }
    Ok(Value::Array(rows))
}

fn cell(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
        ValueRef::Blob(bytes) => super::escape::show(bytes).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;
    use serde_json::json;

    fn told(query: &str, rows: Value) -> Option<String> {
        let dir = workspace::scratch().expect("a directory");
        let connection = Connection::open(dir.path().join("app.db")).expect("a database");
        connection
            .execute_batch("CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 'x'), (2, NULL);")
            .expect("rows");
        let query = Query {
            file: "app.db".into(),
            query: query.into(),
            rows,
        };
        judge(&query, dir.path(), &Values::new(1)).map(|problem| problem.actual)
    }

    #[test]
    fn rows_are_compared_with_their_types() {
        let query = "SELECT a, b FROM t ORDER BY a";
        assert_eq!(told(query, json!([[1, "x"], [2, null]])), None);
        assert_eq!(
            told(query, json!([["1", "x"], [2, null]])).as_deref(),
            Some("[[1,\"x\"],[2,null]]")
        );
    }

    #[test]
    fn a_query_changes_nothing() {
        let actual = told("DELETE FROM t", json!([])).expect("refused");
        assert!(actual.contains("readonly"), "{actual}");
    }

    #[test]
    fn a_missing_file_and_a_missing_table_are_told() {
        let query = Query {
            file: "app.db".into(),
            query: "SELECT 1".into(),
            rows: json!([[1]]),
        };
        let dir = workspace::scratch().expect("a directory");
        let problem = judge(&query, dir.path(), &Values::new(1)).expect("missing");
        assert!(problem.actual.starts_with("there is no file app.db"));
        assert!(!dir.path().join("app.db").exists());
        assert!(
            told("SELECT * FROM u", json!([]))
                .is_some_and(|actual| actual.contains("no such table"))
        );
    }
}
