//! Clients as people use them: with a name, a jar for cookies, forms, files and passwords, and redirects. What is about the bytes on
//! the wire is for the other steps; here a whole client (reqwest) does what clients do. It looks at no answer but to find its way.

mod hop;
mod parcel;

use super::{
    action::{Body, Send, filled},
    browser::{
        cookies::{self, Asking, Jar},
        origin::Origin,
    },
    escape::shell_word,
    expect::Problem,
    message::Message,
    template::{Template, Values},
};
use crate::{error::Result, process::Cancel};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use parcel::{FilledPart, Parcel};
use reqwest::Url;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// A request by a client.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) send: Send,
    /// Who asks; nobody who was here before if there is no name.
    pub(super) client: Option<String>,
    pub(super) auth: Option<Auth>,
    pub(super) form: Option<Vec<(String, Template)>>,
    pub(super) parts: Vec<FormPart>,
    /// How many redirects are followed.
    pub(super) follow: usize,
}

/// Who the client says it is.
#[derive(Clone, Debug)]
pub(super) enum Auth {
    Basic(Template, Template),
    Bearer(Template),
}

/// One part of a form with files.
#[derive(Clone, Debug)]
pub(super) struct FormPart {
    pub(super) name: String,
    pub(super) content: Template,
    pub(super) file_name: Option<Template>,
    pub(super) content_type: Option<String>,
}

/// The cookies of every client, by name.
pub(super) type Jars = BTreeMap<String, Jar>;

/// What came of a request.
pub(super) enum Told {
    Answer(Message),
    /// No answer in time.
    Silence,
    /// An answer that a client does not accept, or no connection.
    Trouble(Problem),
}

impl Ask {
    /// Every text with names in it.
    pub(super) fn templates(&self) -> Vec<Template> {
        let mut templates = self.send.templates();
        match &self.auth {
            Some(Auth::Basic(user, password)) => {
                templates.extend([user.clone(), password.clone()]);
            }
            Some(Auth::Bearer(token)) => templates.push(token.clone()),
            None => {}
        }
        let fields = self.form.iter().flatten();
        templates.extend(fields.map(|(_, value)| value.clone()));
        for part in &self.parts {
            templates.push(part.content.clone());
            templates.extend(part.file_name.clone());
        }
        templates
    }

    /// Asks, goes where redirects lead, and gives the last answer. Each request has a connection of its own, one after the other.
    ///
    /// # Errors
    /// [`Error::Cancelled`](crate::error::Error::Cancelled); [`Error::Tool`](crate::error::Error::Tool) if no client can be made.
    pub(super) fn ask(
        &self,
        values: &Values,
        jars: &mut Jars,
        port: u16,
        limit: Duration,
        cancel: &Cancel,
    ) -> Result<Told> {
        let mut nobodys = Jar::default();
        let jar = match &self.client {
            Some(name) => jars.entry(name.clone()).or_default(),
            None => &mut nobodys,
        };
        let deadline = Instant::now() + limit;
        let address = format!("http://127.0.0.1:{port}{}", self.send.path.fill(values));
        let mut url = match Url::parse(&address) {
            Ok(url) => url,
            Err(error) => return Ok(Told::Trouble(no_address(&address, &error.to_string()))),
        };
        let mut parcel = self.parcel(values);
        let mut followed = 0;
        loop {
            let origin = origin(&url);
            let (cookies, _) = jar.for_request(&origin, url.path(), Asking::Program);
            let message = match hop::exchange(&parcel, &cookies, &url, deadline, cancel)? {
                Told::Answer(message) => message,
                other => return Ok(other),
            };
            for header in message.header("Set-Cookie") {
                // A cookie that is not for here is left; what then is missing is told by the step that misses it.
                let _ = jar.take(header, &origin, url.path(), Asking::Program);
            }
            let location = match message.status {
                301 | 302 | 303 | 307 | 308 => message.header("Location").next(),
                _ => None,
            };
            // The last answer is then the redirect itself, so that a step can look at it.
            let Some(location) = location.filter(|_| followed < self.follow) else {
                return Ok(Told::Answer(message));
            };
            let next = match url.join(location) {
                Ok(next) if next.scheme() == "http" => next,
                Ok(_) => return Ok(Told::Trouble(no_address(location, "it is not http"))),
                Err(error) => return Ok(Told::Trouble(no_address(location, &error.to_string()))),
            };
            parcel = parcel.redirected(message.status, &url, &next);
            url = next;
            followed += 1;
        }
    }

