//! Further tests of basics_settings: the rest of the rules, and files made at random.
//!
//! The random files are built line by line together with what each line means: nothing here parses.

#[path = "../kit/caught.rs"]
mod caught;
#[path = "../kit/dice.rs"]
mod dice;

use super::*;
use caught::{Got, caught};
use dice::Dice;

#[test]
fn a_number_sign_inside_a_line_begins_no_comment() {
    check("COLOR=#ff0000\n", &[("COLOR", "#ff0000")]);
    check("ROOM=4 # 7\n", &[("ROOM", "4 # 7")]);
}

#[test]
fn windows_line_ends_belong_to_no_value() {
    check(
        "HOST=localhost\r\n\r\nPORT=8080\r\n",
        &[("HOST", "localhost"), ("PORT", "8080")],
    );
}

#[test]
fn the_last_line_needs_no_line_end() {
    check("HOST=a\nPORT=8080", &[("HOST", "a"), ("PORT", "8080")]);
    check("", &[]);
}

#[test]
fn the_order_of_the_file_is_kept_and_doubles_too() {
    check(
        "B=1\nA=2\nB=3\nA=2\n",
        &[("B", "1"), ("A", "2"), ("B", "3"), ("A", "2")],
    );
}

#[test]
fn generated_files_are_read_as_the_rules_say() {
    let mut dice = Dice::new(0x5EED_0F5E_7717_1265);
    for _ in 0..200 {
        let lines: Vec<Line> = (0..dice.roll(12))
            .map(|_| Line::random(&mut dice))
            .collect();
        let lines = shrunk(lines);
        let (text, expected) = join(&lines);
        assert_eq!(parsed(&text), Got::Value(expected), "{}", asked(&text));
    }
}

#[track_caller]
fn check(text: &str, expected: &[(&str, &str)]) {
    let owned = |(key, value): &(&str, &str)| (key.to_string(), value.to_string());
    let expected = Got::Value(expected.iter().map(owned).collect());
    assert_eq!(parsed(text), expected, "{}", asked(text));
}

fn asked(text: &str) -> String {
    format!("parse_settings({text:?})")
}

/// A line of a settings file with what it sets, if anything.
#[derive(Clone)]
struct Line {
    text: String,
    sets: Option<(String, String)>,
}

impl Line {
    fn random(dice: &mut Dice) -> Self {
        let (text, sets) = match dice.roll(8) {
            0 => (dice.spaces(), None),
            1 => (format!("{}#{}A=b", dice.spaces(), dice.spaces()), None),
            2 => {
                let key = dice.pick(KEYS);
                let text = format!("{}{key}{}", dice.spaces(), dice.spaces());
                (text, Some((key.to_owned(), String::new())))
            }
            _ => {
                let (key, value) = (dice.pick(KEYS), dice.pick(VALUES));
                let gaps = [dice.spaces(), dice.spaces(), dice.spaces(), dice.spaces()];
                let [a, b, c, d] = gaps;
                let text = format!("{a}{key}{b}={c}{value}{d}");
                (text, Some((key.to_owned(), value.to_owned())))
            }
        };
        let end = dice.pick(&["\n", "\n", "\r\n"]);
        Self {
            text: text + end,
            sets,
        }
    }
}

const KEYS: &[&str] = &[
    "PORT",
    "HOST",
    "DATABASE_URL",
    "x",
    "größe",
    "a.b",
    "log-level",
];

const VALUES: &[&str] = &[
    "",
    "8080",
    "localhost",
    "two words",
    "two  gaps",
    "a=b",
    "a=b=c",
    "=",
    "==x",
    "x=",
    "/db?mode=ro&n=1",
    "#ff0000",
    "a # b",
    "größer 5 €",
    "\"quoted\"",
    "k = v",
];

/// The text of some lines, the last one without its end, and what they set.
fn join(lines: &[Line]) -> (String, Vec<(String, String)>) {
    let text: String = lines.iter().map(|line| line.text.as_str()).collect();
    let text = text.trim_end_matches(['\r', '\n']).to_owned();
    (
        text,
        lines.iter().filter_map(|line| line.sets.clone()).collect(),
    )
}

/// Leaves out every line that is not needed to make the parser fail. If it does not fail, all stay.
fn shrunk(mut lines: Vec<Line>) -> Vec<Line> {
    let fails = |lines: &[Line]| {
        let (text, expected) = join(lines);
        parsed(&text) != Got::Value(expected)
    };
    if fails(&lines) {
        for position in (0..lines.len()).rev() {
            let mut fewer = lines.clone();
            fewer.remove(position);
            if fails(&fewer) {
                lines = fewer;
            }
        }
    }
    lines
}

/// What the learner's function gives for `text`.
fn parsed(text: &str) -> Got<Vec<(String, String)>> {
    caught(|| parse_settings(text))
}

impl Dice {
    fn spaces(&mut self) -> String {
        self.pick(&["", "", "", " ", "  ", "\t", " \t "]).to_owned()
    }
}
