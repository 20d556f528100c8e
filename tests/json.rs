//! `--format json`: the promise that the README makes to scripts, field by field.

mod common;

use common::{ADDER_FILE, GREETING_FILE, PROGRESS_FILE, Ran, Tiny, adder_solved, program};
use serde_json::{Value, json};

/// Standard output as one JSON value; a second value or a word beside it would be an error.
#[track_caller]
fn value(ran: &Ran) -> Value {
    assert!(!ran.stdout.contains('\u{1b}'), "raw escape codes");
    assert!(!ran.stdout.contains("\\u001b"), "escape codes in a text");
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:#?}"))
}

/// Takes the timings out, after a look at them: they are the part that differs from run to run.
#[track_caller]
fn without_timings(mut report: Value) -> Value {
    let timings = report["timings"].take();
    let fields: Vec<_> = timings.as_object().expect("an object").keys().collect();
    assert_eq!(fields, ["compile_ms", "run_ms", "total_ms"]);
    for field in fields {
        assert!(
            timings[field].as_f64().is_some_and(|ms| ms >= 0.0),
            "{timings}"
        );
    }
    assert!(timings["total_ms"].as_f64() > Some(0.0), "{timings}");
    report
}

/// The failing report of `adder` as it is shipped.
fn adder_fails() -> Value {
    json!({
        "exercise": "adder",
        "outcome": "failed",
        "badge": null,
        "checks": [
            { "claim": "it compiles", "state": "passed" },
            { "claim": "one and one is two", "state": "failed" },
        ],
        "findings": [{
            "claim": "one and one is two",
            "asked": "add(1, 1)",
            "expected": "2",
            "actual": "0",
            "explain": null,
            "repeat": null,
            "location": { "file": ADDER_FILE, "line": 16, "column": 9 },
            "log": [],
            "detail": null,
        }],
        "notes": [],
        "advice": [],
        "output": null,
        "timings": null,
    })
}

fn greeting_passes() -> Value {
    json!({
        "exercise": "greeting",
        "outcome": "passed",
        "badge": "live",
        "checks": [
            { "claim": "it compiles", "state": "passed" },
            { "claim": "it runs to its end", "state": "passed" },
        ],
        "findings": [],
        "notes": [],
        "advice": [],
        "output": { "text": "Hello!\n", "omitted": 0 },
        "timings": null,
    })
}

#[test]
fn run_gives_one_report_with_the_promised_fields() {
    let tiny = Tiny::new();
    let failing = tiny.run(&["run", "adder", "--format", "json"]).ends_with(1);
    assert_eq!(without_timings(value(&failing)), adder_fails());
    assert_eq!(failing.stderr, "");
    let passing = tiny
        .run(&["run", "greeting", "--format", "json"])
        .ends_with(0);
    assert_eq!(without_timings(value(&passing)), greeting_passes());
    // The order of the fields is stable, too: a report read by eye is always the same.
    let fields: Vec<String> = value(&passing)
        .as_object()
        .expect("an object")
        .keys()
        .cloned()
        .collect();
    assert_eq!(
        fields,
        [
            "exercise", "outcome", "badge", "checks", "findings", "notes", "advice", "output",
            "timings"
        ]
    );
}

#[test]
fn a_compilers_message_is_a_detail_without_colours_even_if_colours_are_forced() {
    let tiny = Tiny::new();
    tiny.run(&["list"]).ends_with(0);
    tiny.write(ADDER_FILE, adder_solved().replace("a + b", "\"a\""));
    let ran = Ran::of(
        program(tiny.root())
            .env("CLICOLOR_FORCE", "1")
            .args(["run", "adder", "--format", "json", "--color", "always"]),
    )
    .ends_with(1);
    let report = value(&ran);
    let finding = &report["findings"][0];
    assert_eq!(finding["claim"], "it compiles");
    assert_eq!(finding["actual"], "mismatched types");
    assert_eq!(
        finding["location"],
        json!({ "file": ADDER_FILE, "line": 4, "column": 5 })
    );
    assert_eq!(finding["detail"]["kind"], "compiler");
    let rendered = finding["detail"]["rendered"].as_str().expect("a text");
    assert!(
        rendered.starts_with("error[E0308]: mismatched types"),
        "{rendered}"
    );
    assert_eq!(report["checks"][1]["state"], "not_run");
}

