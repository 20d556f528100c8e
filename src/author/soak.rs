//! The same trials again and again while every core is busy: a verdict that changes is a fault of the check.

use super::{place::fault, prover::Prover, trial::Trial};
use crate::{
    error::Result,
    outcome::{Fault, Report},
    workspace,
};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// What one repetition said: the broken claims, which have to be the same each time.
type Broken = Vec<String>;

/// How often each verdict on a trial came, and with which words the first time.
type Seen = BTreeMap<Broken, (u32, String)>;

/// Repeats each trial `times` with so many at once, and gives a fault for each whose verdict changed.
pub(super) fn soak(
    prover: &Prover<'_>,
    trials: &[Trial],
    times: u32,
    at_once: usize,
    on_progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Vec<Fault>> {
    let all = trials.len() * times as usize;
    let next = Mutex::new(0..all);
    let seen: Mutex<Vec<Seen>> = Mutex::new(vec![Seen::new(); trials.len()]);
    let failed = Mutex::new(None);
    let done = Mutex::new(0);
    let worker = || -> Result<()> {
        // Each has a directory of its own, so that trials of one exercise disturb each other as those of several learners would.
        let dir = workspace::scratch()?;
        loop {
            let position = next.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some(position) = position else {
                return Ok(());
            };
            let trial = &trials[position % trials.len()];
            let build = dir
                .path()
                .join(&prover.course.exercises[trial.exercise].name);
            let proof = prover.repeat(trial, &build)?;
            let broken = proof.report.as_ref().map(broken).unwrap_or_default();
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            let verdict = seen[position % trials.len()].entry(broken);
            let (count, _) = verdict
                .or_insert_with(|| (0, proof.report.as_ref().map(words).unwrap_or_default()));
            *count += 1;
            drop(seen);
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            *done += 1;
            on_progress(*done, all);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                if let Err(error) = worker() {
                    *next.lock().unwrap_or_else(PoisonError::into_inner) = 0..0;
                    failed
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .get_or_insert(error);
                }
            });
        }
    });
    if let Some(error) = failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error);
    }
    let seen = seen.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(trials
        .iter()
        .zip(&seen)
        .filter(|(_, verdicts)| verdicts.len() > 1)
        .map(|(trial, verdicts)| flaky(prover, trial, verdicts, times))
        .collect())
}

fn broken(report: &Report) -> Broken {
    let mut claims: Vec<String> = report.findings.iter().map(|f| f.claim.clone()).collect();
    claims.dedup();
    claims
}

/// What the learner would have read first; it tells the author where to look.
fn words(report: &Report) -> String {
    let Some(finding) = report.findings.first() else {
        return String::new();
    };
    let parts = [
        ("asked", &finding.asked),
        ("expected", &finding.expected),
        ("got", &finding.actual),
    ];
    let told = parts.iter().filter_map(|(part, text)| {
        let text = text.as_ref()?.replace('\n', " ");
        let short: String = text.chars().take(200).collect();
        Some(format!("{part} {short}"))
    });
    told.collect::<Vec<_>>().join("; ")
}

fn flaky(prover: &Prover<'_>, trial: &Trial, verdicts: &Seen, times: u32) -> Fault {
    let mut counted: Vec<_> = verdicts.iter().collect();
    counted.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    let told: Vec<String> = counted
        .iter()
        .map(|(broken, (count, words))| match broken.as_slice() {
            [] => format!("{count} times nothing failed"),
            claims => format!("{count} times `{}` failed ({words})", claims.join("`, `")),
        })
        .collect();
    fault(
        prover.course,
        Some(&prover.course.exercises[trial.exercise]),
        "flaky",
        &trial.file,
        None,
        [
            format!("the verdict on {} changes: of {times} runs {}", trial.name(), told.join(", ")),
            "Wait for what has to happen instead of for a time, give limits more room, and use no random input that only sometimes shows the mistake.".into(),
        ],
    )
}
