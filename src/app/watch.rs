//! `watch`: from the options to the loop.

use super::{
    End,
    context::{Context, refresh_manifest},
};
use crate::{
    cli::WatchArgs,
    error::Result,
    watch::{self, AfterPass, Display, Options},
};

/// Watches until the learner quits.
pub(super) fn watch(context: Context, args: WatchArgs) -> Result<End> {
    refresh_manifest(&context.course, &context.progress)?;
    let options = Options {
        after_pass: match args.move_on {
            true => AfterPass::MoveOn,
            false => AfterPass::Stay,
        },
        edit_cmd: args.edit_cmd,
        display: match args.plain {
            true => Display::Plain,
            false => Display::Screen,
        },
        theme: context.theme,
    };
    watch::watch(context.course, context.store, options)?;
    Ok(End::Done)
}
