//! Reads HTTP/1.1 requests from a connection, strictly (RFC 9112). What breaks the rules is said, and not forgiven.

use std::io::{self, Read};

/// More than this no client of an exercise sends.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// A request as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// The client said that it asks nothing more on this connection.
    pub(super) is_last: bool,
}

/// What came of reading.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// A whole request.
    Request(Request),
    /// Bytes that are none, and why. The connection cannot be used any more.
    Broken(String),
    /// The client closed, or the peer ended, between requests.
    Nothing,
}

/// Reads one request after the other; keeps what came too early.
pub(super) struct Requests<R> {
    from: R,
    buffer: Vec<u8>,
}

impl<R: Read> Requests<R> {
    pub(super) fn new(from: R) -> Self {
        Self {
            from,
            buffer: Vec::new(),
        }
    }

    /// The next request.
    pub(super) fn next(&mut self) -> Came {
        // What was looked at once is not looked at again; an end may have begun in its last three bytes.
        let mut from = 0;
        let head = loop {
            if let Some(end) = find(&self.buffer[from..], b"\r\n\r\n") {
                break from + end;
            }
            if let Some(end) = find(&self.buffer[from..], b"\n\n") {
                let end = from + end;
                let line = String::from_utf8_lossy(&self.buffer[..end.min(80)]).into_owned();
                return Came::Broken(format!(
                    "lines end with \\n alone, not with \\r\\n: {line:?}"
                ));
            }
            from = self.buffer.len().saturating_sub(3);
            match self.more() {
                Ok(true) => {}
                _ if self.buffer.is_empty() => return Came::Nothing,
                _ => return Came::Broken("the head of the request was not finished".into()),
            }
        };
        let text = match str::from_utf8(&self.buffer[..head]) {
            Ok(text) => text.to_owned(),
            Err(_) => return Came::Broken("the head of the request is no text".into()),
        };
        self.buffer.drain(..head + 4);
        let mut request = match head_of(&text) {
            Ok(request) => request,
            Err(why) => return Came::Broken(why),
        };
        match self.body(&request) {
            Ok(body) => request.body = body,
            Err(why) => return Came::Broken(why),
        }
        Came::Request(request)
    }

    fn body(&mut self, request: &Request) -> Result<Vec<u8>, String> {
        let lengths: Vec<&str> = values(request, "Content-Length").collect();
        let coding = values(request, "Transfer-Encoding").last();
        match (lengths.as_slice(), coding) {
            ([], None) => Ok(Vec::new()),
            ([], Some(coding)) if coding.eq_ignore_ascii_case("chunked") => self.chunks(),
            ([length], None) if length.bytes().all(|byte| byte.is_ascii_digit()) => {
                let length = length.parse().unwrap_or(usize::MAX);
                self.exactly(length)
            }
            _ => Err("the request does not say in one way where its body ends".into()),
        }
    }

    fn chunks(&mut self) -> Result<Vec<u8>, String> {
        let mut body = Vec::new();
        loop {
            let line = self.line()?;
            let digits = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(digits, 16)
                .map_err(|_| format!("{line:?} is no size of a chunk"))?;
            if size == 0 {
                while !self.line()?.is_empty() {}
                return Ok(body);
            }
            body.extend(self.exactly(size)?);
            if !self.line()?.is_empty() {
                return Err("a chunk is longer than it says".into());
            }
        }
    }

    fn line(&mut self) -> Result<String, String> {
        loop {
            if let Some(end) = find(&self.buffer, b"\r\n") {
                let line = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
                self.buffer.drain(..end + 2);
                return Ok(line);
            }
            self.more_or("the body of the request was not finished")?;
        }
    }

    fn exactly(&mut self, length: usize) -> Result<Vec<u8>, String> {
        if length > MOST_BYTES {
            return Err(format!(
                "a body of {length} bytes is longer than this peer reads"
            ));
        }
        while self.buffer.len() < length {
            self.more_or("the body of the request was shorter than it said")?;
        }
        Ok(self.buffer.drain(..length).collect())
    }

