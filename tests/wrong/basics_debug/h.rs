// caught by: a page in the middle has neighbours on both sides
//! basics_debug: read the failure, make a guess, change one thing
//!
//! Users report that the list of orders is strange: the last page is empty, or promises one more.
//! The code below calculates the pages, and three of its lines are wrong. It is tempting to change
//! this and that until the screen is green; that often breaks a fourth line. Go in rounds instead:
//!
//!     read    the first failure: which field differs, and by how much?
//!     guess   which line makes that field? Say in words what is wrong with it.
//!     look    dbg!(pages, before); in the function: it prints, and the screen shows it as "log"
//!     change  that one line, save, and see whether the failure went as you guessed. If not, undo it.
//!
//!     page(25 items, 10 per page, page 3 wanted)
//!         ->  page 3 of 3, items 21 to 25, after page 2, nothing follows
//!
//! Pages count from 1. A page that does not exist gives the nearest one that does. A list without
//! items has one page, with items 0 to 0. `per_page` is never 0.
//!
//! Read more: https://doc.rust-lang.org/std/macro.dbg.html

/// What stands below a list: "page 3 of 3, items 21 to 25", and where the two arrows lead.
#[derive(Debug, PartialEq)]
struct Page {
    number: usize,
    of: usize,
    first: usize,
    last: usize,
    previous: Option<usize>,
    next: Option<usize>,
}

/// The page with number `wanted` of a list with so many items.
fn page(items: usize, per_page: usize, wanted: usize) -> Page {
    // Rounded up: 25 items are 3 pages, and 20 are 2. `+ 1` is right for the first only. An empty list
    // has a page too, and without it `clamp` would have no number to choose.
    let pages = items.div_ceil(per_page).max(1);
    let number = wanted.clamp(1, pages);
    let before = (number - 1) * per_page;
    Page {
        number,
        of: pages,
        first: if items == 0 { 0 } else { before + 1 },
        // The last page may be shorter than the others.
        last: (before + per_page).min(items),
        previous: (number > 1).then(|| number - 1),
        // On the last page number and pages are equal, and nothing follows.
        next: (number + 1 < pages).then_some(number + 1),
    }
}

fn main() {
    for wanted in 1..=3 {
        println!("{:?}", page(25, 10, wanted));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks for a page and compares: number and count of pages, first and last item, the arrows.
    #[track_caller]
    fn check(
        (items, per_page, wanted): (usize, usize, usize),
        (number, of): (usize, usize),
        (first, last): (usize, usize),
        (previous, next): (Option<usize>, Option<usize>),
    ) {
        let expected = Page {
            number,
            of,
            first,
            last,
            previous,
            next,
        };
        let asked = format!("page({items}, {per_page}, {wanted})");
        assert_eq!(page(items, per_page, wanted), expected, "{asked}");
    }

    #[test]
    fn a_page_in_the_middle_has_neighbours_on_both_sides() {
        check((25, 10, 2), (2, 3), (11, 20), (Some(1), Some(3)));
    }

    #[test]
    fn the_last_page_ends_with_the_last_item_and_nothing_follows() {
        check((25, 10, 3), (3, 3), (21, 25), (Some(2), None));
    }

    #[test]
    fn a_list_that_fills_its_pages_has_no_empty_one() {
        check((20, 10, 2), (2, 2), (11, 20), (Some(1), None));
    }

    #[test]
    fn a_list_without_items_has_one_page() {
        check((0, 10, 1), (1, 1), (0, 0), (None, None));
    }

    #[test]
    fn a_page_that_does_not_exist_gives_the_nearest_one() {
        check((25, 10, 0), (1, 3), (1, 10), (None, Some(2)));
        check((25, 10, 99), (3, 3), (21, 25), (Some(2), None));
    }
}
