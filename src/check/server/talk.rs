//! A conversation on open connections, as data: what is written and in which pieces, what has to be heard, who closes. How it is
//! told, and how a shell repeats it. It opens no connection; that is for [`super::converse`].

use super::{
    action::Send,
    bytes::{self, Bytes},
    escape::{shell_printf, show},
    expect::Expect,
    pieces::{self, Piece},
    template::{Template, Values},
};
use std::time::Duration;

/// A conversation.
#[derive(Clone, Debug)]
pub(super) struct Talk {
    /// It is held on each of these connections, one after the other; on a new one that nobody needs later if there are none.
    pub(super) on: Vec<String>,
    pub(super) moves: Vec<Move>,
}

/// One thing that is done or expected.
#[derive(Clone, Debug)]
pub(super) struct Move {
    /// On these connections, one after the other; on that of the talk if there are none.
    pub(super) on: Vec<String>,
    pub(super) deed: Deed,
}

/// What is done or expected.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    /// Connect, and say nothing.
    Open,
    /// Write bytes.
    Write { pieces: Vec<Piece>, pace: Pace },
    /// Write a request that leaves the connection open.
    Send(Box<Send>),
    /// Write byte by byte until the server reacts. It has to, before the last byte.
    Drip { pieces: Vec<Piece>, pause: Duration },
    /// These bytes have to come.
    Read(Bytes),
    /// One HTTP response has to come.
    Answer(Box<Expect>),
    /// Say that nothing more will be sent, and go on listening.
    HalfClose,
    /// Close the connection.
    Close,
    /// The server has to close, and say nothing more before.
    ExpectClosed,
    /// The server must not close nor say anything.
    ExpectOpen,
    /// Let some time go by.
    Wait(Duration),
}

/// In which pieces bytes are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// In one.
    AtOnce,
    /// In pieces of so many bytes, with a pause between them.
    Pieces(usize, Duration),
    /// Cut at these places, with a pause at each.
    Cuts(Vec<usize>, Duration),
}

impl Pace {
    /// The bytes in the pieces in which they are written, and the pause between them.
    pub(super) fn cut<'b>(&self, bytes: &'b [u8]) -> (Vec<&'b [u8]>, Duration) {
        match self {
            Self::AtOnce => (vec![bytes], Duration::ZERO),
            Self::Pieces(length, pause) => (bytes.chunks((*length).max(1)).collect(), *pause),
            Self::Cuts(places, pause) => {
                let mut rest = bytes;
                let mut pieces = Vec::new();
                let mut begin = 0;
                for &place in places {
                    let (piece, after) = rest.split_at(place.saturating_sub(begin).min(rest.len()));
                    pieces.push(piece);
                    rest = after;
                    begin = place.max(begin);
                }
                pieces.push(rest);
                (pieces, *pause)
            }
        }
    }

    fn words(&self) -> String {
        match self {
            Self::AtOnce => String::new(),
            Self::Pieces(1, _) => " byte by byte".into(),
            Self::Pieces(length, _) => format!(" in pieces of {length} bytes"),
            Self::Cuts(places, _) => {
                let places: Vec<String> = places.iter().map(usize::to_string).collect();
                format!(" cut after byte {}", places.join(" and "))
            }
        }
    }
}

impl Talk {
    /// Every text with names in it.
    pub(super) fn templates(&self) -> Vec<Template> {
        let mut templates = Vec::new();
        for step in &self.moves {
            match &step.deed {
                Deed::Write { pieces, .. } | Deed::Drip { pieces, .. } => {
                    templates.extend(pieces.iter().filter_map(Piece::template).cloned());
                }
                Deed::Send(send) => templates.extend(send.templates()),
                Deed::Read(bytes) => templates.extend(bytes.templates().cloned()),
                // The names in an expected answer were collected when it was read.
                _ => {}
            }
        }
        templates
    }

    /// True if it differs from run to run, whatever names stand in it.
    pub(super) fn is_random(&self) -> bool {
        self.moves.iter().any(|step| match &step.deed {
            Deed::Write { pieces, .. } | Deed::Drip { pieces, .. } => {
                pieces.iter().any(Piece::is_random)
            }
            Deed::Read(bytes) => bytes.is_random(),
            _ => false,
        })
    }

    /// What is sent, in a few words: the moves up to the one with this number.
    pub(super) fn asked(&self, up_to: usize, values: &Values) -> String {
        let told: Vec<String> = self
            .moves
            .iter()
            .take(up_to + 1)
            .filter_map(|step| {
                let words = step.deed.words(values)?;
                Some(match step.on.as_slice() {
                    [] => words,
                    names => format!("{}: {words}", names.join(", ")),
                })
            })
            .collect();
        let told = match told.as_slice() {
            // What is waited for was sent by a step before.
            [] => "listen".to_owned(),
            told => told.join(", then "),
        };
        match self.on.as_slice() {
            [] => told,
            [one] => format!("on connection {one}: {told}"),
            many => format!("on each of {} connections: {told}", many.len()),
        }
    }

