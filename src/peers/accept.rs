//! Listens on loopback and gives each connection a thread; ends all of them when it is dropped. It reads and writes nothing.

use super::gate::Gate;
use crate::error::{Error, Result};
use socket2::SockRef;
use std::{
    collections::HashMap,
    io,
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

/// A listener with its connections.
#[derive(Debug)]
pub(super) struct Accepting {
    address: SocketAddr,
    stopped: Gate,
    open: Open,
    thread: Option<JoinHandle<()>>,
}

/// The connections that are open, each with a second handle by which it can be ended from outside.
#[derive(Clone, Debug, Default)]
struct Open(Arc<Mutex<HashMap<usize, TcpStream>>>);

/// One connection, as its thread gets it.
#[derive(Debug)]
pub(super) struct Line {
    /// Counted from 0 in the order of arrival.
    pub(super) number: usize,
    /// The connection.
    pub(super) stream: TcpStream,
    /// Opens when the peer ends.
    pub(super) stopped: Gate,
    open: Open,
}

impl Accepting {
    /// Listens on a free port, and calls `serve` for each connection on a thread of its own.
    ///
    /// # Errors
    /// [`Error::Tool`] if no port is free.
    pub(super) fn start(serve: impl Fn(Line) + Send + Sync + 'static) -> Result<Self> {
        Self::start_at(0, serve).map_err(|error| no_port(&error))
    }

    /// The same on a port that was chosen before; 0 is a free one.
    ///
    /// # Errors
    /// If the system does not give it.
    pub(super) fn start_at(
        port: u16,
        serve: impl Fn(Line) + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let (stopped, open) = (Gate::default(), Open::default());
        let (stop, all) = (stopped.clone(), open.clone());
        let serve = Arc::new(serve);
        let accepting = move || {
            for (number, stream) in listener.incoming().enumerate() {
                if stop.is_open() {
                    return;
                }
                // A client that is gone before it was accepted is none.
                let Ok(stream) = stream else { continue };
                // Answers in several small writes must not wait for each other.
                let _ = stream.set_nodelay(true);
                let Ok(second) = stream.try_clone() else {
                    continue;
                };
                all.lock().insert(number, second);
                let line = Line {
                    number,
                    stream,
                    stopped: stop.clone(),
                    open: all.clone(),
                };
                let serve = Arc::clone(&serve);
                thread::spawn(move || serve(line));
            }
        };
        Ok(Self {
            address,
            stopped,
            open,
            thread: Some(thread::spawn(accepting)),
        })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends every open connection; new ones are accepted.
    pub(super) fn hang_up(&self) {
        for stream in self.open.lock().values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for Accepting {
    fn drop(&mut self) {
        self.stopped.open();
        // Wakes the thread that waits for connections. If this fails it is not waiting.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        self.hang_up();
    }
}

impl Line {
    /// Closes the connection the hard way: the client sees a reset, not an end.
    pub(super) fn reset(self) {
        // If the system refuses, the client sees an end.
        let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        // Dropping both handles closes it.
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.open.lock().remove(&self.number);
    }
}

impl Open {
    fn lock(&self) -> MutexGuard<'_, HashMap<usize, TcpStream>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn no_port(error: &io::Error) -> Error {
    Error::tool(
        format!("no free port on this machine: {error}"),
        "Close programs that hold many connections, then try again.",
    )
}
