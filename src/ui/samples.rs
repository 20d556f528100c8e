//! Reports, lists and views that the tests of this room draw.

use super::{
    Color, Links, Signs, Theme,
    list::{Entry, Filter, ListView, Mode},
    screen::{Completion, State, View},
};
use crate::{
    course::Kind,
    outcome::{
        Detail, DiffRow, Finding, Location, Outcome, Output, Report, Side, StageResult, StageState,
        TableDiff, Timings,
    },
    progress,
};
use std::path::Path;

fn timed(mut report: Report, total_ms: f64) -> Report {
    report.timings = Timings {
        compile_ms: total_ms / 2.0,
        run_ms: total_ms / 2.0,
        total_ms,
    };
    report
}

/// A server that knows no wrong method.
pub(super) fn failing_server() -> Report {
    let mut report = Report::new("http_status_codes");
    report.pass("GET / is 200");
    report.pass("an unknown path is 404");
    report.fail(Finding {
        asked: Some("DELETE /users".into()),
        expected: Some("status 405, header Allow: GET, POST".into()),
        actual: Some("status 404".into()),
        explain: Some(
            "The path is known, so it is not the path that is wrong: say which methods it has."
                .into(),
        ),
        repeat: Some("curl -i -X DELETE http://127.0.0.1:$PORT/users".into()),
        log: vec!["[server] no route for DELETE /users".into()],
        ..Finding::new("a known path with a wrong method is 405, with Allow")
    });
    report.fail(Finding {
        asked: Some("HEAD /users".into()),
        expected: Some("no body".into()),
        actual: Some("a body of 17 bytes:\n[\"ann\",\n \"bob\"]".into()),
        ..Finding::new("HEAD answers as GET does, without the body")
    });
    report.pass("a created user is 201");
    report.pass("a user without a name is 422");
    report.pass("an answer has a Content-Type");
    for claim in ["keep-alive is kept", "a slow client is served"] {
        report.not_run(claim);
    }
    report
        .notes
        .push("The tests in this file were changed; ours were run.".into());
    timed(report, 312.0)
}

/// Two errors of rustc, in its colours.
pub(super) fn compile_error() -> Report {
    let mut report = Report::new("hello_types");
    let rendered = "\x1b[0m\x1b[1m\x1b[38;5;9merror[E0308]\x1b[0m\x1b[0m\x1b[1m: mismatched types\x1b[0m\n\
        \x1b[0m \x1b[0m\x1b[0m\x1b[1m\x1b[38;5;12m--> \x1b[0m\x1b[0mexercises/00_hello/hello_types.rs:12:18\x1b[0m\n\
        \x1b[0m   \x1b[0m\x1b[0m\x1b[1m\x1b[38;5;12m|\x1b[0m\n\
        \x1b[0m\x1b[1m\x1b[38;5;12m12\x1b[0m\x1b[0m \x1b[0m\x1b[0m\x1b[1m\x1b[38;5;12m|\x1b[0m\x1b[0m \x1b[0m\x1b[0m    let port: u16 = \"8080\";\x1b[0m\n\
        \x1b[0m   \x1b[0m\x1b[0m\x1b[1m\x1b[38;5;12m|\x1b[0m\x1b[0m \x1b[0m\x1b[0m              \x1b[0m\x1b[0m\x1b[1m\x1b[38;5;12m---\x1b[0m\x1b[0m   \x1b[0m\x1b[0m\x1b[1m\x1b[38;5;9m^^^^^^\x1b[0m\x1b[0m \x1b[0m\x1b[0m\x1b[1m\x1b[38;5;9mexpected `u16`, found `&str`\x1b[0m\n\n";
    report.fail(Finding {
        actual: Some("mismatched types".into()),
        location: Some(Location {
            file: "exercises/00_hello/hello_types.rs".into(),
            line: 12,
            column: 18,
        }),
        detail: Some(Detail::Compiler {
            rendered: rendered.into(),
        }),
        ..Finding::new("it compiles")
    });
    report.findings.push(Finding {
        actual: Some("cannot find value `hots` in this scope".into()),
        detail: Some(Detail::Compiler {
            rendered: "error[E0425]: cannot find value `hots` in this scope\n  --> exercises/00_hello/hello_types.rs:14:26\n   |\n14 |     println!(\"{}:{}\", hots, port);\n   |                       ^^^^ help: a local variable with a similar name exists: `host`\n".into(),
        }),
        ..Finding::new("it compiles")
    });
    report.not_run("a port is a number");
    timed(report, 61.0)
}

/// A query that gives a wrong sum, forgets a row and invents one.
pub(super) fn table_diff() -> Report {
    let row = |side, cells: [&str; 3], changed: &[usize]| DiffRow {
        side,
        cells: cells.map(str::to_owned).to_vec(),
        changed: changed.to_vec(),
    };
    let mut report = Report::new("sql_group_by");
    report.pass("the statements run");
    report.fail(Finding {
        explain: Some("A customer without an order is a row too.".into()),
        repeat: Some("sqlite3 shop.db < exercises/10_sql/sql_group_by.sql".into()),
        detail: Some(Detail::Tables(TableDiff {
            columns: ["id", "name", "total"].map(str::to_owned).to_vec(),
            rows: vec![
                row(Side::Same, ["1", "'Ann'", "10"], &[]),
                row(Side::Missing, ["2", "'Bob'", "20"], &[2]),
                row(Side::Extra, ["2", "'Bob'", "2000"], &[2]),
                row(
                    Side::Missing,
                    ["3", "'Clementine of the very long and winding name'", "0"],
                    &[],
                ),
                row(Side::Extra, ["9", "NULL", "5"], &[]),
            ],
            more: 3,
        })),
        ..Finding::new("each customer has one row with the sum")
    });
    timed(report, 4.0)
}

