//! SQLite's plan of a query, in words for a reader who has never seen one. It judges nothing.

/// One step of a plan, as EXPLAIN QUERY PLAN writes it: `SCAN orders`, `SEARCH …`, `USE TEMP B-TREE FOR ORDER BY`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step(String);

impl Step {
    pub(super) fn new(detail: &str) -> Self {
        Self(detail.to_owned())
    }

    /// It finds the rows of `table` by an index.
    pub(super) fn searches(&self, table: &str) -> bool {
        self.after("SEARCH ")
            .is_some_and(|rest| first(rest) == table)
    }

    /// It reads all of `table`.
    pub(super) fn scans(&self, table: &str) -> bool {
        self.after("SCAN ").is_some_and(|rest| first(rest) == table)
    }

    /// It collects rows to bring them into an order, or to find equal ones.
    pub(super) fn sorts(&self) -> bool {
        self.0.starts_with("USE TEMP B-TREE")
    }

    fn after(&self, start: &str) -> Option<&str> {
        self.0.strip_prefix(start)
    }

    /// What it does, with SQLite's own words in brackets.
    fn words(&self) -> String {
        let text = self.0.as_str();
        let words = if let Some(rest) = self.after("SCAN ") {
            let table = first(rest);
            match index(rest) {
                Some(index) => format!("reads all of {table} along the index {index}"),
                None => format!("reads every row of {table}"),
            }
        } else if let Some(rest) = self.after("SEARCH ") {
            let table = first(rest);
            match index(rest) {
                Some("AUTOMATIC") => format!("makes an index of {table} for this one query"),
                Some(index) => format!("finds rows of {table} by the index {index}"),
                None => format!("finds rows of {table} by their key"),
            }
        } else if self.sorts() {
            match text.rsplit_once("FOR ").map_or("", |(_, what)| what) {
                "ORDER BY" => "sorts what it has found".into(),
                what if what.ends_with("ORDER BY") => "sorts part of what it has found".into(),
                what => format!("collects what it has found for {what}"),
            }
        } else if text == "MULTI-INDEX OR" {
            "takes each side of the OR by itself".into()
        } else if text.starts_with("CORRELATED") {
            "asks the inner query once for each row".into()
        } else if text.starts_with("LIST SUBQUERY") || text.starts_with("SCALAR SUBQUERY") {
            "asks the inner query once".into()
        } else if let Some(rest) = self.after("BLOOM FILTER ON ") {
            format!("notes roughly which keys {} has", first(rest))
        } else {
            return text.to_owned();
        };
        format!("{words} ({text})")
    }
}

/// The whole plan as one sentence without its end.
pub(super) fn words(plan: &[Step]) -> String {
    let steps: Vec<String> = plan.iter().map(Step::words).collect();
    format!("SQLite {}", steps.join(", then "))
}

/// The name of the table or of its alias.
fn first(rest: &str) -> &str {
    rest.split(' ').next().unwrap_or("")
}

/// The name of the index of a step; `AUTOMATIC` if it is made for the query.
fn index(rest: &str) -> Option<&str> {
    let (_, using) = rest.split_once(" USING ")?;
    let using = using.strip_prefix("COVERING ").unwrap_or(using);
    if using.starts_with("AUTOMATIC") {
        return Some("AUTOMATIC");
    }
    using.strip_prefix("INDEX ").map(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(detail: &str) -> String {
        words(&[Step::new(detail)])
    }

    #[test]
    fn each_step_of_a_plan_is_told_in_words_with_its_own_after_them() {
        for (detail, said) in [
            ("SCAN orders", "reads every row of orders"),
            (
                "SCAN o USING COVERING INDEX i",
                "reads all of o along the index i",
            ),
            (
                "SEARCH o USING INDEX i (city=? AND placed_at>?)",
                "finds rows of o by the index i",
            ),
            (
                "SEARCH o USING INTEGER PRIMARY KEY (rowid=?)",
                "finds rows of o by their key",
            ),
            (
                "SEARCH o USING AUTOMATIC COVERING INDEX (city=?)",
                "makes an index of o for this one query",
            ),
            ("USE TEMP B-TREE FOR ORDER BY", "sorts what it has found"),
            (
                "USE TEMP B-TREE FOR LAST TERM OF ORDER BY",
                "sorts part of what it has found",
            ),
            ("LIST SUBQUERY 1", "asks the inner query once"),
            ("BLOOM FILTER ON o (id=?)", "notes roughly which keys o has"),
            (
                "CORRELATED SCALAR SUBQUERY 1",
                "asks the inner query once for each row",
            ),
        ] {
            assert_eq!(told(detail), format!("SQLite {said} ({detail})"));
        }
    }

    #[test]
    fn a_search_of_another_table_is_none_of_this_one() {
        let step = Step::new("SEARCH orders_old USING INDEX i (id=?)");
        assert!(!step.searches("orders") && step.searches("orders_old"));
        assert!(!step.scans("orders_old") && Step::new("SCAN orders").scans("orders"));
    }
}
