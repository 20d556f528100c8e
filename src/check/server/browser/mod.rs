//! A step that a browser takes for a page: what the rules of [`fetch`] and [`cookies`] make of it, what went over the wire, and what
//! the page got to see. No script runs here.

pub(super) mod cookies;
mod fetch;
mod file;
pub(super) mod origin;
mod page;
mod set_cookie;

use super::{
    action::{Body, Send},
    launch::Server,
    message::parse,
    step::Step,
    story::{Came, Telling},
    template::{Template, Values},
};
use crate::error::Result;
use cookies::Asking;
use fetch::{Credentials, Request};
pub(super) use file::RawBrowser;
use origin::Origin;
use page::{Done, Page, problem};

/// What the browser does for one step, and what has to come of it.
#[derive(Clone, Debug)]
pub(super) struct Browser {
    /// Each name is a browser of its own, with its own cookies.
    name: String,
    /// Of the page that asks.
    origin: Template,
    /// Under which the browser knows the learner's server.
    server: Origin,
    by: By,
    credentials: Credentials,
    page: Page,
}

/// What in the page asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum By {
    /// A script.
    #[default]
    Fetch,
    /// The person follows a link; the page is left.
    Link,
    /// The person, or a script, sends a form; the page is left.
    Form,
}

impl Telling<'_> {
    /// Takes a step as a browser.
    pub(super) fn browse(
        &mut self,
        step: &Step,
        browser: &Browser,
        send: &Send,
        server: &mut Server,
    ) -> Result<Came> {
        let told = browser.origin.fill(&self.values);
        let Some(origin) = Origin::parse(&told) else {
            return Ok(Came::Broken(vec![problem(
                "an origin of the page".into(),
                told,
            )]));
        };
        let send = browser.as_the_page_sends(send, &self.values);
        let headers: Vec<(String, String)> = send
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), value.fill(&self.values)))
            .collect();
        let method = send.method.fill(&self.values);
        let request = Request {
            origin: &origin,
            method: &method,
            headers: &headers,
            credentials: browser.credentials,
        };
        let is_foreign = browser.by == By::Fetch && !origin.is_same(&browser.server);
        let mut done = Done::default();
        if is_foreign && let Some(why) = request.asks_first() {
            let question = browser.question(&send, &request);
            let sent = (question.asked(&self.values), question.curl(&self.values));
            let bytes = question.bytes(&self.values, server.port());
            let received =
                match self.transfer(&bytes, question.asked_for(&self.values), step, server)? {
                    Ok(received) => received,
                    Err(came) => return Ok(came),
                };
            let asked = format!(
                "{}; the browser asks before it sends {method}, because {why}",
                sent.0
            );
            self.asked = Some(browser.tell(&origin, &asked));
            self.repeat = Some(sent.1);
            done.asked_first = Some(why);
            let Ok(answer) = parse(&received.bytes, question.asked_for(&self.values)) else {
                return self.judged(step, question.asked_for(&self.values), &received, server);
            };
            done.refusal = request.judge_preflight(&answer).err();
            if done.refusal.is_some() {
                let mut problems = browser.page.judge(&origin, &done);
                if problems.is_empty() && step.expect.is_about_the_answer() {
                    problems.extend(done.refusal.as_ref().map(|refusal| refusal.told(&origin)));
                }
                return Ok(match problems.is_empty() {
                    true => Came::Expected,
                    false => Came::Broken(problems),
                });
            }
        }
        let path = send.path.fill(&self.values);
        let with_cookies = match browser.credentials {
            _ if browser.by != By::Fetch => true,
            Credentials::Include => true,
            Credentials::SameOrigin => !is_foreign,
            Credentials::Omit => false,
        };
        let asking = browser.asking(&origin, &method);
        let jar = self.browsers.entry(browser.name.clone()).or_default();
        let mut cookies = Vec::new();
        if with_cookies {
            let (sent, stayed) = jar.for_request(&browser.server, &path, asking);
            done.stayed = listed(stayed);
            done.sent = sent.iter().map(|(name, _)| name.clone()).collect();
            cookies = sent;
        }
        let actual = browser.request(send, &request, &cookies);
        self.asked = Some(browser.tell(&origin, &actual.asked(&self.values)));
        self.repeat = Some(actual.curl(&self.values));
        let asked_for = actual.asked_for(&self.values);
        let bytes = actual.bytes(&self.values, server.port());
        let received = match self.transfer(&bytes, asked_for, step, server)? {
            Ok(received) => received,
            Err(came) => return Ok(came),
        };
        let came = self.judged(step, asked_for, &received, server)?;
        let Ok(answer) = parse(&received.bytes, asked_for) else {
            return Ok(came);
        };
        if is_foreign {
            done.refusal = request.judge_answer(&answer).err();
        }
        let jar = self.browsers.entry(browser.name.clone()).or_default();
        for header in answer.header("Set-Cookie") {
            let taken = match with_cookies {
                true => jar.take(header, &browser.server, &path, asking),
                false => Err((header.to_owned(), "the page asked without cookies".into())),
            };
            match taken {
                Ok(name) => done.kept.extend(name),
                Err(refused) => done.refused.extend(listed(vec![refused])),
            }
        }
        done.script_reads = jar.for_script(&browser.server, &path);
        let unseen = browser
            .page
            .sees
            .iter()
            .find(|name| !request.may_see(&answer, name));
        let unseen = unseen.filter(|_| is_foreign).map(|name| {
            let exposed = fetch::members(&answer, "Access-Control-Expose-Headers").join(", ");
            problem(
                format!("Access-Control-Expose-Headers with {name}, so that the page can read it"),
                if exposed.is_empty() {
                    "no header Access-Control-Expose-Headers".into()
                } else {
                    exposed
                },
            )
        });
        done.answer = Some(answer);
        let mut problems = browser.page.judge(&origin, &done);
        problems.extend(unseen);
        // What the browser did explains what the server said, so it is told first.
        Ok(match came {
            Came::Expected if problems.is_empty() => Came::Expected,
            Came::Expected => Came::Broken(problems),
            Came::Broken(of_answer) => {
                problems.extend(of_answer);
                Came::Broken(problems)
            }
            other => other,
        })
    }
}

