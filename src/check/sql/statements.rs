//! A script cut into its statements, where SQLite itself finds their ends. It runs them, and compares nothing.

use super::{
    cage::{Cage, Fault},
    place,
};

/// One statement of a script.
pub(super) struct Statement {
    /// Its text, without the comments before it.
    pub(super) sql: String,
    /// Whether it may change tables.
    pub(super) touches: Touches,
}

/// Whether a statement may change tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Touches {
    /// It only reads.
    Reads,
    /// It may write.
    Writes,
}

/// Runs the script and gives its statements.
pub(super) fn split(cage: &Cage, script: &str) -> Result<Vec<Statement>, Fault> {
    let mut from = 0;
    let mut statements = Vec::new();
    while let Some(ran) = cage.run_next(script, from)? {
        let begin = place::begin(script, from);
        statements.push(Statement {
            sql: script[begin..ran.end].trim().to_owned(),
            touches: match ran.reads_only {
                true => Touches::Reads,
                false => Touches::Writes,
            },
        });
        from = ran.end;
    }
    Ok(statements)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Cancel;
    use rusqlite::Connection;
    use std::time::Duration;

    #[test]
    fn a_script_is_cut_where_its_statements_end() {
        let connection = Connection::open_in_memory().expect("opened");
        let cage =
            Cage::new(connection, Duration::from_secs(10), &Cancel::new()).expect("locked up");
        let script = "-- one; two\nCREATE TABLE t(a);\n/* ; */ INSERT INTO t VALUES (';');;\nSELECT a FROM t -- end";
        let statements = split(&cage, script).expect("it runs");
        let told: Vec<(&str, Touches)> = statements
            .iter()
            .map(|statement| (statement.sql.as_str(), statement.touches))
            .collect();
        assert_eq!(
            told,
            [
                ("CREATE TABLE t(a);", Touches::Writes),
                ("INSERT INTO t VALUES (';');", Touches::Writes),
                ("SELECT a FROM t -- end", Touches::Reads),
            ]
        );
    }
}
