//! Kind `sql`: the learner's statements run on several data sets, and what comes is compared with what the solution gives.
//!
//! The file beside the exercise, `NAME.toml`, says what is asked and on which data. It holds no expected tables: those come
//! from the solution's statements on the same data.
//!
//! ```toml
//! schema = ["05_sql/shop/schema.sql"]      # run first for each data set; relative to exercises/
//!
//! [[statement]]                            # one per statement of the file, in order
//! claim = "paid orders of two cities in May"
//! on    = ["shop", "last_day"]             # the data it is checked on; without it, all
//! order = "asked"                          # only where the question asks for an order; otherwise rows are a set
//! explain.last_day = "The last day ends at midnight, not when it begins."   # by the name of a data set
//!
//! [[data]]                                 # the first one is visible
//! name  = "shop"
//! claim = "on the shop's data"
//! files = ["05_sql/shop/rows.sql"]         # after the schema; relative to exercises/
//!
//! [[data]]
//! name    = "last_day"
//! claim   = "when an order falls on the last day"
//! hidden  = true
//! holds   = "one paid order on 31 May at 18:30"   # shown to the learner, who cannot read the data
//! sql     = "INSERT INTO …"                # after the files
//! shuffle = true                           # also with the rows stored in another order
//! ```
//!
//! Instead of `[[statement]]`, `[tables]` with the same keys compares the final state of all tables after all statements, however many
//! the learner writes. A `[[statement]]` whose solution writes is compared by the state of all tables after it.
//!
//! A statement that does not run, or gives the wrong columns, is told once, and a shuffled copy is looked at where the data as written is
//! right: what follows from the first mistake would only hide it.
//!
//! Beside these, or instead of them, [`trials`] look at what the learner's file does: plans and costs of queries, transactions that break
//! off, pages, a schema that changes under running programs.
//!
//! **Names of checks**: one per statement and data set, "CLAIM OF THE STATEMENT · CLAIM OF THE DATA", statement by statement; the shuffled
//! copy of a data set adds ", stored in another order". After them [`NO_MORE`], unless `[tables]` is used.
//! Then the claims of the trials.

mod cage;
mod data;
mod diff;
mod faults;
mod guard;
mod images;
mod lines;
mod place;
mod plan;
mod table;
mod trials;
mod verdict;

use super::{Job, Means, Stage};
use crate::{
    course::course_error,
    error::{Error, Result},
    outcome::{Finding, Report, millis},
    workspace,
};
use cage::{Cage, Fault, FaultKind};
use data::Stored;
use plan::{Asks, DataSet, Plan};
use std::time::Instant;
use table::Table;
use trials::Ground;
use verdict::Case;

/// The claim that the file holds no statement that nobody asked for.
pub(super) const NO_MORE: &str = "no more statements than asked for";

/// What a statement led to.
#[derive(Debug)]
enum Answer {
    /// A table, from a statement that only reads.
    Rows(Table),
    /// The statement may write: every table after it, by name.
    State(Vec<(String, Table)>),
}

