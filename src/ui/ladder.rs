//! The stages of a project side by side: which hold, which one is at hand, which are still closed.

use super::{
    line::Line,
    report::flowed,
    theme::{Sign, Signs, Theme, Tone},
};
use crate::outcome::{Report, StageState};

/// The ladder; nothing for an exercise.
pub(super) fn lines(report: &Report, columns: usize, theme: Theme) -> Vec<Line> {
    let items = report.stages.iter().enumerate().map(|(position, stage)| {
        let (sign, tone) = match stage.state {
            StageState::Passed => (Sign::Pass, Tone::Pass),
            StageState::Failed => (Sign::Fail, Tone::Fail),
            StageState::Closed => (Sign::NotRun, Tone::Plain),
        };
        let title = format!(" {} {}", position + 1, stage.title);
        Line::new()
            .push(tone, theme.sign(sign))
            .push(Tone::Plain, &title)
    });
    let side_by_side = match theme.signs {
        // Read aloud, each stage is a line of its own.
        Signs::Words => 1,
        _ => columns,
    };
    flowed(items.collect(), side_by_side, columns)
}

/// How far it is, as in "stage 3 of 5"; nothing for an exercise, and nothing once all of them hold.
pub(super) fn at_hand(report: &Report) -> Option<String> {
    let at = report
        .stages
        .iter()
        .position(|stage| stage.state != StageState::Passed)?;
    Some(format!("stage {} of {}", at + 1, report.stages.len()))
}
