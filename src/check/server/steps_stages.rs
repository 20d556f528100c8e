//! The stages of a project, checked as a list: there are some, each has steps, and only a project has any. Their steps are read by
//! [`super::steps`].

use super::{
    steps::Reader,
    steps_file::{RawStage, RawStep},
};
use crate::{
    course::{Kind, Spanned},
    error::Result,
};

impl Reader<'_> {
    /// Stages are for projects, and the learner of one says how it is started.
    pub(super) fn fits_kind(
        &self,
        kind: Kind,
        steps: &[RawStep],
        stages: &[RawStage],
        has_command: bool,
    ) -> Result<()> {
        match (kind, steps, stages) {
            (Kind::Project, [step, ..], _) => self.fail(
                &step.claim,
                "the steps of a project stand in stages",
                "Write [[stage]] with a title, and [[stage.step]] below it.",
            ),
            (Kind::Project, [], []) => self.fail(
                &Spanned::new(0..0, ()),
                "there are no stages, so nothing would be checked",
                "Write [[stage]] with a title, and [[stage.step]] below it.",
            ),
            (Kind::Project, ..) if has_command => self.fail(
                &Spanned::new(0..0, ()),
                "a project's command is the learner's",
                "Take `command` out: it stands in a file of that name in the project's directory.",
            ),
            (Kind::Project, ..) | (_, _, []) => Ok(()),
            (_, _, [stage, ..]) => self.fail(
                &stage.title,
                "only a project has stages",
                "Write [[step]], or set kind = \"project\" in info.toml.",
            ),
        }
    }

    /// A stage without steps would open the next one by itself.
    pub(super) fn has_steps(&self, stage: &RawStage) -> Result<()> {
        match stage.step.is_empty() {
            false => Ok(()),
            true => self.fail(
                &stage.title,
                "this stage has no steps, so nothing would be checked",
                "Add [[stage.step]] below it.",
            ),
        }
    }
}
