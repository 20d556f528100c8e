//! The loop: events from keys, files, signals and checks; a pure state machine; its effects carried out here.

pub mod actions;
mod editor;
pub mod events;
mod files;
pub mod list;
mod serve;
mod signals;
pub mod state;
mod view;
mod worker;

use crate::{
    build::Toolchain,
    called, check,
    course::{Course, write_editor_manifest},
    error::{Error, Result},
    process::{self, Program},
    progress::{self, Pristine, Store},
    ui::{self, Terminal, Theme, keys, keys::Input},
};
use events::{Effect, Event, What};
use files::{Files, Place};
use state::{Phase, State};
use std::{
    io,
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::Instant,
};
use worker::{Task, Worker};

pub use editor::words_for as editor_words;
pub use serve::serve_exercise;
pub use state::{AfterPass, current, next_pending};

/// How to watch.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether a pass leads to the next exercise by itself.
    pub after_pass: AfterPass,
    /// The learner's own command for `e`.
    pub edit_cmd: Option<String>,
    /// A screen that is redrawn, or lines.
    pub display: Display,
    /// How to draw.
    pub theme: Theme,
}

/// How the watcher shows itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Display {
    /// A screen, where there is a terminal.
    Screen,
    /// Plain lines, never redrawn; commands are read as lines.
    Plain,
}

/// Watches until the learner quits.
///
/// # Errors
/// If the progress cannot be read or written, there is no compiler, or the terminal refuses.
pub fn watch(course: Course, store: Store, options: Options) -> Result<()> {
    let toolchain = Toolchain::find()?;
    let progress = store.load()?;
    let course = Arc::new(course);
    let (events, inbox) = channel();
    signals::forward(events.clone())?;
    let screen = match options.display {
        Display::Screen => Terminal::open()?,
        Display::Plain => None,
    };
    let send = |events: &Sender<Event>| {
        let events = events.clone();
        move |event| {
            // The receiver is gone only when the program ends.
            let _ = events.send(event);
        }
    };
    let _keys = match &screen {
        Some(_) => {
            let send = send(&events);
            Some(keys::listen(move |input| {
                send(match input {
                    Input::Key(key) => Event::Key(key),
                    Input::Closed => Event::Interrupted,
                });
            })?)
        }
        None => {
            read_lines(events.clone());
            None
        }
    };
    let seen = send(&events);
    let files = Files::start(Box::new(move |position, source, by| {
        seen(Event::Seen {
            position,
            source,
            by,
        });
    }));
    let worker = Worker::start(Arc::clone(&course), toolchain, Arc::new(send(&events)));
    let (state, first) = State::start(Arc::clone(&course), progress, options.after_pass);
    let mut watcher = Watcher {
        course,
        store,
        state,
        files,
        worker,
        events,
        editor: editor::Surroundings::detect(options.edit_cmd),
        display: match screen {
            Some(terminal) => Shown::Screen(terminal),
            None => Shown::Plain,
        },
        theme: options.theme,
    };
    watcher.run(&inbox, first)?;
    let done = watcher.state.done();
    let total = watcher.course.exercises.len();
    let name = watcher.state.name().to_owned();
    drop(watcher);
    ui::print::out(&format!(
        "{done} of {total} exercises are done. You are at {name}.\n"
    ))
}

struct Watcher {
    course: Arc<Course>,
    store: Store,
    state: State,
    files: Files,
    worker: Worker,
    events: Sender<Event>,
    editor: editor::Surroundings,
    display: Shown,
    theme: Theme,
}

enum Shown {
    Screen(Terminal),
    Plain,
}

/// Whether the loop goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    End,
}

impl Watcher {
    fn run(&mut self, inbox: &Receiver<Event>, first: Vec<Effect>) -> Result<()> {
        if self.perform(first)? == Flow::End {
            return Ok(());
        }
        while let Ok(event) = inbox.recv() {
            let mut effects = self.state.on(event, Instant::now());
            // Drawing once for everything that has come keeps the screen from lagging behind.
            while let Ok(event) = inbox.try_recv() {
                effects.extend(self.state.on(event, Instant::now()));
            }
            if self.perform(effects)? == Flow::End {
                break;
            }
        }
        Ok(())
    }

    fn perform(&mut self, effects: Vec<Effect>) -> Result<Flow> {
        let mut shown = Vec::new();
        for effect in effects {
            match effect {
                Effect::Quit => return Ok(Flow::End),
                Effect::Show(what) => shown.push(what),
                effect => {
                    if let Err(error) = self.carry_out(effect) {
                        self.tell(&error);
                    }
                }
            }
        }
        self.show(&shown)?;
        Ok(Flow::On)
    }

