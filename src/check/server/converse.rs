//! Holds a conversation: takes the moves of a [`Talk`] in order, on connections that may stay open for later steps. What does not
//! hold ends the talk.

use super::{
    bytes::{Bytes, told},
    conn::{Conn, Heard, Wrote},
    escape::{count_bytes, seconds, show},
    expect::{About, Expect, Problem},
    message::{self, Asked, Length, Message, NoMessage},
    pieces,
    talk::{Deed, Move, Talk},
    template::Values,
    wire::{Ending, Received},
};
use crate::{error::Result, process::Cancel};
use std::{
    collections::{BTreeMap, VecDeque},
    net::TcpStream,
    time::{Duration, Instant},
};

/// How long a connection is watched to see that it stays open.
const STAYS_OPEN: Duration = Duration::from_millis(300);

/// When wrong bytes have come: how long to wait for those that come with them.
const LINGER: Duration = Duration::from_millis(30);

/// The connections that are open, by name.
#[derive(Default)]
pub(super) struct Lines(BTreeMap<String, Line>);

impl Lines {
    /// Closes all of them.
    pub(super) fn close(&mut self) {
        self.0.clear();
    }
}

struct Line {
    conn: Conn,
    /// The requests that wait for their answers.
    asked: VecDeque<Asked>,
}

/// Who talks, and to whom.
pub(super) struct Party<'a> {
    pub(super) port: u16,
    pub(super) values: &'a Values,
    /// How long one move may take.
    pub(super) limit: Duration,
    pub(super) cancel: &'a Cancel,
}

/// What came of a talk.
#[derive(Debug)]
pub(super) enum Held {
    /// All that was expected. The answers, in order.
    Well(Vec<Message>),
    /// The move with this number did not lead to what was expected.
    Broken(usize, Trouble),
}

/// Why a talk ended early.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Something else came.
    Other(Vec<Problem>),
    /// Nothing came in time.
    Silence(Problem),
    /// The server closed, or did not take the connection.
    Cut(Problem),
}

/// The name of the connection that belongs to one talk only.
const OWN: &str = "";

/// Holds a talk. `first` is a connection that is open already and has no name yet.
///
/// # Errors
/// [`crate::error::Error::Cancelled`].
pub(super) fn hold(
    talk: &Talk,
    lines: &mut Lines,
    first: &mut Option<TcpStream>,
    party: &Party<'_>,
) -> Result<Held> {
    let own = [OWN.to_owned()];
    let on = if talk.on.is_empty() {
        &own
    } else {
        talk.on.as_slice()
    };
    let mut answers = Vec::new();
    let result = (|| {
        for name in on {
            for (number, step) in talk.moves.iter().enumerate() {
                let names = if step.on.is_empty() {
                    std::slice::from_ref(name)
                } else {
                    &step.on
                };
                for name in names {
                    let mut turn = Turn {
                        name,
                        lines: &mut *lines,
                        first: &mut *first,
                        party,
                    };
                    if let Some(trouble) = turn.take(step, &mut answers)? {
                        return Ok(Some((number, trouble)));
                    }
                }
            }
        }
        Ok(None)
    })();
    lines.0.remove(OWN);
    Ok(match result? {
        Some((number, trouble)) => Held::Broken(number, trouble),
        None => Held::Well(answers),
    })
}

/// One move on one connection.
struct Turn<'a, 'p> {
    name: &'a str,
    lines: &'a mut Lines,
    first: &'a mut Option<TcpStream>,
    party: &'a Party<'p>,
}

impl Turn<'_, '_> {
    fn take(&mut self, step: &Move, answers: &mut Vec<Message>) -> Result<Option<Trouble>> {
        if matches!(step.deed, Deed::Close) {
            self.lines.0.remove(self.name);
            return Ok(None);
        }
        let opened = if self.lines.0.contains_key(self.name) {
            None
        } else {
            self.open()
        };
        if opened.is_some() {
            return Ok(opened);
        }
        let Some(line) = self.lines.0.get_mut(self.name) else {
            return Ok(None);
        };
        let party = self.party;
        match &step.deed {
            Deed::Open | Deed::Close => Ok(None),
            Deed::Write { pieces, pace } => {
                let bytes = pieces::join(pieces, party.values);
                let (parts, pause) = pace.cut(&bytes);
                line.write(&parts, pause, party)
            }
            Deed::Send(send) => {
                line.asked.push_back(send.asked_for(party.values));
                let bytes = send.bytes_to_go_on(party.values, party.port);
                line.write(&[&bytes], Duration::ZERO, party)
            }
            Deed::Drip { pieces, pause } => {
                line.drip(&pieces::join(pieces, party.values), *pause, party)
            }
            Deed::Read(bytes) => line.read(bytes, party),
            Deed::Answer(expect) => line.answer(expect, party, answers),
            Deed::HalfClose => {
                line.conn.half_close();
                Ok(None)
            }
            Deed::ExpectClosed => line.closed(party),
            Deed::ExpectOpen => line.stays_open(party),
            Deed::Wait(pause) => {
                line.conn
                    .hear(Instant::now() + *pause, party.cancel, |_, _| false)?;
                Ok(None)
            }
        }
    }

