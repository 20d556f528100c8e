//! A stand-in for Redis, for machines without one: the usual commands over RESP2, in memory, gone when it is dropped.
//!
//! What each command does is in [`commands`], and how it looks on the wire in [`resp`]. A test holds it against a real
//! redis-server, command by command. It does not speak RESP3, replicate, persist, publish or run scripts.

mod commands;
mod glob;
mod keys;
mod resp;
mod store;
mod texts;

#[cfg(all(test, target_os = "linux"))]
mod tests;

use super::accept::{Accepting, Line};
use crate::error::Result;
use commands::Session;
use resp::{Reader, Reply};
use std::{
    io::Write as _,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};
use store::Store;

/// A running stand-in. Dropping it ends it.
#[derive(Debug)]
pub struct RedisStandIn {
    accepting: Accepting,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    store: Mutex<Store>,
    commands: AtomicUsize,
}

impl RedisStandIn {
    /// Starts it, empty.
    ///
    /// # Errors
    /// If no port is free.
    pub fn start() -> Result<Self> {
        let shared = Arc::new(Shared::default());
        let serving = Arc::clone(&shared);
        let accepting = Accepting::start(move |line| serving.serve(&line))?;
        Ok(Self { accepting, shared })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.accepting.address()
    }

    /// Its address, for a program that is given one as `REDIS_URL`.
    pub fn url(&self) -> String {
        format!("redis://{}/0", self.address())
    }

    /// Forgets everything, as a Redis does that is started again.
    pub fn clear(&self) {
        let mut store = self.shared.store.lock();
        store
            .as_mut()
            .unwrap_or_else(|broken| broken.get_mut())
            .clear();
    }

    /// How many commands have come.
    pub fn commands(&self) -> usize {
        self.shared.commands.load(Ordering::SeqCst)
    }
}

impl Shared {
    fn serve(&self, line: &Line) {
        let mut reader = Reader::new(&line.stream);
        let mut session = Session::new(line.number);
        loop {
            let reply = match reader.next() {
                Ok(Some(words)) => {
                    self.commands.fetch_add(1, Ordering::SeqCst);
                    let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
                    commands::run(&mut session, &mut store, &words, Instant::now())
                }
                Ok(None) => return,
                Err(broken) => {
                    let _ = (&line.stream).write_all(&Reply::Error(broken).bytes());
                    return;
                }
            };
            if (&line.stream).write_all(&reply.bytes()).is_err() || session.is_over() {
                return;
            }
        }
    }
}
