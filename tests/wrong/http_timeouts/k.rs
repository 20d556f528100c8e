// caught by: a quick client gets its answer
//! http_timeouts: time and size limits are part of the protocol
//!
//! A client that sends one byte every few seconds costs it nothing, and costs you a thread. Sixty of
//! them are an attack with a name: Slowloris. A limit on each read does not help, for every byte
//! starts it anew. What helps is one limit on the whole head, in time and in bytes.
//!
//!     a head that is whole within 1 second   ->  200 "hello\n"
//!     a head that is not                     ->  408 Request Timeout, and the connection is closed
//!     a head of more than 16 KiB             ->  431 Request Header Fields Too Large, and the same
//!     nobody waits for a slow client
//!
//! Read more: RFC 9110, section 15.5.9 (408); RFC 6585, section 5 (431)

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};
use std::{env, thread};

const HEAD_WITHIN: Duration = Duration::from_secs(1);
const HEAD_AT_MOST: usize = 16 * 1024;

/// The status of the answer, with its reason.
fn read_head(stream: &mut TcpStream) -> io::Result<&'static str> {
    let deadline = Instant::now() + HEAD_WITHIN;
    let mut head = Vec::new();
    let mut buffer = [0; 1024];
    loop {
        // Each read may take what is left of the one second, and no more.
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok("408 Request Timeout");
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut buffer) {
            // The client has said all that it has to say.
            Ok(0) => return Ok("200 OK"),
            Ok(length) => head.extend_from_slice(&buffer[..length]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return Ok("408 Request Timeout");
            }
            Err(error) => return Err(error),
        }
        if head.len() > HEAD_AT_MOST {
            return Ok("431 Request Header Fields Too Large");
        }
    }
}

fn serve(mut stream: TcpStream) -> io::Result<()> {
    let status = read_head(&mut stream)?;
    let body = status.replace("200 OK", "hello") + "\n";
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

fn main() -> io::Result<()> {
    let port = env::var("PORT").unwrap_or("8080".to_string());
    for stream in TcpListener::bind(format!("127.0.0.1:{port}"))?.incoming() {
        thread::spawn(move || {
            match stream.and_then(serve) {
                // A client that goes away is none of our troubles.
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => {}
                Err(error) => println!("broken off: {error}"),
                Ok(()) => {}
            }
        });
    }
    Ok(())
}
