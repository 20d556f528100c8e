//! The results of a class: a table to read, and CSV for a spreadsheet.

use crate::outcome::grades::{Graded, Grades, Mark, Verdict};
use std::fmt::Write as _;

/// So many exercises that fail are named in a row; the others are counted.
const NAMED: usize = 4;

/// A row for each learner, then the sum. Every line ends with a line end.
pub fn table(grades: &Grades) -> String {
    let longest = grades
        .learners
        .iter()
        .map(|one| one.learner.chars().count())
        .max();
    let width = longest.unwrap_or(0).max("learner".len());
    let mut text = format!("{:width$}  passed   points  not yet\n", "learner");
    for learner in &grades.learners {
        let (points, worth) = learner.points();
        let passed = format!("{}/{}", learner.count(Verdict::Passed), learner.marks.len());
        let points = format!("{points}/{worth}");
        let row = format!(
            "{:width$}  {passed:>6}  {points:>7}  {}",
            learner.learner,
            open(learner)
        );
        let _ = writeln!(text, "{}", row.trim_end());
    }
    let all = |learner: &&Graded| learner.count(Verdict::Passed) == learner.marks.len();
    let whole = grades.learners.iter().filter(all).count();
    let _ = writeln!(
        text,
        "\n{whole} of {} learners have every exercise.\nSandbox: {}.",
        grades.learners.len(),
        grades.sandbox
    );
    text.push_str(&retried(grades));
    text
}

/// What was judged twice, and because of what: a fault that comes often is no accident.
fn retried(grades: &Grades) -> String {
    let marks = grades.learners.iter().flat_map(|learner| {
        let marks = learner.marks.iter();
        marks.filter_map(move |mark| Some((learner, mark, mark.retried.as_deref()?)))
    });
    let marks: Vec<_> = marks.collect();
    let Some((learner, mark, why)) = marks.first() else {
        return String::new();
    };
    format!(
        "Judged twice, after a fault of the machine: {}, the first of them {} of {} ({why}).\n",
        marks.len(),
        mark.exercise,
        learner.learner
    )
}

/// The exercise; of a project, how many of its stages hold too.
fn named(mark: &Mark) -> String {
    match mark.stages {
        None => mark.exercise.clone(),
        Some((held, all)) => format!("{} ({held} of {all})", mark.exercise),
    }
}

/// What a learner has not passed.
fn open(learner: &Graded) -> String {
    if let Some(why) = &learner.refused {
        return format!("refused: {why}");
    }
    let words = |verdict, word: &str| {
        let of_it = learner.marks.iter().filter(|mark| mark.verdict == verdict);
        let names: Vec<String> = of_it.map(named).collect();
        let more = names.len().saturating_sub(NAMED);
        let mut text = names[..names.len() - more].join(", ");
        if more > 0 {
            let _ = write!(text, " and {more} more");
        }
        (!names.is_empty()).then(|| format!("{word}{text}"))
    };
    let parts = [
        words(Verdict::Failed, ""),
        words(Verdict::Skipped, "skipped: "),
        words(Verdict::Fault, "FAULT: "),
    ];
    let mut text = parts.into_iter().flatten().collect::<Vec<_>>().join("; ");
    let mut faults = learner
        .marks
        .iter()
        .filter(|mark| mark.verdict == Verdict::Fault);
    if let Some(why) = faults.find_map(|mark| mark.why.as_deref()) {
        let _ = write!(text, " ({why})");
    }
    text
}

/// One line for each exercise of each learner.
pub fn csv(grades: &Grades) -> String {
    let mut text = String::from(
        "learner,exercise,verdict,points,worth,claims_held,claims,why,retried,stages_held,stages\n",
    );
    for learner in &grades.learners {
        for mark in &learner.marks {
            let verdict = serde_json::to_value(mark.verdict).unwrap_or_default();
            let _ = writeln!(
                text,
                "{},{},{},{},{},{},{},{},{},{},{}",
                cell(&learner.learner),
                cell(&mark.exercise),
                verdict.as_str().unwrap_or_default(),
                mark.points,
                mark.worth,
                mark.claims.0,
                mark.claims.1,
                cell(mark.why.as_deref().unwrap_or_default()),
                cell(mark.retried.as_deref().unwrap_or_default()),
                mark.stages
                    .map_or_else(String::new, |(held, _)| held.to_string()),
                mark.stages
                    .map_or_else(String::new, |(_, all)| all.to_string())
            );
        }
    }
    text
}

/// A text as one cell. One that a spreadsheet would take for a formula gets an apostrophe before it.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t']);
    let text = if formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::grades::Worth;

    const WORTH: Worth = Worth {
        points: 2,
        stages: None,
    };

    fn class() -> Grades {
        let mark =
            |name: &str, verdict| Mark::without_report(name, verdict, WORTH, "=1+1, \"x\"".into());
        Grades {
            sandbox: "none".into(),
            learners: vec![Graded {
                learner: "anna".into(),
                refused: None,
                marks: vec![mark("a", Verdict::Failed), mark("b", Verdict::Fault)],
            }],
        }
    }

    #[test]
    fn the_table_names_what_is_open() {
        let text = table(&class());
        assert!(
            text.contains("anna        0/2      0/4  a; FAULT: b (=1+1, \"x\")\n"),
            "{text}"
        );
        assert!(text.contains("0 of 1 learners"), "{text}");
    }

    #[test]
    fn what_was_judged_twice_is_told_below_the_table() {
        let mut class = class();
        assert!(!table(&class).contains("twice"));
        class.learners[0].marks[1].retried = Some("no memory".into());
        let told = "Judged twice, after a fault of the machine: 1, the first of them b of anna (no memory).\n";
        assert!(table(&class).ends_with(told), "{}", table(&class));
        assert!(csv(&class).ends_with(",no memory,,\n"));
    }

    #[test]
    fn a_cell_is_quoted_and_is_never_a_formula() {
        assert!(csv(&class()).contains("anna,a,failed,0,2,0,0,\"'=1+1, \"\"x\"\"\",,,\n"));
    }
}
