//! Keys: from the bytes of a terminal to a [`Key`], on a thread that can be stopped.
//!
//! It does not set the terminal's mode: [`super::Terminal`] does, once, so that nothing has to be put back after each key.
//! That is also why `console`, which switches the mode around every key it reads, is used only where there is no other way.

#[cfg(unix)]
mod bytes;
#[cfg(not(unix))]
#[path = "keys/console.rs"]
mod source;
#[cfg(unix)]
#[path = "keys/unix.rs"]
mod source;

/// A key as far as this program cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A character.
    Char(char),
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// One page up.
    PageUp,
    /// One page down.
    PageDown,
    /// To the start.
    Home,
    /// To the end.
    End,
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Backspace.
    Backspace,
    /// Ctrl-C.
    Interrupt,
    /// Ctrl-Z.
    Suspend,
}

/// What comes from the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Key(Key),
    /// No more keys will come: the terminal is gone. Said once, and last.
    Closed,
}

/// The listening thread. It ends when this is dropped, so that an editor can have the keyboard; and it never keeps the
/// program from ending.
#[must_use = "dropping it ends the listening"]
#[derive(Debug)]
pub struct Listening {
    _source: source::Source,
}

/// Hands every key to `on_input`, on a thread of its own.
///
/// `on_input` must not wait for anything, such as room in a channel: dropping the [`Listening`] waits for it.
///
/// # Errors
/// If the thread cannot be set up.
pub fn listen(on_input: impl FnMut(Input) + Send + 'static) -> crate::error::Result<Listening> {
    source::Source::start(on_input)
        .map(|source| Listening { _source: source })
        .map_err(|error| {
            crate::error::Error::tool(
                format!("the keyboard cannot be read: {error}"),
                "Use --plain, where commands are typed as lines.",
            )
        })
}
