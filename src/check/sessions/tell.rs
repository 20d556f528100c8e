//! What went wrong, written as a finding: the play, step by step, and what should have come of it.

use super::{
    Allowed, Fault, Played, Theatre, What,
    event::Event,
    plan::Scene,
    script::{Statement, Who, on_one_line},
};
use crate::{
    check::Job,
    outcome::{Finding, Location},
    services::Failure,
};

/// A play as lines: A at the margin, B further in.
fn drawn(events: &[Event]) -> String {
    let lines = events.iter().map(|event| {
        let (who, sql) = (event.who.name(), on_one_line(&event.sql));
        let margin = match event.who {
            Who::A => "",
            Who::B => "      ",
        };
        match &event.what {
            What::Gave(words) if words == "done" => format!("{margin}{who}  {sql}"),
            What::Gave(words) => format!("{margin}{who}  {sql}  -> {words}"),
            What::Waits => {
                let other = event.who.other().name();
                format!("{margin}{who}  {sql}  … waits for {other}")
            }
            What::GoesOn(words) => format!("{margin}{who}  … goes on  -> {words}"),
            What::Refused(failure) => format!(
                "{margin}{who}  {sql}  -> {}, {}: rolled back, later again",
                failure.code, failure.message
            ),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// An interleaving that gives what the two cannot give one after the other.
pub(super) fn wrong(
    theatre: &Theatre<'_>,
    played: &Played,
    [a_first, b_first]: &Allowed,
    (wrong, all): (usize, usize),
) -> Finding {
    let expected = match a_first == b_first {
        true => a_first.clone(),
        false => format!("{a_first}, or {b_first}"),
    };
    Finding {
        asked: Some(drawn(&played.events)),
        expected: Some(format!("{expected}, as when one comes after the other")),
        actual: Some(format!(
            "{}; {wrong} of {all} interleavings go wrong",
            played.outcome
        )),
        explain: theatre.scene.explain.clone(),
        location: theatre.place(Who::A),
        ..Finding::new(&theatre.scene.claim)
    }
}

/// The two, one after the other, do not do what they should.
pub(super) fn wrong_alone(
    theatre: &Theatre<'_>,
    played: &Played,
    allowed: &str,
    first: Who,
) -> Finding {
    Finding {
        asked: Some(drawn(&played.events)),
        expected: Some(allowed.to_owned()),
        actual: Some(played.outcome.clone()),
        explain: Some(format!(
            "Here nobody is in the way: the script of {} has ended before that of {} begins. Each has to do its work, with any rows in the tables.",
            first.name(),
            first.other().name()
        )),
        location: theatre.place(first),
        ..Finding::new(&theatre.scene.alone)
    }
}

/// What to do about a failure for which PostgreSQL has no hint of its own.
fn help(failure: &Failure) -> Option<&'static str> {
    match failure.code.as_str() {
        "0A000" if failure.message.starts_with("FOR ") => Some(
            "Only rows of a table can be locked; a count or a sum is none. Read the rows themselves, or ask for a stricter isolation level.",
        ),
        "25P02" => Some("A statement before this one has failed."),
        "42601" => Some(
            "PostgreSQL could not read this statement. Look at the word that it names and at the one before it; each statement ends with a semicolon.",
        ),
        _ => None,
    }
}

/// A script that cannot be played to its end.
pub(super) fn fault(theatre: &Theatre<'_>, claim: &str, fault: &Fault) -> Finding {
    let finding = Finding::new(claim);
    let scene = &theatre.scene.name;
    let at = |statement: &Statement| Finding {
        asked: Some(on_one_line(&statement.sql)),
        location: Some(theatre.location(statement.begin)),
        ..finding.clone()
    };
    match fault {
        Fault::Wrong(who, statement, failure) => Finding {
            actual: Some(format!(
                "PostgreSQL says to {}: {} (SQLSTATE {})",
                who.name(),
                failure.message,
                failure.code
            )),
            explain: failure
                .hint
                .clone()
                .or_else(|| help(failure).map(str::to_owned)),
            ..at(statement)
        },
        Fault::NoValue(statement, name, known) => {
            let known: Vec<&str> = known.keys().map(String::as_str).collect();
            Finding {
                actual: Some(format!("nothing was read under the name `{name}`")),
                explain: Some(match known.is_empty() {
                    true => format!(
                        "`:{name}` stands for a column that an earlier SELECT of the same session gave, and there is none before it."
                    ),
                    false => format!(
                        "`:{name}` stands for a column that an earlier SELECT of the same session gave. These were given: {}.",
                        known.join(", ")
                    ),
                }),
                ..at(statement)
            }
        }
        Fault::LeftOpen(who) => Finding {
            actual: Some(format!(
                "the script `{scene} {}` ends, and its transaction is still open",
                who.name()
            )),
            explain: Some("What is not committed is lost when the session ends, and until then others wait for it. COMMIT is the last statement.".into()),
            location: theatre.place(*who),
            ..finding
        },
        Fault::StillRunning(who, statement) => Finding {
            actual: Some(format!(
                "a statement of {} that neither answered within {} s nor was held up by the other session",
                who.name(),
                theatre.job.exercise.time_limit.as_secs()
            )),
            explain: Some("It was stopped there. Nothing in this exercise takes long.".into()),
            ..at(statement)
        },
        Fault::GivenUp(who, failure) => Finding {
            actual: Some(format!(
                "`{scene} {}` was told to try again, three times: {} (SQLSTATE {})",
                who.name(),
                failure.message,
                failure.code
            )),
            location: theatre.place(*who),
            ..finding
        },
    }
}

/// The marks are gone.
pub(super) fn no_scripts(job: Job<'_>, scene: &Scene) -> Finding {
    let name = &scene.name;
    Finding {
        expected: Some(format!(
            "the lines `-- {name} A:` and `-- {name} B:`, each above a script"
        )),
        actual: Some("at least one of them is missing".into()),
        explain: Some(format!(
            "They say which session runs a statement. `{}` brings the file back as it was shipped.",
            job.reset_command()
        )),
        ..Finding::new(&scene.alone)
    }
}

/// Nobody runs this one.
pub(super) fn without_session(theatre: &Theatre<'_>, statement: &Statement) -> Finding {
    Finding {
        asked: Some(on_one_line(&statement.sql)),
        actual: Some("a statement above the first mark: no session runs it".into()),
        explain: Some(format!(
            "Put it below the line `-- {} A:`, or another one of these lines.",
            theatre.scene.name
        )),
        location: Some(theatre.location(statement.begin)),
        ..Finding::new(&theatre.scene.alone)
    }
}

/// The scripts are too long to play all orders.
pub(super) fn too_many(theatre: &Theatre<'_>) -> Finding {
    Finding {
        expected: Some(format!("at most {} interleavings", super::MOST)),
        actual: Some("more".into()),
        explain: Some("Every order of the statements is tried. Shorter scripts have fewer of them: four or five statements each are enough here.".into()),
        location: theatre.place(Who::A),
        ..Finding::new(&theatre.scene.claim)
    }
}

impl Theatre<'_> {
    /// Where the script of a session begins.
    fn place(&self, who: Who) -> Option<Location> {
        let steps = super::steps(self.text, &self.scene.name, who)?;
        let first = steps.first()?.statements.first()?;
        Some(self.location(first.begin))
    }

    fn location(&self, byte: usize) -> Location {
        let before = &self.text[..byte];
        Location {
            file: self.job.course.relative_file(self.job.exercise),
            line: before.matches('\n').count() + 1,
            column: before.chars().rev().take_while(|c| *c != '\n').count() + 1,
        }
    }
}
