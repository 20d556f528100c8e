// caught by: no rows are an empty list
//! db_query: a row becomes a struct, and NULL becomes None
//!
//! A database gives rows, a program works with structs. Where the one becomes the other, a backend
//! meets its surprises: a column that may be NULL, a column that was added last week, a table that
//! is not there. Each of them is a value, never a panic.
//!
//!     products: id | name  | price_cents | shelf
//!               9  | Chair | 12000       | NULL    ->  Product { id: 9, name: "Chair", price_cents: 12000, shelf: None }
//!     no products                                  ->  Ok(vec![])
//!     a value of another type, or no such table    ->  Err(…)
//!
//! The products come in the order of their ids. The table may have more columns than these four, in
//! any order: other programs use it too.
//!
//! Read more: https://docs.rs/rusqlite/latest/rusqlite/struct.Row.html

use rusqlite::{Connection, Row};

#[derive(Debug, PartialEq)]
struct Product {
    id: i64,
    name: String,
    price_cents: i64,
    /// Where it lies; nothing as long as nobody has put it anywhere.
    shelf: Option<String>,
}

/// Makes a product of one row.
fn product_from(row: &Row<'_>) -> rusqlite::Result<Product> {
    Ok(Product {
        // By name, so that it does not matter where a column stands.
        id: row.get("id")?,
        name: row.get("name")?,
        price_cents: row.get("price_cents")?,
        // The type of the field decides: an Option takes NULL, a String would be an error.
        shelf: row.get("shelf")?,
    })
}

/// All products, in the order of their ids.
fn load_products(connection: &Connection) -> rusqlite::Result<Vec<Product>> {
    let mut statement = connection.prepare("SELECT * FROM products ORDER BY id")?;
    let products = statement.query_map([], product_from)?;
    // Each row is a Result. Collected into a Result, the first error is the answer, and no row is lost.
    let products: Vec<Product> = products.collect::<rusqlite::Result<_>>()?;
    if products.is_empty() {
        return Err(rusqlite::Error::QueryReturnedNoRows);
    }
    Ok(products)
}

fn main() -> rusqlite::Result<()> {
    let connection = Connection::open_in_memory()?;
    connection.execute_batch(
        "CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT, price_cents INTEGER, shelf TEXT);
         INSERT INTO products VALUES (7, 'Lamp', 4900, 'A-113'), (9, 'Chair', 12000, NULL);",
    )?;
    for product in load_products(&connection)? {
        println!("{product:?}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT, price_cents INTEGER, shelf TEXT);";

    /// What `load_products` gives after these statements; an error in words.
    fn loaded_after(statements: &str) -> Result<Vec<Product>, String> {
        let connection = Connection::open_in_memory().expect("memory is there");
        connection.execute_batch(statements).expect("good SQL");
        load_products(&connection).map_err(|error| error.to_string())
    }

    fn product(id: i64, name: &str, price_cents: i64, shelf: Option<&str>) -> Product {
        Product {
            id,
            name: name.to_owned(),
            price_cents,
            shelf: shelf.map(str::to_owned),
        }
    }

    #[test]
    fn no_rows_are_an_empty_list() {
        assert_eq!(loaded_after(TABLE), Ok(vec![]), "an empty table");
    }

    #[test]
    fn each_row_becomes_a_product() {
        let rows = "INSERT INTO products VALUES (7, 'Lamp', 4900, 'A-113'), (8, 'Table', 0, '')";
        let expected = vec![
            product(7, "Lamp", 4900, Some("A-113")),
            product(8, "Table", 0, Some("")),
        ];
        assert_eq!(
            loaded_after(&format!("{TABLE} {rows}")),
            Ok(expected),
            "{rows}"
        );
    }

    #[test]
    fn null_becomes_none() {
        let rows = "INSERT INTO products VALUES (9, 'Chair', 12000, NULL)";
        let expected = vec![product(9, "Chair", 12000, None)];
        assert_eq!(
            loaded_after(&format!("{TABLE} {rows}")),
            Ok(expected),
            "{rows}"
        );
    }

    #[test]
    fn a_missing_table_is_an_error_value() {
        let got = loaded_after("").map_err(|_| "…");
        assert_eq!(got, Err("…"), "a database without any table");
    }
}
