//! Clients as people use them: with a name, a jar for cookies, forms, files and passwords. What is about the bytes on the wire is
//! for the other steps; here a whole client (reqwest) does what clients do.

use super::{
    action::{Body, Send, filled},
    escape::shell_word,
    expect::{About, Problem},
    message::{Length, Message},
    template::{Template, Values},
};
use crate::{
    error::{Error, Result},
    process::Cancel,
};
use reqwest::{
    blocking::{
        Client, RequestBuilder,
        multipart::{Form, Part},
    },
    cookie::{CookieStore as _, Jar},
    redirect::Policy,
};
use std::{
    collections::BTreeMap,
    error::Error as _,
    sync::{
        Arc,
        mpsc::{RecvTimeoutError, channel},
    },
    thread,
    time::Duration,
};

/// How long one wait may take before the flag is looked at again.
const SLICE: Duration = Duration::from_millis(20);

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
pub(super) type Jars = BTreeMap<String, Arc<Jar>>;

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

    /// Asks, and waits for the answer.
    ///
    /// # Errors
    /// [`Error::Cancelled`]; [`Error::Tool`] if no client can be made.
    pub(super) fn ask(
        &self,
        values: &Values,
        jars: &mut Jars,
        port: u16,
        limit: Duration,
        cancel: &Cancel,
    ) -> Result<Told> {
        let jar = match &self.client {
            Some(name) => Arc::clone(jars.entry(name.clone()).or_default()),
            None => Arc::default(),
        };
        let policy = match self.follow {
            0 => Policy::none(),
            // The last answer is then the redirect itself, so that a step can look at it.
            most => Policy::custom(move |attempt| match attempt.previous().len() > most {
                true => attempt.stop(),
                false => attempt.follow(),
            }),
        };
        let builder = Client::builder()
            .cookie_provider(jar)
            .redirect(policy)
            .no_proxy()
            .timeout(limit);
        let client = builder.build().map_err(|error| {
            Error::tool(
                format!("no HTTP client could be made: {error}"),
                "Save again; if it stays so, restart the program.",
            )
        })?;
        let request = match self.request(&client, values, port) {
            Ok(request) => request,
            Err(error) => return Ok(Told::Trouble(trouble(&error))),
        };
        // A blocking call cannot be called off; on a thread of its own nobody has to wait for it.
        let (done, wait) = channel();
        thread::spawn(move || {
            // Nobody waits any more if this fails.
            let _ = done.send(receive(request));
        });
        loop {
            if cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            return Ok(match wait.recv_timeout(SLICE) {
                Ok(Ok(message)) => Told::Answer(message),
                Ok(Err(error)) if error.is_timeout() => Told::Silence,
                Ok(Err(error)) => Told::Trouble(trouble(&error)),
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => Told::Silence,
            });
        }
    }

    fn request(
        &self,
        client: &Client,
        values: &Values,
        port: u16,
    ) -> reqwest::Result<RequestBuilder> {
        let method = self.send.method.fill(values);
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap_or_default();
        let url = format!("http://127.0.0.1:{port}{}", self.send.path.fill(values));
        let mut request = client.request(method, url);
        for (name, value) in &self.send.headers {
            request = request.header(name, value.fill(values));
        }
        request = match &self.auth {
            Some(Auth::Basic(user, password)) => {
                request.basic_auth(user.fill(values), Some(password.fill(values)))
            }
            Some(Auth::Bearer(token)) => request.bearer_auth(token.fill(values)),
            None => request,
        };
        if let Some(form) = &self.form {
            let fields = form.iter().map(|(name, value)| (name, value.fill(values)));
            return Ok(request.form(&fields.collect::<Vec<_>>()));
        }
        if !self.parts.is_empty() {
            let mut form = Form::new();
            for part in &self.parts {
                let mut filled = Part::bytes(part.content.fill(values).into_bytes());
                if let Some(file_name) = &part.file_name {
                    filled = filled.file_name(file_name.fill(values));
                }
                if let Some(content_type) = &part.content_type {
                    filled = filled.mime_str(content_type)?;
                }
                form = form.part(part.name.clone(), filled);
            }
            return Ok(request.multipart(form));
        }
        Ok(match &self.send.body {
            Some(Body::Text(text)) => request.body(text.fill(values)),
            Some(Body::Json(json)) => request.json(&filled(json, values)),
            None => request,
        })
    }

    /// The cookies that this client would send to the server now.
    pub(super) fn cookies(&self, jars: &Jars, port: u16) -> String {
        let jar = self.client.as_ref().and_then(|name| jars.get(name));
        let url = reqwest::Url::parse(&format!("http://127.0.0.1:{port}/"));
        let cookies = jar.zip(url.ok()).and_then(|(jar, url)| jar.cookies(&url));
        let text = cookies.as_ref().and_then(|value| value.to_str().ok());
        text.unwrap_or_default().to_owned()
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

fn receive(request: RequestBuilder) -> reqwest::Result<Message> {
    let response = request.send()?;
    let status = response.status().as_u16();
    let headers = response.headers().iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    let headers = headers.collect();
    let body = response.bytes()?.to_vec();
    Ok(Message {
        status,
        headers,
        length: Length::Bytes(body.len()),
        body,
        end: None,
        faults: Vec::new(),
    })
}

fn trouble(error: &reqwest::Error) -> Problem {
    let mut causes = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(deeper) = cause {
        causes.push(deeper.to_string());
        cause = deeper.source();
    }
    Problem {
        about: About::Else,
        expected: "an answer that a client accepts".into(),
        actual: causes.join(": "),
        explain: None,
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
