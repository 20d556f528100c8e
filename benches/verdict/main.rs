//! From save to verdict: our watcher against cargo on the same files, in one run, taking turns.
//!
//! `cargo bench --bench verdict` prints medians over real edits, and ratios. Ours is the program that `cargo run` builds.
//! Numbers of other runs cannot be compared; the ratios can. `cargo bench --bench verdict -- 7` makes seven edits.

mod cargo;
mod course;
mod first_error;
#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/pty/mod.rs"]
mod pty;
mod round;
mod table;
mod watcher;

use cargo::Cargo;
use course::{Course, Edit, Subject};
use std::{
    env,
    process::{Command, ExitCode},
    time::{Duration, Instant},
};
use table::Table;
use watcher::Watcher;

/// Real edits per subject, unless the command line says otherwise.
const EDITS: usize = 15;

fn main() -> ExitCode {
    let edits = env::args()
        .find_map(|arg| arg.parse().ok())
        .unwrap_or(EDITS);
    let program = build_program();
    let course = Course::new();
    let cargo = Cargo::new(&course);
    let mut table = Table::new(edits);

    println!("Building what both sides need; this is not measured.");
    for subject in [Subject::Std, Subject::Axum] {
        cargo.warm(subject);
    }
    for subject in Subject::ALL {
        course.write(subject, &course.edited(subject, Edit::Right(0)));
        let mut watcher = Watcher::start(&program, &course, subject);
        let mut ours = Vec::new();
        let mut ours_inside = Vec::new();
        let (mut test, mut sequence) = (Vec::new(), Vec::new());
        let (mut our_error, mut cargo_error) = (Vec::new(), Vec::new());
        for number in 1..=edits {
            let text = course.edited(subject, Edit::Right(number));
            let verdict = watcher.save_and_wait(&course, subject, &text);
            ours.push(verdict.seen_after);
            ours_inside.push(verdict.check);
            if subject.is_cargos() {
                cargo.write(subject, &text);
                test.push(cargo.test(subject));
                cargo.write(subject, &course.edited(subject, Edit::Right(1000 + number)));
                sequence.push(cargo.sequence(subject));
                let wrong = course.edited(subject, Edit::TypeError(number));
                our_error.push(watcher.save_and_wait(&course, subject, &wrong).seen_after);
                cargo.write(subject, &wrong);
                cargo_error.push(cargo.test(subject));
            }
        }
        table.subject(subject, ours, test, sequence);
        table.around_the_check(subject, &ours_inside);
        if subject == Subject::Std {
            table.idle(&watcher.idle());
        }
        if subject.is_cargos() {
            table.type_error(subject, our_error, cargo_error.clone());
            drop(watcher);
            let first = first_error::measure(&program, &course, subject, edits);
            table.first_error(subject, first, cargo_error);
        }
    }
    let cold = check_all(&program, &course, &["--fresh"]);
    check_all(&program, &course, &[]);
    let unchanged = check_all(&program, &course, &[]);
    table.check_all(cold, unchanged, course.disk());
    table.round(&round::measure(&program));
    print!("{}", table.text());
    ExitCode::SUCCESS
}

/// The program as `cargo run` builds it: not the optimised one that a benchmark would otherwise be.
fn build_program() -> std::path::PathBuf {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let root = env!("CARGO_MANIFEST_DIR");
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--bin", "backendlings"])
        .current_dir(root)
        .status()
        .expect("cargo runs");
    assert!(built.success(), "the program does not build");
    let target = env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| std::path::Path::new(root).join("target"), Into::into);
    target.join("debug").join("backendlings")
}

fn check_all(program: &std::path::Path, course: &Course, args: &[&str]) -> Duration {
    let started = Instant::now();
    let ran = Command::new(program)
        .arg("check-all")
        .args(args)
        .current_dir(course.root())
        .output()
        .expect("it runs");
    let took = started.elapsed();
    assert!(ran.status.code() != Some(2), "{ran:?}");
    took
}
