//! What parts of a JSON body have to be. A part is named by a JSONPath (RFC 9535). It knows nothing of messages.

use super::{
    action::filled,
    escape::show,
    expect::{About, Problem},
    template::Values,
};
use jsonpath_rfc9535::{Error, JsonPath};
use regex::Regex;
use serde_json::Value;
use std::fmt;

/// One part of a body and what it has to be. Everything that is given has to hold.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) path: Path,
    pub(super) equals: Option<Value>,
    pub(super) contains: Option<Value>,
    pub(super) matches: Option<Regex>,
    pub(super) at_least: Option<f64>,
    pub(super) at_most: Option<f64>,
    pub(super) length: Option<usize>,
    pub(super) kind: Option<Type>,
    pub(super) presence: Presence,
}

/// Where a part stands.
#[derive(Clone, Debug)]
pub(super) struct Path {
    text: String,
    query: JsonPath,
}

impl Path {
    /// Reads a JSONPath, as in `$.items[0].name`.
    ///
    /// # Errors
    /// If the text is none.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        Ok(Self {
            text: text.to_owned(),
            query: JsonPath::parse(text)?,
        })
    }
}

/// As its author has written it.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The types of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

impl Type {
    /// Every type with its name.
    pub(super) const ALL: [(&'static str, Self); 6] = [
        ("null", Self::Null),
        ("boolean", Self::Boolean),
        ("number", Self::Number),
        ("string", Self::String),
        ("array", Self::Array),
        ("object", Self::Object),
    ];

    fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::Array(_) => Self::Array,
            Value::Object(_) => Self::Object,
        }
    }

    fn name(self) -> &'static str {
        let known = Self::ALL.iter().find(|(_, kind)| *kind == self);
        known.map_or("", |(name, _)| name)
    }
}

/// Whether the part has to be there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Presence {
    #[default]
    Required,
    Absent,
}

/// What does not hold of a body.
pub(super) fn judge(parts: &[Part], body: &[u8], values: &Values) -> Vec<Problem> {
    if parts.is_empty() {
        return Vec::new();
    }
    let json: Value = match serde_json::from_slice(body) {
        Ok(json) => json,
        Err(error) => {
            return vec![Problem {
                about: About::Body,
                expected: "a body that is JSON".into(),
                actual: show(body),
                explain: Some(format!("A JSON parser stops here: {error}.")),
            }];
        }
    };
    parts
        .iter()
        .filter_map(|part| part.judge(&json, values))
        .collect()
}

impl Part {
    fn judge(&self, json: &Value, values: &Values) -> Option<Problem> {
        let found = self.path.query.query_values(json);
        let problem = |expected: String, actual: String| {
            Some(Problem {
                about: About::Body,
                expected: format!("{} {expected}", self.path),
                actual: format!("{} {actual}", self.path),
                explain: None,
            })
        };
        // Several values that one path finds are told and compared as a list.
        let value = match found.as_slice() {
            [] if self.presence == Presence::Absent => return None,
            [] => {
                let body = show(json.to_string().as_bytes());
                return problem("is there".into(), format!("is not in {body}"));
            }
            [one] => (*one).clone(),
            many => Value::Array(many.iter().map(|value| (*value).clone()).collect()),
        };
        let shown = || format!("is {}", show(value.to_string().as_bytes()));
        if self.presence == Presence::Absent {
            return problem("is absent".into(), shown());
        }
        let wrong = |expected: String| problem(expected, shown());
        if let Some(equals) = &self.equals {
            let wanted = filled(equals, values);
            if !same(&wanted, &value) {
                return wrong(format!("is {wanted}"));
            }
        }
        if let Some(contains) = &self.contains {
            let wanted = filled(contains, values);
            if !holds(&value, &wanted) {
                return wrong(format!("contains {wanted}"));
            }
        }
        if let Some(pattern) = &self.matches
            && !value.as_str().is_some_and(|text| pattern.is_match(text))
        {
            return wrong(format!("is a string that matches {pattern}"));
        }
        if let Some(least) = self.at_least
            && !value.as_f64().is_some_and(|number| number >= least)
        {
            return wrong(format!("is at least {least}"));
        }
        if let Some(most) = self.at_most
            && !value.as_f64().is_some_and(|number| number <= most)
        {
            return wrong(format!("is at most {most}"));
        }
        if let Some(length) = self.length
            && length_of(&value) != Some(length)
        {
            return wrong(format!("has the length {length}"));
        }
        if let Some(kind) = self.kind
            && Type::of(&value) != kind
        {
            return wrong(format!("is of type {}", kind.name()));
        }
        None
    }
}

/// Equal as JSON: 1 and 1.0 are one number, and the order of fields says nothing.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        (a, b) => a == b,
    }
}

