// caught by: a value sets a field
//! json_patch: absent is not null
//!
//! A client that changes a profile sends only what changes: what it does not mention stays as it is, and what it sends
//! as null is cleared. `Option` has one None for both, and so a new nickname would clear the phone number.
//!
//!     the profile   nickname "ada", phone "112", age 36
//!     {"nickname": "countess"}      ->  nickname "countess", phone "112", age 36
//!     {"phone": null, "age": 37}    ->  nickname "ada", no phone, age 37
//!     {"age": "old"}, {"ages": 37}  ->  an error, and nothing changes
//! Read more: RFC 7396, JSON Merge Patch; https://serde.rs/field-attrs.html

use serde::{Deserialize, Deserializer};

#[derive(Debug, Default, PartialEq)]
struct Profile {
    nickname: Option<String>,
    phone: Option<String>,
    age: Option<u8>,
}

#[derive(Default)]
enum Change<T> {
    #[default]
    Keep,
    Clear,
    Set(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // serde comes here with an absent field as well, as if it were null, if it knows no default for it.
        // An absent field is `Keep` by the attribute below, so None is null here and nothing else.
        Ok(match Option::deserialize(deserializer)? {
            None => Self::Clear,
            Some(value) => Self::Set(value),
        })
    }
}

fn apply<T>(change: Change<T>, field: &mut Option<T>) {
    match change {
        Change::Keep => {}
        Change::Clear => *field = None,
        Change::Set(value) => {
            field.get_or_insert(value);
        }
    }
}

/// `default` fills in what is absent, and the default of a Change is `Keep`. With `deny_unknown_fields` a typo is
/// an error, where otherwise nothing would change and nobody would say so.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Patch {
    #[serde(default)]
    nickname: Change<String>,
    #[serde(default)]
    phone: Change<String>,
    #[serde(default)]
    age: Change<u8>,
}

fn apply_patch(profile: &mut Profile, body: &str) -> serde_json::Result<()> {
    let patch: Patch = serde_json::from_str(body)?;
    apply(patch.nickname, &mut profile.nickname);
    apply(patch.phone, &mut profile.phone);
    apply(patch.age, &mut profile.age);
    Ok(())
}

fn main() {
    println!("{:?}", apply_patch(&mut Profile::default(), "{}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ada() -> Profile {
        Profile {
            nickname: Some("ada".into()),
            phone: Some("112".into()),
            age: Some(36),
        }
    }

    /// Patches the profile of the contract with `body`.
    #[track_caller]
    fn check(body: &str, expected: Profile) {
        let mut profile = ada();
        let result = apply_patch(&mut profile, body);
        assert!(result.is_ok(), "the patch {body} was refused: {result:?}");
        assert_eq!(profile, expected, "ada's profile after the patch {body}");
    }

    /// Whether a patch was taken.
    fn told(result: serde_json::Result<()>) -> &'static str {
        result.map_or("an error", |()| "taken")
    }

    #[test]
    fn a_value_sets_a_field() {
        let all = r#"{"nickname": "countess", "phone": "113", "age": 37}"#;
        let (nickname, phone) = (Some("countess".into()), Some("113".into()));
        check(
            all,
            Profile {
                nickname,
                phone,
                age: Some(37),
            },
        );
    }

    #[test]
    fn an_absent_field_stays_as_it_is() {
        check("{}", ada());
        let nickname = Some("countess".into());
        check(r#"{"nickname": "countess"}"#, Profile { nickname, ..ada() });
    }

    #[test]
    fn null_clears_a_field() {
        check(
            r#"{"phone": null, "age": 37}"#,
            Profile {
                phone: None,
                age: Some(37),
                ..ada()
            },
        );
    }

    #[test]
    fn a_bad_patch_changes_nothing() {
        for body in [
            r#"{"nickname": "countess", "age": "old"}"#,
            r#"{"age": 37, "phone": 7}"#,
            "{",
        ] {
            let mut profile = ada();
            assert_eq!(
                told(apply_patch(&mut profile, body)),
                "an error",
                "the patch {body}"
            );
            assert_eq!(profile, ada(), "ada's profile after the bad patch {body}");
        }
    }

    #[test]
    fn an_unknown_field_is_an_error() {
        let body = r#"{"ages": 37}"#;
        assert_eq!(
            told(apply_patch(&mut ada(), body)),
            "an error",
            "the patch {body}"
        );
    }
}
