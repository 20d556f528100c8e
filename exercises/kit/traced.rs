//! A look at every statement that reaches a SQLite database: its text, its values, and how many rows it gave.
//!
//! A page that is slow with a thousand rows sends too many statements already with ten. SQLite has a hook for those who want to
//! watch (`sqlite3_trace_v2`); this module writes down what the hook tells. It changes nothing, and sees one thread only.

#![allow(dead_code, reason = "each exercise uses a part of the kit")]

use rusqlite::{
    Connection,
    trace::{TraceEvent, TraceEventCodes},
};
use std::{
    cell::RefCell,
    env, fs,
    path::{Path, PathBuf},
    process,
};

/// A statement that was run.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// As the program wrote it: a bound parameter is `?1` or `:name` here.
    pub sql: String,
    /// With the value of each bound parameter in its place, as SQL would write it.
    pub with_values: String,
    /// How many rows the program took from it so far.
    pub rows: usize,
}

impl Statement {
    /// True if it begins with this word, in capital letters or small ones, after blanks and comments.
    pub fn is(&self, word: &str) -> bool {
        let mut lines = self.sql.lines().map(str::trim_start);
        let first = lines.find(|line| !line.is_empty() && !line.starts_with("--"));
        first
            .and_then(|line| line.get(..word.len()))
            .is_some_and(|begin| begin.eq_ignore_ascii_case(word))
    }
}

type Hook = Box<dyn FnMut(&Statement)>;

thread_local! {
    static SEEN: RefCell<Vec<Statement>> = const { RefCell::new(Vec::new()) };
    static HOOK: RefCell<Option<Hook>> = const { RefCell::new(None) };
}

/// Watches this connection from now on.
pub fn trace(connection: &Connection) {
    let what = TraceEventCodes::SQLITE_TRACE_STMT | TraceEventCodes::SQLITE_TRACE_ROW;
    connection.trace_v2(what, Some(note));
}

/// What was run on this thread since the last call of this function.
pub fn statements() -> Vec<Statement> {
    SEEN.take()
}

/// How many statements these are and which, as in "11 statements: SELECT * FROM posts; 10 times SELECT * FROM authors WHERE id = ?1".
pub fn summary(statements: &[Statement]) -> String {
    let mut counted: Vec<(String, usize)> = Vec::new();
    for statement in statements {
        let sql = statement.sql.split_whitespace().collect::<Vec<_>>();
        let sql = sql.join(" ");
        match counted.iter_mut().find(|(known, _)| *known == sql) {
            Some((_, times)) => *times += 1,
            None => counted.push((sql, 1)),
        }
    }
    let each: Vec<String> = counted
        .into_iter()
        .map(|(sql, times)| match times {
            1 => sql,
            times => format!("{times} times {sql}"),
        })
        .collect();
    let number = match statements.len() {
        1 => "1 statement".to_owned(),
        more => format!("{more} statements"),
    };
    format!("{number}: {}", each.join("; "))
}

/// Calls `hook` each time a statement is about to run: the moment for somebody else to be faster.
pub fn before_each(hook: impl FnMut(&Statement) + 'static) {
    HOOK.set(Some(Box::new(hook)));
}

fn note(event: TraceEvent<'_>) {
    match event {
        // What a trigger runs is told as a comment; it is no statement of the program's.
        TraceEvent::Stmt(statement, text)
            if !text.starts_with("-- ") || statement.sql() == text =>
        {
            let new = Statement {
                sql: statement.sql().into_owned(),
                with_values: statement.expanded_sql().unwrap_or_default(),
                rows: 0,
            };
            // Out of its place while it is called, for what it does may be seen here too.
            if let Some(mut hook) = HOOK.take() {
                hook(&new);
                HOOK.set(Some(hook));
            }
            SEEN.with_borrow_mut(|seen| seen.push(new));
        }
        TraceEvent::Row(statement) => SEEN.with_borrow_mut(|seen| {
            let sql = statement.sql();
            if let Some(its) = seen.iter_mut().rev().find(|one| one.sql == sql) {
                its.rows += 1;
            }
        }),
        _ => {}
    }
}

/// A database in a file of its own, for tests in which several connections meet. The file goes with this value.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// A new file that holds what these statements make. `name` tells it from those of other tests.
    pub fn new(name: &str, statements: &str) -> rusqlite::Result<Self> {
        let file = format!("backendlings_{name}_{}.db", process::id());
        let scratch = Self(env::temp_dir().join(file));
        scratch.remove();
        scratch.open()?.execute_batch(statements)?;
        Ok(scratch)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A connection of one's own.
    pub fn open(&self) -> rusqlite::Result<Connection> {
        Connection::open(&self.0)
    }

    fn remove(&self) {
        for more in ["", "-wal", "-shm", "-journal"] {
            let mut path = self.0.clone().into_os_string();
            path.push(more);
            // Most of them are not there.
            let _ = fs::remove_file(path);
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.remove();
    }
}
