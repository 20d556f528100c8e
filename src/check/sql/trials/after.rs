//! A given query after the learner's statements: it has to give what it gives after the solution's.

use super::{Ground, Judged, Next, next, sentences, terms::After};
use crate::{
    check::sql::{Verdict, diff, plan::Order},
    error::Result,
    outcome::Detail,
};

/// Looks at each of them, on a database of its own.
pub(super) fn judge(ground: &Ground<'_>, afters: &[After]) -> Result<Judged> {
    afters
        .iter()
        .map(|after| Ok((name(ground, after), one(ground, after)?)))
        .collect()
}

/// The name of the check.
pub(super) fn name(ground: &Ground<'_>, after: &After) -> String {
    ground.name(&after.claim, ground.set(&after.on))
}

fn one(ground: &Ground<'_>, after: &After) -> Result<Verdict> {
    let set = ground.set(&after.on);
    let ours = ground.cage(set)?;
    ground.solve(&ours)?;
    let wanted = ground.own(&ours, &after.query)?.table;

    let cage = ground.cage(set)?;
    let when = "after your statements";
    let mut finding = ground.finding_about(&after.claim, set, when, &after.query);
    let mut from = 0;
    loop {
        match next(&cage, ground.text, from, &[])? {
            Next::Ran { ran, .. } => from = ran.end,
            Next::End => break,
            Next::Stopped { begin, fault } => {
                ground.tell(&mut finding, &cage, begin, &fault);
                return Ok(Verdict::Broken(Box::new(finding)));
            }
        }
    }
    if from == 0 {
        ground.tell_no_statement(&mut finding);
        return Ok(Verdict::Broken(Box::new(finding)));
    }
    let own = after.explain.as_deref();
    match next(&cage, &after.query, 0, &[])? {
        Next::Ran { ran, .. } => {
            let Some(difference) = diff::compare(&wanted, &ran.table, Order::Any) else {
                return Ok(Verdict::Holds);
            };
            finding.expected = Some(difference.expected);
            finding.actual = Some(difference.actual);
            finding.explain = sentences([Some(difference.words.as_str()), own]);
            finding.detail = difference.tables.map(Detail::Tables);
        }
        Next::Stopped { fault, .. } => {
            ground.tell_of_query(&mut finding, &cage, &after.query, &fault);
            finding.explain = sentences([finding.explain.as_deref(), own]);
        }
        Next::End => return Err(ground.of_course(&after.query, &super::nothing())),
    }
    Ok(Verdict::Broken(Box::new(finding)))
}
