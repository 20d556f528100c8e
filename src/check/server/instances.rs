//! Several instances of the learner's server: which of them a step is about, and how they are called. It starts none of them.

use std::ops::Range;

/// What the instances are called in a steps file, in the order of their start.
pub(super) const NAMES: [&str; 4] = ["first", "second", "third", "fourth"];

/// Which instance a step is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum To {
    /// The one at this position.
    One(usize),
    /// Each of them; the clients of a group take turns.
    All,
}

impl To {
    /// The positions of those that it is about, if there are so many.
    pub(super) fn positions(self, instances: usize) -> Range<usize> {
        match self {
            Self::One(position) => position..position + 1,
            Self::All => 0..instances,
        }
    }

    /// Those among all that it is about.
    pub(super) fn of<T>(self, all: &mut [T]) -> &mut [T] {
        let positions = self.positions(all.len());
        all.get_mut(positions).unwrap_or_default()
    }
}

/// The instance at this position, in words.
pub(super) fn named(position: usize) -> String {
    match NAMES.get(position) {
        Some(name) => format!("the {name} instance"),
        None => format!("instance {}", position + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_about_one_or_about_all() {
        let mut all = ["a", "b", "c"];
        assert_eq!(To::One(1).of(&mut all), ["b"]);
        assert_eq!(To::All.of(&mut all), ["a", "b", "c"]);
        assert_eq!(To::One(3).of(&mut all), [""; 0]);
        assert_eq!(named(1), "the second instance");
    }
}
