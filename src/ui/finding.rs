//! One thing that is wrong, as lines: what was asked, expected and got, what it means, how to repeat it, the log.

use super::{
    line::{Line, paragraphs},
    table,
    theme::{Sign, Theme, Tone},
};
use crate::outcome::{Detail, Finding};

/// Where labels begin, and where the values behind them do.
const INDENT: usize = 5;
const LABEL: usize = 11;
/// Below this width a value stands under its label.
const NARROW: usize = 40;
/// So many lines of a value or a log are shown from either end.
const LOG_END: usize = 12;
/// So many characters of one line are shown from either end.
const LINE_END: usize = 600;

/// Whether the line that names the claim is drawn: not again for a second message about the same claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heading {
    Shown,
    Left,
}

/// The finding as lines of at most `columns`.
pub(super) fn lines(
    finding: &Finding,
    heading: Heading,
    columns: usize,
    theme: Theme,
) -> Vec<Line> {
    let mut lines = Vec::new();
    if heading == Heading::Shown {
        let sign = theme.sign(Sign::Fail);
        lines.extend(
            Line::indented(1)
                .push(Tone::Fail, sign)
                .push(Tone::Plain, " ")
                .push(Tone::Strong, &finding.claim)
                .wrapped(columns, 3),
        );
    }
    let compiler = match &finding.detail {
        Some(Detail::Compiler { rendered }) => Some(rendered),
        _ => None,
    };
    let mut value = |label: &str, text: Option<&str>| {
        if let Some(text) = text {
            lines.extend(labelled(label, text, columns, theme));
        }
    };
    value("asked", finding.asked.as_deref());
    value("expected", finding.expected.as_deref());
    // The compiler's rendered message begins with what `actual` says, and names the place.
    if compiler.is_none() {
        value("got", finding.actual.as_deref());
        value("where", place(finding).as_deref());
    }
    if let Some(rendered) = compiler {
        lines.extend(rendered_lines(rendered, columns));
    }
    if let Some(Detail::Tables(diff)) = &finding.detail {
        lines.extend(table::lines(diff, margin(columns), columns, theme));
    }
    if let Some(explain) = &finding.explain {
        lines.extend(paragraphs(explain, margin(columns), columns));
    }
    if let Some(repeat) = &finding.repeat {
        lines.extend(labelled("repeat", repeat, columns, theme));
    }
    if !finding.log.is_empty() {
        lines.extend(labelled("log", &folded(&finding.log), columns, theme));
    }
    lines
}

fn place(finding: &Finding) -> Option<String> {
    finding.location.as_ref().map(|place| {
        let file = place.file.display();
        format!("{file}:{}:{}", place.line, place.column)
    })
}

fn margin(columns: usize) -> usize {
    if columns < NARROW { 1 } else { INDENT }
}

/// The lines, each as often as it comes in a row only once, with the number of times.
fn folded(lines: &[String]) -> String {
    let alike = lines.chunk_by(|one, next| one == next);
    let told = alike.map(|same| match same {
        [line] => line.clone(),
        _ => format!("{} ({} times)", same[0], same.len()),
    });
    told.collect::<Vec<_>>().join("\n")
}

fn labelled(label: &str, text: &str, columns: usize, theme: Theme) -> Vec<Line> {
    let all: Vec<&str> = text.trim_end().split('\n').collect();
    let parts = both_ends(&all, LOG_END, theme);
    let margin = margin(columns);
    let start = Line::indented(margin).push(Tone::Label, label);
    if columns < NARROW {
        let mut lines = vec![start];
        lines.extend(paragraphs(&parts.join("\n"), margin + 1, columns));
        return lines;
    }
    let at = margin + LABEL;
    let mut lines = Vec::new();
    for (position, part) in parts.iter().enumerate() {
        let start = match position {
            0 => start.clone().padded(at),
            _ => Line::indented(at),
        };
        lines.extend(
            start
                .push(Tone::Plain, part.trim_end_matches('\r'))
                .wrapped(columns, at),
        );
    }
    lines
}

/// A compiler's message, its long lines hanging behind the gutter with the line numbers.
pub(super) fn rendered_lines(rendered: &str, columns: usize) -> Vec<Line> {
    Line::from_rendered(rendered)
        .into_iter()
        .flat_map(|line| {
            let hang = gutter(&line.text());
            Line::indented(1).join(line).wrapped(columns, hang + 1)
        })
        .collect()
}

/// Where the text behind `12 | ` or `= note: ` begins.
fn gutter(line: &str) -> usize {
    let number = line
        .chars()
        .take_while(|c| c.is_ascii_digit() || *c == ' ')
        .count();
    let behind: String = line.chars().skip(number).collect();
    if behind.starts_with("| ") || behind.starts_with("= ") || behind.starts_with("--> ") {
        number + 2
    } else {
        2
    }
}

/// The first and the last lines, with a line between that says how many were left out.
pub(super) fn both_ends<T: AsRef<str>>(lines: &[T], end: usize, theme: Theme) -> Vec<String> {
    let text = |line: &T| shortened(line.as_ref(), theme);
    if lines.len() <= 2 * end + 1 {
        return lines.iter().map(text).collect();
    }
    let more = theme.sign(Sign::More);
    let left_out = lines.len() - 2 * end;
    let mut kept: Vec<String> = lines[..end].iter().map(text).collect();
    kept.push(format!("{more} {left_out} lines left out {more}"));
    kept.extend(lines[lines.len() - end..].iter().map(text));
    kept
}

/// A line of a million characters is as good as its two ends.
fn shortened(line: &str, theme: Theme) -> String {
    let count = line.chars().count();
    if count <= 2 * LINE_END + 1 {
        return line.to_owned();
    }
    let more = theme.sign(Sign::More);
    let head: String = line.chars().take(LINE_END).collect();
    let tail: String = line.chars().skip(count - LINE_END).collect();
    format!(
        "{head} {more} {} characters left out {more} {tail}",
        count - 2 * LINE_END
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_log_that_are_alike_are_told_once_with_their_number() {
        let lines = ["a", "b", "b", "b", "a"].map(str::to_owned);
        assert_eq!(folded(&lines), "a\nb (3 times)\na");
    }
}
