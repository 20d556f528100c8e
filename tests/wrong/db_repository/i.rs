// caught by: a user who was added is found
//! db_repository: business rules on one side, SQL on the other
//!
//! A rule such as `register` should be read without a word of SQL and tested without a database. So
//! it talks to a trait. Behind the trait stands a list in memory in tests, and SQLite in earnest. Both
//! give the same answers, and the same errors: nobody in front of the trait can tell which one it is.
//!
//!     add("ann@x.org", "Ann")    ->  Ok(User { id: 1, … }), with an id that nobody else has
//!     the same email again       ->  Err(Conflict), also if another program was faster by a moment
//!     by_email("bob@x.org")      ->  Ok(None), if nobody has it
//!     rename(99, "Anne")         ->  Err(NotFound), if nobody has the id
//!     whatever else goes wrong   ->  Err(Broken(…)): the log gets the cause, a client gets no word of it
//!
//!     CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL)
//!
//! Read more: https://sqlite.org/rescode.html#constraint_unique

use rusqlite::{Connection, OptionalExtension as _, Row, ffi};
use std::fmt;

#[derive(Clone, Debug, PartialEq)]
struct User {
    id: i64,
    email: String,
    name: String,
}

trait UserRepo {
    fn add(&mut self, email: &str, name: &str) -> Result<User, RepoError>;
    fn by_email(&self, email: &str) -> Result<Option<User>, RepoError>;
    fn rename(&mut self, id: i64, name: &str) -> Result<(), RepoError>;
}

/// The rule: an email address is one whatever its case and the blanks round it.
fn register(users: &mut dyn UserRepo, email: &str, name: &str) -> Result<User, RepoError> {
    users.add(&email.trim().to_lowercase(), name.trim())
}

#[derive(Debug, PartialEq)]
enum RepoError {
    Conflict,
    NotFound,
    Broken(rusqlite::Error),
}

/// What a client may read.
impl fmt::Display for RepoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict => f.write_str("this email address is taken"),
            Self::NotFound => f.write_str("there is no such user"),
            // The cause names tables and columns. It is for the log, and stays inside.
            Self::Broken(_) => f.write_str("this does not work at the moment"),
        }
    }
}

impl From<rusqlite::Error> for RepoError {
    fn from(error: rusqlite::Error) -> Self {
        // The code says what happened; its words may change with the next version of SQLite.
        match error.sqlite_error() {
            Some(code) if code.extended_code == ffi::SQLITE_CONSTRAINT_UNIQUE => Self::Conflict,
            _ => Self::Broken(error),
        }
    }
}

struct SqliteUsers {
    connection: Connection,
}

impl UserRepo for SqliteUsers {
    fn add(&mut self, email: &str, name: &str) -> Result<User, RepoError> {
        // To look first whether the email is free proves nothing: it may be gone a moment later. The database decides.
        let sql = "INSERT INTO users (email, name) VALUES (?1, ?2) RETURNING *";
        Ok(self.connection.query_row(sql, [email, name], user_from)?)
    }

    fn by_email(&self, email: &str) -> Result<Option<User>, RepoError> {
        let sql = format!("SELECT * FROM users WHERE name = '{email}'");
        let found = self.connection.query_row(&sql, [], user_from);
        // No row is an answer here. Any other error stays one.
        Ok(found.optional()?)
    }

    fn rename(&mut self, id: i64, name: &str) -> Result<(), RepoError> {
        let sql = "UPDATE users SET name = ?1";
        // An UPDATE that meets no row is no error to SQL. For the business it is one.
        match self.connection.execute(sql, [name])? {
            0 => Err(RepoError::NotFound),
            _ => Ok(()),
        }
    }
}

fn user_from(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: row.get("id")?,
        email: row.get("email")?,
        name: row.get("name")?,
    })
}

