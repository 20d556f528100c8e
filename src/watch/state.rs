//! The watcher's mind: an event in, effects out. No thread, clock, file or terminal is touched here.
//!
//! What it promises: the newest contents of the current exercise are checked, always and once; nothing that was saved during a
//! check is lost; a result that is out of date changes nothing; `q` ends it in every state.

use super::{
    actions::{Action, action_for},
    list::{self, ListState},
};
use crate::{
    check::{Source, Stage},
    course::Course,
    error::Error,
    outcome::Report,
    progress::{Change, Progress},
    ui::{self, Key},
};
use std::{mem, sync::Arc, time::Instant};

/// Something that happened.
#[derive(Debug)]
pub enum Event {
    /// A key was pressed.
    Key(Key),
    /// A command line was typed, where there is no terminal for keys.
    Line(String),
    /// Contents of an exercise were seen on disk.
    Seen {
        /// The position of the exercise.
        position: usize,
        /// What the file holds.
        source: Source,
        /// How it was noticed.
        by: SeenBy,
    },
    /// A check goes on.
    Stage {
        /// The number of the check.
        run: u64,
        /// What it does.
        stage: Stage,
    },
    /// A check has ended.
    Checked {
        /// The number of the check.
        run: u64,
        /// Its result; an error is a fault of ours.
        result: Result<Box<Report>, Error>,
    },
    /// A check of all exercises has come this far.
    AllProgress {
        /// The number of the check.
        run: u64,
        /// How many exercises have been checked.
        done: usize,
    },
    /// A check of all exercises has ended.
    AllChecked {
        /// The number of the check.
        run: u64,
        /// Name and verdict of every exercise that was checked.
        result: Result<Vec<(String, bool)>, Error>,
    },
    /// Our solution, which was asked for.
    Solution(String),
    /// The progress on disk, after a change was saved.
    Progress(Progress),
    /// Something the learner should read, about an effect that was carried out.
    Notice(String),
    /// The window has another size.
    Resized,
    /// The learner or the system asks the program to end.
    Interrupted,
    /// There is no more input to read.
    InputEnded,
}

/// How a change of the file was noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeenBy {
    /// It was read because the learner went to it.
    Opening,
    /// The system told.
    Notification,
    /// The contents were looked at once a second.
    Poll,
}

/// Something to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Watch the file of this exercise, and report its contents at once.
    Follow(usize),
    /// Check these contents.
    Check {
        /// The number of the check.
        run: u64,
        /// The position of the exercise.
        position: usize,
        /// What to check.
        source: Source,
    },
    /// Check every exercise.
    CheckAll {
        /// The number of the check.
        run: u64,
    },
    /// Stop the check that runs.
    Cancel,
    /// Write these down.
    Save(Vec<Change>),
    /// Open the exercise in the editor.
    Edit {
        /// The position of the exercise.
        position: usize,
        /// The line to go to, counted from 1, if the last check names one.
        line: Option<usize>,
    },
    /// Bring the exercise back as shipped.
    Reset(usize),
    /// Fetch our solution of this exercise.
    FetchSolution(usize),
    /// Print the list of exercises.
    PrintList,
    /// Show the state; `What` says what is new, for those who do not redraw.
    Show(What),
    /// End the program.
    Quit,
}

