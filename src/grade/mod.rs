//! Many learners' work, judged against one trusted course.
//!
//! Only the learners' own exercise files and projects are taken out of what they hand in; tests, steps and data are the course's. Each exercise
//! of each learner is judged by a runner of its own, in a sandbox where the machine has one, so that nobody's work touches
//! another's result. What is judged is written down at once, and is not judged again after an interruption.
//!
//! | part | what it does |
//! |---|---|
//! | `submission`, `archive` | the exercises out of a directory, a `.tar.gz` or a `.zip` |
//! | `work` | one of them: a text, or the files of a project |
//! | `runner` | one exercise of one learner, in a runner of its own |
//! | `ledger` | what has been judged, line by line in a file |

mod archive;
mod ledger;
mod runner;
mod submission;
mod work;

use crate::{
    check,
    course::{Course, Exercise},
    error::{Error, Result},
    outcome::grades::{Graded, Grades, Mark, Verdict, Worth},
    process::Cancel,
};
use ledger::Ledger;
use std::{
    collections::BTreeMap,
    num::NonZero,
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

pub use ledger::merge;
pub use runner::{COMMAND, Runner, judge_one};
pub use submission::{Submission, find};

/// One part of several, as in "2/8".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    number: usize,
    of: usize,
}

impl Partition {
    /// Everything.
    pub const WHOLE: Self = Self { number: 1, of: 1 };

    /// Reads "2/8".
    ///
    /// # Errors
    /// [`Error::Usage`] with what to type instead.
    pub fn parse(text: &str) -> Result<Self> {
        let numbers = text.split_once('/').and_then(|(number, of)| {
            let (number, of) = (number.trim().parse().ok()?, of.trim().parse().ok()?);
            (1..=of).contains(&number).then_some(Self { number, of })
        });
        numbers.ok_or_else(|| Error::Usage {
            what: format!("`{text}` is no part of a whole"),
            help: "Write the number of this part and of all parts, as in 2/8.".into(),
        })
    }

    /// The learners of this part, out of all in order. The parts together have each one once.
    pub fn of_all(self, all: Vec<Submission>) -> Vec<Submission> {
        let mine = |(position, _): &(usize, Submission)| position % self.of == self.number - 1;
        all.into_iter()
            .enumerate()
            .filter(mine)
            .map(|(_, one)| one)
            .collect()
    }
}

/// What to judge, and where to write it down.
pub struct Class<'a> {
    /// The trusted course.
    pub course: &'a Course,
    /// The exercises that count, in the order of the course.
    pub exercises: Vec<&'a Exercise>,
    /// The learners.
    pub submissions: Vec<Submission>,
    /// The directory of the results.
    pub results: &'a Path,
}

/// How far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// Exercises of learners that have a verdict.
    pub done: usize,
    /// Those of them that fail.
    pub failed: usize,
    /// All of them.
    pub total: usize,
    /// The time that is left, as far as the speed so far tells.
    pub left: Option<Duration>,
}

