// caught by: without a token it is 401
//! jwt_verify: first the signature, then what the token says
//!
//! All that stands in a token was written by whoever sent it: its header, its claims, its signature.
//! Who asks the header how the signature is to be checked lets the attacker choose, and who reads
//! the claims of a token that nobody has signed believes a stranger. So: one algorithm, which you
//! choose; a key of your own; and only then the question whether it is meant for you, and for now.
//!
//!     GET /me  Authorization: Bearer TOKEN   ->   200 {"sub":"7"}, or 401, with nothing said about why
//!
//!     header   "alg" is HS256, "kid" names the key: $KEYS_DIR/KID.pem holds its bytes
//!     claims   "iss" is https://login.test, "aud" is notes, "sub" is the user
//!              "exp" is the second in which it ends, "nbf" the one in which it begins, if it is there
//!
//! `GET /partner.pem` gives everybody the public key of a partner; it lies in `public/`, beside our keys.
//!
//! Read more: RFC 8725, sections 2 and 3; RFC 7519, section 7.2

use axum::{
    Json, Router,
    http::{HeaderMap, StatusCode, header::AUTHORIZATION},
    routing::get,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use sha2::Sha256;
use std::{
    env,
    error::Error,
    fs,
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::net::TcpListener;

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    exp: u64,
    nbf: Option<u64>,
}

/// What a part of a token says, in base64url and JSON.
fn decode<T: DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// Seconds since the year 1970 began.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

/// The bytes of a key.
fn key(kid: &str) -> Option<Vec<u8>> {
    // A name has no way out of the directory: no point, no slash. Anything else is no name of ours.
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !kid.chars().all(is_name) {
        return None;
    }
    let dir = env::var("KEYS_DIR").unwrap_or("keys".to_string());
    fs::read(format!("{dir}/{kid}.pem")).ok()
}

/// What the token says, if it is to be trusted.
fn verify(token: &str) -> Option<Claims> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let header: Header = decode(header)?;
    // The header does not choose. It may only agree with what we have chosen.
    if header.alg != "HS256" {
        return None;
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(&key(&header.kid)?).ok()?;
    mac.update(signed.as_bytes());
    // All 32 bytes are compared, and in the same time wherever they differ.
    mac.verify_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?)
        .ok()?;
    // From here on we know who has written this. Not yet: for whom, and for when.
    let claims: Claims = decode(claims)?;
    let is_for_us = claims.iss == "https://login.test" && claims.aud == "notes";
    let is_for_now = now() < claims.exp && claims.nbf.is_none_or(|nbf| nbf <= now());
    (is_for_us && is_for_now).then_some(claims)
}

/// GET /me.
async fn me(headers: HeaderMap) -> Result<Json<Value>, StatusCode> {
    let said = headers.get(AUTHORIZATION).and_then(|it| it.to_str().ok());
    let token = said.and_then(|said| said.strip_prefix("Bearer "));
    let claims = token.and_then(verify).ok_or(StatusCode::FORBIDDEN)?;
    Ok(Json(json!({ "sub": claims.sub })))
}

async fn partner() -> String {
    fs::read_to_string("public/partner.pem").unwrap_or_default()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Router::new()
        .route("/me", get(me))
        .route("/partner.pem", get(partner));
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
