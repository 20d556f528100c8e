//! What in a learner's file would make the shipped tests say nothing: `unsafe` code, macros in the place of those that the tests
//! use, another standard library, and answers that stand in another file.
//!
//! Words of the file are looked at, not what they do: each of these has a plain way to be written, and none is needed for an
//! answer. What the shipped file does itself is allowed.

use super::parse::{parsed, too_deep_at};
use crate::workspace::KIT;
use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use std::collections::BTreeSet;
use syn::{Item, Type};

/// Macros that tests speak with.
const MACROS: &[&str] = &[
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "panic",
    "unreachable",
    "matches",
    "vec",
    "format",
    "write",
    "writeln",
    "print",
    "println",
    "eprint",
    "eprintln",
    "env",
    "include_str",
    "include_bytes",
    "concat",
    "stringify",
    "line",
    "file",
    "thread_local",
    "todo",
    "unimplemented",
    "cfg",
];

/// Crates that every program has.
const STD: &[&str] = &["std", "core", "alloc"];

/// Where a program finds its own memory, with all that is in it.
const OWN_MEMORY: &[&str] = &["/proc/", "proc/self", "self/mem", "self/maps"];

const INCLUDES: &[&str] = &["include", "include_str", "include_bytes"];

/// One of these, with its line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trick {
    /// The line in the learner's file, counted from 1.
    pub line: usize,
    /// What stands there.
    pub kind: TrickKind,
}

/// What would make the tests say nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TrickKind {
    /// Code that may do anything to the program, the tests included.
    Unsafe,
    /// Another macro under the name of one that the tests use.
    OwnMacro(String),
    /// A macro that makes macros: their names cannot be known.
    MacroOfMacros,
    /// Another crate or module under this name.
    OwnStd(String),
    /// Text of another file becomes part of this one.
    OtherFile,
    /// A look into the memory of the program that runs, the tests included.
    OwnMemory,
    /// A hand-written comparison for a type that was shipped with a derived one.
    OwnEquality(String),
}

/// The tricks in `learner` that `shipped` does not do itself, in the order of their lines.
pub fn tricks(learner: &str, shipped: &str) -> Vec<Trick> {
    let mut found = Vec::new();
    // Text that is nested too deeply is not run: the tests cannot be put into it.
    if may_have_tricks(learner) && too_deep_at(learner).is_none() {
        // What is no Rust is no program either; rustc will say so.
        let tokens: TokenStream = learner.parse().unwrap_or_default();
        look(tokens, Place::Code, &mut found);
    }
    if learner.contains("PartialEq") {
        own_equality(learner, shipped, &mut found);
    }
    found.retain(|trick| !is_shipped(&trick.kind, shipped));
    found.sort();
    found.dedup();
    found
}

/// A cheap look before a dear one: most files have none of these words.
fn may_have_tricks(text: &str) -> bool {
    const WORDS: &[&str] = &["unsafe", "macro_rules", "include", "path", " as ", "mod "];
    WORDS
        .iter()
        .chain(OWN_MEMORY)
        .any(|word| text.contains(word))
}

fn is_shipped(kind: &TrickKind, shipped: &str) -> bool {
    match kind {
        TrickKind::Unsafe => shipped.contains("unsafe"),
        TrickKind::MacroOfMacros => shipped.contains("macro_rules! $"),
        TrickKind::OtherFile => INCLUDES
            .iter()
            .any(|name| shipped.contains(&format!("{name}!"))),
        TrickKind::OwnMacro(name) => shipped.contains(&format!("macro_rules! {name}")),
        TrickKind::OwnMemory => OWN_MEMORY.iter().any(|place| shipped.contains(place)),
        TrickKind::OwnStd(_) | TrickKind::OwnEquality(_) => false,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Code,
    Attribute,
}

fn look(tokens: TokenStream, place: Place, found: &mut Vec<Trick>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let line = token.span().start().line;
        let before = |steps: usize| at.checked_sub(steps).and_then(|place| tokens.get(place));
        match token {
            TokenTree::Group(group) => {
                let opens_attribute = group.delimiter() == Delimiter::Bracket
                    && (is_punct(before(1), '#')
                        || is_punct(before(1), '!') && is_punct(before(2), '#'));
                let inside = match opens_attribute {
                    true => Place::Attribute,
                    false => place,
                };
                look(group.stream(), inside, found);
            }
            TokenTree::Ident(name) => {
                let name = name.to_string();
                if let Some(kind) = trick(&name, &tokens, at, place) {
                    found.push(Trick { line, kind });
                }
            }
            // A comment before an item comes as #[doc = "…"].
            TokenTree::Literal(literal)
                if !(place == Place::Attribute && word(before(2)).as_deref() == Some("doc")) =>
            {
                let text = literal.to_string();
                if OWN_MEMORY.iter().any(|place| text.contains(place)) {
                    let kind = TrickKind::OwnMemory;
                    found.push(Trick { line, kind });
                }
            }
            TokenTree::Literal(_) | TokenTree::Punct(_) => {}
        }
    }
}

