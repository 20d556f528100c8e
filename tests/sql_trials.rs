//! What kind `sql` looks at besides answers: plans and costs, transactions that are cut off, pages, migrations. With small courses, from outside.

mod common;

use backendlings::outcome::{CheckState, Finding, Report};
use common::Tiny;

const FILE: &str = "exercises/sample.sql";

/// 5,000 rows: enough to tell a scan from a search.
const MANY: &str = r#"
[[data]]
name  = "many"
claim = "on 5,000 rows"
holds = "5,000 rows"
sql   = """
CREATE TABLE t (id INTEGER PRIMARY KEY, city TEXT NOT NULL, at INTEGER NOT NULL);
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
INSERT INTO t SELECT i, 'city ' || (i % 100), i * 7919 % 5000 FROM n;
"""
"#;

/// A course with one exercise of kind sql.
struct Sample(Tiny);

impl Sample {
    fn new(plan: &str, start: &str, solution: &str) -> Self {
        let tiny = Tiny::with_info(
            "format_version = 1\n\n[[exercises]]\nname = \"sample\"\nkind = \"sql\"\nhint = \"Look.\"\n",
        );
        tiny.write("exercises/sample.toml", plan);
        tiny.write(FILE, start);
        tiny.write("solutions/sample.sql", solution);
        let sample = Self(tiny);
        let report = sample.report(solution);
        assert!(report.passed(), "the solution fails: {report:#?}");
        sample
    }

    fn report(&self, text: &str) -> Report {
        // The file as shipped is what stands there when the check begins.
        self.0.check_file(FILE, text).expect("the course is right")
    }

    /// The only finding about `text`.
    fn finding(&self, text: &str) -> Finding {
        let mut findings = self.report(text).findings;
        assert_eq!(findings.len(), 1, "{findings:#?}");
        findings.remove(0)
    }
}

/// What is wrong with a plan, in words.
fn wrong(plan: &str, solution: &str) -> String {
    let tiny = Tiny::with_info(
        "format_version = 1\n\n[[exercises]]\nname = \"sample\"\nkind = \"sql\"\nhint = \"Look.\"\n",
    );
    tiny.write("exercises/sample.toml", plan);
    tiny.write(FILE, "-- TODO");
    tiny.write("solutions/sample.sql", solution);
    let report = tiny.check_file(FILE, "SELECT 1");
    report.expect_err("the course is wrong").to_string()
}

#[track_caller]
fn says(text: Option<&String>, part: &str) {
    let text = text.map_or("", String::as_str);
    assert!(text.contains(part), "no “{part}” in “{text}”");
}

fn not_run(report: &Report) -> usize {
    let open = report.checks.iter();
    open.filter(|check| check.state == CheckState::NotRun)
        .count()
}

fn indexed() -> Sample {
    let plan = format!(
        "[[measure]]
claim = 'found by an index'
on = 'many'
query = \"SELECT id FROM t WHERE city = 'city 7' ORDER BY at\"
search = 't'
explain = 'Look at the plan.'
[[measure]]
claim = 'in order'
on = 'many'
query = \"SELECT id FROM t WHERE city = 'city 7' ORDER BY at\"
most = {{ sorts = 0, steps = '1/50' }}
[indexes]
claim = 'one index'
on = 'many'
at_most = 1
{MANY}"
    );
    Sample::new(&plan, "-- TODO", "CREATE INDEX i ON t (city, at);")
}

#[test]
fn a_scan_is_told_with_the_rows_the_steps_and_the_plan() {
    let sample = indexed();
    let finding = sample.finding("CREATE INDEX i ON t (at);");
    assert_eq!(finding.claim, "found by an index · on 5,000 rows");
    says(
        finding.actual.as_ref(),
        "a scan: SQLite went through 5,000 rows from end to end",
    );
    says(finding.explain.as_ref(), "SCAN t");
    says(finding.explain.as_ref(), "Look at the plan.");
    says(
        finding.asked.as_ref(),
        "SELECT id FROM t WHERE city = 'city 7' ORDER BY at",
    );
}

