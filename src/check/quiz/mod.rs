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
use sheet::{Answer, Question};

/// What the learner reads when the questions are not the shipped ones.
const QUESTIONS_CHANGED: &str = "The questions in this file were changed. What counts is your answers to those that were shipped.";

/// Checks an exercise of kind `quiz`.
pub(super) fn check(job: Job<'_>, text: &str, means: Means<'_>, report: &mut Report) -> Result<()> {
    if means.cancel.is_cancelled() {
        return Err(Error::Cancelled);
    }
    let asked = key::load(job)?;
    let mine = sheet::read(text);
    let mut one_waits = false;
    for (question, key) in &asked {
        match judge(job, question, key, &mine) {
            Verdict::Right => report.pass(question.claim()),
            // Nine questions that wait are one thing to do: the next one.
            Verdict::Unanswered(_) if one_waits => report.not_run(question.claim()),
            Verdict::Unanswered(finding) => {
                one_waits = true;
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
    let answer = match answer_in(job, question, mine) {
        Ok(answer) => answer,
        Err(finding) => return Verdict::Wrong(finding),
    };
    let finding = Finding {
        location: place(job, answer.line),
        ..about(question)
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

/// The one place where the learner has answered a question, or what has become of it.
fn answer_in<'a>(
    job: Job<'_>,
    question: &Question,
    mine: &'a [Question],
) -> std::result::Result<&'a Answer, Box<Finding>> {
    let number = question.number;
    let again = format!(
        "The file as it was shipped: x in the watcher, or {}",
        job.reset_command()
    );
    let mut found = mine.iter().filter(|mine| mine.number == number);
    let finding = match (found.next(), found.next()) {
        (None, _) => Finding {
            expected: Some(format!("a line that begins with {number}.")),
            actual: Some("this question is not in your file".into()),
            explain: Some(format!(
                "Write it back, with a line “answer:” below it. {again}"
            )),
            ..about(question)
        },
        (Some(first), Some(second)) => Finding {
            actual: Some(format!(
                "question {number} stands there twice, in lines {} and {}",
                first.line, second.line
            )),
            explain: Some(format!("Take one of the two out. {again}")),
            location: place(job, second.line),
            ..about(question)
        },
        (Some(own), None) => match own.answers.as_slice() {
            [answer] => return Ok(answer),
            [] => Finding {
                expected: Some(format!("a line “answer:” below line {}", own.line)),
                actual: Some("no such line before the next question".into()),
                explain: Some(format!("Write it back. {again}")),
                location: place(job, own.line),
                ..about(question)
            },
            [first, second, ..] => Finding {
                expected: Some("one line “answer:”".into()),
                actual: Some(format!("two, in lines {} and {}", first.line, second.line)),
                explain: Some(format!(
                    "Is the first line of a question missing between them? {again}"
                )),
                location: place(job, second.line),
                ..about(question)
            },
        },
    };
    Err(Box::new(finding))
}

/// A finding about a question, with what is asked and nothing else yet.
fn about(question: &Question) -> Finding {
    Finding {
        asked: Some(question.text.join("\n")).filter(|text| !text.is_empty()),
        ..Finding::new(question.claim())
    }
}

fn place(job: Job<'_>, line: usize) -> Option<Location> {
    Some(Location {
        file: job.course.relative_file(job.exercise),
        line,
        column: 1,
    })
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
/// Answers of any text are read, and read the same again; see `src/fuzz.rs`.
#[cfg(any(test, fuzzing))]
pub(super) fn fuzz(text: &str) {
    let questions = sheet::read(text);
    let lines = text.lines().count();
    assert!(questions.iter().all(|question| question.line <= lines));
}
