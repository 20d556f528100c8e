//! How a course wants its programs compiled: what cargo would tell rustc out of the course's own manifest.

use std::borrow::Cow;

/// The edition, the lints and the profile of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manner {
    /// The edition of the language, as in "2024".
    pub edition: Cow<'static, str>,
    /// Further arguments of rustc and Clippy: lints, optimisation.
    pub args: Vec<String>,
    /// Variables that the compiler finds, as `env!` reads them.
    pub env: Vec<(String, String)>,
    /// What a panic does in the program; in its tests it always unwinds, as with cargo.
    pub panic: Panic,
}

/// What a panic does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Panic {
    /// It unwinds the stack.
    #[default]
    Unwinds,
    /// It ends the whole program.
    Aborts,
}

/// How exercises are compiled where the course says nothing.
pub static USUAL: Manner = Manner {
    edition: Cow::Borrowed("2024"),
    args: Vec::new(),
    env: Vec::new(),
    panic: Panic::Unwinds,
};
