//! Kind `quiz`: questions in a text file, answered behind `answer:`, compared with the answers of the solution.
//!
//! The learner's file, `NAME.txt`, holds numbered questions with lettered choices:
//!
//! ```text
//! 1. Whom do you pay for the name?
//!    Further words, if the question needs them.
//!      a) the owner of the computer
//!      b) a registrar
//!    answer:
//! ```
//!
//! The solution is the same file, answered, with a reason for each choice. So nothing that gives an answer away lies beside the
//! exercise, there is one place where an answer is written down, and the difference between the two files is the lesson.
//!
//! ```text
//!    answer: b                    one choice; `a, c` several, in any order; `c > a > b` all of them, in this order
//!    because: …                   why, for those who read the solution
//!    not a: …                     what the learner reads who chose a; for each wrong choice
//!    c before a: …                what the learner reads who put c after a; for each two neighbours of an order
//! ```
//!
//! **Names of checks**: each question's first line, with its number. The learner's copy of the questions does not count: what is asked
//! is what the solution asks.

mod answer;
mod key;
mod sheet;

use super::{Job, Means};
use crate::{
    error::{Error, Result},
    outcome::{Badge, Finding, Location, Report},
};
use answer::{Given, Mistake};
use key::{Key, Takes};
use sheet::Question;

/// What the learner reads when the questions are not the shipped ones.
const QUESTIONS_CHANGED: &str = "The questions in this file were changed. What counts is your answers to those that were shipped.";

/// Checks an exercise of kind `quiz`.
pub(super) fn check(job: Job<'_>, text: &str, means: Means<'_>, report: &mut Report) -> Result<()> {
    if means.cancel.is_cancelled() {
        return Err(Error::Cancelled);
    }
    let asked = key::load(job)?;
    let mine = sheet::read(text);
    let mut is_first = true;
    for (question, key) in &asked {
        match judge(job, question, key, &mine) {
            Verdict::Right => report.pass(question.claim()),
            // Nine questions that wait are one thing to do: the next one.
            Verdict::Unanswered(_) if !is_first => report.not_run(question.claim()),
            Verdict::Unanswered(finding) => {
                is_first = false;
                report.fail(*finding);
            }
            Verdict::Wrong(finding) => report.fail(*finding),
        }
    }
    if report.passed() {
        report.badge = Some(Badge::AnswersOnly);
    }
    let same = |mine: &Question| asked.iter().any(|(question, _)| question.asks_as(mine));
    if !mine.iter().all(same) {
        report.notes.push(QUESTIONS_CHANGED.into());
    }
    Ok(())
}

enum Verdict {
    Right,
    Unanswered(Box<Finding>),
    Wrong(Box<Finding>),
}

fn judge(job: Job<'_>, question: &Question, key: &Key, mine: &[Question]) -> Verdict {
    let finding = Finding {
        asked: Some(question.text.join("\n")).filter(|text| !text.is_empty()),
        ..Finding::new(question.claim())
    };
    let place = |line: usize| {
        Some(Location {
            file: job.course.relative_file(job.exercise),
            line,
            column: 1,
        })
    };
    let again = format!(
        "The file as it was shipped: x in the watcher, or cargo run -- reset {}",
        job.exercise.name
    );
    let mut found = mine.iter().filter(|mine| mine.number == question.number);
    let Some(own) = found.next() else {
        return Verdict::Wrong(Box::new(Finding {
            expected: Some(format!("a line that begins with {}.", question.number)),
            actual: Some("this question is not in your file".into()),
            explain: Some(format!(
                "Write it back, with a line “answer:” below it. {again}"
            )),
            ..finding
        }));
    };
    if let Some(second) = found.next() {
        return Verdict::Wrong(Box::new(Finding {
            actual: Some(format!(
                "question {} stands there twice, in lines {} and {}",
                question.number, own.line, second.line
            )),
            explain: Some(format!("Take one of the two out. {again}")),
            location: place(second.line),
            ..finding
        }));
    }
    let answer = match own.answers.as_slice() {
        [answer] => answer,
        [] => {
            return Verdict::Wrong(Box::new(Finding {
                expected: Some(format!("a line “answer:” below line {}", own.line)),
                actual: Some("no such line before the next question".into()),
                explain: Some(format!("Write it back. {again}")),
                location: place(own.line),
                ..finding
            }));
        }
        [first, second, ..] => {
            return Verdict::Wrong(Box::new(Finding {
                expected: Some("one line “answer:”".into()),
                actual: Some(format!("two, in lines {} and {}", first.line, second.line)),
                explain: Some(format!(
                    "Is the first line of a question missing between them? {again}"
                )),
                location: place(second.line),
                ..finding
            }));
        }
    };
    let finding = Finding {
        location: place(answer.line),
        ..finding
    };
    match answer::read(&answer.text, question, key.takes) {
        Given::Nothing => Verdict::Unanswered(Box::new(Finding {
            expected: Some(how_to_answer(question, key.takes)),
            actual: Some("not answered yet".into()),
            ..finding
        })),
        Given::Unreadable(word) => Verdict::Wrong(Box::new(Finding {
            expected: Some(how_to_answer(question, key.takes)),
            actual: Some(format!("“{word}”, which is none of the choices")),
            ..finding
        })),
        Given::Letters(letters) => match key.mistake(&letters) {
            None => Verdict::Right,
            Some(mistake) => Verdict::Wrong(Box::new(Finding {
                actual: Some(answer::in_words(&letters, question, key.takes)),
                explain: Some(words(mistake, question)),
                ..finding
            })),
        },
    }
}

/// What is wrong with an answer, without what would be right.
fn words(mistake: Mistake<'_>, question: &Question) -> String {
    match mistake {
        Mistake::Reason(reason) => reason.to_owned(),
        Mistake::Letter(letter, reason) => format!("{letter}: {reason}"),
        Mistake::TooMany => "One of them is enough: which fits best?".into(),
        Mistake::NotAll => "What you chose is right, and there is more that fits.".into(),
        Mistake::Twice(letter) => format!("{letter} stands there twice."),
        Mistake::LeftOut => format!(
            "Some are left out: put all {} in their order.",
            question.choices.len()
        ),
    }
}

fn how_to_answer(question: &Question, takes: Takes) -> String {
    let letters: Vec<String> = question
        .choices
        .iter()
        .map(|choice| choice.letter.to_string())
        .collect();
    let (first, last) = match (letters.first(), letters.last()) {
        (Some(first), Some(last)) => (first.as_str(), last.as_str()),
        _ => ("a", "a"),
    };
    match takes {
        Takes::One => format!("one letter of {first} to {last}, as in “answer: {first}”"),
        Takes::Several => {
            format!("all letters that fit, of {first} to {last}, as in “answer: {first}, {last}”")
        }
        Takes::Order => format!(
            "the letters {first} to {last} in their order, as in “answer: {}”",
            letters.join(" > ")
        ),
    }
}
