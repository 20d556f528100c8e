//! json_decode: bad syntax, a bad field and an unknown field are three errors
//!
//! "400 Bad Request" helps nobody: is the JSON broken, or is a field missing, and which one? And a server that
//! passes over fields it does not know lets a typo go by today, and `is_admin` tomorrow.
//!
//!     {"email": "a@b.c", "age": 36, "address": {"city": "Lyon"}}        ->  Ok(Signup); "phone": "112" may come too
//!     {"email": "a@b.c", "age"                     no JSON              ->  Err(Syntax), for 400
//!     {"email": "a@b.c", "address": {…}}           age is missing       ->  Err(Field("age")), for 422
//!     {…, "address": {"city": 7}}                  city is no text      ->  Err(Field("address.city"))
//!     [1, 2]                                       no object            ->  Err(Field(""))
//!     {…, "is_admin": true}                        nobody asked for it  ->  Err(Unknown("is_admin")), or "address.zip"
//! Read more: `serde_json::Value` on docs.rs; RFC 9110, sections 15.5.1 (400) and 15.5.21 (422)

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
type Object = Map<String, Value>;

#[derive(Debug, PartialEq)]
struct Signup {
    email: String,
    age: u8,
    phone: Option<String>,
    city: String,
}

#[derive(Debug, PartialEq)]
enum Refused {
    Syntax,
    Field(String),
    Unknown(String),
}

fn object(body: &[u8]) -> Result<Object, Refused> {
    // This pass only asks whether the body is JSON; the next one, whether it is the JSON that we want.
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Refused::Field(String::new())),
        Err(_) => Err(Refused::Syntax),
    }
}

/// Takes out a field and reads it as a `T`; what is not there counts as null. Its path is `inside` and `name`.
fn take<T: DeserializeOwned>(object: &mut Object, inside: &str, name: &str) -> Result<T, Refused> {
    let value = object.remove(name).unwrap_or(Value::Null);
    // Null is a good Option, and a bad anything else: so the type says what may be missing.
    serde_json::from_value(value).map_err(|_| Refused::Field(format!("{inside}{name}")))
}

fn decode(body: &[u8]) -> Result<Signup, Refused> {
    let mut user = object(body)?;
    let mut address: Object = take(&mut user, "", "address")?;
    let signup = Signup {
        email: take(&mut user, "", "email")?,
        age: take(&mut user, "", "age")?,
        phone: take(&mut user, "", "phone")?,
        city: take(&mut address, "address.", "city")?,
    };
    // All that we know was taken out. Whatever is left, nobody has asked for.
    for (object, inside) in [(user, ""), (address, "address.")] {
        if let Some(name) = object.keys().next() {
            return Err(Refused::Unknown(format!("{inside}{name}")));
        }
    }
    Ok(signup)
}

fn main() {
    println!("{:?}", decode(b"{}"));
}

#[cfg(test)]
mod tests {
    use super::Refused::{Field, Syntax, Unknown};
    use super::*;

    #[track_caller]
    fn check(body: &str, expected: Result<Signup, Refused>) {
        assert_eq!(decode(body.as_bytes()), expected, "decode of {body}");
    }

    /// The signup of the contract.
    fn good() -> Signup {
        let (email, city) = ("a@b.c".to_string(), "Lyon".to_string());
        Signup {
            email,
            age: 36,
            phone: None,
            city,
        }
    }

    #[test]
    fn a_good_body_is_a_signup() {
        check(
            r#"{"email": "a@b.c", "age": 36, "address": {"city": "Lyon"}}"#,
            Ok(good()),
        );
        let phone = Some("112".to_string());
        let body = r#"{"phone": "112", "address": {"city": "Lyon"}, "age": 36, "email": "a@b.c"}"#;
        check(body, Ok(Signup { phone, ..good() }));
    }

    #[test]
    fn what_is_no_json_is_a_syntax_error() {
        check(r#"{"email": "a@b.c", "age""#, Err(Syntax));
        check("", Err(Syntax));
    }

    #[test]
    fn a_missing_field_is_named() {
        check(
            r#"{"email": "a@b.c", "address": {"city": "Lyon"}}"#,
            Err(Field("age".into())),
        );
    }

    #[test]
    fn a_field_of_a_wrong_type_is_named() {
        check(
            r#"{"email": 7, "age": 36, "address": {"city": "Lyon"}}"#,
            Err(Field("email".into())),
        );
    }

    #[test]
    fn a_field_inside_another_is_named_with_its_path() {
        let path = "address.city".to_string();
        check(
            r#"{"email": "a@b.c", "age": 36, "address": {"city": 7}}"#,
            Err(Field(path)),
        );
    }

    #[test]
    fn what_is_no_object_is_a_bad_field_without_a_name() {
        check("[1, 2]", Err(Field(String::new())));
    }

    #[test]
    fn a_field_that_nobody_asked_for_is_refused() {
        let body =
            r#"{"email": "a@b.c", "age": 36, "address": {"city": "Lyon"}, "is_admin": true}"#;
        check(body, Err(Unknown("is_admin".into())));
    }
}
