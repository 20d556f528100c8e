//! The `Cargo.toml` that a course for rustlings brings: each exercise is a program of one package, with its crates, lints and profile.
//!
//! It is read so that rustc can be told what cargo would tell it. What is in the way of that is named; cargo is asked then.

use super::{Course, Exercise, course_error, parse_toml};
use crate::{
    error::Result,
    workspace::{self, Workspace},
};
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// What the manifest says about all exercises.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnManifest {
    /// The edition, as in "2024".
    pub edition: String,
    /// rustc's arguments for lints and profile.
    pub args: Vec<String>,
    /// The name and the version of the package.
    pub package: (String, String),
    /// A panic ends the program instead of unwinding.
    pub panic_aborts: bool,
    /// The sections about crates alone; `None` if there are none.
    pub crates: Option<String>,
    /// All sections but the programs, for cargo.
    pub sections: String,
    /// The lines of `[package]`, for cargo.
    pub package_lines: String,
    /// Why rustc cannot do without cargo, if it cannot.
    pub needs_cargo: Option<String>,
    /// The directories of crates that lie beside the course.
    pub local_crates: Vec<PathBuf>,
    /// The names of the programs.
    programs: Vec<String>,
}

/// What can be said to rustc directly.
const UNDERSTOOD: &[&str] = &[
    "package",
    "bin",
    "dependencies",
    "lints",
    "profile",
    "workspace",
];

impl OwnManifest {
    /// Reads the course's manifest; `None` if there is none, or if its programs are no exercises.
    ///
    /// # Errors
    /// [`crate::error::Error::Course`] if it is no manifest.
    pub(super) fn read(workspace: &Workspace) -> Result<Option<Self>> {
        let file = workspace.own_manifest();
        let Some(text) = workspace::read_if_there(&file)? else {
            return Ok(None);
        };
        let table: Table = parse_toml(&file, &text)?;
        let programs: Vec<String> = programs(&table, workspace);
        if programs.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self::of(table, workspace, programs)))
    }

    /// An error for an exercise that is no program of the manifest.
    pub(super) fn expect(&self, course: &Course, exercise: &Exercise) -> Result<()> {
        let name = &exercise.name;
        if self.programs.contains(name) {
            return Ok(());
        }
        let file = course.relative_file(exercise).display().to_string();
        let (workspace, file) = (&course.workspace, file.replace('\\', "/"));
        Err(course_error(
            workspace.shown(&workspace.own_manifest()),
            None,
            format!("no program is named `{name}`, and info.toml has an exercise of that name"),
            format!("Add {{ name = \"{name}\", path = \"{file}\" }} to `bin`."),
        ))
    }

    fn of(mut table: Table, workspace: &Workspace, programs: Vec<String>) -> Self {
        let mut local_crates = Vec::new();
        make_absolute(&mut table, workspace.root(), &mut local_crates);
        table.remove("bin");
        let mut package = match table.remove("package") {
            Some(Value::Table(package)) => package,
            _ => Table::new(),
        };
        let text = |package: &Table, key: &str, usual: &str| {
            let value = package.get(key).and_then(Value::as_str);
            value.unwrap_or(usual).to_owned()
        };
        let edition = text(&package, "edition", "2015");
        let name = text(&package, "name", "course");
        let version = text(&package, "version", "0.0.0");
        let build_script = workspace.root().join("build.rs");
        if let Some(Value::String(script)) = package.get_mut("build") {
            *script = absolute(workspace.root(), script);
        } else if build_script.is_file() && !package.contains_key("build") {
            let script = build_script.to_string_lossy().into_owned();
            package.insert("build".into(), script.into());
        }
        let needs_cargo = why_cargo(&table, &package, workspace);
        for key in [
            "name",
            "autobins",
            "default-run",
            "workspace",
            "readme",
            "license-file",
        ] {
            package.remove(key);
        }
        let profile = table.get("profile").and_then(|all| all.get("dev")).cloned();
        let profile = profile.as_ref();
        let mut args = profile_args(profile);
        args.extend(lint_args(table.get("lints")));
        args.extend(check_cfgs());
        if let Some(Value::Table(workspace)) = table.get_mut("workspace") {
            for key in ["members", "exclude", "default-members"] {
                workspace.remove(key);
            }
            // The heading stands above the package already.
            let only_tables = workspace.values().all(Value::is_table);
            if workspace.is_empty() || !only_tables {
                table.remove("workspace");
            }
        }
        Self {
            edition,
            args,
            package: (name, version),
            panic_aborts: profile.and_then(|p| p.get("panic")).and_then(Value::as_str)
                == Some("abort"),
            crates: crates(&table),
            sections: table.to_string(),
            package_lines: package.to_string(),
            needs_cargo,
            local_crates,
            programs,
        }
    }
}

