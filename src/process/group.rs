//! A program that runs, with everything it has started, until it is ended.
//!
//! On Unix the program leads a process group of its own, and the whole group is ended with it. Elsewhere only the program
//! itself is: the group is a promise of Unix (see README, "Platforms").

use super::{
    Cancel, Captured, End, Limits, Note, feed::Feed, identity::is_about_to_end, overseer::Overseen,
    strays::Mark,
};
use std::{
    process::{Child, ExitStatus},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// How long the pipes may stay open after the whole group was killed. Only a child that left the group holds them longer.
const PIPES_CLOSE_WITHIN: Duration = Duration::from_millis(300);

/// A signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Please end.
    Term,
    /// End now; the program cannot notice it.
    Kill,
    /// Ctrl-C in a terminal.
    Int,
    /// The terminal is gone; services read their settings again.
    Hup,
    /// Ctrl-\ in a terminal.
    Quit,
    /// Whatever the program makes of it.
    Usr1,
}

impl Signal {
    /// Every signal with its name.
    pub const ALL: [(&'static str, Self); 6] = [
        ("TERM", Self::Term),
        ("KILL", Self::Kill),
        ("INT", Self::Int),
        ("HUP", Self::Hup),
        ("QUIT", Self::Quit),
        ("USR1", Self::Usr1),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        let known = Self::ALL.iter().find(|(_, signal)| *signal == self);
        known.map_or("", |(name, _)| name)
    }
}

/// A started program. Dropping it kills the whole group.
#[derive(Debug)]
pub struct Running {
    child: Child,
    exit: Arc<Mutex<Option<End>>>,
    /// Woken when the program exits or a pipe closes.
    wake: Cancel,
    stdout: Captured,
    stderr: Captured,
    reaped: bool,
    /// Its line in the record of running programs.
    note: Option<Note>,
    feed: Option<Feed>,
    /// The look at what it uses, if that has limits.
    overseen: Option<Overseen>,
    /// What all that it starts can be known by.
    mark: Option<Mark>,
}

impl Running {
    pub(super) fn new(child: Child, stdout: Captured, stderr: Captured, wake: Cancel) -> Self {
        let running = Self {
            exit: Arc::default(),
            child,
            wake,
            stdout,
            stderr,
            reaped: false,
            note: None,
            feed: None,
            overseen: None,
            mark: None,
        };
        #[cfg(unix)]
        running.watch_for_exit();
        running
    }

    /// Keeps its line in the record until it has ended.
    pub(super) fn keep(&mut self, note: Note) {
        self.note = Some(note);
    }

    pub(super) fn hold_to(&mut self, limits: Option<Limits>, mark: Mark) {
        self.overseen = limits.map(|limits| Overseen::begin(self.child.id(), limits));
        self.mark = Some(mark);
    }

    pub(super) fn will_be_fed(&mut self, feed: Feed) {
        self.feed = Some(feed);
    }

    /// Gives a program that was [`super::Program::fed`] its standard input, whole. False if it cannot be given: it was given
    /// before, the system refuses, or it is more than a pipe takes at once.
    pub fn feed(&mut self, input: &[u8]) -> bool {
        self.feed.as_mut().is_some_and(|feed| feed.give(input))
    }

    /// True if the program was to be fed and has not taken all of its input.
    pub fn was_fed_in_vain(&self) -> bool {
        self.feed.as_ref().is_some_and(|feed| !feed.is_taken())
    }

    /// The identity of the process, which on Unix also names its group.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What the program has printed so far.
    pub fn stdout(&self) -> &Captured {
        &self.stdout
    }

    /// What the program has printed to standard error so far.
    pub fn stderr(&self) -> &Captured {
        &self.stderr
    }

    /// How the program ended, or `None` while it runs.
    pub fn exited(&mut self) -> Option<End> {
        #[cfg(not(unix))]
        if let Ok(Some(status)) = self.child.try_wait() {
            self.reaped = true;
            return Some(end_of(status));
        }
        let ended = *self.exit.lock().unwrap_or_else(PoisonError::into_inner);
        ended.map(|end| self.with_limit(end))
    }

    /// True while the program runs, for one who may only look.
    pub fn has_not_ended(&self) -> bool {
        self.exit
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_none()
    }

    /// True while the program is about to end, or has still to hear a signal: a busy machine lets both wait. False where nobody tells.
    pub fn is_about_to_end(&self) -> bool {
        !self.reaped && is_about_to_end(self.child.id())
    }

    /// Waits for the program to end, at the latest until the deadline or until it is cancelled. It is not killed then.
    pub fn wait(&mut self, deadline: Option<Instant>, cancel: &Cancel) -> End {
        self.wait_unless(deadline, cancel, |_| false)
            .unwrap_or(End::Cancelled)
    }

    /// As [`Running::wait`], but gives `None` as soon as what the program wrote to standard error is `enough`.
    pub fn wait_unless(
        &mut self,
        deadline: Option<Instant>,
        cancel: &Cancel,
        enough: impl Fn(&Captured) -> bool,
    ) -> Option<End> {
        loop {
            if let Some(end) = self.exited() {
                return Some(end);
            }
            if enough(&self.stderr) {
                return None;
            }
            if cancel.is_cancelled() {
                return Some(End::Cancelled);
            }
            if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                return Some(End::Deadline);
            }
            self.pause(deadline, cancel, &enough);
        }
    }

    /// Asks the group to end, gives it `grace` to do so, then kills it. Returns how the program itself ended.
    pub fn stop(&mut self, grace: Duration) -> End {
        if self.exited().is_none() {
            self.signal_terminate();
            self.wait(Some(Instant::now() + grace), &Cancel::new());
        }
        self.kill()
    }

