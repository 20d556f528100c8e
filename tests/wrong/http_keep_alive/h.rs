// caught by: a client that is done gets no further answer
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
    let mut head = String::new();
    // The empty line at its end is 2 bytes, and after the end of the stream there are 0.
    while reader.read_line(&mut head)? > 2 {}
    Ok(head)
}

/// Whether the client will use this connection again.
fn stays_open(head: &str) -> bool {
    // TODO: Look at the version in the first line, and at the header Connection in the others.
    !head.to_lowercase().contains("connection: close") && !head.contains("HTTP/1.0")
}

fn serve(mut stream: TcpStream) -> io::Result<()> {
    // TODO: Answer one request after the other, for as long as the connection stays open.
    let mut reader = BufReader::new(stream.try_clone()?);
    loop {
        let head = next_head(&mut reader)?;
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
