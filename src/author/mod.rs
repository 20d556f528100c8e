//! For whoever writes a course: is it whole, and does it judge rightly?
//!
//! | part | what it asks |
//! |---|---|
//! | `form`, `twins`, `texts` | what can be seen without running anything: files, markers, heads, tests, links |
//! | [`trial`] | what has to come of the starting file, the solution, each right and each wrong answer |
//! | [`prover`] | one trial at a time, remembered by its contents |
//! | `style` | solutions are formatted and clean under strict Clippy |
//! | [`round`] | all of it for many exercises, in parallel; `soak` repeats it under load |
//!
//! It gives [`crate::outcome::Fault`]s and prints nothing.

mod form;
mod place;
pub mod prover;
pub mod round;
mod soak;
mod style;
mod texts;
pub mod trial;
mod twins;

pub use prover::{Proof, Prover, Trust};
pub use round::{Plan, Step, Verdict, check_course, taking_turns, unreadable};
pub use trial::{Role, Trial, trials};
