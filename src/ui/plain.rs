//! The same as plain lines, for pipes, `--plain` and screen readers: nothing is redrawn, no bars, no escape codes.

use super::{
    body, footer, report,
    screen::{State, View},
    theme::Theme,
};
use crate::outcome::Report;

/// Nothing is wrapped: a pipe has no width, and a screen reader reads sentences.
const COLUMNS: usize = super::terminal::NO_WIDTH;

/// The report as plain lines.
pub fn report(report: &Report) -> String {
    report::text(report, COLUMNS, Theme::PLAIN)
}

/// The note that came last.
pub fn last_note(report: &Report) -> String {
    let note = report.notes.last();
    note.map_or_else(String::new, |note| {
        format!("\n{}", report::word(note, COLUMNS, Theme::PLAIN))
    })
}

/// All of the watch screen that is worth saying again after something has changed, as plain lines.
pub fn view(view: &View<'_>) -> String {
    let theme = Theme::PLAIN;
    let mut out = super::clean::harmless(&format!(
        "\n{} - {} of {} done - {}\n",
        view.exercise,
        view.done,
        view.total,
        view.path.display()
    ));
    if let State::Report(report) = view.state {
        out.push_str(&format!("{}\n", report::summary(report, theme)));
    }
    out.push('\n');
    out.push_str(&report::to_text(
        &body::lines(view, COLUMNS, usize::MAX, theme),
        theme,
    ));
    out.push('\n');
    if let Some(notice) = view.notice {
        out.push_str(&super::clean::harmless(&format!("{notice}\n")));
    }
    match view.question {
        Some(question) => {
            out.push_str(&super::clean::harmless(question));
            out.push_str(" Type y for yes or n for no, then Enter.\n");
        }
        None => out.push_str(&commands(view)),
    }
    out
}

/// A line that says what can be typed now.
pub fn commands(view: &View<'_>) -> String {
    let keys: Vec<String> = footer::keys(view)
        .into_iter()
        .filter(|(key, _)| key.len() == 1)
        .map(|(key, does)| format!("{key} = {does}"))
        .collect();
    format!("Type a letter, then Enter: {}\n", keys.join(", "))
}
