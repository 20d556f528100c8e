//! The cage in which the learner's SQL runs: memory only, with a deadline, a limit of rows and no way to files.
//!
//! It runs one statement at a time and says what came of it. Whether that is right is not its business.

use super::{
    guard, place,
    table::{Table, cells, names_of},
};
use crate::process::Cancel;
use rusqlite::{
    Batch, Connection, ErrorCode, Statement, StatementStatus,
    config::DbConfig,
    fallible_iterator::FallibleIterator as _,
    hooks::{AuthContext, Authorization},
    limits::Limit,
    types::Value,
};
use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// More rows than any exercise asks for; a query that gives more has lost a condition.
pub(super) const MOST_ROWS: usize = 10_000;

/// SQLite's memory in the whole process. An endless query with DISTINCT or UNION would take all there is.
const MOST_MEMORY: i64 = 256 << 20;

/// The longest text or blob that a query can build.
const LONGEST_VALUE: i32 = 1 << 20;

/// A pattern of LIKE with hundreds of `%` runs for minutes between two looks at the clock.
const LONGEST_PATTERN: i32 = 100;

/// How many steps of SQLite's machine lie between two looks at the clock: about 50 µs.
const STEPS_BETWEEN_LOOKS: i32 = 2_000;

/// A database that the learner's statements may use.
pub(super) struct Cage {
    connection: Connection,
    watch: Arc<Mutex<Watch>>,
    time_limit: Duration,
}

/// What the callbacks of SQLite look at, and what they leave behind.
#[derive(Default)]
struct Watch {
    deadline: Option<Instant>,
    stop: Option<Stop>,
    refusal: Option<&'static str>,
}

#[derive(Clone, Copy)]
enum Stop {
    Deadline,
    Cancel,
}

/// A statement that ran to its end.
#[derive(Debug)]
pub(super) struct Ran {
    /// What it gave; no columns if it is a statement that gives no table.
    pub(super) table: Table,
    /// It only reads.
    pub(super) reads_only: bool,
    /// Where the text after it begins.
    pub(super) end: usize,
    /// What it cost.
    pub(super) cost: Cost,
}

/// What a statement cost, as SQLite counts it: the same at each run and on every machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cost {
    /// Instructions of SQLite's machine.
    pub(super) steps: u64,
    /// Steps from row to row in a table or an index that is read from end to end.
    pub(super) scanned: u64,
    /// Sorts.
    pub(super) sorts: u64,
}

impl Cost {
    fn of(statement: &Statement<'_>) -> Self {
        let count = |what| u64::try_from(statement.get_status(what)).unwrap_or(0);
        Self {
            steps: count(StatementStatus::VmStep),
            scanned: count(StatementStatus::FullscanStep),
            sorts: count(StatementStatus::Sort),
        }
    }
}

/// Values for the parameters of a statement, by their names without the colon.
pub(super) type Values = [(String, Value)];

/// Why a statement did not run to its end.
#[derive(Debug)]
pub(super) struct Fault {
    /// What happened.
    pub(super) kind: FaultKind,
    /// The byte of the script where SQLite saw it, if it said so.
    pub(super) at: Option<usize>,
}

/// What can happen to a statement.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FaultKind {
    /// SQLite refused it, in its own words.
    Sqlite(String),
    /// A rule of a table refused a row, in SQLite's words.
    Rule(String),
    /// The cage refused it.
    Refused(&'static str),
    /// It was still running when its time was over.
    StillRunning {
        /// How long it had run.
        limit: Duration,
        /// How many rows it had given.
        rows: usize,
    },
    /// It gave more rows than [`MOST_ROWS`].
    TooManyRows,
    /// It needed more memory than there is for it.
    TooMuchMemory,
    /// It has a `?` or `:name` that nobody fills.
    Parameter,
    /// It has a parameter that is none of those that are filled.
    UnknownParameter {
        /// As it is written.
        name: String,
        /// Those that are filled.
        known: Vec<String>,
    },
    /// Nobody wants to know any more.
    Cancelled,
}

