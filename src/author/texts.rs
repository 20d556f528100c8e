//! The chapters' texts: each chapter has one, it names every exercise, and its links to files of the course lead somewhere.

use super::place::{fault, warning};
use crate::{
    course::{Chapter, Course},
    error::Result,
    outcome::Fault,
    workspace,
};
use std::path::Path;

/// What is wrong with the texts of all chapters.
pub(super) fn of_chapters(course: &Course) -> Result<Vec<Fault>> {
    let mut faults = Vec::new();
    for (position, chapter) in course.chapters.iter().enumerate() {
        faults.extend(of_chapter(course, position, chapter)?);
    }
    Ok(faults)
}

/// What the course lacks in the other languages that it has texts in, and what is older there than the original.
pub(super) fn of_languages(course: &Course) -> Result<Vec<Fault>> {
    let mut faults = Vec::new();
    for language in course.languages()? {
        for gap in course.gaps(&language)? {
            let told = fault(
                course,
                None,
                "translation",
                &gap.file,
                None,
                [gap.what, gap.help],
            );
            faults.push(Fault {
                exercise: gap.exercise,
                ..warning(told)
            });
        }
    }
    Ok(faults)
}

fn of_chapter(course: &Course, position: usize, chapter: &Chapter) -> Result<Vec<Fault>> {
    if chapter.dir.is_empty() {
        return Ok(Vec::new());
    }
    let file = course
        .workspace
        .exercise_file(Some(&chapter.dir), "README.md");
    let at = |rule, line, words| fault(course, None, rule, &file, line, words);
    let Some(text) = workspace::read_if_there(&file)? else {
        return Ok(vec![warning(at(
            "no-chapter-text",
            None,
            [
                format!("the chapter `{}` has no text", chapter.dir),
                "Say there what the chapter is for, with a line for each exercise.".into(),
            ],
        ))]);
    };
    let mut faults: Vec<Fault> = links(&text)
        .filter(|(_, target)| leads_nowhere(&file, target))
        .map(|(line, target)| {
            at(
                "dead-link",
                Some(line),
                [
                    format!("the link `{target}` leads nowhere"),
                    "Correct it; it is read from the directory of this file.".into(),
                ],
            )
        })
        .collect();
    let unnamed = course
        .exercises
        .iter()
        .filter(|exercise| exercise.chapter == position && !text.contains(&exercise.name));
    faults.extend(unnamed.map(|exercise| {
        warning(at(
            "not-in-chapter-text",
            None,
            [
                format!("the text of the chapter does not name `{}`", exercise.name),
                "Add a line on it.".into(),
            ],
        ))
    }));
    Ok(faults)
}

/// The targets of Markdown links, each with its line.
fn links(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().flat_map(|(index, line)| {
        line.split("](").skip(1).filter_map(move |rest| {
            let target = rest.split([')', ' ']).next()?;
            Some((index + 1, target))
        })
    })
}

fn leads_nowhere(from: &Path, target: &str) -> bool {
    let file = target.split('#').next().unwrap_or("");
    if file.is_empty() || target.contains("://") || target.starts_with("mailto:") {
        return false;
    }
    !from.with_file_name(file).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_with_their_lines() {
        let text = "a [b](c.md)\n[d](https://e.org) and [f](g/h.rs#L3)\n";
        let found: Vec<_> = links(text).collect();
        assert_eq!(found, [(1, "c.md"), (2, "https://e.org"), (2, "g/h.rs#L3")]);
    }

    #[test]
    fn an_address_and_a_heading_are_not_files() {
        let here = Path::new("nowhere/README.md");
        assert!(!leads_nowhere(here, "https://example.com/a"));
        assert!(!leads_nowhere(here, "#the-kit"));
        assert!(leads_nowhere(here, "missing.md"));
    }
}
