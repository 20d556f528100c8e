//! What a step expects of the answer, and what is said when something else came.

use super::{
    escape::show,
    message::{Asked, Fault, Length, Message, NoMessage, parse},
    template::{Template, Values},
    wire::{Ending, Received},
};
use regex::Regex;

/// What a step expects.
#[derive(Clone, Debug, Default)]
pub(super) struct Expect {
    /// Any of these; any status if there are none.
    pub(super) status: Vec<u16>,
    pub(super) headers: Vec<(String, Matcher)>,
    pub(super) body: Option<Matcher>,
    pub(super) framing: Framing,
    /// The server closes the connection after the answer.
    pub(super) closes: Closes,
}

/// How strictly the format of the answer is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Framing {
    /// As RFC 9112 has it.
    #[default]
    Strict,
    /// The lines of the head only: another step looks at the length of the body.
    Head,
    /// The length of the body only: another step looks at the lines of the head.
    Length,
    /// As long as status and body can be found: other steps look at the format.
    Loose,
}

/// Whether the server has to close the connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Closes {
    /// It may.
    #[default]
    Maybe,
    /// It must.
    Must,
}

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

/// One expectation that does not hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) expected: String,
    pub(super) actual: String,
    pub(super) explain: Option<String>,
}

impl Expect {
    /// Everything that does not hold, the most telling first; the message, if one came.
    pub(super) fn judge(
        &self,
        received: &Received,
        asked: Asked,
        values: &Values,
    ) -> (Vec<Problem>, Option<Message>) {
        let message = match parse(&received.bytes, asked) {
            Ok(message) => message,
            Err(why) => return (vec![no_message(&why, &received.bytes)], None),
        };
        let mut problems = Vec::new();
        if !self.status.is_empty() && !self.status.contains(&message.status) {
            let named: Vec<String> = self.status.iter().map(u16::to_string).collect();
            problems.push(Problem {
                expected: format!("status {}", named.join(" or ")),
                actual: format!("status {}{}", message.status, body_shown(&message)),
                explain: None,
            });
        }
        // What an answer of the wrong kind says besides its status would only distract.
        if problems.is_empty() {
            for (name, matcher) in &self.headers {
                problems.extend(matcher.judge_header(name, &message, values));
            }
            if let Some(matcher) = &self.body {
                problems.extend(matcher.judge(
                    "body",
                    &String::from_utf8_lossy(&message.body),
                    values,
                ));
            }
        }
        let faults = self.faults(&message, received.ending);
        problems.extend(faults.into_iter().map(|fault| Problem {
            expected: fault.expected,
            actual: fault.actual,
            explain: Some(fault.explain),
        }));
        if self.closes == Closes::Must && received.ending != Ending::Closed {
            problems.push(Problem {
                expected: "the server closes the connection after its answer".into(),
                actual: "the connection stayed open".into(),
                explain: None,
            });
        }
        (problems, Some(message))
    }

    fn faults(&self, message: &Message, ending: Ending) -> Vec<Fault> {
        let mut faults = match self.framing {
            Framing::Strict | Framing::Head => message.faults.clone(),
            Framing::Length | Framing::Loose => Vec::new(),
        };
        match (message.length, ending) {
            (Length::UntilClose | Length::ChunksMissing, Ending::Deadline) => faults.push(never_ends(message)),
            (_, Ending::TooLong) => faults.push(Fault {
                expected: "an answer that ends".into(),
                actual: format!("more than {} bytes, and no end", message.body.len()),
                explain: "The server goes on writing. Look for the loop that writes the answer.".into(),
            }),
            _ if matches!(self.framing, Framing::Head | Framing::Loose) => {}
            (Length::Bytes(length), _) if length != message.body.len() => {
                faults.push(wrong_length(length, message, ending));
            }
            (Length::ChunksMissing, _) => faults.push(Fault {
                expected: "a last chunk of size 0".into(),
                actual: "the chunks end before it".into(),
                explain: "A client takes this for an answer that was cut off.".into(),
            }),
            (Length::NoBody, _) if !message.body.is_empty() => faults.push(Fault {
                expected: "no body".into(),
                actual: format!("{} bytes after the head: {}", message.body.len(), show(&message.body)),
                explain: format!(
                    "An answer to HEAD, and one with status 204 or 304, ends with its head (this one is {}). A client \
                     takes what follows for the next answer.",
                    message.status
                ),
            }),
            _ => {}
        }
        faults
    }
}

