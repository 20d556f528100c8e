//! A statement that did not run to its end, told to a beginner: what happened, where, and what to do next.

use super::{
    cage::{Fault, FaultKind, MOST_ROWS},
    syntax,
};
use crate::{course::nearest, outcome::Finding};
use rusqlite::Connection;

/// Puts what happened in `script` into `finding`. `connection` is asked for the names that exist.
pub(super) fn tell(fault: &Fault, script: &str, connection: &Connection, finding: &mut Finding) {
    let before = fault.at.and_then(|at| script.get(..at)).unwrap_or("");
    let (actual, explain) = match &fault.kind {
        FaultKind::Sqlite(message) | FaultKind::Rule(message) => (format!("SQLite says: {message}"), help(message, before, connection)),
        FaultKind::Refused(reason) => ("the exercise's database refuses this statement".into(), Some((*reason).into())),
        FaultKind::StillRunning { limit, rows } => (
            format!(
                "your query was still running after {} s and was stopped; it had given {} so far",
                limit.as_secs_f64(),
                super::diff::count(*rows)
            ),
            Some("A query that never ends has a recursive part without an end, or tables that are joined without a condition. Look for these.".into()),
        ),
        FaultKind::TooManyRows => (
            format!("your query had given {MOST_ROWS} rows, and was stopped there"),
            Some("No exercise asks for so many rows: a condition is missing that joins two tables, or that ends a recursion.".into()),
        ),
        FaultKind::TooMuchMemory => (
            "your query needed more memory than it is given here, and was stopped".into(),
            Some("It collects far more rows than the tables hold: a condition is missing that joins two tables, or that ends a recursion.".into()),
        ),
        FaultKind::Parameter => (
            "your statement has a parameter, such as `?` or `:name`, and nobody fills it here".into(),
            Some("Write the value itself. Parameters are for programs that send SQL; you meet them in chapter 07.".into()),
        ),
        FaultKind::UnknownParameter { name, known } => (
            format!("your statement has the parameter {name}, and nobody fills it"),
            Some(format!("The parameters that are filled here are {}.", known.join(", "))),
        ),
        FaultKind::Cancelled => ("the check was stopped".into(), None),
    };
    finding.actual = Some(actual);
    finding.explain = explain;
}