    /// A fault in the middle of watching is told on the screen; the watcher stays.
    fn tell(&mut self, error: &Error) {
        let help = error.help().unwrap_or_default();
        let _ = self.events.send(Event::Notice(format!("{error}. {help}")));
    }

    fn carry_out(&mut self, effect: Effect) -> Result<()> {
        match effect {
            Effect::Follow(position) => {
                let place = Place::of(&self.course, &self.course.exercises[position]);
                self.files.follow(position, place);
            }
            Effect::Check {
                run,
                position,
                source,
            } => self.worker.begin(run, Task::One { position, source }),
            Effect::CheckAll { run } => self.worker.begin(run, Task::All),
            Effect::Cancel => self.worker.cancel(),
            Effect::Save(changes) => {
                let progress = self.store.save(&changes)?;
                let current = self.state.name();
                write_editor_manifest(&self.course, |exercise| {
                    exercise.name == current || progress.is_done(&exercise.name)
                })?;
                let _ = self.events.send(Event::Progress(progress));
            }
            Effect::Edit { position, line } => self.edit(position, line)?,
            Effect::Reset(position) => {
                let exercise = &self.course.exercises[position];
                let what = format!("reset {}", exercise.name);
                let changed = progress::reset(Pristine::of(&self.course), &what, &[exercise])?;
                let event = match changed {
                    0 => Event::Notice("The file was as shipped already.".into()),
                    _ => Event::FileReplaced(format!(
                        "The file is as shipped again. `{}` brings yours back.",
                        called::command("undo")
                    )),
                };
                let _ = self.events.send(event);
            }
            Effect::FetchSolution(position) => {
                let exercise = &self.course.exercises[position];
                let ours = check::solution_text(&self.course, exercise)?;
                let _ = self.events.send(Event::Solution(ours));
            }
            Effect::PrintList => {
                let entries = ui::list::entries(&self.course, &self.state.progress);
                let current = Some(self.state.current);
                ui::print::out(&ui::list::table(&entries, current, Theme::PLAIN))?;
            }
            Effect::Suspend => {
                let taken_again = match &mut self.display {
                    Shown::Screen(terminal) => terminal.give_back(process::rest),
                    Shown::Plain => {
                        process::rest();
                        Ok(())
                    }
                };
                let _ = self.events.send(Event::Resumed);
                taken_again?;
            }
            Effect::Show(_) | Effect::Quit => {}
        }
        Ok(())
    }

    fn edit(&mut self, position: usize, line: Option<usize>) -> Result<()> {
        let file: PathBuf = self.course.file(&self.course.exercises[position]);
        let line = line.unwrap_or_else(|| editor::line_of_todo(&self.state.learners_text()));
        let told = match self.editor.open(&file, line) {
            editor::Opening::Unknown(why) => why,
            editor::Opening::Command(words) => {
                let (program, args) = words.split_first().ok_or_else(no_editor)?;
                process::launch(&Program::tool(program).args(args))?;
                format!("Opened with {program}.")
            }
        };
        let _ = self.events.send(Event::Notice(told));
        Ok(())
    }

    fn show(&mut self, what: &[What]) -> Result<()> {
        let Some(newest) = what.iter().rev().find(|what| **what != What::Detail) else {
            return match what {
                [] => Ok(()),
                _ => self.draw(What::Detail),
            };
        };
        self.draw(*newest)
    }

    fn draw(&mut self, what: What) -> Result<()> {
        let now = Instant::now();
        match &mut self.display {
            Shown::Screen(terminal) => {
                let frame = view::frame(&self.state, now, terminal.size(), self.theme);
                self.state.scroll = self.state.scroll.min(frame.last_scroll);
                terminal.show(&frame)
            }
            Shown::Plain => match what {
                What::Detail | What::Checking | What::Exercise => Ok(()),
                // Alone, so that the verdict is not read out twice.
                What::Word => match &self.state.phase {
                    Phase::Verdict(report) => ui::print::out(&ui::plain::last_note(report)),
                    _ => Ok(()),
                },
                _ => ui::print::out(&view::with_view(&self.state, now, ui::plain::view)),
            },
        }
    }
}

fn no_editor() -> Error {
    Error::Usage {
        what: "--edit-cmd is empty".into(),
        help: "Give the command of your editor, as in --edit-cmd \"vim +{line} {file}\".".into(),
    }
}

/// Without a screen, commands are lines on standard input.
fn read_lines(events: Sender<Event>) {
    thread::spawn(move || {
        for line in io::stdin().lines() {
            let Ok(line) = line else { break };
            if events.send(Event::Line(line)).is_err() {
                return;
            }
        }
        let _ = events.send(Event::InputEnded);
    });
}