#[test]
fn a_sort_is_told_where_the_index_only_filters() {
    let finding = indexed().finding("CREATE INDEX i ON t (city);");
    assert_eq!(finding.claim, "in order · on 5,000 rows");
    says(finding.explain.as_ref(), "sorts what it has found");
}

#[test]
fn more_indexes_than_allowed_are_counted_and_named() {
    let finding = indexed().finding("CREATE INDEX i ON t (city, at); CREATE INDEX j ON t (at);");
    assert_eq!(finding.claim, "one index · on 5,000 rows");
    assert_eq!(finding.actual.as_deref(), Some("2 new indexes: i, j"));
}

#[test]
fn rows_that_were_changed_and_tables_that_were_made_are_no_index() {
    let sample = indexed();
    let changed = "CREATE INDEX i ON t (city, at); UPDATE t SET at = at + 1 WHERE id = 7;";
    let finding = sample.finding(changed);
    says(finding.actual.as_ref(), "have changed 1 row");
    let made = "CREATE INDEX i ON t (city, at); CREATE TABLE u (id);";
    says(
        sample.finding(made).actual.as_ref(),
        "something that is no index",
    );
    let renamed = "ALTER TABLE t RENAME COLUMN city TO town;";
    let report = sample.report(renamed);
    says(
        report.findings[0].actual.as_ref(),
        "this query does not run: SQLite says: no such column: city",
    );
}

#[test]
fn an_answer_that_is_no_longer_the_same_is_told_before_its_cost() {
    let fewer = "CREATE INDEX i ON t (city, at); DELETE FROM t WHERE id = 7;";
    let report = indexed().report(fewer);
    let finding = &report.findings[0];
    says(
        finding.expected.as_ref(),
        "the same answer as without your statements: 50 rows",
    );
}

#[test]
fn a_statement_that_does_not_run_is_told_once_and_nothing_after_it() {
    let sample = indexed();
    let report = sample.report("CREATE INDEX i ON t (town);");
    assert_eq!((report.findings.len(), not_run(&report)), (1, 2));
    says(report.findings[0].actual.as_ref(), "SQLite says");
    let report = sample.report("-- nothing yet");
    assert_eq!((report.findings.len(), not_run(&report)), (1, 2));
    says(report.findings[0].actual.as_ref(), "only comments");
}

#[test]
fn a_statement_of_the_learner_s_is_measured_against_the_one_as_shipped() {
    let plan = format!(
        "[[statement]]
claim = 'first'
[[statement]]
claim = 'second'
[[measure]]
claim = 'second is cheap'
on = 'many'
statement = 2
most = {{ scanned = 0, steps = '1/100' }}
{MANY}"
    );
    let first = "SELECT count(*) FROM t;\n";
    let slow = format!("{first}SELECT city FROM t WHERE id + 0 = 7;");
    let quick = format!("{first}SELECT city FROM t WHERE id = 7;");
    let sample = Sample::new(&plan, &slow, &quick);
    let tiny = &sample.0;
    tiny.write(FILE, &slow);
    let finding = sample.finding(&slow);
    assert_eq!(finding.claim, "second is cheap · on 5,000 rows");
    assert_eq!(finding.location.expect("a place").line, 2);
    // What does not run is told where its answer is asked for.
    let broken = sample.report(&format!("{first}SELECT town FROM t"));
    assert_eq!(broken.findings[0].claim, "second · on 5,000 rows");
    assert_eq!((broken.findings.len(), not_run(&broken)), (1, 2));
}

#[test]
fn a_query_after_the_statements_gives_what_it_gives_after_the_solution() {
    let plan =
        format!("[[after]]\nclaim = 'the view'\non = 'many'\nquery = 'SELECT * FROM v'\n{MANY}");
    let solution = "CREATE VIEW v AS SELECT id FROM t WHERE id < 4;";
    let sample = Sample::new(&plan, "-- TODO", solution);
    let finding = sample.finding("CREATE VIEW v AS SELECT id FROM t WHERE id <= 4;");
    assert_eq!(finding.claim, "the view · on 5,000 rows");
    assert_eq!(
        finding.actual.as_deref(),
        Some("4 rows: 1 does not belong there")
    );
    let finding = sample.finding("CREATE VIEW w AS SELECT 1;");
    says(finding.actual.as_ref(), "no such table: v");
}

