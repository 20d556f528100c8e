//! The watcher's mind: an event in, effects out. No thread, clock, file or terminal is touched here.
//!
//! What it promises: the newest contents of the current exercise are checked, always and once; nothing that was saved during a
//! check is lost; a result that is out of date changes nothing; `q` ends it in every state.

mod checks;
mod keys;
#[cfg(test)]
mod tests;

use super::{
    events::{Effect, Event, SeenBy, What},
    list::ListState,
};
use crate::{
    check::{self, Round, Source, Stage},
    course::Course,
    error::Error,
    outcome::Report,
    progress::{self, Change, Progress},
    ui::Key,
};
use std::{borrow::Cow, sync::Arc, time::Instant};

/// What is known of the current exercise.
#[derive(Debug)]
pub enum Phase {
    /// Its file has not been read yet.
    Opening,
    /// A check runs.
    Checking {
        /// What it does.
        stage: Stage,
        /// Since when.
        since: Instant,
        /// The verdict on the contents before, which stays on the screen meanwhile.
        before: Option<Box<Report>>,
    },
    /// The verdict on the newest contents.
    Verdict(Box<Report>),
    /// The check could not be made, through a fault of ours.
    Fault(Error),
}

/// What fills the middle of the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Panel {
    /// The verdict and the hints.
    Verdict,
    /// The words at the very start.
    Welcome,
    /// The words at the very end.
    Final,
    /// Our solution beside the learner's.
    Solution(String),
    /// The list of exercises.
    List(ListState),
    /// All exercises are being checked.
    CheckingAll(Round),
}

/// A question that waits for `y` or `n`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Reset the exercise?
    Reset,
    /// Look at the solution before it has passed?
    EarlySolution,
}

/// Whether the watcher goes to the next exercise by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterPass {
    /// It stays until the learner says `n`.
    Stay,
    /// It goes on.
    MoveOn,
}

/// Everything the watcher knows.
#[derive(Debug)]
pub struct State {
    /// The course.
    pub course: Arc<Course>,
    /// Done, skipped, hints seen.
    pub progress: Progress,
    /// The position of the current exercise.
    pub current: usize,
    /// What is known of it.
    pub phase: Phase,
    /// What fills the middle of the screen.
    pub panel: Panel,
    /// A question that waits for an answer.
    pub question: Option<Question>,
    /// A line for the learner.
    pub notice: Option<String>,
    /// How the contents under check were noticed.
    pub seen_by: SeenBy,
    /// How many hints are on the screen.
    pub hints_shown: usize,
    /// How many lines the middle is scrolled down.
    pub scroll: usize,
    /// A line for the learner about a change of the file that is about to be seen.
    notice_after_save: Option<String>,
    /// The contents that were checked last or are being checked.
    source: Option<Source>,
    /// The number of the newest check.
    run: u64,
    /// The check that was given up when the program was stopped for a while.
    interrupted: Option<u64>,
    after_pass: AfterPass,
}

impl State {
    /// The state at the start, and the first effects.
    pub fn start(
        course: Arc<Course>,
        progress: Progress,
        after_pass: AfterPass,
    ) -> (Self, Vec<Effect>) {
        let fresh = progress.current().is_none();
        let current = current(&course, &progress);
        let panel = match (&course.welcome_message, fresh) {
            (Some(_), true) => Panel::Welcome,
            _ => Panel::Verdict,
        };
        let mut state = Self {
            course,
            progress,
            current,
            phase: Phase::Opening,
            panel,
            question: None,
            notice: None,
            notice_after_save: None,
            seen_by: SeenBy::Opening,
            hints_shown: 0,
            scroll: 0,
            source: None,
            run: 0,
            interrupted: None,
            after_pass,
        };
        let effects = state.open(current);
        (state, effects)
    }

