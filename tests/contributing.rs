//! The examples for authors in CONTRIBUTING.md are real: the runner reads them, and they judge as the page says.

mod common;

use backendlings::outcome::{CheckState, Outcome, Report};
use common::Tiny;
use std::path::Path;

/// The first TOML example below a heading.
fn example(heading: &str) -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("CONTRIBUTING.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let (_, below) = page
        .split_once(&format!("\n{heading}\n"))
        .expect("the heading");
    let (_, toml) = below.split_once("```toml\n").expect("an example");
    toml.split_once("```").expect("its end").0.to_owned()
}

fn claims(report: &Report) -> Vec<&str> {
    report
        .checks
        .iter()
        .map(|check| check.claim.as_str())
        .collect()
}

#[test]
fn the_steps_of_a_server_are_read_and_a_dead_server_breaks_them() {
    let program = "fn main() {}\n";
    let tiny = Tiny::sample(program, "kind = \"server\"");
    tiny.write("exercises/sample.toml", example("### Kind server"));
    let report = tiny.check(program).expect("the steps are right");
    assert!(!report.passed());
    for claim in [
        "a new user has a place of its own",
        "a request line without a path is 400",
    ] {
        assert!(claims(&report).contains(&claim), "{report:#?}");
    }
}

/// Every TOML example on steps, with the words before it.
fn examples_of_steps() -> Vec<(String, String)> {
    examples_between("### Kind server", "### Kind sql")
}

/// Every TOML example between two headings, with the words before it.
fn examples_between(heading: &str, end: &str) -> Vec<(String, String)> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("CONTRIBUTING.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let (_, section) = page.split_once(heading).expect("the section");
    let (section, _) = section.split_once(end).expect("its end");
    let parts: Vec<&str> = section.split("```").collect();
    let examples = parts.windows(2).step_by(2).filter_map(|pair| {
        let toml = pair.get(1)?.strip_prefix("toml\n")?;
        Some((pair[0].to_owned(), toml.to_owned()))
    });
    examples.collect()
}

#[test]
fn every_example_of_steps_is_read() {
    let examples = examples_of_steps();
    assert!(
        examples.len() >= 9,
        "only {} examples were found",
        examples.len()
    );
    let program = "fn main() {}\n";
    for (_, example) in examples {
        let needs = if example.contains("redis") {
            "needs = [\"redis\"]"
        } else {
            ""
        };
        let tiny = Tiny::sample(program, &format!("kind = \"server\"\n{needs}"));
        // What a step needs may stand in another example.
        let lines = example.lines().filter(|line| !line.starts_with("needs"));
        let steps: String = lines.flat_map(|line| [line, "\n"]).collect();
        tiny.write("exercises/sample.toml", &steps);
        let report = tiny.check(program);
        let report = report.unwrap_or_else(|error| panic!("{error} in\n{steps}"));
        assert!(
            !report.passed(),
            "a program without a server passed:\n{steps}"
        );
    }
}

#[test]
fn every_file_of_tests_is_in_the_table() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("CONTRIBUTING.md")).expect("the page");
    let files = std::fs::read_dir(root.join("tests")).expect("tests");
    let names = files.filter_map(|file| {
        let name = file.expect("readable").file_name().into_string().ok()?;
        name.strip_suffix(".rs").map(str::to_owned)
    });
    let is_missing = |name: &String| {
        let word = format!("--test {name}");
        !page
            .match_indices(&word)
            .any(|(at, _)| page[at + word.len()..].starts_with(['`', ' ']))
    };
    let missing: Vec<String> = names.filter(is_missing).collect();
    assert!(missing.is_empty(), "add a row for each of {missing:?}");
}

#[test]
fn an_example_from_an_exercise_stands_there_word_for_word() {
    let found = stand_word_for_word(examples_of_steps());
    assert!(found >= 4, "only {found} examples name their exercise");
}

#[test]
fn an_sql_example_from_an_exercise_stands_there_word_for_word() {
    let examples = examples_between("#### Plans, costs", "## Wrong and right answers");
    let found = stand_word_for_word(examples);
    assert!(found >= 5, "only {found} examples name their exercise");
}