const BANK: &str = r#"
[transaction]
on       = "bank"
constant = "SELECT sum(cents) FROM a"
words    = "the sum"

[[transaction.run]]
claim = "done"
with  = { cents = 30 }
ends  = "done"

[[transaction.run]]
claim = "too little"
with  = { cents = 300 }
ends  = "undone"

[[transaction.run]]
claim = "cut"
with  = { cents = 30 }
ends  = "done_or_undone_at_each_cut"

[[data]]
name  = "bank"
claim = "in the bank"
sql   = """
CREATE TABLE a (id INTEGER PRIMARY KEY, cents INTEGER NOT NULL CHECK (cents >= 0));
INSERT INTO a VALUES (1, 100), (2, 0);
"""
"#;

const TAKE: &str = "UPDATE a SET cents = cents - :cents WHERE id = 1;\n";
const GIVE: &str = "UPDATE a SET cents = cents + :cents WHERE id = 2;\n";

fn bank() -> Sample {
    Sample::new(BANK, "-- TODO", &format!("BEGIN;\n{TAKE}{GIVE}COMMIT;"))
}

fn broken(report: &Report) -> Vec<&str> {
    let findings = report.findings.iter();
    findings
        .map(|finding| finding.claim.trim_end_matches(" · in the bank"))
        .collect()
}

#[test]
fn half_a_transfer_is_told_with_the_statement_after_which_the_connection_was_cut() {
    let finding = bank().finding(&format!("{TAKE}{GIVE}"));
    assert_eq!(finding.claim, "cut · in the bank");
    says(finding.asked.as_ref(), "is cut after statement 1 (line 1)");
    says(finding.actual.as_ref(), "the sum was 100 and is 70");
}

#[test]
fn money_out_of_nothing_is_told_with_the_statement_that_failed() {
    let report = bank().report(&format!("{GIVE}{TAKE}"));
    assert_eq!(broken(&report), ["too little", "cut"]);
    says(
        report.findings[0].actual.as_ref(),
        "the sum was 100 and is 400",
    );
    says(
        report.findings[0].explain.as_ref(),
        "stopped at statement 2 (line 2), which failed",
    );
}

#[test]
fn what_is_not_committed_is_lost() {
    let report = bank().report(&format!("BEGIN; {TAKE}{GIVE}"));
    assert_eq!(broken(&report), ["done"]);
    assert_eq!(
        report.findings[0].actual.as_deref(),
        Some("nothing of it is there")
    );
}

#[test]
fn an_error_that_is_ignored_and_committed_is_caught() {
    let ignored = TAKE.replace("UPDATE", "UPDATE OR IGNORE");
    let report = bank().report(&format!("BEGIN; {ignored}{GIVE}COMMIT;"));
    assert_eq!(broken(&report), ["too little"]);
}

#[test]
fn a_parameter_that_nobody_fills_is_named_with_those_that_are_filled() {
    let report = bank().report(&TAKE.replace(":cents", ":amount"));
    let finding = &report.findings[0];
    says(finding.actual.as_ref(), "the parameter :amount");
    says(finding.explain.as_ref(), ":cents");
    assert_eq!((report.findings.len(), not_run(&report)), (1, 2));
}

