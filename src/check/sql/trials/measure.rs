//! Plans and costs: what SQLite does for a query after the learner's statements, counted and compared with what it did before.
//!
//! Counts are the same on every machine; nothing here looks at a clock.

use super::{
    Ground, Judged, Next, next, one_line,
    queryplan::{self, Step},
    schema::{only_indexes, schema},
    sentences,
    terms::{Indexes, Measure},
    thousands,
};
use crate::{
    check::sql::{
        Verdict,
        cage::{Cage, Cost, Fault},
        diff, place,
        plan::{DataSet, Order},
        table::Table,
    },
    error::Result,
    outcome::Finding,
};

/// One query, run and explained.
struct Look {
    table: Table,
    cost: Cost,
    plan: Vec<Step>,
}

/// Looks at the learner's own statements.
pub(super) fn statements(ground: &Ground<'_>) -> Result<Judged> {
    own(ground)
        .map(|(measure, set, number)| {
            let verdict = own_statement(ground, measure, set, number)?;
            Ok((ground.name(&measure.claim, set), verdict))
        })
        .collect()
}

/// The same without a look, where it is told already that a statement does not run.
pub(super) fn open_statements(ground: &Ground<'_>) -> Judged {
    own(ground)
        .map(|(measure, set, _)| (ground.name(&measure.claim, set), Verdict::NotRun))
        .collect()
}

/// The measures of the learner's own statements, with their data and the number of the statement.
fn own<'a>(ground: &Ground<'a>) -> impl Iterator<Item = (&'a Measure, &'a DataSet, usize)> {
    let plan = ground.plan;
    plan.trials.measures.iter().filter_map(move |measure| {
        let set = plan.sets.iter().find(|set| set.is_named(&measure.on))?;
        Some((measure, set, measure.statement?))
    })
}

/// Looks at every query of a program, and at what the learner has added; once through the statements for each data set.
pub(super) fn queries(ground: &Ground<'_>) -> Result<Judged> {
    let trials = &ground.plan.trials;
    let mut judged = Vec::new();
    for set in &ground.plan.sets {
        let here = |on: &str| set.is_named(on);
        let queries: Vec<(&Measure, &str)> = trials
            .measures
            .iter()
            .filter(|measure| here(&measure.on))
            .filter_map(|measure| Some((measure, measure.query.as_deref()?)))
            .collect();
        let indexes = trials.indexes.as_ref().filter(|one| here(&one.on));
        if !queries.is_empty() || indexes.is_some() {
            judged.extend(after_statements(ground, set, &queries, indexes)?);
        }
    }
    Ok(judged)
}

