//! The command line: what can be typed, and the words of `--help`. It does nothing.

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::path::PathBuf;

/// Learn backend development by mending small programs.
///
/// Type `watch` (or nothing), open the exercise it names in your editor, and save: the screen tells you what holds and what does not.
#[derive(Debug, Parser)]
#[command(
    name = "backendlings",
    version,
    after_help = "Exit codes: 0 done, 1 not yet, 2 usage or tool error.\nStuck? Press h in the watcher, or run: backendlings hint"
)]
pub struct Cli {
    /// The course to use, instead of the one found from here upwards
    #[arg(long, global = true, value_name = "DIR")]
    pub root: Option<PathBuf>,

    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: When,

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
    /// Check the current exercise each time you save it (the default)
    Watch(WatchArgs),
    /// Check one exercise once
    Run {
        /// Which exercise
        #[command(flatten)]
        name: OptionalName,
        /// How to print
        #[command(flatten)]
        output: Output,
    },
    /// Show the next hint
    Hint {
        /// Which exercise
        #[command(flatten)]
        name: OptionalName,
        /// Show the whole ladder
        #[arg(long)]
        all: bool,
    },
    /// Show our solution beside yours
    Solution {
        /// Which exercise
        #[command(flatten)]
        name: OptionalName,
        /// Show it although the exercise has not passed; this is written down
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
    /// Bring exercises back as they were shipped; `undo` takes it back
    #[command(group = clap::ArgGroup::new("which").required(true))]
    Reset {
        /// The exercise
        #[arg(group = "which")]
        name: Option<String>,
        /// Every exercise of a chapter, as in 03_http
        #[arg(long, value_name = "DIR", group = "which")]
        chapter: Option<String>,
        /// Every exercise
        #[arg(long, group = "which")]
        all: bool,
        /// Do not ask before several are reset
        #[arg(long, short)]
        yes: bool,
    },
    /// Bring back the files that the last command overwrote
    Undo,
    /// Check every exercise
    CheckAll {
        /// How to print
        #[command(flatten)]
        output: Output,
    },
    /// Say what is installed, what is missing, and the command that mends it
    Doctor,
    /// Print the completion script of a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// The options of `watch`.
#[derive(Args, Clone, Debug, Default)]
pub struct WatchArgs {
    /// Plain lines, no redrawing: for screen readers and pipes
    #[arg(long)]
    pub plain: bool,
    /// Go to the next exercise as soon as one passes
    #[arg(long)]
    pub move_on: bool,
    /// The editor for `e`, as in "vim +{line} {file}"
    #[arg(long, value_name = "COMMAND")]
    pub edit_cmd: Option<String>,
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
    /// As text to read, or as JSON for scripts (the README describes it)
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
