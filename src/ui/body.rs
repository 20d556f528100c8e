//! The part of the watch screen between header and foot: a panel, or the verdict with the hints that were asked for.

use super::{
    diff, error,
    line::{Line, paragraphs},
    report,
    screen::{Panel, State, View},
    theme::{Sign, Theme, Tone},
};
use crate::outcome::Report;

/// The body, of which `room` lines can be seen at once.
pub(super) fn lines(view: &View<'_>, columns: usize, room: usize, theme: Theme) -> Vec<Line> {
    if let Some(panel) = view.panel {
        return self::panel(view, panel, columns);
    }
    let mut blocks = match view.state {
        State::Checking {
            before: Some(before),
            ..
        } if !before.passed() => report::blocks(before, columns, theme),
        State::Checking { stage, .. } => vec![checking(stage, columns, theme)],
        State::Report(report) => report::blocks(report, columns, theme),
        State::ToolError(fault) => vec![indented(error::lines(fault, columns.saturating_sub(1)))],
    };
    if !passed(view) && !view.hints.is_empty() {
        let hints = hints(view, columns);
        // The leading failure leads, unless the hint that was asked for would then be out of sight.
        let leading = blocks.first().map_or(0, Vec::len);
        let both_seen = leading + 1 + hints.len() < room;
        blocks.insert(usize::from(both_seen), hints);
    }
    if let Some(task) = view.task {
        blocks.insert(0, paragraphs(task.trim(), 1, columns));
    }
    report::spaced(blocks)
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

fn panel(view: &View<'_>, panel: Panel<'_>, columns: usize) -> Vec<Line> {
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
            let praise = if passed(view) {
                paragraphs("Yours passes too: other ways can be as good.", 1, columns)
            } else {
                Vec::new()
            };
            let difference = indented(diff::lines(mine, ours, columns.saturating_sub(1)));
            report::spaced(vec![praise, difference])
        }
    }
}

fn indented(lines: Vec<Line>) -> Vec<Line> {
    lines
        .into_iter()
        .map(|line| Line::indented(1).join(line))
        .collect()
}