/// Holds the examples that name an exercise against its file; how many these are.
fn stand_word_for_word(examples: Vec<(String, String)>) -> usize {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = 0;
    for (words, example) in examples {
        let Some(name) = words.trim_end().strip_suffix("`:").and_then(|words| {
            let (_, name) = words.rsplit_once("From `")?;
            Some(name)
        }) else {
            continue;
        };
        let chapters = std::fs::read_dir(root.join("exercises")).expect("chapters");
        let file = chapters
            .map(|chapter| {
                chapter
                    .expect("readable")
                    .path()
                    .join(format!("{name}.toml"))
            })
            .find(|file| file.exists())
            .unwrap_or_else(|| panic!("no exercise {name}"));
        let steps = std::fs::read_to_string(file).expect("readable");
        assert!(
            steps.contains(example.trim()),
            "{name} has no longer\n{example}"
        );
        found += 1;
    }
    found
}

#[test]
fn the_peers_of_a_server_are_read_and_started() {
    let program = "fn main() {}\n";
    let tiny = Tiny::sample(program, "kind = \"server\"");
    tiny.write("exercises/sample.toml", example("### Peers and services"));
    let report = tiny.check(program).expect("the peers are right");
    let claims = claims(&report);
    assert!(claims.contains(&"the name is asked for once"), "{claims:?}");
}

#[test]
fn the_scene_of_two_sessions_is_read_and_played() {
    let tiny = Tiny::with_info(
        "format_version = 1\n\n[[exercises]]\nname = \"sample\"\nkind = \"sql\"\nneeds = [\"postgres\"]\nhint = \"Look.\"\n",
    );
    let right = "-- sale A:\nUPDATE stock SET quantity = quantity - 1;\n-- sale B:\nUPDATE stock SET quantity = quantity - 3;\n";
    tiny.write("exercises/sample.sql", "-- TODO\n");
    tiny.write("solutions/sample.sql", right);
    tiny.write("exercises/sample.toml", example("#### Two sessions"));
    let check = |sql: &str| {
        tiny.check_file("exercises/sample.sql", sql)
            .expect("the scene is right")
    };
    let report = check(right);
    if let Outcome::Skipped { reason } = &report.outcome {
        println!("skipped: {reason}");
        return;
    }
    assert!(report.passed(), "{report:#?}");
    let read = "SELECT quantity FROM stock;\nUPDATE stock SET quantity = :quantity";
    let wrong = right.replace("UPDATE stock SET quantity = quantity", read);
    let report = check(&wrong);
    assert_eq!(
        report.findings[0].claim,
        "no sale is lost, in whatever order the statements come"
    );
}

#[test]
fn the_data_of_an_sql_exercise_is_read_and_tells_right_from_wrong() {
    let tiny = Tiny::with_info(
        "format_version = 1\n\n[[exercises]]\nname = \"sample\"\nkind = \"sql\"\nhint = \"Look.\"\n",
    );
    let right =
        "SELECT id FROM orders WHERE at >= '2026-05-01' AND at < '2026-06-01' ORDER BY id;\n";
    let wrong = right.replace("< '2026-06-01'", "<= '2026-05-31'");
    tiny.write("exercises/sample.sql", "-- TODO\n");
    tiny.write("solutions/sample.sql", right);
    tiny.write("exercises/sample.toml", example("### Kind sql"));
    tiny.write(
        "exercises/05_sql/shop/schema.sql",
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, city TEXT, status TEXT, at TEXT);\n",
    );
    tiny.write(
        "exercises/05_sql/shop/rows.sql",
        "INSERT INTO orders VALUES (7, 'Lyon', 'paid', '2026-05-02T10:00:00Z'), (8, 'Oslo', 'paid', '2026-07-02T10:00:00Z');\n",
    );
    let check = |sql: &str| {
        tiny.check_file("exercises/sample.sql", sql)
            .expect("the data is right")
    };
    assert!(check(right).passed(), "{:#?}", check(right));
    let report = check(&wrong);
    let broken: Vec<&str> = report.findings.iter().map(|f| f.claim.as_str()).collect();
    assert_eq!(
        broken[0],
        "paid orders of two cities in May · when an order falls on the last day"
    );
    let visible = &report.checks[0];
    assert_eq!(
        visible.claim,
        "paid orders of two cities in May · on the shop's data"
    );
    assert_eq!(visible.state, CheckState::Passed);
}

