//! What is in the schema before and after the learner's statements: a few new indexes, and nothing else.

use super::{sentences, terms::Indexes, thousands};
use crate::{
    check::sql::{Verdict, cage::Cage},
    outcome::Finding,
};

/// What is in the schema: kind and name.
pub(super) type Schema = Vec<(String, String)>;

/// Whether nothing but a few indexes was added.
pub(super) fn only_indexes(
    indexes: &Indexes,
    before: &Schema,
    now: &Schema,
    changed: u64,
    mut finding: Finding,
) -> Verdict {
    let is_index = |(kind, _): &&(String, String)| kind == "index";
    let added: Vec<&(String, String)> = now.iter().filter(|one| !before.contains(one)).collect();
    let names: Vec<&str> = added
        .iter()
        .copied()
        .filter(is_index)
        .map(|(_, name)| name.as_str())
        .collect();
    let others =
        added.iter().any(|one| !is_index(one)) || before.iter().any(|one| !now.contains(one));
    let allowed = match indexes.at_most {
        1 => "one new index".to_owned(),
        most => format!("at most {most} new indexes"),
    };
    finding.expected = Some(format!("{allowed}, and nothing else is changed"));
    let other = "This exercise is about indexes only. Leave the tables and their rows as they are.";
    let (actual, explain) = if changed > 0 {
        let rows = format!("your statements have changed {} rows", thousands(changed));
        (rows, Some(other))
    } else if others {
        let what = "your statements have made or taken away something that is no index";
        (what.to_owned(), Some(other))
    } else if names.len() > indexes.at_most {
        let names = format!("{} new indexes: {}", names.len(), names.join(", "));
        (names, indexes.explain.as_deref())
    } else {
        return Verdict::Holds;
    };
    finding.actual = Some(actual);
    finding.explain = sentences([explain]);
    Verdict::Broken(Box::new(finding))
}

/// Kind and name of all that is in the schema.
pub(super) fn schema(cage: &Cage) -> Schema {
    let names = "SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    let read = || -> rusqlite::Result<Schema> {
        cage.connection()
            .prepare(names)?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect()
    };
    read().unwrap_or_default()
}
