//! Rust text to items. The parser calls itself for each level of nesting, and not only for brackets: `return return 1`,
//! `a::<a::<a>>` and `|a| |b| c` are nested too. So it runs on a stack of its own, and text that is nested more deeply
//! than that holds is not given to it. rustc has limits of its own, and says so.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree, token_stream};
use std::{iter::Peekable, thread};
use syn::Item;

/// More levels of brackets than any program has.
pub const MOST_LEVELS: usize = 64;

/// More words and signs than any expression has, with those before it in the brackets around it: it cannot be nested more deeply
/// than it is long.
pub const MOST_WORDS: usize = 4000;

/// The costliest words take 15 kilobytes each where nothing is optimised: `a::<a::<a::<`.
const STACK: usize = 128 << 20;

/// What `read` makes of the items of a file; `None` if the text cannot be parsed, or is nested too deeply to try.
///
/// Items do not leave the stack that they were made on: what takes them apart goes as deep as what made them.
pub(super) fn parsed<T: Send>(text: &str, read: impl Fn(&[Item]) -> T + Sync) -> Option<T> {
    let parse = || {
        let tokens = tokens(text)?;
        if deepest_line(tokens.clone()).is_some() {
            return None;
        }
        let file: syn::File = syn::parse2(tokens).ok()?;
        Some(read(&file.items))
    };
    thread::scope(|scope| {
        let started = thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, parse);
        match started.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(parsed)) => parsed,
            // A panic goes on as if it had happened here.
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            // Without memory for another stack, what fits on this one is what every program needs.
            Err(_) => parse(),
        }
    })
}

/// The line at which a text becomes nested too deeply to be read; `None` if it does not.
pub fn too_deep_at(text: &str) -> Option<usize> {
    tokens(text).and_then(deepest_line)
}

/// The words and signs of a text, with the lines that they stand on; `None` where it cannot be split into words, as with an open
/// bracket or quote, or is a `#!` line alone.
fn tokens(text: &str) -> Option<TokenStream> {
    let is_script = text.starts_with("#!") && !text.starts_with("#![");
    // Its end stays, so that the lines keep their numbers.
    let begin = if is_script { text.find('\n')? } else { 0 };
    text[begin..].parse().ok()
}

/// What stands between two brackets, read from left to right.
struct Level {
    rest: Peekable<token_stream::IntoIter>,
    /// Words before the bracket that may be part of the same expression.
    before: usize,
    /// Words since something has ended here.
    run: usize,
    /// `<` that may still be open: a comma does not end anything then.
    angles: usize,
    /// The same of `|`, which may begin a closure.
    bars: usize,
    /// `-` or `=` directly before: a `>` is an arrow then.
    may_be_arrow: bool,
}

impl Level {
    fn new(tokens: TokenStream, before: usize) -> Self {
        Self {
            rest: tokens.into_iter().peekable(),
            before,
            run: 0,
            angles: 0,
            bars: 0,
            may_be_arrow: false,
        }
    }

    fn end(&mut self) {
        (self.run, self.angles, self.bars) = (0, 0, 0);
    }

    fn sign(&mut self, sign: char, spacing: Spacing) {
        match sign {
            ';' => self.end(),
            ',' if self.angles == 0 && self.bars == 0 => self.run = 0,
            '<' => self.angles += 1,
            '>' if !self.may_be_arrow => self.angles = self.angles.saturating_sub(1),
            '|' => self.bars += 1,
            _ => {}
        }
        self.may_be_arrow = matches!(sign, '-' | '=') && spacing == Spacing::Joint;
    }

    /// True if what stands after a block may go on with it, as `else` and `.` do.
    fn goes_on(&mut self) -> bool {
        match self.rest.peek() {
            Some(TokenTree::Ident(word)) => word == "else" || word == "as",
            Some(TokenTree::Punct(sign)) => sign.as_char() != '#',
            Some(TokenTree::Group(_) | TokenTree::Literal(_)) | None => false,
        }
    }
}

