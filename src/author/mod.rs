//! For whoever writes a course: is it whole, does it judge rightly, and how do learners get it?
//!
//! | part | what it asks |
//! |---|---|
//! | `form`, `twins`, `texts` | what can be seen without running anything: files, markers, heads, tests, links |
//! | [`trial`] | what has to come of the starting file, the solution, each right and each wrong answer |
//! | [`prover`] | one trial at a time, remembered by its contents |
//! | `style` | solutions are formatted and clean under strict Clippy |
//! | [`round`] | all of it for many exercises, in parallel; `soak` repeats it under load |
//!
//! | `new`, `templates` | makes a course or an exercise that works |
//! | `package`, `init` | hands a course out: a learner's directory from the program itself, a directory or an archive |
//! | `shipped`, `update` | what a learner was given, and a newer course over their work |
//!
//! It gives [`crate::outcome::Fault`]s and prints nothing.

mod answer;
mod form;
mod init;
mod new;
mod package;
mod place;
pub mod prover;
pub mod round;
mod shipped;
mod soak;
mod style;
mod templates;
mod texts;
pub mod trial;
mod twins;
mod update;

pub use init::{Repository, init};
pub use new::{NewExercise, new_course, new_exercise};
pub use package::Package;
pub use prover::{Proof, Prover, Trust};
pub use round::{Plan, Step, Verdict, check_course, taking_turns, unreadable};
pub use trial::{Role, Trial, trials};
pub use update::{Updated, update};
