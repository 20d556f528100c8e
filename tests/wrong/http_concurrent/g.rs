// caught by: a client is answered
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
    sync::{Arc, Mutex},
    thread,
};

fn answer(mut stream: TcpStream, visitors: &Mutex<u64>) -> io::Result<()> {
    // Reading can take for ever, so nothing is locked while it lasts.
    for line in BufReader::new(&stream).lines() {
        if line?.is_empty() {
            break;
        }
    }
    // Count and look in one go: between two locks somebody else could count too. The lock ends with this line.
    let mut count = visitors.lock().expect("nobody panics with the lock");
    *count += 1;
    // And now look at it.
    let number = visitors.lock().expect("nobody panics with the lock");
    let body = format!("you are visitor {number}\n");
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

fn main() -> io::Result<()> {
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let visitors = Arc::new(Mutex::new(0));
    for stream in TcpListener::bind(format!("127.0.0.1:{port}"))?.incoming() {
        let stream = stream?;
        // Each thread has its own handle to the one number.
        let visitors = Arc::clone(&visitors);
        thread::spawn(move || {
            if let Err(error) = answer(stream, &visitors) {
                println!("no answer given: {error}");
            }
        });
    }
    Ok(())
}
