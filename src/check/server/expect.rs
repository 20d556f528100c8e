//! What a step expects of the answer, and what is said when something else came.

use super::{
    bytes::Bytes,
    database::Query,
    escape::show,
    framing::{self, Framing},
    json::{self, Part},
    matcher::Matcher,
    measure::Measure,
    message::{Asked, Message, NoMessage, parse},
    template::Values,
    wire::{Ending, Received},
};
use std::collections::BTreeMap;

/// What a step expects.
#[derive(Clone, Debug, Default)]
pub(super) struct Expect {
    /// Any of these; any status if there are none.
    pub(super) status: Vec<u16>,
    pub(super) headers: Vec<(String, Matcher)>,
    pub(super) body: Option<Matcher>,
    /// The body as bytes, where it is no text.
    pub(super) bytes: Option<Bytes>,
    /// Files in the server's directory, afterwards.
    pub(super) files: Vec<(String, Matcher)>,
    /// Queries on data files there, afterwards.
    pub(super) database: Vec<Query>,
    /// What the server may cost at most, afterwards.
    pub(super) process: BTreeMap<Measure, u64>,
    /// Parts of a JSON body.
    pub(super) json: Vec<Part>,
    /// The exit codes with which the program may end.
    pub(super) exit: Vec<i32>,
    pub(super) framing: Framing,
    /// The server closes the connection after the answer.
    pub(super) closes: Closes,
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

/// Which part of an answer is wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum About {
    Status,
    Headers,
    Body,
    /// Something else, such as the form of the answer.
    #[default]
    Else,
    /// Nothing yet: the program came to a place that is still to be written.
    Unwritten,
}

/// The words for the learner when a step fails: the same ones whatever is wrong, or some for each part of the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Explain {
    pub(super) always: Option<String>,
    pub(super) status: Option<String>,
    pub(super) headers: Option<String>,
    pub(super) body: Option<String>,
}

impl Explain {
    /// The words that fit. Where nothing is written yet, there is nothing to explain.
    pub(super) fn words(&self, about: About) -> Option<&String> {
        let part = match about {
            About::Status => &self.status,
            About::Headers => &self.headers,
            About::Body => &self.body,
            About::Else => &None,
            About::Unwritten => return None,
        };
        part.as_ref().or(self.always.as_ref())
    }
}

/// One expectation that does not hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) about: About,
    pub(super) expected: String,
    pub(super) actual: String,
    pub(super) explain: Option<String>,
}

impl Problem {
    /// The same problem, told as one of this part of the answer.
    pub(super) fn on(self, about: About) -> Self {
        Self { about, ..self }
    }
}

impl Expect {
    /// True if any answer would do.
    pub(super) fn is_empty(&self) -> bool {
        !self.is_about_the_answer()
            && self.files.is_empty()
            && self.database.is_empty()
            && self.process.is_empty()
            && self.exit.is_empty()
    }

    /// True if it says something of the answer, and not only of what the server leaves behind.
    pub(super) fn is_about_the_answer(&self) -> bool {
        !self.status.is_empty()
            || !self.headers.is_empty()
            || self.body.is_some()
            || self.bytes.is_some()
            || !self.json.is_empty()
            || self.closes == Closes::Must
    }

    /// What does not hold of what an answer says.
    pub(super) fn judge_message(&self, message: &Message, values: &Values) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !self.status.is_empty() && !self.status.contains(&message.status) {
            let named: Vec<String> = self.status.iter().map(u16::to_string).collect();
            problems.push(Problem {
                about: About::Status,
                expected: format!("status {}", named.join(" or ")),
                actual: format!("status {}{}", message.status, body_shown(message)),
                explain: None,
            });
        }
        // What an answer of the wrong kind says besides its status would only distract.
        if problems.is_empty() {
            for (name, matcher) in &self.headers {
                let found: Vec<&str> = message.header(name).collect();
                let problem = matcher.judge_header(name, &found, values);
                problems.extend(problem.map(|problem| problem.on(About::Headers)));
            }
            if let Some(matcher) = &self.body {
                let problem =
                    matcher.judge("body", &String::from_utf8_lossy(&message.body), values);
                problems.extend(problem.map(|problem| problem.on(About::Body)));
            }
            if let Some(bytes) = &self.bytes {
                let problem = bytes.judge("body", &message.body, values);
                problems.extend(problem.map(|problem| problem.on(About::Body)));
            }
        }
        if problems.is_empty() {
            let wrong = json::judge(&self.json, &message.body, values);
            problems.extend(wrong.into_iter().map(|problem| problem.on(About::Body)));
        }
        problems
    }

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
        let mut problems = self.judge_message(&message, values);
        let faults = framing::faults(self.framing, &message, received.ending);
        problems.extend(faults.into_iter().map(|fault| Problem {
            about: About::Else,
            expected: fault.expected,
            actual: fault.actual,
            explain: Some(fault.explain),
        }));
        if self.closes == Closes::Must && received.ending != Ending::Closed {
            problems.push(Problem {
                about: About::Else,
                expected: "the server closes the connection after its answer".into(),
                actual: "the connection stayed open".into(),
                explain: None,
            });
        }
        (problems, Some(message))
    }
}

fn no_message(why: &NoMessage, came: &[u8]) -> Problem {
    match why {
        NoMessage::HeadUnfinished => Problem {
            about: About::Else,
            expected: "a head that ends with an empty line".into(),
            actual: show(came),
            explain: Some("The head ends where two line ends follow each other: \\r\\n\\r\\n. They have not come, so a client takes everything for the head and waits for its end.".into()),
        },
        NoMessage::NoStatusLine(line) => Problem {
            about: About::Else,
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

#[cfg(test)]
mod tests {
    use super::{
        super::{matcher::Presence, template::Template},
        *,
    };

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
    fn the_words_for_a_mistake_wait_until_there_is_something_to_be_mistaken() {
        let explain = Explain {
            always: Some("Count bytes, not letters.".into()),
            ..Explain::default()
        };
        assert!(explain.words(About::Else).is_some());
        assert_eq!(explain.words(About::Unwritten), None);
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
    fn the_words_for_the_learner_fit_what_is_wrong() {
        let explain = Explain {
            status: Some("of the status".into()),
            always: Some("of all".into()),
            ..Explain::default()
        };
        let problems = judge(
            &body("hi"),
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
            Ending::Closed,
        );
        assert_eq!(
            explain.words(problems[0].about).map(String::as_str),
            Some("of the status")
        );
        assert_eq!(
            explain.words(About::Body).map(String::as_str),
            Some("of all")
        );
    }

    #[test]
    fn bytes_that_are_no_answer_are_shown_as_they_came() {
        let problems = judge(&body("hi"), "hi\r\n", Ending::Closed);
        assert_eq!(problems[0].actual, "hi");
    }
}