    /// Sends a signal: to the program alone, as one who stops a service does; [`Signal::Kill`] goes to the whole group.
    ///
    /// Elsewhere than on Unix every signal is a kill.
    pub fn signal(&mut self, signal: Signal) {
        #[cfg(unix)]
        {
            let unix = match signal {
                Signal::Kill => return self.kill_group(),
                Signal::Term => rustix::process::Signal::TERM,
                Signal::Int => rustix::process::Signal::INT,
                Signal::Hup => rustix::process::Signal::HUP,
                Signal::Quit => rustix::process::Signal::QUIT,
                Signal::Usr1 => rustix::process::Signal::USR1,
            };
            if let Some(pid) = pid_of(&self.child).filter(|_| !self.reaped) {
                // It fails only if the program has gone already.
                let _ = rustix::process::kill_process(pid, unix);
            }
        }
        #[cfg(not(unix))]
        {
            let _ = signal;
            self.kill_group();
        }
    }

    /// Kills the whole group at once and waits for the program's end.
    pub fn kill(&mut self) -> End {
        let asked = self.exited();
        self.kill_group();
        if let Some(overseen) = &self.overseen {
            overseen.end();
        }
        let status = if self.reaped {
            None
        } else {
            self.child.wait().ok()
        };
        self.reaped = true;
        self.note = None;
        self.mark = None;
        let end = asked.or(status.map(end_of)).unwrap_or(End::Deadline);
        self.with_limit(end)
    }

    /// The end, or the limit for which it was brought about.
    fn with_limit(&self, end: End) -> End {
        let limit = self.overseen.as_ref().and_then(Overseen::limit);
        limit.map_or(end, End::Limit)
    }

    /// Lets every other program go first. Programs that it starts from now on inherit that.
    pub fn lower_priority(&self) {
        #[cfg(unix)]
        if let Some(pid) = pid_of(&self.child) {
            const LOWEST: i32 = 19;
            // If the system refuses, the build is felt a little and right all the same.
            let _ = rustix::process::setpriority_process(Some(pid), LOWEST);
        }
    }

    /// Waits until both pipes have closed, so that nothing printed is missed. Call it after [`Running::kill`].
    pub fn drain(&self) {
        let (stdout, stderr) = (&self.stdout, &self.stderr);
        let deadline = Instant::now() + PIPES_CLOSE_WITHIN;
        self.wake
            .wait_for(Some(deadline), || stdout.is_closed() && stderr.is_closed());
    }

    #[cfg(unix)]
    fn pause(
        &self,
        deadline: Option<Instant>,
        cancel: &Cancel,
        enough: &dyn Fn(&Captured) -> bool,
    ) {
        // The exit is watched by a thread that wakes `self.wake`; the caller's flag has to wake it too.
        let exit = Arc::clone(&self.exit);
        let ended = move || {
            exit.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .is_some()
        };
        cancel.forward_to(&self.wake);
        self.wake.wait_for(deadline, || {
            ended() || cancel.is_cancelled() || enough(&self.stderr)
        });
    }

    #[cfg(not(unix))]
    fn pause(
        &self,
        deadline: Option<Instant>,
        cancel: &Cancel,
        _enough: &dyn Fn(&Captured) -> bool,
    ) {
        // No way to wait for a process and a flag at once here without platform calls, so look again soon.
        let soon = Instant::now() + Duration::from_millis(10);
        let until = deadline.map_or(soon, |deadline| deadline.min(soon));
        cancel.wait_for(Some(until), || false);
    }

    /// Notes the exit without collecting the process: as long as it is not collected, its group's number cannot be given
    /// to a stranger, and killing the group is safe.
    #[cfg(unix)]
    fn watch_for_exit(&self) {
        use rustix::process::{WaitId, WaitIdOptions, waitid};
        let Some(pid) = pid_of(&self.child) else {
            return;
        };
        let (exit, wake) = (Arc::clone(&self.exit), self.wake.clone());
        thread::spawn(move || {
            let end = loop {
                match waitid(
                    WaitId::Pid(pid),
                    WaitIdOptions::EXITED | WaitIdOptions::NOWAIT,
                ) {
                    Err(rustix::io::Errno::INTR) => {}
                    Ok(Some(status)) => {
                        break match status.exit_status() {
                            Some(code) => End::Exited(code),
                            None => End::Signalled(status.terminating_signal().unwrap_or(0)),
                        };
                    }
                    // Somebody else collected it; the program is gone all the same.
                    Ok(None) | Err(_) => break End::Signalled(0),
                }
            };
            *exit.lock().unwrap_or_else(PoisonError::into_inner) = Some(end);
            wake.notify();
        });
    }

    #[cfg(unix)]
    fn signal_terminate(&self) {
        self.signal_group(rustix::process::Signal::TERM);
    }

    #[cfg(unix)]
    fn kill_group(&mut self) {
        self.signal_group(rustix::process::Signal::KILL);
    }

    #[cfg(unix)]
    fn signal_group(&self, signal: rustix::process::Signal) {
        if self.reaped {
            return;
        }
        if let Some(pid) = pid_of(&self.child) {
            // It fails only if the whole group has gone already, which is what was wanted.
            let _ = rustix::process::kill_process_group(pid, signal);
        }
    }

    #[cfg(not(unix))]
    fn signal_terminate(&mut self) {
        self.kill_group();
    }

    #[cfg(not(unix))]
    fn kill_group(&mut self) {
        let _ = self.child.kill();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.reaped {
            self.kill();
        }
    }
}

#[cfg(unix)]
fn pid_of(child: &Child) -> Option<rustix::process::Pid> {
    rustix::process::Pid::from_raw(i32::try_from(child.id()).ok()?)
}

fn end_of(status: ExitStatus) -> End {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return End::Signalled(signal);
    }
    End::Exited(status.code().unwrap_or(-1))
}
