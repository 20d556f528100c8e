//! Looks on while bytes pass between clients and the learner's server, and says which requests there were and how they were
//! answered. It changes no byte, and what is no HTTP it lets pass without a word.

use crate::peers::Direction;
use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};

/// A head that is longer than this is not looked at, nor is what follows it.
const LONGEST_HEAD: usize = 64 * 1024;

/// A request that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// As in "GET".
    pub method: String,
    /// With its query.
    pub path: String,
    /// The status of the answer; `None` if the connection ended without one.
    pub status: Option<u16>,
    /// From the head of the request to that of the answer.
    pub took: Duration,
}

/// What is known of all connections.
#[derive(Debug, Default)]
pub(super) struct Onlooker(HashMap<usize, Connection>);

#[derive(Debug, Default)]
struct Connection {
    there: Framed,
    back: Framed,
    waiting: VecDeque<(String, String, Instant)>,
}

/// How far one direction is.
#[derive(Debug)]
enum Framed {
    /// In a head, or before one.
    Head(Vec<u8>),
    /// In a body of which so many bytes are still to come.
    Length(usize),
    /// In the line with the size of a chunk.
    Size(Vec<u8>),
    /// In a chunk of which so many bytes are still to come, with its end of line.
    Chunk(usize),
    /// Behind the last chunk: lines up to an empty one.
    Trailer(Vec<u8>),
    /// What comes now is not looked at any more.
    Lost,
}

impl Default for Framed {
    fn default() -> Self {
        Self::Head(Vec::new())
    }
}

impl Onlooker {
    /// Looks at a piece; an empty one is the end of its connection. Gives what was answered, or never will be.
    pub(super) fn look(
        &mut self,
        connection: usize,
        way: Direction,
        bytes: &[u8],
        now: Instant,
    ) -> Vec<Seen> {
        let seen = |(method, path, since): (String, String, Instant), status| Seen {
            method,
            path,
            status,
            took: now.saturating_duration_since(since),
        };
        if bytes.is_empty() {
            let left = self.0.remove(&connection).unwrap_or_default().waiting;
            return left.into_iter().map(|asked| seen(asked, None)).collect();
        }
        let Connection {
            there,
            back,
            waiting,
        } = self.0.entry(connection).or_default();
        let mut answered = Vec::new();
        match way {
            Direction::ToServer => there.feed(bytes, |head| {
                let mut words = head.lines().next()?.split(' ');
                let (method, path) = (words.next()?, words.next()?);
                words.next()?.strip_prefix("HTTP/1.")?;
                waiting.push_back((method.to_owned(), path.to_owned(), now));
                Some(body_of(head).unwrap_or_default())
            }),
            Direction::ToClient => back.feed(bytes, |head| {
                let status = head.strip_prefix("HTTP/1.")?.split(' ').nth(1)?;
                let status: u16 = status.split('\r').next()?.parse().ok()?;
                if (102..200).contains(&status) || status == 100 {
                    return Some(Framed::default());
                }
                let asked = waiting.pop_front()?;
                let has_no_body = asked.0 == "HEAD" || matches!(status, 204 | 304);
                let changes = status == 101;
                answered.push(seen(asked, Some(status)));
                match (changes, has_no_body) {
                    (true, _) => None,
                    (false, true) => Some(Framed::default()),
                    (false, false) => body_of(head),
                }
            }),
        }
        answered
    }
}

impl Framed {
    /// Takes bytes. `head` is given each whole head, and says what follows it; `None` if that cannot be known.
    fn feed(&mut self, mut bytes: &[u8], mut head: impl FnMut(&str) -> Option<Self>) {
        while let Some((&first, rest)) = bytes.split_first() {
            match self {
                Self::Lost => return,
                Self::Length(left) | Self::Chunk(left) => {
                    let part = bytes.len().min(*left);
                    *left -= part;
                    bytes = &bytes[part..];
                    if *left == 0 {
                        *self = match self {
                            Self::Chunk(_) => Self::Size(Vec::new()),
                            _ => Self::default(),
                        };
                    }
                }
                Self::Head(read) | Self::Size(read) | Self::Trailer(read) => {
                    read.push(first);
                    bytes = rest;
                    if first == b'\n' {
                        self.line(&mut head);
                    } else if read.len() > LONGEST_HEAD {
                        *self = Self::Lost;
                    }
                }
            }
        }
    }