fn wrong_length(length: usize, message: &Message, ending: Ending) -> Fault {
    let body = message.body.as_slice();
    let came = body.len();
    let characters = std::str::from_utf8(body)
        .ok()
        .map(|text| text.chars().count());
    let explain = if characters == Some(length) {
        format!(
            "{length} is the number of characters. Content-Length counts bytes, and letters such as é or ✓ take more \
             than one byte in UTF-8: a client reads {length} bytes and sees “{}”.",
            show(&body[..length])
        )
    } else if came > length {
        format!(
            "A client reads {length} bytes and sees “{}”; the rest is lost to it.",
            show(&body[..length])
        )
    } else {
        format!(
            "A client waits for {} more. When the connection closes instead, it takes the answer for one that was cut off.",
            bytes(length - came)
        )
    };
    let end = match ending {
        Ending::Closed => ", and then the connection was closed",
        _ => "",
    };
    Fault {
        expected: "Content-Length is the number of bytes in the body".into(),
        actual: format!(
            "Content-Length says {length}, but {} of body came{end}",
            bytes(came)
        ),
        explain,
    }
}

fn bytes(count: usize) -> String {
    match count {
        1 => "1 byte".into(),
        count => format!("{count} bytes"),
    }
}

fn never_ends(message: &Message) -> Fault {
    Fault {
        expected: "an answer that ends".into(),
        actual: format!(
            "a head without Content-Length, then {} of body, and the connection stayed open",
            bytes(message.body.len())
        ),
        explain: "Without Content-Length the body ends where the connection is closed, so a client waits and waits. \
                  Send a Content-Length, or close the connection."
            .into(),
    }
}

fn no_message(why: &NoMessage, came: &[u8]) -> Problem {
    match why {
        NoMessage::HeadUnfinished => Problem {
            expected: "a head that ends with an empty line".into(),
            actual: show(came),
            explain: Some("The head ends where two line ends follow each other: \\r\\n\\r\\n. They have not come, so a client takes everything for the head and waits for its end.".into()),
        },
        NoMessage::NoStatusLine(line) => Problem {
            expected: "a status line such as HTTP/1.1 200 OK".into(),
            actual: line.clone(),
            explain: Some(
                "The first line of an answer is the version, one blank, three digits, one blank and the reason.".into(),
            ),
        },
    }
}

fn body_shown(message: &Message) -> String {
    if message.body.is_empty() {
        return String::new();
    }
    format!(", body {}", show(&message.body))
}

impl Matcher {
    /// Every template in it, to find the names.
    pub(super) fn templates(&self) -> impl Iterator<Item = &Template> {
        let some = self.equals.iter().chain(&self.matches);
        some.chain(&self.contains).chain(&self.lacks)
    }

    fn judge_header(&self, name: &str, message: &Message, values: &Values) -> Vec<Problem> {
        let found: Vec<&str> = message.header(name).collect();
        match (self.presence, found.is_empty()) {
            (Presence::Absent, true) => Vec::new(),
            (Presence::Absent, false) => vec![Problem {
                expected: format!("no header {name}"),
                actual: format!("{name}: {}", found.join(", ")),
                explain: None,
            }],
            (Presence::Required, true) => vec![Problem {
                expected: self.expected(&format!("header {name}"), values),
                actual: format!("status {} without a header {name}", message.status),
                explain: None,
            }],
            // Several lines of one header mean the same as one line with commas.
            (Presence::Required, false) => {
                self.judge(&format!("header {name}"), &found.join(", "), values)
            }
        }
    }

