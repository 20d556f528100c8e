//! Statements that have passed, run once more on a PostgreSQL: is what is right here right there?
//!
//! It gives one line for the learner and no verdict, and it is asked for after the verdict is on the screen. What PostgreSQL gives is
//! compared with what it gives to the solution, on the same data; each data set has a schema of its own in one database.

use super::{
    answers,
    data::Stored,
    plan::{Also, Asks, DataSet, Fate, Order, Plan, Write},
    statements::{Statement, Touches, split},
    table::quoted,
};
use crate::{
    check::{Job, Means},
    course::course_error,
    error::Result,
    services::{Answer, Reply},
    workspace,
};
use std::time::Duration;

/// How long one statement may run there. All of them have passed, so they are quick ones.
const STATEMENT_LIMIT: Duration = Duration::from_secs(5);

/// Ids that were given by hand are counted on from where they end.
const COUNT_ON: &str = "DO $$ DECLARE c record; BEGIN
  FOR c IN SELECT table_name, column_name FROM information_schema.columns
           WHERE table_schema = current_schema() AND is_identity = 'YES' LOOP
    EXECUTE format('SELECT setval(pg_get_serial_sequence(%L, %L), (SELECT coalesce(max(%I), 0) + 1 FROM %I), false)',
                   c.table_name, c.column_name, c.column_name, c.table_name);
  END LOOP;
END $$";

/// What PostgreSQL says to an answer that has passed; `None` where it is not asked, or not installed.
///
/// # Errors
/// For faults of the course, the runner or the machine, and when cancelled.
pub(in crate::check) fn says(job: Job<'_>, text: &str, means: Means<'_>) -> Result<Option<String>> {
    let plan = Plan::load(job)?;
    if !plan.also.contains(&Also::Postgres) {
        return Ok(None);
    }
    let Ok(postgres) = means.services.postgres(means.cancel)? else {
        return Ok(None);
    };
    let solution_file = job.course.solution(job.exercise);
    let solution = workspace::read(&solution_file)?;
    let (Some(ours), Some(theirs)) = (
        statements(job, means, &plan, &solution)?,
        statements(job, means, &plan, text)?,
    ) else {
        return Ok(None);
    };
    let tables = tables(job, means, &plan, &solution)?;
    let mut script = Script::default();
    let version = script.push("SHOW server_version".into());
    let pairs: Vec<(Played, Played)> = plan
        .sets
        .iter()
        .map(|set| {
            (
                script.play(&plan, set, &ours, &tables),
                script.play(&plan, set, &theirs, &tables),
            )
        })
        .collect();
    let replies = postgres.database("", means.cancel)?.script(
        &script.statements,
        STATEMENT_LIMIT,
        means.cancel,
    )?;
    let name = format!("PostgreSQL {}", major(&replies[version]));
    let told = Told {
        plan: &plan,
        replies: &replies,
        name: &name,
    };
    for (set, (ours, theirs)) in plan.sets.iter().zip(&pairs) {
        if let Some(fault) = told.fault(set, ours) {
            return Err(course_error(
                &solution_file,
                None,
                format!("the solution is wrong on {name}: {fault}"),
                "Correct the solution, or take `also` out.",
            ));
        }
        if let Some(difference) = told.difference(set, ours, theirs) {
            let chapter = &job.course.chapter_of(job.exercise).dir;
            let readme = format!("exercises/{chapter}/README.md");
            return Ok(Some(format!(
                "{difference} Right here, and not everywhere: {readme} says where the two differ."
            )));
        }
    }
    Ok(Some(format!("Also right on {name}.")))
}

/// The statements of a script that runs on the visible data; `None` if it does not.
fn statements(
    job: Job<'_>,
    means: Means<'_>,
    plan: &Plan,
    text: &str,
) -> Result<Option<Vec<Statement>>> {
    let cage = super::cage(job, means, &plan.sets[0], Stored::AsWritten)?;
    Ok(split(&cage, text).ok())
}

/// The tables that are there after the solution.
fn tables(job: Job<'_>, means: Means<'_>, plan: &Plan, solution: &str) -> Result<Vec<String>> {
    let cage = super::cage(job, means, &plan.sets[0], Stored::AsWritten)?;
    let _ = split(&cage, solution);
    let state = answers::state(&cage).unwrap_or_default();
    Ok(state.into_iter().map(|(name, _)| name).collect())
}

/// Everything that is sent, in one session.
#[derive(Default)]
struct Script {
    statements: Vec<String>,
    schemas: usize,
}

