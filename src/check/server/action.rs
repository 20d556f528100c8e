//! What a step sends: a request or raw bytes, how that is told, and how to repeat it in a shell. It sends nothing itself.

use super::{
    client::Ask,
    escape::{shell_word, show},
    message::Asked,
    payment::Webhook,
    pieces::{self, Piece},
    services::{Turn, told},
    talk::{Deed, Move, Talk},
    template::{Template, Values},
};
use crate::{course::Need, process::Signal};
use serde_json::Value;

/// What a step sends.
#[derive(Clone, Debug)]
pub(super) enum Action {
    /// A well-formed request.
    Send(Send),
    /// A request by a client as people use them.
    Ask(Box<Ask>),
    /// A webhook in the name of the payment provider.
    Webhook(Box<Webhook>),
    /// Bytes as they are.
    Raw(Vec<Piece>),
    /// A conversation.
    Talk(Talk),
    /// Something that is done to the program itself.
    Life(Life),
    /// Something that is done to services, one after the other.
    Services(Vec<(Need, Turn)>),
    /// Nothing is sent: only a look at what the server has left behind.
    Look,
}

/// What is done to the program itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// It gets a signal.
    Signal(Signal),
    /// It is ended by a signal, if it runs, and started again in the same directory.
    Restart(Signal),
}

/// Whether the server may close the connection after its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Afterwards {
    Close,
    GoOn,
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

impl Action {
    /// Every name that has to be filled in.
    pub(super) fn names(&self) -> Vec<String> {
        let templates = match self {
            Self::Send(send) => send.templates(),
            Self::Ask(ask) => ask.templates(),
            Self::Raw(pieces) => pieces.iter().filter_map(Piece::template).cloned().collect(),
            Self::Talk(talk) => talk.templates(),
            Self::Webhook(webhook) => return webhook.names(),
            Self::Life(_) | Self::Services(_) | Self::Look => Vec::new(),
        };
        templates
            .iter()
            .flat_map(Template::names)
            .map(str::to_owned)
            .collect()
    }

    /// True if it differs from run to run, whatever names stand in it.
    pub(super) fn is_random(&self) -> bool {
        match self {
            Self::Send(_)
            | Self::Ask(_)
            | Self::Webhook(_)
            | Self::Life(_)
            | Self::Services(_)
            | Self::Look => false,
            Self::Raw(pieces) => pieces.iter().any(Piece::is_random),
            Self::Talk(talk) => talk.is_random(),
        }
    }

    /// True if an answer comes that can be kept.
    pub(super) fn is_answered(&self) -> bool {
        match self {
            Self::Send(_) | Self::Ask(_) | Self::Webhook(_) | Self::Raw(_) => true,
            Self::Talk(talk) => {
                let answers = |step: &Move| matches!(step.deed, Deed::Answer(_));
                talk.moves.iter().any(answers)
            }
            Self::Life(_) | Self::Services(_) | Self::Look => false,
        }
    }

    /// What is sent, in a few words.
    pub(super) fn asked(&self, values: &Values) -> String {
        match self {
            Self::Send(send) => send.asked(values),
            Self::Ask(ask) => ask.asked(values),
            Self::Webhook(webhook) => webhook.asked(values),
            Self::Raw(pieces) => format!("the bytes {}", show(&pieces::join(pieces, values))),
            Self::Talk(talk) => talk.asked(usize::MAX - 1, values),
            Self::Life(Life::Signal(signal)) => format!("send the program SIG{}", signal.name()),
            Self::Life(Life::Restart(signal)) => format!(
                "end the program with SIG{}, and start it again in the same directory",
                signal.name()
            ),
            Self::Services(turns) => told(turns),
            Self::Look => "look at what the server has done".into(),
        }
    }

    /// A line for a shell that does the same by hand, where there is one.
    pub(super) fn repeat(&self, values: &Values) -> Option<String> {
        match self {
            Self::Send(send) => Some(send.curl(values)),
            Self::Ask(ask) => Some(ask.curl(values)),
            Self::Raw(pieces) => {
                let printed = pieces::shell(pieces, values);
                Some(match printed.as_slice() {
                    [one] => format!("{one} | nc 127.0.0.1 $PORT"),
                    many => format!("({}) | nc 127.0.0.1 $PORT", many.join("; ")),
                })
            }
            Self::Talk(talk) => talk.repeat(values),
            // Its signature is made when it is sent.
            Self::Webhook(_) | Self::Life(_) | Self::Services(_) | Self::Look => None,
        }
    }
}

/// Whether raw bytes ask for a head only.
pub(super) fn asked_for(raw: &[u8]) -> Asked {
    if raw.starts_with(b"HEAD ") {
        Asked::Head
    } else {
        Asked::Other
    }
}

impl Send {
    /// Every text with names in it.
    pub(super) fn templates(&self) -> Vec<Template> {
        let mut templates = vec![self.method.clone(), self.path.clone()];
        templates.extend(self.headers.iter().map(|(_, value)| value.clone()));
        match &self.body {
            Some(Body::Text(text)) => templates.push(text.clone()),
            Some(Body::Json(json)) => {
                each_string(json, &mut |text| templates.push(Template::new(text)));
            }
            None => {}
        }
        templates
    }

