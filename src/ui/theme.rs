//! How text may be drawn: with colours, links and signs, or without.
//!
//! It decides nothing about what is shown. Colour never carries meaning alone, so a text without it says the same.

use console::{Style, StyledObject};
use std::{
    env,
    io::{self, IsTerminal as _},
};

/// How to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Whether colours are used.
    pub color: Color,
    /// Whether file paths can be clicked.
    pub links: Links,
    /// Which signs stand for states.
    pub signs: Signs,
}

/// Whether colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// With colours.
    On,
    /// Without any escape code for colour.
    Off,
}

/// Whether file paths can be clicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// As OSC 8 hyperlinks.
    On,
    /// As plain text.
    Off,
}

/// Which signs stand for states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signs {
    /// Such as ✓ and ✗.
    Unicode,
    /// The same from ASCII.
    Ascii,
    /// Words, for screen readers and for files.
    Words,
}

/// What decides about a theme, as found by [`Theme::detect`] and as given by tests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// `NO_COLOR`.
    pub no_color: Option<String>,
    /// `CLICOLOR_FORCE`.
    pub clicolor_force: Option<String>,
    /// `TERM`.
    pub term: Option<String>,
    /// The first of `LC_ALL`, `LC_CTYPE`, `LANG` that says something.
    pub locale: Option<String>,
    /// True if the text goes to a terminal.
    pub is_terminal: bool,
}

impl Surroundings {
    /// Those of this process's standard output.
    pub(super) fn of_stdout() -> Self {
        let said = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        Self {
            no_color: said("NO_COLOR"),
            clicolor_force: said("CLICOLOR_FORCE"),
            term: said("TERM"),
            locale: ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(said),
            is_terminal: io::stdout().is_terminal(),
        }
    }

    /// True for a terminal that can only print lines.
    pub(super) fn is_dumb(&self) -> bool {
        self.term.as_deref() == Some("dumb")
    }
}

impl Theme {
    /// No colours, no links, words for signs: for pipes, `--plain` and screen readers.
    pub const PLAIN: Self = Self {
        color: Color::Off,
        links: Links::Off,
        signs: Signs::Words,
    };

    /// The theme for standard output. Nothing else in this room reads the environment.
    pub fn detect() -> Self {
        Self::for_surroundings(&Surroundings::of_stdout())
    }

    /// The theme that fits the surroundings.
    pub fn for_surroundings(around: &Surroundings) -> Self {
        let dumb = around.is_dumb();
        let forced = around
            .clicolor_force
            .as_deref()
            .is_some_and(|value| value != "0");
        // https://no-color.org: any value but the empty one counts, and the learner's wish beats a program's.
        let color = around.no_color.is_none() && (forced || (around.is_terminal && !dumb));
        Self {
            color: if color { Color::On } else { Color::Off },
            links: if around.is_terminal && !dumb {
                Links::On
            } else {
                Links::Off
            },
            signs: if !dumb && speaks_utf8(around.locale.as_deref()) {
                Signs::Unicode
            } else {
                Signs::Ascii
            },
        }
    }

    /// The text in this tone, with colour if colours are on.
    pub(super) fn paint<'a>(&self, tone: Tone, text: &'a str) -> StyledObject<&'a str> {
        tone.style()
            .apply_to(text)
            .force_styling(self.color == Color::On && tone != Tone::Plain)
    }

    /// The sign of a state.
    pub(super) fn sign(&self, sign: Sign) -> &'static str {
        let (unicode, ascii, words) = match sign {
            Sign::Pass => ("✓", "ok", "passed:"),
            Sign::Done => ("✓", "ok", "done:"),
            Sign::Fail => ("✗", "x", "failed:"),
            Sign::NotRun => ("·", ".", "-"),
            Sign::Skipped => ("↷", "~", "skipped:"),
            Sign::Current => ("▸", ">", "current:"),
            Sign::Dot => ("·", "|", "-"),
            Sign::More => ("…", "...", "..."),
            Sign::Down => ("↓", "v", "below:"),
            Sign::Up => ("↑", "^", "above:"),
            Sign::Full => ("█", "#", "#"),
            Sign::Empty => ("░", ".", "."),
            Sign::Rule => ("│", "|", "|"),
        };
        match self.signs {
            Signs::Unicode => unicode,
            Signs::Ascii => ascii,
            Signs::Words => words,
        }
    }
}

/// Windows sets no locale and its terminals know UTF-8; elsewhere the locale says so.
fn speaks_utf8(locale: Option<&str>) -> bool {
    match locale {
        Some(locale) => {
            let locale = locale.to_ascii_lowercase();
            locale.ends_with("utf-8") || locale.ends_with("utf8")
        }
        None => cfg!(windows),
    }
}

/// What a piece of text is, as far as its look goes. Only the eight basic colours: they follow the terminal's own
/// palette, so they can be read on light and on dark. Yellow and dim text cannot, and are not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Strong,
    Pass,
    Fail,
    Label,
    Key,
}

impl Tone {
    fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Pass => Style::new().green().bold(),
            Self::Fail => Style::new().red().bold(),
            Self::Label => Style::new().magenta(),
            Self::Key => Style::new().bold().underlined(),
        }
    }
}

/// Marks that a theme draws in its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Pass,
    Done,
    Fail,
    NotRun,
    Skipped,
    Current,
    Dot,
    More,
    Down,
    Up,
    Full,
    Empty,
    Rule,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terminal() -> Surroundings {
        Surroundings {
            term: Some("xterm-256color".into()),
            locale: Some("de_AT.UTF-8".into()),
            is_terminal: true,
            ..Surroundings::default()
        }
    }

    #[test]
    fn a_terminal_gets_colours_links_and_signs() {
        let theme = Theme::for_surroundings(&terminal());
        assert_eq!(
            (theme.color, theme.links, theme.signs),
            (Color::On, Links::On, Signs::Unicode)
        );
    }

    #[test]
    fn no_color_beats_a_terminal_and_a_forced_colour() {
        let theme = Theme::for_surroundings(&Surroundings {
            no_color: Some("1".into()),
            clicolor_force: Some("1".into()),
            ..terminal()
        });
        assert_eq!(theme.color, Color::Off);
        assert_eq!(theme.signs, Signs::Unicode);
    }

    #[test]
    fn a_pipe_gets_no_colour_unless_it_is_forced() {
        let mut pipe = Surroundings {
            is_terminal: false,
            ..terminal()
        };
        assert_eq!(Theme::for_surroundings(&pipe).color, Color::Off);
        assert_eq!(Theme::for_surroundings(&pipe).links, Links::Off);
        pipe.clicolor_force = Some("0".into());
        assert_eq!(Theme::for_surroundings(&pipe).color, Color::Off);
        pipe.clicolor_force = Some("1".into());
        assert_eq!(Theme::for_surroundings(&pipe).color, Color::On);
    }

    #[test]
    fn a_dumb_terminal_and_a_locale_without_utf8_get_ascii() {
        let dumb = Surroundings {
            term: Some("dumb".into()),
            ..terminal()
        };
        let theme = Theme::for_surroundings(&dumb);
        assert_eq!(
            (theme.color, theme.links, theme.signs),
            (Color::Off, Links::Off, Signs::Ascii)
        );
        let latin = Surroundings {
            locale: Some("C".into()),
            ..terminal()
        };
        assert_eq!(Theme::for_surroundings(&latin).signs, Signs::Ascii);
    }
}
