//! What `doctor` found, as text: a sign, a name, what was found, and the command that mends it.

use super::{
    clean::harmless,
    line::Line,
    report::to_text,
    theme::{Sign, Theme, Tone},
};

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its name, as in "C compiler".
    pub what: String,
    /// How it is.
    pub health: Health,
    /// What was found, in a few words.
    pub found: String,
    /// The command or step that mends it.
    pub mend: Option<String>,
}

/// How a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// As it should be.
    Good,
    /// Not there; the runner works without it.
    Absent,
    /// Not there, or broken; the runner does not work.
    Broken,
}

/// The findings as lines.
pub fn text(findings: &[Finding], theme: Theme) -> String {
    let width = findings
        .iter()
        .map(|finding| finding.what.chars().count())
        .max()
        .unwrap_or(0);
    let mut lines = Vec::new();
    for finding in findings {
        let (sign, tone) = match finding.health {
            Health::Good => (Sign::Pass, Tone::Pass),
            Health::Absent => (Sign::Skipped, Tone::Strong),
            Health::Broken => (Sign::Fail, Tone::Fail),
        };
        let name = Line::new()
            .push(tone, theme.sign(sign))
            .push(Tone::Plain, &format!(" {}", finding.what));
        let indent = width + 5;
        lines.push(
            name.padded(indent)
                .push(Tone::Plain, &harmless(&finding.found)),
        );
        if let Some(mend) = &finding.mend {
            lines.push(
                Line::indented(indent)
                    .push(Tone::Label, "mend it: ")
                    .push(Tone::Strong, &harmless(mend)),
            );
        }
    }
    to_text(&lines, theme)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lack_comes_with_the_command_that_mends_it() {
        let finding = Finding {
            what: "Redis".into(),
            health: Health::Absent,
            found: "not found".into(),
            mend: Some("sudo apt-get install redis-server".into()),
        };
        let text = text(&[finding], Theme::PLAIN);
        assert!(
            text.contains("Redis") && text.contains("not found"),
            "{text}"
        );
        assert!(
            text.contains("mend it: sudo apt-get install redis-server"),
            "{text}"
        );
    }
}