/// Where in the session the parts of one answer on one data set lie.
struct Played {
    /// What the course itself sends.
    course: Vec<usize>,
    /// The statements, round by round.
    statements: Vec<usize>,
    /// What each table held, after each statement that writes.
    states: Vec<usize>,
    /// Each write, and the look at what a transaction looks at in its end.
    writes: Vec<(usize, usize)>,
}

impl Script {
    fn push(&mut self, sql: String) -> usize {
        self.statements.push(sql);
        self.statements.len() - 1
    }

    fn play(
        &mut self,
        plan: &Plan,
        set: &DataSet,
        statements: &[Statement],
        tables: &[String],
    ) -> Played {
        self.schemas += 1;
        let schema = format!("s{}", self.schemas);
        let mut played = Played {
            course: vec![
                self.push(format!("CREATE SCHEMA {schema}")),
                self.push(format!("SET search_path TO {schema}")),
            ],
            statements: Vec::new(),
            states: Vec::new(),
            writes: Vec::new(),
        };
        for script in &set.scripts {
            let sql = script.for_postgres.as_ref().unwrap_or(&script.text);
            played.course.push(self.push(sql.clone()));
        }
        played.course.push(self.push(COUNT_ON.into()));
        for _ in 0..plan.rounds {
            let mut last = Touches::Reads;
            for statement in statements {
                played.statements.push(self.push(statement.sql.clone()));
                last = statement.touches;
                if matches!(plan.asks, Asks::Statements(_)) && last == Touches::Writes {
                    self.look(&mut played, tables);
                }
            }
            if matches!(plan.asks, Asks::Tables(_)) {
                // What a transaction did that is still open is lost.
                self.push("ROLLBACK".into());
                self.look(&mut played, tables);
            } else if last == Touches::Writes {
                self.push("ROLLBACK".into());
            }
        }
        for write in plan.writes_on(set, Stored::AsWritten) {
            self.push("BEGIN".into());
            let sql = self.push(write.sql.clone());
            let end = self.push("SET CONSTRAINTS ALL IMMEDIATE".into());
            self.push(match write.fate {
                Fate::Kept => "COMMIT".into(),
                Fate::Accepted | Fate::Refused => "ROLLBACK".into(),
            });
            played.writes.push((sql, end));
        }
        played
    }

    /// How many rows each table holds, and a sum over what they hold, whatever the order of rows and columns.
    fn look(&mut self, played: &mut Played, tables: &[String]) {
        for table in tables {
            let name = quoted(&table.to_lowercase());
            played.states.push(self.push(format!(
                "SELECT count(*), md5(coalesce(string_agg(r, ',' ORDER BY r), '')) FROM (SELECT to_jsonb(t)::text AS r FROM {name} AS t) AS all_rows"
            )));
        }
    }
}

/// What there is to say about the replies.
struct Told<'a> {
    plan: &'a Plan,
    replies: &'a [Answer],
    name: &'a str,
}