/// A pass with a warning and some output.
pub(super) fn passed() -> Report {
    let mut report = Report::new("http_status_codes");
    for claim in ["it compiles", "GET / is 200", "an unknown path is 404"] {
        report.pass(claim);
    }
    report.advice.push(
        "warning: unused variable: `head`\n  --> exercises/03_http/http_status_codes.rs:9:5\n   |\n9  |     let head = 1;\n   |         ^^^^ help: prefix it with an underscore: `_head`\n"
            .into(),
    );
    report.output = Some(Output {
        text: (1..=60)
            .map(|n| format!("[server] request {n}\n"))
            .collect(),
        omitted: 0,
    });
    timed(report, 305.0)
}

/// An exercise that needs what is not there.
/// A project in its third stage.
pub(super) fn project() -> Report {
    let stages = [
        ("create, read, change, delete", StageState::Passed),
        ("persistence", StageState::Passed),
        ("search and pages", StageState::Failed),
        ("concurrent edits", StageState::Closed),
        ("owners", StageState::Closed),
    ];
    Report {
        stages: stages
            .map(|(title, state)| StageResult {
                title: title.into(),
                state,
            })
            .into(),
        ..failing_server()
    }
}

pub(super) fn skipped() -> Report {
    let mut report = Report::new("pg_pool");
    report.outcome = Outcome::Skipped {
        reason: "needs postgres".into(),
    };
    report.badge = None;
    report
}

/// Everything that a stranger can put into a report, with escape sequences in it.
pub(super) fn hostile() -> Report {
    const EVIL: &str = "a\x1b[2Jb\x1b]0;title\x07c\rd\x08e\u{9b}31mf\u{202e}g\th";
    let evil = || Some(EVIL.to_owned());
    let mut report = Report::new(EVIL);
    report.pass(EVIL);
    report.fail(Finding {
        asked: evil(),
        expected: evil(),
        actual: evil(),
        explain: evil(),
        repeat: evil(),
        log: vec![EVIL.to_owned()],
        location: Some(Location {
            file: EVIL.into(),
            line: 1,
            column: 1,
        }),
        detail: Some(Detail::Tables(TableDiff {
            columns: vec![EVIL.into()],
            rows: vec![DiffRow {
                side: Side::Extra,
                cells: vec![EVIL.into()],
                changed: vec![0],
            }],
            more: 0,
        })),
        ..Finding::new(format!("claim {EVIL}"))
    });
    report.findings.push(Finding {
        detail: Some(Detail::Compiler {
            rendered: format!("\x1b[1mbold\x1b[0m {EVIL}"),
        }),
        ..Finding::new("it compiles")
    });
    report.notes.push(EVIL.into());
    report.output = Some(Output {
        text: EVIL.into(),
        omitted: 0,
    });
    report
}

/// A list of two chapters.
pub(super) fn entries() -> Vec<Entry> {
    let entry = |name: &str, chapter: &str, dir: &str, title: &str, state| Entry {
        name: name.into(),
        chapter: chapter.into(),
        title: Some(title.into()),
        kind: Kind::Rust,
        state,
        path: format!("exercises/{dir}/{name}.rs").into(),
    };
    let hello = |name, title, state| entry(name, "Hello, server", "00_hello", title, state);
    let http = |name, title, state| entry(name, "HTTP by hand", "03_http", title, state);
    vec![
        hello(
            "hello_test",
            "A failing assertion tells you what is expected",
            progress::State::Done,
        ),
        hello(
            "hello_types",
            "A port is a number",
            progress::State::Skipped,
        ),
        http(
            "http_body",
            "A body is exactly Content-Length bytes",
            progress::State::Done,
        ),
        http(
            "http_status_codes",
            "A status code is a promise",
            progress::State::Pending,
        ),
        http(
            "http_keep_alive",
            "One connection, many requests",
            progress::State::Pending,
        ),
    ]
}

/// A view of the third chapter with this state and nothing else to say.
pub(super) fn view(state: State<'_>) -> View<'_> {
    View {
        chapter_dir: "03_http",
        chapter_title: "HTTP by hand",
        exercise: "http_status_codes",
        title: Some("A status code is a promise"),
        path: Path::new("exercises/03_http/http_status_codes.rs"),
        link: Path::new("/course/exercises/03_http/http_status_codes.rs"),
        state,
        hints: &[],
        hint_count: 3,
        completion: Completion::Pending,
        done: 21,
        total: 140,
        notice: None,
        question: None,
        seen_by: None,
        panel: None,
        scroll: 0,
    }
}

/// Signs, and nothing else: what a screen says without colours.
pub(super) const COLORLESS: Theme = Theme {
    color: Color::Off,
    links: Links::Off,
    signs: Signs::Unicode,
};

/// A list with the fourth exercise current and selected.
pub(super) fn list_view(entries: &[Entry]) -> ListView<'_> {
    ListView {
        entries,
        current: Some(3),
        selected: 3,
        filter: Filter::All,
        search: "",
        mode: Mode::Browsing,
    }
}
