//! What must hold for tables and scripts of any bytes; see `src/fuzz.rs`.

use super::{
    cage::Cage,
    diff::compare,
    plan::Order,
    statements,
    table::{Cell, Row, Table},
};
use crate::process::Cancel;
use rusqlite::{Connection, types::ValueRef};
use std::time::Duration;

/// A table equals itself in any order, and no table that has a row more or another row.
pub(in crate::check) fn tables(bytes: &[u8]) {
    let table = table(bytes);
    for order in [Order::Any, Order::Asked] {
        assert!(compare(&table, &table, order).is_none());
    }
    let turned = Table {
        columns: table.columns.clone(),
        rows: table.rows.iter().rev().cloned().collect(),
    };
    assert!(compare(&table, &turned, Order::Any).is_none());
    let same_order = table.rows == turned.rows;
    assert_eq!(compare(&table, &turned, Order::Asked).is_none(), same_order);
    let mut longer = turned;
    let new: Row = table
        .columns
        .iter()
        .map(|_| Cell::new(ValueRef::Text(b"new")))
        .collect();
    longer.rows.push(new);
    for (one, other) in [(&table, &longer), (&longer, &table)] {
        assert!(compare(one, other, Order::Any).is_some());
    }
    let Some((first, rest)) = longer.rows.split_first_mut() else {
        return;
    };
    if let Some(second) = rest.first()
        && first != second
    {
        // One row twice in the place of another: as many rows, and not the same.
        *first = second.clone();
        let mut before = table.rows.clone();
        before.push(longer.rows[longer.rows.len() - 1].clone());
        let before = Table {
            columns: table.columns,
            rows: before,
        };
        assert!(compare(&before, &longer, Order::Any).is_some());
    }
}

fn table(bytes: &[u8]) -> Table {
    let (first, rest) = bytes.split_first().unwrap_or((&0, &[]));
    let count = usize::from(first % 4) + 1;
    let cell = |bytes: &[u8]| match bytes[0] % 5 {
        0 => Cell::new(ValueRef::Null),
        1 => Cell::new(ValueRef::Integer(i64::from(bytes[0] / 32))),
        2 => Cell::new(ValueRef::Real(f64::from(bytes[0]) / 8.0)),
        3 => Cell::new(ValueRef::Text(
            &bytes[..1 + usize::from(bytes[0] % 2).min(bytes.len() - 1)],
        )),
        _ => Cell::new(ValueRef::Blob(bytes)),
    };
    Table {
        columns: (0..count).map(|number| format!("c{number}")).collect(),
        rows: rest
            .chunks_exact(2 * count)
            .take(40)
            .map(|row| row.chunks(2).map(cell).collect())
            .collect(),
    }
}

/// A script of any text ends, and makes no file.
pub(in crate::check) fn script(text: &str) {
    const LIMIT: Duration = Duration::from_millis(300);
    let Ok(connection) = Connection::open_in_memory() else {
        return;
    };
    let made =
        connection.execute_batch("CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 'x'), (2, NULL)");
    assert!(made.is_ok());
    let Ok(cage) = Cage::new(connection, LIMIT, &Cancel::new()) else {
        return;
    };
    // Each statement has a limit of its own.
    if let Ok(statements) = statements::split(&cage, text) {
        assert!(
            statements
                .iter()
                .all(|statement| text.contains(&statement.sql))
        );
    }
    let mut databases = Vec::new();
    let listed = cage
        .connection()
        .pragma_query(None, "database_list", |row| {
            databases.push(row.get::<_, String>(2)?);
            Ok(())
        });
    // The cage may refuse to tell even that.
    if listed.is_ok() {
        assert!(databases.iter().all(String::is_empty), "{databases:?}");
    }
}
