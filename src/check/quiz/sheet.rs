//! A text file of questions, read line by line. It judges nothing, and a line that it does not know is no mistake.

/// One question as a file has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Question {
    /// Its number, which is its identity.
    pub(super) number: u32,
    /// Its first line, behind the number.
    pub(super) title: String,
    /// Further words before the choices.
    pub(super) text: Vec<String>,
    /// What can be chosen.
    pub(super) choices: Vec<Choice>,
    /// What stands behind `answer:`. There should be one.
    pub(super) answers: Vec<Answer>,
    /// Further lines `name: words` below the answer, as a solution has them.
    pub(super) reasons: Vec<(String, String)>,
    /// The line it begins on, counted from 1.
    pub(super) line: usize,
}

/// A choice of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    /// Its letter, a small one.
    pub(super) letter: char,
    /// What it says.
    pub(super) text: String,
}

/// A line `answer:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// What stands behind it, and on the lines below it.
    pub(super) text: String,
    /// The line it stands on, counted from 1.
    pub(super) line: usize,
}

impl Question {
    /// The name of its check.
    pub(super) fn claim(&self) -> String {
        format!("{}. {}", self.number, self.title)
    }

    /// True if the other one asks the same, however it is answered.
    pub(super) fn asks_as(&self, other: &Self) -> bool {
        self.number == other.number
            && self.title == other.title
            && self.text == other.text
            && self.choices == other.choices
    }
}

/// The questions of a file, in its order. What stands before the first one is not looked at.
pub(super) fn read(text: &str) -> Vec<Question> {
    let mut questions: Vec<Question> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((number, title)) = heading(&words) {
            questions.push(Question {
                number,
                title: title.to_owned(),
                line: index + 1,
                ..Question::default()
            });
        } else if let Some(question) = questions.last_mut().filter(|_| !words.is_empty()) {
            take(question, &words, index + 1);
        }
    }
    questions
}

fn take(question: &mut Question, words: &str, line: usize) {
    if let Some(text) = answer(words) {
        question.answers.push(Answer {
            text: text.to_owned(),
            line,
        });
    } else if let Some(answer) = question.answers.last_mut() {
        // Below an answer there are the solution's reasons, or the rest of the answer.
        match (words.split_once(": "), question.reasons.last_mut()) {
            (Some((name, reason)), _) if is_name(name) => {
                question.reasons.push((name.to_owned(), reason.to_owned()));
            }
            (_, Some((_, reason))) => join(reason, words),
            (_, None) => join(&mut answer.text, words),
        }
    } else if let Some((letter, text)) = choice(words) {
        question.choices.push(Choice {
            letter,
            text: text.to_owned(),
        });
    } else if let Some(choice) = question.choices.last_mut() {
        join(&mut choice.text, words);
    } else {
        question.text.push(words.to_owned());
    }
}

fn join(text: &mut String, more: &str) {
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(more);
}

/// "7. Words", also with a bracket.
fn heading(words: &str) -> Option<(u32, &str)> {
    let (number, title) = words.split_once(' ')?;
    let number = number.strip_suffix(['.', ')'])?;
    Some((number.parse().ok()?, title))
}

/// "a) words", also with a full stop, and with a capital letter.
fn choice(words: &str) -> Option<(char, &str)> {
    let (letter, text) = words.split_once(' ')?;
    let mut letters = letter.strip_suffix([')', '.'])?.chars();
    let letter = letters.next()?.to_ascii_lowercase();
    (letter.is_ascii_lowercase() && letters.next().is_none()).then_some((letter, text))
}

/// What stands behind "answer:", however that is written.
fn answer(words: &str) -> Option<&str> {
    let (name, text) = words.split_once([':', '='])?;
    name.trim()
        .eq_ignore_ascii_case("answer")
        .then_some(text.trim())
}

/// "because", "not a" and "a before b".
fn is_name(name: &str) -> bool {
    let words: Vec<&str> = name.split(' ').collect();
    matches!(
        words.as_slice(),
        ["because"] | ["not", _] | [_, "before", _]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHEET: &str = "# Names\n\nHow to answer.\n\n1. Who pays?\n   For the name.\n     a) you\n     b) somebody else,\n        or nobody\n   answer: b\n   because: it is\n   so.\n   not a: No.\n\n2. In which order?\n  a) x\n  b) y\nANSWER = b >\n   a\n";

    #[test]
    fn a_question_has_words_choices_an_answer_and_reasons() {
        let [first, _] = read(SHEET).try_into().expect("two questions");
        assert_eq!(first.claim(), "1. Who pays?");
        assert_eq!(first.text, ["For the name."]);
        assert_eq!(first.choices[1].letter, 'b');
        assert_eq!(first.choices[1].text, "somebody else, or nobody");
        assert_eq!(
            (first.answers[0].text.as_str(), first.answers[0].line),
            ("b", 10)
        );
        let reason = |name: &str, words: &str| (name.to_owned(), words.to_owned());
        assert_eq!(
            first.reasons,
            [reason("because", "it is so."), reason("not a", "No.")]
        );
    }

    #[test]
    fn an_answer_may_be_written_in_other_ways() {
        let second = &read(SHEET)[1];
        assert_eq!(second.answers[0].text, "b > a");
        for line in ["answer:b", "Answer : b", "  ANSWER:   b", "answer:\n   b"] {
            let sheet = SHEET.replace("answer: b\n   because", &format!("{line}\n   because"));
            assert_eq!(read(&sheet)[0].answers[0].text, "b", "{line}");
        }
    }

    #[test]
    fn spaces_and_empty_lines_do_not_make_another_question() {
        let wide = SHEET
            .replace("Who pays?", " Who   pays?")
            .replace("\n     a)", "\n\n\ta)");
        assert!(read(SHEET)[0].asks_as(&read(&wide)[0]));
        let other = SHEET.replace("a) you", "a) we");
        assert!(!read(SHEET)[0].asks_as(&read(&other)[0]));
    }
}
