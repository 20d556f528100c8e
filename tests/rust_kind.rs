//! Kind `rust`: what a learner can do to a file, and that it is neither a false pass nor a riddle.

mod common;

use backendlings::{
    error::Error,
    outcome::{Check, CheckState, Detail, Finding, Outcome, Report},
};
use common::Tiny;

const SHIPPED: &str = r#"fn two() -> i32 {
    todo!()
}

fn main() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_is_two() {
        assert_eq!(two(), 2, "two()");
    }

    #[test]
    fn two_is_positive() {
        assert!(two() > 0);
    }
}
"#;

/// The report on the shipped file with this in the place of `todo!()`.
fn body(code: &str) -> Report {
    text(&SHIPPED.replace("todo!()", code))
}

fn text(text: &str) -> Report {
    with_entry(text, "limits = { seconds = 1 }")
}

fn with_entry(text: &str, entry: &str) -> Report {
    Tiny::sample(SHIPPED, entry).check(text).expect("a report")
}

/// The finding about a claim, which must be broken.
#[track_caller]
fn broken<'a>(report: &'a Report, claim: &str) -> &'a Finding {
    assert_eq!(report.outcome, Outcome::Failed);
    let found = report
        .findings
        .iter()
        .find(|finding| finding.claim == claim);
    found.unwrap_or_else(|| panic!("“{claim}” is not broken in {report:#?}"))
}

fn actual(finding: &Finding) -> &str {
    finding.actual.as_deref().unwrap_or_default()
}

#[test]
fn the_right_answer_passes_with_each_test_as_a_claim() {
    let report = body("2");
    assert!(report.passed(), "{report:#?}");
    let claims: Vec<&str> = report.checks.iter().map(|c| c.claim.as_str()).collect();
    assert_eq!(claims, ["it compiles", "two is two", "two is positive"]);
}

#[test]
fn a_wrong_answer_is_told_with_asked_expected_and_got() {
    let report = body("3");
    let finding = broken(&report, "two is two");
    assert_eq!(finding.asked.as_deref(), Some("two()"));
    assert_eq!(finding.expected.as_deref(), Some("2"));
    assert_eq!(finding.actual.as_deref(), Some("3"));
    assert!(finding.log.is_empty(), "{:?}", finding.log);
    assert_eq!(report.passed_checks(), 2, "the other test still runs");
}

#[test]
fn an_edited_assertion_is_put_back_and_told() {
    let report = text(
        &SHIPPED
            .replace("todo!()", "3")
            .replace("two(), 2", "two(), 3"),
    );
    assert_eq!(broken(&report, "two is two").expected.as_deref(), Some("2"));
    assert!(report.notes[0].contains("tests in this file were changed"));
}

#[test]
fn a_file_that_is_nested_too_deeply_is_told_so_and_where() {
    let deep = format!("{}2{}", "(".repeat(70), ")".repeat(70));
    let report = body(&deep);
    let finding = broken(&report, "the shipped tests can judge this file");
    let told = format!("{:?} {:?}", finding.actual, finding.explain);
    assert!(
        told.contains("more levels deep") && told.contains("64 levels of brackets"),
        "{told}"
    );
    let line = SHIPPED
        .lines()
        .position(|line| line.contains("todo!()"))
        .map(|at| at + 1);
    assert_eq!(finding.location.as_ref().map(|place| place.line), line);
    // What is long, or stands in a text, is not deep.
    assert!(body(&format!("let _ = \"{}\"; 2", "[-".repeat(200))).passed());
}

#[test]
fn deleted_tests_are_not_a_pass() {
    let code = SHIPPED.split("#[cfg(test)]").next().expect("code");
    let report = text(&code.replace("todo!()", "3"));
    broken(&report, "two is two");
    assert!(
        text(&code.replace("todo!()", "2")).passed(),
        "right code still passes"
    );
}

#[test]
fn ignored_or_conditional_tests_are_not_a_pass() {
    let wrong = SHIPPED.replace("todo!()", "3");
    broken(
        &text(&wrong.replace("#[test]", "#[test]\n    #[ignore]")),
        "two is two",
    );
    broken(
        &text(&wrong.replace("#[cfg(test)]", "#[cfg(all(test, windows, unix))]")),
        "two is two",
    );
    broken(&text(&format!("#![cfg(not(test))]\n{wrong}")), "two is two");
}

#[test]
fn an_emptied_file_is_not_a_pass() {
    for empty in ["", "\n\n", "// nothing\n"] {
        assert_eq!(text(empty).outcome, Outcome::Failed, "{empty:?}");
    }
}

#[test]
fn a_file_without_main_does_not_compile_and_says_so() {
    let report = text(&SHIPPED.replace("todo!()", "2").replace("fn main() {}", ""));
    let finding = broken(&report, "it compiles");
    assert!(
        finding
            .explain
            .as_deref()
            .is_some_and(|e| e.contains("fn main() {}"))
    );
    assert_eq!(report.passed_checks(), 0);
}

