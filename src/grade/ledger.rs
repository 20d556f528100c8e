//! What has been judged, one line of JSON each, written at once: after an interruption the next start goes on from there.
//!
//! A line counts only for the same text, course and runner. A line that was cut off by a crash is passed over.

use super::work::Work;
use crate::{
    course::Exercise,
    digest::Parts,
    error::{Error, Result},
    outcome::grades::{Graded, Grades, Mark, Verdict},
    workspace,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashMap},
    fs::{File, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// The file in the directory of the results.
const FILE: &str = "marks.jsonl";

#[derive(Deserialize, Serialize)]
struct Line {
    key: String,
    learner: String,
    mark: Mark,
}

/// The marks of one directory of results.
pub(super) struct Ledger {
    known: HashMap<String, Mark>,
    identity: String,
    file: Mutex<File>,
    path: PathBuf,
}

impl Ledger {
    /// The ledger of marks that a runner with this identity made.
    pub(super) fn open(results: &Path, identity: &str) -> Result<Self> {
        let path = results.join(FILE);
        workspace::create_dir(results)?;
        let text = workspace::read_if_there(&path)?.unwrap_or_default();
        let known = text
            .lines()
            .filter_map(|line| serde_json::from_str::<Line>(line).ok())
            .map(|line| (line.key, line.mark))
            .collect();
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(Error::io("open", &path))?;
        if !text.is_empty() && !text.ends_with('\n') {
            file.write_all(b"\n").map_err(Error::io("write", &path))?;
        }
        Ok(Self {
            known,
            identity: identity.to_owned(),
            file: Mutex::new(file),
            path,
        })
    }

    /// The mark for exactly this, if it is known.
    pub(super) fn recall(&self, learner: &str, exercise: &Exercise, work: &Work) -> Option<Mark> {
        let mark = self.known.get(&self.key(learner, exercise, work))?;
        Some(mark.clone())
    }

    /// Writes a mark down. One that is the machine's fault is tried again the next time.
    pub(super) fn note(
        &self,
        learner: &str,
        exercise: &Exercise,
        work: &Work,
        mark: Mark,
    ) -> Result<Mark> {
        if mark.verdict != Verdict::Fault {
            self.write(&Line {
                key: self.key(learner, exercise, work),
                learner: learner.to_owned(),
                mark: mark.clone(),
            })?;
        }
        Ok(mark)
    }

    fn write(&self, line: &Line) -> Result<()> {
        let mut text = serde_json::to_string(line).unwrap_or_default();
        text.push('\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(text.as_bytes())
            .map_err(Error::io("write", &self.path))
    }

    fn key(&self, learner: &str, exercise: &Exercise, work: &Work) -> String {
        let mut digest = Parts::new();
        digest.add(&self.identity);
        digest.add(learner);
        digest.add(&exercise.name);
        digest.add(exercise.points.to_string());
        digest.add(work.digest());
        digest.finish()[..32].to_owned()
    }
}

/// Joins the results of several parts.
///
/// # Errors
/// [`Error::Usage`] if a learner is in two of them.
pub fn merge(parts: Vec<Grades>) -> Result<Grades> {
    let mut sandboxes: Vec<String> = parts.iter().map(|part| part.sandbox.clone()).collect();
    sandboxes.sort();
    sandboxes.dedup();
    let mut learners: BTreeMap<String, Graded> = BTreeMap::new();
    for graded in parts.into_iter().flat_map(|part| part.learners) {
        let learner = graded.learner.clone();
        if learners.insert(learner.clone(), graded).is_some() {
            return Err(Error::Usage {
                what: format!("`{learner}` is in two of these results"),
                help: "Name each part once, and parts of one --partition only.".into(),
            });
        }
    }
    Ok(Grades {
        sandbox: sandboxes.join("; "),
        learners: learners.into_values().collect(),
    })
}