impl Told<'_> {
    /// What is wrong with the course itself.
    fn fault(&self, set: &DataSet, ours: &Played) -> Option<String> {
        let refused = ours
            .course
            .iter()
            .chain(&ours.statements)
            .chain(&ours.states)
            .find_map(|&at| self.refusal(at));
        let (_, message) = refused.or_else(|| {
            let writes = self.plan.writes_on(set, Stored::AsWritten);
            let mut writes = writes.iter().zip(&ours.writes);
            writes.find_map(|(write, &at)| Some(("", self.write(write, at)?)))
        })?;
        Some(format!("{message}, {}", set.claim))
    }

    /// In what the learner's answer differs from the solution, in a sentence or two.
    fn difference(&self, set: &DataSet, ours: &Played, theirs: &Played) -> Option<String> {
        let name = self.name;
        for (position, &at) in theirs.statements.iter().enumerate() {
            if let Some((state, message)) = self.refusal(at) {
                let count = theirs.statements.len() / self.plan.rounds;
                let which = which(position % count, count);
                return Some(format!(
                    "{name} does not take {which}: {}.{}",
                    message.trim_end_matches('.'),
                    why(state)
                ));
            }
        }
        let asks = self.plan.asks();
        if matches!(self.plan.asks, Asks::Statements(_)) {
            let pairs = ours.statements.iter().zip(&theirs.statements);
            for (position, (&our, &their)) in pairs.enumerate() {
                let ask = &asks[position % asks.len()];
                if ask.is_about(set) && !self.same(our, their, ask.order) {
                    let which = which(position % asks.len(), asks.len());
                    return Some(format!("On {name} {which} gives other rows {}.", set.claim));
                }
            }
        }
        let mut states = ours.states.iter().zip(&theirs.states);
        if states.any(|(&our, &their)| self.replies[our] != self.replies[their]) {
            return Some(format!(
                "On {name} the tables hold other rows {}.",
                set.claim
            ));
        }
        let writes = self.plan.writes_on(set, Stored::AsWritten);
        let mut writes = writes.iter().zip(&theirs.writes);
        writes
            .find_map(|(write, &at)| self.write(write, at))
            .map(|told| format!("{name}: {told}."))
    }

    fn refusal(&self, at: usize) -> Option<(&str, String)> {
        match &self.replies[at] {
            Err(failure) => Some((&failure.code, failure.message.clone())),
            Ok(_) => None,
        }
    }

    /// What became of a write, if it is not what its claim says.
    fn write(&self, write: &Write, (sql, end): (usize, usize)) -> Option<String> {
        let claim = &write.claim;
        match (write.fate, self.refusal(sql).or_else(|| self.refusal(end))) {
            // 23: a rule of the table. 22: the value is none of the column's type.
            (Fate::Refused, Some((state, _)))
                if state.starts_with("23") || state.starts_with("22") =>
            {
                None
            }
            (Fate::Refused, None) => Some(format!("\"{claim}\" does not hold, the row is taken")),
            (Fate::Accepted | Fate::Kept, None) => None,
            (_, Some((_, message))) => Some(format!("\"{claim}\" does not hold: {message}")),
        }
    }

    fn same(&self, our: usize, their: usize, order: Order) -> bool {
        let rows = |at: usize| -> Vec<Vec<Option<String>>> {
            let Ok(Reply { rows, .. }) = &self.replies[at] else {
                return Vec::new();
            };
            let cell = |cell: &Option<String>| cell.as_deref().map(plain);
            let mut rows: Vec<Vec<_>> = rows
                .iter()
                .map(|row| row.iter().map(cell).collect())
                .collect();
            if order == Order::Any {
                rows.sort();
            }
            rows
        };
        rows(our) == rows(their)
    }
}

/// "your statement", or "your statement 2".
fn which(position: usize, count: usize) -> String {
    match count {
        1 => "your statement".into(),
        _ => format!("your statement {}", position + 1),
    }
}

/// A number without the zeros at its end: `4.50` and `4.5` are one number.
fn plain(cell: &str) -> String {
    let number = cell.contains('.')
        && cell
            .bytes()
            .all(|b| b.is_ascii_digit() || b == b'.' || b == b'-');
    match number {
        true => cell.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => cell.to_owned(),
    }
}

/// The first number of "15.8 (Debian 15.8-0+deb12u1)".
fn major(version: &Answer) -> String {
    let Ok(Reply { rows, .. }) = version else {
        return String::new();
    };
    let cell = rows.first().and_then(|row| row.first()?.as_deref());
    let digits = cell.unwrap_or("").chars().take_while(char::is_ascii_digit);
    digits.collect()
}

/// The reason for the commonest refusals of what SQLite takes, by their SQLSTATE.
fn why(state: &str) -> &'static str {
    match state {
        "42803" => {
            " A column in SELECT that is not in GROUP BY could have several values in a group; SQLite takes one of them."
        }
        "42883" => {
            " It has functions and operators of its own, and real types: a time is no text there."
        }
        "42702" => {
            " It knows two columns of that name here, and asks for the table: `table.column`."
        }
        "42703" => {
            " The new name of a column is not known yet in WHERE and HAVING; SQLite looks it up all the same."
        }
        "22P02" | "22007" | "42804" => {
            " It has a type for each column and takes no value of another one."
        }
        "42601" => " That is SQLite's own way to write it.",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_after_the_point_are_no_difference() {
        assert_eq!(plain("4.5000"), plain("4.5"));
        assert_eq!(plain("4.000"), "4");
        assert_ne!(plain("400"), plain("4"));
        assert_eq!(plain("1.2.0.x"), "1.2.0.x");
    }

    #[test]
    fn the_version_is_told_by_its_first_number() {
        let version = Reply {
            rows: vec![vec![Some("15.8 (Debian 15.8-0+deb12u1)".to_owned())]],
            ..Reply::default()
        };
        assert_eq!(major(&Ok(version)), "15");
    }
}
