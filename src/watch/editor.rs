//! Which command opens the exercise in the learner's editor. It names the command; it does not run it.

use std::{
    env,
    path::{Path, PathBuf},
};

/// What is known of the surroundings, so that the choice can be tested.
#[derive(Clone, Debug, Default)]
pub(super) struct Surroundings {
    /// The option `--edit-cmd`.
    pub(super) edit_cmd: Option<String>,
    /// `TERM_PROGRAM`: "vscode" in the terminal of VS Code and its relatives.
    pub(super) term_program: Option<String>,
    /// `ZED_TERM` is set in the terminal of Zed.
    pub(super) zed: Option<String>,
    /// `ZELLIJ` is set inside Zellij.
    pub(super) zellij: Option<String>,
    /// `TMUX` is set inside tmux.
    pub(super) tmux: Option<String>,
    /// `VISUAL`, else `EDITOR`.
    pub(super) editor: Option<String>,
}

/// A command to run, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// Program and arguments.
    Command(Vec<String>),
    /// What the learner can do instead.
    Unknown(String),
}

impl Surroundings {
    pub(super) fn detect(edit_cmd: Option<String>) -> Self {
        let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        Self {
            edit_cmd,
            term_program: set("TERM_PROGRAM"),
            zed: set("ZED_TERM"),
            zellij: set("ZELLIJ"),
            tmux: set("TMUX"),
            editor: set("VISUAL").or_else(|| set("EDITOR")),
        }
    }

    fn words(&self) -> String {
        match self.open(&PathBuf::from("FILE"), 1) {
            Opening::Command(words) => format!("e runs: {}", words.join(" ")),
            Opening::Unknown(why) => why,
        }
    }

    /// The command that opens `file` at `line`.
    pub(super) fn open(&self, file: &Path, line: usize) -> Opening {
        let path = file.display().to_string();
        let at = format!("{path}:{line}");
        let words =
            |words: &[&str]| Opening::Command(words.iter().map(|&w| w.to_owned()).collect());
        if let Some(template) = &self.edit_cmd {
            return Opening::Command(fill(template, &path, line));
        }
        if self.term_program.as_deref() == Some("vscode") {
            return words(&["code", "--reuse-window", "--goto", &at]);
        }
        if self.zed.is_some() {
            return words(&["zed", &at]);
        }
        if self.zellij.is_some() {
            let line = line.to_string();
            return words(&["zellij", "action", "edit", "--line-number", &line, &path]);
        }
        match (&self.tmux, &self.editor) {
            (Some(_), Some(editor)) => {
                let command = format!("{editor} +{line} {}", quoted(&path));
                words(&["tmux", "split-window", "-h", &command])
            }
            _ => Opening::Unknown(format!(
                "For e, start the watcher with --edit-cmd \"YOUR-EDITOR {{file}}\"; or open {path} yourself."
            )),
        }
    }
}

/// In words, for `doctor`: what `e` will do here.
pub fn words_for(edit_cmd: Option<String>) -> String {
    Surroundings::detect(edit_cmd).words()
}

/// The words of the learner's own command. Without `{file}` the file comes last.
fn fill(template: &str, path: &str, line: usize) -> Vec<String> {
    let mut words: Vec<String> = template
        .split_whitespace()
        .map(|word| {
            word.replace("{file}", path)
                .replace("{line}", &line.to_string())
        })
        .collect();
    if !template.contains("{file}") {
        words.push(path.to_owned());
    }
    words
}

fn quoted(path: &str) -> String {
    format!("'{}'", path.replace('\'', r"'\''"))
}

/// The line to go to in a file: the first `TODO`, or the beginning.
pub(super) fn line_of_todo(text: &str) -> usize {
    text.lines()
        .position(|line| line.contains("TODO"))
        .map_or(1, |position| position + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(around: &Surroundings) -> Vec<String> {
        match around.open(Path::new("/c/it's.rs"), 7) {
            Opening::Command(words) => words,
            Opening::Unknown(why) => panic!("no command: {why}"),
        }
    }

    #[test]
    fn the_learners_own_command_comes_first() {
        let around = Surroundings {
            edit_cmd: Some("vim +{line} {file}".into()),
            term_program: Some("vscode".into()),
            ..Surroundings::default()
        };
        assert_eq!(opened(&around), ["vim", "+7", "/c/it's.rs"]);
    }

    #[test]
    fn a_command_without_a_place_for_the_file_gets_it_last() {
        let around = Surroundings {
            edit_cmd: Some("subl -w".into()),
            ..Surroundings::default()
        };
        assert_eq!(opened(&around), ["subl", "-w", "/c/it's.rs"]);
    }

    #[test]
    fn vs_code_goes_to_the_line() {
        let around = Surroundings {
            term_program: Some("vscode".into()),
            ..Surroundings::default()
        };
        assert_eq!(opened(&around)[3], "/c/it's.rs:7");
    }

    #[test]
    fn in_tmux_the_path_is_quoted_for_the_shell() {
        let around = Surroundings {
            tmux: Some("x".into()),
            editor: Some("vi".into()),
            ..Surroundings::default()
        };
        assert_eq!(opened(&around)[3], r"vi +7 '/c/it'\''s.rs'");
    }

    #[test]
    fn with_nothing_known_the_learner_is_told_how() {
        let opening = Surroundings::default().open(Path::new("a.rs"), 1);
        assert!(matches!(opening, Opening::Unknown(why) if why.contains("--edit-cmd")));
    }

    #[test]
    fn the_first_todo_is_where_the_editor_opens() {
        assert_eq!(line_of_todo("a\nb // TODO: Write it\n// TODO"), 2);
        assert_eq!(line_of_todo("nothing to do"), 1);
    }
}
