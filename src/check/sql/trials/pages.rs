//! Pages by a key: the learner's query is asked for one page after the other while others write, and for one far behind.
//!
//! Each page is compared with what the solution gives for the same parameters at the same moment.

use super::{
    Ground, Judged, Next, next, sentences,
    terms::{Far, Pages, Walk, values},
    thousands,
};
use crate::{
    check::sql::{
        Verdict,
        cage::{Cage, Ran},
        diff, place,
        plan::{DataSet, Order},
        table::{Row, Table},
    },
    error::Result,
    outcome::{Detail, Finding},
};
use rusqlite::types::Value;

/// The parameter that holds the number of the page, for a query that counts.
const PAGE: &str = "page";

/// More pages than any walk has.
const MOST_PAGES: usize = 200;

/// How many times as much as the solution's the learner's page 1 may cost. A query that reads everything for each page would else
/// have pages that all cost the same.
const MOST_FOR_PAGE_ONE: u64 = 10;

/// What a query is asked with.
type Filled = Vec<(String, Value)>;

/// Walks through all pages, then looks at the one far behind.
pub(super) fn judge(ground: &Ground<'_>, pages: &Pages) -> Result<Judged> {
    let mut judged = Vec::new();
    // Who loses rows while nobody writes is told that, and not what follows from it.
    let mut plain = true;
    for walk in &pages.walk {
        let set = ground.set(&walk.on);
        if !plain {
            judged.push((ground.name(&walk.claim, set), Verdict::NotRun));
            continue;
        }
        let verdict = Walker {
            ground,
            pages,
            walk,
            set,
        }
        .walk()?;
        plain &= !walk.between.is_empty() || matches!(verdict, Verdict::Holds);
        judged.push((ground.name(&walk.claim, set), verdict));
    }
    if let Some(far) = &pages.far {
        let set = ground.set(&far.on);
        let verdict = if plain {
            far_behind(ground, pages, far, set)?
        } else {
            Verdict::NotRun
        };
        judged.push((ground.name(&far.claim, set), verdict));
    }
    Ok(judged)
}

struct Walker<'a> {
    ground: &'a Ground<'a>,
    pages: &'a Pages,
    walk: &'a Walk,
    set: &'a DataSet,
}

impl Walker<'_> {
    fn walk(&self) -> Result<Verdict> {
        let cage = self.ground.cage(self.set)?;
        let mut cursor = values(&self.pages.first);
        let mut seen: Vec<(usize, Row)> = Vec::new();
        for number in 1..=MOST_PAGES {
            let filled = with_page(&cursor, number);
            let wanted = self.ours(&cage, &filled)?;
            let mut finding = self.finding(number, &filled);
            let (begin, ran) = match next(&cage, self.ground.text, 0, &filled)? {
                Next::Ran { begin, ran } => (begin, ran),
                Next::Stopped { begin, fault } => {
                    self.ground.tell(&mut finding, &cage, begin, &fault);
                    return Ok(Verdict::Broken(Box::new(finding)));
                }
                Next::End => {
                    self.ground.tell_no_statement(&mut finding);
                    return Ok(Verdict::Broken(Box::new(finding)));
                }
            };
            finding.location = Some(self.ground.location(begin));
            if cage.end_of_next(self.ground.text, ran.end).is_some() {
                let second = place::begin(self.ground.text, ran.end);
                finding.location = Some(self.ground.location(second));
                finding.expected = Some("1 statement: the one that gives the next page".into());
                finding.actual = Some("2 statements or more".into());
                finding.explain = Some("Take out the statement that begins here, or put `--` before it to keep it as a comment.".into());
                return Ok(Verdict::Broken(Box::new(finding)));
            }
            if let Some(difference) = diff::compare(&wanted, &ran.table, Order::Asked) {
                let told = repeats_and_gaps(&wanted, &ran.table, &seen, number);
                finding.expected = Some(format!("page {number}: {}", difference.expected));
                finding.actual = Some(told.unwrap_or(difference.actual));
                finding.explain = sentences([
                    Some(difference.words.as_str()),
                    self.walk.explain.as_deref(),
                ]);
                finding.detail = difference.tables.map(Detail::Tables);
                return Ok(Verdict::Broken(Box::new(finding)));
            }
            let Some(last) = last_row(&self.pages.cursor, &ran) else {
                return Ok(Verdict::Holds);
            };
            cursor = last;
            seen.extend(ran.table.rows.into_iter().map(|row| (number, row)));
            if let Some(write) = self.walk.between.get(number - 1) {
                self.ground.own(&cage, write)?;
            }
        }
        Err(self
            .ground
            .of_course("a walk without end", &super::nothing()))
    }

    fn ours(&self, cage: &Cage, filled: &Filled) -> Result<Table> {
        let ran = run_ours(self.ground, cage, filled)?;
        Ok(ran.table)
    }

    fn finding(&self, number: usize, filled: &Filled) -> Finding {
        let written = number
            .checked_sub(2)
            .and_then(|before| self.walk.between.get(before));
        let (claim, page) = (
            &self.walk.claim,
            format!("page {number} with {}", told(filled)),
        );
        match written {
            Some(write) => {
                let when = format!("{page}, after somebody's statement");
                self.ground.finding_about(claim, self.set, &when, write)
            }
            None => self.ground.finding(claim, self.set, &page),
        }
    }
}