/// The names of the programs that lie below `exercises/`.
fn programs(table: &Table, workspace: &Workspace) -> Vec<String> {
    let exercises = workspace.exercises();
    let bins = table.get("bin").and_then(Value::as_array);
    let of_course = |bin: &Value| {
        let path = workspace.root().join(bin.get("path")?.as_str()?);
        path.starts_with(&exercises)
            .then(|| bin.get("name")?.as_str().map(str::to_owned))?
    };
    bins.into_iter().flatten().filter_map(of_course).collect()
}

/// The first thing in the manifest, or beside it, that only cargo can do.
fn why_cargo(table: &Table, package: &Table, workspace: &Workspace) -> Option<String> {
    if let Some(key) = table.keys().find(|key| !UNDERSTOOD.contains(&key.as_str())) {
        return Some(format!("the course's Cargo.toml has [{key}]"));
    }
    if package.contains_key("build") {
        return Some("the course has a build script".into());
    }
    let profiles = table.get("profile").and_then(Value::as_table);
    if profiles.is_some_and(|profiles| profiles.contains_key("test")) {
        return Some("the course's Cargo.toml has [profile.test]".into());
    }
    if package.values().any(inherits) || table.get("lints").is_some_and(inherits) {
        return Some("the course's Cargo.toml takes from [workspace]".into());
    }
    let config = workspace
        .own_cargo_config()
        .into_iter()
        .find(|file| file.is_file())?;
    Some(format!(
        "the course has {}",
        workspace.shown(&config).display()
    ))
}

fn inherits(value: &Value) -> bool {
    value.get("workspace").is_some()
}

/// The dependencies, and how they are compiled. Without debug information, as nobody steps through them.
fn crates(table: &Table) -> Option<String> {
    let dependencies = table.get("dependencies")?.as_table()?;
    if dependencies.is_empty() {
        return None;
    }
    let mut sections = Table::new();
    sections.insert("dependencies".into(), dependencies.clone().into());
    let mut dev = Table::new();
    dev.insert("debug".into(), false.into());
    let profile = table
        .get("profile")
        .and_then(|profiles| profiles.get("dev"));
    for key in [
        "opt-level",
        "overflow-checks",
        "debug-assertions",
        "package",
    ] {
        if let Some(value) = profile.and_then(|profile| profile.get(key)) {
            dev.insert(key.into(), value.clone());
        }
    }
    let mut profiles = Table::new();
    profiles.insert("dev".into(), dev.into());
    sections.insert("profile".into(), profiles.into());
    Some(sections.to_string())
}

/// Crates of the course keep their place when the manifest is written elsewhere.
fn make_absolute(table: &mut Table, root: &Path, found: &mut Vec<PathBuf>) {
    for (key, value) in table.iter_mut() {
        match value {
            Value::String(path) if key == "path" => {
                *path = absolute(root, path);
                found.push(PathBuf::from(&*path));
            }
            Value::Table(inner) if key != "package" => make_absolute(inner, root, found),
            _ => {}
        }
    }
}

fn absolute(root: &Path, path: &str) -> String {
    root.join(path).to_string_lossy().replace('\\', "/")
}

/// rustc's arguments for what cargo's `[profile.dev]` says about how a program behaves.
fn profile_args(profile: Option<&Value>) -> Vec<String> {
    let get = |key: &str| profile.and_then(|profile| profile.get(key));
    let mut args = Vec::new();
    if let Some(level) = get("opt-level") {
        let level = level
            .as_str()
            .map_or_else(|| level.to_string(), str::to_owned);
        args.push(format!("-Copt-level={level}"));
        // rustc leaves both out of an optimised program, and cargo does not.
        args.push("-Cdebug-assertions=on".into());
    }
    for key in ["debug-assertions", "overflow-checks"] {
        if let Some(on) = get(key).and_then(Value::as_bool) {
            let word = if on { "on" } else { "off" };
            args.push(format!("-C{key}={word}"));
        }
    }
    args
}

