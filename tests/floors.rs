//! The house keeps its floors: a file imports only from floors below its own, and some things have one home.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Rooms and their floors, as `src/lib.rs` tells them. Rooms on one floor are strangers.
const FLOORS: &[(&str, u8)] = &[
    ("error", 0),
    ("called", 0),
    ("digest", 0),
    ("outcome", 1),
    ("workspace", 1),
    ("process", 1),
    ("build", 2),
    ("course", 2),
    ("peers", 2),
    ("services", 2),
    ("progress", 2),
    ("check", 3),
    ("ui", 3),
    ("watch", 4),
    ("grade", 4),
    ("author", 4),
    ("app", 5),
    ("cli", 5),
    // Promises that are tried with any bytes; no part of the program.
    ("fuzz", 6),
];

/// Neighbours on one floor that may know each other, with the reason.
const NEIGHBOURS: &[(&str, &str)] = &[
    // A captured output is kept as the plain data of `outcome`.
    ("process", "outcome"),
    // A diagnostic names its place as `outcome` does; that one is a floor below already. Pristine copies are of a course.
    ("progress", "course"),
    // An error says what to type.
    ("error", "called"),
    // The command line's types are what the commands are given.
    ("app", "cli"),
];

/// Crates and words that have one home.
const HOMES: &[(&str, &[&str])] = &[
    ("clap::", &["cli", "app"]),
    ("clap_complete::", &["cli", "app"]),
    ("notify::", &["watch"]),
    ("toml::", &["course"]),
    ("console::", &["ui"]),
    ("reqwest::", &["check"]),
    ("rusqlite::", &["check"]),
    ("num_bigint::", &["peers"]),
    ("socket2::", &["peers"]),
    ("jsonpath_rfc9535::", &["check"]),
    ("form_urlencoded::", &["peers", "check"]),
    ("base64::", &["peers", "check"]),
    ("tempfile::", &["workspace"]),
    ("tar::", &["grade", "author"]),
    ("zip::", &["grade", "author"]),
    ("Hash::new(", &["digest"]),
    ("Command::new(", &["process"]),
    ("println!(", &[]),
    ("print!(", &[]),
    ("\".backendlings", &["workspace"]),
    ("\"exercises\"", &["workspace"]),
    ("\"solutions\"", &["workspace"]),
];

#[test]
fn a_room_imports_only_from_floors_below() {
    let floors: BTreeMap<_, _> = FLOORS.iter().copied().collect();
    let mut broken = Vec::new();
    for (room, file, text) in rooms() {
        let Some(&floor) = floors.get(room.as_str()) else {
            assert!(
                ["lib", "main"].contains(&room.as_str()),
                "src/{room} is on no floor: add it to FLOORS and to src/lib.rs"
            );
            continue;
        };
        for imported in imports(&text) {
            let Some(&other) = floors.get(imported.as_str()) else {
                continue;
            };
            let known = NEIGHBOURS.contains(&(room.as_str(), imported.as_str()));
            if imported != room && other >= floor && !known {
                broken.push(format!(
                    "{}: {room} (floor {floor}) uses {imported} (floor {other})",
                    file.display()
                ));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn each_crate_has_one_home() {
    let mut broken = Vec::new();
    for (room, file, text) in rooms() {
        let code = without_tests(&text);
        for (word, homes) in HOMES {
            if uses(code, word) && !homes.contains(&room.as_str()) {
                broken.push(format!("{}: {word} belongs to {homes:?}", file.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn each_file_opens_by_saying_what_it_is_and_stays_small() {
    const MOST_LINES: usize = 450;
    let mut broken = Vec::new();
    for (_, file, text) in rooms() {
        if !text.starts_with("//!") {
            broken.push(format!("{} does not open with //!", file.display()));
        }
        let lines = without_tests(&text).lines().count();
        if lines > MOST_LINES {
            broken.push(format!("{} has {lines} lines", file.display()));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Every source file with its room.
fn rooms() -> Vec<(String, PathBuf, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    collect(&src, &src, &mut found);
    assert!(found.len() > 30, "the sources were not found");
    found
}

fn collect(src: &Path, dir: &Path, found: &mut Vec<(String, PathBuf, String)>) {
    for entry in fs::read_dir(dir).expect("readable") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            collect(src, &path, found);
        } else if is_source(&path) {
            let relative = path.strip_prefix(src).expect("below src");
            let first = relative.components().next().expect("not empty");
            let room = first.as_os_str().to_string_lossy();
            let room = room.trim_end_matches(".rs").to_owned();
            let text = fs::read_to_string(&path).expect("readable");
            found.push((room, relative.to_owned(), text));
        }
    }
}

/// Rust, and not for tests only.
fn is_source(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".rs") && name != "tests.rs" && name != "samples.rs"
}

/// The rooms that a file names after `crate::`, alone or in braces.
fn imports(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let code: String = without_tests(text)
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| [line, "\n"])
        .collect();
    for line in code.split("crate::").skip(1) {
        if let Some(group) = line.strip_prefix('{') {
            let mut depth = 0;
            let mut word = String::new();
            for letter in group.chars() {
                match letter {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    _ => {}
                }
                if depth == 0 && (letter.is_alphanumeric() || letter == '_') {
                    word.push(letter);
                } else if !word.is_empty() {
                    found.push(std::mem::take(&mut word));
                }
            }
            found.extend((!word.is_empty()).then_some(word));
        } else {
            let end = line
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(line.len());
            found.push(line[..end].to_owned());
        }
    }
    found
}

/// True if the code has the word, and not as the end of a longer one.
fn uses(code: &str, word: &str) -> bool {
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .any(|line| {
            line.match_indices(word).any(|(at, _)| {
                !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
            })
        })
}

fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or(text)
}
