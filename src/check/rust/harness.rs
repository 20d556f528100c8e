//! The test program, run once per test, each in a process of its own: a crash, an endless loop or an early exit of one test
//! is then known to be that test's, and the others still run.

use super::{super::Stage, Job, Means, panic_message};
use crate::{
    build::{Secret, TestFn},
    error::Result,
    outcome::{Finding, Location},
    process::{self, End, Finished, Program},
    workspace,
};
use std::{
    num::NonZero,
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// How one test ended.
pub(super) enum Verdict {
    /// It ran to its end and held.
    Passed {
        /// What the learner's code printed in it.
        printed: String,
    },
    /// It was still running when its time was over, and was stopped.
    Unended(Box<Finding>),
    /// Anything else.
    Failed(Box<Finding>),
}

/// Runs the tests, as many at a time as the machine has cores. The verdicts are in the order of the tests.
///
/// After one that did not end no other is begun, and the list is shorter: most often they all run into the same loop, and nobody waits
/// for that twenty times.
pub(super) fn run_all(
    program: &Path,
    job: Job<'_>,
    tests: &[TestFn],
    means: Means<'_>,
) -> Result<Vec<Verdict>> {
    let total = tests.len();
    (means.on_stage)(Stage::Checking { done: 0, total });
    // The secrets of the guards are in its memory.
    workspace::hide_program(program)?;
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let verdicts: Mutex<Vec<_>> = Mutex::new((0..total).map(|_| None).collect());
    let work = || {
        while let Some((position, test)) = take(tests, &next) {
            let verdict = run_one(program, job, test, means);
            // On a fault of the machine too, or when cancelled: it is then in the list.
            let is_last = !matches!(verdict, Ok(Verdict::Passed { .. } | Verdict::Failed(_)));
            if is_last {
                next.fetch_add(total, Ordering::Relaxed);
            }
            verdicts.lock().unwrap_or_else(PoisonError::into_inner)[position] = Some(verdict);
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            (means.on_stage)(Stage::Checking { done, total });
        }
    };
    let workers = thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(total);
    thread::scope(|scope| {
        for _ in 1..workers {
            scope.spawn(work);
        }
        work();
    });
    let verdicts = verdicts
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    verdicts.into_iter().flatten().collect()
}

fn take<'a>(tests: &'a [TestFn], next: &AtomicUsize) -> Option<(usize, &'a TestFn)> {
    let position = next.fetch_add(1, Ordering::Relaxed);
    Some((position, tests.get(position)?))
}

fn run_one(program: &Path, job: Job<'_>, test: &TestFn, means: Means<'_>) -> Result<Verdict> {
    let secret = Secret::new();
    // With two threads allowed, libtest prints a test's line after the test and not around its output.
    let program = Program::learners(program)
        .args([&test.path, "--exact", "--nocapture", "--test-threads=2"])
        .dir(job.build_dir)
        .input(secret.input())
        .deadline(job.exercise.time_limit);
    let finished = process::run(&program, means.cancel)?;
    let mut stdout = finished.stdout.text.clone();
    let held = take_secret(&mut stdout, &secret);
    let (printed, said_ok) = separate(&stdout, &test.path);
    let mut finding = match (finished.end, said_ok, held) {
        (End::Exited(0), true, Held::ToItsEnd) => {
            match panic_message::of_another_thread(&finished.stderr.text, &test.path) {
                Some(panic) if !expects_panics(job) => panic.told(Finding::new(&test.claim)),
                _ => return Ok(Verdict::Passed { printed }),
            }
        }
        (End::Exited(0), true, Held::NotToItsEnd) => Finding {
            actual: Some(
                "the program ended with exit code 0 before the test did, after printing what a passed test prints"
                    .into(),
            ),
            ..explain(job, test, &finished)
        },
        _ => explain(job, test, &finished),
    };
    finding.log = panic_message::log(&printed, &finished.stderr.text);
    finding.location = finding.location.or_else(|| location_of(job, test));
    let finding = Box::new(finding);
    Ok(match finished.end {
        End::Deadline => Verdict::Unended(finding),
        _ => Verdict::Failed(finding),
    })
}

/// Whether the guard in the test has said that the test's body ended as it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    ToItsEnd,
    NotToItsEnd,
}