#[test]
fn advice_on_a_pass_and_notes_are_lists_of_texts() {
    let tiny = Tiny::new();
    tiny.run(&["list"]).ends_with(0);
    let edited = adder_solved()
        .replace("a + b", "let unused = 1;\n    a + b")
        .replace("add(1, 1), 2", "add(2, 0), 2");
    tiny.write(ADDER_FILE, edited);
    let report = value(&tiny.run(&["run", "adder", "--format", "json"]).ends_with(0));
    let advice = report["advice"][0].as_str().expect("a text");
    assert!(advice.contains("unused variable"), "{advice}");
    let note = report["notes"][0].as_str().expect("a text");
    assert!(note.contains("tests in this file were changed"), "{note}");
}

#[test]
fn list_gives_an_array_in_the_order_of_the_course() {
    let tiny = Tiny::new();
    tiny.write(
        PROGRESS_FILE,
        "backendlings-progress 1\ndone adder\nskipped greeting\n",
    );
    let listed = tiny.run(&["list", "--format", "json"]).ends_with(0);
    assert_eq!(
        value(&listed),
        json!([
            {
                "name": "adder", "chapter": "First steps", "title": "Adding", "kind": "rust",
                "state": "done", "path": ADDER_FILE,
            },
            {
                "name": "greeting", "chapter": "First steps", "title": null, "kind": "rust",
                "state": "skipped", "path": GREETING_FILE,
            },
            {
                "name": "doubler", "chapter": "01_second", "title": null, "kind": "rust",
                "state": "pending", "path": "exercises/01_second/doubler.rs",
            },
        ])
    );
    assert_eq!(listed.stderr, "");
}

#[test]
fn check_all_gives_an_array_of_reports_in_the_order_of_the_course() {
    let tiny = Tiny::new();
    let ran = tiny.run(&["check-all", "--format", "json"]).ends_with(1);
    let reports = value(&ran);
    let reports: Vec<Value> = reports
        .as_array()
        .expect("an array")
        .iter()
        .cloned()
        .map(without_timings)
        .collect();
    assert_eq!(reports.len(), 3);
    assert_eq!(reports[0], adder_fails());
    assert_eq!(reports[1], greeting_passes());
    assert_eq!(reports[2]["exercise"], "doubler");
    assert_eq!(reports[2]["outcome"], "failed");
    assert_eq!(ran.stderr, "", "no progress line without a terminal");
}

#[test]
fn a_fault_leaves_standard_output_empty() {
    let tiny = Tiny::new();
    for args in [
        ["run", "--format", "json", "addre"],
        ["run", "--format", "yaml", "adder"],
    ] {
        let ran = tiny.run(&args).ends_with(2);
        assert_eq!(ran.stdout, "");
        assert_ne!(ran.stderr, "");
    }
}

#[test]
fn what_the_learner_has_set_for_cargo_and_rust_does_not_change_the_report() {
    let tiny = Tiny::new();
    let report = |settings: &[(&str, &str)], exercise: &str| {
        let ran = Ran::of(
            program(tiny.root())
                .envs(settings.iter().copied())
                .args(["run", exercise, "--format", "json"]),
        );
        without_timings(value(&ran))
    };
    let settings = [
        ("RUSTFLAGS", "-Dwarnings --cfg broken"),
        ("RUSTC_WRAPPER", "no-such-program"),
        ("CARGO_BUILD_TARGET", "no-such-target"),
        ("CARGO_TARGET_DIR", "no-such-directory"),
        ("CARGO_INCREMENTAL", "0"),
        ("RUST_BACKTRACE", "full"),
        ("RUST_LIB_BACKTRACE", "1"),
        ("RUST_TEST_THREADS", "1"),
        ("RUST_TEST_NOCAPTURE", "0"),
        ("RUST_TEST_SHUFFLE", "1"),
        ("RUST_TEST_TIME_UNIT", "1,2"),
        ("RUST_LOG", "trace"),
        ("RUSTC_LOG", "info"),
        ("RUSTC_BOOTSTRAP", "1"),
        ("NO_COLOR", "1"),
        ("TERM", "dumb"),
        ("LANG", "C"),
        ("COLUMNS", "20"),
    ];
    assert_eq!(report(&settings, "adder"), adder_fails());
    assert_eq!(report(&settings, "greeting"), greeting_passes());
    tiny.solve_all();
    let solved = report(&settings, "doubler");
    assert_eq!(solved["outcome"], "passed", "{solved:#}");
    assert_eq!(solved, report(&[], "doubler"));
}
