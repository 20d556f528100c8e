//! A bad line in front of any server: it passes bytes on, late, not at all, or until it is cut. It reads none of them.

use super::{
    accept::{Accepting, Line},
    gate::Gate,
    journal::Journal,
};
use crate::error::Result;
use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

/// A running proxy. Dropping it ends it, with all connections through it.
#[derive(Debug)]
pub struct Proxy {
    accepting: Accepting,
    journal: Journal<Passed>,
    opened: Journal<usize>,
    troubles: Arc<Mutex<Troubles>>,
}

/// What the connections to come will meet.
#[derive(Debug)]
struct Troubles {
    /// In the order of the connections; the last is kept.
    list: Vec<Trouble>,
    /// The number of the connection that meets the first of them.
    from: usize,
}

impl Troubles {
    fn of(&self, connection: usize) -> Trouble {
        let position = connection.saturating_sub(self.from);
        let trouble = self.list.get(position).or(self.list.last());
        trouble.copied().unwrap_or_default()
    }
}

/// How one connection through the proxy behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trouble {
    /// As a good line does.
    #[default]
    Free,
    /// What comes back from the server comes this much later.
    Delay(Duration),
    /// After so many bytes from the server the client sees the end of the connection.
    CutAfter(usize),
    /// After so many bytes from the server the client sees a reset.
    ResetAfter(usize),
    /// The other end is gone and nobody says so: what the client sends is taken, nothing comes back, nothing ends.
    HalfOpen,
}

/// Bytes that passed, one piece as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// Its position, counted from 0.
    pub order: usize,
    /// When it came, since the start.
    pub at: Duration,
    /// The connection, counted from 0.
    pub connection: usize,
    /// Where it went.
    pub direction: Direction,
    /// The bytes themselves.
    pub bytes: Vec<u8>,
}

/// Which way bytes went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the client to the server.
    ToServer,
    /// From the server to the client.
    ToClient,
}

impl Proxy {
    /// Starts a proxy in front of `server`. The first connection meets the first of `troubles`, the second the second, and
    /// so on; the last is kept. None are a good line.
    ///
    /// # Errors
    /// If no port is free.
    pub fn start(server: SocketAddr, troubles: Vec<Trouble>) -> Result<Self> {
        let journal = Journal::new();
        let passed = journal.clone();
        let troubles = Arc::new(Mutex::new(Troubles {
            list: troubles,
            from: 0,
        }));
        let opened = Journal::new();
        let (known, noted) = (Arc::clone(&troubles), opened.clone());
        let accepting = Accepting::start(move |line| {
            noted.add(|_, _| line.number);
            let trouble = lock(&known).of(line.number);
            let note = |connection, direction, bytes: &[u8]| {
                passed.add(|order, at| Passed {
                    order,
                    at,
                    connection,
                    direction,
                    bytes: bytes.to_vec(),
                });
            };
            carry(line, server, trouble, &note);
        })?;
        Ok(Self {
            accepting,
            journal,
            opened,
            troubles,
        })
    }

    /// From now on the next connection meets the first of these, and so on; those that are open go on as they are.
    pub fn from_now(&self, list: Vec<Trouble>) {
        let from = self.connections();
        *lock(&self.troubles) = Troubles { list, from };
    }

    /// How many connections there have been.
    pub fn connections(&self) -> usize {
        self.opened.all().len()
    }

    /// Waits until there have been so many connections; false if that takes longer than `time`.
    pub fn wait_for_connections(&self, connections: usize, time: Duration) -> bool {
        self.opened
            .wait_for(time, |opened| opened.len() >= connections)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.accepting.address()
    }

    /// Everything that passed so far, in order.
    pub fn passed(&self) -> Vec<Passed> {
        self.journal.all()
    }

    /// Waits until so many bytes have gone this way; false if that takes longer than `time`.
    pub fn wait_for(&self, direction: Direction, bytes: usize, time: Duration) -> bool {
        self.journal.wait_for(time, |passed| {
            let this_way = passed.iter().filter(|piece| piece.direction == direction);
            this_way.map(|piece| piece.bytes.len()).sum::<usize>() >= bytes
        })
    }

    /// Ends every connection that is open now; new ones are taken.
    pub fn cut_all(&self) {
        self.accepting.hang_up();
    }
}

fn lock(troubles: &Mutex<Troubles>) -> MutexGuard<'_, Troubles> {
    troubles.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Carries one connection to its end. `note` is told of each piece, with the number of the connection, before it goes on.
pub(super) fn carry(
    line: Line,
    server: SocketAddr,
    trouble: Trouble,
    note: &(impl Fn(usize, Direction, &[u8]) + Sync),
) {
    let number = line.number;
    let note = |direction, bytes: &[u8]| note(number, direction, bytes);
    if trouble == Trouble::HalfOpen {
        let mut bytes = [0; 8192];
        while let Ok(read @ 1..) = (&line.stream).read(&mut bytes) {
            note(Direction::ToServer, &bytes[..read]);
        }
        return;
    }
    // No server there: the client sees an end at once.
    let Ok(upstream) = TcpStream::connect(server) else {
        return;
    };
    let _ = upstream.set_nodelay(true);
    let upstream = Arc::new(upstream);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut bytes = [0; 8192];
            while let Ok(read @ 1..) = (&line.stream).read(&mut bytes) {
                note(Direction::ToServer, &bytes[..read]);
                if (&*upstream).write_all(&bytes[..read]).is_err() {
                    break;
                }
            }
            // The client is done; the server may still answer.
            let how = match line.stopped.is_open() {
                true => Shutdown::Both,
                false => Shutdown::Write,
            };
            let _ = upstream.shutdown(how);
        });
        back(&line, &upstream, trouble, &note, &line.stopped);
        let _ = upstream.shutdown(Shutdown::Both);
        // A reset leaves the client's side as it is: shutting it down would tell of an end.
        if !matches!(trouble, Trouble::ResetAfter(_)) {
            let _ = line.stream.shutdown(Shutdown::Both);
        } else {
            let _ = line.stream.shutdown(Shutdown::Read);
        }
    });
    if matches!(trouble, Trouble::ResetAfter(_)) {
        line.reset();
    }
}

