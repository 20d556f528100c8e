//! What the TOML file beside an exercise may ask for besides answers. It is data and runs nothing.

use super::super::plan::Ask;
use rusqlite::types::Value;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Everything that is looked at besides the answers of statements.
#[derive(Default)]
pub(in super::super) struct Trials {
    pub(in super::super) after: Vec<After>,
    pub(in super::super) measures: Vec<Measure>,
    pub(in super::super) indexes: Option<Indexes>,
    pub(in super::super) transaction: Option<Transaction>,
    pub(in super::super) pages: Option<Pages>,
    pub(in super::super) migration: Option<Migration>,
}

/// A query that is put after the learner's statements, and gives what it gives after the solution's.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct After {
    pub(super) claim: String,
    /// The name of a data set, here and below.
    pub(super) on: String,
    pub(super) query: String,
    pub(super) explain: Option<String>,
}

/// The plan and the cost of one query.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Measure {
    pub(super) claim: String,
    pub(super) on: String,
    /// A query of a program, put before and after the learner's statements; or
    pub(super) query: Option<String>,
    /// the learner's statement of this number, counted from 1, against the one in the file as shipped.
    pub(super) statement: Option<usize>,
    /// The rows of this table have to be found by an index; the name as the plan has it.
    pub(super) search: Option<String>,
    #[serde(default)]
    pub(super) most: Most,
    pub(super) explain: Option<String>,
}

/// Limits of what SQLite counts.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Most {
    /// Steps from row to row in what is read from end to end.
    pub(super) scanned: Option<u64>,
    pub(super) sorts: Option<u64>,
    /// Steps of SQLite's machine, as a part of what the query took at the start.
    pub(super) steps: Option<Part>,
}

/// "1/50".
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Part(pub(super) u64);

impl TryFrom<String> for Part {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let below = text.strip_prefix("1/").and_then(|below| below.parse().ok());
        match below {
            Some(below) if below > 0 => Ok(Self(below)),
            _ => Err(format!("`{text}` is no part such as \"1/50\"")),
        }
    }
}

/// How many indexes the learner may add, and that nothing else is changed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Indexes {
    pub(super) claim: String,
    pub(super) on: String,
    pub(super) at_most: usize,
    pub(super) explain: Option<String>,
}

/// The learner's file as a transaction that a program sends, statement by statement, and stops at the first error.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Transaction {
    pub(super) on: String,
    /// One number that no transaction may change.
    pub(super) constant: String,
    /// That number in words, as in "the sum of all balances".
    pub(super) words: String,
    pub(super) run: Vec<Attempt>,
}

/// One time that the transaction is sent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Attempt {
    pub(super) claim: String,
    /// The values of the parameters.
    #[serde(default, rename = "with")]
    pub(super) values: BTreeMap<String, Scalar>,
    pub(super) ends: Ends,
    pub(super) explain: Option<String>,
}

/// What has to be there when the connection has ended.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ends {
    /// All that the solution does.
    Done,
    /// What was there before.
    Undone,
    /// One of the two, wherever the connection is cut.
    DoneOrUndoneAtEachCut,
}

/// The learner's query as one that gives the next page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Pages {
    /// The columns of a page's last row that are the parameters of the next page.
    pub(super) cursor: Vec<String>,
    /// Their values before the first page.
    pub(super) first: BTreeMap<String, Scalar>,
    pub(super) walk: Vec<Walk>,
    pub(super) far: Option<Far>,
}

/// All pages, one after the other.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Walk {
    pub(super) claim: String,
    pub(super) on: String,
    /// What others write between two pages: the first before page 2, and so on.
    #[serde(default)]
    pub(super) between: Vec<String>,
    pub(super) explain: Option<String>,
}

/// A page far behind, and what it costs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Far {
    pub(super) claim: String,
    pub(super) on: String,
    pub(super) page: u64,
    /// The query that gives the last row of the page before.
    pub(super) cursor: String,
    /// How many times as much as page 1 it may cost.
    pub(super) at_most: u64,
    pub(super) explain: Option<String>,
}

