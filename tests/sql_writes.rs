//! Kind `sql`, the writes that the runner tries after the learner's statements, and statements that run several times.

mod common;

use backendlings::outcome::{CheckState, Detail, Finding, Report};
use common::Tiny;

const INFO: &str =
    "format_version = 1\n\n[[exercises]]\nname = \"sample\"\nkind = \"sql\"\nhint = \"Look.\"\n";
const SEEN: &str = "[[data]]\nname = 'shop'\nclaim = 'on the shop'\nsql = \"CREATE TABLE customers (id INTEGER PRIMARY KEY); INSERT INTO customers VALUES (1)\"\n";
const COUPONS: &str = "CREATE TABLE coupons (
    code TEXT NOT NULL UNIQUE,
    percent INTEGER NOT NULL CHECK (percent BETWEEN 1 AND 100),
    uses INTEGER NOT NULL DEFAULT 0,
    customer_id INTEGER REFERENCES customers (id)
);";
const WRITES: &str = "
[tables]
claim = 'the table is there'

[[write]]
claim   = 'a percent above 100 is refused'
refused = \"INSERT INTO coupons (code, percent) VALUES ('A', 101)\"
explain = 'Who gives more than everything?'

[[write]]
claim    = 'a coupon begins unused'
accepted = \"INSERT INTO coupons (code, percent) VALUES ('A', 100)\"
keep     = true

[[write]]
claim   = 'a second coupon with the code of a first is refused'
refused = \"INSERT INTO coupons (code, percent) VALUES ('A', 10)\"

[[write]]
claim   = 'a coupon of nobody is refused'
refused = \"INSERT INTO coupons (code, percent) VALUES ('C', 10); UPDATE coupons SET customer_id = 99 WHERE code = 'C'\"

[[write]]
claim    = 'another code is taken'
accepted = \"INSERT INTO coupons (code, percent, customer_id) VALUES ('C', 1, 1)\"
";

fn tiny(plan: &str, solution: &str) -> Tiny {
    let tiny = Tiny::with_info(INFO);
    tiny.write("exercises/sample.sql", "-- TODO\n");
    tiny.write("solutions/sample.sql", solution);
    tiny.write("exercises/sample.toml", format!("{plan}{SEEN}"));
    tiny
}

fn check(tiny: &Tiny, text: &str) -> Report {
    tiny.check_file("exercises/sample.sql", text)
        .expect("no fault of the course")
}

/// The claims that do not hold, for an answer that is `COUPONS` with one part written differently.
fn failed(part: &str, instead: &str) -> Vec<String> {
    assert!(COUPONS.contains(part), "{part}");
    let report = check(&tiny(WRITES, COUPONS), &COUPONS.replace(part, instead));
    report.findings.into_iter().map(|f| f.claim).collect()
}

fn first(part: &str, instead: &str) -> Finding {
    let report = check(&tiny(WRITES, COUPONS), &COUPONS.replace(part, instead));
    report.findings.into_iter().next().expect("it is wrong")
}

#[test]
fn tables_with_the_same_rules_pass_however_they_are_written() {
    let other = "BEGIN;
        CREATE TABLE Coupons (customer_id INTEGER REFERENCES customers DEFERRABLE INITIALLY DEFERRED, Percent INTEGER NOT NULL,
            code TEXT, uses INTEGER DEFAULT 0, CHECK (percent > 0), CHECK (percent <= 100), CHECK (code IS NOT NULL)) STRICT;
        CREATE UNIQUE INDEX one_code ON coupons (code);
        COMMIT;";
    let report = check(&tiny(WRITES, COUPONS), other);
    assert!(report.passed(), "{:#?}", report.findings);
    assert_eq!(report.passed_checks(), 6);
}

#[test]
fn a_missing_rule_is_told_by_the_write_that_should_have_been_refused() {
    let finding = first(" CHECK (percent BETWEEN 1 AND 100)", "");
    assert_eq!(
        finding.claim,
        "a percent above 100 is refused · on the shop"
    );
    assert!(
        finding.asked.as_deref().is_some_and(|asked| {
            asked.contains("INSERT INTO coupons (code, percent) VALUES ('A', 101)")
        }),
        "{finding:#?}"
    );
    assert_eq!(finding.actual.as_deref(), Some("it was taken"));
    assert_eq!(
        finding.explain.as_deref(),
        Some("Who gives more than everything?")
    );
}

