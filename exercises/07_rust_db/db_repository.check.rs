//! Further tests of db_repository: somebody who is faster by a moment, and faults that are no conflict.

#[path = "../kit/traced.rs"]
mod traced;

use super::*;
use std::{cell::RefCell, rc::Rc};
use traced::Scratch;

const USERS: &str = "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL CHECK (length(name) < 50))";

#[test]
fn who_comes_second_by_a_moment_gets_a_conflict() {
    let file = Scratch::new("repository", USERS).expect("a new file");
    let (mine, other) = (file.open().expect("opened"), file.open().expect("opened"));
    other.busy_timeout(std::time::Duration::ZERO).expect("set");
    traced::trace(&mine);
    let other_has_it = Rc::new(RefCell::new(None));
    let seen = Rc::clone(&other_has_it);
    traced::before_each(move |statement| {
        // The learner's program has looked, if it looks, and is about to write.
        if statement.is("INSERT") && seen.borrow().is_none() {
            let insert = "INSERT INTO users (email, name) VALUES ('ann@x.org', 'the other Ann')";
            *seen.borrow_mut() = Some(other.execute(insert, []).is_ok());
        }
    });
    let mut users = SqliteUsers { connection: mine };
    let got = users.add("ann@x.org", "Ann").map(|user| user.name);
    let had = other_has_it.borrow().expect("an INSERT adds a user");
    // With a lock on the whole table nobody can be faster; that is right as well.
    let expected = match had {
        true => Err(RepoError::Conflict),
        false => Ok("Ann".to_owned()),
    };
    let asked =
        "add(\"ann@x.org\", …), while another connection adds this email right before your INSERT";
    assert_eq!(got, expected, "{asked}");
    let next = users.add("bob@x.org", "Bob").map(|user| user.name);
    assert_eq!(
        next,
        Ok("Bob".to_owned()),
        "add(\"bob@x.org\", \"Bob\") after it"
    );
}

#[test]
fn only_a_taken_email_is_a_conflict() {
    let mut users = with(USERS);
    let name = "x".repeat(60);
    let got = named(users.add("ann@x.org", &name));
    let asked = "add a name that a CHECK of the table forbids (60 letters)";
    assert_eq!(Plain(got), Plain("Err(Broken(…))"), "{asked}");
    assert!(users.add("ann@x.org", "Ann").is_ok(), "then a good one");
    let got = named(users.rename(1, &name));
    assert_eq!(Plain(got), Plain("Err(Broken(…))"), "rename to such a name");
}

#[test]
fn a_fault_is_an_error_and_not_an_empty_answer() {
    let asked = "in a database without the table";
    let got = named(with("").by_email("ann@x.org"));
    assert_eq!(Plain(got), Plain("Err(Broken(…))"), "by_email(…) {asked}");
    let got = named(with("").add("ann@x.org", "Ann"));
    assert_eq!(Plain(got), Plain("Err(Broken(…))"), "add(…) {asked}");
    let got = named(with("").rename(1, "Ann"));
    assert_eq!(Plain(got), Plain("Err(Broken(…))"), "rename(…) {asked}");
}

#[test]
fn a_client_reads_nothing_of_the_database() {
    let faults = [
        with("").by_email("ann@x.org").err(),
        with(USERS).add("ann@x.org", &"x".repeat(60)).err(),
    ];
    for fault in faults.into_iter().flatten() {
        let told = fault.to_string();
        let cause = match &fault {
            RepoError::Broken(cause) => cause.to_string(),
            _ => String::new(),
        };
        let words = [
            "users",
            "table",
            "constraint",
            "CHECK",
            "SQL",
            "sql",
            "SELECT",
            "INSERT",
        ];
        let leaks = words.iter().find(|word| told.contains(**word));
        let expected =
            "words without the database's own, such as \"this does not work at the moment\"";
        let asked = format!("what a client reads when SQLite says: {cause}");
        let right = leaks.is_none() && !told.trim().is_empty();
        let got = if right { expected.to_owned() } else { told };
        assert_eq!(Plain(&got), Plain(expected), "{asked}");
    }
}

#[test]
fn the_log_gets_the_cause() {
    let fault = with("").by_email("ann@x.org");
    let cause = match fault {
        Err(RepoError::Broken(cause)) => cause.to_string(),
        other => named(other).to_owned(),
    };
    let known = cause.contains("no such table: users");
    let got = if known {
        "no such table: users"
    } else {
        &cause
    };
    let asked = "the cause inside Broken, in a database without the table";
    assert_eq!(Plain(got), Plain("no such table: users"), "{asked}");
}

#[test]
fn texts_are_values_and_never_sql() {
    let mut users = with(USERS);
    for text in ["'; DROP TABLE users; --", "O'Brien", "?1", "é\n\"x\""] {
        let added = users.add(text, text).map(|user| (user.email, user.name));
        let expected = Ok((text.to_owned(), text.to_owned()));
        assert_eq!(added, expected, "add({text:?}, {text:?})");
        let found = users.by_email(text).map(|user| user.map(|user| user.email));
        assert_eq!(found, Ok(Some(text.to_owned())), "by_email({text:?})");
    }
}

fn with(schema: &str) -> SqliteUsers {
    let connection = Connection::open_in_memory().expect("memory is there");
    connection.execute_batch(schema).expect("good SQL");
    SqliteUsers { connection }
}

/// The result without what is inside, which differs from version to version.
fn named<T>(result: Result<T, RepoError>) -> &'static str {
    match result {
        Ok(_) => "Ok(…)",
        Err(RepoError::Conflict) => "Err(Conflict)",
        Err(RepoError::NotFound) => "Err(NotFound)",
        Err(RepoError::Broken(_)) => "Err(Broken(…))",
    }
}

/// A text that is shown without quotes.
#[derive(PartialEq)]
struct Plain<'a>(&'a str);

impl fmt::Debug for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
