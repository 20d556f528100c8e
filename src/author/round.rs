//! Everything that is asked of many exercises, as many at a time as the machine has room for, in one list of faults.

use super::{
    for_rustlings, form,
    prover::{Proof, Prover, Trust},
    soak::soak,
    style,
    trial::{Role, Trial, trials},
};
use crate::{
    check::workers,
    course::{Course, Exercise},
    error::{Error, Result},
    outcome::{CheckState, Fault, Weight},
    progress,
};
use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
    thread,
};

/// What to ask.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The positions of the exercises; all of them if empty, and then the course as a whole too.
    pub exercises: Vec<usize>,
    /// Whether what was proved before is believed.
    pub trust: Trust,
    /// How often each trial is repeated under load.
    pub soak: Option<u32>,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// So many trials have been made, of so many.
    Tried(usize, usize),
    /// So many repetitions, of so many.
    Repeated(usize, usize),
}

/// What was found.
#[derive(Debug)]
pub struct Verdict {
    /// In the order of the course; what belongs to no exercise comes last.
    pub faults: Vec<Fault>,
    /// Every trial with what came of it, exercise by exercise.
    pub proofs: Vec<(Trial, Proof)>,
}

/// Asks all of it.
///
/// # Errors
/// The first fault of the machine or the runner. What is wrong with the course is in the [`Verdict`].
pub fn check_course(
    prover: &Prover<'_>,
    plan: &Plan,
    on_progress: &(dyn Fn(Step) + Sync),
) -> Result<Verdict> {
    let course = prover.course;
    let positions: Vec<usize> = match plan.exercises.as_slice() {
        [] => (0..course.exercises.len()).collect(),
        some => some.to_vec(),
    };
    let mut work = Vec::new();
    for &position in &positions {
        // Without a starting file there is nothing to check an answer against; that is told already.
        let start = course.file(&course.exercises[position]);
        if start.is_file() {
            let of_it = trials(course, position)?;
            work.push(
                of_it
                    .into_iter()
                    .filter(|trial| trial.file.exists())
                    .collect(),
            );
        }
    }
    let work = taking_turns(work);
    let done = try_all(prover, &work, plan.trust, on_progress)?;
    let mut faults = Vec::new();
    for &position in &positions {
        let exercise = &course.exercises[position];
        faults.extend(form::of_exercise(course, exercise)?);
        let of_it = || {
            done.iter()
                .filter(move |(trial, ..)| trial.exercise == position)
        };
        for (_, proof, style) in of_it() {
            faults.extend(proof.fault.clone());
            faults.extend(style.iter().cloned());
        }
        faults.extend(about_claims(
            prover,
            position,
            of_it().map(|(trial, proof, _)| (trial, proof)),
        ));
    }
    if plan.exercises.is_empty() {
        faults.extend(form::of_course(course)?);
        faults.extend(for_rustlings::not_proved(course)?);
    }
    if let Some(times) = plan.soak {
        let steady: Vec<Trial> = done
            .iter()
            .filter(|(_, proof, _)| proof.report.is_some() && proof.skipped.is_none())
            .map(|(trial, ..)| trial.clone())
            .collect();
        faults.extend(soak(prover, &steady, times, 2 * cores(), &|done, all| {
            on_progress(Step::Repeated(done, all));
        })?);
    }
    faults.retain(|fault| for_rustlings::is_asked(course, fault));
    // One mistake in a file of the course stops every trial of the exercise with the same words.
    let mut told: Vec<Fault> = Vec::new();
    for fault in faults {
        if !told.contains(&fault) {
            told.push(fault);
        }
    }
    let proofs = done.into_iter().map(|(trial, proof, _)| (trial, proof));
    let mut proofs: Vec<_> = proofs.collect();
    // Stable: within an exercise they stay in their order.
    proofs.sort_by_key(|(trial, _)| trial.exercise);
    Ok(Verdict {
        faults: told,
        proofs,
    })
}

/// Writes down which starting files are as learners begin with them: those of the exercises that were tried and have no error. What
/// could not be tried here is left as it was written down.
///
/// A course in rustlings' format is left as it is, unless it has such a list already.
///
/// # Errors
/// [`Error::Io`].
pub fn note_shipped(course: &Course, verdict: &Verdict) -> Result<()> {
    if course.own_manifest.is_some() && !course.workspace.digests().is_file() {
        return Ok(());
    }
    let has_error = |exercise: &Exercise| {
        let of_it = |fault: &&Fault| fault.exercise.as_ref() == Some(&exercise.name);
        let mut errors = verdict.faults.iter().filter(of_it);
        errors.any(|fault| fault.weight == Weight::Error)
    };
    // What was skipped may be solved already.
    let (judged, skipped): (BTreeSet<usize>, BTreeSet<usize>) = (
        of_starts_and_solutions(verdict, |proof| proof.skipped.is_none()),
        of_starts_and_solutions(verdict, |proof| proof.skipped.is_some()),
    );
    let mut files = Vec::new();
    for exercise in judged
        .difference(&skipped)
        .map(|position| &course.exercises[*position])
    {
        if !has_error(exercise) {
            files.extend(progress::written(course, exercise)?);
        }
    }
    progress::write_digests(course, &files)
}

