// caught by: after the panic the next request is answered
//! http_status_codes: the status code says whose turn it is to change something
//!
//! Programs read the code, not the body. A client that gets 404 gives up; one that gets 405 reads
//! `Allow` and tries another method; one that gets 500 tries again later. A connection that closes
//! without an answer tells it nothing: so a bug in one handler must still become a 500.
//!
//!     GET  /                           ->  200 "home\n"
//!     GET  /users                      ->  200 "Ada\nGrace\n"
//!     POST /users                      ->  201
//!     other methods on these two       ->  405, and Allow names the methods of that path
//!     GET  /boom, which always panics  ->  500, and the server goes on
//!     any other path                   ->  404
//!
//! Read more: RFC 9110, section 15

use std::{
    env,
    io::{self, BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    panic,
};

/// The status with its reason; further headers, each with its `\r\n`; the body.
type Response = (&'static str, &'static str, &'static str);

fn route(method: &str, path: &str) -> Response {
    match (method, path) {
        ("GET", "/") => ("200 OK", "", "home\n"),
        ("GET", "/users") => ("200 OK", "", "Ada\nGrace\n"),
        ("POST", "/users") => ("201 Created", "Location: /users/3\r\n", "created\n"),
        (_, "/boom") => panic!("the shelf with the users fell over"),
        // These paths are known, so it is the method that does not fit. `Allow` says which ones do.
        (_, "/") => ("405 Method Not Allowed", "Allow: GET\r\n", "try GET\n"),
        (_, "/users") => (
            "405 Method Not Allowed",
            "Allow: GET, POST\r\n",
            "try GET or POST\n",
        ),
        _ => ("404 Not Found", "", "there is nothing here\n"),
    }
}

fn answer(mut stream: TcpStream) -> io::Result<()> {
    let mut first = String::new();
    BufReader::new(&stream).read_line(&mut first)?;
    let mut parts = first.split_whitespace();
    let (method, path) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));

    // The panic has printed its message to the log already. The client learns that the fault is ours,
    // and nothing about what is inside.
    let (status, headers, body) = panic::catch_unwind(|| route(method, path)).unwrap_or((
        "500 Internal Server Error",
        "",
        "something went wrong here\n",
    ));

    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n");
    stream.write_all((head + body).as_bytes())?;
    if status.starts_with("500") {
        return Err(io::Error::other("the program is broken"));
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let port = env::var("PORT").unwrap_or("8080".to_string());
    for stream in TcpListener::bind(format!("127.0.0.1:{port}"))?.incoming() {
        answer(stream?)?;
    }
    Ok(())
}