/// The learner's file as a change of the schema while programs run.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Migration {
    pub(super) on: Vec<String>,
    pub(super) app: Vec<App>,
}

/// A program that works on the tables.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct App {
    pub(super) name: String,
    pub(super) claim: String,
    /// The mark in the learner's file where it is started; it runs from the beginning if there is none.
    pub(super) from: Option<String>,
    /// The mark where it is switched off.
    pub(super) until: Option<String>,
    /// What it sends, each time; `${n}` is a number that grows.
    pub(super) asks: Vec<String>,
    pub(super) explain: Option<String>,
}

/// A value as TOML has it.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Scalar {
    Integer(i64),
    Text(String),
}

impl From<&Scalar> for Value {
    fn from(scalar: &Scalar) -> Self {
        match scalar {
            Scalar::Integer(number) => Self::Integer(*number),
            Scalar::Text(text) => Self::Text(text.clone()),
        }
    }
}

/// Names and values as the cage takes them.
pub(super) fn values(of: &BTreeMap<String, Scalar>) -> Vec<(String, Value)> {
    of.iter()
        .map(|(name, value)| (name.clone(), value.into()))
        .collect()
}

impl Trials {
    /// Nothing is looked at but answers.
    pub(in super::super) fn is_empty(&self) -> bool {
        self.claims().is_empty()
    }

    /// The data sets that are named.
    pub(in super::super) fn data(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.after.iter().map(|after| after.on.as_str()).collect();
        names.extend(self.measures.iter().map(|measure| measure.on.as_str()));
        names.extend(self.indexes.iter().map(|indexes| indexes.on.as_str()));
        names.extend(self.transaction.iter().map(|one| one.on.as_str()));
        if let Some(pages) = &self.pages {
            names.extend(pages.walk.iter().map(|walk| walk.on.as_str()));
            names.extend(pages.far.iter().map(|far| far.on.as_str()));
        }
        if let Some(migration) = &self.migration {
            names.extend(migration.on.iter().map(String::as_str));
        }
        names
    }

    fn claims(&self) -> Vec<&str> {
        let mut claims: Vec<&str> = self
            .after
            .iter()
            .map(|after| after.claim.as_str())
            .collect();
        claims.extend(self.measures.iter().map(|measure| measure.claim.as_str()));
        claims.extend(self.indexes.iter().map(|indexes| indexes.claim.as_str()));
        if let Some(transaction) = &self.transaction {
            claims.extend(transaction.run.iter().map(|run| run.claim.as_str()));
        }
        if let Some(pages) = &self.pages {
            claims.extend(pages.walk.iter().map(|walk| walk.claim.as_str()));
            claims.extend(pages.far.iter().map(|far| far.claim.as_str()));
        }
        if let Some(migration) = &self.migration {
            claims.extend(migration.app.iter().map(|app| app.claim.as_str()));
        }
        claims
    }

    /// What is wrong with them: near which text, what, and what to do.
    pub(in super::super) fn fault(&self, asks: &[Ask]) -> Option<(String, String, String)> {
        let claims = self.claims();
        let twice = claims
            .iter()
            .enumerate()
            .find(|(position, claim)| claims[..*position].contains(claim));
        if let Some((_, claim)) = twice {
            return Some((
                (*claim).into(),
                format!("two checks claim \"{claim}\""),
                "Give each its own claim.".into(),
            ));
        }
        self.measures.iter().find_map(|measure| {
            let what = match (&measure.query, measure.statement) {
                (Some(_), None) => return None,
                (None, Some(number)) if (1..=asks.len()).contains(&number) => {
                    measure.search.as_ref()?;
                    "measures a statement of the learner's, whose plan may have other names than `search` gives"
                }
                (None, Some(_)) => "measures a statement that no [[statement]] asks for",
                _ => "needs either a query or the number of a statement",
            };
            Some((
                measure.claim.clone(),
                format!("\"{}\" {what}", measure.claim),
                "Write query = \"SELECT …\", or statement = 1 for the first [[statement]], with limits in `most`.".into(),
            ))
        })
    }
}