/// The page far behind: the right rows, for a cost like that of the first one.
fn far_behind(ground: &Ground<'_>, pages: &Pages, far: &Far, set: &DataSet) -> Result<Verdict> {
    let cage = ground.cage(set)?;
    let cursor = ground.own(&cage, &far.cursor)?;
    let Some(cursor) = last_row(&pages.cursor, &cursor) else {
        return Err(ground.of_course(&far.cursor, &super::nothing()));
    };
    let number = usize::try_from(far.page).unwrap_or(usize::MAX);
    let filled = with_page(&cursor, number);
    let first = with_page(&values(&pages.first), 1);
    let wanted = run_ours(ground, &cage, &filled)?.table;
    let asked = format!("page {number} with {}", told(&filled));
    let mut finding = ground.finding(&far.claim, set, &asked);
    let near = next(&cage, ground.text, 0, &first)?;
    let behind = next(&cage, ground.text, 0, &filled)?;
    // What does not run was told on the first walk.
    let (Next::Ran { ran: near, .. }, Next::Ran { begin, ran: behind }) = (near, behind) else {
        return Ok(Verdict::NotRun);
    };
    finding.location = Some(ground.location(begin));
    if let Some(difference) = diff::compare(&wanted, &behind.table, Order::Asked) {
        finding.expected = Some(difference.expected);
        finding.actual = Some(difference.actual);
        finding.explain = sentences([Some(difference.words.as_str()), far.explain.as_deref()]);
        finding.detail = difference.tables.map(Detail::Tables);
        return Ok(Verdict::Broken(Box::new(finding)));
    }
    let ours = run_ours(ground, &cage, &first)?.cost.steps;
    if near.cost.steps > ours * MOST_FOR_PAGE_ONE {
        finding.expected = Some(format!(
            "page 1 takes about {} steps of SQLite's machine, and page {number} not much more",
            thousands(ours)
        ));
        finding.actual = Some(format!(
            "page 1 takes {} steps already",
            thousands(near.cost.steps)
        ));
        finding.explain = sentences([far.explain.as_deref()]);
        return Ok(Verdict::Broken(Box::new(finding)));
    }
    let most = near.cost.steps * far.at_most;
    if behind.cost.steps <= most {
        return Ok(Verdict::Holds);
    }
    finding.expected = Some(format!(
        "at most {} steps of SQLite's machine: {} times the {} of page 1",
        thousands(most),
        far.at_most,
        thousands(near.cost.steps)
    ));
    finding.actual = Some(format!(
        "{} steps, {} times as many as page 1 takes",
        thousands(behind.cost.steps),
        thousands(behind.cost.steps / near.cost.steps.max(1))
    ));
    finding.explain = sentences([far.explain.as_deref()]);
    Ok(Verdict::Broken(Box::new(finding)))
}

fn run_ours(ground: &Ground<'_>, cage: &Cage, filled: &Filled) -> Result<Ran> {
    match cage.run_next_with(ground.solution, 0, filled) {
        Ok(Some(ran)) => Ok(ran),
        Ok(None) => Err(ground.of_course("the solution", &super::nothing())),
        Err(fault) => Err(ground.of_course("the solution", &fault)),
    }
}

fn with_page(cursor: &Filled, number: usize) -> Filled {
    let number = Value::Integer(i64::try_from(number).unwrap_or(i64::MAX));
    let mut filled = cursor.clone();
    filled.push((PAGE.into(), number));
    filled
}

/// The parameters of the next page: the named columns of the last row; `None` if there is no row.
fn last_row(columns: &[String], ran: &Ran) -> Option<Filled> {
    let row = ran.table.rows.last()?;
    columns
        .iter()
        .map(|name| {
            let column = ran.table.columns.iter().position(|other| other == name)?;
            Some((name.clone(), row[column].value()))
        })
        .collect()
}

/// ":id = 7, :page = 2".
fn told(filled: &Filled) -> String {
    let told = filled.iter().map(|(name, value)| match value {
        Value::Text(text) => format!(":{name} = '{text}'"),
        Value::Integer(number) => format!(":{name} = {number}"),
        other => format!(":{name} = {other:?}"),
    });
    told.collect::<Vec<_>>().join(", ")
}

/// Rows that an earlier page has shown, and rows that this one leaves out, in words; `None` if there are none of the first kind.
fn repeats_and_gaps(
    wanted: &Table,
    got: &Table,
    seen: &[(usize, Row)],
    number: usize,
) -> Option<String> {
    if wanted.columns != got.columns {
        return None;
    }
    let again = got
        .rows
        .iter()
        .find_map(|row| seen.iter().find(|(_, other)| other == row));
    let name = |row: &Row| -> String {
        let column = wanted.columns.first().map_or("row", String::as_str);
        format!("{column} {}", row.first().map_or("", |cell| cell.sql()))
    };
    if let Some((page, row)) = again {
        return Some(format!(
            "page {number} shows {} again, which page {page} has shown already",
            name(row)
        ));
    }
    let last = got.rows.first().map(|first| {
        let gap = wanted.rows.iter().take_while(|row| *row != first).count();
        (gap, wanted.rows.contains(first))
    });
    match last {
        Some((1, true)) => Some(format!(
            "page {number} begins too late: {} is left out",
            name(&wanted.rows[0])
        )),
        Some((gap, true)) if gap > 1 => Some(format!(
            "page {number} begins too late: {gap} rows are left out, the first is {}",
            name(&wanted.rows[0])
        )),
        _ => None,
    }
}
