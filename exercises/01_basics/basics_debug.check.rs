//! Further tests of basics_debug: lists of all lengths, compared with one that is really cut into pages.

#[path = "../kit/caught.rs"]
mod caught;
#[path = "../kit/dice.rs"]
mod dice;

use super::*;
use caught::{Got, caught};
use dice::Dice;

#[test]
fn five_thousand_lists_are_cut_as_a_list_of_all_items_would_be() {
    let mut dice = Dice::new(0xDEB0_65EE_D0FF_0001);
    let mut asked: Vec<(usize, usize, usize)> = (0..5000)
        .map(|_| (dice.index(60), 1 + dice.index(12), dice.index(70)))
        .collect();
    // The smallest that fails is the easiest one to think about.
    asked.sort_by_key(|(items, per_page, wanted)| (items + per_page + wanted, *items));
    for (items, per_page, wanted) in asked {
        let got = caught(|| page(items, per_page, wanted));
        let expected = Got::Value(oracle(items, per_page, wanted));
        assert_eq!(got, expected, "page({items}, {per_page}, {wanted})");
    }
}

/// The slow way: write down every item, cut the list, and look.
fn oracle(items: usize, per_page: usize, wanted: usize) -> Page {
    let all: Vec<usize> = (1..=items).collect();
    let mut pages: Vec<&[usize]> = all.chunks(per_page).collect();
    if pages.is_empty() {
        pages.push(&[]);
    }
    let number = wanted.max(1).min(pages.len());
    let here = pages[number - 1];
    Page {
        number,
        of: pages.len(),
        first: here.first().copied().unwrap_or(0),
        last: here.last().copied().unwrap_or(0),
        previous: if number == 1 { None } else { Some(number - 1) },
        next: if number == pages.len() {
            None
        } else {
            Some(number + 1)
        },
    }
}
