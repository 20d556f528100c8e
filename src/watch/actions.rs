//! Which key does what.

use crate::ui::Key;

/// What a learner can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Go to the next exercise.
    Next,
    /// Show one more hint.
    Hint,
    /// Show our solution.
    Solution,
    /// Open the list.
    List,
    /// Check every exercise.
    CheckAll,
    /// Open the file in the editor.
    Edit,
    /// Check again.
    RunAgain,
    /// Bring the file back as shipped.
    Reset,
    /// Back to the verdict.
    Back,
    /// Move the text.
    Scroll(Scroll),
    /// End the program.
    Quit,
}

/// How to move the text; the drawing keeps it within bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scroll {
    /// So many lines down.
    Down(usize),
    /// So many lines up.
    Up(usize),
    /// To the beginning.
    Home,
    /// To the end.
    End,
}

/// How far the page keys move.
const PAGE: usize = 10;

impl Scroll {
    /// The new offset from the old one.
    pub fn from(self, offset: usize) -> usize {
        match self {
            Self::Down(lines) => offset.saturating_add(lines),
            Self::Up(lines) => offset.saturating_sub(lines),
            Self::Home => 0,
            Self::End => usize::MAX,
        }
    }
}

/// The action of a key outside the list and outside a question.
pub fn action_for(key: Key) -> Option<Action> {
    Some(match key {
        Key::Char('n') => Action::Next,
        Key::Char('h' | '?') => Action::Hint,
        Key::Char('s') => Action::Solution,
        Key::Char('l') => Action::List,
        Key::Char('c') => Action::CheckAll,
        Key::Char('e') => Action::Edit,
        Key::Char('r') => Action::RunAgain,
        Key::Char('x') => Action::Reset,
        Key::Char('q') | Key::Interrupt => Action::Quit,
        Key::Esc | Key::Enter => Action::Back,
        Key::Char('j') | Key::Down => Action::Scroll(Scroll::Down(1)),
        Key::Char('k') | Key::Up => Action::Scroll(Scroll::Up(1)),
        Key::Char(' ') | Key::PageDown => Action::Scroll(Scroll::Down(PAGE)),
        Key::Char('b') | Key::PageUp => Action::Scroll(Scroll::Up(PAGE)),
        Key::Char('g') | Key::Home => Action::Scroll(Scroll::Home),
        Key::Char('G') | Key::End => Action::Scroll(Scroll::End),
        _ => return None,
    })
}
