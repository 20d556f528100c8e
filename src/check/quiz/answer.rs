//! What a learner wrote behind `answer:`, as letters. Case, spaces and signs between the letters do not matter.

use super::{key::Takes, sheet::Question};

/// What was given as an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// Nothing yet.
    Nothing,
    /// The letters of choices, in the order in which they were written.
    Letters(Vec<char>),
    /// This word, which is no choice.
    Unreadable(String),
}

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mistake<'a> {
    /// The solution says why.
    Reason(&'a str),
    /// The solution says why this one of several letters is wrong.
    Letter(char, &'a str),
    /// One is asked for.
    TooMany,
    /// Nothing of it is wrong, and something is missing.
    NotAll,
    /// A letter stands there twice.
    Twice(char),
    /// An order does not have all choices.
    LeftOut,
}

/// Reads an answer. Letters count, in any case and with any signs around them; so do the words of a choice.
pub(super) fn read(text: &str, question: &Question, takes: Takes) -> Given {
    let known = |letter: char| question.choices.iter().any(|c| c.letter == letter);
    let words = letters_and_digits(text);
    // "a registrar" or "b) a registrar"; in both an a stands that is no choice.
    let in_words = question.choices.iter().find(|choice| {
        let said = letters_and_digits(&choice.text);
        words == said || words.strip_prefix(choice.letter) == Some(said.as_str())
    });
    if let Some(choice) = in_words {
        return Given::Letters(vec![choice.letter]);
    }
    let mut letters = Vec::new();
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        let word = word.to_lowercase();
        let mut chars = word.chars();
        match (chars.next(), chars.next()) {
            (None, _) => {}
            (Some(letter), None) if known(letter) => letters.push(letter),
            _ if word == "and" || word == "then" => {}
            // "cab" for "c > a > b".
            _ if takes != Takes::One && word.chars().all(known) => letters.extend(word.chars()),
            _ => return Given::Unreadable(word),
        }
    }
    match letters.is_empty() {
        true => Given::Nothing,
        false => Given::Letters(letters),
    }
}

fn letters_and_digits(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// An answer as the learner reads it again: "b) a registrar", "a, c", "c > a > b".
pub(super) fn in_words(letters: &[char], question: &Question, takes: Takes) -> String {
    if let [letter] = letters
        && let Some(choice) = question.choices.iter().find(|c| c.letter == *letter)
    {
        return format!("{letter}) {}", choice.text);
    }
    let letters: Vec<String> = letters.iter().map(char::to_string).collect();
    letters.join(match takes {
        Takes::Order => " > ",
        Takes::One | Takes::Several => ", ",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::quiz::sheet;

    fn question() -> Question {
        let text = "1. Who?\n a) the owner\n b) a registrar\n c) nobody\n answer:\n";
        sheet::read(text).remove(0)
    }

    #[test]
    fn one_letter_may_be_written_in_many_ways() {
        for text in [
            "b",
            "B",
            " b ",
            "b)",
            "(b)",
            "b.",
            "a registrar",
            "A  Registrar.",
            "b) a registrar",
        ] {
            let given = read(text, &question(), Takes::One);
            assert_eq!(given, Given::Letters(vec!['b']), "{text}");
        }
    }

    #[test]
    fn several_letters_may_have_anything_between_them() {
        for text in [
            "c, a, b",
            "c a b",
            "cab",
            "C>A>B",
            "c -> a -> b",
            "c → a → b",
            "c, then a and b",
            "(c) (a) (b)",
        ] {
            let given = read(text, &question(), Takes::Order);
            assert_eq!(given, Given::Letters(vec!['c', 'a', 'b']), "{text}");
        }
    }

    #[test]
    fn signs_alone_are_no_answer() {
        for text in ["", " ", "?", "...", "___"] {
            assert_eq!(
                read(text, &question(), Takes::One),
                Given::Nothing,
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_choice_is_named() {
        for (text, word) in [
            ("x", "x"),
            ("B, z", "z"),
            ("the registry", "the"),
            ("ab", "ab"),
            ("b) the owner", "the"),
        ] {
            let given = read(text, &question(), Takes::One);
            assert_eq!(given, Given::Unreadable(word.into()), "{text}");
        }
    }
}
