//! How keys, and lines that stand for keys, become actions.

use super::{Panel, Phase, Question, State, next_pending};
use crate::{
    course::Kind,
    progress::Change,
    ui::{self, Key},
    watch::{
        actions::{Action, action_for},
        events::{Effect, What},
        list::{self, ListState},
    },
};
use std::time::Instant;

impl State {
    pub(super) fn on_key(&mut self, key: Key, now: Instant) -> Vec<Effect> {
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
    pub(super) fn on_line(&mut self, line: &str, now: Instant) -> Vec<Effect> {
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

    pub(super) fn act(&mut self, action: Action, now: Instant) -> Vec<Effect> {
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
            Action::Back => self.back(now),
            Action::Scroll(scroll) => {
                self.scroll = scroll.from(self.scroll);
                vec![Effect::Show(What::Detail)]
            }
        }
    }

    pub(super) fn back(&mut self, now: Instant) -> Vec<Effect> {
        if matches!(self.panel, Panel::CheckingAll(_)) {
            self.panel = Panel::Verdict;
            // The check of the current exercise was cancelled for the one of all.
            return self.check(now);
        }
        match self.panel {
            Panel::Verdict => Vec::new(),
            _ => self.show_panel(Panel::Verdict),
        }
    }

    pub(super) fn line_of_first_finding(&self) -> Option<usize> {
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

    pub(super) fn answer(&mut self, question: Question, key: Key) -> Vec<Effect> {
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

    pub(super) fn next_or_why_not(&mut self) -> Vec<Effect> {
        if matches!(self.panel, Panel::Welcome) {
            return self.show_panel(Panel::Verdict);
        }
        // A project takes days, and the next chapter does not need it.
        let can_wait = self.course.exercises[self.current].kind == Kind::Project;
        if self.has_passed() || can_wait && !matches!(self.phase, Phase::Checking { .. }) {
            return self.next();
        }
        self.tell(match self.phase {
            Phase::Verdict(_) | Phase::Fault(_) => {
                "Not yet: this exercise has not passed. (l opens the list, to go elsewhere.)".into()
            }
            _ => "The check is not over yet.".into(),
        })
    }

    pub(super) fn next(&mut self) -> Vec<Effect> {
        match next_pending(&self.course, &self.progress, self.current + 1) {
            Some(position) => {
                self.panel = Panel::Verdict;
                self.open(position)
            }
            None if self.done() == self.course.exercises.len() => self.show_panel(Panel::Final),
            None => self.tell("Only skipped exercises are left; l opens the list.".into()),
        }
    }

    pub(super) fn hint(&mut self) -> Vec<Effect> {
        if self.has_passed() {
            return self.tell("It has passed: no hint is needed. s shows our solution.".into());
        }
        self.panel = Panel::Verdict;
        let total = self.hints_total();
        if self.hints_shown >= total {
            return self.tell(format!(
                "These are all the hints for what fails now ({total})."
            ));
        }
        self.hints_shown += 1;
        let seen = Change::HintsSeen(self.name().to_owned(), self.hints_shown);
        vec![self.record(seen), Effect::Show(What::Hint)]
    }

    pub(super) fn solution(&mut self) -> Vec<Effect> {
        if matches!(self.panel, Panel::Solution(_)) {
            return self.show_panel(Panel::Verdict);
        }
        if self.progress.is_done(self.name()) || self.progress.solution_seen_early(self.name()) {
            return vec![Effect::FetchSolution(self.current)];
        }
        self.question = Some(Question::EarlySolution);
        vec![Effect::Show(What::Question)]
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