impl Browser {
    /// Every text with names in it.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.origin.names()
    }

    /// The request with what a browser adds before it looks at the rules.
    fn as_the_page_sends(&self, send: &Send, values: &Values) -> Send {
        let mut send = send.clone();
        let is_typed = send
            .headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("Content-Type"));
        let kind = match (&send.body, self.by) {
            (Some(Body::Json(_)), _) => Some("application/json"),
            (Some(Body::Text(_)), By::Form) => Some("application/x-www-form-urlencoded"),
            (Some(Body::Text(_)), _) => Some("text/plain;charset=UTF-8"),
            (None, _) => None,
        };
        if let Some(kind) = kind.filter(|_| !is_typed) {
            send.headers
                .push(("Content-Type".into(), Template::new(kind)));
        }
        // A script may write these in lower case; `patch` stays as it is.
        let method = send.method.fill(values);
        let upper = method.to_ascii_uppercase();
        if ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"].contains(&upper.as_str()) {
            send.method = Template::new(&upper);
        }
        send
    }

    /// The question before the request.
    fn question(&self, send: &Send, request: &Request<'_>) -> Send {
        let mut headers = vec![
            ("Host".to_owned(), self.server.authority()),
            ("Accept".to_owned(), "*/*".to_owned()),
            (
                "Access-Control-Request-Method".to_owned(),
                request.method.to_owned(),
            ),
        ];
        let unusual = request.unusual_headers();
        if !unusual.is_empty() {
            headers.push((
                "Access-Control-Request-Headers".to_owned(),
                unusual.join(","),
            ));
        }
        headers.push(("Origin".to_owned(), request.origin.to_string()));
        headers.extend(self.fetch_headers(request.origin));
        Send {
            method: Template::new("OPTIONS"),
            path: send.path.clone(),
            headers: templates(headers),
            body: None,
        }
    }

    /// The request itself.
    fn request(&self, mut send: Send, request: &Request<'_>, cookies: &[(String, String)]) -> Send {
        let mut headers = vec![("Host".to_owned(), self.server.authority())];
        let is_same = request.origin.is_same(&self.server);
        let only_reads = matches!(request.method, "GET" | "HEAD");
        if !only_reads || self.by == By::Fetch && !is_same {
            headers.push(("Origin".to_owned(), request.origin.to_string()));
        }
        headers.extend(self.fetch_headers(request.origin));
        if !cookies.is_empty() {
            headers.push(("Cookie".to_owned(), cookies::header(cookies)));
        }
        send.headers.extend(templates(headers));
        send
    }

    fn fetch_headers(&self, origin: &Origin) -> [(String, String); 2] {
        let site = if origin.is_same(&self.server) {
            "same-origin"
        } else if origin.is_same_site(&self.server) {
            "same-site"
        } else {
            "cross-site"
        };
        let mode = if self.by == By::Fetch {
            "cors"
        } else {
            "navigate"
        };
        [
            ("Sec-Fetch-Site".to_owned(), site.to_owned()),
            ("Sec-Fetch-Mode".to_owned(), mode.to_owned()),
        ]
    }

    fn asking(&self, origin: &Origin, method: &str) -> Asking {
        let leads_there = self.by != By::Fetch && method == "GET";
        if origin.is_same_site(&self.server) {
            Asking::SameSite
        } else if leads_there {
            Asking::Arriving
        } else {
            Asking::OtherSite
        }
    }

    fn tell(&self, origin: &Origin, what: &str) -> String {
        let by = match self.by {
            By::Fetch => "a script",
            By::Link => "a link",
            By::Form => "a form",
        };
        format!("{by} in a page of {origin}: {what}")
    }
}

fn listed(reasons: Vec<(String, String)>) -> Vec<String> {
    let reasons = reasons.into_iter();
    reasons
        .map(|(name, why)| format!("{name}: {why}"))
        .collect()
}

fn templates(headers: Vec<(String, String)>) -> Vec<(String, Template)> {
    let headers = headers.into_iter();
    headers
        .map(|(name, value)| (name, Template::new(&value)))
        .collect()
}
