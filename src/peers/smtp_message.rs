//! Reads a mail as its receiver's program would (RFC 5322, MIME): headers with their encoded words, and the text out of its coding. What
//! breaks the rules is said; attachments are not looked at.

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// A mail as a person reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letter {
    /// Names as they came, values in one line and decoded; in order.
    pub headers: Vec<(String, String)>,
    /// The text, decoded; of a mail with parts, all its parts of text, one after the other.
    pub text: String,
    /// What breaks the rules of the format.
    pub faults: Vec<String>,
}

impl Letter {
    /// Reads what came after DATA.
    pub fn read(data: &[u8]) -> Self {
        let mut letter = Self::default();
        let (head, body) = match find(data, b"\r\n\r\n") {
            Some(end) => (&data[..end], &data[end + 4..]),
            None => {
                letter.fault("there is no empty line between head and text");
                (data.strip_suffix(b"\r\n").unwrap_or(data), &[][..])
            }
        };
        if !head.is_ascii() {
            letter.fault(
                "a header has letters beyond ASCII; they have to be an encoded word (RFC 2047)",
            );
        }
        let raw = headers(&String::from_utf8_lossy(head), &mut letter.faults);
        for name in ["From", "Date"] {
            if !raw
                .iter()
                .any(|(known, _)| known.eq_ignore_ascii_case(name))
            {
                letter.fault(&format!("there is no header {name}"));
            }
        }
        letter.text = text(&raw, body, &mut letter.faults);
        letter.headers = raw
            .into_iter()
            .map(|(name, value)| (name, decode_words(&value)))
            .collect();
        letter
    }

    /// The values of a header, whatever the case of its name.
    pub fn header(&self, name: &str) -> Vec<&str> {
        let same = |(known, _): &&(String, String)| known.eq_ignore_ascii_case(name);
        let headers = self.headers.iter().filter(same);
        headers.map(|(_, value)| value.as_str()).collect()
    }

    fn fault(&mut self, what: &str) {
        self.faults.push(what.to_owned());
    }
}

/// The header lines, those that go on in the next line put together.
fn headers(head: &str, faults: &mut Vec<String>) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in head.split("\r\n").filter(|line| !line.is_empty()) {
        match (line.starts_with([' ', '\t']), headers.last_mut()) {
            (true, Some((_, value))) => {
                value.push(' ');
                value.push_str(line.trim());
                continue;
            }
            (true, None) => faults.push("the first line of the head begins with a blank".into()),
            (false, _) => {}
        }
        let named = line.split_once(':').filter(|(name, _)| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic())
        });
        match named {
            Some((name, value)) => headers.push((name.to_owned(), value.trim().to_owned())),
            None => faults.push(format!("{line:?} is no header line")),
        }
    }
    headers
}

/// The text of a mail or of one of its parts.
fn text(headers: &[(String, String)], body: &[u8], faults: &mut Vec<String>) -> String {
    let value = |name: &str| {
        let found = headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value.as_str())
    };
    let kind = value("Content-Type");
    let lower = kind.to_ascii_lowercase();
    if lower.starts_with("multipart/") {
        let Some(boundary) = parameter(kind, "boundary") else {
            faults.push("a mail with parts does not name its boundary".into());
            return String::new();
        };
        return parts(body, &boundary)
            .into_iter()
            .map(|part| part_text(part, faults))
            .collect();
    }
    if !lower.is_empty() && !lower.starts_with("text/") {
        return String::new();
    }
    let coding = value("Content-Transfer-Encoding").to_ascii_lowercase();
    let bytes = match coding.as_str() {
        "base64" => {
            let letters: Vec<u8> = body
                .iter()
                .copied()
                .filter(|byte| !byte.is_ascii_whitespace())
                .collect();
            STANDARD.decode(&letters).unwrap_or_else(|_| {
                faults.push("the text says that it is base64, and is not".into());
                Vec::new()
            })
        }
        "quoted-printable" => quoted(body, Underscore::Stays),
        _ => body.to_vec(),
    };
    String::from_utf8_lossy(&bytes).into_owned()
}

fn part_text(part: &[u8], faults: &mut Vec<String>) -> String {
    // A part may have no headers at all.
    let (head, body) = match (part.strip_prefix(b"\r\n"), find(part, b"\r\n\r\n")) {
        (Some(body), _) => (&[][..], body),
        (None, Some(end)) => (&part[..end], &part[end + 4..]),
        (None, None) => (part, &[][..]),
    };
    let headers = headers(&String::from_utf8_lossy(head), faults);
    text(&headers, body, faults)
}

