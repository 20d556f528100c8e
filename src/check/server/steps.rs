//! The steps of an exercise as they stand in its TOML file, and how they become a checked [`Story`]. It runs nothing.
//!
//! All that can be wrong with the steps is found here, with file and line, so that it is never blamed on a learner.

use super::{
    action::{Action, Body, Piece, Send},
    capture::Capture,
    expect::{Closes, Expect, Framing, Matcher, Presence},
    random,
    template::Template,
};
use crate::{
    course::{Spanned, error_at, parse_toml},
    error::Result,
};
use regex::Regex;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};
use std::{collections::BTreeMap, fmt, marker::PhantomData, path::Path, time::Duration};

/// How long a server may take until it listens, unless the course says otherwise.
const USUAL_READY_LIMIT: Duration = Duration::from_secs(5);

/// Everything that is done with one server.
#[derive(Debug)]
pub(super) struct Story {
    /// Variables of the server's environment besides `PORT`.
    pub(super) env: Vec<(String, Template)>,
    /// How long the server may take until it listens.
    pub(super) ready_limit: Duration,
    /// How long one step may take, if the steps say so.
    pub(super) step_limit: Option<Duration>,
    /// In order.
    pub(super) steps: Vec<Step>,
}

/// One action and what it has to lead to.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) claim: String,
    pub(super) action: Action,
    pub(super) expect: Expect,
    pub(super) captures: Vec<(String, Capture)>,
    /// Positions of the steps without which this one makes no sense.
    pub(super) needs: Vec<usize>,
    /// For the learner, if it fails.
    pub(super) explain: Option<String>,
    /// What is sent or expected differs from run to run.
    pub(super) is_random: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStory {
    #[serde(default)]
    env: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    limits: RawLimits,
    step: Vec<RawStep>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLimits {
    ready_seconds: Option<u32>,
    step_seconds: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStep {
    claim: Spanned<String>,
    send: Option<RawSend>,
    raw: Option<RawBytes>,
    #[serde(default)]
    expect: RawExpect,
    #[serde(default)]
    capture: BTreeMap<String, RawCapture>,
    #[serde(default)]
    needs: Vec<Spanned<String>>,
    explain: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSend {
    #[serde(default = "get")]
    method: String,
    path: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<String>,
    json: Option<serde_json::Value>,
}

fn get() -> String {
    "GET".into()
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "raw is a text, or a list of texts and of { repeat, times } or { hex }"
)]
enum RawBytes {
    Text(String),
    Pieces(Vec<RawPiece>),
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a piece is a text, { repeat = \"…\", times = … } or { hex = \"…\" }"
)]
enum RawPiece {
    Text(String),
    Repeat { repeat: String, times: usize },
    Hex { hex: String },
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawExpect {
    status: Option<OneOrMany<u16>>,
    #[serde(default)]
    headers: BTreeMap<String, TextOr<RawMatcher>>,
    body: Option<TextOr<RawMatcher>>,
    #[serde(default)]
    framing: RawFraming,
    connection: Option<RawConnection>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawFraming {
    #[default]
    Strict,
    Head,
    Length,
    Loose,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawConnection {
    Closed,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMatcher {
    equals: Option<String>,
    contains: Option<OneOrMany<String>>,
    lacks: Option<OneOrMany<String>>,
    matches: Option<String>,
    list: Option<Vec<String>>,
    length: Option<usize>,
    words: Option<String>,
    #[serde(default)]
    absent: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCapture {
    header: Option<String>,
    body: Option<String>,
    json: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "one value or a list of them")]
enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    fn into_vec(self) -> Vec<T> {
        match self {
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
    }
}

/// A text, or a table with more to say. Written by hand, so that a mistyped key of the table is told by its name.
enum TextOr<T> {
    Text(String),
    Table(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for TextOr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Either<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
            type Value = TextOr<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a table")
            }
            fn visit_str<E>(self, text: &str) -> std::result::Result<Self::Value, E> {
                Ok(TextOr::Text(text.to_owned()))
            }
            fn visit_map<M: MapAccess<'de>>(
                self,
                map: M,
            ) -> std::result::Result<Self::Value, M::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(TextOr::Table)
            }
        }
        deserializer.deserialize_any(Either(PhantomData))
    }
}

/// Reads and checks the steps in `text`, the contents of `file`.
///
/// # Errors
/// [`crate::error::Error::Course`] with the line of what is wrong.
pub(super) fn read(file: &Path, text: &str) -> Result<Story> {
    let raw: RawStory = parse_toml(file, text)?;
    let mut reader = Reader {
        file,
        text,
        claims: Vec::new(),
        captured: Vec::new(),
    };
    let mut env = Vec::new();
    for (name, value) in raw.env {
        let template = Template::new(value.get_ref());
        reader.check_names(&value, template.names())?;
        env.push((name, template));
    }
    let mut steps = Vec::new();
    for step in raw.step {
        steps.push(reader.step(step)?);
    }
    Ok(Story {
        env,
        ready_limit: raw.limits.ready_seconds.map_or(USUAL_READY_LIMIT, seconds),
        step_limit: raw.limits.step_seconds.map(seconds),
        steps,
    })
}

fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(seconds.into())
}

/// What is known while the steps are read, in order.
struct Reader<'a> {
    file: &'a Path,
    text: &'a str,
    claims: Vec<String>,
    /// Each captured name with the step that captures it.
    captured: Vec<(String, usize)>,
}

