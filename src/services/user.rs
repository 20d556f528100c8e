//! As whom a service runs: as the runner's own user, or as another one where the runner is root, because PostgreSQL refuses to be
//! root and nothing should be that need not. It makes no users.

use super::found::in_path;
use crate::{
    error::{Error, Result},
    process::Program,
};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Users that may be there for this, the best first.
const OTHERS: [&str; 2] = ["postgres", "nobody"];

/// Who runs a service.
#[derive(Clone, Debug)]
pub(super) enum User {
    /// Whoever runs the runner.
    Same,
    /// Another user, by way of this program.
    Other {
        name: String,
        uid: u32,
        gid: u32,
        through: PathBuf,
    },
}

impl User {
    /// Who has to run a service here.
    ///
    /// # Errors
    /// [`Error::Tool`] if the runner is root and there is no way to be somebody else.
    pub(super) fn find() -> Result<Self> {
        if !is_root() {
            return Ok(Self::Same);
        }
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let found = OTHERS
            .iter()
            .find_map(|name| ids(&users, name).map(|ids| (*name, ids)));
        let through = in_path(&["setpriv", "runuser", "su"]);
        let (Some((name, (uid, gid))), Some(through)) = (found, through) else {
            return Err(Error::tool(
                "services do not run as root, and there is no other user on this machine to run them",
                "Run backendlings as an ordinary user.",
            ));
        };
        Ok(Self::Other {
            name: name.to_owned(),
            uid,
            gid,
            through,
        })
    }

    /// The program, started by this user. It gets nothing of the runner's environment but what it needs.
    pub(super) fn program(&self, path: &Path) -> Program {
        let Self::Other {
            name,
            uid,
            gid,
            through,
        } = self
        else {
            return Program::learners(path);
        };
        let program = Program::learners(through);
        if through.ends_with("setpriv") {
            program
                .arg(format!("--reuid={uid}"))
                .arg(format!("--regid={gid}"))
                .args(["--clear-groups", "--"])
                .arg(path)
        } else if through.ends_with("runuser") {
            program.args(["-u", name, "--"]).arg(path)
        } else {
            program
                .args(["-s", "/bin/sh", "-c", "exec \"$0\" \"$@\"", "--", name])
                .arg(path)
        }
    }

    /// Makes a directory this user's own.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub(super) fn own(&self, path: &Path) -> Result<()> {
        #[cfg(unix)]
        if let Self::Other { uid, gid, .. } = self {
            std::os::unix::fs::chown(path, Some(*uid), Some(*gid))
                .map_err(Error::io("change the owner of", path))?;
        }
        #[cfg(not(unix))]
        let _ = path;
        Ok(())
    }
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

/// The numbers of a user and its group, out of the contents of `/etc/passwd`.
fn ids(users: &str, name: &str) -> Option<(u32, u32)> {
    let mut lines = users
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>());
    let fields = lines.find(|fields| fields.first() == Some(&name))?;
    Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::{Cancel, run};

    #[test]
    fn every_way_to_be_another_user_leads_to_that_user() {
        if !is_root() {
            return;
        }
        let users = fs::read_to_string("/etc/passwd").expect("readable");
        let (uid, gid) = ids(&users, "nobody").expect("every system has one");
        let id = in_path(&["id"]).expect("installed");
        for way in ["setpriv", "runuser", "su"] {
            // What is not installed here is not used here.
            let Some(through) = in_path(&[way]) else {
                continue;
            };
            let name = "nobody".to_owned();
            let user = User::Other {
                name,
                uid,
                gid,
                through,
            };
            // Words with blanks and signs arrive as they are.
            let program = user.program(&id).args(["-u", "--", "nobody"]);
            let finished = run(&program, &Cancel::new()).expect("it starts");
            assert_eq!(
                finished.stdout.text,
                format!("{uid}\n"),
                "{way}: {finished:?}"
            );
            let echo = in_path(&["echo"]).expect("installed");
            let program = user.program(&echo).args(["a b", "$HOME", "'"]);
            let finished = run(&program, &Cancel::new()).expect("it starts");
            assert_eq!(finished.stdout.text, "a b $HOME '\n", "{way}: {finished:?}");
        }
    }

    #[test]
    fn a_user_is_found_by_its_whole_name() {
        let users = "postgresql:x:1:2::/:\npostgres:x:101:104:,,,:/var:/bin/bash\n";
        assert_eq!(ids(users, "postgres"), Some((101, 104)));
        assert_eq!(ids(users, "nobody"), None);
    }
}
