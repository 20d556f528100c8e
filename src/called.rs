//! How this program is called, so that a command which it names can be typed as it stands: `cargo run -- reset` in a clone,
//! `backendlings reset` where it is installed. It reads the environment and decides nothing else.

use std::{env, fmt};

/// What `cargo run` tells a program that it starts: the name of its package.
const STARTED_BY_CARGO: &str = "CARGO_PKG_NAME";

/// The whole command, as the reader has to type it; `words` are a command of ours with its arguments.
pub fn command(words: impl fmt::Display) -> String {
    match by_cargo() {
        true => format!("cargo run -- {words}"),
        false => format!("backendlings {words}"),
    }
}

/// True for a program that `cargo run` has started.
pub fn by_cargo() -> bool {
    let package = env::var_os(STARTED_BY_CARGO);
    package.is_some_and(|name| name == env!("CARGO_PKG_NAME"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// cargo starts tests as it starts programs; `tests/cli.rs` has the other case.
    #[test]
    fn what_cargo_has_started_is_called_through_cargo() {
        assert_eq!(command("reset a"), "cargo run -- reset a");
    }
}
