//! Kind `quiz`: what a learner can write behind `answer:`, what can happen to the file, and what each of it leads to.

mod common;

use backendlings::{
    course::{Course, Kind},
    outcome::{Badge, CheckState, Finding, Report},
    workspace::Workspace,
};
use common::Tiny;
use std::path::Path;

const SHIPPED: &str = "Whoever reads this knows how to answer.\n\n1. The colour\n   Which one is the sky's?\n     a) green\n     b) blue\n   answer:\n\n2. The primes\n   All that fit.\n     a) 2\n     b) 4\n     c) 5\n   answer:\n\n3. The order\n   The smallest first.\n     a) ten\n     b) one\n     c) five\n   answer:\n";

const REASONS: [&str; 3] = [
    "because: It scatters.\n   not a: That is the grass.\n",
    "because: So it is.\n   not b: Two twos.\n",
    "b before c: Nothing is smaller.\n   c before a: Five is half of it.\n",
];

fn answered(answers: [&str; 3]) -> String {
    let mut parts = SHIPPED.split("answer:\n");
    let mut text = parts.next().expect("a part").to_owned();
    for (answer, part) in answers.iter().zip(parts) {
        text.push_str(&format!("answer: {answer}\n{part}"));
    }
    text
}

fn solution() -> String {
    let mut text = answered(["b", "a, c", "b > c > a"]);
    for (answer, reasons) in ["answer: b\n", "answer: a, c\n", "answer: b > c > a\n"]
        .iter()
        .zip(REASONS)
    {
        text = text.replace(answer, &format!("{answer}   {reasons}"));
    }
    text
}

fn quiz() -> Tiny {
    let tiny = Tiny::with_info(
        "format_version = 1\n\n[[exercises]]\nname = \"sample\"\nkind = \"quiz\"\nhints = [{ text = \"Look up.\" }, { text = \"Higher.\", claim = \"1. The colour\" }]\n",
    );
    tiny.write(FILE, SHIPPED);
    tiny.write("solutions/sample.txt", solution());
    tiny
}

const FILE: &str = "exercises/sample.txt";

fn check(text: &str) -> Report {
    quiz().check_file(FILE, text).expect("a report")
}

#[track_caller]
fn broken<'a>(report: &'a Report, claim: &str) -> &'a Finding {
    let found = report
        .findings
        .iter()
        .find(|finding| finding.claim == claim);
    found.unwrap_or_else(|| panic!("“{claim}” is not broken in {report:#?}"))
}

fn states(report: &Report) -> Vec<CheckState> {
    report.checks.iter().map(|check| check.state).collect()
}

const PASSED: CheckState = CheckState::Passed;
const FAILED: CheckState = CheckState::Failed;
const NOT_RUN: CheckState = CheckState::NotRun;

#[test]
fn right_answers_pass_and_the_badge_says_that_only_answers_were_compared() {
    for text in [
        solution(),
        answered(["B", "c a", "b, c, a"]),
        answered(["(b) blue", "A and C", "bca"]),
        answered(["Blue", "c, a.", "b -> c -> a"]),
        answered(["b", "a, c", "b > c > a"]).replace('\n', "\r\n"),
        answered(["b", "a, c", "b > c > a"]).replace("answer:", "Answer ="),
    ] {
        let report = check(&text);
        assert!(report.passed(), "{text}\n{report:#?}");
        assert_eq!(report.badge, Some(Badge::AnswersOnly));
        assert!(report.notes.is_empty(), "{:?}", report.notes);
    }
}

