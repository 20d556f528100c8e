//! What a panicking program wrote to standard error, taken apart: where, what was asked, what was expected, what came.
//!
//! The exercises' convention: `assert_eq!(what the learner's code gave, what is right, "what was asked")`.

use crate::{
    outcome::{Finding, Location},
    process::{End, Limit, Limits},
};

/// What the program wrote itself: its standard output, then its standard error up to the first panic.
pub(super) fn log(stdout: &str, stderr: &str) -> Vec<String> {
    let before_panic = &stderr[..start_of_panic(stderr).unwrap_or(stderr.len())];
    let lines = stdout.lines().chain(before_panic.trim().lines());
    lines.map(str::to_owned).collect()
}

/// Fills a finding with what is known about a crash.
pub(in crate::check) fn describe(stderr: &str, end: End, finding: Finding) -> Finding {
    let Some(panic) = parse(stderr) else {
        return without_panic(stderr, end, finding);
    };
    let finding = Finding {
        location: panic.location.clone(),
        ..finding
    };
    if let Some((got, expected)) = panic.sides {
        return Finding {
            asked: panic.asked,
            expected: Some(expected),
            actual: Some(got),
            ..finding
        };
    }
    if let Some(todo) = panic.message.strip_prefix("not yet implemented") {
        let line = panic.location.map_or(0, |location| location.line);
        return Finding {
            actual: Some(format!("the todo!() in line {line} was reached{todo}")),
            explain: Some(GOES_HERE.into()),
            ..finding
        };
    }
    Finding {
        actual: Some(format!("a panic: {}", panic.message)),
        ..finding
    }
}

/// A panic that the test did not notice.
pub(super) struct Unnoticed {
    thread: String,
    panic: Panic,
}

/// The first panic that was not in the test's own thread.
pub(super) fn of_another_thread(stderr: &str, test: &str) -> Option<Unnoticed> {
    let mut rest = stderr;
    loop {
        let panic = parse(rest)?;
        rest = &rest[start_of_panic(rest)?..];
        let thread = rest.strip_prefix("thread '")?.split('\'').next()?;
        if thread != test {
            let thread = thread.to_owned();
            return Some(Unnoticed { thread, panic });
        }
        rest = rest.split_once('\n')?.1;
    }
}

impl Unnoticed {
    /// As a finding.
    pub(super) fn told(self, finding: Finding) -> Finding {
        let thread = match self.thread.as_str() {
            "<unnamed>" => "a thread".to_owned(),
            name => format!("the thread `{name}`"),
        };
        Finding {
            expected: Some("no thread of the program panics".into()),
            actual: Some(format!("{thread} panicked: {}", self.panic.message)),
            explain: Some(
                "The test itself held, and did not notice. In a server the client of that thread gets no answer: find out what \
                 went wrong there."
                    .into(),
            ),
            location: self.panic.location,
            ..finding
        }
    }
}

/// What a learner reads at a `todo!()`.
const GOES_HERE: &str = "This is where your code goes.";

/// The place of the `todo!()` that a finding is about, if it is about one.
pub(super) fn unwritten(finding: &Finding) -> Option<Location> {
    let is_todo = finding.explain.as_deref() == Some(GOES_HERE);
    finding.location.clone().filter(|_| is_todo)
}

fn without_panic(stderr: &str, end: End, finding: Finding) -> Finding {
    if stderr.contains("has overflowed its stack") {
        return Finding {
            actual: Some("the stack overflowed".into()),
            explain: Some("A function calls itself without an end, or too deeply. A loop may do the same work.".into()),
            ..finding
        };
    }
    // What the standard library says when the system refuses; the limit of one process is that of all.
    let refused = stderr.contains("memory allocation of ") && stderr.contains(" failed");
    let limit = match end {
        End::Limit(limit) => Some(limit),
        End::Signalled(_) if refused => Some(Limit::Memory(Limits::LEARNERS.memory >> 20)),
        _ => None,
    };
    if let Some(limit) = limit {
        return Finding {
            expected: Some("it runs to its end".into()),
            actual: Some(format!("the program was stopped: {}", limit.words())),
            explain: Some("Look for something that grows in a loop without an end, or a size that is far too large.".into()),
            ..finding
        };
    }
    let actual = match end {
        End::Exited(code) => format!("the program ended with exit code {code}"),
        _ => format!("the program was ended by {}", signal_words(end)),
    };
    Finding {
        expected: Some("it runs to its end".into()),
        actual: Some(actual),
        ..finding
    }
}

