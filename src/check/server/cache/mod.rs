//! A shared cache between the runner and the learner's server: a step goes through it, and it says whether it had the answer, and why.
//! What it may keep is in [`policy`]. Its clock stands still until a step says that it is later, so that no check depends on the machine.

mod file;
mod policy;

use super::{
    action::Send,
    expect::{About, Problem},
    launch::Server,
    message::{Length, Message, parse},
    step::Step,
    story::{Came, Telling},
    template::Template,
};
use crate::error::Result;
pub(super) use file::{RawThrough, RawVerdict};
use policy::Directives;
use serde::Deserialize;

/// What a step does to the cache, and what it expects of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Through {
    is: Option<Verdict>,
    requests: Option<usize>,
    later_seconds: u64,
}

/// Where an answer came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Hit,
    Miss,
    Revalidated,
}

/// Everything that the cache of one run has kept.
#[derive(Debug, Default)]
pub(super) struct Cache {
    kept: Vec<Kept>,
    /// Seconds since the first step.
    now: u64,
    /// What has reached the server since the step began.
    requests: Vec<String>,
}

#[derive(Clone, Debug)]
struct Kept {
    path: String,
    request: Vec<(String, String)>,
    /// What was asked, in a few words.
    asked: String,
    answer: Message,
    at: u64,
}

impl Kept {
    /// Its age, together with that which it came with.
    fn age(&self, now: u64) -> u64 {
        let came_with = policy::first(&self.answer.headers, "Age");
        let came_with = came_with.and_then(|age| age.parse().ok()).unwrap_or(0);
        now.saturating_sub(self.at).saturating_add(came_with)
    }
}

impl Cache {
    /// What a step does before its action.
    pub(super) fn begin(&mut self, through: Option<&Through>) {
        self.requests.clear();
        self.now += through.map_or(0, |through| through.later_seconds);
    }

    /// The kept answer that fits a request, or why there is none.
    fn find(&self, path: &str, request: &[(String, String)]) -> std::result::Result<usize, String> {
        let mut why = "nothing is kept for this path".to_owned();
        for (position, kept) in self
            .kept
            .iter()
            .enumerate()
            .rev()
            .filter(|(_, kept)| kept.path == path)
        {
            match policy::differing(&kept.answer, &kept.request, request) {
                None => return Ok(position),
                Some(name) => {
                    why = format!(
                        "what is kept for this path is for another {name}, which Vary names"
                    );
                }
            }
        }
        Err(why)
    }

    /// Why a kept answer cannot be given out as it is; nothing if it can.
    fn why_stale(&self, kept: &Kept, request: &[(String, String)]) -> Option<String> {
        let (asked, said) = (
            Directives::of(request),
            Directives::of(&kept.answer.headers),
        );
        let age = kept.age(self.now);
        let (fresh, why) = policy::fresh_for(&kept.answer);
        if asked.has("no-cache") || asked.seconds("max-age").is_some_and(|most| age > most) {
            Some("the request wants it fresh".into())
        } else if said.has("no-cache") {
            Some("Cache-Control says no-cache: it is kept, and asked for each time".into())
        } else if age >= fresh {
            Some(format!("what is kept is {age} seconds old, and {why}"))
        } else {
            None
        }
    }
}

impl Through {
    /// What is wrong with the number of requests that reached the server.
    pub(super) fn judge(&self, cache: &Cache) -> Option<Problem> {
        let wanted = self
            .requests
            .filter(|wanted| *wanted != cache.requests.len())?;
        let ending = if wanted == 1 { "" } else { "s" };
        let came = cache.requests.len();
        Some(Problem {
            about: About::Headers,
            expected: format!("{wanted} request{ending} reached the server through the cache"),
            actual: match came {
                0 => "none".into(),
                _ => format!("{came}: {}", cache.requests.join("; ")),
            },
            explain: None,
        })
    }

    fn judge_verdict(&self, verdict: Verdict, why: &str) -> Option<Problem> {
        let wanted = self.is.filter(|wanted| *wanted != verdict)?;
        Some(Problem {
            about: About::Headers,
            expected: match wanted {
                Verdict::Hit => "the cache has the answer, and asks nobody",
                Verdict::Miss => "the cache has no such answer, and asks the server for it",
                Verdict::Revalidated => {
                    "the cache asks whether its answer still holds, and the server says so (304)"
                }
            }
            .into(),
            actual: match verdict {
                Verdict::Hit => format!("it had an answer: {why}"),
                Verdict::Miss => format!("it asked the server for the whole answer: {why}"),
                Verdict::Revalidated => format!("it asked whether its answer still holds: {why}"),
            },
            explain: None,
        })
    }
}