#[test]
fn a_write_can_be_repeated_by_hand_with_those_before_it_that_are_kept() {
    let tiny = Tiny::with_info(INFO);
    tiny.write("exercises/sample.sql", "-- TODO\n");
    tiny.write("solutions/sample.sql", COUPONS);
    tiny.write(
        "exercises/shop.sql",
        "CREATE TABLE customers (id INTEGER PRIMARY KEY); INSERT INTO customers VALUES (1)",
    );
    let seen = "[[data]]\nname = 'shop'\nclaim = 'on the shop'\nfiles = ['shop.sql']\n";
    tiny.write("exercises/sample.toml", format!("{WRITES}{seen}"));
    let report = check(&tiny, &COUPONS.replace(" UNIQUE", ""));
    let repeat = report.findings[0].repeat.as_deref().expect("a command");
    assert!(
        repeat.ends_with(
            "\".read 'exercises/shop.sql'\" \".read 'exercises/sample.sql'\" \
             \"INSERT INTO coupons (code, percent) VALUES ('A', 100)\" \
             \"INSERT INTO coupons (code, percent) VALUES ('A', 10)\""
        ),
        "{repeat}"
    );
}

#[test]
fn a_rule_too_strict_is_told_with_its_own_words() {
    let finding = first("BETWEEN 1 AND 100", "BETWEEN 1 AND 99");
    assert_eq!(finding.claim, "a coupon begins unused · on the shop");
    assert_eq!(
        finding.actual.as_deref(),
        Some("it was refused. SQLite says: CHECK constraint failed: percent BETWEEN 1 AND 99")
    );
}

#[test]
fn an_accepted_row_has_to_be_the_one_that_the_solution_keeps() {
    let finding = first("NOT NULL DEFAULT 0", "");
    assert_eq!(finding.claim, "a coupon begins unused · on the shop");
    let Some(Detail::Tables(diff)) = &finding.detail else {
        panic!("no table: {finding:#?}")
    };
    assert!(
        diff.rows
            .iter()
            .any(|row| row.cells.contains(&"NULL".to_owned()))
    );
}

#[test]
fn a_kept_row_is_there_for_the_next_write_and_the_others_are_not() {
    assert_eq!(
        failed(" UNIQUE", ""),
        ["a second coupon with the code of a first is refused · on the shop"]
    );
    // Had 'C' stayed after the refused UPDATE, the last write would be refused by UNIQUE.
    assert_eq!(
        failed(" REFERENCES customers (id)", ""),
        ["a coupon of nobody is refused · on the shop"]
    );
}

#[test]
fn to_ignore_or_replace_a_bad_row_is_not_to_refuse_it() {
    for instead in [" UNIQUE ON CONFLICT IGNORE", " UNIQUE ON CONFLICT REPLACE"] {
        assert_eq!(
            failed(" UNIQUE", instead),
            ["a second coupon with the code of a first is refused · on the shop"],
            "{instead}"
        );
    }
    assert!(failed(" UNIQUE", " UNIQUE ON CONFLICT ROLLBACK").is_empty());
}

#[test]
fn a_write_that_does_not_run_is_not_one_that_is_refused() {
    // A trigger of the learner's that names a table that is not there.
    let text = format!(
        "{COUPONS} CREATE TRIGGER t BEFORE INSERT ON coupons BEGIN INSERT INTO log VALUES (1); END;"
    );
    let report = check(&tiny(WRITES, COUPONS), &text);
    let finding = &report.findings[0];
    assert_eq!(
        finding.claim,
        "a percent above 100 is refused · on the shop"
    );
    assert_eq!(
        finding.actual.as_deref(),
        Some("SQLite says: no such table: main.log")
    );
}

