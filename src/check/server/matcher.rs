//! What a text of the answer has to be: a header's value or the body. It knows nothing of messages.

use super::{
    escape::{count_bytes, show},
    expect::{About, Problem},
    template::{Template, Values},
};
use regex::Regex;

/// What a text has to be. Everything that is given has to hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Matcher {
    pub(super) equals: Option<Template>,
    pub(super) contains: Vec<Template>,
    pub(super) lacks: Vec<Template>,
    pub(super) matches: Option<Template>,
    /// Members of a list with commas, in any order, and no others.
    pub(super) list: Option<Vec<String>>,
    /// Bytes.
    pub(super) length: Option<usize>,
    /// What is told as expected, where a pattern would puzzle a reader.
    pub(super) words: Option<String>,
    pub(super) presence: Presence,
}

/// Whether a header has to be there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Presence {
    /// It must be there.
    #[default]
    Required,
    /// It must not.
    Absent,
}

impl Matcher {
    /// Every template in it, to find the names.
    pub(super) fn templates(&self) -> impl Iterator<Item = &Template> {
        let some = self.equals.iter().chain(&self.matches);
        some.chain(&self.contains).chain(&self.lacks)
    }

    /// True if every text would do.
    pub(super) fn is_empty(&self) -> bool {
        let says_something =
            self.templates().next().is_some() || self.list.is_some() || self.length.is_some();
        !says_something
    }

    /// What does not hold of the values that came for a header.
    pub(super) fn judge_header(
        &self,
        name: &str,
        found: &[&str],
        values: &Values,
    ) -> Option<Problem> {
        match (self.presence, found.is_empty()) {
            (Presence::Absent, true) => None,
            (Presence::Absent, false) => Some(Problem {
                about: About::Else,
                expected: format!("no header {name}"),
                actual: format!("{name}: {}", found.join(", ")),
                explain: None,
            }),
            (Presence::Required, true) => Some(Problem {
                about: About::Else,
                expected: self.expected(&format!("header {name}"), values),
                actual: format!("an answer without a header {name}"),
                explain: None,
            }),
            // Several lines of one header mean the same as one line with commas.
            (Presence::Required, false) => {
                self.judge(&format!("header {name}"), &found.join(", "), values)
            }
        }
    }

    /// What does not hold of a text; `what` names the text.
    pub(super) fn judge(&self, what: &str, text: &str, values: &Values) -> Option<Problem> {
        if self.holds(text, values) {
            return None;
        }
        let equals = self.equals.as_ref();
        Some(Problem {
            about: About::Else,
            expected: self.expected(what, values),
            actual: format!("{what} {}", shown_or_empty(text)),
            explain: equals.and_then(|equals| about_the_end(&equals.fill(values), text)),
        })
    }

    /// The first text that must not be there and is, and what stands before it.
    pub(super) fn unwanted<'t>(&self, text: &'t str, values: &Values) -> Option<(String, &'t str)> {
        self.lacks.iter().find_map(|part| {
            let part = part.fill(values);
            let at = text.find(&part)?;
            Some((part, &text[..at]))
        })
    }

    fn holds(&self, text: &str, values: &Values) -> bool {
        let has = |part: &Template| text.contains(&part.fill(values));
        self.equals
            .as_ref()
            .is_none_or(|equals| equals.fill(values) == text)
            && self.contains.iter().all(has)
            && !self.lacks.iter().any(has)
            && self.length.is_none_or(|length| length == text.len())
            && self
                .list
                .as_ref()
                .is_none_or(|list| same_members(list, text))
            && self.matches.as_ref().is_none_or(|pattern| {
                Regex::new(&pattern.fill_with(values, regex::escape))
                    .is_ok_and(|regex| regex.is_match(text))
            })
    }

    fn expected(&self, what: &str, values: &Values) -> String {
        if let Some(words) = &self.words {
            return format!("{what} {words}");
        }
        let mut parts = Vec::new();
        if let Some(equals) = &self.equals {
            parts.push(shown_or_empty(&equals.fill(values)));
        }
        parts.extend(
            self.contains
                .iter()
                .map(|part| format!("with {}", show(part.fill(values).as_bytes()))),
        );
        parts.extend(
            self.lacks
                .iter()
                .map(|part| format!("without {}", show(part.fill(values).as_bytes()))),
        );
        if let Some(pattern) = &self.matches {
            parts.push(format!("that matches {}", pattern.fill(values)));
        }
        parts.extend(
            self.length
                .map(|length| format!("of {}", count_bytes(length))),
        );
        parts.extend(self.list.as_ref().map(|list| list.join(", ")));
        format!("{what} {}", parts.join(", ")).trim_end().to_owned()
    }
}

/// A line break too many or too few is easily overlooked.
fn about_the_end(expected: &str, came: &str) -> Option<String> {
    if expected.strip_suffix('\n') == Some(came) {
        return Some("Only the last byte is missing: the line break \\n.".into());
    }
    if came.strip_suffix('\n') == Some(expected) {
        return Some("There is one byte too many: the line break \\n at the end.".into());
    }
    None
}

fn shown_or_empty(text: &str) -> String {
    if text.is_empty() {
        "(empty)".into()
    } else {
        show(text.as_bytes())
    }
}

fn same_members(list: &[String], text: &str) -> bool {
    let mut came: Vec<&str> = text
        .split(',')
        .map(str::trim)
        .filter(|member| !member.is_empty())
        .collect();
    came.sort_unstable();
    came.dedup();
    let mut wanted: Vec<&str> = list.iter().map(String::as_str).collect();
    wanted.sort_unstable();
    came == wanted
}
