//! What the cage holds, and what it lets through.

use super::*;

const ENDLESS: &str =
    "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t";

fn cage(limit: Duration, cancel: &Cancel) -> Cage {
    let connection = Connection::open_in_memory().expect("opened");
    Cage::new(connection, limit, cancel).expect("locked up")
}

fn fault(sql: &str) -> FaultKind {
    cage(Duration::from_secs(10), &Cancel::new())
        .run_next(sql, 0)
        .expect_err("it is refused")
        .kind
}

#[test]
fn an_endless_query_stops_and_says_how_long_it_had() {
    let limit = Duration::from_millis(50);
    let fault = cage(limit, &Cancel::new()).run_next(ENDLESS, 0);
    let expected = FaultKind::StillRunning { limit, rows: 0 };
    assert_eq!(fault.expect_err("stopped").kind, expected);
}

#[test]
fn a_cancelled_check_stops_in_the_middle_of_a_query() {
    let cancel = Cancel::new();
    cancel.cancel();
    let fault = cage(Duration::from_secs(60), &cancel).run_next(ENDLESS, 0);
    assert_eq!(fault.expect_err("stopped").kind, FaultKind::Cancelled);
}

#[test]
fn more_rows_than_any_exercise_asks_for_are_not_read() {
    let rows = ENDLESS.replace("count(*)", "n");
    assert_eq!(fault(&rows), FaultKind::TooManyRows);
}

#[test]
fn other_files_extensions_and_settings_are_out_of_reach() {
    for sql in [
        "ATTACH 'other.db' AS other",
        "ATTACH ':memory:' AS other",
        "VACUUM INTO 'copy.db'",
        "SELECT load_extension('x')",
        "PRAGMA writable_schema = 1",
        "PRAGMA foreign_keys = OFF",
        "PRAGMA hard_heap_limit = 1",
        "SELECT * FROM pragma_temp_store",
    ] {
        assert!(matches!(fault(sql), FaultKind::Refused(_)), "{sql}");
    }
}

#[test]
fn looking_at_the_schema_is_allowed() {
    let cage = cage(Duration::from_secs(10), &Cancel::new());
    for sql in ["PRAGMA table_info(a)", "SELECT * FROM pragma_table_list"] {
        assert!(cage.run_next(sql, 0).expect("allowed").is_some(), "{sql}");
    }
}

#[test]
fn semicolons_in_texts_and_comments_end_nothing() {
    let script = "-- one; two\nSELECT ';' /* ; */ ; ;; -- three;\nSELECT 2; -- four;";
    let cage = cage(Duration::from_secs(10), &Cancel::new());
    let mut from = 0;
    let mut first_cells = Vec::new();
    while let Some(ran) = cage.run_next(script, from).expect("ran") {
        from = ran.end;
        first_cells.push(ran.table.rows[0][0].sql().to_owned());
    }
    assert_eq!(first_cells, ["';'", "2"]);
}

#[test]
fn a_parameter_that_nobody_fills_is_told() {
    assert_eq!(fault("SELECT :city"), FaultKind::Parameter);
}

#[test]
fn parameters_are_filled_by_name_and_the_next_statement_is_found_after_them() {
    let script = "SELECT :city || ':city', :a; -- :a\nSELECT :a + @a;";
    let values = [
        ("city".to_owned(), Value::Text("Lyon".into())),
        ("a".to_owned(), Value::Integer(20)),
    ];
    let cage = cage(Duration::from_secs(10), &Cancel::new());
    let first = cage.run_next_with(script, 0, &values).expect("ran");
    let first = first.expect("a statement");
    assert_eq!(first.table.rows[0][0].sql(), "'Lyon:city'");
    let second = cage.run_next_with(script, first.end, &values);
    let second = second.expect("ran").expect("a statement");
    assert_eq!(second.table.rows[0][0].sql(), "40");
    assert_eq!(second.end, script.len());
}

#[test]
fn a_parameter_of_another_name_is_told_with_those_that_are_filled() {
    let values = [("id".to_owned(), Value::Integer(1))];
    let cage = cage(Duration::from_secs(10), &Cancel::new());
    let fault = cage.run_next_with("SELECT :ident", 0, &values);
    let expected = FaultKind::UnknownParameter {
        name: ":ident".into(),
        known: vec![":id".into()],
    };
    assert_eq!(fault.expect_err("unknown").kind, expected);
}

#[test]
fn the_cost_tells_a_scan_from_a_search() {
    let connection = Connection::open_in_memory().expect("opened");
    let rows = "CREATE TABLE t(id INTEGER PRIMARY KEY, a);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO t SELECT i, i FROM n;";
    connection.execute_batch(rows).expect("ran");
    let cage = Cage::new(connection, Duration::from_secs(10), &Cancel::new()).expect("locked");
    let cost = |sql| cage.run_next(sql, 0).expect("ran").expect("there").cost;
    let (scan, search) = (
        cost("SELECT id FROM t WHERE a = 7"),
        cost("SELECT a FROM t WHERE id = 7"),
    );
    assert_eq!((scan.scanned, search.scanned), (499, 0));
    assert!(scan.steps > 50 * search.steps, "{scan:?} {search:?}");
    assert_eq!(cost("SELECT id FROM t ORDER BY a").sorts, 1);
}

#[test]
fn double_quotes_are_for_names() {
    let FaultKind::Sqlite(message) = fault("SELECT 1 WHERE 'a' = \"a\"") else {
        panic!("SQLite itself refuses it");
    };
    assert!(message.contains("no such column"), "{message}");
}
