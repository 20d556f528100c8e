//! http_concurrent: a slow client must not stop the others
//!
//! A client may open a connection and say nothing: a phone in a tunnel, a browser that connects in
//! advance, somebody who means harm. A server that serves one client after the other then stands
//! still for all of them. And what the clients share, they share for as short a time as possible.
//!
//!     GET any path   ->   200 "you are visitor N\n"; N is another number for each request
//!     a client that is silent, or stops in the middle of its request, holds up nobody
//!
//! Read more: `std::thread::spawn`, `std::sync::Mutex`

use std::{
    env,
    io::{self, BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::Mutex,
};

fn answer(mut stream: TcpStream, visitors: &Mutex<u64>) -> io::Result<()> {
    // TODO: Hold the lock for as long as it takes to count, and no longer.
    let mut visitors = visitors.lock().expect("nobody panics with the lock");
    for line in BufReader::new(&stream).lines() {
        if line?.is_empty() {
            break;
        }
    }
    *visitors += 1;
    let body = format!("you are visitor {}\n", visitors);
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

fn main() -> io::Result<()> {
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let visitors = Mutex::new(0);
    for stream in TcpListener::bind(format!("127.0.0.1:{port}"))?.incoming() {
        // TODO: Serve each connection on a thread of its own. `Arc` lets threads share what none of them owns.
        if let Err(error) = answer(stream?, &visitors) {
            println!("no answer given: {error}");
        }
    }
    Ok(())
}
