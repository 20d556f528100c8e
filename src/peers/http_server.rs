//! Answers the requests of one connection, one after the other, as somebody says. It knows no paths.

use super::{
    accept::Line,
    answer::{Answer, Ending, Wait},
    http_request::{Came, Request, Requests},
};
use std::io::{Read as _, Write as _};

/// What becomes of the connection after an answer.
pub(super) enum After {
    Stays,
    Closes,
    Resets,
}

/// Answers until the client is done. What is no request is told to `broken`, and answered with 400.
pub(super) fn answer_each(
    line: Line,
    answer: impl Fn(&Request) -> Answer,
    broken: impl Fn(String),
) {
    let mut requests = Requests::new(&line.stream);
    loop {
        let request = match requests.next() {
            Came::Request(request) => request,
            Came::Broken(why) => {
                broken(why);
                let answer = Answer::status(400).header("Connection", "close");
                let _ = (&line.stream).write_all(&answer.bytes(false, |_| None));
                return;
            }
            Came::Nothing => return,
        };
        let answer = answer(&request);
        if let Wait::Delay(time) = answer.wait {
            line.stopped.wait_for(time);
        }
        let bytes = answer.bytes(request.method == "HEAD", |_| None);
        match send(&line, &bytes, answer.ending) {
            After::Stays if !request.is_last => {}
            After::Resets => return line.reset(),
            _ => return,
        }
    }
}

/// Sends an answer, or as much of it as its ending lets through.
pub(super) fn send(line: &Line, bytes: &[u8], ending: Ending) -> After {
    let (length, after) = match ending {
        Ending::Whole => (bytes.len(), After::Stays),
        Ending::CutAfter(length) | Ending::StallAfter(length) => (length, After::Closes),
        Ending::ResetAfter(length) => (length, After::Resets),
    };
    let written = (&line.stream).write_all(&bytes[..length.min(bytes.len())]);
    if written.is_err() {
        return After::Closes;
    }
    if matches!(ending, Ending::StallAfter(_)) {
        // Until the client gives up, or this server ends.
        let mut ignored = [0; 1024];
        while let Ok(1..) = (&line.stream).read(&mut ignored) {}
    }
    after
}
