//! Two states of a database in, the first difference out: which tables there are, their columns, their rows.

use super::{
    answers::Tables,
    diff::{self, Difference},
    plan::Order,
    table::Table,
};

/// The first table that differs, in the order in which they were created: what others point to comes first. A table's columns are known by their names; in which order it was created with them is nobody's question.
pub(super) fn state_differs(wanted: &Tables, got: &Tables) -> Option<Difference> {
    tables_differ(wanted, got).or_else(|| {
        wanted
            .iter()
            .zip(got)
            .find_map(|((name, wanted), (_, got))| {
                columns_differ(name, wanted, got).or_else(|| {
                    let mut difference =
                        diff::compare(wanted, &in_order_of(wanted, got), Order::Any)?;
                    difference.expected = format!("in the table {name}: {}", difference.expected);
                    difference.actual = format!("in the table {name}: {}", difference.actual);
                    Some(difference)
                })
            })
    })
}

fn tables_differ(wanted: &Tables, got: &Tables) -> Option<Difference> {
    let names = |tables: &Tables| -> Vec<String> {
        let names = tables.iter().map(|(name, _)| name.to_ascii_lowercase());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    };
    let words = |names: &[String]| format!("these tables: {}", names.join(", "));
    let (wanted, got) = (names(wanted), names(got));
    if wanted == got {
        return None;
    }
    let only = |these: &[String], those: &[String]| -> Vec<String> {
        let only = these.iter().filter(|name| !those.contains(name));
        only.map(|name| format!("`{name}`")).collect()
    };
    let missing = only(&wanted, &got);
    let extra = only(&got, &wanted);
    Some(Difference {
        expected: words(&wanted),
        actual: words(&got),
        words: match (missing.as_slice(), extra.as_slice()) {
            (missing, []) => format!("There is no table {}.", missing.join(" and no ")),
            ([], extra) => format!("Nobody asked for the table {}.", extra.join(" and ")),
            (missing, extra) => format!(
                "There is no table {}; nobody asked for {}.",
                missing.join(" and no "),
                extra.join(" and ")
            ),
        },
        tables: None,
    })
}

fn columns_differ(name: &str, wanted: &Table, got: &Table) -> Option<Difference> {
    let lacks = |table: &Table, column: &String| {
        !table
            .columns
            .iter()
            .any(|other| other.eq_ignore_ascii_case(column))
    };
    let list = |columns: Vec<&String>| {
        let columns: Vec<String> = columns.iter().map(|column| format!("`{column}`")).collect();
        columns.join(", ")
    };
    let missing: Vec<&String> = wanted.columns.iter().filter(|c| lacks(got, c)).collect();
    let extra: Vec<&String> = got.columns.iter().filter(|c| lacks(wanted, c)).collect();
    let mut words = Vec::new();
    if !missing.is_empty() {
        words.push(format!("The table {name} has no column {}.", list(missing)));
    }
    if !extra.is_empty() {
        words.push(format!("Nobody asked for {}.", list(extra)));
    }
    let told = |table: &Table| format!("the table {name} with {}", table.columns.join(", "));
    (!words.is_empty()).then(|| Difference {
        expected: told(wanted),
        actual: told(got),
        words: words.join(" "),
        tables: None,
    })
}

/// The same table with its columns in the order of another one that has the same columns.
fn in_order_of(model: &Table, table: &Table) -> Table {
    let places: Vec<usize> = model
        .columns
        .iter()
        .filter_map(|column| {
            let mut columns = table.columns.iter();
            columns.position(|other| other.eq_ignore_ascii_case(column))
        })
        .collect();
    Table {
        columns: model.columns.clone(),
        rows: table
            .rows
            .iter()
            .map(|row| places.iter().map(|&place| row[place].clone()).collect())
            .collect(),
    }
}
