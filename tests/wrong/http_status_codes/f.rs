// caught by: Allow names the methods of this very path
//! http_status_codes: the status code says whose turn it is to change something
//!
//! Programs read the code, not the body. A client that gets 404 gives up; one that gets 405 reads
//! `Allow` and tries another method; one that gets 500 tries again later. A connection that closes
//! without an answer tells it nothing: so a bug in one handler must still become a 500.
//!
//!     GET  /              ->  200  "home\n"        any other method there  ->  405, Allow
//!     GET  /users         ->  200  "Ada\nGrace\n"  POST /users  ->  201  "created\n"
//!     GET  /boom          ->  500, and the next request is answered    any other path  ->  404
//!
//! Read more: RFC 9110, section 15

use std::{
    env,
    io::{self, BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    panic,
};

struct Response {
    status: &'static str,
    allow: Option<&'static str>,
    body: &'static str,
}

fn response(status: &'static str, body: &'static str) -> Response {
    Response {
        status,
        allow: None,
        body,
    }
}

fn route(method: &str, path: &str) -> Response {
    match (method, path) {
        ("GET", "/") => response("200 OK", "home\n"),
        ("GET", "/users") => response("200 OK", "Ada\nGrace\n"),
        ("POST", "/users") => response("201 Created", "created\n"),
        (_, "/boom") => panic!("the shelf with the users fell over"),
        // These paths are known, so it is the method that does not fit: the client learns which ones do.
        (_, "/") => Response {
            allow: Some("GET, POST"),
            ..response("405 Method Not Allowed", "try GET\n")
        },
        (_, "/users") => Response {
            allow: Some("GET, POST"),
            ..response("405 Method Not Allowed", "try GET or POST\n")
        },
        _ => response("404 Not Found", "there is nothing here\n"),
    }
}

fn answer(mut stream: TcpStream) -> io::Result<()> {
    let mut lines = BufReader::new(&stream).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let mut parts = first.split(' ');
    let (method, path) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));

    // The panic has already printed its message to the log. The client learns that it was our fault,
    // and not what is inside.
    let routed = panic::catch_unwind(|| route(method, path));
    let Response {
        status,
        allow,
        body,
    } = routed
        .unwrap_or_else(|_| response("500 Internal Server Error", "something went wrong here\n"));

    let allow = allow.map_or(String::new(), |methods| format!("Allow: {methods}\r\n"));
    write!(
        stream,
        "HTTP/1.1 {status}\r\n{allow}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn main() -> io::Result<()> {
    let port = env::var("PORT").unwrap_or("8080".to_string());
    for stream in TcpListener::bind(format!("127.0.0.1:{port}"))?.incoming() {
        answer(stream?).unwrap_or_else(|error| println!("no answer given: {error}"));
    }
    Ok(())
}
