//! What a server printed before it ended or while it was asked, and what that means. It reads text and runs nothing.

use crate::{outcome::Location, process::End};

/// How a program ended, in words.
pub(super) fn how(end: End) -> String {
    match end {
        End::Exited(101) => "exit code 101, which is a panic".into(),
        End::Exited(code) => format!("exit code {code}"),
        End::Signalled(signal) => format!("stopped by signal {signal}"),
        End::Deadline | End::Cancelled => "stopped".into(),
        End::Limit(limit) => format!("stopped because {}", limit.words()),
    }
}

/// True if the program ended at a place that is still to be written.
pub(super) fn is_unwritten(log: &[String]) -> bool {
    log.iter().any(|line| line.contains("not yet implemented"))
}

/// What the last words of a program mean, where that is known.
pub(super) fn explain_end(log: &[String]) -> Option<String> {
    if is_unwritten(log) {
        return Some(
            "The program came to a `todo!()`, which stops it there. Write that part.".into(),
        );
    }
    if log.iter().any(|line| line.contains("AddrInUse")) {
        return Some(
            "Another program has the port that yours asked for. The port in the variable PORT was free: bind to that one."
                .into(),
        );
    }
    let panicked = log.iter().rposition(|line| line.contains(PANICKED))?;
    let message = log.get(panicked + 1).map_or("", String::as_str);
    Some(format!(
        "A panic in the main thread ends the whole program, and with it the answers to all other clients. It said: “{message}”."
    ))
}

/// The place of the last panic: those before it were caught, or it would not have come to this one.
pub(super) fn panic_place(log: &[String]) -> Option<Location> {
    let line = log
        .iter()
        .rev()
        .find_map(|line| line.split_once(PANICKED))?
        .1;
    let mut parts = line.trim().trim_end_matches(':').rsplitn(3, ':');
    let (column, line, file) = (parts.next()?, parts.next()?, parts.next()?);
    Some(Location {
        file: file.into(),
        line: line.parse().ok()?,
        column: column.parse().ok()?,
    })
}

const PANICKED: &str = " panicked at ";

/// The last lines of an output, without empty ones and without Rust's advice on backtraces.
pub(super) fn last_lines(text: &str) -> Vec<String> {
    const LINES: usize = 12;
    const WIDTH: usize = 300;
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| {
            !line.trim().is_empty() && !line.starts_with("note: run with `RUST_BACKTRACE")
        })
        .collect();
    let skipped = lines.len().saturating_sub(LINES);
    lines[skipped..]
        .iter()
        .map(|line| line.chars().take(WIDTH).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panic() -> Vec<String> {
        last_lines(
            "listening\n\nthread 'main' (7) panicked at exercises/a b/c.rs:12:5:\nno third part\n\
             note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n",
        )
    }

    #[test]
    fn a_todo_is_recognised() {
        let log = [
            "thread 'main' panicked at a.rs:1:1:",
            "not yet implemented: x",
        ]
        .map(String::from);
        assert!(explain_end(&log).is_some_and(|text| text.contains("`todo!()`")));
    }

    #[test]
    fn a_panic_is_told_with_its_message_and_its_place() {
        assert!(
            explain_end(&panic()).is_some_and(|text| text.ends_with("It said: “no third part”."))
        );
        let place = panic_place(&panic()).expect("a place");
        assert_eq!(place.file.to_str(), Some("exercises/a b/c.rs"));
        assert_eq!((place.line, place.column), (12, 5));
    }

    #[test]
    fn of_two_panics_the_one_that_was_not_caught_is_told() {
        let log = [
            "thread 'main' (7) panicked at a.rs:3:9:",
            "no handler",
            "thread 'main' (7) panicked at a.rs:8:84:",
            "called `Result::unwrap()` on an `Err` value: Any { .. }",
        ]
        .map(String::from);
        assert!(explain_end(&log).is_some_and(|text| text.contains("Result::unwrap()")));
        assert_eq!(panic_place(&log).map(|place| place.line), Some(8));
    }

    #[test]
    fn a_port_that_is_taken_is_recognised() {
        let log = [
            "Error: Os { code: 98, kind: AddrInUse, message: \"Address already in use\" }"
                .to_owned(),
        ];
        assert!(explain_end(&log).is_some_and(|text| text.contains("variable PORT")));
    }

    #[test]
    fn an_end_without_a_panic_has_no_place_and_no_words() {
        let log = ["listening".to_owned()];
        assert_eq!((explain_end(&log), panic_place(&log)), (None, None));
    }

    #[test]
    fn only_the_last_lines_are_kept_and_empty_ones_are_not() {
        let text: String = (0..20).map(|line| format!("line {line}\n\n")).collect();
        let lines = last_lines(&text);
        assert_eq!((lines.len(), lines[11].as_str()), (12, "line 19"));
        assert_eq!(panic().len(), 3);
    }
}
