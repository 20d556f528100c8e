//! `grade` from outside: a class of right, wrong, broken and hostile submissions, each with the verdict it deserves, and nobody's work
//! changed by another's.

mod common;

use common::{ADDER, ADDER_FILE, DOUBLER_FILE, GREETING_FILE, Ran, Tiny, adder_solved, program};
use flate2::{Compression, write::GzEncoder};
use serde_json::Value;
use std::{fs, io::Write as _, process::Stdio};

const GREETING: &str = "fn main() {\n    println!(\"Hello!\");\n}\n";

fn doubler(body: &str) -> String {
    format!(
        "fn double(n: i32) -> i32 {{\n    {body}\n}}\n\nfn main() {{}}\n\n#[test]\nfn two_doubled_is_four() {{\n    assert_eq!(double(2), 4, \"double(2)\");\n}}\n"
    )
}

/// A learner's three files, and how many of the exercises pass.
struct Learner {
    name: String,
    files: Vec<(&'static str, String)>,
    passes: u64,
}

fn learner(name: &str, adder: String, greeting: &str, doubler: String, passes: u64) -> Learner {
    Learner {
        name: name.to_owned(),
        files: vec![
            (ADDER_FILE, adder),
            (GREETING_FILE, greeting.to_owned()),
            (DOUBLER_FILE, doubler),
        ],
        passes,
    }
}

/// What somebody could try.
const HOSTILE: [&str; 6] = [
    // The course itself, and what others have handed in.
    "let up = std::env::current_dir().unwrap(); for dir in up.ancestors() { let _ = std::fs::remove_dir_all(dir.join(\"exercises\")); let _ = std::fs::remove_dir_all(dir); } n",
    // A pass that is printed.
    "println!(\"test two_doubled_is_four ... ok\\n\\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\"); std::process::exit(0)",
    // A mark that is printed.
    "for fd in [\"/proc/1/fd/1\", \"/proc/self/fd/1\", \"/dev/stdout\"] { let _ = std::fs::write(fd, format!(\"{} {}\\n\", \"0\".repeat(64), \"{\\\"exercise\\\":\\\"doubler\\\",\\\"verdict\\\":\\\"passed\\\",\\\"worth\\\":1,\\\"points\\\":1,\\\"why\\\":null,\\\"claims\\\":[2,2],\\\"took_ms\\\":1}\")); } n",
    // The runner.
    "for pid in 1..200 { let _ = std::process::Command::new(\"kill\").args([\"-9\", &pid.to_string()]).status(); } n",
    // Memory without end.
    "let mut all: Vec<Vec<u8>> = Vec::new(); loop { all.push(vec![n as u8; 64 << 20]); if all.len() > 1000 { return n } }",
    // The answer of somebody else, read from where the course is.
    "let up = std::env::current_dir().unwrap(); let _ = std::fs::write(up.join(\"../doubler\"), \"4\"); n",
];

/// Sixty learners.
fn class() -> Vec<Learner> {
    let mut class = Vec::new();
    for number in 0..60 {
        let name = format!("learner{number:02}");
        // No two files are alike, so nothing is known from somebody else.
        let right = format!("// {name}\n{}", adder_solved());
        let double = format!("// {name}\n{}", doubler("2 * n"));
        class.push(match number % 10 {
            0..=3 => learner(&name, right, GREETING, double, 3),
            4 => learner(&name, format!("// {name}\n{ADDER}"), GREETING, double, 2),
            5 => learner(
                &name,
                right,
                "fn main() {\n    panic!();\n}\n",
                doubler("n"),
                1,
            ),
            6 => learner(&name, "fn add(a: i32".into(), GREETING, double, 2),
            7 => learner(
                &name,
                // The tests are gone, so what counts are the course's.
                ADDER
                    .split("#[cfg(test)]")
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
                GREETING,
                double,
                2,
            ),
            8 => learner(&name, right, GREETING, doubler(HOSTILE[number / 10]), 2),
            _ => learner(&name, String::new(), GREETING, "not a program\0".into(), 1),
        });
    }
    class
}

/// The course, with `hand_in` beside it for the submissions, every third as an archive.
fn school(class: &[Learner]) -> Tiny {
    let course = Tiny::new();
    // So that a loop is not waited for long.
    let info = course.read("info.toml");
    course.write(
        "info.toml",
        info.replace(
            "hint = \"Twice as much.\"",
            "hint = \"Twice as much.\"\nlimits = { seconds = 4 }",
        ),
    );
    for (number, learner) in class.iter().enumerate() {
        let mut files = learner.files.clone();
        // Never to be trusted.
        files.push((
            "info.toml",
            "format_version = 1\n[[exercises]]\nname = \"adder\"\nhint = \"h\"\ntest = false\n"
                .into(),
        ));
        files.push((
            "exercises/00_first/adder.check.rs",
            "compile_error!();".into(),
        ));
        match number % 3 {
            0 => {
                for (file, text) in &files {
                    course.write(&format!("hand_in/{}/{file}", learner.name), text);
                }
            }
            1 => course.write(&format!("hand_in/{}.tar.gz", learner.name), tar_gz(&files)),
            _ => course.write(
                &format!("hand_in/{}.zip", learner.name),
                zip(&learner.name, &files),
            ),
        }
    }
    course
}

fn tar_gz(files: &[(&str, String)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (file, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, file, text.as_bytes())
            .expect("appended");
    }
    tar.into_inner().expect("packed").finish().expect("packed")
}

fn zip(around: &str, files: &[(&str, String)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (file, text) in files {
        zip.start_file(
            format!("{around}-main/{file}"),
            zip::write::SimpleFileOptions::default(),
        )
        .expect("begun");
        zip.write_all(text.as_bytes()).expect("written");
    }
    zip.finish().expect("packed").into_inner()
}

fn grades(course: &Tiny, results: &str) -> Value {
    let text = course.read(&format!("{results}/grades.json"));
    serde_json::from_str(&text).expect("JSON")
}

/// The verdicts without what differs from run to run.
fn verdicts(grades: &Value) -> Vec<(String, String, String)> {
    let mut all = Vec::new();
    for learner in grades["learners"].as_array().expect("learners") {
        for mark in learner["marks"].as_array().expect("marks") {
            let text = |value: &Value| value.as_str().expect("text").to_owned();
            all.push((
                text(&learner["learner"]),
                text(&mark["exercise"]),
                text(&mark["verdict"]),
            ));
        }
    }
    all
}

#[test]
fn sixty_submissions_get_the_verdicts_they_deserve_whole_in_parts_and_after_a_kill() {
    let class = class();
    let course = school(&class);
    let before = course.read("info.toml");
    // It is killed in the middle, as soon as something is written down.
    let mut killed = program(course.root())
        .args(["grade", "hand_in", "--results", "whole"])
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("it starts");
    let marks = course.path("whole/marks.jsonl");
    while fs::read_to_string(&marks)
        .unwrap_or_default()
        .lines()
        .count()
        < 20
    {
        assert!(
            killed.try_wait().expect("known").is_none(),
            "it ended too early"
        );
        std::thread::yield_now();
    }
    killed.kill().expect("killed");
    killed.wait().expect("ended");
    let known = course.read("whole/marks.jsonl").lines().count();
    course
        .run(&["grade", "hand_in", "--results", "whole"])
        .ends_with(1)
        .says(&[
            "24 of 60 learners have every exercise.",
            "Sandbox: ",
            "learner04",
        ]);
    let whole = grades(&course, "whole");
    let learners = whole["learners"].as_array().expect("learners");
    assert_eq!(learners.len(), 60);
    let mut wrong = Vec::new();
    for (graded, expected) in learners.iter().zip(&class) {
        assert_eq!(graded["learner"], expected.name.as_str());
        let marks = graded["marks"].as_array().expect("marks");
        let passed = marks
            .iter()
            .filter(|mark| mark["verdict"] == "passed")
            .count() as u64;
        if passed != expected.passes {
            wrong.push(format!(
                "{}: {passed} instead of {}: {graded:#}",
                expected.name, expected.passes
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Nothing that was known was judged again, and nothing of the course was touched.
    let lines = course.read("whole/marks.jsonl");
    assert_eq!(lines.lines().count(), 180, "{known} were known");
    assert_eq!(before, course.read("info.toml"));
    assert_eq!(course.read(ADDER_FILE), ADDER);
    let csv = course.read("whole/grades.csv");
    assert_eq!(csv.lines().count(), 181);
    let xml = course.read("whole/grades.xml");
    assert_eq!(xml.matches("<testsuite ").count(), 60);
    // Two parts make the same whole. What is known from the whole is not looked at: they write elsewhere.
    for part in ["1/2", "2/2"] {
        let results = format!("part{}", &part[..1]);
        course
            .run(&[
                "grade",
                "hand_in",
                "--exercise",
                "adder",
                "--partition",
                part,
                "--results",
                &results,
            ])
            .ends_with(1);
    }
    course
        .run(&["grade", "merge", "part1", "part2", "--results", "merged"])
        .ends_with(1);
    let of_adder: Vec<_> = verdicts(&whole)
        .into_iter()
        .filter(|(_, exercise, _)| exercise == "adder")
        .collect();
    assert_eq!(verdicts(&grades(&course, "merged")), of_adder);
    course
        .run(&["grade", "merge", "part1", "part1"])
        .ends_with(2)
        .complains(&["is in two of these results"]);
}

#[test]
fn points_come_from_the_course_and_a_class_that_passes_ends_with_0() {
    let course = Tiny::new();
    let info = course
        .read("info.toml")
        .replace("title = \"Adding\"", "title = \"Adding\"\npoints = 5");
    course.write("info.toml", info);
    for (file, text) in [
        (ADDER_FILE, adder_solved()),
        (GREETING_FILE, GREETING.into()),
        (DOUBLER_FILE, doubler("n + n")),
    ] {
        course.write(&format!("hand_in/anna/{file}"), text);
    }
    course
        .run(&["grade", "hand_in/anna"])
        .ends_with(0)
        .says(&["anna", "3/3", "7/7"]);
    course.write(&format!("hand_in/anna/{ADDER_FILE}"), ADDER);
    course
        .run(&["grade", "hand_in/anna"])
        .ends_with(1)
        .says(&["2/3", "2/7", "adder"]);
    course
        .run(&["grade", "hand_in/anna", "--chapter", "01_second"])
        .ends_with(0)
        .says(&["1/1"]);
}

#[cfg(unix)]
#[test]
fn links_and_missing_files_are_no_work_and_an_archive_that_leads_out_is_refused() {
    let course = Tiny::new();
    course.solve_all();
    course.write("hand_in/linker/exercises/00_first/greeting.rs", GREETING);
    std::os::unix::fs::symlink(
        course.path(ADDER_FILE),
        course.path("hand_in/linker/exercises/00_first/adder.rs"),
    )
    .expect("linked");
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for file in [ADDER_FILE, "../../escaped.rs"] {
        zip.start_file(file, zip::write::SimpleFileOptions::default())
            .expect("begun");
        zip.write_all(adder_solved().as_bytes()).expect("written");
    }
    course.write(
        "hand_in/climber.zip",
        zip.finish().expect("packed").into_inner(),
    );
    let ran = course.run(&["grade", "hand_in"]).ends_with(1);
    assert!(
        ran.stdout
            .contains("refused: the archive has the path `../../escaped.rs`"),
        "{ran:?}"
    );
    let why: Vec<(String, String)> = grades(&course, "grades")["learners"][1]["marks"]
        .as_array()
        .expect("marks")
        .iter()
        .map(|mark| {
            (
                mark["verdict"].as_str().unwrap_or_default().into(),
                mark["why"].as_str().unwrap_or_default().into(),
            )
        })
        .collect();
    assert_eq!(
        why[0],
        (
            "failed".into(),
            "what was handed in is a link, and links are not followed".into()
        )
    );
    assert_eq!(why[1].0, "passed");
    assert_eq!(why[2], ("failed".into(), "nothing was handed in".into()));
    assert!(!course.path("escaped.rs").exists());
}

#[test]
fn a_mistake_in_the_command_is_told() {
    let course = Tiny::new();
    course.write("hand_in/anna/exercises/x", "");
    course
        .run(&["grade", "nobody"])
        .ends_with(2)
        .complains(&["nobody is no directory and no archive"]);
    course
        .run(&["grade", "hand_in", "--partition", "3/2"])
        .ends_with(2)
        .complains(&["`3/2` is no part of a whole"]);
    course
        .run(&["grade", "hand_in", "--exercise", "ader"])
        .ends_with(2)
        .complains(&["Did you mean `adder`?"]);
    course
        .run(&["grade", "hand_in", "hand_in/anna"])
        .ends_with(2)
        .complains(&["two submissions are named `anna`"]);
    course.run(&["grade"]).ends_with(2);
}

#[test]
fn check_all_speaks_junit_and_github() {
    let course = Tiny::new();
    let junit = course.run(&["check-all", "--format", "junit"]).ends_with(1);
    assert!(junit.stdout.starts_with("<?xml"), "{junit:?}");
    let junit = junit.says(&[
        "tests=\"3\" failures=\"2\"",
        "<failure message=\"one and one is two\">",
    ]);
    assert_eq!(junit.stderr, "");
    let told = [
        "::error file=exercises/00_first/adder.rs,line=",
        "title=adder%3A one and one is two",
    ];
    course
        .run(&["check-all", "--format", "github"])
        .ends_with(1)
        .says(&told);
    let mut by_github = program(course.root());
    Ran::of(by_github.env("GITHUB_ACTIONS", "true").arg("check-all"))
        .ends_with(1)
        .says(&told);
    let plain = course.run(&["check-all"]);
    assert!(!plain.stdout.contains("::error"), "{plain:?}");
}

/// A course for rustlings is graded with the course's tests, unless writing them is the exercise.
#[test]
fn in_a_course_for_rustlings_shipped_tests_count_unless_they_are_the_exercise() {
    let course = Tiny::with_info(
        "format_version = 1\n[[exercises]]\nname = \"code\"\nhint = \"h\"\n[[exercises]]\nname = \"own_test\"\nhint = \"h\"\n",
    );
    course.write("Cargo.toml", "bin = [{ name = \"code\", path = \"exercises/code.rs\" }, { name = \"own_test\", path = \"exercises/own_test.rs\" }]\n[package]\nname = \"exercises\"\nedition = \"2024\"\n");
    let code = |body: &str, expected: &str| {
        format!(
            "fn two() -> u8 {{\n    {body}\n}}\n\nfn main() {{\n    println!(\"{{}}\", two());\n}}\n\n#[test]\nfn it_is_two() {{\n    assert_eq!(two(), {expected});\n}}\n"
        )
    };
    let own = |test: &str| {
        format!("fn main() {{}}\n\n#[test]\nfn mine() {{\n    assert_eq!(1, {test});\n}}\n")
    };
    course.write("exercises/code.rs", code("3", "2"));
    course.write("solutions/code.rs", code("2", "2"));
    course.write("exercises/own_test.rs", own("2"));
    course.write("solutions/own_test.rs", own("1"));
    for (learner, code) in [("honest", code("2", "2")), ("sly", code("3", "3"))] {
        course.write(&format!("hand_in/{learner}/exercises/code.rs"), code);
        course.write(
            &format!("hand_in/{learner}/exercises/own_test.rs"),
            own("1 + 0"),
        );
    }
    course.run(&["grade", "hand_in"]).ends_with(1);
    let passed = |verdict: &str| verdict == "passed";
    let all: Vec<bool> = verdicts(&grades(&course, "grades"))
        .iter()
        .map(|(_, _, verdict)| passed(verdict))
        .collect();
    assert_eq!(all, [true, true, false, true]);
}

/// The script on the page for instructors, with bash in the place of the batch system.
#[test]
fn the_script_for_slurm_makes_parts_that_join() {
    let page = include_str!("../CONTRIBUTING.md");
    let script = page.split("```bash\n").nth(1).expect("a script");
    let script = script.split("```").next().expect("its end");
    let course = Tiny::new();
    for learner in ["anna", "ben", "cleo"] {
        for (file, text) in [
            (ADDER_FILE, adder_solved()),
            (GREETING_FILE, GREETING.into()),
            (DOUBLER_FILE, doubler("n * 2")),
        ] {
            course.write(&format!("hand_in/{learner}/{file}"), text);
        }
    }
    course.write(&format!("hand_in/ben/{ADDER_FILE}"), ADDER);
    course.write("grade.sh", script);
    for part in ["1", "2"] {
        let program_of_test = program(course.root());
        let mut bash = std::process::Command::new("bash");
        for (name, value) in program_of_test.get_envs() {
            if let Some(value) = value {
                bash.env(name, value);
            }
        }
        let ran = bash
            .arg("grade.sh")
            .current_dir(course.root())
            .env("BACKENDLINGS", program_of_test.get_program())
            .env("SLURM_ARRAY_TASK_ID", part)
            .env("SLURM_ARRAY_TASK_COUNT", "2");
        Ran::of(ran).ends_with(0);
    }
    course
        .run(&["grade", "merge", "parts/1", "parts/2"])
        .ends_with(1)
        .says(&["2 of 3 learners have every exercise.", "ben", "adder"]);
}
