//! The watcher's mind under any sequence of events: no save is lost, no two checks run at once, and it can always be ended.

use crate::{
    check::{Round, Source, Stage},
    course::Course,
    error::Error,
    outcome::{Finding, Report},
    progress::Progress,
    ui::Key,
    watch::{
        AfterPass,
        events::{Effect, Event, SeenBy},
        state::{Panel, Phase, State},
    },
    workspace::{self, Workspace},
};
use std::{
    sync::{Arc, OnceLock},
    time::Instant,
};

const INFO: &str = "format_version = 1\nwelcome_message = \"W\"\nfinal_message = \"F\"\n[[exercises]]\nname = \"one\"\nhints = [{ text = \"a\" }, { text = \"b\", claim = \"x\" }]\n[[exercises]]\nname = \"two\"\nhint = \"c\"\n[[exercises]]\nname = \"three\"\nhint = \"d\"\n";

/// What the rest of the program would do with the effects.
struct World {
    state: State,
    /// Contents of the files, and those of the current one that were told last.
    files: [u8; 3],
    told: Option<(usize, u8)>,
    /// The checks that were begun, and whether they were cancelled.
    runs: Vec<Run>,
    /// Exercises whose contents are to be told.
    followed: Vec<usize>,
    now: Instant,
    ended: bool,
}

struct Run {
    number: u64,
    of: Option<(usize, Source)>,
    cancelled: bool,
    told: bool,
}

impl Run {
    fn is_under_way(&self) -> bool {
        !self.cancelled && !self.told
    }
}

/// Plays the bytes as events.
pub fn watcher(bytes: &[u8]) {
    let Some(course) = course() else { return };
    let after = match bytes.first().is_some_and(|byte| byte % 2 == 1) {
        true => AfterPass::MoveOn,
        false => AfterPass::Stay,
    };
    let (state, first) = State::start(course, Progress::default(), after);
    let mut world = World {
        state,
        files: [0; 3],
        told: None,
        runs: Vec::new(),
        followed: Vec::new(),
        now: Instant::now(),
        ended: false,
    };
    world.perform(first);
    for pair in bytes.chunks(2).take(400) {
        let argument = pair.get(1).copied().unwrap_or(0);
        world.play(pair[0], argument);
        if world.ended {
            return;
        }
    }
    world.tell_all();
    world.on(Event::Resumed);
    if matches!(world.state.phase, Phase::Checking { .. })
        && !matches!(world.state.panel, Panel::CheckingAll(_))
    {
        assert!(
            world.runs.iter().any(Run::is_under_way),
            "nobody checks what the screen says is checked"
        );
    }
    // What was seen last is what is checked, or has its verdict.
    if let Some((position, contents)) = world.told {
        let newest = world.runs.iter().rev().find_map(|run| run.of.as_ref());
        assert_eq!(
            newest,
            Some(&(position, source(contents))),
            "a save is lost"
        );
    }
    if !matches!(world.state.panel, Panel::List(_)) {
        world.on(Event::Key(Key::Char('q')));
        assert!(world.ended, "q does not end it: {:?}", world.state);
    }
    world.ended = false;
    world.on(Event::Interrupted);
    assert!(world.ended, "a signal does not end it");
}

fn course() -> Option<Arc<Course>> {
    static COURSE: OnceLock<Option<Arc<Course>>> = OnceLock::new();
    let made = COURSE.get_or_init(|| {
        let dir = workspace::scratch().ok()?;
        workspace::write_atomic(&dir.path().join("info.toml"), INFO.as_bytes()).ok()?;
        let course = Course::load(Workspace::at(dir.path())).ok()?;
        Some(Arc::new(course))
    });
    made.clone()
}

fn source(contents: u8) -> Source {
    match contents % 8 {
        6 => Source::Missing,
        7 => Source::Unreadable("a directory".into()),
        _ => Source::text(&contents.to_string()),
    }
}

impl World {
    fn play(&mut self, what: u8, argument: u8) {
        const KEYS: &[Key] = &[
            Key::Up,
            Key::Down,
            Key::PageUp,
            Key::PageDown,
            Key::Home,
            Key::End,
            Key::Enter,
            Key::Esc,
            Key::Backspace,
        ];
        const LETTERS: &[u8] = b"nhslcerx?jkgG /yYbdpsq";
        const LINES: &[&str] = &[
            "",
            "goto two",
            "goto nowhere",
            "list",
            "hint",
            "n",
            "yes",
            "what is this",
            "solution",
            "check",
        ];
        let pick = usize::from(argument);
        match what % 16 {
            0..=2 => self.save(argument),
            3 => self.tell_all(),
            4 => self.on(Event::Key(KEYS[pick % KEYS.len()])),
            5..=7 => {
                let letter = LETTERS[pick % LETTERS.len()];
                self.on(Event::Key(Key::Char(char::from(letter))));
            }
            8 => self.on(Event::Line(LINES[pick % LINES.len()].into())),
            9 | 10 => self.end_of_a_run(argument),
            11 => {
                let run = self.some_run(argument);
                let stage = match argument % 3 {
                    0 => Stage::Compiling,
                    1 => Stage::Found(Box::new(Finding::new("it compiles"))),
                    _ => Stage::Checking { done: 0, total: 1 },
                };
                self.on(Event::Stage { run, stage });
                self.on(Event::AllProgress {
                    run,
                    round: Round::default(),
                });
            }
            12 => {
                let run = self.some_run(argument);
                self.on(Event::Advice {
                    run,
                    advice: vec!["a".into()],
                });
                self.on(Event::Word {
                    run,
                    word: "w".into(),
                });
            }
            13 => self.on(match argument % 5 {
                4 if argument.is_multiple_of(2) => Event::Suspended,
                4 => Event::Resumed,
                0 => Event::Notice("n".into()),
                1 => Event::FileReplaced("r".into()),
                2 => Event::Resized,
                _ => Event::InputEnded,
            }),
            14 => self.on(Event::Solution("ours".into())),
            _ => {
                let progress = self.state.progress.clone();
                self.on(Event::Progress(progress));
            }
        }
    }

