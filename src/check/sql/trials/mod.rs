//! What is looked at besides answers: how the database works for the learner's statements, and what becomes of the tables when
//! something comes between them.
//!
//! | key in the TOML file | room | what is looked at |
//! |---|---|---|
//! | `[[after]]` | [`after`] | a given query, after the learner's statements and after the solution's |
//! | `[[measure]]`, `[indexes]` | [`measure`], [`queryplan`], [`schema`] | the plan of a query, what SQLite counts while it runs, what was added to the schema |
//! | `[transaction]` | [`transaction`] | all or nothing, wherever the connection is cut |
//! | `[pages]` | [`pages`] | pages while others write, and the cost of a page far behind |
//! | `[migration]` | [`migration`] | running programs after each statement |
//!
//! Names of checks: "CLAIM · CLAIM OF THE DATA". What a key means for an author stands in CONTRIBUTING.md.

mod after;
mod measure;
mod migration;
mod pages;
mod queryplan;
mod schema;
mod terms;
mod transaction;

use super::{
    Verdict,
    cage::{Cage, Fault, FaultKind, Ran, Values},
    data::{self, Stored},
    diff::{self, Difference},
    faults, is_wrong, place,
    plan::{DataSet, Order, Plan},
    put,
    table::{self, Table},
};
use crate::{
    check::{Job, Means},
    course::course_error,
    error::{Error, Result},
    outcome::{Finding, Location, Report},
};

pub(super) use terms::{After, Indexes, Measure, Migration, Pages, Transaction, Trials};

/// Every table by its name.
type Tables = Vec<(String, Table)>;

/// What all trials stand on.
pub(super) struct Ground<'a> {
    job: Job<'a>,
    means: Means<'a>,
    plan: &'a Plan,
    /// The learner's file.
    text: &'a str,
    solution: &'a str,
}

/// The next statement of a file, run.
enum Next {
    Ran { begin: usize, ran: Ran },
    Stopped { begin: usize, fault: Fault },
    End,
}

/// The names of the checks with their verdicts, in order.
type Judged = Vec<(String, Verdict)>;

/// Looks at all that the plan names.
///
/// # Errors
/// Faults of the course, and [`Error::Cancelled`].
pub(super) fn run(ground: &Ground<'_>, report: &mut Report) -> Result<()> {
    let trials = &ground.plan.trials;
    let mut judged = if report.findings.iter().any(does_not_run) {
        measure::open_statements(ground)
    } else {
        measure::statements(ground)?
    };
    judged.extend(measure::queries(ground)?);
    if let Some(transaction) = &trials.transaction {
        judged.extend(transaction::judge(ground, transaction)?);
    }
    if let Some(pages) = &trials.pages {
        judged.extend(pages::judge(ground, pages)?);
    }
    if let Some(migration) = &trials.migration {
        judged.extend(migration::judge(ground, migration)?);
    }
    // The end is looked at when the way to it is right; if not, it would tell the same mistake once more.
    let on_its_way = !report.passed() || judged.iter().any(|(_, verdict)| is_wrong(verdict));
    if on_its_way {
        let open = trials.after.iter();
        judged.extend(open.map(|after| (after::name(ground, after), Verdict::NotRun)));
    } else {
        judged.extend(after::judge(ground, &trials.after)?);
    }
    for (claim, verdict) in judged {
        // A statement that does not run is told once; the checks after it would say the same.
        let verdict = match verdict {
            Verdict::Broken(finding) if is_told(report, &finding) => Verdict::NotRun,
            other => other,
        };
        put(report, &claim, Some(verdict));
    }
    Ok(())
}

/// Whether the report tells of this statement already that it does not run.
fn is_told(report: &Report, finding: &Finding) -> bool {
    let same = |other: &Finding| {
        does_not_run(other) && other.actual == finding.actual && other.location == finding.location
    };
    does_not_run(finding) && report.findings.iter().any(same)
}

/// A finding that is about the statement itself, and so expects nothing of what it does.
fn does_not_run(finding: &Finding) -> bool {
    finding.expected.is_none()
}

/// Whether a verdict says that a statement does not run.
fn has_not_run(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Broken(finding) if does_not_run(finding))
}

impl<'a> Ground<'a> {
    pub(super) fn new(
        job: Job<'a>,
        means: Means<'a>,
        plan: &'a Plan,
        text: &'a str,
        solution: &'a str,
    ) -> Self {
        Self {
            job,
            means,
            plan,
            text,
            solution,
        }
    }

