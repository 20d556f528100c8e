//! How contents become checks, and results become verdicts.

use super::{AfterPass, Panel, Phase, State};
use crate::{
    check::{Round, Source, Stage},
    error::Error,
    outcome::Report,
    progress::Change,
    watch::events::{Effect, SeenBy, What},
};
use std::{mem, time::Instant};

impl State {
    pub(super) fn on_seen(
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
        self.notice = self.notice_after_save.take();
        self.check(now)
    }

    pub(super) fn check(&mut self, now: Instant) -> Vec<Effect> {
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

    pub(super) fn on_stage(&mut self, run: u64, new: Stage) -> Vec<Effect> {
        let name = self.name().to_owned();
        match &mut self.phase {
            Phase::Checking { stage, before, .. } if run == self.run => {
                if let Stage::Found(finding) = &new {
                    // It is on the screen before rustc has ended; the verdict will replace it.
                    let mut so_far = Report::new(&name);
                    so_far.fail((**finding).clone());
                    *before = Some(Box::new(so_far));
                }
                *stage = new;
                vec![Effect::Show(What::Detail)]
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn on_advice(&mut self, run: u64, advice: Vec<String>) -> Vec<Effect> {
        match &mut self.phase {
            Phase::Verdict(report) if run == self.run && report.passed() => {
                report.advice = advice;
                vec![Effect::Show(What::Detail)]
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn on_word(&mut self, run: u64, word: String) -> Vec<Effect> {
        match &mut self.phase {
            Phase::Verdict(report) if run == self.run && report.passed() => {
                report.notes.push(word);
                vec![Effect::Show(What::Word)]
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn on_checked(
        &mut self,
        run: u64,
        result: Result<Box<Report>, Error>,
    ) -> Vec<Effect> {
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
            self.notice = Some("It was done; as it stands now, it is to be done again.".into());
            effects.push(self.record(Change::Pending(name)));
        }
        effects.push(Effect::Show(What::Verdict));
        if passed && !was_done && self.after_pass == AfterPass::MoveOn {
            effects.extend(self.next());
        }
        effects
    }

    pub(super) fn check_all(&mut self) -> Vec<Effect> {
        self.run += 1;
        let mut effects = vec![Effect::Cancel, Effect::CheckAll { run: self.run }];
        effects.extend(self.show_panel(Panel::CheckingAll(Round::default())));
        effects
    }

    /// A check that runs is given up and made again afterwards: its limits of time would count the stop too.
    pub(super) fn on_suspended(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        let all = matches!(self.panel, Panel::CheckingAll(_));
        if all || matches!(self.phase, Phase::Checking { .. }) {
            self.run += 1;
            self.interrupted = Some(self.run);
            effects.push(Effect::Cancel);
        }
        effects.extend([Effect::Suspend, Effect::Show(What::Detail)]);
        effects
    }

    pub(super) fn on_resumed(&mut self, now: Instant) -> Vec<Effect> {
        // What was saved meanwhile may be under check already.
        if self.interrupted.take() != Some(self.run) {
            return Vec::new();
        }
        match self.panel {
            Panel::CheckingAll(_) => self.check_all(),
            _ => self.check(now),
        }
    }

    pub(super) fn on_all_progress(&mut self, run: u64, now: Round) -> Vec<Effect> {
        match &mut self.panel {
            Panel::CheckingAll(round) if run == self.run => {
                *round = now;
                vec![Effect::Show(What::Detail)]
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn on_all_checked(
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
}
