//! Further tests of json_patch: three fields, each absent, null or a value: all 27 patches, on a full profile and on an empty one.

use super::*;

#[test]
fn all_27_patches_do_what_they_say_to_a_full_profile() {
    all_patches(|| Profile {
        nickname: Some("ada".to_owned()),
        phone: Some("112".to_owned()),
        age: Some(36),
    });
}

#[test]
fn all_27_patches_do_what_they_say_to_an_empty_profile() {
    all_patches(|| Profile {
        nickname: None,
        phone: None,
        age: None,
    });
}

#[test]
fn a_value_may_be_empty_or_zero() {
    let mut profile = Profile {
        nickname: Some("ada".to_owned()),
        phone: None,
        age: Some(36),
    };
    let body = r#"{"nickname": "", "age": 0}"#;
    assert!(apply_patch(&mut profile, body).is_ok(), "the patch {body}");
    let expected = Profile {
        nickname: Some(String::new()),
        phone: None,
        age: Some(0),
    };
    assert_eq!(profile, expected, "the profile after the patch {body}");
}

#[test]
fn every_bad_patch_is_an_error_and_changes_nothing() {
    for body in [
        r#"{"nickname": 7}"#,
        r#"{"phone": ["113"]}"#,
        r#"{"age": -1}"#,
        r#"{"age": "37"}"#,
        r#"{"phone": null, "age": 37.5}"#,
        r#"{"phone": null, "is_admin": true}"#,
        r#"{"phone": null, "Age": 37}"#,
        r#"{"phone": null"#,
        "null",
        "",
    ] {
        let profile = || Profile {
            nickname: Some("ada".to_owned()),
            phone: Some("112".to_owned()),
            age: Some(36),
        };
        let mut patched = profile();
        let told = apply_patch(&mut patched, body).map_or("an error", |()| "taken");
        assert_eq!(told, "an error", "the patch {body}");
        assert_eq!(patched, profile(), "the profile after the bad patch {body}");
    }
}

/// What a patch says of a field, and what becomes of it; `None` if it stays.
type Said<T> = (Option<&'static str>, Option<Option<T>>);

fn all_patches(profile: fn() -> Profile) {
    let texts: [Said<&str>; 3] = [
        (None, None),
        (Some("null"), Some(None)),
        (Some("\"new\""), Some(Some("new"))),
    ];
    let ages: [Said<u8>; 3] = [
        (None, None),
        (Some("null"), Some(None)),
        (Some("37"), Some(Some(37))),
    ];
    for (nickname, new_nickname) in texts {
        for (phone, new_phone) in texts {
            for (age, new_age) in ages {
                let said = [("nickname", nickname), ("phone", phone), ("age", age)];
                let said = said
                    .iter()
                    .filter_map(|(name, value)| Some(format!("\"{name}\": {}", (*value)?)));
                let body = format!("{{{}}}", said.collect::<Vec<_>>().join(", "));
                let owned = |text: Option<&str>| text.map(str::to_owned);
                let before = profile();
                let expected = Profile {
                    nickname: new_nickname.map_or(before.nickname, owned),
                    phone: new_phone.map_or(before.phone, owned),
                    age: new_age.unwrap_or(before.age),
                };
                let mut patched = profile();
                let result = apply_patch(&mut patched, &body);
                assert!(result.is_ok(), "the patch {body} was refused: {result:?}");
                assert_eq!(patched, expected, "the patch {body} on {:?}", profile());
            }
        }
    }
}
