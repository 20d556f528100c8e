//! The TOML file beside an exercise, as serde reads it. What its contents mean, and whether they fit together, is for
//! [`super::steps`].

use super::{
    bad_line::RawProxyExpect,
    browser::RawBrowser,
    cache::{RawThrough, RawVerdict},
    mail::RawMailExpect,
    payment::{RawPaymentExpect, RawWebhook},
    peers_file::{DnsExpect, RawPeers, UpstreamExpect},
    provider::RawProviderExpect,
    redis_keys::RedisExpect,
    services::Turn,
};
use crate::course::Spanned;
use serde::{
    Deserialize, Deserializer,
    de::{
        MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, SeqAccessDeserializer},
    },
};
use std::{collections::BTreeMap, fmt, marker::PhantomData};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStory {
    pub(super) command: Option<Spanned<Vec<String>>>,
    pub(super) build: Option<Vec<String>>,
    pub(super) instances: Option<Spanned<usize>>,
    #[serde(default)]
    pub(super) env: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    pub(super) limits: RawLimits,
    #[serde(default)]
    pub(super) files: BTreeMap<String, Spanned<TextOr<RawFile>>>,
    #[serde(default)]
    pub(super) peers: RawPeers,
    #[serde(default)]
    pub(super) step: Vec<RawStep>,
    #[serde(default)]
    pub(super) stage: Vec<RawStage>,
}

/// A part of a project, which opens when those before it hold.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStage {
    pub(super) title: Spanned<String>,
    #[serde(default)]
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
    pub(super) browser: Option<RawBrowser>,
    pub(super) through: Option<RawThrough>,
    pub(super) cache: Option<TextOr<RawVerdict>>,
    pub(super) talk: Option<Vec<TextOr<RawMove>>>,
    pub(super) on: Option<OneOrMany<String>>,
    pub(super) signal: Option<Spanned<String>>,
    pub(super) restart: Option<Spanned<String>>,
    pub(super) service: Option<BTreeMap<String, Turn>>,
    pub(super) to: Option<Spanned<String>>,
    pub(super) grace_seconds: Option<u32>,
    #[serde(default)]
    pub(super) each: Vec<RawEach>,
    pub(super) parallel: Option<usize>,
    pub(super) group: Option<RawGroup>,
    pub(super) meanwhile: Option<RawMeanwhile>,
    pub(super) tables_away: Option<String>,
    pub(super) expect: Option<RawExpect>,
    #[serde(default)]
    pub(super) capture: BTreeMap<String, RawCapture>,
    #[serde(default)]
    pub(super) needs: Vec<Spanned<String>>,
    pub(super) explain: Option<TextOr<RawExplain>>,
    pub(super) upstream: Option<UpstreamExpect>,
    pub(super) dns: Option<DnsExpect>,
    pub(super) redis: Option<RedisExpect>,
    pub(super) mail: Option<RawMailExpect>,
    pub(super) proxy: Option<RawProxyExpect>,
    pub(super) oauth: Option<RawProviderExpect>,
    pub(super) payment: Option<RawPaymentExpect>,
    pub(super) webhook: Option<RawWebhook>,
}

/// What is said of each part of the answer that is wrong.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawExplain {
    pub(super) status: Option<String>,
    pub(super) headers: Option<String>,
    pub(super) body: Option<String>,
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
    #[serde(rename = "as")]
    pub(super) client: Option<String>,
    pub(super) form: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub(super) multipart: Vec<RawPart>,
    pub(super) basic: Option<RawBasic>,
    pub(super) bearer: Option<String>,
    /// The most redirects to follow.
    pub(super) follow: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPart {
    pub(super) name: String,
    pub(super) content: String,
    pub(super) file_name: Option<String>,
    #[serde(rename = "type")]
    pub(super) content_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawBasic {
    pub(super) user: String,
    pub(super) password: String,
}

fn get() -> String {
    "GET".into()
}

/// One of the inputs of a step.
#[derive(Deserialize)]
#[serde(untagged, expecting = "an input is a text, or a table of texts")]
pub(super) enum RawEach {
    Text(String),
    Fields(BTreeMap<String, String>),
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawGroup {
    #[serde(default)]
    pub(super) status: BTreeMap<String, usize>,
    #[serde(default)]
    pub(super) distinct: BTreeMap<String, usize>,
    pub(super) median: Option<RawMedian>,
    pub(super) write_lock: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMedian {
    pub(super) of_ms: u64,
    pub(super) at_least: Option<f64>,
    pub(super) at_most: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMeanwhile {
    pub(super) clients: usize,
    pub(super) talk: Vec<TextOr<RawMove>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawQuery {
    pub(super) file: String,
    pub(super) query: String,
    pub(super) rows: serde_json::Value,
}

/// The most that the program may have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawProcess {
    pub(super) memory_mib: Option<u64>,
    pub(super) threads: Option<u64>,
    pub(super) descriptors: Option<u64>,
}

/// What a part of a JSON body has to be.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawJson {
    pub(super) equals: Option<serde_json::Value>,
    pub(super) contains: Option<serde_json::Value>,
    pub(super) matches: Option<String>,
    pub(super) at_least: Option<f64>,
    pub(super) at_most: Option<f64>,
    pub(super) length: Option<usize>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    /// Present is what a part is by being named; `exists = true` says no more than that.
    #[serde(default, rename = "exists")]
    pub(super) _exists: bool,
    #[serde(default)]
    pub(super) absent: bool,
}

impl RawJson {
    /// Its keys.
    pub(super) const KEYS: [&str; 9] = [
        "equals", "contains", "matches", "at_least", "at_most", "length", "type", "exists",
        "absent",
    ];
}

/// Bytes: a text, or a list of texts and tables.
pub(super) struct RawBytes(pub(super) Vec<TextOr<RawPiece>>);

impl<'de> Deserialize<'de> for RawBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pieces;
        impl<'de> Visitor<'de> for Pieces {
            type Value = RawBytes;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "a text, or a list of texts and of { repeat, times }, { hex } or { random }",
                )
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(RawBytes(vec![TextOr::Text(text.to_owned())]))
            }
            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Self::Value, M::Error> {
                let piece = RawPiece::deserialize(MapAccessDeserializer::new(map))?;
                Ok(RawBytes(vec![TextOr::Table(piece)]))
            }
            fn visit_seq<S: SeqAccess<'de>>(self, list: S) -> Result<Self::Value, S::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(list)).map(RawBytes)
            }
        }
        deserializer.deserialize_any(Pieces)
    }
}

