//! A verdict as lines of text: the first broken claim leads, all others follow, what holds is short.
//!
//! It knows no window: how many of the lines can be seen is the screen's business.

use super::{
    finding::{self, Heading, both_ends, rendered_lines},
    ladder,
    line::{Line, paragraphs},
    theme::{Sign, Signs, Theme, Tone},
};
use crate::outcome::{CheckState, Outcome, Output, Report};
use std::time::Duration;

/// So many lines of a program's output are shown from either end.
const OUTPUT_END: usize = 20;
/// So many claims that hold are named; the others are counted.
const NAMED_PASSES: usize = 4;

/// The whole report, without a screen around it: for `run` and for pipes. Every line ends with a line end.
pub fn text(report: &Report, columns: usize, theme: Theme) -> String {
    let mut lines = vec![
        Line::indented(1)
            .push(Tone::Strong, &report.exercise)
            .push(Tone::Plain, "   ")
            .push(Tone::Plain, &summary(report, theme)),
        Line::new(),
    ];
    lines.extend(self::lines(report, columns, theme));
    to_text(&lines, theme)
}

/// A word on a verdict that came after it was printed.
pub fn word(word: &str, columns: usize, theme: Theme) -> String {
    to_text(&note(word, columns), theme)
}

/// The verdict in one line, as for one of many: the sign, the exercise, and the first broken claim or the reason.
/// Without a line end.
pub fn short(report: &Report, theme: Theme) -> String {
    let first = report.findings.first().map_or("", |f| f.claim.as_str());
    let (sign, tone, why) = match &report.outcome {
        Outcome::Passed => (Sign::Pass, Tone::Pass, ""),
        Outcome::Failed => (Sign::Fail, Tone::Fail, first),
        Outcome::Skipped { reason } => (Sign::Skipped, Tone::Strong, reason.as_str()),
    };
    let line = Line::indented(1)
        .push(tone, theme.sign(sign))
        .push(Tone::Plain, " ")
        .push(Tone::Plain, &report.exercise);
    if why.is_empty() {
        return line.render(theme);
    }
    line.push(Tone::Plain, ": ")
        .push(Tone::Plain, why)
        .render(theme)
}

pub(super) fn to_text(lines: &[Line], theme: Theme) -> String {
    lines
        .iter()
        .map(|line| format!("{}\n", line.render(theme)))
        .collect()
}

/// How many claims hold and how long it took, as in "3 of 11 checks · 0.31 s".
pub(super) fn summary(report: &Report, theme: Theme) -> String {
    let dot = theme.sign(Sign::Dot);
    let took = took(report);
    let took = match ladder::at_hand(report) {
        Some(stage) => format!("{stage} {dot} {took}"),
        None => took,
    };
    match report.checks.len() {
        0 => took,
        1 => format!("{} of 1 check {dot} {took}", report.passed_checks()),
        all => format!("{} of {all} checks {dot} {took}", report.passed_checks()),
    }
}

fn took(report: &Report) -> String {
    let seconds_taken = (report.timings.total_ms / 1000.0).clamp(0.0, 1e6);
    seconds(Duration::from_secs_f64(seconds_taken))
}

/// A duration as in "0.31 s".
pub(super) fn seconds(duration: Duration) -> String {
    match duration.as_millis() {
        millis @ 0..100 => format!("{} ms", millis.max(1)),
        _ => format!("{:.2} s", duration.as_secs_f64()),
    }
}

pub(super) fn lines(report: &Report, columns: usize, theme: Theme) -> Vec<Line> {
    spaced(blocks(report, columns, theme))
}

/// The parts of the report; the first is the verdict's reason: the leading failure, or the pass.
pub(super) fn blocks(report: &Report, columns: usize, theme: Theme) -> Vec<Vec<Line>> {
    let mut blocks = match &report.outcome {
        Outcome::Passed => vec![passed(report, theme)],
        Outcome::Failed => findings(report, columns, theme),
        Outcome::Skipped { reason } => vec![skipped(reason, columns, theme)],
    };
    let mut ladder = ladder::lines(report, columns, theme);
    if let Some(leading) = blocks.first_mut().filter(|_| !ladder.is_empty()) {
        ladder.push(Line::new());
        leading.splice(..0, ladder);
    }
    blocks.push(holding(report, columns, theme));
    blocks.push(notes(report, columns));
    // Output can be long: what there is to learn comes before it.
    if report.passed() {
        blocks.push(advice(report, columns));
    }
    blocks.extend(
        report
            .output
            .as_ref()
            .filter(|output| !output.is_empty())
            .map(|output| self::output(output, columns, theme)),
    );
    blocks
}

/// Blocks of lines with one empty line between them.
pub(super) fn spaced(blocks: Vec<Vec<Line>>) -> Vec<Line> {
    blocks
        .into_iter()
        .filter(|block| !block.is_empty())
        .collect::<Vec<_>>()
        .join(&Line::new())
}

