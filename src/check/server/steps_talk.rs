//! The parts of a step that are about bytes and connections, checked: pieces, expected bytes, the moves of a talk, files.

use super::{
    bytes::Bytes,
    expect::Closes,
    layout::{Laid, What},
    pieces::Piece,
    steps::Reader,
    steps_file::{BytesOr, OneOrMany, RawBytes, RawFile, RawMove, RawPiece, TextOr},
    talk::{Deed, Move, Pace, Talk},
    template::Template,
};
use crate::{course::Spanned, error::Result, workspace::stays_inside};
use std::{path::Path, time::Duration};

/// Between two pieces, unless the step says otherwise: long enough that they do not arrive as one.
const USUAL_PAUSE: Duration = Duration::from_millis(20);

/// Between two bytes of a client that drips, unless the step says otherwise.
const USUAL_DRIP: Duration = Duration::from_millis(150);

/// What a move can `do`, with the deed.
const WORDS: [(&str, Deed); 5] = [
    ("open", Deed::Open),
    ("half close", Deed::HalfClose),
    ("close", Deed::Close),
    ("expect closed", Deed::ExpectClosed),
    ("expect open", Deed::ExpectOpen),
];

impl Reader<'_> {
    pub(super) fn pieces<T>(&self, at: &Spanned<T>, raw: RawBytes) -> Result<Vec<Piece>> {
        let mut pieces = Vec::new();
        for piece in raw.0 {
            match piece {
                TextOr::Text(text) => pieces.push(Piece::Text(Template::new(&text))),
                TextOr::Table(raw) => pieces.extend(self.piece(at, raw)?),
            }
        }
        Ok(pieces)
    }

    fn piece<T>(&self, at: &Spanned<T>, raw: RawPiece) -> Result<Vec<Piece>> {
        let (repeat, hex, random, file) = (raw.repeat, raw.hex, raw.random, raw.file);
        Ok(match (repeat, hex, random, file) {
            (Some(repeat), None, None, None) => vec![Piece::Repeat {
                text: Template::new(&repeat),
                times: raw.times.unwrap_or(1),
            }],
            (None, Some(hex), None, None) => match bytes_of(&hex) {
                Some(bytes) => vec![Piece::Bytes(bytes)],
                None => {
                    return self.fail(
                        at,
                        "hex holds something else than pairs of digits",
                        "As in hex = \"16 03 01\".",
                    );
                }
            },
            (None, None, Some(length), None) => vec![Piece::Random {
                length,
                name: raw.name.unwrap_or_default(),
            }],
            (None, None, None, Some(file)) => match self.laid(&file) {
                Some(pieces) => pieces.to_vec(),
                None => {
                    let what = format!("no file `{file}` with bytes is laid out before the start");
                    return self.fail(at, what, "Name a file in [files] that is no link.");
                }
            },
            _ => {
                return self.fail(
                    at,
                    "a piece is one of repeat, hex, random and file",
                    "As in { repeat = \"a\", times = 9000 } or { random = 4096 }.",
                );
            }
        })
    }

    pub(super) fn bytes<T>(
        &self,
        at: &Spanned<T>,
        raw: BytesOr,
        names: &mut Vec<String>,
    ) -> Result<Bytes> {
        let templates = |texts: Option<OneOrMany<String>>| -> Vec<Template> {
            let texts = texts.map(OneOrMany::into_vec).unwrap_or_default();
            texts.iter().map(|text| Template::new(text)).collect()
        };
        let bytes = match raw {
            BytesOr::Equal(raw) => Bytes {
                equals: Some(self.pieces(at, raw)?),
                ..Bytes::default()
            },
            BytesOr::Table(raw) => Bytes {
                equals: raw.equals.map(|raw| self.pieces(at, raw)).transpose()?,
                contains: templates(raw.contains),
                lacks: templates(raw.lacks),
                length: raw.length,
                sha256: raw.sha256,
                until: raw.until.as_deref().map(Template::new),
            },
        };
        if bytes.is_empty() {
            return self.fail(
                at,
                "the expected bytes say nothing",
                "Say what they equal or contain, or their length.",
            );
        }
        let digits =
            |hash: &String| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !bytes.sha256.as_ref().is_none_or(digits) {
            return self.fail(
                at,
                "a SHA-256 has 64 hexadecimal digits",
                "Copy it from `sha256sum FILE`.",
            );
        }
        let found = bytes.templates().flat_map(Template::names);
        names.extend(found.map(str::to_owned));
        Ok(bytes)
    }

    pub(super) fn talk(
        &self,
        at: &Spanned<String>,
        on: Option<OneOrMany<String>>,
        raw: Vec<TextOr<RawMove>>,
        names: &mut Vec<String>,
    ) -> Result<Talk> {
        let mut moves = Vec::new();
        for raw in raw {
            let raw = match raw {
                TextOr::Text(word) => RawMove {
                    word: Some(word),
                    ..RawMove::default()
                },
                TextOr::Table(raw) => raw,
            };
            moves.push(self.one_move(at, raw, names)?);
        }
        Ok(Talk {
            on: on.map(OneOrMany::into_vec).unwrap_or_default(),
            moves,
        })
    }

    fn one_move(
        &self,
        at: &Spanned<String>,
        raw: RawMove,
        names: &mut Vec<String>,
    ) -> Result<Move> {
        let pause = raw.pause_ms.map(Duration::from_millis);
        let pace = match raw.cut {
            None => Pace::AtOnce,
            Some(OneOrMany::One(length)) => Pace::Pieces(length, pause.unwrap_or(USUAL_PAUSE)),
            Some(OneOrMany::Many(cuts)) => Pace::Cuts(cuts, pause.unwrap_or(USUAL_PAUSE)),
        };
        if pace != Pace::AtOnce && raw.write.is_none() {
            return self.fail(
                at,
                "only write has a cut",
                "As in { write = \"…\", cut = 1 }.",
            );
        }
        let mut deeds = Vec::new();
        if let Some(word) = &raw.word {
            let Some((_, deed)) = WORDS.iter().find(|(known, _)| known == word) else {
                let known = WORDS.map(|(word, _)| format!("\"{word}\"")).join(", ");
                let help = format!("A move of one word is one of {known}.");
                return self.fail(at, format!("`{word}` is no move of a talk"), &help);
            };
            deeds.push(deed.clone());
        }
        if let Some(bytes) = raw.write {
            let pieces = self.pieces(at, bytes)?;
            deeds.push(Deed::Write { pieces, pace });
        }
        if let Some(bytes) = raw.drip {
            deeds.push(Deed::Drip {
                pieces: self.pieces(at, bytes)?,
                pause: pause.unwrap_or(USUAL_DRIP),
            });
        }
        if let Some(send) = raw.send {
            deeds.push(Deed::Send(Box::new(self.request(at, send)?)));
        }
        if let Some(bytes) = raw.read {
            let bytes = self.bytes(at, bytes, names)?;
            if !bytes.has_an_end() {
                return self.fail(
                    at,
                    "nobody knows how much to read here",
                    "Add length or until.",
                );
            }
            deeds.push(Deed::Read(bytes));
        }
        if let Some(answer) = raw.answer {
            let elsewhere = answer.same_as.is_some()
                || answer.exit.is_some()
                || answer.database.is_some()
                || answer.process.is_some()
                || !answer.files.is_empty();
            if elsewhere {
                return self.fail(
                    at,
                    "an answer in a talk says nothing of files, data, the program or other answers",
                    "Put that into the expect of the step.",
                );
            }
            let expect = self.expect(at, answer, names)?;
            if expect.closes == Closes::Must {
                return self.fail(
                    at,
                    "an answer in a talk does not say who closes",
                    "Add the move \"expect closed\" after it.",
                );
            }
            deeds.push(Deed::Answer(Box::new(expect)));
        }
        deeds.extend(
            raw.wait_ms
                .map(|wait| Deed::Wait(Duration::from_millis(wait))),
        );
        match (deeds.pop(), deeds.pop()) {
            (Some(deed), None) => Ok(Move {
                on: raw.on.map(OneOrMany::into_vec).unwrap_or_default(),
                deed,
            }),
            _ => self.fail(
                at,
                "a move of a talk is one of write, drip, send, read, answer, wait_ms and do",
                "Make two moves of it: they are taken in order.",
            ),
        }
    }

    pub(super) fn file(
        &self,
        exercises: &Path,
        path: String,
        raw: Spanned<TextOr<RawFile>>,
    ) -> Result<Laid> {
        let at = Spanned::new(raw.span(), ());
        self.below_the_server(&at, &path)?;
        let what = match raw.into_inner() {
            TextOr::Text(text) => What::Bytes(vec![Piece::Text(Template::new(&text))]),
            TextOr::Table(RawFile {
                bytes: Some(bytes),
                link: None,
                from: None,
            }) => What::Bytes(self.pieces(&at, bytes)?),
            TextOr::Table(RawFile {
                bytes: None,
                link: Some(link),
                from: None,
            }) => What::Link(link.into()),
            TextOr::Table(RawFile {
                bytes: None,
                link: None,
                from: Some(from),
            }) => {
                let source = exercises.join(&from);
                if !stays_inside(Path::new(&from)) || !source.exists() {
                    let what = format!("there is no `{from}` below {}", exercises.display());
                    return self.fail(&at, what, "Paths begin below exercises/.");
                }
                What::Copy(source)
            }
            TextOr::Table(_) => {
                return self.fail(
                    &at,
                    "a file is a text, or one of bytes, link and from",
                    "As in { link = \"../secret.txt\" }.",
                );
            }
        };
        let names = match &what {
            What::Bytes(pieces) => pieces.iter().filter_map(Piece::template).collect(),
            _ => Vec::new(),
        };
        self.check_names(&at, names.into_iter().flat_map(Template::names))?;
        Ok(Laid {
            path: path.into(),
            what,
        })
    }
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = hex
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let pairs = digits.chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair)
            .ok()
            .filter(|pair| pair.len() == 2)?;
        u8::from_str_radix(pair, 16).ok()
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_pairs_of_digits_with_blanks_between() {
        assert_eq!(bytes_of("16 03 ff"), Some(vec![0x16, 0x03, 0xff]));
        assert_eq!(bytes_of("160"), None);
        assert_eq!(bytes_of("zz"), None);
    }
}
