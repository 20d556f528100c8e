//! The services themselves are started. Where one is missing its tests say so and end.

use super::*;
use std::{
    fs,
    io::{Read as _, Write as _},
    net::{Ipv4Addr, TcpStream},
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

fn services() -> (Services, TempDir) {
    let dir = tempfile::tempdir().expect("a directory");
    (Services::new(Record::at(dir.path())), dir)
}

/// The service, or `None` with a word on why.
fn given<T>(given: Result<Given<T>>) -> Option<T> {
    match given.expect("no fault") {
        Ok(service) => Some(service),
        Err(missing) => {
            println!("skipped: {missing}");
            None
        }
    }
}

#[test]
fn each_run_has_a_clean_database_and_the_template_is_filled_once() {
    let ((services, _record), cancel) = (services(), Cancel::new());
    let began = Instant::now();
    let Some(postgres) = given(services.postgres(&cancel)) else {
        return;
    };
    let started = began.elapsed();
    let fill = "CREATE TABLE t (n int); INSERT INTO t VALUES (1), (2)";
    let first = postgres.database(fill, &cancel).expect("made");
    first
        .statements("DELETE FROM t", &cancel)
        .expect("its owner may");
    let again = Instant::now();
    let second = postgres.database(fill, &cancel).expect("made");
    println!(
        "PostgreSQL: ready after {started:?}, a database after {:?}",
        again.elapsed()
    );
    let count = |database: &Database| {
        database
            .statements("SELECT count(*) FROM t", &cancel)
            .expect("counted")
    };
    assert_eq!(count(&first), "0\n");
    assert_eq!(count(&second), "2\n");
    assert!(second.url().starts_with("postgres://learner:"));
    // The learner's role cannot see into other runs, nor do as it likes with the server.
    assert!(first.statements("CREATE ROLE x", &cancel).is_err());
    drop(first);
    let left = "SELECT count(*) FROM pg_database WHERE datname LIKE 'run%'";
    let until = Instant::now() + Duration::from_secs(60);
    // It goes while nobody waits; each look asks the server.
    while postgres.as_runner_for_tests(left, &cancel) != "1\n" {
        assert!(Instant::now() < until, "the first database is still there");
    }
}

#[test]
fn a_session_asks_and_may_look_without_waiting() {
    let ((services, _record), cancel) = (services(), Cancel::new());
    let Some(postgres) = given(services.postgres(&cancel)) else {
        return;
    };
    let fill = "CREATE TABLE t (n int, word text); INSERT INTO t VALUES (1, 'é'), (2, NULL)";
    let database = postgres.database(fill, &cancel).expect("made");
    let (mut one, mut two) = (database.session(), database.session());
    let (one, two) = (one.as_mut().expect("one"), two.as_mut().expect("two"));
    assert_ne!(one.pid(), two.pid());
    let limit = Duration::from_secs(20);
    let ask =
        |session: &mut Session, sql: &str| session.ask(sql, limit, &cancel).expect("connected");
    let reply = ask(one, "SELECT * FROM t ORDER BY n").expect("good SQL");
    assert_eq!(reply.columns, ["n", "word"]);
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(reply.rows, [[text("1"), text("é")], [text("2"), None]]);
    assert_eq!(reply.tag, "SELECT 2");
    let wrong = ask(one, "SELECT 1/0").expect_err("it fails");
    assert_eq!(wrong.code, "22012");
    assert_eq!(one.transaction(), Transaction::Idle);
    for session in [&mut *one, &mut *two] {
        ask(session, "BEGIN").expect("good SQL");
        assert_eq!(session.transaction(), Transaction::Open);
    }
    ask(one, "UPDATE t SET n = 5 WHERE n = 1").expect("good SQL");
    two.send("UPDATE t SET n = 6 WHERE n = 1").expect("sent");
    assert_eq!(
        two.answer_soon().expect("connected"),
        None,
        "it waits for the first"
    );
    ask(one, "COMMIT").expect("good SQL");
    let deadline = Instant::now() + limit;
    let answer = loop {
        assert!(
            Instant::now() < deadline,
            "the second one was never let go on"
        );
        if let Some(answer) = two.answer_soon().expect("connected") {
            break answer;
        }
    };
    assert_eq!(answer.expect("good SQL").tag, "UPDATE 0");
}

#[test]
fn a_service_is_kept_warm_and_gone_when_nobody_holds_it() {
    let ((services, record), cancel) = (services(), Cancel::new());
    let Some(redis) = given(services.redis(&cancel)) else {
        return;
    };
    let lease = redis.lease().expect("free");
    let port = lease.port();
    assert_eq!(said(port, "SET a 1"), "+OK\r\n");
    drop(lease);
    let again = given(services.redis(&cancel)).expect("it is there");
    let lease = again.lease().expect("free");
    assert_eq!(lease.port(), port, "another one was started");
    assert_eq!(said(port, "DBSIZE"), ":0\r\n");
    assert_eq!(notes(&record), 1);
    drop((lease, again, redis, services));
    assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
    assert_eq!(notes(&record), 0);
}

#[test]
fn a_second_run_waits_for_redis_until_the_first_gives_it_back() {
    let ((services, _record), cancel) = (services(), Cancel::new());
    let Some(redis) = given(services.redis(&cancel)) else {
        return;
    };
    let first = redis.lease().expect("free");
    let (got, wait) = std::sync::mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(|| {
            let second = redis.lease().expect("free again");
            got.send(()).expect("the test waits");
            drop(second);
        });
        assert!(wait.recv_timeout(Duration::from_millis(100)).is_err());
        drop(first);
        wait.recv_timeout(Duration::from_secs(20))
            .expect("now it has it");
    });
}

#[test]
fn dangerous_commands_are_not_offered() {
    let ((services, _record), cancel) = (services(), Cancel::new());
    let Some(redis) = given(services.redis(&cancel)) else {
        return;
    };
    let lease = redis.lease().expect("free");
    assert!(said(lease.port(), "CONFIG GET dir").starts_with("-ERR unknown command"));
}

#[test]
fn a_missing_service_is_told_with_the_command_that_installs_it() {
    let missing = Missing::postgres();
    let words = missing.to_string();
    assert!(words.starts_with("needs postgres: "), "{words}");
    let command = ["install postgresql", "-S postgresql", "run -- doctor"];
    assert!(
        command.iter().any(|command| words.contains(command)),
        "{words}"
    );
}

#[test]
fn nginx_is_found_or_not_without_a_fault() {
    match nginx() {
        Some(program) => assert!(program.is_file()),
        None => println!("skipped: needs nginx"),
    }
}

fn said(port: u16, words: &str) -> String {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("connected");
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("set");
    stream
        .write_all(format!("{words}\r\n").as_bytes())
        .expect("sent");
    let mut bytes = [0; 512];
    let length = stream.read(&mut bytes).expect("an answer");
    String::from_utf8_lossy(&bytes[..length]).into_owned()
}

fn notes(record: &TempDir) -> usize {
    let files: Vec<PathBuf> = fs::read_dir(record.path())
        .expect("readable")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    files.len()
}
