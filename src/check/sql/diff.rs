//! Two tables in, their difference out: in words for the screen, and cell by cell.

use super::{
    lines::{Line, lines, out_of_order, shown},
    plan::Order,
    table::{Cell, Row, Table},
};
use crate::outcome::{Side, TableDiff};
use std::collections::HashMap;

/// How a table differs from the one that was asked for.
#[derive(Debug)]
pub(super) struct Difference {
    /// What should have come.
    pub(super) expected: String,
    /// What came.
    pub(super) actual: String,
    /// What this means, in sentences; may be empty.
    pub(super) words: String,
    /// Cell by cell, if the columns are the right ones.
    pub(super) tables: Option<TableDiff>,
}

/// How `actual` differs from `expected`; `None` if it does not.
pub(super) fn compare(expected: &Table, actual: &Table, order: Order) -> Option<Difference> {
    if let Some(words) = columns_differ(&expected.columns, &actual.columns) {
        return Some(Difference {
            expected: name_columns(&expected.columns),
            actual: name_columns(&actual.columns),
            words,
            tables: None,
        });
    }
    let (missing, extra) = leftovers(&expected.rows, &actual.rows);
    if missing.is_empty() && extra.is_empty() {
        if order == Order::Any || expected.rows == actual.rows {
            return None;
        }
        return Some(Difference {
            expected: format!("{}, in the order that is asked for", count(expected.rows.len())),
            actual: "the same rows in another order".into(),
            words: "Your rows are the right ones; only their order is not. Where a place holds another row, the one that belongs there is shown first, then yours.".into(),
            tables: Some(out_of_order(expected, actual)),
        });
    }
    let lines = lines(expected, actual, &missing, &extra);
    Some(Difference {
        expected: count(expected.rows.len()),
        actual: in_numbers(actual.rows.len(), missing.len(), extra.len(), pairs(&lines)),
        words: words(expected, actual, &extra, &lines),
        tables: Some(shown(&expected.columns, lines)),
    })
}

/// Every row of a table as one that is missing: what to aim for.
pub(super) fn all_missing(expected: &Table) -> TableDiff {
    let lines = expected
        .rows
        .iter()
        .map(|row| Line::whole(Side::Missing, row));
    shown(&expected.columns, lines.collect())
}

/// "1 row", "4 rows".
pub(super) fn count(rows: usize) -> String {
    match rows {
        0 => "no rows".into(),
        1 => "1 row".into(),
        _ => format!("{rows} rows"),
    }
}

fn name_columns(columns: &[String]) -> String {
    match columns {
        [] => "no table at all".into(),
        [one] => format!("1 column: {one}"),
        _ => format!("{} columns: {}", columns.len(), columns.join(", ")),
    }
}

/// What is wrong with the columns, in words. Names in SQL do not care about case.
fn columns_differ(expected: &[String], actual: &[String]) -> Option<String> {
    if actual.is_empty() && !expected.is_empty() {
        return Some("This statement gives no table. A question begins with SELECT.".into());
    }
    let same = |a: &String, b: &String| a.eq_ignore_ascii_case(b);
    if expected.len() == actual.len() && expected.iter().zip(actual).all(|(a, b)| same(a, b)) {
        return None;
    }
    let has = |columns: &[String], name: &String| columns.iter().any(|other| same(other, name));
    let missing: Vec<&str> = expected
        .iter()
        .filter(|name| !has(actual, name))
        .map(String::as_str)
        .collect();
    let extra: Vec<&str> = actual
        .iter()
        .filter(|name| !has(expected, name))
        .map(String::as_str)
        .collect();
    Some(match (missing.as_slice(), extra.as_slice()) {
        ([], []) if expected.len() == actual.len() => {
            "These are the right columns in another order. Name them after SELECT in the order that is asked for.".into()
        }
        ([], []) => "A column comes more than once. Name each one once after SELECT.".into(),
        ([], extra) => format!(
            "Nobody asked for {}. Name the columns you want after SELECT; `*` stands for all of them.",
            extra.join(", ")
        ),
        (missing, []) => format!(
            "After SELECT, name {} too, with a comma between two columns. Without the comma, the second name is a new name for the first column.",
            missing.join(" and ")
        ),
        (missing, extra) if expected.len() == actual.len() => {
            let renamed: Vec<String> = missing
                .iter()
                .zip(extra)
                .map(|(wanted, got)| format!("`{got}` should be called `{wanted}`"))
                .collect();
            format!(
                "{}. AS gives a column its name: `SELECT … AS {}`.",
                renamed.join(", "),
                missing[0]
            )
        }
        (missing, extra) => format!(
            "{} is not among your columns, and nobody asked for {}.",
            missing.join(", "),
            extra.join(", ")
        ),
    })
}

/// The positions of rows that have no equal on the other side. A row that is there twice needs two equals.
fn leftovers(expected: &[Row], actual: &[Row]) -> (Vec<usize>, Vec<usize>) {
    let mut wanted: HashMap<&Row, usize> = HashMap::new();
    for row in expected {
        *wanted.entry(row).or_default() += 1;
    }
    let mut extra = Vec::new();
    for (position, row) in actual.iter().enumerate() {
        match wanted.get_mut(row) {
            Some(left) if *left > 0 => *left -= 1,
            _ => extra.push(position),
        }
    }
    // From the end, so that of two equal rows the second one is the one that is missing.
    let mut missing: Vec<usize> = (0..expected.len())
        .rev()
        .filter(|&position| match wanted.get_mut(&expected[position]) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        })
        .collect();
    missing.reverse();
    (missing, extra)
}