fn holds(value: &Value, part: &Value) -> bool {
    match (value, part) {
        (Value::String(text), Value::String(part)) => text.contains(part),
        (Value::Array(items), part) => items.iter().any(|item| same(item, part)),
        (Value::Object(fields), Value::Object(parts)) => parts
            .iter()
            .all(|(name, part)| fields.get(name).is_some_and(|field| same(field, part))),
        _ => false,
    }
}

/// Of a string its characters, of an array its items, of an object its fields.
fn length_of(value: &Value) -> Option<usize> {
    match value {
        Value::String(text) => Some(text.chars().count()),
        Value::Array(items) => Some(items.len()),
        Value::Object(fields) => Some(fields.len()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn part(path: &str) -> Part {
        Part {
            path: Path::parse(path).expect("a path"),
            equals: None,
            contains: None,
            matches: None,
            at_least: None,
            at_most: None,
            length: None,
            kind: None,
            presence: Presence::Required,
        }
    }

    fn told(part: Part, body: &Value) -> Option<String> {
        let problems = judge(&[part], body.to_string().as_bytes(), &Values::new(1));
        problems
            .into_iter()
            .next()
            .map(|problem| format!("{} / {}", problem.expected, problem.actual))
    }

    #[test]
    fn each_expectation_holds_and_fails() {
        let body = json!({ "users": [{ "name": "Ann", "age": 7 }, { "name": "Bo", "age": 8 }], "next": null });
        let cases = [
            (
                Part {
                    equals: Some(json!("Ann")),
                    ..part("$.users[0].name")
                },
                None,
            ),
            (
                Part {
                    equals: Some(json!(["Ann", "Bo"])),
                    ..part("$.users[*].name")
                },
                None,
            ),
            (
                Part {
                    equals: Some(json!(7.0)),
                    ..part("$.users[0].age")
                },
                None,
            ),
            (
                Part {
                    equals: Some(json!("7")),
                    ..part("$.users[0].age")
                },
                Some("$.users[0].age is \"7\" / $.users[0].age is 7"),
            ),
            (
                Part {
                    contains: Some(json!("Bo")),
                    ..part("$.users[*].name")
                },
                None,
            ),
            (
                Part {
                    contains: Some(json!({ "age": 8 })),
                    ..part("$.users[1]")
                },
                None,
            ),
            (
                Part {
                    contains: Some(json!("x")),
                    ..part("$.users[0].name")
                },
                Some("$.users[0].name contains \"x\" / $.users[0].name is \"Ann\""),
            ),
            (
                Part {
                    at_least: Some(7.0),
                    at_most: Some(7.0),
                    ..part("$.users[0].age")
                },
                None,
            ),
            (
                Part {
                    at_most: Some(6.5),
                    ..part("$.users[0].age")
                },
                Some("$.users[0].age is at most 6.5 / $.users[0].age is 7"),
            ),
            (
                Part {
                    length: Some(2),
                    ..part("$.users")
                },
                None,
            ),
            (
                Part {
                    length: Some(3),
                    ..part("$.users")
                },
                Some(""),
            ),
            (
                Part {
                    kind: Some(Type::Null),
                    ..part("$.next")
                },
                None,
            ),
            (
                Part {
                    kind: Some(Type::Array),
                    ..part("$.next")
                },
                Some("$.next is of type array / $.next is null"),
            ),
            (
                Part {
                    matches: Regex::new("^A").ok(),
                    ..part("$.users[0].name")
                },
                None,
            ),
            (
                Part {
                    matches: Regex::new("^B").ok(),
                    ..part("$.users[0].name")
                },
                Some(""),
            ),
            (
                Part {
                    presence: Presence::Absent,
                    ..part("$.users[0].password")
                },
                None,
            ),
            (
                Part {
                    presence: Presence::Absent,
                    ..part("$.next")
                },
                Some("$.next is absent / $.next is null"),
            ),
            (part("$.next"), None),
            (part("$.users[?@.age > 9]"), Some("")),
        ];
        for (part, expected) in cases {
            let path = part.path.to_string();
            let told = told(part, &body);
            match expected {
                Some("") => assert!(told.is_some(), "{path}"),
                expected => assert_eq!(told.as_deref(), expected, "{path}"),
            }
        }
    }

    #[test]
    fn a_body_that_is_no_json_is_told_with_the_place() {
        let problems = judge(&[part("$.a")], b"{\"a\": 1,}", &Values::new(1));
        assert_eq!(problems.len(), 1);
        assert!(
            problems[0]
                .explain
                .as_ref()
                .is_some_and(|text| text.contains("line 1 column 9"))
        );
    }
}
