//! A request to stop, shared between the one who asks and those who work. It does not stop anything itself.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak},
    time::Instant,
};

/// A flag that can be raised once, and waited for.
///
/// Clones share the flag.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    raised: Mutex<bool>,
    changed: Condvar,
    /// Who else wakes up when this flag is raised.
    listeners: Mutex<Vec<Weak<Shared>>>,
}

impl Cancel {
    /// A flag that is not raised.
    pub fn new() -> Self {
        Self::default()
    }

    /// Raises the flag; everyone who waits wakes up.
    pub fn cancel(&self) {
        *self.lock() = true;
        self.0.changed.notify_all();
        for listener in self.listeners().drain(..).filter_map(|weak| weak.upgrade()) {
            Self(listener).notify();
        }
    }

    /// Makes raising this flag wake those who wait on `other` too. Raising does not raise `other`.
    pub(super) fn forward_to(&self, other: &Self) {
        let mut listeners = self.listeners();
        listeners.retain(|weak| weak.strong_count() > 0);
        let known = |weak: &Weak<Shared>| Weak::as_ptr(weak) == Arc::as_ptr(&other.0);
        if !listeners.iter().any(known) {
            listeners.push(Arc::downgrade(&other.0));
        }
    }

    /// True once the flag is raised.
    pub fn is_cancelled(&self) -> bool {
        *self.lock()
    }

    /// Wakes those who wait in [`Cancel::wait_for`] to look at their condition again.
    pub(super) fn notify(&self) {
        // The lock orders this after the waiter's look at its condition, so the wake-up cannot be missed.
        let _guard = self.lock();
        self.0.changed.notify_all();
    }

    /// Waits until the flag is raised, `done` is true, or the deadline has passed; returns at once if one already holds.
    pub fn wait_for(&self, deadline: Option<Instant>, mut done: impl FnMut() -> bool) {
        let mut raised = self.lock();
        while !*raised && !done() {
            let Some(deadline) = deadline else {
                raised = self
                    .0
                    .changed
                    .wait(raised)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            (raised, _) = self
                .0
                .changed
                .wait_timeout(raised, left)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.0.raised.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listeners(&self) -> MutexGuard<'_, Vec<Weak<Shared>>> {
        self.0
            .listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
