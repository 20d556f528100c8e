//! Keys on Unix: waits for bytes of standard input or for the end of the listening, whichever comes first.

use super::{
    Input,
    bytes::{Rest, take_keys},
};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::{Errno, read},
    stdio,
};
use std::{
    io::{self, PipeReader, PipeWriter},
    thread::{self, JoinHandle},
};

/// The bytes of one key come together; over a slow line within this time.
const ESCAPE_DELAY: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 50_000_000,
};

#[derive(Debug)]
pub(super) struct Source {
    /// Closing it wakes the thread.
    stop: Option<PipeWriter>,
    thread: Option<JoinHandle<()>>,
}

impl Source {
    pub(super) fn start(mut on_input: impl FnMut(Input) + Send + 'static) -> io::Result<Self> {
        let (stopped, stop) = io::pipe()?;
        let thread = thread::Builder::new().name("keys".into()).spawn(move || {
            if !listen(&stopped, &mut on_input) {
                on_input(Input::Closed);
            }
        })?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        self.stop.take();
        // A callback that drops this itself runs on that thread, which cannot wait for itself.
        let own = |thread: &JoinHandle<()>| thread.thread().id() == thread::current().id();
        if let Some(thread) = self.thread.take().filter(|thread| !own(thread)) {
            let _ = thread.join();
        }
    }
}

/// Reads until stopped (true) or until there are no more keys (false).
fn listen(stopped: &PipeReader, on_input: &mut impl FnMut(Input)) -> bool {
    let mut bytes = Vec::new();
    let mut buffer = [0; 256];
    loop {
        let delay = (!bytes.is_empty()).then_some(&ESCAPE_DELAY);
        let rest = match wait(stopped, delay) {
            Ok(Ready::Stopped) => return true,
            Ok(Ready::Nothing) => Rest::Final,
            Ok(Ready::Bytes) => match read(stdio::stdin(), &mut buffer) {
                Ok(0) => return false,
                Ok(count) => {
                    bytes.extend(&buffer[..count]);
                    Rest::Coming
                }
                Err(Errno::INTR | Errno::AGAIN) => continue,
                Err(_) => return false,
            },
            Err(Errno::INTR) => continue,
            Err(_) => return false,
        };
        for key in take_keys(&mut bytes, rest) {
            on_input(Input::Key(key));
        }
    }
}

enum Ready {
    Stopped,
    Bytes,
    Nothing,
}

fn wait(stopped: &PipeReader, delay: Option<&Timespec>) -> rustix::io::Result<Ready> {
    let stdin = stdio::stdin();
    let mut both = [
        PollFd::new(stopped, PollFlags::IN),
        PollFd::new(&stdin, PollFlags::IN),
    ];
    poll(&mut both, delay)?;
    Ok(if !both[0].revents().is_empty() {
        Ready::Stopped
    } else if !both[1].revents().is_empty() {
        Ready::Bytes
    } else {
        Ready::Nothing
    })
}
