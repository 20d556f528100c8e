//! How many things arrived at a peer: waits for those that have to, a little for those that must not, and says what is wrong with the
//! number. It does not know what they are.

use super::{
    expect::{About, Problem},
    steps_file::OneOrMany,
};
use std::time::Duration;

/// How long something that is expected at a peer may be on its way.
pub(super) const ARRIVES_WITHIN: Duration = Duration::from_secs(1);

/// After what was expected has arrived: how long something more may be on its way.
const NOTHING_MORE_FOR: Duration = Duration::from_millis(20);

/// The counts that are right.
pub(super) fn numbers(allowed: &OneOrMany<usize>) -> Vec<usize> {
    match allowed {
        OneOrMany::One(one) => vec![*one],
        OneOrMany::Many(many) => many.clone(),
    }
}

/// Waits for what has to arrive, and a little for what must not.
pub(super) fn arrive(
    allowed: &[usize],
    within: Duration,
    wait_for: impl Fn(usize, Duration) -> bool,
) {
    let (least, most) = (allowed.iter().min(), allowed.iter().max());
    wait_for(least.copied().unwrap_or(0), within);
    wait_for(most.copied().unwrap_or(0) + 1, NOTHING_MORE_FOR);
}

/// What is wrong with a count.
pub(super) fn wrong_count(
    at: &str,
    what: &str,
    allowed: &[usize],
    came: usize,
    listed: &str,
) -> Option<Problem> {
    if allowed.contains(&came) {
        return None;
    }
    let named: Vec<String> = allowed.iter().map(usize::to_string).collect();
    let ending = if allowed == [1] { "" } else { "s" };
    Some(Problem {
        about: About::Else,
        expected: format!("{} {what}{ending} arrived at {at}", named.join(" or ")),
        actual: match came {
            0 => "none".into(),
            1 => listed.to_owned(),
            _ => format!("{came} in all: {listed}"),
        },
        explain: None,
    })
}
