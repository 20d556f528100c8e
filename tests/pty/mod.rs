//! A program in a real terminal (a pseudo terminal), and what that terminal shows.

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::{
    io::{Read as _, Write},
    num::NonZero,
    path::Path,
    sync::{Arc, Condvar, Mutex},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// A screen that has not come after this long never will. No test waits this long unless it fails.
pub(crate) const NEVER: Duration = Duration::from_secs(30);

pub(crate) struct Terminal {
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    shown: Arc<(Mutex<vt100::Parser>, Condvar)>,
    /// All bytes that the program has written.
    written: Arc<Mutex<Vec<u8>>>,
    /// Draws what the program writes, until it can write no more.
    drawer: Option<JoinHandle<()>>,
}

impl Terminal {
    /// Starts `watch` on the course in `root`.
    pub(crate) fn watch(root: &Path, args: &[&str]) -> Self {
        Self::watch_by(Path::new(env!("CARGO_BIN_EXE_backendlings")), root, args)
    }

    /// The same with a program of one's own choice.
    pub(crate) fn watch_by(program: &Path, root: &Path, args: &[&str]) -> Self {
        let (rows, cols) = (40, 100);
        let size = PtySize {
            rows,
            cols,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).expect("a terminal");
        let mut command = CommandBuilder::new(program);
        command.arg("watch");
        command.args(args);
        command.cwd(root);
        for name in [
            "NO_COLOR",
            "CLICOLOR_FORCE",
            "TMUX",
            "TERM_PROGRAM",
            "ZELLIJ",
            "ZED_TERM",
        ] {
            command.env_remove(name);
        }
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8");
        let child = pair.slave.spawn_command(command).expect("started");
        drop(pair.slave);
        let shown = Arc::new((Mutex::new(parser(rows, cols)), Condvar::new()));
        let mut output = pair.master.try_clone_reader().expect("readable");
        let drawn = Arc::clone(&shown);
        let written = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&written);
        let drawer = thread::spawn(move || {
            let mut buffer = [0; 4096];
            let mut unfinished = Vec::new();
            while let Ok(read @ 1..) = output.read(&mut buffer) {
                // A frame is looked at when it is whole: what comes in the middle of one waits for its end.
                kept.lock().expect("no panic").extend(&buffer[..read]);
                unfinished.extend_from_slice(&buffer[..read]);
                if is_in_a_frame(&unfinished) {
                    continue;
                }
                drawn.0.lock().expect("no panic").process(&unfinished);
                unfinished.clear();
                drawn.1.notify_all();
            }
            drawn.0.lock().expect("no panic").process(&unfinished);
            drawn.1.notify_all();
        });
        Self {
            keys: pair.master.take_writer().expect("writable"),
            master: pair.master,
            child,
            shown,
            written,
            drawer: Some(drawer),
        }
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("written");
        self.keys.flush().expect("written");
    }

    /// Waits until the screen is as wanted, and gives it.
    pub(crate) fn wait_for(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + NEVER;
        let mut parser = self.shown.0.lock().expect("no panic");
        loop {
            let text = parser.screen().contents();
            if wanted(&text) {
                return text;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "waited for {what}; the screen is:\n{text}");
            parser = self.shown.1.wait_timeout(parser, left).expect("no panic").0;
        }
    }

    pub(crate) fn wait_for_text(&self, text: &str) -> String {
        self.wait_for(text, |screen| screen.contains(text))
    }

    /// All that was ever written to the terminal, screen after screen, with its escape sequences.
    pub(crate) fn everything(&self) -> String {
        String::from_utf8_lossy(&self.written.lock().expect("no panic")).into_owned()
    }

    /// Waits for the end, and until all that was written is drawn, and gives the exit code.
    pub(crate) fn wait_for_end(&mut self) -> u32 {
        let deadline = Instant::now() + NEVER;
        loop {
            if let Some(status) = self.child.try_wait().expect("asked") {
                // The terminal closes with its last program.
                let drawn = self.drawer.take().map(JoinHandle::join);
                assert!(!matches!(drawn, Some(Err(_))), "the drawer panicked");
                return status.exit_code();
            }
            assert!(Instant::now() < deadline, "it does not end");
            thread::yield_now();
        }
    }

    /// Waits for something that is not on the screen.
    pub(crate) fn wait_until(&self, what: &str, holds: impl Fn() -> bool) {
        let deadline = Instant::now() + NEVER;
        while !holds() {
            assert!(Instant::now() < deadline, "waited until {what}");
            thread::yield_now();
        }
    }

    /// Gives the window another size.
    pub(crate) fn resize(&mut self, rows: u16, cols: u16) {
        // What shows it first, so that it understands what is drawn for the new size.
        let size = |n: u16| NonZero::new(n).expect("not zero");
        let mut parser = self.shown.0.lock().expect("no panic");
        parser.screen_mut().set_size(size(rows), size(cols));
        drop(parser);
        let size = PtySize {
            rows,
            cols,
            pixel_width: 0,
            pixel_height: 0,
        };
        self.master.resize(size).expect("resized");
    }

    pub(crate) fn process_id(&self) -> u32 {
        self.child.process_id().expect("started")
    }

    pub(crate) fn is_on_other_screen(&self) -> bool {
        let parser = self.shown.0.lock().expect("no panic");
        parser.screen().alternate_screen() || parser.screen().hide_cursor()
    }

    /// The modes of the terminal, to compare before and after.
    #[cfg(unix)]
    pub(crate) fn modes(&self) -> String {
        format!(
            "{:?}",
            self.master.get_termios().expect("a terminal").local_flags
        )
    }
}

/// True between the beginning of a synchronised update and its end (terminal mode 2026), with which the watcher draws each frame.
fn is_in_a_frame(bytes: &[u8]) -> bool {
    let last = |mark: &[u8]| bytes.windows(mark.len()).rposition(|window| window == mark);
    last(b"\x1b[?2026h") > last(b"\x1b[?2026l")
}

fn parser(rows: u16, cols: u16) -> vt100::Parser {
    let size = |n: u16| NonZero::new(n).expect("not zero");
    vt100::Parser::new(size(rows), size(cols), 0)
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}
