//! A guard in each shipped test, so that a pass is known from the test's own end and not from what the program printed.
//!
//! The runner gives the program a secret on its standard input. The guard reads it as the first thing in the test, before any of
//! the learner's code has run, and says it when the test's body has ended as it should. A program that ends early, or prints
//! what a passed test prints, does not know the secret. What `unsafe` code could do is refused before
//! (see [`super::tricks`]).

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

/// The module that is added to the file. Every path in it begins at the standard library itself.
///
/// It is compiled with every save, so it uses what the library has compiled already: `forget`, because dropping an error means code
/// for all that an error can hold (together 5 ms of 90).
pub(super) const MODULE: &str = r#"
#[cfg(test)]
mod held_by_the_runner {
    pub(crate) struct Test {
        secret: ::std::string::String,
        panics: bool,
    }
    pub(crate) fn test(panics: bool) -> Test {
        let mut secret = ::std::string::String::new();
        ::std::mem::forget(::std::io::stdin().read_line(&mut secret));
        Test { secret, panics }
    }
    impl ::std::ops::Drop for Test {
        fn drop(&mut self) {
            if ::std::thread::panicking() == self.panics && !self.secret.is_empty() {
                ::std::print!("\n{}", self.secret);
            }
        }
    }
}
"#;

/// The first words of a test.
pub(super) const GUARD: &str = "let _held = crate::held_by_the_runner::test(false);";

/// The first words of a test that has to panic.
pub(super) const GUARD_OF_PANIC: &str = "let _held = crate::held_by_the_runner::test(true);";

/// What one run of one test is told, and has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// One that nobody can guess.
    pub fn new() -> Self {
        // Hashers begin with random keys of the system's.
        let number = || RandomState::new().build_hasher().finish();
        Self(format!("held {:016x}{:016x}", number(), number()))
    }

    /// What to give the program on its standard input.
    pub fn input(&self) -> Vec<u8> {
        format!("{}\n", self.0).into_bytes()
    }

    /// True for the line that says it.
    pub fn is_said_by(&self, line: &str) -> bool {
        line == self.0
    }
}

impl Default for Secret {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_secrets_are_alike() {
        let secrets: std::collections::HashSet<_> =
            (0..1000).map(|_| Secret::new().input()).collect();
        assert_eq!(secrets.len(), 1000);
    }

    #[test]
    fn only_the_secret_itself_is_the_secret() {
        let secret = Secret::new();
        let line = String::from_utf8(secret.input()).expect("text");
        assert!(secret.is_said_by(line.trim_end()));
        assert!(!secret.is_said_by("held 0") && !secret.is_said_by(""));
    }
}