impl Cage {
    /// Locks `connection` up. What is in it stays.
    ///
    /// # Errors
    /// SQLite's, which would be a fault of this program.
    pub(super) fn new(
        mut connection: Connection,
        time_limit: Duration,
        cancel: &Cancel,
    ) -> rusqlite::Result<Self> {
        let watch = Arc::new(Mutex::new(Watch::default()));
        for (limit, value) in [
            (Limit::SQLITE_LIMIT_ATTACHED, 0),
            (Limit::SQLITE_LIMIT_LENGTH, LONGEST_VALUE),
            (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, LONGEST_PATTERN),
        ] {
            connection.set_limit(limit, value)?;
        }
        // "Lyon" in double quotes is a name, not a text: as in PostgreSQL, and as in today's sqlite3.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.execute_batch(&format!(
            "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA hard_heap_limit = {MOST_MEMORY};"
        ))?;

        let clock = Arc::clone(&watch);
        let cancel = cancel.clone();
        connection.progress_handler(
            STEPS_BETWEEN_LOOKS,
            Some(move || {
                let mut watch = lock(&clock);
                let late = watch.deadline.is_some_and(|end| Instant::now() >= end);
                watch.stop = match (cancel.is_cancelled(), late) {
                    (true, _) => Some(Stop::Cancel),
                    (false, true) => Some(Stop::Deadline),
                    (false, false) => None,
                };
                watch.stop.is_some()
            }),
        )?;
        let guard = Arc::clone(&watch);
        connection.authorizer(Some(move |asked: AuthContext<'_>| {
            match guard::refusal(asked.action) {
                Some(reason) => {
                    lock(&guard).refusal = Some(reason);
                    Authorization::Deny
                }
                None => Authorization::Allow,
            }
        }))?;
        Ok(Self {
            connection,
            watch,
            time_limit,
        })
    }

    /// The database behind the bars, for looking at what the statements left there.
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Runs the first statement of `script` that begins at or after the byte `from`; `None` if there is none.
    ///
    /// SQLite itself finds the statement's end, so a semicolon in a text or a comment ends nothing.
    pub(super) fn run_next(&self, script: &str, from: usize) -> Result<Option<Ran>, Fault> {
        self.run_next_with(script, from, &[])
    }

    /// As [`Self::run_next`], with values for the parameters of the statement.
    pub(super) fn run_next_with(
        &self,
        script: &str,
        from: usize,
        values: &Values,
    ) -> Result<Option<Ran>, Fault> {
        *lock(&self.watch) = Watch {
            deadline: Some(Instant::now() + self.time_limit),
            ..Watch::default()
        };
        let fault = |error, rows| self.fault(error, from, rows);
        let prepared = Batch::new(&self.connection, &script[from..]).next();
        let Some(mut statement) = prepared.map_err(|error| fault(error, 0))? else {
            return Ok(None);
        };
        let unfilled = statement.expanded_sql();
        let length = unfilled.map_or(0, |text| place::length(&script[from..], &text));
        fill(&mut statement, values, |error| fault(error, 0))?;
        let reads_only = statement.readonly();
        let mut table = Table {
            columns: names_of(&statement),
            rows: Vec::new(),
        };
        let mut rows = statement.raw_query();
        loop {
            match rows.next() {
                Ok(None) => break,
                Ok(Some(_)) if table.rows.len() == MOST_ROWS => {
                    return Err(Fault {
                        kind: FaultKind::TooManyRows,
                        at: None,
                    });
                }
                Ok(Some(row)) => {
                    let row = cells(row, table.columns.len());
                    let row = row.map_err(|error| fault(error, table.rows.len()))?;
                    table.rows.push(row);
                }
                Err(error) => return Err(fault(error, table.rows.len())),
            }
        }
        drop(rows);
        Ok(Some(Ran {
            table,
            reads_only,
            end: from + length,
            cost: Cost::of(&statement),
        }))
    }

    /// Where the statement of `script` at or after `from` ends, without running it; `None` if there is none, or it is none.
    pub(super) fn end_of_next(&self, script: &str, from: usize) -> Option<usize> {
        let next = Batch::new(&self.connection, &script[from..]).next();
        let unfilled = next.ok().flatten()?.expanded_sql()?;
        Some(from + place::length(&script[from..], &unfilled))
    }

    /// Takes back what an open transaction has done, as the end of the connection would.
    pub(super) fn give_up_open_transaction(&self) -> Result<(), Fault> {
        if self.connection.is_autocommit() {
            return Ok(());
        }
        let rollback = self.connection.execute_batch("ROLLBACK");
        rollback.map_err(|error| self.fault(error, 0, 0))
    }

    /// What an error of SQLite's means, with what the callbacks have left.
    pub(super) fn fault(&self, error: rusqlite::Error, from: usize, rows: usize) -> Fault {
        let watch = mem::take(&mut *lock(&self.watch));
        let mut at = None;
        let kind = match (watch.stop, watch.refusal, error) {
            (Some(Stop::Cancel), _, _) => FaultKind::Cancelled,
            (Some(Stop::Deadline), _, _) => FaultKind::StillRunning {
                limit: self.time_limit,
                rows,
            },
            (None, Some(reason), _) => FaultKind::Refused(reason),
            (None, None, rusqlite::Error::SqlInputError { msg, offset, .. }) => {
                at = usize::try_from(offset).ok().map(|offset| from + offset);
                FaultKind::Sqlite(msg)
            }
            (None, None, rusqlite::Error::SqliteFailure(code, _))
                if code.code == ErrorCode::OutOfMemory =>
            {
                FaultKind::TooMuchMemory
            }
            (None, None, rusqlite::Error::SqliteFailure(code, Some(message)))
                if matches!(
                    code.code,
                    ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch
                ) =>
            {
                FaultKind::Rule(message)
            }
            (None, None, rusqlite::Error::SqliteFailure(_, Some(message))) => {
                FaultKind::Sqlite(message)
            }
            (None, None, other) => FaultKind::Sqlite(other.to_string()),
        };
        Fault { kind, at }
    }
}

/// Gives each parameter of a statement its value.
fn fill(
    statement: &mut Statement<'_>,
    values: &Values,
    fault: impl Fn(rusqlite::Error) -> Fault,
) -> Result<(), Fault> {
    for index in 1..=statement.parameter_count() {
        let name = statement.parameter_name(index).unwrap_or("?").to_owned();
        let value = values.iter().find(|(known, _)| *known == name[1..]);
        let Some((_, value)) = value else {
            let kind = if values.is_empty() {
                FaultKind::Parameter
            } else {
                let known = values.iter().map(|(name, _)| format!(":{name}"));
                FaultKind::UnknownParameter {
                    name,
                    known: known.collect(),
                }
            };
            return Err(Fault { kind, at: None });
        };
        statement.raw_bind_parameter(index, value).map_err(&fault)?;
    }
    Ok(())
}

fn lock(watch: &Mutex<Watch>) -> MutexGuard<'_, Watch> {
    watch.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
