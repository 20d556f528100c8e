//! Which version of a note a client has seen. Whether it is the present one only the database can say, while it writes.

use crate::problem::Problem;
use axum::{
    extract::FromRequestParts,
    http::{StatusCode, header::IF_MATCH, request::Parts},
};

/// What If-Match says.
pub enum Seen {
    Any,
    OneOf(Vec<i64>),
}

impl<S: Sync> FromRequestParts<S> for Seen {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut lines = parts.headers.get_all(IF_MATCH).iter().peekable();
        if lines.peek().is_none() {
            return Err(Problem::new(StatusCode::PRECONDITION_REQUIRED));
        }
        let mut versions = Vec::new();
        for version in lines.flat_map(|line| line.as_bytes().split(|&byte| byte == b',')) {
            let version = String::from_utf8_lossy(version);
            if version.trim() == "*" {
                return Ok(Self::Any);
            }
            // What is not of our making fits nothing.
            let number = version.trim().strip_prefix('"');
            let number = number.and_then(|version| version.strip_suffix('"'));
            versions.extend(number.and_then(|number| number.parse::<i64>().ok()));
        }
        Ok(Self::OneOf(versions))
    }
}

/// A version as ETag shows it.
pub fn etag(version: i64) -> String {
    format!("\"{version}\"")
}
