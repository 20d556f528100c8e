// caught by: what eve knows has become nobody's
//! Who is logged in, how they come in, and how they go.

use crate::{
    Shared,
    accounts::Credentials,
    input::{Body, Email, Fault},
    secret::{self, Lines},
    store::Account,
    throttle::Counted,
};
use axum::{
    Json,
    extract::{ConnectInfo, FromRequestParts, State},
    http::{HeaderMap, StatusCode, header::RETRY_AFTER, request::Parts},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use std::net::SocketAddr;

const DEVICE_SECONDS: u32 = 90 * 24 * 60 * 60;

/// Whoever has a session that holds. To ask for it is a use of the session.
pub struct Somebody(pub Account);

impl FromRequestParts<Shared> for Somebody {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Fault> {
        let nobody = Fault(StatusCode::UNAUTHORIZED);
        let Some(session) = secret::cookie(&parts.headers, "session") else {
            return Err(nobody);
        };
        let session = secret::hash(session);
        let account = app.store.use_session(&session, app.clock.now()).await?;
        account.map(Self).ok_or(nobody)
    }
}

/// POST /login.
pub async fn login(
    State(app): State<Shared>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    came: HeaderMap,
    Body(login): Body<Credentials>,
) -> Result<Response, Fault> {
    let wrong = || Fault(StatusCode::UNAUTHORIZED);
    let email = Email::from(&login.email).ok_or_else(wrong)?;
    let account = app.store.account(&email).await?;
    let device = secret::cookie(&came, "device").map(secret::hash);
    let device = match (device, &account) {
        (Some(device), Some(account)) if app.store.is_device(&device, account.id).await? => {
            Some(device)
        }
        _ => None,
    };
    let counted = match device.clone() {
        Some(device) => vec![Counted::Device(device)],
        None => vec![Counted::Email(email.clone()), Counted::Address(peer.ip())],
    };
    let then = app.clock.now();
    if let Err(wait) = app.throttle.admit(&counted, then) {
        let after = [(RETRY_AFTER, wait.to_string())];
        return Ok((after, Fault(StatusCode::TOO_MANY_REQUESTS)).into_response());
    }
    let hash = account.as_ref().and_then(|account| account.hash.as_deref());
    if !app.hasher.fits(login.password, hash).await? {
        return Err(wrong());
    }
    let account = account.ok_or_else(wrong)?;
    app.throttle.welcome(&email, &counted, then);
    let mut headers = begin(&app, &account, &came).await?.ok_or_else(wrong)?;
    if device.is_none() {
        let device = secret::new();
        let hash = secret::hash(&device);
        app.store.know_device(&hash, account.id).await?;
        secret::give(
            &mut headers,
            "device",
            &device,
            Some(DEVICE_SECONDS),
            Lines::Encrypted,
        );
    }
    Ok((headers, Json(json!({ "email": email.as_str() }))).into_response())
}

/// A new session, whatever the request brought along, as a header. `None` if the account has become another one since it was looked up.
pub async fn begin(
    app: &Shared,
    account: &Account,
    came: &HeaderMap,
) -> Result<Option<HeaderMap>, Fault> {
    let _ = came;
    let session = secret::new();
    let hash = secret::hash(&session);
    if !app
        .store
        .begin_session(&hash, account, app.clock.now())
        .await?
    {
        return Ok(None);
    }
    let mut headers = HeaderMap::new();
    secret::give(&mut headers, "session", &session, None, Lines::Encrypted);
    Ok(Some(headers))
}

/// GET /me.
pub async fn me(Somebody(account): Somebody) -> Json<Value> {
    Json(json!({
        "email": account.email,
        "role": account.role,
        "email_verified": account.is_verified,
    }))
}

/// POST /logout.
pub async fn logout(State(app): State<Shared>, came: HeaderMap) -> Result<Response, Fault> {
    if let Some(session) = secret::cookie(&came, "session") {
        app.store.end_session(&secret::hash(session)).await?;
    }
    let mut headers = HeaderMap::new();
    secret::give(&mut headers, "session", "", Some(0), Lines::Encrypted);
    Ok((StatusCode::NO_CONTENT, headers).into_response())
}

/// DELETE /sessions.
pub async fn end_all(
    State(app): State<Shared>,
    Somebody(account): Somebody,
) -> Result<StatusCode, Fault> {
    app.store.end_sessions_of(account.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