#[test]
fn where_the_tables_are_wrong_no_write_is_tried() {
    let report = check(
        &tiny(WRITES, COUPONS),
        "CREATE TABLE coupons (kode TEXT, percent INTEGER, uses INTEGER, customer_id INTEGER)",
    );
    assert_eq!(report.findings.len(), 1, "{:#?}", report.findings);
    assert_eq!(
        report.findings[0].explain.as_deref(),
        Some("The table coupons has no column `code`. Nobody asked for `kode`.")
    );
    let not_run = report
        .checks
        .iter()
        .filter(|check| check.state == CheckState::NotRun);
    assert_eq!(not_run.count(), 5);
    // Nor on other data, where the same mistake is not told again.
    let more = "[[write]]\nclaim = 'there too'\naccepted = \"INSERT INTO coupons (code, percent) VALUES ('X', 1)\"\non = ['other']\n\
        [[data]]\nname = 'other'\nclaim = 'on other data'\nhidden = true\nholds = 'a table'\nsql = \"CREATE TABLE customers (id INTEGER PRIMARY KEY)\"\n";
    let two = tiny(WRITES, COUPONS);
    two.write("exercises/sample.toml", format!("{WRITES}{SEEN}{more}"));
    let wrong =
        "CREATE TABLE coupons (kode TEXT, percent INTEGER, uses INTEGER, customer_id INTEGER)";
    assert_eq!(check(&two, wrong).findings.len(), 1);
    assert!(check(&two, COUPONS).passed());
    let report = check(&tiny(WRITES, COUPONS), "CREATE TABLE coupon (code TEXT)");
    assert_eq!(
        report.findings[0].explain.as_deref(),
        Some("There is no table `coupons`; nobody asked for `coupon`.")
    );
}

#[test]
fn a_solution_that_takes_what_it_should_refuse_is_a_fault_of_the_course() {
    let tiny = tiny(WRITES, &COUPONS.replace(" UNIQUE", ""));
    let error = tiny
        .check_file("exercises/sample.sql", COUPONS)
        .expect_err("the course is wrong");
    assert!(
        error
            .to_string()
            .contains("is taken by the solution's tables"),
        "{error}"
    );
}

#[test]
fn a_script_that_works_once_is_not_one_that_can_be_repeated() {
    let plan = "runs = 3\n[[statement]]\nclaim = 'one view more'\n";
    let seen = "[[data]]\nname = 'views'\nclaim = 'on the views'\nsql = \"CREATE TABLE views (page TEXT PRIMARY KEY, n INTEGER)\"\n";
    let right = "INSERT INTO views VALUES ('a', 1) ON CONFLICT DO UPDATE SET n = n + 1 RETURNING n";
    let tiny = Tiny::with_info(INFO);
    tiny.write("exercises/sample.sql", "-- TODO\n");
    tiny.write("solutions/sample.sql", right);
    tiny.write("exercises/sample.toml", format!("{plan}{seen}"));
    let report = check(&tiny, right);
    assert!(report.passed(), "{:#?}", report.findings);
    let claims: Vec<&str> = report.checks.iter().map(|c| c.claim.as_str()).collect();
    assert_eq!(
        claims,
        [
            "one view more · on the views",
            "one view more · on the views, run a second time",
            "one view more · on the views, run a third time",
            "no more statements than asked for"
        ]
    );

    let failed = |text: &str| -> Vec<(String, String)> {
        let findings = check(&tiny, text).findings.into_iter();
        findings
            .map(|f| (f.claim, f.actual.unwrap_or_default()))
            .collect()
    };
    assert_eq!(
        failed("INSERT INTO views VALUES ('a', 1) RETURNING n"),
        [(
            "one view more · on the views, run a second time".to_owned(),
            "SQLite says: UNIQUE constraint failed: views.page".to_owned()
        )]
    );
    assert_eq!(
        failed("INSERT INTO views VALUES ('a', 1) ON CONFLICT DO UPDATE SET n = 2 RETURNING n")[0]
            .0,
        "one view more · on the views, run a third time"
    );
    assert_eq!(
        failed("INSERT INTO views VALUES ('a', 1) ON CONFLICT DO UPDATE SET n = n + 1")[0].1,
        "the tables are right, and nothing is given back"
    );
}
