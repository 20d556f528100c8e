//! Two sessions on a real PostgreSQL, with small courses in a temporary directory. Where PostgreSQL is missing each test says so and ends.

use backendlings::{
    build::{Dependencies, Toolchain},
    check::{self, Job, Means, Source},
    course::Course,
    outcome::{Finding, Outcome, Report},
    process::Cancel,
    services::Services,
    workspace::{self, Workspace},
};
use std::path::Path;

const INFO: &str = "format_version = 1\n[[exercises]]\nname = 'two'\ndir = 'c'\nkind = 'sql'\nneeds = ['postgres']\nhint = 'h'\nlimits = { seconds = 1 }\n";
const SCENE: &str = "[[scene]]\nname = 'play'\nalone = 'alone it is right'\nclaim = 'together it is right'\n\
    schema = 'CREATE TABLE t (id int PRIMARY KEY, n int)'\nrows = ['DELETE FROM t; INSERT INTO t VALUES (1, 10), (2, 10)']\n\
    outcome = \"SELECT string_agg(n::text, ' and ' ORDER BY id) FROM t\"\nexplain = 'Look again.'\n";

/// Each adds one to a row of its own, in three steps.
const APART: &str = "-- play A:\nBEGIN;\nSELECT n FROM t WHERE id = 1;\nUPDATE t SET n = :n + 1 WHERE id = 1;\nCOMMIT;\n\
                     -- play B:\nBEGIN;\nSELECT n FROM t WHERE id = 2;\nUPDATE t SET n = :n + 1 WHERE id = 2;\nCOMMIT;\n";
/// Both add one to both rows, in opposite orders.
const CROSSED: &str = "-- play A:\nBEGIN;\nUPDATE t SET n = n + 1 WHERE id = 1;\nUPDATE t SET n = n + 1 WHERE id = 2;\nCOMMIT;\n\
                       -- play B:\nBEGIN;\nUPDATE t SET n = n + 1 WHERE id = 2;\nUPDATE t SET n = n + 1 WHERE id = 1;\nCOMMIT;\n";

/// A course with one exercise, and the services of its runner.
struct Theatre {
    course: Course,
    services: Services,
    _dir: tempfile::TempDir,
}

impl Theatre {
    /// `None` where there is no PostgreSQL.
    fn open(solution: &str) -> Option<Self> {
        let dir = workspace::scratch().expect("a directory");
        for (file, text) in [
            ("info.toml", INFO),
            ("exercises/c/two.toml", SCENE),
            ("solutions/c/two.sql", solution),
        ] {
            workspace::write_atomic(&dir.path().join(file), text.as_bytes()).expect("written");
        }
        let course = Course::load(Workspace::at(dir.path())).expect("a course");
        let services = Services::of(&course.workspace);
        if let Err(missing) = services.postgres(&Cancel::new()).expect("no fault") {
            println!("skipped: {missing}");
            return None;
        }
        let _dir = dir;
        Some(Self {
            course,
            services,
            _dir,
        })
    }

    fn report(&self, text: &str) -> Report {
        let toolchain = Toolchain::only("rustc");
        let job = Job {
            course: &self.course,
            exercise: self.course.exercise("two").expect("an exercise"),
            source: &Source::text(text),
            pristine: text,
            build_dir: Path::new("unused"),
        };
        let means = Means {
            toolchain: &toolchain,
            dependencies: &Dependencies::new(&toolchain, self.course.workspace.dependencies()),
            services: &self.services,
            standby: None,
            cancel: &Cancel::new(),
            on_stage: &|_| {},
        };
        check::check(job, means).expect("no fault of the course")
    }

    fn finding(&self, text: &str) -> Finding {
        let report = self.report(text);
        assert_eq!(report.outcome, Outcome::Failed, "{report:#?}");
        report.findings.into_iter().next().expect("one at least")
    }
}

fn said(text: Option<&String>) -> &str {
    text.map_or("", String::as_str)
}