fn paged() -> Sample {
    let plan = format!(
        "[pages]
cursor = ['at', 'id']
first = {{ at = 100000, id = 100000 }}
[[pages.walk]]
claim = 'alone'
on = 'few'
[[pages.walk]]
claim = 'others write'
on = 'few'
between = ['INSERT INTO t VALUES (50, 9)']
[[pages.walk]]
claim = 'others delete'
on = 'few'
between = ['DELETE FROM t WHERE id = 9']
[pages.far]
claim = 'page 300'
on = 'many'
page = 300
cursor = 'SELECT at, id FROM t ORDER BY at DESC, id DESC LIMIT 1 OFFSET 1195'
at_most = 2
[[data]]
name = 'few'
claim = 'on 9 rows'
sql = \"CREATE TABLE t (id INTEGER PRIMARY KEY, at INTEGER); INSERT INTO t VALUES (1, 5), (2, 5), (3, 5), (4, 5), (5, 5), (6, 5), (7, 6), (8, 6), (9, 8)\"
{}",
        MANY.replace("INSERT INTO t", "CREATE INDEX t_at ON t (at);\nWITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO t")
            .replace("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)\nCREATE", "CREATE")
    );
    Sample::new(
        &plan,
        "-- TODO",
        "SELECT id, at FROM t WHERE (at, id) < (:at, :id) ORDER BY at DESC, id DESC LIMIT 4",
    )
}

#[test]
fn a_page_that_repeats_a_row_or_leaves_one_out_is_told_with_that_row() {
    let counted = "SELECT id, at FROM t ORDER BY at DESC, id DESC LIMIT 4 OFFSET (:page - 1) * 4";
    let findings = paged().report(counted).findings;
    let told: Vec<&str> = findings.iter().map(|f| f.claim.as_str()).collect();
    assert_eq!(
        told,
        [
            "others write · on 9 rows",
            "others delete · on 9 rows",
            "page 300 · on 5,000 rows"
        ]
    );
    assert_eq!(
        findings[0].actual.as_deref(),
        Some("page 2 shows id 6 again, which page 1 has shown already")
    );
    assert_eq!(
        findings[1].actual.as_deref(),
        Some("page 2 begins too late: id 5 is left out")
    );
    says(findings[2].actual.as_ref(), "times as many as page 1 takes");
}

#[test]
fn who_loses_rows_while_nobody_writes_is_told_that_and_no_more() {
    let report =
        paged().report("SELECT id, at FROM t WHERE at < :at ORDER BY at DESC, id DESC LIMIT 4");
    assert_eq!((report.findings.len(), not_run(&report)), (1, 3));
    assert_eq!(report.findings[0].claim, "alone · on 9 rows");
}

#[test]
fn pages_that_all_cost_as_much_as_the_whole_table_are_caught() {
    let all = "SELECT id, at FROM t WHERE (at + 0, id) < (:at, :id) ORDER BY at + 0 DESC, id DESC LIMIT 4";
    let finding = paged().finding(all);
    assert_eq!(finding.claim, "page 300 · on 5,000 rows");
    says(finding.actual.as_ref(), "page 1 takes");
}

#[test]
fn a_second_statement_is_pointed_at() {
    let two = "SELECT id, at FROM t WHERE (at, id) < (:at, :id) ORDER BY at DESC, id DESC LIMIT 4;\n-- more\n  SELECT 2;";
    let finding = paged().finding(two);
    assert_eq!(finding.actual.as_deref(), Some("2 statements or more"));
    let place = finding.location.expect("a place");
    assert_eq!((place.line, place.column), (3, 3));
}

#[test]
fn a_walk_that_never_ends_is_stopped_at_its_first_wrong_page() {
    let same = "SELECT id, at FROM t ORDER BY at DESC, id DESC LIMIT 4";
    says(
        paged().report(same).findings[0].actual.as_ref(),
        "page 2 shows id 9 again",
    );
}

const MOVE: &str = r#"
[migration]
on = ["live"]

[[migration.app]]
name  = "the old app"
claim = "the old app works"
until = "old off"
asks  = ["INSERT INTO t (a) VALUES ('old ${n}')", "SELECT a FROM t"]

[[migration.app]]
name  = "the new app"
claim = "the new app works"
from  = "new on"
asks  = ["SELECT b FROM t"]

[[after]]
claim = "the end"
on    = "live"
query = "SELECT name FROM pragma_table_info('t')"

[[data]]
name  = "live"
claim = "live"
sql   = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t (a) VALUES ('one')"
"#;

