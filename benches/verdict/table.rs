//! Medians and ratios, as lines that can be pasted into the README.

use crate::{course::Subject, round::Round, watcher::Idle};
use std::{fmt::Write as _, time::Duration};

pub(crate) struct Table {
    text: String,
}

impl Table {
    pub(crate) fn new(edits: usize) -> Self {
        let mut text = format!("\nMedians of {edits} real edits each, in ms\n\n");
        text.push_str(
            "| what | ours | `cargo test` | ratio | build, test, clippy, run | ratio |\n",
        );
        text.push_str("|---|---|---|---|---|---|\n");
        Self { text }
    }

    pub(crate) fn subject(
        &mut self,
        subject: Subject,
        ours: Vec<Duration>,
        test: Vec<Duration>,
        sequence: Vec<Duration>,
    ) {
        self.row(
            &format!("{}, save to verdict", subject.words()),
            ours,
            test,
            sequence,
        );
    }

    pub(crate) fn type_error(
        &mut self,
        subject: Subject,
        ours: Vec<Duration>,
        test: Vec<Duration>,
    ) {
        self.row(
            &format!("{}, save to the verdict on a type error", subject.words()),
            ours,
            test,
            Vec::new(),
        );
    }

    pub(crate) fn first_error(
        &mut self,
        subject: Subject,
        ours: Vec<Duration>,
        test: Vec<Duration>,
    ) {
        self.row(
            &format!("{}, save to first error on the screen", subject.words()),
            ours,
            test,
            Vec::new(),
        );
    }

    fn row(
        &mut self,
        what: &str,
        ours: Vec<Duration>,
        test: Vec<Duration>,
        sequence: Vec<Duration>,
    ) {
        let ours = median(ours);
        let against = |others: Vec<Duration>| match median(others) {
            other if other > 0.0 => format!("{other:.0} | {:.2}", ours / other),
            _ => "– | –".to_owned(),
        };
        let _ = writeln!(
            self.text,
            "| {what} | {ours:.0} | {} | {} |",
            against(test),
            against(sequence)
        );
    }

    pub(crate) fn around_the_check(&mut self, subject: Subject, checks: &[Duration]) {
        let check = median(checks.to_vec());
        let _ = writeln!(
            self.text,
            "| … of that the check itself, {} | {check:.0} | – | – | – | – |",
            subject.words()
        );
    }

    pub(crate) fn idle(&mut self, idle: &Idle) {
        let _ = writeln!(
            self.text,
            "| idle watcher: {:.2} % of one core, {:.0} MB, and {:.0} MB for the compiler that stands by | – | – | – | – | – |",
            idle.cpu * 100.0,
            idle.memory,
            idle.standby
        );
    }

    pub(crate) fn round(&mut self, round: &Round) {
        let Round {
            exercises,
            ours,
            cargo,
        } = round;
        self.row(
            &format!(
                "check-all of {exercises} std exercises from nothing, against `cargo test` for each"
            ),
            vec![*ours],
            vec![*cargo],
            Vec::new(),
        );
    }

    pub(crate) fn check_all(&mut self, cold: Duration, unchanged: Duration, disk: u64) {
        for (what, took) in [("everything run", cold), ("nothing changed", unchanged)] {
            let _ = writeln!(
                self.text,
                "| check-all, four exercises, {what} | {:.0} | – | – | – | – |",
                took.as_secs_f64() * 1000.0
            );
        }
        let _ = writeln!(
            self.text,
            "| builds of four exercises on disk: {:.1} MB | – | – | – | – | – |",
            disk as f64 / 1e6
        );
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

/// In milliseconds; 0 for nothing.
fn median(mut durations: Vec<Duration>) -> f64 {
    durations.sort();
    let middle = durations.get(durations.len() / 2);
    middle.map_or(0.0, |middle| middle.as_secs_f64() * 1000.0)
}