/// What lies between the lines that begin with the boundary.
fn parts<'a>(body: &'a [u8], boundary: &str) -> Vec<&'a [u8]> {
    let line = format!("--{boundary}");
    let mut found = Vec::new();
    let mut rest = body;
    let mut begun = false;
    while let Some(at) = find(rest, line.as_bytes()) {
        if begun {
            found.push(rest[..at].strip_suffix(b"\r\n").unwrap_or(&rest[..at]));
        }
        rest = &rest[at + line.len()..];
        if rest.starts_with(b"--") {
            break;
        }
        rest = find(rest, b"\r\n").map_or(&[][..], |end| &rest[end + 2..]);
        begun = true;
    }
    found
}

/// A parameter of a header, as in `boundary="x"`.
fn parameter(value: &str, name: &str) -> Option<String> {
    value.split(';').skip(1).find_map(|part| {
        let (known, value) = part.trim().split_once('=')?;
        let value = value.trim().trim_matches('"');
        known
            .trim()
            .eq_ignore_ascii_case(name)
            .then(|| value.to_owned())
    })
}

/// A value with its encoded words decoded; blanks between two of them are no text (RFC 2047, 6.2).
fn decode_words(value: &str) -> String {
    let mut out = String::new();
    let mut rest = value;
    let mut after_word = false;
    while let Some(at) = rest.find("=?") {
        let (before, found) = rest.split_at(at);
        let Some((word, length)) = encoded_word(found) else {
            out.push_str(before);
            out.push_str("=?");
            rest = &found[2..];
            after_word = false;
            continue;
        };
        if !(after_word && before.trim().is_empty()) {
            out.push_str(before);
        }
        out.push_str(&word);
        rest = &found[length..];
        after_word = true;
    }
    out + rest
}

/// The encoded word at the beginning, and how long it is.
fn encoded_word(text: &str) -> Option<(String, usize)> {
    let mut fields = text.strip_prefix("=?")?.splitn(3, '?');
    let (charset, coding, rest) = (fields.next()?, fields.next()?, fields.next()?);
    let (content, _) = rest.split_once("?=")?;
    let bytes = match coding {
        "B" | "b" => STANDARD.decode(content).ok()?,
        "Q" | "q" => quoted(content.as_bytes(), Underscore::IsBlank),
        _ => return None,
    };
    let length = "=?".len() + charset.len() + 1 + coding.len() + 1 + content.len() + "?=".len();
    Some((String::from_utf8_lossy(&bytes).into_owned(), length))
}

/// What an underscore means in quoted text: in a header it stands for a blank.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Underscore {
    Stays,
    IsBlank,
}

fn quoted(text: &[u8], underscore: Underscore) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            // A line that is broken only for the journey.
            b'=' if tail.starts_with(b"\r\n") => rest = &tail[2..],
            b'=' => match tail.get(..2).and_then(hex) {
                Some(decoded) => {
                    out.push(decoded);
                    rest = &tail[2..];
                }
                None => out.push(byte),
            },
            b'_' if underscore == Underscore::IsBlank => out.push(b' '),
            _ => out.push(byte),
        }
    }
    out
}

fn hex(digits: &[u8]) -> Option<u8> {
    u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "From: a@x.test\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n";

    fn read(rest: &str) -> Letter {
        Letter::read(format!("{HEAD}{rest}").as_bytes())
    }

    #[test]
    fn headers_that_go_on_are_one_line_and_encoded_words_are_decoded() {
        let letter = read(
            "Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe_aus?=\r\n =?utf-8?B?IEvDtmxu?= x=?\r\n\r\nhi\r\n",
        );
        assert_eq!(letter.header("subject"), ["Grüße aus Köln x=?"]);
        assert_eq!(
            (letter.text.as_str(), letter.faults.as_slice()),
            ("hi\r\n", &[][..])
        );
    }

    #[test]
    fn a_text_is_read_out_of_its_coding() {
        let quoted = read(
            "Content-Transfer-Encoding: quoted-printable\r\n\r\n/reset?token=3Dab=\r\ncd _\r\n",
        );
        assert_eq!(quoted.text, "/reset?token=abcd _\r\n");
        let base64 = read("Content-Transfer-Encoding: base64\r\n\r\nR3LD\r\nvMOfZQ==\r\n");
        assert_eq!(base64.text, "Grüße");
    }

    #[test]
    fn of_a_mail_with_parts_the_texts_count() {
        let letter = read(
            "Content-Type: multipart/alternative; boundary=\"b1\"\r\n\r\nignored\r\n--b1\r\n\r\none\r\n--b1\r\nContent-Type: text/html\r\n\r\n<p>two\r\n--b1\r\nContent-Type: image/png\r\n\r\nxx\r\n--b1--\r\n",
        );
        assert_eq!(letter.text, "one<p>two");
    }

    #[test]
    fn what_breaks_the_rules_is_told() {
        let letter = Letter::read("Subject: Grüße\r\nno header\r\n".as_bytes());
        for words in [
            "empty line",
            "beyond ASCII",
            "no header line",
            "no header From",
            "no header Date",
        ] {
            assert!(
                letter.faults.iter().any(|fault| fault.contains(words)),
                "{words}: {letter:?}"
            );
        }
    }
}
