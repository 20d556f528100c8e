//! Reads an HTTP/1.1 response from the bytes that came, strictly (RFC 9112). What is wrong with it is kept as faults; it
//! does not judge what the response says.

use super::escape::show;

/// The kind of request that was answered: it decides whether a body may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// HEAD: the head of the answer and nothing more.
    Head,
    /// Any other method, or bytes that are no request.
    Other,
}

/// A response, as far as it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    /// The status code.
    pub(super) status: u16,
    /// Names as they came, values without the blanks around them; in order.
    pub(super) headers: Vec<(String, String)>,
    /// All that came after the head; of a chunked body, the contents of its chunks.
    pub(super) body: Vec<u8>,
    /// Where the body ends.
    pub(super) length: Length,
    /// How many bytes the whole message takes up, if it has come to its end: the next message begins there.
    pub(super) end: Option<usize>,
    /// What breaks the rules of the format in the head.
    pub(super) faults: Vec<Fault>,
}

/// How the response says where its body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// There is none: the head is all.
    NoBody,
    /// After this many bytes.
    Bytes(usize),
    /// After the last chunk; it has come.
    ChunksDone,
    /// After the last chunk; it has not come.
    ChunksMissing,
    /// When the connection is closed.
    UntilClose,
}

/// One way in which a response breaks the rules of its format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// What the format asks for.
    pub(super) expected: String,
    /// What came instead.
    pub(super) actual: String,
    /// What that does to a client.
    pub(super) explain: String,
}

/// Why the bytes are no response (yet).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NoMessage {
    /// The empty line that ends the head has not come.
    HeadUnfinished,
    /// The first line is no status line.
    NoStatusLine(String),
}

impl Message {
    /// True if nothing more has to come.
    pub(super) fn is_complete(&self) -> bool {
        match self.length {
            Length::NoBody | Length::ChunksDone => true,
            Length::Bytes(length) => self.body.len() >= length,
            Length::ChunksMissing | Length::UntilClose => false,
        }
    }

