//! The list of exercises: a screen with a selection, a filter and a search, and the same as a plain table.
//!
//! It draws a [`ListView`]; which key changes it is decided elsewhere.

use super::{
    frame::{Frame, Size},
    line::Line,
    report::to_text,
    theme::{Sign, Theme, Tone},
};
use crate::{
    course::{Course, Exercise, Kind},
    progress::{Progress, State},
};
use std::path::PathBuf;

/// One exercise in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// The title of its chapter; exercises of one chapter follow each other.
    pub chapter: String,
    /// Its title.
    pub title: Option<String>,
    /// How it is checked.
    pub kind: Kind,
    /// How far the learner is with it.
    pub state: State,
    /// The learner's file, relative to the course.
    pub path: PathBuf,
}

/// Every exercise of a course with the learner's progress.
pub fn entries(course: &Course, progress: &Progress) -> Vec<Entry> {
    let entry = |exercise: &Exercise| Entry {
        name: exercise.name.clone(),
        chapter: course.chapter_of(exercise).title.clone(),
        title: exercise.title.clone(),
        kind: exercise.kind,
        state: progress.state(&exercise.name),
        path: course.relative_place(exercise),
    };
    course.exercises.iter().map(entry).collect()
}

/// Which exercises the list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    /// All of them.
    #[default]
    All,
    /// Those that are not done, skipped ones among them.
    Pending,
    /// Those that are done.
    Done,
}

impl Filter {
    /// The filter that the same key gives next.
    pub fn next(self) -> Self {
        match self {
            Self::All => Self::Pending,
            Self::Pending => Self::Done,
            Self::Done => Self::All,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Pending => "pending",
            Self::Done => "done",
        }
    }

    fn takes(self, state: State) -> bool {
        match self {
            Self::All => true,
            Self::Pending => state != State::Done,
            Self::Done => state == State::Done,
        }
    }
}

/// What the keys do in the list now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// They move and choose.
    #[default]
    Browsing,
    /// They are letters of the text that is searched for.
    Searching,
}

/// All that the list shows.
#[derive(Clone, Copy, Debug)]
pub struct ListView<'a> {
    /// Every exercise, in the order of the course.
    pub entries: &'a [Entry],
    /// The position of the current exercise.
    pub current: Option<usize>,
    /// The position of the selected one, in `entries`.
    pub selected: usize,
    /// Which exercises are shown.
    pub filter: Filter,
    /// Only exercises whose name, title or chapter has this text are shown; empty for all.
    pub search: &'a str,
    /// Whether the text is being typed.
    pub mode: Mode,
}

impl ListView<'_> {
    /// The positions of the exercises that the filter and the search let through.
    pub fn visible(&self) -> Vec<usize> {
        let wanted = self.search.to_lowercase();
        let has = |text: &str| text.to_lowercase().contains(&wanted);
        let matching = |entry: &Entry| {
            has(&entry.name) || has(&entry.chapter) || entry.title.as_deref().is_some_and(has)
        };
        self.entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| self.filter.takes(entry.state) && matching(entry))
            .map(|(position, _)| position)
            .collect()
    }

    /// The selected exercise, or the nearest one that is shown.
    pub fn chosen(&self) -> Option<usize> {
        self.visible()
            .into_iter()
            .min_by_key(|position| position.abs_diff(self.selected))
    }

    /// The selection after moving by so many shown exercises, stopping at either end.
    pub fn moved(&self, by: isize) -> usize {
        let visible = self.visible();
        let at = self
            .chosen()
            .and_then(|chosen| visible.iter().position(|p| *p == chosen))
            .unwrap_or(0);
        let last = visible.len().saturating_sub(1);
        let to = at.saturating_add_signed(by).min(last);
        visible.get(to).copied().unwrap_or(self.selected)
    }
}

/// Draws the list.
pub fn draw(view: &ListView<'_>, size: Size, theme: Theme) -> Frame {
    let visible = view.visible();
    let chosen = view.chosen();
    let foot = foot(view, size, theme);
    let room = size.rows.saturating_sub(foot.len() + 2).max(1);
    let rows = rows(view.entries, &visible, view.current, chosen, theme);
    let at = rows.iter().position(|row| row.is_chosen).unwrap_or(0);
    let start = at
        .saturating_sub(room / 2)
        .min(rows.len().saturating_sub(room));
    let mut lines = vec![head(view, &visible, theme), Line::new()];
    if rows.is_empty() {
        lines.push(Line::plain(" No exercise is like that."));
    }
    lines.extend(rows.into_iter().skip(start).take(room).map(|row| row.line));
    lines.resize(room + 2, Line::new());
    lines.extend(foot);
    Frame::new(lines, size, theme, 0, room)
}

