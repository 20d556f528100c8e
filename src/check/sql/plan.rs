//! What an exercise of kind `sql` asks, and on which data: the TOML file beside it, read and checked.
//!
//! It runs nothing; the vocabulary is told in [`super`].

use super::{
    super::Job,
    trials::{self, Trials},
};
use crate::{
    course::{course_error, nearest, parse_toml},
    error::Result,
    workspace,
};
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// The questions of an exercise and the data they are put to.
pub(super) struct Plan {
    /// What is compared.
    pub(super) asks: Asks,
    /// The data, the visible one first.
    pub(super) sets: Vec<DataSet>,
    /// What is looked at besides the answers.
    pub(super) trials: Trials,
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
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPlan {
    #[serde(default)]
    schema: Vec<String>,
    #[serde(default)]
    statement: Vec<Ask>,
    tables: Option<Ask>,
    data: Vec<RawSet>,
    #[serde(default)]
    after: Vec<trials::After>,
    #[serde(default)]
    measure: Vec<trials::Measure>,
    indexes: Option<trials::Indexes>,
    transaction: Option<trials::Transaction>,
    pages: Option<trials::Pages>,
    migration: Option<trials::Migration>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSet {
    name: String,
    claim: String,
    holds: Option<String>,
    #[serde(default)]
    files: Vec<String>,
    sql: Option<String>,
    #[serde(default)]
    hidden: bool,
    #[serde(default)]
    shuffle: bool,
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

    /// Which data it is, in words: after a comma.
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

impl Plan {
    /// Reads the plan of an exercise.
    ///
    /// # Errors
    /// [`crate::error::Error::Course`] for anything that is wrong with it.
    pub(super) fn load(job: Job<'_>) -> Result<Self> {
        let file = job.course.steps(job.exercise);
        let text = workspace::read(&file)?;
        let raw: RawPlan = parse_toml(&file, &text)?;
        Reader {
            file: &file,
            text: &text,
            exercises: &job.course.workspace.exercises(),
        }
        .plan(raw)
    }

    /// Every question, in order.
    pub(super) fn asks(&self) -> &[Ask] {
        match &self.asks {
            Asks::Statements(asks) => asks,
            Asks::Tables(ask) => std::slice::from_ref(ask),
        }
    }
}

/// What is needed to read the files of a plan and to name the line of a mistake.
struct Reader<'a> {
    file: &'a Path,
    text: &'a str,
    exercises: &'a Path,
}

impl Reader<'_> {
    fn plan(&self, raw: RawPlan) -> Result<Plan> {
        let trials = Trials {
            after: raw.after,
            measures: raw.measure,
            indexes: raw.indexes,
            transaction: raw.transaction,
            pages: raw.pages,
            migration: raw.migration,
        };
        let asks = match (raw.statement, raw.tables) {
            (asks, None) if !asks.is_empty() || !trials.is_empty() => Asks::Statements(asks),
            (asks, Some(ask)) if asks.is_empty() => Asks::Tables(ask),
            _ => {
                return self.wrong(
                    "",
                    "it needs either [[statement]] or [tables]".into(),
                    "Write one [[statement]] per statement whose answer counts, or one [tables] if only the tables afterwards count.".into(),
                );
            }
        };
        let mut sets = Vec::new();
        for set in raw.data {
            sets.push(self.set(&raw.schema, set)?);
        }
        if !sets.first().is_some_and(|set| set.visible) {
            return self.wrong(
                "[[data]]",
                "the first data set is hidden".into(),
                "Begin with the data that the learner can see.".into(),
            );
        }
        for (position, set) in sets.iter().enumerate() {
            if sets[..position]
                .iter()
                .any(|other| other.name == set.name || other.claim == set.claim)
            {
                return self.wrong(
                    &set.name,
                    format!(
                        "a second data set has the name or the claim of `{}`",
                        set.name
                    ),
                    "Give each data set its own name and its own claim.".into(),
                );
            }
        }
        let plan = Plan { asks, sets, trials };
        for ask in plan.asks() {
            for name in ask.explain.keys() {
                self.known(&plan, name, &format!("explain.{name}"))?;
            }
            for name in ask.on.iter().flatten() {
                self.known(&plan, name, name)?;
            }
        }
        for name in plan.trials.data() {
            self.known(&plan, name, &format!("\"{name}\""))?;
        }
        if let Some((near, what, help)) = plan.trials.fault(plan.asks()) {
            return self.wrong(&near, what, help);
        }
        Ok(plan)
    }

    /// Demands that a data set has this name.
    fn known(&self, plan: &Plan, name: &str, near: &str) -> Result<()> {
        if plan.sets.iter().any(|set| set.name == name) {
            return Ok(());
        }
        let nearest = nearest(name, plan.sets.iter().map(|set| set.name.as_str()));
        let help = nearest.map_or("Name it as in [[data]].".into(), |near| {
            format!("Did you mean `{near}`?")
        });
        self.wrong(near, format!("no data set is named `{name}`"), help)
    }

    fn set(&self, schema: &[String], raw: RawSet) -> Result<DataSet> {
        if raw.hidden && raw.holds.is_none() {
            return self.wrong(
                &raw.name,
                format!(
                    "the hidden data set `{}` does not say what it holds",
                    raw.name
                ),
                "Add holds = \"…\": the learner cannot look, so tell them in words.".into(),
            );
        }
        let mut scripts = Vec::new();
        for name in schema.iter().chain(&raw.files) {
            scripts.push(self.script(name)?);
        }
        if let Some(sql) = raw.sql {
            scripts.push(Script {
                file: self.file.to_owned(),
                whole_file: false,
                text: sql,
            });
        }
        Ok(DataSet {
            name: raw.name,
            claim: raw.claim,
            holds: raw.holds.map(|text| text.trim().to_owned()),
            scripts,
            visible: !raw.hidden,
            shuffle: raw.shuffle,
        })
    }

    fn script(&self, name: &str) -> Result<Script> {
        if !workspace::stays_inside(Path::new(name)) {
            return self.wrong(
                name,
                format!("`{name}` leaves the exercises"),
                "Name a file below exercises/, as in \"05_sql/shop/schema.sql\".".into(),
            );
        }
        let file = self.exercises.join(name);
        match workspace::read_if_there(&file)? {
            Some(text) => Ok(Script {
                file,
                whole_file: true,
                text,
            }),
            None => self.wrong(
                name,
                format!("there is no file `{name}` below exercises/"),
                "Write it, or correct its name.".into(),
            ),
        }
    }

    /// An error at the first line that holds `near`.
    fn wrong<T>(&self, near: &str, what: String, help: String) -> Result<T> {
        let line = self
            .text
            .lines()
            .position(|line| !near.is_empty() && line.contains(near))
            .map(|position| position + 1);
        Err(course_error(self.file, line, what, help))
    }
}

#[cfg(test)]
impl DataSet {
    /// A data set of these scripts.
    pub(super) fn of(scripts: Vec<Script>) -> Self {
        Self {
            name: "shop".into(),
            claim: "on the shop's data".into(),
            holds: None,
            scripts,
            visible: true,
            shuffle: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> (String, String) {
        let file = Path::new("a.toml");
        let reader = Reader {
            file,
            text,
            exercises: Path::new("nowhere"),
        };
        let plan = parse_toml::<RawPlan>(file, text).and_then(|raw| reader.plan(raw));
        let Err(error) = plan else {
            panic!("it is wrong");
        };
        (error.to_string(), error.help().expect("help"))
    }

    const SEEN: &str = "[[data]]\nname = 'shop'\nclaim = 'on the shop'\nsql = ''\n";

    #[test]
    fn an_explanation_for_unknown_data_names_its_line_and_the_nearest_name() {
        let (what, help) = error(&format!(
            "[[statement]]\nclaim = 'a'\nexplain.shp = 'b'\n{SEEN}"
        ));
        assert_eq!(what, "a.toml:3: no data set is named `shp`");
        assert_eq!(help, "Did you mean `shop`?");
    }

    #[test]
    fn a_plan_asks_for_answers_or_for_tables() {
        assert!(error(SEEN).0.contains("either [[statement]] or [tables]"));
    }

    #[test]
    fn hidden_data_says_what_it_holds_and_never_comes_first() {
        let hidden =
            "[[statement]]\nclaim = 'a'\n[[data]]\nname = 'x'\nclaim = 'c'\nhidden = true\n";
        assert!(error(hidden).0.contains("does not say what it holds"));
        assert!(
            error(&format!("{hidden}holds = 'ties'"))
                .0
                .contains("the first data set is hidden")
        );
    }

    #[test]
    fn a_missing_file_is_told_with_its_line() {
        let text = format!("schema = ['x.sql']\n[[statement]]\nclaim = 'a'\n{SEEN}");
        assert_eq!(
            error(&text).0,
            "a.toml:1: there is no file `x.sql` below exercises/"
        );
    }
}