    /// A line for a shell that says the same on one connection; `None` where one line cannot.
    pub(super) fn repeat(&self, values: &Values) -> Option<String> {
        if self.moves.iter().any(|step| !step.on.is_empty()) {
            return None;
        }
        let mut said = Vec::new();
        for step in &self.moves {
            match &step.deed {
                Deed::Write { pieces, pace } => said.extend(shell_paced(pieces, pace, values)),
                Deed::Drip { pieces, pause } => {
                    said.extend(shell_paced(pieces, &Pace::Pieces(1, *pause), values));
                }
                Deed::Send(send) => said.extend(pieces::shell(&[send.as_piece(values)], values)),
                Deed::Wait(pause) => said.push(sleep(*pause)),
                _ => {}
            }
        }
        match said.as_slice() {
            [] => None,
            [one] => Some(format!("{one} | nc 127.0.0.1 $PORT")),
            many => Some(format!("({}) | nc 127.0.0.1 $PORT", many.join("; "))),
        }
    }
}

/// Pieces with pauses, as long as a person can read the line; all at once otherwise.
fn shell_paced(pieces: &[Piece], pace: &Pace, values: &Values) -> Vec<String> {
    const MOST: usize = 8;
    let bytes = pieces::join(pieces, values);
    let (parts, pause) = pace.cut(&bytes);
    if parts.len() == 1 || parts.len() > MOST {
        return pieces::shell(pieces, values);
    }
    let mut said = Vec::new();
    for part in parts {
        if !said.is_empty() {
            said.push(sleep(pause));
        }
        said.push(shell_printf(part));
    }
    said
}

fn sleep(pause: Duration) -> String {
    format!("sleep {}", pause.as_secs_f64())
}

impl Deed {
    fn words(&self, values: &Values) -> Option<String> {
        let shown = |pieces: &[Piece]| show(&pieces::join(pieces, values));
        Some(match self {
            Self::Open => "connect".into(),
            Self::Write { pieces, pace } => {
                let sent = pieces::join(pieces, values);
                format!("send {}{}", bytes::told(&sent), pace.words())
            }
            Self::Send(send) => send.asked(values),
            Self::Drip { pieces, pause } => format!(
                "send {} with {} ms between two bytes",
                shown(pieces),
                pause.as_millis()
            ),
            Self::HalfClose => "close the sending half".into(),
            Self::Close => "close the connection".into(),
            Self::Wait(pause) => format!("wait {} ms", pause.as_millis()),
            Self::Read(_) | Self::Answer(_) | Self::ExpectClosed | Self::ExpectOpen => {
                return None;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(text: &str, pace: Pace) -> Move {
        Move {
            on: Vec::new(),
            deed: Deed::Write {
                pieces: vec![Piece::Text(Template::new(text))],
                pace,
            },
        }
    }

    fn talk(moves: Vec<Move>) -> Talk {
        Talk {
            on: Vec::new(),
            moves,
        }
    }

    const PAUSE: Duration = Duration::from_millis(20);

    #[test]
    fn bytes_are_cut_where_it_says_even_inside_a_character() {
        let bytes = "aé\n".as_bytes();
        assert_eq!(Pace::AtOnce.cut(bytes).0, [bytes]);
        assert_eq!(
            Pace::Pieces(1, PAUSE).cut(bytes).0,
            [b"a", b"\xc3", b"\xa9", b"\n"]
        );
        assert_eq!(
            Pace::Cuts(vec![2, 9], PAUSE).cut(bytes).0,
            [&b"a\xc3"[..], b"\xa9\n", b""]
        );
    }

    #[test]
    fn a_talk_is_told_up_to_the_move_in_question() {
        let talk = talk(vec![
            write("a\n", Pace::Pieces(1, PAUSE)),
            Move {
                on: Vec::new(),
                deed: Deed::HalfClose,
            },
        ]);
        let values = Values::new(1);
        assert_eq!(talk.asked(0, &values), "send a\\n byte by byte");
        assert_eq!(
            talk.asked(1, &values),
            "send a\\n byte by byte, then close the sending half"
        );
    }

    #[test]
    fn a_shell_repeats_the_pauses_too() {
        let talk = talk(vec![write("ab", Pace::Cuts(vec![1], PAUSE))]);
        assert_eq!(
            talk.repeat(&Values::new(1)).as_deref(),
            Some("(printf 'a'; sleep 0.02; printf 'b') | nc 127.0.0.1 $PORT")
        );
    }

    #[test]
    fn two_connections_are_more_than_one_line_can_say() {
        let mut one = write("a", Pace::AtOnce);
        one.on = vec!["anna".into()];
        assert_eq!(talk(vec![one]).repeat(&Values::new(1)), None);
    }
}
