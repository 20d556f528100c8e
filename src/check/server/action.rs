//! What a step sends: a request or raw bytes, how that is told, and how to repeat it in a shell. It sends nothing itself.

use super::{
    escape::{shell_printf, shell_word, show},
    message::Asked,
    template::{Template, Values},
};
use serde_json::Value;

/// What a step sends.
#[derive(Clone, Debug)]
pub(super) enum Action {
    /// A well-formed request.
    Send(Send),
    /// Bytes as they are.
    Raw(Vec<Piece>),
}

/// A well-formed request.
#[derive(Clone, Debug)]
pub(super) struct Send {
    pub(super) method: Template,
    pub(super) path: Template,
    pub(super) headers: Vec<(String, Template)>,
    pub(super) body: Option<Body>,
}

/// The body of a request.
#[derive(Clone, Debug)]
pub(super) enum Body {
    /// As it is.
    Text(Template),
    /// A JSON value; every string in it is a template.
    Json(Value),
}

/// A part of raw bytes.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// Text; TOML's own escapes give `\r\n`.
    Text(Template),
    /// Bytes that are no text.
    Bytes(Vec<u8>),
    /// A text many times over, for long input.
    Repeat { text: Template, times: usize },
}

impl Action {
    /// Every name that has to be filled in.
    pub(super) fn names(&self) -> Vec<String> {
        let mut templates = Vec::new();
        match self {
            Self::Send(send) => {
                templates.extend([send.method.clone(), send.path.clone()]);
                templates.extend(send.headers.iter().map(|(_, value)| value.clone()));
                match &send.body {
                    Some(Body::Text(text)) => templates.push(text.clone()),
                    Some(Body::Json(json)) => {
                        each_string(json, &mut |text| templates.push(Template::new(text)));
                    }
                    None => {}
                }
            }
            Self::Raw(pieces) => templates.extend(pieces.iter().filter_map(|piece| match piece {
                Piece::Text(text) | Piece::Repeat { text, .. } => Some(text.clone()),
                Piece::Bytes(_) => None,
            })),
        }
        templates
            .iter()
            .flat_map(Template::names)
            .map(str::to_owned)
            .collect()
    }

    /// The bytes to send.
    pub(super) fn bytes(&self, values: &Values, port: u16) -> Vec<u8> {
        match self {
            Self::Send(send) => send.bytes(values, port),
            Self::Raw(pieces) => pieces
                .iter()
                .flat_map(|piece| piece.bytes(values))
                .collect(),
        }
    }

    /// Whether the answer is one to HEAD.
    pub(super) fn asked_for(&self, values: &Values) -> Asked {
        let is_head = match self {
            Self::Send(send) => send.method.fill(values) == "HEAD",
            Self::Raw(pieces) => pieces
                .first()
                .is_some_and(|first| first.bytes(values).starts_with(b"HEAD ")),
        };
        if is_head { Asked::Head } else { Asked::Other }
    }

    /// What is sent, in a few words.
    pub(super) fn asked(&self, values: &Values) -> String {
        match self {
            Self::Send(send) => {
                let mut asked = format!("{} {}", send.method.fill(values), send.path.fill(values));
                for (name, value) in &send.headers {
                    asked.push_str(&format!(", {name}: {}", value.fill(values)));
                }
                if let Some(body) = send.body_text(values) {
                    asked.push_str(&format!(", body {}", show(body.as_bytes())));
                }
                asked
            }
            Self::Raw(_) => format!("the bytes {}", show(&self.bytes(values, 0))),
        }
    }

    /// A line for a shell that does the same by hand.
    pub(super) fn repeat(&self, values: &Values) -> String {
        match self {
            Self::Send(send) => send.curl(values),
            Self::Raw(pieces) => {
                let printed: Vec<String> = pieces.iter().map(|piece| piece.shell(values)).collect();
                match printed.as_slice() {
                    [one] => format!("{one} | nc 127.0.0.1 $PORT"),
                    many => format!("({}) | nc 127.0.0.1 $PORT", many.join("; ")),
                }
            }
        }
    }
}

impl Send {
    fn bytes(&self, values: &Values, port: u16) -> Vec<u8> {
        let body = self.body_text(values);
        let mut head = format!(
            "{} {} HTTP/1.1\r\n",
            self.method.fill(values),
            self.path.fill(values)
        );
        let given = |name: &str| {
            self.headers
                .iter()
                .any(|(known, _)| known.eq_ignore_ascii_case(name))
        };
        let mut line = |name: &str, value: &str| head.push_str(&format!("{name}: {value}\r\n"));
        if !given("Host") {
            line("Host", &format!("127.0.0.1:{port}"));
        }
        for (name, value) in &self.headers {
            line(name, &value.fill(values));
        }
        if matches!(self.body, Some(Body::Json(_))) && !given("Content-Type") {
            line("Content-Type", "application/json");
        }
        if let Some(body) = &body
            && !given("Content-Length")
        {
            line("Content-Length", &body.len().to_string());
        }
        // The server need not wait for a second request on this connection.
        if !given("Connection") {
            line("Connection", "close");
        }
        head.push_str("\r\n");
        head.push_str(&body.unwrap_or_default());
        head.into_bytes()
    }

    fn body_text(&self, values: &Values) -> Option<String> {
        self.body.as_ref().map(|body| match body {
            Body::Text(text) => text.fill(values),
            Body::Json(json) => filled(json, values).to_string(),
        })
    }