    /// The learner saves the current file, or another one.
    fn save(&mut self, argument: u8) {
        let current = self.state.current;
        let position = match argument % 5 {
            0 => usize::from(argument / 5) % 3,
            _ => current,
        };
        self.files[position] = argument / 5;
        // Only the current one is watched, once it is followed.
        if position == current && !self.followed.contains(&current) {
            self.see(position, SeenBy::Notification);
        }
    }

    fn see(&mut self, position: usize, by: SeenBy) {
        let contents = self.files[position];
        let is_current = position == self.state.current;
        self.on(Event::Seen {
            position,
            source: source(contents),
            by,
        });
        if is_current && self.state.current == position {
            self.told = Some((position, contents));
        }
    }

    fn tell_all(&mut self) {
        while let Some(position) = self.followed.pop() {
            if position == self.state.current {
                self.followed.clear();
                self.see(position, SeenBy::Opening);
            }
        }
    }

    fn some_run(&self, argument: u8) -> u64 {
        let count = self.runs.len();
        let back = usize::from(argument) % 3;
        count
            .checked_sub(1 + back)
            .map_or(u64::from(argument), |at| self.runs[at].number)
    }

    /// A check ends: as it may, when it was cancelled too, because that may come too late.
    fn end_of_a_run(&mut self, argument: u8) {
        let number = self.some_run(argument / 8);
        let Some(run) = self.runs.iter_mut().find(|run| run.number == number) else {
            return;
        };
        if run.told {
            return;
        }
        run.told = true;
        let newest = run.of.is_some() && !run.cancelled;
        let (of_all, cancelled) = (run.of.is_none(), run.cancelled);
        let before = self.state.progress.clone();
        let passed = argument.is_multiple_of(2);
        let fault = || Error::tool("no space", "Free some.");
        if of_all {
            let result = match argument % 8 {
                7 => Err(fault()),
                6 if cancelled => Err(Error::Cancelled),
                _ => Ok(vec![
                    ("one".into(), passed),
                    ("two".into(), !passed),
                    ("three".into(), true),
                ]),
            };
            self.on(Event::AllChecked {
                run: number,
                result,
            });
        } else {
            let name = self.state.name().to_owned();
            let mut report = Report::new(&name);
            if !passed {
                report.fail(Finding::new("x"));
            }
            let result = match argument % 8 {
                7 => Err(fault()),
                6 if cancelled => Err(Error::Cancelled),
                _ => Ok(Box::new(report)),
            };
            self.on(Event::Checked {
                run: number,
                result,
            });
        }
        if cancelled && !newest {
            assert_eq!(
                self.state.progress, before,
                "a result that is out of date changed something"
            );
        }
    }

    fn on(&mut self, event: Event) {
        let effects = self.state.on(event, self.now);
        self.perform(effects);
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Cancel => self.runs.iter_mut().for_each(|run| run.cancelled = true),
                Effect::Check {
                    run,
                    position,
                    source,
                } => {
                    self.begin(run, Some((position, source)));
                    assert_eq!(
                        position, self.state.current,
                        "a check of what nobody looks at"
                    );
                }
                Effect::CheckAll { run } => self.begin(run, None),
                Effect::Follow(position) => {
                    self.followed = vec![position];
                    self.told = None;
                }
                Effect::Reset(position) => self.files[position] = 0,
                Effect::Quit => self.ended = true,
                Effect::Suspend => {}
                Effect::Save(changes) => {
                    for change in &changes {
                        let mut applied = self.state.progress.clone();
                        applied.apply(change);
                        assert_eq!(
                            applied, self.state.progress,
                            "{change:?} is not on the screen"
                        );
                    }
                }
                Effect::Edit { .. }
                | Effect::FetchSolution(_)
                | Effect::PrintList
                | Effect::Show(_) => {}
            }
        }
    }

    fn begin(&mut self, number: u64, of: Option<(usize, Source)>) {
        let running = self.runs.iter().find(|run| run.is_under_way());
        assert!(running.is_none(), "two checks at once");
        assert!(
            self.runs.iter().all(|run| run.number < number),
            "numbers grow"
        );
        self.runs.push(Run {
            number,
            of,
            cancelled: false,
            told: false,
        });
    }
}
