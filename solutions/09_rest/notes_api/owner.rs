//! Who it is. What is theirs is for `store` to say.

use crate::problem::Problem;
use axum::{
    extract::{Request, State},
    http::{StatusCode, header::AUTHORIZATION},
    middleware::Next,
    response::Response,
};
use std::{collections::HashMap, sync::Arc};

/// The name of whoever asks. Only [`known`] makes one.
#[derive(Clone)]
pub struct Owner(pub String);

/// The name of each token.
pub struct Tokens(HashMap<String, Owner>);

impl Tokens {
    /// From `TOKEN:NAME,TOKEN:NAME`.
    pub fn from_table(table: &str) -> Self {
        let pairs = table.split(',').filter_map(|pair| pair.split_once(':'));
        Self(
            pairs
                .map(|(token, name)| (token.to_string(), Owner(name.to_string())))
                .collect(),
        )
    }
}

/// Lets a request in whose token is known, and tells the handlers who it is.
pub async fn known(
    State(tokens): State<Arc<Tokens>>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let header = request.headers().get(AUTHORIZATION);
    let header = header.and_then(|header| header.to_str().ok());
    let owner = header
        .and_then(|header| header.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .and_then(|(_, token)| tokens.0.get(token.trim()))
        .ok_or(Problem::new(StatusCode::UNAUTHORIZED))?
        .clone();
    request.extensions_mut().insert(owner);
    Ok(next.run(request).await)
}
