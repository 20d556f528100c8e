//! All or nothing: the learner's file is sent statement by statement, as a program does that stops at the first error and hangs up.
//!
//! What the connection has not committed when it ends is lost. That is looked at with good values, with bad ones, and with the connection
//! cut after each statement.

use super::{
    Ground, Judged, Next, Tables, after_the_connection, first_difference, has_not_run, next,
    sentences,
    terms::{Attempt, Ends, Transaction, values},
};
use crate::{
    check::sql::{
        Verdict,
        cage::{Cage, Fault, Values},
        plan::DataSet,
    },
    error::Result,
    outcome::{Detail, Finding},
};
use rusqlite::types::Value;

/// More statements than any solution needs.
const MOST_STATEMENTS: usize = 50;

/// What became of a connection.
struct Played {
    /// Where each statement that ran begins.
    begins: Vec<usize>,
    /// The statement that did not run: its place and why.
    stopped: Option<(usize, Fault)>,
    /// Every table after the connection has ended.
    tables: Tables,
    /// The number that no transaction may change.
    constant: String,
    cage: Cage,
}

/// Sends the transaction in each way that the plan names.
pub(super) fn judge(ground: &Ground<'_>, transaction: &Transaction) -> Result<Judged> {
    let set = ground.set(&transaction.on);
    let mut judged: Judged = Vec::new();
    for attempt in &transaction.run {
        let name = ground.name(&attempt.claim, set);
        // What does not run with one set of values does not with others, and may take all of its time again.
        if judged.iter().any(|(_, verdict)| has_not_run(verdict)) {
            judged.push((name, Verdict::NotRun));
            continue;
        }
        let trial = Trial {
            ground,
            transaction,
            attempt,
            set,
            values: values(&attempt.values),
        };
        judged.push((name, trial.judge()?));
    }
    Ok(judged)
}

struct Trial<'a> {
    ground: &'a Ground<'a>,
    transaction: &'a Transaction,
    attempt: &'a Attempt,
    set: &'a DataSet,
    values: Vec<(String, Value)>,
}

impl Trial<'_> {
    fn judge(&self) -> Result<Verdict> {
        let before = self.play("", 0)?;
        let done = self.play(self.ground.solution, MOST_STATEMENTS)?;
        match self.attempt.ends {
            Ends::Done => self.whole(&before, &done.tables),
            Ends::Undone => self.whole(&before, &before.tables),
            Ends::DoneOrUndoneAtEachCut => self.cut(&before, &done.tables),
        }
    }

    /// Sends the first statements of `text`, at most `most`, and hangs up.
    fn play(&self, text: &str, most: usize) -> Result<Played> {
        let cage = self.ground.cage(self.set)?;
        let mut begins = Vec::new();
        let mut stopped = None;
        let mut from = 0;
        while begins.len() < most {
            match next(&cage, text, from, &self.values)? {
                Next::Ran { begin, ran } => {
                    begins.push(begin);
                    from = ran.end;
                }
                Next::Stopped { begin, fault } => {
                    stopped = Some((begin, fault));
                    break;
                }
                Next::End => break,
            }
        }
        let tables = after_the_connection(&cage)?;
        let constant = self.ground.own(&cage, &self.transaction.constant)?.table;
        let constant = constant.rows.first().and_then(|row| row.first());
        let constant = constant.map_or(String::new(), |cell| cell.sql().to_owned());
        Ok(Played {
            begins,
            stopped,
            tables,
            constant,
            cage,
        })
    }

    /// The whole file.
    fn whole(&self, before: &Played, wanted: &Tables) -> Result<Verdict> {
        let played = self.play(self.ground.text, MOST_STATEMENTS)?;
        let mut finding = self.finding("your statements, then the connection ends");
        if played.begins.is_empty() && played.stopped.is_none() {
            self.ground.tell_no_statement(&mut finding);
            return Ok(Verdict::Broken(Box::new(finding)));
        }
        let Some((table, difference)) = first_difference(wanted, &played.tables) else {
            return Ok(Verdict::Holds);
        };
        if let (Ends::Done, Some((begin, fault))) = (self.attempt.ends, &played.stopped) {
            self.ground.tell(&mut finding, &played.cage, *begin, fault);
            return Ok(Verdict::Broken(Box::new(finding)));
        }
        let nothing = first_difference(&before.tables, &played.tables).is_none();
        finding.expected = Some(match self.attempt.ends {
            Ends::Done => format!(
                "all of it is there when the connection has ended; in the table {table}: {}",
                difference.expected
            ),
            Ends::Undone | Ends::DoneOrUndoneAtEachCut => format!(
                "nothing is changed; {} stays {}",
                self.transaction.words, before.constant
            ),
        });
        finding.actual = Some(if nothing {
            "nothing of it is there".into()
        } else {
            format!(
                "in the table {table}: {}{}",
                difference.actual,
                self.sum(before, &played)
            )
        });
        let stop = played.stopped.as_ref().map(|(begin, _)| {
            let statement = self.ground.statement(played.begins.len() + 1, *begin);
            format!("The program stopped at {statement}, which failed.")
        });
        finding.location = played.stopped.map(|(begin, _)| self.ground.location(begin));
        finding.explain = sentences([stop.as_deref(), self.attempt.explain.as_deref()]);
        finding.detail = difference.tables.map(Detail::Tables);
        Ok(Verdict::Broken(Box::new(finding)))
    }

    /// The file, cut off after each of its statements.
    fn cut(&self, before: &Played, done: &Tables) -> Result<Verdict> {
        for most in 1..=MOST_STATEMENTS {
            let played = self.play(self.ground.text, most)?;
            if played.begins.len() < most {
                break;
            }
            let wanted = [&before.tables, done];
            let whole = wanted.map(|wanted| first_difference(wanted, &played.tables));
            let [Some((table, difference)), Some(_)] = whole else {
                continue;
            };
            let begin = played.begins[most - 1];
            let statement = self.ground.statement(most, begin);
            let asked = format!("your statements; the connection is cut after {statement}");
            let mut finding = self.finding(&asked);
            finding.expected = Some(format!(
                "all or nothing; {} stays {}",
                self.transaction.words, before.constant
            ));
            finding.actual = Some(format!(
                "a part: in the table {table}, {}{}",
                difference.actual,
                self.sum(before, &played)
            ));
            finding.explain = sentences([self.attempt.explain.as_deref()]);
            finding.location = Some(self.ground.location(begin));
            finding.detail = difference.tables.map(Detail::Tables);
            return Ok(Verdict::Broken(Box::new(finding)));
        }
        Ok(Verdict::Holds)
    }

    /// What has become of the number that must not change.
    fn sum(&self, before: &Played, played: &Played) -> String {
        let (was, is) = (&before.constant, &played.constant);
        if was == is {
            String::new()
        } else {
            format!("; {} was {was} and is {is}", self.transaction.words)
        }
    }

    fn finding(&self, asked: &str) -> Finding {
        let asked = match with(&self.values) {
            Some(with) => format!("{asked}; with {with}"),
            None => asked.to_owned(),
        };
        self.ground.finding(&self.attempt.claim, self.set, &asked)
    }
}

/// ":from_id = 1, :to_id = 2".
fn with(values: &Values) -> Option<String> {
    let filled: Vec<String> = values
        .iter()
        .map(|(name, value)| match value {
            Value::Integer(number) => format!(":{name} = {number}"),
            Value::Text(text) => format!(":{name} = '{text}'"),
            other => format!(":{name} = {other:?}"),
        })
        .collect();
    (!filled.is_empty()).then(|| filled.join(", "))
}
