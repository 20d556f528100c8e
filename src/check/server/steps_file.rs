//! The TOML file beside an exercise, as serde reads it. What its contents mean, and whether they fit together, is for
//! [`super::steps`].

use crate::course::Spanned;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};
use std::{collections::BTreeMap, fmt, marker::PhantomData};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStory {
    #[serde(default)]
    pub(super) env: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    pub(super) limits: RawLimits,
    pub(super) step: Vec<RawStep>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLimits {
    pub(super) ready_seconds: Option<u32>,
    pub(super) step_seconds: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStep {
    pub(super) claim: Spanned<String>,
    pub(super) send: Option<RawSend>,
    pub(super) raw: Option<RawBytes>,
    #[serde(default)]
    pub(super) expect: RawExpect,
    #[serde(default)]
    pub(super) capture: BTreeMap<String, RawCapture>,
    #[serde(default)]
    pub(super) needs: Vec<Spanned<String>>,
    pub(super) explain: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSend {
    #[serde(default = "get")]
    pub(super) method: String,
    pub(super) path: String,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Option<String>,
    pub(super) json: Option<serde_json::Value>,
}

fn get() -> String {
    "GET".into()
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "raw is a text, or a list of texts and of { repeat, times } or { hex }"
)]
pub(super) enum RawBytes {
    Text(String),
    Pieces(Vec<RawPiece>),
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a piece is a text, { repeat = \"…\", times = … } or { hex = \"…\" }"
)]
pub(super) enum RawPiece {
    Text(String),
    Repeat { repeat: String, times: usize },
    Hex { hex: String },
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawExpect {
    pub(super) status: Option<OneOrMany<u16>>,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, TextOr<RawMatcher>>,
    pub(super) body: Option<TextOr<RawMatcher>>,
    #[serde(default)]
    pub(super) framing: RawFraming,
    pub(super) connection: Option<RawConnection>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawFraming {
    #[default]
    Strict,
    Head,
    Length,
    Loose,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RawConnection {
    Closed,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMatcher {
    pub(super) equals: Option<String>,
    pub(super) contains: Option<OneOrMany<String>>,
    pub(super) lacks: Option<OneOrMany<String>>,
    pub(super) matches: Option<String>,
    pub(super) list: Option<Vec<String>>,
    pub(super) length: Option<usize>,
    pub(super) words: Option<String>,
    #[serde(default)]
    pub(super) absent: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCapture {
    pub(super) header: Option<String>,
    pub(super) body: Option<String>,
    pub(super) json: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "one value or a list of them")]
pub(super) enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    pub(super) fn into_vec(self) -> Vec<T> {
        match self {
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
    }
}

/// A text, or a table with more to say. Written by hand, so that a mistyped key of the table is told by its name.
pub(super) enum TextOr<T> {
    Text(String),
    Table(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for TextOr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
            type Value = TextOr<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a table")
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(TextOr::Text(text.to_owned()))
            }
            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Self::Value, M::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(TextOr::Table)
            }
        }
        deserializer.deserialize_any(Either(PhantomData))
    }
}
