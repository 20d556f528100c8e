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
//! `runs = 3` at the top runs the learner's file three times on each data set and compares after each run: a script that can be repeated
//! is told from one that cannot. A statement that writes and gives rows back (RETURNING) is compared by both.
//!
//! ```toml
//! [[write]]                                # tried after the statements; each in a savepoint, with foreign keys on
//! claim   = "a percent above 100 is refused"
//! refused = "INSERT INTO coupons (code, percent) VALUES ('A', 101)"   # by a rule of a table, not by a mistyped name
//! explain = "…"
//!
//! [[write]]
//! claim    = "a coupon begins unused"
//! accepted = "INSERT INTO coupons (code, percent) VALUES ('A', 10)"   # and the tables are as with the solution's
//! keep     = true                          # the writes after it find this row
//! on       = ["shop", "abroad"]            # without it, on the first data set
//! ```
//!
//! `also = ["postgres"]` at the top: what has passed is run once more on a PostgreSQL, to be told about ([`postgres`]). Where a file of the
//! course has to be written differently there, the one with `.postgres.sql` in its name is read instead.
//!
//! A statement that does not run, or gives the wrong columns, is told once, and a shuffled copy is looked at where the data as written is
//! right: what follows from the first mistake would only hide it.
//!
//! Beside these, or instead of them, [`trials`] look at what the learner's file does: plans and costs of queries, transactions that break
//! off, pages, a schema that changes under running programs.
//!
//! **Names of checks**: one per statement and data set, "CLAIM OF THE STATEMENT · CLAIM OF THE DATA", statement by statement; the shuffled
//! copy of a data set adds ", stored in another order", a second run ", run a second time". After them [`NO_MORE`], unless `[tables]` is
//! used, then the writes, "CLAIM OF THE WRITE · CLAIM OF THE DATA", then the trials.

mod answers;
mod cage;
mod data;
mod diff;
mod faults;
#[cfg(any(test, fuzzing))]
pub(super) mod fuzz;
mod guard;
mod images;
mod lines;
mod place;
mod plan;
mod postgres;
mod state_diff;
mod statements;
mod syntax;
mod table;
mod trials;
mod verdict;
mod writes;

use super::{Job, Means, Stage};
use crate::{
    error::Result,
    outcome::{Finding, Report, millis},
    workspace,
};
use answers::{Answer, Got, NoAnswer};
use cage::Cage;
use data::Stored;
#[cfg(any(test, fuzzing))]
pub(super) use plan::fuzz as fuzz_plan;
use plan::{Asks, DataSet, Fate, Plan, Write};
pub(super) use postgres::says as postgres_says;
use std::{collections::HashMap, time::Instant};
use trials::Ground;
use verdict::Case;

/// The claim that the file holds no statement that nobody asked for.
pub(super) const NO_MORE: &str = "no more statements than asked for";

/// Whether one claim holds on one data set.
enum Verdict {
    Holds,
    Broken(Box<Finding>),
    NotRun,
}

/// One time through the learner's statements.
#[derive(Clone, Copy)]
struct Run<'a> {
    set: &'a DataSet,
    stored: Stored,
    /// The how manieth on this data, counted from 0.
    round: usize,
}

/// Checks an exercise of kind `sql`.
pub(super) fn check(job: Job<'_>, text: &str, means: Means<'_>, report: &mut Report) -> Result<()> {
    let started = Instant::now();
    let plan = Plan::load(job)?;
    let solution_file = job.course.solution(job.exercise);
    let solution = workspace::read(&solution_file)?;
    let asks = plan.asks();
    let places = places(&plan);
    let total = asks.len() * places.len() * plan.rounds;

    // By run, then by statement. Statements from `usable` on have failed to run at all; once is enough to tell.
    let mut verdicts: Vec<Vec<Verdict>> = Vec::new();
    let mut tried = HashMap::new();
    let mut usable = asks.len();
    let mut told = vec![false; asks.len()];
    let mut extra = None;
    for (position, (set, stored)) in places.iter().copied().enumerate() {
        if usable == 0 {
            break;
        }
        (means.on_stage)(Stage::Checking {
            done: position * asks.len() * plan.rounds,
            total,
        });
        let of_course = |no_answer: NoAnswer| no_answer.of_the_course(&solution_file);
        let ours = cage(job, means, set, stored)?;
        let mut wanted = Vec::new();
        for _ in 0..plan.rounds {
            wanted.push(answers::wanted(&ours, &plan, &solution).map_err(of_course)?);
        }
        let writes = plan.writes_on(set, stored);
        let wanted_writes =
            writes::attempt(&ours, &writes).map_err(|fault| of_course(NoAnswer::Fault(fault)))?;
        writes::demand_of_solution(&job.course.steps(job.exercise), &writes, &wanted_writes)?;
        let changes = !writes.is_empty()
            || wanted
                .iter()
                .flatten()
                .any(|answer| matches!(answer, Answer::State { .. }));
        let cage = if changes {
            cage(job, means, set, stored)?
        } else {
            ours
        };
        let mut spoilt = false;
        for (round, wanted) in wanted.iter().enumerate() {
            // On the visible data one statement more than asked for is looked for.
            let most = if position == 0 && round == 0 {
                asks.len() + 1
            } else {
                usable
            };
            let got = if spoilt {
                Vec::new()
            } else {
                answers::given(&cage, &plan, text, most)
            };
            let case = Case {
                job,
                text,
                plan: &plan,
                run: Run { set, stored, round },
                connection: cage.connection(),
            };
            let mut column = Vec::new();
            for (number, (wanted, got)) in wanted.iter().zip(&got).enumerate() {
                answers::cancelled(got)?;
                // What is wrong as written is not told again for the shuffled copy.
                let as_written = verdicts.len().checked_sub(plan.rounds);
                let twice = stored == Stored::Shuffled
                    && is_broken(as_written.and_then(|at| verdicts.get(at)), number);
                if spoilt || twice || told[number] || !asks[number].is_about(set) {
                    column.push(Verdict::NotRun);
                    continue;
                }
                let verdict = case.judge(number, wanted, got);
                if let Verdict::Broken(finding) = &verdict {
                    // After a wrong write, what follows works on other tables than the solution does.
                    spoilt = matches!(wanted, Answer::State { .. });
                    // Without rows to compare, the statement itself is wrong, on whatever data.
                    told[number] = finding.detail.is_none();
                }
                if !matches!(got, Got::Answer { .. }) {
                    usable = usable.min(number);
                }
                column.push(verdict);
            }
            if position == 0 && round == 0 {
                extra = case.judge_end(&got);
            }
            spoilt = spoilt || column.iter().any(is_wrong);
            // Where something is wrong already, a write would tell it once more in another way.
            let holds = column.len() == asks.len()
                && column
                    .iter()
                    .zip(asks)
                    .all(|(verdict, ask)| !ask.is_about(set) || matches!(verdict, Verdict::Holds));
            if round + 1 == plan.rounds && !writes.is_empty() && holds {
                let got = writes::attempt(&cage, &writes).map_err(writes::no_savepoint)?;
                for ((write, wanted), got) in writes.iter().zip(&wanted_writes).zip(&got) {
                    let verdict = case.judge_write(write, wanted, got)?;
                    // The writes after it count on what it should have kept.
                    let stop = write.fate == Fate::Kept && is_wrong(&verdict);
                    tried.insert(write_name(write, set), verdict);
                    if stop {
                        break;
                    }
                }
            }
            verdicts.push(column);
        }
    }
    write_down(report, &plan, verdicts, tried, extra);
    trials::run(&Ground::new(job, means, &plan, text, &solution), report)?;
    report.timings.run_ms = millis(started.elapsed());
    Ok(())
}

