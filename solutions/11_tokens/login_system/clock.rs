//! The time, which somebody may move on to see tomorrow today.

use crate::{
    Shared,
    input::{Body, Fault},
};
use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use std::{
    sync::atomic::{AtomicI64, Ordering::SeqCst},
    time::{SystemTime, UNIX_EPOCH},
};

#[derive(Default)]
pub struct Clock {
    moved: AtomicI64,
}

impl Clock {
    /// Seconds since 1970.
    pub fn now(&self) -> i64 {
        let machine = SystemTime::now().duration_since(UNIX_EPOCH);
        let machine = machine.map_or(0, |since| since.as_secs());
        i64::try_from(machine).unwrap_or(i64::MAX) + self.moved.load(SeqCst)
    }
}

#[derive(Deserialize)]
pub struct Pass {
    seconds: u32,
}

/// POST /clock.
pub async fn pass(State(app): State<Shared>, Body(pass): Body<Pass>) -> Result<StatusCode, Fault> {
    app.clock.moved.fetch_add(pass.seconds.into(), SeqCst);
    Ok(StatusCode::NO_CONTENT)
}
