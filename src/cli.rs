//! The command line: what can be typed, and the words of `--help`. It does nothing.

use crate::called;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::path::PathBuf;

/// The options that every command has, together in each help.
const FOR_ALL: &str = "Options of every command";

fn help_at_the_end() -> String {
    format!(
        "Stuck? Press h in the watcher, or run: {}\n\
         Something is missing? Run: {}\n\
         Exit codes: 0 done, 1 not yet, 2 a mistake in the command line or a fault of the machine",
        called::command("hint"),
        called::command("doctor")
    )
}

/// Learn backend development by mending small programs.
///
/// Start it without a command, open the file it names in your editor, change it and save: the screen says what holds and what does not.
#[derive(Debug, Parser)]
#[command(
    name = "backendlings",
    version,
    after_help = help_at_the_end()
)]
pub struct Cli {
    /// The directory of the course; if not given, this one or the nearest above it that has an info.toml
    #[arg(long, global = true, value_name = "DIR", help_heading = FOR_ALL)]
    pub root: Option<PathBuf>,

    /// When to use colours
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = FOR_ALL
    )]
    pub color: When,

    /// The language of titles, tasks and hints, as in de; if not given, that of your system where the course has it
    #[arg(long, global = true, value_name = "LANGUAGE", help_heading = FOR_ALL)]
    pub lang: Option<String>,

    /// What to do; `watch` if nothing is said
    #[command(subcommand)]
    pub command: Option<Command>,

    /// The options of `watch`, for when nothing is said
    #[command(flatten)]
    pub watch: WatchArgs,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// In a terminal, unless NO_COLOR is set
    Auto,
    /// Also into a pipe
    Always,
    /// Not at all
    Never,
}

/// One command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check the current exercise each time you save it (this is the default)
    #[command(
        after_help = "Keys: n next, h hint, s solution, l list, c check all, e edit, r run again, x reset, q quit; j, k and space scroll.\n\
                      With --plain, type the letter and Enter."
    )]
    Watch(WatchArgs),
    /// Check one exercise once
    #[command(after_help = "It ends with 0 if the exercise passes and with 1 if it does not yet.")]
    Run {
        /// Which exercise
        #[command(flatten)]
        name: OptionalName,
        /// How to print
        #[command(flatten)]
        output: Output,
    },
    /// Start your server and leave it running, to play with it by hand
    Serve {
        /// Which exercise
        #[command(flatten)]
        name: OptionalName,
        /// The port it listens on
        #[arg(long, value_name = "PORT", default_value_t = 8000)]
        port: u16,
    },
    /// Show a hint: each time one more, and each a step closer
    Hint {
        /// Which exercise
        #[command(flatten)]
        name: OptionalName,
        /// Show all hints at once
        #[arg(long)]
        all: bool,
    },
    /// Show our solution beside your file, once the exercise has passed
    Solution {
        /// Which exercise
        #[command(flatten)]
        name: OptionalName,
        /// Show it before the exercise has passed; this is written down in your progress
        #[arg(long)]
        early: bool,
    },
    /// Show every exercise and how far you are
    List {
        /// How to print
        #[command(flatten)]
        output: Output,
    },
    /// Make an exercise the current one
    Goto {
        /// The exercise
        name: String,
    },
    /// Pass an exercise over for now and go to the next
    Skip {
        /// Which exercise
        #[command(flatten)]
        name: OptionalName,
    },
    /// Bring files back as they were shipped; your versions are kept for `undo`
    #[command(group = clap::ArgGroup::new("which"))]
    Reset {
        /// One exercise; the current one if you name nothing
        #[arg(group = "which")]
        name: Option<String>,
        /// Every exercise of a chapter, as in 01_basics
        #[arg(long, value_name = "DIR", group = "which")]
        chapter: Option<String>,
        /// Every exercise of the course
        #[arg(long, group = "which")]
        all: bool,
        /// Do not ask, even if there are several
        #[arg(long, short)]
        yes: bool,
    },
    /// Bring back the files that the last `reset` or `update` overwrote
    Undo,
    /// Check every exercise and write down which are done
    #[command(after_help = "It ends with 0 if all pass and with 1 if one does not yet.")]
    CheckAll {
        /// Run everything, also what has not changed since its last verdict
        #[arg(long)]
        fresh: bool,
        /// How to print; within GitHub Actions, text comes with its annotations
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        format: RoundFormat,
    },
    /// Judge what many learners have handed in
    #[command(
        args_conflicts_with_subcommands = true,
        subcommand_negates_reqs = true,
        after_help = "It ends with 0 if every exercise of everybody passes, with 1 if one does not, with 2 if one could not be judged.\n\
                      Started again after an interruption, it goes on where it was."
    )]
    Grade {
        /// What else to do
        #[command(subcommand)]
        command: Option<GradeCommand>,
        /// What to judge
        #[command(flatten)]
        args: GradeArgs,
    },
    /// Judge one file for `grade`
    #[command(name = crate::grade::COMMAND, hide = true)]
    GradeOne {
        /// The exercise
        name: String,
        /// The learner's file
        #[arg(long)]
        source: PathBuf,
        /// A directory to work in
        #[arg(long)]
        work: PathBuf,
    },
    /// Say what is installed, what is missing, and the command that mends it
    Doctor,
    /// Make a directory of your own to learn in, from the course in this program or from another one
    Init {
        /// The directory; it must be empty or not exist yet
        dir: PathBuf,
        /// Another course: its directory, or a .tar.gz or .zip of it
        #[arg(long, value_name = "COURSE")]
        from: Option<PathBuf>,
    },
    /// Bring the newer course into a directory that `init` made; what you wrote stays
    Update {
        /// The newer course: its directory, or a .tar.gz or .zip of it; the one in this program if you name none
        #[arg(long, value_name = "COURSE")]
        from: Option<PathBuf>,
    },
    /// For authors: make and prove a course
    #[command(subcommand)]
    Dev(DevCommand),
    /// Print a script with which your shell completes commands and options
    #[command(
        after_help = "As in: backendlings completions bash > ~/.local/share/bash-completion/completions/backendlings"
    )]
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// One command for authors.
#[derive(Debug, Subcommand)]
pub enum DevCommand {
    /// Make a course, or an exercise with every file that belongs to it
    #[command(subcommand)]
    New(NewCommand),
    /// Prove exercises: the start fails, the solution passes, each wrong answer is caught at its check
    #[command(
        after_help = "It also looks at names, hints, texts, links and stray files, and at the form of solutions.\n\
                      It ends with 0 if there is no error (warnings are none), with 1 if there is one."
    )]
    Check {
        /// Which exercises; if you name none, all of them and the course as a whole
        names: Vec<String>,
        /// Try everything, also what has not changed since it was proved
        #[arg(long)]
        fresh: bool,
        /// Print what each wrong answer makes the learner see
        #[arg(long)]
        show: bool,
        /// Repeat each trial so many times with every core busy, and report verdicts that change
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..=10_000))]
        soak: Option<u32>,
        /// How to print
        #[command(flatten)]
        output: Output,
    },
}

