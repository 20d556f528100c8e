//! A statement that SQLite cannot read, told to a beginner: which word it stopped at, and what is probably meant.

use super::place;
use crate::course::nearest;

/// The words of SQL that are mistyped most.
const KEYWORDS: [&str; 34] = [
    "SELECT",
    "FROM",
    "WHERE",
    "AND",
    "OR",
    "NOT",
    "NULL",
    "ORDER",
    "BY",
    "GROUP",
    "HAVING",
    "LIMIT",
    "OFFSET",
    "LIKE",
    "BETWEEN",
    "EXISTS",
    "JOIN",
    "LEFT",
    "INNER",
    "DISTINCT",
    "INSERT",
    "INTO",
    "VALUES",
    "UPDATE",
    "DELETE",
    "CREATE",
    "TABLE",
    "INDEX",
    "UNIQUE",
    "PRIMARY",
    "REFERENCES",
    "DEFAULT",
    "DESC",
    "UNION",
];

/// How the parts of a statement follow each other, by its first word.
const ORDERS: [(&str, &str); 5] = [
    (
        "INSERT",
        "INSERT INTO table (columns) VALUES (values) ON CONFLICT (columns) DO UPDATE SET column = value RETURNING columns",
    ),
    ("UPDATE", "UPDATE table SET column = value WHERE condition"),
    ("DELETE", "DELETE FROM table WHERE condition"),
    (
        "CREATE",
        "CREATE TABLE name (column type rules, column type rules, rules of the table); the condition of a CHECK stands in brackets",
    ),
    (
        "",
        "SELECT, FROM, JOIN … ON, WHERE, GROUP BY, HAVING, ORDER BY, LIMIT",
    ),
];

/// What to do about `near "word": syntax error`. `before` is the script up to the word, `known` are the names of tables and columns.
pub(super) fn help(word: &str, before: &str, known: &[String]) -> String {
    if let Some(text) = text_that_ended_early(before) {
        return format!(
            "The text {text} ends directly before `{word}`. If it should have ended sooner, its closing quote is missing there. A quote inside a text is written twice: 'O''Brien'."
        );
    }
    if before.trim_end().ends_with(',') {
        return format!(
            "Nothing stands between the comma and `{word}`. Take the comma out, or write what is missing after it."
        );
    }
    let statement = statement(before);
    // `FORM customers` is read as a new name for the column before it; the next word is then the one too many.
    let mut words = statement
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty());
    let first = words.clone().next().unwrap_or(word);
    let last = words.next_back().unwrap_or("");
    if last.eq_ignore_ascii_case("CHECK") {
        return "The condition of a CHECK stands in brackets: CHECK (percent > 0).".into();
    }
    // Whoever writes a word twice means it.
    let is_name = |word: &str| {
        known.iter().any(|name| name == word) || words.clone().any(|other| other == word)
    };
    let meant = [word, last]
        .into_iter()
        .filter(|word| !is_name(word))
        .find_map(keyword_meant_by);
    if let Some(near) = meant {
        return format!("Did you mean {near}?");
    }
    let order = ORDERS
        .iter()
        .find(|(begin, _)| begin.is_empty() || begin.eq_ignore_ascii_case(first))
        .map_or("", |(_, order)| order);
    format!(
        "SQLite could follow your statement up to `{word}`. The mistake is there or in the word before it: a comma too many or too few, a missing bracket, or parts in another order than {order}."
    )
}

/// What has been written of the statement that ends where `before` ends.
fn statement(before: &str) -> &str {
    let from = before.rfind(';').map_or(0, |end| end + 1);
    &before[place::begin(before, from)..]
}

/// The text in quotes that ends where `before` ends; a word directly behind it is one that should have stood inside or outside of quotes.
fn text_that_ended_early(before: &str) -> Option<&str> {
    let inside = before.strip_suffix('\'')?;
    let begin = inside.rfind('\'')?;
    Some(&before[begin..])
}

/// The word of SQL that `word` is nearly, but not quite.
fn keyword_meant_by(word: &str) -> Option<String> {
    let word = word.to_ascii_uppercase();
    nearest(&word, KEYWORDS).filter(|near| *near != word && near.len().abs_diff(word.len()) <= 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_without_its_closing_quote_is_no_mistake_of_commas() {
        for (before, text) in [
            ("SELECT id FROM c WHERE city IN ('Lyon, '", "'Lyon, '"),
            ("SELECT id FROM c WHERE name = 'O'", "'O'"),
            ("SELECT 1 WHERE a IN ('x','y AND b='", "'y AND b='"),
        ] {
            let help = help("Porto", before, &[]);
            assert!(
                help.starts_with(&format!("The text {text} ends directly before `Porto`.")),
                "{help}"
            );
        }
    }

    #[test]
    fn the_parts_are_told_in_the_order_of_this_statement() {
        for (word, before, told) in [
            (
                "WHERE",
                "SELECT a FROM b GROUP BY c ",
                "WHERE, GROUP BY, HAVING",
            ),
            (
                "ON",
                "SELECT 1;\n-- two\nINSERT INTO t (a) VALUES (1) RETURNING a ",
                "ON CONFLICT",
            ),
            ("+", "UPDATE t SET a ", "SET column = value WHERE"),
            (
                "code",
                "CREATE TABLE t (code TEXT CHECK ",
                "stands in brackets",
            ),
        ] {
            assert!(
                help(word, before, &[]).contains(told),
                "{}",
                help(word, before, &[])
            );
        }
    }

    #[test]
    fn a_word_that_was_written_before_is_meant() {
        assert!(!help("code", "CREATE TABLE t (code TEXT x ", &[]).contains("Did you mean"));
        assert_eq!(
            help("customers", "SELECT id FORM ", &["customers".into()]),
            "Did you mean FROM?"
        );
    }
}
