//! What bytes have to be, where an answer is no text or no HTTP: how many of them to wait for, and what is said when others came.

use super::{
    escape::{count_bytes, show},
    expect::{About, Problem},
    pieces::{self, Piece},
    template::{Template, Values},
};
use crate::digest::sha256;

/// More bytes than this are told by their length and hash.
const SHOWN: usize = 200;

/// The sign that stands for bytes which are no UTF-8, as UTF-8.
const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

/// What bytes have to be. Everything that is given has to hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Bytes {
    pub(super) equals: Option<Vec<Piece>>,
    pub(super) contains: Vec<Template>,
    pub(super) lacks: Vec<Template>,
    pub(super) length: Option<usize>,
    /// In hexadecimal digits.
    pub(super) sha256: Option<String>,
    /// Where a reader of a connection stops: after this text.
    pub(super) until: Option<Template>,
}

impl Bytes {
    /// Every text in it, to find the names.
    pub(super) fn templates(&self) -> impl Iterator<Item = &Template> {
        let equals = self.equals.iter().flatten().filter_map(Piece::template);
        equals
            .chain(&self.contains)
            .chain(&self.lacks)
            .chain(&self.until)
    }

    /// True if it differs from run to run, whatever names stand in it.
    pub(super) fn is_random(&self) -> bool {
        self.equals.iter().flatten().any(Piece::is_random)
    }

    /// True if a reader can know when to stop.
    pub(super) fn has_an_end(&self) -> bool {
        self.equals.is_some()
            || self.length.is_some()
            || self.until.is_some()
            || !self.contains.is_empty()
    }

    /// True if any bytes would do.
    pub(super) fn is_empty(&self) -> bool {
        self.sha256.is_none() && self.lacks.is_empty() && !self.has_an_end()
    }

    /// How many of the bytes that have come are the ones in question; `None` if more have to come.
    pub(super) fn portion(&self, came: &[u8], values: &Values) -> Option<usize> {
        if let Some(equals) = &self.equals {
            let wanted = pieces::join(equals, values);
            // What cannot become right any more need not be waited for.
            let wrong = same(&wanted, came) < came.len().min(wanted.len());
            return (wrong || came.len() >= wanted.len()).then(|| wanted.len().min(came.len()));
        }
        if let Some(length) = self.length {
            return (came.len() >= length).then_some(length);
        }
        if let Some(until) = &self.until {
            let end = until.fill(values);
            return find(came, end.as_bytes()).map(|at| at + end.len());
        }
        self.contains
            .iter()
            .all(|part| find(came, part.fill(values).as_bytes()).is_some())
            .then_some(came.len())
    }

    /// What does not hold; `what` names the bytes, where that has to be said.
    pub(super) fn judge(&self, what: &str, came: &[u8], values: &Values) -> Option<Problem> {
        if self.holds(came, values) {
            return None;
        }
        let wanted = self
            .equals
            .as_ref()
            .map(|equals| pieces::join(equals, values));
        Some(Problem {
            about: About::Else,
            expected: format!("{what} {}", self.expected(values))
                .trim_start()
                .to_owned(),
            actual: format!("{what} {}", told(came)).trim_start().to_owned(),
            explain: wanted.and_then(|wanted| difference(&wanted, came)),
        })
    }

    fn holds(&self, came: &[u8], values: &Values) -> bool {
        let has = |part: &Template| find(came, part.fill(values).as_bytes()).is_some();
        self.equals
            .as_ref()
            .is_none_or(|equals| pieces::join(equals, values) == came)
            && self.contains.iter().all(has)
            && !self.lacks.iter().any(has)
            && self.length.is_none_or(|length| length == came.len())
            && self
                .sha256
                .as_ref()
                .is_none_or(|hash| sha256(came).eq_ignore_ascii_case(hash))
            && self.until.as_ref().is_none_or(has)
    }

    /// What they have to be, in words.
    pub(super) fn expected(&self, values: &Values) -> String {
        let mut parts = Vec::new();
        if let Some(equals) = &self.equals {
            parts.push(told(&pieces::join(equals, values)));
        }
        parts.extend(
            self.length
                .map(|length| format!("of {}", count_bytes(length))),
        );
        parts.extend(
            self.sha256
                .iter()
                .map(|hash| format!("with the SHA-256 {hash}")),
        );
        let shown = |part: &Template| show(part.fill(values).as_bytes());
        parts.extend(
            self.contains
                .iter()
                .map(|part| format!("with {}", shown(part))),
        );
        parts.extend(
            self.lacks
                .iter()
                .map(|part| format!("without {}", shown(part))),
        );
        parts.extend(
            self.until
                .iter()
                .map(|part| format!("up to {}", shown(part))),
        );
        parts.join(", ")
    }
}