/// The section on check programs.
fn check_programs() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("CONTRIBUTING.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let (_, section) = page.split_once("#### Check programs").expect("the section");
    section
        .split_once("### Peers")
        .expect("its end")
        .0
        .to_owned()
}

#[test]
fn the_check_program_on_the_page_is_one_of_the_course() {
    let section = check_programs();
    let (_, code) = section.split_once("```rust\n").expect("an example");
    let code = code.split_once("```").expect("its end").0;
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("exercises/13_caching/cache_stampede.check.rs");
    let program = std::fs::read_to_string(file).expect("readable");
    assert!(program.contains(code.trim()), "no longer there:\n{code}");
}

#[test]
fn every_call_of_the_kit_on_the_page_is_there() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/check/server/program");
    let read = |file: &str| std::fs::read_to_string(dir.join(file)).expect("readable");
    let kit = read("kit.rs") + &read("kit/http.rs");
    let section = check_programs();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let mut found = 0;
    for row in rows {
        let first = row.split(" | ").next().expect("a cell");
        let calls = first.split('`').filter(|part| part.ends_with(')'));
        for call in calls {
            let name = call.trim_start_matches('.').split('(').next();
            let name = name.expect("a name");
            assert!(kit.contains(&format!("pub fn {name}(")), "no {name}");
            found += 1;
        }
    }
    assert!(found >= 16, "only {found} calls were found");
}

#[test]
fn the_example_of_a_quiz_is_a_solution() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("CONTRIBUTING.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let (_, section) = page.split_once("### Kind quiz").expect("the section");
    let (_, solution) = section.split_once("```text\n").expect("an example");
    let (solution, _) = solution.split_once("```").expect("its end");
    let tiny = Tiny::with_info(
        "format_version = 1\n\n[[exercises]]\nname = \"sample\"\nkind = \"quiz\"\nhint = \"Look.\"\n",
    );
    tiny.write("exercises/sample.txt", solution);
    tiny.write("solutions/sample.txt", solution);
    let check = |text: &str| {
        tiny.check_file("exercises/sample.txt", text)
            .expect("the solution is right")
    };
    assert!(check(solution).passed(), "{:#?}", check(solution));
    let report = check(&solution.replace("answer: b > c > a", "answer: b > a > c"));
    assert_eq!(claims(&report)[1], "2. From a name to a page");
    let explain = report.findings[0].explain.as_deref();
    assert_eq!(
        explain,
        Some("What is there to draw, before anything has come?")
    );
}

#[test]
fn the_writes_of_an_sql_exercise_are_read_and_tell_right_from_wrong() {
    let tiny = Tiny::with_info(
        "format_version = 1\n\n[[exercises]]\nname = \"sample\"\nkind = \"sql\"\nhint = \"Look.\"\n",
    );
    let right = "CREATE TABLE coupons (code TEXT UNIQUE, percent INT CHECK (percent <= 100), uses INT DEFAULT 0);\n";
    tiny.write("exercises/sample.sql", "-- TODO\n");
    tiny.write("solutions/sample.sql", right);
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("CONTRIBUTING.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let (_, below) = page.split_once("```toml\n[tables]").expect("the example");
    let (toml, _) = below.split_once("```").expect("its end");
    tiny.write("exercises/sample.toml", format!("[tables]{toml}"));
    let check = |sql: &str| {
        tiny.check_file("exercises/sample.sql", sql)
            .expect("the writes are right")
    };
    assert!(check(right).passed(), "{:#?}", check(right));
    let report = check(&right.replace(" DEFAULT 0", ""));
    assert_eq!(
        report.findings[0].claim,
        "a coupon begins unused · on an empty database"
    );
}

#[test]
fn the_entry_in_info_toml_is_read() {
    let entry = example("## An exercise, step by step");
    // In the page it stands in a list, so it is indented.
    let tiny = Tiny::with_info(&format!("format_version = 1\n\n{entry}"));
    tiny.write("exercises/03_http/http_body.toml", "step = []\n");
    tiny.run(&["list"])
        .ends_with(0)
        .says(&["http_body", "A body is exactly Content-Length bytes"]);
}
