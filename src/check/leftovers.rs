//! What a runner that was killed has left: programs that run, directories, files that were not written to their end. The next
//! start takes it away.

use crate::{
    error::Result,
    process::{self, Record},
    workspace::{self, Workspace},
};

/// Takes it away. What belongs to runners that live stays.
///
/// # Errors
/// [`crate::error::Error::Io`] if the record of running programs cannot be read.
pub fn clear_leftovers(workspace: &Workspace) -> Result<()> {
    process::end_strays();
    for directory in Record::at(workspace.running()).sweep()?.directories {
        workspace::remove_scratch(&directory);
    }
    workspace::sweep(workspace, process::lives);
    Ok(())
}