fn trick(name: &str, tokens: &[TokenTree], at: usize, place: Place) -> Option<TrickKind> {
    let after = |steps: usize| tokens.get(at + steps);
    let before = |steps: usize| at.checked_sub(steps).and_then(|place| tokens.get(place));
    let next_word = |steps: usize| word(after(steps));
    match name {
        "unsafe" => Some(TrickKind::Unsafe),
        "macro_rules" if is_punct(after(1), '!') => match after(2) {
            Some(TokenTree::Punct(_)) => Some(TrickKind::MacroOfMacros),
            _ => next_word(2).filter(is_of(MACROS)).map(TrickKind::OwnMacro),
        },
        "as" => next_word(1).and_then(|name| match name {
            name if is_of(STD)(&name) => Some(TrickKind::OwnStd(name)),
            // `x as vec` would be no type.
            name if is_of(MACROS)(&name) => Some(TrickKind::OwnMacro(name)),
            _ => None,
        }),
        "mod" => next_word(1).filter(is_of(STD)).map(TrickKind::OwnStd),
        "path" if place == Place::Attribute && is_punct(after(1), '=') => {
            let kit = after(2).is_some_and(|value| {
                let value = value.to_string();
                value
                    .trim_matches('"')
                    .trim_start_matches("../")
                    .starts_with(&format!("{KIT}/"))
            });
            (!kit).then_some(TrickKind::OtherFile)
        }
        name if INCLUDES.contains(&name) => {
            let called = is_punct(after(1), '!');
            let imported = is_punct(before(1), ':') && is_punct(before(2), ':');
            (called || imported).then_some(TrickKind::OtherFile)
        }
        _ => None,
    }
}

fn is_of(names: &[&str]) -> impl Fn(&String) -> bool {
    move |name| names.contains(&name.as_str())
}

fn word(token: Option<&TokenTree>) -> Option<String> {
    match token {
        Some(TokenTree::Ident(name)) => Some(name.to_string()),
        _ => None,
    }
}

fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    match token {
        // `==` is no assignment.
        Some(TokenTree::Punct(punct)) if wanted == '=' => {
            punct.as_char() == '=' && punct.spacing() == Spacing::Alone
        }
        Some(TokenTree::Punct(punct)) => punct.as_char() == wanted,
        _ => false,
    }
}

/// Types whose equality was derived and is written by hand now: what a test compares would be decided by the learner.
fn own_equality(learner: &str, shipped: &str, found: &mut Vec<Trick>) {
    let derived = parsed(shipped, derived).unwrap_or_default();
    let written = parsed(learner, |items| equalities(items, &derived));
    found.extend(written.unwrap_or_default());
}

/// Comparisons that are written by hand, for these types.
fn equalities(items: &[Item], of: &BTreeSet<String>) -> Vec<Trick> {
    let mut found = Vec::new();
    for item in items {
        let Item::Impl(written) = item else { continue };
        let is_equality = written
            .trait_
            .as_ref()
            .is_some_and(|(path, _)| path.segments.last().is_some_and(|l| l.ident == "PartialEq"));
        let Type::Path(path) = &*written.self_ty else {
            continue;
        };
        let name = path.path.segments.last();
        let name = name.map(|last| last.ident.to_string());
        if let Some(name) = name.filter(|name| is_equality && of.contains(name)) {
            found.push(Trick {
                line: written.impl_token.span.start().line,
                kind: TrickKind::OwnEquality(name),
            });
        }
    }
    found
}