    /// Whether the answer is one to HEAD.
    pub(super) fn asked_for(&self, values: &Values) -> Asked {
        if self.method.fill(values) == "HEAD" {
            Asked::Head
        } else {
            Asked::Other
        }
    }

    /// The bytes of the only request on its connection.
    pub(super) fn bytes(&self, values: &Values, port: u16) -> Vec<u8> {
        self.bytes_and(Afterwards::Close, values, port)
    }

    /// The bytes of a request after which others may follow.
    pub(super) fn bytes_to_go_on(&self, values: &Values, port: u16) -> Vec<u8> {
        self.bytes_and(Afterwards::GoOn, values, port)
    }

    /// What is sent, in a few words.
    pub(super) fn asked(&self, values: &Values) -> String {
        let mut asked = format!("{} {}", self.method.fill(values), self.path.fill(values));
        for (name, value) in &self.headers {
            asked.push_str(&format!(", {name}: {}", value.fill(values)));
        }
        if let Some(body) = self.body_text(values) {
            asked.push_str(&format!(", body {}", show(body.as_bytes())));
        }
        asked
    }

    /// The request as bytes that a shell can print; the name of the host is the shortest one.
    pub(super) fn as_piece(&self, values: &Values) -> Piece {
        let mut plain = self.clone();
        if !plain.gives("Host") {
            plain
                .headers
                .insert(0, ("Host".into(), Template::new("localhost")));
        }
        Piece::Bytes(plain.bytes_to_go_on(values, 0))
    }

    fn gives(&self, name: &str) -> bool {
        let same = |(known, _): &(String, Template)| known.eq_ignore_ascii_case(name);
        self.headers.iter().any(same)
    }

    fn bytes_and(&self, afterwards: Afterwards, values: &Values, port: u16) -> Vec<u8> {
        let body = self.body_text(values);
        let mut head = format!(
            "{} {} HTTP/1.1\r\n",
            self.method.fill(values),
            self.path.fill(values)
        );
        let mut line = |name: &str, value: &str| head.push_str(&format!("{name}: {value}\r\n"));
        if !self.gives("Host") {
            line("Host", &format!("127.0.0.1:{port}"));
        }
        for (name, value) in &self.headers {
            line(name, &value.fill(values));
        }
        if matches!(self.body, Some(Body::Json(_))) && !self.gives("Content-Type") {
            line("Content-Type", "application/json");
        }
        if let Some(body) = &body
            && !self.gives("Content-Length")
        {
            line("Content-Length", &body.len().to_string());
        }
        // The server need not wait for a second request on this connection.
        if afterwards == Afterwards::Close && !self.gives("Connection") {
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

    /// A line for a shell that does the same by hand.
    pub(super) fn curl(&self, values: &Values) -> String {
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

/// Every string in a value.
pub(super) fn each_string(json: &Value, look: &mut impl FnMut(&str)) {
    match json {
        Value::String(text) => look(text),
        Value::Array(items) => items.iter().for_each(|item| each_string(item, look)),
        Value::Object(fields) => fields.values().for_each(|field| each_string(field, look)),
        _ => {}
    }
}

/// The value with every name in its strings filled in.
pub(super) fn filled(json: &Value, values: &Values) -> Value {
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
        let Action::Send(send) = action else {
            panic!("a request")
        };
        let bytes = send.bytes(&values(), 81);
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
            line.as_deref().expect("a line"),
            r"curl -i -H 'X-Name: it'\''s 7' http://127.0.0.1:$PORT'/a?b=$c&d'"
        );
    }

    #[test]
    fn raw_pieces_can_be_repeated_by_hand() {
        let raw = Action::Raw(vec![
            Piece::Text(Template::new("GET /")),
            Piece::Repeat {
                text: Template::new("a"),
                times: 3,
            },
            Piece::Bytes(vec![0x16, 0xff]),
        ]);
        assert_eq!(
            raw.repeat(&values()).expect("a line"),
            r"(printf 'GET /'; yes a | head -n 3 | tr -d '\n'; printf '\026\377') | nc 127.0.0.1 $PORT"
        );
    }

    #[test]
    fn a_request_after_which_others_follow_does_not_ask_to_close() {
        let Action::Send(send) = send("GET", "/", None) else {
            panic!("a request")
        };
        let bytes = send.bytes_to_go_on(&values(), 81);
        assert!(!String::from_utf8_lossy(&bytes).contains("Connection"));
    }

    #[cfg(unix)]
    #[test]
    fn what_a_shell_sends_by_hand_is_what_was_sent() {
        use crate::process::{self, Cancel, Program};
        let pieces = vec![
            Piece::Text(Template::new("GET /%41?a='b'&id=${id} ")),
            Piece::Repeat {
                text: Template::new("a b"),
                times: 5000,
            },
            Piece::Text(Template::new("\r\n\\\r\n")),
        ];
        let line = Action::Raw(pieces.clone())
            .repeat(&values())
            .expect("a line");
        let line = line.replace("nc 127.0.0.1 $PORT", "cat");
        let program = Program::learners("sh").args(["-c", &line]);
        let finished = process::run(&program, &Cancel::new()).expect("sh runs");
        assert_eq!(
            finished.stdout.text.as_bytes(),
            pieces::join(&pieces, &values())
        );
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