/// Queries of a program before and after the learner's statements.
fn after_statements(
    ground: &Ground<'_>,
    set: &DataSet,
    queries: &[(&Measure, &str)],
    indexes: Option<&Indexes>,
) -> Result<Judged> {
    let cage = ground.cage(set)?;
    let mut before = Vec::new();
    for (_, query) in queries {
        before.push(course_look(ground, &cage, query)?);
    }
    let before_them = schema(&cage);
    let rows = cage.connection().total_changes();
    let mut claims: Vec<&str> = queries.iter().map(|(m, _)| m.claim.as_str()).collect();
    claims.extend(indexes.map(|indexes| indexes.claim.as_str()));
    let named = |claim: &str| ground.name(claim, set);

    let mut from = 0;
    loop {
        match next(&cage, ground.text, from, &[])? {
            Next::Ran { ran, .. } => from = ran.end,
            Next::End if from > 0 => break,
            stopped => {
                let mut finding = ground.finding(claims[0], set, "your statements");
                match stopped {
                    Next::Stopped { begin, fault } => {
                        ground.tell(&mut finding, &cage, begin, &fault);
                    }
                    _ => ground.tell_no_statement(&mut finding),
                }
                let rest = claims[1..]
                    .iter()
                    .map(|claim| (named(claim), Verdict::NotRun));
                let first = (named(claims[0]), Verdict::Broken(Box::new(finding)));
                return Ok([first].into_iter().chain(rest).collect());
            }
        }
    }
    let mut judged = Vec::new();
    let mut broken: Vec<&str> = Vec::new();
    for ((measure, query), before) in queries.iter().zip(&before) {
        let when = "after your statements";
        let mut finding = ground.finding_about(&measure.claim, set, when, query);
        finding.repeat = repeat(ground, set, query);
        let now = look(&cage, query, 0)?;
        let verdict = match now {
            // One thing at a time: what follows from the first mistake would only hide it.
            _ if broken.contains(query) => Verdict::NotRun,
            Ok(now) => compare(
                measure,
                before,
                &now,
                "it takes without your statements",
                finding,
            ),
            Err(fault) => {
                ground.tell_of_query(&mut finding, &cage, query, &fault);
                let own =
                    "A program sends this query. Tables and columns have to stay as they are.";
                finding.explain = sentences([finding.explain.as_deref(), Some(own)]);
                Verdict::Broken(Box::new(finding))
            }
        };
        if matches!(verdict, Verdict::Broken(_)) {
            broken.push(query);
        }
        judged.push((named(&measure.claim), verdict));
    }
    if let Some(indexes) = indexes {
        let changed = cage.connection().total_changes() - rows;
        let finding = ground.finding(&indexes.claim, set, "the schema after your statements");
        let verdict = only_indexes(indexes, &before_them, &schema(&cage), changed, finding);
        judged.push((named(&indexes.claim), verdict));
    }
    Ok(judged)
}

/// A statement of the learner's against the same one of the file as shipped.
fn own_statement(
    ground: &Ground<'_>,
    measure: &Measure,
    set: &DataSet,
    number: usize,
) -> Result<Verdict> {
    let cage = ground.cage(set)?;
    let Some((_, Ok(start))) = nth(&cage, ground.job.pristine, number)? else {
        return Err(ground.of_course("the starting file", &super::nothing()));
    };
    // What does not run is told where its answer is asked for.
    let Some((begin, Ok(now))) = nth(&cage, ground.text, number)? else {
        return Ok(Verdict::NotRun);
    };
    let asked = format!("what your statement {number} costs");
    let mut finding = ground.finding(&measure.claim, set, &asked);
    finding.location = Some(ground.location(begin));
    Ok(compare(
        measure,
        &start,
        &now,
        "the statement in the starting file takes",
        finding,
    ))
}

/// Statement `number` of a file that only asks, with the byte where it begins.
fn nth(
    cage: &Cage,
    text: &str,
    number: usize,
) -> Result<Option<(usize, std::result::Result<Look, Fault>)>> {
    let mut from = 0;
    for _ in 1..number {
        // Those before it only ask, so they need not run.
        match cage.end_of_next(text, from) {
            Some(end) => from = end,
            None => return Ok(None),
        }
    }
    let begin = place::begin(text, from);
    Ok(Some((begin, look(cage, text, begin)?)))
}

fn course_look(ground: &Ground<'_>, cage: &Cage, query: &str) -> Result<Look> {
    let looked = look(cage, query, 0)?;
    looked.map_err(|fault| ground.of_course(query, &fault))
}

/// Runs the statement of `text` at `from`, and asks for its plan; or says why it does not run.
fn look(cage: &Cage, text: &str, from: usize) -> Result<std::result::Result<Look, Fault>> {
    let ran = match next(cage, text, from, &[])? {
        Next::Ran { ran, .. } => ran,
        Next::Stopped { fault, .. } => return Ok(Err(fault)),
        Next::End => return Ok(Err(super::nothing())),
    };
    let explain = format!("EXPLAIN QUERY PLAN {}", &text[from..ran.end]);
    let mut plan = Vec::new();
    if let Next::Ran { ran: explained, .. } = next(cage, &explain, 0, &[])? {
        let details = explained.table.rows.iter().filter_map(|row| row.last());
        plan.extend(details.map(|cell| Step::new(cell.sql().trim_matches('\''))));
    }
    Ok(Ok(Look {
        table: ran.table,
        cost: ran.cost,
        plan,
    }))
}

