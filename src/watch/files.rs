//! Sees every change of the current exercise's file, on any file system: the system's notifications, and beneath them a look
//! at the contents once a second for WSL, Docker mounts and network drives, where notifications do not come.
//!
//! It reports contents, not events: two events for one save are one report, and a file seen half-written is looked at again.

use super::events::SeenBy;
use crate::{
    check::Source,
    course::{Course, Exercise},
};
use notify::{
    EventKind, RecommendedWatcher, RecursiveMode, Watcher as _,
    event::{AccessKind, AccessMode, ModifyKind},
};
use std::{
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread,
    time::{Duration, Instant},
};

/// How often the contents are looked at without a notification.
const POLL_EVERY: Duration = Duration::from_secs(1);

/// A save is over when no notification has come for this long. Editors write in one go, or in steps less than this apart.
const QUIET: Duration = Duration::from_millis(6);

/// When the file was closed, or put in its place whole, the save is over but for what comes in the same breath.
const QUIET_WHEN_COMPLETE: Duration = Duration::from_millis(1);

/// Linux tells when a file is closed, so one that was written to and not closed is still being written.
const QUIET_WHILE_OPEN: Duration = match cfg!(target_os = "linux") {
    true => Duration::from_millis(80),
    false => QUIET,
};

/// A file that is empty or missing is likely to be in the middle of a save (truncate, then write; or rename, then write).
const QUIET_WHILE_EMPTY: Duration = Duration::from_millis(80);

/// However the file is written to, its contents are reported after this long.
const SETTLED_AT_LAST: Duration = Duration::from_millis(500);

/// Called with position and contents.
pub(super) type OnSeen = Box<dyn Fn(usize, Source, SeenBy) + Send>;

/// What is followed.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// The file of an exercise.
    File(PathBuf),
    /// The directory of a project, with all below it.
    Project(PathBuf),
}

impl Place {
    /// Where the learner works on an exercise.
    pub(super) fn of(course: &Course, exercise: &Exercise) -> Self {
        match course.project_dir(exercise) {
            Some(dir) => Self::Project(dir),
            None => Self::File(course.file(exercise)),
        }
    }

    fn read(&self) -> Source {
        match self {
            Self::File(path) => Source::read(path),
            Self::Project(dir) => Source::project(dir),
        }
    }

    /// The directory to be watched, and whether those below it are too.
    fn dir(&self) -> (&Path, RecursiveMode) {
        match self {
            Self::File(path) => (
                path.parent().unwrap_or(Path::new(".")),
                RecursiveMode::NonRecursive,
            ),
            Self::Project(dir) => (dir, RecursiveMode::Recursive),
        }
    }
}

/// The thread that watches. It ends when this is dropped.
pub(super) struct Files {
    messages: Sender<Message>,
}

enum Message {
    /// Follow another file.
    Follow { position: usize, place: Place },
    /// The system says that something happened to this file.
    Touched(PathBuf, Sign),
    /// Nobody wants to know any more.
    End,
}

/// How far a save is, as far as one notification tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// Whoever wrote has closed the file, or has put a whole one in its place.
    Complete,
    /// Somebody is writing.
    Writing,
    /// It says nothing about that.
    Unclear,
}

impl Sign {
    fn of(kind: EventKind) -> Self {
        match kind {
            EventKind::Access(_) | EventKind::Modify(ModifyKind::Name(_)) => Self::Complete,
            EventKind::Modify(ModifyKind::Data(_)) => Self::Writing,
            _ => Self::Unclear,
        }
    }

    fn quiet(self) -> Duration {
        match self {
            Self::Complete => QUIET_WHEN_COMPLETE,
            Self::Writing => QUIET_WHILE_OPEN,
            Self::Unclear => QUIET,
        }
    }
}