/// What to do about the commonest messages of SQLite. `before` is the script up to the place of the message.
fn help(message: &str, before: &str, connection: &Connection) -> Option<String> {
    if let Some(name) = message.strip_prefix("no such column: ") {
        return Some(no_such_column(name, stands_for_a_value(before), connection));
    }
    if let Some(name) = message.strip_prefix("no such table: ") {
        let tables = names(connection, TABLES, []);
        let name = name.trim_start_matches("main.");
        return Some(match nearest(name, tables.iter().map(String::as_str)) {
            Some(near) => format!("Did you mean `{near}`?"),
            None => format!("The tables are {}.", tables.join(", ")),
        });
    }
    if let Some(name) = message.strip_prefix("ambiguous column name: ") {
        let of = "SELECT t.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c WHERE t.type IN ('table', 'view') AND c.name = ?1";
        let tables = names(connection, of, [name]);
        let example = tables.first().map_or("table", String::as_str);
        return Some(format!(
            "More than one table has a column `{name}`. Write its table before it, as in `{example}.{name}`."
        ));
    }
    if let Some(rest) = message.strip_prefix("near \"") {
        let word = rest.rsplit_once("\": syntax error").map(|(word, _)| word)?;
        let known = [
            names(connection, TABLES, []),
            names(connection, COLUMNS, []),
        ]
        .concat();
        return Some(syntax::help(word, before, &known));
    }
    if let Some((table, column)) = message
        .strip_prefix("table ")
        .and_then(|rest| rest.split_once(" has no column named "))
    {
        return Some(format!(
            "The table {table} has no column `{column}`. Its columns stand in the schema; or the table is the wrong one."
        ));
    }
    if let Some(column) = message.strip_prefix("NOT NULL constraint failed: ") {
        let (table, column) = column.split_once('.').unwrap_or(("the table", column));
        return Some(format!(
            "The column `{column}` of {table} has to have a value in each row, and this row has none. Name it, and give it one."
        ));
    }
    let said = |part: &str| message.contains(part);
    let text = if said("incomplete input") {
        "The statement ends before it is complete. A bracket may still be open, or a word such as WHERE has nothing after it."
    } else if said("unrecognized token") {
        "A text begins with a single quote and ends with one: 'Lyon'. One of the two may be missing. A quote inside a text is written twice: 'O''Brien'."
    } else if said("too big") {
        "One value may be as long as 1 MiB here. No exercise asks for one so long."
    } else if said("misuse of aggregate") {
        "WHERE looks at one row at a time, before anything is counted or summed. A condition on a count or a sum belongs into HAVING."
    } else if said("ON CONFLICT clause does not match") {
        "The columns between the brackets of ON CONFLICT must be those of one UNIQUE or PRIMARY KEY rule of the table, all of them and no others. The rules are in the schema."
    } else if said("values for") || said("values were supplied") {
        "An INSERT gives each column that it names one value, in the same order. Count the names in the first brackets and the values in the second ones."
    } else if said("no such savepoint")
        || said("cannot start a transaction")
        || said("no transaction is active")
    {
        "BEGIN opens a transaction, COMMIT or ROLLBACK ends it; each BEGIN needs one of the two before the next BEGIN."
    } else if said("no such function") {
        "SQLite has no function of this name. Its functions are listed at https://sqlite.org/lang_corefunc.html"
    } else if said("misuse of window function") {
        "A window is calculated after WHERE and GROUP BY, so neither can ask about it. Give the query with the window a name, FROM (SELECT …) AS placed, and ask outside of it."
    } else if said("foreign key mismatch") {
        "A foreign key has to point to the key of the other table, or to columns that are UNIQUE there."
    } else if said("UNIQUE constraint failed") || said("CHECK constraint failed") {
        "The table's own rule refuses a row you write. The rule is in the schema; the message names table and column."
    } else if said("Cannot add a NOT NULL column") {
        "The rows that are there already have no value for this column. Add it without NOT NULL, or with a DEFAULT."
    } else if said("after drop column") {
        "Something in the schema still names this column. Drop that first; the message names it."
    } else if said("FOREIGN KEY constraint failed") {
        "A row points to another row, and that one is not there (any more). Write or delete the two in the other order, or look at the id."
    } else {
        return None;
    };
    Some(text.into())
}

/// Whether a comparison stands directly before the place, so that a text without its quotes is as likely as a wrong name.
fn stands_for_a_value(before: &str) -> bool {
    before.trim_end().ends_with(['=', '<', '>'])
}

fn no_such_column(name: &str, is_compared: bool, connection: &Connection) -> String {
    // SQLite's own advice follows the name: `"Lyon" - should this be a string literal in single-quotes?`
    let (name, quoted) = match name.split_once(" - should this be") {
        Some((name, _)) => (name.trim_matches('"'), true),
        None => (name, false),
    };
    let bare = name.rsplit_once('.').map_or(name, |(_, bare)| bare);
    let columns = names(connection, COLUMNS, []);
    match nearest(bare, columns.iter().map(String::as_str)) {
        Some(near) if near == bare => {
            format!(
                "There is a column `{near}`, but in no table that this statement names after FROM."
            )
        }
        Some(near) if quoted => format!(
            "A text stands in single quotes: '{name}'. Double quotes are for names; if you mean a column, is it `{near}`?"
        ),
        Some(near) if is_compared => format!(
            "If `{bare}` is a text, it stands in single quotes: '{bare}'. If it is a column, did you mean `{near}`?"
        ),
        Some(near) => format!("Did you mean `{near}`?"),
        None if quoted => format!(
            "A text stands in single quotes: '{name}'. Double quotes are for names of columns and tables."
        ),
        None => format!(
            "No table here has a column `{bare}`. If it is meant as a text, put it in single quotes: '{bare}'."
        ),
    }
}

const TABLES: &str =
    "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY rowid";
const COLUMNS: &str = "SELECT DISTINCT c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c WHERE t.type IN ('table', 'view')";

