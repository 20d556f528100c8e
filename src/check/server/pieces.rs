//! Bytes to send or to compare with, put together from pieces: text, repeated text, hexadecimal digits, random bytes, the contents
//! of a file of the story. It sends nothing.

use super::{
    escape::{shell_printf, shell_word},
    random,
    template::{Template, Values},
};

/// A part of raw bytes.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// Text; TOML's own escapes give `\r\n`.
    Text(Template),
    /// Bytes that are no text.
    Bytes(Vec<u8>),
    /// A text many times over, for long input.
    Repeat { text: Template, times: usize },
    /// Bytes that differ from run to run; every byte value occurs if there are many. The same name and length are the same bytes.
    Random { length: usize, name: String },
}

impl Piece {
    /// The text in it that has names to be filled in.
    pub(super) fn template(&self) -> Option<&Template> {
        match self {
            Self::Text(text) | Self::Repeat { text, .. } => Some(text),
            Self::Bytes(_) | Self::Random { .. } => None,
        }
    }

    /// True if its bytes are others in the next run, whatever names stand in it.
    pub(super) fn is_random(&self) -> bool {
        matches!(self, Self::Random { .. })
    }

    fn bytes(&self, values: &Values) -> Vec<u8> {
        match self {
            Self::Text(text) => text.fill(values).into_bytes(),
            Self::Bytes(bytes) => bytes.clone(),
            Self::Repeat { text, times } => text.fill(values).repeat(*times).into_bytes(),
            Self::Random { length, name } => random::bytes(name, values.seed(), *length),
        }
    }

    fn shell(&self, values: &Values) -> String {
        match self {
            Self::Repeat { text, times } => {
                let text = shell_word(&text.fill(values));
                format!("yes {text} | head -n {times} | tr -d '\\n'")
            }
            // Any random bytes show the same.
            Self::Random { length, .. } => format!("head -c {length} /dev/urandom"),
            other => shell_printf(&other.bytes(values)),
        }
    }
}

/// The bytes of all pieces, one after the other.
pub(super) fn join(pieces: &[Piece], values: &Values) -> Vec<u8> {
    pieces
        .iter()
        .flat_map(|piece| piece.bytes(values))
        .collect()
}

/// Commands for a shell that print the same bytes.
pub(super) fn shell(pieces: &[Piece], values: &Values) -> Vec<String> {
    pieces.iter().map(|piece| piece.shell(values)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_joined_in_order() {
        let pieces = [
            Piece::Text(Template::new("GET /")),
            Piece::Repeat {
                text: Template::new("a"),
                times: 3,
            },
            Piece::Bytes(vec![0x16, 0xff]),
        ];
        assert_eq!(join(&pieces, &Values::new(1)), b"GET /aaa\x16\xff");
    }

    #[test]
    fn random_bytes_are_the_same_within_a_run_and_others_in_the_next() {
        let blob = [Piece::Random {
            length: 4096,
            name: "blob".into(),
        }];
        let first = join(&blob, &Values::new(1));
        assert_eq!(first, join(&blob, &Values::new(1)));
        assert_ne!(first, join(&blob, &Values::new(2)));
        for byte in 0..=u8::MAX {
            assert!(first.contains(&byte), "{byte} is missing");
        }
    }

    #[test]
    fn a_shell_can_print_them() {
        let pieces = [
            Piece::Text(Template::new("GET /")),
            Piece::Repeat {
                text: Template::new("a"),
                times: 3,
            },
        ];
        assert_eq!(
            shell(&pieces, &Values::new(1)),
            ["printf 'GET /'", r"yes a | head -n 3 | tr -d '\n'"]
        );
    }
}
