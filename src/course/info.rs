//! `info.toml`: read, checked, turned into a [`Course`]. The keys of rustlings keep rustlings' meaning.

mod former;
mod names;

use super::{
    Chapter, Course, Exercise, Hint, Kind, Need, OwnManifest, nearest,
    toml_file::{error_at, parse_toml},
};
use crate::{
    error::Result,
    workspace::{self, Workspace},
};
use names::{check_dir, check_file_name, check_name};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    time::Duration,
};
use toml::Spanned;

/// The version of the format that this program reads; rustlings' own number.
const FORMAT_VERSION: u8 = 1;

/// How long one test, step or query may take unless the course says otherwise.
const USUAL_TIME_LIMIT: Duration = Duration::from_secs(10);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawInfo {
    format_version: Spanned<u8>,
    welcome_message: Option<String>,
    final_message: Option<String>,
    #[serde(default)]
    dependencies: toml::Table,
    #[serde(default)]
    kit: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    chapters: Vec<RawChapter>,
    exercises: Spanned<Vec<RawExercise>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawChapter {
    dir: Spanned<String>,
    title: String,
    #[serde(default)]
    dependencies: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawExercise {
    name: Spanned<String>,
    dir: Option<Spanned<String>>,
    file: Option<Spanned<String>>,
    title: Option<String>,
    kind: Option<RawKind>,
    #[serde(default = "yes")]
    test: bool,
    #[serde(default)]
    strict_clippy: bool,
    hint: Option<String>,
    #[serde(default)]
    hints: Vec<RawHint>,
    #[serde(default)]
    skip_check_unsolved: bool,
    #[serde(default)]
    was: Vec<Spanned<String>>,
    #[serde(default)]
    needs: Vec<Spanned<String>>,
    #[serde(default)]
    limits: RawLimits,
    points: Option<u32>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawKind {
    Rust,
    Server,
    Sql,
    Quiz,
    Project,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHint {
    text: String,
    claim: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLimits {
    /// For one test, step or query.
    seconds: Option<u64>,
}

fn yes() -> bool {
    true
}

/// The text of one `info.toml` while it is checked, for errors that name a line.
struct Source<'a> {
    file: &'a Path,
    text: &'a str,
}

impl Source<'_> {
    fn error<T, U>(&self, at: &Spanned<T>, what: String, help: &str) -> Result<U> {
        Err(error_at(self.file, self.text, at.span(), what, help))
    }
}

/// See [`Course::load`].
pub(super) fn load(workspace: Workspace) -> Result<Course> {
    let file = workspace.info();
    let text = workspace::read(&file)?;
    let raw: RawInfo = parse_toml(&file, &text)?;
    let source = Source {
        file: &file,
        text: &text,
    };

    let version = *raw.format_version.get_ref();
    if version != FORMAT_VERSION {
        return source.error(
            &raw.format_version,
            format!("format_version is {version}, and this program reads {FORMAT_VERSION}"),
            "Get the newest version of the program, or set format_version = 1.",
        );
    }
    if raw.exercises.get_ref().is_empty() {
        return source.error(
            &raw.exercises,
            "the course has no exercises yet".into(),
            "Add an [[exercises]] entry with a name and a hint.",
        );
    }

    former::check(&source, raw.exercises.get_ref())?;
    let known = known_chapters(&source, &raw.chapters, &raw.dependencies)?;
    let mut course = Course {
        own_manifest: OwnManifest::read(&workspace)?,
        workspace,
        welcome_message: raw.welcome_message,
        final_message: raw.final_message,
        chapters: Vec::new(),
        exercises: Vec::new(),
        kit: kit_of(&source, raw.kit)?,
        dependencies: raw.dependencies,
    };
    let mut lines = HashMap::new();
    for raw in raw.exercises.into_inner() {
        check_name(&source, &raw.name)?;
        if lines.insert(raw.name.get_ref().clone(), ()).is_some() {
            return source.error(
                &raw.name,
                format!("a second exercise is named `{}`", raw.name.get_ref()),
                "Names are identities: give this one another name.",
            );
        }
        add(&source, &known, &mut course, raw)?;
    }
    if let Some(unused) = raw.chapters.iter().find(|chapter| {
        !course
            .chapters
            .iter()
            .any(|c| c.dir == *chapter.dir.get_ref())
    }) {
        return source.error(
            &unused.dir,
            format!("no exercise lies in the chapter `{}`", unused.dir.get_ref()),
            "Give an exercise this dir, or take the chapter out.",
        );
    }
    Ok(course)
}

/// The chapters that the course describes, by directory.
fn known_chapters(
    source: &Source<'_>,
    chapters: &[RawChapter],
    dependencies: &toml::Table,
) -> Result<HashMap<String, Chapter>> {
    let mut known = HashMap::new();
    for raw in chapters {
        check_dir(source, &raw.dir)?;
        for name in &raw.dependencies {
            check_dependency(source, name, dependencies)?;
        }
        let names = raw.dependencies.iter().map(|name| name.get_ref().clone());
        let chapter = Chapter {
            dir: raw.dir.get_ref().clone(),
            title: raw.title.clone(),
            dependencies: names.collect(),
        };
        if known.insert(chapter.dir.clone(), chapter).is_some() {
            return source.error(
                &raw.dir,
                format!("the chapter `{}` is named twice", raw.dir.get_ref()),
                "Keep one of the two.",
            );
        }
    }
    Ok(known)
}

/// The files that exercises share, each with its digest.
fn kit_of(
    source: &Source<'_>,
    raw: BTreeMap<String, Spanned<String>>,
) -> Result<BTreeMap<String, String>> {
    let mut kit = BTreeMap::new();
    for (name, digest) in raw {
        let path = Path::new(&name);
        if !workspace::stays_inside(path) || workspace::extension(path) != "rs" {
            return source.error(
                &digest,
                format!("`{name}` is no Rust file of the kit"),
                "Name a file below exercises/kit/, as in \"counted.rs\".",
            );
        }
        let hex = digest.get_ref();
        if hex.len() != 64 || !hex.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f')) {
            return source.error(
                &digest,
                format!("this is not the SHA-256 of `{name}`"),
                "A SHA-256 has 64 hexadecimal digits, as sha256sum prints them.",
            );
        }
        kit.insert(name, digest.into_inner());
    }
    Ok(kit)
}

fn check_dependency(
    source: &Source<'_>,
    name: &Spanned<String>,
    dependencies: &toml::Table,
) -> Result<()> {
    if dependencies.contains_key(name.get_ref()) {
        return Ok(());
    }
    let help = match nearest(name.get_ref(), dependencies.keys().map(String::as_str)) {
        Some(nearest) => format!("Did you mean `{nearest}`?"),
        None => "Add it to [dependencies], with its version.".into(),
    };
    source.error(
        name,
        format!("the crate `{}` is not in [dependencies]", name.get_ref()),
        &help,
    )
}

fn add(
    source: &Source<'_>,
    known: &HashMap<String, Chapter>,
    course: &mut Course,
    raw: RawExercise,
) -> Result<()> {
    if let Some(dir) = &raw.dir {
        check_dir(source, dir)?;
    }
    if let Some(file) = &raw.file {
        check_file_name(source, file, raw.kind)?;
    }
    let dir = raw.dir.as_ref().map(|dir| dir.get_ref().clone());
    let hints = hints_of(source, &raw)?;
    let needs = needs_of(source, &raw)?;
    let chapter = chapter_for(known, course, dir.as_deref().unwrap_or(""));
    let kind = match raw.kind {
        Some(RawKind::Rust) | None => Kind::Rust,
        Some(RawKind::Server) => Kind::Server,
        Some(RawKind::Sql) => Kind::Sql,
        Some(RawKind::Quiz) => Kind::Quiz,
        Some(RawKind::Project) => Kind::Project,
    };
    let exercise = Exercise {
        name: raw.name.get_ref().clone(),
        chapter,
        dir,
        file: raw.file.map(Spanned::into_inner),
        title: raw.title,
        task: None,
        kind,
        test: raw.test,
        strict_clippy: raw.strict_clippy,
        hints,
        needs,
        skip_check_unsolved: raw.skip_check_unsolved,
        was: raw.was.into_iter().map(Spanned::into_inner).collect(),
        points: raw.points.unwrap_or(1),
        time_limit: raw
            .limits
            .seconds
            .map_or(USUAL_TIME_LIMIT, Duration::from_secs),
    };
    check_files(source, course, &exercise, &raw.name)?;
    course.exercises.push(exercise);
    Ok(())
}

/// The position of the chapter with this directory, new at the end if it is the first exercise there.
fn chapter_for(known: &HashMap<String, Chapter>, course: &mut Course, dir: &str) -> usize {
    if let Some(position) = course.chapters.iter().position(|c| c.dir == dir) {
        return position;
    }
    course
        .chapters
        .push(known.get(dir).cloned().unwrap_or_else(|| Chapter {
            dir: dir.to_owned(),
            title: dir.to_owned(),
            dependencies: Vec::new(),
        }));
    course.chapters.len() - 1
}

fn hints_of(source: &Source<'_>, raw: &RawExercise) -> Result<Vec<Hint>> {
    match (&raw.hint, raw.hints.as_slice()) {
        (Some(_), [_, ..]) => source.error(
            &raw.name,
            format!("`{}` has both hint and hints", raw.name.get_ref()),
            "Move the text of hint into hints.",
        ),
        (None, []) => source.error(
            &raw.name,
            format!("`{}` has no hint", raw.name.get_ref()),
            "Add hint = \"…\", or hints = [{ text = \"…\" }, …].",
        ),
        (Some(text), []) => Ok(vec![Hint {
            text: text.trim().to_owned(),
            claim: None,
        }]),
        (None, hints) => Ok(hints
            .iter()
            .map(|hint| Hint {
                text: hint.text.trim().to_owned(),
                claim: hint.claim.clone(),
            })
            .collect()),
    }
}

fn needs_of(source: &Source<'_>, raw: &RawExercise) -> Result<Vec<Need>> {
    let mut needs = Vec::new();
    for named in &raw.needs {
        let known = Need::ALL.iter().find(|(name, _)| name == named.get_ref());
        let Some((_, need)) = known else {
            let names: Vec<&str> = Need::ALL.iter().map(|(name, _)| *name).collect();
            return source.error(
                named,
                format!("no service is named `{}`", named.get_ref()),
                &format!("An exercise may need {}.", names.join(", ")),
            );
        };
        let may = match need {
            Need::Postgres => matches!(
                raw.kind,
                Some(RawKind::Server | RawKind::Sql | RawKind::Project)
            ),
            Need::Redis => matches!(raw.kind, Some(RawKind::Server | RawKind::Project)),
        };
        if !may {
            return source.error(
                named,
                "services are for exercises of kind server, and postgres for those of kind sql too"
                    .to_owned(),
                "Take needs out, or set kind = \"server\".",
            );
        }
        needs.push(*need);
    }
    Ok(needs)
}

/// The files that a check reads must be there. The learner's own file may be missing: that is told when it is checked.
fn check_files(
    source: &Source<'_>,
    course: &Course,
    exercise: &Exercise,
    name: &Spanned<String>,
) -> Result<()> {
    if let (Kind::Rust, Some(own)) = (exercise.kind, &course.own_manifest) {
        own.expect(course, exercise)?;
    }
    if matches!(exercise.kind, Kind::Rust | Kind::Quiz) {
        return Ok(());
    }
    let steps = course.steps(exercise);
    // A check program may say all of it.
    let says_all = exercise.kind == Kind::Server && course.check_program(exercise).is_file();
    if steps.is_file() || says_all {
        return Ok(());
    }
    let holds = match exercise.kind {
        Kind::Server | Kind::Project => "the steps",
        _ => "the data sets and claims",
    };
    source.error(
        name,
        format!(
            "`{}` is of kind {} and has no {}",
            exercise.name,
            exercise.kind.name(),
            course.workspace.shown(&steps).display()
        ),
        &format!("Write {holds} into that file."),
    )
}
