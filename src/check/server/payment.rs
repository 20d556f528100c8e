//! The payment provider as a steps file has it: how it deals with requests, what has to stand in its ledger, and the webhooks that a
//! step sends in its name.
//!
//! ```toml
//! [peers.payment]
//!
//! [[step]]
//! # …
//! payment = { deals = ["done_and_silent"], charges = 1, total_cents = 4200, keys = 1 }
//! capture = { charge = { charge = "/id" } }
//!
//! [[step]]
//! # …
//! webhook = { path = "/webhooks", json = { id = "evt_1", type = "charge.succeeded", charge = "${charge}" }, signature = "forged" }
//! ```

use super::{
    action::{Body, Send, each_string, filled},
    arrivals::{ARRIVES_WITHIN, numbers},
    expect::{About, Problem},
    peers_file::Moment,
    steps::Reader,
    steps_file::{OneOrMany, TextOr},
    template::{Template, Values},
};
use crate::{
    course::Spanned,
    error::Result,
    peers::{Attempt, Charge, Dealing, PaymentProvider, webhook_signature},
};
use serde::Deserialize;
use serde_json::Value;
use std::{
    collections::BTreeSet,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// The header in which a webhook is signed.
const SIGNATURE: &str = "Payment-Signature";

/// It has no keys of its own: how it deals is said by steps.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPayment {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPaymentExpect {
    #[serde(default)]
    deals: Vec<TextOr<RawLate>>,
    requests: Option<OneOrMany<usize>>,
    keys: Option<OneOrMany<usize>>,
    charges: Option<OneOrMany<usize>>,
    total_cents: Option<OneOrMany<usize>>,
    refunded_cents: Option<OneOrMany<usize>>,
    within_seconds: Option<u32>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLate {
    late_ms: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWebhook {
    path: String,
    json: Value,
    #[serde(default)]
    age_seconds: u64,
    #[serde(default)]
    signature: RawSignature,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawSignature {
    #[default]
    Right,
    /// Made with another secret.
    Forged,
    /// Of a body with other content.
    OfAnother,
    /// A new time was written before an old signature.
    Redated,
    Missing,
}

/// What a step makes the provider do while it lasts, and what has to have come of it.
#[derive(Debug)]
pub(super) struct PaymentExpect {
    deals: Vec<Dealing>,
    requests: Option<Vec<usize>>,
    keys: Option<Vec<usize>>,
    charges: Option<Vec<usize>>,
    total_cents: Option<Vec<usize>>,
    refunded_cents: Option<Vec<usize>>,
    within: Duration,
}

/// A webhook that a step sends.
#[derive(Clone, Debug)]
pub(super) struct Webhook {
    path: Template,
    json: Value,
    age_seconds: u64,
    signature: RawSignature,
}

/// How much had happened at a moment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Until {
    attempts: usize,
    charges: usize,
    refunded_cents: u64,
}

impl Until {
    pub(super) fn now(provider: &PaymentProvider) -> Self {
        let charges = provider.charges();
        Self {
            attempts: provider.attempts().len(),
            charges: charges.len(),
            refunded_cents: refunded(&charges),
        }
    }
}

impl Reader<'_> {
    pub(super) fn payment_expect(
        &self,
        at: &Spanned<String>,
        raw: RawPaymentExpect,
    ) -> Result<PaymentExpect> {
        let mut deals = Vec::new();
        for one in raw.deals {
            let dealing = match one {
                TextOr::Table(RawLate { late_ms }) => Dealing::Late(Duration::from_millis(late_ms)),
                TextOr::Text(word) => match word.as_str() {
                    "well" => Dealing::Well,
                    "done_and_silent" => Dealing::DoneAndSilent,
                    "done_and_reset" => Dealing::DoneAndReset,
                    "unavailable" => Dealing::Unavailable,
                    "declined" => Dealing::Declined,
                    _ => {
                        return self.fail(
                            at,
                            format!("`{word}` is no way in which the payment provider deals"),
                            "Known here: \"well\", \"done_and_silent\", \"done_and_reset\", \"unavailable\", \"declined\", { late_ms = 300 }.",
                        );
                    }
                },
            };
            deals.push(dealing);
        }
        let all = |many: Option<OneOrMany<usize>>| many.as_ref().map(numbers);
        let within = raw
            .within_seconds
            .map(|seconds| Duration::from_secs(seconds.into()));
        Ok(PaymentExpect {
            deals,
            requests: all(raw.requests),
            keys: all(raw.keys),
            charges: all(raw.charges),
            total_cents: all(raw.total_cents),
            refunded_cents: all(raw.refunded_cents),
            within: within.unwrap_or(ARRIVES_WITHIN),
        })
    }

    pub(super) fn webhook(&self, at: &Spanned<String>, raw: RawWebhook) -> Result<Webhook> {
        if !self.peers.payment {
            return self.fail(
                at,
                "a webhook is sent by the payment provider, and there is no such peer",
                "Add [peers.payment] at the beginning of the file.",
            );
        }
        Ok(Webhook {
            path: Template::new(&raw.path),
            json: raw.json,
            age_seconds: raw.age_seconds,
            signature: raw.signature,
        })
    }
}

impl PaymentExpect {
    /// How the provider deals from the beginning of a step on; where the step says nothing of it, well.
    pub(super) fn at(moment: Moment, expect: Option<&Self>, provider: &PaymentProvider) {
        if moment == Moment::Before {
            provider.deal(expect.map_or(&[], |expect| expect.deals.as_slice()));
        }
    }

    /// True if something can be wrong with what happened.
    pub(super) fn judges(&self) -> bool {
        let all = [
            &self.requests,
            &self.keys,
            &self.charges,
            &self.total_cents,
            &self.refunded_cents,
        ];
        all.iter().any(|some| some.is_some())
    }

    /// What is wrong with what has happened since.
    pub(super) fn judge(&self, provider: &PaymentProvider, since: Until) -> Vec<Problem> {
        let least = |some: &Option<Vec<usize>>| some.iter().flatten().min().copied().unwrap_or(0);
        let attempts = least(&self.requests)
            .max(least(&self.charges))
            .max(least(&self.keys));
        provider.wait_for(since.attempts + attempts, self.within);
        let charges = provider.charges();
        let came: Vec<Attempt> = provider
            .attempts()
            .into_iter()
            .skip(since.attempts)
            .collect();
        let new = charges.get(since.charges..).unwrap_or_default();
        let keys: BTreeSet<&String> = came.iter().filter_map(|one| one.key.as_ref()).collect();
        // Each request without a key is one that the provider cannot tell from others.
        let without = came.iter().filter(|one| one.key.is_none()).count();
        let total: u64 = new.iter().map(|charge| charge.amount_cents).sum();
        let given_back = refunded(&charges) - since.refunded_cents;
        let listed: Vec<String> = new.iter().map(told).collect();
        let listed = if listed.is_empty() {
            "none".into()
        } else {
            listed.join("; ")
        };
        let shown = keys.iter().map(|key| (*key).clone());
        let shown: Vec<String> = shown
            .chain((0..without).map(|_| "no key at all".into()))
            .collect();
        let looks = [
            (
                &self.requests,
                came.len() as u64,
                "requests to move money at the payment provider",
                came.len().to_string(),
            ),
            (
                &self.keys,
                shown.len() as u64,
                "different Idempotency-Keys",
                format!("{}: {}", shown.len(), shown.join(", ")),
            ),
            (
                &self.charges,
                new.len() as u64,
                "charges in the ledger of the payment provider",
                format!("{}: {listed}", new.len()),
            ),
            (
                &self.total_cents,
                total,
                "cents charged in all",
                format!("{total}: {listed}"),
            ),
            (
                &self.refunded_cents,
                given_back,
                "cents given back",
                given_back.to_string(),
            ),
        ];
        let problems = looks
            .into_iter()
            .filter_map(|(wanted, came, what, actual)| {
                let wanted = wanted.as_ref()?;
                let is_right = wanted.iter().any(|wanted| *wanted as u64 == came);
                let named: Vec<String> = wanted.iter().map(usize::to_string).collect();
                (!is_right).then(|| Problem {
                    about: About::Else,
                    expected: format!("{} {what}", named.join(" or ")),
                    actual,
                    explain: None,
                })
            });
        problems.collect()
    }
}

/// The part of the newest charge since, at a JSON pointer.
pub(super) fn part(
    provider: &PaymentProvider,
    since: Until,
    pointer: &str,
) -> std::result::Result<String, Problem> {
    let charges = provider.charges();
    let newest = charges
        .get(since.charges..)
        .and_then(<[Charge]>::last)
        .map(Charge::json);
    let found = newest.as_ref().and_then(|charge| charge.pointer(pointer));
    match found {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(other) => Ok(other.to_string()),
        None => Err(Problem {
            about: About::Else,
            expected: format!("a charge with {pointer}, which later steps use"),
            actual: newest.map_or_else(|| "no charge".into(), |charge| charge.to_string()),
            explain: None,
        }),
    }
}

/// Why the provider refused something since.
pub(super) fn refusal(provider: &PaymentProvider, since: Until) -> Option<String> {
    let attempts = provider.attempts().into_iter().skip(since.attempts);
    let mut faults = attempts.filter_map(|attempt| attempt.fault);
    faults
        .next()
        .map(|fault| format!("The payment provider refused: {fault}."))
}

impl Webhook {
    /// Every name in it.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.path.names().map(str::to_owned).collect();
        each_string(&self.json, &mut |text| {
            names.extend(Template::new(text).names().map(str::to_owned));
        });
        names
    }

    /// What is sent, in a few words.
    pub(super) fn asked(&self, values: &Values) -> String {
        let signature = match self.signature {
            RawSignature::Right => "well signed",
            RawSignature::Forged => "signed with another secret",
            RawSignature::OfAnother => "with the signature of another body",
            RawSignature::Redated => "with a new time before an old signature",
            RawSignature::Missing => "not signed",
        };
        let age = match self.age_seconds {
            0 => String::new(),
            seconds => format!(", {seconds} seconds old"),
        };
        format!(
            "a webhook to {}, {signature}{age}, body {}",
            self.path.fill(values),
            filled(&self.json, values)
        )
    }

    /// The request, signed at this moment.
    pub(super) fn signed(&self, values: &Values, secret: &str) -> Send {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let time = now.as_secs().saturating_sub(self.age_seconds);
        // With blanks and line breaks, so that whoever signs the parsed value again gets another signature.
        let json = filled(&self.json, values);
        let body = serde_json::to_string_pretty(&json).unwrap_or_default();
        let signature = match self.signature {
            RawSignature::Right => Some(webhook_signature(secret, time, &body)),
            RawSignature::Forged => Some(webhook_signature("guessed", time, &body)),
            RawSignature::OfAnother => Some(webhook_signature(
                secret,
                time,
                &body.replace('1', "2").replacen('"', " \"", 1),
            )),
            RawSignature::Redated => {
                let old = webhook_signature(secret, time.saturating_sub(3600), &body);
                let digits = old.split_once(",v1=").map_or("", |(_, digits)| digits);
                Some(format!("t={time},v1={digits}"))
            }
            RawSignature::Missing => None,
        };
        let mut headers = vec![("Content-Type".to_owned(), Template::new("application/json"))];
        headers.extend(signature.map(|value| (SIGNATURE.to_owned(), Template::new(&value))));
        Send {
            method: Template::new("POST"),
            path: self.path.clone(),
            headers,
            body: Some(Body::Text(Template::new(&body))),
        }
    }
}

fn refunded(charges: &[Charge]) -> u64 {
    charges.iter().map(|charge| charge.refunded_cents).sum()
}

fn told(charge: &Charge) -> String {
    format!(
        "{} of {} for {}",
        charge.id, charge.amount_cents, charge.reference
    )
}