#[test]
fn an_exit_in_the_tested_function_is_not_a_pass() {
    let report = body("std::process::exit(0)");
    let finding = broken(&report, "two is two");
    assert!(actual(finding).contains("exit code 0 before the test"));
    broken(&report, "two is positive");
}

#[test]
fn an_endless_loop_is_stopped_and_the_limit_is_named() {
    let report = body("loop {}");
    let finding = broken(&report, "two is two");
    assert_eq!(finding.expected.as_deref(), Some("an end within 1 s"));
    assert!(actual(finding).contains("still running"));
}

#[test]
fn a_loop_that_every_test_runs_into_is_waited_for_and_told_once() {
    let tests: String = (0..40)
        .map(|n| format!("#[test]\nfn two_again_{n}() {{ assert_eq!(two(), 2); }}\n"))
        .collect();
    let shipped = format!("{SHIPPED}{tests}");
    let tiny = Tiny::sample(&shipped, "limits = { seconds = 1 }");
    let report = tiny
        .check(shipped.replace("todo!()", "loop {}"))
        .expect("a report");
    let told: Vec<_> = report
        .findings
        .iter()
        .map(|finding| &finding.claim)
        .collect();
    assert_eq!(told, ["two is two"]);
    let not_run = |check: &&Check| check.state == CheckState::NotRun;
    assert!(report.checks.iter().filter(not_run).count() >= 40);
}

#[test]
fn a_stack_overflow_is_named() {
    let report = body("if two() > 5 { two() } else { two() + 1 }");
    let finding = broken(&report, "two is two");
    assert_eq!(actual(finding), "the stack overflowed");
}

#[test]
fn a_panic_in_the_learners_code_names_its_line() {
    let report = body("println!(\"so far\");\n    None.expect(\"a number\")");
    let finding = broken(&report, "two is two");
    assert!(actual(finding).contains("a number"));
    assert_eq!(finding.location.as_ref().map(|place| place.line), Some(3));
    assert_eq!(finding.log, ["so far"]);
}

#[test]
fn a_todo_names_its_line() {
    let report = text(SHIPPED);
    let finding = broken(&report, "two is two");
    assert!(actual(finding).contains("todo!() in line 2"));
    assert!(finding.log.is_empty(), "{:?}", finding.log);
}

#[test]
fn each_todo_is_told_once() {
    let two = SHIPPED.replace("assert!(two() > 0)", "assert!(one() > 0)");
    let two = two.replace("fn main", "fn one() -> i32 {\n    todo!()\n}\n\nfn main");
    let more =
        "    #[test]\n    fn again() {\n        assert_eq!((one(), two()), (1, 2));\n    }\n}\n";
    let shipped = format!("{}{more}", two.trim_end().trim_end_matches('}'));
    let report = Tiny::sample(&shipped, "")
        .check(&shipped)
        .expect("a report");
    let states: Vec<_> = report.checks.iter().map(|check| check.state).collect();
    let expected = [
        CheckState::Passed,
        CheckState::Failed,
        CheckState::Failed,
        CheckState::NotRun,
    ];
    assert_eq!(states, expected, "{report:#?}");
}

#[test]
fn a_compile_error_keeps_the_learners_path_and_line() {
    let report = body("\"two\"");
    let finding = broken(&report, "it compiles");
    let place = finding.location.as_ref().expect("a place");
    assert_eq!(place.file.to_str(), Some("exercises/sample.rs"));
    assert_eq!(place.line, 2);
    let Some(Detail::Compiler { rendered }) = &finding.detail else {
        panic!("no message in {finding:#?}");
    };
    assert!(rendered.contains("mismatched types"));
    let not_run = report
        .checks
        .iter()
        .filter(|c| c.state == CheckState::NotRun);
    assert_eq!(not_run.count(), 2, "no test is said to have run");
}

#[test]
fn text_that_is_no_rust_at_all_is_a_compile_error() {
    for rubbish in ["fn two( {", "}}}", "\"", "/* never closed"] {
        broken(&text(rubbish), "it compiles");
    }
}