    /// Takes an event in; gives what is to be done, in order.
    pub fn on(&mut self, event: Event, now: Instant) -> Vec<Effect> {
        match event {
            Event::Key(Key::Interrupt) | Event::Interrupted => self.quit(),
            Event::Key(Key::Suspend) | Event::Suspended => self.on_suspended(),
            Event::Resumed => self.on_resumed(now),
            Event::Key(key) => self.on_key(key, now),
            Event::Line(line) => self.on_line(&line, now),
            Event::Seen {
                position,
                source,
                by,
            } => self.on_seen(position, source, by, now),
            Event::Stage { run, stage } => self.on_stage(run, stage),
            Event::Checked { run, result } => self.on_checked(run, result),
            Event::Advice { run, advice } => self.on_advice(run, advice),
            Event::Word { run, word } => self.on_word(run, word),
            Event::AllProgress { run, round } => self.on_all_progress(run, round),
            Event::AllChecked { run, result } => self.on_all_checked(run, result, now),
            Event::Solution(ours) => self.show_panel(Panel::Solution(ours)),
            Event::Progress(progress) => {
                self.progress = progress;
                vec![Effect::Show(What::Detail)]
            }
            Event::Notice(text) => self.tell(text),
            Event::FileReplaced(text) => {
                self.notice_after_save = Some(text);
                Vec::new()
            }
            Event::Resized => vec![Effect::Show(What::Detail)],
            // With no one to press a key, the file is still watched: `watch --plain </dev/null` is of use.
            Event::InputEnded => Vec::new(),
        }
    }

    /// The name of the current exercise.
    pub fn name(&self) -> &str {
        &self.course.exercises[self.current].name
    }

    /// The learner's text as it was seen last, or nothing.
    pub fn learners_text(&self) -> Cow<'_, str> {
        self.source.as_ref().map_or("".into(), check::learners_text)
    }

    /// True if the newest contents of the current exercise have passed.
    pub fn has_passed(&self) -> bool {
        matches!(&self.phase, Phase::Verdict(report) if report.passed())
    }

    /// How many exercises are done.
    pub fn done(&self) -> usize {
        let names = self.course.exercises.iter();
        names
            .filter(|exercise| self.progress.is_done(&exercise.name))
            .count()
    }

    /// The texts of the hints on the screen: those bound to a claim only if that claim is broken.
    pub fn hints(&self) -> Vec<&str> {
        self.fitting_hints()
            .into_iter()
            .take(self.hints_shown)
            .collect()
    }

    /// How many hints there are for the exercise as it stands.
    pub fn hints_total(&self) -> usize {
        self.fitting_hints().len()
    }

    fn fitting_hints(&self) -> Vec<&str> {
        let broken: Vec<&str> = match &self.phase {
            Phase::Verdict(report) => report.findings.iter().map(|f| f.claim.as_str()).collect(),
            _ => Vec::new(),
        };
        self.course.exercises[self.current]
            .hints_for(&broken)
            .map(|hint| hint.text.as_str())
            .collect()
    }

    fn open(&mut self, position: usize) -> Vec<Effect> {
        self.current = position;
        self.phase = Phase::Opening;
        self.question = None;
        self.notice = None;
        self.hints_shown = 0;
        self.scroll = 0;
        self.source = None;
        self.run += 1;
        let current = Change::Current(self.name().to_owned());
        self.progress.apply(&current);
        vec![
            Effect::Cancel,
            Effect::Save(vec![current]),
            Effect::Follow(position),
            Effect::Show(What::Exercise),
        ]
    }

    fn record(&mut self, change: Change) -> Effect {
        self.progress.apply(&change);
        Effect::Save(vec![change])
    }

    fn show_panel(&mut self, panel: Panel) -> Vec<Effect> {
        self.panel = panel;
        self.scroll = 0;
        self.notice = None;
        vec![Effect::Show(What::Panel)]
    }

    fn tell(&mut self, text: String) -> Vec<Effect> {
        self.notice = Some(text);
        vec![Effect::Show(What::Notice)]
    }

    fn quit(&mut self) -> Vec<Effect> {
        vec![Effect::Cancel, Effect::Quit]
    }
}

/// The position of the exercise the learner works on: the one written down, else the first that is to be done.
pub fn current(course: &Course, progress: &Progress) -> usize {
    progress
        .current()
        .and_then(|name| course.position(name).ok())
        .or_else(|| next_pending(course, progress, 0))
        .unwrap_or(0)
}

/// The first exercise at or after `from`, then from the beginning, that is neither done nor skipped.
pub fn next_pending(course: &Course, progress: &Progress, from: usize) -> Option<usize> {
    let count = course.exercises.len();
    (0..count)
        .map(|step| (from + step) % count)
        .find(|&position| {
            let name = &course.exercises[position].name;
            progress.state(name) == progress::State::Pending
        })
}
