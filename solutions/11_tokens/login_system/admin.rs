//! What only administrators may do. The role is looked up for each request, so it is the one of now.

use crate::{
    Shared,
    input::{Body, Email, Fault},
    sessions::Somebody,
};
use axum::{
    Json,
    extract::{FromRequestParts, State},
    http::{StatusCode, request::Parts},
};
use serde::Deserialize;
use serde_json::{Value, json};

/// Somebody who is an admin now. To have one in its arguments is how a handler asks.
pub struct Admin;

impl FromRequestParts<Shared> for Admin {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Fault> {
        let Somebody(account) = Somebody::from_request_parts(parts, app).await?;
        match account.role == "admin" {
            true => Ok(Self),
            false => Err(Fault(StatusCode::FORBIDDEN)),
        }
    }
}

/// GET /admin/users.
pub async fn users(_: Admin, State(app): State<Shared>) -> Result<Json<Value>, Fault> {
    let users = app.store.accounts().await?.into_iter().map(|account| {
        json!({
            "email": account.email,
            "role": account.role,
            "email_verified": account.is_verified,
        })
    });
    Ok(Json(json!({ "users": users.collect::<Vec<_>>() })))
}

#[derive(Deserialize)]
pub struct GiveRole {
    email: String,
    role: String,
}

/// POST /admin/roles.
pub async fn give_role(
    _: Admin,
    State(app): State<Shared>,
    Body(give): Body<GiveRole>,
) -> Result<StatusCode, Fault> {
    if !["user", "admin"].contains(&give.role.as_str()) {
        return Err(Fault(StatusCode::UNPROCESSABLE_ENTITY));
    }
    let unknown = || Fault(StatusCode::NOT_FOUND);
    let email = Email::from(&give.email).ok_or_else(unknown)?;
    match app.store.give_role(&email, &give.role).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(unknown()),
    }
}