#[test]
fn the_first_question_without_an_answer_says_how_to_answer_and_the_others_wait() {
    let report = check(SHIPPED);
    assert_eq!(states(&report), [FAILED, NOT_RUN, NOT_RUN]);
    let finding = broken(&report, "1. The colour");
    assert_eq!(finding.asked.as_deref(), Some("Which one is the sky's?"));
    assert_eq!(finding.actual.as_deref(), Some("not answered yet"));
    assert_eq!(
        finding.expected.as_deref(),
        Some("one letter of a to b, as in “answer: a”")
    );
    assert_eq!(finding.location.as_ref().map(|place| place.line), Some(7));
    let report = check(&answered(["b", "", "b"]));
    assert_eq!(states(&report), [PASSED, FAILED, FAILED]);
    let expected = broken(&report, "2. The primes").expected.as_deref();
    assert_eq!(
        expected,
        Some("all letters that fit, of a to c, as in “answer: a, c”")
    );
}

#[test]
fn a_wrong_answer_gets_its_reason_and_not_the_right_one() {
    let report = check(&answered(["a", "a, b", "c > b > a"]));
    let told = |claim: &str| {
        let finding = broken(&report, claim);
        let text = |part: &Option<String>| part.clone().unwrap_or_default();
        assert_eq!(finding.expected, None, "{claim}");
        (text(&finding.actual), text(&finding.explain))
    };
    let pair = |got: &str, why: &str| (got.to_owned(), why.to_owned());
    assert_eq!(
        told("1. The colour"),
        pair("a) green", "That is the grass.")
    );
    assert_eq!(told("2. The primes"), pair("a, b", "b: Two twos."));
    assert_eq!(
        told("3. The order"),
        pair("c > b > a", "Nothing is smaller.")
    );
}

#[test]
fn an_answer_that_is_not_whole_is_told_apart_from_a_wrong_one() {
    let report = check(&answered(["a, b", "c", "b > c"]));
    let explain = |claim: &str| broken(&report, claim).explain.clone().unwrap_or_default();
    assert!(explain("1. The colour").contains("One of them is enough"));
    assert!(explain("2. The primes").contains("there is more that fits"));
    assert!(explain("3. The order").contains("Some are left out"));
    let twice = check(&answered(["b", "a, a", "b > c > a > b"]));
    assert!(
        broken(&twice, "2. The primes")
            .explain
            .as_deref()
            .is_some_and(|e| e.contains("a stands there twice"))
    );
    broken(&twice, "3. The order");
}

#[test]
fn what_is_no_choice_is_named_with_its_line() {
    let report = check(&answered(["red", "a, c", "b > c > z"]));
    let finding = broken(&report, "1. The colour");
    assert_eq!(
        finding.actual.as_deref(),
        Some("“red”, which is none of the choices")
    );
    assert_eq!(finding.location.as_ref().map(|place| place.line), Some(7));
    broken(&report, "3. The order");
}

#[test]
fn a_broken_file_is_told_with_the_line() {
    let right = answered(["b", "a, c", "b > c > a"]);
    let no_answer = check(&right.replacen("answer: b\n", "\n", 1));
    let finding = broken(&no_answer, "1. The colour");
    assert_eq!(
        finding.expected.as_deref(),
        Some("a line “answer:” below line 3")
    );
    let no_heading = check(&right.replace("2. The primes\n", ""));
    let finding = broken(&no_heading, "1. The colour");
    assert_eq!(finding.actual.as_deref(), Some("two, in lines 7 and 13"));
    assert_eq!(finding.location.as_ref().map(|place| place.line), Some(13));
    let finding = broken(&no_heading, "2. The primes");
    assert_eq!(
        finding.actual.as_deref(),
        Some("this question is not in your file")
    );
    let doubled = check(&format!("{right}\n1. The colour\n   answer: b\n"));
    let finding = broken(&doubled, "1. The colour");
    assert!(
        finding
            .actual
            .as_deref()
            .is_some_and(|a| a.contains("twice, in lines 3 and 23")),
        "{finding:#?}"
    );
    for text in ["", "\n", "nothing of it is left\n", "1.\n", "answer: b\n"] {
        assert!(!check(text).passed(), "{text:?}");
    }
}