/// The first line that is nested too deeply. It keeps its own list of levels, so that no nesting is too deep for it.
fn deepest_line(tokens: TokenStream) -> Option<usize> {
    let mut levels = vec![Level::new(tokens, 0)];
    while let Some(level) = levels.last_mut() {
        let Some(token) = level.rest.next() else {
            levels.pop();
            continue;
        };
        level.run += 1;
        let depth = level.before + level.run;
        let is_group = matches!(token, TokenTree::Group(_));
        if depth > MOST_WORDS || is_group && levels.len() > MOST_LEVELS {
            // To ask each word for its line would cost more than all the rest.
            return Some(token.span().start().line);
        }
        let level = levels.last_mut()?;
        match token {
            TokenTree::Group(group) => {
                level.may_be_arrow = false;
                if group.delimiter() == Delimiter::Brace && !level.goes_on() {
                    level.end();
                }
                levels.push(Level::new(group.stream(), depth));
            }
            TokenTree::Punct(sign) => level.sign(sign.as_char(), sign.spacing()),
            TokenTree::Ident(_) | TokenTree::Literal(_) => level.may_be_arrow = false,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::{Shipped, kit_files, splice, tricks};

    /// What begins a level, and what ends it.
    const NESTED: &[(&str, &str)] = &[
        ("(", ")"),
        ("[", "]"),
        ("{", "}"),
        ("a(", ")"),
        ("if a { ", "}"),
        ("if let a = ", "{}"),
        ("match a { _ => ", "}"),
        ("async {", "}"),
        ("|| {", "}"),
        ("S { a: ", "}"),
        ("!", ""),
        ("- ", ""),
        ("&mut ", ""),
        ("return ", ""),
        ("break ", ""),
        ("1 = ", ""),
        ("1 + ", ""),
        ("1 as A<", ">"),
        ("a::<", ">()"),
        ("A::<B, ", ">()"),
        ("|| ", ""),
        ("|a, b| ", ""),
        ("move || ", ""),
        ("let a = ", ""),
        ("if true {} else ", "{}"),
        ("", ".a()"),
        ("", "?"),
        ("", "[1]"),
    ];

    fn nested((begin, end): (&str, &str), times: usize) -> String {
        let (begin, end) = (begin.repeat(times), end.repeat(times));
        format!("unsafe fn a() {{ let x = {begin} 1 {end}; }} // kit/ macro_rules PartialEq")
    }

    #[test]
    fn text_that_is_nested_without_end_is_refused_and_not_followed() {
        for pair in NESTED {
            let text = nested(*pair, 5_000);
            assert_eq!(too_deep_at(&text), Some(1), "{pair:?}");
            assert!(parsed(&text, |_| ()).is_none(), "{pair:?}");
            let shipped = Shipped::parse("fn a() {}").expect("it parses");
            assert!(splice(&text, &shipped).is_none());
            tricks(&text, "fn a() {}");
            assert!(kit_files(&text).is_empty());
        }
    }

    #[test]
    fn what_may_be_parsed_fits_on_its_stack() {
        for pair in NESTED {
            let fits = |times: usize| too_deep_at(&nested(*pair, times)).is_none();
            let (mut most, mut too_many) = (60, MOST_WORDS);
            assert!(fits(most) && !fits(too_many), "{pair:?}");
            while too_many - most > 1 {
                let middle = most.midpoint(too_many);
                match fits(middle) {
                    true => most = middle,
                    false => too_many = middle,
                }
            }
            // That it ends at all is what counts.
            parsed(&nested(*pair, most), |_| ());
        }
    }

    #[test]
    fn what_is_long_is_not_deep() {
        let line = "-".repeat(300);
        let brackets = "([{".repeat(100);
        for text in [
            format!("// {line} {brackets}\nfn a() {{}}\n"),
            format!("/* {brackets} */ fn a() -> &'static str {{ \"{line} {brackets}\" }}"),
            format!("const A: [u8; 9999] = [{}];", "1, ".repeat(9999)),
            format!("fn a(n: u8) {{ {} }}", "if n > 1 { n }\n".repeat(5000)),
            format!("fn a() {{ {} }}", "b(1 < 2, |c| c);\n".repeat(5000)),
            "#[test]\nfn a() {}\n".repeat(5000),
            format!("#!/usr/bin/env run\nfn a() {{ {} }}", "1;".repeat(9000)),
        ] {
            assert_eq!(too_deep_at(&text), None, "{}", &text[..60]);
            assert!(parsed(&text, |_| ()).is_some(), "{}", &text[..60]);
        }
    }
}
