// caught by: a limit of a million is 100
//! What a client may send: the body of a note, an id, the part behind the question mark. What does not fit is told in a `Problem`.

use crate::problem::Problem;
use axum::{
    body::to_bytes,
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::{StatusCode, header::CONTENT_TYPE, request::Parts},
};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// The most bytes of a body; the longest note that is right has fewer, also if each character is written as `\uXXXX\uXXXX`.
const MOST_BYTES: usize = 1 << 20;
const TITLE: usize = 100;
const TEXT: usize = 10_000;

/// The fields that a request names.
pub struct Fields {
    pub title: Option<String>,
    pub text: Option<String>,
}

/// A whole note, as POST and PUT send it.
pub struct Whole {
    pub title: String,
    pub text: String,
}

impl<S: Sync> FromRequest<S> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let fields = object(request).await?;
        let (title, text) = (title(fields.get("title")), text(fields.get("text")));
        let wrong: Vec<_> = [title.as_ref().err(), text.as_ref().err()]
            .into_iter()
            .flatten()
            .copied()
            .collect();
        match (title, text) {
            (Ok(title), Ok(text)) => Ok(Self { title, text }),
            _ => Err(Problem::fields(&wrong)),
        }
    }
}

impl<S: Sync> FromRequest<S> for Whole {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let fields = object(request).await?;
        let title =
            title(fields.get("title")).and_then(|title| title.ok_or(("/title", "is missing")));
        let text = text(fields.get("text"));
        let wrong: Vec<_> = [title.as_ref().err(), text.as_ref().err()]
            .into_iter()
            .flatten()
            .copied()
            .collect();
        match (title, text) {
            (Ok(title), Ok(text)) => Ok(Self {
                title,
                text: text.unwrap_or_default(),
            }),
            _ => Err(Problem::fields(&wrong)),
        }
    }
}

/// A field that is wrong, and the reason.
type Wrong = (&'static str, &'static str);

fn title(value: Option<&Value>) -> Result<Option<String>, Wrong> {
    let Some(value) = value else { return Ok(None) };
    let title = value.as_str().ok_or(("/title", "is no text"))?;
    let title = title.trim_matches(' ');
    match title.chars().count() {
        0 => Err(("/title", "is empty")),
        1..=TITLE => Ok(Some(title.to_string())),
        _ => Err(("/title", "has more than 100 characters")),
    }
}

fn text(value: Option<&Value>) -> Result<Option<String>, Wrong> {
    let Some(value) = value else { return Ok(None) };
    let text = value.as_str().ok_or(("/text", "is no text"))?;
    match text.chars().count() {
        0..=TEXT => Ok(Some(text.to_string())),
        _ => Err(("/text", "has more than 10,000 characters")),
    }
}

/// The object in a body.
async fn object(request: Request) -> Result<Map<String, Value>, Problem> {
    let header = request.headers().get(CONTENT_TYPE);
    let kind = header.and_then(|kind| kind.to_str().ok()).unwrap_or("");
    let kind = kind.split(';').next().unwrap_or("").trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    let bytes = to_bytes(request.into_body(), MOST_BYTES).await;
    let bytes = bytes.map_err(|_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE))?;
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(Problem::fields(&[("", "is no object")])),
        Err(_) => Err(Problem::new(StatusCode::BAD_REQUEST)),
    }
}

/// The id in a path. What cannot be one is the id of no note.
pub struct Id(pub i64);

impl<S: Sync + Send> FromRequestParts<S> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let id = Path::<String>::from_request_parts(parts, state).await.ok();
        let id = id.and_then(|Path(id)| id.parse().ok());
        id.map(Self).ok_or(Problem::new(StatusCode::NOT_FOUND))
    }
}

/// Which part of the list.
pub struct Page {
    pub search: String,
    pub limit: i64,
    /// Only notes older than this one.
    pub before: i64,
}

impl<S: Sync + Send> FromRequestParts<S> for Page {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = Query::<HashMap<String, String>>::from_request_parts(parts, state).await;
        let Query(mut query) = query.map_err(|_| Problem::fields(&[]))?;
        let number = |name: &str, otherwise| match query.get(name) {
            None => Ok(otherwise),
            Some(text) if text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() => {
                // A number with more digits than fit is large, and no fault.
                Ok(text.parse::<i64>().unwrap_or(i64::MAX))
            }
            Some(_) => Err(Problem::fields(&[])),
        };
        let (limit, before) = (number("limit", 20)?, number("before", i64::MAX)?);
        if limit == 0 {
            return Err(Problem::fields(&[]));
        }
        Ok(Self {
            search: query.remove("search").unwrap_or_default(),
            limit: limit.min(i64::MAX - 1),
            before,
        })
    }
}