    /// Opens the connection; gives the trouble if the server does not take it.
    fn open(&mut self) -> Option<Trouble> {
        let opened = match self.first.take() {
            Some(stream) => Conn::over(stream),
            None => Conn::open(self.party.port, self.party.limit),
        };
        match opened {
            Ok(conn) => {
                let line = Line { conn, asked: VecDeque::new() };
                self.lines.0.insert(self.name.to_owned(), line);
                None
            }
            Err(error) => Some(Trouble::Cut(Problem {
                about: About::Else,
                expected: "the server accepts a connection".into(),
                actual: format!("no connection: {error}"),
                explain: Some(
                    "The server runs, but it has stopped listening. Keep the listener for as long as it runs.".into(),
                ),
            })),
        }
    }
}

impl Line {
    fn write(
        &mut self,
        parts: &[&[u8]],
        pause: Duration,
        party: &Party<'_>,
    ) -> Result<Option<Trouble>> {
        for (number, part) in parts.iter().enumerate() {
            if number > 0 {
                // A server that has closed needs no more pieces.
                self.conn
                    .hear(Instant::now() + pause, party.cancel, |_, closed| closed)?;
            }
            match self
                .conn
                .write(part, Instant::now() + party.limit, party.cancel)?
            {
                Wrote::All => {}
                // It may have answered before it closed: the next move sees.
                Wrote::Closed => return Ok(None),
                Wrote::Stuck => {
                    return Ok(Some(Trouble::Silence(Problem {
                        about: About::Else,
                        expected: "the server reads what it is sent".into(),
                        actual: format!("it stopped reading for {}, which is the limit of one step", seconds(party.limit)),
                        explain: Some("What a client sends is kept by the system until it is read, and there is an end to what it keeps.".into()),
                    })));
                }
            }
        }
        Ok(None)
    }

    fn drip(
        &mut self,
        bytes: &[u8],
        pause: Duration,
        party: &Party<'_>,
    ) -> Result<Option<Trouble>> {
        let reacted = |came: &[u8], closed: bool| closed || !came.is_empty();
        for byte in bytes {
            let wrote = self
                .conn
                .write(&[*byte], Instant::now() + party.limit, party.cancel)?;
            let heard = self
                .conn
                .hear(Instant::now() + pause, party.cancel, reacted)?;
            if wrote != Wrote::All || reacted(&heard.bytes, heard.closed) {
                return Ok(None);
            }
        }
        Ok(Some(Trouble::Other(vec![Problem {
            about: About::Else,
            expected: "the server loses its patience before the client is done".into(),
            actual: format!(
                "all {} were taken, one every {} ms, and no answer came",
                count_bytes(bytes.len()),
                pause.as_millis()
            ),
            explain: None,
        }])))
    }

    fn read(&mut self, bytes: &Bytes, party: &Party<'_>) -> Result<Option<Trouble>> {
        let values = party.values;
        let deadline = Instant::now() + party.limit;
        let heard = self.conn.hear(deadline, party.cancel, |came, closed| {
            closed || bytes.portion(came, values).is_some()
        })?;
        let Some(portion) = bytes.portion(&heard.bytes, values) else {
            return Ok(Some(missing(&bytes.expected(values), &heard, party)));
        };
        let Some(problem) = bytes.judge("", &heard.bytes[..portion], values) else {
            self.conn.take(portion);
            return Ok(None);
        };
        // All that comes says more than the part that was compared, which may have been cut where it became wrong.
        let until = Instant::now() + LINGER;
        let all = self.conn.hear(until, party.cancel, |_, closed| closed)?;
        Ok(Some(Trouble::Other(vec![Problem {
            actual: told(&all.bytes),
            ..problem
        }])))
    }

