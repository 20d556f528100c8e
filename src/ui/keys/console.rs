//! Keys where there is no `poll`: through `console`. The thread cannot be woken; it ends with the next key.

use super::{Input, Key};
use console::Term;
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

#[derive(Debug)]
pub(super) struct Source {
    stopped: Arc<AtomicBool>,
}

impl Source {
    pub(super) fn start(mut on_input: impl FnMut(Input) + Send + 'static) -> io::Result<Self> {
        let stopped = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stopped);
        thread::Builder::new().name("keys".into()).spawn(move || {
            let terminal = Term::stdout();
            loop {
                let input = match terminal.read_key_raw() {
                    Ok(key) => key_of(key).map(Input::Key),
                    Err(_) => Some(Input::Closed),
                };
                if seen.load(Ordering::Relaxed) {
                    return;
                }
                if let Some(input) = input {
                    on_input(input);
                }
                if input == Some(Input::Closed) {
                    return;
                }
            }
        })?;
        Ok(Self { stopped })
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
    }
}

fn key_of(key: console::Key) -> Option<Key> {
    Some(match key {
        console::Key::Char('\x03') | console::Key::CtrlC => Key::Interrupt,
        console::Key::Char(c) if !c.is_control() => Key::Char(c),
        console::Key::ArrowUp => Key::Up,
        console::Key::ArrowDown => Key::Down,
        console::Key::PageUp => Key::PageUp,
        console::Key::PageDown => Key::PageDown,
        console::Key::Home => Key::Home,
        console::Key::End => Key::End,
        console::Key::Enter => Key::Enter,
        console::Key::Escape => Key::Esc,
        console::Key::Backspace => Key::Backspace,
        _ => return None,
    })
}
