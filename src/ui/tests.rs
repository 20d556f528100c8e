//! The screens as they are seen, compared with files.
//!
//! `INSTA_UPDATE=always cargo test --lib ui` writes the files anew; read what changed before it is kept.

use super::{
    Color, Links, Signs, Size, Theme,
    list::{self, Filter, ListView},
    plain, report,
    samples::{self, COLORLESS, list_view},
    screen::{self, Completion, Panel, State, View},
};
use crate::{error::Error, outcome::Report};
use insta::assert_snapshot;
use std::time::Duration;

fn at(columns: usize, rows: usize, view: &View<'_>) -> String {
    screen::draw(view, Size { columns, rows }, COLORLESS).text()
}

fn verdict(report: &Report, columns: usize, rows: usize) -> String {
    at(columns, rows, &samples::view(State::Report(report)))
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
fn a_project_shows_the_ladder_of_its_stages() {
    let report = samples::project();
    assert_snapshot!("project_80", verdict(&report, 80, 30));
    assert_snapshot!("project_20", verdict(&report, 20, 40));
    let plain = report::text(&report, 80, Theme::PLAIN);
    assert!(plain.contains("stage 3 of 5"), "{plain}");
}

#[test]
fn a_window_of_20_columns_can_still_be_read() {
    assert_snapshot!(
        "failing_server_20",
        verdict(&samples::failing_server(), 20, 60)
    );
    assert_snapshot!("table_diff_20", verdict(&samples::table_diff(), 20, 40));
    assert_snapshot!(
        "small_window_30x8",
        verdict(&samples::failing_server(), 30, 8)
    );
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
fn output_that_was_not_kept_is_told() {
    let mut report = samples::passed();
    if let Some(output) = &mut report.output {
        output.omitted = 70_000;
    }
    let text = plain::report(&report);
    assert!(text.contains("(without 70000 bytes in the middle)"));
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
    let table = list::table(&samples::entries(), Some(3), Theme::PLAIN);
    assert_snapshot!("plain_list", table);
}

#[test]
fn a_terminal_without_utf8_gets_ascii() {
    let theme = Theme {
        signs: Signs::Ascii,
        ..COLORLESS
    };
    let reports = [
        samples::failing_server(),
        samples::compile_error(),
        samples::table_diff(),
        samples::passed(),
        samples::skipped(),
    ];
    for report in &reports {
        let view = samples::view(State::Report(report));
        for rows in [16, 80] {
            let size = Size { columns: 80, rows };
            let text = screen::draw(&view, size, theme).text();
            assert!(text.is_ascii(), "{text}");
        }
    }
    let table = list::table(&samples::entries(), Some(3), theme);
    assert!(table.is_ascii(), "{table}");
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
