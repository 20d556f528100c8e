//! The parts of a step that are about more than one exchange, checked: inputs, groups, the cost of the program, JSON
//! and data.

use super::{
    action::{Action, Life},
    database::Query,
    expect::{Closes, Expect},
    group::{Meanwhile, NUMBER, Ratio, Together},
    json::{Part, Path, Presence, Type},
    measure::Measure,
    step::Input,
    steps::Reader,
    steps_file::{OneOrMany, RawEach, RawGroup, RawJson, RawMeanwhile, RawProcess, RawQuery},
    template::Template,
};
use crate::{
    course::{Spanned, nearest},
    error::Result,
    workspace::stays_inside,
};
use serde::Deserialize as _;
use serde_json::Value;
use std::{collections::BTreeMap, time::Duration};

/// The name of an input that is a text alone.
const EACH: &str = "each";

impl Reader<'_> {
    /// The inputs of a step, with the names that they give values to, and the steps that capture what they are made of.
    pub(super) fn each(
        &self,
        at: &Spanned<String>,
        raw: Vec<RawEach>,
    ) -> Result<(Vec<Input>, Vec<usize>)> {
        let mut inputs: Vec<Input> = Vec::new();
        let mut needs = Vec::new();
        for raw in raw {
            let input: Input = match raw {
                RawEach::Text(text) => vec![(EACH.to_owned(), Template::new(&text))],
                RawEach::Fields(fields) => fields
                    .into_iter()
                    .map(|(name, text)| (format!("{EACH}.{name}"), Template::new(&text)))
                    .collect(),
            };
            let texts = input.iter().flat_map(|(_, text)| text.names());
            needs.extend(self.check_names(at, texts)?);
            let names = |input: &Input| -> Vec<String> {
                input.iter().map(|(name, _)| name.clone()).collect()
            };
            if inputs
                .first()
                .is_some_and(|first| names(first) != names(&input))
            {
                return self.fail(
                    at,
                    "the inputs of this step have different fields",
                    "Give each of them the same fields.",
                );
            }
            inputs.push(input);
        }
        Ok((inputs, needs))
    }

    /// Refuses a path that leads out of the server's directory: what a step writes there must not reach the learner's files.
    pub(super) fn below_the_server<T>(&self, at: &Spanned<T>, path: &str) -> Result<()> {
        if stays_inside(std::path::Path::new(path)) {
            return Ok(());
        }
        self.fail(
            at,
            format!("`{path}` leaves the server's directory"),
            "Name a path below it, without `..`.",
        )
    }

    pub(super) fn together(
        &self,
        at: &Spanned<String>,
        raw: Option<RawGroup>,
        captured: &[String],
    ) -> Result<Together> {
        let Some(raw) = raw else {
            return Ok(Together::default());
        };
        if let Some(file) = &raw.write_lock {
            self.below_the_server(at, file)?;
        }
        let mut together = Together {
            distinct: raw.distinct,
            write_lock: raw.write_lock,
            ..Together::default()
        };
        for (status, count) in raw.status {
            let Ok(status) = status.parse() else {
                return self.fail(
                    at,
                    format!("`{status}` is no status"),
                    "As in status = { 201 = 5, 409 = 45 }.",
                );
            };
            together.status.insert(status, count);
        }
        if let Some(name) = together
            .distinct
            .keys()
            .find(|name| !captured.contains(name))
        {
            return self.fail(
                at,
                format!("this step does not capture `{name}`"),
                "Name it in capture: each client's own value is counted.",
            );
        }
        if let Some(median) = raw.median {
            together.median = Some(Ratio {
                delay: Duration::from_millis(median.of_ms),
                at_least: median.at_least.unwrap_or(0.0),
                at_most: median.at_most.unwrap_or(f64::INFINITY),
            });
            if median.of_ms < 100 {
                return self.fail(
                    at,
                    "a delay below 100 ms drowns in the noise of a busy machine",
                    "Inject a delay of 300 ms or more.",
                );
            }
        }
        if together.is_empty() {
            return self.fail(
                at,
                "the group says nothing",
                "Add status, distinct or median.",
            );
        }
        Ok(together)
    }

    pub(super) fn meanwhile(
        &self,
        at: &Spanned<String>,
        raw: RawMeanwhile,
        names: &mut Vec<String>,
    ) -> Result<Meanwhile> {
        let talk = self.talk(at, None, raw.talk, names)?;
        if raw.clients == 0 || talk.moves.len() < 2 {
            return self.fail(
                at,
                "meanwhile needs clients, and a talk that goes on after its first move",
                "As in meanwhile = { clients = 60, talk = [\"open\", { drip = \"GET / …\" }] }.",
            );
        }
        names.extend(Action::Talk(talk.clone()).names());
        Ok(Meanwhile {
            clients: raw.clients,
            talk,
        })
    }

    /// What a step expects has to be something that its action leads to.
    pub(super) fn fits(
        &self,
        at: &Spanned<String>,
        action: &Action,
        expect: &Expect,
        parallel: Option<usize>,
        together: &Together,
    ) -> Result<()> {
        let signal = matches!(action, Action::Life(Life::Signal(_)));
        let (what, help) = if matches!(action, Action::Talk(_)) && expect.is_about_the_answer() {
            (
                "a talk expects its answers within itself",
                "Put the expectation into a move: { answer = { … } }.",
            )
        } else if matches!(action, Action::Life(_) | Action::Services(_) | Action::Look)
            && expect.is_about_the_answer()
        {
            (
                "nothing is sent here, so no answer comes",
                "Add send, raw or talk.",
            )
        } else if !expect.exit.is_empty() && !signal {
            (
                "only a step with signal ends the program",
                "Add signal = \"TERM\".",
            )
        } else if parallel == Some(0) || parallel.is_none() && !together.is_empty() {
            ("a group needs clients", "Add parallel = 20.")
        } else if parallel.is_some()
            && matches!(action, Action::Life(_) | Action::Services(_) | Action::Look)
        {
            (
                "many clients at once need something to send",
                "Add send, raw or talk.",
            )
        } else if parallel.is_some() && expect.closes == Closes::Must {
            (
                "who closes is not looked at in a group",
                "Write the step as a talk, and end it with \"expect closed\".",
            )
        } else {
            return Ok(());
        };
        self.fail(at, what, help)
    }

    /// The expectations on a JSON body, on data and on the cost of the program.
    pub(super) fn expect_more(
        &self,
        at: &Spanned<String>,
        expect: &mut Expect,
        json: BTreeMap<String, Value>,
        database: Option<OneOrMany<RawQuery>>,
        process: Option<RawProcess>,
        names: &mut Vec<String>,
    ) -> Result<()> {
        for (path, value) in json {
            let part = self.part(at, &path, value)?;
            for value in part.equals.iter().chain(&part.contains) {
                super::action::each_string(value, &mut |text| {
                    names.extend(Template::new(text).names().map(str::to_owned));
                });
            }
            expect.json.push(part);
        }
        for query in database.map(OneOrMany::into_vec).unwrap_or_default() {
            let rows = query.rows.as_array();
            if !rows.is_some_and(|rows| rows.iter().all(Value::is_array)) {
                return self.fail(
                    at,
                    "rows is a list of rows, and each row a list",
                    "As in rows = [[1, \"Ann\"]].",
                );
            }
            super::action::each_string(&query.rows, &mut |text| {
                names.extend(Template::new(text).names().map(str::to_owned));
            });
            expect.database.push(Query {
                file: query.file,
                query: query.query,
                rows: query.rows,
            });
        }
        if let Some(process) = process {
            let limits = [
                (Measure::Memory, process.memory_mib),
                (Measure::Threads, process.threads),
                (Measure::Descriptors, process.descriptors),
            ];
            for (measure, limit) in limits {
                expect.process.extend(limit.map(|limit| (measure, limit)));
            }
        }
        Ok(())
    }

    fn part(&self, at: &Spanned<String>, path: &str, value: Value) -> Result<Part> {
        let path = match Path::parse(path) {
            Ok(path) => path,
            Err(error) => {
                let what = format!("`{path}` is no JSONPath: {error}");
                return self.fail(at, what, "As in \"$.users[0].name\" (RFC 9535).");
            }
        };
        // A table says what to look for, anything else is the value itself.
        let raw = if value.is_object() {
            match RawJson::deserialize(value) {
                Ok(raw) => raw,
                Err(error) => {
                    let told = error.to_string();
                    let wrong = told.split('`').nth(1).unwrap_or_default();
                    let help = match nearest(wrong, RawJson::KEYS) {
                        Some(nearest) => format!("Did you mean `{nearest}`?"),
                        None => format!("Known here: {}.", RawJson::KEYS.join(", ")),
                    };
                    return self.fail(at, format!("in the expectation on {path}: {told}"), &help);
                }
            }
        } else {
            RawJson {
                equals: Some(value),
                ..RawJson::default()
            }
        };
        let kind = match &raw.kind {
            None => None,
            Some(name) => match Type::ALL.iter().find(|(known, _)| known == name) {
                Some((_, kind)) => Some(*kind),
                None => {
                    let known = Type::ALL.map(|(name, _)| name).join(", ");
                    return self.fail(
                        at,
                        format!("`{name}` is no type of JSON"),
                        &format!("Known here: {known}."),
                    );
                }
            },
        };
        Ok(Part {
            path,
            equals: raw.equals,
            contains: raw.contains,
            matches: raw
                .matches
                .map(|pattern| self.pattern(at, &pattern))
                .transpose()?,
            at_least: raw.at_least,
            at_most: raw.at_most,
            length: raw.length,
            kind,
            presence: if raw.absent {
                Presence::Absent
            } else {
                Presence::Required
            },
        })
    }
}

/// Names that have a value within one step only.
pub(super) fn own_names(each: &[Input], parallel: bool) -> Vec<String> {
    let inputs = each
        .first()
        .into_iter()
        .flatten()
        .map(|(name, _)| name.clone());
    inputs.chain(parallel.then(|| NUMBER.to_owned())).collect()
}
