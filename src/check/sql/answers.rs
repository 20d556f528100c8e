//! What statements lead to, one after the other: the solution's, which say what is wanted, and the learner's. It judges nothing.

use super::{
    cage::{Cage, Fault, FaultKind},
    place,
    plan::{Asks, Plan},
    table::{self, Table},
};
use crate::{
    course::course_error,
    error::{Error, Result},
};
use std::path::Path;

/// Every table, by name.
pub(super) type Tables = Vec<(String, Table)>;

/// What a statement led to.
#[derive(Debug)]
pub(super) enum Answer {
    /// A table, from a statement that only reads.
    Rows(Table),
    /// The statement may write.
    State {
        /// What it gave back, as with RETURNING; no columns if nothing.
        gave: Table,
        /// Every table after it.
        tables: Tables,
    },
}

/// What became of one statement of the learner's.
#[derive(Debug)]
pub(super) enum Got {
    /// It ran.
    Answer {
        /// What it gave.
        answer: Answer,
        /// The byte where it begins.
        begin: usize,
    },
    /// It did not run to its end.
    Fault(Fault),
    /// The file ends before it.
    NoStatement,
}

/// Why the solution gave no answer.
pub(super) enum NoAnswer {
    /// A statement did not run.
    Fault(Fault),
    /// The solution ends too early.
    TooFew,
}

impl NoAnswer {
    /// The course is wrong, and this is where.
    pub(super) fn of_the_course(self, solution: &Path) -> Error {
        let what = match self {
            Self::Fault(Fault {
                kind: FaultKind::Cancelled,
                ..
            }) => return Error::Cancelled,
            Self::Fault(fault) => format!("the solution does not run: {:?}", fault.kind),
            Self::TooFew => "the solution has fewer statements than the exercise asks for".into(),
        };
        course_error(
            solution,
            None,
            what,
            "Correct the solution, then try again.",
        )
    }
}

/// What the solution gives, once through.
pub(super) fn wanted(
    cage: &Cage,
    plan: &Plan,
    solution: &str,
) -> std::result::Result<Vec<Answer>, NoAnswer> {
    let mut from = 0;
    let mut wanted = Vec::new();
    while let Some(ran) = cage.run_next(solution, from).map_err(NoAnswer::Fault)? {
        from = ran.end;
        wanted.push(
            if ran.reads_only && matches!(plan.asks, Asks::Statements(_)) {
                Answer::Rows(ran.table)
            } else {
                Answer::State {
                    gave: ran.table,
                    tables: state(cage).map_err(NoAnswer::Fault)?,
                }
            },
        );
    }
    match &plan.asks {
        Asks::Statements(asks) if wanted.len() == asks.len() => Ok(wanted),
        Asks::Tables(_) => Ok(wanted.pop().map(only_tables).into_iter().collect()),
        Asks::Statements(_) => Err(NoAnswer::TooFew),
    }
}

/// What becomes of the learner's statements, up to the first that does not run, and `most` of them where they are counted.
pub(super) fn given(cage: &Cage, plan: &Plan, text: &str, most: usize) -> Vec<Got> {
    let mut from = 0;
    let mut got = Vec::new();
    loop {
        let begin = place::begin(text, from);
        let next = match cage.run_next(text, from) {
            Ok(Some(ran)) => {
                from = ran.end;
                let answer = if ran.reads_only && matches!(plan.asks, Asks::Statements(_)) {
                    Ok(Answer::Rows(ran.table))
                } else {
                    state(cage).map(|tables| Answer::State {
                        gave: ran.table,
                        tables,
                    })
                };
                match answer {
                    Ok(answer) => Got::Answer { answer, begin },
                    Err(fault) => Got::Fault(fault),
                }
            }
            Ok(None) => Got::NoStatement,
            Err(mut fault) => {
                fault.at = fault.at.or(Some(begin));
                Got::Fault(fault)
            }
        };
        let last = !matches!(next, Got::Answer { .. });
        if matches!(plan.asks, Asks::Tables(_)) {
            // Only what is there at the end counts, and nothing does that comes before a fault.
            match (&next, got.pop()) {
                (Got::NoStatement, Some(Got::Answer { begin, .. })) => {
                    got.push(at_the_end(cage, begin));
                }
                _ => got.push(next),
            }
        } else {
            got.push(next);
        }
        if last || (got.len() == most && matches!(plan.asks, Asks::Statements(_))) {
            return got;
        }
    }
}

/// The tables that a later connection would find: what a transaction did that is still open is lost.
fn at_the_end(cage: &Cage, begin: usize) -> Got {
    match cage.give_up_open_transaction().and_then(|()| state(cage)) {
        Ok(tables) => Got::Answer {
            answer: Answer::State {
                gave: Table::default(),
                tables,
            },
            begin,
        },
        Err(fault) => Got::Fault(fault),
    }
}

fn only_tables(answer: Answer) -> Answer {
    match answer {
        Answer::State { tables, .. } => Answer::State {
            gave: Table::default(),
            tables,
        },
        rows @ Answer::Rows(_) => rows,
    }
}

/// Every table as it is now.
pub(super) fn state(cage: &Cage) -> std::result::Result<Tables, Fault> {
    table::state(cage.connection()).map_err(|error| cage.fault(error, 0, 0))
}

/// The check was cancelled.
pub(super) fn cancelled(got: &Got) -> Result<()> {
    match got {
        Got::Fault(fault) if fault.kind == FaultKind::Cancelled => Err(Error::Cancelled),
        _ => Ok(()),
    }
}