    fn more_or(&mut self, why: &str) -> Result<(), String> {
        match self.more() {
            Ok(true) => Ok(()),
            _ => Err(why.into()),
        }
    }

    fn more(&mut self) -> io::Result<bool> {
        if self.buffer.len() > MOST_BYTES {
            return Ok(false);
        }
        let mut bytes = [0; 8192];
        let read = self.from.read(&mut bytes)?;
        self.buffer.extend_from_slice(&bytes[..read]);
        Ok(read > 0)
    }
}

fn head_of(text: &str) -> Result<Request, String> {
    let mut lines = text.split("\r\n");
    let first = lines.next().unwrap_or_default();
    let parts: Vec<&str> = first.split(' ').collect();
    let [method, target, version @ ("HTTP/1.1" | "HTTP/1.0")] = parts.as_slice() else {
        return Err(format!("{first:?} is no request line"));
    };
    if method.is_empty() || !target.starts_with(['/', '*']) {
        return Err(format!("{first:?} is no request line"));
    }
    let mut request = Request {
        method: (*method).to_owned(),
        target: (*target).to_owned(),
        ..Request::default()
    };
    for line in lines {
        let (name, value) = line
            .split_once(':')
            .filter(|(name, _)| !name.is_empty() && name.bytes().all(is_token))
            .ok_or_else(|| format!("{line:?} is no header line"))?;
        let value = value.trim_matches([' ', '\t']);
        request.headers.push((name.to_owned(), value.to_owned()));
    }
    if *version == "HTTP/1.1" && values(&request, "Host").count() != 1 {
        return Err("a request of HTTP/1.1 has one header Host".into());
    }
    let connection = values(&request, "Connection").last().unwrap_or_default();
    request.is_last = connection.eq_ignore_ascii_case("close")
        || (*version == "HTTP/1.0" && !connection.eq_ignore_ascii_case("keep-alive"));
    Ok(request)
}

fn values<'a>(request: &'a Request, name: &'a str) -> impl Iterator<Item = &'a str> {
    let same = move |(known, _): &&(String, String)| known.eq_ignore_ascii_case(name);
    let headers = request.headers.iter().filter(same);
    headers.map(|(_, value)| value.as_str())
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str) -> Came {
        Requests::new(text.as_bytes()).next()
    }

    #[test]
    fn two_requests_in_one_piece_are_two() {
        let text = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhiGET /b HTTP/1.1\r\nhost: x\r\nConnection: close\r\n\r\n";
        let mut requests = Requests::new(text.as_bytes());
        let Came::Request(one) = requests.next() else {
            panic!("no request")
        };
        assert_eq!(
            (one.target.as_str(), one.body.as_slice(), one.is_last),
            ("/a", &b"hi"[..], false)
        );
        let Came::Request(two) = requests.next() else {
            panic!("no request")
        };
        assert_eq!((two.target.as_str(), two.is_last), ("/b", true));
        assert_eq!(requests.next(), Came::Nothing);
    }

    #[test]
    fn a_chunked_body_is_put_together() {
        let text = "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n1;x=y\r\n!\r\n0\r\n\r\n";
        let Came::Request(request) = first(text) else {
            panic!("no request")
        };
        assert_eq!(request.body, b"hi!");
    }

    #[test]
    fn what_breaks_the_rules_is_told() {
        let broken = [
            ("GET / HTTP/1.1\n\n", "\\n alone"),
            ("GET / HTTP/1.1\r\n\r\n", "Host"),
            ("GET /\r\nHost: x\r\n\r\n", "no request line"),
            ("GET / HTTP/1.1\r\nHost : x\r\n\r\n", "no header line"),
            (
                "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhi",
                "shorter",
            ),
            (
                "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nhi",
                "one way",
            ),
            ("GET / HTTP/1.1\r\nHo", "not finished"),
        ];
        for (text, word) in broken {
            match first(text) {
                Came::Broken(why) => assert!(why.contains(word), "{text:?}: {why}"),
                other => panic!("{text:?}: {other:?}"),
            }
        }
    }
}
