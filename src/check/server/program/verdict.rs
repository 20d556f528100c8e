//! What one test of a check program came to: it held, it did not and says why, or the check program itself is at fault.

use super::super::last_words::{how, panic_place};
use crate::{
    check::rust::{harness::separate, panic_message},
    outcome::Finding,
    process::{End, Finished},
};

/// What came of one test.
pub(super) enum Verdict {
    /// It held; what the learner should know all the same.
    Held(Vec<String>),
    Broken(Box<Finding>),
    /// The check program did not do what such a program does; in these words.
    Faulty(String),
}

/// Lines that the kit prints for the runner begin with this sign.
const MARK: char = '\u{1}';

/// More of one line a screen does not hold.
const LONGEST: usize = 400;

/// Judges a test by how its program ended. `log` is what the learner's server has printed meanwhile.
pub(super) fn judge(claim: &str, path: &str, finished: &Finished, log: Vec<String>) -> Verdict {
    let (printed, said_ok) = separate(&finished.stdout.text, path);
    if finished.end == End::Exited(0) && said_ok {
        let notes = printed.lines().filter_map(|line| words(line, "note"));
        return Verdict::Held(notes.collect());
    }
    let said_failed = finished
        .stdout
        .text
        .lines()
        .any(|line| line.starts_with("test result: FAILED. 0 passed; 1 failed;"));
    let mut finding = Finding::new(claim);
    match finished.end {
        End::Deadline => {
            let limit = finished.took.as_secs();
            finding.expected = Some(format!("an end within {limit} s, the limit of one check"));
            finding.actual = Some("it was not done".into());
        }
        end if !said_failed => {
            let last = finished.stderr.text.trim();
            return Verdict::Faulty(format!(
                "the check program ended before its test did: {}. {last}",
                how(end)
            ));
        }
        end => {
            finding = panic_message::describe(&finished.stderr.text, end, finding);
            // A place in the check program is none that the learner can go to.
            finding.location = None;
            if let Some(words) = &finding.actual {
                let words = words.strip_prefix("a panic: ").unwrap_or(words).to_owned();
                finding.actual = Some(words);
            }
        }
    }
    let told = |kind: &str| {
        let mut lines = printed.lines().rev();
        lines.find_map(|line| words(line, kind))
    };
    finding.asked = finding
        .asked
        .or_else(|| told("asked").filter(|asked| !asked.is_empty()).map(short));
    // A line that is longer than a screen is none to paste.
    finding.repeat = told("repeat").filter(|line| (1..=LONGEST).contains(&line.len()));
    finding.explain = told("explain").or(finding.explain);
    finding.location = panic_place(&log);
    let own = printed.lines().filter(|line| !line.starts_with(MARK));
    finding.log = log.into_iter().chain(own.map(str::to_owned)).collect();
    Verdict::Broken(Box::new(finding))
}

fn short(words: String) -> String {
    match words.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} …", &words[..end]),
        None => words,
    }
}

/// What the kit says in a line of its own, if it is of this kind.
fn words(line: &str, kind: &str) -> Option<String> {
    let words = line.strip_prefix(MARK)?.strip_prefix(kind)?;
    Some(words.trim_start().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Output;
    use std::time::Duration;

    fn finished(end: End, stdout: &str, stderr: &str) -> Finished {
        let output = |text: &str| Output {
            text: text.to_owned(),
            omitted: 0,
        };
        Finished {
            end,
            stdout: output(stdout),
            stderr: output(stderr),
            took: Duration::from_secs(7),
        }
    }

    const FAILED: &str = "\nrunning 1 test\n\u{1}asked GET /a\n\u{1}explain Look.\nseen\ntest a ... FAILED\n\nfailures:\n\nfailures:\n    a\n\ntest result: FAILED. 0 passed; 1 failed; 0 ignored;\n";

    #[test]
    fn an_assertion_is_told_with_what_the_kit_asked_last() {
        let stderr = "\nthread 'a' (7) panicked at exercises/a.check.rs:3:5:\nassertion `left == right` failed\n  left: 404\n right: 200\n";
        let verdict = judge(
            "a",
            "a",
            &finished(End::Exited(101), FAILED, stderr),
            vec!["[server] hi".into()],
        );
        let Verdict::Broken(finding) = verdict else {
            panic!("it failed")
        };
        assert_eq!(finding.asked.as_deref(), Some("GET /a"));
        assert_eq!(finding.expected.as_deref(), Some("200"));
        assert_eq!(finding.actual.as_deref(), Some("404"));
        assert_eq!(finding.explain.as_deref(), Some("Look."));
        assert_eq!(finding.log, ["[server] hi", "seen"]);
        assert_eq!(finding.location, None);
    }

    #[test]
    fn an_end_before_the_tests_own_end_is_a_fault_of_the_check_program() {
        for end in [End::Exited(0), End::Exited(3), End::Signalled(6)] {
            let verdict = judge("a", "a", &finished(end, "\nrunning 1 test\n", "x"), vec![]);
            assert!(matches!(verdict, Verdict::Faulty(_)), "{end:?}");
        }
    }

    #[test]
    fn a_check_past_its_limit_says_which_limit_it_was() {
        let verdict = judge("a", "a", &finished(End::Deadline, "", ""), vec![]);
        let Verdict::Broken(finding) = verdict else {
            panic!("it failed")
        };
        assert!(finding.expected.is_some_and(|text| text.contains("7 s")));
    }
}
