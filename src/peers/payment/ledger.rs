//! The book of a payment provider: who was charged what, and which requests were the same one again. It speaks no HTTP; whatever
//! becomes of an answer, what stands here has happened.

use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// As in `ch_1`.
    pub id: String,
    /// What was taken.
    pub amount_cents: u64,
    /// As in `EUR`.
    pub currency: String,
    /// What the shop calls it.
    pub reference: String,
    /// What was given back.
    pub refunded_cents: u64,
}

impl Charge {
    /// The charge as the provider tells it.
    pub fn json(&self) -> Value {
        json!({
            "id": self.id,
            "amount_cents": self.amount_cents,
            "currency": self.currency,
            "reference": self.reference,
            "status": "succeeded",
            "refunded_cents": self.refunded_cents,
        })
    }
}

/// Everything that has happened.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub(super) charges: Vec<Charge>,
    /// What was asked with a key, and what the answer was.
    known: BTreeMap<String, (String, Entry)>,
}

/// What an entry into the book leads to: a status and a body.
pub(super) type Entry = (u16, Value);

fn refused(status: u16, why: &str) -> Entry {
    (status, json!({ "error": why }))
}

impl Ledger {
    /// Does what was asked, once for each key.
    pub(super) fn once(
        &mut self,
        key: Option<&str>,
        asked: &str,
        enter: impl FnOnce(&mut Self) -> Entry,
    ) -> Entry {
        let Some(key) = key else {
            return enter(self);
        };
        match self.known.get(key) {
            Some((before, entry)) if before == asked => entry.clone(),
            Some(_) => refused(422, "this Idempotency-Key was used for another request"),
            None => {
                let entry = enter(self);
                self.known
                    .insert(key.to_owned(), (asked.to_owned(), entry.clone()));
                entry
            }
        }
    }

    /// Takes money.
    pub(super) fn charge(&mut self, body: &Value) -> Entry {
        let amount = body["amount_cents"].as_u64().filter(|amount| *amount > 0);
        let (Some(amount_cents), Some(currency)) = (amount, body["currency"].as_str()) else {
            return refused(
                400,
                "a charge has amount_cents, a whole number above 0, and currency",
            );
        };
        let charge = Charge {
            id: format!("ch_{}", self.charges.len() + 1),
            amount_cents,
            currency: currency.to_owned(),
            reference: body["reference"].as_str().unwrap_or_default().to_owned(),
            refunded_cents: 0,
        };
        let told = charge.json();
        self.charges.push(charge);
        (201, told)
    }

    /// Gives money back, never more than was taken.
    pub(super) fn refund(&mut self, body: &Value) -> Entry {
        let id = body["charge"].as_str().unwrap_or_default();
        let Some(charge) = self.charges.iter_mut().find(|charge| charge.id == id) else {
            return refused(404, "there is no such charge");
        };
        let left = charge.amount_cents - charge.refunded_cents;
        match body["amount_cents"].as_u64() {
            Some(amount @ 1..) if amount <= left => {
                charge.refunded_cents += amount;
                (201, charge.json())
            }
            Some(1..) => refused(422, "that is more than is left of the charge"),
            _ => refused(
                400,
                "a refund has charge and amount_cents, a whole number above 0",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_key_charges_once_and_another_request_with_it_is_refused() {
        let mut ledger = Ledger::default();
        let body = json!({ "amount_cents": 4200, "currency": "EUR", "reference": "order-7" });
        let mut charge = |key, asked: &str| ledger.once(key, asked, |ledger| ledger.charge(&body));
        let first = charge(Some("k"), "a");
        assert_eq!((first.0, first.1["id"].as_str()), (201, Some("ch_1")));
        assert_eq!(charge(Some("k"), "a"), first);
        assert_eq!(charge(Some("k"), "b").0, 422);
        assert_eq!(charge(None, "a").1["id"], "ch_2");
        assert_eq!(charge(None, "a").1["id"], "ch_3");
        assert_eq!(ledger.charges.len(), 3);
    }

    #[test]
    fn no_more_is_given_back_than_was_taken() {
        let mut ledger = Ledger::default();
        ledger.charge(&json!({ "amount_cents": 100, "currency": "EUR" }));
        let mut refund = |amount: i64| {
            ledger
                .refund(&json!({ "charge": "ch_1", "amount_cents": amount }))
                .0
        };
        assert_eq!(
            [
                refund(60),
                refund(60),
                refund(40),
                refund(1),
                refund(0),
                refund(-5)
            ],
            [201, 422, 201, 422, 400, 400]
        );
        assert_eq!(ledger.charges[0].refunded_cents, 100);
    }

    #[test]
    fn what_is_no_charge_takes_nothing() {
        let mut ledger = Ledger::default();
        for body in [
            json!({}),
            json!({ "amount_cents": 1.5, "currency": "EUR" }),
            json!({ "amount_cents": 5 }),
            json!({ "amount_cents": 0, "currency": "EUR" }),
        ] {
            assert_eq!(ledger.charge(&body).0, 400, "{body}");
        }
        assert!(ledger.charges.is_empty());
    }
}
