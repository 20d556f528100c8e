//! What goes into the state machine and what comes out of it: events and effects, as plain data.

use crate::{
    check::{Round, Source, Stage},
    error::Error,
    outcome::Report,
    progress::{Change, Progress},
    ui::Key,
};

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
    /// Clippy's advice on a program that has passed.
    Advice {
        /// The number of the check that it passed.
        run: u64,
        /// The messages, as rendered.
        advice: Vec<String>,
    },
    /// A word on an answer that has passed, such as what another database says to it.
    Word {
        /// The number of the check that it passed.
        run: u64,
        /// The word.
        word: String,
    },
    /// A check of all exercises has come this far.
    AllProgress {
        /// The number of the check.
        run: u64,
        /// How far it is.
        round: Round,
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
    /// The file has got other contents from us, which will be seen soon; this is to be said then.
    FileReplaced(String),
    /// The window has another size.
    Resized,
    /// The learner or the system asks the program to end.
    Interrupted,
    /// The learner or the system asks the program to stop for a while.
    Suspended,
    /// The program goes on after it was stopped for a while.
    Resumed,
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
    /// Give the terminal back until somebody wants the program to go on.
    Suspend,
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
    /// A word on the verdict, which is on the screen already.
    Word,
    /// Another panel in place of the verdict.
    Panel,
}
