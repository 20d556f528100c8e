//! authz_fields: what comes in, what is kept and what goes out are three types
//!
//! One struct for all three is short, and gives every client two gifts. Whatever JSON it sends
//! lands in the row: also `"role":"admin"` (mass assignment). And whatever is in the row goes out with the
//! answer: also the hash of the password (over-exposure). A type for each says what may pass; a
//! column that comes next year then stays inside by itself.
//!
//!     POST  /users {"name":…,"city":…,"password":…}   ->   201 and what the new user may see of itself
//!     PATCH /me    {"city":…}                         ->   200 and the same; nothing else can be changed
//!     GET   /me                                       ->   200 {"id":7,"name":…,"city":…,"role":…,"balance":…}
//!     GET   /users, GET /users/7                      ->   200 {"id":7,"name":…,"city":…}, for everybody
//!     a field that is not the client's to choose      ->   left out, or 422
//!
//! Everybody begins as "member", with a balance of 0. `GET /books` is given, and for admins only.
//!
//! Read more: <https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/>

use axum::{
    Json, Router,
    extract::{FromRequestParts, Path, State},
    http::{StatusCode, header::AUTHORIZATION, request::Parts},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use std::{
    env,
    error::Error,
    fs,
    sync::{Arc, Mutex},
};
use tokio::net::TcpListener;

/// A user as we keep it. It is read from our own file, and goes out nowhere.
#[derive(Clone, Deserialize)]
struct Row {
    id: u64,
    name: String,
    city: String,
    role: String,
    balance: i64,
    password_hash: String,
    session: String,
}

/// What a new user may say.
#[derive(Deserialize)]
struct NewUser {
    name: String,
    city: String,
    password: String,
}

/// What a user may change. A field that is not named here cannot be set, whatever is sent.
#[derive(Deserialize)]
struct Change {
    city: String,
}

/// What everybody may see.
#[derive(Serialize)]
struct Public {
    id: u64,
    name: String,
    city: String,
}

/// What a user may see of itself.
#[derive(Serialize)]
struct Own {
    #[serde(flatten)]
    public: Public,
    role: String,
    balance: i64,
}

impl From<&Row> for Public {
    fn from(row: &Row) -> Public {
        Public {
            id: row.id,
            name: row.name.clone(),
            city: row.city.clone(),
        }
    }
}

impl From<&Row> for Own {
    fn from(row: &Row) -> Own {
        Own {
            public: row.into(),
            role: row.role.clone(),
            balance: row.balance,
        }
    }
}
