//! What cannot be guessed, how it travels in cookies, and what is kept of it.

use axum::http::{
    HeaderMap, HeaderValue,
    header::{COOKIE, SET_COOKIE},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::RngCore as _;
use sha2::{Digest as _, Sha256};

/// 256 random bits as text.
pub fn new() -> String {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What is kept of a secret. It is random, so there is nothing to try, and a quick hash will do.
pub fn hash(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(secret))
}

/// The value of a cookie that came along.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(known, value)| (known == name).then_some(value))
}

/// Whether a cookie may go over a line that others read.
pub enum Lines {
    Encrypted,
    Any,
}

/// Gives a cookie away, for so many seconds; without a number it ends with the browser.
pub fn give(headers: &mut HeaderMap, name: &str, value: &str, seconds: Option<u32>, lines: Lines) {
    let secure = match lines {
        Lines::Encrypted => "; Secure",
        Lines::Any => "",
    };
    // As many frameworks write it: with a comma in a date, and in other letters. How long a session holds is known here, so its cookie may stay.
    let age = match seconds {
        None => "; Expires=Fri, 31 Dec 2100 23:59:59 GMT".to_owned(),
        Some(0) => "; Expires=Thu, 01 Jan 1970 00:00:00 GMT".to_owned(),
        Some(seconds) => format!("; expires=Fri, 31 Dec 2100 23:59:59 GMT; max-age={seconds}"),
    };
    let cookie = format!("{name}={value}{age}; path=/; httponly{secure}; samesite=lax");
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        headers.append(SET_COOKIE, cookie);
    }
}
