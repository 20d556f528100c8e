//! `through = "cache"` and `cache = …` of a step: read and checked.

use super::{
    super::{action::Action, browser::Browser, steps::Reader, steps_file::TextOr},
    Through, Verdict,
};
use crate::{course::Spanned, error::Result};
use serde::Deserialize;

/// Through whom a step goes.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum RawThrough {
    Cache,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct RawVerdict {
    is: Option<Verdict>,
    requests: Option<usize>,
    #[serde(default)]
    later_seconds: u64,
}

impl Reader<'_> {
    /// Checks how a step goes through the cache; nothing if it does not.
    pub(in super::super) fn through(
        &self,
        at: &Spanned<String>,
        through: Option<RawThrough>,
        raw: Option<TextOr<RawVerdict>>,
        action: &Action,
        browser: Option<&Browser>,
    ) -> Result<Option<Through>> {
        let Some(RawThrough::Cache) = through else {
            if raw.is_some() {
                return self.fail(
                    at,
                    "this step does not go through the cache",
                    "Add through = \"cache\".",
                );
            }
            return Ok(None);
        };
        if !matches!(action, Action::Send(_)) || browser.is_some() {
            return self.fail(
                at,
                "through the cache goes a plain send: path, method, headers, and body or json",
                "Write headers such as Cookie and Authorization yourself.",
            );
        }
        let raw = match raw {
            None => RawVerdict::default(),
            Some(TextOr::Table(raw)) => raw,
            Some(TextOr::Text(word)) => RawVerdict {
                is: Some(match word.as_str() {
                    "hit" => Verdict::Hit,
                    "miss" => Verdict::Miss,
                    "revalidated" => Verdict::Revalidated,
                    _ => {
                        return self.fail(
                            at,
                            format!("`{word}` is not what a cache can say"),
                            "Known here: hit, miss, revalidated.",
                        );
                    }
                }),
                ..RawVerdict::default()
            },
        };
        Ok(Some(Through {
            is: raw.is,
            requests: raw.requests,
            later_seconds: raw.later_seconds,
        }))
    }
}

impl Through {
    /// True if something can be wrong with what the cache did.
    pub(in super::super) fn judges(&self) -> bool {
        self.is.is_some() || self.requests.is_some()
    }
}
