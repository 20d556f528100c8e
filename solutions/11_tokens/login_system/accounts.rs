//! Accounts and the mails about them. Who is logged in is for `sessions`.

use crate::{
    Shared,
    input::{Body, Email, Fault, new_password},
    mail::Link,
    secret,
    store::Purpose,
};
use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
pub struct Credentials {
    pub email: String,
    pub password: String,
}

/// POST /register.
pub async fn register(
    State(app): State<Shared>,
    Body(new): Body<Credentials>,
) -> Result<(StatusCode, Json<Value>), Fault> {
    let email = Email::from(&new.email).ok_or(Fault(StatusCode::UNPROCESSABLE_ENTITY))?;
    // Whoever registers twice is told so, whatever the second password is. Who is first of many at once is decided below.
    if app.store.account(&email).await?.is_some() {
        return Err(Fault(StatusCode::CONFLICT));
    }
    let hash = app.hasher.hash(new_password(new.password)?).await?;
    let account = app.store.register(&email, &hash).await?;
    let account = account.ok_or(Fault(StatusCode::CONFLICT))?;
    let (token, now) = (secret::new(), app.clock.now());
    app.store
        .give_token(account, Purpose::Verify, &secret::hash(&token), now)
        .await?;
    app.mailer.send(&email, Link::Verify, &token, now);
    Ok((
        StatusCode::CREATED,
        Json(json!({ "email": email.as_str() })),
    ))
}

#[derive(Deserialize)]
pub struct Verify {
    token: String,
}

/// POST /verify.
pub async fn verify(
    State(app): State<Shared>,
    Body(verify): Body<Verify>,
) -> Result<StatusCode, Fault> {
    let token = secret::hash(&verify.token);
    match app.store.verify(&token, app.clock.now()).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Fault(StatusCode::BAD_REQUEST)),
    }
}

#[derive(Deserialize)]
pub struct Forgot {
    email: String,
}

/// POST /forgot. The answer is made before anybody has looked whether there is an account.
pub async fn forgot(
    State(app): State<Shared>,
    Body(forgot): Body<Forgot>,
) -> (StatusCode, Json<Value>) {
    tokio::spawn(async move {
        if let Some(email) = Email::from(&forgot.email) {
            if let Err(error) = send_reset(&app, &email).await {
                eprintln!("no mail for a forgotten password: {error}");
            }
        }
    });
    (StatusCode::ACCEPTED, Json(json!({})))
}

async fn send_reset(app: &Shared, email: &Email) -> sqlx::Result<()> {
    if let Some(account) = app.store.account(email).await? {
        let (token, now) = (secret::new(), app.clock.now());
        app.store
            .give_token(account.id, Purpose::Reset, &secret::hash(&token), now)
            .await?;
        app.mailer.send(email, Link::Reset, &token, now);
    }
    Ok(())
}

#[derive(Deserialize)]
pub struct Reset {
    token: String,
    password: String,
}

/// POST /reset.
pub async fn reset(
    State(app): State<Shared>,
    Body(reset): Body<Reset>,
) -> Result<StatusCode, Fault> {
    let password = new_password(reset.password)?;
    let hash = app.hasher.hash(password).await?;
    let token = secret::hash(&reset.token);
    match app.store.reset(&token, &hash, app.clock.now()).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Fault(StatusCode::BAD_REQUEST)),
    }
}
