//! A query that would take all memory stops, in words. In a program of its own, for SQLite's limit holds for the whole process.

use backendlings::{
    build::{Dependencies, Toolchain},
    check::{self, Job, Means, Source},
    course::Course,
    process::Cancel,
    services::Services,
    workspace::Workspace,
};
use std::path::Path;

#[test]
fn a_query_that_collects_without_end_stops_before_the_memory_does() {
    let course = Course::load(Workspace::at(env!("CARGO_MANIFEST_DIR"))).expect("the course");
    let text = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r)
        SELECT hex(randomblob(50000)) AS title, n AS year FROM r ORDER BY 1";
    let job = Job {
        course: &course,
        exercise: course.exercise("hello_sql").expect("an exercise"),
        source: &Source::text(text),
        pristine: text,
        build_dir: Path::new("unused"),
    };
    let toolchain = Toolchain::only("rustc");
    let means = Means {
        toolchain: &toolchain,
        dependencies: &Dependencies::new(&toolchain, course.workspace.dependencies()),
        services: &Services::of(&course.workspace),
        standby: None,
        cancel: &Cancel::new(),
        on_stage: &|_| {},
    };
    let report = check::check(job, means).expect("no fault of the course");
    assert_eq!(report.findings.len(), 1);
    let actual = report.findings[0].actual.as_deref();
    assert_eq!(
        actual,
        Some("your query needed more memory than it is given here, and was stopped")
    );
}
