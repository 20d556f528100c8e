//! The shipped tests are put back into the learner's file before it is compiled, so that only the code counts.
//!
//! Tests are found as items of the parsed file, not by searching the text. What lies before the tests keeps its lines. The lines that
//! bring in the kit count as tests here: with another module in its place nothing would be counted. Each test gets a guard that
//! says when it has ended (see [`super::held`]).

use super::{
    held::{GUARD, GUARD_OF_PANIC, MODULE},
    parse::parsed,
};
use crate::workspace::KIT;
use proc_macro2::{LineColumn, Span};
use std::{
    collections::VecDeque,
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
};
use syn::{Attribute, Expr, Item, Lit, Meta, spanned::Spanned as _};

/// A learner's file with the shipped tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spliced {
    /// The text to compile.
    pub text: String,
    /// The learner's copy of the tests differs from the shipped ones.
    pub tests_changed: bool,
    /// The learner's file has a `main` function.
    pub has_main: bool,
}

impl Spliced {
    /// The text without what the runner has added to the tests.
    pub fn without_guards(&self) -> String {
        let text = self.text.replace(GUARD, "");
        text.replace(GUARD_OF_PANIC, "").replace(MODULE, "")
    }
}

/// A test function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestFn {
    /// Its path as the test program knows it, as in "tests::an_unknown_path_is_404".
    pub path: String,
    /// What it claims: its name with spaces.
    pub claim: String,
    /// The line it begins on, counted from 1.
    pub line: usize,
}

/// An exercise's file as shipped, parsed once for all that is asked of it.
pub struct Shipped<'a> {
    text: &'a str,
    outline: Arc<Outline>,
}

impl<'a> Shipped<'a> {
    /// `None` if the text cannot be parsed.
    pub fn parse(text: &'a str) -> Option<Self> {
        let outline = Outline::of_the_courses(text)?;
        Some(Self { text, outline })
    }

    /// Its test functions, in order.
    pub fn tests(&self) -> Vec<TestFn> {
        self.outline.tests.clone()
    }

    /// True if it has a `main` function.
    pub fn has_main(&self) -> bool {
        self.outline.has_main
    }
}

/// What the last texts of the course that were read consist of, the newest first. They are the same at each save, and where nothing is
/// optimised to parse one takes 5 ms of the 60 to the first error.
static READ: Mutex<VecDeque<(String, Arc<Outline>)>> = Mutex::new(VecDeque::new());

/// As many as the exercise in work has, and the ones beside it.
const REMEMBERED: usize = 8;

/// What a file consists of, as far as tests go.
struct Outline {
    tests: Vec<TestFn>,
    has_main: bool,
    /// Where the tests stand, and what belongs to them.
    test_items: Vec<Range<usize>>,
    /// Where each guard belongs, in order.
    guards: Vec<(usize, &'static str)>,
}

impl Outline {
    /// The outline of a text that is likely to be asked for again.
    fn of_the_courses(text: &str) -> Option<Arc<Self>> {
        let read = || READ.lock().unwrap_or_else(PoisonError::into_inner);
        let known = |read: &VecDeque<(String, Arc<Self>)>| {
            let of_it = read.iter().find(|(known, _)| known == text)?;
            Some(Arc::clone(&of_it.1))
        };
        if let Some(outline) = known(&read()) {
            return Some(outline);
        }
        let outline = Arc::new(Self::of(text)?);
        let mut read = read();
        read.push_front((text.to_owned(), Arc::clone(&outline)));
        read.truncate(REMEMBERED);
        Some(outline)
    }

    fn of(text: &str) -> Option<Self> {
        parsed(text, |items| {
            let (mut tests, mut guards) = (Vec::new(), Vec::new());
            collect_tests(items, "", &mut tests);
            collect_guards(items, text, &mut guards);
            let test_items = items.iter().filter(|item| is_test_item(item));
            Self {
                tests,
                has_main: has_main(items),
                test_items: test_items.map(|item| range_of(item, text)).collect(),
                guards,
            }
        })
    }