impl Telling<'_> {
    /// Takes a step through the cache.
    pub(super) fn through_cache(
        &mut self,
        step: &Step,
        through: &Through,
        send: &Send,
        server: &mut Server,
    ) -> Result<Came> {
        let asked = send.asked(&self.values);
        self.asked = Some(format!("through a shared cache: {asked}"));
        let method = send.method.fill(&self.values);
        let path = send.path.fill(&self.values);
        let request: Vec<(String, String)> = send
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), value.fill(&self.values)))
            .collect();
        let found = match method.as_str() {
            "GET" => self.cache.find(&path, &request),
            _ => Err(format!("{method} is for the server")),
        };
        let (known, why) = match found {
            Ok(position) => {
                let kept = self.cache.kept[position].clone();
                let Some(why) = self.cache.why_stale(&kept, &request) else {
                    let (_, fresh) = policy::fresh_for(&kept.answer);
                    let age = kept.age(self.cache.now);
                    let why = format!(
                        "it was kept from {}, {age} seconds ago; {fresh}",
                        kept.asked
                    );
                    return Ok(self.give_out(step, through, (Verdict::Hit, &why), &kept));
                };
                (Some((position, kept)), why)
            }
            Err(why) => (None, why),
        };
        let mut actual = send.clone();
        let conditions = known
            .iter()
            .flat_map(|(_, kept)| policy::conditions(&kept.answer));
        for (name, value) in conditions {
            if policy::first(&request, &name).is_none() {
                actual.headers.push((name, Template::new(&value)));
            }
        }
        self.cache.requests.push(actual.asked(&self.values));
        let asked_for = actual.asked_for(&self.values);
        let bytes = actual.bytes(&self.values, server.port());
        let received = match self.transfer(&bytes, asked_for, step, server)? {
            Ok(received) => received,
            Err(came) => return Ok(came),
        };
        let answer = parse(&received.bytes, asked_for).ok();
        if let (Some((position, mut kept)), Some(answer)) = (known, &answer)
            && answer.status == 304
        {
            kept.answer = policy::refreshed(&kept.answer, answer);
            kept.at = self.cache.now;
            self.cache.kept[position] = kept.clone();
            return Ok(self.give_out(step, through, (Verdict::Revalidated, &why), &kept));
        }
        let came = self.judged(step, asked_for, &received, server)?;
        let Some(answer) = answer else {
            return Ok(came);
        };
        // What was written makes what was kept of it wrong (RFC 9111, 4.4).
        let writes = !matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS" | "TRACE");
        if writes && answer.status < 400 {
            self.cache.kept.retain(|kept| kept.path != path);
        }
        if policy::why_not_kept(&method, &request, &answer).is_none() {
            self.cache.kept.retain(|kept| {
                kept.path != path || policy::differing(&answer, &kept.request, &request).is_some()
            });
            let at = self.cache.now;
            self.cache.kept.push(Kept {
                path,
                request,
                asked,
                answer,
                at,
            });
        }
        Ok(told_first(through.judge_verdict(Verdict::Miss, &why), came))
    }

    /// Gives a kept answer out; why is for the one who expected something else.
    fn give_out(
        &mut self,
        step: &Step,
        through: &Through,
        (verdict, why): (Verdict, &str),
        kept: &Kept,
    ) -> Came {
        let age = kept.age(self.cache.now);
        let answer = Message {
            headers: policy::given_out(&kept.answer, age),
            length: Length::Bytes(kept.answer.body.len()),
            faults: Vec::new(),
            ..kept.answer.clone()
        };
        let came = self.judged_message(step, &answer);
        told_first(through.judge_verdict(verdict, why), came)
    }
}

/// What the cache did explains what the answer says, so it is told first.
fn told_first(problem: Option<Problem>, came: Came) -> Came {
    match (problem, came) {
        (None, came) => came,
        (Some(problem), Came::Broken(of_answer)) => {
            Came::Broken([vec![problem], of_answer].concat())
        }
        (Some(problem), Came::Expected) => Came::Broken(vec![problem]),
        (Some(_), other) => other,
    }
}
