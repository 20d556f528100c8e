//! The learner's file taken apart: which statements belong to which session of which scene, and the values that stand for `:name`.
//!
//! It understands as much of SQL as is needed for that: quotes, comments and semicolons. What a statement means is PostgreSQL's affair.

use std::collections::BTreeMap;

/// One of the two sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    A,
    B,
}

impl Who {
    pub(super) const BOTH: [Self; 2] = [Self::A, Self::B];

    pub(super) fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }
}

/// What a session does between two moments in which the other one may do something: one statement, and before it those that touch no data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) statements: Vec<Statement>,
}

/// One statement of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) sql: String,
    /// The byte of the file where it begins.
    pub(super) begin: usize,
}

/// What a session has read, by the names of the columns; `None` is NULL.
pub(super) type Values = BTreeMap<String, Option<String>>;

/// The steps of a session; `None` if the file has no mark for it.
pub(super) fn steps(text: &str, scene: &str, who: Who) -> Option<Vec<Step>> {
    let mark = format!("-- {scene} {}:", who.name());
    let mut at = 0;
    let mut body: Option<(usize, usize)> = None;
    for line in text.split_inclusive('\n') {
        let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
        if words == mark && body.is_none() {
            body = Some((at + line.len(), text.len()));
        } else if is_mark(&words)
            && let Some((_, end)) = &mut body
        {
            *end = (*end).min(at);
        }
        at += line.len();
    }
    let (begin, end) = body?;
    let mut steps = Vec::new();
    let mut waiting = Vec::new();
    for statement in statements(text, begin, end) {
        let only_opens = ["BEGIN", "START", "SET"]
            .iter()
            .any(|word| begins_with(&statement.sql, word));
        waiting.push(statement);
        if !only_opens {
            let statements = std::mem::take(&mut waiting);
            steps.push(Step { statements });
        }
    }
    if !waiting.is_empty() {
        steps.push(Step {
            statements: waiting,
        });
    }
    Some(steps)
}

/// A statement that stands above the first mark, so that no session runs it.
pub(super) fn without_session(text: &str) -> Option<Statement> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if is_mark(&line.split_whitespace().collect::<Vec<_>>().join(" ")) {
            break;
        }
        at += line.len();
    }
    statements(text, 0, at).into_iter().next()
}

/// True for any line such as `-- sale A:`.
fn is_mark(words: &str) -> bool {
    let mut parts = words.split(' ');
    let (dashes, _, who) = (parts.next(), parts.next(), parts.next());
    dashes == Some("--") && matches!(who, Some("A:" | "B:")) && parts.next().is_none()
}

fn begins_with(sql: &str, word: &str) -> bool {
    let first = sql.split(|c: char| !c.is_ascii_alphabetic()).next();
    first.is_some_and(|first| first.eq_ignore_ascii_case(word))
}

fn statements(text: &str, from: usize, to: usize) -> Vec<Statement> {
    let mut found: Vec<Statement> = Vec::new();
    let mut sql = String::new();
    let mut begin = from;
    let mut finish = |sql: &mut String, begin: usize| {
        let words = sql.trim().to_owned();
        sql.clear();
        if !words.is_empty() {
            found.push(Statement { sql: words, begin });
        }
    };
    let mut at = from;
    for piece in pieces(&text[from..to]) {
        if sql.trim().is_empty() {
            sql.clear();
            begin = at;
        }
        match piece {
            Piece::Comment(_) => sql.push(' '),
            Piece::Code(";") => finish(&mut sql, begin),
            Piece::Code(code) | Piece::Quoted(code) => sql.push_str(code),
        }
        at += piece.text().len();
    }
    finish(&mut sql, begin);
    found
}

