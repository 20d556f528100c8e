//! backendlings: a runner of small backend exercises that checks them from outside.
//!
//! The rooms of this house, top floor first; a file imports from floors below its own only
//! (`tests/floors.rs` holds this).
//!
//! | floor | rooms |
//! |---|---|
//! | 5 | [`cli`], [`app`]: parse the command line; one function per command |
//! | 4 | [`watch`]: events, a pure state machine, effects. [`grade`]: a class judged against the course. [`author`]: is a course whole, and does it judge rightly? |
//! | 3 | [`check`]: an exercise's files in, an outcome out. [`ui`]: data in, text out |
//! | 2 | [`peers`]: the other sides that the runner plays. [`services`]: real PostgreSQL and Redis. [`build`]: rustc and its diagnostics. [`course`]: `info.toml` as checked data. [`progress`]: done, current, pristine, undo |
//! | 1 | [`process`]: other programs, with deadlines. [`workspace`]: every path. [`outcome`]: results as plain data |
//! | 0 | [`error`], [`called`]: how this program is called. [`digest`]: bytes in a few digits |

pub mod app;
pub mod author;
pub mod build;
pub mod called;
pub mod check;
pub mod cli;
pub mod course;
pub mod digest;
pub mod error;
#[cfg(any(test, fuzzing))]
pub mod fuzz;
pub mod grade;
pub mod outcome;
pub mod peers;
pub mod process;
pub mod progress;
pub mod services;
pub mod ui;
pub mod watch;
pub mod workspace;

pub use app::main;
