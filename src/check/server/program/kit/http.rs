//! HTTP/1.1 as the kit speaks it: a request as text, and an answer out of the bytes that came. It opens no connection.

use std::fmt;

/// An answer of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    /// The body as text.
    pub body: String,
}

impl Answer {
    /// The value of a header, if it is there.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status {}, body {}", self.status, self.body)
    }
}

/// A line for a shell that sends the same.
pub(super) fn curl(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
    let word = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    let mut line = "curl -i".to_owned();
    if method != "GET" {
        line.push_str(&format!(" -X {method}"));
    }
    for (name, value) in headers {
        line.push_str(&format!(" -H {}", word(&format!("{name}: {value}"))));
    }
    if !body.is_empty() {
        line.push_str(&format!(" --data-binary {}", word(body)));
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    match path.chars().all(plain) {
        true => format!("{line} http://127.0.0.1:$PORT{path}"),
        false => format!("{line} http://127.0.0.1:$PORT{}", word(path)),
    }
}

/// The bytes of a request that is the last one on its connection.
pub(super) fn request(
    port: u16,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> String {
    let mut head =
        format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() || matches!(method, "POST" | "PUT" | "PATCH") {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    format!("{head}\r\n{body}")
}

/// The first answer in these bytes and its length; `Ok(None)` if it says its length and there is more to come, `Err` if the end of
/// the connection will be its end.
pub(super) fn parse(bytes: &[u8], head_only: bool) -> Result<Option<(Answer, usize)>, ()> {
    let Some(head) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Ok(None);
    };
    let (answer, from) = (head_of(&bytes[..head]).ok_or(())?, head + 4);
    let body = &bytes[from..];
    let body_of = |part: &[u8], length| {
        let body = String::from_utf8_lossy(part).into_owned();
        Ok(Some((
            Answer {
                body,
                ..answer.clone()
            },
            from + length,
        )))
    };
    if head_only || matches!(answer.status, 204 | 304) {
        return body_of(b"", 0);
    }
    if answer.header("Transfer-Encoding").is_some() {
        return match chunks(body) {
            Some((whole, length)) => body_of(&whole, length),
            None => Ok(None),
        };
    }
    let length: usize = answer
        .header("Content-Length")
        .ok_or(())?
        .trim()
        .parse()
        .map_err(|_| ())?;
    body.get(..length)
        .map_or(Ok(None), |part| body_of(part, length))
}

fn head_of(bytes: &[u8]) -> Option<Answer> {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.split("\r\n");
    let status = lines
        .next()?
        .strip_prefix("HTTP/1.")?
        .split(' ')
        .nth(1)?
        .parse()
        .ok()?;
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_owned(), value.trim().to_owned()))
    };
    Some(Answer {
        status,
        headers: lines.filter_map(header).collect(),
        body: String::new(),
    })
}

fn chunks(mut bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (mut whole, all) = (Vec::new(), bytes.len());
    loop {
        let end = bytes.windows(2).position(|window| window == b"\r\n")?;
        let size = String::from_utf8_lossy(&bytes[..end]);
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        bytes = &bytes[end + 2..];
        whole.extend(bytes.get(..size)?);
        bytes = bytes.get(size + 2..)?;
        if size == 0 {
            return Some((whole, all - bytes.len()));
        }
    }
}

/// The answer that the end of the connection ends, if it says no length.
pub(super) fn to_the_end(bytes: &[u8]) -> Option<Answer> {
    let head = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let answer = head_of(&bytes[..head])?;
    let says_its_length = answer
        .header("Content-Length")
        .or(answer.header("Transfer-Encoding"));
    let body = String::from_utf8_lossy(&bytes[head + 4..]).into_owned();
    says_its_length
        .is_none()
        .then_some(Answer { body, ..answer })
}
