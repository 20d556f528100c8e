//! json_encode: a response has the names and types that its clients need
//!
//! From here on you use crates: libraries that other people have written, and share on crates.io. These are `serde` and
//! `serde_json`. The runner has built them in the background, so a `use` is all that it takes.
//!
//! JSON that is glued together from texts breaks at the first quotation mark in a name. serde writes it from a struct:
//! one field for each thing that a client may see, and attributes for the names. What is not in there cannot leak out.
//!
//!     id: 7, full_name: "Ada", phone: None, login_count: 3, created_at: 9 May 2026, 8:05 UTC, password_hash: "$a$b"
//!     ->  {"id":"7","fullName":"Ada","loginCount":3,"createdAt":"2026-05-09T08:05:00Z"}
//!
//! Names are written in camelCase. The id is a text, because JavaScript rounds whole numbers above 2^53. What is None
//! is left out, and null is never sent. Times are as RFC 3339 has them.
//!
//! Read more: https://serde.rs/attributes.html

use serde::Serialize;

/// A user, as the server keeps it.
struct User {
    id: u64,
    full_name: String,
    phone: Option<String>,
    login_count: u32,
    /// Year, month, day, hour, minute, second; UTC.
    created_at: (u16, u8, u8, u8, u8, u8),
    #[allow(dead_code)] // Only the login reads it.
    password_hash: String,
}

/// A user, as a client sees it.
// TODO: Give it a field for each name of the contract, and the attributes that the names and the phone need.
#[derive(Serialize)]
struct UserResponse {}

fn to_json(user: &User) -> String {
    // TODO: Make a UserResponse of the user, and let serde_json write it.
    todo!("the user {}", user.id)
}

fn main() {
    println!("{}", to_json(&ada()));
}

fn ada() -> User {
    User {
        id: 7,
        full_name: "Ada".to_string(),
        phone: None,
        login_count: 3,
        created_at: (2026, 5, 9, 8, 5, 0),
        password_hash: "$a$b".to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// Reads the JSON as a client does, and compares one field of it with what is expected.
    #[track_caller]
    fn check(user: &User, name: &str, expected: Option<Value>) {
        let text = to_json(user);
        let seen: Value = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("this is no JSON: {text} ({error})"));
        assert_eq!(
            seen.get(name),
            expected.as_ref(),
            "the field {name} of {text}"
        );
    }

    #[test]
    fn names_are_in_camel_case() {
        check(&ada(), "fullName", Some(json!("Ada")));
        check(&ada(), "loginCount", Some(json!(3)));
        check(&ada(), "login_count", None);
    }

    #[test]
    fn a_name_may_hold_any_letter() {
        let mut user = ada();
        user.full_name = "Ada \"the first\"\nof 🚀".to_string();
        check(&user, "fullName", Some(json!("Ada \"the first\"\nof 🚀")));
    }

    #[test]
    fn an_id_is_a_text() {
        let mut user = ada();
        user.id = 9_007_199_254_740_993; // 2^53 + 1; a client that reads it as a number ends up with …992.
        check(&user, "id", Some(json!("9007199254740993")));
    }

    #[test]
    fn a_phone_is_a_field() {
        let mut user = ada();
        user.phone = Some("+33 1 23".to_string());
        check(&user, "phone", Some(json!("+33 1 23")));
    }

    #[test]
    fn no_phone_is_no_field() {
        check(&ada(), "phone", None);
    }

    #[test]
    fn a_time_is_in_rfc_3339() {
        check(&ada(), "createdAt", Some(json!("2026-05-09T08:05:00Z")));
    }

    #[test]
    fn the_password_stays_on_the_server() {
        let text = to_json(&ada());
        assert!(
            !text.contains("$a$b"),
            "a client can read the password's hash: {text}"
        );
    }
}