/// The list as a table without a screen: for `backendlings list`. Every line ends with a line end.
pub fn table(entries: &[Entry], current: Option<usize>, theme: Theme) -> String {
    let all: Vec<usize> = (0..entries.len()).collect();
    let done = count_done(entries);
    let mut lines: Vec<Line> = rows(entries, &all, current, None, theme)
        .into_iter()
        .map(|row| row.line)
        .collect();
    lines.push(Line::new());
    lines.push(Line::plain(&format!("{done} of {} done", entries.len())));
    to_text(&lines, theme)
}

fn count_done(entries: &[Entry]) -> usize {
    let done = |entry: &&Entry| entry.state == State::Done;
    entries.iter().filter(done).count()
}

struct Row {
    line: Line,
    is_chosen: bool,
}

fn rows(
    entries: &[Entry],
    visible: &[usize],
    current: Option<usize>,
    chosen: Option<usize>,
    theme: Theme,
) -> Vec<Row> {
    let widest = |names: &mut dyn Iterator<Item = usize>| names.max().unwrap_or(0);
    let name_width = widest(&mut visible.iter().map(|&i| entries[i].name.chars().count()));
    let mut rows = Vec::new();
    let mut chapter = None;
    for &position in visible {
        let entry = &entries[position];
        if chapter != Some(&entry.chapter) {
            if chapter.is_some() {
                rows.push(heading(Line::new()));
            }
            rows.push(heading(
                Line::new().push(Tone::Strong, &format!(" {}", entry.chapter)),
            ));
            chapter = Some(&entry.chapter);
        }
        let is_chosen = chosen == Some(position);
        let (sign, tone) = sign(entry.state);
        let name_tone = if is_chosen { Tone::Key } else { Tone::Plain };
        let pointer = if is_chosen { ">" } else { " " };
        let state = Line::new()
            .push(Tone::Strong, pointer)
            .push(Tone::Plain, " ")
            .push(tone, sign.map_or("", |sign| theme.sign(sign)));
        let here = if current == Some(position) {
            theme.sign(Sign::Current)
        } else {
            ""
        };
        let signs = Line::new().push(Tone::Strong, here);
        let line = state
            .padded(sign_width(theme, &[Sign::Done, Sign::Skipped]) + 3)
            .join(signs.padded(sign_width(theme, &[Sign::Current]) + 1))
            .join(
                Line::new()
                    .push(name_tone, &entry.name)
                    .padded(name_width + 2),
            )
            .push(Tone::Plain, entry.title.as_deref().unwrap_or(""));
        rows.push(Row { line, is_chosen });
    }
    rows
}

fn heading(line: Line) -> Row {
    Row {
        line,
        is_chosen: false,
    }
}

fn sign(state: State) -> (Option<Sign>, Tone) {
    match state {
        State::Done => (Some(Sign::Done), Tone::Pass),
        State::Skipped => (Some(Sign::Skipped), Tone::Strong),
        State::Pending => (None, Tone::Plain),
    }
}

fn sign_width(theme: Theme, signs: &[Sign]) -> usize {
    let widths = signs
        .iter()
        .map(|sign| super::line::width(theme.sign(*sign)));
    widths.max().unwrap_or(0)
}

fn head(view: &ListView<'_>, visible: &[usize], theme: Theme) -> Line {
    let dot = theme.sign(Sign::Dot);
    Line::new().push(Tone::Strong, " Exercises").push(
        Tone::Plain,
        &format!(
            "   {} of {} done {dot} {}: {}",
            count_done(view.entries),
            view.entries.len(),
            view.filter.name(),
            visible.len()
        ),
    )
}

fn foot(view: &ListView<'_>, size: Size, theme: Theme) -> Vec<Line> {
    let mut lines = Vec::new();
    if view.mode == Mode::Searching || !view.search.is_empty() {
        let cursor = if view.mode == Mode::Searching {
            "_"
        } else {
            ""
        };
        lines.push(
            Line::new()
                .push(Tone::Label, " search ")
                .push(Tone::Strong, view.search)
                .push(Tone::Plain, cursor),
        );
    }
    let keys: &[(&'static str, &str)] = match view.mode {
        Mode::Browsing => &[
            ("j/k", "move"),
            ("Enter", "go to it"),
            ("/", "search"),
            ("f", "filter"),
            ("Esc", "back"),
            ("q", "quit"),
        ],
        Mode::Searching => &[("Enter", "keep"), ("Esc", "clear")],
    };
    let keys = keys.iter().map(|(key, does)| (*key, (*does).to_owned()));
    lines.extend(super::footer::packed(keys.collect(), size.columns, 1));
    let legend = format!(
        " {} done   {} skipped   {} current",
        theme.sign(Sign::Done),
        theme.sign(Sign::Skipped),
        theme.sign(Sign::Current)
    );
    lines.push(Line::plain(&legend));
    lines
}