    fn parcel(&self, values: &Values) -> Parcel {
        let headers = self.send.headers.iter();
        let mut parcel = Parcel {
            method: self.send.method.fill(values),
            headers: headers
                .map(|(name, value)| (name.clone(), value.fill(values)))
                .collect(),
            body: None,
        };
        match &self.auth {
            Some(Auth::Basic(user, password)) => {
                let pair = format!("{}:{}", user.fill(values), password.fill(values));
                parcel.add("Authorization", format!("Basic {}", STANDARD.encode(pair)));
            }
            Some(Auth::Bearer(token)) => {
                parcel.add("Authorization", format!("Bearer {}", token.fill(values)));
            }
            None => {}
        }
        let (kind, body) = if let Some(form) = &self.form {
            let fields = form.iter().map(|(name, value)| (name, value.fill(values)));
            let mut text = form_urlencoded::Serializer::new(String::new());
            let text = text.extend_pairs(fields).finish();
            let kind = "application/x-www-form-urlencoded".to_owned();
            (Some(kind), Some(text.into_bytes()))
        } else if !self.parts.is_empty() {
            let parts = self.parts.iter().map(|part| part.filled(values));
            let joined = parcel::join(&parts.collect::<Vec<_>>());
            (Some(joined.content_type), Some(joined.body))
        } else {
            match &self.send.body {
                Some(Body::Text(text)) => (None, Some(text.fill(values).into_bytes())),
                Some(Body::Json(json)) => (
                    Some("application/json".to_owned()),
                    Some(filled(json, values).to_string().into_bytes()),
                ),
                None => (None, None),
            }
        };
        parcel.body = body;
        if let Some(kind) = kind {
            parcel.add("Content-Type", kind);
        }
        parcel
    }

    /// The cookies that this client would send to the server now.
    pub(super) fn cookies(&self, jars: &Jars, port: u16) -> String {
        let jar = self.client.as_ref().and_then(|name| jars.get(name));
        let server = Origin::parse(&format!("http://127.0.0.1:{port}"));
        let sent = jar.zip(server).map(|(jar, server)| {
            let (sent, _) = jar.for_request(&server, "/", Asking::Program);
            cookies::header(&sent)
        });
        sent.unwrap_or_default()
    }

    /// What is sent, in a few words.
    pub(super) fn asked(&self, values: &Values) -> String {
        let mut asked = self.send.asked(values);
        match &self.auth {
            Some(Auth::Basic(user, _)) => {
                asked.push_str(&format!(", with the password of {}", user.fill(values)));
            }
            Some(Auth::Bearer(token)) => {
                asked.push_str(&format!(", with the token {}", token.fill(values)));
            }
            None => {}
        }
        for (name, value) in self.form.iter().flatten() {
            asked.push_str(&format!(", {name}={}", value.fill(values)));
        }
        for part in &self.parts {
            asked.push_str(&format!(", part {}", part.name));
        }
        match &self.client {
            Some(client) => format!("{client}: {asked}"),
            None => asked,
        }
    }

    /// A line for a shell that does the same by hand.
    pub(super) fn curl(&self, values: &Values) -> String {
        let mut options = String::new();
        let mut option = |flag: &str, value: &str| {
            options.push_str(&format!(" {flag} {}", shell_word(value)));
        };
        if let Some(client) = &self.client {
            let jar = format!("cookies-{client}.txt");
            option("-b", &jar);
            option("-c", &jar);
        }
        if self.follow > 0 {
            option("-L --max-redirs", &self.follow.to_string());
        }
        match &self.auth {
            Some(Auth::Basic(user, password)) => option(
                "-u",
                &format!("{}:{}", user.fill(values), password.fill(values)),
            ),
            Some(Auth::Bearer(token)) => option(
                "-H",
                &format!("Authorization: Bearer {}", token.fill(values)),
            ),
            None => {}
        }
        for (name, value) in self.form.iter().flatten() {
            option(
                "--data-urlencode",
                &format!("{name}={}", value.fill(values)),
            );
        }
        for part in &self.parts {
            let name = part.file_name.as_ref().map(|name| name.fill(values));
            let named = name.map_or(String::new(), |name| format!(";filename={name}"));
            let content = part.content.fill(values);
            option("-F", &format!("{}={content}{named}", part.name));
        }
        let plain = self.send.curl(values);
        plain.replacen("curl -i", &format!("curl -i{options}"), 1)
    }
}

/// Whose cookies go to an address.
fn origin(url: &Url) -> Origin {
    Origin::Known {
        scheme: url.scheme().to_owned(),
        host: url.host_str().unwrap_or_default().to_owned(),
        port: url.port(),
    }
}

fn no_address(address: &str, why: &str) -> Problem {
    hop::problem(
        "an address that a client can go to",
        format!("{address}: {why}"),
    )
}

impl FormPart {
    fn filled(&self, values: &Values) -> FilledPart {
        FilledPart {
            name: self.name.clone(),
            content: self.content.fill(values),
            file_name: self.file_name.as_ref().map(|name| name.fill(values)),
            content_type: self.content_type.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_line_keeps_cookies_and_password() {
        let ask = Ask {
            send: Send {
                method: Template::new("POST"),
                path: Template::new("/login"),
                headers: Vec::new(),
                body: None,
            },
            client: Some("anna".into()),
            auth: Some(Auth::Basic(Template::new("anna"), Template::new("it's"))),
            form: Some(vec![("next".into(), Template::new("/a b"))]),
            parts: Vec::new(),
            follow: 3,
        };
        let values = Values::new(1);
        assert_eq!(
            ask.curl(&values),
            r"curl -i -b cookies-anna.txt -c cookies-anna.txt -L --max-redirs 3 -u 'anna:it'\''s' --data-urlencode 'next=/a b' -X POST http://127.0.0.1:$PORT/login"
        );
        assert_eq!(
            ask.asked(&values),
            "anna: POST /login, with the password of anna, next=/a b"
        );
    }
}
