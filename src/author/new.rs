//! `dev new`: a course in an empty directory, or an exercise of a kind in the current one, with every file that belongs to it.
//!
//! Nothing that exists is written over. If the course would not be right afterwards, everything is as it was before.

use super::templates::Template;
use crate::{
    course::{Course, Kind, NewEntry},
    error::{Error, Result},
    workspace::{self, Workspace, project},
};
use std::path::{Path, PathBuf};

/// The exercise that a new course begins with.
const FIRST: (&str, &str, &str) = ("first_status", "00_first", "First steps");

/// An exercise to make.
#[derive(Clone, Debug)]
pub struct NewExercise {
    /// Its name.
    pub name: String,
    /// How it is checked.
    pub kind: Kind,
    /// The directory of its chapter.
    pub dir: String,
    /// The title of its chapter, if the chapter is new.
    pub chapter_title: Option<String>,
}

/// Makes a course with one exercise. Gives the files, relative to the course.
///
/// # Errors
/// [`Error::Usage`] if the directory is not empty.
pub fn new_course(root: &Path) -> Result<Vec<PathBuf>> {
    let there = workspace::list_dir(root)?;
    if there.iter().any(|path| !path.ends_with(".git")) {
        return Err(Error::Usage {
            what: format!("{} is not empty", root.display()),
            help: "Name a directory that does not exist yet, or an empty one.".into(),
        });
    }
    let workspace = Workspace::at(root);
    let written = [workspace.info(), workspace.git_ignore()];
    workspace::write_atomic(&written[0], include_bytes!("templates/info.toml.txt"))?;
    workspace::write_atomic(&written[1], include_bytes!("templates/gitignore.txt"))?;
    let (name, dir, title) = FIRST;
    let first = NewExercise {
        name: name.into(),
        kind: Kind::Rust,
        dir: dir.into(),
        chapter_title: Some(title.into()),
    };
    let info = workspace.shown(&workspace.info()).to_owned();
    let of_first = new_exercise(&workspace, None, &first)?;
    let mut written: Vec<PathBuf> = written
        .iter()
        .map(|file| workspace.shown(file).to_owned())
        .collect();
    written.extend(of_first.into_iter().filter(|file| *file != info));
    Ok(written)
}

/// Makes an exercise in the course that is in `workspace`; `course` is `None` for one that has none yet.
///
/// # Errors
/// [`Error::Usage`] if a file of it exists already or the name is taken; as [`Course::load`] if the course would not be right.
pub fn new_exercise(
    workspace: &Workspace,
    course: Option<&Course>,
    new: &NewExercise,
) -> Result<Vec<PathBuf>> {
    let refuse = |what: String, help: &str| {
        Err(Error::Usage {
            what,
            help: help.into(),
        })
    };
    if course.is_some_and(|course| course.exercises.iter().any(|e| e.name == new.name)) {
        return refuse(
            format!("an exercise is named `{}` already", new.name),
            "Names are identities: choose another one.",
        );
    }
    if !workspace::stays_inside(Path::new(&new.dir))
        || !workspace::stays_inside(Path::new(&new.name))
    {
        return refuse(
            format!("`{}/{}` would lie outside exercises/", new.dir, new.name),
            "Name the exercise with letters, digits, `_` and `-`, and its chapter by a directory such as 01_basics.",
        );
    }
    let files = files_of(workspace, new);
    if let Some((taken, _)) = files.iter().find(|(file, _)| file.exists()) {
        return refuse(
            format!("{} exists already", workspace.shown(taken).display()),
            "Choose another name, or move that file away.",
        );
    }
    let template = Template::of(new.kind);
    let info = workspace.info();
    let before = workspace::read(&info)?;
    let text = workspace.exercise_file(Some(&new.dir), "README.md");
    let text_before = workspace::read_if_there(&text)?;
    for (file, contents) in &files {
        workspace::write_atomic(file, contents.as_bytes())?;
    }
    let line = format!("| `{}` | {} |\n", new.name, template.title);
    let chapter_title = new.chapter_title.as_deref();
    workspace::write_atomic(
        &text,
        chapter_text(
            text_before.as_deref(),
            chapter_title.unwrap_or(&new.dir),
            &line,
        )
        .as_bytes(),
    )?;
    let entry = NewEntry {
        name: &new.name,
        dir: &new.dir,
        chapter_title,
        title: template.title,
        kind: new.kind,
        hints: template.hints,
    };
    workspace::write_atomic(&info, entry.added_to(&before).as_bytes())?;
    if let Err(error) =
        Course::load(workspace.clone()).and_then(|course| course.position(&new.name))
    {
        workspace::write_atomic(&info, before.as_bytes())?;
        for (file, _) in &files {
            workspace::remove_file(file)?;
        }
        match text_before {
            Some(before) => workspace::write_atomic(&text, before.as_bytes())?,
            None => workspace::remove_file(&text)?,
        }
        return Err(error);
    }
    let mut written: Vec<PathBuf> = files.into_iter().map(|(file, _)| file).collect();
    written.extend([text, info]);
    Ok(written
        .iter()
        .map(|file| workspace.shown(file).to_owned())
        .collect())
}

/// Every file of the exercise's own, with what is to stand there.
fn files_of(workspace: &Workspace, new: &NewExercise) -> Vec<(PathBuf, String)> {
    let template = Template::of(new.kind);
    let (name, dir) = (new.name.as_str(), Some(new.dir.as_str()));
    let ending = new.kind.extension();
    // The file of an exercise; the root below the directory of a project.
    let file_of = |stem: &str| match new.kind {
        Kind::Project => format!("{stem}/{}", project::MAIN),
        _ => format!("{stem}.{ending}"),
    };
    let file = file_of(name);
    let mut files = vec![
        (workspace.exercise_file(dir, &file), template.start(name)),
        (workspace.solution_file(dir, &file), template.solution(name)),
        (
            workspace.right_answers(name).join(file_of("a")),
            template.right(name),
        ),
    ];
    if let Some(spec) = template.spec(name) {
        let file = format!("{name}/{}", project::SPEC);
        files.push((workspace.exercise_file(dir, &file), spec));
    }
    if let Some(steps) = template.steps {
        files.push((
            workspace.exercise_file(dir, &format!("{name}.toml")),
            steps.to_owned(),
        ));
    }
    for (letter, text) in ('a'..).zip(template.wrong(name)) {
        files.push((
            workspace
                .wrong_answers(name)
                .join(file_of(&letter.to_string())),
            text,
        ));
    }
    files
}

/// The chapter's text with one more line in its table; a new one if there is none.
fn chapter_text(before: Option<&str>, title: &str, line: &str) -> String {
    let Some(before) = before else {
        return format!(
            "# {title}\n\nSay here what the chapter is for, and what one can do afterwards.\n\n| exercise | what it shows |\n|---|---|\n{line}"
        );
    };
    let end = before
        .match_indices("| `")
        .filter(|(at, _)| *at == 0 || before[..*at].ends_with('\n'))
        .last()
        .and_then(|(at, _)| Some(at + before[at..].find('\n')? + 1));
    match end {
        Some(end) => format!("{}{line}{}", &before[..end], &before[end..]),
        None => format!("{}\n\n{line}", before.trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_joins_the_table_of_the_chapter() {
        let text = chapter_text(None, "First", "| `a` | A |\n");
        let text = format!("{text}\nMore words.\n");
        let text = chapter_text(Some(&text), "First", "| `b` | B |\n");
        assert!(
            text.contains("| `a` | A |\n| `b` | B |\n\nMore words.\n"),
            "{text}"
        );
    }
}
