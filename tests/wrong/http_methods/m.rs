// caught by: PUT replaces a name
//! http_methods: the method tells a client whether it may ask again
//!
//! An answer gets lost, and the client cannot know whether its request was done. May it ask again? After GET and
//! HEAD, yes: they change nothing. After PUT and DELETE too: done twice, they leave the same as once. After POST, no.
//!
//!     GET    /users             ->  200, a line "/users/ID NAME" for each user, in the order of their IDs
//!     POST   /users     "Ada"   ->  201, Location: /users/ID, where ID was free before
//!     GET    /users/ID          ->  200 "Ada\n", or 404
//!     PUT    /users/ID  "Ada"   ->  201 if the user is new, 204 if there was one and the name was replaced
//!     DELETE /users/ID          ->  204, or 404 if there is no such user
//!     HEAD                      ->  the head that GET would get, and no body
//!
//! Read more: RFC 9110, section 9.2

use std::io::{self, BufRead, BufReader, Read, Write};
use std::{collections::BTreeMap, env, net::TcpListener, net::TcpStream};

/// The status with its reason; further headers, each with its `\r\n`; the body.
type Response = (&'static str, String, String);

fn route(users: &mut BTreeMap<u32, String>, method: &str, path: &str, name: &str) -> Response {
    let id: Option<u32> = path.strip_prefix("/users/").and_then(|id| id.parse().ok());
    match (method, path, id) {
        ("GET", "/users", _) => {
            let lines = users
                .iter()
                .map(|(id, name)| format!("/users/{id} {name}\n"));
            ("200 OK", String::new(), lines.collect())
        }
        // The number of users is no free id: it may be that of another one when somebody was deleted. (A database
        // does better: it gives no id twice, so that a DELETE which comes again late hits nobody new.)
        ("POST", "/users", _) => {
            let id = (1..).find(|id| !users.contains_key(id)).unwrap_or(0);
            users.insert(id, name.to_string());
            let location = format!("Location: /users/{id}\r\n");
            ("201 Created", location, String::new())
        }
        ("GET", _, Some(id)) if users.contains_key(&id) => {
            ("200 OK", String::new(), format!("{}\n", users[&id]))
        }
        // `insert` and `remove` give what was there before.
        ("PUT", _, Some(id)) if users.contains_key(&id) => {
            ("204 No Content", String::new(), String::new())
        }
        ("PUT", _, Some(id)) => match users.insert(id, name.to_string()) {
            None => ("201 Created", String::new(), String::new()),
            Some(_) => ("204 No Content", String::new(), String::new()),
        },
        ("DELETE", _, Some(id)) if users.remove(&id).is_some() => {
            ("204 No Content", String::new(), String::new())
        }
        _ => ("404 Not Found", String::new(), String::new()),
    }
}

fn answer(mut stream: TcpStream, users: &mut BTreeMap<u32, String>) -> io::Result<()> {
    let (mut reader, mut head) = (BufReader::new(&stream), String::new());
    while reader.read_line(&mut head)? > 2 {}
    let mut headers = head.lines().filter_map(|line| line.split_once(':'));
    let length = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length = length.and_then(|(_, value)| value.trim().parse().ok());
    let mut name = String::new();
    reader.take(length.unwrap_or(0)).read_to_string(&mut name)?;
    let mut words = head.split([' ', '?']);
    let (method, path) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    // One rule for all paths: HEAD is asked as GET, and only the body is left out in the end.
    let is_head = method == "HEAD";
    let asked = if is_head { "GET" } else { method };
    let (status, mut headers, body) = route(users, asked, path, &name);
    if !status.starts_with("204") {
        headers += &format!("Content-Length: {}\r\n", body.len()); // 204 has neither body nor length.
    }
    // The length stays: it tells what GET would send.
    let body = if is_head { "" } else { &body };
    write!(stream, "HTTP/1.1 {status}\r\n{headers}\r\n{body}")
}

fn main() -> io::Result<()> {
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let mut users = BTreeMap::new();
    for stream in TcpListener::bind(format!("127.0.0.1:{port}"))?.incoming() {
        let _ = answer(stream?, &mut users); // A client that breaks off ends nothing.
    }
    Ok(())
}
