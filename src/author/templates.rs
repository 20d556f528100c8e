//! What a new exercise of each kind begins as: a small one that is whole and proves itself. It is text to write over.
//!
//! One text per kind, with a gap where the lesson is; the starting file, the solution and the answers fill it differently.

use crate::course::Kind;

/// The files of a new exercise, but for the entry in `info.toml`.
pub(super) struct Template {
    /// The text with gaps.
    text: &'static str,
    gaps: &'static [&'static str],
    /// What fills the gaps at the start, and in the solution.
    start: &'static [&'static str],
    solution: &'static [&'static str],
    /// The file beside it, if the kind has one.
    pub(super) steps: Option<&'static str>,
    /// What a project is to do, if it is one.
    spec: Option<&'static str>,
    /// What fills the gaps of another right answer.
    right: &'static [&'static str],
    /// The check that has to catch a wrong answer, and what fills its gaps.
    wrong: &'static [(&'static str, &'static [&'static str])],
    /// What stands before `caught by:`.
    comment: &'static str,
    /// What it is about, in a few words.
    pub(super) title: &'static str,
    /// The hints: a text, and the check that it waits for.
    pub(super) hints: &'static [(&'static str, Option<&'static str>)],
}

impl Template {
    /// The one of this kind.
    pub(super) fn of(kind: Kind) -> &'static Self {
        match kind {
            Kind::Rust => &RUST,
            Kind::Server => &SERVER,
            Kind::Project => &PROJECT,
            Kind::Sql => &SQL,
            Kind::Quiz => &QUIZ,
        }
    }

    /// The learner's file.
    pub(super) fn start(&self, name: &str) -> String {
        self.filled(name, self.start)
    }

    /// The same, solved.
    pub(super) fn solution(&self, name: &str) -> String {
        self.filled(name, self.solution)
    }

    /// What a project is to do, for a reader of nothing else.
    pub(super) fn spec(&self, name: &str) -> Option<String> {
        Some(self.spec?.replace("{{name}}", name))
    }

    /// Another right answer.
    pub(super) fn right(&self, name: &str) -> String {
        self.filled(name, self.right)
    }

    /// The wrong answers, in order.
    pub(super) fn wrong(&self, name: &str) -> impl Iterator<Item = String> {
        self.wrong.iter().map(move |(claim, fill)| {
            format!(
                "{} caught by: {claim}\n{}",
                self.comment,
                self.filled(name, fill)
            )
        })
    }

    fn filled(&self, name: &str, fill: &[&str]) -> String {
        let mut text = self.text.replace("{{name}}", name);
        for (gap, fill) in self.gaps.iter().zip(fill) {
            text = text.replace(gap, fill);
        }
        text
    }
}

const RUST: Template = Template {
    text: include_str!("templates/rust.rs.txt"),
    gaps: &["{{work}}"],
    start: &["// TODO: Say whether the status is one of 200 to 299.\n    todo!(\"{status}\")"],
    solution: &[
        "// The first digit is the class; the other two say more about it.\n    (200..300).contains(&status)",
    ],
    right: &["status / 100 == 2"],
    wrong: &[
        ("every status of 2xx is a success", &["status == 200"]),
        ("nothing below 200 is one", &["status < 300"]),
        ("nothing from 300 on is one", &["status >= 200"]),
    ],
    steps: None,
    spec: None,
    comment: "//",
    title: "Every status of 2xx means success",
    hints: &[
        (
            "Which numbers belong to the class of successes, and which is the first one that does not?",
            None,
        ),
        (
            "A range knows whether it contains a number: `(1..10).contains(&n)`.",
            None,
        ),
    ],
};

const SERVER: Template = Template {
    text: include_str!("templates/server.rs.txt"),
    gaps: &["{{work}}"],
    start: &[
        "// TODO: Answer `404 Not Found` at every path but `/`.\n    (\"200 OK\", \"hello\\n\")",
    ],
    solution: &[
        "match path {\n        \"/\" => (\"200 OK\", \"hello\\n\"),\n        // Whoever asked for something else is told so, by a number that programs read.\n        _ => (\"404 Not Found\", \"nothing is here\\n\"),\n    }",
    ],
    right: &[
        "if path != \"/\" {\n        return (\"404 Not Found\", \"\");\n    }\n    (\"200 OK\", \"hello\\n\")",
    ],
    wrong: &[
        (
            "an unknown path is 404",
            &[
                "match path {\n        \"/\" => (\"200 OK\", \"hello\\n\"),\n        _ => (\"200 OK\", \"404 Not Found\\n\"),\n    }",
            ],
        ),
        (
            "GET / is answered with hello",
            &["(\"404 Not Found\", \"nothing is here\\n\")"],
        ),
    ],
    steps: Some(include_str!("templates/server.toml.txt")),
    spec: None,
    comment: "//",
    title: "An unknown path is 404",
    hints: &[
        (
            "What does the server know of the request when it chooses its answer?",
            None,
        ),
        (
            "`match path` has one arm for each path that exists; `_` takes the rest.",
            Some("an unknown path is 404"),
        ),
    ],
};

/// The same server, in stages.
const PROJECT: Template = Template {
    steps: Some(include_str!("templates/project.toml.txt")),
    spec: Some(include_str!("templates/SPEC.md.txt")),
    title: "A small server, in two stages",
    ..SERVER
};

const SQL: Template = Template {
    text: include_str!("templates/sql.sql.txt"),
    gaps: &["{{work}}", "{{more}}"],
    start: &["TODO: Put the oldest book first.", ""],
    solution: &[
        "The year decides, whatever the ids and the titles are.",
        "\nORDER BY year",
    ],
    right: &["The year decides.", "\nORDER BY books.year ASC"],
    wrong: &[
        (
            "all books, the oldest first · in the library you can see",
            &["By the title.", "\nORDER BY title"],
        ),
        (
            "all books, the oldest first · in another library",
            &["As many as can be seen.", "\nORDER BY year\nLIMIT 3"],
        ),
    ],
    steps: Some(include_str!("templates/sql.toml.txt")),
    spec: None,
    comment: "--",
    title: "ORDER BY decides which row comes first",
    hints: &[
        ("Which column tells how old a book is?", None),
        (
            "ORDER BY, and then the name of that column, stands at the end of the query.",
            None,
        ),
    ],
};

const QUIZ: Template = Template {
    text: include_str!("templates/quiz.txt"),
    gaps: &["{{first}}", "{{second}}"],
    start: &["answer:", "answer:"],
    solution: &[
        "answer: a\n   because: The 4 says that the request cannot be met as it is.\n   not b: The server does what it should. What was asked of it?",
        "answer: b > c > a\n   because: 2xx is done, 3xx leads on, 5xx is the server's own failure.\n   b before c: Which of the two needs nothing more?\n   c before a: Which of the two can still end well?",
    ],
    right: &["answer: whoever sends the request", "answer: B, C, A"],
    wrong: &[
        (
            "1. Who has to change something",
            &["answer: b", "answer: b > c > a"],
        ),
        ("2. From good to bad", &["answer: a", "answer: a > b > c"]),
    ],
    steps: None,
    spec: None,
    comment: "#",
    title: "What a status says",
    hints: &[
        ("Look at the first digit only.", None),
        (
            "4 is about the request, 5 about the server, 3 leads somewhere else.",
            None,
        ),
    ],
};
