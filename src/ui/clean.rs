//! Text of strangers made harmless: what would move the cursor, ring or rename the window is shown instead of obeyed.
//!
//! Learners' programs, courses and file names can hold any character. rustc's own colours may stay where a caller asks for it.

/// One line or more of foreign text, safe to write to a terminal: escape sequences and control characters become
/// visible text such as `\x1b`. Line ends stay, a tab becomes spaces.
pub fn harmless(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        push_clean(&mut clean, c);
    }
    clean
}

/// As [`harmless`], for text that must stay on one line.
pub(super) fn one_line(text: &str) -> String {
    harmless(text).replace('\n', "\\n")
}

fn push_clean(clean: &mut String, c: char) {
    match c {
        '\n' => clean.push('\n'),
        '\t' => clean.push_str("    "),
        // A variation selector changes the width of the character before it, and terminals disagree how.
        '\u{FE00}'..='\u{FE0F}' => {}
        c if c.is_ascii_control() => clean.push_str(&format!("\\x{:02x}", c as u32)),
        c if c.is_control() || reorders(c) => clean.push_str(&format!("\\u{{{:x}}}", c as u32)),
        c => clean.push(c),
    }
}

/// Characters that hide, or reorder, the text around them.
pub(super) fn reorders(c: char) -> bool {
    matches!(
        c,
        '\u{061C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}'
    )
}

/// A piece of a compiler's message with the colour codes that hold for it, as in "1;38;5;9"; empty for none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) codes: String,
}

/// A compiler's message in pieces: its colour codes are understood, every other escape sequence is made harmless.
pub(super) fn pieces(rendered: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut codes = String::new();
    let mut rest = rendered;
    while let Some(start) = rest.find("\x1b[") {
        let (before, sequence) = rest.split_at(start);
        push_piece(&mut found, before, &codes);
        match color_sequence(sequence) {
            Some((parameters, after)) => {
                apply(&mut codes, parameters);
                rest = after;
            }
            None => {
                push_piece(&mut found, "\x1b", &codes);
                rest = &sequence[1..];
            }
        }
    }
    push_piece(&mut found, rest, &codes);
    found
}

/// A compiler's message, or other text, without colour codes. Every other escape sequence stays as it is: for JSON,
/// which spells control characters in its own way.
pub fn without_ansi(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("\x1b[") {
        clean.push_str(&rest[..start]);
        match color_sequence(&rest[start..]) {
            Some((_, after)) => rest = after,
            None => {
                clean.push('\x1b');
                rest = &rest[start + 1..];
            }
        }
    }
    clean + rest
}

fn push_piece(found: &mut Vec<Piece>, text: &str, codes: &str) {
    if !text.is_empty() {
        found.push(Piece {
            text: harmless(text),
            codes: codes.to_owned(),
        });
    }
}

/// Splits `ESC [ digits and semicolons m` from what follows it.
fn color_sequence(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix("\x1b[")?;
    let end = inner.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    inner[end..]
        .strip_prefix('m')
        .map(|after| (&inner[..end], after))
}

/// Adds parameters to those that hold. Only foreground colours, bold, italics and underlining are taken over: nothing
/// that hides text or paints the background.
fn apply(codes: &mut String, parameters: &str) {
    let mut numbers = parameters.split(';').peekable();
    while let Some(number) = numbers.next() {
        let kept = match number {
            "" | "0" | "00" => {
                codes.clear();
                continue;
            }
            "38" if numbers.next_if_eq(&"5").is_some() => {
                let color = numbers.next().unwrap_or("");
                if color.is_empty() || color.len() > 3 {
                    continue;
                }
                match color {
                    "3" | "11" => READABLE.to_owned(),
                    color => format!("38;5;{color}"),
                }
            }
            "33" | "93" => READABLE.to_owned(),
            "1" | "3" | "4" | "22" | "23" | "24" | "39" => number.to_owned(),
            _ if is_foreground(number) => number.to_owned(),
            _ => continue,
        };
        if !codes.is_empty() {
            codes.push(';');
        }
        codes.push_str(&kept);
    }
}

/// Magenta, in place of the yellow that nobody can read on a white background.
const READABLE: &str = "35";

fn is_foreground(number: &str) -> bool {
    number
        .parse::<u8>()
        .is_ok_and(|n| (30..=37).contains(&n) || (90..=97).contains(&n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_control_characters_are_shown_not_obeyed() {
        assert_eq!(
            harmless("a\x1b[2Jb\x07c\rd\u{9b}e\u{202e}f\tg\r\nh"),
            "a\\x1b[2Jb\\x07c\\x0dd\\u{9b}e\\u{202e}f    g\nh"
        );
    }

    #[test]
    fn colours_of_rustc_are_understood_and_other_sequences_are_not() {
        let found = pieces("\x1b[0m\x1b[1m\x1b[38;5;9merror\x1b[0m: x\x1b[2J\x1b[8mhidden");
        let found: Vec<_> = found
            .iter()
            .map(|p| (p.text.as_str(), p.codes.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                ("error", "1;38;5;9"),
                (": x", ""),
                ("\\x1b", ""),
                ("[2J", ""),
                ("hidden", "")
            ]
        );
    }

    #[test]
    fn a_warning_is_not_yellow() {
        for yellow in ["1;33", "1;93", "1;38;5;11"] {
            let found = pieces(&format!("\x1b[{yellow}mwarning\x1b[0m"));
            assert_eq!(found[0].codes, "1;35", "{yellow}");
        }
    }

    #[test]
    fn a_text_without_colours_keeps_its_words() {
        assert_eq!(
            without_ansi("\x1b[1;31merror\x1b[0m: \x1b[x"),
            "error: \x1b[x"
        );
    }
}
