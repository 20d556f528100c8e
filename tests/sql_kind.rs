//! Kind `sql` from outside, with small courses in a temporary directory.

use backendlings::{
    build::{Dependencies, Toolchain},
    check::{self, Job, Means, Source},
    course::Course,
    error::{Error, Result},
    outcome::{CheckState, Detail, Finding, Report, Side},
    process::Cancel,
    services::Services,
    workspace::{self, Workspace},
};
use std::path::Path;

const INFO: &str = "format_version = 1\n[[exercises]]\nname = 'ask'\ndir = 'c'\nkind = 'sql'\nhint = 'h'\nlimits = { seconds = 1 }\n";
const SEEN: &str = "[[data]]\nname = 'seen'\nclaim = 'on the data'\nfiles = ['c/rows.sql']\n";
const ROWS: &str = "CREATE TABLE t(id INTEGER PRIMARY KEY, city TEXT NOT NULL);
INSERT INTO t VALUES (1, 'Lyon'), (2, 'Porto'), (3, 'Lyon');";
const ENDLESS: &str =
    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) AS id FROM r";

/// A course with one exercise in a directory of its own.
struct Small {
    dir: tempfile::TempDir,
}

impl Small {
    fn new(plan: &str, solution: &str) -> Self {
        let small = Self {
            dir: workspace::scratch().expect("a directory"),
        };
        for (file, text) in [
            ("info.toml", INFO),
            ("exercises/c/rows.sql", ROWS),
            ("exercises/c/ask.toml", plan),
            ("solutions/c/ask.sql", solution),
        ] {
            workspace::write_atomic(&small.dir.path().join(file), text.as_bytes())
                .expect("written");
        }
        small
    }

    /// One statement that asks for the ids of one city, in no order.
    fn ids_of_lyon() -> Self {
        Self::new(
            &format!("[[statement]]\nclaim = 'ids'\nexplain.seen = 'Look at the city.'\n{SEEN}"),
            "SELECT id FROM t WHERE city = 'Lyon'",
        )
    }

    fn report(&self, text: &str) -> Report {
        self.check(text, &Cancel::new())
            .expect("no fault of the course")
    }

    fn check(&self, text: &str, cancel: &Cancel) -> Result<Report> {
        let course = Course::load(Workspace::at(self.dir.path())).expect("a course");
        check_one(&course, "ask", text, cancel)
    }

    /// The first finding about `text`.
    fn finding(&self, text: &str) -> Finding {
        self.report(text)
            .findings
            .into_iter()
            .next()
            .expect("it is wrong")
    }
}

