//! What an exercise of kind `sql` asks, on which data, and what is tried afterwards. It runs nothing; the vocabulary is told in [`super`].

mod file;

use super::{super::Job, data::Stored, trials::Trials};
use crate::{error::Result, workspace};
use serde::Deserialize;
use std::{collections::BTreeMap, path::PathBuf};

/// The questions of an exercise and the data they are put to.
pub(super) struct Plan {
    /// What is compared.
    pub(super) asks: Asks,
    /// The data, the visible one first.
    pub(super) sets: Vec<DataSet>,
    /// How often the learner's statements run on each data set, one after the other.
    pub(super) rounds: usize,
    /// What is tried afterwards.
    pub(super) writes: Vec<Write>,
    /// Where statements that have passed are run once more, to be told about and not to be judged.
    pub(super) also: Vec<Also>,
    /// What is looked at besides the answers.
    pub(super) trials: Trials,
}

/// Another database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Also {
    /// PostgreSQL, where it is installed.
    Postgres,
}

/// What is compared with the solution.
pub(super) enum Asks {
    /// Each statement, one by one; no more statements than these.
    Statements(Vec<Ask>),
    /// The tables after all statements, however many there are.
    Tables(Ask),
}

/// One question.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    /// What holds, as in "paid orders of two cities in May".
    pub(super) claim: String,
    /// Whether the order of the rows is part of the question.
    #[serde(default)]
    pub(super) order: Order,
    /// The names of the data sets it is checked on, if not on all.
    on: Option<Vec<String>>,
    /// What to tell the learner when it does not hold, by the name of the data set.
    #[serde(default)]
    explain: BTreeMap<String, String>,
}

/// A write that the runner tries after the learner's statements.
pub(super) struct Write {
    /// What holds, as in "a percent above 100 is refused".
    pub(super) claim: String,
    /// One statement, or several of which the last one is the one in question.
    pub(super) sql: String,
    /// What has to become of it.
    pub(super) fate: Fate,
    /// What to tell the learner when it does not.
    pub(super) explain: Option<String>,
    on: Option<Vec<String>>,
}

/// What has to become of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// A rule of a table refuses it.
    Refused,
    /// It is taken, leaves the tables as it does with the solution, and is taken back.
    Accepted,
    /// As `Accepted`, and the writes after it find what it wrote.
    Kept,
}

/// Whether the order of rows counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Order {
    /// A table is a set; any order will do.
    #[default]
    Any,
    /// The question asks for an order.
    Asked,
}

/// One data set with the text that makes it.
pub(super) struct DataSet {
    /// Its place among the others.
    position: usize,
    /// Its short name, for `explain`.
    name: String,
    /// When the claim holds, as in "on the shop's data".
    pub(super) claim: String,
    /// What the data holds, in words.
    pub(super) holds: Option<String>,
    /// The SQL that makes it, schema first.
    pub(super) scripts: Vec<Script>,
    /// The learner may read it: its files can be given to sqlite3.
    pub(super) visible: bool,
    /// It is loaded a second time with its rows stored in another order.
    pub(super) shuffle: bool,
}

/// A piece of SQL of the course.
#[derive(Clone)]
pub(super) struct Script {
    /// The file it is from.
    pub(super) file: PathBuf,
    /// It is that whole file, and not a piece of a TOML file.
    pub(super) whole_file: bool,
    /// The SQL.
    pub(super) text: String,
    /// The same in PostgreSQL's SQL, where it has to be written differently.
    pub(super) for_postgres: Option<String>,
}

impl Ask {
    /// Whether it is checked on this data set.
    pub(super) fn is_about(&self, set: &DataSet) -> bool {
        self.on
            .as_ref()
            .is_none_or(|names| names.contains(&set.name))
    }

    /// What to tell the learner about this data set.
    pub(super) fn explain(&self, set: &DataSet) -> Option<&str> {
        self.explain.get(&set.name).map(|text| text.trim())
    }
}

impl DataSet {
    /// Whether this is its short name.
    pub(super) fn is_named(&self, name: &str) -> bool {
        self.name == name
    }

    /// Which data it is, as the learner can know it.
    pub(super) fn words(&self) -> String {
        match (&self.holds, self.visible) {
            (Some(holds), true) => format!("on the data you can see: {holds}"),
            (None, true) => "on the data you can see".into(),
            (holds, false) => format!(
                "on other data: {}",
                holds.as_deref().unwrap_or("the rows are hidden")
            ),
        }
    }
}

impl Write {
    /// Whether it is tried on this data set: on the first one, if none is named.
    pub(super) fn is_about(&self, set: &DataSet) -> bool {
        match &self.on {
            Some(names) => names.contains(&set.name),
            None => set.position == 0,
        }
    }
}

/// A plan of any text is read or refused; see `src/fuzz.rs`.
#[cfg(any(test, fuzzing))]
pub(in crate::check) fn fuzz(text: &str) {
    if let Err(error) = file::read("any.toml".as_ref(), text, "data".as_ref()) {
        assert!(!error.to_string().is_empty());
    }
}

impl Plan {
    /// Reads the plan of an exercise.
    ///
    /// # Errors
    /// [`crate::error::Error::Course`] for anything that is wrong with it.
    pub(super) fn load(job: Job<'_>) -> Result<Self> {
        let file = job.course.steps(job.exercise);
        let text = workspace::read(&file)?;
        file::read(&file, &text, &job.course.workspace.exercises())
    }

    /// What is tried on this data set; not again on its shuffled copy.
    pub(super) fn writes_on(&self, set: &DataSet, stored: Stored) -> Vec<&Write> {
        let writes = self.writes.iter();
        writes
            .filter(|write| stored == Stored::AsWritten && write.is_about(set))
            .collect()
    }

    /// Every question, in order.
    pub(super) fn asks(&self) -> &[Ask] {
        match &self.asks {
            Asks::Statements(asks) => asks,
            Asks::Tables(ask) => std::slice::from_ref(ask),
        }
    }
}

#[cfg(test)]
impl DataSet {
    /// A data set of these scripts.
    pub(super) fn of(scripts: Vec<Script>) -> Self {
        Self {
            position: 0,
            name: "shop".into(),
            claim: "on the shop's data".into(),
            holds: None,
            scripts,
            visible: true,
            shuffle: false,
        }
    }
}
