//! Files in one sequence of bytes: how a course travels inside the program. The build script packs, `init` unpacks.
//!
//! Each file is a line with its path, a line with its length, and its bytes. It knows no directories of a learner.

/// Which text of each starting file is the shipped one: git's name for it, and its path.
pub const DIGESTS: &str = "exercises/digests.txt";

/// What belongs to a course: these files, and all below these directories. The texts in another language do too, as in `info.de.toml`.
pub const PARTS: [&str; 3] = ["info.toml", "exercises", "solutions"];

/// Files of those directories that are a learner's own or made anew: they do not travel.
const LEFT_OUT: [&str; 3] = [
    "exercises/Cargo.toml",
    "exercises/Cargo.lock",
    "exercises/target/",
];

/// True if the file with this path, relative to the course, belongs to what learners are given.
pub fn is_shipped(path: &str) -> bool {
    let below = |part: &str| {
        path.strip_prefix(part)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let is_translation = path
        .strip_prefix("info.")
        .and_then(|rest| rest.strip_suffix(".toml"))
        .is_some_and(|language| !language.is_empty() && !language.contains(['/', '.']));
    (is_translation || PARTS.iter().any(|part| below(part)))
        && !LEFT_OUT.iter().any(|out| path.starts_with(out))
}

/// The lines of [`DIGESTS`]: each path with git's name for the shipped text. What is no such name is passed over.
pub fn digests(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(|line| {
        let (id, path) = line.split_once("  ")?;
        let is_name = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_name.then_some((path, id))
    })
}

/// The files as one sequence.
#[allow(dead_code, reason = "only the build script packs")]
pub fn pack(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut packed = Vec::new();
    for (path, bytes) in files {
        packed.extend_from_slice(format!("{path}\n{}\n", bytes.len()).as_bytes());
        packed.extend_from_slice(bytes);
    }
    packed
}

/// The files again; `None` if that is no sequence of files.
#[allow(dead_code, reason = "the build script does not unpack")]
pub fn unpack(mut packed: &[u8]) -> Option<Vec<(String, &[u8])>> {
    let mut files = Vec::new();
    while !packed.is_empty() {
        let path = line(&mut packed)?;
        let length = line(&mut packed)?.parse().ok()?;
        let (bytes, rest) = packed.split_at_checked(length)?;
        files.push((path.to_owned(), bytes));
        packed = rest;
    }
    Some(files)
}

fn line<'a>(packed: &mut &'a [u8]) -> Option<&'a str> {
    let end = packed.iter().position(|byte| *byte == b'\n')?;
    let line = std::str::from_utf8(&packed[..end]).ok()?;
    *packed = &packed[end + 1..];
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_out_again() {
        let files = [
            ("info.toml".to_owned(), b"a\nb\n".to_vec()),
            ("exercises/a b.rs".to_owned(), Vec::new()),
            ("exercises/c.bin".to_owned(), vec![0, 10, 255]),
        ];
        let packed = pack(&files);
        let unpacked = unpack(&packed).expect("whole");
        let unpacked: Vec<_> = unpacked
            .into_iter()
            .map(|(path, bytes)| (path, bytes.to_vec()))
            .collect();
        assert_eq!(unpacked, files);
        assert_eq!(unpack(&packed[..packed.len() - 1]), None);
    }

    #[test]
    fn what_is_made_anew_does_not_travel() {
        assert!(is_shipped("info.toml") && is_shipped("exercises/dependencies.lock"));
        assert!(is_shipped("solutions/a/b.rs") && is_shipped("info.de.toml"));
        for left in [
            "exercises/Cargo.toml",
            "exercises/target/x",
            "src/main.rs",
            "info.toml.bak",
            "tests/wrong/a.rs",
        ] {
            assert!(!is_shipped(left), "{left}");
        }
    }
}