/// What an author begins.
#[derive(Debug, Subcommand)]
pub enum NewCommand {
    /// A course with one exercise that works
    Course {
        /// The directory; it must be empty or not exist yet
        dir: PathBuf,
    },
    /// An exercise that works, to write your lesson over
    Exercise {
        /// Its name; learners' progress hangs on it, so a later change needs `was = ["old_name"]` in info.toml
        name: String,
        /// How it is checked: rust, server, sql, quiz or project
        #[arg(long)]
        kind: String,
        /// The directory of its chapter, as in 01_basics
        #[arg(long, value_name = "DIR")]
        chapter: String,
        /// The title of the chapter, if it is a new one
        #[arg(long, value_name = "TITLE")]
        chapter_title: Option<String>,
    },
}

/// The options of `watch`.
#[derive(Args, Clone, Debug, Default)]
pub struct WatchArgs {
    /// Print lines and redraw nothing: for screen readers and pipes
    #[arg(long)]
    pub plain: bool,
    /// Go to the next exercise as soon as one passes
    #[arg(long)]
    pub move_on: bool,
    /// The command that `e` runs, as in "code --goto {file}:{line}"
    #[arg(long, value_name = "COMMAND")]
    pub edit_cmd: Option<String>,
}

/// What `grade` judges.
#[derive(Args, Debug)]
pub struct GradeArgs {
    /// Directories or archives (.tar.gz, .tgz, .tar, .zip), one for each learner, or directories full of them
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Where to write the results, and where to go on from
    #[arg(long, value_name = "DIR", default_value = "grades")]
    pub results: PathBuf,
    /// Only this exercise; may be given several times
    #[arg(long, value_name = "NAME")]
    pub exercise: Vec<String>,
    /// Only the exercises of this chapter; may be given several times
    #[arg(long, value_name = "DIR")]
    pub chapter: Vec<String>,
    /// Only this part of the learners, as in 2/8
    #[arg(long, value_name = "N/M")]
    pub partition: Option<String>,
    /// Run the submissions like your own programs: only if you know who wrote them
    #[arg(long)]
    pub no_sandbox: bool,
}

/// What else `grade` does.
#[derive(Debug, Subcommand)]
pub enum GradeCommand {
    /// Join the results of parts
    Merge {
        /// The directories of their results
        #[arg(required = true, value_name = "DIR")]
        parts: Vec<PathBuf>,
        /// Where to write the results of all
        #[arg(long, value_name = "DIR", default_value = "grades")]
        results: PathBuf,
    },
}

/// An exercise, or the current one.
#[derive(Args, Debug)]
pub struct OptionalName {
    /// The exercise; the current one if you name none
    pub name: Option<String>,
}

/// How a result is printed.
#[derive(Args, Debug)]
pub struct Output {
    /// How to print; the README describes the JSON under "For scripts"
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
}

/// A form of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// To read
    Text,
    /// For scripts
    Json,
}

/// A form of output for many exercises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RoundFormat {
    /// To read
    Text,
    /// For scripts
    Json,
    /// JUnit XML, for CI services
    Junit,
    /// Text, and annotations for GitHub Actions
    Github,
}