fn check_one(course: &Course, name: &str, text: &str, cancel: &Cancel) -> Result<Report> {
    // SQL needs no compiler.
    let toolchain = Toolchain::only("rustc");
    let job = Job {
        course,
        exercise: course.exercise(name).expect("an exercise"),
        source: &Source::text(text),
        pristine: text,
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

#[test]
fn a_right_answer_passes_in_any_order_of_rows() {
    let report = Small::ids_of_lyon()
        .report("SELECT id FROM t WHERE city = 'Lyon' ORDER BY id DESC; -- done");
    assert!(report.passed(), "{:?}", report.findings);
    assert_eq!(report.passed_checks(), 2);
}

#[test]
fn a_missing_row_and_an_extra_one_are_shown_with_the_courses_words() {
    let finding = Small::ids_of_lyon().finding("SELECT id FROM t WHERE id < 3");
    assert_eq!(finding.claim, "ids · on the data");
    assert_eq!(
        finding.actual.as_deref(),
        Some("2 rows: 1 that belongs there is missing, 1 does not belong there")
    );
    assert_eq!(finding.explain.as_deref(), Some("Look at the city."));
    let Some(Detail::Tables(diff)) = finding.detail else {
        panic!("no table")
    };
    let rows: Vec<(Side, &str)> = diff
        .rows
        .iter()
        .map(|row| (row.side, row.cells[0].as_str()))
        .collect();
    assert_eq!(
        rows,
        [(Side::Same, "1"), (Side::Missing, "3"), (Side::Extra, "2")]
    );
}

#[test]
fn order_counts_where_it_is_asked_for() {
    let plan = format!("[[statement]]\nclaim = 'ids'\norder = 'asked'\n{SEEN}");
    let small = Small::new(&plan, "SELECT id FROM t ORDER BY id DESC");
    assert!(small.report("SELECT id FROM t ORDER BY 1 DESC").passed());
    assert_eq!(
        small
            .finding("SELECT id FROM t ORDER BY id")
            .actual
            .as_deref(),
        Some("the same rows in another order")
    );
}

#[test]
fn a_number_as_text_is_another_value_and_says_so() {
    let explain = Small::ids_of_lyon()
        .finding("SELECT '' || id AS id FROM t WHERE city = 'Lyon'")
        .explain;
    assert!(
        explain
            .as_deref()
            .is_some_and(|text| text.contains("'1' is text (TEXT)")),
        "{explain:?}"
    );
}

#[test]
fn an_accidental_order_fails_on_the_shuffled_copy() {
    let plan = format!("[[statement]]\nclaim = 'first'\n{SEEN}shuffle = true\n");
    let small = Small::new(&plan, "SELECT id, city FROM t ORDER BY id LIMIT 1");
    // Asks for any row; as written, that is the first one by luck.
    let report = small.report("SELECT id, city FROM t WHERE city <> 'x' LIMIT 1");
    assert_eq!(
        failed(&report),
        ["first · on the data, stored in another order"]
    );
}

#[test]
fn no_statement_shows_the_table_to_aim_for() {
    let small = Small::ids_of_lyon();
    for (text, said) in [
        ("", "the file is empty"),
        (
            "-- TODO: Ask;\n",
            "there is no statement in the file yet, only comments",
        ),
    ] {
        let finding = small.finding(text);
        assert_eq!(finding.claim, "ids · on the data");
        assert_eq!(finding.actual.as_deref(), Some(said));
        assert!(matches!(finding.detail, Some(Detail::Tables(diff)) if diff.rows.len() == 2));
    }
}

#[test]
fn a_statement_too_many_is_pointed_at() {
    let report = Small::ids_of_lyon().report("SELECT id FROM t WHERE city = 'Lyon';\n  SELECT 2;");
    assert_eq!(failed(&report), ["no more statements than asked for"]);
    let place = report.findings[0].location.clone().expect("a place");
    assert_eq!((place.line, place.column), (2, 3));
}

#[test]
fn a_second_statement_that_is_missing_leaves_the_first_one_right() {
    let plan = format!("[[statement]]\nclaim = 'one'\n[[statement]]\nclaim = 'two'\n{SEEN}");
    let small = Small::new(&plan, "SELECT 1 AS a; SELECT 2 AS b;");
    let report = small.report("SELECT 1 AS a;");
    assert_eq!(failed(&report), ["two · on the data"]);
    assert_eq!(
        report.findings[0].actual.as_deref(),
        Some("only 1 statement is there")
    );
}

#[test]
fn an_error_of_sqlite_names_the_place_and_helps() {
    let finding =
        Small::ids_of_lyon().finding("-- a comment\nSELECT id FROM t\nWHERE ctiy = 'Lyon'");
    assert!(
        finding
            .actual
            .as_deref()
            .is_some_and(|text| text.contains("no such column: ctiy"))
    );
    assert_eq!(finding.explain.as_deref(), Some("Did you mean `city`?"));
    let place = finding.location.expect("a place");
    assert_eq!((place.line, place.column), (3, 7));
}

#[test]
fn an_endless_query_stops_at_the_time_limit() {
    let actual = Small::ids_of_lyon()
        .finding(ENDLESS)
        .actual
        .expect("what happened");
    assert!(actual.contains("still running after 1 s"), "{actual}");
}

#[test]
fn a_statement_that_does_not_run_is_told_once_and_not_tried_on_every_data_set() {
    let more: String = (0..8)
        .map(|n| {
            format!("[[data]]\nname = 'd{n}'\nclaim = 'on data {n}'\nfiles = ['c/rows.sql']\n")
        })
        .collect();
    let plan = format!("[[statement]]\nclaim = 'one'\n[[statement]]\nclaim = 'two'\n{SEEN}{more}");
    let small = Small::new(&plan, "SELECT 1 AS a; SELECT 2 AS id;");
    let report = small.report(&format!("SELECT 1 AS a; {ENDLESS};"));
    assert_eq!(failed(&report), ["two · on the data"]);
    assert_eq!((report.passed_checks(), report.checks.len()), (9, 19));
    let report = small.report("SELEC 1 AS a");
    assert_eq!(failed(&report), ["one · on the data"]);
    assert_eq!((report.passed_checks(), report.checks.len()), (0, 19));
}

#[test]
fn wrong_columns_are_told_once_and_a_shuffled_copy_does_not_repeat_a_finding() {
    let other = "[[data]]\nname = 'other'\nclaim = 'on other data'\nfiles = ['c/rows.sql']\n";
    let plan = format!("[[statement]]\nclaim = 'ids'\n{SEEN}shuffle = true\n{other}");
    let small = Small::new(&plan, "SELECT id FROM t");
    assert_eq!(
        failed(&small.report("SELECT * FROM t")),
        ["ids · on the data"]
    );
    assert_eq!(
        failed(&small.report("SELECT id FROM t WHERE id < 3")),
        ["ids · on the data", "ids · on other data"]
    );
}

#[test]
fn a_statement_may_be_about_some_of_the_data_only() {
    let other = "[[data]]\nname = 'other'\nclaim = 'on other data'\nfiles = ['c/rows.sql']\n";
    let plan = format!("[[statement]]\nclaim = 'ids'\non = ['other']\n{SEEN}{other}");
    let report = Small::new(&plan, "SELECT id FROM t").report("SELECT id FROM t");
    let claims: Vec<&str> = report
        .checks
        .iter()
        .map(|check| check.claim.as_str())
        .collect();
    assert_eq!(
        claims,
        ["ids · on other data", "no more statements than asked for"]
    );
}

#[test]
fn endless_rows_stop_at_the_limit_of_rows() {
    let actual = Small::ids_of_lyon()
        .finding(&ENDLESS.replace("count(*)", "n"))
        .actual
        .expect("what happened");
    assert!(actual.contains("10000 rows"), "{actual}");
}

#[test]
fn a_cancelled_check_is_no_verdict() {
    let cancel = Cancel::new();
    cancel.cancel();
    let result = Small::ids_of_lyon().check(ENDLESS, &cancel);
    assert!(matches!(result, Err(Error::Cancelled)));
}

#[test]
fn other_files_are_out_of_reach_and_none_is_made() {
    let small = Small::ids_of_lyon();
    let file = small.dir.path().join("other.db");
    for sql in [
        format!("ATTACH '{}' AS o", file.display()),
        format!("VACUUM INTO '{}'", file.display()),
    ] {
        let finding = small.finding(&sql);
        assert_eq!(
            finding.actual.as_deref(),
            Some("the exercise's database refuses this statement"),
            "{sql}"
        );
    }
    assert!(!file.exists());
}

#[test]
fn a_statement_that_writes_is_judged_by_the_tables_after_it() {
    let plan = format!("[[statement]]\nclaim = 'moved'\n{SEEN}");
    let small = Small::new(&plan, "UPDATE t SET city = 'Nice' WHERE id = 3");
    assert!(
        small
            .report("UPDATE t SET city = 'Nice' WHERE id > 2")
            .passed()
    );
    let finding = small.finding("UPDATE t SET city = 'Nice'");
    assert_eq!(
        finding.actual.as_deref(),
        Some("in the table t: 3 rows: 2 differ")
    );
    assert_eq!(
        small.finding("SELECT 1").actual.as_deref(),
        Some("a query that changes nothing")
    );
}

#[test]
fn a_question_is_not_answered_by_deleting() {
    let finding = Small::ids_of_lyon().finding("DELETE FROM t WHERE city = 'Lyon' RETURNING id");
    assert_eq!(
        finding.actual.as_deref(),
        Some("a statement that may change tables")
    );
}

#[test]
fn the_tables_at_the_end_count_however_many_statements_lead_there() {
    let plan = format!("[tables]\nclaim = 'emptied'\n{SEEN}");
    let small = Small::new(&plan, "DELETE FROM t");
    assert!(
        small
            .report("DELETE FROM t WHERE id = 1; DELETE FROM t WHERE id > 1; SELECT 1;")
            .passed()
    );
    assert_eq!(
        failed(&small.report("DELETE FROM t WHERE id = 1")),
        ["emptied · on the data"]
    );
    assert_eq!(
        failed(&small.report("BEGIN; DELETE FROM t;")),
        ["emptied · on the data"]
    );
    assert_eq!(
        failed(&small.report("DELETE FROM t; DELETE FORM t")),
        ["emptied · on the data"]
    );
    assert_eq!(failed(&small.report("")), ["emptied · on the data"]);
}

#[test]
fn a_solution_that_does_not_run_is_a_fault_of_the_course() {
    let small = Small::new(&format!("[[statement]]\nclaim = 'a'\n{SEEN}"), "SELEC 1");
    assert!(matches!(
        small.check("SELECT 1", &Cancel::new()),
        Err(Error::Course { .. })
    ));
}
