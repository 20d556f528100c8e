//! The ways into checks for any bytes; see `src/fuzz.rs`. Not in the program that learners get.

use super::{quiz, server, sql};

/// Steps of a server exercise.
pub fn steps(text: &str) {
    server::fuzz::steps(text);
}

/// The answer of a learner's server.
pub fn answer(bytes: &[u8]) {
    server::fuzz::answer(bytes);
}

/// The rows of two queries.
pub fn tables(bytes: &[u8]) {
    sql::fuzz::tables(bytes);
}

/// A learner's SQL.
pub fn script(text: &str) {
    sql::fuzz::script(text);
}

/// Data sets and claims of an SQL exercise.
pub fn plan(text: &str) {
    sql::fuzz_plan(text);
}

/// A learner's answers to a quiz.
pub fn quiz(text: &str) {
    quiz::fuzz(text);
}