/// A part of SQL, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'a> {
    Comment(&'a str),
    Quoted(&'a str),
    /// A word, a blank or a sign, one at a time.
    Code(&'a str),
}

impl<'a> Piece<'a> {
    fn text(self) -> &'a str {
        match self {
            Self::Comment(text) | Self::Quoted(text) | Self::Code(text) => text,
        }
    }
}

fn pieces(mut rest: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    while let Some(first) = rest.chars().next() {
        let to = |end: &str, from: usize| {
            rest[from..]
                .find(end)
                .map_or(rest.len(), |at| from + at + end.len())
        };
        let length = match first {
            '-' if rest.starts_with("--") => to("\n", 2),
            '/' if rest.starts_with("/*") => to("*/", 2),
            '\'' | '"' => to(&first.to_string(), 1),
            '$' => match rest[1..].find('$') {
                // $$ … $$ and $tag$ … $tag$
                Some(tag) if rest[1..=tag].chars().all(char::is_alphanumeric) => {
                    to(&rest[..tag + 2], tag + 2)
                }
                _ => 1,
            },
            c if c.is_alphanumeric() || c == '_' => rest
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (text, behind) = rest.split_at(length);
        pieces.push(match first {
            '-' | '/' if length > 1 => Piece::Comment(text),
            '\'' | '"' => Piece::Quoted(text),
            '$' if length > 1 => Piece::Quoted(text),
            _ => Piece::Code(text),
        });
        rest = behind;
    }
    pieces
}

/// The statement with the value of each `:name` in its place; the first name that has none is the error.
pub(super) fn filled(sql: &str, values: &Values) -> Result<String, String> {
    let pieces = pieces(sql);
    let mut filled = String::new();
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        let colon = |at: usize| pieces.get(at) == Some(&Piece::Code(":"));
        let is_cast = colon(at + 1) || at.checked_sub(1).is_some_and(colon);
        let name = match pieces.get(at + 1) {
            Some(Piece::Code(name)) if colon(at) && !is_cast => name,
            _ => "",
        };
        if name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            let value = values.get(name).ok_or_else(|| name.to_owned())?;
            filled.push_str(&literal(value.as_deref()));
            at += 2;
        } else {
            filled.push_str(piece.text());
            at += 1;
        }
    }
    Ok(filled)
}

fn literal(value: Option<&str>) -> String {
    match value {
        None => "NULL".to_owned(),
        Some(number) if number.parse::<i64>().is_ok_and(|number| number >= 0) => number.to_owned(),
        Some(text) => format!("'{}'", text.replace('\'', "''")),
    }
}

/// A statement on one line.
pub(super) fn on_one_line(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "-- sale A: is explained here\n-- sale A:\nBEGIN;\nSELECT ';' AS a; -- no; end\nCOMMIT;\n\n--  sale  B:\nUPDATE t SET a = 1\n-- other A:\nSELECT 2";

    fn sql(steps: Option<Vec<Step>>) -> Vec<String> {
        let steps = steps.expect("marked").into_iter();
        let statements = steps.map(|step| {
            let each: Vec<_> = step.statements.into_iter().map(|one| one.sql).collect();
            each.join("; ")
        });
        statements.collect()
    }

    #[test]
    fn statements_belong_to_the_mark_above_them() {
        assert_eq!(
            sql(steps(FILE, "sale", Who::A)),
            ["BEGIN; SELECT ';' AS a", "COMMIT"]
        );
        assert_eq!(sql(steps(FILE, "sale", Who::B)), ["UPDATE t SET a = 1"]);
        assert_eq!(sql(steps(FILE, "other", Who::A)), ["SELECT 2"]);
        assert_eq!(steps(FILE, "other", Who::B), None);
    }

    #[test]
    fn a_statement_knows_where_it_begins() {
        let steps = steps(FILE, "sale", Who::A).expect("marked");
        let begin = steps[1].statements[0].begin;
        assert!(FILE[begin..].starts_with("COMMIT"), "{}", &FILE[begin..]);
    }

    #[test]
    fn names_stand_for_values_and_nothing_else_does() {
        let values = Values::from([
            ("n".to_owned(), Some("7".to_owned())),
            ("who".to_owned(), Some("O'Brien".to_owned())),
            ("none".to_owned(), None),
        ]);
        assert_eq!(
            filled(
                "SELECT :n - 1, :who, :none, ':n', n::int, $$:n$$ -- :x",
                &values
            ),
            Ok("SELECT 7 - 1, 'O''Brien', NULL, ':n', n::int, $$:n$$ -- :x".to_owned())
        );
        assert_eq!(filled("SELECT :m", &values), Err("m".to_owned()));
    }
}
