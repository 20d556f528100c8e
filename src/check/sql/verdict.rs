//! What the learner's statement gave, judged against what the solution gave on the same data, and written as a finding.

use super::{
    NO_MORE, Run, Verdict,
    answers::{Answer, Got},
    cage::{Fault, FaultKind},
    data::Stored,
    diff::{self, Difference},
    faults, name,
    place::{begin, location},
    plan::{Asks, Fate, Plan, Write},
    state_diff::state_differs,
    write_name,
    writes::Became,
};
use crate::{
    check::Job,
    error::{Error, Result},
    outcome::{Detail, Finding},
};
use rusqlite::Connection;
use std::path::Path;

/// One data set that the exercise is checked on.
pub(super) struct Case<'a> {
    pub(super) job: Job<'a>,
    /// The learner's file.
    pub(super) text: &'a str,
    pub(super) plan: &'a Plan,
    pub(super) run: Run<'a>,
    /// The database that the learner's statements ran on.
    pub(super) connection: &'a Connection,
}

impl Case<'_> {
    /// Whether the claim of statement `number`, counted from 0, holds on this data.
    pub(super) fn judge(&self, number: usize, wanted: &Answer, got: &Got) -> Verdict {
        let ask = &self.plan.asks()[number];
        let mut finding = self.finding(number);
        let (answer, begin) = match got {
            Got::Answer { answer, begin } => (answer, *begin),
            Got::Fault(fault) => return self.fault(finding, number, fault),
            Got::NoStatement => return self.no_statement(finding, number, wanted),
        };
        finding.location = Some(self.location(begin));
        match (wanted, answer) {
            (Answer::Rows(wanted), Answer::Rows(got)) => {
                match diff::compare(wanted, got, ask.order) {
                    None => return Verdict::Holds,
                    Some(difference) => self.differs(&mut finding, number, difference),
                }
            }
            (
                Answer::State {
                    gave: wanted_back,
                    tables: wanted,
                },
                Answer::State {
                    gave: got_back,
                    tables: got,
                },
            ) => match state_differs(wanted, got) {
                Some(difference) => self.differs(&mut finding, number, difference),
                None if wanted_back.columns.is_empty() => return Verdict::Holds,
                None if got_back.columns.is_empty() => {
                    finding.expected = Some(format!(
                        "the statement gives back {}",
                        wanted_back.columns.join(", ")
                    ));
                    finding.actual = Some("the tables are right, and nothing is given back".into());
                    finding.explain = Some("RETURNING at the end of an INSERT, UPDATE or DELETE gives back the rows it has written.".into());
                }
                None => match diff::compare(wanted_back, got_back, ask.order) {
                    None => return Verdict::Holds,
                    Some(mut difference) => {
                        difference.words = difference.words.replace("SELECT", "RETURNING");
                        self.differs(&mut finding, number, difference);
                    }
                },
            },
            (Answer::Rows(wanted), Answer::State { .. }) => {
                finding.expected = Some(format!(
                    "a query that gives {}",
                    diff::count(wanted.rows.len())
                ));
                finding.actual = Some("a statement that may change tables".into());
                finding.explain =
                    Some("This question only asks. Begin the statement with SELECT.".into());
            }
            (Answer::State { .. }, Answer::Rows(_)) => {
                finding.expected = Some("a statement that changes the tables".into());
                finding.actual = Some("a query that changes nothing".into());
                finding.explain = Some("This statement has to write: INSERT, UPDATE or DELETE. What you want to look up first can be asked inside of it.".into());
            }
        }
        Verdict::Broken(Box::new(finding))
    }

    /// Whether the file ends where it should, told from what ran; `None` if that cannot be known.
    pub(super) fn judge_end(&self, got: &[Got]) -> Option<Verdict> {
        let asked = self.plan.asks().len();
        if got.len() <= asked {
            return got
                .last()
                .and_then(|last| matches!(last, Got::NoStatement).then_some(Verdict::Holds));
        }
        let at = match got.last()? {
            Got::NoStatement => return Some(Verdict::Holds),
            Got::Answer { begin, .. } => Some(*begin),
            Got::Fault(fault) => fault.at,
        };
        Some(Verdict::Broken(Box::new(Finding {
            expected: Some(statements(asked)),
            actual: Some(format!("{} or more", statements(asked + 1))),
            explain: Some("Take out the statement that begins here, or put `--` before it to keep it as a comment.".into()),
            location: at.map(|at| self.location(at)),
            ..Finding::new(NO_MORE)
        })))
    }

    /// A finding that tells the question and the data, and nothing else yet.
    fn finding(&self, number: usize) -> Finding {
        let which = match &self.plan.asks {
            Asks::Statements(asks) if asks.len() > 1 => {
                format!("your statement {} of {}", number + 1, asks.len())
            }
            Asks::Statements(_) => "your statement".into(),
            Asks::Tables(_) => "the tables after your statements".into(),
        };
        let stored = match self.run.stored {
            Stored::AsWritten => "",
            Stored::Shuffled => "; the same rows, stored in another order",
        };
        let round = match self.run.round {
            0 => String::new(),
            before => format!(
                "; run {} of {}, one after the other",
                before + 1,
                self.plan.rounds
            ),
        };
        Finding {
            asked: Some(format!("{which}, {}{stored}{round}", self.run.set.words())),
            repeat: self.repeat(),
            ..Finding::new(name(self.plan, number, self.run))
        }
    }

    /// Whether a write becomes what its claim says; the finding shows it.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub(super) fn judge_write(
        &self,
        write: &Write,
        wanted: &Became,
        got: &Became,
    ) -> Result<Verdict> {
        let mut finding = Finding {
            asked: Some(format!(
                "after your statements, {}\n{}",
                self.run.set.words(),
                write.sql.trim()
            )),
            expected: Some(match write.fate {
                Fate::Refused => "a rule of the table refuses this row".into(),
                Fate::Accepted | Fate::Kept => "it is taken".into(),
            }),
            explain: write.explain.clone(),
            repeat: self.repeat_write(write),
            ..Finding::new(write_name(write, self.run.set))
        };
        match (write.fate, got) {
            (Fate::Refused, Became::Refused(_)) => return Ok(Verdict::Holds),
            (Fate::Refused, Became::Taken(_)) => {
                finding.actual = Some("it was taken".into());
            }
            (_, Became::Refused(message)) => {
                finding.actual = Some(format!("it was refused. SQLite says: {message}"));
            }
            (Fate::Accepted | Fate::Kept, Became::Taken(got)) => {
                let Became::Taken(wanted) = wanted else {
                    return Ok(Verdict::Holds);
                };
                let Some(difference) = state_differs(wanted, got) else {
                    return Ok(Verdict::Holds);
                };
                finding.expected = Some(format!("it is taken, and {}", difference.expected));
                finding.actual = Some(format!("it was taken, and {}", difference.actual));
                finding.detail = difference.tables.map(Detail::Tables);
            }
            (_, Became::NotTried(fault)) if fault.kind == FaultKind::Cancelled => {
                return Err(Error::Cancelled);
            }
            (_, Became::NotTried(fault)) => {
                faults::tell(fault, &write.sql, self.connection, &mut finding);
                finding.explain = Some(format!(
                    "The row could not be tried at all: a name in the table is another one, or a row that has to be there before was refused. {}",
                    finding.explain.unwrap_or_default()
                ).trim_end().to_owned());
            }
        }
        Ok(Verdict::Broken(Box::new(finding)))
    }

    fn differs(&self, finding: &mut Finding, number: usize, difference: Difference) {
        finding.expected = Some(difference.expected);
        finding.actual = Some(difference.actual);
        let own = self.plan.asks()[number].explain(self.run.set);
        let words = [difference.words.as_str(), own.unwrap_or("")];
        let words: Vec<&str> = words.into_iter().filter(|text| !text.is_empty()).collect();
        // Wrong columns are told first; what the rows mean can wait until there are rows to compare.
        let told = if difference.tables.is_none() {
            words.first().copied().unwrap_or("").to_owned()
        } else {
            words.join(" ")
        };
        finding.explain = Some(told).filter(|text| !text.is_empty());
        finding.detail = difference.tables.map(Detail::Tables);
    }

    fn fault(&self, mut finding: Finding, number: usize, fault: &Fault) -> Verdict {
        faults::tell(fault, self.text, self.connection, &mut finding);
        let of_meaning =
            matches!(&fault.kind, FaultKind::Rule(message) if !message.starts_with("NOT NULL"));
        if let (true, Some(own)) = (of_meaning, self.plan.asks()[number].explain(self.run.set)) {
            // The statement is well written; what it means on this data is what helps.
            finding.explain = Some(own.to_owned());
        }
        finding.location = fault.at.map(|at| self.location(at));
        // By hand, a statement that was stopped would run on, and one that was refused would do what it says.
        if !matches!(fault.kind, FaultKind::Sqlite(_) | FaultKind::Rule(_)) {
            finding.repeat = None;
        }
        Verdict::Broken(Box::new(finding))
    }

    fn no_statement(&self, mut finding: Finding, number: usize, wanted: &Answer) -> Verdict {
        let comments = begin(self.text, 0) == self.text.len();
        let (actual, explain) = if self.text.trim().is_empty() {
            (
                "the file is empty".to_owned(),
                format!(
                    "Write your statement, or bring the file back as it was shipped: x in the watcher, or {}",
                    self.job.reset_command()
                ),
            )
        } else if comments {
            (
                "there is no statement in the file yet, only comments".to_owned(),
                "Write the statement below the TODO. It must give these rows.".to_owned(),
            )
        } else {
            let there = if number == 1 {
                "only 1 statement is there".into()
            } else {
                format!("only {number} statements are there")
            };
            (
                there,
                format!(
                    "Write statement {} below it. Each statement ends with a semicolon; it must give these rows.",
                    number + 1
                ),
            )
        };
        finding.actual = Some(actual);
        finding.explain = Some(explain);
        finding.repeat = None;
        if let Answer::Rows(wanted) = wanted {
            finding.expected = Some(format!(
                "{} of {}",
                diff::count(wanted.rows.len()),
                wanted.columns.join(", ")
            ));
            finding.detail = Some(Detail::Tables(diff::all_missing(wanted)));
        } else {
            finding.expected = Some("a statement that changes the tables".into());
            finding.explain = finding.explain.map(|text| {
                text.replace(" It must give these rows.", "")
                    .replace("; it must give these rows", "")
            });
        }
        Verdict::Broken(Box::new(finding))
    }

    fn location(&self, byte: usize) -> crate::outcome::Location {
        location(
            &self.job.course.relative_file(self.job.exercise),
            self.text,
            byte,
        )
    }

    /// The statements, then the writes that are kept before this one, then this one.
    fn repeat_write(&self, write: &Write) -> Option<String> {
        let mut command = self.repeat()?;
        let all = self.plan.writes_on(self.run.set, Stored::AsWritten);
        let before = all.iter().take_while(|other| other.claim != write.claim);
        let kept = before.filter(|other| other.fate == Fate::Kept);
        for sql in kept.map(|other| &other.sql).chain([&write.sql]) {
            let sql = sql.trim();
            // What a shell would read in another way cannot be pasted.
            if sql.contains(['"', '$', '`', '\\', '!', '\n']) {
                return None;
            }
            command.push_str(&format!(" \"{sql}\""));
        }
        Some(command)
    }

    /// The same in the program `sqlite3`, where all files can be read by the learner and lie as they are.
    fn repeat(&self) -> Option<String> {
        let set = self.run.set;
        let readable = set.visible && self.run.stored == Stored::AsWritten;
        if !readable || !set.scripts.iter().all(|script| script.whole_file) {
            return None;
        }
        let own = self.job.course.relative_file(self.job.exercise);
        let shown = |path: &Path| {
            self.job
                .course
                .workspace
                .shown(path)
                .display()
                .to_string()
                .replace('\\', "/")
        };
        // As often as it has run until here.
        let own = std::iter::repeat_n(shown(&own), self.run.round + 1);
        let reads: Vec<String> = set
            .scripts
            .iter()
            .map(|script| shown(&script.file))
            .chain(own)
            .map(|file| format!("\".read '{file}'\""))
            .collect();
        Some(format!(
            "sqlite3 -box -nullvalue NULL :memory: {}",
            reads.join(" ")
        ))
    }
}

/// "1 statement", "2 statements".
fn statements(number: usize) -> String {
    match number {
        1 => "1 statement".into(),
        _ => format!("{number} statements"),
    }
}
