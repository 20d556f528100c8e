//! What the learner has done, and the way back: progress, pristine copies, backups and undo.
//!
//! It judges nothing: it writes down what others found.

mod backups;
mod digests;
mod kit;
mod pristine;
mod starting_files;
mod store;

use crate::error::{Error, Result};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::Path,
};

pub use backups::{Overwrite, Undone, overwrite, undo};
pub use digests::write_digests;
pub use kit::{Kit, digest_of, kit};
pub use pristine::{Pristine, reset, written};
pub use starting_files::{StartingFiles, starting_files};
pub use store::Store;

/// The first line of the progress file without its version.
const TITLE: &str = "backendlings-progress";

/// The version of the progress file that this program writes.
const VERSION: u32 = 1;

/// Where the learner stands in a course. Names of exercises are identities; names that the course no longer has are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    done: BTreeSet<String>,
    skipped: BTreeSet<String>,
    /// Solutions that were looked at before the exercise had passed.
    seen_early: BTreeSet<String>,
    hints: BTreeMap<String, usize>,
    current: Option<String>,
}

/// One thing that happened, to be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The exercise has passed.
    Done(String),
    /// A done exercise has failed, or was reset: it is to be done again.
    Pending(String),
    /// The learner passes it over for now.
    Skipped(String),
    /// The learner works on it now.
    Current(String),
    /// So many hints of it have been shown.
    HintsSeen(String, usize),
    /// Its solution was looked at before it had passed.
    SolutionSeenEarly(String),
    /// Nothing is known of it any more, as at the start.
    Forgotten(String),
}

/// Whether an exercise is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It has passed.
    Done,
    /// Not yet.
    Pending,
    /// Passed over for now.
    Skipped,
}

impl State {
    /// The state as one word, the same in text and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Pending => "pending",
            Self::Skipped => "skipped",
        }
    }
}

impl Progress {
    /// The state of an exercise.
    pub fn state(&self, name: &str) -> State {
        if self.done.contains(name) {
            State::Done
        } else if self.skipped.contains(name) {
            State::Skipped
        } else {
            State::Pending
        }
    }

    /// True if the exercise has passed.
    pub fn is_done(&self, name: &str) -> bool {
        self.done.contains(name)
    }

    /// The exercise the learner works on, if one was ever started.
    pub fn current(&self) -> Option<&str> {
        self.current.as_deref()
    }

    /// How many hints of an exercise have been shown.
    pub fn hints_seen(&self, name: &str) -> usize {
        self.hints.get(name).copied().unwrap_or(0)
    }

    /// True if the solution was looked at before the exercise had passed.
    pub fn solution_seen_early(&self, name: &str) -> bool {
        self.seen_early.contains(name)
    }

    /// An exercise has another name now: what is known of it goes along.
    pub fn rename(&mut self, from: &str, to: &str) {
        for names in [&mut self.done, &mut self.skipped, &mut self.seen_early] {
            if names.remove(from) {
                names.insert(to.to_owned());
            }
        }
        if let Some(count) = self.hints.remove(from) {
            self.hints.insert(to.to_owned(), count);
        }
        if self.current.as_deref() == Some(from) {
            self.current = Some(to.to_owned());
        }
    }

