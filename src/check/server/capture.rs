//! What a step remembers of its answer for the steps after it.

use super::message::Message;
use regex::Regex;
use serde_json::Value;

/// Where a value comes from.
#[derive(Clone, Debug)]
pub(super) enum Capture {
    /// The value of a header.
    Header(String),
    /// The first group of a pattern in the value of a header, or all of what it matches.
    HeaderPart(String, Regex),
    /// The first group of a pattern in the body, or all of what it matches.
    Body(Regex),
    /// A JSON pointer into the body, as in `/users/0/id` (RFC 6901).
    Json(String),
}

impl Capture {
    /// The value, if it is there.
    pub(super) fn take(&self, message: &Message) -> Option<String> {
        match self {
            Self::Header(name) => message.header(name).next().map(str::to_owned),
            Self::HeaderPart(name, pattern) => {
                let mut values = message.header(name);
                values.find_map(|value| group(pattern, value))
            }
            Self::Body(pattern) => group(pattern, &String::from_utf8_lossy(&message.body)),
            Self::Json(pointer) => {
                let json: Value = serde_json::from_slice(&message.body).ok()?;
                match json.pointer(pointer)? {
                    Value::Null => None,
                    Value::String(text) => Some(text.clone()),
                    other => Some(other.to_string()),
                }
            }
        }
    }

    /// What has to be there.
    pub(super) fn expected(&self) -> String {
        match self {
            Self::Header(name) => format!("a header {name}, which later steps use"),
            Self::HeaderPart(name, pattern) => {
                format!("a header {name} that matches {pattern}, which later steps use")
            }
            Self::Body(pattern) => format!("a body that matches {pattern}, which later steps use"),
            Self::Json(pointer) => {
                format!("a JSON body with a value at {pointer}, which later steps use")
            }
        }
    }
}

/// The first group of a pattern in a text, or all of what it matches.
pub(super) fn group(pattern: &Regex, text: &str) -> Option<String> {
    let found = pattern.captures(text)?;
    Some(found.get(1).or_else(|| found.get(0))?.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{super::message, *};

    fn answer(body: &str) -> Message {
        let text = format!("HTTP/1.1 201 Created\r\nLocation: /users/7\r\n\r\n{body}");
        message::parse(text.as_bytes(), message::Asked::Other).expect("a response")
    }

    #[test]
    fn a_header_a_group_and_a_pointer_give_their_values() {
        let answer = answer(r#"{"user":{"id":7,"name":"Ann"}}"#);
        let pattern = Regex::new(r#""name":"(\w+)""#).expect("a pattern");
        assert_eq!(
            Capture::Header("location".into()).take(&answer).as_deref(),
            Some("/users/7")
        );
        assert_eq!(Capture::Body(pattern).take(&answer).as_deref(), Some("Ann"));
        assert_eq!(
            Capture::Json("/user/id".into()).take(&answer).as_deref(),
            Some("7")
        );
    }

    #[test]
    fn what_is_not_there_is_nothing() {
        let answer = answer("no json");
        assert_eq!(Capture::Header("ETag".into()).take(&answer), None);
        assert_eq!(Capture::Json("/id".into()).take(&answer), None);
    }
}
