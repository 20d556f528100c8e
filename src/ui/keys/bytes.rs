//! The bytes that terminals send for keys. Pure: it reads nothing.

use super::Key;

/// Takes the keys out of `bytes`; an unfinished sequence stays there until more comes. `Rest::Final` says that no more
/// comes soon, so that a lone escape byte is the Escape key.
pub(super) fn take_keys(bytes: &mut Vec<u8>, rest: Rest) -> Vec<Key> {
    let mut keys = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match one(&bytes[at..], rest) {
            Step::Key(key, used) => {
                keys.extend(key);
                at += used;
            }
            Step::Unfinished => break,
        }
    }
    bytes.drain(..at);
    keys
}

/// Whether more bytes of the same key may be on their way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    Coming,
    Final,
}

enum Step {
    /// A key, or nothing for a sequence that means none here, and how many bytes it took.
    Key(Option<Key>, usize),
    Unfinished,
}

fn one(bytes: &[u8], rest: Rest) -> Step {
    match bytes {
        [0x1b, b'[', after @ ..] => sequence(after, rest),
        [0x1b, b'O', letter, ..] => Step::Key(by_letter(*letter), 3),
        [0x1b] | [0x1b, b'O'] if rest == Rest::Coming => Step::Unfinished,
        [0x1b, ..] => Step::Key(Some(Key::Esc), 1),
        [0x03, ..] => Step::Key(Some(Key::Interrupt), 1),
        [0x1a, ..] => Step::Key(Some(Key::Suspend), 1),
        [b'\r' | b'\n', ..] => Step::Key(Some(Key::Enter), 1),
        [0x08 | 0x7f, ..] => Step::Key(Some(Key::Backspace), 1),
        [byte @ 0x20..=0x7e, ..] => Step::Key(Some(Key::Char(*byte as char)), 1),
        [0x80..=0xff, ..] => character(bytes, rest),
        _ => Step::Key(None, 1),
    }
}

/// What follows `ESC [`: parameters, then one byte of `@` to `~`.
fn sequence(after: &[u8], rest: Rest) -> Step {
    let Some(end) = after.iter().position(|b| (0x40..=0x7e).contains(b)) else {
        return match rest {
            Rest::Coming => Step::Unfinished,
            Rest::Final => Step::Key(None, after.len() + 2),
        };
    };
    let key = match (&after[..end], after[end]) {
        (b"1" | b"7", b'~') => Some(Key::Home),
        (b"4" | b"8", b'~') => Some(Key::End),
        (b"5", b'~') => Some(Key::PageUp),
        (b"6", b'~') => Some(Key::PageDown),
        (b"", letter) => by_letter(letter),
        _ => None,
    };
    Step::Key(key, end + 3)
}

fn by_letter(letter: u8) -> Option<Key> {
    match letter {
        b'A' => Some(Key::Up),
        b'B' => Some(Key::Down),
        b'H' => Some(Key::Home),
        b'F' => Some(Key::End),
        b'M' => Some(Key::Enter),
        _ => None,
    }
}

/// A character of several bytes.
fn character(bytes: &[u8], rest: Rest) -> Step {
    let length = match bytes[0] {
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf7 => 4,
        _ => 1,
    };
    match bytes.get(..length) {
        Some(all) => match std::str::from_utf8(all) {
            Ok(text) => Step::Key(text.chars().next().map(Key::Char), length),
            Err(_) => Step::Key(None, 1),
        },
        None if rest == Rest::Coming => Step::Unfinished,
        None => Step::Key(None, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(bytes: &[u8], rest: Rest) -> (Vec<Key>, usize) {
        let mut bytes = bytes.to_vec();
        let keys = take_keys(&mut bytes, rest);
        (keys, bytes.len())
    }

    #[test]
    fn letters_enter_and_ctrl_c_are_keys() {
        let all = [
            Key::Char('n'),
            Key::Enter,
            Key::Backspace,
            Key::Interrupt,
            Key::Char('é'),
        ];
        assert_eq!(
            keys(b"n\r\x7f\x03\xc3\xa9", Rest::Coming),
            (all.to_vec(), 0)
        );
    }

    #[test]
    fn arrows_and_pages_are_keys_in_both_spellings() {
        let all = [Key::Up, Key::Down, Key::PageDown, Key::Home];
        assert_eq!(
            keys(b"\x1b[A\x1bOB\x1b[6~\x1b[1~", Rest::Coming),
            (all.to_vec(), 0)
        );
    }

    #[test]
    fn an_arrow_that_comes_in_two_pieces_is_one_key() {
        let mut bytes = b"\x1b".to_vec();
        assert!(take_keys(&mut bytes, Rest::Coming).is_empty());
        bytes.extend(b"[A");
        assert_eq!(take_keys(&mut bytes, Rest::Coming), [Key::Up]);
    }

    #[test]
    fn an_escape_byte_alone_is_the_escape_key() {
        assert_eq!(keys(b"\x1b", Rest::Coming), (vec![], 1));
        assert_eq!(keys(b"\x1b", Rest::Final), (vec![Key::Esc], 0));
    }

    #[test]
    fn unknown_sequences_and_broken_characters_are_nothing() {
        assert_eq!(
            keys(b"\x1b[1;5C\xff\x1b[200~x", Rest::Final),
            (vec![Key::Char('x')], 0)
        );
    }
}