    /// A line has ended.
    fn line(&mut self, head: &mut impl FnMut(&str) -> Option<Self>) {
        let next = match self {
            Self::Head(read) if read == b"\r\n" => Some(Self::default()),
            Self::Head(read) if read.ends_with(b"\r\n\r\n") => {
                let text = String::from_utf8_lossy(read).into_owned();
                Some(head(&text).unwrap_or(Self::Lost))
            }
            Self::Size(read) => {
                let text = String::from_utf8_lossy(read);
                let digits = text.split(';').next().unwrap_or_default().trim();
                Some(match usize::from_str_radix(digits, 16) {
                    Ok(0) => Self::Trailer(Vec::new()),
                    Ok(size) => Self::Chunk(size.saturating_add(2)),
                    Err(_) => Self::Lost,
                })
            }
            Self::Trailer(read) if read == b"\r\n" => Some(Self::default()),
            Self::Trailer(read) => {
                read.clear();
                None
            }
            _ => None,
        };
        if let Some(next) = next {
            *self = next;
        }
    }
}

/// What follows a head, if the head says so.
fn body_of(head: &str) -> Option<Framed> {
    let mut fields = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    fields.find_map(|(name, value)| {
        let value = value.trim();
        if name.eq_ignore_ascii_case("content-length") {
            return Some(match value.parse() {
                Ok(0) => Framed::default(),
                Ok(length) => Framed::Length(length),
                Err(_) => Framed::Lost,
            });
        }
        let chunked = name.eq_ignore_ascii_case("transfer-encoding")
            && value.to_ascii_lowercase().ends_with("chunked");
        chunked.then(|| Framed::Size(Vec::new()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is seen of one connection, however its bytes are cut.
    fn seen(there: &[u8], back: &[u8]) -> Vec<(String, Option<u16>)> {
        let mut results = Vec::new();
        for size in [1, 3, 1000] {
            let (mut onlooker, now) = (Onlooker::default(), Instant::now());
            let mut all = Vec::new();
            for (way, bytes) in [(Direction::ToServer, there), (Direction::ToClient, back)] {
                for piece in bytes.chunks(size) {
                    all.extend(onlooker.look(0, way, piece, now));
                }
            }
            all.extend(onlooker.look(0, Direction::ToClient, b"", now));
            let told = |seen: Seen| (format!("{} {}", seen.method, seen.path), seen.status);
            results.push(all.into_iter().map(told).collect::<Vec<_>>());
        }
        assert!(results.windows(2).all(|pair| pair[0] == pair[1]));
        results.remove(0)
    }

    #[test]
    fn each_request_of_a_connection_is_seen_with_its_own_answer() {
        let there = b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nGETHEAD /b?c=1 HTTP/1.1\r\n\r\nPUT /d HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nxx\r\n0\r\n\r\nGET /e HTTP/1.1\r\n\r\n";
        let back = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 X\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\nHTTP/1.1 404 X\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nA: b\r\n\r\nHTTP/1.0 200\r\n\r\nto the end";
        let all = [
            ("POST /a", 201),
            ("HEAD /b?c=1", 200),
            ("PUT /d", 404),
            ("GET /e", 200),
        ];
        let all = all.map(|(line, status)| (line.to_owned(), Some(status)));
        assert_eq!(seen(there, back), all);
    }

    #[test]
    fn a_request_without_an_answer_is_told_at_the_end() {
        let there = b"GET /a HTTP/1.1\r\n\r\n";
        assert_eq!(seen(there, b""), [("GET /a".to_owned(), None)]);
    }

    #[test]
    fn what_is_no_http_is_not_told() {
        assert_eq!(seen(b"hello\n\r\n\r\nworld", b"5\n"), []);
        assert_eq!(seen(&[0, 10, 13, 10, 13, 10, 255], b"x"), []);
    }
}
