//! Messages of the domain name system as bytes (RFC 1035, section 4): reads a query strictly, writes a reply with compressed names.
//! It decides nothing.
//!
//! Pointers lead to the question and to the owners of earlier records, never into the data of a record. So after an alias
//! comes a name of some labels and a pointer, which a reader has to be ready for.

use std::net::Ipv4Addr;

/// The type of a record that holds an IPv4 address.
pub(super) const A: u16 = 1;
/// The type of a record that holds another name.
pub(super) const CNAME: u16 = 5;
const INTERNET: u16 = 1;

/// A query with one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Query {
    pub(super) id: u16,
    pub(super) name: String,
    pub(super) kind: u16,
    pub(super) wants_recursion: bool,
    /// The question's own bytes, which a reply repeats.
    question: Vec<u8>,
}

/// How a reply says that it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    NoError = 0,
    FormatError = 1,
    ServerFailure = 2,
    NoSuchName = 3,
    Refused = 5,
}

/// One record of a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) name: String,
    pub(super) ttl: u32,
    pub(super) data: RecordData,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RecordData {
    Address(Ipv4Addr),
    Alias(String),
}

/// Reads a query.
///
/// # Errors
/// What is wrong with the bytes, as the end of a sentence.
pub(super) fn read(bytes: &[u8]) -> Result<Query, String> {
    let number = |at: usize| u16::from_be_bytes([bytes[at], bytes[at + 1]]);
    if bytes.len() < 12 {
        return Err(format!(
            "{} bytes are fewer than a header has, which is 12",
            bytes.len()
        ));
    }
    let flags = number(2);
    if flags & 0x8000 != 0 {
        return Err("the first bit of the flags says that it is an answer, not a question".into());
    }
    if flags & 0x7800 != 0 {
        return Err(format!(
            "the flags {flags:#06x} ask for something else than a query"
        ));
    }
    let counts = [number(4), number(6), number(8)];
    if counts != [1, 0, 0] {
        return Err(format!(
            "the header counts {} questions, {} answers and {} authorities instead of 1, 0 and 0",
            counts[0], counts[1], counts[2]
        ));
    }
    let (name, end) = name_at(bytes, 12)?;
    if bytes.len() < end + 4 {
        return Err(format!(
            "{} bytes come after the 0 that ends the name, and type and class need 4",
            bytes.len() - end
        ));
    }
    let (kind, class) = (number(end), number(end + 2));
    if class != INTERNET {
        return Err(format!("the class is {class}, and the internet is class 1"));
    }
    let extra = bytes.len() - end - 4;
    if number(10) == 0 && extra > 0 {
        return Err(format!("{extra} bytes follow after the question"));
    }
    Ok(Query {
        id: number(0),
        name,
        kind,
        wants_recursion: flags & 0x0100 != 0,
        question: bytes[12..end + 4].to_vec(),
    })
}

/// The name that begins at `at`, and where it ends.
fn name_at(bytes: &[u8], mut at: usize) -> Result<(String, usize), String> {
    let mut labels = Vec::new();
    let began = at;
    loop {
        let length = usize::from(
            *bytes
                .get(at)
                .ok_or("the name has no end: a byte 0 ends it")?,
        );
        at += 1;
        if length == 0 {
            break;
        }
        if length > 63 {
            return Err(format!(
                "a label begins with the length {length}, and 63 is the most"
            ));
        }
        let label = bytes.get(at..at + length).ok_or_else(|| {
            format!("a label says that it has {length} bytes, and the message ends before")
        })?;
        if label.contains(&b'.') {
            return Err("a dot stands inside a label: dots are not sent, each label has its length before it".into());
        }
        labels.push(String::from_utf8_lossy(label).into_owned());
        at += length;
    }
    if at - began > 255 {
        return Err("the name is longer than 255 bytes".into());
    }
    Ok((labels.join("."), at))
}

/// A reply to bytes that are no query, if there is an id to repeat.
pub(super) fn refusal(bytes: &[u8]) -> Option<Vec<u8>> {
    let id = bytes.get(..2)?;
    Some([id, &[0x80, Code::FormatError as u8], &[0; 8]].concat())
}

