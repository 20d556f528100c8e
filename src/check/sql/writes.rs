//! The writes that the runner tries after the learner's statements: what a table refuses and what it takes, as with the solution.
//!
//! Each one runs in a savepoint. It is taken back unless the plan keeps it, so that no write stands in another one's way.

use super::{
    answers::{Tables, state},
    cage::{Cage, Fault, FaultKind},
    place,
    plan::{Fate, Write},
};
use crate::{
    course::course_error,
    error::{Error, Result},
};
use std::path::Path;

/// The name of the savepoint; unlikely to be a learner's.
const SAVEPOINT: &str = "backendlings_write";

/// What became of one write.
#[derive(Debug)]
pub(super) enum Became {
    /// It was taken, and the tables were these before it was taken back.
    Taken(Tables),
    /// A rule of a table refused it, in SQLite's words.
    Refused(String),
    /// It could not be tried: it, or a statement that prepares it, does not run.
    NotTried(Fault),
}

/// Tries the writes, in order.
pub(super) fn attempt(cage: &Cage, writes: &[&Write]) -> std::result::Result<Vec<Became>, Fault> {
    writes
        .iter()
        .map(|write| {
            command(cage, "SAVEPOINT")?;
            let became = statements(cage, &write.sql).and_then(|became| match became {
                Some(refused) => Ok(refused),
                None => Ok(match dangling(cage)? {
                    Some(refused) => refused,
                    None => Became::Taken(state(cage)?),
                }),
            });
            let became = became.unwrap_or_else(Became::NotTried);
            let keep = write.fate == Fate::Kept && matches!(became, Became::Taken(_));
            // `ON CONFLICT ROLLBACK` in a table has ended the transaction, and the savepoint with it.
            if !cage.connection().is_autocommit() {
                if !keep {
                    command(cage, "ROLLBACK TO")?;
                }
                command(cage, "RELEASE")?;
            }
            Ok(became)
        })
        .collect()
}

fn command(cage: &Cage, what: &str) -> std::result::Result<(), Fault> {
    cage.run_next(&format!("{what} {SAVEPOINT}"), 0).map(|_| ())
}

/// Runs the statements of a write; gives the refusal of the last one, if it is refused.
fn statements(cage: &Cage, sql: &str) -> std::result::Result<Option<Became>, Fault> {
    let mut from = 0;
    loop {
        let ran = match cage.run_next(sql, from) {
            Ok(Some(ran)) => ran,
            Ok(None) => return Ok(None),
            Err(Fault {
                kind: FaultKind::Rule(message),
                at,
            }) => {
                return if is_last(sql, from) {
                    Ok(Some(Became::Refused(message)))
                } else {
                    Err(Fault {
                        kind: FaultKind::Rule(message),
                        at,
                    })
                };
            }
            Err(fault) => return Err(fault),
        };
        from = ran.end;
    }
}

/// True if no semicolon follows the statement but a last one. Writes are the course's own, with no semicolon inside a text.
fn is_last(sql: &str, from: usize) -> bool {
    let begin = place::begin(sql, from);
    sql[begin..]
        .find(';')
        .is_none_or(|end| place::begin(sql, begin + end) == sql.len())
}

/// A foreign key that is looked at when the transaction ends refuses the row then; here that is now.
fn dangling(cage: &Cage) -> std::result::Result<Option<Became>, Fault> {
    let rows = cage
        .run_next("SELECT 1 FROM pragma_foreign_key_check LIMIT 1", 0)?
        .map_or(0, |ran| ran.table.rows.len());
    Ok((rows > 0).then(|| Became::Refused("FOREIGN KEY constraint failed".into())))
}

/// Demands that the solution's tables do with each write what its claim says.
///
/// # Errors
/// [`Error::Course`] with the write that is wrong, or whose solution is.
pub(super) fn demand_of_solution(
    plan_file: &Path,
    writes: &[&Write],
    wanted: &[Became],
) -> Result<()> {
    for (write, became) in writes.iter().zip(wanted) {
        let what = match (write.fate, became) {
            (Fate::Refused, Became::Refused(_))
            | (Fate::Accepted | Fate::Kept, Became::Taken(_)) => continue,
            (_, Became::NotTried(fault)) if fault.kind == FaultKind::Cancelled => {
                return Err(Error::Cancelled);
            }
            (_, Became::NotTried(fault)) => format!("does not run: {:?}", fault.kind),
            (_, Became::Taken(_)) => "is taken by the solution's tables".into(),
            (_, Became::Refused(message)) => {
                format!("is refused by the solution's tables: {message}")
            }
        };
        return Err(course_error(
            plan_file,
            None,
            format!("the write \"{}\" {what}", write.claim),
            "Correct the write or the solution, then try again.",
        ));
    }
    Ok(())
}

/// The savepoint itself failed.
pub(super) fn no_savepoint(fault: Fault) -> Error {
    match fault.kind {
        FaultKind::Cancelled => Error::Cancelled,
        kind => Error::tool(
            format!("the writes after your statements could not be tried: {kind:?}"),
            "Report this with your file.",
        ),
    }
}
