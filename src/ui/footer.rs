//! The foot of the watch screen: a notice, the keys that make sense now, and how far the learner has come.

use super::{
    frame::Size,
    line::Line,
    screen::{Completion, Panel, SMALL, State, View},
    theme::{Sign, Theme, Tone},
};

use crate::outcome::Outcome;
use std::path::Path;

/// The widest that the progress bar gets.
const BAR: usize = 26;
/// The keys take no more lines than this.
const KEY_LINES: usize = 2;

pub(super) fn lines(view: &View<'_>, size: Size, theme: Theme) -> Vec<Line> {
    let mut lines = Vec::new();
    if size.rows >= SMALL {
        lines.push(Line::new());
    }
    lines.extend(
        view.notice
            .map(|notice| Line::indented(1).push(Tone::Plain, notice)),
    );
    match view.question {
        Some(question) => lines.extend(asked(question, size.columns)),
        None => {
            let most = if size.rows >= SMALL { KEY_LINES } else { 1 };
            lines.extend(packed(keys(view), size.columns, most));
        }
    }
    lines.push(progress(view, size.columns, theme));
    lines
}

fn asked(question: &str, columns: usize) -> Vec<Line> {
    Line::indented(1)
        .push(Tone::Strong, question)
        .push(Tone::Plain, "  ")
        .push(Tone::Key, "y")
        .push(Tone::Plain, " yes   ")
        .push(Tone::Key, "n")
        .push(Tone::Plain, " no")
        .wrapped(columns, 1)
}

/// One key and what it does.
pub(super) type KeyHelp = (&'static str, String);

/// The keys that make sense now, the most wanted first, `q` last.
pub(super) fn keys(view: &View<'_>) -> Vec<KeyHelp> {
    let mut keys: Vec<KeyHelp> = Vec::new();
    let mut key = |key, does: &str| keys.push((key, does.to_owned()));
    match (view.panel, view.state) {
        (Some(Panel::Welcome(_)), _) => key("Enter", "begin"),
        (Some(_), _) => {
            key("Esc", "back");
            key("l", "list");
        }
        (None, State::Checking { .. }) => {
            key("e", "edit");
            key("l", "list");
        }
        (None, State::ToolError(_)) => {
            key("r", "try again");
            key("e", "edit");
            key("l", "list");
        }
        (None, State::Report(report)) if report.passed() => {
            key("n", "next");
            key("s", "see our solution beside yours");
            if view.done >= view.total {
                key("c", "check all");
            }
            key("e", "edit");
            key("l", "list");
        }
        (None, State::Report(report)) => {
            let skipped = matches!(report.outcome, Outcome::Skipped { .. });
            // A project takes days; the next exercise does not need it.
            let can_wait = !report.stages.is_empty();
            if skipped || can_wait || view.completion == Completion::Done {
                key("n", "next");
            }
            let shown = view.hints.len();
            if shown < view.hint_count {
                key("h", &format!("hint ({} of {})", shown + 1, view.hint_count));
            }
            key("e", "edit");
            key("l", "list");
            key("x", "reset");
        }
    }
    key("q", "quit");
    keys
}

/// The keys in at most `most` lines. Those that do not fit are left out, the last but `q` first: all of them work anyway.
pub(super) fn packed(mut keys: Vec<KeyHelp>, columns: usize, most: usize) -> Vec<Line> {
    loop {
        let lines = laid_out(&keys, columns);
        if lines.len() <= most || keys.len() <= 1 {
            return lines.into_iter().take(most).collect();
        }
        keys.remove(keys.len() - 2);
    }
}

fn laid_out(keys: &[KeyHelp], columns: usize) -> Vec<Line> {
    const GAP: usize = 3;
    let mut lines: Vec<Line> = Vec::new();
    for (key, does) in keys {
        let item = Line::new()
            .push(Tone::Key, key)
            .push(Tone::Plain, " ")
            .push(Tone::Plain, does);
        match lines.pop() {
            Some(line) if line.width() + GAP + item.width() <= columns => {
                lines.push(line.join(Line::indented(GAP)).join(item));
            }
            before => {
                lines.extend(before);
                lines.push(Line::indented(1).join(item));
            }
        }
    }
    lines
}

/// The bar, the count and the path that can be clicked. A narrow window has the file's name only.
fn progress(view: &View<'_>, columns: usize, theme: Theme) -> Line {
    let count = format!("{}/{}", view.done, view.total);
    let room = columns.saturating_sub(count.len() + 4);
    let mut path = Line::new().push_link(view.path, view.link);
    if let Some(name) = view.path.file_name().filter(|_| path.width() > room) {
        path = Line::new().push_link(Path::new(name), view.link);
    }
    let bar = BAR.min(room.saturating_sub(path.width() + 3));
    let mut line = Line::indented(1);
    // A bar of a few cells says nothing.
    if bar >= 8 {
        let filled = (bar * view.done.min(view.total))
            .checked_div(view.total)
            .unwrap_or(bar);
        line = line
            .push(Tone::Pass, &theme.sign(Sign::Full).repeat(filled))
            .push(Tone::Plain, &theme.sign(Sign::Empty).repeat(bar - filled))
            .push(Tone::Plain, "  ");
    }
    let line = line
        .push(Tone::Plain, &count)
        .push(Tone::Plain, "   ")
        .join(path);
    // The least important part goes first when the window is narrow.
    match view.seen_by {
        Some(seen_by) if line.width() + 3 + seen_by.len() < columns => {
            line.push(Tone::Plain, "   ").push(Tone::Plain, seen_by)
        }
        _ => line,
    }
}
