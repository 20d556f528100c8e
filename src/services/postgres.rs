//! A PostgreSQL of the runner's own, and one clean database in it for each run.

use super::{
    Given, Missing, found, lock,
    session::{Answer, Session},
    start::{Started, start},
    user::User,
};
use crate::{
    error::{Error, Result},
    outcome::Output,
    process::{Cancel, End, Note, Program, Record, launch, run},
    workspace,
};
use std::{
    collections::{
        HashMap,
        hash_map::{Entry, RandomState},
    },
    fs,
    hash::{BuildHasher as _, Hasher as _},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// The one who may do everything; the learner's program is given another role.
const RUNNER: &str = "runner";
const LEARNER: &str = "learner";

/// How long one of PostgreSQL's own programs may take.
const TOOL_LIMIT: Duration = Duration::from_secs(60);

/// What it prints when it is ready.
const READY: &str = "ready to accept connections";

/// A running PostgreSQL. Dropping it ends it and removes its directory.
#[derive(Debug)]
pub struct Postgres {
    started: Started,
    bin: PathBuf,
    password: String,
    /// The names of databases that were filled once, by what fills them.
    templates: Mutex<HashMap<String, String>>,
    next: AtomicU64,
    // After `started`, so that it is there until the server has ended; noted from the moment when it was made.
    _noted: Note,
    _directory: workspace::Scratch,
}

/// A database of one run. Dropping it has it removed soon, with whoever is still connected.
#[derive(Debug)]
pub struct Database {
    postgres: Arc<Postgres>,
    name: String,
}

impl Postgres {
    pub(super) fn start(record: &Record, cancel: &Cancel) -> Result<Given<Self>> {
        let Some(bin) = found::postgres() else {
            return Ok(Err(Missing::postgres()));
        };
        let user = User::find()?;
        let directory = workspace::scratch()?;
        let noted = record.note_with_directory(std::process::id(), directory.path())?;
        let password = random_letters();
        let password_file = directory.path().join("password");
        workspace::write_atomic(&password_file, password.as_bytes())?;
        private(&password_file)?;
        user.own(directory.path())?;
        user.own(&password_file)?;
        let data = directory.path().join("data");
        let initdb = user
            .program(&bin.join("initdb"))
            .args([
                "--no-sync",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
            ])
            .arg(format!("--username={RUNNER}"))
            .arg(format!("--pwfile={}", password_file.display()))
            .arg(format!("--pgdata={}", data.display()));
        finish("initdb", initdb.dir(directory.path()), cancel)?;
        let server = |port: u16| {
            let settings = [
                format!("port={port}"),
                "listen_addresses=127.0.0.1".into(),
                "unix_socket_directories=".into(),
                // Nothing here has to outlive a power cut.
                "fsync=off".into(),
                "synchronous_commit=off".into(),
                "full_page_writes=off".into(),
                "autovacuum=off".into(),
                "shared_buffers=16MB".into(),
                "max_connections=100".into(),
                // Two who wait for each other on purpose need not wait a second until it is noticed.
                "deadlock_timeout=50ms".into(),
            ];
            let program = user.program(&bin.join("postgres")).arg("-D").arg(&data);
            settings
                .iter()
                .fold(program, |program, setting| program.arg("-c").arg(setting))
                .env("LC_ALL", "C")
                .dir(directory.path())
        };
        let started = start(
            "PostgreSQL",
            server,
            directory.path(),
            record,
            |running, _| running.stderr().since(0).contains(READY),
            cancel,
        )?;
        let postgres = Self {
            started,
            bin,
            password,
            templates: Mutex::default(),
            next: AtomicU64::new(0),
            _noted: noted,
            _directory: directory,
        };
        let role = format!(
            "CREATE ROLE {LEARNER} LOGIN PASSWORD '{}'",
            postgres.password
        );
        postgres.as_runner("postgres", &role, cancel)?;
        Ok(Ok(postgres))
    }

    /// True as long as it has not ended.
    pub(super) fn runs(&self) -> bool {
        self.started.runs()
    }

    /// A new database that holds what `filled_by` makes, as SQL; nothing else can get at it.
    ///
    /// The statements run once; later databases are copies of what they made.
    ///
    /// # Errors
    /// [`Error::Tool`] with PostgreSQL's own words if the statements are wrong.
    pub fn database(self: &Arc<Self>, filled_by: &str, cancel: &Cancel) -> Result<Database> {
        let template = self.template(filled_by, cancel)?;
        let name = self.new_name("run");
        let create = format!("CREATE DATABASE {name} TEMPLATE {template} OWNER {LEARNER}");
        self.as_runner("postgres", &create, cancel)?;
        Ok(Database {
            postgres: Arc::clone(self),
            name,
        })
    }

    fn template(&self, filled_by: &str, cancel: &Cancel) -> Result<String> {
        let mut templates = lock(&self.templates);
        match templates.entry(filled_by.to_owned()) {
            Entry::Occupied(known) => Ok(known.get().clone()),
            Entry::Vacant(new) => {
                let name = self.new_name("template");
                self.as_runner(
                    "postgres",
                    &format!("CREATE DATABASE {name} OWNER {LEARNER}"),
                    cancel,
                )?;
                if !filled_by.trim().is_empty() {
                    self.statements(LEARNER, &name, filled_by, cancel)?;
                }
                Ok(new.insert(name).clone())
            }
        }
    }

    fn new_name(&self, kind: &str) -> String {
        format!("{kind}_{}", self.next.fetch_add(1, Ordering::Relaxed))
    }

    #[cfg(test)]
    pub(super) fn as_runner_for_tests(&self, sql: &str, cancel: &Cancel) -> String {
        self.as_runner("postgres", sql, cancel)
            .expect("it may do everything")
    }

    fn as_runner(&self, database: &str, sql: &str, cancel: &Cancel) -> Result<String> {
        self.statements(RUNNER, database, sql, cancel)
    }

    fn statements(&self, role: &str, database: &str, sql: &str, cancel: &Cancel) -> Result<String> {
        Ok(finish("psql", self.psql(role, database, sql), cancel)?.text)
    }

    fn psql(&self, role: &str, database: &str, sql: &str) -> Program {
        Program::learners(self.bin.join("psql"))
            .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"])
            .arg("--set=ON_ERROR_STOP=1")
            .arg(format!("--command={sql}"))
            .arg("--host=127.0.0.1")
            .arg(format!("--port={}", self.started.port))
            .arg(format!("--username={role}"))
            .arg(format!("--dbname={database}"))
            .env("PGPASSWORD", &self.password)
            .env("LC_ALL", "C")
    }
}

impl Database {
    /// Its address, for a program that is given one as `DATABASE_URL`.
    pub fn url(&self) -> String {
        self.url_at(self.port())
    }

    /// The same for somebody who stands before it on another port.
    pub fn url_at(&self, port: u16) -> String {
        format!(
            "postgres://{LEARNER}:{}@127.0.0.1:{port}/{}",
            self.postgres.password, self.name
        )
    }

    /// The port of its server on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.postgres.started.port
    }

    /// A session of its own, as the owner of the database.
    ///
    /// # Errors
    /// [`Error::Tool`] if there is no connection to be had.
    pub fn session(&self) -> Result<Session> {
        let Postgres {
            started, password, ..
        } = &*self.postgres;
        Session::open(started.port, LEARNER, password, &self.name)
    }

    /// Runs statements as the owner of the database; gives what they print, one row a line, `|` between columns.
    ///
    /// # Errors
    /// [`Error::Tool`] with PostgreSQL's own words.
    pub fn statements(&self, sql: &str, cancel: &Cancel) -> Result<String> {
        self.postgres.statements(LEARNER, &self.name, sql, cancel)
    }

    /// Runs statements one by one in one session of the owner's, in UTC; gives what became of each. One that is refused stops none
    /// of the others; one that runs longer than `limit` is refused.
    ///
    /// # Errors
    /// [`Error::Tool`] if the session itself breaks, [`Error::Cancelled`].
    pub fn script(
        &self,
        statements: &[String],
        limit: Duration,
        cancel: &Cancel,
    ) -> Result<Vec<Answer>> {
        /// The server ends what takes too long itself; this is for a server that does not.
        const MARGIN: Duration = Duration::from_secs(5);
        let mut session = self.session()?;
        let ways = format!(
            "SET statement_timeout = {}; SET timezone = 'UTC'; SET client_min_messages = 'error'",
            limit.as_millis()
        );
        let mut ask = |sql: &str| session.ask(sql, limit + MARGIN, cancel);
        ask(&ways)?.map_err(|failure| Error::tool(failure.message, "Report this as a bug."))?;
        statements.iter().map(|sql| ask(sql)).collect()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        // Nobody waits for it: the next save would. If it fails, the database goes with the server.
        let _ = launch(&self.postgres.psql(RUNNER, "postgres", &drop));
    }
}

fn finish(name: &str, program: Program, cancel: &Cancel) -> Result<Output> {
    let finished = run(&program.deadline(TOOL_LIMIT), cancel)?;
    match finished.end {
        End::Exited(0) => Ok(finished.stdout),
        _ => Err(Error::tool(
            format!("{name} failed: {}", finished.stderr.text.trim()),
            "If it is about disk space or memory, free some and try again.",
        )),
    }
}

fn private(file: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(file, fs::Permissions::from_mode(0o600))
            .map_err(Error::io("protect", file))?;
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

/// A password for a server that only this machine reaches, and that lives for minutes. The standard library seeds this from
/// the system's random numbers.
pub(super) fn random_letters() -> String {
    let half = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", half(), half())
}
