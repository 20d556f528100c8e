//! The difference of two tables, aligned, with a sign before each row that is in one of them only.

use super::{
    clean,
    line::{Line, width},
    theme::{Sign, Theme, Tone},
};
use crate::outcome::{DiffRow, Side, TableDiff};

/// No column is drawn wider than this, so that one long text does not push the others out of sight.
const WIDEST: usize = 32;
/// No column is squeezed below this.
const NARROWEST: usize = 4;
/// The sign of a row and the space behind it.
const MARGIN: usize = 2;

/// The table as lines that begin at column `indent`.
pub(super) fn lines(diff: &TableDiff, indent: usize, columns: usize, theme: Theme) -> Vec<Line> {
    let count = diff
        .rows
        .iter()
        .map(|row| row.cells.len())
        .fold(diff.columns.len(), usize::max);
    let widths = fit(
        &natural_widths(diff, count),
        columns.saturating_sub(indent + MARGIN),
    );
    let drawing = Drawing {
        widths,
        indent,
        theme,
    };
    let heading = Line::indented(indent + MARGIN);
    let mut lines = legend(diff, indent, columns);
    lines.push(drawing.cells(heading, &diff.columns, Tone::Strong));
    for (position, row) in diff.rows.iter().enumerate() {
        lines.push(drawing.row(row));
        if !row.changed.is_empty() && !continues(row, diff.rows.get(position + 1)) {
            lines.push(drawing.carets(row));
        }
    }
    if diff.more > 0 {
        let more = theme.sign(Sign::More);
        let rows = if diff.more == 1 { "row" } else { "rows" };
        lines.push(Line::indented(indent).push(
            Tone::Plain,
            &format!("{more} {} more {rows} not shown", diff.more),
        ));
    }
    lines
}

/// What the signs mean, for those that occur.
fn legend(diff: &TableDiff, indent: usize, columns: usize) -> Vec<Line> {
    let has = |side| diff.rows.iter().any(|row| row.side == side);
    let mut words = Vec::new();
    if has(Side::Missing) {
        words.push("- expected, not there");
    }
    if has(Side::Extra) {
        words.push("+ there, not expected");
    }
    if words.is_empty() {
        return Vec::new();
    }
    let start = Line::indented(indent);
    let side_by_side = start.clone().push(Tone::Plain, &words.join("   "));
    if side_by_side.width() <= columns {
        return vec![side_by_side];
    }
    let below = |words: &str| {
        start
            .clone()
            .push(Tone::Plain, words)
            .wrapped(columns, indent + MARGIN)
    };
    words.into_iter().flat_map(below).collect()
}

/// The carets come once, below the second of two rows that are partners.
fn continues(row: &DiffRow, next: Option<&DiffRow>) -> bool {
    next.is_some_and(|next| {
        row.side == Side::Missing && next.side == Side::Extra && next.changed == row.changed
    })
}

fn natural_widths(diff: &TableDiff, count: usize) -> Vec<usize> {
    (0..count)
        .map(|column| {
            let cells = diff.rows.iter().filter_map(|row| row.cells.get(column));
            cells
                .chain(diff.columns.get(column))
                .map(|cell| width(&clean::one_line(cell)))
                .fold(1, usize::max)
                .min(WIDEST)
        })
        .collect()
}

/// Takes from the widest column until all fit, or none can give more.
fn fit(natural: &[usize], room: usize) -> Vec<usize> {
    let mut widths = natural.to_vec();
    let total = |widths: &[usize]| widths.iter().map(|width| width + 3).sum::<usize>();
    while total(&widths) > room + 3 {
        match widths.iter_mut().max() {
            Some(widest) if *widest > NARROWEST => *widest -= 1,
            _ => break,
        }
    }
    widths
}

struct Drawing {
    widths: Vec<usize>,
    indent: usize,
    theme: Theme,
}

impl Drawing {
    fn row(&self, row: &DiffRow) -> Line {
        let (sign, tone) = match row.side {
            Side::Same => ("  ", Tone::Plain),
            Side::Missing => ("- ", Tone::Fail),
            Side::Extra => ("+ ", Tone::Pass),
        };
        let start = Line::indented(self.indent).push(tone, sign);
        let mut line = start;
        for (column, cell) in self.columns(&row.cells) {
            let marked = row.changed.is_empty() || row.changed.contains(&column);
            let tone = if marked { tone } else { Tone::Plain };
            line = self.cell(line, column, cell, tone);
        }
        line
    }

    fn cells(&self, start: Line, cells: &[String], tone: Tone) -> Line {
        self.columns(cells).fold(start, |line, (column, cell)| {
            self.cell(line, column, cell, tone)
        })
    }

    fn columns<'a>(&self, cells: &'a [String]) -> impl Iterator<Item = (usize, &'a str)> {
        (0..self.widths.len()).map(|column| (column, cells.get(column).map_or("", String::as_str)))
    }

    fn cell(&self, line: Line, column: usize, cell: &str, tone: Tone) -> Line {
        let line = if column > 0 {
            let rule = self.theme.sign(Sign::Rule);
            line.push(Tone::Plain, &format!(" {rule} "))
        } else {
            line
        };
        let text = Line::new()
            .push(tone, cell)
            .cut(self.widths[column], self.theme.sign(Sign::More));
        let is_last = column + 1 == self.widths.len();
        line.join(if is_last {
            text
        } else {
            text.padded(self.widths[column])
        })
    }

    /// A line that points at the cells that differ.
    fn carets(&self, row: &DiffRow) -> Line {
        let mut line = Line::indented(self.indent + MARGIN);
        let mut at = line.width();
        for (column, width) in self.widths.iter().enumerate() {
            if row.changed.contains(&column) {
                line = line.padded(at).push(Tone::Strong, &"^".repeat(*width));
            }
            at += width + 3;
        }
        line
    }
}