fn passed(report: &Report, theme: Theme) -> Vec<Line> {
    let badge = report.badge.map_or("", |badge| badge.words());
    let mut line = Line::indented(1)
        .push(Tone::Pass, theme.sign(Sign::Pass))
        .push(Tone::Plain, " ");
    // In words the sign already says "passed:".
    if theme.signs != Signs::Words {
        line = line.push(Tone::Pass, "Passed").push(Tone::Plain, "  ");
    }
    let dot = theme.sign(Sign::Dot);
    vec![line.push(Tone::Plain, &format!("{badge} {dot} {}", took(report)))]
}

fn skipped(reason: &str, columns: usize, theme: Theme) -> Vec<Line> {
    Line::indented(1)
        .push(Tone::Strong, theme.sign(Sign::Skipped))
        .push(Tone::Plain, " Not checked: ")
        .push(Tone::Plain, reason)
        .wrapped(columns, 3)
}

fn findings(report: &Report, columns: usize, theme: Theme) -> Vec<Vec<Line>> {
    let mut claim = None;
    report
        .findings
        .iter()
        .map(|finding| {
            let heading = if claim == Some(&finding.claim) {
                Heading::Left
            } else {
                Heading::Shown
            };
            claim = Some(&finding.claim);
            finding::lines(finding, heading, columns, theme)
        })
        .collect()
}

/// The claims that hold, and how many could not be looked at, in as few lines as they take.
fn holding(report: &Report, columns: usize, theme: Theme) -> Vec<Line> {
    let with = |state| report.checks.iter().filter(move |c| c.state == state);
    let passed = with(CheckState::Passed).count();
    let mut items: Vec<Line> = with(CheckState::Passed)
        .take(NAMED_PASSES)
        .map(|check| {
            Line::new()
                .push(Tone::Pass, theme.sign(Sign::Pass))
                .push(Tone::Plain, " ")
                .push(Tone::Plain, &check.claim)
        })
        .collect();
    let more = theme.sign(Sign::More);
    if passed > NAMED_PASSES {
        items.push(Line::plain(&format!(
            "{more} {} more",
            passed - NAMED_PASSES
        )));
    }
    let not_run = with(CheckState::NotRun).count();
    if not_run > 0 {
        let sign = theme.sign(Sign::NotRun);
        items.push(Line::plain(&format!("{sign} {not_run} not reached yet")));
    }
    // Read aloud, each claim is a line of its own.
    let columns_used = if theme.signs == Signs::Words {
        1
    } else {
        columns
    };
    flowed(items, columns_used, columns)
}

/// Short pieces side by side, as many to a line as fit into `side_by_side`; none wider than `columns`.
pub(super) fn flowed(items: Vec<Line>, side_by_side: usize, columns: usize) -> Vec<Line> {
    const GAP: usize = 3;
    let mut lines: Vec<Line> = Vec::new();
    for item in items {
        let room = lines
            .last()
            .map_or(0, |line| side_by_side.saturating_sub(line.width() + GAP));
        match lines.pop() {
            Some(line) if item.width() <= room => {
                lines.push(line.join(Line::indented(GAP)).join(item));
            }
            before => {
                lines.extend(before);
                lines.extend(Line::indented(1).join(item).wrapped(columns, 3));
            }
        }
    }
    lines
}

fn notes(report: &Report, columns: usize) -> Vec<Line> {
    report
        .notes
        .iter()
        .flat_map(|text| note(text, columns))
        .collect()
}

fn note(text: &str, columns: usize) -> Vec<Line> {
    Line::indented(1)
        .push(Tone::Label, "note: ")
        .push(Tone::Plain, text)
        .wrapped(columns, 7)
}

fn advice(report: &Report, columns: usize) -> Vec<Line> {
    if report.advice.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![paragraphs(
        "It passes. The compiler has advice as well:",
        1,
        columns,
    )];
    blocks.extend(report.advice.iter().map(|a| rendered_lines(a, columns)));
    spaced(blocks)
}

fn output(output: &Output, columns: usize, theme: Theme) -> Vec<Line> {
    let mut all: Vec<&str> = output.text.trim().lines().map(str::trim_end).collect();
    // Servers print the heads they read; their empty lines say nothing twice.
    all.dedup_by(|a, b| a.is_empty() && b.is_empty());
    let heading = match output.omitted {
        0 => "Your program printed:".to_owned(),
        bytes => format!("Your program printed (without {bytes} bytes in the middle):"),
    };
    let mut lines = paragraphs(&heading, 1, columns);
    let rule = format!("{} ", theme.sign(Sign::Rule));
    for text in both_ends(&all, OUTPUT_END, theme) {
        let line = Line::indented(1).push(Tone::Plain, &rule);
        lines.extend(line.push(Tone::Plain, &text).wrapped(columns, 3));
    }
    lines
}
