// caught by: a GET comes apart into its three parts
//! http_request_line: a request begins with a method, a target and a version
//!
//! The first line says what a client wants. It is also the first thing that a stranger can send you:
//! scanners, broken scripts and clients of other protocols all knock on an open port. Nothing that
//! arrives may end your program; what cannot be understood is answered with 400.
//!
//!     DELETE /cats/7 HTTP/1.1   ->   200  "DELETE\n/cats/7\nHTTP/1.1\n"
//!     anything else             ->   400
//!
//! One blank stands between two parts. The target begins with `/`, the version is `HTTP/1.1` or `HTTP/1.0`.
//! Read more: RFC 9112, section 3

use std::{
    env,
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
};

/// Method, target and version of a line, which comes without its line end. `None` if it is no request line.
fn parse(line: &[u8]) -> Option<(&str, &str, &str)> {
    // Each step may find that this is no request line, and `?` says so. Nothing here can panic: there is
    // no index and no unwrap.
    let line = std::str::from_utf8(line).ok()?;
    let mut parts = line.split(' ');
    let (method, target, version) = (parts.next()?, parts.next()?, parts.next()?);
    let target = target.split('?').next()?;
    // A fourth part would mean that this line can be read in two ways.
    let well_formed = parts.next().is_none()
        && !method.is_empty()
        && target.starts_with('/')
        && matches!(version, "HTTP/1.1" | "HTTP/1.0");
    well_formed.then_some((method, target, version))
}

fn respond(line: &[u8]) -> (&'static str, String) {
    match parse(line) {
        Some((method, target, version)) => ("200 OK", format!("{method}\n{target}\n{version}\n")),
        None => ("400 Bad Request", "no request line\n".to_string()),
    }
}

fn answer(mut stream: TcpStream) -> io::Result<()> {
    // At most 16 KiB: a line without an end must not fill the memory.
    let mut reader = BufReader::with_capacity(32 * 1024, &stream).take(16 * 1024);
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line)?;

    let line = line.strip_suffix(b"\n").unwrap_or(&line);
    let (status, body) = respond(line.strip_suffix(b"\r").unwrap_or(line));
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

fn main() -> io::Result<()> {
    let port = env::var("PORT").unwrap_or("8080".to_string());
    for stream in TcpListener::bind(format!("127.0.0.1:{port}"))?.incoming() {
        if let Err(error) = answer(stream?) {
            println!("no answer given: {error}");
        }
    }
    Ok(())
}