/// Names out of the schema; none if the schema cannot be read, for this is only help.
fn names(connection: &Connection, sql: &str, params: impl rusqlite::Params) -> Vec<String> {
    let read = || -> rusqlite::Result<Vec<String>> {
        connection
            .prepare(sql)?
            .query_map(params, |row| row.get(0))?
            .collect()
    };
    read().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{check::sql::cage::Cage, process::Cancel};
    use std::time::Duration;

    fn told(sql: &str) -> (String, String) {
        let connection = Connection::open_in_memory().expect("opened");
        connection
            .execute_batch(
                "CREATE TABLE customers(id, email, city); CREATE TABLE orders(id, customer_id)",
            )
            .expect("ran");
        let cage =
            Cage::new(connection, Duration::from_secs(10), &Cancel::new()).expect("locked up");
        let fault = cage.run_next(sql, 0).expect_err("it is wrong");
        let mut finding = Finding::default();
        tell(&fault, sql, cage.connection(), &mut finding);
        (
            finding.actual.expect("what happened"),
            finding.explain.expect("help"),
        )
    }

    #[test]
    fn a_mistyped_name_is_answered_with_the_nearest_one() {
        assert_eq!(
            told("SELECT emial FROM customers").1,
            "Did you mean `email`?"
        );
        assert_eq!(
            told("SELECT id FROM custmers").1,
            "Did you mean `customers`?"
        );
        assert_eq!(told("SELECT id FORM customers").1, "Did you mean FROM?");
    }

    #[test]
    fn a_comma_with_nothing_after_it_is_named() {
        let (_, help) = told("SELECT id, FROM customers");
        assert!(
            help.starts_with("Nothing stands between the comma and `FROM`."),
            "{help}"
        );
    }

    #[test]
    fn a_column_of_another_table_is_not_called_unknown() {
        let (_, help) = told("SELECT email FROM orders");
        assert_eq!(
            help,
            "There is a column `email`, but in no table that this statement names after FROM."
        );
    }

    #[test]
    fn a_text_in_double_quotes_is_explained() {
        let (_, help) = told("SELECT id FROM customers WHERE city = \"Lyon\"");
        assert!(help.contains("single quotes: 'Lyon'"), "{help}");
    }

    #[test]
    fn a_text_without_quotes_is_not_only_called_a_wrong_column() {
        let (_, help) = told("SELECT id FROM customers WHERE city = emial");
        assert!(help.contains("single quotes: 'emial'"), "{help}");
        assert!(help.ends_with("did you mean `email`?"), "{help}");
    }

    #[test]
    fn an_ambiguous_column_is_shown_with_a_table_that_has_it() {
        let (_, help) = told("SELECT id FROM customers JOIN orders");
        assert!(help.ends_with("as in `customers.id`."), "{help}");
    }

    #[test]
    fn an_open_quote_and_an_open_bracket_are_explained() {
        assert!(
            told("SELECT id FROM customers WHERE city = 'Lyon")
                .1
                .contains("One of the two")
        );
        assert!(
            told("SELECT id FROM customers WHERE city IN (")
                .1
                .contains("bracket may still be open")
        );
    }

    #[test]
    fn a_wrong_insert_is_explained() {
        for (sql, help) in [
            (
                "INSERT INTO customers (id, city) VALUES (1)",
                "Count the names",
            ),
            ("INSERT INTO orders (email) VALUES (1)", "no column `email`"),
            (
                "INSERT INTO orders VALUES (1, 2) ON CONFLICT (id) DO NOTHING",
                "ON CONFLICT",
            ),
        ] {
            assert!(told(sql).1.contains(help), "{}", told(sql).1);
        }
    }

    #[test]
    fn the_end_of_time_is_told_with_its_name_and_the_rows_so_far() {
        let fault = Fault {
            kind: FaultKind::StillRunning {
                limit: Duration::from_secs(10),
                rows: 3,
            },
            at: None,
        };
        let mut finding = Finding::default();
        tell(
            &fault,
            "",
            &Connection::open_in_memory().expect("opened"),
            &mut finding,
        );
        assert_eq!(
            finding.actual.as_deref(),
            Some(
                "your query was still running after 10 s and was stopped; it had given 3 rows so far"
            )
        );
    }
}
