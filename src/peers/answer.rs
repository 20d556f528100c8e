//! What an upstream server answers, as plain data: what it says, when, and how the answer ends. It sends nothing.

use std::time::Duration;

/// One answer. Start with [`Answer::text`], [`Answer::json`] or [`Answer::status`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
    pub(super) wait: Wait,
    pub(super) ending: Ending,
}

/// What has to pass before the answer begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wait {
    /// Nothing.
    #[default]
    Nothing,
    /// This much time.
    Delay(Duration),
    /// [`super::Upstream::open`] has to be called.
    Barrier,
}

/// How the answer ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// As it should.
    #[default]
    Whole,
    /// The connection is closed after this many bytes of the whole answer, its head included.
    CutAfter(usize),
    /// The connection is reset (RST) after this many bytes.
    ResetAfter(usize),
    /// Nothing more comes after this many bytes, and the connection stays open until the client closes it.
    StallAfter(usize),
}

impl Answer {
    /// An answer with this status and no body.
    pub fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: String::new(),
            wait: Wait::Nothing,
            ending: Ending::Whole,
        }
    }

    /// 200 and a text.
    ///
    /// In the body, `${path.NAME}` is the part of the path at `{NAME}` in the route, `${n}` the number of the request among
    /// those for this route, counted from 1, `${body}` the body that was sent, and `${header.NAME}` a header (`missing` if there is none).
    pub fn text(body: impl Into<String>) -> Self {
        let answer = Self {
            body: body.into(),
            ..Self::status(200)
        };
        answer.header("Content-Type", "text/plain; charset=utf-8")
    }

    /// 200 and JSON; names in it are filled in as in [`Answer::text`].
    pub fn json(body: impl Into<String>) -> Self {
        let answer = Self {
            body: body.into(),
            ..Self::status(200)
        };
        answer.header("Content-Type", "application/json")
    }

    /// The same answer with another status.
    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// The same answer with another body.
    pub fn with_body(self, body: impl Into<String>) -> Self {
        Self {
            body: body.into(),
            ..self
        }
    }

    /// One header more. Content-Length is added by itself, unless it is given here.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The same answer after this.
    pub fn after(self, wait: Wait) -> Self {
        Self { wait, ..self }
    }

    /// The same answer, ending in this way.
    pub fn ending(self, ending: Ending) -> Self {
        Self { ending, ..self }
    }

    /// The bytes of the answer; `fill` gives the value of a name in the body.
    pub(super) fn bytes(&self, is_head: bool, fill: impl Fn(&str) -> Option<String>) -> Vec<u8> {
        let body = filled(&self.body, fill);
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let has_length = self
            .headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("Content-Length"));
        if !has_length && !matches!(self.status, 204 | 304) {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        if !is_head {
            head.push_str(&body);
        }
        head.into_bytes()
    }
}

/// The text with every `${name}` that has a value filled in; the others stay.
fn filled(text: &str, fill: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        let value = after.split_once('}').and_then(|(name, tail)| {
            let value = fill(name)?;
            Some((value, tail))
        });
        let (value, tail) = value.unwrap_or_else(|| ("${".into(), after));
        out.push_str(&value);
        rest = tail;
    }
    out + rest
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        304 => "Not Modified",
        400 => "Bad Request",
        404 => "Not Found",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_a_value_are_filled_in_and_the_length_is_that_of_the_result() {
        let answer = Answer::json(r#"{"id":"${path.id}","other":"${x}"}"#);
        let bytes = answer.bytes(false, |name| (name == "path.id").then(|| "größe".into()));
        let text = String::from_utf8(bytes).expect("text");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        assert_eq!(body, r#"{"id":"größe","other":"${x}"}"#);
        assert!(
            head.contains(&format!("Content-Length: {}", body.len())),
            "{head}"
        );
    }

    #[test]
    fn an_answer_to_head_has_the_same_head_and_no_body() {
        let answer = Answer::text("hello");
        let get = answer.bytes(false, |_| None);
        let head = answer.bytes(true, |_| None);
        assert_eq!(&get[..head.len()], head);
        assert_eq!(&get[head.len()..], b"hello");
    }
}