impl Files {
    /// Starts the thread.
    pub(super) fn start(on_seen: OnSeen) -> Self {
        let (messages, inbox) = channel();
        let to_self = messages.clone();
        thread::spawn(move || {
            // Without notifications (none left in the system, or none at all) the poll is enough.
            let notifier =
                notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
                    let Ok(event) = event else { return };
                    // Our own look at the file is an access too; reacting to it would never end.
                    let written = AccessKind::Close(AccessMode::Write);
                    if matches!(event.kind, EventKind::Access(access) if access != written) {
                        return;
                    }
                    for path in event.paths {
                        let _ = to_self.send(Message::Touched(path, Sign::of(event.kind)));
                    }
                });
            Watch {
                inbox,
                notifier: notifier.ok(),
                on_seen,
                followed: None,
            }
            .run();
        });
        Self { messages }
    }

    /// Follows the file of another exercise, and reports its contents at once.
    pub(super) fn follow(&self, position: usize, place: Place) {
        // The thread lives as long as `self`.
        let _ = self.messages.send(Message::Follow { position, place });
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = self.messages.send(Message::End);
    }
}

struct Watch {
    inbox: Receiver<Message>,
    notifier: Option<RecommendedWatcher>,
    on_seen: OnSeen,
    followed: Option<Followed>,
}

struct Followed {
    position: usize,
    place: Place,
    /// The directory that is watched: a save by renaming replaces the file, so watching the file itself would lose it.
    dir: PathBuf,
    last: Source,
}

impl Watch {
    fn run(mut self) {
        loop {
            match self.inbox.recv_timeout(POLL_EVERY) {
                Ok(Message::Follow { position, place }) => self.follow(position, place),
                Ok(Message::Touched(path, sign)) => {
                    if self.is_followed(&path) {
                        self.settle(sign);
                    }
                }
                Err(RecvTimeoutError::Timeout) => self.look(SeenBy::Poll),
                Ok(Message::End) | Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn follow(&mut self, position: usize, place: Place) {
        let (dir, depth) = place.dir();
        let dir = dir.to_owned();
        let is_file = |place: &Place| matches!(place, Place::File(_));
        let same_dir = self
            .followed
            .as_ref()
            .is_some_and(|old| old.dir == dir && is_file(&old.place) == is_file(&place));
        if let Some(notifier) = self.notifier.as_mut().filter(|_| !same_dir) {
            if let Some(old) = &self.followed {
                let _ = notifier.unwatch(&old.dir);
            }
            let _ = notifier.watch(&dir, depth);
        }
        // Read after the watch is set, so that no change falls between the two.
        let last = place.read();
        (self.on_seen)(position, last.clone(), SeenBy::Opening);
        self.followed = Some(Followed {
            position,
            place,
            dir,
            last,
        });
    }

    fn is_followed(&self, path: &Path) -> bool {
        // Notifications may spell the directory another way (links, drive letters); the file's name is enough to look.
        self.followed
            .as_ref()
            .is_some_and(|followed| match &followed.place {
                Place::File(file) => file.file_name() == path.file_name(),
                // Whether it is one that counts is seen by the contents.
                Place::Project(_) => true,
            })
    }

    /// Waits until the save is over, then looks.
    fn settle(&mut self, sign: Sign) {
        let started = Instant::now();
        let mut quiet = sign.quiet();
        while started.elapsed() < SETTLED_AT_LAST {
            match self.inbox.recv_timeout(quiet) {
                Ok(Message::Follow { position, place }) => {
                    return self.follow(position, place);
                }
                // Another file in the directory, such as an editor's backup, says nothing about this one.
                Ok(Message::Touched(path, sign)) if self.is_followed(&path) => quiet = sign.quiet(),
                Ok(Message::Touched(..)) => {}
                Ok(Message::End) | Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    if quiet < QUIET_WHILE_EMPTY && self.is_empty_or_missing() {
                        quiet = QUIET_WHILE_EMPTY;
                        continue;
                    }
                    break;
                }
            }
        }
        self.look(SeenBy::Notification);
    }

    fn is_empty_or_missing(&self) -> bool {
        let place = self.followed.as_ref().map(|followed| &followed.place);
        // In a project there may be empty files, and one that is missing may have been taken away.
        matches!(place, Some(Place::File(path)) if path.metadata().map_or(true, |metadata| metadata.len() == 0))
    }

    fn look(&mut self, by: SeenBy) {
        let Some(followed) = &mut self.followed else {
            return;
        };
        let now = followed.place.read();
        if now != followed.last {
            followed.last = now.clone();
            (self.on_seen)(followed.position, now, by);
        }
    }
}
