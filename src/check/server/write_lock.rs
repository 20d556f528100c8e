//! Somebody else who is about to write to the server's SQLite file: while the write lock is held, everybody may read and nobody
//! writes. Whoever looks first and writes afterwards has looked when it is let go, so a race is certain and no luck.

use rusqlite::Connection;
use std::{
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread::{Scope, ScopedJoinHandle},
    time::{Duration, Instant},
};

/// How long the lock is held at most. Drivers wait five seconds for it, so nobody is refused because of it.
const LONGEST: Duration = Duration::from_secs(2);

/// How long lies between two looks at the server.
const BETWEEN_LOOKS: Duration = Duration::from_millis(5);

/// A server that was found asleep so many times in a row has done all that it can do without the lock.
const LOOKS: usize = 4;

/// How long to wait for a lock that the server itself has.
const PATIENCE: Duration = Duration::from_secs(1);

/// Takes the lock and calls `within`; the lock is let go when every thread of the process `groups` waits, or `within` is over.
/// Without a database in that file nothing is locked: what is missing there is told by other steps.
pub(super) fn held<T>(file: &Path, groups: &[u32], within: impl FnOnce() -> T) -> T {
    let Some(connection) = lock(file) else {
        return within();
    };
    let (over, is_over) = channel();
    std::thread::scope(|scope| {
        let holder = hold(scope, connection, groups, is_over);
        let result = within();
        end(over, holder);
        result
    })
}

fn lock(file: &Path) -> Option<Connection> {
    // It is opened only if it is there: to make it is the server's task.
    let file: PathBuf = file.is_file().then(|| file.to_owned())?;
    let connection = Connection::open(file).ok()?;
    connection.busy_timeout(PATIENCE).ok()?;
    connection.execute_batch("BEGIN IMMEDIATE").ok()?;
    Some(connection)
}

fn hold<'scope>(
    scope: &'scope Scope<'scope, '_>,
    connection: Connection,
    groups: &'scope [u32],
    is_over: Receiver<()>,
) -> ScopedJoinHandle<'scope, ()> {
    scope.spawn(move || {
        let until = Instant::now() + LONGEST;
        let before = ran(groups);
        let mut asleep = 0;
        while asleep < LOOKS && Instant::now() < until {
            match is_over.recv_timeout(BETWEEN_LOOKS) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(RecvTimeoutError::Disconnected) => break,
            }
            // Before it has done anything, it sleeps because nobody has asked.
            asleep = match ran(groups) > before && sleeps(groups) {
                true => asleep + 1,
                false => 0,
            };
        }
        // What was begun is rolled back: nothing was written.
        drop(connection);
    })
}

fn end(over: Sender<()>, holder: ScopedJoinHandle<'_, ()>) {
    drop(over);
    // It ends by itself, and has nothing to say.
    let _ = holder.join();
}

/// For how many nanoseconds the threads of these groups have run; 0 where the system does not tell, so that the lock is held for its longest time.
fn ran(groups: &[u32]) -> u64 {
    threads(groups, "schedstat")
        .filter_map(|text| text.split_whitespace().next()?.parse::<u64>().ok())
        .sum()
}

/// True if no thread of these groups has anything to do.
fn sleeps(groups: &[u32]) -> bool {
    threads(groups, "stat").all(|text| {
        // The name of a program stands in brackets and may hold anything; the state follows.
        let state = text
            .rsplit_once(") ")
            .and_then(|(_, rest)| rest.chars().next());
        matches!(state, Some('S' | 'I' | 'Z'))
    })
}

/// This file of each thread.
#[cfg(not(target_os = "linux"))]
fn threads(_groups: &[u32], _name: &str) -> impl Iterator<Item = String> {
    std::iter::empty()
}

/// This file of each thread.
#[cfg(target_os = "linux")]
fn threads<'a>(groups: &'a [u32], name: &'a str) -> impl Iterator<Item = String> + 'a {
    groups
        .iter()
        .flat_map(|&group| super::ports::processes(group))
        .flat_map(|process| {
            std::fs::read_dir(process.join("task"))
                .into_iter()
                .flatten()
        })
        .filter_map(move |thread| std::fs::read_to_string(thread.ok()?.path().join(name)).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    #[test]
    fn while_it_is_held_one_may_read_and_not_write_and_afterwards_all_is_as_before() {
        let dir = workspace::scratch().expect("a directory");
        let file = dir.path().join("a.db");
        let open = || Connection::open(&file).expect("a database");
        open().execute_batch("CREATE TABLE t (a)").expect("a table");
        let (read, write) = held(&file, &[], || {
            let read = open().query_row("SELECT count(*) FROM t", [], |row| row.get::<_, i64>(0));
            let writer = open();
            writer.busy_timeout(Duration::ZERO).expect("no waiting");
            (read, writer.execute("INSERT INTO t VALUES (1)", []))
        });
        assert_eq!(read, Ok(0));
        let refused = write.expect_err("locked").to_string();
        assert!(refused.contains("locked"), "{refused}");
        assert_eq!(open().execute("INSERT INTO t VALUES (1)", []), Ok(1));
    }

    #[test]
    fn it_is_let_go_while_somebody_waits_for_it() {
        let dir = workspace::scratch().expect("a directory");
        let file = dir.path().join("a.db");
        let open = || Connection::open(&file).expect("a database");
        open().execute_batch("CREATE TABLE t (a)").expect("a table");
        let written = held(&file, &[], || {
            let writer = open();
            writer.busy_timeout(LONGEST * 4).expect("patience");
            writer.execute("INSERT INTO t VALUES (1)", [])
        });
        assert_eq!(written, Ok(1));
    }

    #[test]
    fn without_a_database_nothing_is_locked_and_no_file_is_made() {
        let dir = workspace::scratch().expect("a directory");
        let file = dir.path().join("a.db");
        assert_eq!(held(&file, &[], || 7), 7);
        assert!(!file.exists());
    }
}
