//! A door in front of any server: as long as it is open it passes all bytes on, untouched; shut, its port refuses connections
//! and those through it are cut. It can be opened again on the same port. It reads nothing, and keeps nothing.

use super::{
    accept::{Accepting, no_port},
    proxy::{Direction, Trouble, carry},
};
use crate::error::{Error, Result};
use std::{
    fmt, io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// How long to wait for the port where a stranger had it for a moment.
const PORT_WITHIN: Duration = Duration::from_secs(5);

/// Between two tries.
const TRY_AGAIN: Duration = Duration::from_millis(10);

/// Is told of each piece that passes, with the number of its connection, before it goes on; an empty one is the end.
type Watcher = dyn Fn(usize, Direction, &[u8]) + Send + Sync;

/// A door. Dropping it shuts it for ever.
pub struct Door {
    server: SocketAddr,
    port: u16,
    watcher: Arc<Watcher>,
    accepting: Mutex<Option<Accepting>>,
}

impl Door {
    /// An open door in front of `server`, on a free port.
    ///
    /// # Errors
    /// If no port is free.
    pub fn before(server: SocketAddr) -> Result<Self> {
        Self::watched(server, 0, |_, _, _| {}).map_err(|error| no_port(&error))
    }

    /// An open door on this port (0 is a free one) that tells `watcher` of what passes.
    ///
    /// # Errors
    /// If the system does not give the port.
    pub fn watched(
        server: SocketAddr,
        port: u16,
        watcher: impl Fn(usize, Direction, &[u8]) + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let watcher: Arc<Watcher> = Arc::new(watcher);
        let accepting = accept(server, port, &watcher)?;
        Ok(Self {
            server,
            port: accepting.address().port(),
            watcher,
            accepting: Mutex::new(Some(accepting)),
        })
    }

    /// Its port on 127.0.0.1, open or shut.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Refuses connections from now on, and cuts those that are there.
    pub fn shut(&self) {
        // Dropping it waits until nobody listens any more.
        drop(self.lock().take());
    }

    /// Opens it on the same port, if it is shut.
    ///
    /// # Errors
    /// [`Error::Tool`] if another program has taken the port, and keeps it.
    pub fn open(&self) -> Result<()> {
        let mut accepting = self.lock();
        if accepting.is_some() {
            return Ok(());
        }
        let deadline = Instant::now() + PORT_WITHIN;
        loop {
            match accept(self.server, self.port, &self.watcher) {
                Ok(opened) => {
                    *accepting = Some(opened);
                    return Ok(());
                }
                Err(error) if Instant::now() >= deadline => {
                    return Err(Error::tool(
                        format!("port {} cannot be opened again: {error}", self.port),
                        "Another program has taken it meanwhile. Save again: another port is used then.",
                    ));
                }
                Err(_) => thread::sleep(TRY_AGAIN),
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Accepting>> {
        self.accepting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn accept(server: SocketAddr, port: u16, watcher: &Arc<Watcher>) -> io::Result<Accepting> {
    let watcher = Arc::clone(watcher);
    Accepting::start_at(port, move |line| {
        let connection = line.number;
        carry(line, server, Trouble::Free, &|number, way, bytes: &[u8]| {
            watcher(number, way, bytes);
        });
        watcher(connection, Direction::ToClient, &[]);
    })
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Door({} before {})", self.port, self.server)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Answer, Route, Upstream},
        *,
    };
    use std::{
        io::{ErrorKind, Read as _, Write as _},
        net::{Ipv4Addr, TcpStream},
    };

    fn ask(port: u16) -> io::Result<String> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn a_door_that_is_shut_refuses_and_cuts_and_opens_on_the_same_port() {
        let server = Upstream::start(vec![Route::new("/").then(Answer::text("0123456789"))]);
        let server = server.expect("started");
        let door = Door::before(server.address()).expect("started");
        assert!(ask(door.port()).expect("answered").ends_with("0123456789"));
        let mut open = TcpStream::connect((Ipv4Addr::LOCALHOST, door.port())).expect("connected");
        open.set_read_timeout(Some(Duration::from_secs(20)))
            .expect("set");
        door.shut();
        let ended = open.read(&mut [0; 1]).map_err(|error| error.kind());
        assert!(
            !matches!(ended, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut)),
            "{ended:?}"
        );
        assert_eq!(
            ask(door.port()).expect_err("refused").kind(),
            ErrorKind::ConnectionRefused
        );
        door.open().expect("the port is free");
        assert!(ask(door.port()).expect("answered").ends_with("0123456789"));
    }
}
