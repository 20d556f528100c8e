//! `browser = { … }` of a step: read and checked. What a page cannot do is a fault of the steps, not of the learner.

use super::{
    super::{
        action::{Action, Send},
        step::Input,
        steps::Reader,
        template::{Template, Values},
    },
    Browser, By,
    fetch::Credentials,
    origin::Origin,
    page::Page,
};
use crate::{course::Spanned, error::Result};
use serde::Deserialize;

/// Where the learner's server lives for the browser, unless the step says otherwise.
const USUAL_SERVER: &str = "https://api.example";

/// The browser that a step means which does not name one.
const USUAL_NAME: &str = "the browser";

/// Headers that a page cannot set: the browser does.
const FORBIDDEN: [&str; 18] = [
    "accept-charset",
    "accept-encoding",
    "connection",
    "content-length",
    "cookie",
    "date",
    "dnt",
    "expect",
    "host",
    "keep-alive",
    "origin",
    "referer",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct RawBrowser {
    #[serde(rename = "as")]
    name: Option<String>,
    origin: String,
    server: Option<String>,
    #[serde(default)]
    by: RawBy,
    #[serde(default)]
    credentials: RawCredentials,
    readable: Option<bool>,
    preflight: Option<bool>,
    #[serde(default)]
    vary: bool,
    #[serde(default)]
    sees: Vec<String>,
    kept: Option<Vec<String>>,
    sent: Option<Vec<String>>,
    script_reads: Option<Vec<String>>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawBy {
    #[default]
    Fetch,
    Link,
    Form,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RawCredentials {
    Omit,
    #[default]
    SameOrigin,
    Include,
}

impl Reader<'_> {
    /// Checks the browser of a step.
    pub(in super::super) fn browser(
        &self,
        at: &Spanned<String>,
        raw: RawBrowser,
        action: &Action,
        each: &[Input],
    ) -> Result<Browser> {
        let Action::Send(send) = action else {
            return self.fail(
                at,
                "a browser needs a plain send: path, method, headers, and body or json",
                "Take as, form, basic, bearer and follow out of send; the browser has a name and cookies of its own.",
            );
        };
        let by = match raw.by {
            RawBy::Fetch => By::Fetch,
            RawBy::Link => By::Link,
            RawBy::Form => By::Form,
        };
        self.fits_a_page(at, send, by)?;
        let origin = Template::new(&raw.origin);
        let server = raw.server.as_deref().unwrap_or(USUAL_SERVER);
        let are_origins = all_values(each).all(|values| {
            // What an earlier step has to tell is not known yet.
            let is_known = origin.names().all(|name| values.knows(name));
            !is_known || Origin::parse(&origin.fill(&values)).is_some()
        });
        let (true, Some(server)) = (are_origins, Origin::parse(server)) else {
            return self.fail(
                at,
                "an origin is a scheme, a host and perhaps a port, without a slash at the end; or null",
                "As in browser = { origin = \"https://app.example\", server = \"https://api.example\" }.",
            );
        };
        if server == Origin::Opaque {
            return self.fail(
                at,
                "a server has a name",
                "As in server = \"https://api.example\".",
            );
        }
        let page = Page {
            readable: raw.readable,
            preflight: raw.preflight,
            vary: raw.vary,
            sees: raw.sees,
            kept: raw.kept,
            sent: raw.sent,
            script_reads: raw.script_reads,
        };
        let leaves = by != By::Fetch;
        if leaves && (page.readable.is_some() || page.preflight.is_some() || !page.sees.is_empty())
        {
            return self.fail(
                at,
                "a link or a form leaves the page, so nobody there reads the answer and nobody asks first",
                "Take readable, preflight and sees away, or by.",
            );
        }
        Ok(Browser {
            name: raw.name.unwrap_or_else(|| USUAL_NAME.to_owned()),
            origin,
            server,
            by,
            credentials: match raw.credentials {
                RawCredentials::Omit => Credentials::Omit,
                RawCredentials::SameOrigin => Credentials::SameOrigin,
                RawCredentials::Include => Credentials::Include,
            },
            page,
        })
    }

    fn fits_a_page(&self, at: &Spanned<String>, send: &Send, by: By) -> Result<()> {
        let names = send
            .headers
            .iter()
            .map(|(name, _)| name.to_ascii_lowercase());
        for name in names {
            let is_forbidden = FORBIDDEN.contains(&name.as_str())
                || ["sec-", "proxy-", "access-control-request-"]
                    .iter()
                    .any(|start| name.starts_with(start));
            if is_forbidden {
                return self.fail(
                    at,
                    format!("a page cannot set the header {name}: the browser does"),
                    "Take it away; origin, credentials and the cookies of the browser decide on it.",
                );
            }
            if by != By::Fetch && name != "content-type" {
                return self.fail(
                    at,
                    format!("a link or a form cannot set the header {name}"),
                    "Only a script can: take by away.",
                );
            }
        }
        let method = send.method.fill(&Values::new(0));
        let can = match by {
            By::Fetch => true,
            By::Link => method == "GET" && send.body.is_none(),
            By::Form => matches!(method.as_str(), "GET" | "POST"),
        };
        if !can {
            return self.fail(
                at,
                "a link is a GET without a body, and a form a GET or a POST",
                "Only a script can do more: take by away.",
            );
        }
        Ok(())
    }
}

/// The values of each input; once, where there are none.
fn all_values(each: &[Input]) -> impl Iterator<Item = Values> {
    let inputs = (0..each.len().max(1)).map(|number| each.get(number));
    inputs.map(|input| {
        let mut values = Values::new(0);
        for (name, value) in input.into_iter().flatten() {
            let value = value.fill(&values);
            values.capture(name, value);
        }
        values
    })
}

impl Browser {
    /// True if something can be wrong with what the browser did.
    pub(in super::super) fn judges(&self) -> bool {
        self.page.judges()
    }
}
