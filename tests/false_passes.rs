//! No trick is a pass: whatever a learner's file does to the tests, to the program or to what it prints, each is told apart.

mod common;

use backendlings::outcome::{Finding, Outcome, Report};
use common::Tiny;

/// `double` is wrong in it; the tests say so.
const SHIPPED: &str = "//! sample: twice as much

fn double(n: i32) -> i32 {
    n
}

#[derive(Debug, PartialEq)]
struct Pair(i32, i32);

fn pair() -> Pair {
    Pair(1, 1)
}

fn main() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_doubled_is_four() {
        assert_eq!(double(2), 4, \"double(2)\");
    }

    #[test]
    fn the_pair_is_one_and_two() {
        assert!(pair() == Pair(1, 2));
    }

    #[test]
    fn a_check_may_give_a_result() -> Result<(), String> {
        match double(3) {
            6 => Ok(()),
            other => Err(format!(\"{other}\")),
        }
    }

    #[test]
    #[should_panic(expected = \"overflow\")]
    fn too_much_is_a_panic() {
        double(i32::MAX);
    }
}
";

/// The closing lines of a run in which one test has passed.
const CLOSING: &str = "println!(\"\\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 3 filtered out; finished in 0.00s\\n\");";

fn report(text: &str) -> Report {
    Tiny::sample(SHIPPED, "")
        .check(text)
        .expect("no tool error")
}

/// The report on a file whose `double` has this body.
fn body(code: &str) -> Report {
    report(&SHIPPED.replacen("    n\n", &format!("    {code}\n"), 1))
}

/// The report on the shipped file with this in front of its first function.
fn with_items(items: &str) -> Report {
    report(&SHIPPED.replacen("fn double", &format!("{items}\nfn double"), 1))
}

#[track_caller]
fn refused<'a>(report: &'a Report, words: &str) -> &'a Finding {
    assert_eq!(report.outcome, Outcome::Failed, "{report:#?}");
    let said = |finding: &&Finding| {
        let told = format!("{:?} {:?}", finding.actual, finding.explain);
        told.contains(words)
    };
    let found = report.findings.iter().find(said);
    found.unwrap_or_else(|| panic!("nothing says “{words}”: {report:#?}"))
}

#[test]
fn the_right_answer_passes() {
    let text = SHIPPED
        .replacen("    n\n", "    n.checked_mul(2).expect(\"overflow\")\n", 1)
        .replace("Pair(1, 1)", "Pair(1, 2)");
    let report = report(&text);
    assert_eq!(report.outcome, Outcome::Passed, "{report:#?}");
    assert_eq!(
        report.output, None,
        "what the guards say is nobody's output"
    );
}

#[test]
fn an_exit_before_the_end_of_the_test_is_told_as_one() {
    let said = "the program ended with exit code 0 before the test did";
    for code in [
        "std::process::exit(0)",
        "std::panic::set_hook(Box::new(|_| std::process::exit(0))); panic!()",
        "std::thread::spawn(|| std::process::exit(0)).join().ok(); n",
        "struct Last; impl Drop for Last { fn drop(&mut self) { std::process::exit(0) } } let _last = Last; panic!()",
    ] {
        refused(&body(code), said);
    }
}

#[test]
fn what_a_passed_test_prints_is_no_pass() {
    let report = body(&format!("{CLOSING} std::process::exit(0)"));
    refused(&report, "after printing what a passed test prints");
    // All that libtest prints, for a test that is running.
    let all = format!(
        "println!(\"running 1 test\\ntest tests::two_doubled_is_four ... ok\"); {CLOSING} std::process::exit(0)"
    );
    refused(&body(&all), "after printing what a passed test prints");
}

#[test]
fn a_main_that_prints_a_result_is_not_even_run() {
    let text = SHIPPED.replace("fn main() {}", &format!("fn main() {{ {CLOSING} }}"));
    refused(&report(&text), "2");
}

#[test]
fn a_secret_that_was_not_told_cannot_be_said() {
    // The guard has read it to its end before this runs; what a test prints on its own is no secret.
    let code = format!(
        "let mut said = String::new(); std::io::stdin().read_line(&mut said).ok(); println!(\"{{said}}held 0\"); {CLOSING} std::process::exit(0)"
    );
    refused(&body(&code), "before the test did");
}

