//! Rust text to items. The parser calls itself for each level of nesting, so text that is nested without end would end the runner
//! with it: such text is no Rust here. rustc has limits of its own, and says so.

/// More levels than any program has. A level costs the parser some kilobytes of a stack of two megabytes.
const DEEPEST: usize = 64;

/// More signs such as `!` or `&` in a row than any expression has.
const LONGEST_ROW: usize = 64;

/// More branches than any chain of `else if` has.
const MOST_BRANCHES: usize = 400;

/// The items of a file; `None` if it cannot be parsed, or is nested too deeply to try.
pub(super) fn parse(text: &str) -> Option<Vec<syn::Item>> {
    if is_too_deep(text) {
        return None;
    }
    syn::parse_file(text).ok().map(|file| file.items)
}

/// Counts brackets wherever they stand, also in texts and comments: nobody has so many there either.
pub(super) fn is_too_deep(text: &str) -> bool {
    let (mut depth, mut row) = (0_usize, 0_usize);
    let is_comment = |line: &&str| line.trim_start().starts_with("//");
    for c in text
        .lines()
        .filter(|line| !is_comment(line))
        .flat_map(str::chars)
    {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        row = match c {
            '!' | '&' | '*' | '-' | '|' | '<' => row + 1,
            c if c.is_whitespace() => row,
            _ => 0,
        };
        if depth > DEEPEST || row > LONGEST_ROW {
            return true;
        }
    }
    text.matches("else").count() > MOST_BRANCHES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::{Shipped, kit_files, splice, tricks};

    #[test]
    fn text_that_is_nested_without_end_is_refused_and_not_followed() {
        const DEEP: usize = 100_000;
        for (begin, end) in [
            ("(", ")"),
            ("[", "]"),
            ("{", "}"),
            ("!", ""),
            ("&", ""),
            ("- ", ""),
            ("if true {} else ", "{}"),
            ("|| ", ""),
        ] {
            let text = format!(
                "unsafe fn a() {{ {} 1 {} }} // kit/ macro_rules PartialEq",
                begin.repeat(DEEP),
                end.repeat(DEEP)
            );
            assert!(parse(&text).is_none(), "{begin}");
            let shipped = Shipped::parse("fn a() {}").expect("it parses");
            assert!(splice(&text, &shipped).is_none());
            tricks(&text, "fn a() {}");
            assert!(kit_files(&text).is_empty());
        }
    }

    #[test]
    fn what_may_be_parsed_fits_on_the_stack_of_a_thread() {
        let nested = |begin: &str, end: &str, times: usize| {
            format!(
                "fn a() {{ {} 1 {} }}",
                begin.repeat(times),
                end.repeat(times)
            )
        };
        for (begin, end, times) in [
            ("(", ")", DEEPEST - 1),
            ("{", "}", DEEPEST - 1),
            ("[(", ")]", DEEPEST / 2 - 1),
            ("a(", ")", DEEPEST - 1),
            ("if a { ", "}", DEEPEST - 1),
            ("!", "", LONGEST_ROW),
            ("if a {} else ", "{}", MOST_BRANCHES),
        ] {
            let text = nested(begin, end, times);
            assert!(!is_too_deep(&text), "{begin}");
            // On a stack of two megabytes, as this test's own; that it ends at all is what counts.
            parse(&text);
        }
    }

    #[test]
    fn a_long_line_under_a_heading_is_no_nesting() {
        let line = "-".repeat(300);
        assert!(!is_too_deep(&format!("// {line}\nfn a() {{}}\n")));
    }
}