/// How many rows are there with other values in some of their cells.
fn pairs(lines: &[Line<'_>]) -> usize {
    lines
        .iter()
        .filter(|line| line.side == Side::Missing && line.partner.is_some())
        .count()
}

fn in_numbers(rows: usize, missing: usize, extra: usize, pairs: usize) -> String {
    let differing = match pairs {
        0 => None,
        1 => Some("1 differs".to_owned()),
        _ => Some(format!("{pairs} differ")),
    };
    let missing = match missing - pairs {
        0 => None,
        1 => Some("1 that belongs there is missing".to_owned()),
        _ => Some(format!("{missing} that belong there are missing")),
    };
    let extra = match extra - pairs {
        0 => None,
        1 => Some("1 does not belong there".to_owned()),
        _ => Some(format!("{extra} do not belong there")),
    };
    let parts: Vec<String> = differing.into_iter().chain(missing).chain(extra).collect();
    format!("{}: {}", count(rows), parts.join(", "))
}

/// What the difference means where that can be told from the tables alone.
fn words(expected: &Table, actual: &Table, extra: &[usize], lines: &[Line<'_>]) -> String {
    if let Some((wanted, got)) = lines.iter().find_map(type_only) {
        return format!(
            "{} is {}, and {} is {}: they look alike and are not the same value.",
            wanted.sql(),
            wanted.kind().words(),
            got.sql(),
            got.kind().words()
        );
    }
    let twice = extra
        .iter()
        .any(|&position| expected.rows.contains(&actual.rows[position]));
    if twice {
        return "Some rows come more often than they should.".into();
    }
    String::new()
}

fn type_only<'a>(line: &Line<'a>) -> Option<(&'a Cell, &'a Cell)> {
    let got = line.partner.filter(|_| line.side == Side::Missing)?;
    line.row
        .iter()
        .zip(got)
        .find(|(wanted, got)| wanted.differs_in_type_only(got))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::types::ValueRef;

    fn table(columns: &[&str], rows: &[&[ValueRef<'_>]]) -> Table {
        Table {
            columns: columns.iter().map(|name| (*name).to_owned()).collect(),
            rows: rows
                .iter()
                .map(|row| row.iter().map(|&value| Cell::new(value)).collect())
                .collect(),
        }
    }

    fn numbers(rows: &[i64]) -> Table {
        let rows: Vec<[ValueRef<'_>; 1]> = rows.iter().map(|&n| [ValueRef::Integer(n)]).collect();
        let rows: Vec<&[ValueRef<'_>]> = rows.iter().map(<[ValueRef<'_>; 1]>::as_slice).collect();
        table(&["n"], &rows)
    }

    fn text(value: &str) -> ValueRef<'_> {
        ValueRef::Text(value.as_bytes())
    }

    #[test]
    fn order_counts_only_where_it_is_asked_for() {
        let (a, b) = (numbers(&[1, 2]), numbers(&[2, 1]));
        assert!(compare(&a, &b, Order::Any).is_none());
        let difference = compare(&a, &b, Order::Asked).expect("they differ");
        assert_eq!(difference.actual, "the same rows in another order");
        assert_eq!(difference.tables.expect("shown").rows.len(), 4);
    }

    #[test]
    fn a_row_that_comes_once_too_often_is_extra() {
        let difference =
            compare(&numbers(&[1, 2]), &numbers(&[1, 1, 2]), Order::Any).expect("they differ");
        assert_eq!(difference.actual, "3 rows: 1 does not belong there");
        assert_eq!(
            difference.words,
            "Some rows come more often than they should."
        );
    }

    #[test]
    fn the_rows_most_alike_are_paired_and_the_changed_cells_marked() {
        let wanted = table(&["id", "city"], &[&[ValueRef::Integer(1), text("Lyon")]]);
        let got = table(
            &["id", "city"],
            &[
                &[ValueRef::Integer(9), text("Oslo")],
                &[ValueRef::Integer(1), text("Porto")],
            ],
        );
        let shown = compare(&wanted, &got, Order::Any)
            .expect("they differ")
            .tables
            .expect("shown");
        let sides: Vec<Side> = shown.rows.iter().map(|row| row.side).collect();
        assert_eq!(sides, [Side::Missing, Side::Extra, Side::Extra]);
        assert_eq!(shown.rows[1].cells, ["1", "'Porto'"]);
        assert_eq!(shown.rows[1].changed, [1]);
        assert!(shown.rows[2].changed.is_empty());
    }

    #[test]
    fn a_number_and_its_text_are_told_apart_in_words() {
        let got = table(&["n"], &[&[text("1")]]);
        let words = compare(&numbers(&[1]), &got, Order::Any)
            .expect("they differ")
            .words;
        assert_eq!(
            words,
            "1 is a whole number (INTEGER), and '1' is text (TEXT): they look alike and are not the same value."
        );
    }

    #[test]
    fn null_equals_null_and_nothing_else() {
        let null = table(&["n"], &[&[ValueRef::Null]]);
        assert!(compare(&null, &null, Order::Asked).is_none());
        assert!(compare(&null, &table(&["n"], &[&[text("NULL")]]), Order::Any).is_some());
    }

    #[test]
    fn columns_are_compared_by_name_and_order_before_the_rows() {
        let wanted = table(&["title", "year"], &[]);
        let words =
            |columns: &[&str]| compare(&wanted, &table(columns, &[]), Order::Any).map(|d| d.words);
        assert_eq!(words(&["TITLE", "year"]), None);
        for (columns, said) in [
            (vec!["id", "title", "year"], "Nobody asked for id."),
            (vec!["year", "title"], "another order"),
            (vec!["title"], "name year too"),
            (
                vec!["title", "max(year)"],
                "`max(year)` should be called `year`",
            ),
            (vec!["title", "year", "year"], "more than once"),
        ] {
            let words = words(&columns).expect("they differ");
            assert!(words.contains(said), "{words}");
        }
    }
}
