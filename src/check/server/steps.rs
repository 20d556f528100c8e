//! The steps of an exercise, checked: out of the TOML file comes a [`Story`]. It runs nothing.
//!
//! All that can be wrong with the steps is found here, with file and line, so that it is never blamed on a learner.

use super::{
    action::Action,
    capture::Capture,
    expect::{Expect, Explain},
    layout::{Laid, What},
    peers_file::{DnsExpect, Plan, UpstreamExpect},
    pieces::Piece,
    random,
    steps_file::{RawExplain, RawStep, RawStory, TextOr},
    template::Template,
};
use crate::{
    course::{Spanned, error_at, parse_toml},
    error::Result,
};
use std::{path::Path, time::Duration};

/// How long a server may take until it listens, unless the course says otherwise.
const USUAL_READY_LIMIT: Duration = Duration::from_secs(5);

/// Everything that is done with one server.
#[derive(Debug)]
pub(super) struct Story {
    /// Variables of the server's environment besides `PORT`.
    pub(super) env: Vec<(String, Template)>,
    /// What lies in the server's directory before it starts.
    pub(super) files: Vec<Laid>,
    /// The other sides.
    pub(super) peers: Plan,
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
    pub(super) explain: Explain,
    /// What has to have arrived at the peers.
    pub(super) upstream: Option<UpstreamExpect>,
    pub(super) dns: Option<DnsExpect>,
    /// What is sent or expected differs from run to run.
    pub(super) is_random: bool,
}

/// Reads and checks the steps in `text`, the contents of `file`. `exercises` is where the paths of other files begin.
///
/// # Errors
/// [`crate::error::Error::Course`] with the line of what is wrong.
pub(super) fn read(file: &Path, exercises: &Path, text: &str) -> Result<Story> {
    let raw: RawStory = parse_toml(file, text)?;
    let mut reader = Reader {
        file,
        text,
        claims: Vec::new(),
        captured: Vec::new(),
        laid: Vec::new(),
    };
    for (path, raw) in raw.files {
        let laid = reader.file(exercises, path, raw)?;
        reader.laid.push(laid);
    }
    let mut env = Vec::new();
    for (name, value) in raw.env {
        let template = Template::new(value.get_ref());
        reader.check_names(&value, template.names())?;
        env.push((name, template));
    }
    let peers = reader.plan(raw.peers)?;
    let mut steps = Vec::new();
    for step in raw.step {
        reader.expects_of_peers(
            &step.claim,
            &peers,
            step.upstream.as_ref(),
            step.dns.as_ref(),
        )?;
        steps.push(reader.step(step)?);
    }
    Ok(Story {
        env,
        files: reader.laid,
        peers,
        ready_limit: raw.limits.ready_seconds.map_or(USUAL_READY_LIMIT, seconds),
        step_limit: raw.limits.step_seconds.map(seconds),
        steps,
    })
}

fn explain(raw: TextOr<RawExplain>) -> Explain {
    match raw {
        TextOr::Text(text) => Explain {
            always: Some(text),
            ..Explain::default()
        },
        TextOr::Table(raw) => Explain {
            always: None,
            status: raw.status,
            headers: raw.headers,
            body: raw.body,
        },
    }
}

fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(seconds.into())
}

/// What is known while the steps are read, in order.
pub(super) struct Reader<'a> {
    file: &'a Path,
    text: &'a str,
    claims: Vec<String>,
    /// Each captured name with the step that captures it.
    captured: Vec<(String, usize)>,
    laid: Vec<Laid>,
}

