//! A new entry in the text of `info.toml`: everything that stands there stays byte for byte, comments and order too.
//!
//! The text is put between two lines and not written anew. Whoever uses it loads the course afterwards, which shows whether it is right.

use super::Kind;
use std::fmt::Write as _;

/// An exercise to be entered.
#[derive(Clone, Copy, Debug)]
pub struct NewEntry<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its chapter's directory.
    pub dir: &'a str,
    /// The chapter's title, if it has no entry yet.
    pub chapter_title: Option<&'a str>,
    /// What it is about.
    pub title: &'a str,
    /// How it is checked.
    pub kind: Kind,
    /// Its hints, each with the check that it waits for.
    pub hints: &'a [(&'a str, Option<&'a str>)],
}

impl NewEntry<'_> {
    /// The text of `info.toml` with the entry behind the last one of its chapter, or at the end.
    pub fn added_to(&self, info: &str) -> String {
        let mut text = info.to_owned();
        let blocks = blocks(&text);
        let dir = format!("\"{}\"", self.dir);
        let of_chapter = |block: &&Block<'_>| block.value("dir") == Some(dir.as_str());
        let exercises = || {
            blocks
                .iter()
                .filter(|block| block.header == "[[exercises]]")
        };
        let mut insertions = Vec::new();
        let last = exercises().rfind(of_chapter);
        insertions.push((
            last.map_or(text.trim_end().len(), |block| block.end),
            self.exercise(),
        ));
        let chapters = || blocks.iter().filter(|block| block.header == "[[chapters]]");
        if !chapters().any(|block| of_chapter(&block)) {
            let chapter = format!(
                "[[chapters]]\ndir = {dir}\ntitle = {}\n",
                quoted(self.chapter_title.unwrap_or(self.dir))
            );
            // Behind the last chapter. In a course without any they stand before the exercises.
            match (chapters().next_back(), exercises().next()) {
                (Some(last), _) => insertions.insert(0, (last.end, chapter)),
                (None, Some(first)) => insertions.insert(0, (first.before, chapter)),
                (None, None) => insertions.insert(0, (text.trim_end().len(), chapter)),
            }
        }
        // From the end, so that the places before stay what they are.
        for (at, block) in insertions.into_iter().rev() {
            let (head, tail) = text.split_at(at);
            let tail = tail.trim_start_matches('\n');
            let rest = if tail.is_empty() {
                String::new()
            } else {
                format!("\n{tail}")
            };
            text = format!("{}\n\n{block}{rest}", head.trim_end());
        }
        text
    }

    fn exercise(&self) -> String {
        let mut entry = format!(
            "[[exercises]]\nname = {}\ndir = {}\ntitle = {}\nkind = {}\nhints = [\n",
            quoted(self.name),
            quoted(self.dir),
            quoted(self.title),
            quoted(self.kind.name())
        );
        for (text, claim) in self.hints {
            let claim = claim.map_or(String::new(), |claim| {
                format!(", claim = {}", quoted(claim))
            });
            let _ = writeln!(entry, "  {{ text = {}{claim} }},", quoted(text));
        }
        entry + "]\n"
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A table of the file: from its header to its last line that says something.
struct Block<'a> {
    header: &'a str,
    text: &'a str,
    /// Where the comments right above it begin.
    before: usize,
    end: usize,
}

impl Block<'_> {
    /// What stands behind a key, as it is written.
    fn value(&self, key: &str) -> Option<&str> {
        self.text.lines().find_map(|line| {
            let (name, value) = line.split_once('=')?;
            (name.trim() == key).then(|| value.split('#').next().unwrap_or("").trim())
        })
    }
}

/// The tables of a file in order. A header is a line that begins with `[` outside of a text of several lines.
fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut starts = Vec::new();
    let (mut at, mut above, mut in_text) = (0, None, false);
    for line in text.split_inclusive('\n') {
        let is_header = !in_text && line.starts_with('[');
        if is_header {
            starts.push((at, above.unwrap_or(at)));
        }
        let quotes = line.matches("\"\"\"").count() + line.matches("'''").count();
        in_text ^= quotes % 2 == 1;
        above = match line.starts_with('#') && !in_text {
            true => above.or(Some(at)),
            false => None,
        };
        at += line.len();
    }
    let ends = starts
        .iter()
        .skip(1)
        .map(|(_, before)| *before)
        .chain([text.len()]);
    let ends: Vec<usize> = ends.collect();
    starts
        .iter()
        .zip(ends)
        .map(|(&(start, before), end)| {
            let body = text[start..end].trim_end();
            Block {
                header: body
                    .lines()
                    .next()
                    .unwrap_or("")
                    .split('#')
                    .next()
                    .unwrap_or("")
                    .trim(),
                text: body,
                before,
                end: start + body.len(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const INFO: &str = "# The course.\nformat_version = 1\nwelcome_message = \"\"\"\n[[exercises]]\nis only text\n\"\"\"\n\n[[chapters]]\ndir = \"a\"\ntitle = \"A\"\n\n[[exercises]]\nname = \"one\" # the first\ndir = \"a\"\nhint = \"h\"\n\n# About two.\n[[exercises]]\nname = \"two\"\ndir = \"b\"\nhint = \"h\"\n";

    fn entry<'a>(name: &'a str, dir: &'a str) -> NewEntry<'a> {
        NewEntry {
            name,
            dir,
            chapter_title: None,
            title: "T \"quoted\"",
            kind: Kind::Rust,
            hints: &[("h", None), ("i", Some("it adds"))],
        }
    }

    #[test]
    fn an_entry_comes_behind_the_last_one_of_its_chapter_and_nothing_else_changes() {
        let text = entry("new", "a").added_to(INFO);
        let (before, rest) = text
            .split_once("[[exercises]]\nname = \"new\"")
            .expect("it is there");
        let (added, after) = rest.split_once("]\n\n").expect("its end");
        assert!(
            added.contains("title = 'T \"quoted\"'") && added.contains("claim = \"it adds\""),
            "{added}"
        );
        assert_eq!(format!("{before}{after}"), INFO);
        assert!(after.starts_with("# About two."), "{after}");
    }

    #[test]
    fn a_new_chapter_is_entered_behind_the_others_and_its_exercise_at_the_end() {
        let text = entry("new", "c").added_to(INFO);
        let chapter = text.find("[[chapters]]\ndir = \"c\"").expect("a chapter");
        assert!(chapter > text.find("title = \"A\"").expect("there"));
        assert!(chapter < text.find("name = \"one\"").expect("there"));
        assert!(text.trim_end().ends_with("]"), "{text}");
        assert!(text.find("name = \"new\"") > text.find("name = \"two\""));
    }

    #[test]
    fn a_course_without_anything_gets_both() {
        let text = entry("new", "a").added_to("format_version = 1\n");
        let chapter = text.find("[[chapters]]").expect("a chapter");
        assert!(
            chapter < text.find("[[exercises]]").expect("an exercise"),
            "{text}"
        );
    }
}
