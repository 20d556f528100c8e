// caught by: a good body is a signup
//! basics_errors: every cause of a failure has its own variant
//!
//! What clients send is often wrong. For a backend that is an ordinary day and no reason to panic:
//! each cause becomes a value of its own, so that the answer can say what to correct, and a log can
//! count it. Whatever bytes come, the function returns.
//!
//!     b"ada,36"   ->  Ok(Signup { name: "ada", age: 36 })
//!     b"\xff,36"  ->  Err(NotUtf8)    the bytes are no text
//!     b"ada"      ->  Err(NoComma)
//!     b"ada,old"  ->  Err(BadAge)     all that follows the first comma must be a number, 0 to 255
//!
//! The cause that is met first, in this order, is the one that counts.
//!
//! Read more: https://doc.rust-lang.org/book/ch09-02-recoverable-errors-with-result.html

use std::num::ParseIntError;
use std::str::Utf8Error;

/// A new user.
#[derive(Debug, PartialEq)]
struct Signup {
    name: String,
    age: u8,
}

/// Why a body is no signup.
#[derive(Debug, PartialEq)]
enum SignupError {
    NotUtf8,
    NoComma,
    BadAge,
}

// With this, `?` turns a Utf8Error into a SignupError by itself.
impl From<Utf8Error> for SignupError {
    fn from(_: Utf8Error) -> Self {
        Self::NotUtf8
    }
}

// The client needs to know that the age is wrong, not in which way, so the details are dropped.
impl From<ParseIntError> for SignupError {
    fn from(_: ParseIntError) -> Self {
        Self::BadAge
    }
}

/// Reads a body of the form `name,age`.
fn parse_signup(body: &[u8]) -> Result<Signup, SignupError> {
    // `?` returns early on an error and turns it into our type with `From`.
    let text = str::from_utf8(body)?;
    // An Option says that something is missing; `ok_or` says what that means here.
    let (name, age) = text.split_once(',').ok_or(SignupError::NoComma)?;
    Ok(Signup {
        name: name.to_uppercase(),
        age: age.parse()?,
    })
}

fn main() {
    println!("{:?}", parse_signup(b"ada,36"));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parses `body` and compares with the expected result.
    #[track_caller]
    fn check(body: &[u8], expected: Result<Signup, SignupError>) {
        let asked = format!("parse_signup(b\"{}\")", body.escape_ascii());
        assert_eq!(parse_signup(body), expected, "{asked}");
    }

    #[test]
    fn a_good_body_is_a_signup() {
        let name = "ada".to_owned();
        check(b"ada,36", Ok(Signup { name, age: 36 }));
    }

    #[test]
    fn bytes_that_are_no_text_are_not_utf8() {
        check(b"\xff,36", Err(SignupError::NotUtf8));
    }

    #[test]
    fn a_body_without_a_comma_is_no_comma() {
        check(b"ada", Err(SignupError::NoComma));
    }

    #[test]
    fn an_age_that_is_no_number_is_a_bad_age() {
        check(b"ada,old", Err(SignupError::BadAge));
    }
}
