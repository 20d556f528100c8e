// caught by: a request is answered when it is whole, wherever it is cut
//! http_keep_alive: one connection, many requests
//!
//! Opening a connection costs a round trip, and with TLS several, so clients keep theirs and send one
//! request after the other. Some do not even wait for the answer before they send the next one. A
//! server answers all of them, in order, until one side says that it is enough.
//!
//!     GET /NAME HTTP/1.1                       ->  200 "hello NAME\n", and the connection stays open
//!     ... with Connection: close               ->  200, and the server closes the connection
//!     GET /NAME HTTP/1.0                       ->  200, and the server closes the connection
//!
//! Read more: RFC 9112, section 9.3

use std::{
    env,
    io::{self, BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
};

/// The head of the next request, line by line. Empty if the client has no more.
fn next_head(reader: &mut impl BufRead) -> io::Result<String> {
    // What has come is the request.
    let come = reader.fill_buf()?;
    let end = come.windows(4).position(|bytes| bytes == b"\r\n\r\n");
    let length = end.map_or(come.len(), |end| end + 4);
    let head = String::from_utf8_lossy(&come[..length]).into_owned();
    reader.consume(length);
    Ok(head)
}

/// Whether the client will use this connection again.
fn stays_open(head: &str) -> bool {
    // HTTP/1.1 keeps the connection unless somebody says close; before that, nobody kept it.
    let mut lines = head.lines();
    let keeps = lines
        .next()
        .is_some_and(|first| first.ends_with("HTTP/1.1"));
    let says_close = |line: &str| {
        let (name, value) = line.split_once(':').unwrap_or_default();
        name.eq_ignore_ascii_case("connection") && value.trim().eq_ignore_ascii_case("close")
    };
    keeps && !lines.any(says_close)
}

fn serve(mut stream: TcpStream) -> io::Result<()> {
    // One reader for the whole connection: what it has read too much is the next request.
    let mut reader = BufReader::new(stream.try_clone()?);
    loop {
        let head = next_head(&mut reader)?;
        if head.is_empty() {
            return Ok(());
        }
        let target = head.split(' ').nth(1).unwrap_or("/");
        let body = format!("hello {}\n", target.trim_start_matches('/'));
        let connection = if stays_open(&head) {
            "keep-alive"
        } else {
            "close"
        };
        let length = body.len();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nConnection: {connection}\r\nContent-Length: {length}\r\n\r\n{body}"
        )?;
        if connection == "close" {
            return Ok(());
        }
    }
}

fn main() -> io::Result<()> {
    let port = env::var("PORT").unwrap_or("8080".to_string());
    for stream in TcpListener::bind(format!("127.0.0.1:{port}"))?.incoming() {
        if let Err(error) = serve(stream?) {
            println!("broken off: {error}");
        }
    }
    Ok(())
}
