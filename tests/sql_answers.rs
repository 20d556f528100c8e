//! The shipped exercises of kind `sql`, beyond what `proof.rs` holds for every kind: a wrong answer is caught by the claim that its
//! first line names before any other, it is explained, and the claims that hints are bound to exist.

use backendlings::{
    build::{Dependencies, Toolchain},
    check::{self, Job, Means, Source},
    course::{Course, Kind},
    error::Result,
    outcome::{CheckState, Detail, Report},
    process::Cancel,
    services::Services,
    workspace::{self, Workspace},
};
use std::path::Path;

fn check_one(course: &Course, name: &str, text: &str, cancel: &Cancel) -> Result<Report> {
    // SQL needs no compiler.
    let toolchain = Toolchain::only("rustc");
    let exercise = course.exercise(name).expect("an exercise");
    let shipped = workspace::read(&course.file(exercise)).expect("the starting file");
    let job = Job {
        course,
        exercise,
        source: &Source::text(text),
        pristine: &shipped,
        build_dir: Path::new("unused"),
    };
    check::check(
        job,
        Means {
            toolchain: &toolchain,
            dependencies: &Dependencies::new(&toolchain, course.workspace.dependencies()),
            services: &Services::of(&course.workspace),
            standby: None,
            cancel,
            on_stage: &|_| {},
        },
    )
}

fn failed(report: &Report) -> Vec<&str> {
    let failed = report
        .checks
        .iter()
        .filter(|check| check.state == CheckState::Failed);
    failed.map(|check| check.claim.as_str()).collect()
}

/// The course of this repository.
fn shipped() -> Course {
    Course::load(Workspace::at(env!("CARGO_MANIFEST_DIR"))).expect("the course")
}

/// What the shipped course answers to the text of a file of an exercise of kind `sql`.
fn each_sql_exercise(mut then: impl FnMut(&Course, &str)) {
    let course = shipped();
    let names: Vec<&str> = course
        .exercises
        .iter()
        // Those that need a service are held by `proof.rs`, which starts it once.
        .filter(|e| e.kind == Kind::Sql && e.needs.is_empty())
        .map(|e| e.name.as_str())
        .collect();
    assert!(!names.is_empty());
    names.into_iter().for_each(|name| then(&course, name));
}

fn answer(course: &Course, name: &str, file: &Path) -> (String, Report) {
    let text = workspace::read(file).expect("a file");
    let report = check_one(course, name, &text, &Cancel::new()).expect("no fault of the course");
    (text, report)
}

#[test]
fn a_wrong_answer_is_caught_first_by_the_claim_it_names_and_is_explained() {
    each_sql_exercise(|course, name| {
        let files = workspace::list_dir(&course.workspace.wrong_answers(name)).expect("listed");
        assert!(files.len() >= 2, "{name} needs wrong answers");
        for file in files {
            let (text, report) = answer(course, name, &file);
            let caught_by = text
                .lines()
                .next()
                .and_then(|line| line.strip_prefix("-- caught by: "));
            assert_eq!(
                failed(&report).first().copied(),
                caught_by,
                "{}",
                file.display()
            );
            let finding = &report.findings[0];
            assert!(
                finding.explain.is_some(),
                "{} is not explained",
                file.display()
            );
        }
    });
}

#[test]
fn the_claims_that_hints_are_bound_to_exist() {
    each_sql_exercise(|course, name| {
        let exercise = course.exercise(name).expect("an exercise");
        let (_, report) = answer(course, name, &course.solution(exercise));
        for claim in exercise
            .hints
            .iter()
            .filter_map(|hint| hint.claim.as_deref())
        {
            assert!(
                report.checks.iter().any(|check| check.claim == claim),
                "{name}: {claim}"
            );
        }
    });
}

/// Prints what a learner reads for each wrong answer: `cargo test --test sql_answers -- --ignored --nocapture`.
#[test]
#[ignore = "for reading, not for judging"]
fn show_what_a_learner_reads() {
    each_sql_exercise(|course, name| {
        let exercise = course.exercise(name).expect("an exercise");
        let mut files = vec![course.file(exercise), course.solution(exercise)];
        files.extend(workspace::list_dir(&course.workspace.wrong_answers(name)).expect("listed"));
        for file in files {
            let (_, report) = answer(course, name, &file);
            println!(
                "\n== {} · {} of {} · {:.1} ms",
                course.workspace.shown(&file).display(),
                report.passed_checks(),
                report.checks.len(),
                report.timings.total_ms
            );
            for (position, finding) in report.findings.iter().enumerate() {
                println!(" x {}", finding.claim);
                if position > 0 {
                    continue;
                }
                for (key, value) in [
                    ("asked", &finding.asked),
                    ("expected", &finding.expected),
                    ("got", &finding.actual),
                    ("explain", &finding.explain),
                    ("repeat", &finding.repeat),
                ] {
                    if let Some(value) = value {
                        println!("     {key:9} {value}");
                    }
                }
                if let Some(Detail::Tables(diff)) = &finding.detail {
                    println!("     {:?}", diff.columns);
                    for row in &diff.rows {
                        println!("     {:?} {:?} {:?}", row.side, row.cells, row.changed);
                    }
                    println!("     … {} more", diff.more);
                }
            }
        }
    });
}