/// Whether the query does no more than it may, and gives what it gave.
fn compare(
    measure: &Measure,
    before: &Look,
    now: &Look,
    when: &str,
    mut finding: Finding,
) -> Verdict {
    let Some((expected, actual)) = first_broken(measure, before, now, when) else {
        return Verdict::Holds;
    };
    let plan = format!("The plan: {}.", queryplan::words(&now.plan));
    finding.expected = Some(expected);
    finding.actual = Some(actual);
    finding.explain = sentences([Some(plan.as_str()), measure.explain.as_deref()]);
    Verdict::Broken(Box::new(finding))
}

/// The first limit that does not hold: what was expected, what was seen.
fn first_broken(
    measure: &Measure,
    before: &Look,
    now: &Look,
    when: &str,
) -> Option<(String, String)> {
    if measure.query.is_some()
        && let Some(other) = diff::compare(&before.table, &now.table, Order::Any)
    {
        return Some((
            format!(
                "the same answer as without your statements: {}",
                other.expected
            ),
            other.actual,
        ));
    }
    let steps = format!("{} steps of SQLite's machine", thousands(now.cost.steps));
    if let Some(table) = &measure.search {
        let found = now.plan.iter().any(|step| step.searches(table));
        let read = now.plan.iter().any(|step| step.scans(table));
        if !found || read {
            return Some((
                format!("a search: the rows of {table} are found by an index"),
                format!(
                    "a scan: SQLite went through {}, {steps} in all",
                    rows(now.cost.scanned)
                ),
            ));
        }
    }
    if let Some(most) = measure.most.scanned
        && now.cost.scanned > most
    {
        return Some((
            read_at_most(most),
            format!(
                "SQLite went through {}, {steps} in all",
                rows(now.cost.scanned)
            ),
        ));
    }
    if let Some(most) = measure.most.sorts {
        let sorts = now.plan.iter().any(Step::sorts);
        if now.cost.sorts > most || (most == 0 && sorts) {
            return Some((
                "no sorting: the rows come out of the index in the order that is asked for".into(),
                format!("SQLite sorts the rows after it has found them, {steps} in all"),
            ));
        }
    }
    if let Some(part) = measure.most.steps {
        let most = before.cost.steps / part.0;
        if now.cost.steps > most {
            return Some((
                format!(
                    "at most {} steps of SQLite's machine: 1/{} of the {} that {when}",
                    thousands(most),
                    part.0,
                    thousands(before.cost.steps)
                ),
                steps,
            ));
        }
    }
    None
}

/// The rows between which so many steps lie.
fn rows(steps: u64) -> String {
    format!("{} rows from end to end", thousands(steps + 1))
}

fn read_at_most(most: u64) -> String {
    match most {
        0 => "no table and no index is read from end to end".into(),
        most => format!("at most {} rows are read from end to end", thousands(most)),
    }
}

/// The plan in the program `sqlite3`, where all files can be read by the learner.
fn repeat(ground: &Ground<'_>, set: &DataSet, query: &str) -> Option<String> {
    if !set.visible || !set.scripts.iter().all(|script| script.whole_file) {
        return None;
    }
    let course = ground.job.course;
    let own = course.relative_file(ground.job.exercise);
    let files = set.scripts.iter().map(|script| script.file.as_path());
    let reads: Vec<String> = files
        .chain([own.as_path()])
        .map(|file| {
            let shown = course.workspace.shown(file).display().to_string();
            format!("\".read '{}'\"", shown.replace('\\', "/"))
        })
        .collect();
    Some(format!(
        "sqlite3 :memory: {} \"EXPLAIN QUERY PLAN {}\"",
        reads.join(" "),
        one_line(query)
    ))
}
