//! Services outlive no runner: not one that is killed, and they are there for an ordinary user as well as for root.
//!
//! The runner is this very program, started again: see `holds_services`.

#![cfg(target_os = "linux")]

use backendlings::{
    process::{Cancel, Record},
    services::Services,
};
use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead as _, BufReader},
    net::{Ipv4Addr, TcpStream},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// In the environment of the runner that is killed: where its record lies.
const RECORD: &str = "BACKENDLINGS_TEST_RECORD";

const LONG: Duration = Duration::from_secs(30);

/// Not a test by itself: a runner that starts what it can, says where, and stays.
#[test]
#[ignore = "is started by the other tests"]
fn holds_services() {
    let record = std::env::var_os(RECORD).expect("started by another test");
    let (services, cancel) = (Services::new(Record::at(record)), Cancel::new());
    let redis = services.redis(&cancel).expect("no fault");
    let postgres = services.postgres(&cancel).expect("no fault");
    let lease = redis.ok().map(|redis| redis.lease().expect("free"));
    let database = postgres.ok().map(|postgres| {
        let fill = "CREATE TABLE t (n int); INSERT INTO t VALUES (7)";
        postgres.database(fill, &cancel).expect("made")
    });
    if let Some(database) = &database {
        let seven = database.statements("SELECT n FROM t", &cancel);
        assert_eq!(seven.expect("selected"), "7\n");
    }
    let urls = [
        lease.map(|lease| lease.url()),
        database.map(|database| database.url()),
    ];
    for url in urls.into_iter().flatten() {
        println!("service {url}");
    }
    println!("ready");
    thread::sleep(LONG * 10);
}

/// The ports of the services that a second runner holds, and the runner.
fn runner(mut command: Command, record: &Path) -> (Child, Vec<u16>) {
    let mut child = command
        .args(["--ignored", "--exact", "holds_services", "--nocapture"])
        .env(RECORD, record)
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let output = BufReader::new(child.stdout.take().expect("piped"));
    let mut ports = Vec::new();
    for line in output.lines() {
        let line = line.expect("text");
        if line == "ready" {
            return (child, ports);
        }
        if let Some((_, url)) = line.split_once("service ") {
            let (_, tail) = url.rsplit_once(':').expect("a port");
            let (port, _) = tail.split_once('/').expect("a path");
            ports.push(port.parse().expect("a number"));
        }
    }
    panic!("the runner ended: {:?}", child.wait());
}

fn listens(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}

#[test]
fn a_runner_that_is_killed_leaves_no_service_behind() {
    let record = tempfile::tempdir().expect("a directory");
    let this = std::env::current_exe().expect("a path");
    let (mut child, ports) = runner(Command::new(this), record.path());
    if ports.is_empty() {
        println!("skipped: needs postgres or redis");
    }
    assert!(ports.iter().all(|&port| listens(port)));
    let noted: Vec<String> = notes(record.path());
    child.kill().expect("killed");
    child.wait().expect("collected");
    let deadline = Instant::now() + LONG;
    while ports.iter().any(|&port| listens(port)) {
        assert!(Instant::now() < deadline, "a service still listens");
        thread::sleep(Duration::from_millis(20));
    }
    // The directories are swept by the next one.
    let directories: Vec<&str> = noted
        .iter()
        .filter_map(|note| note.lines().nth(2))
        .collect();
    // One for each service; PostgreSQL's is noted twice, because it is there before the server is.
    let different: BTreeSet<&str> = directories.iter().copied().collect();
    assert_eq!(different.len(), ports.len());
    let services = Services::new(Record::at(record.path()));
    let _ = services.redis(&Cancel::new()).expect("no fault");
    for directory in directories {
        assert!(!Path::new(directory).exists(), "{directory} is still there");
    }
    drop(services);
    assert_eq!(notes(record.path()), [""; 0]);
}

#[test]
fn an_ordinary_user_has_services_too() {
    let Some(setpriv) = ["/usr/bin/setpriv", "/bin/setpriv"]
        .iter()
        .find(|path| Path::new(path).is_file())
    else {
        println!("skipped: needs setpriv");
        return;
    };
    // This program may lie where nobody else may go.
    let dir = tempfile::tempdir().expect("a directory");
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).expect("opened");
    let program = dir.path().join("runner");
    fs::copy(std::env::current_exe().expect("a path"), &program).expect("copied");
    let record = dir.path().join("record");
    let mut command = Command::new(setpriv);
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    command.arg(&program).env("HOME", dir.path());
    let root = fs::metadata("/proc/self").expect("readable");
    if std::os::unix::fs::MetadataExt::uid(&root) != 0 {
        println!("skipped: this user is an ordinary one already");
        return;
    }
    let (mut child, ports) = runner(command, &record);
    assert!(ports.iter().all(|&port| listens(port)));
    child.kill().expect("killed");
    child.wait().expect("collected");
    let deadline = Instant::now() + LONG;
    while ports.iter().any(|&port| listens(port)) {
        assert!(Instant::now() < deadline, "a service still listens");
        thread::sleep(Duration::from_millis(20));
    }
    let swept = Record::at(&record).sweep().expect("swept");
    for directory in swept.directories {
        backendlings::workspace::remove_scratch(&directory);
    }
}

fn notes(record: &Path) -> Vec<String> {
    let files = fs::read_dir(record).expect("readable").flatten();
    files
        .filter_map(|file| fs::read_to_string(file.path()).ok())
        .collect()
}
