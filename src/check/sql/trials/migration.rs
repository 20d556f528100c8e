//! A schema that changes while programs run: after each statement of the learner's, each program that runs at that moment sends its
//! own statements, and finds what it has to find.
//!
//! When a program starts and when it is switched off stands in the learner's file, in marks: comment lines of the starting file.
//! What a program has to find comes from the solution: its tables at the moment when all programs run, fed with the same writes.

use super::{
    Ground, Judged, Next, is_wrong, next, sentences,
    terms::{App, Migration},
};
use crate::{
    check::sql::{
        Verdict,
        cage::{Cage, FaultKind},
        diff, faults, place,
        plan::{DataSet, Order},
    },
    course::course_error,
    error::{Error, Result},
    outcome::{Detail, Finding},
};

/// The place of `${n}` in what a program sends.
const NUMBER: &str = "${n}";

/// Runs the learner's statements on each data set, with the programs beside them.
pub(super) fn judge(ground: &Ground<'_>, migration: &Migration) -> Result<Judged> {
    let mut judged: Judged = Vec::new();
    for name in &migration.on {
        let set = ground.set(name);
        if judged.iter().any(|(_, verdict)| is_wrong(verdict)) {
            let open = migration.app.iter();
            judged.extend(open.map(|app| (ground.name(&app.claim, set), Verdict::NotRun)));
        } else {
            judged.extend(one(ground, migration, set)?);
        }
    }
    Ok(judged)
}

fn one(ground: &Ground<'_>, migration: &Migration, set: &DataSet) -> Result<Judged> {
    let apps = &migration.app;
    let named = |app: &App| ground.name(&app.claim, set);
    let shadow = shadow(ground, apps, set)?;
    let ours = windows(ground.solution, apps).unwrap_or_default();
    let windows = match windows(ground.text, apps).and_then(|got| in_order(&ours, got, apps)) {
        Ok(windows) => windows,
        Err(mark) => {
            let mut finding = ground.finding(&apps[0].claim, set, "the marks in your file");
            finding.expected = Some(
                "each mark once, on a line of its own, in the order of the starting file".into(),
            );
            finding.actual = Some(format!("the mark `{mark}` is not where it belongs"));
            finding.explain = Some(format!(
                "The runner starts and stops the programs at these lines. Put it back; {} brings the whole file back, and keeps yours for undo.",
                ground.job.reset_command()
            ));
            let rest = apps[1..].iter().map(|app| (named(app), Verdict::NotRun));
            let first = (named(&apps[0]), Verdict::Broken(Box::new(finding)));
            return Ok([first].into_iter().chain(rest).collect());
        }
    };
    let mut stage = Stage {
        ground,
        set,
        cage: ground.cage(set)?,
        shadow,
        number: 0,
        verdicts: apps.iter().map(|_| None).collect(),
    };
    stage.play(apps, &windows)?;
    let verdicts = stage.verdicts.into_iter();
    let verdicts = verdicts.map(|verdict| verdict.unwrap_or(Verdict::Holds));
    Ok(apps.iter().map(named).zip(verdicts).collect())
}

/// From which byte of a file to which one each program runs; or the mark that is missing or misplaced.
fn windows(text: &str, apps: &[App]) -> std::result::Result<Vec<(usize, usize)>, String> {
    let place = |mark: &str| -> Option<usize> {
        let mut at = 0;
        let mut found = Vec::new();
        for line in text.split_inclusive('\n') {
            if line.trim_start().starts_with("--") && line.trim().trim_matches(['-', ' ']) == mark {
                found.push(at);
            }
            at += line.len();
        }
        (found.len() == 1).then(|| found[0])
    };
    apps.iter()
        .map(|app| {
            let from = app.from.as_deref();
            let until = app.until.as_deref();
            let begin = from.map_or(Some(0), place);
            let begin = begin.ok_or_else(|| from.unwrap_or("").to_owned())?;
            let end = until.map_or(Some(text.len()), place);
            let end = end.ok_or_else(|| until.unwrap_or("").to_owned())?;
            if begin < end {
                Ok((begin, end))
            } else {
                Err(until.unwrap_or("").to_owned())
            }
        })
        .collect()
}

/// Demands that programs start and stop in the order of the solution: whoever turns it round has no moment with both.
fn in_order(
    ours: &[(usize, usize)],
    got: Vec<(usize, usize)>,
    apps: &[App],
) -> std::result::Result<Vec<(usize, usize)>, String> {
    for (first, window) in ours.iter().enumerate() {
        for (second, other) in ours.iter().enumerate() {
            if window.0 < other.1 && got[first].0 >= got[second].1 {
                return Err(apps[first].from.clone().unwrap_or_default());
            }
        }
    }
    Ok(got)
}

/// The solution's tables at the moment when all programs run.
fn shadow(ground: &Ground<'_>, apps: &[App], set: &DataSet) -> Result<Cage> {
    let wrong = |what: &str| {
        course_error(
            &ground.job.course.solution(ground.job.exercise),
            None,
            what.to_owned(),
            "Give the solution the marks that the apps name; at one moment all of them have to run.",
        )
    };
    let windows =
        windows(ground.solution, apps).map_err(|mark| wrong(&format!("no mark `{mark}`")))?;
    let all_run = windows.iter().map(|(begin, _)| *begin).max().unwrap_or(0);
    if windows.iter().any(|(_, end)| *end <= all_run) {
        return Err(wrong("the programs never run at the same time"));
    }
    let cage = ground.cage(set)?;
    let mut from = 0;
    while place::begin(ground.solution, from) < all_run {
        match cage.run_next(ground.solution, from) {
            Ok(Some(ran)) => from = ran.end,
            Ok(None) => break,
            Err(fault) => return Err(ground.of_course("the solution", &fault)),
        }
    }
    Ok(cage)
}

