//! The step that all Rust programs share: compile, and turn rustc's errors into findings.

use super::{Job, Means, Source, Stage, early_look::EarlyLook};
use crate::{
    build::{
        self, Constancy, Crates, Diagnostic, Externs, Harness, Level, Linking, Unit, Warnings,
        dependencies::{Unfinished, asked_for_cargo},
    },
    course::{Kind, OwnManifest, course_error},
    error::Result,
    outcome::{Detail, Finding, Report, millis},
    progress::{self, Kit},
    workspace,
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// The claim that rustc accepts the program.
pub(super) const COMPILES: &str = "it compiles";

/// The claim that Clippy accepts it, where every warning is a fault.
pub(super) const CLEAN: &str = "Clippy has nothing to say";

/// Compiles `text` as the exercise's program. Gives the program, or `None` with rustc's errors in the report.
///
/// # Errors
/// As [`build::compile`].
pub(super) fn compile(
    job: Job<'_>,
    text: &str,
    harness: Harness,
    means: Means<'_>,
    report: &mut Report,
) -> Result<Option<PathBuf>> {
    let kit = kit(job)?;
    let shown = job.course.relative_file(job.exercise);
    let modules = modules(job, job.build_dir)?;
    let unit = Unit {
        name: &job.exercise.name,
        source: text,
        shown: &shown,
        dir: job.build_dir,
        harness,
        linking: &Linking::Rustc(Externs::default()),
        beside: modules.as_ref().unwrap_or(&kit.files),
        constancy: constancy(job),
        manner: &build::USUAL,
    };
    let early = EarlyLook::at(unit, means);
    let linking = linking_with(job, means, &|unfinished| {
        (means.on_stage)(Stage::Building(unfinished.progress));
        if let Some(so_far) = &unfinished.so_far
            && let Some(first) = early.first_error(so_far)
        {
            (means.on_stage)(Stage::Found(Box::new(finding(COMPILES, &first))));
        }
    })?;
    let unit = Unit {
        linking: &linking,
        ..unit
    };
    note_on(&linking, report);
    if let Some(file) = kit.changed.first() {
        report.notes.push(format!(
            "{} was changed. The shipped one was used; `reset` brings it back.",
            file.display()
        ));
    }
    (means.on_stage)(Stage::Compiling);
    let on_error =
        |first: Diagnostic| (means.on_stage)(Stage::Found(Box::new(finding(COMPILES, &first))));
    let compiled = build::compile(
        means.toolchain,
        unit,
        means.standby,
        means.cancel,
        &on_error,
    )?;
    report.timings.compile_ms = millis(compiled.took);
    report.advice = compiled
        .of(Level::Warning)
        .map(|warning| warning.rendered.clone())
        .collect();
    if compiled.program.is_none() {
        fail_with(report, COMPILES, compiled.of(Level::Error));
        return Ok(None);
    }
    report.pass(COMPILES);
    if job.exercise.strict_clippy && !clippy_accepts(unit, means, report)? {
        return Ok(None);
    }
    Ok(compiled.program)
}

/// Says why rustc is not used directly, where it is not.
pub(super) fn note_on(linking: &Linking, report: &mut Report) {
    if let Linking::Cargo { why, .. } = linking {
        report.notes.push(format!(
            "Compiled by cargo, which is slower, because {why}."
        ));
    }
}

/// The modules of a project, where the compiler looks for them below `dir`. One that the learner has taken away is taken away there too.
fn modules(job: Job<'_>, dir: &Path) -> Result<Option<Vec<(PathBuf, String)>>> {
    let Source::Project(tree) = job.source else {
        return Ok(None);
    };
    let place = job.course.relative_place(job.exercise);
    let modules: Vec<(PathBuf, String)> = tree
        .modules()
        .map(|(file, text)| (place.join(file), text.to_owned()))
        .collect();
    let main = job.course.relative_file(job.exercise);
    for old in workspace::files_below(&dir.join(&place))? {
        let file = old.strip_prefix(dir).unwrap_or(&old);
        if file != main && !modules.iter().any(|(known, _)| known == file) {
            workspace::remove_file(&old)?;
        }
    }
    Ok(Some(modules))
}

fn constancy(job: Job<'_>) -> Constancy {
    // The check program of a server is a program of its own.
    let inside = job.exercise.kind == Kind::Rust;
    match inside && job.course.check_program(job.exercise).is_file() {
        true => Constancy::Much,
        false => Constancy::Little,
    }
}

/// The kit as shipped, for an exercise that uses it.
fn kit(job: Job<'_>) -> Result<Kit> {
    let check_program = job.course.check_program(job.exercise);
    let hidden = workspace::read_if_there(&check_program)?.unwrap_or_default();
    let mut used = build::kit_files(job.pristine);
    used.extend(build::kit_files(&hidden));
    if let Some(missing) = used.iter().find(|file| !job.course.kit.contains_key(*file)) {
        return Err(course_error(
            &job.course.relative_file(job.exercise),
            None,
            format!("it uses {missing} of the kit, and [kit] in info.toml does not name that file"),
            "Add it there, with the SHA-256 of its text.",
        ));
    }
    match used.is_empty() {
        true => Ok(Kit::default()),
        false => progress::kit(job.course),
    }
}

/// What rustc needs for the crates of the exercise's chapter. They are waited for if they are not built yet.
pub(super) fn linking(job: Job<'_>, means: Means<'_>) -> Result<Arc<Linking>> {
    linking_with(job, means, &|unfinished| {
        (means.on_stage)(Stage::Building(unfinished.progress));
    })
}

/// The same; `on_wait` is called while they are waited for.
fn linking_with(
    job: Job<'_>,
    means: Means<'_>,
    on_wait: &dyn Fn(&Unfinished),
) -> Result<Arc<Linking>> {
    if let (Kind::Rust, Some(own)) = (job.exercise.kind, &job.course.own_manifest) {
        return linking_of_own(job, own, means, on_wait);
    }
    match super::tier(job.course, job.exercise)? {
        None => Ok(Arc::new(means.dependencies.none())),
        Some(tier) => means.dependencies.get(&tier, means.cancel, on_wait),
    }
}

/// The same for a course that brings a manifest.
fn linking_of_own(
    job: Job<'_>,
    own: &OwnManifest,
    means: Means<'_>,
    on_wait: &dyn Fn(&Unfinished),
) -> Result<Arc<Linking>> {
    let by_cargo = |why| -> Result<Arc<Linking>> {
        let crates = Crates {
            sections: own.sections.clone(),
            lock: workspace::read_if_there(&job.course.workspace.own_lock())?,
            package: Some(own.package_lines.clone()),
        };
        Ok(Arc::new(means.dependencies.by_cargo(&crates, why)))
    };
    if let Some(why) = own.needs_cargo.clone().or_else(asked_for_cargo) {
        return by_cargo(why);
    }
    let Some(tier) = super::tier(job.course, job.exercise)? else {
        return Ok(Arc::new(means.dependencies.none()));
    };
    let linking = means.dependencies.get(&tier, means.cancel, on_wait)?;
    match &*linking {
        Linking::Cargo { why, .. } => by_cargo(why.clone()),
        Linking::Rustc(_) => Ok(linking),
    }
}

/// Every warning of Clippy is a finding where the course asks for that.
fn clippy_accepts(unit: Unit<'_>, means: Means<'_>, report: &mut Report) -> Result<bool> {
    let linted = build::lint(means.toolchain, unit, Warnings::Told, means.cancel)?;
    if linted.diagnostics.is_empty() {
        report.pass(CLEAN);
        return Ok(true);
    }
    report.advice.clear();
    fail_with(report, CLEAN, linted.diagnostics.iter());
    Ok(false)
}

/// One broken claim, with every message as a finding of its own.
pub(super) fn fail_with<'a>(
    report: &mut Report,
    claim: &str,
    messages: impl Iterator<Item = &'a Diagnostic>,
) {
    for (position, message) in messages.enumerate() {
        let finding = finding(claim, message);
        if position == 0 {
            report.fail(finding);
        } else {
            report.findings.push(finding);
        }
    }
}

