//! The screen in a real terminal: what that terminal shows, and that it is afterwards as it was before.
//!
//! This program starts itself inside a pseudo-terminal: the test `inside` is what runs there.
#![cfg(unix)]

use backendlings::{
    outcome::{Finding, Report},
    ui::{
        Key, Terminal, Theme,
        keys::{self, Input},
        restore,
        screen::{self, Completion, State, View},
    },
};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::{
    env,
    io::{Read as _, Write as _},
    num::NonZeroU16,
    panic,
    path::Path,
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

/// Nothing here takes this long; a test that waits longer has failed.
const PATIENCE: Duration = Duration::from_secs(20);
const ROWS: NonZeroU16 = NonZeroU16::new(24).expect("not zero");
const COLUMNS: NonZeroU16 = NonZeroU16::new(80).expect("not zero");
/// Tells the inner test what to play.
const SCENE: &str = "TERMINAL_TEST_SCENE";

/// Runs inside the pseudo-terminal.
#[test]
#[ignore = "is started by the other tests, in a terminal of its own"]
fn inside() {
    let (send, inputs) = mpsc::channel();
    match env::var(SCENE).as_deref() {
        Ok("quit") => {
            let mut terminal = Terminal::open().expect("no error").expect("a terminal");
            let keys = keys::listen(move |input| {
                let _ = send.send(input);
            })
            .expect("keys");
            show(&mut terminal, None);
            loop {
                match inputs.recv().expect("an input") {
                    Input::Key(Key::Char('q')) => break,
                    Input::Key(key) => show(&mut terminal, Some(&format!("pressed {key:?}"))),
                    Input::Closed => panic!("the keyboard was closed"),
                }
            }
            drop(keys);
        }
        Ok("panic") => {
            let before = panic::take_hook();
            panic::set_hook(Box::new(move |info| {
                restore();
                before(info);
            }));
            let mut terminal = Terminal::open().expect("no error").expect("a terminal");
            show(&mut terminal, None);
            panic!("told on the screen as it was before");
        }
        Ok("closed") => {
            assert!(Terminal::open().expect("no error").is_none());
            let _keys = keys::listen(move |input| {
                let _ = send.send(input);
            })
            .expect("keys");
            let all: Vec<_> = inputs.iter().collect();
            assert_eq!(all, [Input::Closed]);
            println!("closed once");
        }
        other => panic!("no such scene: {other:?}"),
    }
}

fn show(terminal: &mut Terminal, notice: Option<&str>) {
    let mut report = Report::new("http_status_codes");
    report.fail(Finding {
        asked: Some("DELETE /users".into()),
        ..Finding::new("a known path with a wrong method is 405")
    });
    let view = View {
        chapter_dir: "03_http",
        chapter_title: "HTTP by hand",
        exercise: "http_status_codes",
        title: None,
        path: Path::new("exercises/03_http/http_status_codes.rs"),
        link: Path::new("/course/exercises/03_http/http_status_codes.rs"),
        task: None,
        state: State::Report(&report),
        hints: &[],
        hint_count: 3,
        completion: Completion::Pending,
        done: 21,
        total: 140,
        notice,
        question: None,
        seen_by: None,
        panel: None,
        scroll: 0,
    };
    let frame = screen::draw(&view, terminal.size(), Theme::detect());
    terminal.show(&frame).expect("shown");
}

/// The terminal that a scene runs in, seen from outside.
struct Outside {
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    bytes: Receiver<Vec<u8>>,
    /// The terminal's modes before anything ran in it.
    before: String,
    seen: vt100::Parser,
}

impl Outside {
    fn play(scene: &str, stdin: &str) -> Self {
        let size = PtySize {
            rows: ROWS.get(),
            cols: COLUMNS.get(),
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).expect("a terminal");
        let program = env::current_exe().expect("this program");
        let mut command = CommandBuilder::new("sh");
        let line = format!(
            "echo before; \"$0\" inside --exact --ignored --nocapture {stdin}; echo after; read end"
        );
        command.args(["-c", &line]);
        command.arg(program);
        command.env(SCENE, scene);
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8");
        command.env_remove("NO_COLOR");
        command.env("RUST_BACKTRACE", "0");
        let before = modes(pair.master.as_ref());
        let child = pair.slave.spawn_command(command).expect("started");
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let (send, bytes) = mpsc::channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if send.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self {
            master: pair.master,
            child,
            bytes,
            before,
            seen: vt100::Parser::new(ROWS, COLUMNS, 0),
        }
    }

    fn screen(&self) -> &vt100::Screen {
        self.seen.screen()
    }

    fn wait_for(&mut self, what: &str) {
        let end = Instant::now() + PATIENCE;
        while !self.screen().contents().contains(what) {
            let left = end.saturating_duration_since(Instant::now());
            match self.bytes.recv_timeout(left) {
                Ok(bytes) => self.seen.process(&bytes),
                Err(_) => panic!("no `{what}` in:\n{}", self.screen().contents()),
            }
        }
    }

    fn is_as_before(&self) -> bool {
        modes(self.master.as_ref()) == self.before
    }
}

fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().expect("modes"))
}

impl Drop for Outside {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_screen_is_drawn_keys_arrive_and_the_terminal_comes_back() {
    let mut outside = Outside::play("quit", "");
    let mut keyboard = outside.master.take_writer().expect("a keyboard");
    outside.wait_for("21/140");
    let screen = outside.screen();
    assert!(screen.alternate_screen() && screen.hide_cursor());
    let rows: Vec<String> = screen.rows(0, 80).collect();
    assert!(
        rows[0].starts_with(" 03_http · http_status_codes"),
        "{rows:?}"
    );
    assert!(rows[0].ends_with("0 of 1 check · 1 ms"), "{rows:?}");
    assert!(
        rows[23].contains("exercises/03_http/http_status_codes.rs"),
        "{rows:?}"
    );
    assert!(!outside.is_as_before(), "keys need no Enter");
    for (bytes, key) in [
        (&b"\x1b[B"[..], "pressed Down"),
        (b"\x1b", "pressed Esc"),
        (b"\x03", "pressed Interrupt"),
    ] {
        keyboard.write_all(bytes).expect("typed");
        outside.wait_for(key);
    }
    keyboard.write_all(b"q").expect("typed");
    outside.wait_for("after");
    let screen = outside.screen();
    assert!(!screen.alternate_screen() && !screen.hide_cursor());
    assert!(screen.contents().contains("before"));
    assert!(!screen.contents().contains("21/140"));
    assert!(outside.is_as_before());
}

#[test]
fn a_panic_is_told_on_a_terminal_that_has_come_back() {
    let mut outside = Outside::play("panic", "");
    outside.wait_for("after");
    let screen = outside.screen();
    assert!(!screen.alternate_screen() && !screen.hide_cursor());
    assert!(
        screen
            .contents()
            .contains("told on the screen as it was before")
    );
    assert!(outside.is_as_before());
}

#[test]
fn the_end_of_the_keyboard_is_said_once_and_a_pipe_is_no_terminal() {
    let mut outside = Outside::play("closed", "< /dev/null");
    outside.wait_for("closed once");
}