#[test]
fn whatever_line_is_lost_or_doubled_a_pass_has_all_answers() {
    let right = answered(["b", "a, c", "b > c > a"]);
    let lines: Vec<&str> = right.lines().collect();
    let is_needed = |line: &str| line.starts_with(char::is_numeric) || line.contains("answer:");
    let tiny = quiz();
    for (at, line) in lines.iter().enumerate() {
        let (mut without, mut twice) = (lines.clone(), lines.clone());
        without.remove(at);
        twice.insert(at, line);
        for changed in [without, twice] {
            let text = changed.join("\n");
            let report = tiny.check_file(FILE, &text).expect("a report");
            assert_eq!(report.passed(), !is_needed(line), "{text}");
        }
    }
}

#[test]
fn edited_questions_do_not_count_and_are_told() {
    let turned = answered(["a", "a, c", "b > c > a"]).replace("a) green", "a) blue");
    let report = check(&turned.replace("b) blue\n   answer", "b) green\n   answer"));
    broken(&report, "1. The colour");
    assert!(report.notes[0].contains("questions in this file were changed"));
    let fewer = solution().replace("2. The primes", "4. More primes");
    broken(&check(&fewer), "2. The primes");
}

#[test]
fn a_solution_with_a_gap_is_the_courses_fault() {
    let tiny = quiz();
    for (solution, what) in [
        (
            solution().replace("   not b: Two twos.\n", ""),
            "“not b: …” is missing",
        ),
        (
            solution().replace("answer: b\n", "answer: x\n"),
            "question 1: its answer is none of the choices",
        ),
        ("nothing\n".to_owned(), "there is no question in it"),
    ] {
        tiny.write("solutions/sample.txt", solution);
        let error = tiny
            .check_file(FILE, SHIPPED)
            .expect_err("a fault")
            .to_string();
        assert!(
            error.contains("solutions/sample.txt") && error.contains(what),
            "{error}"
        );
    }
}

#[test]
fn every_quiz_of_the_course_asks_what_its_solution_asks() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let course = Course::load(Workspace::at(root)).expect("the course is right");
    let quizzes = course.exercises.iter().filter(|e| e.kind == Kind::Quiz);
    let mut seen = 0;
    for exercise in quizzes {
        let tiny = quiz();
        let text = |file: &Path| std::fs::read_to_string(file).expect("readable");
        tiny.write("solutions/sample.txt", text(&course.solution(exercise)));
        let shipped = text(&course.file(exercise));
        let report = tiny.check_file(FILE, &shipped).expect("a report");
        assert!(
            report.notes.is_empty(),
            "{}: {:?}",
            exercise.name,
            report.notes
        );
        seen += 1;
    }
    assert!(seen > 0, "the course has a quiz");
}

#[test]
fn every_command_knows_a_quiz() {
    let tiny = quiz();
    tiny.run(&["run", "sample"])
        .ends_with(1)
        .says(&["1. The colour", "not answered yet"]);
    tiny.run(&["hint", "sample"])
        .ends_with(0)
        .says(&["Look up."]);
    tiny.run(&["list", "--format", "json"])
        .ends_with(0)
        .says(&["\"kind\": \"quiz\"", "exercises/sample.txt"]);
    tiny.write(FILE, answered(["b", "a, c", "b > c > a"]));
    tiny.run(&["run", "sample", "--format", "json"])
        .ends_with(0)
        .says(&["\"badge\": \"answers_only\""]);
    tiny.run(&["run", "sample"])
        .ends_with(0)
        .says(&["answers only"]);
    tiny.run(&["solution", "sample"])
        .ends_with(0)
        .says(&["because: It scatters."]);
    // The verdict is remembered, and another answer is not taken for the one that passed.
    tiny.run(&["check-all"]).ends_with(0);
    tiny.run(&["check-all"]).ends_with(0);
    tiny.write(FILE, answered(["a", "a, c", "b > c > a"]));
    tiny.run(&["check-all"])
        .ends_with(1)
        .says(&["failed   sample: 1. The colour"]);
    tiny.run(&["reset", "sample"]).ends_with(0);
    assert_eq!(tiny.read(FILE), SHIPPED);
}
