// caught by: a sum is price times quantity added up
//! basics_money: money is whole cents, and overflow is an error
//!
//! A price of 0.10 has no exact `f64`, so sums of such prices are sometimes a cent off, and a shop
//! may not be a cent off. Whole cents in integers are exact, until a number is too large for its
//! type: then a program that does not look takes a wrong amount, or panics and the request is lost.
//!
//!     cart of (price in cents, quantity), percent off  ->  cents to pay
//!     [(1999, 2), (500, 1)],   0 %                     ->  Ok(4498)
//!     [(333, 1)],             10 %                     ->  Ok(300)    the discount is 33, not 33.3
//!     [(u64::MAX, 2)],         0 %                     ->  Err(TooLarge)
//!
//! The sum is each price times its quantity, added up. The discount is `percent` per cent of the
//! whole sum, rounded down to a cent; the rest is to pay. `percent` is 0 to 100. If the sum does not
//! fit into a `u64`, the answer is Err(TooLarge), whatever the discount. If a later step does not
//! fit into the type you use, the answer is Err(TooLarge) too: never a wrong amount, never a panic.
//!
//! Read more: https://doc.rust-lang.org/std/primitive.u64.html#method.checked_mul

/// An amount does not fit into its type.
#[derive(Debug, PartialEq)]
struct TooLarge;

/// What a cart of (price in cents, quantity) costs after a discount.
fn to_pay(cart: &[(u64, u64)], percent: u64) -> Result<u64, TooLarge> {
    let mut sum: u64 = 0;
    for &(price, _) in cart {
        // `checked_` gives None where `*` and `+` panic in a debug build and wrap in a release.
        sum = sum.checked_add(price).ok_or(TooLarge)?;
    }
    // Multiply first: 333 / 100 * 10 would be 30. Integer division rounds down, as the rule asks.
    let discount = sum.checked_mul(percent).ok_or(TooLarge)? / 100;
    Ok(sum - discount)
}

fn main() {
    match to_pay(&[(1999, 2), (500, 1)], 15) {
        Ok(cents) => println!("{}.{:02} to pay", cents / 100, cents % 100),
        Err(TooLarge) => println!("this cart is too large"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_price_times_quantity_added_up() {
        let cart = [(1999, 2), (500, 1)];
        assert_eq!(to_pay(&cart, 0), Ok(4498), "to_pay(&{cart:?}, 0)");
        assert_eq!(to_pay(&[], 0), Ok(0), "to_pay(&[], 0)");
    }

    #[test]
    fn a_discount_is_rounded_down_to_a_cent() {
        assert_eq!(to_pay(&[(333, 1)], 10), Ok(300), "to_pay(&[(333, 1)], 10)");
        assert_eq!(to_pay(&[(999, 1)], 15), Ok(850), "to_pay(&[(999, 1)], 15)");
    }

    #[test]
    fn a_sum_that_does_not_fit_is_an_error() {
        let asked = "to_pay(&[(u64::MAX, 2)], 0)";
        assert_eq!(to_pay(&[(u64::MAX, 2)], 0), Err(TooLarge), "{asked}");
    }
}
