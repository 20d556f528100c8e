//! The runner itself, stopped for a while as Ctrl-Z stops programs. It knows nothing of the terminal.
//!
//! A program that is being started belongs to the runner's group until it has taken a group of its own. Stopped in that
//! moment it would wait for somebody who lets the whole group go on; who wakes the runner alone does not, and the
//! runner would wait for it for ever. So nothing is started while the runner stops.

use std::{
    io,
    process::{Child, Command},
    sync::{PoisonError, RwLock},
};

/// Read by those who start a program, written by the one who stops.
static STARTS: RwLock<()> = RwLock::new(());

/// Starts a program; when this returns, it is in its own group.
pub(super) fn start(command: &mut Command) -> io::Result<Child> {
    let _started = STARTS.read().unwrap_or_else(PoisonError::into_inner);
    command.spawn()
}

/// Stops this program, and those that were started with it in one line of the shell, until somebody lets them go on.
pub fn rest() {
    while_none_starts(|| {
        // The whole group, as the terminal does it: `cargo run` waits for this program and has to be stopped too.
        #[cfg(unix)]
        let _ = rustix::process::kill_current_process_group(rustix::process::Signal::STOP);
    });
}

fn while_none_starts(act: impl FnOnce()) {
    let _none_starts = STARTS.write().unwrap_or_else(PoisonError::into_inner);
    act();
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{sync::Mutex, thread};

    #[test]
    fn who_stops_waits_until_what_is_being_started_is_started() {
        let order = Mutex::new(Vec::new());
        let note = |what| order.lock().expect("no panic").push(what);
        thread::scope(|scope| {
            let started = STARTS.read().expect("no panic");
            let stops = scope.spawn(|| while_none_starts(|| note("stopped")));
            // Time enough for one who does not wait.
            while !stops.is_finished() && STARTS.try_read().is_ok() {
                thread::yield_now();
            }
            note("started");
            drop(started);
        });
        assert_eq!(*order.lock().expect("no panic"), ["started", "stopped"]);
    }
}
