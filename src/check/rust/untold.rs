//! Files that the tests cannot judge, because something in them would speak in the place of the tests. They are told so before
//! anything is compiled.

use super::Job;
use crate::{
    build::{self, Trick, TrickKind},
    outcome::{Finding, Location, Report},
};

/// The claim that the tests, and nothing else, decide.
const TESTS_DECIDE: &str = "the shipped tests can judge this file";

/// True if the file is refused for these tricks; the reasons are in the report then.
pub(super) fn refuse(job: Job<'_>, tricks: &[Trick], report: &mut Report) -> bool {
    for (position, trick) in tricks.iter().enumerate() {
        let (actual, explain) = words(&trick.kind);
        let finding = Finding {
            actual: Some(actual),
            explain: Some(explain.into()),
            location: Some(place(job, trick.line)),
            ..Finding::new(TESTS_DECIDE)
        };
        match position {
            0 => report.fail(finding),
            _ => report.findings.push(finding),
        }
    }
    !tricks.is_empty()
}

/// True if the file is nested too deeply to be read; it is refused then.
pub(super) fn refuse_depth(job: Job<'_>, text: &str, report: &mut Report) -> bool {
    let line = build::too_deep_at(text);
    if let Some(line) = line {
        report.fail(Finding {
            actual: Some("code within code within code, more levels deep than the runner reads".into()),
            explain: Some(format!(
                "{} levels of brackets, or {} words in one expression, are where it ends. Give the inner parts functions or \
                 variables of their own.",
                build::MOST_LEVELS,
                build::MOST_WORDS
            )),
            location: Some(place(job, line)),
            ..Finding::new(TESTS_DECIDE)
        });
    }
    line.is_some()
}

fn place(job: Job<'_>, line: usize) -> Location {
    Location {
        file: job.course.relative_file(job.exercise),
        line,
        column: 1,
    }
}

fn words(kind: &TrickKind) -> (String, &'static str) {
    match kind {
        TrickKind::Unsafe => (
            "`unsafe` code, which the file was shipped without".into(),
            "Nothing here needs it, and it could change what the tests say. Write it in safe Rust.",
        ),
        TrickKind::OwnMacro(name) => (
            format!("`{name}!` has another meaning in this file"),
            "The tests speak with that macro. Give yours a name of its own.",
        ),
        TrickKind::MacroOfMacros => (
            "a macro that makes macros".into(),
            "It could give another meaning to those that the tests speak with. Write the macros out one by one.",
        ),
        TrickKind::OwnStd(name) => (
            format!("something else is called `{name}` in this file"),
            "The tests use the standard library under that name. Give yours a name of its own.",
        ),
        TrickKind::OtherFile => (
            "text of another file becomes part of this one".into(),
            "Your answer belongs into this file, written by you. Take the line out.",
        ),
        TrickKind::OwnMemory => (
            "a look into the memory of the program itself, below /proc".into(),
            "What the tests have to say lies there too. Nothing here needs it. Take it out.",
        ),
        TrickKind::OwnEquality(name) => (
            format!("`==` for `{name}` is written by hand; it was shipped as #[derive(PartialEq)]"),
            "The tests compare with it. Bring the derive back.",
        ),
    }
}