    /// Takes a change in.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Done(name) => {
                self.done.insert(name.clone());
                self.skipped.remove(name);
            }
            Change::Pending(name) => {
                self.done.remove(name);
                self.skipped.remove(name);
            }
            Change::Skipped(name) => {
                self.skipped.insert(name.clone());
            }
            Change::Current(name) => self.current = Some(name.clone()),
            Change::HintsSeen(name, count) => {
                let seen = self.hints.entry(name.clone()).or_default();
                *seen = (*seen).max(*count);
            }
            Change::SolutionSeenEarly(name) => {
                self.seen_early.insert(name.clone());
            }
            Change::Forgotten(name) => {
                self.done.remove(name);
                self.skipped.remove(name);
                self.seen_early.remove(name);
                self.hints.remove(name);
            }
        }
    }

    /// Reads the text of a progress file.
    ///
    /// Two machines' files may be merged line by line: a line may come twice, and git's conflict markers are passed over.
    ///
    /// # Errors
    /// [`Error::Progress`] with the line that cannot be read, or for a version that is not known yet.
    pub fn parse(file: &Path, text: &str) -> Result<Self> {
        let mut progress = Self::default();
        let mut titled = false;
        for (number, line) in text.lines().enumerate() {
            let error = |what: String| Error::Progress {
                file: file.to_owned(),
                line: number + 1,
                what,
            };
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                [] => {}
                [marker, ..] if is_conflict_marker(marker) => {}
                [TITLE, version] => {
                    check_version(version).map_err(error)?;
                    titled = true;
                }
                _ if !titled => {
                    return Err(error(format!(
                        "this is not a progress file: its first line should be `{TITLE} {VERSION}`"
                    )));
                }
                words => progress
                    .take_line(words)
                    .ok_or_else(|| error(format!("cannot read `{line}`")))?,
            }
        }
        Ok(progress)
    }

    fn take_line(&mut self, words: &[&str]) -> Option<()> {
        let change = match *words {
            ["done", name] => Change::Done(name.to_owned()),
            ["skipped", name] => Change::Skipped(name.to_owned()),
            ["current", name] => Change::Current(name.to_owned()),
            ["solution-seen", name] => Change::SolutionSeenEarly(name.to_owned()),
            ["hints", name, count] => Change::HintsSeen(name.to_owned(), count.parse().ok()?),
            _ => return None,
        };
        self.apply(&change);
        Some(())
    }

    /// The text of the progress file: one fact a line, sorted.
    pub fn to_text(&self) -> String {
        let mut lines = Vec::new();
        lines.extend(self.current.iter().map(|name| format!("current {name}")));
        lines.extend(self.done.iter().map(|name| format!("done {name}")));
        lines.extend(
            self.hints
                .iter()
                .map(|(name, count)| format!("hints {name} {count}")),
        );
        lines.extend(self.skipped.iter().map(|name| format!("skipped {name}")));
        lines.extend(
            self.seen_early
                .iter()
                .map(|name| format!("solution-seen {name}")),
        );
        let mut text = format!("{TITLE} {VERSION}\n");
        for line in lines {
            let _ = writeln!(text, "{line}");
        }
        text
    }
}

fn is_conflict_marker(word: &str) -> bool {
    ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].contains(&word)
}

fn check_version(version: &str) -> std::result::Result<(), String> {
    match version.parse::<u32>() {
        Ok(version) if version <= VERSION => Ok(()),
        Ok(version) => Err(format!(
            "it was written by a newer program (version {version}); this one reads version {VERSION}"
        )),
        Err(_) => Err(format!("`{version}` is not a version")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Progress> {
        Progress::parse(Path::new("progress.txt"), text)
    }

    fn sample() -> Progress {
        let mut progress = Progress::default();
        for change in [
            Change::Done("b".into()),
            Change::Done("a".into()),
            Change::Skipped("c".into()),
            Change::Current("d".into()),
            Change::HintsSeen("a".into(), 2),
            Change::SolutionSeenEarly("b".into()),
        ] {
            progress.apply(&change);
        }
        progress
    }

    #[test]
    fn the_file_is_sorted_and_reads_back_the_same() {
        let text = sample().to_text();
        assert_eq!(
            text,
            "backendlings-progress 1\ncurrent d\ndone a\ndone b\nhints a 2\nskipped c\nsolution-seen b\n"
        );
        assert_eq!(parse(&text).expect("readable"), sample());
    }

    #[test]
    fn two_machines_files_merge_line_by_line() {
        let merged = "backendlings-progress 1\n<<<<<<< HEAD\ndone a\n=======\ndone b\ndone a\n>>>>>>> other\n";
        let progress = parse(merged).expect("readable");
        assert!(progress.is_done("a") && progress.is_done("b"));
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named() {
        let error = parse("backendlings-progress 1\ndone a\ngarbage here\n").expect_err("damaged");
        assert_eq!(
            error.to_string(),
            "progress.txt:3: cannot read `garbage here`"
        );
    }

    #[test]
    fn a_file_from_the_future_is_refused() {
        let error = parse("backendlings-progress 2\n").expect_err("too new");
        assert!(error.to_string().contains("newer program"), "{error}");
    }

    #[test]
    fn an_empty_file_is_a_new_beginning() {
        assert_eq!(parse("").expect("readable"), Progress::default());
    }

    #[test]
    fn a_done_exercise_is_no_longer_skipped() {
        let mut progress = sample();
        progress.apply(&Change::Done("c".into()));
        assert_eq!(progress.state("c"), State::Done);
        progress.apply(&Change::Pending("c".into()));
        assert_eq!(progress.state("c"), State::Pending);
    }
}