fn derived(items: &[Item]) -> BTreeSet<String> {
    let named = items.iter().filter_map(|item| match item {
        Item::Struct(item) => Some((&item.ident, &item.attrs)),
        Item::Enum(item) => Some((&item.ident, &item.attrs)),
        _ => None,
    });
    named
        .filter(|(_, attributes)| {
            attributes.iter().any(|attribute| {
                let list = attribute.meta.require_list();
                attribute.path().is_ident("derive")
                    && list.is_ok_and(|list| list.tokens.to_string().contains("PartialEq"))
            })
        })
        .map(|(name, _)| name.to_string())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(learner: &str) -> Vec<TrickKind> {
        let found = tricks(learner, "#[derive(Debug, PartialEq)]\nstruct Shipped;\n");
        found.into_iter().map(|trick| trick.kind).collect()
    }

    fn own_macro(name: &str) -> TrickKind {
        TrickKind::OwnMacro(name.into())
    }

    #[test]
    fn each_trick_is_found_with_its_line() {
        for (text, kind) in [
            ("fn a() {\n    unsafe { b() }\n}", TrickKind::Unsafe),
            (
                "#[unsafe(link_section = \".init_array\")]\nunsafe extern \"C\" {}",
                TrickKind::Unsafe,
            ),
            (
                "macro_rules! assert_eq { ($($t:tt)*) => {} }",
                own_macro("assert_eq"),
            ),
            (
                "mod m { macro_rules! panic { () => {} } }",
                own_macro("panic"),
            ),
            ("use mine as assert_eq;", own_macro("assert_eq")),
            ("use {a::{b, c as matches}};", own_macro("matches")),
            (
                "macro_rules! m { ($n:ident) => { macro_rules! $n { () => {} } } }",
                TrickKind::MacroOfMacros,
            ),
            ("mod std { }", TrickKind::OwnStd("std".into())),
            (
                "extern crate alloc as std;",
                TrickKind::OwnStd("std".into()),
            ),
            ("include!(\"../../solutions/a.rs\");", TrickKind::OtherFile),
            (
                "fn a() -> &'static str { include_str!(\"b\") }",
                TrickKind::OtherFile,
            ),
            ("use std::include as i;", TrickKind::OtherFile),
            (
                "#[path = \"/solutions/a.rs\"]\nmod a;",
                TrickKind::OtherFile,
            ),
            (
                "#[cfg_attr(all(), path = \"b.rs\")]\nmod a;",
                TrickKind::OtherFile,
            ),
            (
                "fn a() { std::fs::read(\"/proc/self/mem\").ok(); }",
                TrickKind::OwnMemory,
            ),
            (
                "fn a() { open!(#[\"/proc/self/mem\"]); }",
                TrickKind::OwnMemory,
            ),
            (
                "fn a(of: u32) -> String { format!(\"/proc/{of}/maps\") }",
                TrickKind::OwnMemory,
            ),
            (
                "struct Shipped;\nimpl PartialEq for Shipped { fn eq(&self, _: &Self) -> bool { true } }",
                TrickKind::OwnEquality("Shipped".into()),
            ),
        ] {
            assert!(kinds(text).contains(&kind), "{text}: {:?}", kinds(text));
        }
        assert_eq!(tricks("\n\nunsafe fn a() {}", "")[0].line, 3);
    }

    #[test]
    fn ordinary_code_is_no_trick() {
        for text in [
            "fn a(path: &str) -> u8 { let path = \"/\"; path.len() as u8 }",
            "fn a() { assert_eq!(1, 1); include(2); }\nfn include(_: i32) {}",
            "macro_rules! route { ($p:expr) => { $p } }",
            "#[path = \"../kit/counted.rs\"]\nmod counted;",
            "use std::fmt::Write as _;\nuse std::vec::IntoIter;\nfn f(vec: Vec<u8>) { if \"a\".matches('a').count() == 1 {} }",
            "struct Mine;\nimpl PartialEq for Mine { fn eq(&self, _: &Self) -> bool { true } }",
            "mod store { pub fn get() {} }",
            "/// As in /proc/self/mem\nconst A: [&str; 3] = [\"/process\", \"/products\", \"GET /proc\"]; // as in /proc/self/mem",
            "// unsafe macro_rules! assert_eq\nconst A: &str = \"unsafe include!\";",
        ] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }

    #[test]
    fn what_the_shipped_file_does_itself_is_allowed() {
        let shipped = "fn a() { unsafe {} }\nmacro_rules! vec { () => {} }\nconst A: &str = include_str!(\"a.sql\");";
        assert_eq!(tricks(shipped, shipped), []);
    }
}
