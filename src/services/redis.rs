//! A Redis of the runner's own, emptied for each run.

use super::{
    Given, Missing, found, lock,
    start::{Started, start},
    user::User,
};
use crate::{
    error::{Error, Result},
    process::{Cancel, Record},
    workspace,
};
use std::{
    io::{self, Read as _, Write as _},
    net::{Ipv4Addr, TcpStream},
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::Duration,
};

/// How long it may take to say one word.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);

/// What no exercise needs and a program on the same machine could do harm with.
const NOT_OFFERED: [&str; 6] = [
    "CONFIG",
    "SHUTDOWN",
    "MODULE",
    "REPLICAOF",
    "SLAVEOF",
    "DEBUG",
];

/// A running Redis. Dropping it ends it and removes its directory.
#[derive(Debug)]
pub struct Redis {
    started: Started,
    taken: Mutex<bool>,
    returned: Condvar,
    // After `started`, so that it is there until the server has ended.
    _directory: workspace::Scratch,
}

/// The right to use Redis alone, which was empty at the beginning. Dropping it lets the next run have it.
#[derive(Debug)]
pub struct Lease(Arc<Redis>);

impl Redis {
    pub(super) fn start(record: &Record, cancel: &Cancel) -> Result<Given<Self>> {
        let Some(program) = found::redis() else {
            return Ok(Err(Missing::redis()));
        };
        let user = User::find()?;
        let directory = workspace::scratch()?;
        user.own(directory.path())?;
        let server = |port: u16| {
            let server = user
                .program(&program)
                .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
                .args(["--save", "", "--appendonly", "no", "--dir"])
                .arg(directory.path());
            NOT_OFFERED
                .iter()
                .fold(server, |server, name| {
                    server.args(["--rename-command", *name, ""])
                })
                .dir(directory.path())
        };
        let started = start(
            "Redis",
            server,
            directory.path(),
            record,
            |_, port| say(port, "PING").is_ok_and(|answer| answer == "+PONG\r\n"),
            cancel,
        )?;
        Ok(Ok(Self {
            started,
            taken: Mutex::new(false),
            returned: Condvar::new(),
            _directory: directory,
        }))
    }

    /// True as long as it has not ended.
    pub(super) fn runs(&self) -> bool {
        self.started.runs()
    }

    /// Redis, empty, for one run alone; waits until the run before has given it back.
    ///
    /// # Errors
    /// [`Error::Tool`] if it does not answer.
    pub fn lease(self: &Arc<Self>) -> Result<Lease> {
        let mut taken = lock(&self.taken);
        while *taken {
            taken = self
                .returned
                .wait(taken)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *taken = true;
        drop(taken);
        let lease = Lease(Arc::clone(self));
        lease.empty()?;
        Ok(lease)
    }
}

impl Lease {
    /// Forgets everything, as a Redis does that is started again.
    ///
    /// # Errors
    /// [`Error::Tool`] if it does not answer.
    pub fn empty(&self) -> Result<()> {
        match say(self.port(), "FLUSHALL") {
            Ok(answer) if answer == "+OK\r\n" => Ok(()),
            other => Err(Error::tool(
                format!("Redis did not empty itself: {other:?}"),
                "Save again: another Redis is started then.",
            )),
        }
    }

    /// Its address, for a program that is given one as `REDIS_URL`.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port())
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.0.started.port
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        *lock(&self.0.taken) = false;
        self.0.returned.notify_one();
    }
}

/// Says one word on a connection of its own; gives the line that comes back.
fn say(port: u16, word: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(ANSWERS_WITHIN))?;
    stream.write_all(format!("{word}\r\n").as_bytes())?;
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        line.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&line).into_owned())
}
