//! What a server printed before it ended or while it was asked, and what that means. It reads text and runs nothing.

use crate::{
    outcome::Location,
    process::{End, Limit, Limits},
};

/// How a program ended, in words.
pub(super) fn how(end: End) -> String {
    match end {
        End::Exited(101) => "exit code 101, which is a panic".into(),
        End::Exited(code) => format!("exit code {code}"),
        End::Signalled(6) => "stopped by signal 6 (SIGABRT), an abort".into(),
        End::Signalled(25) => {
            "stopped by signal 25 (SIGXFSZ), because a file grew beyond its limit".into()
        }
        End::Signalled(signal) => format!("stopped by signal {signal}"),
        End::Deadline | End::Cancelled => "stopped".into(),
        End::Limit(limit) => format!("stopped because {}", limit.words()),
    }
}

/// True if the program ended at a place that is still to be written.
pub(super) fn is_unwritten(log: &[String]) -> bool {
    log.iter().any(|line| line.contains("not yet implemented"))
}

/// The end by its true reason: who asks for more memory than the limit gives is refused, and aborts.
pub(super) fn true_end(end: End, log: &[String]) -> End {
    let refused = |line: &String| line.starts_with("memory allocation of ");
    match end {
        End::Signalled(_) if log.iter().any(refused) => {
            End::Limit(Limit::Memory(Limits::LEARNERS.memory >> 20))
        }
        _ => end,
    }
}

/// What the end of a program and its last words mean, where that is known.
pub(super) fn explain_end(end: End, log: &[String]) -> Option<String> {
    match end {
        End::Limit(Limit::Memory(_)) => {
            return Some(
                "What a server keeps, it keeps for as long as it runs. Look for something that grows in a loop without an end, \
                 or a size that is far too large."
                    .into(),
            );
        }
        End::Limit(Limit::Processes(_)) => {
            return Some(
                "Look for the place that starts other programs: each has to end, and only so many may run at once."
                    .into(),
            );
        }
        _ => {}
    }
    if log
        .iter()
        .any(|line| line.contains("has overflowed its stack"))
    {
        return Some(
            "The stack overflowed, which ends the whole program and not one request alone: a function calls itself without an \
             end, or too deeply. A loop may do the same work."
                .into(),
        );
    }
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
    let Some(panicked) = log.iter().rposition(|line| line.contains(PANICKED)) else {
        let by_signal = matches!(end, End::Signalled(_));
        return by_signal.then(|| {
            "`main` has not come to its end: a signal ends the whole program at once, wherever it is."
                .into()
        });
    };
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

    const PANIC: End = End::Exited(101);

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
        assert!(explain_end(PANIC, &log).is_some_and(|text| text.contains("`todo!()`")));
    }

    #[test]
    fn a_panic_is_told_with_its_message_and_its_place() {
        assert!(
            explain_end(PANIC, &panic())
                .is_some_and(|text| text.ends_with("It said: “no third part”."))
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
        assert!(explain_end(PANIC, &log).is_some_and(|text| text.contains("Result::unwrap()")));
        assert_eq!(panic_place(&log).map(|place| place.line), Some(8));
    }

    #[test]
    fn a_port_that_is_taken_is_recognised() {
        let log = [
            "Error: Os { code: 98, kind: AddrInUse, message: \"Address already in use\" }"
                .to_owned(),
        ];
        assert!(explain_end(PANIC, &log).is_some_and(|text| text.contains("variable PORT")));
    }

    #[test]
    fn an_end_without_a_panic_has_no_place_and_no_words() {
        let log = ["listening".to_owned()];
        let end = End::Exited(0);
        assert_eq!((explain_end(end, &log), panic_place(&log)), (None, None));
    }

    #[test]
    fn who_is_refused_memory_has_come_to_its_limit() {
        let log = ["memory allocation of 4294967296 bytes failed".to_owned()];
        let end = true_end(End::Signalled(6), &log);
        assert_eq!(end, End::Limit(Limit::Memory(2048)));
        assert!(how(end).contains("2048 MiB"), "{}", how(end));
        assert_eq!(true_end(End::Exited(1), &log), End::Exited(1));
    }

    #[test]
    fn ends_that_are_not_those_of_main_do_not_send_the_learner_there() {
        let explained = |end, log: &[String]| explain_end(end, log).unwrap_or_default();
        let overflow = ["thread 'main' (7) has overflowed its stack".to_owned()];
        assert!(explained(End::Signalled(6), &overflow).contains("calls itself"));
        assert!(explained(End::Signalled(9), &[]).contains("a signal"));
        let many = End::Limit(Limit::Processes(512));
        assert!(explained(many, &[]).contains("starts other programs"));
    }

    #[test]
    fn only_the_last_lines_are_kept_and_empty_ones_are_not() {
        let text: String = (0..20).map(|line| format!("line {line}\n\n")).collect();
        let lines = last_lines(&text);
        assert_eq!((lines.len(), lines[11].as_str()), (12, "line 19"));
        assert_eq!(panic().len(), 3);
    }
}
