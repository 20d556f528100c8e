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

/// How the parts of a statement follow each other, by its first words.
const ORDERS: [(&str, &str); 8] = [
    (
        "INSERT",
        "INSERT INTO table (columns) VALUES (values) ON CONFLICT (columns) DO UPDATE SET column = value RETURNING columns",
    ),
    ("UPDATE", "UPDATE table SET column = value WHERE condition"),
    ("DELETE", "DELETE FROM table WHERE condition"),
    ("ALTER", "ALTER TABLE table ADD COLUMN column type"),
    (
        "CREATE INDEX",
        "CREATE INDEX name ON table (column, column)",
    ),
    (
        "CREATE TRIGGER",
        "CREATE TRIGGER name AFTER INSERT ON table WHEN condition BEGIN statement; END",
    ),
    (
        "CREATE",
        "CREATE TABLE name (column type rules, column type rules, rules of the table); the condition of a CHECK stands in brackets",
    ),
    (
        "",
        "SELECT, FROM, JOIN … ON, WHERE, GROUP BY, HAVING, ORDER BY, LIMIT",
    ),
];

/// With these words a new statement begins.
const BEGINNINGS: [&str; 8] = [
    "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP", "BEGIN", "COMMIT",
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
    if word == "&" {
        return "SQL writes AND for && and OR for ||.".into();
    }
    let statement = statement(before);
    if is_joined_to_the_next(statement, word) {
        return format!(
            "A statement ends with a semicolon. Is there one before `{word}`, with which the next statement begins?"
        );
    }
    // `FORM customers` is read as a new name for the column before it; the next word is then the one too many.
    let mut words = statement
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty());
    let first: Vec<&str> = words.clone().take(2).collect();
    let first = first.join(" ").to_ascii_uppercase();
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
        .find(|(begin, _)| first.starts_with(begin))
        .map_or("", |(_, order)| order);
    format!(
        "SQLite could follow your statement up to `{word}`. The mistake is there or in the word before it: a comma too many or too few, a missing bracket, or parts in another order than {order}."
    )
}

/// Whether `word` begins a statement of its own. In a trigger and after ON CONFLICT it is a part of this one.
fn is_joined_to_the_next(statement: &str, word: &str) -> bool {
    let begins = BEGINNINGS
        .iter()
        .any(|begin| begin.eq_ignore_ascii_case(word));
    let statement = statement.to_ascii_uppercase();
    let has = |part: &str| statement.contains(part);
    begins && !statement.is_empty() && !(has("TRIGGER") || has("CONFLICT"))
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
            ("(", "CREATE INDEX by_name t ", "CREATE INDEX name ON"),
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
    fn a_missing_semicolon_is_asked_for_where_the_next_statement_begins() {
        let told = help("UPDATE", "BEGIN TRANSACTION\n", &[]);
        assert!(
            told.starts_with("A statement ends with a semicolon."),
            "{told}"
        );
        let told = help(
            "UPDATE",
            "INSERT INTO t (a) VALUES (1) ON CONFLICT (a) ",
            &[],
        );
        assert!(told.contains("DO UPDATE SET"), "{told}");
    }

    #[test]
    fn what_other_languages_call_and_is_translated() {
        assert!(help("&", "SELECT 1 WHERE a &", &[]).contains("AND for &&"));
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
