//! Statements sent to a PostgreSQL one by one, in one session, and what became of each.
//!
//! It speaks through `psql`, which comes with the server: no client has to be compiled into the runner, and a statement that runs away
//! ends with its process. Each statement is an argument of its own, so that `psql` reads nothing in it: in a script, a backslash in a
//! learner's statement would be a command to the machine.

use crate::{
    error::{Error, Result},
    outcome::Output,
};

/// What became of one statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It ran; the rows it gave, each value as PostgreSQL writes it.
    Rows(Vec<Vec<Option<String>>>),
    /// PostgreSQL refused it.
    Refused {
        /// The kind of error, five characters: its SQLSTATE.
        state: String,
        /// PostgreSQL's own words.
        message: String,
    },
}

/// Characters that stand in no learner's table: between cells, between rows, around a status, and for NULL.
const CELL: char = '\u{1f}';
const ROW: char = '\u{1e}';
const STATUS: char = '\u{1d}';
const NULL: &str = "\u{1a}";

/// What `psql` is told before any statement.
pub(super) fn form() -> Vec<String> {
    vec![
        "--no-psqlrc".into(),
        "--quiet".into(),
        "--tuples-only".into(),
        "--no-align".into(),
        format!("--field-separator={CELL}"),
        format!("--record-separator={ROW}"),
        format!("--pset=null={NULL}"),
    ]
}

/// The statements as arguments; after each one its status is printed.
pub(super) fn arguments(statements: &[String]) -> Vec<String> {
    let status = format!("--command=\\echo {STATUS} :SQLSTATE {CELL} :LAST_ERROR_MESSAGE {STATUS}");
    statements
        .iter()
        .flat_map(|sql| {
            [
                format!("--command={}", sql.trim_start_matches(is_no_sql)),
                status.clone(),
            ]
        })
        .collect()
}

/// No statement begins with a backslash, and one that did would be a command of `psql`'s.
fn is_no_sql(first: char) -> bool {
    first == '\\' || first.is_whitespace()
}

/// Reads what `psql` printed.
pub(super) fn replies(printed: &Output, expected: usize) -> Result<Vec<Reply>> {
    let parts: Vec<&str> = printed.text.split(STATUS).collect();
    let replies: Vec<Reply> = parts
        .chunks_exact(2)
        .filter_map(|pair| reply(pair[0], pair[1]))
        .collect();
    if printed.omitted > 0 || replies.len() != expected {
        return Err(Error::tool(
            format!(
                "PostgreSQL answered {} of {expected} statements",
                replies.len()
            ),
            "Report this with the exercise's file.",
        ));
    }
    Ok(replies)
}

fn reply(rows: &str, status: &str) -> Option<Reply> {
    let (state, message) = status.split_once(CELL)?;
    if state.trim() != "00000" {
        return Some(Reply::Refused {
            state: state.trim().to_owned(),
            message: message.trim().to_owned(),
        });
    }
    // The status before ended its line; the rows end theirs.
    let rows = rows.strip_prefix('\n').unwrap_or(rows);
    let Some(rows) = rows.strip_suffix('\n') else {
        return Some(Reply::Rows(Vec::new()));
    };
    let cell = |cell: &str| (cell != NULL).then(|| cell.to_owned());
    let row = |row: &str| row.split(CELL).map(cell).collect();
    Some(Reply::Rows(rows.split(ROW).map(row).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_never_a_command_of_psql() {
        let arguments = arguments(&[" \\! echo".into(), "SELECT 1".into()]);
        assert_eq!(arguments[0], "--command=! echo");
        assert_eq!(arguments[2], "--command=SELECT 1");
    }

    #[test]
    fn no_rows_and_a_row_with_an_empty_text_are_two_things() {
        let status = " 00000 \u{1f}  ";
        assert_eq!(reply("\n", status), Some(Reply::Rows(Vec::new())));
        let one = vec![vec![Some(String::new()), None]];
        assert_eq!(reply("\n\u{1f}\u{1a}\n", status), Some(Reply::Rows(one)));
    }
}
