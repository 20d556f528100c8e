//! Results as JUnit XML, the form that CI services show: one suite for each learner or for the course, one case for each exercise.

use super::clean::without_ansi;
use crate::outcome::{
    Detail, Finding, Outcome, Report,
    grades::{Graded, Grades, Mark, Verdict},
};
use std::fmt::Write as _;

/// The reports on a course as one suite.
pub fn reports(reports: &[Report]) -> String {
    let cases = reports.iter().map(of_report).collect();
    document(&[Suite {
        name: "backendlings".into(),
        cases,
    }])
}

/// A class, with a suite for each learner.
pub fn grades(grades: &Grades) -> String {
    let suites: Vec<Suite> = grades.learners.iter().map(of_learner).collect();
    document(&suites)
}

struct Suite {
    name: String,
    cases: Vec<Case>,
}

struct Case {
    name: String,
    seconds: f64,
    end: End,
}

enum End {
    Passed,
    Failed { message: String, text: String },
    Skipped(String),
    Error(String),
}

fn of_learner(graded: &Graded) -> Suite {
    let case = |mark: &Mark| {
        let why = mark.why.clone().unwrap_or_default();
        let held = mark
            .stages
            .map(|(held, all)| format!("{held} of {all} stages: "));
        Case {
            name: mark.exercise.clone(),
            seconds: mark.took_ms as f64 / 1000.0,
            end: match mark.verdict {
                Verdict::Passed => End::Passed,
                Verdict::Failed => End::Failed {
                    message: held.unwrap_or_default() + &why,
                    text: String::new(),
                },
                Verdict::Skipped => End::Skipped(why),
                Verdict::Fault => End::Error(why),
            },
        }
    };
    Suite {
        name: graded.learner.clone(),
        cases: graded.marks.iter().map(case).collect(),
    }
}

fn of_report(report: &Report) -> Case {
    Case {
        name: report.exercise.clone(),
        seconds: report.timings.total_ms / 1000.0,
        end: match &report.outcome {
            Outcome::Passed => End::Passed,
            Outcome::Skipped { reason } => End::Skipped(reason.clone()),
            Outcome::Failed => End::Failed {
                message: report
                    .findings
                    .first()
                    .map_or_else(String::new, |f| f.claim.clone()),
                text: report.findings.iter().map(words).collect(),
            },
        },
    }
}

/// A finding in lines of plain text.
pub(super) fn words(finding: &Finding) -> String {
    let mut text = format!("{}\n", finding.claim);
    if let Some(place) = &finding.location {
        let _ = writeln!(
            text,
            "  at {}:{}:{}",
            place.file.display(),
            place.line,
            place.column
        );
    }
    let parts = [
        ("asked", &finding.asked),
        ("expected", &finding.expected),
        ("got", &finding.actual),
        ("", &finding.explain),
        ("repeat", &finding.repeat),
    ];
    for (name, part) in parts {
        if let Some(part) = part {
            let _ = writeln!(text, "  {name} {part}");
        }
    }
    if let Some(Detail::Compiler { rendered }) = &finding.detail {
        text.push_str(&without_ansi(rendered));
        text.push('\n');
    }
    text
}

fn document(suites: &[Suite]) -> String {
    let all: Vec<&Case> = suites.iter().flat_map(|suite| &suite.cases).collect();
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {}>\n",
        counts(&all)
    );
    for suite in suites {
        let name = escaped(&suite.name);
        let cases: Vec<&Case> = suite.cases.iter().collect();
        let _ = writeln!(xml, "  <testsuite name=\"{name}\" {}>", counts(&cases));
        for case in cases {
            write_case(&mut xml, &name, case);
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn counts(cases: &[&Case]) -> String {
    let count = |is: fn(&End) -> bool| cases.iter().filter(|case| is(&case.end)).count();
    format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3}\"",
        cases.len(),
        count(|end| matches!(end, End::Failed { .. })),
        count(|end| matches!(end, End::Error(_))),
        count(|end| matches!(end, End::Skipped(_))),
        cases.iter().map(|case| case.seconds).sum::<f64>(),
    )
}

fn write_case(xml: &mut String, suite: &str, case: &Case) {
    let head = format!(
        "    <testcase classname=\"{suite}\" name=\"{}\" time=\"{:.3}\"",
        escaped(&case.name),
        case.seconds
    );
    let _ = match &case.end {
        End::Passed => writeln!(xml, "{head}/>"),
        End::Failed { message, text } => writeln!(
            xml,
            "{head}><failure message=\"{}\">{}</failure></testcase>",
            escaped(message),
            escaped(text)
        ),
        End::Skipped(why) => {
            writeln!(
                xml,
                "{head}><skipped message=\"{}\"/></testcase>",
                escaped(why)
            )
        }
        End::Error(why) => {
            writeln!(
                xml,
                "{head}><error message=\"{}\"/></testcase>",
                escaped(why)
            )
        }
    };
}

/// Text as XML: what has a meaning there is written in another way, and what XML cannot hold is left out.
fn escaped(text: &str) -> String {
    let mut xml = String::new();
    for letter in text.chars() {
        match letter {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\n' => xml.push('\n'),
            '\t' => xml.push('\t'),
            '\u{FFFE}' | '\u{FFFF}' => {}
            letter if letter.is_control() => {}
            letter => xml.push(letter),
        }
    }
    xml
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::samples;

    #[test]
    fn a_course_is_one_suite_with_a_case_for_each_exercise() {
        let mut failed = samples::compile_error();
        failed.findings[0].claim = "a < b & \"c\"\u{1b}[0m".into();
        let xml = reports(&[Report::new("fine"), failed, samples::skipped()]);
        assert!(
            xml.contains("<testsuites tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\""),
            "{xml}"
        );
        assert!(
            xml.contains("message=\"a &lt; b &amp; &quot;c&quot;[0m\""),
            "{xml}"
        );
        assert!(
            xml.contains("classname=\"backendlings\" name=\"fine\""),
            "{xml}"
        );
        assert!(!xml.contains('\u{1b}'), "{xml}");
    }
}
