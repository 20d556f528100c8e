//! One request of a client (reqwest) on a connection of its own, and the answer to it. Redirects and cookies are for
//! [`super::Ask::ask`].

use super::{
    super::{
        browser::cookies::header,
        expect::{About, Problem},
        message::{Length, Message},
    },
    Told,
    parcel::Parcel,
};
use crate::{
    error::{Error, Result},
    process::Cancel,
};
use reqwest::{
    Method, Url,
    blocking::{Client, RequestBuilder},
    redirect::Policy,
};
use std::{
    error::Error as _,
    sync::mpsc::{RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

/// How long one wait may take before the flag is looked at again.
const SLICE: Duration = Duration::from_millis(20);

/// Sends the parcel, with these cookies, and waits for the answer.
///
/// # Errors
/// [`Error::Cancelled`]; [`Error::Tool`] if no client can be made.
pub(super) fn exchange(
    parcel: &Parcel,
    cookies: &[(String, String)],
    url: &Url,
    deadline: Instant,
    cancel: &Cancel,
) -> Result<Told> {
    let limit = deadline.saturating_duration_since(Instant::now());
    if limit.is_zero() {
        return Ok(Told::Silence);
    }
    let builder = Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .timeout(limit);
    let client = builder.build().map_err(|error| {
        Error::tool(
            format!("no HTTP client could be made: {error}"),
            "Save again; if it stays so, restart the program.",
        )
    })?;
    let request = request(&client, parcel, cookies, url);
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
    client: &Client,
    parcel: &Parcel,
    cookies: &[(String, String)],
    url: &Url,
) -> RequestBuilder {
    let method = Method::from_bytes(parcel.method.as_bytes()).unwrap_or_default();
    let mut request = client.request(method, url.clone());
    for (name, value) in &parcel.headers {
        request = request.header(name, value);
    }
    if !cookies.is_empty() && !parcel.gives("Cookie") {
        request = request.header("Cookie", header(cookies));
    }
    match &parcel.body {
        Some(body) => request.body(body.clone()),
        None => request,
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
    problem("an answer that a client accepts", causes.join(": "))
}

pub(super) fn problem(expected: &str, actual: String) -> Problem {
    Problem {
        about: About::Else,
        expected: expected.to_owned(),
        actual,
        explain: None,
    }
}