pub(super) fn finding(claim: &str, message: &Diagnostic) -> Finding {
    Finding {
        actual: Some(message.message.clone()),
        location: message.location.clone(),
        detail: Some(Detail::Compiler {
            rendered: message.rendered.clone(),
        }),
        ..Finding::new(claim)
    }
}

/// What Clippy and the compiler advise on a program that has passed; nothing if Clippy is not installed, or has gated already.
///
/// It costs as much as the check itself and changes no verdict, so it is asked for after the verdict is on the screen.
///
/// # Errors
/// As [`build::lint`].
pub fn advice(job: Job<'_>, means: Means<'_>) -> Result<Vec<String>> {
    let text = match (job.exercise.kind, job.source) {
        (Kind::Rust | Kind::Server, Source::Text(text)) => text,
        (Kind::Project, Source::Project(tree)) if tree.command().is_none() => {
            tree.main().unwrap_or_default()
        }
        _ => return Ok(Vec::new()),
    };
    // Clippy has had its say in the verdict.
    let gated = job.exercise.strict_clippy || job.course.own_manifest.is_some();
    if gated || means.toolchain.clippy_driver.is_none() {
        return Ok(Vec::new());
    }
    let (linking, kit) = (linking(job, means)?, kit(job)?);
    let shown = job.course.relative_file(job.exercise);
    // Away from the check's own directory: a save may begin a check while this is still being stopped.
    let dir = job.build_dir.join("clippy");
    let modules = modules(job, &dir)?;
    let unit = Unit {
        name: &job.exercise.name,
        source: text,
        shown: &shown,
        dir: &dir,
        harness: match job.exercise.kind == Kind::Rust && job.exercise.test {
            true => Harness::Tests,
            false => Harness::Main,
        },
        linking: &linking,
        beside: modules.as_ref().unwrap_or(&kit.files),
        constancy: constancy(job),
        manner: &build::USUAL,
    };
    let linted = build::lint(means.toolchain, unit, Warnings::Told, means.cancel)?;
    let told: Vec<&Diagnostic> = linted.of(Level::Warning).collect();
    let hidden = match job.exercise.kind {
        Kind::Rust => workspace::read_if_there(&job.course.check_program(job.exercise))?,
        _ => None,
    };
    // The hidden tests are not there when Clippy looks: what only they call, and what that calls, is not unused.
    let hidden = hidden.unwrap_or_default();
    let is_called = told
        .iter()
        .any(|one| is_unused_but_in(&one.message, &hidden));
    Ok(told
        .into_iter()
        .filter(|one| !(is_called && unused(&one.message).is_some()))
        .map(|one| one.rendered.clone())
        .collect())
}

/// The names in a message about something that is never used, read or made.
fn unused(message: &str) -> Option<impl Iterator<Item = &str>> {
    let names = message.split('`').skip(1).step_by(2);
    let is_about_use = ["used", "read", "constructed"];
    let mut ways = is_about_use.iter();
    ways.any(|way| message.ends_with(&format!(" never {way}")))
        .then_some(names)
}

fn is_unused_but_in(message: &str, hidden: &str) -> bool {
    let words = || hidden.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    unused(message).is_some_and(|mut names| names.any(|name| words().any(|word| word == name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hidden_tests_call_is_not_unused() {
        let hidden =
            "use super::*;\n#[test]\nfn it_pops() { assert_eq!(Queue::new().pop_back(), None); }\n";
        for called in [
            "method `pop_back` is never used",
            "methods `push_back` and `pop_back` are never used",
            "struct `Queue` is never constructed",
        ] {
            assert!(is_unused_but_in(called, hidden), "{called}");
        }
        for other in [
            "method `pop` is never used",
            "unused variable: `pop_back`",
            "the name `Queue` is long",
        ] {
            assert!(!is_unused_but_in(other, hidden), "{other}");
        }
    }
}
