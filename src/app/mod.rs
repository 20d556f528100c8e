//! One function per command, and the exit codes: 0 done, 1 not yet, 2 usage or tool error.

mod check;
mod context;
mod dev;
mod doctor;
mod files;
mod grade;
mod handed_out;
mod init;
mod learn;
mod place;
mod serve;
mod update;
mod watch;

use crate::{
    cli::{Cli, Command, GradeCommand, When},
    course::Course,
    error::Result,
    ui::{self, Color, Theme},
};
use clap::{CommandFactory as _, Parser as _};
use context::Context;
use std::process::ExitCode;

/// How a command ended, when it ended without an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// What was asked for is done.
    Done,
    /// The learner's work does not pass yet.
    NotYet,
    /// Something that every exercise needs is missing, and has been told.
    CannotWork,
}

/// The whole program.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let theme = theme(cli.color);
    match run(cli, theme) {
        Ok(End::Done) => ExitCode::SUCCESS,
        Ok(End::NotYet) => ExitCode::from(1),
        Ok(End::CannotWork) => ExitCode::from(2),
        Err(error) => {
            ui::print::err(&ui::error::text(&error, theme));
            ExitCode::from(2)
        }
    }
}

fn run(cli: Cli, theme: Theme) -> Result<End> {
    let context = || Context::load(cli.root.as_deref(), cli.lang.as_deref(), theme);
    match cli.command.unwrap_or(Command::Watch(cli.watch)) {
        Command::Watch(args) => watch::watch(context()?, args),
        Command::Run { name, output } => {
            check::run(&context()?, name.name.as_deref(), output.format)
        }
        Command::CheckAll { fresh, format } => {
            let trust = if fresh {
                check::Trust::Nothing
            } else {
                check::Trust::Memory
            };
            check::check_all(&context()?, trust, format)
        }
        Command::Serve { name, port } => serve::serve(context()?, name.name.as_deref(), port),
        Command::Hint { name, all } => learn::hint(&context()?, name.name.as_deref(), all),
        Command::Solution { name, early } => {
            learn::solution(&context()?, name.name.as_deref(), early)
        }
        Command::List { output } => learn::list(&context()?, output.format),
        Command::Goto { name } => place::goto(&context()?, &name),
        Command::Skip { name } => place::skip(&context()?, name.name.as_deref()),
        Command::Reset {
            name,
            chapter,
            all,
            yes,
        } => {
            let which = match (name, chapter) {
                (Some(name), _) => files::Which::Exercise(name),
                (None, Some(chapter)) => files::Which::Chapter(chapter),
                (None, None) if all => files::Which::All,
                (None, None) => files::Which::Current,
            };
            files::reset(&context()?, &which, yes)
        }
        Command::Undo => files::undo(&context()?),
        Command::Grade {
            command: Some(GradeCommand::Merge { parts, results }),
            ..
        } => grade::merge(&parts, &results),
        Command::Grade { args, .. } => grade::grade(&context()?, &args),
        Command::GradeOne { name, source, work } => {
            let place = context::find(cli.root.as_deref())?.with_scratch(&work);
            grade::one(&Course::load(place)?, &name, &source, &work)
        }
        Command::Doctor => doctor::doctor(cli.root.as_deref(), theme),
        Command::Init { dir, from } => init::init(&dir, from.as_deref(), cli.root.as_deref()),
        Command::Update { from } => update::update(cli.root.as_deref(), from.as_deref()),
        Command::Dev(command) => dev::dev(cli.root.as_deref(), command, theme),
        Command::Completions { shell } => {
            clap_complete::generate(
                shell,
                &mut Cli::command(),
                "backendlings",
                &mut std::io::stdout(),
            );
            Ok(End::Done)
        }
    }
}

fn theme(when: When) -> Theme {
    let detected = Theme::detect();
    match when {
        When::Auto => detected,
        When::Always => Theme {
            color: Color::On,
            ..detected
        },
        When::Never => Theme {
            color: Color::Off,
            ..detected
        },
    }
}
