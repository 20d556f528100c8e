//! The parts of one step, checked: what it sends, what it expects, what it remembers. Names and the order of steps are for
//! [`super::steps`].

use super::{
    action::{Action, Body, Send},
    capture::Capture,
    client::{Ask, Auth, FormPart},
    expect::{Closes, Expect},
    framing::Framing,
    matcher::{Matcher, Presence},
    steps::Reader,
    steps_file::{
        OneOrMany, RawCapture, RawConnection, RawExpect, RawFraming, RawMatcher, RawSend, TextOr,
    },
    template::{Template, Values},
};
use crate::{course::Spanned, error::Result};
use regex::Regex;

impl Reader<'_> {
    /// A request on the wire, or one by a client where only a client can send it.
    pub(super) fn ask(&self, at: &Spanned<String>, mut raw: RawSend) -> Result<Action> {
        let auth = match (raw.basic.take(), raw.bearer.take()) {
            (Some(basic), None) => Some(Auth::Basic(
                Template::new(&basic.user),
                Template::new(&basic.password),
            )),
            (None, Some(token)) => Some(Auth::Bearer(Template::new(&token))),
            (None, None) => None,
            (Some(_), Some(_)) => {
                return self.fail(
                    at,
                    "a request has basic or bearer, not both",
                    "Keep one of them.",
                );
            }
        };
        let client = raw.client.take();
        let parts: Vec<FormPart> = std::mem::take(&mut raw.multipart)
            .into_iter()
            .map(|part| FormPart {
                name: part.name,
                content: Template::new(&part.content),
                file_name: part.file_name.as_deref().map(Template::new),
                content_type: part.content_type,
            })
            .collect();
        let form = raw.form.take().map(|fields| {
            let fields = fields.into_iter();
            fields
                .map(|(name, value)| (name, Template::new(&value)))
                .collect()
        });
        let follow = raw.follow.take();
        let needs_a_client = client.is_some()
            || auth.is_some()
            || form.is_some()
            || !parts.is_empty()
            || follow.is_some();
        let bodies = [
            raw.body.is_some(),
            raw.json.is_some(),
            form.is_some(),
            !parts.is_empty(),
        ];
        if bodies.iter().filter(|given| **given).count() > 1 {
            return self.fail(
                at,
                "a request has one body: body, json, form or multipart",
                "Keep one of them.",
            );
        }
        let send = self.request(at, raw)?;
        if !needs_a_client {
            return Ok(Action::Send(send));
        }
        Ok(Action::Ask(Box::new(Ask {
            send,
            client,
            auth,
            form,
            parts,
            follow: follow.unwrap_or(0),
        })))
    }

    pub(super) fn request(&self, at: &Spanned<String>, raw: RawSend) -> Result<Send> {
        if raw.client.is_some()
            || raw.form.is_some()
            || !raw.multipart.is_empty()
            || raw.basic.is_some()
            || raw.bearer.is_some()
            || raw.follow.is_some()
        {
            return self.fail(
                at,
                "a move of a talk is about bytes: it has no as, form, multipart, basic, bearer or follow",
                "Make a step of its own, or write the header yourself.",
            );
        }
        let body = match (raw.body, raw.json) {
            (Some(_), Some(_)) => {
                return self.fail(
                    at,
                    "a request has body or json, not both",
                    "Keep one of them.",
                );
            }
            (Some(body), None) => Some(Body::Text(Template::new(&body))),
            (None, json) => json.map(Body::Json),
        };
        let headers = raw
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), Template::new(value)));
        Ok(Send {
            method: Template::new(&raw.method),
            path: Template::new(&raw.path),
            headers: headers.collect(),
            body,
        })
    }

    /// An expectation that says something.
    pub(super) fn expect(
        &self,
        at: &Spanned<String>,
        raw: RawExpect,
        names: &mut Vec<String>,
    ) -> Result<Expect> {
        let expect = self.expect_if_any(at, raw, names)?;
        if expect.is_empty() {
            return self.fail(
                at,
                "a step without expectations checks nothing",
                "Add expect = { status = 200 }, or more.",
            );
        }
        Ok(expect)
    }

    /// An expectation that may say nothing, because the step says it in another place.
    pub(super) fn expect_if_any(
        &self,
        at: &Spanned<String>,
        raw: RawExpect,
        names: &mut Vec<String>,
    ) -> Result<Expect> {
        let mut expect = Expect {
            status: raw.status.map(OneOrMany::into_vec).unwrap_or_default(),
            framing: match raw.framing {
                RawFraming::Strict => Framing::Strict,
                RawFraming::Head => Framing::Head,
                RawFraming::Length => Framing::Length,
                RawFraming::Loose => Framing::Loose,
            },
            closes: match raw.connection {
                Some(RawConnection::Closed) => Closes::Must,
                None => Closes::Maybe,
            },
            ..Expect::default()
        };
        for (name, matcher) in raw.headers {
            expect
                .headers
                .push((name, self.matcher(at, matcher, names)?));
        }
        expect.body = raw
            .body
            .map(|body| self.matcher(at, body, names))
            .transpose()?;
        if expect.body.as_ref().is_some_and(Matcher::is_empty) {
            return self.fail(
                at,
                "the expected body says nothing",
                "Say what it equals, contains or matches.",
            );
        }
        expect.bytes = raw
            .bytes
            .map(|bytes| self.bytes(at, bytes, names))
            .transpose()?;
        for (path, matcher) in raw.files {
            expect.files.push((path, self.matcher(at, matcher, names)?));
        }
        expect.exit = raw.exit.map(OneOrMany::into_vec).unwrap_or_default();
        self.expect_more(at, &mut expect, raw.json, raw.database, raw.process, names)?;
        Ok(expect)
    }

    pub(super) fn matcher(
        &self,
        at: &Spanned<String>,
        raw: TextOr<RawMatcher>,
        names: &mut Vec<String>,
    ) -> Result<Matcher> {
        let raw = match raw {
            TextOr::Text(text) => RawMatcher {
                equals: Some(text),
                ..RawMatcher::default()
            },
            TextOr::Table(raw) => raw,
        };
        let templates = |texts: Option<OneOrMany<String>>| -> Vec<Template> {
            let texts = texts.map(OneOrMany::into_vec).unwrap_or_default();
            texts.iter().map(|text| Template::new(text)).collect()
        };
        let matcher = Matcher {
            equals: raw.equals.as_deref().map(Template::new),
            contains: templates(raw.contains),
            lacks: templates(raw.lacks),
            matches: raw.matches.as_deref().map(Template::new),
            list: raw.list,
            length: raw.length,
            words: raw.words,
            presence: if raw.absent {
                Presence::Absent
            } else {
                Presence::Required
            },
        };
        if let Some(pattern) = &matcher.matches {
            // The values are not known yet; any text in their place shows whether the pattern itself is one.
            let sample = pattern.fill_with(&Values::new(0), regex::escape);
            self.pattern(at, &sample)?;
        }
        names.extend(
            matcher
                .templates()
                .flat_map(Template::names)
                .map(str::to_owned),
        );
        Ok(matcher)
    }

    pub(super) fn capture(&self, at: &Spanned<String>, raw: RawCapture) -> Result<Capture> {
        if raw.matches.is_some() && raw.header.is_none() {
            return self.fail(
                at,
                "matches is a pattern in a header",
                "As in capture = { code = { header = \"Location\", matches = \"code=([^&]+)\" } }.",
            );
        }
        Ok(
            match (raw.header, raw.body, raw.json, raw.mail.or(raw.charge)) {
                (Some(header), None, None, None) => match raw.matches {
                    Some(pattern) => Capture::HeaderPart(header, self.pattern(at, &pattern)?),
                    None => Capture::Header(header),
                },
                (None, Some(body), None, None) => Capture::Body(self.pattern(at, &body)?),
                (None, None, Some(json), None) => Capture::Json(json),
                _ => {
                    return self.fail(
                        at,
                        "a capture is one of header, body, json, mail and charge",
                        "As in capture = { id = { json = \"/id\" } }.",
                    );
                }
            },
        )
    }

    pub(super) fn pattern(&self, at: &Spanned<String>, pattern: &str) -> Result<Regex> {
        match Regex::new(pattern) {
            Ok(regex) => Ok(regex),
            Err(error) => self.fail(
                at,
                format!("`{pattern}` is no pattern: {error}"),
                "Correct the pattern.",
            ),
        }
    }
}
