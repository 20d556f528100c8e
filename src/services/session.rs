//! One session with PostgreSQL, spoken in its own protocol over TCP: one question, one answer, and in between the freedom not to wait.
//!
//! Only what a check needs: the simple query protocol (PostgreSQL's manual, "Frontend/Backend Protocol"), values as text, and one result
//! for each question. A crate would be twenty more to build before the first exercise.

use super::scram::Login;
use crate::{
    called,
    error::{Error, Result},
    process::Cancel,
};
use std::{
    io::{self, Read as _, Write as _},
    mem,
    net::{Ipv4Addr, TcpStream},
    time::{Duration, Instant},
};

/// How long an answer is waited for before somebody looks whether it is still wanted.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// One connection.
#[derive(Debug)]
pub struct Session {
    stream: TcpStream,
    /// Bytes that have come and are no whole message yet.
    bytes: Vec<u8>,
    pid: i32,
    transaction: Transaction,
    coming: Reply,
    failed: Option<Failure>,
}

/// Whether a transaction is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transaction {
    /// None is.
    Idle,
    /// One is.
    Open,
    /// One is, and can only be rolled back.
    Broken,
}

/// What a statement gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The names of its columns.
    pub columns: Vec<String>,
    /// Its rows; `None` is NULL.
    pub rows: Vec<Vec<Option<String>>>,
    /// What was done, as in "UPDATE 1".
    pub tag: String,
}

/// What PostgreSQL says of a statement that failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    /// The SQLSTATE, as in "40001".
    pub code: String,
    /// In words.
    pub message: String,
    /// Its advice, if it has any.
    pub hint: Option<String>,
}

/// An answer.
pub type Answer = std::result::Result<Reply, Failure>;

impl Session {
    pub(super) fn open(port: u16, user: &str, password: &str, database: &str) -> Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).map_err(lost)?;
        stream.set_nodelay(true).map_err(lost)?;
        let mut session = Self {
            stream,
            bytes: Vec::new(),
            pid: 0,
            transaction: Transaction::Idle,
            coming: Reply::default(),
            failed: None,
        };
        // Version 3.0, then names and values.
        let mut hello = vec![0, 3, 0, 0];
        for text in ["user", user, "database", database, ""] {
            hello.extend(text.as_bytes());
            hello.push(0);
        }
        session.write(None, &hello)?;
        session.log_in(&Login::new(password))?;
        Ok(session)
    }

    /// The number of its process on the server.
    pub fn pid(&self) -> i32 {
        self.pid
    }

    /// Whether a transaction is open, as the last answer told.
    pub fn transaction(&self) -> Transaction {
        self.transaction
    }

    /// Sends a statement. The answer has to be fetched before the next one is sent.
    ///
    /// # Errors
    /// [`Error::Tool`] if the connection is lost.
    pub fn send(&mut self, sql: &str) -> Result<()> {
        let mut text = sql.replace('\0', " ").into_bytes();
        text.push(0);
        self.write(Some(b'Q'), &text)
    }

    /// The answer, if it comes within some milliseconds.
    ///
    /// # Errors
    /// As [`Session::send`].
    pub fn answer_soon(&mut self) -> Result<Option<Answer>> {
        self.stream
            .set_read_timeout(Some(LOOK_AGAIN))
            .map_err(lost)?;
        while let Some((kind, body)) = self.message()? {
            match kind {
                b'T' => self.coming.columns = names(&body),
                b'D' => self.coming.rows.push(values(&body)),
                b'C' => self.coming.tag = text(&body).unwrap_or_default(),
                b'E' => self.failed = Some(failure(&body)),
                b'Z' => {
                    self.transaction = match body.first() {
                        Some(b'T') => Transaction::Open,
                        Some(b'E') => Transaction::Broken,
                        _ => Transaction::Idle,
                    };
                    let reply = mem::take(&mut self.coming);
                    return Ok(Some(self.failed.take().map_or(Ok(reply), Err)));
                }
                _ => {}
            }
        }
        Ok(None)
    }

    /// Sends a statement and waits for its answer.
    ///
    /// # Errors
    /// As [`Session::send`]; also if it takes longer than `limit`, or nobody waits any more.
    pub fn ask(&mut self, sql: &str, limit: Duration, cancel: &Cancel) -> Result<Answer> {
        self.send(sql)?;
        let deadline = Instant::now() + limit;
        loop {
            if let Some(answer) = self.answer_soon()? {
                return Ok(answer);
            }
            if cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            if Instant::now() > deadline {
                return Err(Error::tool(
                    format!("PostgreSQL gave no answer within {} s", limit.as_secs()),
                    "Try again when the machine has less to do.",
                ));
            }
        }
    }

    fn log_in(&mut self, login: &Login) -> Result<()> {
        self.stream.set_read_timeout(None).map_err(lost)?;
        while let Some((kind, body)) = self.message()? {
            match (kind, number(&body)) {
                // Asked for a password, as SCRAM; asked for its proof; all is well.
                (b'R', 10) => {
                    let first = login.first();
                    let mut answer = b"SCRAM-SHA-256\0".to_vec();
                    answer.extend(i32::try_from(first.len()).unwrap_or(0).to_be_bytes());
                    answer.extend(first.as_bytes());
                    self.write(Some(b'p'), &answer)?;
                }
                (b'R', 11) => {
                    let server = String::from_utf8_lossy(&body[4..]).into_owned();
                    let last = login.last(&server).ok_or_else(nonsense)?;
                    self.write(Some(b'p'), last.as_bytes())?;
                }
                (b'R', 0 | 12) => {}
                (b'R', _) => return Err(nonsense()),
                (b'K', pid) => self.pid = pid,
                (b'E', _) => return Err(Error::tool(failure(&body).message, help())),
                (b'Z', _) => return Ok(()),
                _ => {}
            }
        }
        Err(nonsense())
    }

    /// The next whole message, with its letter; `None` if there is none within the time set.
    fn message(&mut self) -> Result<Option<(u8, Vec<u8>)>> {
        loop {
            if let Some(length) = self.bytes.get(1..5) {
                let end = 1 + usize::try_from(number(length)).map_err(|_| nonsense())?;
                if end >= 5 && self.bytes.len() >= end {
                    let rest = self.bytes.split_off(end);
                    let whole = mem::replace(&mut self.bytes, rest);
                    return Ok(Some((whole[0], whole[5..].to_vec())));
                }
            }
            let mut buffer = [0; 8192];
            match self.stream.read(&mut buffer) {
                Ok(0) => return Err(lost(io::ErrorKind::UnexpectedEof.into())),
                Ok(length) => self.bytes.extend(&buffer[..length]),
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => return Ok(None),
                    io::ErrorKind::Interrupted => {}
                    _ => return Err(lost(error)),
                },
            }
        }
    }

    fn write(&mut self, kind: Option<u8>, body: &[u8]) -> Result<()> {
        let length = i32::try_from(body.len() + 4).map_err(|_| nonsense())?;
        let mut message: Vec<u8> = kind.into_iter().collect();
        message.extend(length.to_be_bytes());
        message.extend(body);
        self.stream.write_all(&message).map_err(lost)
    }
}

