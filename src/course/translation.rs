//! The texts of a course in another language: `info.de.toml` beside `info.toml`, `README.de.md` beside each chapter's `README.md`.
//!
//! What is not translated stays as it is. Each entry names the digest of the text that it was made from, so that an entry whose
//! original has changed can be found. Names, checks and code are never translated.

use super::{Course, Exercise, parse_toml};
use crate::{
    digest::Parts,
    error::{Error, Result},
    workspace,
};
use serde::Deserialize;
use std::{collections::BTreeMap, path::PathBuf};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Translation {
    course: Option<Messages>,
    #[serde(default)]
    chapters: BTreeMap<String, ChapterTexts>,
    #[serde(default)]
    exercises: BTreeMap<String, ExerciseTexts>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Messages {
    of: String,
    welcome_message: Option<String>,
    final_message: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChapterTexts {
    of: String,
    title: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExerciseTexts {
    of: String,
    title: Option<String>,
    task: Option<String>,
    hints: Vec<String>,
}

/// A text that a language does not have, or has of an older original.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The file that should have it.
    pub file: PathBuf,
    /// The exercise, if it is about one.
    pub exercise: Option<String>,
    /// What is missing or old.
    pub what: String,
    /// What to do about it.
    pub help: String,
}

impl Course {
    /// The languages that the course has texts in, besides its own.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn languages(&self) -> Result<Vec<String>> {
        let files = workspace::list_dir(self.workspace.root())?;
        let language = |file: PathBuf| {
            let name = file.file_name()?.to_str()?.strip_prefix("info.")?;
            Some(name.strip_suffix(".toml")?.to_owned())
        };
        Ok(files.into_iter().filter_map(language).collect())
    }

    /// Puts the texts of a language in the place of the course's own, as far as there are any.
    ///
    /// # Errors
    /// [`Error::Usage`] if there are none at all, [`Error::Course`] if their file is wrong.
    pub fn speak(&mut self, language: &str) -> Result<()> {
        if !self.languages()?.iter().any(|known| known == language) {
            let known = self.languages()?.join(", ");
            return Err(Error::Usage {
                what: format!("the course has no texts in `{language}`"),
                help: match known.is_empty() {
                    true => "It has them in one language only: leave --lang out.".into(),
                    false => format!("Besides its own language it has: {known}."),
                },
            });
        }
        let texts = self.translation(language)?;
        if let Some(messages) = texts.course {
            let set = |old: &mut Option<String>, new: Option<String>| {
                *old = new.or(old.take());
            };
            set(&mut self.welcome_message, messages.welcome_message);
            set(&mut self.final_message, messages.final_message);
        }
        for chapter in &mut self.chapters {
            if let Some(texts) = texts.chapters.get(&chapter.dir) {
                chapter.title.clone_from(&texts.title);
            }
        }
        for exercise in &mut self.exercises {
            let Some(texts) = texts.exercises.get(&exercise.name) else {
                continue;
            };
            exercise.title = texts.title.clone().or(exercise.title.take());
            exercise.task.clone_from(&texts.task);
            // Hints are bound to checks by their position: a ladder of another length is an older one.
            if texts.hints.len() == exercise.hints.len() {
                for (hint, text) in exercise.hints.iter_mut().zip(&texts.hints) {
                    text.trim().clone_into(&mut hint.text);
                }
            }
        }
        Ok(())
    }

    /// What a language lacks, and what of it is older than the course's own text. The course has to speak its own language.
    ///
    /// # Errors
    /// As [`Course::speak`].
    pub fn gaps(&self, language: &str) -> Result<Vec<Gap>> {
        let texts = self.translation(language)?;
        let file = self
            .workspace
            .shown(&self.workspace.info_in(language))
            .to_owned();
        let mut gaps = Vec::new();
        let gap = |exercise: Option<&str>, what: String, help: String| Gap {
            file: file.clone(),
            exercise: exercise.map(str::to_owned),
            what,
            help,
        };
        let old = |what: &str, exercise: Option<&str>, now: &str| {
            let help = format!("Look at the texts again, then write of = \"{now}\".");
            gap(
                exercise,
                format!("{what} has changed since it was translated"),
                help,
            )
        };
        match &texts.course {
            Some(messages) if messages.of != self.digest() => {
                gaps.push(old(
                    "what the course says at its beginning and end",
                    None,
                    &self.digest(),
                ));
            }
            Some(_) => {}
            None => gaps.push(gap(
                None,
                "the messages of the course are not translated".into(),
                format!("Add [course] with of = \"{}\".", self.digest()),
            )),
        }
        let mut untouched = Vec::new();
        for (position, chapter) in self.chapters.iter().enumerate() {
            let now = self.digest_of_chapter(position)?;
            match texts.chapters.get(&chapter.dir) {
                Some(texts) if texts.of != now => {
                    gaps.push(old(
                        &format!("the text of the chapter `{}`", chapter.dir),
                        None,
                        &now,
                    ));
                }
                Some(_) if self.chapter_text(position, Some(language))?.is_none() => {
                    let what = format!("the chapter `{}` has no README.{language}.md", chapter.dir);
                    gaps.push(gap(None, what, "Write it beside README.md.".into()));
                }
                Some(_) => {}
                None => untouched.push(chapter.dir.as_str()),
            }
            // A chapter that nobody has begun with is one gap, not one for each exercise.
            if !texts.chapters.contains_key(&chapter.dir) {
                continue;
            }
            for exercise in self.exercises.iter().filter(|e| e.chapter == position) {
                let (now, name) = (self.digest_of(exercise)?, exercise.name.as_str());
                match texts.exercises.get(name) {
                    Some(texts) if texts.of != now || texts.hints.len() != exercise.hints.len() => {
                        gaps.push(old(&format!("the text of `{name}`"), Some(name), &now));
                    }
                    Some(_) => {}
                    None => gaps.push(gap(
                        Some(name),
                        format!("`{name}` is not translated"),
                        format!("Add [exercises.{name}] with of = \"{now}\"."),
                    )),
                }
            }
        }
        if !untouched.is_empty() {
            gaps.push(gap(
                None,
                format!("not translated: {}", untouched.join(", ")),
                "Add [chapters.NAME] with a title and of = \"\"; what to write there is told then."
                    .into(),
            ));
        }
        let unknown = texts
            .exercises
            .keys()
            .find(|name| self.position(name).is_err());
        if let Some(name) = unknown {
            let help = "Correct the name, or take the entry out.".to_owned();
            gaps.push(gap(None, format!("no exercise is named `{name}`"), help));
        }
        Ok(gaps)
    }

    fn translation(&self, language: &str) -> Result<Translation> {
        let file = self.workspace.info_in(language);
        match workspace::read_if_there(&file)? {
            Some(text) => parse_toml(self.workspace.shown(&file), &text),
            None => Ok(Translation::default()),
        }
    }

    fn digest(&self) -> String {
        let text = |message: &Option<String>| message.clone().unwrap_or_default();
        short(&[text(&self.welcome_message), text(&self.final_message)])
    }

    fn digest_of_chapter(&self, position: usize) -> Result<String> {
        let text = self.chapter_text(position, None)?.unwrap_or_default();
        Ok(short(&[self.chapters[position].title.clone(), text]))
    }

    fn chapter_text(&self, position: usize, language: Option<&str>) -> Result<Option<String>> {
        let name = match language {
            Some(language) => format!("README.{language}.md"),
            None => "README.md".into(),
        };
        let dir = Some(self.chapters[position].dir.as_str()).filter(|dir| !dir.is_empty());
        workspace::read_if_there(&self.workspace.exercise_file(dir, &name))
    }

    fn digest_of(&self, exercise: &Exercise) -> Result<String> {
        // The solution has the same head, and no learner has changed it.
        let file = match workspace::read_if_there(&self.solution(exercise))? {
            Some(text) => text,
            None => workspace::read_if_there(&self.file(exercise))?.unwrap_or_default(),
        };
        let head = file
            .lines()
            .take_while(|line| line.starts_with("//!") || line.starts_with("--"));
        let mut parts = vec![
            exercise.title.clone().unwrap_or_default(),
            head.collect::<Vec<_>>().join("\n"),
        ];
        parts.extend(exercise.hints.iter().map(|hint| hint.text.clone()));
        Ok(short(&parts))
    }
}

fn short(parts: &[String]) -> String {
    let mut digest = Parts::new();
    parts.iter().for_each(|part| digest.add(part));
    digest.finish()[..8].to_owned()
}
