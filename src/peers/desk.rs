//! A desk at which a program of the runner's own asks for something over HTTP: whoever knows the secret in the path is given what
//! a function answers. It knows nothing of what can be asked.

use super::{
    accept::{Accepting, Line},
    http_request::{Came, Requests},
};
use crate::error::Result;
use std::{
    fmt,
    hash::{BuildHasher as _, Hasher as _, RandomState},
    io::Write as _,
};

/// A desk. Dropping it closes it.
pub struct Desk {
    accepting: Accepting,
    secret: String,
}

impl Desk {
    /// Opens it. `answer` is given the path behind the secret, without a slash at its beginning, and gives a status and a text.
    ///
    /// # Errors
    /// If no port is free.
    pub fn open(answer: impl Fn(&str) -> (u16, String) + Send + Sync + 'static) -> Result<Self> {
        let secret: String = (0..2)
            .map(|_| format!("{:016x}", RandomState::new().build_hasher().finish()))
            .collect();
        let before = format!("/{secret}/");
        let accepting = Accepting::start(move |line| serve(&line, &before, &answer))?;
        Ok(Self { accepting, secret })
    }

    /// Where to ask, with the secret and without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}/{}", self.accepting.address(), self.secret)
    }
}

fn serve(line: &Line, before: &str, answer: &impl Fn(&str) -> (u16, String)) {
    let mut requests = Requests::new(&line.stream);
    while let Came::Request(request) = requests.next() {
        let (status, body) = match request.target.strip_prefix(before) {
            Some(path) => answer(path),
            None => (404, "nothing is here".into()),
        };
        let length = body.len();
        let text = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n\r\n{body}");
        if (&line.stream).write_all(text.as_bytes()).is_err() {
            return;
        }
    }
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The secret is not for logs.
        write!(f, "Desk({})", self.accepting.address())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io::{BufRead as _, BufReader},
        net::TcpStream,
    };

    fn status(host: &str, path: &str) -> String {
        let mut stream = TcpStream::connect(host).expect("connected");
        stream
            .write_all(format!("POST /{path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes())
            .expect("sent");
        let mut line = String::new();
        BufReader::new(stream)
            .read_line(&mut line)
            .expect("answered");
        line.split(' ').nth(1).unwrap_or_default().to_owned()
    }

    #[test]
    fn only_who_knows_the_secret_is_answered() {
        let desk = Desk::open(|path| (if path == "a/b" { 200 } else { 400 }, String::new()));
        let desk = desk.expect("opened");
        let url = desk.url();
        let (host, secret) = url
            .trim_start_matches("http://")
            .split_once('/')
            .expect("a path");
        assert_eq!(status(host, &format!("{secret}/a/b")), "200");
        assert_eq!(status(host, &format!("{secret}/c")), "400");
        assert_eq!(status(host, "a/b"), "404");
        assert!(!format!("{desk:?}").contains(secret));
        let other = Desk::open(|_| (200, String::new())).expect("opened");
        assert_ne!(other.secret, desk.secret);
    }
}
