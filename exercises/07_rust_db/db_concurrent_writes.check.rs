//! Further tests of db_concurrent_writes: another program that writes at the worst moment. The moment is made, not waited for.

use super::{
    traced::{Scratch, before_each, summary, trace},
    *,
};
use std::{cell::RefCell, rc::Rc, sync::mpsc, thread};

/// What another program does, in one transaction, as it should be done.
const OTHER_VISIT: &str = "BEGIN IMMEDIATE;
    UPDATE pages SET visits = visits + 1;
    INSERT INTO visits SELECT path, visits FROM pages;
    COMMIT;";

#[test]
fn another_program_that_writes_at_any_moment_is_no_harm() {
    let (file, mut mine, look) = three("any_moment");
    let other = file.open().expect("opened");
    other.busy_timeout(Duration::ZERO).expect("set");
    trace(&mine);
    let others = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::clone(&others);
    before_each(move |statement| {
        // A program that tries again from the beginning has to succeed some time.
        if seen.borrow().len() < 5 {
            match other.execute_batch(OTHER_VISIT) {
                Ok(()) => {
                    let number = ask(&other, "SELECT visits FROM pages");
                    seen.borrow_mut().push((number, statement.sql.clone()));
                }
                // The file is taken: the other one gives up, and loses nothing.
                Err(_) => drop(other.execute_batch("ROLLBACK")),
            }
        }
    });
    let got = visit(&mut mine, "/home").map_err(|error| error.to_string());
    let _ = traced::statements();
    let others = others.borrow();
    let before: Vec<String> = others
        .iter()
        .map(|(_, sql)| format!("before your `{sql}`"))
        .collect();
    let asked = format!(
        "a visit, while another program writes one {}",
        before.join(" and one ")
    );
    let mut numbers: Vec<i64> = others.iter().map(|(number, _)| *number).collect();
    numbers.extend(got.as_ref().ok());
    let all: Vec<i64> = (1..=others.len() as i64 + 1).collect();
    let error = got.err();
    assert_eq!(error, None, "the error of {asked}");
    numbers.sort_unstable();
    assert_eq!(numbers, all, "the numbers that the two get: {asked}");
    let rows: i64 = ask(&look, "SELECT count(DISTINCT number) FROM visits");
    assert_eq!(
        rows,
        all.len() as i64,
        "how many numbers the rows of `visits` have after {asked}"
    );
    let total: i64 = ask(&look, "SELECT visits FROM pages");
    assert_eq!(total, all.len() as i64, "the page's number after {asked}");
}

#[test]
fn nobody_sees_one_half_of_a_visit() {
    let (_file, mut mine, look) = three("half");
    trace(&mine);
    let halves = Rc::new(RefCell::new(None));
    let seen = Rc::clone(&halves);
    before_each(move |statement| {
        let total: i64 = ask(&look, "SELECT visits FROM pages");
        let rows: i64 = ask(&look, "SELECT count(*) FROM visits");
        if total != rows {
            let half = format!(
                "pages.visits = {total} and {rows} rows in `visits`, before `{}`",
                statement.sql
            );
            seen.borrow_mut().get_or_insert(half);
        }
    });
    for _ in 0..3 {
        let _ = visit(&mut mine, "/home");
    }
    let got = halves.borrow().clone();
    let sent = summary(&traced::statements());
    assert_eq!(
        got, None,
        "what another connection sees that is no whole visit, in {sent}"
    );
}

#[test]
fn who_finds_the_file_taken_waits_for_its_turn() {
    let (file, _mine, holder) = three("turn");
    holder
        .execute_batch("BEGIN IMMEDIATE")
        .expect("nobody else writes");
    let (tell, hear) = mpsc::channel();
    let path = file.path().to_owned();
    let thread = thread::spawn(move || {
        let result = open(&path).and_then(|mut connection| visit(&mut connection, "/home"));
        tell.send(result.map_err(|error| error.to_string()))
    });
    let asked = "a visit, while another program holds the file for 0.4 s";
    // An answer that comes while the file is taken can only be an error.
    let early = hear.recv_timeout(Duration::from_millis(400));
    holder.execute_batch("COMMIT").expect("it holds the file");
    let got = early.or_else(|_| hear.recv()).expect("an answer");
    assert_eq!(got, Ok(1), "{asked}");
    assert!(thread.join().is_ok());
}

#[test]
fn an_error_leaves_no_lock_behind() {
    let (file, mut mine, look) = three("lock");
    let _ = visit(&mut mine, "/nowhere");
    let other = file.open().expect("opened");
    other.busy_timeout(Duration::ZERO).expect("set");
    let got = other
        .execute_batch(OTHER_VISIT)
        .map_err(|error| error.to_string());
    assert_eq!(
        got,
        Ok(()),
        "another program writes after visit(…, \"/nowhere\")"
    );
    let total: i64 = ask(&look, "SELECT visits FROM pages");
    assert_eq!(total, 1, "the page's number then");
}

/// A new file, a connection as the learner opens it, and another one to look.
fn three(name: &str) -> (Scratch, Connection, Connection) {
    let file = Scratch::new(name, TABLES).expect("a new file");
    let (mine, look) = (open(file.path()), file.open());
    (file, mine.expect("opened"), look.expect("opened"))
}

fn ask(connection: &Connection, sql: &str) -> i64 {
    connection
        .query_row(sql, [], |row| row.get(0))
        .expect("readable")
}