/// A reply to the query. Names are written once; where they come again, a pointer stands for them.
pub(super) fn reply(query: &Query, id: u16, code: Code, records: &[Record]) -> Vec<u8> {
    let recursion = if query.wants_recursion { 0x0100 } else { 0 };
    let flags = 0x8080 | recursion | code as u16;
    let mut bytes = Vec::new();
    for number in [
        id,
        flags,
        1,
        u16::try_from(records.len()).unwrap_or(0),
        0,
        0,
    ] {
        bytes.extend(number.to_be_bytes());
    }
    bytes.extend(&query.question);
    let mut known = Vec::new();
    remember(&query.name, 12, &mut known);
    for record in records {
        write_name(&record.name, &mut bytes, &mut known);
        let kind = match record.data {
            RecordData::Address(_) => A,
            RecordData::Alias(_) => CNAME,
        };
        bytes.extend(kind.to_be_bytes());
        bytes.extend(INTERNET.to_be_bytes());
        bytes.extend(record.ttl.to_be_bytes());
        let length_at = bytes.len();
        bytes.extend([0, 0]);
        match &record.data {
            RecordData::Address(address) => bytes.extend(address.octets()),
            RecordData::Alias(name) => write_name(name, &mut bytes, &mut known.clone()),
        }
        let length = u16::try_from(bytes.len() - length_at - 2).unwrap_or(0);
        bytes[length_at..length_at + 2].copy_from_slice(&length.to_be_bytes());
    }
    bytes
}

/// Endings of names, in lower case, with the place where they were written.
type Known = Vec<(String, usize)>;

fn remember(name: &str, mut at: usize, known: &mut Known) {
    let mut rest = name;
    while !rest.is_empty() {
        known.push((rest.to_ascii_lowercase(), at));
        let (label, tail) = rest.split_once('.').unwrap_or((rest, ""));
        at += label.len() + 1;
        rest = tail;
    }
}

fn write_name(name: &str, bytes: &mut Vec<u8>, known: &mut Known) {
    let mut rest = name;
    let mut new = Vec::new();
    while !rest.is_empty() {
        let lower = rest.to_ascii_lowercase();
        if let Some((_, at)) = known.iter().find(|(ending, _)| *ending == lower) {
            let pointer = 0xC000 | u16::try_from(*at).unwrap_or(0);
            bytes.extend(pointer.to_be_bytes());
            known.append(&mut new);
            return;
        }
        new.push((lower, bytes.len()));
        let (label, tail) = rest.split_once('.').unwrap_or((rest, ""));
        bytes.push(u8::try_from(label.len()).unwrap_or(0));
        bytes.extend(label.as_bytes());
        rest = tail;
    }
    bytes.push(0);
    known.append(&mut new);
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUERY: &[u8] =
        b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x04test\x00\x00\x01\x00\x01";

    #[test]
    fn a_query_is_read() {
        let query = read(QUERY).expect("a query");
        assert_eq!(
            (query.id, query.name.as_str(), query.kind),
            (0x1234, "www.test", A)
        );
        assert!(query.wants_recursion);
    }

    #[test]
    fn what_is_wrong_with_a_query_is_told() {
        let with = |at: usize, bytes: &[u8]| {
            let mut query = QUERY.to_vec();
            query[at..at + bytes.len()].copy_from_slice(bytes);
            query
        };
        let wrong = [
            (QUERY[..11].to_vec(), "fewer than a header"),
            (with(2, &[0x81]), "an answer"),
            (with(4, &[0, 0]), "0 questions"),
            (with(12, &[200]), "63 is the most"),
            (with(12, b"\x08www.test"), "a dot"),
            (QUERY[..QUERY.len() - 4].to_vec(), "type and class need 4"),
            (QUERY[..18].to_vec(), "the message ends before"),
            ([QUERY, b"\0"].concat(), "1 bytes follow"),
            (with(QUERY.len() - 2, &[1, 0]), "class is 256"),
        ];
        for (bytes, word) in wrong {
            let why = read(&bytes).expect_err(word);
            assert!(why.contains(word), "{why}");
        }
    }

    #[test]
    fn names_that_come_again_are_pointers() {
        let query = read(QUERY).expect("a query");
        let records = [
            Record {
                name: "www.test".into(),
                ttl: 60,
                data: RecordData::Alias("a.b.test".into()),
            },
            Record {
                name: "a.b.test".into(),
                ttl: 300,
                data: RecordData::Address(Ipv4Addr::new(192, 0, 2, 7)),
            },
        ];
        let bytes = reply(&query, 0x1234, Code::NoError, &records);
        let answers = &bytes[QUERY.len()..];
        let expected = [
            // www.test, at 12; a.b and a pointer to test, at 16.
            &b"\xC0\x0C\x00\x05\x00\x01\x00\x00\x00\x3C\x00\x06\x01a\x01b\xC0\x10"[..],
            // Again a.b and a pointer to test.
            b"\x01a\x01b\xC0\x10\x00\x01\x00\x01\x00\x00\x01\x2C\x00\x04\xC0\x00\x02\x07",
        ];
        assert_eq!(answers, expected.concat());
    }
}
