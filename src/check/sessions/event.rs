//! What happened in a play, as plain data. It plays nothing.

use super::script::Who;
use crate::services::{Failure, Reply};

/// One play.
#[derive(Debug, Default)]
pub(super) struct Played {
    /// Who was chosen at each point, and whether the other one could have been.
    pub(super) choices: Vec<(Who, Choice)>,
    /// What happened, in order.
    pub(super) events: Vec<Event>,
    /// What the question at the end gave.
    pub(super) outcome: String,
}

/// Whether there was one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    Free,
    Forced,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) who: Who,
    pub(super) sql: String,
    pub(super) what: What,
}

/// What became of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    Gave(String),
    Waits,
    GoesOn(String),
    Refused(Failure),
}

/// An answer in a few words.
pub(super) fn told(reply: &Reply) -> String {
    let cells = |row: &Vec<Option<String>>| {
        let cells = reply.columns.iter().zip(row).map(|(name, value)| {
            let value = value.as_deref().unwrap_or("NULL");
            format!("{name} = {value}")
        });
        cells.collect::<Vec<_>>().join(", ")
    };
    let changed = ["UPDATE", "INSERT", "DELETE"]
        .iter()
        .any(|word| reply.tag.starts_with(word));
    match (reply.rows.as_slice(), reply.columns.is_empty(), changed) {
        ([row], false, _) => cells(row),
        (rows, false, _) => format!("{} rows", rows.len()),
        (_, true, true) => match reply.tag.rsplit(' ').next() {
            Some("1") => "1 row".to_owned(),
            number => format!("{} rows", number.unwrap_or("0")),
        },
        _ => "done".to_owned(),
    }
}
