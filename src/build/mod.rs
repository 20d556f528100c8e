//! From the text of an exercise to a program: the toolchain's own rustc, one compile per verdict.
//!
//! It knows nothing of courses; it is given a source and says what rustc said.

mod by_cargo;
pub mod dependencies;
mod diagnostics;
mod held;
mod linker;
mod manner;
mod parse;
mod rustc;
mod splice;
mod standby;
mod toolchain;
mod tricks;
mod unit;

pub use by_cargo::ASK_VARIABLE;
pub use dependencies::{Crates, Dependencies, Externs, Linking, Tier};
pub use diagnostics::{Diagnostic, Level};
pub use held::Secret;
pub use manner::{Manner, Panic, USUAL};
pub use parse::{MOST_LEVELS, MOST_WORDS, too_deep_at};
pub use rustc::{Compiled, Warnings, compile, lint, type_check};
pub use splice::{
    Shipped, Spliced, TestFn, kit_files, splice, tests_in, with_guards, with_own_tests_held,
};
pub use standby::Standby;
pub use toolchain::Toolchain;
pub use tricks::{Trick, TrickKind, tricks};
pub use unit::{Constancy, Harness, Unit};

use std::ffi::{OsStr, OsString};

/// An argument of rustc that carries a path or a word of another program, which need not be Unicode.
fn flag(name: &str, value: impl AsRef<OsStr>) -> OsString {
    let mut flag = OsString::from(name);
    flag.push(value.as_ref());
    flag
}