/// What is new on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Something that plain output need not repeat: progress of a check, scrolling.
    Detail,
    /// Another exercise is the current one.
    Exercise,
    /// A check has begun.
    Checking,
    /// A verdict, or a fault of ours.
    Verdict,
    /// A hint.
    Hint,
    /// A line for the learner.
    Notice,
    /// A question.
    Question,
    /// Another panel in place of the verdict.
    Panel,
}

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
    /// All exercises are being checked: so many are done.
    CheckingAll(usize),
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
    /// The contents that were checked last or are being checked.
    source: Option<Source>,
    /// The number of the newest check.
    run: u64,
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
            seen_by: SeenBy::Opening,
            hints_shown: 0,
            scroll: 0,
            source: None,
            run: 0,
            after_pass,
        };
        let effects = state.open(current);
        (state, effects)
    }

    /// Takes an event in; gives what is to be done, in order.
    pub fn on(&mut self, event: Event, now: Instant) -> Vec<Effect> {
        match event {
            Event::Key(Key::Interrupt) | Event::Interrupted => self.quit(),
            Event::Key(key) => self.on_key(key, now),
            Event::Line(line) => self.on_line(&line, now),
            Event::Seen {
                position,
                source,
                by,
            } => self.on_seen(position, source, by, now),
            Event::Stage { run, stage } => self.on_stage(run, stage),
            Event::Checked { run, result } => self.on_checked(run, result),
            Event::AllProgress { run, done } => self.on_all_progress(run, done),
            Event::AllChecked { run, result } => self.on_all_checked(run, result, now),
            Event::Solution(ours) => self.show_panel(Panel::Solution(ours)),
            Event::Progress(progress) => {
                self.progress = progress;
                vec![Effect::Show(What::Detail)]
            }
            Event::Notice(text) => self.tell(text),
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
    pub fn learners_text(&self) -> &str {
        match &self.source {
            Some(Source::Text(text)) => text,
            _ => "",
        }
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

    fn on_seen(
        &mut self,
        position: usize,
        source: Source,
        by: SeenBy,
        now: Instant,
    ) -> Vec<Effect> {
        if position != self.current || self.source.as_ref() == Some(&source) {
            return Vec::new();
        }
        self.source = Some(source);
        self.seen_by = by;
        // Whoever saves wants to see the verdict, whatever was on the screen; the words at the start may stay.
        if by != SeenBy::Opening && !matches!(self.panel, Panel::List(_)) {
            self.panel = Panel::Verdict;
        }
        self.notice = None;
        self.check(now)
    }

    fn check(&mut self, now: Instant) -> Vec<Effect> {
        let Some(source) = self.source.clone() else {
            return vec![Effect::Follow(self.current)];
        };
        self.run += 1;
        self.scroll = 0;
        let before = match mem::replace(&mut self.phase, Phase::Opening) {
            Phase::Verdict(report) => Some(report),
            Phase::Checking { before, .. } => before,
            Phase::Opening | Phase::Fault(_) => None,
        };
        self.phase = Phase::Checking {
            stage: Stage::Compiling,
            since: now,
            before,
        };
        vec![
            Effect::Cancel,
            Effect::Check {
                run: self.run,
                position: self.current,
                source,
            },
            Effect::Show(What::Checking),
        ]
    }

    fn on_stage(&mut self, run: u64, new: Stage) -> Vec<Effect> {
        match &mut self.phase {
            Phase::Checking { stage, .. } if run == self.run => {
                *stage = new;
                vec![Effect::Show(What::Detail)]
            }
            _ => Vec::new(),
        }
    }

    fn on_checked(&mut self, run: u64, result: Result<Box<Report>, Error>) -> Vec<Effect> {
        if run != self.run || !matches!(self.phase, Phase::Checking { .. }) {
            return Vec::new();
        }
        let report = match result {
            Ok(report) => report,
            Err(Error::Cancelled) => return Vec::new(),
            Err(fault) => {
                self.phase = Phase::Fault(fault);
                return vec![Effect::Show(What::Verdict)];
            }
        };
        let name = self.name().to_owned();
        let passed = report.passed();
        let was_done = self.progress.is_done(&name);
        self.phase = Phase::Verdict(report);
        let mut effects = Vec::new();
        if passed {
            self.hints_shown = 0;
            if !was_done {
                effects.push(self.record(Change::Done(name)));
            }
        } else if was_done {
            self.notice =
                Some("This exercise was done; as it stands now it is to be done again.".into());
            effects.push(self.record(Change::Pending(name)));
        }
        effects.push(Effect::Show(What::Verdict));
        if passed && !was_done && self.after_pass == AfterPass::MoveOn {
            effects.extend(self.next());
        }
        effects
    }

    fn record(&mut self, change: Change) -> Effect {
        self.progress.apply(&change);
        Effect::Save(vec![change])
    }

    fn on_key(&mut self, key: Key, now: Instant) -> Vec<Effect> {
        if let Some(question) = self.question.take() {
            return self.answer(question, key);
        }
        if let Panel::List(list) = &mut self.panel {
            let entries = ui::list::entries(&self.course, &self.progress);
            return match list.on_key(key, &entries) {
                list::Outcome::Stay => vec![Effect::Show(What::Detail)],
                list::Outcome::Close => self.show_panel(Panel::Verdict),
                list::Outcome::Goto(position) => {
                    self.panel = Panel::Verdict;
                    self.open(position)
                }
                list::Outcome::Quit => self.quit(),
            };
        }
        match action_for(key) {
            Some(action) => self.act(action, now),
            None => Vec::new(),
        }
    }

    /// A typed line is a key by its letter or by its word, or `goto NAME`.
    fn on_line(&mut self, line: &str, now: Instant) -> Vec<Effect> {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [] => self.on_key(Key::Enter, now),
            ["goto", name] => match self.course.position(name) {
                Ok(position) => {
                    self.panel = Panel::Verdict;
                    self.open(position)
                }
                Err(error) => {
                    let help = error.help().unwrap_or_default();
                    self.tell(format!("{error}. {help}"))
                }
            },
            // Without a screen there is nothing to move in: the list is printed.
            ["l" | "list"] => vec![Effect::PrintList],
            [word] => match key_of_word(word) {
                Some(key) => self.on_key(Key::Char(key), now),
                None => self.tell(format!(
                    "`{word}` is no command. Known: next, hint, solution, list, goto NAME, check, edit, run, reset, quit."
                )),
            },
            _ => self.tell("One command a line, as in: hint".into()),
        }
    }

    fn act(&mut self, action: Action, now: Instant) -> Vec<Effect> {
        match action {
            Action::Quit => self.quit(),
            Action::Next => self.next_or_why_not(),
            Action::Hint => self.hint(),
            Action::Solution => self.solution(),
            Action::List => {
                let list = ListState::new(self.current);
                self.show_panel(Panel::List(list))
            }
            Action::CheckAll => self.check_all(),
            Action::Edit => vec![Effect::Edit {
                position: self.current,
                line: self.line_of_first_finding(),
            }],
            Action::RunAgain => {
                self.panel = Panel::Verdict;
                self.notice = None;
                self.check(now)
            }
            Action::Reset => {
                self.question = Some(Question::Reset);
                vec![Effect::Show(What::Question)]
            }
            Action::Back => self.back(),
            Action::Scroll(scroll) => {
                self.scroll = scroll.from(self.scroll);
                vec![Effect::Show(What::Detail)]
            }
        }
    }

    fn back(&mut self) -> Vec<Effect> {
        if matches!(self.panel, Panel::CheckingAll(_)) {
            self.run += 1;
            let mut effects = vec![Effect::Cancel];
            effects.extend(self.show_panel(Panel::Verdict));
            return effects;
        }
        match self.panel {
            Panel::Verdict => Vec::new(),
            _ => self.show_panel(Panel::Verdict),
        }
    }

    fn line_of_first_finding(&self) -> Option<usize> {
        let Phase::Verdict(report) = &self.phase else {
            return None;
        };
        let file = self
            .course
            .relative_file(&self.course.exercises[self.current]);
        report
            .findings
            .iter()
            .filter_map(|finding| finding.location.as_ref())
            .find(|place| place.file == file)
            .map(|place| place.line)
    }

    fn answer(&mut self, question: Question, key: Key) -> Vec<Effect> {
        if !matches!(key, Key::Char('y' | 'Y')) {
            if matches!(key, Key::Char('q')) {
                return self.quit();
            }
            return self.tell("Nothing was changed.".into());
        }
        match question {
            Question::Reset => vec![Effect::Reset(self.current), Effect::Show(What::Detail)],
            Question::EarlySolution => {
                let seen = Change::SolutionSeenEarly(self.name().to_owned());
                vec![self.record(seen), Effect::FetchSolution(self.current)]
            }
        }
    }

    fn next_or_why_not(&mut self) -> Vec<Effect> {
        if matches!(self.panel, Panel::Welcome) {
            return self.show_panel(Panel::Verdict);
        }
        if self.has_passed() {
            return self.next();
        }
        self.tell(match self.phase {
            Phase::Verdict(_) | Phase::Fault(_) => {
                "Not yet: this exercise has not passed. (l opens the list, to go elsewhere.)".into()
            }
            _ => "The check is not over yet.".into(),
        })
    }

    fn next(&mut self) -> Vec<Effect> {
        match next_pending(&self.course, &self.progress, self.current + 1) {
            Some(position) => {
                self.panel = Panel::Verdict;
                self.open(position)
            }
            None if self.done() == self.course.exercises.len() => self.show_panel(Panel::Final),
            None => self.tell("Only skipped exercises are left; l opens the list.".into()),
        }
    }

    fn hint(&mut self) -> Vec<Effect> {
        if self.has_passed() {
            return self.tell("It has passed: no hint is needed. s shows our solution.".into());
        }
        self.panel = Panel::Verdict;
        let total = self.hints_total();
        if self.hints_shown >= total {
            return self.tell(format!("These are all the hints there are ({total})."));
        }
        self.hints_shown += 1;
        let seen = Change::HintsSeen(self.name().to_owned(), self.hints_shown);
        vec![self.record(seen), Effect::Show(What::Hint)]
    }

    fn solution(&mut self) -> Vec<Effect> {
        if matches!(self.panel, Panel::Solution(_)) {
            return self.show_panel(Panel::Verdict);
        }
        if self.progress.is_done(self.name()) || self.progress.solution_seen_early(self.name()) {
            return vec![Effect::FetchSolution(self.current)];
        }
        self.question = Some(Question::EarlySolution);
        vec![Effect::Show(What::Question)]
    }

    fn check_all(&mut self) -> Vec<Effect> {
        self.run += 1;
        let mut effects = vec![Effect::Cancel, Effect::CheckAll { run: self.run }];
        effects.extend(self.show_panel(Panel::CheckingAll(0)));
        effects
    }

    fn on_all_progress(&mut self, run: u64, now_done: usize) -> Vec<Effect> {
        match &mut self.panel {
            Panel::CheckingAll(done) if run == self.run => {
                *done = (*done).max(now_done);
                vec![Effect::Show(What::Detail)]
            }
            _ => Vec::new(),
        }
    }

    fn on_all_checked(
        &mut self,
        run: u64,
        result: Result<Vec<(String, bool)>, Error>,
        now: Instant,
    ) -> Vec<Effect> {
        if run != self.run {
            return Vec::new();
        }
        let verdicts = match result {
            Ok(verdicts) => verdicts,
            Err(Error::Cancelled) => return Vec::new(),
            Err(fault) => {
                self.panel = Panel::Verdict;
                self.phase = Phase::Fault(fault);
                return vec![Effect::Show(What::Verdict)];
            }
        };
        let passed = verdicts.iter().filter(|(_, passed)| *passed).count();
        let mut again = Vec::new();
        let mut changes = Vec::new();
        for (name, passed) in &verdicts {
            match (passed, self.progress.is_done(name)) {
                (true, false) => changes.push(Change::Done(name.clone())),
                (false, true) => {
                    again.push(name.as_str());
                    changes.push(Change::Pending(name.clone()));
                }
                _ => {}
            }
        }
        for change in &changes {
            self.progress.apply(change);
        }
        let mut told = format!("{passed} of {} exercises pass.", verdicts.len());
        if !again.is_empty() {
            told.push_str(&format!(" To be done again: {}.", again.join(", ")));
        }
        self.panel = match passed == verdicts.len() {
            true => Panel::Final,
            false => Panel::Verdict,
        };
        let mut effects = vec![Effect::Save(changes)];
        // The check of the current exercise was cancelled for this one.
        effects.extend(self.check(now));
        effects.extend(self.tell(told));
        effects
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

/// The key of a command that is typed as a line.
fn key_of_word(word: &str) -> Option<char> {
    let mut letters = word.chars();
    if let (Some(letter), None) = (letters.next(), letters.next()) {
        return Some(letter);
    }
    Some(match word {
        "next" => 'n',
        "hint" => 'h',
        "solution" => 's',
        "check" => 'c',
        "edit" => 'e',
        "run" => 'r',
        "reset" => 'x',
        "quit" | "exit" => 'q',
        "yes" => 'y',
        "no" => 'n',
        _ => return None,
    })
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
            progress.state(name) == crate::progress::State::Pending
        })
}
