//! Further tests of basics_money: carts made at random, and amounts at the edge of what fits.
//!
//! The expected amount is calculated in `u128`, where nothing here overflows, and from the other
//! side: what is to pay is (100 - percent) per cent of the sum, rounded up.

#[path = "../kit/caught.rs"]
mod caught;
#[path = "../kit/dice.rs"]
mod dice;

use super::*;
use caught::{Got, caught};
use dice::Dice;

type Cart = Vec<(u64, u64)>;
type Answer = Result<u64, TooLarge>;

#[test]
fn a_discount_is_taken_from_the_whole_sum() {
    // Line by line this would be a discount of 0 + 0 + 0.
    check(&vec![(9, 1), (9, 1), (9, 1)], 10);
}

#[test]
fn generated_carts_are_exact_to_the_cent() {
    let mut dice = Dice::new(0x0CA5_4C0F_FEE5_1234);
    for round in 0..500 {
        // Small prices first, because they are the easier ones to think about. The largest sums,
        // some 10^14 cents, leave room for every way to calculate in a u64.
        let digits = 2 + round / 60;
        let cart: Cart = (0..dice.roll(6))
            .map(|_| (dice.roll(10_u64.pow(digits)), dice.roll(1000)))
            .collect();
        let percent = dice.roll(101);
        check(&shrunk(cart, percent), percent);
    }
    // An f64 does not hold every number of this length; times 100 it still fits into a u64.
    let large = vec![(90_071_992_547_409_931, 1), (7, 1)];
    for percent in [1, 7, 29, 58, 99] {
        check(&large, percent);
    }
}

#[test]
fn an_overflow_anywhere_in_the_sum_is_an_error() {
    let half = 1 << 63;
    for percent in [0, 50, 100] {
        check(&vec![(1 << 32, 1 << 32)], percent);
        check(&vec![(half, 3)], percent);
        check(&vec![(3, half)], percent);
        check(&vec![(half, 1), (half, 1)], percent);
        check(&vec![(u64::MAX, 1), (1, 1)], percent);
        check(&vec![(5, 5), (u64::MAX, u64::MAX), (0, 9)], percent);
    }
}

#[test]
fn a_discount_on_a_huge_sum_is_exact_or_an_error() {
    for percent in [1, 10, 50, 99, 100] {
        for price in [u64::MAX, 1 << 63, u64::MAX / 99] {
            let cart = vec![(price, 1)];
            let (got, exact) = (paid(&cart, percent), oracle(&cart, percent));
            if got != Got::Value(Err(TooLarge)) && got != Got::Value(exact) {
                let exact = oracle(&cart, percent);
                let expected = Got::Words(format!("{exact:?} or Err(TooLarge)"));
                assert_eq!(got, expected, "{}", asked(&cart, percent));
            }
        }
    }
}

#[track_caller]
fn check(cart: &Cart, percent: u64) {
    let expected = Got::Value(oracle(cart, percent));
    assert_eq!(paid(cart, percent), expected, "{}", asked(cart, percent));
}

/// The call as one would write it, with the numbers at the edge by their names.
fn asked(cart: &Cart, percent: u64) -> String {
    format!("to_pay(&{cart:?}, {percent})")
        .replace(&u64::MAX.to_string(), "u64::MAX")
        .replace(&(1_u64 << 63).to_string(), "1 << 63")
        .replace(&(1_u64 << 32).to_string(), "1 << 32")
}

fn sum(cart: &Cart) -> u128 {
    let line = |&(price, quantity): &(u64, u64)| u128::from(price) * u128::from(quantity);
    // Nobody here makes a cart whose sum does not fit into a u128.
    cart.iter().map(line).fold(0, u128::saturating_add)
}

fn oracle(cart: &Cart, percent: u64) -> Answer {
    let sum = sum(cart);
    if sum > u128::from(u64::MAX) {
        return Err(TooLarge);
    }
    let left = (sum * u128::from(100 - percent)).div_ceil(100);
    Ok(left as u64)
}

/// Makes the cart smaller as long as the learner's function still gives a wrong amount for it.
fn shrunk(mut cart: Cart, percent: u64) -> Cart {
    let fails = |cart: &Cart| paid(cart, percent) != Got::Value(oracle(cart, percent));
    if fails(&cart) {
        for position in (0..cart.len()).rev() {
            let (price, _) = cart[position];
            let mut without = cart.clone();
            without.remove(position);
            let mut single = cart.clone();
            single[position] = (price, 1);
            if let Some(smaller) = [without, single].into_iter().find(|cart| fails(cart)) {
                cart = smaller;
            }
        }
    }
    cart
}

/// What the learner's function gives.
fn paid(cart: &Cart, percent: u64) -> Got<Answer> {
    caught(|| to_pay(cart, percent))
}