    fn test_texts<'a>(&self, text: &'a str) -> Vec<&'a str> {
        let ranges = self.test_items.iter();
        ranges.map(|range| &text[range.clone()]).collect()
    }

    /// A part of the text with its guards.
    fn guarded(&self, text: &str, part: &Range<usize>) -> String {
        let mut guarded = text[part.clone()].to_owned();
        let inside = |(place, _): &&(usize, &str)| part.contains(place);
        for (place, guard) in self.guards.iter().filter(inside).rev() {
            // On the same line, so that every line keeps its number.
            guarded.insert_str(place - part.start, guard);
        }
        guarded
    }
}

/// Puts the shipped tests in the place of those of `learner`.
///
/// `None` if the learner's file cannot be parsed: then it does not compile either, and rustc says why.
pub fn splice(learner: &str, shipped: &Shipped<'_>) -> Option<Spliced> {
    let mine = Outline::of(learner)?;
    let has_main = mine.has_main;
    if mine.test_texts(learner) == shipped.outline.test_texts(shipped.text) {
        return Some(Spliced {
            text: mine.guarded(learner, &(0..learner.len())) + MODULE,
            tests_changed: false,
            has_main,
        });
    }
    let mut text = learner.to_owned();
    for range in mine.test_items.iter().rev() {
        // The lines stay, empty, so that rustc's line numbers are those of the learner's file.
        let lines = learner[range.clone()].matches('\n').count();
        text.replace_range(range.clone(), &"\n".repeat(lines));
    }
    text.push('\n');
    for range in &shipped.outline.test_items {
        text.push_str(&shipped.outline.guarded(shipped.text, range));
        text.push('\n');
    }
    text.push_str(MODULE);
    Some(Spliced {
        text,
        tests_changed: true,
        has_main,
    })
}

/// A file of tests with a guard in each of them, and the tests; as it is, and none, if it cannot be parsed.
pub fn with_guards(text: &str) -> (String, Vec<TestFn>) {
    match Outline::of_the_courses(text) {
        Some(file) => (file.guarded(text, &(0..text.len())), file.tests.clone()),
        None => (text.to_owned(), Vec::new()),
    }
}

/// A whole program with a guard in each of its own tests; as it is if it cannot be parsed.
pub fn with_own_tests_held(text: &str) -> String {
    match Outline::of(text) {
        Some(file) => format!("{}\n{MODULE}", file.guarded(text, &(0..text.len()))),
        None => text.to_owned(),
    }
}

