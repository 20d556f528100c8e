//! Data in, text out. The only room that writes to the terminal; it runs nothing and keeps nothing.
//!
//! | for | use |
//! |---|---|
//! | how to draw: colours, links, signs | [`Theme`] |
//! | one verdict as text | [`report::text`] at [`width`], [`plain::report`]; in one line [`report::short`] |
//! | the watch screen | [`screen::View`] -> [`screen::draw`] -> [`Frame`] -> [`Terminal::show`] |
//! | the list of exercises | [`list::ListView`] -> [`list::draw`]; [`list::table`] for `backendlings list` |
//! | keys | [`keys::listen`] |
//! | the learner's file beside the solution | [`diff::text`] |
//! | faults of the runner | [`error::text`] |
//! | for scripts | [`json`], [`junit`], [`annotations`] |
//! | a class | [`mod@grades`], [`junit`] |
//! | mistakes in a course, for its author | [`faults::text`] |
//! | writing | [`mod@print`] |
//!
//! Whatever comes from a learner's program, a course or a file name passes through `clean` before it is drawn.

pub mod annotations;
mod body;
mod clean;
pub mod diff;
pub mod error;
pub mod faults;
mod finding;
mod footer;
mod frame;
pub mod grades;
pub mod health;
pub mod json;
pub mod junit;
pub mod keys;
mod ladder;
mod line;
pub mod list;
pub mod plain;
pub mod print;
pub mod report;
pub mod screen;
mod table;
mod terminal;
mod theme;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

pub use clean::{harmless, without_ansi};
pub use frame::{Frame, Size};
pub use keys::Key;
pub use terminal::{Terminal, restore, width};
pub use theme::{Color, Links, Signs, Surroundings, Theme};
