//! What a step expects of a browser, and what is said when the browser did something else. It decides nothing about the rules.

use super::{
    super::{
        expect::{About, Problem},
        message::Message,
    },
    fetch::{self, Refusal},
    origin::Origin,
};

/// What a step expects of the browser.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    pub(super) readable: Option<bool>,
    pub(super) preflight: Option<bool>,
    pub(super) vary: bool,
    pub(super) sees: Vec<String>,
    pub(super) kept: Option<Vec<String>>,
    pub(super) sent: Option<Vec<String>>,
    pub(super) script_reads: Option<Vec<String>>,
}

/// What the browser did.
#[derive(Default)]
pub(super) struct Done {
    /// Why it asked first, if it did.
    pub(super) asked_first: Option<String>,
    /// Why the page may not have the answer.
    pub(super) refusal: Option<Refusal>,
    pub(super) sent: Vec<String>,
    pub(super) stayed: Vec<String>,
    pub(super) kept: Vec<String>,
    pub(super) refused: Vec<String>,
    pub(super) script_reads: Vec<String>,
    pub(super) answer: Option<Message>,
}

impl Page {
    /// True if something can be wrong with what the browser did.
    pub(super) fn judges(&self) -> bool {
        self.readable.is_some()
            || self.preflight.is_some()
            || self.vary
            || !self.sees.is_empty()
            || self.kept.is_some()
            || self.sent.is_some()
            || self.script_reads.is_some()
    }

    pub(super) fn judge(&self, origin: &Origin, done: &Done) -> Vec<Problem> {
        let mut problems = Vec::new();
        match (self.readable, &done.refusal) {
            (Some(true), Some(refusal)) => problems.push(refusal.told(origin)),
            (Some(false), None) => problems.push(read_by_a_stranger(origin, done.answer.as_ref())),
            _ => {}
        }
        match (self.preflight, &done.asked_first) {
            (Some(true), None) => problems.push(problem(
                "a request before which the browser asks".into(),
                "it asked nobody: a form could have sent the same".into(),
            )),
            (Some(false), Some(why)) => problems.push(problem(
                "a request that the browser sends without asking".into(),
                format!("it asked first, because {why}"),
            )),
            _ => {}
        }
        let varies = |answer: &Message| {
            let named = fetch::members(answer, "Vary");
            named
                .iter()
                .any(|name| name == "*" || name.eq_ignore_ascii_case("Origin"))
        };
        if self.vary && done.answer.as_ref().is_some_and(|answer| !varies(answer)) {
            problems.push(Problem {
                explain: Some("The answer depends on the origin that asked. A cache that does not know this gives the answer for one origin to another.".into()),
                ..problem("header Vary with Origin".into(), "an answer that does not say so".into())
            });
        }
        let lists = [
            ("the browser sends", &self.sent, &done.sent, &done.stayed),
            ("the browser keeps", &self.kept, &done.kept, &done.refused),
            (
                "a script in a page of the server can read",
                &self.script_reads,
                &done.script_reads,
                &Vec::new(),
            ),
        ];
        for (what, wanted, came, not) in lists {
            problems.extend(
                wanted
                    .as_ref()
                    .and_then(|wanted| differ(what, wanted, came, not)),
            );
        }
        problems
    }
}

impl Refusal {
    pub(super) fn told(&self, origin: &Origin) -> Problem {
        Problem {
            about: About::Headers,
            expected: format!(
                "{}, so that the page of {origin} may read the answer",
                self.wanted
            ),
            actual: self.came.clone(),
            explain: Some(format!(
                "The browser keeps the answer from the page. {}",
                self.rule
            )),
        }
    }
}

fn read_by_a_stranger(origin: &Origin, answer: Option<&Message>) -> Problem {
    let names = [
        "Access-Control-Allow-Origin",
        "Access-Control-Allow-Credentials",
    ];
    let lines = names.iter().flat_map(|name| {
        let values = answer.into_iter().flat_map(|answer| answer.header(name));
        values.map(move |value| format!("{name}: {value}"))
    });
    let lines: Vec<String> = lines.collect();
    Problem {
        about: About::Headers,
        expected: format!("an answer that the browser keeps from a page of {origin}"),
        actual: match lines.is_empty() {
            true => "the page may read it".into(),
            false => format!("the page may read it: {}", lines.join(", ")),
        },
        explain: None,
    }
}

/// What is wrong with a list of cookies; `not` says which others there are and why they are not in it.
fn differ(what: &str, wanted: &[String], came: &[String], not: &[String]) -> Option<Problem> {
    let sorted = |names: &[String]| {
        let mut names = names.to_vec();
        names.sort_unstable();
        names.dedup();
        names
    };
    let (wanted, came) = (sorted(wanted), sorted(came));
    if wanted == came {
        return None;
    }
    let names = |names: &[String]| match names {
        [] => "no cookie".to_owned(),
        [one] => format!("the cookie {one}"),
        many => format!("the cookies {}", many.join(", ")),
    };
    // Only of those that are missed.
    let missed = |reason: &&String| {
        let name = reason.split(':').next().unwrap_or_default();
        wanted.iter().any(|wanted| wanted == name)
    };
    let reasons: String = not
        .iter()
        .filter(missed)
        .map(|reason| format!("; not {reason}"))
        .collect();
    Some(Problem {
        about: About::Headers,
        expected: format!("{what} {}", names(&wanted)),
        actual: format!("{}{reasons}", names(&came)),
        explain: None,
    })
}

pub(super) fn problem(expected: String, actual: String) -> Problem {
    Problem {
        about: About::Headers,
        expected,
        actual,
        explain: None,
    }
}
