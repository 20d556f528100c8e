//! What must hold for every screen at any width: it fits, it loses nothing, it can be reached.

use super::{
    Frame, Size, list, report,
    samples::{self, COLORLESS, list_view},
    screen::{self, Panel, State, View},
};
use crate::{error::Error, outcome::Report};

/// Every sample as a view.
fn with_every_view(look: impl Fn(&str, &View<'_>)) {
    let reports = [
        samples::failing_server(),
        samples::compile_error(),
        samples::table_diff(),
        samples::passed(),
        samples::skipped(),
        samples::hostile(),
        wide_letters(),
    ];
    for report in &reports {
        let view = samples::view(State::Report(report));
        look(&report.exercise, &view);
        let asked = View {
            hints: &["日本語のヒント, and a long line of English after it to be wrapped"],
            question: Some("Do you want to see our solution before you have passed?"),
            notice: Some("The change was seen by polling, because the directory is on a network."),
            ..view.clone()
        };
        look("asked", &asked);
        let panel = View {
            panel: Some(Panel::Diff {
                mine: "a\n\tb = \"日本語日本語日本語日本語日本語日本語日本語日本語日本語\";\n",
                ours: "a\n",
            }),
            ..view
        };
        look("panel", &panel);
    }
    let error = Error::tool("w".repeat(300), "Do this.\nThen that.");
    look("error", &samples::view(State::ToolError(&error)));
}

fn wide_letters() -> Report {
    let mut report = samples::failing_server();
    report.exercise = "日本語の長い名前".repeat(6);
    report.findings[0].claim = "日本語".repeat(40);
    report.findings[0].actual = Some("👩‍👩‍👧‍👦 ❤️ é".repeat(30));
    report
}

#[test]
fn no_drawn_line_is_wider_than_the_window_and_there_are_as_many_as_rows() {
    with_every_view(|name, view| {
        for columns in (1..130).chain([200, 500]) {
            for rows in [1, 4, 10, 24, 60] {
                let size = Size { columns, rows };
                let frame = screen::draw(view, size, COLORLESS);
                fits(name, &frame, size);
            }
        }
    });
    let entries = samples::entries();
    for columns in 1..130 {
        for rows in [1, 5, 24] {
            let size = Size { columns, rows };
            fits(
                "list",
                &list::draw(&list_view(&entries), size, COLORLESS),
                size,
            );
        }
    }
}

fn fits(name: &str, frame: &Frame, size: Size) {
    let text = frame.text();
    assert_eq!(text.lines().count(), size.rows, "{name} {size:?}");
    for line in text.lines() {
        let width = console::measure_text_width(line);
        assert!(width <= size.columns, "{name} {size:?}: {width} {line}");
    }
}

#[test]
fn a_verdict_in_one_line_has_the_first_broken_claim() {
    let short = |report| report::short(&report, COLORLESS);
    assert_eq!(short(samples::passed()), " ✓ http_status_codes");
    assert_eq!(
        short(samples::failing_server()),
        " ✗ http_status_codes: a known path with a wrong method is 405, with Allow"
    );
    assert_eq!(short(samples::skipped()), " ↷ pg_pool: needs postgres");
}

#[test]
fn endless_lines_and_endless_logs_are_shown_from_both_ends() {
    let mut report = samples::failing_server();
    report.findings[0].actual = Some("x".repeat(1_000_000));
    report.findings[0].log = (0..100_000).map(|n| format!("line {n}")).collect();
    let text = report::text(&report, 80, COLORLESS);
    assert!(text.contains("… 998800 characters left"), "{text}");
    assert!(text.contains("… 99976 lines left out …"));
    assert!(text.contains("line 0\n") && text.contains("line 99999\n"));
    assert!(text.lines().count() < 100);
}

#[test]
fn wrapped_text_loses_no_word() {
    let report = samples::failing_server();
    let words = |columns| {
        let text = report::text(&report, columns, COLORLESS);
        text.split_whitespace().collect::<String>()
    };
    for columns in 20..120 {
        assert_eq!(words(columns), words(400), "at {columns}");
    }
}

#[test]
fn scrolling_reaches_every_line_and_the_foot_stays() {
    let report = samples::failing_server();
    let size = Size {
        columns: 80,
        rows: 16,
    };
    let mut view = samples::view(State::Report(&report));
    let first = screen::draw(&view, size, COLORLESS);
    assert!(first.text().contains("✗ a known path"));
    assert!(first.text().contains("more lines (j/k, space)"));
    let mut seen = String::new();
    for scroll in 0..=first.last_scroll {
        view.scroll = scroll;
        let text = screen::draw(&view, size, COLORLESS).text();
        assert!(text.contains("h hint (1 of 3)") && text.contains("21/140"));
        seen.push_str(&text);
    }
    for line in report::text(&report, 80, COLORLESS).lines().skip(1) {
        assert!(seen.contains(line.trim_end()), "{line}");
    }
    view.scroll = usize::MAX;
    let beyond = screen::draw(&view, size, COLORLESS);
    view.scroll = first.last_scroll;
    assert_eq!(beyond, screen::draw(&view, size, COLORLESS));
}

#[test]
fn a_frame_is_one_write_without_clearing_the_screen_first() {
    let report = samples::failing_server();
    let size = Size {
        columns: 80,
        rows: 24,
    };
    let frame = screen::draw(&samples::view(State::Report(&report)), size, COLORLESS);
    let escapes = frame.escapes();
    assert!(!escapes.contains("\x1b[2J"));
    assert_eq!(escapes.matches("\r\n").count(), 23);
}
