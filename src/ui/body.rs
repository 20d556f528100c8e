//! The part of the watch screen between header and foot: a panel, or the verdict with the hints that were asked for.

use super::{
    diff, error,
    line::{Line, paragraphs},
    report,
    screen::{Panel, State, View},
    theme::{Sign, Theme, Tone},
};
use crate::outcome::Report;

pub(super) fn lines(view: &View<'_>, columns: usize, theme: Theme) -> Vec<Line> {
    if let Some(panel) = view.panel {
        return self::panel(panel, columns, theme);
    }
    let verdict = match view.state {
        State::Checking {
            before: Some(before),
            ..
        } if !before.passed() => report::lines(before, columns, theme),
        State::Checking { stage, .. } => checking(stage, columns, theme),
        State::Report(report) => report::lines(report, columns, theme),
        State::ToolError(fault) => indented(error::lines(fault, columns.saturating_sub(1))),
    };
    // Hints stand above the verdict's tail and below its first failure would be lost in long output: they go first once
    // they were asked for, unless the exercise has passed.
    let hints = if passed(view) {
        Vec::new()
    } else {
        hints(view, columns)
    };
    report::spaced(vec![hints, verdict])
}

fn passed(view: &View<'_>) -> bool {
    matches!(view.state, State::Report(report) if Report::passed(report))
}

fn checking(stage: &str, columns: usize, theme: Theme) -> Vec<Line> {
    let more = theme.sign(Sign::More);
    Line::indented(1)
        .push(Tone::Strong, &format!("{more} "))
        .push(Tone::Plain, stage)
        .wrapped(columns, 3)
}

fn hints(view: &View<'_>, columns: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for (position, hint) in view.hints.iter().enumerate() {
        let label = format!("hint {} of {}", position + 1, view.hint_count);
        lines.push(Line::indented(1).push(Tone::Label, &label));
        lines.extend(paragraphs(hint, 3, columns));
    }
    lines
}

fn panel(panel: Panel<'_>, columns: usize, theme: Theme) -> Vec<Line> {
    let titled = |title: &str, text: &str| {
        let heading = Line::indented(1)
            .push(Tone::Strong, title)
            .wrapped(columns, 1);
        report::spaced(vec![heading, paragraphs(text, 1, columns)])
    };
    match panel {
        Panel::Welcome(text) | Panel::Final(text) => paragraphs(text, 1, columns),
        Panel::Solution(text) => titled("Our solution", text),
        Panel::Text { title, text } => titled(title, text),
        Panel::Diff { mine, ours } => {
            indented(diff::lines(mine, ours, columns.saturating_sub(1), theme))
        }
    }
}

fn indented(lines: Vec<Line>) -> Vec<Line> {
    lines
        .into_iter()
        .map(|line| Line::indented(1).join(line))
        .collect()
}
