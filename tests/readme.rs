//! The README keeps its word: its screen is what the watcher draws, its tables and its list of commands are complete.

use backendlings::{
    build::{Dependencies, Toolchain},
    check::{Job, Means, Source, check},
    cli::Cli,
    course::{Course, Kind},
    outcome::Outcome,
    process::Cancel,
    services::Services,
    ui::{
        Color, Links, Signs, Size, Theme,
        screen::{self, Completion, State, View},
    },
    workspace::{self, Workspace},
};
use clap::CommandFactory as _;
use regex::Regex;
use std::path::Path;

/// A window as most terminals open it.
const WINDOW: Size = Size {
    columns: 80,
    rows: 24,
};

fn readme() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    std::fs::read_to_string(file).expect("there is a README")
}

fn course() -> Course {
    Course::load(Workspace::at(env!("CARGO_MANIFEST_DIR"))).expect("the course is right")
}

/// The wrong answer that `<!-- screen EXERCISE ANSWER -->` names, and the screen between its fences.
fn promised(readme: &str) -> (String, String, String) {
    let (_, rest) = readme.split_once("<!-- screen ").expect("a screen");
    let (name, rest) = rest.split_once(" -->").expect("a closed comment");
    let (fenced, _) = rest
        .split_once("<!-- /screen -->")
        .expect("an end of the screen");
    let fenced = fenced
        .trim_start()
        .strip_prefix("```text\n")
        .expect("a fence");
    let screen = fenced
        .trim_end()
        .strip_suffix("```")
        .expect("a closed fence");
    let (exercise, answer) = name
        .split_once(' ')
        .expect("an exercise and a wrong answer");
    (exercise.to_owned(), answer.to_owned(), screen.to_owned())
}

/// The screen with a wrong answer to an exercise, when all exercises before it are done.
fn drawn(course: &Course, name: &str, answer: &str) -> String {
    let exercise = course.exercise(name).expect("the exercise is there");
    let (link, path) = (course.file(exercise), course.relative_file(exercise));
    let answers = course.workspace.wrong_answers(name);
    let text = workspace::read(&answers.join(format!("{answer}.rs"))).expect("readable");
    let job = Job {
        course,
        exercise,
        source: &Source::text(&text),
        // A server has no tests in its file that would be put back from here.
        pristine: "",
        build_dir: &Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme"),
    };
    let means = Means {
        toolchain: &Toolchain::find().expect("rustc is installed"),
        dependencies: &Dependencies::new(
            &Toolchain::find().expect("rustc is installed"),
            course.workspace.dependencies(),
        ),
        services: &Services::of(&course.workspace),
        standby: None,
        cancel: &Cancel::new(),
        on_stage: &|_| {},
    };
    let report = check(job, means).expect("a report");
    assert_eq!(report.outcome, Outcome::Failed);
    let broken: Vec<&str> = report.findings.iter().map(|f| f.claim.as_str()).collect();
    let chapter = course.chapter_of(exercise);
    let view = View {
        chapter_dir: &chapter.dir,
        chapter_title: &chapter.title,
        exercise: &exercise.name,
        title: exercise.title.as_deref(),
        path: &path,
        link: &link,
        task: None,
        state: State::Report(&report),
        hints: &[],
        hint_count: exercise.hints_for(&broken).count(),
        completion: Completion::Pending,
        done: course.position(name).expect("a position"),
        total: course.exercises.len(),
        notice: None,
        question: None,
        seen_by: None,
        panel: None,
        scroll: 0,
    };
    let theme = Theme {
        color: Color::Off,
        links: Links::Off,
        signs: Signs::Unicode,
    };
    screen::draw(&view, WINDOW, theme).text()
}

/// How long it took differs from run to run.
fn lasting(screen: &str) -> String {
    let seconds = Regex::new(r" *\d+\.\d\d s").expect("a pattern");
    seconds.replace_all(screen, " TIME").into_owned()
}

#[test]
fn the_screen_is_the_one_that_the_watcher_draws() {
    let (exercise, answer, promised) = promised(&readme());
    let drawn = drawn(&course(), &exercise, &answer);
    let empty_lines_apart = |text: &str| -> Vec<String> {
        let lines = lasting(text);
        let lines = lines.lines().filter(|line| !line.trim().is_empty());
        lines.map(str::to_owned).collect()
    };
    assert_eq!(
        empty_lines_apart(&promised),
        empty_lines_apart(&drawn),
        "copy this screen into README.md:\n{drawn}"
    );
}

#[test]
fn every_chapter_is_in_the_table_and_every_chapter_in_the_table_is_there() {
    let readme = readme();
    let course = course();
    for chapter in &course.chapters {
        let row = format!("| `{}` | {}", chapter.dir, chapter.title);
        assert!(readme.contains(&row), "no row begins with: {row}");
    }
    let row = Regex::new(r"(?m)^\| `(\d\d_[a-z_]+)` \|").expect("a pattern");
    for found in row.captures_iter(&readme) {
        let known = course
            .chapters
            .iter()
            .any(|chapter| chapter.dir == found[1]);
        assert!(known, "the README promises {}", &found[1]);
    }
}

#[test]
fn every_kind_is_explained() {
    let readme = readme();
    for (name, _) in Kind::ALL {
        assert!(readme.contains(&format!("| `{name}` |")), "{name}");
    }
}

#[test]
fn every_command_is_in_the_table_and_no_other() {
    let readme = readme();
    let commands = Cli::command();
    let known: Vec<&str> = commands
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
        .map(clap::Command::get_name)
        .collect();
    let table = readme.split_once("<!-- commands -->").expect("a table").1;
    let table = table.split_once("<!-- /commands -->").expect("its end").0;
    let row = Regex::new(r"(?m)^\| `([a-z-]+)").expect("a pattern");
    let told: Vec<&str> = row
        .captures_iter(table)
        .map(|found| found.get(1).expect("a name").as_str())
        .collect();
    assert_eq!(told, known);
}

#[test]
fn every_file_that_is_linked_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let link = Regex::new(r"\]\(([^)#:]+)(#[^)]*)?\)").expect("a pattern");
    for page in ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"] {
        let text = std::fs::read_to_string(root.join(page)).expect(page);
        for found in link.captures_iter(&text) {
            assert!(root.join(&found[1]).exists(), "{page} links {}", &found[1]);
        }
    }
}