#[test]
fn clippys_warnings_fail_only_where_the_course_is_strict() {
    let code = SHIPPED.replace("todo!()", "return 2;");
    let strict = with_entry(&code, "strict_clippy = true");
    broken(&strict, "Clippy has nothing to say");
    assert!(with_entry(&code, "").passed());
    let clean = SHIPPED.replace("todo!()", "2");
    assert!(with_entry(&clean, "strict_clippy = true").passed());
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_change_nothing() {
    let right = SHIPPED.replace("todo!()", "2");
    let report = text(&format!("\u{FEFF}{}", right.replace('\n', "\r\n")));
    assert!(report.passed(), "{report:#?}");
    assert!(report.notes.is_empty(), "{:?}", report.notes);
}

#[test]
fn the_hidden_checks_run_and_their_failures_are_told() {
    let tiny = Tiny::sample(SHIPPED, "");
    tiny.write(
        "exercises/sample.check.rs",
        "use super::*;\n\n#[test]\nfn twice_two_is_four() {\n    assert_eq!(two() * 2, 4, \"two() * 2\");\n}\n",
    );
    let report = tiny
        .check(SHIPPED.replace("todo!()", "7"))
        .expect("a report");
    let finding = broken(&report, "twice two is four");
    assert_eq!(finding.asked.as_deref(), Some("two() * 2"));
    assert_eq!(finding.location, None, "the hidden file is not shown");
    assert!(
        tiny.check(SHIPPED.replace("todo!()", "2"))
            .expect("a report")
            .passed()
    );
    // A learner's own module of that name does not take the place of the hidden one.
    let own = format!("{}\nmod checks {{}}\n", SHIPPED.replace("todo!()", "7"));
    assert_eq!(tiny.check(own).expect("a report").outcome, Outcome::Failed);
}

#[test]
fn what_the_compiler_remembers_is_kept_only_for_an_exercise_that_is_worked_on() {
    let tiny = Tiny::sample(SHIPPED, "");
    tiny.write(
        "exercises/sample.check.rs",
        "use super::*;\n\n#[test]\nfn it_is_two() {\n    assert_eq!(two(), 2);\n}\n",
    );
    tiny.write("exercises/sample.rs", SHIPPED.replace("todo!()", "2"));
    let remembered = tiny.root().join(".backendlings/build/sample/incremental");
    let after = |args: &[&str]| {
        let ran = common::program(tiny.root()).args(args).output();
        assert_eq!(ran.expect("it runs").status.code(), Some(0), "{args:?}");
        remembered.is_dir()
    };
    assert!(!after(&["check-all", "--fresh"]));
    assert!(after(&["run", "sample"]));
}

#[test]
fn an_endless_main_is_stopped_and_the_limit_is_named() {
    let entry = "test = false\nlimits = { seconds = 1 }";
    let report = with_entry("fn main() {\n    loop {}\n}\n", entry);
    let finding = broken(&report, "it runs to its end");
    assert_eq!(finding.expected.as_deref(), Some("an end within 1 s"));
    assert!(actual(finding).contains("still running"));
}

#[test]
fn a_program_without_tests_passes_if_it_runs_to_its_end() {
    let entry = "test = false\nlimits = { seconds = 1 }";
    let run = |code: &str| with_entry(&format!("fn main() {{\n    {code}\n}}\n"), entry);
    let report = run("println!(\"hello\");");
    assert!(report.passed());
    assert_eq!(report.output.map(|o| o.text).as_deref(), Some("hello\n"));
    let claim = "it runs to its end";
    assert!(actual(broken(&run("std::process::exit(3)"), claim)).contains("exit code 3"));
    assert!(actual(broken(&run("panic!(\"no\")"), claim)).contains("a panic: no"));
    assert!(actual(broken(&run("loop {}"), claim)).contains("still running"));
}

#[test]
fn a_course_whose_exercise_has_no_test_is_the_courses_fault() {
    let tiny = Tiny::sample("fn main() {}\n", "");
    let error = tiny
        .check("fn main() {}\n")
        .expect_err("nothing would be checked");
    assert!(matches!(error, Error::Course { .. }), "{error}");
    assert!(error.to_string().contains("sample.rs"));
}

#[cfg(target_os = "linux")]
#[test]
fn memory_without_end_is_stopped_and_the_limit_is_named() {
    // All at once, and piece by piece.
    for code in [
        "let all = vec![1u8; 1 << 40]; all.len() as i32",
        "let mut all = Vec::new(); loop { all.push(vec![1u8; 1 << 24]); }",
    ] {
        let answer = SHIPPED.replace("todo!()", code);
        let report = with_entry(&answer, "limits = { seconds = 300 }");
        assert!(
            actual(&report.findings[0]).contains("2048 MiB of memory, which is its limit"),
            "{report:#?}"
        );
    }
}

#[test]
fn endless_output_is_cut_and_the_limit_of_time_is_named() {
    let report = body("loop { println!(\"on and on\"); }");
    let finding = &report.findings[0];
    assert!(actual(finding).contains("still running"), "{finding:#?}");
    let kept: usize = finding.log.iter().map(String::len).sum();
    assert!(kept < 300_000, "{kept} bytes are kept");
    assert!(
        finding
            .log
            .iter()
            .any(|line| line.contains("bytes left out")),
        "what was left out is said"
    );
}
