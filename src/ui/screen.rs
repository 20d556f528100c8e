//! The watch screen: a fixed header, a body that scrolls, and at the foot the keys and the progress.
//!
//! A pure function from a [`View`] to a [`Frame`]. Which keys do something is decided elsewhere; the key line shows those
//! that make sense now.

use super::{
    body, footer,
    frame::{Frame, Size},
    line::Line,
    report,
    theme::{Sign, Theme, Tone},
};
use crate::{error::Error, outcome::Report};
use std::{path::Path, time::Duration};

/// All that the watch screen shows.
#[derive(Clone, Debug)]
pub struct View<'a> {
    /// The chapter's directory, as in "03_http"; may be empty.
    pub chapter_dir: &'a str,
    /// The chapter's title.
    pub chapter_title: &'a str,
    /// The exercise's name.
    pub exercise: &'a str,
    /// The exercise's title.
    pub title: Option<&'a str>,
    /// The learner's file, relative to the course, for showing.
    pub path: &'a Path,
    /// The same, absolute, for clicking.
    pub link: &'a Path,
    /// What is to be done, where the file says it in another language than the learner's.
    pub task: Option<&'a str>,
    /// What is known about the exercise now.
    pub state: State<'a>,
    /// The hints shown so far.
    pub hints: &'a [&'a str],
    /// How many hints there are.
    pub hint_count: usize,
    /// Whether the exercise is done, by this check or an earlier one.
    pub completion: Completion,
    /// How many exercises are done.
    pub done: usize,
    /// How many there are.
    pub total: usize,
    /// One sentence about what has happened, as in "saved as done".
    pub notice: Option<&'a str>,
    /// A question that is answered with `y` or `n`; it takes the place of the keys.
    pub question: Option<&'a str>,
    /// How the last save was noticed, in a few words.
    pub seen_by: Option<&'a str>,
    /// Something else to read in place of the report.
    pub panel: Option<Panel<'a>>,
    /// How many lines of the body are scrolled past. Too many is the same as [`Frame::last_scroll`].
    pub scroll: usize,
}

/// What is known about the exercise.
#[derive(Clone, Copy, Debug)]
pub enum State<'a> {
    /// A check is under way.
    Checking {
        /// What it is doing, as in "compiling".
        stage: &'a str,
        /// For how long.
        elapsed: Duration,
        /// The report before, which stays on the screen meanwhile. One that passed does not: it may no longer hold.
        before: Option<&'a Report>,
    },
    /// The verdict.
    Report(&'a Report),
    /// The check could not be done.
    ToolError(&'a Error),
}

/// Whether an exercise is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completion {
    /// Not yet.
    Pending,
    /// Done.
    Done,
}

/// Something to read in place of the report.
#[derive(Clone, Copy, Debug)]
pub enum Panel<'a> {
    /// Before the first exercise.
    Welcome(&'a str),
    /// After the last exercise.
    Final(&'a str),
    /// Our solution as it is.
    Solution(&'a str),
    /// The learner's file and our solution, as a difference.
    Diff {
        /// The learner's file.
        mine: &'a str,
        /// Our solution.
        ours: &'a str,
    },
    /// Any other text under a title, such as what the keys do.
    Text {
        /// Its title.
        title: &'a str,
        /// The text.
        text: &'a str,
    },
}

/// Draws the watch screen.
pub fn draw(view: &View<'_>, size: Size, theme: Theme) -> Frame {
    let header = header(view, size, theme);
    let footer = footer::lines(view, size, theme);
    // However small the window is, one line of the body is seen before the foot is.
    let room = size.rows.saturating_sub(header.len() + footer.len()).max(1);
    let body = body::lines(view, size.columns, room, theme);
    let seen = Viewport::new(body, room, view.scroll);
    let (last_scroll, page) = (seen.last_scroll, seen.page);
    let mut lines = header;
    lines.extend(seen.lines(theme));
    lines.extend(footer);
    Frame::new(lines, size, theme, last_scroll, page)
}

fn header(view: &View<'_>, size: Size, theme: Theme) -> Vec<Line> {
    let dot = theme.sign(Sign::Dot);
    let name = Line::indented(1)
        .push(Tone::Plain, view.chapter_dir)
        .push(
            Tone::Plain,
            &if view.chapter_dir.is_empty() {
                String::new()
            } else {
                format!(" {dot} ")
            },
        )
        .push(Tone::Strong, view.exercise);
    let right = Line::plain(&status(view, theme));
    let gap = size.columns.saturating_sub(right.width() + 1);
    let mut lines = if name.width() + 2 <= gap {
        vec![name.padded(gap).join(right)]
    } else {
        // Too narrow for both: the verdict says more than the directory.
        vec![
            Line::indented(1).push(Tone::Strong, view.exercise),
            Line::indented(1).join(right),
        ]
    };
    if size.rows >= SMALL {
        lines.push(subject(view, dot));
        lines.push(Line::new());
    }
    lines
}

/// What it is about: the chapter's title and the exercise's.
fn subject(view: &View<'_>, dot: &str) -> Line {
    let titles = [view.chapter_title, view.title.unwrap_or("")];
    let said: Vec<&str> = titles
        .into_iter()
        .filter(|title| !title.is_empty() && *title != view.chapter_dir)
        .collect();
    Line::indented(1).push(Tone::Plain, &said.join(&format!(" {dot} ")))
}

/// A window with fewer rows has no empty lines and no title to give away.
pub(super) const SMALL: usize = 14;

fn status(view: &View<'_>, theme: Theme) -> String {
    let dot = theme.sign(Sign::Dot);
    match view.state {
        State::Checking { stage, elapsed, .. } => {
            let elapsed = report::seconds(elapsed);
            format!("{stage}{} {dot} {elapsed}", theme.sign(Sign::More))
        }
        State::Report(report) => report::summary(report, theme),
        State::ToolError(_) => "not checked".to_owned(),
    }
}

/// The part of the body that is seen.
struct Viewport {
    body: Vec<Line>,
    start: usize,
    room: usize,
    page: usize,
    last_scroll: usize,
}

impl Viewport {
    fn new(body: Vec<Line>, room: usize, scroll: usize) -> Self {
        // One line of the room says how much is out of sight.
        let page = if body.len() > room {
            room.saturating_sub(1).max(1)
        } else {
            room
        };
        let last_scroll = body.len().saturating_sub(page);
        Self {
            start: scroll.min(last_scroll),
            body,
            room,
            page,
            last_scroll,
        }
    }

    /// Exactly `room` lines.
    fn lines(self, theme: Theme) -> Vec<Line> {
        let below = self.body.len().saturating_sub(self.start + self.page);
        let mut lines: Vec<Line> = self
            .body
            .into_iter()
            .skip(self.start)
            .take(self.page)
            .collect();
        lines.resize(self.page, Line::new());
        if self.page < self.room {
            lines.push(out_of_sight(self.start, below, theme));
        }
        lines
    }
}

fn out_of_sight(above: usize, below: usize, theme: Theme) -> Line {
    let lines = |count: usize| if count == 1 { "line" } else { "lines" };
    let text = if below > 0 {
        let down = theme.sign(Sign::Down);
        format!("{down} {below} more {} (j/k, space)", lines(below))
    } else {
        let up = theme.sign(Sign::Up);
        format!("{up} {above} {} above (j/k, Home)", lines(above))
    };
    Line::indented(1).push(Tone::Strong, &text)
}