fn help() -> String {
    format!(
        "Try again. If it comes back, `{}` says what is known of this PostgreSQL.",
        called::command("doctor")
    )
}

fn lost(error: io::Error) -> Error {
    Error::tool(
        format!("the connection to PostgreSQL was lost: {error}"),
        help(),
    )
}

fn nonsense() -> Error {
    Error::tool(
        "PostgreSQL said something that the runner does not know",
        help(),
    )
}

/// The number that a body begins with; 0 if it is shorter.
fn number(body: &[u8]) -> i32 {
    let four = body.first_chunk().copied();
    four.map_or(0, i32::from_be_bytes)
}

fn text(bytes: &[u8]) -> Option<String> {
    let end = bytes.iter().position(|byte| *byte == 0)?;
    Some(String::from_utf8_lossy(&bytes[..end]).into_owned())
}

/// The names in a description of rows.
fn names(body: &[u8]) -> Vec<String> {
    let (mut names, mut rest) = (Vec::new(), body.get(2..).unwrap_or_default());
    while let Some(end) = rest.iter().position(|byte| *byte == 0) {
        names.push(String::from_utf8_lossy(&rest[..end]).into_owned());
        // Behind each name and its 0 are 18 bytes on its type.
        rest = rest.get(end + 19..).unwrap_or_default();
    }
    names
}

/// The values of a row.
fn values(body: &[u8]) -> Vec<Option<String>> {
    let (mut values, mut rest) = (Vec::new(), body.get(2..).unwrap_or_default());
    while rest.len() >= 4 {
        let length = number(rest);
        rest = &rest[4..];
        // -1 is NULL.
        values.push(usize::try_from(length).ok().map(|length| {
            let (value, behind) = rest.split_at(length.min(rest.len()));
            rest = behind;
            String::from_utf8_lossy(value).into_owned()
        }));
    }
    values
}

/// The fields of an error: a letter and a text each.
fn failure(body: &[u8]) -> Failure {
    let mut failure = Failure::default();
    for field in body.split(|byte| *byte == 0) {
        let Some((letter, words)) = field.split_first() else {
            continue;
        };
        let words = String::from_utf8_lossy(words).into_owned();
        match letter {
            b'C' => failure.code = words,
            b'M' => failure.message = words,
            b'H' => failure.hint = Some(words),
            _ => {}
        }
    }
    failure
}
