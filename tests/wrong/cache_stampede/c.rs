// caught by: a failure is not kept
//! cache_stampede: many misses, one fetch
//!
//! A product that everybody wants is not in the cache, and two hundred readers miss it in the same
//! moment. If each of them asks the upstream, the cache that has to protect it knocks it over. So one
//! reader fetches, and the others wait for what it brings. They wait for nothing else: whoever reads
//! another product is not held up, and a failure is told, not kept.
//!
//!     GET /products/ID   ->   200 and what the upstream says; it is asked once for each product
//!     GET /products/ID   ->   502 if the upstream fails; the next reader asks it again
//!
//! Read more: `std::sync::Mutex`, `std::sync::Arc`, and the word "single-flight"

use std::{
    collections::HashMap,
    env,
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

type Slot = Arc<Mutex<Option<Result<String, String>>>>;

/// A slot for each product that somebody has asked for, by path.
#[derive(Default)]
struct Cache {
    slots: Mutex<HashMap<String, Slot>>,
}

impl Cache {
    /// What the upstream says of a path, out of the cache where possible.
    fn read(&self, path: &str) -> io::Result<String> {
        let slot = {
            let mut slots = self.slots.lock().expect("no panic");
            Arc::clone(slots.entry(path.to_string()).or_default())
        };
        let mut known = slot.lock().expect("no panic");
        let fetched = known.get_or_insert_with(|| fetch(path).map_err(|error| error.to_string()));
        fetched.clone().map_err(io::Error::other)
    }
}

/// Asks the upstream. That takes as long as it takes.
fn fetch(path: &str) -> io::Result<String> {
    let url = env::var("UPSTREAM_URL").unwrap_or("http://127.0.0.1:9000".to_string());
    let host = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host)?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) if head.starts_with("HTTP/1.1 200 ") => Ok(body.to_string()),
        _ => Err(io::Error::other("the upstream has failed")),
    }
}

fn serve(mut stream: TcpStream, cache: &Cache) -> io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().unwrap_or(Ok(String::new()))?;
    while lines
        .next()
        .transpose()?
        .is_some_and(|line| !line.is_empty())
    {}
    let (status, body) = match cache.read(first.split(' ').nth(1).unwrap_or("/")) {
        Ok(body) => ("200 OK", body),
        Err(error) => ("502 Bad Gateway", error.to_string()),
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

fn main() -> io::Result<()> {
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let cache = Arc::new(Cache::default());
    for stream in TcpListener::bind(format!("127.0.0.1:{port}"))?.incoming() {
        let (stream, cache) = (stream?, Arc::clone(&cache));
        // A client that goes away too early is no reason to stop.
        thread::spawn(move || serve(stream, &cache));
    }
    Ok(())
}