/// The exercises with a starting file or a solution of which this holds.
fn of_starts_and_solutions(verdict: &Verdict, holds: impl Fn(&Proof) -> bool) -> BTreeSet<usize> {
    let proofs = verdict.proofs.iter();
    let proofs = proofs.filter(|(trial, proof)| {
        matches!(trial.role, Role::Start | Role::Solution) && holds(proof)
    });
    proofs.map(|(trial, _)| trial.exercise).collect()
}

/// The first of each exercise, then the second of each: trials of one exercise wait for each other.
pub fn taking_turns<T>(of_each: Vec<Vec<T>>) -> Vec<T> {
    let mut of_each: Vec<_> = of_each.into_iter().map(Vec::into_iter).collect();
    let mut all = Vec::new();
    while !of_each.is_empty() {
        of_each.retain_mut(|trials| {
            all.extend(trials.next());
            trials.len() > 0
        });
    }
    all
}

type Done = (Trial, Proof, Vec<Fault>);

fn try_all(
    prover: &Prover<'_>,
    work: &[Trial],
    trust: Trust,
    on_progress: &(dyn Fn(Step) + Sync),
) -> Result<Vec<Done>> {
    let next = Mutex::new(0..work.len());
    let results: Mutex<Vec<(usize, Result<Done>)>> = Mutex::default();
    let worker = || {
        loop {
            let position = next.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some(position) = position else { break };
            let trial = &work[position];
            let result = prover.prove(trial, trust).and_then(|proof| {
                let style = match (trial.role, &proof.report) {
                    (Role::Solution, Some(report)) if report.passed() => {
                        style::of_solution(prover, trial, trust)?
                    }
                    _ => Vec::new(),
                };
                Ok((trial.clone(), proof, style))
            });
            if result.is_err() {
                *next.lock().unwrap_or_else(PoisonError::into_inner) = 0..0;
            }
            let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
            results.push((position, result));
            on_progress(Step::Tried(results.len(), work.len()));
        }
    };
    thread::scope(|scope| {
        for _ in 1..workers() {
            scope.spawn(worker);
        }
        worker();
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(position, _)| *position);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Checks that nothing shows to be able to fail, and hints for checks that do not exist.
fn about_claims<'a>(
    prover: &Prover<'_>,
    position: usize,
    proofs: impl Iterator<Item = (&'a Trial, &'a Proof)>,
) -> Vec<Fault> {
    let exercise = &prover.course.exercises[position];
    let (mut claims, mut of_solution, mut hit) =
        (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut wrong_answers = 0;
    for (trial, proof) in proofs {
        let Some(report) = proof.report.as_ref().filter(|_| proof.skipped.is_none()) else {
            return Vec::new();
        };
        for check in &report.checks {
            claims.insert(check.claim.clone());
            if trial.role == Role::Solution {
                of_solution.insert(check.claim.clone());
            }
            if trial.role == Role::Wrong && check.state == CheckState::Failed {
                hit.insert(check.claim.clone());
            }
        }
        wrong_answers += usize::from(trial.role == Role::Wrong);
    }
    let mut faults = match claims.is_empty() {
        true => Vec::new(),
        false => form::hints_without_check(prover.course, exercise, &claims),
    };
    // That there are none at all is one warning, not one for each check.
    if wrong_answers > 0 {
        faults.extend(form::checks_never_hit(
            prover.course,
            exercise,
            &of_solution,
            &hit,
        ));
    }
    faults
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// A course that cannot be read, as the one fault that is known of it.
///
/// # Errors
/// Anything else that went wrong.
pub fn unreadable(root: &std::path::Path, error: Error) -> Result<Fault> {
    match error {
        Error::Course {
            file,
            line,
            what,
            help,
        } => Ok(Fault {
            weight: Weight::Error,
            rule: "course",
            exercise: None,
            file: file.strip_prefix(root).unwrap_or(&file).to_owned(),
            line,
            what,
            help,
        }),
        other => Err(other),
    }
}
