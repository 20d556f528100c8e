//! The screens as they are seen, compared with files; and what must hold for every one of them at any width.
//!
//! `INSTA_UPDATE=always cargo test --lib ui` writes the files anew; read what changed before it is kept.

use super::{
    Color, Frame, Links, Signs, Size, Theme,
    list::{self, Filter, ListView, Mode},
    plain, report, samples,
    screen::{self, Completion, Panel, State, View},
};
use crate::{error::Error, outcome::Report};
use insta::assert_snapshot;
use std::time::Duration;

const COLORLESS: Theme = Theme {
    color: Color::Off,
    links: Links::Off,
    signs: Signs::Unicode,
};

fn at(columns: usize, rows: usize, view: &View<'_>) -> String {
    screen::draw(view, Size { columns, rows }, COLORLESS).text()
}

fn verdict(report: &Report, columns: usize, rows: usize) -> String {
    at(columns, rows, &samples::view(State::Report(report)))
}

fn list_view(entries: &[list::Entry]) -> ListView<'_> {
    ListView {
        entries,
        current: Some(3),
        selected: 3,
        filter: Filter::All,
        search: "",
        mode: Mode::Browsing,
    }
}

#[test]
fn a_failing_server_leads_with_the_first_broken_claim() {
    let report = samples::failing_server();
    for columns in [60, 80, 200] {
        assert_snapshot!(
            format!("failing_server_{columns}"),
            verdict(&report, columns, 32)
        );
    }
}

#[test]
fn a_compile_error_is_rustcs_own_text() {
    let report = samples::compile_error();
    for columns in [60, 80, 200] {
        assert_snapshot!(
            format!("compile_error_{columns}"),
            verdict(&report, columns, 28)
        );
    }
}

#[test]
fn tables_that_differ_are_aligned_and_marked() {
    let report = samples::table_diff();
    for columns in [60, 80, 200] {
        assert_snapshot!(
            format!("table_diff_{columns}"),
            verdict(&report, columns, 26)
        );
    }
}

#[test]
fn a_pass_offers_the_next_and_shows_nothing_of_it() {
    let report = samples::passed();
    let view = View {
        completion: Completion::Done,
        notice: Some("Saved as done."),
        done: 22,
        ..samples::view(State::Report(&report))
    };
    for columns in [60, 80, 200] {
        assert_snapshot!(format!("passed_{columns}"), at(columns, 24, &view));
    }
}

#[test]
fn the_end_of_the_course_is_a_full_bar_and_its_message() {
    let report = samples::passed();
    let view = View {
        completion: Completion::Done,
        panel: Some(Panel::Final(
            "You have done every exercise.\n\nWhat you wrote is a backend.",
        )),
        done: 140,
        ..samples::view(State::Report(&report))
    };
    assert_snapshot!("all_done_80", at(80, 16, &view));
}

#[test]
fn a_fault_of_ours_is_not_drawn_as_a_failure_of_the_learner() {
    let error = Error::tool(
        "the port 8080 is taken",
        "Stop the program that has it, then press r.",
    );
    let view = samples::view(State::ToolError(&error));
    assert_snapshot!("tool_error_80", at(80, 16, &view));
}

#[test]
fn a_check_under_way_keeps_the_failure_before_it_but_never_a_pass() {
    let (failed, passed) = (samples::failing_server(), samples::passed());
    let checking = |before| {
        at(
            80,
            24,
            &samples::view(State::Checking {
                stage: "compiling",
                elapsed: Duration::from_millis(240),
                before,
            }),
        )
    };
    assert_snapshot!("checking_80", checking(None));
    assert!(checking(Some(&failed)).contains("✗ a known path"));
    assert!(!checking(Some(&passed)).contains("✓"));
    assert!(!checking(Some(&passed)).contains("next"));
}

