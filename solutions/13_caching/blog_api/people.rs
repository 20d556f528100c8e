//! Who somebody is, and what they may do with a post.

use crate::{Shared, input::Fault, store::Post};
use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, StatusCode, header::AUTHORIZATION, request::Parts},
    middleware::Next,
    response::Response,
};
use std::collections::HashMap;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Reader,
    Author,
    Editor,
}

#[derive(Clone)]
pub struct Person {
    pub name: String,
    pub role: Role,
}

/// Everybody who writes, by their tokens.
pub struct People(HashMap<String, Person>);

impl People {
    /// From `TOKEN:NAME:ROLE,TOKEN:NAME:ROLE`.
    pub fn from_table(table: &str) -> Self {
        let person = |entry: &str| {
            let (token, rest) = entry.split_once(':')?;
            let (name, role) = rest.split_once(':')?;
            let role = match role {
                "reader" => Role::Reader,
                "author" => Role::Author,
                "editor" => Role::Editor,
                _ => return None,
            };
            let name = name.to_string();
            Some((token.to_string(), Person { name, role }))
        };
        Self(table.split(',').filter_map(person).collect())
    }

    /// Who asks; nobody in particular without a token. A token that nobody has is refused.
    fn who(&self, headers: &HeaderMap) -> Result<Option<Person>, Fault> {
        let Some(header) = headers.get(AUTHORIZATION) else {
            return Ok(None);
        };
        let header = header.to_str().ok().and_then(|text| text.split_once(' '));
        let (scheme, token) = header.ok_or(UNKNOWN)?;
        let person = self.0.get(token.trim());
        let person = person.filter(|_| scheme.eq_ignore_ascii_case("bearer"));
        person.cloned().map(Some).ok_or(UNKNOWN)
    }
}

/// Around all routes: a wrong token is 401, before anybody looks whether there is such a path.
pub async fn known(
    State(app): State<Shared>,
    request: Request,
    next: Next,
) -> Result<Response, Fault> {
    app.people.who(request.headers())?;
    Ok(next.run(request).await)
}

/// Somebody, or nobody in particular.
pub struct Anybody(pub Option<Person>);

/// Somebody who has said who they are.
pub struct Somebody(pub Person);

const UNKNOWN: Fault = Fault(StatusCode::UNAUTHORIZED);
const HIDDEN: Fault = Fault(StatusCode::NOT_FOUND);
const FORBIDDEN: Fault = Fault(StatusCode::FORBIDDEN);

impl FromRequestParts<Shared> for Anybody {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Fault> {
        app.people.who(&parts.headers).map(Self)
    }
}

impl FromRequestParts<Shared> for Somebody {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Fault> {
        let Anybody(person) = Anybody::from_request_parts(parts, app).await?;
        person.map(Self).ok_or(UNKNOWN)
    }
}

impl Person {
    pub fn may_write(&self) -> Result<(), Fault> {
        match self.role {
            Role::Reader => Err(FORBIDDEN),
            Role::Author | Role::Editor => Ok(()),
        }
    }

    /// An editor has all posts, an author their own, a reader none.
    fn has(&self, post: &Post) -> bool {
        match self.role {
            Role::Editor => true,
            Role::Author => post.author == self.name,
            Role::Reader => false,
        }
    }

    /// Ask [`seen`] before: what cannot be seen is not forbidden, it is not there.
    pub fn may_change(&self, post: &Post) -> Result<(), Fault> {
        self.has(post).then_some(()).ok_or(FORBIDDEN)
    }

    pub fn may_delete_comment_of(&self, author: &str, post: &Post) -> Result<(), Fault> {
        let may = author == self.name || self.has(post);
        may.then_some(()).ok_or(FORBIDDEN)
    }
}

/// The post, if there is one for this person. The one place that hides drafts.
pub fn seen(post: Option<Post>, person: Option<&Person>) -> Result<Post, Fault> {
    let is_there = |post: &Post| post.published || person.is_some_and(|person| person.has(post));
    post.filter(is_there).ok_or(HIDDEN)
}
