//! What an instructor is told when the course that is handed out is not as it lies in its directory.

use crate::{author::Package, called, ui};
use std::{fmt::Write as _, path::PathBuf};

/// So many files are named; the others are counted.
const NAMED: usize = 5;

/// Says which files of the package are others than those in the directory it was taken from; nothing if there are none.
pub(super) fn tell(package: &Package) {
    ui::print::err(&ui::harmless(&words(package)));
}

fn words(package: &Package) -> String {
    let check = called::command("dev check");
    let mut text = String::new();
    let mut part = |files: &[PathBuf], what: &str, then: &str| {
        if files.is_empty() {
            return;
        }
        let named = files.iter().take(NAMED);
        let named: Vec<String> = named.map(|file| file.display().to_string()).collect();
        let _ = write!(text, "{what}: {}", named.join(", "));
        let more = files.len() - named.len();
        if more > 0 {
            let _ = write!(text, " and {more} more");
        }
        let _ = writeln!(text, "\n  {then}");
    };
    part(
        &package.put_right,
        "Changed there, so handed out as shipped",
        &format!(
            "If you write this course and they are new starting files, {check} makes them the shipped ones."
        ),
    );
    part(
        &package.left_out,
        "Added there to a project, so not handed out",
        &format!(
            "If you write this course and they belong to it, {check} makes them a part of it."
        ),
    );
    part(
        &package.unsure,
        "Handed out as they are, though they were others when the course was first run there",
        &format!(
            "If they are solved, bring them back first: {}. If they are new starting files, {check} writes that down.",
            called::command("reset --all")
        ),
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_course_as_it_lies_there_needs_no_words_and_many_files_are_counted() {
        assert_eq!(words(&Package::default()), "");
        let package = Package {
            put_right: (0..7).map(|n| PathBuf::from(format!("{n}.rs"))).collect(),
            ..Package::default()
        };
        let text = words(&package);
        assert!(
            text.contains("0.rs, 1.rs, 2.rs, 3.rs, 4.rs and 2 more\n"),
            "{text}"
        );
    }
}