#[test]
fn hints_and_a_question_are_part_of_the_screen() {
    let report = samples::failing_server();
    let view = View {
        hints: &[
            "Which part of the request says what is wanted?",
            "Look at `Allow`.",
        ],
        question: Some("Put http_status_codes back as it was shipped?"),
        ..samples::view(State::Report(&report))
    };
    assert_snapshot!("hints_and_question_80", at(80, 36, &view));
}

#[test]
fn a_difference_reads_from_mine_to_ours() {
    let report = samples::passed();
    let view = View {
        panel: Some(Panel::Diff {
            mine: "fn main() {\n    let code = 404;\n    answer(code);\n}\n",
            ours: "fn main() {\n    // The path is known: it is the method that is wrong.\n    let code = 405;\n    answer(code);\n}\n",
        }),
        ..samples::view(State::Report(&report))
    };
    assert_snapshot!("diff_80", at(80, 20, &view));
}

#[test]
fn the_list_shows_chapters_states_and_titles() {
    let entries = samples::entries();
    for columns in [60, 80, 200] {
        let size = Size { columns, rows: 20 };
        let drawn = list::draw(&list_view(&entries), size, COLORLESS);
        assert_snapshot!(format!("list_{columns}"), drawn.text());
    }
    assert_snapshot!("list_table", list::table(&entries, Some(3), COLORLESS));
}

#[test]
fn the_list_can_be_filtered_searched_and_walked() {
    let entries = samples::entries();
    let pending = ListView {
        filter: Filter::Pending,
        ..list_view(&entries)
    };
    assert_eq!(pending.visible(), [1, 3, 4]);
    assert_eq!(
        (pending.moved(-1), pending.moved(1), pending.moved(9)),
        (1, 4, 4)
    );
    let search = ListView {
        search: "BODY",
        ..list_view(&entries)
    };
    assert_eq!((search.visible(), search.chosen()), (vec![2], Some(2)));
    let nothing = ListView {
        search: "zzz",
        ..list_view(&entries)
    };
    assert_eq!((nothing.chosen(), nothing.moved(1)), (None, 3));
}

#[test]
fn colours_and_links_are_drawn_where_they_are_on() {
    let theme = Theme {
        color: Color::On,
        links: Links::On,
        signs: Signs::Unicode,
    };
    let report = samples::failing_server();
    let size = Size {
        columns: 80,
        rows: 32,
    };
    let frame = screen::draw(&samples::view(State::Report(&report)), size, theme);
    assert_snapshot!("failing_server_colour_80", visible_escapes(&frame.text()));
    let report = samples::compile_error();
    let frame = screen::draw(&samples::view(State::Report(&report)), size, theme);
    assert_snapshot!("compile_error_colour_80", visible_escapes(&frame.text()));
}

fn visible_escapes(text: &str) -> String {
    text.replace('\x1b', "␛")
}

#[test]
fn plain_text_has_words_for_signs_and_no_escape_codes() {
    let report = samples::failing_server();
    let text = plain::view(&samples::view(State::Report(&report)));
    assert!(!text.contains('\x1b'));
    assert_snapshot!("plain_failing_server", text);
    let report = samples::passed();
    assert_snapshot!("plain_passed", plain::report(&report));
}

#[test]
fn a_terminal_without_utf8_gets_ascii() {
    let theme = Theme {
        signs: Signs::Ascii,
        ..COLORLESS
    };
    let report = samples::failing_server();
    let size = Size {
        columns: 80,
        rows: 32,
    };
    let text = screen::draw(&samples::view(State::Report(&report)), size, theme).text();
    assert!(text.is_ascii(), "{text}");
}

#[test]
fn hostile_output_is_shown_and_not_obeyed() {
    let report = samples::hostile();
    let theme = Theme {
        color: Color::On,
        ..COLORLESS
    };
    let drawn = report::text(&report, 80, theme);
    let without_colours = super::without_ansi(&drawn);
    let obeyed = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
    assert!(!without_colours.contains(obeyed), "{without_colours:?}");
    assert!(without_colours.contains("\\x1b[2J"));
    assert_snapshot!("hostile_80", report::text(&report, 80, COLORLESS));
}

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
