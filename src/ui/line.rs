//! A line of styled text, its width, and how it is cut and wrapped.
//!
//! Everything drawn is made of these. Text enters through [`Line::push`] and is made harmless there, so no drawing
//! function can forget it.

use super::{
    clean,
    theme::{Color, Links, Theme, Tone},
};
use std::{fmt::Write as _, path::Path};

/// Pieces of text in one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    spans: Vec<Span>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Span {
    text: String,
    look: Look,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Look {
    Tone(Tone),
    /// Colour codes of the compiler.
    Codes(String),
    /// The address that a click opens.
    Link(String),
}

impl Line {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn plain(text: &str) -> Self {
        Self::new().push(Tone::Plain, text)
    }

    pub(super) fn indented(columns: usize) -> Self {
        Self::plain(&" ".repeat(columns))
    }

    /// Adds text, made harmless; line ends in it become visible.
    #[must_use]
    pub(super) fn push(self, tone: Tone, text: &str) -> Self {
        self.with(clean::one_line(text), Look::Tone(tone))
    }

    /// Adds a path that opens `target` when clicked.
    #[must_use]
    pub(super) fn push_link(self, path: &Path, target: &Path) -> Self {
        let shown = clean::one_line(&path.display().to_string());
        self.with(shown, Look::Link(file_url(target)))
    }

    /// Adds all of another line.
    #[must_use]
    pub(super) fn join(mut self, other: Self) -> Self {
        self.spans.extend(other.spans);
        self
    }

    fn with(mut self, text: String, look: Look) -> Self {
        if !text.is_empty() {
            self.spans.push(Span { text, look });
        }
        self
    }

    /// A compiler's message as lines, with its colours.
    pub(super) fn from_rendered(rendered: &str) -> Vec<Self> {
        let mut lines = vec![Self::new()];
        for piece in clean::pieces(rendered.trim_end()) {
            for (position, part) in piece.text.split('\n').enumerate() {
                if position > 0 {
                    lines.push(Self::new());
                }
                if let Some(last) = lines.pop() {
                    lines.push(last.with(part.to_owned(), Look::Codes(piece.codes.clone())));
                }
            }
        }
        lines
    }

    /// The text alone.
    pub(super) fn text(&self) -> String {
        self.spans.iter().map(|span| span.text.as_str()).collect()
    }

    pub(super) fn width(&self) -> usize {
        self.spans.iter().map(|span| width(&span.text)).sum()
    }

    /// This line with spaces up to `columns`.
    #[must_use]
    pub(super) fn padded(self, columns: usize) -> Self {
        let missing = columns.saturating_sub(self.width());
        self.with(" ".repeat(missing), Look::Tone(Tone::Plain))
    }

    /// This line cut to `columns`, with `tail` at the end of a cut one.
    #[must_use]
    pub(super) fn cut(self, columns: usize, tail: &str) -> Self {
        if self.width() <= columns {
            return self;
        }
        let tail = if width(tail) <= columns { tail } else { "" };
        let mut room = columns - width(tail);
        let mut kept = Self::new();
        for span in self.spans {
            let mut text = String::new();
            let mut full = false;
            for c in span.text.chars() {
                let wide = char_width(c);
                full = wide > room;
                if full {
                    break;
                }
                room -= wide;
                text.push(c);
            }
            kept = kept.with(text, span.look);
            if full {
                break;
            }
        }
        kept.with(tail.to_owned(), Look::Tone(Tone::Plain))
    }

    /// This line as lines of at most `columns`, broken at spaces where there are any; those after the first begin with
    /// `hang` spaces.
    pub(super) fn wrapped(self, columns: usize, hang: usize) -> Vec<Self> {
        let columns = columns.max(1);
        if self.width() <= columns {
            return vec![self];
        }
        let hang = if hang * 2 > columns { 0 } else { hang };
        let glyphs = self.glyphs();
        let mut lines = Vec::new();
        let mut start = 0;
        while start < glyphs.len() {
            let indent = if lines.is_empty() { 0 } else { hang };
            let end = break_at(&glyphs, start, columns - indent);
            lines.push(self.slice(&glyphs[start..end], indent));
            start = end;
            while glyphs.get(start).is_some_and(|glyph| glyph.c == ' ') {
                start += 1;
            }
        }
        lines
    }

    fn glyphs(&self) -> Vec<Glyph> {
        self.spans
            .iter()
            .enumerate()
            .flat_map(|(span, of)| of.text.chars().map(move |c| Glyph { c, span }))
            .collect()
    }

