//! A server that others depend on: it answers HTTP as it is told, badly if it is told so, and counts who asked.
//!
//! What it answers is in [`super::answer`], for which request in [`super::route`].

use super::{
    accept::{Accepting, Line},
    answer::{Answer, Ending, Wait},
    gate::Gate,
    http_request::{Came, Request, Requests},
    http_server::{After, send},
    journal::Journal,
    route::Route,
};
use crate::error::Result;
use std::{
    io::Write as _,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// A running upstream server. Dropping it ends it.
#[derive(Debug)]
pub struct Upstream {
    accepting: Accepting,
    shared: Arc<Shared>,
}

/// One request that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// Its position, counted from 0.
    pub order: usize,
    /// When it had come whole, since the start of the server.
    pub at: Duration,
    /// The connection by which it came, counted from 0.
    pub connection: usize,
    /// As in "GET".
    pub method: String,
    /// Path and query, as they came.
    pub path: String,
    /// Names and values in order.
    pub headers: Vec<(String, String)>,
    /// The body, chunks put together.
    pub body: Vec<u8>,
    /// Why it was no request, if it was none; then method and path are empty, and the answer was 400.
    pub fault: Option<String>,
}

#[derive(Debug)]
struct Shared {
    routes: Vec<Route>,
    /// How many requests each route has had.
    counts: Mutex<Vec<usize>>,
    journal: Journal<Arrived>,
    barrier: Gate,
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Upstream {
    /// Starts a server with these routes; the first that fits a request answers it. What fits none is answered with 404.
    ///
    /// # Errors
    /// If no port is free.
    pub fn start(routes: Vec<Route>) -> Result<Self> {
        let shared = Arc::new(Shared {
            counts: Mutex::new(vec![0; routes.len()]),
            routes,
            journal: Journal::new(),
            barrier: Gate::default(),
            now: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        });
        let serving = Arc::clone(&shared);
        let accepting = Accepting::start(move |line| serving.serve(line))?;
        Ok(Self { accepting, shared })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.accepting.address()
    }

    /// Its address as a client wants it, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Every request so far, in order.
    pub fn arrived(&self) -> Vec<Arrived> {
        self.shared.journal.all()
    }

    /// Waits until this many requests have arrived; false if that takes longer than `time`.
    pub fn wait_for(&self, requests: usize, time: Duration) -> bool {
        self.shared
            .journal
            .wait_for(time, |arrived| arrived.len() >= requests)
    }

    /// The most requests that were unanswered at one moment.
    pub fn most_at_once(&self) -> usize {
        self.shared.most.load(Ordering::SeqCst)
    }

    /// Begins anew to look for the most requests at one moment.
    pub fn forget_most_at_once(&self) {
        let now = self.shared.now.load(Ordering::SeqCst);
        self.shared.most.store(now, Ordering::SeqCst);
    }

    /// Lets every answer go that waits for the barrier, now and from now on.
    pub fn open(&self) {
        self.shared.barrier.open();
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        // Whoever waits for it would wait for ever.
        self.shared.barrier.open();
    }
}

/// What a request is answered with.
struct Found<'a> {
    answer: &'a Answer,
    /// The number of the request among those for its route.
    n: usize,
    /// What stands for the names in the path.
    names: Vec<(String, String)>,
}

impl Shared {
    fn serve(&self, line: Line) {
        let mut requests = Requests::new(&line.stream);
        let after = loop {
            let request = match requests.next() {
                Came::Request(request) => request,
                Came::Broken(why) => {
                    self.note(&line, Request::default(), Some(why));
                    let answer = Answer::status(400).header("Connection", "close");
                    let _ = (&line.stream).write_all(&answer.bytes(false, |_| None));
                    break After::Closes;
                }
                Came::Nothing => break After::Closes,
            };
            let is_last = request.is_last;
            let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(now, Ordering::SeqCst);
            let after = self.answer(&line, request);
            self.now.fetch_sub(1, Ordering::SeqCst);
            match after {
                After::Stays if !is_last => {}
                After::Resets => break After::Resets,
                _ => break After::Closes,
            }
        };
        if matches!(after, After::Resets) {
            line.reset();
        }
    }

    fn answer(&self, line: &Line, request: Request) -> After {
        let is_head = request.method == "HEAD";
        let found = self.find(&request);
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let headers = request.headers.clone();
        self.note(line, request, None);
        let Some(Found { answer, n, names }) = found else {
            let nothing = Answer::text("no such path\n").with_status(404);
            return send(line, &nothing.bytes(is_head, |_| None), Ending::Whole);
        };
        match answer.wait {
            Wait::Nothing => {}
            Wait::Delay(time) => {
                line.stopped.wait_for(time);
            }
            Wait::Barrier => self.barrier.wait(),
        }
        let bytes = answer.bytes(is_head, |name| match name {
            "n" => Some(n.to_string()),
            "body" => Some(body.clone()),
            _ => {
                if let Some(asked) = name.strip_prefix("header.") {
                    let mut all = headers.iter();
                    let found = all.find(|(name, _)| name.eq_ignore_ascii_case(asked));
                    return Some(found.map_or("missing".into(), |(_, value)| value.clone()));
                }
                let name = name.strip_prefix("path.")?;
                let (_, value) = names.iter().find(|(known, _)| known == name)?;
                Some(value.clone())
            }
        });
        send(line, &bytes, answer.ending)
    }

    fn find(&self, request: &Request) -> Option<Found<'_>> {
        let mut routes = self.routes.iter().enumerate();
        let (position, route, names) = routes.find_map(|(position, route)| {
            let names = route.fits(&request.method, &request.target)?;
            Some((position, route, names))
        })?;
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts[position] += 1;
        Some(Found {
            answer: route.answer(counts[position])?,
            n: counts[position],
            names,
        })
    }

    fn note(&self, line: &Line, request: Request, fault: Option<String>) {
        self.journal.add(|order, at| Arrived {
            order,
            at,
            connection: line.number,
            method: request.method,
            path: request.target,
            headers: request.headers,
            body: request.body,
            fault,
        });
    }
}

#[cfg(test)]
mod tests;