    /// The data set of this name; the plan has been checked for it.
    fn set(&self, name: &str) -> &'a DataSet {
        let mut sets = self.plan.sets.iter();
        sets.find(|set| set.is_named(name))
            .unwrap_or(&self.plan.sets[0])
    }

    /// A new database with a data set.
    fn cage(&self, set: &DataSet) -> Result<Cage> {
        let connection = data::load(set, Stored::AsWritten)?;
        let limit = self.job.exercise.time_limit;
        Cage::new(connection, limit, self.means.cancel).map_err(data::no_sqlite)
    }

    /// The name of a check.
    fn name(&self, claim: &str, set: &DataSet) -> String {
        format!("{claim} · {}", set.claim)
    }

    /// A finding about one statement: `when` it was sent, on which data, and below it the statement.
    fn finding_about(&self, claim: &str, set: &DataSet, when: &str, sql: &str) -> Finding {
        let mut finding = self.finding(claim, set, when);
        if let Some(asked) = &mut finding.asked {
            asked.push('\n');
            asked.push_str(&one_line(sql));
        }
        finding
    }

    /// A finding that tells what was done, and nothing else yet.
    fn finding(&self, claim: &str, set: &DataSet, asked: &str) -> Finding {
        Finding {
            asked: Some(format!("{asked}, {}", set.words())),
            ..Finding::new(self.name(claim, set))
        }
    }

    fn location(&self, byte: usize) -> Location {
        let file = self.job.course.relative_file(self.job.exercise);
        place::location(&file, self.text, byte)
    }

    /// "statement 2 (line 14)".
    fn statement(&self, number: usize, begin: usize) -> String {
        format!("statement {number} (line {})", self.location(begin).line)
    }

    /// Tells in `finding` that a statement of the learner's did not run.
    fn tell(&self, finding: &mut Finding, cage: &Cage, begin: usize, fault: &Fault) {
        faults::tell(fault, self.text, cage.connection(), finding);
        finding.location = Some(self.location(fault.at.unwrap_or(begin)));
        finding.repeat = None;
    }

    /// Tells in `finding` that a query of the course's does not run after the learner's statements.
    fn tell_of_query(&self, finding: &mut Finding, cage: &Cage, query: &str, fault: &Fault) {
        faults::tell(fault, query, cage.connection(), finding);
        finding.actual = finding
            .actual
            .take()
            .map(|actual| format!("this query does not run: {actual}"));
        finding.repeat = None;
    }

    /// Tells in `finding` that there is nothing to run.
    fn tell_no_statement(&self, finding: &mut Finding) {
        finding.actual = Some("there is no statement in the file yet, only comments".into());
        finding.explain = Some("Write your statements below the TODO.".into());
        finding.repeat = None;
    }

    /// A fault of the course's own SQL.
    fn of_course(&self, what: &str, fault: &Fault) -> Error {
        if fault.kind == FaultKind::Cancelled {
            return Error::Cancelled;
        }
        course_error(
            &self.job.course.steps(self.job.exercise),
            None,
            format!("{what} does not run: {:?}", fault.kind),
            "Correct it, or the solution, then try again.",
        )
    }

    /// A statement of the course's own, which has to run.
    fn own(&self, cage: &Cage, sql: &str) -> Result<Ran> {
        match cage.run_next(sql, 0) {
            Ok(Some(ran)) => Ok(ran),
            Ok(None) => Err(self.of_course(sql, &nothing())),
            Err(fault) => Err(self.of_course(sql, &fault)),
        }
    }

    /// Every statement of the solution, which has to run.
    fn solve(&self, cage: &Cage) -> Result<()> {
        let mut from = 0;
        while let Some(ran) = cage
            .run_next(self.solution, from)
            .map_err(|fault| self.of_course("the solution", &fault))?
        {
            from = ran.end;
        }
        Ok(())
    }
}

fn nothing() -> Fault {
    Fault {
        kind: FaultKind::Sqlite("there is no statement".into()),
        at: None,
    }
}

/// Runs the statement of `text` at or after `from`.
fn next(cage: &Cage, text: &str, from: usize, values: &Values) -> Result<Next> {
    let begin = place::begin(text, from);
    match cage.run_next_with(text, from, values) {
        Ok(Some(ran)) => Ok(Next::Ran { begin, ran }),
        Ok(None) => Ok(Next::End),
        Err(fault) if fault.kind == FaultKind::Cancelled => Err(Error::Cancelled),
        Err(fault) => Ok(Next::Stopped { begin, fault }),
    }
}

/// Every table as a new connection would find it: what an open transaction has done is lost.
fn after_the_connection(cage: &Cage) -> Result<Tables> {
    let state = cage
        .give_up_open_transaction()
        .and_then(|()| table::state(cage.connection()).map_err(|error| cage.fault(error, 0, 0)));
    state.map_err(|fault| {
        Error::tool(
            format!("the tables cannot be read: {:?}", fault.kind),
            "Run the check again, and report this if it stays.",
        )
    })
}

/// The first table that differs, with its name.
fn first_difference<'t>(wanted: &'t Tables, got: &Tables) -> Option<(&'t str, Difference)> {
    wanted.iter().find_map(|(name, wanted)| {
        let none = Table::default();
        let got = got.iter().find(|(other, _)| other == name);
        let got = got.map_or(&none, |(_, got)| got);
        diff::compare(wanted, got, Order::Any).map(|difference| (name.as_str(), difference))
    })
}

/// A statement without line ends.
fn one_line(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// 50000 as "50,000".
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Sentences of the runner and of the course, as one text; `None` if there are none.
fn sentences<'t>(parts: impl IntoIterator<Item = Option<&'t str>>) -> Option<String> {
    let parts: Vec<&str> = parts.into_iter().flatten().map(str::trim).collect();
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_written_in_groups_of_three() {
        let written: Vec<String> = [7, 999, 1000, 50_000, 1_234_567].map(thousands).into();
        assert_eq!(written, ["7", "999", "1,000", "50,000", "1,234,567"]);
    }
}
