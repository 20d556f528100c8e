//! The right answers, read from the solution, and what is wrong with another one. A solution that does not answer all that
//! is asked, or has no reason for a wrong choice, is a fault of the course.

use super::{
    answer::{self, Given, Mistake},
    sheet::{self, Question},
};
use crate::{
    check::Job,
    course::course_error,
    error::{Error, Result},
    workspace,
};
use std::path::Path;

/// The right answer to one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// What an answer to it looks like.
    pub(super) takes: Takes,
    right: Vec<char>,
    /// What is said to who chose this letter.
    not: Vec<(char, String)>,
    /// What is said to who put the first after the second.
    before: Vec<(char, char, String)>,
}

/// What an answer looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// One letter.
    One,
    /// All letters that fit, in any order.
    Several,
    /// All letters, in their order.
    Order,
}

impl Key {
    /// What is wrong with these letters; `None` if nothing is.
    pub(super) fn mistake(&self, given: &[char]) -> Option<Mistake<'_>> {
        let twice = given
            .iter()
            .enumerate()
            .find(|(at, c)| given[..*at].contains(c));
        if let Some((_, letter)) = twice {
            return Some(Mistake::Twice(*letter));
        }
        match self.takes {
            Takes::One if given.len() > 1 => Some(Mistake::TooMany),
            Takes::One | Takes::Several => {
                let wrong = given.iter().find(|letter| !self.right.contains(letter));
                let reason = self.not.iter().find(|(not, _)| Some(not) == wrong);
                match reason {
                    Some((_, reason)) if given.len() == 1 => Some(Mistake::Reason(reason)),
                    Some((letter, reason)) => Some(Mistake::Letter(*letter, reason)),
                    None => (given.len() < self.right.len()).then_some(Mistake::NotAll),
                }
            }
            Takes::Order => {
                let place = |letter: char| given.iter().position(|&c| c == letter);
                // Each two neighbours in the right order make the whole right.
                let broken = self.before.iter().find(|(first, second, _)| {
                    matches!((place(*first), place(*second)), (Some(first), Some(second)) if first > second)
                });
                match broken {
                    Some((_, _, reason)) => Some(Mistake::Reason(reason)),
                    None => (given.len() < self.right.len()).then_some(Mistake::LeftOut),
                }
            }
        }
    }
}

/// The questions of the solution, each with its key.
pub(super) fn load(job: Job<'_>) -> Result<Vec<(Question, Key)>> {
    let file = job.course.solution(job.exercise);
    let solution = sheet::read(&workspace::read(&file)?);
    let file = job.course.workspace.shown(&file);
    if solution.is_empty() {
        return Err(course_error(
            file,
            None,
            "there is no question in it, so nothing would be checked",
            "Begin a question with its number, as in “1. Who answers?”.",
        ));
    }
    solution
        .into_iter()
        .map(|question| {
            let key = key(file, &question)?;
            Ok((question, key))
        })
        .collect()
}

fn fault(file: &Path, question: &Question, what: &str) -> Error {
    course_error(
        file,
        Some(question.line),
        format!("question {}: {what}", question.number),
        "CONTRIBUTING.md, kind quiz, says what a solution has to have.",
    )
}

fn key(file: &Path, solved: &Question) -> Result<Key> {
    let fault = |what: &str| fault(file, solved, what);
    let [answer] = solved.answers.as_slice() else {
        return Err(fault("it needs one line “answer:”"));
    };
    let takes = match (answer.text.contains('>'), answer.text.contains(',')) {
        (true, _) => Takes::Order,
        (false, true) => Takes::Several,
        (false, false) => Takes::One,
    };
    let Given::Letters(right) = answer::read(&answer.text, solved, takes) else {
        return Err(fault("its answer is none of the choices"));
    };
    if takes == Takes::Order && right.len() != solved.choices.len() {
        return Err(fault("its order does not have all choices"));
    }
    let reason = |name: String| {
        let found = solved.reasons.iter().find(|(known, _)| *known == name);
        let (_, reason) = found.ok_or_else(|| fault(&format!("“{name}: …” is missing")))?;
        let tells = |letter: &char| {
            let choice = solved.choices.iter().find(|c| c.letter == *letter);
            choice.is_some_and(|c| reason.to_lowercase().contains(&c.text.to_lowercase()))
        };
        match takes != Takes::Order && right.iter().any(tells) {
            true => Err(fault(&format!("“{name}: …” gives the answer away"))),
            false => Ok(reason.clone()),
        }
    };
    let (mut not, mut before) = (Vec::new(), Vec::new());
    match takes {
        Takes::Order => {
            for pair in right.windows(2) {
                let reason = reason(format!("{} before {}", pair[0], pair[1]))?;
                before.push((pair[0], pair[1], reason));
            }
        }
        Takes::One | Takes::Several => {
            let wrong = solved.choices.iter().filter(|c| !right.contains(&c.letter));
            for choice in wrong {
                not.push((choice.letter, reason(format!("not {}", choice.letter))?));
            }
        }
    }
    Ok(Key {
        takes,
        right,
        not,
        before,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_of(text: &str) -> Result<Key> {
        let question =
            sheet::read(&format!("1. Which?\n a) one\n b) two\n c) three\n{text}")).remove(0);
        key(Path::new("a.txt"), &question)
    }

    #[test]
    fn one_answer_is_right_and_each_other_has_its_reason() {
        let key = key_of("answer: b\nnot a: too small\nnot c: too large\n").expect("a key");
        assert_eq!(key.mistake(&['b']), None);
        assert_eq!(key.mistake(&['a']), Some(Mistake::Reason("too small")));
        assert_eq!(key.mistake(&['b', 'c']), Some(Mistake::TooMany));
        assert_eq!(key.mistake(&['b', 'b']), Some(Mistake::Twice('b')));
    }

    #[test]
    fn several_answers_are_right_in_any_order() {
        let key = key_of("answer: c, a\nnot b: no\n").expect("a key");
        assert_eq!(key.mistake(&['a', 'c']), None);
        assert_eq!(key.mistake(&['c']), Some(Mistake::NotAll));
        assert_eq!(
            key.mistake(&['a', 'b', 'c']),
            Some(Mistake::Letter('b', "no"))
        );
    }

    #[test]
    fn an_order_is_right_as_a_whole_and_wrong_at_a_pair() {
        let key =
            key_of("answer: c > a > b\nc before a: first c\na before b: then a\n").expect("a key");
        assert_eq!(key.mistake(&['c', 'a', 'b']), None);
        assert_eq!(
            key.mistake(&['c', 'b', 'a']),
            Some(Mistake::Reason("then a"))
        );
        assert_eq!(
            key.mistake(&['a', 'b', 'c']),
            Some(Mistake::Reason("first c"))
        );
        assert_eq!(key.mistake(&['c', 'b']), Some(Mistake::LeftOut));
    }

    #[test]
    fn a_solution_with_a_gap_is_the_courses_fault() {
        for (text, what) in [
            ("not a: x\n", "one line “answer:”"),
            ("answer: z\n", "none of the choices"),
            ("answer: b\nnot a: x\n", "“not c: …” is missing"),
            ("answer: a > b\n", "does not have all choices"),
            (
                "answer: a > b > c\na before b: x\n",
                "“b before c: …” is missing",
            ),
            (
                "answer: b\nnot a: it is Two\nnot c: x\n",
                "gives the answer away",
            ),
        ] {
            let error = key_of(text).expect_err(text).to_string();
            assert!(error.contains(what), "{error}");
        }
    }
}
