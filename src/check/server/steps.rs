//! The steps of an exercise, checked: out of the TOML file comes a [`Story`]. It runs nothing.
//!
//! All that can be wrong with the steps is found here, with file and line, so that it is never blamed on a learner.

use super::{
    action::Action,
    capture::Capture,
    expect::Expect,
    random,
    steps_file::{RawStep, RawStory},
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
pub(super) struct Reader<'a> {
    file: &'a Path,
    text: &'a str,
    claims: Vec<String>,
    /// Each captured name with the step that captures it.
    captured: Vec<(String, usize)>,
}

impl Reader<'_> {
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

    #[test]
    fn a_pattern_that_is_none_is_told() {
        assert!(told(&step("expect = { body = { matches = \"(\" } }")).contains("is no pattern"));
    }
}
