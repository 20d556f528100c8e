// caught by: a slug is made of the title
//! What a client may send, and what it is told if that is wrong or if something broke.

use axum::{
    Json,
    body::Bytes,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};
use std::{collections::BTreeSet, collections::HashMap};

/// An answer that is no success.
#[derive(Debug)]
pub struct Fault(pub StatusCode);

pub const WRONG: Fault = Fault(StatusCode::UNPROCESSABLE_ENTITY);

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let reason = self.0.canonical_reason();
        (self.0, Json(json!({ "error": reason }))).into_response()
    }
}

/// A database that does not answer is nobody's business but ours.
impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        eprintln!("the database: {error}");
        Self(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// What a request says of a post. What it says of anything else is passed over.
#[derive(Default)]
pub struct Fields {
    pub title: Option<String>,
    pub text: Option<String>,
    pub tags: Option<Vec<String>>,
    pub published: Option<bool>,
}

/// The object in a body.
fn object(body: &Bytes) -> Result<Map<String, Value>, Fault> {
    serde_json::from_slice(body).map_err(|_| WRONG)
}

/// A text with so many characters, if it is there.
fn text(value: Option<&Value>, least: usize, most: usize) -> Result<Option<String>, Fault> {
    let Some(value) = value else { return Ok(None) };
    let text = value.as_str().ok_or(WRONG)?;
    let length = text.chars().count();
    let is_right = (least..=most).contains(&length);
    is_right.then(|| Some(text.to_string())).ok_or(WRONG)
}

fn tags(value: Option<&Value>) -> Result<Option<Vec<String>>, Fault> {
    let Some(value) = value else { return Ok(None) };
    let list = value.as_array().filter(|list| list.len() <= 10);
    let tags: Option<BTreeSet<&str>> = list.ok_or(WRONG)?.iter().map(Value::as_str).collect();
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_right = |tag: &&str| (1..=30).contains(&tag.len()) && tag.bytes().all(letter);
    let tags = tags.filter(|tags| tags.iter().all(is_right)).ok_or(WRONG)?;
    Ok(Some(tags.into_iter().map(str::to_string).collect()))
}

impl Fields {
    pub fn of(body: &Bytes) -> Result<Self, Fault> {
        let fields = object(body)?;
        let published = fields
            .get("published")
            .map(|value| value.as_bool().ok_or(WRONG));
        Ok(Self {
            title: text(fields.get("title"), 1, 200)?,
            text: text(fields.get("text"), 0, 20_000)?,
            tags: tags(fields.get("tags"))?,
            published: published.transpose()?,
        })
    }
}

/// The text of a comment.
pub fn comment(body: &Bytes) -> Result<String, Fault> {
    text(object(body)?.get("text"), 1, 2_000)?.ok_or(WRONG)
}

/// The first slug that a title asks for.
pub fn slug(title: &str) -> String {
    let lower = title.to_ascii_lowercase();
    // What is no letter is left out.
    let kept: String = lower
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || *letter == ' ')
        .collect();
    let words: Vec<&str> = kept.split_whitespace().collect();
    match words.is_empty() {
        true => "post".to_string(),
        false => words.join("-"),
    }
}

/// Which part of the list.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Part {
    pub limit: i64,
    pub tag: Option<String>,
    /// Only posts that were made before this one.
    pub before: i64,
}

impl Part {
    pub fn of(query: &HashMap<String, String>) -> Result<Self, Fault> {
        let number = |name: &str, otherwise| match query.get(name) {
            None => Ok(otherwise),
            Some(text) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
                // A number with more digits than fit is large, and no fault.
                Ok(text.parse().unwrap_or(i64::MAX))
            }
            Some(_) => Err(WRONG),
        };
        let limit: i64 = number("limit", 20)?;
        if limit == 0 {
            return Err(WRONG);
        }
        Ok(Self {
            limit: limit.min(100),
            tag: query.get("tag").cloned(),
            before: number("before", i64::MAX)?,
        })
    }
}