/// What became of one statement of the learner's.
#[derive(Debug)]
enum Got {
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

/// Whether one claim holds on one data set.
enum Verdict {
    Holds,
    Broken(Box<Finding>),
    NotRun,
}

/// Checks an exercise of kind `sql`.
pub(super) fn check(job: Job<'_>, text: &str, means: Means<'_>, report: &mut Report) -> Result<()> {
    let started = Instant::now();
    let plan = Plan::load(job)?;
    let solution_file = job.course.solution(job.exercise);
    let solution = workspace::read(&solution_file)?;
    let runs = runs(&plan);
    let asks = plan.asks();
    let total = asks.len() * runs.len();

    // By run, then by statement. Statements from `usable` on have failed to run at all; once is enough to tell.
    let mut verdicts: Vec<Vec<Verdict>> = Vec::new();
    let mut usable = asks.len();
    let mut told = vec![false; asks.len()];
    let mut extra = None;
    for (position, (set, stored)) in runs.iter().copied().enumerate() {
        if usable == 0 {
            break;
        }
        (means.on_stage)(Stage::Checking {
            done: position * asks.len(),
            total,
        });
        let cage = cage(job, means, set, stored)?;
        let wanted =
            wanted(&cage, &plan, &solution).map_err(|fault| fault.of_the_course(&solution_file))?;
        let writes = wanted
            .iter()
            .any(|answer| matches!(answer, Answer::State(_)));
        let cage = if writes {
            self::cage(job, means, set, stored)?
        } else {
            cage
        };
        // On the visible data one statement more than asked for is looked for.
        let most = if position == 0 {
            asks.len() + 1
        } else {
            usable
        };
        let got = run(&cage, &plan, text, most);
        let case = Case {
            job,
            text,
            plan: &plan,
            set,
            stored,
            connection: cage.connection(),
        };
        let mut column = Vec::new();
        let mut spoilt = false;
        for (number, (wanted, got)) in wanted.iter().zip(&got).enumerate() {
            if is_cancelled(got) {
                return Err(Error::Cancelled);
            }
            // What is wrong as written is not told again for the shuffled copy.
            let twice = stored == Stored::Shuffled && is_broken(verdicts.last(), number);
            if spoilt || twice || told[number] || !asks[number].is_about(set) {
                column.push(Verdict::NotRun);
                continue;
            }
            let verdict = case.judge(number, wanted, got);
            if let Verdict::Broken(finding) = &verdict {
                // After a wrong write, what follows works on other tables than the solution does.
                spoilt = matches!(wanted, Answer::State(_));
                // Without rows to compare, the statement itself is wrong, on whatever data.
                told[number] = finding.detail.is_none();
            }
            if !matches!(got, Got::Answer { .. }) {
                usable = usable.min(number);
            }
            column.push(verdict);
        }
        if position == 0 {
            extra = case.judge_end(&got);
        }
        verdicts.push(column);
    }
    write_down(report, &plan, &runs, verdicts, extra);
    trials::run(&Ground::new(job, means, &plan, text, &solution), report)?;
    report.timings.run_ms = millis(started.elapsed());
    Ok(())
}

fn is_cancelled(got: &Got) -> bool {
    matches!(got, Got::Fault(fault) if fault.kind == FaultKind::Cancelled)
}

fn is_broken(column: Option<&Vec<Verdict>>, number: usize) -> bool {
    let verdict = column.and_then(|column| column.get(number));
    matches!(verdict, Some(Verdict::Broken(_)))
}

/// Each data set, and each shuffled copy, in order.
fn runs(plan: &Plan) -> Vec<(&DataSet, Stored)> {
    plan.sets
        .iter()
        .flat_map(|set| {
            let again = set.shuffle.then_some((set, Stored::Shuffled));
            [(set, Stored::AsWritten)].into_iter().chain(again)
        })
        .collect()
}

/// The name of a check.
fn name(plan: &Plan, number: usize, set: &DataSet, stored: Stored) -> String {
    let claim = &plan.asks()[number].claim;
    match stored {
        Stored::AsWritten => format!("{claim} · {}", set.claim),
        Stored::Shuffled => format!("{claim} · {}, stored in another order", set.claim),
    }
}

fn cage(job: Job<'_>, means: Means<'_>, set: &DataSet, stored: Stored) -> Result<Cage> {
    let connection = data::load(set, stored)?;
    Cage::new(connection, job.exercise.time_limit, means.cancel).map_err(data::no_sqlite)
}

/// Why the solution gave no answer.
enum NoAnswer {
    Fault(Fault),
    TooFew,
}

impl NoAnswer {
    fn of_the_course(self, solution: &std::path::Path) -> Error {
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

/// What the solution gives.
fn wanted(cage: &Cage, plan: &Plan, solution: &str) -> std::result::Result<Vec<Answer>, NoAnswer> {
    let mut from = 0;
    let mut wanted = Vec::new();
    while let Some(ran) = cage.run_next(solution, from).map_err(NoAnswer::Fault)? {
        from = ran.end;
        wanted.push(
            if ran.reads_only && matches!(plan.asks, Asks::Statements(_)) {
                Answer::Rows(ran.table)
            } else {
                Answer::State(state(cage).map_err(NoAnswer::Fault)?)
            },
        );
    }
    match &plan.asks {
        Asks::Statements(asks) if wanted.len() == asks.len() => Ok(wanted),
        Asks::Tables(_) => Ok(wanted.pop().into_iter().collect()),
        Asks::Statements(_) => Err(NoAnswer::TooFew),
    }
}

/// What becomes of the learner's statements, up to the first that does not run, and `most` of them where they are counted.
fn run(cage: &Cage, plan: &Plan, text: &str, most: usize) -> Vec<Got> {
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
                    state(cage).map(Answer::State)
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
            answer: Answer::State(tables),
            begin,
        },
        Err(fault) => Got::Fault(fault),
    }
}

/// Every table as it is now.
fn state(cage: &Cage) -> std::result::Result<Vec<(String, Table)>, Fault> {
    table::state(cage.connection()).map_err(|error| cage.fault(error, 0, 0))
}

/// The verdicts as checks of the report: statement by statement, then the number of statements.
fn write_down(
    report: &mut Report,
    plan: &Plan,
    runs: &[(&DataSet, Stored)],
    verdicts: Vec<Vec<Verdict>>,
    extra: Option<Verdict>,
) {
    let mut columns: Vec<_> = verdicts.into_iter().map(Vec::into_iter).collect();
    for number in 0..plan.asks().len() {
        for (position, (set, stored)) in runs.iter().enumerate() {
            let verdict = columns.get_mut(position).and_then(Iterator::next);
            if plan.asks()[number].is_about(set) {
                put(report, &name(plan, number, set, *stored), verdict);
            }
        }
    }
    if matches!(&plan.asks, Asks::Statements(asks) if !asks.is_empty()) {
        put(report, NO_MORE, extra);
    }
}

fn put(report: &mut Report, claim: &str, verdict: Option<Verdict>) {
    match verdict {
        Some(Verdict::Holds) => report.pass(claim),
        Some(Verdict::Broken(finding)) => report.fail(*finding),
        Some(Verdict::NotRun) | None => report.not_run(claim),
    }
}