/// rustc's arguments for `[lints]`, in cargo's order: of two that are about the same lint the later one counts.
fn lint_args(lints: Option<&Value>) -> Vec<String> {
    let mut found: Vec<(i64, std::cmp::Reverse<String>, Vec<String>)> = Vec::new();
    for (tool, lints) in lints.and_then(Value::as_table).into_iter().flatten() {
        for (name, lint) in lints.as_table().into_iter().flatten() {
            let level = lint.as_str().or_else(|| lint.get("level")?.as_str());
            let Some(level) = level.filter(|_| tool != "cargo") else {
                continue;
            };
            let name = match tool.as_str() {
                "rust" => name.clone(),
                tool => format!("{tool}::{name}"),
            };
            let mut args = vec![format!("--{level}={name}")];
            let cfgs = lint.get("check-cfg").and_then(Value::as_array);
            for cfg in cfgs.into_iter().flatten().filter_map(Value::as_str) {
                args.push(format!("--check-cfg={cfg}"));
            }
            let priority = lint.get("priority").and_then(Value::as_integer);
            found.push((priority.unwrap_or(0), std::cmp::Reverse(name), args));
        }
    }
    found.sort();
    found.into_iter().flat_map(|(_, _, args)| args).collect()
}

/// What may stand in `cfg(…)`, as cargo tells it for a package without features.
fn check_cfgs() -> [String; 2] {
    [
        "--check-cfg=cfg(docsrs,test)".into(),
        "--check-cfg=cfg(feature, values())".into(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(manifest: &str) -> Option<OwnManifest> {
        let dir = workspace::scratch().expect("a directory");
        let workspace = Workspace::at(dir.path());
        workspace::write_atomic(&workspace.own_manifest(), manifest.as_bytes()).expect("written");
        OwnManifest::read(&workspace).expect("a manifest")
    }

    const BIN: &str = "bin = [{ name = \"one\", path = \"exercises/one.rs\" }]\n[package]\nname = \"exercises\"\nedition = \"2021\"\n";

    #[test]
    fn a_manifest_without_exercises_is_not_about_them() {
        assert_eq!(
            read("[package]\nname = \"tool\"\n[[bin]]\nname = \"tool\"\npath = \"src/main.rs\"\n"),
            None
        );
    }

    #[test]
    fn both_forms_of_programs_are_known() {
        let other =
            "[package]\nname = \"e\"\n[[bin]]\nname = \"one\"\npath = \"exercises/one.rs\"\n";
        for text in [BIN, other] {
            assert_eq!(read(text).expect("exercises").programs, ["one"]);
        }
    }

    #[test]
    fn edition_lints_and_profile_become_arguments() {
        let manifest = read(&format!(
            "{BIN}[profile.dev]\npanic = \"abort\"\nopt-level = 1\n[lints.rust]\nunsafe_code = \"forbid\"\nunused = {{ level = \"allow\", priority = -1 }}\n[lints.clippy]\ntodo = \"forbid\"\n"
        ))
        .expect("exercises");
        assert_eq!(manifest.edition, "2021");
        assert!(manifest.panic_aborts);
        assert_eq!(
            manifest.args[..5],
            [
                "-Copt-level=1",
                "-Cdebug-assertions=on",
                "--allow=unused",
                "--forbid=unsafe_code",
                "--forbid=clippy::todo",
            ]
        );
        assert_eq!(manifest.needs_cargo, None);
    }

    #[test]
    fn a_crate_beside_the_course_keeps_its_place() {
        let manifest = read(&format!(
            "{BIN}[dependencies]\nours = {{ path = \"crates/ours\" }}\n"
        ));
        let manifest = manifest.expect("exercises");
        let dir = &manifest.local_crates[0];
        assert!(dir.is_absolute() && dir.ends_with("crates/ours"), "{dir:?}");
        assert!(manifest.crates.expect("crates").contains("debug = false"));
    }

    #[test]
    fn what_only_cargo_can_do_is_named() {
        for (more, why) in [
            ("[features]\nfast = []\n", "has [features]"),
            ("[dev-dependencies]\nx = \"1\"\n", "has [dev-dependencies]"),
            ("[profile.test]\nopt-level = 1\n", "has [profile.test]"),
            ("build = \"make.rs\"\n", "a build script"),
        ] {
            let told = read(&format!("{BIN}{more}"))
                .expect("exercises")
                .needs_cargo;
            assert!(
                told.as_ref().is_some_and(|told| told.contains(why)),
                "{told:?}"
            );
        }
    }
}