/// Bytes in words: as they are, or by length and hash where they are many or no text.
pub(super) fn told(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "(nothing)".into();
    }
    if bytes.len() <= SHOWN {
        return show(bytes);
    }
    // The beginning is enough to recognise what it is.
    const BEGIN: usize = 40;
    let text = std::str::from_utf8(bytes).ok();
    let end = text.and_then(|text| (0..=BEGIN).rev().find(|&at| text.is_char_boundary(at)));
    format!(
        "{} with the SHA-256 {}…, beginning with {}",
        count_bytes(bytes.len()),
        &sha256(bytes)[..12],
        show(&bytes[..end.unwrap_or(BEGIN / 2)])
    )
}

fn difference(wanted: &[u8], came: &[u8]) -> Option<String> {
    let same = same(wanted, came);
    if find(came, REPLACEMENT).is_some() && find(wanted, REPLACEMENT).is_none() {
        return Some(format!(
            "After {} there came EF BF BD, the sign �. A program writes it when it takes bytes for text and they are no UTF-8. \
             Bytes that pass through stay bytes: never make a String of them.",
            count_bytes(same)
        ));
    }
    if came.len() < wanted.len() && same == came.len() {
        return (!came.is_empty()).then(|| {
            format!(
                "What came is right as far as it goes: {} of {}. The rest did not come.",
                came.len(),
                count_bytes(wanted.len())
            )
        });
    }
    (same > 0).then(|| format!("The first {} are right.", count_bytes(same)))
}

/// How many bytes are the same from the beginning.
fn same(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

/// Where a part begins; an empty part begins everywhere.
pub(super) fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    if part.is_empty() {
        return Some(0);
    }
    bytes.windows(part.len()).position(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn equal(text: &str) -> Bytes {
        Bytes {
            equals: Some(vec![Piece::Text(Template::new(text))]),
            ..Bytes::default()
        }
    }

    #[test]
    fn a_reader_stops_where_the_expectation_ends() {
        let values = Values::new(1);
        assert_eq!(equal("abc").portion(b"ab", &values), None);
        assert_eq!(equal("abc").portion(b"abcd", &values), Some(3));
        assert_eq!(
            equal("abc").portion(b"ax", &values),
            Some(2),
            "wrong already"
        );
        let length = Bytes {
            length: Some(4),
            ..Bytes::default()
        };
        assert_eq!(length.portion(b"abcdef", &values), Some(4));
        let until = Bytes {
            until: Some(Template::new("\n")),
            ..Bytes::default()
        };
        assert_eq!(until.portion(b"ab\ncd", &values), Some(3));
        assert_eq!(until.portion(b"ab", &values), None);
    }

    #[test]
    fn bytes_are_told_by_text_or_by_length_and_hash() {
        assert_eq!(told(b"5\n"), "5\\n");
        assert!(told(&[b'a'; 300]).starts_with("300 bytes with the SHA-256 "));
        assert_eq!(told(b""), "(nothing)");
    }

    #[test]
    fn bytes_that_were_taken_for_text_are_recognised() {
        let mut bytes = equal("ab");
        bytes.equals = Some(vec![Piece::Bytes(vec![b'a', 0xff])]);
        let problem = bytes
            .judge("the echo", "a\u{fffd}".as_bytes(), &Values::new(1))
            .expect("wrong");
        assert!(
            problem
                .explain
                .is_some_and(|text| text.contains("EF BF BD"))
        );
    }

    #[test]
    fn length_and_hash_have_to_hold() {
        let bytes = Bytes {
            length: Some(3),
            sha256: Some("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD".into()),
            ..Bytes::default()
        };
        let values = Values::new(1);
        assert_eq!(bytes.judge("body", b"abc", &values), None);
        let problem = bytes.judge("body", b"abd", &values).expect("wrong");
        assert_eq!(problem.actual, "body abd");
    }

    #[test]
    fn what_must_not_be_there_is_found_between_other_bytes() {
        let bytes = Bytes {
            lacks: vec![Template::new("canary")],
            ..Bytes::default()
        };
        let values = Values::new(1);
        assert!(
            bytes
                .judge("body", b"\xff a canary \xfe", &values)
                .is_some()
        );
        assert_eq!(bytes.judge("body", b"\xff", &values), None);
    }
}
