//! To come.
use super::End;
use crate::{error::Result, ui::Theme};
use std::path::Path;
pub(super) fn doctor(_root: Option<&Path>, _theme: Theme) -> Result<End> {
    Ok(End::Done)
}