/// The name of the signal that ended a program, for those a learner meets.
pub(super) fn signal_words(end: End) -> String {
    match end {
        End::Signalled(6) => "an abort (SIGABRT)".into(),
        End::Signalled(9) => "a kill (SIGKILL); the system may have been out of memory".into(),
        End::Signalled(11) => "a wild access to memory (SIGSEGV)".into(),
        End::Signalled(25) => "a signal (SIGXFSZ): a file grew beyond its limit".into(),
        End::Signalled(15) => "a request to end (SIGTERM)".into(),
        End::Signalled(signal) => format!("signal {signal}"),
        End::Exited(code) => format!("exit code {code}"),
        End::Deadline | End::Cancelled | End::Limit(_) => "the runner".into(),
    }
}

struct Panic {
    location: Option<Location>,
    /// Everything after the place, without left and right.
    message: String,
    asked: Option<String>,
    /// What came and what was expected, of an `assert_eq!`.
    sides: Option<(String, String)>,
}

fn start_of_panic(stderr: &str) -> Option<usize> {
    let at = stderr.find(" panicked at ")?;
    let line = stderr[..at].rfind('\n').map_or(0, |newline| newline + 1);
    stderr[line..].starts_with("thread '").then_some(line)
}

fn parse(stderr: &str) -> Option<Panic> {
    let panic = &stderr[start_of_panic(stderr)?..];
    let (head, rest) = panic.split_once('\n')?;
    let place = head.split_once(" panicked at ")?.1.trim_end_matches(':');
    let rest = rest
        .split("\nnote: run with `RUST_BACKTRACE")
        .next()
        .unwrap_or(rest)
        .trim_end();
    let (message, sides) = match rest.split_once("\n  left: ") {
        Some((message, sides)) => (message, sides.split_once("\n right: ")),
        None => (rest, None),
    };
    let asked = message
        .split_once("` failed: ")
        .map(|(_, asked)| asked.to_owned());
    Some(Panic {
        location: location(place),
        message: message.to_owned(),
        asked,
        sides: sides.map(|(got, expected)| (got.to_owned(), expected.to_owned())),
    })
}

fn location(place: &str) -> Option<Location> {
    let (rest, column) = place.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    Some(Location {
        file: file.into(),
        line: line.parse().ok()?,
        column: column.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EQ: &str = "hi\n\nthread 'tests::a' (77) panicked at exercises/a.rs:12:5:\nassertion `left == right` failed: reason(404)\n  left: \"x\"\n right: \"Not Found\"\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n";

    #[test]
    fn an_assertion_is_taken_apart() {
        let finding = describe(EQ, End::Exited(101), Finding::new("a"));
        assert_eq!(finding.asked.as_deref(), Some("reason(404)"));
        assert_eq!(finding.actual.as_deref(), Some("\"x\""));
        assert_eq!(finding.expected.as_deref(), Some("\"Not Found\""));
        assert_eq!(finding.location.map(|place| place.line), Some(12));
    }

    #[test]
    fn what_was_printed_before_the_panic_is_kept_apart() {
        assert_eq!(log("out\n", EQ), ["out", "hi"]);
        assert_eq!(log("", "no panic here"), ["no panic here"]);
        assert_eq!(log("", "\nthread 'a' (1) panicked at b:1:1:\nc"), [""; 0]);
    }

    #[test]
    fn a_todo_names_its_line() {
        let text = "\nthread 'main' panicked at exercises/a.rs:7:5:\nnot yet implemented\nnote: run with `RUST_BACKTRACE=1` x\n";
        let finding = describe(text, End::Exited(101), Finding::new("a"));
        assert_eq!(
            finding.actual.as_deref(),
            Some("the todo!() in line 7 was reached")
        );
    }

    #[test]
    fn a_panic_of_another_thread_is_found_behind_those_of_the_test() {
        assert!(of_another_thread(EQ, "tests::a").is_none());
        let other = "\nthread '<unnamed>' (9) panicked at exercises/a.rs:3:1:\nlost\nnote: x\n";
        let both = format!("{EQ}{other}");
        let found = of_another_thread(&both, "tests::a").expect("there is one");
        let finding = found.told(Finding::new("a"));
        assert!(
            finding
                .actual
                .is_some_and(|text| text.starts_with("a thread panicked: lost"))
        );
        assert_eq!(finding.location.map(|place| place.line), Some(3));
    }

    #[test]
    fn a_stack_overflow_is_named() {
        let text =
            "\nthread 'tests::a' has overflowed its stack\nfatal runtime error: stack overflow\n";
        let finding = describe(text, End::Signalled(6), Finding::new("a"));
        assert_eq!(finding.actual.as_deref(), Some("the stack overflowed"));
    }
}
