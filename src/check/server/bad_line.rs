//! The proxy as a steps file has it: in front of whom it stands, how its connections behave, and what a step expects of them.
//!
//! ```toml
//! [peers.proxy]
//! in_front_of = "upstream"
//! troubles    = [{ delay_ms = 300 }, { cut_after = 40 }, "free"]
//!
//! [[step]]
//! # …
//! proxy = { cuts = "before", troubles = ["half_open"], connections = 1 }
//! ```

use super::{
    arrivals::{ARRIVES_WITHIN, arrive, numbers, wrong_count},
    expect::Problem,
    peers_file::{Moment, Plan},
    steps::Reader,
    steps_file::{OneOrMany, TextOr},
};
use crate::{
    course::{Need, Spanned},
    error::Result,
    peers::{Proxy, Trouble},
};
use serde::Deserialize;
use std::time::Duration;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawProxy {
    in_front_of: Spanned<Behind>,
    #[serde(default)]
    troubles: Vec<TextOr<RawTrouble>>,
}

/// Who may be behind the proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Behind {
    Upstream,
    Mail,
    Postgres,
    Redis,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTrouble {
    delay_ms: Option<u64>,
    cut_after: Option<usize>,
    reset_after: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawProxyExpect {
    connections: Option<OneOrMany<usize>>,
    /// What the connections from now on meet.
    troubles: Option<Vec<TextOr<RawTrouble>>>,
    /// Ends all connections through it.
    cuts: Option<Moment>,
}

/// The proxy of one exercise, checked.
#[derive(Clone, Debug)]
pub(super) struct PlannedProxy {
    behind: Behind,
    pub(super) troubles: Vec<Trouble>,
}

/// What a step does to the proxy, and how many connections it expects through it.
#[derive(Debug)]
pub(super) struct ProxyExpect {
    connections: Option<OneOrMany<usize>>,
    troubles: Option<Vec<Trouble>>,
    cuts: Option<Moment>,
}

impl Reader<'_> {
    /// Checks the proxy; the other peers of the plan are known.
    pub(super) fn proxy_plan(
        &self,
        raw: RawProxy,
        plan: &Plan,
        needs: &[Need],
    ) -> Result<PlannedProxy> {
        let behind = *raw.in_front_of.get_ref();
        let (is_there, help) = match behind {
            Behind::Upstream => (plan.has_upstream(), "Add [[peers.upstream.routes]]."),
            Behind::Mail => (plan.mail.is_some(), "Add [peers.mail]."),
            Behind::Postgres => (
                needs.contains(&Need::Postgres),
                "Add needs = [\"postgres\"] to the exercise in info.toml.",
            ),
            Behind::Redis => (
                needs.contains(&Need::Redis),
                "Add needs = [\"redis\"] to the exercise in info.toml.",
            ),
        };
        if !is_there {
            return self.fail(
                &raw.in_front_of,
                "there is nobody for the proxy to stand in front of",
                help,
            );
        }
        let troubles = self.troubles(&raw.in_front_of, raw.troubles)?;
        Ok(PlannedProxy { behind, troubles })
    }

    pub(super) fn proxy_expect(
        &self,
        at: &Spanned<String>,
        raw: RawProxyExpect,
    ) -> Result<ProxyExpect> {
        if raw.connections.is_none() && raw.troubles.is_none() && raw.cuts.is_none() {
            return self.fail(
                at,
                "this step expects nothing of the proxy",
                "As in proxy = { connections = 1 }, or troubles or cuts.",
            );
        }
        Ok(ProxyExpect {
            connections: raw.connections,
            troubles: raw
                .troubles
                .map(|list| self.troubles(at, list))
                .transpose()?,
            cuts: raw.cuts,
        })
    }

    fn troubles<T>(&self, at: &Spanned<T>, raw: Vec<TextOr<RawTrouble>>) -> Result<Vec<Trouble>> {
        raw.into_iter().map(|one| self.trouble(at, one)).collect()
    }

    fn trouble<T>(&self, at: &Spanned<T>, raw: TextOr<RawTrouble>) -> Result<Trouble> {
        let table = match raw {
            TextOr::Text(word) if word == "free" => return Ok(Trouble::Free),
            TextOr::Text(word) if word == "half_open" => return Ok(Trouble::HalfOpen),
            TextOr::Text(_) => RawTrouble::default(),
            TextOr::Table(table) => table,
        };
        match (table.delay_ms, table.cut_after, table.reset_after) {
            (Some(time), None, None) => Ok(Trouble::Delay(Duration::from_millis(time))),
            (None, Some(bytes), None) => Ok(Trouble::CutAfter(bytes)),
            (None, None, Some(bytes)) => Ok(Trouble::ResetAfter(bytes)),
            _ => self.fail(
                at,
                "this is no trouble that a connection can have",
                "Known here: \"free\", \"half_open\", { delay_ms = 300 }, { cut_after = 40 }, { reset_after = 0 }.",
            ),
        }
    }
}

impl PlannedProxy {
    /// The variable in which the server looks for whom the proxy hides.
    pub(super) fn variable(&self) -> &'static str {
        match self.behind {
            Behind::Upstream => "UPSTREAM_URL",
            Behind::Mail => "SMTP_SERVER",
            Behind::Postgres => "DATABASE_URL",
            Behind::Redis => "REDIS_URL",
        }
    }
}

impl ProxyExpect {
    /// What the step does to the proxy at this moment.
    pub(super) fn at(&self, moment: Moment, proxy: &Proxy) {
        if let (Moment::Before, Some(troubles)) = (moment, &self.troubles) {
            proxy.from_now(troubles.clone());
        }
        if self.cuts == Some(moment) {
            proxy.cut_all();
        }
    }

    /// True if something can be wrong with the connections.
    pub(super) fn judges(&self) -> bool {
        self.connections.is_some()
    }

    /// What is wrong with the number of connections since there were `from`.
    pub(super) fn judge(&self, proxy: &Proxy, from: usize) -> Option<Problem> {
        let allowed = numbers(self.connections.as_ref()?);
        arrive(&allowed, ARRIVES_WITHIN, |many, time| {
            proxy.wait_for_connections(from + many, time)
        });
        let came = proxy.connections() - from;
        wrong_count("the proxy", "connection", &allowed, came, "one").map(|problem| Problem {
            actual: came.to_string(),
            ..problem
        })
    }
}
