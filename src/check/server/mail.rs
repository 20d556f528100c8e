//! The mail server as a steps file has it: how it behaves, what a step expects to have arrived there, and what is kept of a mail.
//!
//! ```toml
//! [peers.mail]
//! unknown = ["nobody@example.test"]
//!
//! [[step]]
//! # …
//! mail    = { mails = 1, to = ["ann@example.test"], subject = "Welcome", text = { contains = "/reset?token=" } }
//! capture = { token = { mail = "token=([0-9a-f]+)" } }
//! ```

use super::{
    arrivals::{ARRIVES_WITHIN, arrive, numbers, wrong_count},
    capture::group,
    expect::{About, Problem},
    matcher::Matcher,
    peers_file::Moment,
    steps::Reader,
    steps_file::{OneOrMany, RawMatcher, TextOr},
    template::{Template, Values},
};
use crate::{
    course::Spanned,
    error::Result,
    peers::{Letter, Mail, MailPlan, MailServer, Standing},
};
use regex::Regex;
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMail {
    /// Addresses that are refused for ever.
    #[serde(default)]
    unknown: Vec<Spanned<String>>,
    /// Addresses that are refused for now.
    #[serde(default)]
    busy: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMailExpect {
    mails: Option<OneOrMany<usize>>,
    from: Option<TextOr<RawMatcher>>,
    to: Option<Vec<String>>,
    subject: Option<TextOr<RawMatcher>>,
    #[serde(default)]
    headers: BTreeMap<String, TextOr<RawMatcher>>,
    text: Option<TextOr<RawMatcher>>,
    turns: Option<RawStanding>,
    within_seconds: Option<u32>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawStanding {
    Up,
    Down,
}

/// The mail server of one exercise, checked.
#[derive(Clone, Debug)]
pub(super) struct PlannedMail {
    unknown: Vec<Template>,
    busy: Vec<Template>,
}

/// What a step does to the mail server, and what it expects to have arrived there since it began.
#[derive(Debug, Default)]
pub(super) struct MailExpect {
    mails: Option<OneOrMany<usize>>,
    from: Option<Matcher>,
    to: Option<Vec<Template>>,
    headers: Vec<(String, Matcher)>,
    text: Option<Matcher>,
    turns: Option<Standing>,
    within: Duration,
}

impl Reader<'_> {
    pub(super) fn mail_plan(&self, raw: RawMail) -> Result<PlannedMail> {
        let all = |list: &[Spanned<String>]| -> Result<Vec<Template>> {
            list.iter().map(|one| self.template(one)).collect()
        };
        Ok(PlannedMail {
            unknown: all(&raw.unknown)?,
            busy: all(&raw.busy)?,
        })
    }

    pub(super) fn mail_expect(
        &self,
        at: &Spanned<String>,
        raw: RawMailExpect,
        names: &mut Vec<String>,
    ) -> Result<MailExpect> {
        let to = raw.to.map(|list| {
            list.iter()
                .map(|one| Template::new(one))
                .collect::<Vec<_>>()
        });
        for template in to.iter().flatten() {
            names.extend(template.names().map(str::to_owned));
        }
        let mut headers = raw.headers;
        headers.extend(raw.subject.map(|subject| ("Subject".to_owned(), subject)));
        let mut checked = Vec::new();
        for (name, matcher) in headers {
            checked.push((name, self.matcher(at, matcher, names)?));
        }
        let expect = MailExpect {
            mails: raw.mails,
            from: raw
                .from
                .map(|from| self.matcher(at, from, names))
                .transpose()?,
            to,
            headers: checked,
            text: raw
                .text
                .map(|text| self.matcher(at, text, names))
                .transpose()?,
            turns: raw.turns.map(|turns| match turns {
                RawStanding::Up => Standing::Up,
                RawStanding::Down => Standing::Down,
            }),
            within: raw.within_seconds.map_or(ARRIVES_WITHIN, |seconds| {
                Duration::from_secs(seconds.into())
            }),
        };
        if expect.turns.is_none() && !expect.judges() {
            return self.fail(
                at,
                "this step expects nothing of the mail server",
                "As in mail = { mails = 1, to = [\"ann@example.test\"], subject = \"Welcome\" }.",
            );
        }
        Ok(expect)
    }
}

impl PlannedMail {
    pub(super) fn fill(&self, values: &Values) -> MailPlan {
        let plan = self.unknown.iter().fold(MailPlan::default(), |plan, one| {
            plan.unknown(one.fill(values))
        });
        self.busy
            .iter()
            .fold(plan, |plan, one| plan.busy(one.fill(values)))
    }
}

impl MailExpect {
    /// What the step does to the server at this moment.
    pub(super) fn at(&self, moment: Moment, server: &MailServer) {
        if let (Moment::Before, Some(standing)) = (moment, self.turns) {
            server.stand(standing);
        }
    }

    /// True if something can be wrong with what arrived.
    pub(super) fn judges(&self) -> bool {
        self.mails.is_some() || self.is_about_mails()
    }

    fn is_about_mails(&self) -> bool {
        self.from.is_some() || self.to.is_some() || self.text.is_some() || !self.headers.is_empty()
    }

    /// What did not arrive as it should; the mails before `from` are of earlier steps.
    pub(super) fn judge(&self, server: &MailServer, from: usize, values: &Values) -> Vec<Problem> {
        let mut problems = Vec::new();
        if let Some(mails) = &self.mails {
            let allowed = numbers(mails);
            arrive(&allowed, self.within, |many, time| {
                server.wait_for(from + many, time)
            });
            let came = since(server, from);
            let listed: Vec<String> = came.iter().map(told).collect();
            let wrong = wrong_count(
                "the mail server",
                "mail",
                &allowed,
                came.len(),
                &listed.join(", "),
            );
            problems.extend(wrong);
        } else if self.is_about_mails() && !server.wait_for(from + 1, self.within) {
            problems.push(nothing());
        }
        for mail in since(server, from) {
            if problems.is_empty() {
                problems.extend(self.judge_mail(&mail, values));
            }
        }
        problems
    }

    fn judge_mail(&self, mail: &Mail, values: &Values) -> Vec<Problem> {
        let letter = Letter::read(&mail.data);
        let mut problems: Vec<Problem> = Vec::new();
        let from = self.from.as_ref();
        problems.extend(
            from.and_then(|from| from.judge("the sender of the mail,", &mail.from, values)),
        );
        if let Some(to) = &self.to {
            let mut wanted: Vec<String> = to.iter().map(|one| one.fill(values)).collect();
            let mut came = mail.to.clone();
            wanted.sort_unstable();
            came.sort_unstable();
            if wanted != came {
                problems.push(Problem {
                    about: About::Else,
                    expected: format!("a mail to {}", wanted.join(", ")),
                    actual: format!("a mail to {}", came.join(", ")),
                    explain: None,
                });
            }
        }
        for (name, matcher) in &self.headers {
            let problem = matcher.judge_header(name, &letter.header(name), values);
            problems.extend(problem.map(|problem| {
                Problem {
                    actual: problem
                        .actual
                        .replace("an answer without", "a mail without"),
                    ..problem
                }
            }));
        }
        // Text comes with the line end of the wire; nobody wants to write it into an expectation.
        let text = letter.text.replace("\r\n", "\n");
        let matcher = self.text.as_ref();
        problems.extend(
            matcher.and_then(|matcher| matcher.judge("the text of the mail,", &text, values)),
        );
        if problems.is_empty() && !letter.faults.is_empty() {
            problems.push(Problem {
                about: About::Else,
                expected: "a mail by the rules of RFC 5322".into(),
                actual: letter.faults.join("; "),
                explain: Some("Many receivers refuse such a mail or put it to the spam.".into()),
            });
        }
        problems
    }
}

/// How long a mail that matches may come after one that does not.
const FOLLOWS_WITHIN: Duration = Duration::from_secs(5);

/// The first group of a pattern in the text of a mail that has come since, or all of what it matches.
pub(super) fn find(
    server: &MailServer,
    from: usize,
    pattern: &Regex,
) -> std::result::Result<String, Problem> {
    server.wait_for(from + 1, ARRIVES_WITHIN);
    let until = Instant::now() + FOLLOWS_WITHIN;
    let (found, mails) = loop {
        let mails = since(server, from);
        let mut texts = mails.iter().map(|mail| Letter::read(&mail.data).text);
        let found = texts.find_map(|text| group(pattern, &text));
        // One that had to wait may come first, such as a mail of a step before that could not be sent then.
        let left = until.saturating_duration_since(Instant::now());
        let is_next = || server.wait_for(from + mails.len() + 1, left);
        if found.is_some() || mails.is_empty() || !is_next() {
            break (found, mails);
        }
    };
    match (found, mails.is_empty()) {
        (Some(value), _) => Ok(value),
        (None, true) => Err(nothing()),
        (None, false) => Err(Problem {
            about: About::Else,
            expected: format!("a mail that matches {pattern}, which later steps use"),
            actual: mails.iter().map(told).collect::<Vec<_>>().join(", "),
            explain: None,
        }),
    }
}

fn since(server: &MailServer, from: usize) -> Vec<Mail> {
    server.mails().into_iter().skip(from).collect()
}

fn nothing() -> Problem {
    Problem {
        about: About::Else,
        expected: "a mail arrived at the mail server".into(),
        actual: "none".into(),
        explain: None,
    }
}

/// A mail in a few words.
fn told(mail: &Mail) -> String {
    let letter = Letter::read(&mail.data);
    let subject = letter
        .header("Subject")
        .first()
        .map_or(String::new(), |subject| format!(" “{subject}”"));
    format!("to {}{subject}", mail.to.join(" and "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io::{BufRead as _, BufReader, Write as _},
        net::TcpStream,
        thread,
    };

    fn send(server: &MailServer, text: &str) {
        let mut stream = TcpStream::connect(server.address()).expect("connected");
        let mut replies = BufReader::new(stream.try_clone().expect("cloned")).lines();
        let message = format!("Subject: hello\r\n\r\n{text}\r\n.\r\n");
        let head = [
            "MAIL FROM:<a@x.test>\r\n",
            "RCPT TO:<b@x.test>\r\n",
            "DATA\r\n",
        ];
        replies.next().expect("a greeting").expect("read");
        for line in ["HELO a\r\n"]
            .iter()
            .chain(&head)
            .chain([&message.as_str()])
        {
            stream.write_all(line.as_bytes()).expect("sent");
            let reply = replies.next().expect("a reply").expect("read");
            assert!(reply.starts_with(['2', '3']), "{line} {reply}");
        }
    }

    #[test]
    fn a_mail_that_had_to_wait_may_come_before_the_one_that_is_looked_for() {
        let server = MailPlan::default().start().expect("a port");
        let pattern = Regex::new("token=([0-9]+)").expect("a pattern");
        send(&server, "Is this your email?");
        thread::scope(|scope| {
            let found = scope.spawn(|| find(&server, 0, &pattern));
            send(&server, "Go to /reset?token=42");
            assert_eq!(found.join().expect("no panic").ok().as_deref(), Some("42"));
        });
    }
}
