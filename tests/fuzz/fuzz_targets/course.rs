//! See `course` in `src/fuzz.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| backendlings::fuzz::run("course", bytes));
