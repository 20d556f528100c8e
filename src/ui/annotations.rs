//! Failures as annotations of GitHub Actions: lines that its log turns into remarks beside the learner's code.
//!
//! The form: `::error file=…,line=…,title=…::message` (<https://docs.github.com/actions/reference/workflow-commands-for-github-actions>).

use super::junit::words;
use crate::outcome::{Outcome, Report};
use std::fmt::Write as _;

/// One line for each finding, and one for each exercise that was skipped.
pub fn reports(reports: &[Report]) -> String {
    let mut text = String::new();
    for report in reports {
        for finding in &report.findings {
            let place = finding.location.as_ref().map_or_else(String::new, |place| {
                let file = property(&place.file.display().to_string().replace('\\', "/"));
                format!("file={file},line={},col={},", place.line, place.column)
            });
            let title = property(&format!("{}: {}", report.exercise, finding.claim));
            let _ = writeln!(
                text,
                "::error {place}title={title}::{}",
                message(words(finding).trim_end())
            );
        }
        if let Outcome::Skipped { reason } = &report.outcome {
            let title = property(&report.exercise);
            let _ = writeln!(text, "::notice title={title}::skipped: {}", message(reason));
        }
    }
    text
}

fn message(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::samples;

    #[test]
    fn a_failure_is_one_line_with_its_place() {
        let mut report = samples::compile_error();
        report.findings.truncate(1);
        let text = reports(&[report]);
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.starts_with("::error file="), "{text}");
        assert!(text.contains(",title=hello_types%3A "), "{text}");
    }

    #[test]
    fn what_a_learner_prints_begins_no_line_of_its_own() {
        let mut report = samples::compile_error();
        report.findings[0].actual = Some("x\n::set-output name=a::b".into());
        let text = reports(&[report]);
        assert!(
            text.lines().all(|line| line.starts_with("::error ")),
            "{text}"
        );
    }
}