/// A piece that is more than a text; one of its kinds has to be there.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPiece {
    pub(super) repeat: Option<String>,
    pub(super) times: Option<usize>,
    pub(super) hex: Option<String>,
    pub(super) random: Option<usize>,
    pub(super) name: Option<String>,
    pub(super) file: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawExpect {
    pub(super) status: Option<OneOrMany<u16>>,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, TextOr<RawMatcher>>,
    pub(super) body: Option<TextOr<RawMatcher>>,
    pub(super) bytes: Option<BytesOr>,
    #[serde(default)]
    pub(super) files: BTreeMap<String, TextOr<RawMatcher>>,
    #[serde(default)]
    pub(super) json: BTreeMap<String, serde_json::Value>,
    pub(super) database: Option<OneOrMany<RawQuery>>,
    pub(super) process: Option<RawProcess>,
    pub(super) exit: Option<OneOrMany<i32>>,
    pub(super) same_as: Option<Spanned<String>>,
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

/// One move of a talk; a bare text in its place stands for `do`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMove {
    pub(super) on: Option<OneOrMany<String>>,
    #[serde(rename = "do")]
    pub(super) word: Option<String>,
    pub(super) write: Option<RawBytes>,
    pub(super) cut: Option<OneOrMany<usize>>,
    pub(super) pause_ms: Option<u64>,
    pub(super) drip: Option<RawBytes>,
    pub(super) send: Option<RawSend>,
    pub(super) read: Option<BytesOr>,
    pub(super) answer: Option<RawExpect>,
    pub(super) wait_ms: Option<u64>,
}

/// Bytes that have to be equal, or a table with more to say of them.
pub(super) enum BytesOr {
    Equal(RawBytes),
    Table(RawBytesMatcher),
}

impl<'de> Deserialize<'de> for BytesOr {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = BytesOr;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a list of pieces, or a table such as { length = 3 }")
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(BytesOr::Equal(RawBytes(vec![TextOr::Text(
                    text.to_owned(),
                )])))
            }
            fn visit_seq<S: SeqAccess<'de>>(self, list: S) -> Result<Self::Value, S::Error> {
                RawBytes::deserialize(SeqAccessDeserializer::new(list)).map(BytesOr::Equal)
            }
            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Self::Value, M::Error> {
                RawBytesMatcher::deserialize(MapAccessDeserializer::new(map)).map(BytesOr::Table)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawBytesMatcher {
    pub(super) equals: Option<RawBytes>,
    pub(super) contains: Option<OneOrMany<String>>,
    pub(super) lacks: Option<OneOrMany<String>>,
    pub(super) length: Option<usize>,
    pub(super) sha256: Option<String>,
    pub(super) until: Option<String>,
}

/// A file that lies in the server's directory before it starts.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFile {
    pub(super) bytes: Option<RawBytes>,
    pub(super) link: Option<String>,
    pub(super) from: Option<String>,
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
    /// A pattern in that header; without, all of it is kept.
    pub(super) matches: Option<String>,
    /// A pattern in the text of a mail that arrived.
    pub(super) mail: Option<String>,
    /// A JSON pointer into the newest charge of the payment provider.
    pub(super) charge: Option<String>,
}

impl RawCapture {
    /// True if nothing of an answer is asked for.
    pub(super) fn is_only_of_a_peer(&self) -> bool {
        self.header.is_none() && self.body.is_none() && self.json.is_none()
    }
}

#[derive(Clone, Debug, Deserialize)]
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