/// Takes the guard's line out of the output.
fn take_secret(stdout: &mut String, secret: &Secret) -> Held {
    let lines = stdout.lines();
    let rest: Vec<&str> = lines.filter(|line| !secret.is_said_by(line)).collect();
    if rest.len() == stdout.lines().count() {
        return Held::NotToItsEnd;
    }
    *stdout = rest.join("\n");
    Held::ToItsEnd
}

/// True where panics are what the exercise is about.
fn expects_panics(job: Job<'_>) -> bool {
    const WORDS: [&str; 3] = ["catch_unwind", "should_panic", "panic"];
    WORDS.iter().any(|word| job.pristine.contains(word))
}

/// The learner's output without libtest's own lines, and whether libtest said at the end that this one test passed.
pub(in crate::check) fn separate(stdout: &str, path: &str) -> (String, bool) {
    let own = |line: &str| {
        line == "running 1 test"
            || line.starts_with(&format!("test {path} ... "))
            || line.starts_with(&format!("test {path} - should panic ... "))
            || line.starts_with("test result: ")
            || line == "failures:"
            || line.strip_prefix("    ") == Some(path)
            || line.is_empty()
    };
    let said_ok = stdout
        .lines()
        .rfind(|line| !line.is_empty())
        .is_some_and(|last| last.starts_with("test result: ok. 1 passed; 0 failed; 0 ignored;"));
    let mut printed = String::new();
    for line in stdout.lines().filter(|line| !own(line)) {
        printed.push_str(line);
        printed.push('\n');
    }
    (printed, said_ok)
}

fn explain(job: Job<'_>, test: &TestFn, finished: &Finished) -> Finding {
    let finding = Finding::new(&test.claim);
    match finished.end {
        End::Deadline => Finding {
            expected: Some(format!(
                "an end within {} s",
                job.exercise.time_limit.as_secs()
            )),
            actual: Some("still running; it was stopped".into()),
            explain: Some("Look for a loop that never ends, or a wait for something that never comes.".into()),
            ..finding
        },
        End::Exited(0) => Finding {
            expected: Some("the test runs to its end".into()),
            actual: Some("the program ended with exit code 0 before the test did".into()),
            explain: Some("Something in the file ends the whole program, as std::process::exit does. Return instead.".into()),
            ..finding
        },
        End::Exited(_) | End::Signalled(_) | End::Cancelled | End::Limit(_) => {
            panic_message::describe(&finished.stderr.text, finished.end, finding)
        }
    }
}

/// The place of the test itself, for failures that name no other.
fn location_of(job: Job<'_>, test: &TestFn) -> Option<Location> {
    (!test.path.starts_with("checks::")).then(|| Location {
        file: job.course.relative_file(job.exercise),
        line: test.line,
        column: 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSED: &str = "\nrunning 1 test\nhello\ntest tests::a ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 3 filtered out; finished in 0.00s\n\n";

    #[test]
    fn what_the_learner_printed_is_told_from_what_libtest_printed() {
        assert_eq!(separate(PASSED, "tests::a"), ("hello\n".into(), true));
    }

    #[test]
    fn libtests_list_of_failures_is_not_the_learners_output() {
        let failed = "\nrunning 1 test\nhello\ntest tests::a ... FAILED\n\nfailures:\n\nfailures:\n    tests::a\n\ntest result: FAILED. 0 passed; 1 failed;\n";
        assert_eq!(separate(failed, "tests::a"), ("hello\n".into(), false));
    }

    #[test]
    fn a_run_of_no_test_is_not_a_pass() {
        let none = "\nrunning 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 1 filtered out; finished in 0.00s\n";
        assert!(!separate(none, "tests::a").1);
    }

    #[test]
    fn an_ignored_test_is_not_a_pass() {
        let ignored = PASSED.replace(
            "1 passed; 0 failed; 0 ignored",
            "0 passed; 0 failed; 1 ignored",
        );
        assert!(!separate(&ignored, "tests::a").1);
    }

    #[test]
    fn the_secret_is_taken_out_of_the_output() {
        let secret = Secret::new();
        let line = String::from_utf8(secret.input()).expect("text");
        let mut stdout = format!("hello\n\n{line}bye\n");
        assert_eq!(take_secret(&mut stdout, &secret), Held::ToItsEnd);
        assert_eq!(stdout, "hello\n\nbye");
        assert_eq!(take_secret(&mut stdout, &secret), Held::NotToItsEnd);
    }

    #[test]
    fn an_exit_before_the_end_is_not_a_pass() {
        assert!(!separate("\nrunning 1 test\n", "tests::a").1);
    }
}
