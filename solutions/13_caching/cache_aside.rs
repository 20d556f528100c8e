//! cache_aside: keep an answer for as long as it may be old, and no longer
//!
//! Prices change seldom, and are read all the time. So your program asks the upstream once, and tells
//! the others what it was told. But who keeps an answer for ever tells yesterday's price for ever. Each
//! answer is kept for one second from the moment it was fetched, however often it is read.
//!
//!     GET /products/ID   ->   200 and what the upstream says, at most one second old
//!     GET /products/ID   ->   502 if the upstream fails; that is not kept
//!
//! The path is the key, with its query: /prices/7?in=eur and /prices/7?in=usd are two answers. Not more
//! than a hundred are kept, or whoever asks for a thousand made-up names fills your memory.
//!
//! Read more: `std::time::Instant`, `std::collections::HashMap`

use std::{
    collections::HashMap,
    env,
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    time::{Duration, Instant},
};

/// How old an answer may be.
const FRESH_FOR: Duration = Duration::from_secs(1);

/// How many answers may be kept. Which of them go when there are too many does not matter here.
const MOST: usize = 100;

/// What the upstream has said, by path, and when.
#[derive(Default)]
struct Cache {
    known: HashMap<String, (Instant, String)>,
}

impl Cache {
    fn read(&mut self, path: &str) -> io::Result<String> {
        if let Some((fetched, body)) = self.known.get(path)
            && fetched.elapsed() < FRESH_FOR
        {
            // The moment stays as it is: to be read does not make an answer younger.
            return Ok(body.clone());
        }
        // `?` leaves before anything is kept, so a failure is told and forgotten.
        let body = fetch(path)?;
        // When it is full, all of them go. That is rare, and costs each of them one request.
        if self.known.len() >= MOST {
            self.known.clear();
        }
        self.known
            .insert(path.to_string(), (Instant::now(), body.clone()));
        Ok(body)
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

fn serve(mut stream: TcpStream, cache: &mut Cache) -> io::Result<()> {
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
    let mut cache = Cache::default();
    for stream in TcpListener::bind(format!("127.0.0.1:{port}"))?.incoming() {
        // A client that goes away too early is no reason to stop.
        if let Err(error) = serve(stream?, &mut cache) {
            println!("no answer given: {error}");
        }
    }
    Ok(())
}