    /// The values of a header, whatever the case of its name.
    pub(super) fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// Reads the response at the beginning of `bytes`. Interim responses (1xx) are passed over.
///
/// # Errors
/// [`NoMessage`] if there is none, or its head is not complete.
pub(super) fn parse(bytes: &[u8], asked: Asked) -> Result<Message, NoMessage> {
    let mut faults = Vec::new();
    let mut lines = Vec::new();
    let mut rest = bytes;
    loop {
        let Some(end) = rest.iter().position(|&byte| byte == b'\n') else {
            return Err(unfinished(&lines, bytes));
        };
        let (line, after) = rest.split_at(end + 1);
        rest = after;
        let text = line.strip_suffix(b"\r\n").unwrap_or(&line[..end]);
        if text.len() == end && faults.is_empty() {
            faults.push(bare_line_feed(lines.len() + 1, line));
        }
        if text.is_empty() && !lines.is_empty() {
            break;
        }
        lines.push(String::from_utf8_lossy(text).into_owned());
        if lines.len() == 1 {
            status_of(&lines[0])?;
        }
    }
    let status = status_of(&lines[0])?;
    let head = bytes.len() - rest.len();
    if (100..200).contains(&status) && status != 101 {
        let mut message = parse(rest, asked)?;
        message.end = message.end.map(|end| head + end);
        return Ok(message);
    }
    let mut headers = Vec::new();
    for line in &lines[1..] {
        match header(line) {
            Ok(header) => headers.push(header),
            Err(fault) => faults.push(fault),
        }
    }
    let mut message = Message {
        status,
        headers,
        body: rest.to_vec(),
        length: Length::UntilClose,
        end: None,
        faults,
    };
    let chunks = find_length(&mut message, asked);
    message.end = match message.length {
        Length::NoBody => Some(head),
        Length::Bytes(length) if length <= message.body.len() => Some(head + length),
        Length::ChunksDone => Some(head + chunks),
        _ => None,
    };
    Ok(message)
}

/// A first line that is complete and wrong is told at once, without waiting for the rest.
fn unfinished(lines: &[String], bytes: &[u8]) -> NoMessage {
    let begins_right = b"HTTP/".starts_with(&bytes[..bytes.len().min(5)]);
    if lines.is_empty() && !begins_right {
        return NoMessage::NoStatusLine(show(bytes));
    }
    NoMessage::HeadUnfinished
}

fn status_of(line: &str) -> Result<u16, NoMessage> {
    let wrong = || NoMessage::NoStatusLine(show(line.as_bytes()));
    let (version, rest) = line.split_once(' ').ok_or_else(wrong)?;
    let digits = rest.get(..3).ok_or_else(wrong)?;
    let ends = rest.len() == 3 || rest.as_bytes()[3] == b' ';
    if !matches!(version, "HTTP/1.1" | "HTTP/1.0") || !ends {
        return Err(wrong());
    }
    match digits.parse() {
        Ok(status @ 100..=599) => Ok(status),
        _ => Err(wrong()),
    }
}

fn bare_line_feed(number: usize, line: &[u8]) -> Fault {
    Fault {
        expected: "every line of the head ends with \\r\\n".into(),
        actual: format!("line {number} ends with \\n alone: {}", show(line)),
        explain: "HTTP ends its lines with two bytes, carriage return and line feed: \\r\\n. Some clients forgive a \
                  lone \\n, others drop the answer, and a proxy may see another message than the client does."
            .into(),
    }
}

fn header(line: &str) -> Result<(String, String), Fault> {
    let fault = |explain: &str| Fault {
        expected: "a header line of the form Name: value".into(),
        actual: show(line.as_bytes()),
        explain: explain.into(),
    };
    let Some((name, value)) = line.split_once(':') else {
        return Err(fault(
            "This line of the head has no colon, so a client cannot tell name and value apart. If it belongs to the body: \
             the head ends with an empty line.",
        ));
    };
    let in_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.is_empty() || !name.chars().all(in_token) {
        return Err(fault(
            "A header's name has letters, digits and dashes only, and the colon follows it without a blank.",
        ));
    }
    Ok((name.to_owned(), value.trim_matches([' ', '\t']).to_owned()))
}

/// Finds how the end of the body is told; gives how many bytes its chunks take up.
fn find_length(message: &mut Message, asked: Asked) -> usize {
    let lengths: Vec<String> = message.header("Content-Length").map(String::from).collect();
    let chunked = message
        .header("Transfer-Encoding")
        .any(|value| value.to_ascii_lowercase().ends_with("chunked"));
    let bodiless = asked == Asked::Head || matches!(message.status, 101 | 204 | 304);
    if chunked && !lengths.is_empty() {
        message.faults.push(Fault {
            expected: "Content-Length or Transfer-Encoding, not both".into(),
            actual: format!("Content-Length: {} and Transfer-Encoding: chunked", lengths[0]),
            explain: "Two ways to say where the body ends can disagree, and attackers make them disagree.".into(),
        });
    }
    if bodiless {
        message.length = Length::NoBody;
    } else if chunked {
        let (body, length, rest) = dechunk(&message.body);
        let taken = message.body.len() - rest;
        message.body = body;
        message.length = length;
        return taken;
    } else if let Some(first) = lengths.first() {
        let digits = !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_digit());
        let same = lengths.iter().all(|length| length == first);
        match first.parse() {
            Ok(length) if digits && same => message.length = Length::Bytes(length),
            _ => message.faults.push(Fault {
                expected: "one Content-Length, a number".into(),
                actual: format!("Content-Length: {}", lengths.join(", ")),
                explain: "Without a number there a client does not know where the body ends."
                    .into(),
            }),
        }
    }
    0
}