fn main() -> rusqlite::Result<()> {
    let connection = Connection::open_in_memory()?;
    connection.execute_batch(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL)",
    )?;
    let mut users = SqliteUsers { connection };
    for email in ["ann@x.org", " ANN@x.org"] {
        println!("{:?}", register(&mut users, email, "Ann"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The users of a test, in a list. `SqliteUsers` has to answer as this does.
    #[derive(Default)]
    struct MemoryUsers(Vec<User>);

    impl UserRepo for MemoryUsers {
        fn add(&mut self, email: &str, name: &str) -> Result<User, RepoError> {
            if self.by_email(email)?.is_some() {
                return Err(RepoError::Conflict);
            }
            let user = User {
                id: self.0.len() as i64 + 1,
                email: email.to_owned(),
                name: name.to_owned(),
            };
            self.0.push(user.clone());
            Ok(user)
        }

        fn by_email(&self, email: &str) -> Result<Option<User>, RepoError> {
            Ok(self.0.iter().find(|user| user.email == email).cloned())
        }

        fn rename(&mut self, id: i64, name: &str) -> Result<(), RepoError> {
            let user = self.0.iter_mut().find(|user| user.id == id);
            user.ok_or(RepoError::NotFound)?.name = name.to_owned();
            Ok(())
        }
    }

    /// One suite, two implementations: each test is run with both.
    fn both() -> [(&'static str, Box<dyn UserRepo>); 2] {
        let connection = Connection::open_in_memory().expect("memory is there");
        connection
            .execute_batch(
                "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL)",
            )
            .expect("good SQL");
        [
            ("MemoryUsers", Box::new(MemoryUsers::default())),
            ("SqliteUsers", Box::new(SqliteUsers { connection })),
        ]
    }

    fn user(id: i64, email: &str, name: &str) -> User {
        let (email, name) = (email.to_owned(), name.to_owned());
        User { id, email, name }
    }

    #[test]
    fn a_user_who_was_added_is_found() {
        for (which, mut users) in both() {
            let ann = user(1, "ann@x.org", "Ann O'Brien");
            let added = users.add("ann@x.org", "Ann O'Brien");
            assert_eq!(added, Ok(ann.clone()), "{which}: add ann@x.org");
            let bob = users.add("bob@x.org", "Bob");
            assert_eq!(bob, Ok(user(2, "bob@x.org", "Bob")), "{which}: then bob");
            let found = users.by_email("ann@x.org");
            assert_eq!(found, Ok(Some(ann)), "{which}: look for ann@x.org");
        }
    }

    #[test]
    fn nobody_is_found_where_nobody_is() {
        for (which, users) in both() {
            let found = users.by_email("ann@x.org");
            assert_eq!(
                found,
                Ok(None),
                "{which}: look for ann@x.org among no users"
            );
        }
    }

    #[test]
    fn an_email_is_taken_once() {
        for (which, mut users) in both() {
            let first = users.add("ann@x.org", "Ann").is_ok();
            assert!(first, "{which}: add ann@x.org");
            let again = users.add("ann@x.org", "Eve");
            assert_eq!(
                again,
                Err(RepoError::Conflict),
                "{which}: add ann@x.org again"
            );
            let found = users
                .by_email("ann@x.org")
                .map(|user| user.map(|user| user.name));
            assert_eq!(
                found,
                Ok(Some("Ann".to_owned())),
                "{which}: who has it then"
            );
        }
    }

    #[test]
    fn a_new_name_is_kept_and_only_for_one() {
        for (which, mut users) in both() {
            for name in ["Ann", "Bob"] {
                assert!(users.add(name, name).is_ok(), "{which}: add {name}");
            }
            assert_eq!(users.rename(1, "Anne"), Ok(()), "{which}: rename(1, …)");
            let names = ["Ann", "Bob"].map(|email| users.by_email(email));
            let expected =
                [user(1, "Ann", "Anne"), user(2, "Bob", "Bob")].map(|user| Ok(Some(user)));
            assert_eq!(names, expected, "{which}: the two users after it");
        }
    }

    #[test]
    fn who_is_not_there_cannot_be_renamed() {
        for (which, mut users) in both() {
            let renamed = users.rename(99, "Anne");
            assert_eq!(renamed, Err(RepoError::NotFound), "{which}: rename(99, …)");
        }
    }

    #[test]
    fn the_rule_holds_over_both() {
        for (which, mut users) in both() {
            assert!(register(&mut *users, "ann@x.org", "Ann").is_ok(), "{which}");
            let again = register(&mut *users, " Ann@X.org ", "Eve");
            assert_eq!(
                again,
                Err(RepoError::Conflict),
                "{which}: register \" Ann@X.org \""
            );
        }
    }
}
