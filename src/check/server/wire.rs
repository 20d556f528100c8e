//! Sends bytes over TCP and reads what comes back, within a deadline and until nobody wants it any more. It knows where an HTTP
//! message ends and judges nothing else.

use super::message::{self, Asked, NoMessage};
use crate::{
    error::{Error, Result},
    process::Cancel,
};
use std::{
    io::{self, ErrorKind, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    time::{Duration, Instant},
};

/// How long one blocking call may take before the deadline and the flag are looked at again.
const SLICE: Duration = Duration::from_millis(20);

/// After a whole answer: how long to wait for further bytes on a connection that stays open.
const LINGER: Duration = Duration::from_millis(30);

/// More than this nobody expects of an answer.
const ANSWER_CAP: usize = 4 * 1024 * 1024;

/// One exchange to make.
pub(super) struct Exchange<'a> {
    /// What to send.
    pub(super) bytes: &'a [u8],
    /// What the answer is an answer to.
    pub(super) asked: Asked,
    /// When to give up.
    pub(super) deadline: Instant,
    /// How long to read.
    pub(super) until: Until,
    /// Raised when nobody wants the result any more.
    pub(super) cancel: &'a Cancel,
}

/// How long to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Until {
    /// Until a whole answer has come.
    Answered,
    /// Until the server closes the connection.
    Closed,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Received {
    /// Every byte.
    pub(super) bytes: Vec<u8>,
    /// Why no more came.
    pub(super) ending: Ending,
}

/// Why no more bytes came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The server closed the connection.
    Closed,
    /// The answer is whole and the connection is open.
    StillOpen,
    /// The deadline has passed.
    Deadline,
    /// There was no end to it.
    TooLong,
}

/// Connects to the learner's server.
///
/// # Errors
/// As the system says it.
pub(super) fn connect(port: u16, within: Duration) -> io::Result<TcpStream> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let stream = TcpStream::connect_timeout(&address, within)?;
    // Where nobody listens, TCP can connect a port in the ephemeral range to itself.
    if stream.local_addr()? == address {
        return Err(ErrorKind::ConnectionRefused.into());
    }
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Sends and reads.
///
/// # Errors
/// [`Error::Cancelled`]; [`Error::Tool`] if the system refuses to set up the connection.
pub(super) fn exchange(mut stream: TcpStream, exchange: &Exchange<'_>) -> Result<Received> {
    let slices = stream
        .set_read_timeout(Some(SLICE))
        .and_then(|()| stream.set_write_timeout(Some(SLICE)));
    slices.map_err(|error| {
        Error::tool(
            format!("a connection could not be set up: {error}"),
            "Save again; if it stays so, restart the program.",
        )
    })?;
    let mut received = Received {
        bytes: Vec::new(),
        ending: Ending::Deadline,
    };
    if !send(&mut stream, exchange)? {
        return Ok(received);
    }
    let mut complete_at = None;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        stop_if_cancelled(exchange.cancel)?;
        match stream.read(&mut buffer) {
            Ok(0) => received.ending = Ending::Closed,
            Ok(read) => {
                received.bytes.extend_from_slice(&buffer[..read]);
                if complete_at.is_none() && is_whole(&received.bytes, exchange.asked) {
                    complete_at = Some(Instant::now());
                }
                if received.bytes.len() < ANSWER_CAP {
                    continue;
                }
                received.ending = Ending::TooLong;
            }
            Err(error) if is_slice(&error) => {
                let enough = exchange.until == Until::Answered
                    && complete_at.is_some_and(|at: Instant| at.elapsed() >= LINGER);
                if enough {
                    received.ending = Ending::StillOpen;
                } else if Instant::now() < exchange.deadline {
                    continue;
                }
            }
            // A reset: the server closed without reading everything. What came before it counts.
            Err(_) => received.ending = Ending::Closed,
        }
        return Ok(received);
    }
}

/// Sends everything. False if the server did not take it in time.
fn send(stream: &mut TcpStream, exchange: &Exchange<'_>) -> Result<bool> {
    let mut rest = exchange.bytes;
    while !rest.is_empty() {
        stop_if_cancelled(exchange.cancel)?;
        match stream.write(rest) {
            Ok(written) => rest = &rest[written..],
            Err(error) if is_slice(&error) => {
                if Instant::now() >= exchange.deadline {
                    return Ok(false);
                }
            }
            // The server may close early and have answered all the same.
            Err(_) => return Ok(true),
        }
    }
    Ok(true)
}

fn is_whole(bytes: &[u8], asked: Asked) -> bool {
    match message::parse(bytes, asked) {
        Ok(message) => message.is_complete(),
        Err(NoMessage::NoStatusLine(_)) => true,
        Err(NoMessage::HeadUnfinished) => false,
    }
}

/// True if a blocking call only came to the end of its slice of time.
pub(super) fn is_slice(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
    )
}

fn stop_if_cancelled(cancel: &Cancel) -> Result<()> {
    if cancel.is_cancelled() {
        return Err(Error::Cancelled);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{net::TcpListener, thread};

    /// A server on a thread: it reads once, writes `answer`, then does `after`.
    fn serve(answer: &'static [u8], after: impl FnOnce(TcpStream) + Send + 'static) -> TcpStream {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a client");
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(answer);
            after(stream);
        });
        connect(port, Duration::from_secs(5)).expect("connected")
    }

    fn ask(stream: TcpStream, within: Duration, until: Until, cancel: &Cancel) -> Result<Received> {
        let deadline = Instant::now() + within;
        let asked = Asked::Other;
        exchange(
            stream,
            &Exchange {
                bytes: b"GET / HTTP/1.1\r\n\r\n",
                asked,
                deadline,
                until,
                cancel,
            },
        )
    }

    /// Holds a connection open until the other side closes it.
    fn hold(mut stream: TcpStream) {
        let _ = stream.read_to_end(&mut Vec::new());
    }

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn a_close_ends_the_answer_and_all_bytes_are_there() {
        let stream = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabc", drop);
        let received = ask(stream, LONG, Until::Answered, &Cancel::new()).expect("an answer");
        assert_eq!(received.ending, Ending::Closed);
        assert!(received.bytes.ends_with(b"abc"));
    }

    #[test]
    fn a_whole_answer_is_enough_when_the_connection_stays_open() {
        let stream = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", hold);
        let received = ask(stream, LONG, Until::Answered, &Cancel::new()).expect("an answer");
        assert_eq!(received.ending, Ending::StillOpen);
    }

    #[test]
    fn a_server_that_never_answers_is_left_at_the_deadline() {
        let stream = serve(b"", hold);
        let short = Duration::from_millis(60);
        let received = ask(stream, short, Until::Answered, &Cancel::new()).expect("no error");
        assert_eq!(
            (received.ending, received.bytes.len()),
            (Ending::Deadline, 0)
        );
    }

    #[test]
    fn waiting_for_the_close_does_not_end_with_the_answer() {
        let stream = serve(b"HTTP/1.1 204 No Content\r\n\r\n", hold);
        let short = Duration::from_millis(120);
        let received = ask(stream, short, Until::Closed, &Cancel::new()).expect("no error");
        assert_eq!(received.ending, Ending::Deadline);
    }

    #[test]
    fn cancelling_ends_an_exchange_that_would_take_long() {
        let stream = serve(b"", hold);
        let cancel = Cancel::new();
        let other = cancel.clone();
        let asking =
            thread::spawn(move || ask(stream, Duration::from_secs(600), Until::Answered, &other));
        cancel.cancel();
        let result = asking.join().expect("no panic");
        assert!(matches!(result, Err(Error::Cancelled)));
    }
}
