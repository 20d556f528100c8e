// caught by: who waited for it is answered all the same
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
    collections::{HashMap, HashSet},
    env,
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex},
    thread,
};

/// What is known of the products, by path, and which of them are on their way.
#[derive(Default)]
struct Cache {
    known: Mutex<HashMap<String, String>>,
    on_the_way: Mutex<HashSet<String>>,
    arrived: Condvar,
}

impl Cache {
    /// What is known of a path; `None` for the one who has to fetch it.
    fn read(&self, path: &str) -> io::Result<Option<String>> {
        let mut on_the_way = self.on_the_way.lock().expect("no panic");
        loop {
            if let Some(body) = self.known.lock().expect("no panic").get(path) {
                return Ok(Some(body.clone()));
            }
            if on_the_way.insert(path.to_string()) {
                break;
            }
            on_the_way = self.arrived.wait(on_the_way).expect("no panic");
        }
        Ok(None)
    }

    /// Tells the others what came of a fetch.
    fn tell(&self, path: &str, body: &io::Result<String>) {
        if let Ok(body) = body {
            let mut known = self.known.lock().expect("no panic");
            known.insert(path.to_string(), body.clone());
        }
        self.on_the_way.lock().expect("no panic").remove(path);
        self.arrived.notify_all();
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
    let path = first.split(' ').nth(1).unwrap_or("/");
    // Who is answered out of the cache has nothing to tell; who has fetched answers first, and tells the others then.
    let (fetched, body) = match cache.read(path)? {
        Some(body) => (None, Ok(body)),
        None => {
            let body = fetch(path);
            let copy = match &body {
                Ok(body) => Ok(body.clone()),
                Err(error) => Err(io::Error::other(error.to_string())),
            };
            (Some(copy), body)
        }
    };
    let (status, body) = match body {
        Ok(body) => ("200 OK", body),
        Err(error) => ("502 Bad Gateway", error.to_string()),
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}"
    )?;
    if let Some(fetched) = fetched {
        cache.tell(path, &fetched);
    }
    Ok(())
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
