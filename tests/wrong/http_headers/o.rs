// caught by: a Host is a Host in any case
//! http_headers: header names ignore case, and a request names its host
//!
//! One client writes `User-Agent`, a proxy that passes it on `user-agent`: the same name. A line that is not well
//! formed is refused: where two programs read one line in two ways, attackers hide things in it.
//!
//!     GET /NAME                   ->  200 and the value of the header NAME, whatever the case of its letters
//!     ... in several lines        ->  200 and the values in their order, with ", " between them
//!     ... in no line              ->  404
//!     no Host, or more than one   ->  400
//!     a line without a colon, with nothing before it, or with a blank or a tab there  ->  400
//!
//! Read more: RFC 9112, section 5 (the lines); RFC 9110, section 7.2 (Host)

use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

/// The name before the first colon, and the trimmed value after it. `None` if the line is not well formed.
fn parse(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    // A line that begins with a blank goes on with the one above it, for some programs and not for others.
    // Its blank is before the colon too.
    let well_formed = !name.is_empty() && !name.contains([' ', '\t']);
    well_formed.then(|| (name.to_string(), value.trim().to_string()))
}

/// The values of all headers with this name, in their order.
fn values<'a>(headers: &'a [(String, String)], name: &str) -> Vec<&'a str> {
    // The name ignores case. The value stays as it is: case may mean something there.
    headers
        .iter()
        .filter(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
        .collect()
}

fn respond(path: &str, headers: Option<Vec<(String, String)>>) -> (&'static str, String) {
    let Some(headers) = headers else {
        return ("400 Bad Request", "not well formed".to_string());
    };
    // With two of them, a proxy in front could believe the one and this server the other.
    let is_host = |name: &str| name == "Host" || name == "host";
    if headers.iter().filter(|(name, _)| is_host(name)).count() != 1 {
        return ("400 Bad Request", "exactly one Host, please".to_string());
    }
    match values(&headers, path.trim_start_matches('/')).as_slice() {
        [] => ("404 Not Found", "no such header".to_string()),
        values => ("200 OK", values.join(", ")),
    }
}

fn answer(mut stream: TcpStream) -> io::Result<()> {
    let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
    let first = lines.next().unwrap_or_default();
    let headers = lines.take_while(|l| !l.is_empty()).map(|l| parse(&l));
    let path = first.split(' ').nth(1).unwrap_or("/");
    let (status, body) = respond(path, headers.collect()); // One `None` makes `None` of them all.
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n");
    stream.write_all((head + &body).as_bytes())
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