    fn curl(&self, values: &Values) -> String {
        let mut line = "curl -i".to_owned();
        let path = self.path.fill(values);
        match self.method.fill(values).as_str() {
            "GET" if self.body.is_none() => {}
            "HEAD" => line.push_str(" --head"),
            method => line.push_str(&format!(" -X {}", shell_word(method))),
        }
        if path.contains("..") {
            line.push_str(" --path-as-is");
        }
        if path.contains(['[', ']', '{', '}']) {
            line.push_str(" --globoff");
        }
        for (name, value) in &self.headers {
            line.push_str(&format!(
                " -H {}",
                shell_word(&format!("{name}: {}", value.fill(values)))
            ));
        }
        if let Some(body) = self.body_text(values) {
            if matches!(self.body, Some(Body::Json(_))) {
                line.push_str(" -H 'Content-Type: application/json'");
            }
            line.push_str(&format!(" --data-binary {}", shell_word(&body)));
        }
        // The path after the port as a word of its own: `$PORT` has to be filled in, a `$` in the path must not be.
        format!("{line} http://127.0.0.1:$PORT{}", shell_word(&path))
    }
}

impl Piece {
    fn bytes(&self, values: &Values) -> Vec<u8> {
        match self {
            Self::Text(text) => text.fill(values).into_bytes(),
            Self::Bytes(bytes) => bytes.clone(),
            Self::Repeat { text, times } => text.fill(values).repeat(*times).into_bytes(),
        }
    }

    fn shell(&self, values: &Values) -> String {
        match self {
            Self::Repeat { text, times } => {
                let text = shell_word(&text.fill(values));
                format!("yes {text} | head -n {times} | tr -d '\\n'")
            }
            other => shell_printf(&other.bytes(values)),
        }
    }
}

fn each_string(json: &Value, look: &mut impl FnMut(&str)) {
    match json {
        Value::String(text) => look(text),
        Value::Array(items) => items.iter().for_each(|item| each_string(item, look)),
        Value::Object(fields) => fields.values().for_each(|field| each_string(field, look)),
        _ => {}
    }
}

fn filled(json: &Value, values: &Values) -> Value {
    match json {
        Value::String(text) => Value::String(Template::new(text).fill(values)),
        Value::Array(items) => items.iter().map(|item| filled(item, values)).collect(),
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(name, field)| (name.clone(), filled(field, values)))
                .collect(),
        ),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn send(method: &str, path: &str, body: Option<Body>) -> Action {
        Action::Send(Send {
            method: Template::new(method),
            path: Template::new(path),
            headers: vec![("X-Name".into(), Template::new("it's ${id}"))],
            body,
        })
    }

    fn values() -> Values {
        let mut values = Values::new(1);
        values.capture("id", "7".into());
        values
    }

    #[test]
    fn a_request_brings_host_length_and_close_by_itself() {
        let action = send(
            "POST",
            "/u/${id}",
            Some(Body::Json(serde_json::json!({ "a": "${id}" }))),
        );
        let bytes = action.bytes(&values(), 81);
        assert_eq!(
            String::from_utf8_lossy(&bytes),
            "POST /u/7 HTTP/1.1\r\nHost: 127.0.0.1:81\r\nX-Name: it's 7\r\nContent-Type: application/json\r\n\
             Content-Length: 9\r\nConnection: close\r\n\r\n{\"a\":\"7\"}"
        );
    }

    #[test]
    fn the_line_to_repeat_it_survives_a_shell() {
        let line = send("GET", "/a?b=$c&d", None).repeat(&values());
        assert_eq!(
            line,
            r"curl -i -H 'X-Name: it'\''s 7' http://127.0.0.1:$PORT'/a?b=$c&d'"
        );
    }

    #[test]
    fn raw_pieces_are_joined_and_can_be_repeated_by_hand() {
        let raw = Action::Raw(vec![
            Piece::Text(Template::new("GET /")),
            Piece::Repeat {
                text: Template::new("a"),
                times: 3,
            },
            Piece::Bytes(vec![0x16, 0xff]),
        ]);
        assert_eq!(raw.bytes(&values(), 1), b"GET /aaa\x16\xff");
        assert_eq!(
            raw.repeat(&values()),
            r"(printf 'GET /'; yes a | head -n 3 | tr -d '\n'; printf '\026\377') | nc 127.0.0.1 $PORT"
        );
    }

    #[cfg(unix)]
    #[test]
    fn what_a_shell_sends_by_hand_is_what_was_sent() {
        use crate::process::{self, Cancel, Program};
        let raw = Action::Raw(vec![
            Piece::Text(Template::new("GET /%41?a='b'&id=${id} ")),
            Piece::Repeat {
                text: Template::new("a b"),
                times: 5000,
            },
            Piece::Text(Template::new("\r\n\\\r\n")),
        ]);
        let line = raw.repeat(&values()).replace("nc 127.0.0.1 $PORT", "cat");
        let program = Program::learners("sh").args(["-c", &line]);
        let finished = process::run(&program, &Cancel::new()).expect("sh runs");
        assert_eq!(finished.stdout.text.as_bytes(), raw.bytes(&values(), 1));
    }

    #[test]
    fn names_in_every_part_of_a_request_are_found() {
        let action = send(
            "GET",
            "/${a}",
            Some(Body::Json(serde_json::json!(["${b}"]))),
        );
        assert_eq!(action.names(), ["a", "id", "b"]);
    }
}
