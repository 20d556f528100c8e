//! Whether a message ends where it says it ends, and how that is told (RFC 9112, section 6). What its lines have to look like is
//! for [`super::message`].

use super::{
    escape::{count_bytes, show},
    message::{Fault, Length, Message},
    wire::Ending,
};

/// How strictly the format of the answer is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Framing {
    /// As RFC 9112 has it.
    #[default]
    Strict,
    /// The lines of the head only: another step looks at the length of the body.
    Head,
    /// The length of the body only: another step looks at the lines of the head.
    Length,
    /// As long as status and body can be found: other steps look at the format.
    Loose,
}

/// How the format of a message breaks its rules, as far as this step looks at it.
pub(super) fn faults(framing: Framing, message: &Message, ending: Ending) -> Vec<Fault> {
    let mut faults = match framing {
        Framing::Strict | Framing::Head => message.faults.clone(),
        Framing::Length | Framing::Loose => Vec::new(),
    };
    match (message.length, ending) {
        (Length::UntilClose | Length::ChunksMissing, Ending::Deadline) => faults.push(never_ends(message)),
        (_, Ending::TooLong) => faults.push(Fault {
            expected: "an answer that ends".into(),
            actual: format!("more than {} bytes, and no end", message.body.len()),
            explain: "The server goes on writing. Look for the loop that writes the answer.".into(),
        }),
        _ if matches!(framing, Framing::Head | Framing::Loose) => {}
        (Length::Bytes(length), _) if length != message.body.len() => {
            faults.push(wrong_length(length, message, ending));
        }
        (Length::ChunksMissing, _) => faults.push(Fault {
            expected: "a last chunk of size 0".into(),
            actual: "the chunks end before it".into(),
            explain: "A client takes this for an answer that was cut off.".into(),
        }),
        (Length::NoBody, _) if !message.body.is_empty() => faults.push(Fault {
            expected: "no body".into(),
            actual: format!("{} bytes after the head: {}", message.body.len(), show(&message.body)),
            explain: format!(
                "An answer to HEAD, and one with status 204 or 304, ends with its head (this one is {}). A client \
                 takes what follows for the next answer.",
                message.status
            ),
        }),
        _ => {}
    }
    faults
}

fn wrong_length(length: usize, message: &Message, ending: Ending) -> Fault {
    let body = message.body.as_slice();
    let came = body.len();
    let characters = std::str::from_utf8(body)
        .ok()
        .map(|text| text.chars().count());
    let explain = if characters == Some(length) {
        format!(
            "{length} is the number of characters. Content-Length counts bytes, and letters such as é or ✓ take more \
             than one byte in UTF-8: a client reads {length} bytes and sees “{}”.",
            show(&body[..length])
        )
    } else if came > length {
        format!(
            "A client reads {length} bytes and sees “{}”; the rest is lost to it.",
            show(&body[..length])
        )
    } else {
        format!(
            "A client waits for {} more. When the connection closes instead, it takes the answer for one that was cut off.",
            count_bytes(length - came)
        )
    };
    let end = match ending {
        Ending::Closed => ", and then the connection was closed",
        _ => "",
    };
    Fault {
        expected: "Content-Length is the number of bytes in the body".into(),
        actual: format!(
            "Content-Length says {length}, but {} of body came{end}",
            count_bytes(came)
        ),
        explain,
    }
}

fn never_ends(message: &Message) -> Fault {
    Fault {
        expected: "an answer that ends".into(),
        actual: format!(
            "a head without Content-Length, then {} of body, and the connection stayed open",
            count_bytes(message.body.len())
        ),
        explain: "Without Content-Length the body ends where the connection is closed, so a client waits and waits. \
                  Send a Content-Length, or close the connection."
            .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::message, *};

    fn told(came: &str, ending: Ending) -> Vec<Fault> {
        let message = message::parse(came.as_bytes(), message::Asked::Other).expect("a response");
        faults(Framing::Strict, &message, ending)
    }

    #[test]
    fn a_stale_length_says_what_a_client_sees() {
        let problems = told(
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello you",
            Ending::Closed,
        );
        assert_eq!(problems.len(), 1);
        assert!(
            problems[0]
                .actual
                .contains("says 5, but 9 bytes of body came"),
            "{problems:?}"
        );
        assert!(problems[0].explain.contains("sees “hello”"));
    }

    #[test]
    fn characters_counted_for_bytes_are_recognised() {
        let problems = told(
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhéllo",
            Ending::Closed,
        );
        assert!(
            problems[0]
                .explain
                .starts_with("5 is the number of characters")
        );
    }

    #[test]
    fn a_body_that_is_too_short_is_told() {
        let problems = told(
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi",
            Ending::Closed,
        );
        assert!(
            problems[0].actual.contains("says 5, but 2 bytes"),
            "{problems:?}"
        );
    }

    #[test]
    fn an_answer_without_an_end_is_told_as_such() {
        let problems = told("HTTP/1.1 200 OK\r\n\r\nhi", Ending::Deadline);
        assert_eq!(problems[0].expected, "an answer that ends");
    }
}