/// Judges a class. What is known already is not judged again.
///
/// # Errors
/// For faults of the course or the machine that concern everybody, and when cancelled.
pub fn grade(
    class: &Class<'_>,
    runner: &Runner<'_>,
    cancel: &Cancel,
    on_progress: &(dyn Fn(&Round) + Sync),
) -> Result<Grades> {
    let ledger = Ledger::open(class.results, &runner.identity()?)?;
    let mut work = Vec::new();
    let mut refused = BTreeMap::new();
    for submission in &class.submissions {
        match submission.read(class.course, &class.exercises) {
            Ok(works) => work.extend(
                class
                    .exercises
                    .iter()
                    .zip(works)
                    .map(|(exercise, work)| (submission.learner(), *exercise, work)),
            ),
            Err(why) => {
                refused.insert(submission.learner().to_owned(), why);
            }
        }
    }
    let (next, begun) = (AtomicUsize::new(0), Instant::now());
    let marks: Mutex<Vec<Option<Result<Mark>>>> = Mutex::new(work.iter().map(|_| None).collect());
    let judged = AtomicUsize::new(0);
    let worker = || {
        while let Some((position, (learner, exercise, handed_in))) = {
            let position = next.fetch_add(1, Ordering::Relaxed);
            work.get(position).map(|one| (position, one))
        } {
            let mark = match ledger.recall(learner, exercise, handed_in) {
                Some(known) => Ok(known),
                None => {
                    judged.fetch_add(1, Ordering::Relaxed);
                    runner
                        .judge(exercise, handed_in, cancel)
                        .and_then(|mark| ledger.note(learner, exercise, handed_in, mark))
                }
            };
            if mark.is_err() {
                next.store(usize::MAX / 2, Ordering::Relaxed);
            }
            let mut marks = marks.lock().unwrap_or_else(PoisonError::into_inner);
            marks[position] = Some(mark);
            on_progress(&round(&marks, judged.load(Ordering::Relaxed), begun));
        }
    };
    thread::scope(|scope| {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        for _ in 1..cores.min(work.len().max(1)) {
            scope.spawn(worker);
        }
        worker();
    });
    let marks = marks.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut by_learner: BTreeMap<String, Vec<Mark>> = BTreeMap::new();
    for ((learner, ..), mark) in work.iter().zip(marks) {
        let mark = mark.unwrap_or(Err(Error::Cancelled))?;
        by_learner
            .entry((*learner).to_owned())
            .or_default()
            .push(mark);
    }
    let mut learners: Vec<Graded> = by_learner
        .into_iter()
        .map(|(learner, marks)| Graded {
            learner,
            refused: None,
            marks,
        })
        .collect();
    for (learner, why) in refused {
        learners.push(refusal(learner, why, class)?);
    }
    learners.sort_by(|a, b| a.learner.cmp(&b.learner));
    Ok(Grades {
        sandbox: runner.level().words().to_owned(),
        learners,
    })
}

/// A submission that was not looked at: no exercise of it passes.
fn refusal(learner: String, why: String, class: &Class<'_>) -> Result<Graded> {
    let mark = |exercise: &&Exercise| {
        let worth = worth(class.course, exercise)?;
        let (name, why) = (&exercise.name, why.clone());
        Ok(Mark::without_report(name, Verdict::Failed, worth, why))
    };
    Ok(Graded {
        learner,
        marks: class.exercises.iter().map(mark).collect::<Result<_>>()?,
        refused: Some(why),
    })
}

/// What the course gives for an exercise.
fn worth(course: &Course, exercise: &Exercise) -> Result<Worth> {
    Ok(Worth {
        points: exercise.points,
        stages: check::stages(course, exercise)?,
    })
}

fn round(marks: &[Option<Result<Mark>>], judged: usize, begun: Instant) -> Round {
    let done = marks.iter().flatten().count();
    let failed = marks.iter().flatten().flatten();
    let failed = failed
        .filter(|mark| mark.verdict == Verdict::Failed)
        .count();
    let rest = (marks.len() - done) as f64;
    let enough = judged > 3;
    Round {
        done,
        failed,
        total: marks.len(),
        left: enough.then(|| begun.elapsed().mul_f64(rest / judged as f64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_is_a_number_of_a_number() {
        assert_eq!(
            Partition::parse("2/8").expect("right"),
            Partition { number: 2, of: 8 }
        );
        for wrong in ["0/8", "9/8", "2", "2/0", "a/b", "-1/2"] {
            assert!(Partition::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_parts_together_are_the_whole() {
        let all = || {
            (0..7)
                .map(|n| Submission::at(format!("learner{n}")))
                .collect::<Vec<_>>()
        };
        let mut together: Vec<Submission> = (1..=3)
            .flat_map(|number| Partition { number, of: 3 }.of_all(all()))
            .collect();
        together.sort_by(|a, b| a.learner().cmp(b.learner()));
        assert_eq!(together, all());
    }
}
