//! The crates that exercises use, as text for cargo: some of the course's `[dependencies]`, and how they are compiled.

use super::{Chapter, Course};

/// Crates whose work is too slow without optimisation to save and see. They are compiled once, so that costs a learner nothing.
const HEAVY: &[&str] = &[
    "argon2", "blake2", "bcrypt", "scrypt", "pbkdf2", "sha2", "rsa",
];

impl Course {
    /// The sections of a manifest that name a chapter's crates and how they are compiled; `None` if it uses none.
    pub fn dependency_sections(&self, chapter: &Chapter) -> Option<String> {
        if chapter.dependencies.is_empty() {
            return None;
        }
        let dependencies =
            self.dependencies_section(|name| chapter.dependencies.iter().any(|d| d == name));
        let heavy: String = HEAVY
            .iter()
            .filter(|name| self.dependencies.contains_key(**name))
            .map(|name| format!("[profile.dev.package.{name}]\nopt-level = 3\n"))
            .collect();
        Some(format!(
            "{dependencies}\n[profile.dev]\ndebug = false\nincremental = false\n{heavy}"
        ))
    }

    /// The `[dependencies]` section with those that `wanted` names; nothing if there are none.
    pub(super) fn dependencies_section(&self, wanted: impl Fn(&str) -> bool) -> String {
        let chosen: toml::Table = self
            .dependencies
            .iter()
            .filter(|(name, _)| wanted(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if chosen.is_empty() {
            return String::new();
        }
        let mut section = toml::Table::new();
        section.insert("dependencies".into(), chosen.into());
        section.to_string()
    }
}