fn is_wrong(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Broken(_))
}

fn is_broken(column: Option<&Vec<Verdict>>, number: usize) -> bool {
    column
        .and_then(|column| column.get(number))
        .is_some_and(is_wrong)
}

/// Each data set, and each shuffled copy, in order.
fn places(plan: &Plan) -> Vec<(&DataSet, Stored)> {
    let is_asked_about = |set: &&DataSet| {
        let mut asks = plan.asks().iter();
        asks.any(|ask| ask.is_about(set)) || !plan.writes_on(set, Stored::AsWritten).is_empty()
    };
    plan.sets
        .iter()
        .filter(is_asked_about)
        .flat_map(|set| {
            let again = set.shuffle.then_some((set, Stored::Shuffled));
            [(set, Stored::AsWritten)].into_iter().chain(again)
        })
        .collect()
}

/// The name of a check.
fn name(plan: &Plan, number: usize, run: Run<'_>) -> String {
    let claim = &plan.asks()[number].claim;
    let stored = match run.stored {
        Stored::AsWritten => "",
        Stored::Shuffled => ", stored in another order",
    };
    let round = match run.round {
        0 => String::new(),
        1 => ", run a second time".into(),
        2 => ", run a third time".into(),
        more => format!(", run {} times", more + 1),
    };
    format!("{claim} · {}{stored}{round}", run.set.claim)
}

/// The name of the check of a write.
fn write_name(write: &Write, set: &DataSet) -> String {
    format!("{} · {}", write.claim, set.claim)
}

fn cage(job: Job<'_>, means: Means<'_>, set: &DataSet, stored: Stored) -> Result<Cage> {
    let connection = data::load(set, stored)?;
    Cage::new(connection, job.exercise.time_limit, means.cancel).map_err(data::no_sqlite)
}

/// The verdicts as checks of the report: statement by statement, then the number of statements, then the writes.
fn write_down(
    report: &mut Report,
    plan: &Plan,
    verdicts: Vec<Vec<Verdict>>,
    mut tried: HashMap<String, Verdict>,
    extra: Option<Verdict>,
) {
    let mut columns: Vec<_> = verdicts.into_iter().map(Vec::into_iter).collect();
    for number in 0..plan.asks().len() {
        let mut columns = columns.iter_mut();
        for (set, stored) in places(plan) {
            for round in 0..plan.rounds {
                let verdict = columns.next().and_then(Iterator::next);
                if plan.asks()[number].is_about(set) {
                    let run = Run { set, stored, round };
                    put(report, &name(plan, number, run), verdict);
                }
            }
        }
    }
    if matches!(&plan.asks, Asks::Statements(asks) if !asks.is_empty()) {
        put(report, NO_MORE, extra);
    }
    for set in &plan.sets {
        for write in plan.writes_on(set, Stored::AsWritten) {
            let name = write_name(write, set);
            let verdict = tried.remove(&name);
            put(report, &name, verdict);
        }
    }
}

fn put(report: &mut Report, claim: &str, verdict: Option<Verdict>) {
    match verdict {
        Some(Verdict::Holds) => report.pass(claim),
        Some(Verdict::Broken(finding)) => report.fail(*finding),
        Some(Verdict::NotRun) | None => report.not_run(claim),
    }
}
