//! A drawn screen: exactly as many lines as the window has, none wider than it, written in one go.

use std::iter;

use super::{
    line::Line,
    theme::{Sign, Theme},
};

/// The size of a window in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Its width.
    pub columns: usize,
    /// Its height.
    pub rows: usize,
}

/// A drawn screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    rows: Vec<Row>,
    /// The greatest scroll offset that still shows something new; clamp yours to it.
    pub last_scroll: usize,
    /// How many lines one page of the body has.
    pub page: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    text: String,
    fills: bool,
}

impl Frame {
    pub(super) fn new(
        lines: Vec<Line>,
        size: Size,
        theme: Theme,
        last_scroll: usize,
        page: usize,
    ) -> Self {
        let tail = theme.sign(Sign::More);
        Self {
            rows: lines
                .into_iter()
                .chain(iter::repeat_with(Line::new))
                .take(size.rows)
                .map(|line| line.cut(size.columns, tail))
                .map(|line| Row {
                    text: line.render(theme),
                    fills: line.width() >= size.columns,
                })
                .collect(),
            last_scroll,
            page,
        }
    }

    /// The screen as text, one line per row, without moving the cursor.
    pub fn text(&self) -> String {
        self.rows
            .iter()
            .map(|row| format!("{}\n", row.text.trim_end()))
            .collect()
    }

    /// The screen as it is written over the one before: each line is replaced in place and nothing is cleared first, so
    /// that nothing flickers. Terminals that know synchronized updates (mode 2026) show it at once.
    pub fn escapes(&self) -> String {
        let mut out = String::from("\x1b[?2026h\x1b[H");
        for (position, row) in self.rows.iter().enumerate() {
            if position > 0 {
                out.push_str("\r\n");
            }
            out.push_str(&row.text);
            // Behind a full row the cursor still stands on its last character: clearing from there would take it away.
            if !row.fills {
                out.push_str("\x1b[K");
            }
        }
        out.push_str("\x1b[?2026l");
        out
    }
}
