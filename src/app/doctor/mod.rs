//! `doctor`: what is installed, what is missing, and the exact command that mends each lack.

mod install;
mod probes;

use super::{End, context};
use crate::{
    build::Toolchain,
    course::Course,
    error::Result,
    progress::Store,
    ui::{
        self, Theme,
        health::{Finding, Health},
    },
    watch, workspace,
};
use std::path::Path;

/// Looks at everything the runner needs and uses, and prints what it found.
///
/// It ends with [`End::Done`] if the exercises can be checked here, else with [`End::CannotWork`].
pub(super) fn doctor(root: Option<&Path>, theme: Theme) -> Result<End> {
    let toolchain = Toolchain::find();
    let workspace = context::find(root);
    let mut findings = vec![probes::rust(&toolchain), probes::linker(&toolchain)];
    findings.push(probes::way_of_compiling());
    findings.push(probes::clippy(&toolchain));
    findings.push(editor());
    findings.extend(probes::services());
    match &workspace {
        Ok(workspace) => {
            findings.push(course(workspace));
            findings.push(probes::disk(workspace.root()));
        }
        Err(error) => findings.push(probes::broken("course", error)),
    }
    ui::print::out(&ui::health::text(&findings, theme))?;
    match findings.iter().any(|f| f.health == Health::Broken) {
        true => Ok(End::CannotWork),
        false => Ok(End::Done),
    }
}

fn editor() -> Finding {
    // Where the component is missing, rustup leaves a proxy with its name that starts and only complains.
    let analyzer = match probes::version_of("rust-analyzer") {
        Some(version) => version,
        None => "rust-analyzer is not installed (your editor may bring its own)".into(),
    };
    let opens = watch::editor_words(None);
    Finding {
        what: "editor".into(),
        health: Health::Good,
        found: format!("{}; {analyzer}", opens.trim_end_matches('.')),
        mend: None,
    }
}

fn course(workspace: &workspace::Workspace) -> Finding {
    let loaded = Course::load(workspace.clone())
        .and_then(|course| Ok((Store::new(workspace).load()?, course)));
    match loaded {
        Err(error) => probes::broken("course", &error),
        Ok((progress, course)) => {
            let done = course
                .exercises
                .iter()
                .filter(|e| progress.is_done(&e.name));
            Finding {
                what: "course".into(),
                health: Health::Good,
                found: format!(
                    "{} exercises in {} chapters, {} done; in {}",
                    course.exercises.len(),
                    course.chapters.len(),
                    done.count(),
                    workspace.root().display()
                ),
                mend: None,
            }
        }
    }
}
