//! What must hold for steps and answers of any bytes; see `src/fuzz.rs`.

use super::{
    expect::Expect,
    framing::Framing,
    json::{self, Part, Presence},
    matcher::Matcher,
    message::Asked,
    steps::{self, Of},
    template::{Template, Values},
    wire::{Ending, Received},
};
use crate::course::Kind;
use std::path::Path;

/// Steps of any text are read or refused.
pub(in crate::check) fn steps(text: &str) {
    for kind in [Kind::Server, Kind::Project] {
        let of = Of {
            exercises: Path::new("data"),
            needs: &[],
            kind,
        };
        steps_of(text, &of);
    }
}

fn steps_of(text: &str, of: &Of<'_>) {
    if let Err(error) = steps::read(Path::new("any.toml"), text, of) {
        assert!(!error.to_string().is_empty());
    }
}

/// An answer of any bytes is judged, and one that is expected as it came has no fault.
pub(in crate::check) fn answer(bytes: &[u8]) {
    let values = Values::new(1);
    let text = String::from_utf8_lossy(bytes);
    // What a template would fill in is another text; `$${{` without its `${` is one too.
    let plain = text.replace('$', "");
    let body = Matcher {
        equals: Some(Template::new(&plain)),
        ..Matcher::default()
    };
    assert!(body.judge("the body", &plain, &values).is_none());
    let other = body.judge("the body", &format!("{plain}x"), &values);
    assert!(other.is_some(), "one letter more was not noticed");
    let expect = Expect {
        status: vec![200],
        body: Some(body),
        framing: Framing::default(),
        ..Expect::default()
    };
    for ending in [
        Ending::Closed,
        Ending::StillOpen,
        Ending::Deadline,
        Ending::TooLong,
    ] {
        for asked in [Asked::Head, Asked::Other] {
            let received = Received {
                bytes: bytes.to_vec(),
                ending,
            };
            expect.judge(&received, asked, &values);
        }
    }
    if let Ok(value) = serde_json::from_slice(bytes) {
        assert!(json::same(&value, &value));
        let Ok(path) = json::Path::parse("$") else {
            return;
        };
        let whole = Part {
            path,
            equals: Some(value),
            contains: None,
            matches: None,
            at_least: None,
            at_most: None,
            length: None,
            kind: None,
            presence: Presence::Required,
        };
        let problems = json::judge(&[whole], bytes, &values);
        assert!(
            problems.is_empty() || plain != text,
            "JSON is not what it is"
        );
    }
}
