//! A table as plain data: what a statement gave, or what lies in the database. It compares nothing.

use crate::digest::hex;
use rusqlite::{
    Connection,
    types::{Value, ValueRef},
};
use std::cmp::Ordering;

/// Column names and rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Table {
    /// The names of the columns, in order.
    pub(super) columns: Vec<String>,
    /// The rows, in the order in which they came.
    pub(super) rows: Vec<Row>,
}

/// One cell per column.
pub(super) type Row = Vec<Cell>;

/// One value, as SQL would write it. The text `'1'` and the number `1` are written differently, so equal means equal in type too.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Cell(String);

/// What kind of value a cell holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Null,
    Integer,
    Real,
    Text,
    Blob,
}

impl Cell {
    /// A value of SQLite's.
    pub(super) fn new(value: ValueRef<'_>) -> Self {
        Self(match value {
            ValueRef::Null => "NULL".into(),
            ValueRef::Integer(number) => number.to_string(),
            // Adding zero turns -0.0 into 0.0: they are equal in SQL.
            ValueRef::Real(number) => format!("{:?}", number + 0.0),
            ValueRef::Text(bytes) => {
                format!("'{}'", String::from_utf8_lossy(bytes).replace('\'', "''"))
            }
            ValueRef::Blob(bytes) => format!("x'{}'", hex(bytes)),
        })
    }

    /// The value as SQL would write it, whole.
    pub(super) fn sql(&self) -> &str {
        &self.0
    }

    /// Its type.
    pub(super) fn kind(&self) -> Type {
        match self.0.as_bytes() {
            b"NULL" => Type::Null,
            [b'\'', ..] => Type::Text,
            [b'x', ..] => Type::Blob,
            bytes if bytes.iter().all(|b| b.is_ascii_digit() || *b == b'-') => Type::Integer,
            _ => Type::Real,
        }
    }

    /// The value that SQL would read here, for a parameter; bytes are none.
    pub(super) fn value(&self) -> Value {
        match self.kind() {
            Type::Integer => self.0.parse().map_or(Value::Null, Value::Integer),
            Type::Real => self.0.parse().map_or(Value::Null, Value::Real),
            Type::Text => Value::Text(self.0[1..self.0.len() - 1].replace("''", "'")),
            Type::Null | Type::Blob => Value::Null,
        }
    }

    /// True if both hold the same characters or the same number, in different types: `1` and `'1'`, `1` and `1.0`.
    pub(super) fn differs_in_type_only(&self, other: &Self) -> bool {
        let bare = |cell: &Self| cell.0.trim_matches('\'').trim_end_matches(".0").to_owned();
        self.kind() != other.kind() && bare(self) == bare(other)
    }
}

impl Ord for Cell {
    /// Whole numbers by their value and before everything else, so that tables are read in the order of their ids.
    fn cmp(&self, other: &Self) -> Ordering {
        let number = |cell: &Self| cell.0.parse::<i64>().ok();
        match (number(self), number(other)) {
            (Some(one), Some(two)) => one.cmp(&two),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => self.0.cmp(&other.0),
        }
    }
}

impl PartialOrd for Cell {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Type {
    /// The type in words, with SQL's own name.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Integer => "a whole number (INTEGER)",
            Self::Real => "a number with a fraction (REAL)",
            Self::Text => "text (TEXT)",
            Self::Blob => "bytes (BLOB)",
        }
    }
}

/// Every table of a database with all its rows, in the order in which the tables were created; rows in order of their values.
pub(super) fn state(connection: &Connection) -> rusqlite::Result<Vec<(String, Table)>> {
    let mut names = connection.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid",
    )?;
    let names = names
        .query_map([], |row| row.get::<_, String>(0))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    names
        .into_iter()
        .map(|name| {
            let mut table = read_all(connection, &name)?;
            table.rows.sort();
            Ok((name, table))
        })
        .collect()
}

/// One table with all its rows, in the order in which SQLite finds them.
fn read_all(connection: &Connection, name: &str) -> rusqlite::Result<Table> {
    let mut statement = connection.prepare(&format!("SELECT * FROM {}", quoted(name)))?;
    let columns = names_of(&statement);
    let mut rows = statement.raw_query();
    let mut table = Table {
        columns,
        rows: Vec::new(),
    };
    while let Some(row) = rows.next()? {
        table.rows.push(cells(row, table.columns.len())?);
    }
    Ok(table)
}

/// The names of a statement's columns.
pub(super) fn names_of(statement: &rusqlite::Statement<'_>) -> Vec<String> {
    statement.column_names().map(str::to_owned).collect()
}

/// The cells of one row.
pub(super) fn cells(row: &rusqlite::Row<'_>, count: usize) -> rusqlite::Result<Row> {
    (0..count)
        .map(|column| row.get_ref(column).map(Cell::new))
        .collect()
}

/// A name as SQL writes it where it could be taken for something else.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_and_a_number_that_look_alike_are_different_cells() {
        let text = Cell::new(ValueRef::Text(b"1"));
        let number = Cell::new(ValueRef::Integer(1));
        let real = Cell::new(ValueRef::Real(1.0));
        assert_ne!(text, number);
        assert_ne!(number, real);
        assert!(text.differs_in_type_only(&number) && number.differs_in_type_only(&real));
        assert!(!number.differs_in_type_only(&Cell::new(ValueRef::Integer(2))));
    }

    #[test]
    fn cells_are_written_as_sql_writes_them() {
        let written = |value| Cell::new(value).sql().to_owned();
        assert_eq!(written(ValueRef::Null), "NULL");
        assert_eq!(written(ValueRef::Text(b"O'Brien")), "'O''Brien'");
        assert_eq!(written(ValueRef::Real(-0.0)), "0.0");
        assert_eq!(written(ValueRef::Blob(&[1, 255])), "x'01ff'");
    }

    #[test]
    fn the_state_holds_every_table_whatever_the_physical_order() {
        let one = Connection::open_in_memory().expect("opened");
        one.execute_batch("CREATE TABLE a(y); CREATE TABLE b(x); INSERT INTO b VALUES (10), (2)")
            .expect("ran");
        let other = Connection::open_in_memory().expect("opened");
        other
            .execute_batch("CREATE TABLE a(y); CREATE TABLE b(x); INSERT INTO b VALUES (2), (10)")
            .expect("ran");
        assert_eq!(state(&one).expect("read"), state(&other).expect("read"));
        let rows = &state(&one).expect("read")[1].1.rows;
        assert_eq!((rows[0][0].sql(), rows[1][0].sql()), ("2", "10"));
    }
}
