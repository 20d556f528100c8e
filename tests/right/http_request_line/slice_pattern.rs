//! http_request_line: a request begins with a method, a target and a version
//!
//! The first line says what a client wants. It is also the first thing that a stranger can send you:
//! scanners, broken scripts and clients of other protocols all knock on an open port. Nothing that
//! arrives may end your program; what cannot be understood is answered with 400.
//!
//!     DELETE /cats/7 HTTP/1.1   ->   200  "DELETE\n/cats/7\nHTTP/1.1\n"
//!     anything else             ->   400
//!
//! The three parts are apart by one blank each. The target begins with `/`; the version is `HTTP/1.1` or
//! `HTTP/1.0`. Read more: RFC 9112, section 3

use std::{
    env,
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
};

struct RequestLine {
    method: String,
    target: String,
    version: String,
}

/// The three parts of a line, which comes without its line end. `None` if it is no request line.
fn parse(line: &[u8]) -> Option<RequestLine> {
    let parts: Vec<&[u8]> = line.split(|&byte| byte == b' ').collect();
    let &[
        method,
        target @ [b'/', ..],
        version @ (b"HTTP/1.0" | b"HTTP/1.1"),
    ] = parts.as_slice()
    else {
        return None;
    };
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
    Some(RequestLine {
        method: text(method).filter(|method| !method.is_empty())?,
        target: text(target)?,
        version: text(version)?,
    })
}

fn respond(line: &[u8]) -> (&'static str, String) {
    match parse(line) {
        Some(RequestLine {
            method,
            target,
            version,
        }) => ("200 OK", format!("{method}\n{target}\n{version}\n")),
        None => (
            "400 Bad Request",
            "this is not a request line\n".to_string(),
        ),
    }
}

fn answer(mut stream: TcpStream) -> io::Result<()> {
    // At most 16 KiB: a line without an end must not fill the memory.
    let mut line = Vec::new();
    BufReader::with_capacity(32 * 1024, &stream)
        .take(16 * 1024)
        .read_until(b'\n', &mut line)?;
    let line = line.strip_suffix(b"\n").unwrap_or(&line);
    let (status, body) = respond(line.strip_suffix(b"\r").unwrap_or(line));
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
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
