//! A server in another language: the steps name the command that starts it, and perhaps one that builds it. It starts nothing that
//! lives on; that is for [`super::launch`].

use super::last_words::{how, last_lines};
use crate::{
    check::{Job, Means, Stage},
    error::{Error, Result},
    outcome::{Finding, Outcome, Report},
    process::{self, End, Program},
    workspace,
};
use std::path::Path;

/// The claim that the command which builds the program is content with it.
const BUILDS: &str = "it builds";

/// Stands for the path of the learner's file.
pub(super) const FILE: &str = "${file}";

/// How the learner's file becomes a server.
#[derive(Clone, Debug)]
pub(super) struct Foreign {
    /// The program and its arguments.
    pub(super) command: Vec<String>,
    /// What has to end well before it is started.
    pub(super) build: Option<Vec<String>>,
}

/// Builds it, if there is something to build. Gives what to start, or `None` with the reason in the report.
///
/// # Errors
/// [`Error::Cancelled`], [`Error::Io`].
pub(super) fn prepare(
    foreign: &Foreign,
    job: Job<'_>,
    text: &str,
    means: Means<'_>,
    report: &mut Report,
) -> Result<Option<Program>> {
    let file = job.build_dir.join(job.exercise.file_name());
    workspace::write_if_changed(&file, text.as_bytes())?;
    if let Some(build) = &foreign.build {
        (means.on_stage)(Stage::Compiling);
        let program = program(build, &file).dir(job.build_dir);
        let finished = match process::run(&program, means.cancel) {
            Ok(finished) => finished,
            Err(Error::MissingProgram { program, .. }) => {
                skip(&program, report);
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        if finished.end != End::Exited(0) {
            report.fail(Finding {
                asked: Some(build.join(" ").replace(FILE, &job.exercise.file_name())),
                expected: Some("exit code 0".into()),
                actual: Some(how(finished.end)),
                log: last_lines(&(finished.stdout.text + &finished.stderr.text)),
                ..Finding::new(BUILDS)
            });
            return Ok(None);
        }
        report.pass(BUILDS);
    }
    Ok(Some(program(&foreign.command, &file)))
}

fn program(command: &[String], file: &Path) -> Program {
    let file = file.display().to_string();
    let mut words = command.iter().map(|word| word.replace(FILE, &file));
    let program = words.next().unwrap_or_default();
    Program::learners(program).args(words)
}

/// Without the language nothing can be said about the learner's work.
pub(super) fn skip(program: &str, report: &mut Report) {
    report.outcome = Outcome::Skipped {
        reason: format!("needs {program}, which is not installed here"),
    };
    report.badge = None;
}
