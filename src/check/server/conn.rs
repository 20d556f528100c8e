//! One open connection to the learner's server: bytes go out when they are told to, and what comes in is kept as it comes. It
//! knows nothing of HTTP, and judges nothing.
//!
//! A thread reads all the time, so that the order of writing and reading in a conversation can never lock up both sides.

use super::wire;
use crate::{
    error::{Error, Result},
    process::Cancel,
};
use std::{
    io::{self, ErrorKind, Read as _, Write as _},
    net::{Shutdown, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// How long one wait may take before the flag is looked at again.
const SLICE: Duration = Duration::from_millis(20);

/// More than this is not kept; nobody expects it.
const MOST: usize = 64 * 1024 * 1024;

/// An open connection. Dropping it closes it.
pub(super) struct Conn {
    stream: TcpStream,
    inbox: Arc<Inbox>,
    /// How much of the inbox was dealt with.
    taken: usize,
}

#[derive(Default)]
struct Inbox {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    bytes: Vec<u8>,
    closed: bool,
}

/// How a write went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrote {
    /// The system took all of it.
    All,
    /// The server has closed; nobody reads any more.
    Closed,
    /// The server did not take it in time.
    Stuck,
}

/// What has come and was not dealt with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Heard {
    pub(super) bytes: Vec<u8>,
    /// The server has closed: no more will come.
    pub(super) closed: bool,
}

impl Conn {
    /// Opens a connection.
    ///
    /// # Errors
    /// As the system says it.
    pub(super) fn open(port: u16, within: Duration) -> io::Result<Self> {
        Self::over(wire::connect(port, within)?)
    }

    /// Takes over a stream.
    ///
    /// # Errors
    /// As the system says it.
    pub(super) fn over(stream: TcpStream) -> io::Result<Self> {
        stream.set_read_timeout(None)?;
        stream.set_write_timeout(Some(SLICE))?;
        let inbox = Arc::new(Inbox::default());
        let (mut reading, kept) = (stream.try_clone()?, Arc::clone(&inbox));
        thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            loop {
                match reading.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(read) => {
                        let mut state = kept.lock();
                        if state.bytes.len() < MOST {
                            state.bytes.extend_from_slice(&buffer[..read]);
                        }
                        kept.changed.notify_all();
                    }
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    // A reset: the server closed without reading everything. What came before it counts.
                    Err(_) => break,
                }
            }
            kept.lock().closed = true;
            kept.changed.notify_all();
        });
        Ok(Self {
            stream,
            inbox,
            taken: 0,
        })
    }

    /// Sends bytes.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub(super) fn write(
        &mut self,
        bytes: &[u8],
        deadline: Instant,
        cancel: &Cancel,
    ) -> Result<Wrote> {
        let mut rest = bytes;
        while !rest.is_empty() {
            if cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            match self.stream.write(rest) {
                Ok(0) => return Ok(Wrote::Closed),
                Ok(written) => rest = &rest[written..],
                Err(error) if wire::is_slice(&error) => {
                    if Instant::now() >= deadline {
                        return Ok(Wrote::Stuck);
                    }
                }
                Err(_) => return Ok(Wrote::Closed),
            }
        }
        Ok(Wrote::All)
    }

    /// Says that nothing more will be sent. What the server says is still heard.
    pub(super) fn half_close(&self) {
        // It fails only if the connection is gone, and then nothing more is sent either.
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    /// Waits until `enough` of what has come, at the latest until the deadline. Gives what has come.
    ///
    /// # Errors
    /// [`Error::Cancelled`].
    pub(super) fn hear(
        &self,
        deadline: Instant,
        cancel: &Cancel,
        mut enough: impl FnMut(&[u8], bool) -> bool,
    ) -> Result<Heard> {
        let mut state = self.inbox.lock();
        loop {
            if cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            let bytes = &state.bytes[self.taken..];
            let now = Instant::now();
            if enough(bytes, state.closed) || now >= deadline {
                return Ok(Heard {
                    bytes: bytes.to_vec(),
                    closed: state.closed,
                });
            }
            let wait = SLICE.min(deadline - now);
            (state, _) = self
                .inbox
                .changed
                .wait_timeout(state, wait)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Counts the first bytes of what has come as dealt with.
    pub(super) fn take(&mut self, bytes: usize) {
        self.taken += bytes;
    }
}

impl Drop for Conn {
    fn drop(&mut self) {
        // The reading thread holds the stream too; this ends it.
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}

impl Inbox {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    const LONG: Duration = Duration::from_secs(20);

    fn pair() -> (Conn, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let conn = Conn::open(port, LONG).expect("connected");
        (conn, listener.accept().expect("a client").0)
    }

    #[test]
    fn what_comes_is_kept_until_it_is_taken() {
        let (mut conn, mut server) = pair();
        server.write_all(b"onetwo").expect("written");
        let cancel = Cancel::new();
        let all = |bytes: &[u8], _: bool| bytes.len() == 6;
        let heard = conn
            .hear(Instant::now() + LONG, &cancel, all)
            .expect("heard");
        assert_eq!(heard.bytes, b"onetwo");
        conn.take(3);
        let rest = conn
            .hear(Instant::now(), &cancel, |_, _| true)
            .expect("heard");
        assert_eq!((rest.bytes.as_slice(), rest.closed), (&b"two"[..], false));
    }

    #[test]
    fn after_a_half_close_the_answer_is_still_heard() {
        let (mut conn, mut server) = pair();
        let cancel = Cancel::new();
        conn.write(b"question", Instant::now() + LONG, &cancel)
            .expect("written");
        conn.half_close();
        let mut question = Vec::new();
        server.read_to_end(&mut question).expect("its end");
        assert_eq!(question, b"question");
        server.write_all(b"answer").expect("written");
        drop(server);
        let heard = conn
            .hear(Instant::now() + LONG, &cancel, |_, closed| closed)
            .expect("heard");
        assert_eq!(heard.bytes, b"answer");
    }

    #[test]
    fn both_sides_may_write_much_before_they_read() {
        let (mut conn, mut server) = pair();
        let much = vec![7; 8 * 1024 * 1024];
        let copy = much.clone();
        let serving = thread::spawn(move || {
            server.write_all(&copy).expect("written");
            let mut got = vec![0; copy.len()];
            server.read_exact(&mut got).expect("read");
        });
        let cancel = Cancel::new();
        let wrote = conn.write(&much, Instant::now() + LONG, &cancel);
        assert_eq!(wrote.expect("not cancelled"), Wrote::All);
        let heard = conn
            .hear(Instant::now() + LONG, &cancel, |bytes, _| {
                bytes.len() == much.len()
            })
            .expect("heard");
        assert_eq!(heard.bytes.len(), much.len());
        serving.join().expect("no panic");
    }

    #[test]
    fn cancelling_ends_a_wait() {
        let (conn, _server) = pair();
        let cancel = Cancel::new();
        let other = cancel.clone();
        let waiting = thread::spawn(move || {
            conn.hear(Instant::now() + Duration::from_secs(600), &other, |_, _| {
                false
            })
        });
        cancel.cancel();
        assert!(matches!(
            waiting.join().expect("no panic"),
            Err(Error::Cancelled)
        ));
    }
}