fn collect_guards(items: &[Item], text: &str, places: &mut Vec<(usize, &'static str)>) {
    for item in items {
        match item {
            Item::Fn(function) if has_attribute(&function.attrs, "test") => {
                let guard = match has_attribute(&function.attrs, "should_panic") {
                    true => GUARD_OF_PANIC,
                    false => GUARD,
                };
                let open = function.block.brace_token.span.open();
                places.push((offset(text, open.end()), guard));
            }
            Item::Mod(module) => {
                if let Some((_, items)) = &module.content {
                    collect_guards(items, text, places);
                }
            }
            _ => {}
        }
    }
}

/// The test functions of a file, in order; none if it cannot be parsed.
pub fn tests_in(text: &str) -> Vec<TestFn> {
    Shipped::parse(text).map_or_else(Vec::new, |file| file.tests())
}

/// The files of the kit that a shipped text names as its modules, relative to the kit's directory.
///
/// It looks at lines, which costs a thousandth of parsing: shipped texts have such an attribute on a line of its own.
pub fn kit_files(shipped: &str) -> Vec<String> {
    let named = |line: &str| {
        let path = line.trim().strip_prefix("#[path = \"")?;
        in_kit(path.strip_suffix("\"]")?)
    };
    shipped.lines().filter_map(named).collect()
}

/// The file of the kit that a path beside an exercise leads to.
fn in_kit(path: &str) -> Option<String> {
    let file = path.trim_start_matches("../").strip_prefix(KIT)?;
    Some(file.strip_prefix('/')?.to_owned())
}

/// The file of the kit that `#[path = "../kit/counted.rs"] mod counted;` brings in.
fn kit_file(item: &Item) -> Option<String> {
    let Item::Mod(module) = item else { return None };
    module.attrs.iter().find_map(|attribute| {
        let Meta::NameValue(pair) = &attribute.meta else {
            return None;
        };
        let Expr::Lit(value) = &pair.value else {
            return None;
        };
        let (true, Lit::Str(path)) = (pair.path.is_ident("path"), &value.lit) else {
            return None;
        };
        in_kit(&path.value())
    })
}

fn has_main(items: &[Item]) -> bool {
    items.iter().any(|item| match item {
        Item::Fn(function) => function.sig.ident == "main",
        _ => false,
    })
}

fn collect_tests(items: &[Item], prefix: &str, found: &mut Vec<TestFn>) {
    for item in items {
        match item {
            Item::Fn(function) if has_attribute(&function.attrs, "test") => {
                let name = function.sig.ident.to_string();
                found.push(TestFn {
                    path: format!("{prefix}{name}"),
                    claim: name.trim_start_matches("r#").replace('_', " "),
                    line: function.sig.ident.span().start().line,
                });
            }
            Item::Mod(module) => {
                if let Some((_, items)) = &module.content {
                    collect_tests(items, &format!("{prefix}{}::", module.ident), found);
                }
            }
            _ => {}
        }
    }
}

/// A `#[cfg(test)]` item, a `#[test]` function or a module of the kit, at the top of the file.
fn is_test_item(item: &Item) -> bool {
    let attributes: &[Attribute] = match item {
        Item::Mod(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => return false,
    };
    let cfg_test = attributes.iter().any(|attribute| {
        matches!(&attribute.meta, Meta::List(list)
            if list.path.is_ident("cfg") && list.tokens.to_string() == "test")
    });
    cfg_test || has_attribute(attributes, "test") || kit_file(item).is_some()
}

/// True for `#[test]` and for what runtimes make of it, such as `#[tokio::test]`.
fn has_attribute(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().any(|attribute| {
        let last = attribute.path().segments.last();
        last.is_some_and(|segment| segment.ident == name)
    })
}

/// The bytes of an item in the text it was parsed from.
fn range_of(item: &Item, text: &str) -> Range<usize> {
    let span: Span = item.span();
    offset(text, span.start())..offset(text, span.end())
}

fn offset(text: &str, place: LineColumn) -> usize {
    let line_start: usize = text
        .split_inclusive('\n')
        .take(place.line - 1)
        .map(str::len)
        .sum();
    let in_line: usize = text[line_start..]
        .chars()
        .take(place.column)
        .map(char::len_utf8)
        .sum();
    line_start + in_line
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = "fn two() -> i32 { 1 }\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn two_is_two() { assert_eq!(super::two(), 2); }\n}\n";

    fn spliced(learner: &str) -> Option<Spliced> {
        splice(learner, &Shipped::parse(SHIPPED).expect("it parses"))
    }

    #[test]
    fn an_unchanged_copy_of_the_tests_leaves_the_file_alone() {
        let mine = SHIPPED.replace("{ 1 }", "{ 2 }");
        let spliced = spliced(&mine).expect("it parses");
        assert!(!spliced.tests_changed);
        let without_guards = spliced.text.replace(GUARD, "").replace(MODULE, "");
        assert_eq!(without_guards, mine);
    }

    #[test]
    fn a_text_of_the_course_that_has_changed_is_read_anew() {
        for name in ["two_is_two", "two_is_even", "two_is_two"] {
            let text = SHIPPED.replace("two_is_two", name);
            let tests = Shipped::parse(&text).expect("it parses").tests();
            assert_eq!(tests[0].path, format!("tests::{name}"));
        }
    }

    #[test]
    fn an_edited_assertion_is_put_back() {
        let mine = SHIPPED.replace("two(), 2", "two(), 1");
        let spliced = spliced(&mine).expect("it parses");
        assert!(spliced.tests_changed);
        assert!(spliced.text.contains("two(), 2") && !spliced.text.contains("two(), 1"));
    }

    #[test]
    fn each_test_gets_a_guard_whether_it_was_put_back_or_not() {
        for mine in [SHIPPED, "fn two() -> i32 { 2 }\n"] {
            let text = spliced(mine).expect("it parses").text;
            let guarded = format!("fn two_is_two() {{{GUARD} assert_eq!(super::two(), 2); }}");
            assert!(text.contains(&guarded), "{text}");
            assert_eq!(text.matches("mod held_by_the_runner").count(), 1);
        }
        let (text, tests) = with_guards("// é\n#[test]\n#[should_panic]\nfn a()\n{}\n");
        assert_eq!(
            text,
            format!("// é\n#[test]\n#[should_panic]\nfn a()\n{{{GUARD_OF_PANIC}}}\n")
        );
        assert_eq!(tests.len(), 1);
    }

    #[test]
    fn deleted_tests_are_put_back() {
        let spliced = spliced("fn two() -> i32 { 2 }\n").expect("it parses");
        assert_eq!(tests_in(&spliced.text).len(), 1);
    }

    #[test]
    fn lines_after_removed_tests_keep_their_numbers() {
        let mine = format!(
            "{}fn after() {{}}\n",
            SHIPPED.replace("two(), 2", "two(), 1")
        );
        let line = |text: &str| text.lines().position(|line| line.contains("fn after"));
        let spliced = spliced(&mine).expect("it parses");
        assert_eq!(line(&spliced.text), line(&mine));
    }

    #[test]
    fn letters_of_several_bytes_do_not_shift_the_place() {
        let mine = format!("// größer ✓\n{}", SHIPPED.replace("two(), 2", "two(), 1"));
        let spliced = spliced(&mine).expect("it parses");
        assert!(
            spliced
                .text
                .starts_with("// größer ✓\nfn two() -> i32 { 1 }\n")
        );
        assert_eq!(tests_in(&spliced.text).len(), 1);
    }

    #[test]
    fn a_test_is_named_by_its_claim() {
        let found = tests_in(SHIPPED);
        assert_eq!(found[0].path, "tests::two_is_two");
        assert_eq!(found[0].claim, "two is two");
        assert_eq!(found[0].line, 6);
    }

    #[test]
    fn a_runtimes_own_test_attribute_counts() {
        let text = "#[tokio::test(flavor = \"multi_thread\")]\nasync fn it_is_up() {}\n";
        assert_eq!(tests_in(text)[0].claim, "it is up");
    }

    #[test]
    fn a_module_of_the_kit_is_put_back_as_a_test_is() {
        let shipped = "#[path = \"../kit/counted.rs\"]\nmod counted;\nfn a() {}\n";
        let shipped = Shipped::parse(shipped).expect("it parses");
        let own = "#[path = \"mine.rs\"]\nmod other;\nfn a() {}\n";
        let spliced = splice(own, &shipped).expect("it parses");
        assert!(spliced.tests_changed);
        assert_eq!(kit_files(&spliced.text), ["counted.rs"]);
    }

    #[test]
    fn only_modules_in_the_kits_directory_are_of_the_kit() {
        for (path, file) in [
            ("../kit/a.rs", Some("a.rs")),
            ("kit/a.rs", Some("a.rs")),
            ("../kitchen/a.rs", None),
            ("a/kit/a.rs", None),
            ("a.check.rs", None),
        ] {
            let text = format!("#[path = \"{path}\"]\nmod a; // kit/\n");
            assert_eq!(kit_files(&text), Vec::from_iter(file), "{path}");
        }
    }

    #[test]
    fn text_that_is_no_rust_is_not_spliced() {
        assert_eq!(spliced("fn two( {"), None);
    }
}