#[test]
fn every_interleaving_of_three_steps_and_three_is_played_once() {
    let Some(theatre) = Theatre::open(APART) else {
        return;
    };
    let report = theatre.report(APART);
    assert!(report.passed(), "{report:#?}");
    assert_eq!(report.passed_checks(), 2);
    assert_eq!(
        report.notes,
        [
            "play: 20 interleavings. In 0 of them a session had to wait, in 0 one was told to try again."
        ]
    );
}

#[test]
fn a_session_that_waits_goes_on_and_a_deadlock_is_tried_again() {
    let Some(theatre) = Theatre::open(CROSSED) else {
        return;
    };
    let report = theatre.report(CROSSED);
    assert!(report.passed(), "{report:#?}");
    let note = &report.notes[0];
    assert!(!note.contains("In 0 of them"), "{note}");
    assert!(!note.contains("in 0 one"), "{note}");
}

#[test]
fn a_lost_update_is_drawn_step_by_step() {
    let Some(theatre) = Theatre::open(CROSSED) else {
        return;
    };
    let lost = "-- play A:\nSELECT n FROM t WHERE id = 1;\nUPDATE t SET n = :n + 1;\n\
                -- play B:\nSELECT n FROM t WHERE id = 1;\nUPDATE t SET n = :n + 1;\n";
    let finding = theatre.finding(lost);
    assert_eq!(finding.claim, "together it is right");
    let drawn = "A  SELECT n FROM t WHERE id = 1  -> n = 10\n      \
                 B  SELECT n FROM t WHERE id = 1  -> n = 10\n      \
                 B  UPDATE t SET n = 10 + 1  -> 2 rows\n\
                 A  UPDATE t SET n = 10 + 1  -> 2 rows";
    assert_eq!(said(finding.asked.as_ref()), drawn);
    assert_eq!(
        said(finding.expected.as_ref()),
        "12 and 12, as when one comes after the other"
    );
    assert_eq!(
        said(finding.actual.as_ref()),
        "11 and 11; 4 of 6 interleavings go wrong"
    );
    assert_eq!(said(finding.explain.as_ref()), "Look again.");
    assert_eq!(finding.location.map(|place| place.line), Some(2));
}

#[test]
fn a_script_that_cannot_be_played_is_told_with_its_place() {
    let Some(theatre) = Theatre::open(APART) else {
        return;
    };
    for (from, to, line, actual) in [
        (
            "SELECT n FROM t WHERE id = 2",
            "SELECT m FROM t",
            8,
            "column \"m\" does not exist",
        ),
        (
            ":n + 1 WHERE id = 2",
            ":m + 1",
            9,
            "nothing was read under the name `m`",
        ),
        (
            "id = 2;\nCOMMIT;",
            "id = 2;",
            7,
            "its transaction is still open",
        ),
        (
            "SELECT n FROM t WHERE id = 2",
            "SELECT pg_sleep(600)",
            8,
            "neither answered within 1 s",
        ),
        (
            "SELECT n FROM t WHERE id = 2",
            "\\! true\n",
            8,
            "syntax error at or near \"\\\"",
        ),
    ] {
        let finding = theatre.finding(&APART.replace(from, to));
        assert_eq!(finding.claim, "alone it is right");
        assert!(
            said(finding.actual.as_ref()).contains(actual),
            "{finding:#?}"
        );
        assert_eq!(
            finding.location.map(|place| place.line),
            Some(line),
            "{actual}"
        );
    }
    let finding = theatre.finding(&APART.replace("-- play B:", "-- B"));
    assert!(
        said(finding.expected.as_ref()).contains("`-- play B:`"),
        "{finding:#?}"
    );
    let finding = theatre.finding(&format!("SELECT 1;\n{APART}"));
    assert!(
        said(finding.actual.as_ref()).contains("above the first mark"),
        "{finding:#?}"
    );
    assert_eq!(finding.location.map(|place| place.line), Some(1));
}

#[test]
fn a_script_that_does_nothing_is_not_right() {
    let Some(theatre) = Theatre::open(APART) else {
        return;
    };
    let finding = theatre.finding("-- play A:\n-- play B:\n");
    assert_eq!(finding.claim, "alone it is right");
    assert_eq!(said(finding.actual.as_ref()), "10 and 10");
}