impl Reader<'_> {
    /// The bytes of a file that lies there before the start.
    pub(super) fn laid(&self, path: &str) -> Option<&[Piece]> {
        self.laid.iter().find_map(|laid| match &laid.what {
            What::Bytes(pieces) if laid.path == Path::new(path) => Some(pieces.as_slice()),
            _ => None,
        })
    }

    pub(super) fn fail<T, U>(
        &self,
        at: &Spanned<T>,
        what: impl Into<String>,
        help: &str,
    ) -> Result<U> {
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
        let mut names = Vec::new();
        let action = match (raw.send, raw.raw, raw.talk) {
            (Some(send), None, None) => Action::Send(self.request(at, send)?),
            (None, Some(raw), None) => Action::Raw(self.pieces(at, raw)?),
            (None, None, Some(moves)) => Action::Talk(self.talk(at, raw.on, moves, &mut names)?),
            _ => {
                return self.fail(
                    at,
                    "a step needs send, raw or talk, one of them",
                    "Say what to send to the server.",
                );
            }
        };
        names.extend(action.names());
        let expect = match (&action, raw.expect) {
            // A talk says within itself what it expects.
            (Action::Talk(_), None) => Expect::default(),
            (_, raw) => self.expect(at, raw.unwrap_or_default(), &mut names)?,
        };
        if matches!(action, Action::Talk(_)) && expect.is_about_the_answer() {
            return self.fail(
                at,
                "a talk expects its answers within itself",
                "Put the expectation into a move: { answer = { … } }.",
            );
        }
        let is_random = action.is_random() || names.iter().any(|name| name.starts_with("random."));
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
            explain: raw.explain.map(explain).unwrap_or_default(),
            upstream: raw.upstream,
            dns: raw.dns,
            is_random,
        })
    }

    /// The steps that capture these names. A name that nothing gives a value to is a fault of the course.
    pub(super) fn check_names<'n, T>(
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn told(text: &str) -> String {
        let error = read(Path::new("a.toml"), Path::new(""), text).expect_err("it is wrong");
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
        let story = read(Path::new("a.toml"), Path::new(""), text).expect("it is right");
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
        assert!(told(&step("expect = { body = {} }")).contains("says nothing"));
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

    fn talk(moves: &str) -> String {
        format!("[[step]]\nclaim = \"a\"\ntalk = [{moves}]\n")
    }

    #[test]
    fn a_talk_is_read_move_by_move() {
        let text = talk(
            r#""open", { on = "b", write = "hi\n", cut = [1] }, { read = [{ random = 9 }] }, { answer = { status = 200 } }, "expect closed""#,
        );
        let story = read(Path::new("a.toml"), Path::new(""), &text).expect("it is right");
        let Action::Talk(talk) = &story.steps[0].action else {
            panic!("a talk")
        };
        assert_eq!(talk.moves.len(), 5);
        assert!(story.steps[0].is_random);
    }

    #[test]
    fn mistakes_in_a_talk_are_told() {
        for (moves, told_as) in [
            (
                r#""opne""#,
                "`opne` is no move of a talk. A move of one word is one of \"open\"",
            ),
            (
                r#"{ write = "a", read = "b" }"#,
                "a move of a talk is one of",
            ),
            (r#"{ wriet = "a" }"#, "Did you mean `write`?"),
            (
                r#"{ read = { lacks = "b" } }"#,
                "nobody knows how much to read",
            ),
            (r#"{ read = {} }"#, "say nothing"),
            (r#"{ read = "b", cut = 1 }"#, "only write has a cut"),
            (r#"{ write = [{ hex = "1" }] }"#, "pairs of digits"),
            (r#"{ write = [{ file = "a.txt" }] }"#, "no file `a.txt`"),
            (
                r#"{ answer = { status = 200, connection = "closed" } }"#,
                "\"expect closed\"",
            ),
            (r#"{ write = "${id}" }"#, "nothing gives `${id}` a value"),
        ] {
            let told = told(&talk(moves));
            assert!(
                told.starts_with("a.toml:") && told.contains(told_as),
                "{told}"
            );
        }
    }

    #[test]
    fn mistakes_in_the_files_are_told() {
        for (file, told_as) in [
            (r#""../a" = "x""#, "leaves the server's directory"),
            (
                r#""a" = { from = "no/such/place" }"#,
                "there is no `no/such/place`",
            ),
            (
                r#""a" = { link = "b", from = "c" }"#,
                "one of bytes, link and from",
            ),
            (r#""a" = "${id}""#, "nothing gives `${id}` a value"),
        ] {
            let text = format!(
                "files = {{ {file} }}\n{}",
                step("expect = { status = 200 }")
            );
            let told = told(&text);
            assert!(
                told.starts_with("a.toml:1: ") && told.contains(told_as),
                "{told}"
            );
        }
    }

    #[test]
    fn a_pattern_that_is_none_is_told() {
        assert!(told(&step("expect = { body = { matches = \"(\" } }")).contains("is no pattern"));
    }
}
