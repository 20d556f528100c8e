//! A door that is opened once, and those who wait before it. It does not know why they wait.

use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// A door. Clones are the same door.
#[derive(Clone, Debug, Default)]
pub(super) struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    /// Opens it for everyone, for ever.
    pub(super) fn open(&self) {
        let (open, changed) = &*self.0;
        *open.lock().unwrap_or_else(PoisonError::into_inner) = true;
        changed.notify_all();
    }

    /// True once it is open.
    pub(super) fn is_open(&self) -> bool {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until it is open.
    pub(super) fn wait(&self) {
        let (open, changed) = &*self.0;
        let mut is_open = open.lock().unwrap_or_else(PoisonError::into_inner);
        while !*is_open {
            is_open = changed
                .wait(is_open)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Lets this much time pass, less if the door opens meanwhile; true if it is open.
    pub(super) fn wait_for(&self, time: Duration) -> bool {
        let (open, changed) = &*self.0;
        let deadline = Instant::now() + time;
        let mut is_open = open.lock().unwrap_or_else(PoisonError::into_inner);
        while !*is_open {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            (is_open, _) = changed
                .wait_timeout(is_open, left)
                .unwrap_or_else(PoisonError::into_inner);
        }
        true
    }
}
