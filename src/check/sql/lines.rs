//! The difference of two tables line by line: which rows are partners, which cells differ, and which lines are shown.

use super::table::{Cell, Row, Table};
use crate::outcome::{DiffRow, Side, TableDiff};

/// Rows of a difference that are shown; the rest is counted.
const MOST_SHOWN: usize = 16;

/// Rows among which partners are looked for.
const MOST_PAIRED: usize = 200;

/// Characters of a cell that are shown.
const WIDEST_CELL: usize = 40;

/// One line of a difference.
pub(super) struct Line<'a> {
    /// Which table it is in.
    pub(super) side: Side,
    /// Its cells.
    pub(super) row: &'a Row,
    changed: Vec<usize>,
    /// The row on the other side that it was paired with.
    pub(super) partner: Option<&'a Row>,
}

impl<'a> Line<'a> {
    pub(super) fn whole(side: Side, row: &'a Row) -> Self {
        Self {
            side,
            row,
            changed: Vec::new(),
            partner: None,
        }
    }

    /// A row that belongs there and the one that came instead.
    fn pair(wanted: &'a Row, got: &'a Row) -> [Self; 2] {
        let changed: Vec<usize> = (0..wanted.len()).filter(|&i| wanted[i] != got[i]).collect();
        [(Side::Missing, wanted, got), (Side::Extra, got, wanted)].map(|(side, row, partner)| {
            Self {
                side,
                row,
                changed: changed.clone(),
                partner: Some(partner),
            }
        })
    }
}

/// The difference in reading order: the expected rows, each missing one followed by the extra row most like it.
pub(super) fn lines<'a>(
    expected: &'a Table,
    actual: &'a Table,
    missing: &[usize],
    extra: &[usize],
) -> Vec<Line<'a>> {
    let mut free: Vec<usize> = extra.to_vec();
    let mut lines = Vec::new();
    let mut missing = missing.iter().peekable();
    for (position, row) in expected.rows.iter().enumerate() {
        if missing.peek() != Some(&&position) {
            lines.push(Line::whole(Side::Same, row));
            continue;
        }
        missing.next();
        match most_alike(row, &actual.rows, &free) {
            Some(chosen) => {
                let partner = free.remove(chosen);
                lines.extend(Line::pair(row, &actual.rows[partner]));
            }
            None => lines.push(Line::whole(Side::Missing, row)),
        }
    }
    lines.extend(
        free.iter()
            .map(|&position| Line::whole(Side::Extra, &actual.rows[position])),
    );
    lines
}

/// The position in `free` of the row that shares most cells with `row`, if it shares at least half.
fn most_alike(row: &Row, rows: &[Row], free: &[usize]) -> Option<usize> {
    let alike = |other: &Row| row.iter().zip(other).filter(|(a, b)| a == b).count();
    free.iter()
        .take(MOST_PAIRED)
        .enumerate()
        .map(|(chosen, &position)| {
            let other = &rows[position];
            // One column in another type is still the same row.
            let near = row
                .iter()
                .zip(other)
                .filter(|(a, b)| a.differs_in_type_only(b))
                .count();
            (alike(other) + near, chosen)
        })
        .filter(|(alike, _)| alike * 2 >= row.len().max(1))
        .max_by_key(|&(alike, chosen)| (alike, usize::MAX - chosen))
        .map(|(_, chosen)| chosen)
}

/// The same rows in two orders, place by place.
pub(super) fn out_of_order(expected: &Table, actual: &Table) -> TableDiff {
    let lines = expected
        .rows
        .iter()
        .zip(&actual.rows)
        .flat_map(|(wanted, got)| {
            if wanted == got {
                vec![Line::whole(Side::Same, wanted)]
            } else {
                vec![
                    Line::whole(Side::Missing, wanted),
                    Line::whole(Side::Extra, got),
                ]
            }
        });
    shown(&expected.columns, lines.collect())
}

/// The lines that fit: differences first, then rows that are the same, all in reading order.
pub(super) fn shown(columns: &[String], lines: Vec<Line<'_>>) -> TableDiff {
    let total = lines.len();
    let differing = lines.iter().filter(|line| line.side != Side::Same).count();
    let mut room_for_same = MOST_SHOWN.saturating_sub(differing);
    let mut room = MOST_SHOWN;
    let rows: Vec<DiffRow> = lines
        .into_iter()
        .filter(|line| {
            let room = if line.side == Side::Same {
                &mut room_for_same
            } else {
                &mut room
            };
            let fits = *room > 0;
            *room = room.saturating_sub(1);
            fits
        })
        .map(|line| DiffRow {
            side: line.side,
            cells: line.row.iter().map(short).collect(),
            changed: line.changed,
        })
        .collect();
    TableDiff {
        columns: columns.to_vec(),
        more: total - rows.len(),
        rows,
    }
}

fn short(cell: &Cell) -> String {
    let text = cell.sql().replace('\n', "\\n");
    if text.chars().count() <= WIDEST_CELL {
        return text;
    }
    text.chars().take(WIDEST_CELL - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::types::ValueRef;

    fn numbers(count: i64) -> Vec<Row> {
        let row = |number| vec![Cell::new(ValueRef::Integer(number))];
        (0..count).map(row).collect()
    }

    #[test]
    fn differences_are_shown_before_what_is_the_same_and_the_rest_is_counted() {
        let rows = numbers(100);
        let lines = rows
            .iter()
            .enumerate()
            .map(|(position, row)| match position {
                90.. => Line::whole(Side::Missing, row),
                _ => Line::whole(Side::Same, row),
            });
        let shown = shown(&["n".into()], lines.collect());
        assert_eq!(
            (shown.rows.len(), shown.more),
            (MOST_SHOWN, 100 - MOST_SHOWN)
        );
        assert_eq!(
            shown
                .rows
                .iter()
                .filter(|row| row.side == Side::Missing)
                .count(),
            10
        );
        assert_eq!(shown.rows[0].cells, ["0"]);
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let cell = Cell::new(ValueRef::Text("é".repeat(100).as_bytes()));
        let text = short(&cell);
        assert_eq!(text.chars().count(), WIDEST_CELL);
        assert!(text.ends_with('…'));
    }
}
