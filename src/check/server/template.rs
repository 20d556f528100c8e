//! Text with `${names}` in it, and the values they stand for. It does not know where the values come from.

use super::random;
use std::collections::HashMap;

/// The name of the directory that is the server's alone in this run.
pub(super) const DIR: &str = "dir";

/// Text whose `${names}` are filled in when it is used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Name(String),
}

impl Template {
    /// Reads the names out of a text. A `${` that is never closed stays text.
    pub(super) fn new(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, tail)) = after.split_once('}') else {
                break;
            };
            parts.push(Part::Text(before.to_owned()));
            parts.push(Part::Name(name.trim().to_owned()));
            rest = tail;
        }
        parts.push(Part::Text(rest.to_owned()));
        Self(parts)
    }

    /// The names in the text, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Name(name) => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// The text with every name filled in.
    pub(super) fn fill(&self, values: &Values) -> String {
        self.fill_with(values, str::to_owned)
    }

    /// The text with the names filled in that are `known`; the others stay as they are written.
    pub(super) fn fill_known(&self, values: &Values, known: impl Fn(&str) -> bool) -> String {
        self.0
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.clone(),
                Part::Name(name) if known(name) => values.get(name),
                Part::Name(name) => format!("${{{name}}}"),
            })
            .collect()
    }

    /// The text with every name filled in, each value changed by `quote` first.
    pub(super) fn fill_with(&self, values: &Values, quote: impl Fn(&str) -> String) -> String {
        self.0
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.clone(),
                Part::Name(name) => quote(&values.get(name)),
            })
            .collect()
    }
}

/// What the names of one run stand for: what was captured, and what was drawn from the seed.
#[derive(Clone, Debug)]
pub(super) struct Values {
    seed: u64,
    captured: HashMap<String, String>,
}

impl Values {
    /// The values of a run with this seed; nothing is captured yet.
    pub(super) fn new(seed: u64) -> Self {
        Self {
            seed,
            captured: HashMap::new(),
        }
    }

    /// The seed of the run.
    pub(super) fn seed(&self) -> u64 {
        self.seed
    }

    /// Remembers a value for the steps to come.
    pub(super) fn capture(&mut self, name: &str, value: String) {
        self.captured.insert(name.to_owned(), value);
    }

    /// True if the name has a value by now.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.captured.contains_key(name) || random::draw(name, self.seed).is_some()
    }

    /// The value of a name. The steps were checked when they were read, so the name is known.
    fn get(&self, name: &str) -> String {
        self.captured
            .get(name)
            .cloned()
            .or_else(|| random::draw(name, self.seed))
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_filled_in_and_the_rest_stays() {
        let mut values = Values::new(1);
        values.capture("id", "42".into());
        let template = Template::new("/users/${id}?a=$b${ id }");
        assert_eq!(template.fill(&values), "/users/42?a=$b42");
        assert_eq!(template.names().collect::<Vec<_>>(), ["id", "id"]);
    }

    #[test]
    fn an_open_brace_that_is_never_closed_is_text() {
        assert_eq!(Template::new("a${b").fill(&Values::new(1)), "a${b");
    }

    #[test]
    fn a_random_name_keeps_its_value_within_a_run() {
        let values = Values::new(7);
        let twice = Template::new("${random.word}/${random.word}").fill(&values);
        let (first, second) = twice.split_once('/').expect("a slash");
        assert_eq!(first, second);
        assert!(!first.is_empty());
    }
}