    fn answer(
        &mut self,
        expect: &Expect,
        party: &Party<'_>,
        answers: &mut Vec<Message>,
    ) -> Result<Option<Trouble>> {
        let asked = self.asked.pop_front().unwrap_or(Asked::Other);
        let whole = |came: &[u8], closed: bool| {
            closed
                || match message::parse(came, asked) {
                    Ok(message) => message.end.is_some(),
                    Err(NoMessage::NoStatusLine(_)) => true,
                    Err(NoMessage::HeadUnfinished) => false,
                }
        };
        let deadline = Instant::now() + party.limit;
        let heard = self.conn.hear(deadline, party.cancel, whole)?;
        if heard.bytes.is_empty() {
            return Ok(Some(missing("an answer", &heard, party)));
        }
        let end = match message::parse(&heard.bytes, asked) {
            Ok(message) => message.end.unwrap_or(heard.bytes.len()),
            Err(_) => heard.bytes.len(),
        };
        let received = Received {
            bytes: heard.bytes[..end].to_vec(),
            ending: if heard.closed && end == heard.bytes.len() {
                Ending::Closed
            } else if whole(&heard.bytes, false) {
                Ending::StillOpen
            } else {
                Ending::Deadline
            },
        };
        let (problems, message) = expect.judge(&received, asked, party.values);
        if problems.is_empty() {
            self.conn.take(end);
            answers.extend(message);
            return Ok(None);
        }
        Ok(Some(match received.ending {
            Ending::Deadline if message.is_none_or(|m| m.length != Length::UntilClose) => {
                Trouble::Silence(problems.into_iter().next().unwrap_or_default())
            }
            _ => Trouble::Other(problems),
        }))
    }

    fn closed(&mut self, party: &Party<'_>) -> Result<Option<Trouble>> {
        let deadline = Instant::now() + party.limit;
        let heard = self.conn.hear(deadline, party.cancel, |came, closed| {
            closed || !came.is_empty()
        })?;
        if !heard.bytes.is_empty() {
            return Ok(Some(Trouble::Other(vec![Problem {
                about: About::Else,
                expected: "nothing more, and the server closes the connection".into(),
                actual: format!("further bytes: {}", told(&heard.bytes)),
                explain: None,
            }])));
        }
        Ok((!heard.closed).then(|| {
            Trouble::Silence(Problem {
                about: About::Else,
                expected: "the server closes the connection".into(),
                actual: format!(
                    "the connection stayed open for {}, which is the limit of one step",
                    seconds(party.limit)
                ),
                explain: None,
            })
        }))
    }

    fn stays_open(&mut self, party: &Party<'_>) -> Result<Option<Trouble>> {
        let until = Instant::now() + STAYS_OPEN;
        let heard = self.conn.hear(until, party.cancel, |came, closed| {
            closed || !came.is_empty()
        })?;
        if heard.bytes.is_empty() && !heard.closed {
            return Ok(None);
        }
        Ok(Some(Trouble::Other(vec![Problem {
            about: About::Else,
            expected: "the connection stays open, and nothing more comes".into(),
            actual: if heard.bytes.is_empty() {
                "the server closed the connection".into()
            } else {
                format!("further bytes: {}", show(&heard.bytes))
            },
            explain: None,
        }])))
    }
}

/// Too little came, or nothing.
fn missing(expected: &str, heard: &Heard, party: &Party<'_>) -> Trouble {
    let came = if heard.bytes.is_empty() {
        None
    } else {
        Some(told(&heard.bytes))
    };
    let problem = |actual: String, explain: &str| Problem {
        about: About::Else,
        expected: expected.to_owned(),
        actual,
        explain: Some(explain.to_owned()),
    };
    if !heard.closed {
        let limit = seconds(party.limit);
        let (actual, explain) = match came {
            None => (
                format!(
                    "nothing for {limit}, which is the limit of one step; the connection stayed open"
                ),
                "The server may be waiting for bytes that the client does not send, or it is busy with another client: look for the \
                 line where it waits.",
            ),
            Some(came) => (
                format!(
                    "only {came}, and then nothing until the limit of one step, {limit}; the connection stayed open"
                ),
                "The rest was not sent. It may lie in a buffer that is not flushed, or the server waits before it sends the rest: look \
                 for the line where it waits.",
            ),
        };
        return Trouble::Silence(problem(actual, explain));
    }
    match came {
        None => Trouble::Cut(problem(
            "the server closed the connection without a byte".into(),
            "The client was not done with this connection. Look for the place where your program lets go of the stream.",
        )),
        Some(came) => Trouble::Other(vec![problem(
            format!("only {came}; then the server closed the connection"),
            "The client was not done with this connection. Look for the place where your program lets go of the stream.",
        )]),
    }
}