/// Passes on what the server sends, until it ends or the trouble does.
fn back(
    line: &Line,
    mut upstream: &TcpStream,
    trouble: Trouble,
    note: &impl Fn(Direction, &[u8]),
    stopped: &Gate,
) {
    let mut left = match trouble {
        Trouble::CutAfter(bytes) | Trouble::ResetAfter(bytes) => bytes,
        _ => usize::MAX,
    };
    let mut bytes = [0; 8192];
    while left > 0 {
        let Ok(read @ 1..) = upstream.read(&mut bytes) else {
            return;
        };
        if let Trouble::Delay(time) = trouble
            && stopped.wait_for(time)
        {
            return;
        }
        let part = &bytes[..read.min(left)];
        left -= part.len();
        note(Direction::ToClient, part);
        if (&line.stream).write_all(part).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Answer, Route, Upstream},
        *,
    };
    use std::{
        io::{self, ErrorKind},
        time::Instant,
    };

    const LONG: Duration = Duration::from_secs(20);

    fn upstream() -> Upstream {
        Upstream::start(vec![Route::new("/").then(Answer::text("0123456789"))]).expect("started")
    }

    fn ask(proxy: &Proxy) -> io::Result<String> {
        let mut stream = TcpStream::connect(proxy.address())?;
        stream.set_read_timeout(Some(LONG))?;
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn a_good_line_passes_everything_and_records_both_ways() {
        let server = upstream();
        let proxy = Proxy::start(server.address(), Vec::new()).expect("started");
        let answer = ask(&proxy).expect("answered");
        assert!(answer.ends_with("0123456789"));
        let back: Vec<u8> = proxy
            .passed()
            .into_iter()
            .filter(|piece| piece.direction == Direction::ToClient)
            .flat_map(|piece| piece.bytes)
            .collect();
        assert_eq!(String::from_utf8_lossy(&back), answer);
        assert!(proxy.wait_for(Direction::ToServer, 10, LONG));
    }

    #[test]
    fn each_connection_meets_its_own_trouble() {
        let server = upstream();
        let late = Duration::from_millis(300);
        let troubles = vec![
            Trouble::CutAfter(12),
            Trouble::ResetAfter(0),
            Trouble::Delay(late),
            Trouble::Free,
        ];
        let proxy = Proxy::start(server.address(), troubles).expect("started");
        assert_eq!(ask(&proxy).expect("an end"), "HTTP/1.1 200");
        #[cfg(unix)]
        assert_eq!(
            ask(&proxy).expect_err("a reset").kind(),
            ErrorKind::ConnectionReset
        );
        let started = Instant::now();
        assert!(ask(&proxy).expect("answered").ends_with("9"));
        assert!(started.elapsed() >= late);
        assert!(ask(&proxy).expect("answered").ends_with("9"));
        assert!(
            ask(&proxy).expect("answered").ends_with("9"),
            "the last is kept"
        );
    }

    #[test]
    fn what_connections_meet_can_change_while_it_runs() {
        let server = upstream();
        let proxy = Proxy::start(server.address(), vec![Trouble::CutAfter(0)]).expect("started");
        assert_eq!(ask(&proxy).expect("an end"), "");
        proxy.from_now(vec![Trouble::CutAfter(4), Trouble::Free]);
        assert_eq!(ask(&proxy).expect("an end"), "HTTP");
        assert!(ask(&proxy).expect("answered").ends_with("9"));
        assert_eq!(proxy.connections(), 3);
    }

    #[test]
    fn a_half_open_line_takes_everything_and_gives_nothing() {
        let server = upstream();
        let proxy = Proxy::start(server.address(), vec![Trouble::HalfOpen]).expect("started");
        let mut stream = TcpStream::connect(proxy.address()).expect("connected");
        stream
            .set_read_timeout(Some(Duration::from_millis(200)))
            .expect("set");
        stream
            .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            .expect("taken");
        let kind = stream.read(&mut [0; 1]).expect_err("nothing").kind();
        assert!(
            matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut),
            "{kind:?}"
        );
        assert_eq!(server.arrived().len(), 0);
    }

    #[test]
    fn all_open_connections_can_be_cut_at_once() {
        let server = upstream();
        let proxy = Proxy::start(server.address(), Vec::new()).expect("started");
        let mut stream = TcpStream::connect(proxy.address()).expect("connected");
        stream.set_read_timeout(Some(LONG)).expect("set");
        stream.write_all(b"GET / HTTP/1.1\r\n").expect("sent");
        assert!(proxy.wait_for(Direction::ToServer, 5, LONG));
        proxy.cut_all();
        // An end or a reset, never a wait.
        let ended = stream.read(&mut [0; 1]).map_err(|error| error.kind());
        assert!(
            !matches!(ended, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut)),
            "{ended:?}"
        );
        assert!(ask(&proxy).expect("answered").ends_with("9"));
    }
}
