//! Bytes as a person reads them: on the screen, and as a line for a shell. It never sends anything.

use std::fmt::Write as _;

/// How many bytes of an answer are shown.
const SHOWN: usize = 400;

/// Bytes with control characters and what is no UTF-8 written as escapes; the middle of long input is left out.
pub(super) fn show(bytes: &[u8]) -> String {
    if bytes.len() <= SHOWN {
        return escape(bytes);
    }
    let (head, tail) = (&bytes[..SHOWN * 3 / 4], &bytes[bytes.len() - SHOWN / 4..]);
    let omitted = bytes.len() - head.len() - tail.len();
    format!("{} [… {omitted} bytes …] {}", escape(head), escape(tail))
}

fn escape(bytes: &[u8]) -> String {
    let mut shown = String::new();
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\r' => shown.push_str("\\r"),
                '\n' => shown.push_str("\\n"),
                '\t' => shown.push_str("\\t"),
                '\\' => shown.push_str("\\\\"),
                c if c.is_control() => {
                    let _ = write!(shown, "\\x{:02x}", u32::from(c));
                }
                c => shown.push(c),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(shown, "\\x{byte:02x}");
        }
    }
    shown
}

/// A length of time in words.
pub(super) fn seconds(time: std::time::Duration) -> String {
    match time.as_secs() {
        1 => "1 second".into(),
        seconds => format!("{seconds} seconds"),
    }
}

/// A number of bytes in words.
pub(super) fn count_bytes(count: usize) -> String {
    match count {
        1 => "1 byte".into(),
        count => format!("{count} bytes"),
    }
}

/// A text as one word of a shell.
pub(super) fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-=:,@%+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A `printf` that prints exactly these bytes.
pub(super) fn shell_printf(bytes: &[u8]) -> String {
    let mut format = String::new();
    for &byte in bytes {
        match byte {
            b'\r' => format.push_str("\\r"),
            b'\n' => format.push_str("\\n"),
            b'%' => format.push_str("%%"),
            b'\\' => format.push_str("\\\\"),
            b'\'' => format.push_str("\\047"),
            b' '..=b'~' => format.push(char::from(byte)),
            _ => {
                let _ = write!(format, "\\{byte:03o}");
            }
        }
    }
    // A format that begins with a dash would be read as an option.
    let dashes = if format.starts_with('-') { "-- " } else { "" };
    format!("printf {dashes}'{format}'")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::{self, Cancel, Program};

    #[test]
    fn line_ends_and_strange_bytes_can_be_seen() {
        assert_eq!(show(b"a\r\nb\x00\xff\\"), "a\\r\\nb\\x00\\xff\\\\");
        assert_eq!(show("héllo".as_bytes()), "héllo");
    }

    #[test]
    fn long_bytes_lose_their_middle_and_say_how_much() {
        let shown = show(&[b'a'; 1000]);
        assert!(shown.contains("[… 600 bytes …]"), "{shown}");
    }

    #[cfg(unix)]
    #[test]
    fn what_printf_prints_in_a_shell_is_what_was_sent() {
        let bytes = b"-GET /%20's \\n\"$PORT\" `x`\r\n\t!\x01~";
        let program = Program::learners("sh").args(["-c", &shell_printf(bytes)]);
        let finished = process::run(&program, &Cancel::new()).expect("sh runs");
        assert_eq!(finished.stdout.text.as_bytes(), bytes);
    }

    #[cfg(unix)]
    #[test]
    fn a_shell_word_arrives_as_it_was() {
        for text in ["/a?b=c&d", "it's", "$HOME `x`", "", "a b"] {
            let script = format!("printf %s {}", shell_word(text));
            let program = Program::learners("sh").args(["-c", &script]);
            let finished = process::run(&program, &Cancel::new()).expect("sh runs");
            assert_eq!(finished.stdout.text, text);
        }
    }
}