    fn judge(&self, what: &str, text: &str, values: &Values) -> Vec<Problem> {
        if self.holds(text, values) {
            return Vec::new();
        }
        vec![Problem {
            expected: self.expected(what, values),
            actual: format!("{what} {}", shown_or_empty(text)),
            explain: self
                .equals
                .as_ref()
                .and_then(|equals| about_the_end(&equals.fill(values), text)),
        }]
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
        parts.extend(self.length.map(|length| format!("of {}", bytes(length))));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(expect: &Expect, came: &str, ending: Ending) -> Vec<Problem> {
        let received = Received {
            bytes: came.as_bytes().to_vec(),
            ending,
        };
        expect.judge(&received, Asked::Other, &Values::new(1)).0
    }

    fn body(equals: &str) -> Expect {
        let matcher = Matcher {
            equals: Some(Template::new(equals)),
            ..Matcher::default()
        };
        Expect {
            status: vec![200],
            body: Some(matcher),
            ..Expect::default()
        }
    }

    #[test]
    fn what_is_expected_gives_no_problem() {
        let came = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
        assert_eq!(judge(&body("hi"), came, Ending::Closed), []);
    }

    #[test]
    fn a_wrong_status_hides_what_follows_from_it() {
        let problems = judge(
            &body("hi"),
            "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno",
            Ending::Closed,
        );
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].actual, "status 404, body no");
    }

    #[test]
    fn a_stale_length_says_what_a_client_sees() {
        let problems = judge(
            &body("hello you"),
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello you",
            Ending::Closed,
        );
        assert_eq!(problems.len(), 1);
        assert!(
            problems[0]
                .actual
                .contains("says 5, but 9 bytes of body came"),
            "{problems:?}"
        );
        assert!(
            problems[0]
                .explain
                .as_ref()
                .is_some_and(|text| text.contains("sees “hello”"))
        );
    }

    #[test]
    fn characters_counted_for_bytes_are_recognised() {
        let problems = judge(
            &body("héllo"),
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhéllo",
            Ending::Closed,
        );
        assert!(
            problems[0]
                .explain
                .as_ref()
                .is_some_and(|text| text.starts_with("5 is the number of characters"))
        );
    }

    #[test]
    fn a_missing_line_break_at_the_end_is_pointed_out() {
        let problems = judge(
            &body("hi\n"),
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
            Ending::Closed,
        );
        assert!(
            problems[0]
                .explain
                .as_ref()
                .is_some_and(|text| text.contains("missing: the line break"))
        );
    }

    #[test]
    fn words_stand_for_a_pattern_that_nobody_wants_to_read() {
        let matcher = Matcher {
            matches: Some(Template::new("^[a-f]{32}$")),
            words: Some("of 32 hexadecimal digits".into()),
            ..Matcher::default()
        };
        let expect = Expect {
            body: Some(matcher),
            ..Expect::default()
        };
        let problems = judge(
            &expect,
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
            Ending::Closed,
        );
        assert_eq!(problems[0].expected, "body of 32 hexadecimal digits");
    }

    #[test]
    fn a_body_that_is_too_short_is_told() {
        let problems = judge(
            &body("hi"),
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi",
            Ending::Closed,
        );
        assert!(
            problems[0].actual.contains("says 5, but 2 bytes"),
            "{problems:?}"
        );
    }

    #[test]
    fn loose_framing_leaves_the_length_to_another_step() {
        let expect = Expect {
            framing: Framing::Loose,
            ..body("hi")
        };
        assert_eq!(
            judge(
                &expect,
                "HTTP/1.1 200 OK\nContent-Length: 5\n\nhi",
                Ending::Closed
            ),
            []
        );
    }

    #[test]
    fn an_answer_without_an_end_is_told_as_such() {
        let problems = judge(&body("hi"), "HTTP/1.1 200 OK\r\n\r\nhi", Ending::Deadline);
        assert_eq!(problems[0].expected, "an answer that ends");
    }

    #[test]
    fn a_list_header_may_come_in_any_order_but_whole() {
        let allow = Matcher {
            list: Some(vec!["GET".into(), "POST".into()]),
            ..Matcher::default()
        };
        let expect = Expect {
            headers: vec![("Allow".into(), allow)],
            ..Expect::default()
        };
        let answer =
            |allow: &str| format!("HTTP/1.1 405 No\r\nAllow: {allow}\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(judge(&expect, &answer("POST,GET"), Ending::Closed), []);
        for wrong in ["GET", "GET, POST, PUT", ""] {
            assert_eq!(
                judge(&expect, &answer(wrong), Ending::Closed).len(),
                1,
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_header_that_must_not_be_there_is_named() {
        let absent = Matcher {
            presence: Presence::Absent,
            ..Matcher::default()
        };
        let expect = Expect {
            headers: vec![("Server".into(), absent)],
            ..Expect::default()
        };
        let problems = judge(
            &expect,
            "HTTP/1.1 200 OK\r\nserver: x\r\nContent-Length: 0\r\n\r\n",
            Ending::Closed,
        );
        assert_eq!(problems[0].expected, "no header Server");
    }

    #[test]
    fn bytes_that_are_no_answer_are_shown_as_they_came() {
        let problems = judge(&body("hi"), "hi\r\n", Ending::Closed);
        assert_eq!(problems[0].actual, "hi");
    }
}
