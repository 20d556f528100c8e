//! The TOML file beside an exercise of kind `sql`, read and checked; a mistake in it is told with its line.

use super::{
    super::trials::{self, Trials},
    Also, Ask, Asks, DataSet, Fate, Plan, Script, Write,
};
use crate::{
    course::{course_error, nearest, parse_toml},
    error::Result,
    workspace,
};
use serde::Deserialize;
use std::path::Path;

/// More runs of the same statements tell nothing new.
const MOST_ROUNDS: usize = 9;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPlan {
    #[serde(default)]
    schema: Vec<String>,
    #[serde(default)]
    statement: Vec<Ask>,
    tables: Option<Ask>,
    data: Vec<RawSet>,
    runs: Option<usize>,
    #[serde(default)]
    write: Vec<RawWrite>,
    #[serde(default)]
    also: Vec<Also>,
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
struct RawWrite {
    claim: String,
    refused: Option<String>,
    accepted: Option<String>,
    #[serde(default)]
    keep: bool,
    on: Option<Vec<String>>,
    explain: Option<String>,
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

/// Reads the plan in `text`, the contents of `file`.
///
/// # Errors
/// [`crate::error::Error::Course`] for anything that is wrong with it.
pub(super) fn read(file: &Path, text: &str, exercises: &Path) -> Result<Plan> {
    let raw: RawPlan = parse_toml(file, text)?;
    Reader {
        file,
        text,
        exercises,
    }
    .plan(raw)
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
        let only_trials = !trials.is_empty() && raw.write.is_empty();
        let asks = match (raw.statement, raw.tables) {
            (asks, None) if !asks.is_empty() || only_trials => Asks::Statements(asks),
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
        for (position, set) in raw.data.into_iter().enumerate() {
            sets.push(self.set(&raw.schema, position, set)?);
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
        let mut writes = Vec::new();
        for write in raw.write {
            writes.push(self.write(write)?);
        }
        let rounds = raw.runs.unwrap_or(1);
        if rounds == 0 || rounds > MOST_ROUNDS {
            return self.wrong(
                "runs",
                format!("`runs = {rounds}`: the statements run 1 to {MOST_ROUNDS} times"),
                "Three runs tell a script that can be repeated from one that cannot.".into(),
            );
        }
        let plan = Plan {
            asks,
            sets,
            rounds,
            writes,
            also: raw.also,
            trials,
        };
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
        for (position, write) in plan.writes.iter().enumerate() {
            for name in write.on.iter().flatten() {
                self.known(&plan, name, name)?;
            }
            let mut others = plan.writes[..position].iter().map(|other| &other.claim);
            if others.any(|claim| *claim == write.claim) {
                return self.wrong(
                    &write.claim,
                    format!("a second write claims \"{}\"", write.claim),
                    "Give each write its own claim.".into(),
                );
            }
        }
        Ok(plan)
    }

    fn write(&self, raw: RawWrite) -> Result<Write> {
        let (sql, fate) = match (raw.refused, raw.accepted, raw.keep) {
            (Some(sql), None, false) => (sql, Fate::Refused),
            (None, Some(sql), false) => (sql, Fate::Accepted),
            (None, Some(sql), true) => (sql, Fate::Kept),
            _ => {
                return self.wrong(
                    &raw.claim,
                    format!(
                        "the write \"{}\" needs either `refused` or `accepted`; only what is accepted can be kept",
                        raw.claim
                    ),
                    "Write refused = \"INSERT …\", or accepted = \"INSERT …\" with or without keep = true.".into(),
                );
            }
        };
        Ok(Write {
            claim: raw.claim,
            sql,
            fate,
            explain: raw.explain.map(|text| text.trim().to_owned()),
            on: raw.on,
        })
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

    fn set(&self, schema: &[String], position: usize, raw: RawSet) -> Result<DataSet> {
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
                for_postgres: None,
            });
        }
        Ok(DataSet {
            position,
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
                for_postgres: workspace::read_if_there(&file.with_extension("postgres.sql"))?,
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
mod tests {
    use super::*;

    fn error(text: &str) -> (String, String) {
        let Err(error) = read(Path::new("a.toml"), text, Path::new("nowhere")) else {
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

    #[test]
    fn a_write_is_refused_or_accepted_and_only_what_is_accepted_is_kept() {
        let plan = "[tables]\nclaim = 'a'\n[[write]]\nclaim = 'bad'\n";
        for rest in [
            "",
            "refused = 'x'\naccepted = 'y'\n",
            "refused = 'x'\nkeep = true\n",
        ] {
            let (what, _) = error(&format!("{plan}{rest}{SEEN}"));
            assert!(
                what.starts_with("a.toml:4: the write \"bad\" needs either"),
                "{what}"
            );
        }
        let (what, help) = error(&format!("{plan}refused = 'x'\non = ['shpo']\n{SEEN}"));
        assert_eq!(
            (what.as_str(), help.as_str()),
            (
                "a.toml:6: no data set is named `shpo`",
                "Did you mean `shop`?"
            )
        );
    }

    #[test]
    fn statements_run_at_least_once() {
        let (what, _) = error(&format!("runs = 0\n[tables]\nclaim = 'a'\n{SEEN}"));
        assert_eq!(
            what,
            "a.toml:1: `runs = 0`: the statements run 1 to 9 times"
        );
    }
}
