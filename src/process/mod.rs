//! Other programs: started in a group of their own, ended on time, their output kept within bounds.
//!
//! The only room that spawns. It knows nothing of exercises; it reports how a program ended and what it printed.

mod cancel;
mod capture;
mod feed;
mod group;
mod identity;
mod limits;
mod overseer;
mod port;
mod program;
mod record;
mod rest;
mod run;
mod sandbox;
mod strays;

pub use cancel::Cancel;
pub use capture::Captured;
pub use group::{Running, Signal};
pub use identity::hide_from_others;
pub use limits::{Limit, Limits};
pub use port::free_port;
pub use program::Program;
pub use record::{Note, Record, Swept};
pub use rest::rest;
pub use run::{End, Finished, launch, run, spawn};
pub use sandbox::{Level, Sandbox};
pub use strays::{end_strays, lives};