/// The learner's tables and ours, side by side.
struct Stage<'a> {
    ground: &'a Ground<'a>,
    set: &'a DataSet,
    cage: Cage,
    shadow: Cage,
    /// How often a program has sent its statements.
    number: usize,
    /// Of each program; `None` as long as it works.
    verdicts: Vec<Option<Verdict>>,
}

impl Stage<'_> {
    fn play(&mut self, apps: &[App], windows: &[(usize, usize)]) -> Result<()> {
        let text = self.ground.text;
        let mut marks: Vec<usize> = windows.iter().flat_map(|(from, to)| [*from, *to]).collect();
        marks.sort_unstable();
        marks.dedup();
        let mut now = "before your first statement".to_owned();
        let mut at = 0;
        self.let_run(apps, windows, 0, &now, None)?;
        let mut from = 0;
        let mut count = 0;
        loop {
            let begin = place::begin(text, from);
            // A mark on the way to the next statement: programs start or stop, and nothing else has changed.
            for mark in marks.iter().filter(|mark| (at + 1..=begin).contains(*mark)) {
                if *mark < text.len() {
                    let now = format!("at the mark in line {}", self.ground.location(*mark).line);
                    self.let_run(apps, windows, *mark, &now, Some(*mark))?;
                }
            }
            at = begin;
            if self.verdicts.iter().any(Option::is_some) {
                return Ok(());
            }
            match next(&self.cage, text, from, &[])? {
                Next::Ran { begin, ran } => {
                    count += 1;
                    from = ran.end;
                    now = format!("after {}", self.ground.statement(count, begin));
                    self.let_run(apps, windows, begin, &now, Some(begin))?;
                }
                Next::Stopped { begin, fault } => {
                    let asked = format!(
                        "{}, while the programs run",
                        self.ground.statement(count + 1, begin)
                    );
                    let running = windows
                        .iter()
                        .position(|(from, to)| (*from..*to).contains(&begin));
                    let app = &apps[running.unwrap_or(0)];
                    let mut finding = self.ground.finding(&app.claim, self.set, &asked);
                    self.ground.tell(&mut finding, &self.cage, begin, &fault);
                    self.stop(running.unwrap_or(0), finding);
                    return Ok(());
                }
                Next::End => break,
            }
        }
        if count == 0 {
            let mut finding = self
                .ground
                .finding(&apps[0].claim, self.set, "your statements");
            self.ground.tell_no_statement(&mut finding);
            self.stop(0, finding);
        }
        Ok(())
    }

    /// The first thing that breaks ends the migration; the other claims stay open.
    fn stop(&mut self, which: usize, finding: Finding) {
        for (number, verdict) in self.verdicts.iter_mut().enumerate() {
            if verdict.is_none() {
                *verdict = Some(if number == which {
                    Verdict::Broken(Box::new(finding.clone()))
                } else {
                    Verdict::NotRun
                });
            }
        }
    }

    /// Each program whose window holds the byte `at` sends its statements.
    fn let_run(
        &mut self,
        apps: &[App],
        windows: &[(usize, usize)],
        at: usize,
        now: &str,
        begin: Option<usize>,
    ) -> Result<()> {
        for (which, (app, window)) in apps.iter().zip(windows).enumerate() {
            if !(window.0..window.1).contains(&at) {
                continue;
            }
            self.number += 1;
            for ask in &app.asks {
                let ask = ask.replace(NUMBER, &self.number.to_string());
                if let Some(mut finding) = self.send(app, &ask, now)? {
                    finding.location = begin.map(|begin| self.ground.location(begin));
                    self.stop(which, finding);
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Sends one statement of a program to both databases; a finding if it does not run, or gives other rows.
    fn send(&self, app: &App, ask: &str, now: &str) -> Result<Option<Finding>> {
        let when = format!("{now}, {} sends its statement", app.name);
        let ground = self.ground;
        let mut finding = ground.finding_about(&app.claim, self.set, &when, ask);
        let own = app.explain.as_deref();
        match self.cage.run_next(ask, 0) {
            Ok(Some(ran)) => {
                // What has failed here must not be there: the other programs would miss it.
                let wanted = self.ground.own(&self.shadow, ask)?;
                let Some(difference) = diff::compare(&wanted.table, &ran.table, Order::Any) else {
                    return Ok(None);
                };
                finding.expected = Some(difference.expected);
                finding.actual = Some(difference.actual);
                finding.explain = sentences([Some(difference.words.as_str()), own]);
                finding.detail = difference.tables.map(Detail::Tables);
            }
            Ok(None) => return Err(self.ground.of_course(ask, &super::nothing())),
            Err(fault) if fault.kind == FaultKind::Cancelled => return Err(Error::Cancelled),
            Err(fault) => {
                faults::tell(&fault, ask, self.cage.connection(), &mut finding);
                let said = finding.actual.take().unwrap_or_default();
                finding.expected = Some(format!("{} works", app.name));
                finding.actual = Some(format!("{} breaks. {said}", app.name));
                finding.explain = sentences([own]);
            }
        }
        Ok(Some(finding))
    }
}
