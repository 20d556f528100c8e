//! The list of exercises while it is open: which key selects, filters and searches. Pure, as the rest of the state.

use crate::ui::{
    Key,
    list::{Entry, Filter, ListView, Mode},
};

/// The open list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListState {
    selected: usize,
    filter: Filter,
    search: String,
    mode: Mode,
}

/// What a key in the list led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The list stays open.
    Stay,
    /// The list closes.
    Close,
    /// The learner wants the exercise at this position.
    Goto(usize),
    /// The program ends.
    Quit,
}

/// How many rows the page keys move.
const PAGE: isize = 10;

/// Further than any list is long.
const FAR: isize = isize::MAX / 2;

impl ListState {
    /// The list as it opens, with the current exercise selected.
    pub fn new(current: usize) -> Self {
        Self {
            selected: current,
            filter: Filter::All,
            search: String::new(),
            mode: Mode::Browsing,
        }
    }

    /// What there is to draw.
    pub fn view<'a>(&'a self, entries: &'a [Entry], current: usize) -> ListView<'a> {
        ListView {
            entries,
            current: Some(current),
            selected: self.selected,
            filter: self.filter,
            search: &self.search,
            mode: self.mode,
        }
    }

    /// Takes a key in.
    pub fn on_key(&mut self, key: Key, entries: &[Entry]) -> Outcome {
        match (self.mode, key) {
            (Mode::Searching, Key::Char(letter)) => {
                self.search.push(letter);
                self.select_best_hit(entries);
            }
            (Mode::Searching, Key::Backspace) => {
                self.search.pop();
            }
            (Mode::Searching, Key::Enter) => self.mode = Mode::Browsing,
            (Mode::Searching, Key::Esc) => {
                self.search.clear();
                self.mode = Mode::Browsing;
            }
            (Mode::Browsing, Key::Char('q')) => return Outcome::Quit,
            (Mode::Browsing, Key::Esc) if !self.search.is_empty() => self.search.clear(),
            (Mode::Browsing, Key::Esc | Key::Char('l')) => return Outcome::Close,
            (Mode::Browsing, Key::Enter) => {
                let chosen = self.view(entries, 0).chosen();
                return chosen.map_or(Outcome::Stay, Outcome::Goto);
            }
            (Mode::Browsing, Key::Char('/')) => self.mode = Mode::Searching,
            (Mode::Browsing, Key::Char('f')) => self.filter = self.filter.next(),
            (_, key) => self.selected = self.view(entries, 0).moved(distance(key)),
        }
        Outcome::Stay
    }
}

/// The selection that a search leads to.
impl ListState {
    /// A name that has the searched text is more likely to be meant than a title.
    fn select_best_hit(&mut self, entries: &[Entry]) {
        let visible = self.view(entries, 0).visible();
        let wanted = self.search.to_lowercase();
        let in_name = |position: &&usize| entries[**position].name.to_lowercase().contains(&wanted);
        if let Some(&best) = visible.iter().find(in_name).or(visible.first()) {
            self.selected = best;
        }
    }
}

fn distance(key: Key) -> isize {
    match key {
        Key::Char('j') | Key::Down => 1,
        Key::Char('k') | Key::Up => -1,
        Key::Char(' ') | Key::PageDown => PAGE,
        Key::Char('b') | Key::PageUp => -PAGE,
        Key::Char('g') | Key::Home => -FAR,
        Key::Char('G') | Key::End => FAR,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{course::Kind, progress::State};

    fn entries() -> Vec<Entry> {
        let entry = |(name, state): (&str, State)| Entry {
            name: name.into(),
            chapter: "One".into(),
            title: None,
            kind: Kind::Rust,
            state,
            path: name.into(),
        };
        [
            ("http_a", State::Done),
            ("http_b", State::Pending),
            ("sql_a", State::Pending),
        ]
        .into_iter()
        .map(entry)
        .collect()
    }

    fn after(keys: &str) -> Outcome {
        let (mut list, entries) = (ListState::new(0), entries());
        let mut last = Outcome::Stay;
        for key in keys.chars() {
            let key = if key == '\n' {
                Key::Enter
            } else {
                Key::Char(key)
            };
            last = list.on_key(key, &entries);
        }
        last
    }

    #[test]
    fn moving_and_enter_goes_there() {
        assert_eq!(after("jj\n"), Outcome::Goto(2));
        assert_eq!(after("Gk\n"), Outcome::Goto(1));
    }

    #[test]
    fn a_search_takes_letters_that_are_keys_elsewhere() {
        assert_eq!(after("/sql\n\n"), Outcome::Goto(2));
    }

    #[test]
    fn a_search_selects_the_first_name_that_has_the_text() {
        assert_eq!(after("G/http\n\n"), Outcome::Goto(0));
    }

    #[test]
    fn a_filter_hides_what_is_done() {
        assert_eq!(after("f\n"), Outcome::Goto(1));
    }

    #[test]
    fn a_search_without_a_hit_goes_nowhere() {
        assert_eq!(after("/zzz\n\n"), Outcome::Stay);
    }

    #[test]
    fn q_ends_the_program_from_the_list_too() {
        assert_eq!(after("q"), Outcome::Quit);
    }
}
