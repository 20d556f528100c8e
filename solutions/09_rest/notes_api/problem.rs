//! How a client is told what is wrong (RFC 9457). It decides nothing.

use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// An answer that is no success.
pub struct Problem {
    status: StatusCode,
    errors: Vec<Value>,
}

impl Problem {
    pub fn new(status: StatusCode) -> Self {
        let errors = Vec::new();
        Self { status, errors }
    }

    /// 422, with each field that is wrong and the reason.
    pub fn fields(wrong: &[(&str, &str)]) -> Self {
        let error =
            |(pointer, detail): &(&str, &str)| json!({ "pointer": pointer, "detail": detail });
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            errors: wrong.iter().map(error).collect(),
        }
    }
}

/// Nothing that a client has sent is repeated here, so two answers with one status never differ.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let title = match self.status {
            StatusCode::NOT_FOUND => "There is no such note",
            StatusCode::UNAUTHORIZED => "A token is missing or unknown",
            StatusCode::PRECONDITION_FAILED => "Somebody else has changed the note",
            StatusCode::PRECONDITION_REQUIRED => "Say in If-Match which version you have seen",
            StatusCode::UNPROCESSABLE_ENTITY => "The request breaks a rule",
            other => other.canonical_reason().unwrap_or("It went wrong"),
        };
        let mut body = json!({ "status": self.status.as_u16(), "title": title });
        if !self.errors.is_empty() {
            body["errors"] = self.errors.into();
        }
        let mut response = (self.status, Json(body)).into_response();
        let mut say = |name: HeaderName, value| {
            let value = HeaderValue::from_static(value);
            response.headers_mut().insert(name, value)
        };
        say(header::CONTENT_TYPE, "application/problem+json");
        if self.status == StatusCode::UNAUTHORIZED {
            say(header::WWW_AUTHENTICATE, "Bearer");
        }
        response
    }
}

/// A database that does not answer is nobody's business but ours.
impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        eprintln!("the database: {error}");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR)
    }
}