const ADD: &str = "ALTER TABLE t ADD COLUMN b TEXT;\n";
const KEEP: &str =
    "CREATE TRIGGER k AFTER INSERT ON t BEGIN UPDATE t SET b = a WHERE id = NEW.id; END;\n";
const FILL: &str = "UPDATE t SET b = a WHERE b IS NULL;\n";
const ON: &str = "-- new on --\n";
const OFF: &str = "-- old off --\n";
const DROP: &str = "DROP TRIGGER k;\nALTER TABLE t DROP COLUMN a;\n";

fn moved() -> Sample {
    let solution = [ADD, KEEP, FILL, ON, OFF, DROP].concat();
    Sample::new(MOVE, "-- TODO", &solution)
}

#[test]
fn the_app_that_breaks_is_told_with_the_statement_after_which_it_broke() {
    let renamed = ["ALTER TABLE t RENAME COLUMN a TO b;\n", ON, OFF].concat();
    let finding = moved().finding(&renamed);
    assert_eq!(finding.claim, "the old app works · live");
    says(
        finding.asked.as_ref(),
        "after statement 1 (line 1), the old app sends its statement",
    );
    says(finding.actual.as_ref(), "the old app breaks. SQLite says:");
}

#[test]
fn a_row_written_between_filling_and_trigger_is_missed_at_the_mark() {
    let late = [ADD, FILL, KEEP, ON, OFF, DROP].concat();
    let finding = moved().finding(&late);
    assert_eq!(finding.claim, "the new app works · live");
    says(finding.asked.as_ref(), "at the mark in line 4");
}

#[test]
fn a_column_that_goes_too_early_breaks_the_old_app() {
    let early = [ADD, KEEP, FILL, ON, DROP, OFF].concat();
    let report = moved().report(&early);
    assert_eq!((report.findings.len(), not_run(&report)), (1, 2));
}

#[test]
fn the_end_is_looked_at_when_the_way_was_right() {
    let kept = [ADD, KEEP, FILL, ON, OFF].concat();
    assert_eq!(moved().finding(&kept).claim, "the end · live");
}

#[test]
fn a_mark_that_is_missing_or_misplaced_is_named() {
    let sample = moved();
    for text in [
        [ADD, KEEP, FILL, ON].concat(),
        [ADD, KEEP, FILL, ON, OFF, OFF].concat(),
    ] {
        says(sample.finding(&text).actual.as_ref(), "`old off`");
    }
    // Turned round, there is no moment with both programs, and nothing to keep in step.
    let turned = [
        "-- start\n",
        OFF,
        ADD,
        FILL,
        "ALTER TABLE t DROP COLUMN a;\n",
        ON,
    ]
    .concat();
    says(sample.finding(&turned).actual.as_ref(), "`new on`");
}

#[test]
fn mistakes_of_the_course_are_told_to_the_author() {
    let measure = |keys: &str| format!("[[measure]]\nclaim = 'cheap'\non = 'many'\n{keys}\n{MANY}");
    for (plan, said) in [
        (measure(""), "needs either a query or the number"),
        (measure("statement = 1"), "no [[statement]] asks for"),
        (
            measure("query = 'SELECT 1'\nmost = { steps = '2 %' }"),
            "`2 %` is no part",
        ),
        (
            measure("query = 'SELECT 1'").replace("on = 'many'", "on = 'money'"),
            "no data set is named `money`",
        ),
        (
            measure("query = 'SELECT 1'")
                + "[[after]]\nclaim = 'cheap'\non = 'many'\nquery = 'SELECT 1'\n",
            "two checks claim \"cheap\"",
        ),
    ] {
        let told = wrong(&plan, "SELECT 1");
        assert!(told.contains(said), "no “{said}” in “{told}”");
    }
    assert!(wrong(MOVE, ADD).contains("no mark `old off`"));
    let apart = [ADD, KEEP, FILL, OFF, ON].concat();
    assert!(wrong(MOVE, &apart).contains("never run at the same time"));
}
