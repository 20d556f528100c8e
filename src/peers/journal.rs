//! What arrived at a peer, in order. It says when something new is there; it does not say what it means.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// A list that only grows. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Journal<T> {
    shared: Arc<(Mutex<Vec<T>>, Condvar)>,
    started: Instant,
}

impl<T: Clone> Journal<T> {
    /// An empty list; its time starts now.
    pub(super) fn new() -> Self {
        Self {
            shared: Arc::default(),
            started: Instant::now(),
        }
    }

    /// Adds what `entry` makes of its position and the time since the start.
    pub(super) fn add(&self, entry: impl FnOnce(usize, Duration) -> T) {
        let mut entries = self.lock();
        let entry = entry(entries.len(), self.started.elapsed());
        entries.push(entry);
        self.shared.1.notify_all();
    }

    /// Everything so far.
    pub(super) fn all(&self) -> Vec<T> {
        self.lock().clone()
    }

    /// Waits until the list is as `enough` wants it; false if that takes longer than `time`.
    pub(super) fn wait_for(&self, time: Duration, enough: impl Fn(&[T]) -> bool) -> bool {
        let deadline = Instant::now() + time;
        let mut entries = self.lock();
        while !enough(&entries) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            (entries, _) = self
                .shared
                .1
                .wait_timeout(entries, left)
                .unwrap_or_else(PoisonError::into_inner);
        }
        true
    }

    fn lock(&self) -> MutexGuard<'_, Vec<T>> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
