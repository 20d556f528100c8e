//! What must hold whatever bytes come: from learners, from courses, from servers, from the progress file. Each target takes any
//! bytes and panics if its promise is broken.
//!
//! `cargo test --lib fuzz` tries some of them; `tests/fuzz` gives them to cargo-fuzz. Not in the program that learners get.

mod watcher;

use crate::{
    build::{self, Shipped},
    check,
    course::Course,
    progress::Progress,
    ui,
    workspace::{self, Workspace},
};
use std::path::Path;
pub use watcher::watcher;

/// A promise, by its name.
pub type Target = (&'static str, fn(&[u8]), &'static [&'static str]);

/// All of them, with texts to begin from.
pub const TARGETS: &[Target] = &[
    (
        "progress",
        progress,
        &[
            "backendlings-progress 1\ncurrent a\ndone a\nhints b 2\nskipped c\nsolution-seen d\n<<<<<<< x\n",
        ],
    ),
    (
        "course",
        course,
        &[
            "format_version = 1\nwelcome_message = \"hi\"\n[[chapters]]\ndir = \"a\"\ntitle = \"A\"\n[[exercises]]\nname = \"b\"\ndir = \"a\"\nhint = \"h\"\ntest = false\n[[exercises]]\nname = \"c\"\nkind = \"sql\"\nfile = \"d.sql\"\nhints = [{ text = \"x\", claim = \"y\" }]\nlimits = { seconds = 3 }\nneeds = [\"redis\"]\n[kit]\n\"a.rs\" = \"00\"\n",
        ],
    ),
    (
        "splice",
        splice,
        &[
            LEARNER,
            "#[path = \"../kit/a.rs\"]\nmod a;\nunsafe fn b() {}\nmacro_rules! assert { () => {} }\n",
        ],
    ),
    (
        "harmless",
        harmless,
        &[
            "a\u{1b}[2J\u{1b}[1;38;5;9mb\u{9b}c\u{202e}d\r\n\te\u{7}",
            "\u{1b}]0;title\u{7}\u{1b}]8;;http://x\u{1b}\\",
        ],
    ),
    (
        "steps",
        |bytes| text(bytes, check::fuzz::steps),
        &[
            "limits = { ready_seconds = 3 }\n[[step]]\nclaim = \"a\"\nsend = { method = \"POST\", path = \"/${random.word}\", headers = { Host = \"x\" }, body = \"y\" }\nexpect = { status = [200, 201], headers = { Allow = { contains = \"GET\" } }, body = \"z\", json = [{ path = \"$.a\", equals = 1 }] }\n[[step]]\nclaim = \"b\"\nparallel = 10\nsend = { raw = \"GET / HTTP/1.1\\r\\n\\r\\n\" }\nexpect = { status = 200 }\n",
        ],
    ),
    (
        "answer",
        check::fuzz::answer,
        &[
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n",
            "{\"a\": [1, 2.0, null, {\"b\": \"c\"}], \"d\": 1e9}",
            "{\"a\": \"$${{ 1x\"}",
        ],
    ),
    (
        "tables",
        check::fuzz::tables,
        &[
            "\u{1}abcdefghijklmnopqrstuvwxyz",
            "aaaaaaaabbbbbbbb",
            "\0\u{5}\u{5}\n\n",
        ],
    ),
    (
        "script",
        |bytes| text(bytes, check::fuzz::script),
        &[
            "SELECT a, count(*) FROM t WHERE b IS NULL GROUP BY a HAVING count(*) > 1 ORDER BY 1;",
            "INSERT INTO t VALUES (3, ';'); -- a; b\nUPDATE t SET a = a + 1 /* ; */; ATTACH 'x.db' AS y; PRAGMA writable_schema = 1; VACUUM INTO 'z.db';",
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n; SELECT load_extension('x'); SELECT writefile('x', 'y')",
        ],
    ),
    (
        "plan",
        |bytes| text(bytes, check::fuzz::plan),
        &[
            "also = ['postgres']\n[[statement]]\nclaim = 'three'\norder = true\n[[data]]\nname = 'none'\nclaim = 'on nothing'\nsql = 'CREATE TABLE t (a)'\n",
        ],
    ),
    (
        "quiz",
        |bytes| text(bytes, check::fuzz::quiz),
        &[
            "1. The colour\n   Which one is the sky's?\n     a) green\n     b) blue\n   answer: b\n   because: It scatters.\n   not a: That is the grass.\n",
        ],
    ),
    (
        "watcher",
        watcher,
        &[
            "snhsxyrqlc",
            "\u{0}\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{7}\u{8}\u{9}\n\u{b}\u{c}",
        ],
    ),
];

/// Tries one promise with these bytes.
///
/// # Panics
/// If it is broken, or nobody knows its name.
pub fn run(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|(known, ..)| *known == name);
    let (_, target, _) = target.expect("a known name");
    target(bytes);
}

fn text(bytes: &[u8], target: fn(&str)) {
    target(&String::from_utf8_lossy(bytes));
}

/// What is read is written as the same, and what was written is read.
pub fn progress(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let file = Path::new("progress.txt");
    let Ok(progress) = Progress::parse(file, &text) else {
        return;
    };
    let written = progress.to_text();
    let again = Progress::parse(file, &written);
    assert!(again.is_ok_and(|again| again == progress), "{written}");
    // Two machines' files, one below the other, as a merge may leave them.
    let merged = format!("{written}=======\n{written}");
    assert!(Progress::parse(file, &merged).is_ok_and(|merged| merged == progress));
}

/// No course names a file outside its directory.
pub fn course(bytes: &[u8]) {
    let Ok(dir) = workspace::scratch() else {
        return;
    };
    let workspace = Workspace::at(dir.path());
    // Not by our own way, which waits for the disk.
    if std::fs::write(workspace.info(), bytes).is_err() {
        return;
    }
    let course = match Course::load(workspace) {
        Ok(course) => course,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    for exercise in &course.exercises {
        let files = [
            course.file(exercise),
            course.solution(exercise),
            course.steps(exercise),
            course.check_program(exercise),
            course.workspace.build(&exercise.name),
            course.workspace.verdict(&exercise.name),
        ];
        for file in files {
            let inside = file.strip_prefix(dir.path());
            assert!(
                inside.is_ok_and(workspace::stays_inside),
                "{}",
                file.display()
            );
        }
    }
    for file in course.kit.keys() {
        assert!(workspace::stays_inside(Path::new(file)), "{file}");
    }
}

const LEARNER: &str = "//! a: b\n\nfn two() -> i32 {\n    // größer\n    2\n}\n\nfn main() {}\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn two_is_two() {\n        assert_eq!(super::two(), 2);\n    }\n}\n";

/// Whatever the learner did to the tests, the shipped ones are in the text that is compiled, once and with guards, and the lines
/// before them are where they were.
pub fn splice(bytes: &[u8]) {
    let learner = String::from_utf8_lossy(bytes);
    build::tricks(&learner, LEARNER);
    build::kit_files(&learner);
    let Some(shipped) = Shipped::parse(LEARNER) else {
        return;
    };
    let Some(spliced) = build::splice(&learner, &shipped) else {
        return;
    };
    let found = build::tests_in(&spliced.text);
    for test in shipped.tests() {
        let same = found.iter().filter(|other| other.path == test.path).count();
        assert!(same >= 1, "{} is missing in\n{}", test.path, spliced.text);
    }
    // Under its guard, and as it was shipped to the letter.
    const TEST: &str =
        "held_by_the_runner::test(false);\n        assert_eq!(super::two(), 2);\n    }\n}\n";
    assert!(spliced.text.contains(TEST), "{}", spliced.text);
    let lines = |text: &str| text.lines().count();
    assert!(lines(&spliced.text) >= lines(&learner));
}

/// Nothing that a terminal would obey is left, and nothing else is lost.
pub fn harmless(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let clean = ui::harmless(&text);
    let obeyed = |c: char| c.is_control() && c != '\n';
    assert!(!clean.contains(obeyed), "{clean:?}");
    assert_eq!(ui::harmless(&clean), clean, "once is enough");
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphabetic).count();
    assert!(plain(&clean) >= plain(&text));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        env,
        io::Write as _,
        panic,
        time::{Duration, Instant},
    };

    /// Bytes that mean something to somebody.
    const PIECES: &[u8] = b"\n \"'[]{}()=;,.#/\\:-\x1b\0\xff";

    /// Chance that comes again with the same seed.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, most: usize) -> usize {
            self.0 ^= self.0 >> 12;
            self.0 ^= self.0 << 25;
            self.0 ^= self.0 >> 27;
            let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
            number as usize % most.max(1)
        }

        /// A seed with some changes: bytes turned, taken out, doubled, moved, or from another seed.
        fn change(&mut self, bytes: &mut Vec<u8>, seeds: &[&str]) {
            for _ in 0..=self.below(6) {
                let at = self.below(bytes.len() + 1);
                let end = (at + self.below(12)).min(bytes.len());
                match self.below(7) {
                    0 if at < bytes.len() => bytes[at] = self.below(256) as u8,
                    1 => bytes.insert(at, PIECES[self.below(PIECES.len())]),
                    2 => drop(bytes.drain(at..end)),
                    3 => {
                        let piece = bytes[at..end].to_vec();
                        let to = self.below(bytes.len() + 1);
                        bytes.splice(to..to, piece);
                    }
                    4 => {
                        let other = seeds[self.below(seeds.len())].as_bytes();
                        let from = self.below(other.len());
                        let to = (from + self.below(40)).min(other.len());
                        bytes.splice(at..at, other[from..to].iter().copied());
                    }
                    5 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                    _ => bytes.truncate(bytes.len().max(1) - self.below(4).min(bytes.len())),
                }
                bytes.truncate(4096);
            }
        }
    }

    /// How long each target is tried, where somebody asks for more than a look: `FUZZ_SECONDS=600`.
    fn seconds() -> Option<u64> {
        env::var("FUZZ_SECONDS").ok()?.parse().ok()
    }

    #[test]
    fn every_promise_holds_for_its_seeds_and_for_changes_of_them() {
        const A_LOOK: Duration = Duration::from_millis(400);
        let only = env::var("FUZZ_TARGET").ok();
        for (name, target, seeds) in TARGETS {
            if only.as_ref().is_some_and(|only| only != name) {
                continue;
            }
            let seed = env::var("FUZZ_SEED")
                .ok()
                .and_then(|seed| seed.parse().ok());
            let mut dice = Dice(seed.unwrap_or(20_261_121));
            let started = Instant::now();
            let limit = seconds().map_or(A_LOOK, Duration::from_secs);
            let mut runs = 0_u64;
            let mut pool: Vec<Vec<u8>> =
                seeds.iter().map(|seed| seed.as_bytes().to_vec()).collect();
            for seed in &pool {
                target(seed);
            }
            while started.elapsed() < limit {
                let mut bytes = pool[dice.below(pool.len())].clone();
                dice.change(&mut bytes, seeds);
                let held = panic::catch_unwind(|| target(&bytes));
                assert!(
                    held.is_ok(),
                    "{name} is broken by {:?}",
                    String::from_utf8_lossy(&bytes)
                );
                runs += 1;
                // Changes of changes lead further than changes of seeds.
                match pool.len() < 200 {
                    true => pool.push(bytes),
                    false if dice.below(10) == 0 => {
                        let at = seeds.len() + dice.below(pool.len() - seeds.len());
                        pool[at] = bytes;
                    }
                    false => {}
                }
            }
            let told = format!("{name}: {runs} runs in {} s\n", started.elapsed().as_secs());
            let _ = std::io::stderr().write_all(told.as_bytes());
        }
    }
}
