//! The protocol of Redis, version 2: commands come as lists of byte strings, replies go as one of five forms.

use std::io::Read;

/// Longer than this no string of an exercise is.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// More than so many words no command has.
const MOST_WORDS: usize = 1024 * 1024;

/// What is sent back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    Simple(&'static str),
    Error(String),
    Number(i64),
    Bytes(Vec<u8>),
    Nothing,
    NoList,
    List(Vec<Self>),
}

impl Reply {
    pub(super) const OK: Self = Self::Simple("OK");

    /// As it goes over the wire.
    pub(super) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Simple(text) => format!("+{text}\r\n").into_bytes(),
            Self::Error(text) => format!("-{text}\r\n").into_bytes(),
            Self::Number(number) => format!(":{number}\r\n").into_bytes(),
            Self::Bytes(bytes) => {
                let length = format!("${}\r\n", bytes.len());
                [length.as_bytes(), bytes, b"\r\n"].concat()
            }
            Self::Nothing => b"$-1\r\n".to_vec(),
            Self::NoList => b"*-1\r\n".to_vec(),
            Self::List(items) => {
                let mut bytes = format!("*{}\r\n", items.len()).into_bytes();
                items.iter().for_each(|item| bytes.extend(item.bytes()));
                bytes
            }
        }
    }
}

/// Reads commands.
pub(super) struct Reader<R> {
    from: R,
    buffer: Vec<u8>,
}

impl<R: Read> Reader<R> {
    pub(super) fn new(from: R) -> Self {
        Self {
            from,
            buffer: Vec::new(),
        }
    }

    /// The words of the next command; `None` if the client is done.
    ///
    /// # Errors
    /// The reply to bytes that are no command; the connection cannot be used any more.
    pub(super) fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, String> {
        loop {
            let Some(line) = self.line()? else {
                return Ok(None);
            };
            let words = match line.strip_prefix(b"*") {
                Some(count) => {
                    let count = number(count).filter(|&count| count <= MOST_WORDS);
                    let count = count.ok_or("ERR Protocol error: invalid multibulk length")?;
                    let mut words = Vec::new();
                    for _ in 0..count {
                        match self.word()? {
                            Some(word) => words.push(word),
                            None => return Ok(None),
                        }
                    }
                    words
                }
                // A person at a terminal types words.
                None => {
                    let words = line.split(u8::is_ascii_whitespace);
                    let words = words.filter(|word| !word.is_empty());
                    words.map(<[u8]>::to_vec).collect()
                }
            };
            if !words.is_empty() {
                return Ok(Some(words));
            }
        }
    }

    fn word(&mut self) -> Result<Option<Vec<u8>>, String> {
        let Some(line) = self.line()? else {
            return Ok(None);
        };
        let Some(length) = line.strip_prefix(b"$") else {
            let got = line.first().copied().map_or(' ', char::from);
            return Err(format!("ERR Protocol error: expected '$', got '{got}'"));
        };
        let length = number(length).filter(|&length| length <= MOST_BYTES);
        let length = length.ok_or("ERR Protocol error: invalid bulk length")?;
        while self.buffer.len() < length + 2 {
            if !self.more() {
                return Ok(None);
            }
        }
        let mut word: Vec<u8> = self.buffer.drain(..length + 2).collect();
        word.truncate(length);
        Ok(Some(word))
    }

    fn line(&mut self) -> Result<Option<Vec<u8>>, String> {
        let mut looked_at = 0;
        loop {
            let end = self.buffer[looked_at..]
                .iter()
                .position(|&byte| byte == b'\n');
            if let Some(end) = end {
                let mut line: Vec<u8> = self.buffer.drain(..=looked_at + end).collect();
                line.pop();
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                return Ok(Some(line));
            }
            looked_at = self.buffer.len();
            if looked_at > 64 * 1024 {
                return Err("ERR Protocol error: too big inline request".into());
            }
            if !self.more() {
                return Ok(None);
            }
        }
    }

    fn more(&mut self) -> bool {
        let mut bytes = [0; 8192];
        match self.from.read(&mut bytes) {
            Ok(read @ 1..) => {
                self.buffer.extend_from_slice(&bytes[..read]);
                true
            }
            _ => false,
        }
    }
}

fn number(digits: &[u8]) -> Option<usize> {
    str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_come_as_lists_or_as_typed_words() {
        let bytes = b"*2\r\n$3\r\nGET\r\n$4\r\na\r\nb\r\nPING  x\r\n";
        let mut reader = Reader::new(&bytes[..]);
        let word = |text: &str| text.as_bytes().to_vec();
        assert_eq!(reader.next(), Ok(Some(vec![word("GET"), word("a\r\nb")])));
        assert_eq!(reader.next(), Ok(Some(vec![word("PING"), word("x")])));
        assert_eq!(reader.next(), Ok(None));
    }

    #[test]
    fn bytes_that_are_no_command_are_refused() {
        for bytes in ["*x\r\n", "*1\r\n:1\r\n", "*1\r\n$-5\r\n"] {
            let refused = Reader::new(bytes.as_bytes()).next();
            assert!(
                refused.is_err_and(|why| why.contains("Protocol error")),
                "{bytes:?}"
            );
        }
    }

    #[test]
    fn a_list_holds_any_reply() {
        let reply = Reply::List(vec![
            Reply::Bytes(b"a".to_vec()),
            Reply::Nothing,
            Reply::Number(-1),
        ]);
        assert_eq!(reply.bytes(), b"*3\r\n$1\r\na\r\n$-1\r\n:-1\r\n");
    }
}
