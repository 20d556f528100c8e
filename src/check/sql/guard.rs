//! What the learner's SQL may not do, and the sentence that says so. SQLite asks while it prepares a statement.

use rusqlite::hooks::AuthAction;

/// The pragmas that show something and change nothing.
const HARMLESS_PRAGMAS: [&str; 9] = [
    "table_info",
    "table_xinfo",
    "table_list",
    "index_list",
    "index_info",
    "index_xinfo",
    "foreign_key_list",
    "foreign_key_check",
    "foreign_keys",
];

/// Why the learner's SQL may not do this, or `None` if it may.
pub(super) fn refusal(action: AuthAction<'_>) -> Option<&'static str> {
    match action {
        AuthAction::Attach { .. } | AuthAction::Detach { .. } => Some(
            "ATTACH, DETACH and VACUUM open or write other database files. An exercise works on its own tables only.",
        ),
        AuthAction::Function {
            function_name: "load_extension",
        } => Some("load_extension runs code from a file. An exercise needs no extension."),
        AuthAction::Pragma {
            pragma_name,
            pragma_value,
        } if !harmless(pragma_name, pragma_value) => Some(
            "This PRAGMA changes how the database works. The ones that show a schema are open to you: table_info, index_list, foreign_key_list.",
        ),
        _ => None,
    }
}

/// `foreign_keys` may be looked at and switched on: the course's own schema does so.
fn harmless(name: &str, value: Option<&str>) -> bool {
    let name = name.to_ascii_lowercase();
    let off = name == "foreign_keys"
        && value.is_some_and(|value| {
            !["1", "on", "true", "yes"].contains(&value.to_ascii_lowercase().as_str())
        });
    HARMLESS_PRAGMAS.contains(&name.as_str()) && !off
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pragma_may_show_and_not_change() {
        assert!(harmless("table_info", Some("orders")));
        assert!(harmless("FOREIGN_KEYS", Some("ON")));
        assert!(!harmless("foreign_keys", Some("0")));
        assert!(!harmless("journal_mode", None));
    }

    #[test]
    fn reading_and_writing_tables_is_allowed() {
        let insert = AuthAction::Insert {
            table_name: "orders",
        };
        assert!(refusal(insert).is_none() && refusal(AuthAction::Select).is_none());
    }
}