    fn slice(&self, glyphs: &[Glyph], indent: usize) -> Self {
        let mut line = Self::new().with(" ".repeat(indent), Look::Tone(Tone::Plain));
        for run in glyphs.chunk_by(|a, b| a.span == b.span) {
            let text = run.iter().map(|glyph| glyph.c).collect();
            line = line.with(text, self.spans[run[0].span].look.clone());
        }
        line
    }

    /// The line as it is written, with escape codes as the theme allows. No line end.
    pub(super) fn render(&self, theme: Theme) -> String {
        let mut out = String::new();
        for Span { text, look } in &self.spans {
            // Writing to a string cannot fail.
            let _ = match look {
                Look::Tone(tone) => write!(out, "{}", theme.paint(*tone, text)),
                Look::Codes(codes) if theme.color == Color::On && !codes.is_empty() => {
                    write!(out, "\x1b[{codes}m{text}\x1b[0m")
                }
                Look::Link(url) if theme.links == Links::On => {
                    write!(out, "\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\")
                }
                Look::Codes(_) | Look::Link(_) => write!(out, "{text}"),
            };
        }
        out
    }
}

struct Glyph {
    c: char,
    span: usize,
}

/// The end of the longest run from `start` that fits: after a space if there is one behind the indentation.
fn break_at(glyphs: &[Glyph], start: usize, columns: usize) -> usize {
    let mut room = columns;
    let mut fits = start;
    while let Some(glyph) = glyphs.get(fits) {
        let wide = char_width(glyph.c);
        if wide > room {
            break;
        }
        room -= wide;
        fits += 1;
    }
    if fits == glyphs.len() {
        return fits;
    }
    let text = start
        + glyphs[start..fits]
            .iter()
            .take_while(|g| g.c == ' ')
            .count();
    // A space that no longer fits is a fine place to break as well.
    let at_space = (text + 1..=fits).rev().find(|&i| glyphs[i].c == ' ');
    at_space.unwrap_or(fits).max(start + 1)
}

/// How many columns a text takes.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

fn char_width(c: char) -> usize {
    if matches!(c, ' '..='~') {
        return 1;
    }
    console::measure_text_width(c.encode_utf8(&mut [0; 4]))
}

/// Paragraphs of foreign text, wrapped, every line indented by `indent`.
pub(super) fn paragraphs(text: &str, indent: usize, columns: usize) -> Vec<Line> {
    clean::harmless(text.trim_end())
        .split('\n')
        .flat_map(|line| {
            let own = line.len() - line.trim_start().len();
            Line::indented(indent)
                .push(Tone::Plain, line.trim_end())
                .wrapped(columns, indent + own)
        })
        .collect()
}

/// A `file:` address with everything but plain letters encoded.
fn file_url(path: &Path) -> String {
    let mut url = String::from("file://");
    let path = path.to_string_lossy().replace('\\', "/");
    if !path.starts_with('/') {
        url.push('/');
    }
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' | b':' => {
                url.push(byte as char);
            }
            byte => {
                let _ = write!(url, "%{byte:02X}");
            }
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(lines: &[Line]) -> Vec<String> {
        lines.iter().map(Line::text).collect()
    }

    #[test]
    fn a_long_line_breaks_at_spaces_and_hangs() {
        let lines = Line::plain("  one two three four").wrapped(11, 4);
        assert_eq!(texts(&lines), ["  one two", "    three", "    four"]);
    }

    #[test]
    fn a_word_longer_than_the_line_is_broken() {
        let lines = Line::plain("abcdefghij").wrapped(4, 0);
        assert_eq!(texts(&lines), ["abcd", "efgh", "ij"]);
    }

    #[test]
    fn a_wide_character_counts_twice() {
        assert_eq!(width("日本"), 4);
        let lines = Line::plain("日本語").wrapped(5, 0);
        assert_eq!(texts(&lines), ["日本", "語"]);
    }

    #[test]
    fn a_cut_line_says_so() {
        assert_eq!(Line::plain("abcdef").cut(4, "…").text(), "abc…");
        assert_eq!(Line::plain("abcd").cut(4, "…").text(), "abcd");
    }

    #[test]
    fn an_address_is_encoded() {
        let url = file_url(Path::new("/home/zoë/a b.rs"));
        assert_eq!(url, "file:///home/zo%C3%AB/a%20b.rs");
    }
}