/// Looks for the guard's secret in the program's own memory, says it and ends.
#[cfg(target_os = "linux")]
const SEARCH: &str = r##"
fn steal(mem: &str, maps: &str) {
    use std::os::unix::fs::FileExt as _;
    let Ok(maps) = std::fs::read_to_string(maps) else { return };
    let Ok(mem) = std::fs::File::open(mem) else { return };
    for line in maps.lines().filter(|line| line.contains("[heap]") || line.contains("rw-p 00000000 00:00 0")) {
        let (from, to) = line.split_once(' ').unwrap().0.split_once('-').unwrap();
        let number = |text| u64::from_str_radix(text, 16).unwrap();
        let mut bytes = vec![0; (number(to) - number(from)).min(1 << 20) as usize];
        if mem.read_at(&mut bytes, number(from)).is_err() { continue }
        for at in 0..bytes.len().saturating_sub(37) {
            if bytes[at..].starts_with(b"held ") && bytes[at + 5..at + 37].iter().all(u8::is_ascii_hexdigit) {
                println!("\n{}", String::from_utf8_lossy(&bytes[at..at + 37]));
                CLOSING
                std::process::exit(0);
            }
        }
    }
}
"##;

#[cfg(target_os = "linux")]
#[test]
fn the_secret_cannot_be_taken_out_of_the_programs_memory() {
    let with_search = |call: &str| {
        let search = SEARCH.replace("CLOSING", CLOSING);
        report(
            &SHIPPED
                .replacen("    n\n", &format!("    {call}\n    n\n"), 1)
                .replacen("fn double", &format!("{search}\nfn double"), 1),
        )
    };
    let plain = with_search(r#"steal("/proc/self/mem", "/proc/self/maps");"#);
    refused(&plain, "the memory of the program itself");
    // Not named in one piece, it is refused by the system; but nothing is hidden from root.
    if !rustix::process::geteuid().is_root() {
        let hidden = with_search(
            r#"let of = |file: &str| format!("/{}/{}/{file}", "proc", "self"); steal(&of("mem"), &of("maps"));"#,
        );
        let finding = refused(&hidden, "2");
        assert_eq!(finding.claim, "two doubled is four", "{hidden:#?}");
    }
}

#[test]
fn a_test_that_should_panic_and_does_not_end_is_no_pass() {
    let code = format!("if n > 9 {{ {CLOSING} std::process::exit(0) }} n * 2");
    let report = body(&code);
    let finding = refused(&report, "before the test did");
    assert_eq!(finding.claim, "too much is a panic");
}

#[test]
fn tests_that_were_removed_renamed_ignored_or_switched_off_are_put_back() {
    let tests = SHIPPED.find("#[cfg(test)]").expect("there");
    for text in [
        SHIPPED[..tests].to_owned(),
        SHIPPED.replace("two_doubled_is_four", "nothing"),
        SHIPPED.replace("#[test]", "#[test]\n    #[ignore]"),
        SHIPPED.replace("#[cfg(test)]", "#[cfg(any())]"),
        SHIPPED.replace("#[cfg(test)]", "#[cfg(test)]\n#[cfg(any())]"),
        SHIPPED.replace("double(2), 4", "double(2), 2"),
        SHIPPED.replace("#[test]", ""),
        SHIPPED.replace(
            "#[cfg(test)]",
            "macro_rules! away { ($($t:tt)*) => {} }\naway! {",
        ) + "}",
    ] {
        let report = report(&text);
        assert_eq!(report.outcome, Outcome::Failed, "{text}\n{report:#?}");
        assert!(
            report.checks.len() >= 4,
            "every shipped test is counted: {report:#?}"
        );
        assert!(
            report
                .notes
                .iter()
                .any(|note| note.contains("tests in this file were changed")),
            "{text}\n{report:#?}"
        );
    }
}

#[test]
fn a_file_that_is_switched_off_as_a_whole_is_no_pass() {
    for attribute in [
        "#![cfg(any())]",
        "#![cfg_attr(test, cfg(any()))]",
        "#![no_main]",
        "#![no_std]",
        "#![no_implicit_prelude]",
        "#![feature(custom_test_frameworks)]\n#![test_runner(crate::none)]",
    ] {
        let report = report(&format!("{attribute}\n{SHIPPED}"));
        assert_eq!(report.outcome, Outcome::Failed, "{attribute}: {report:#?}");
        assert!(!report.findings.is_empty(), "{attribute}: {report:#?}");
    }
}

#[test]
fn macros_of_the_tests_cannot_be_given_another_meaning() {
    refused(
        &with_items("macro_rules! assert_eq { ($($t:tt)*) => {} }"),
        "`assert_eq!` has another meaning",
    );
    refused(
        &with_items("macro_rules! held { ($($t:tt)*) => {} }\npub(crate) use held as assert_eq;"),
        "`assert_eq!` has another meaning",
    );
    refused(
        &with_items(
            "macro_rules! make { ($n:ident) => { macro_rules! $n { ($$($$t:tt)*) => {} } } }\nmake!(assert_eq);",
        ),
        "a macro that makes macros",
    );
    refused(&with_items("mod std { }"), "`std`");
}

#[test]
fn code_that_could_change_the_program_under_the_tests_is_refused() {
    for items in [
        "#[used]\n#[unsafe(link_section = \".init_array\")]\nstatic FIRST: extern \"C\" fn() = first;\nextern \"C\" fn first() { std::process::exit(0) }",
        "struct Heap;\nunsafe impl std::alloc::GlobalAlloc for Heap { unsafe fn alloc(&self, _: std::alloc::Layout) -> *mut u8 { std::process::exit(0) } unsafe fn dealloc(&self, _: *mut u8, _: std::alloc::Layout) {} }\n#[global_allocator]\nstatic HEAP: Heap = Heap;",
        "#[unsafe(no_mangle)]\npub extern \"C\" fn main() -> i32 { 0 }",
    ] {
        refused(&with_items(items), "`unsafe` code");
    }
    refused(
        &body("unsafe { std::hint::unreachable_unchecked() }"),
        "`unsafe` code",
    );
}

#[test]
fn an_answer_that_stands_in_another_file_is_refused() {
    let tiny = Tiny::sample(SHIPPED, "");
    tiny.write("solutions/sample.rs", "fn double(n: i32) -> i32 { n * 2 }");
    let solution = tiny.path("solutions/sample.rs").display().to_string();
    for items in [
        format!("mod other {{ include!({solution:?}); }}"),
        format!("#[path = {solution:?}]\nmod other;"),
        format!("const TEXT: &str = include_str!({solution:?});"),
    ] {
        let text = SHIPPED.replacen("fn double", &format!("{items}\nfn double"), 1);
        let report = tiny.check(text).expect("no tool error");
        refused(&report, "text of another file");
    }
}

#[test]
fn equality_cannot_be_made_to_hold_always() {
    let text = SHIPPED.replace(
        "#[derive(Debug, PartialEq)]\nstruct Pair(i32, i32);",
        "#[derive(Debug)]\nstruct Pair(i32, i32);\nimpl PartialEq for Pair {\n    fn eq(&self, _: &Self) -> bool { true }\n}",
    );
    let report = report(&text);
    let finding = refused(&report, "written by hand");
    assert_eq!(finding.location.as_ref().map(|place| place.line), Some(9));
}

#[test]
fn a_panic_in_another_thread_is_not_passed_over() {
    // Where panics are no part of the lesson.
    let shipped = "fn double(n: i32) -> i32 {\n    n\n}\n\nfn main() {}\n\n#[test]\nfn two_doubled_is_four() {\n    assert_eq!(double(2), 4);\n}\n";
    let check = |code: &str| {
        let text = shipped.replacen("    n\n", &format!("    {code}\n"), 1);
        Tiny::sample(shipped, "")
            .check(text)
            .expect("no tool error")
    };
    let lost =
        "std::thread::spawn(|| { let none: Option<i32> = None; none.unwrap() }).join().ok(); 2 * n";
    let finding = refused(&check(lost), "a thread panicked").clone();
    assert_eq!(finding.location.map(|place| place.line), Some(2));
    assert!(check("2 * n").passed());
}

#[test]
fn an_abort_is_told_as_one_wherever_it_comes_from() {
    for code in [
        "std::process::abort()",
        "struct Last; impl Drop for Last { fn drop(&mut self) { std::process::abort() } } let _last = Last; n * 2",
        "thread_local!(static LAST: Last = Last); struct Last; impl Drop for Last { fn drop(&mut self) { std::process::abort() } } LAST.with(|_| n * 2)",
    ] {
        refused(&body(code), "SIGABRT");
    }
}

#[test]
fn names_of_the_runners_own_modules_are_taken() {
    let tiny = Tiny::sample(SHIPPED, "");
    tiny.write(
        "exercises/sample.check.rs",
        "use super::*;\n#[test]\nfn three_doubled_is_six() { assert_eq!(double(3), 6); }\n",
    );
    for items in [
        "mod checks { }",
        "mod held_by_the_runner { pub fn test(_: bool) {} }",
    ] {
        let text = SHIPPED.replacen("fn double", &format!("{items}\nfn double"), 1);
        let report = tiny.check(text).expect("no tool error");
        refused(&report, "defined multiple times");
    }
    // A copy of their own in the place of the hidden checks goes as every test goes.
    let text = SHIPPED.replacen(
        "fn double",
        "#[cfg(test)]\nmod checks { #[test]\nfn three_doubled_is_six() {} }\nfn double",
        1,
    );
    let report = tiny.check(text).expect("no tool error");
    assert_eq!(report.outcome, Outcome::Failed, "{report:#?}");
    assert!(
        report
            .findings
            .iter()
            .any(|f| f.claim == "three doubled is six")
    );
}
