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

struct Request {
    target: String,
    version: String,
    /// Names in small letters, values without the blanks around them.
    headers: Vec<(String, String)>,
}

/// The next request, without a body. `None` if the client has no more.
fn next_request(reader: &mut impl BufRead) -> io::Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut parts = line.split_whitespace().skip(1).map(str::to_owned);
    let (target, version) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let mut headers = Vec::new();
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            return Ok(Some(Request { target, version, headers }));
        }
        if let Some((name, value)) = line.split_once(':') {
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
}

/// Whether the client will use this connection again.
fn stays_open(request: &Request) -> bool {
    // HTTP/1.1 keeps the connection unless somebody says close; before that, nobody kept it.
    let close = |(name, value): &(String, String)| {
        name == "connection" && value.eq_ignore_ascii_case("close")
    };
    request.version == "HTTP/1.1" && !request.headers.iter().any(close)
}

fn serve(mut stream: TcpStream) -> io::Result<()> {
    // One reader for the whole connection: what it has read too much is the next request.
    let mut reader = BufReader::new(stream.try_clone()?);
    while let Some(request) = next_request(&mut reader)? {
        let body = format!("hello {}\n", request.target.trim_start_matches('/'));
        let connection = if stays_open(&request) { "keep-alive" } else { "close" };
        let length = body.len();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nConnection: {connection}\r\nContent-Length: {length}\r\n\r\n{body}"
        )?;
        if connection == "close" {
            return stream.shutdown(std::net::Shutdown::Both);
        }
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let port = env::var("PORT").unwrap_or("8080".to_string());
    for stream in TcpListener::bind(format!("127.0.0.1:{port}"))?.incoming() {
        let stream = stream?;
        std::thread::spawn(move || {
            if let Err(error) = serve(stream) {
                println!("broken off: {error}");
            }
        });
    }
    Ok(())
}