impl Reader<'_> {
    fn fail<T, U>(&self, at: &Spanned<T>, what: impl Into<String>, help: &str) -> Result<U> {
        Err(error_at(self.file, self.text, at.span(), what, help))
    }

    fn step(&mut self, raw: RawStep) -> Result<Step> {
        let at = &raw.claim;
        let position = self.claims.len();
        if self.claims.contains(at.get_ref()) {
            return self.fail(
                at,
                "a second step has this claim",
                "Claims name the checks: word this one in another way.",
            );
        }
        let action = match (raw.send, raw.raw) {
            (Some(send), None) => self.send(at, send)?,
            (None, Some(raw)) => self.raw(at, raw)?,
            _ => {
                return self.fail(
                    at,
                    "a step needs send or raw, one of them",
                    "Say what to send to the server.",
                );
            }
        };
        let mut names = action.names();
        let expect = self.expect(at, raw.expect, &mut names)?;
        let is_random = names.iter().any(|name| name.starts_with("random."));
        let mut needs = self.check_names(at, names.iter().map(String::as_str))?;
        for need in &raw.needs {
            let Some(known) = self.claims.iter().position(|claim| claim == need.get_ref()) else {
                return self.fail(
                    need,
                    "no step before this one has this claim",
                    "Copy the claim of an earlier step.",
                );
            };
            needs.push(known);
        }
        let mut captures = Vec::new();
        for (name, capture) in raw.capture {
            captures.push((name.clone(), self.capture(at, capture)?));
            self.captured.push((name, position));
        }
        self.claims.push(at.get_ref().clone());
        Ok(Step {
            claim: at.get_ref().clone(),
            action,
            expect,
            captures,
            needs,
            explain: raw.explain,
            is_random,
        })
    }

    fn send(&self, at: &Spanned<String>, raw: RawSend) -> Result<Action> {
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
        Ok(Action::Send(Send {
            method: Template::new(&raw.method),
            path: Template::new(&raw.path),
            headers: headers.collect(),
            body,
        }))
    }

    fn raw(&self, at: &Spanned<String>, raw: RawBytes) -> Result<Action> {
        let pieces = match raw {
            RawBytes::Text(text) => vec![RawPiece::Text(text)],
            RawBytes::Pieces(pieces) => pieces,
        };
        let mut checked = Vec::new();
        for piece in pieces {
            checked.push(match piece {
                RawPiece::Text(text) => Piece::Text(Template::new(&text)),
                RawPiece::Repeat { repeat, times } => Piece::Repeat {
                    text: Template::new(&repeat),
                    times,
                },
                RawPiece::Hex { hex } => match bytes_of(&hex) {
                    Some(bytes) => Piece::Bytes(bytes),
                    None => {
                        return self.fail(
                            at,
                            "hex holds something else than pairs of digits",
                            "As in hex = \"16 03 01\".",
                        );
                    }
                },
            });
        }
        Ok(Action::Raw(checked))
    }

    fn expect(
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
        let says_nothing =
            expect.status.is_empty() && expect.headers.is_empty() && expect.body.is_none();
        if says_nothing && expect.closes == Closes::Maybe {
            return self.fail(
                at,
                "a step without expectations checks nothing",
                "Add expect = { status = 200 }, or more.",
            );
        }
        Ok(expect)
    }

    fn matcher(
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
            let sample = pattern.fill_with(&super::template::Values::new(0), regex::escape);
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

    fn capture(&self, at: &Spanned<String>, raw: RawCapture) -> Result<Capture> {
        Ok(match (raw.header, raw.body, raw.json) {
            (Some(header), None, None) => Capture::Header(header),
            (None, Some(body), None) => Capture::Body(self.pattern(at, &body)?),
            (None, None, Some(json)) => Capture::Json(json),
            _ => {
                return self.fail(
                    at,
                    "a capture is one of header, body and json",
                    "As in capture = { id = { json = \"/id\" } }.",
                );
            }
        })
    }

    fn pattern(&self, at: &Spanned<String>, pattern: &str) -> Result<Regex> {
        match Regex::new(pattern) {
            Ok(regex) => Ok(regex),
            Err(error) => self.fail(
                at,
                format!("`{pattern}` is no pattern: {error}"),
                "Correct the pattern.",
            ),
        }
    }

    /// The steps that capture these names. A name that nothing gives a value to is a fault of the course.
    fn check_names<'n, T>(
        &self,
        at: &Spanned<T>,
        names: impl Iterator<Item = &'n str>,
    ) -> Result<Vec<usize>> {
        let mut from = Vec::new();
        for name in names {
            if let Some((_, step)) = self.captured.iter().rev().find(|(known, _)| known == name) {
                from.push(*step);
            } else if random::draw(name, 0).is_none() {
                let help = format!(
                    "Capture it in an earlier step, or use random.{}.",
                    random::KINDS.join(", random.")
                );
                return self.fail(at, format!("nothing gives `${{{name}}}` a value"), &help);
            }
        }
        Ok(from)
    }
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = hex
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let pairs = digits.chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair)
            .ok()
            .filter(|pair| pair.len() == 2)?;
        u8::from_str_radix(pair, 16).ok()
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn told(text: &str) -> String {
        let error = read(Path::new("a.toml"), text).expect_err("it is wrong");
        assert!(matches!(error, Error::Course { .. }));
        format!("{error}. {}", error.help().unwrap_or_default())
    }

    fn step(rest: &str) -> String {
        format!("[[step]]\nclaim = \"a\"\nsend = {{ path = \"/\" }}\n{rest}\n")
    }

    #[test]
    fn a_whole_story_is_read() {
        let text = r#"
            env = { MESSAGE = "${random.word}" }
            limits = { step_seconds = 2 }
            [[step]]
            claim = "one"
            send = { method = "POST", path = "/users", json = { name = "Ann" } }
            expect = { status = [200, 201], headers.Location = { matches = "^/users/\\d+$" } }
            capture = { where = { header = "Location" } }
            [[step]]
            claim = "two"
            raw = ["GET ${where}", { repeat = "a", times = 3 }, { hex = "0d 0a" }]
            expect = { body = "hi", connection = "closed" }
        "#;
        let story = read(Path::new("a.toml"), text).expect("it is right");
        assert_eq!(story.step_limit, Some(Duration::from_secs(2)));
        assert_eq!(story.steps[1].needs, [0]);
    }

    #[test]
    fn a_mistyped_key_is_told_with_its_line_and_the_nearest_one() {
        assert_eq!(
            told(&step("expct = {}")),
            "a.toml:4: `expct` is not known here. Did you mean `expect`?"
        );
        let deep = told(&step("expect = { body = { equal = \"x\" } }"));
        assert!(
            deep.contains("`equal` is not known here. Did you mean `equals`?"),
            "{deep}"
        );
    }

    #[test]
    fn a_name_without_a_value_is_a_fault_of_the_course() {
        let text = step("expect = { body = \"${id}\" }");
        assert!(
            told(&text).starts_with("a.toml:2: nothing gives `${id}` a value"),
            "{}",
            told(&text)
        );
    }

    #[test]
    fn a_step_that_checks_nothing_is_refused() {
        assert!(told(&step("")).contains("checks nothing"));
        assert!(told(&step("expect = { framing = \"loose\" }")).contains("checks nothing"));
    }

    #[test]
    fn needs_name_an_earlier_claim() {
        let text = step("needs = [\"b\"]\nexpect = { status = 200 }");
        assert!(
            told(&text).starts_with("a.toml:4: no step before"),
            "{}",
            told(&text)
        );
    }

    #[test]
    fn a_pattern_that_is_none_is_told() {
        assert!(told(&step("expect = { body = { matches = \"(\" } }")).contains("is no pattern"));
    }
}
