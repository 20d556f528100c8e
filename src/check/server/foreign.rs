//! A server in another language: the steps name the command that starts it, and perhaps one that builds it. It starts nothing that
//! lives on; that is for [`super::launch`].

use super::last_words::{how, last_lines};
use crate::{
    check::{Job, Means, Stage, Tree},
    course::Kind,
    error::{Error, Result},
    outcome::{Finding, Outcome, Report},
    process::{self, End, Program},
    workspace::{
        self,
        project::{BUILD, COMMAND},
    },
};
use std::path::Path;

/// The claim that the command which builds the program is content with it.
const BUILDS: &str = "it builds";

/// The claim that one can see how a project in another language is started.
const COMMANDED: &str = "the project says how it is started";

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
        let program = program(build, &file).dir(job.build_dir);
        let asked = build.join(" ").replace(FILE, &job.exercise.file_name());
        if !builds(&program, (&asked, job.exercise.kind), means, report)? {
            return Ok(None);
        }
    }
    Ok(Some(program(&foreign.command, &file)))
}

/// True if the command ends well; if not, the report says how it ended.
fn builds(
    program: &Program,
    (asked, kind): (&str, Kind),
    means: Means<'_>,
    report: &mut Report,
) -> Result<bool> {
    (means.on_stage)(Stage::Compiling);
    let finished = match process::run(program, means.cancel) {
        Ok(finished) => finished,
        Err(Error::MissingProgram { program, .. }) => {
            missing(&program, kind, report);
            return Ok(false);
        }
        Err(error) => return Err(error),
    };
    if finished.end == End::Exited(0) {
        report.pass(BUILDS);
        return Ok(true);
    }
    report.fail(Finding {
        asked: Some(asked.to_owned()),
        expected: Some("exit code 0".into()),
        actual: Some(how(finished.end)),
        log: last_lines(&(finished.stdout.text + &finished.stderr.text)),
        ..Finding::new(BUILDS)
    });
    Ok(false)
}

/// The same for a project, whose learner has named the commands. Both run in the project's directory.
///
/// # Errors
/// [`Error::Cancelled`], [`Error::Io`].
pub(super) fn prepare_project(
    tree: &Tree,
    means: Means<'_>,
    report: &mut Report,
) -> Result<Option<Program>> {
    let mut programs = Vec::new();
    for (file, line) in [(BUILD, tree.build()), (COMMAND, tree.command())] {
        let Some(line) = line else { continue };
        match words(line) {
            Ok(words) => {
                let mut words = words.into_iter();
                let program = Program::learners(words.next().unwrap_or_default()).args(words);
                programs.push((file, line.trim(), program.dir(&tree.root)));
            }
            Err(actual) => {
                report.fail(Finding {
                    expected: Some(format!("one line with a command in the file {file}")),
                    actual: Some(actual),
                    explain: Some("A command is a program and its arguments, with blanks between them, as in: python3 server.py. An argument with blanks stands in quotes. No shell reads the line.".into()),
                    ..Finding::new(COMMANDED)
                });
                return Ok(None);
            }
        }
    }
    let mut start = None;
    for (file, line, program) in programs {
        if file == COMMAND {
            start = Some(program);
        } else if !builds(&program, (line, Kind::Project), means, report)? {
            return Ok(None);
        }
    }
    Ok(start)
}

/// The words of a command line; single or double quotes keep blanks.
fn words(line: &str) -> std::result::Result<Vec<String>, String> {
    let line = line.trim();
    if line.lines().count() != 1 {
        return Err(match line.is_empty() {
            true => "nothing".into(),
            false => format!("{} lines", line.lines().count()),
        });
    }
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (None, '"' | '\'') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, _) if letter.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    if let Some(open) = quote {
        return Err(format!("a quote {open} that is never closed: {line}"));
    }
    words.extend(word);
    Ok(words)
}

fn program(command: &[String], file: &Path) -> Program {
    let file = file.display().to_string();
    let mut words = command.iter().map(|word| word.replace(FILE, &file));
    let program = words.next().unwrap_or_default();
    Program::learners(program).args(words)
}

/// A program that is not there: in an exercise the author has named it, and without the language nothing can be said about the learner's
/// work. In a project the learner has.
pub(super) fn missing(program: &str, kind: Kind, report: &mut Report) {
    if kind != Kind::Project {
        report.outcome = Outcome::lacks(program);
        report.badge = None;
        return;
    }
    // What has failed before fails wherever it is judged.
    let is_first = report.findings.is_empty();
    report.fail(Finding {
        expected: Some("a command that begins with a program which is installed here".into()),
        actual: Some(format!("there is no program {program}")),
        explain: Some(format!(
            "Is it spelled {program} in the file {COMMAND} or {BUILD}? No shell reads the line: a variable before the command (`A=b`) is taken for the program."
        )),
        ..Finding::new(COMMANDED)
    });
    report.missing_program = is_first.then(|| program.to_owned());
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_command_is_one_line_of_words() {
        let of = |line| words(line).expect("a command");
        assert_eq!(of("python3 server.py\n"), ["python3", "server.py"]);
        assert_eq!(
            of("  ./run  'a b' \"it's\" x\"y z\" '' "),
            ["./run", "a b", "it's", "xy z", ""]
        );
        for line in ["", " \n", "a\nb", "a 'b"] {
            assert!(words(line).is_err(), "{line:?}");
        }
    }
}
