//! What a client may send, and what it is told if that is wrong or if something broke.

use axum::{
    Json,
    extract::{FromRequest, Request},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;
use serde_json::json;
use std::fmt::{self, Display};

/// An answer that is no success.
pub struct Fault(pub StatusCode);

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let reason = self.0.canonical_reason();
        (self.0, Json(json!({ "error": reason }))).into_response()
    }
}

/// What is broken is written down here; a client learns no more than that something is.
pub fn broken(what: impl Display) -> Fault {
    eprintln!("broken: {what}");
    Fault(StatusCode::INTERNAL_SERVER_ERROR)
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        broken(error)
    }
}

/// A body of JSON.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        let body = Json::<T>::from_request(request, state).await;
        let Json(body) = body.map_err(|_| Fault(StatusCode::UNPROCESSABLE_ENTITY))?;
        Ok(Self(body))
    }
}

/// An email address in its one form. What is no address has none.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    pub fn from(text: &str) -> Option<Self> {
        let text = text.trim_matches(' ').to_ascii_lowercase();
        let (before, behind) = text.split_once('@')?;
        let odd = |letter: char| letter.is_whitespace() || letter.is_control();
        let is_whole = !before.is_empty() && !behind.is_empty() && !behind.contains('@');
        let is_right = is_whole && !text.contains(odd);
        is_right.then_some(Self(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Display for Email {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A new password, if it keeps the rules.
pub fn new_password(text: String) -> Result<String, Fault> {
    match text.chars().count() {
        10..=200 => Ok(text),
        _ => Err(Fault(StatusCode::UNPROCESSABLE_ENTITY)),
    }
}