/// The contents of the chunks, whether the last one has come, and how many bytes follow it. A chunk that cannot be read counts as
/// not come.
fn dechunk(mut rest: &[u8]) -> (Vec<u8>, Length, usize) {
    let mut body = Vec::new();
    loop {
        let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") else {
            return (body, Length::ChunksMissing, 0);
        };
        let size = String::from_utf8_lossy(&rest[..end]);
        let digits = size.split(';').next().unwrap_or_default().trim();
        let Ok(size) = usize::from_str_radix(digits, 16) else {
            return (body, Length::ChunksMissing, 0);
        };
        rest = &rest[end + 2..];
        if size == 0 {
            // Trailer fields may follow; the last line is empty.
            let after = if rest.starts_with(b"\r\n") {
                Some(2)
            } else {
                let end = rest.windows(4).position(|four| four == b"\r\n\r\n");
                end.map(|at| at + 4)
            };
            return match after {
                Some(after) => (body, Length::ChunksDone, rest.len() - after),
                None => (body, Length::ChunksMissing, 0),
            };
        }
        let Some(chunk) = rest.get(..size) else {
            body.extend_from_slice(rest);
            return (body, Length::ChunksMissing, 0);
        };
        body.extend_from_slice(chunk);
        rest = rest.get(size + 2..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Message {
        parse(text.as_bytes(), Asked::Other).expect("a response")
    }

    #[test]
    fn a_correct_response_has_no_faults() {
        let message = read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A:  b \r\n\r\nhi");
        assert_eq!((message.status, message.body.as_slice()), (200, &b"hi"[..]));
        assert_eq!(message.header("x-a").collect::<Vec<_>>(), ["b"]);
        assert!(message.is_complete() && message.faults.is_empty());
    }

    #[test]
    fn a_lone_line_feed_is_a_fault_that_names_its_line() {
        let message = read("HTTP/1.1 200 OK\r\nContent-Length: 0\n\r\n");
        assert_eq!(message.faults.len(), 1);
        assert_eq!(
            message.faults[0].actual,
            "line 2 ends with \\n alone: Content-Length: 0\\n"
        );
    }

    #[test]
    fn a_head_without_its_empty_line_is_unfinished() {
        let result = parse(b"HTTP/1.1 200 OK\r\nA: b\r\n", Asked::Other);
        assert_eq!(result, Err(NoMessage::HeadUnfinished));
    }

    #[test]
    fn what_is_no_status_line_is_told_apart() {
        for text in [
            "hello",
            "hello\r\n\r\n",
            "HTTP/1.1 2000 OK\r\n\r\n",
            "HTTP/2 200 OK\r\n\r\n",
        ] {
            let result = parse(text.as_bytes(), Asked::Other);
            assert!(matches!(result, Err(NoMessage::NoStatusLine(_))), "{text}");
        }
    }

    #[test]
    fn a_length_is_a_number_and_there_is_one() {
        for lengths in [
            "Content-Length: x",
            "Content-Length: +1",
            "Content-Length: 1\r\nContent-Length: 2",
        ] {
            let message = read(&format!("HTTP/1.1 200 OK\r\n{lengths}\r\n\r\nh"));
            assert_eq!(message.faults.len(), 1, "{lengths}");
        }
    }

    #[test]
    fn header_lines_need_a_colon_and_a_clean_name() {
        for line in ["Allow GET", "Allow : GET", ": GET"] {
            let message = read(&format!("HTTP/1.1 200 OK\r\n{line}\r\n\r\n"));
            assert_eq!(message.faults.len(), 1, "{line}");
        }
    }

    #[test]
    fn bodies_may_come_in_chunks() {
        let done =
            read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n");
        assert_eq!(
            (done.body.as_slice(), done.is_complete()),
            (&b"hi"[..], true)
        );
        let cut = read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhi");
        assert!(!cut.is_complete());
    }

    #[test]
    fn the_answer_to_head_has_no_body_whatever_its_length_says() {
        let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n";
        let message = parse(bytes, Asked::Head).expect("a response");
        assert!(message.is_complete());
    }

    #[test]
    fn the_next_message_begins_where_this_one_ends() {
        for first in [
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
            "HTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        ] {
            let both = format!("{first}HTTP/1.1 404 Not Found\r\n\r\n");
            assert_eq!(read(&both).end, Some(first.len()), "{first}");
        }
        assert_eq!(
            read("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi").end,
            None
        );
    }

    #[test]
    fn interim_responses_are_passed_over() {
        assert_eq!(
            read("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n").status,
            204
        );
    }
}
