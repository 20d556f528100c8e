// caught by: the body is the new greeting
//! hello_server: a backend waits on a port and answers bytes
//!
//! Behind every website runs a program like this one. It waits on a port; a client connects and sends
//! a request; the program writes an answer back. An answer is a head, an empty line and a body. Where
//! the body ends, a client knows from one number only: it reads Content-Length bytes and stops.
//!
//!     GET /   ->   200   "Hello from my backend!"
//!
//! Talk to it yourself: README.md beside this file says how.
//! Read more: https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/Messages

use std::{
    env,
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
};

fn main() -> io::Result<()> {
    // Who starts a server decides its port, and tells it in the environment.
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}"))?;
    println!("listening on http://127.0.0.1:{port}");

    for stream in listener.incoming() {
        // A client that goes away too early is no reason to stop: the next one is waiting.
        if let Err(error) = answer(stream?) {
            println!("no answer given: {error}");
        }
    }
    Ok(())
}

fn answer(mut stream: TcpStream) -> io::Result<()> {
    // Whatever a client asks, everyone gets the same answer here.
    let mut request = [0; 4096];
    let length = stream.read(&mut request)?;
    println!("{}", String::from_utf8_lossy(&request[..length]));

    let body = "Hello from my backend!";
    // The length is computed, so that it cannot go stale when somebody changes the greeting. `len` of
    // a `str` counts bytes, which is what Content-Length counts.
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );

    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())
}
