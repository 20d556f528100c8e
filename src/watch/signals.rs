//! Signals as events: a request to end or to stop for a while, and a window that has another size.

use super::events::Event;
use crate::error::{Error, Result};
use std::sync::mpsc::Sender;

/// Hands signals to the loop, on a thread of its own.
#[cfg(unix)]
pub(super) fn forward(events: Sender<Event>) -> Result<()> {
    use signal_hook::{
        consts::{SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGWINCH},
        iterator::Signals,
    };
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGWINCH])
        .map_err(Error::io("listen to", "signals"))?;
    std::thread::spawn(move || {
        for signal in &mut signals {
            let event = match signal {
                SIGWINCH => Event::Resized,
                SIGTSTP => Event::Suspended,
                _ => Event::Interrupted,
            };
            if events.send(event).is_err() {
                return;
            }
        }
    });
    Ok(())
}

/// Elsewhere Ctrl-C comes as a key, and the system ends the program on its own.
#[cfg(not(unix))]
pub(super) fn forward(_events: Sender<Event>) -> Result<()> {
    Ok(())
}
