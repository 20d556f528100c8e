//! Further tests of db_query: tables as they look after some years, and rows made at random.

#[path = "../kit/caught.rs"]
mod caught;
#[path = "../kit/dice.rs"]
mod dice;

use super::*;
use caught::{Got, caught};
use dice::Dice;
use std::panic::AssertUnwindSafe;

const USUAL: &str =
    "CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT, price_cents INTEGER, shelf TEXT)";
/// The same four columns, in another order and with strangers between them.
const GROWN: &str = "CREATE TABLE products (sku TEXT PRIMARY KEY, shelf TEXT, name TEXT, weight REAL, price_cents INTEGER, id INTEGER NOT NULL)";

#[test]
fn a_table_with_more_columns_in_another_order_is_read_as_well() {
    check(GROWN, &[(1, "Lamp", 4900, Some("A-113"))]);
    check(GROWN, &[(2, "A-113", 4900, Some("Lamp"))]);
    check(GROWN, &[(3, "Chair", 12000, None)]);
}

#[test]
fn products_come_in_the_order_of_their_ids() {
    check(GROWN, &[(30, "b", 1, None), (4, "a", 2, None)]);
}

#[test]
fn a_value_of_another_type_is_an_error_and_no_gap() {
    for (column, value) in [
        ("price_cents", "'on request'"),
        ("price_cents", "NULL"),
        ("price_cents", "49.5"),
        ("name", "NULL"),
    ] {
        let rows = [
            (1, "Lamp", 4900, None),
            (2, "Chair", 1, None),
            (3, "Bed", 1, None),
        ];
        let spoil = format!("UPDATE products SET {column} = {value} WHERE id = 2");
        let connection = filled(USUAL, &rows);
        connection.execute(&spoil, []).expect("good SQL");
        let got = caught(AssertUnwindSafe(|| {
            load_products(&connection).map_err(|_| ())
        }));
        let expected = Got::Words("Err(…)".to_owned());
        let got = match got {
            Got::Value(Err(())) => Got::Words("Err(…)".to_owned()),
            got => got,
        };
        assert_eq!(got, expected, "three products, then {spoil}");
    }
}

#[test]
fn generated_products_come_back_as_they_were_stored() {
    let mut dice = Dice::new(0x0DB0_5EED_0000_0007);
    // Small tables first: they are the easier ones to think about.
    for most in 1..60 {
        let mut rows = Vec::new();
        let mut id = 0;
        for _ in 0..dice.index(most.min(8)) + 1 {
            id += 1 + dice.roll(50) as i64;
            let name = dice.pick(&["Lamp", "O'Brien", "é", "", "NULL", "a\nb", "李"]);
            let shelf = dice.pick(&[None, Some("A-1"), Some(""), Some("NULL"), Some("0")]);
            rows.push((id, name, dice.pick(&[0, 1, 99, 12000, i64::MAX]), shelf));
        }
        dice.shuffle(&mut rows);
        check(dice.pick(&[USUAL, GROWN]), &rows);
    }
}

#[test]
fn a_table_that_lacks_a_column_is_an_error_value() {
    let connection = Connection::open_in_memory().expect("memory is there");
    let table = "CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT, shelf TEXT)";
    connection.execute_batch(table).expect("good SQL");
    connection
        .execute("INSERT INTO products VALUES (1, 'Lamp', NULL)", [])
        .expect("good SQL");
    let got = match caught(AssertUnwindSafe(|| {
        load_products(&connection).map_err(|_| ())
    })) {
        Got::Value(Err(())) => Got::Words("Err(…)".to_owned()),
        got => got,
    };
    let expected = Got::Words("Err(…)".to_owned());
    assert_eq!(
        got, expected,
        "one product in a table without the column price_cents"
    );
}

type Stored = (i64, &'static str, i64, Option<&'static str>);

fn filled(table: &str, rows: &[Stored]) -> Connection {
    let connection = Connection::open_in_memory().expect("memory is there");
    connection.execute_batch(table).expect("good SQL");
    let insert = match table == GROWN {
        true => {
            "INSERT INTO products (id, name, price_cents, shelf, sku, weight) VALUES (?1, ?2, ?3, ?4, 's' || (9999 - ?1), 1.5)"
        }
        false => "INSERT INTO products (id, name, price_cents, shelf) VALUES (?1, ?2, ?3, ?4)",
    };
    for row in rows {
        connection.execute(insert, *row).expect("good SQL");
    }
    connection
}

#[track_caller]
fn check(table: &str, rows: &[Stored]) {
    let connection = filled(table, rows);
    let mut expected: Vec<Product> = rows
        .iter()
        .map(|(id, name, price_cents, shelf)| Product {
            id: *id,
            name: (*name).to_owned(),
            price_cents: *price_cents,
            shelf: shelf.map(str::to_owned),
        })
        .collect();
    expected.sort_by_key(|product| product.id);
    let got = caught(AssertUnwindSafe(|| {
        load_products(&connection).map_err(|error| error.to_string())
    }));
    let columns = match table == GROWN {
        true => "sku, shelf, name, weight, price_cents, id",
        false => "id, name, price_cents, shelf",
    };
    let asked = format!("a table ({columns}) that holds (id, name, price_cents, shelf) = {rows:?}");
    assert_eq!(got, Got::Value(Ok(expected)), "{asked}");
}
