//! Which ports a program and its children listen on, as far as the system tells: on Linux, through `/proc`.

/// The TCP ports on which the processes of a group listen; empty where that cannot be found out.
#[cfg(target_os = "linux")]
pub(super) fn listened_by(group: u32) -> Vec<u16> {
    linux::listened_by(group)
}

/// The TCP ports on which the processes of a group listen; empty where that cannot be found out.
#[cfg(not(target_os = "linux"))]
pub(super) fn listened_by(_group: u32) -> Vec<u16> {
    Vec::new()
}

/// Whether a group of processes listens on a port, as far as the system tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Listens {
    /// One of them does.
    Yes,
    /// None of them does.
    No,
    /// The system does not show what they have open. A process that is dying shows nothing either.
    Unknown,
}

/// Whether the processes of a group listen on this port.
#[cfg(target_os = "linux")]
pub(super) fn listens_on(group: u32, port: u16) -> Listens {
    if linux::listened_by(group).contains(&port) {
        Listens::Yes
    } else if linux::can_look_at(group) {
        Listens::No
    } else {
        Listens::Unknown
    }
}

/// Whether the processes of a group listen on this port.
#[cfg(not(target_os = "linux"))]
pub(super) fn listens_on(_group: u32, _port: u16) -> Listens {
    Listens::Unknown
}

/// False if nobody listens on this port; a cheap look before a dear one.
#[cfg(target_os = "linux")]
pub(super) fn may_be_listened_on(port: u16) -> bool {
    linux::is_listened_on(port)
}

/// False if nobody listens on this port; a cheap look before a dear one.
#[cfg(not(target_os = "linux"))]
pub(super) fn may_be_listened_on(_port: u16) -> bool {
    true
}

/// The directories below `/proc` of the processes of a group.
#[cfg(target_os = "linux")]
pub(super) fn processes(group: u32) -> Vec<std::path::PathBuf> {
    linux::processes(group)
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{
        collections::HashSet,
        fs,
        path::{Path, PathBuf},
    };

    pub(super) fn processes(group: u32) -> Vec<PathBuf> {
        let mut processes = entries(Path::new("/proc"));
        processes.retain(|process| group_of(process) == Some(group));
        processes
    }

    /// True if the system shows what the processes of the group have open.
    pub(super) fn can_look_at(group: u32) -> bool {
        let processes = processes(group);
        processes
            .iter()
            .any(|process| !entries(&process.join("fd")).is_empty())
    }

    pub(super) fn listened_by(group: u32) -> Vec<u16> {
        let sockets: HashSet<String> = processes(group)
            .into_iter()
            .flat_map(|process| entries(&process.join("fd")))
            .filter_map(|descriptor| {
                let target = fs::read_link(descriptor).ok()?;
                Some(
                    target
                        .to_str()?
                        .strip_prefix("socket:[")?
                        .strip_suffix(']')?
                        .to_owned(),
                )
            })
            .collect();
        let mut ports: Vec<u16> = tables()
            .flat_map(|table| listeners(&table, &sockets))
            .collect();
        ports.sort_unstable();
        ports.dedup();
        ports
    }

    fn entries(dir: &Path) -> Vec<PathBuf> {
        // A process may vanish while it is looked at; then it listens on nothing.
        let Ok(entries) = fs::read_dir(dir) else {
            return Vec::new();
        };
        entries.flatten().map(|entry| entry.path()).collect()
    }

    /// The process group, out of `/proc/PID/stat`: the third field after the name in parentheses.
    fn group_of(process: &Path) -> Option<u32> {
        let stat = fs::read_to_string(process.join("stat")).ok()?;
        let (_, after_name) = stat.rsplit_once(')')?;
        after_name.split_whitespace().nth(2)?.parse().ok()
    }

    pub(super) fn is_listened_on(port: u16) -> bool {
        let listens = |table: String| table.lines().filter_map(listener).any(|(at, _)| at == port);
        let mut tables = tables().peekable();
        // Where the system shows no tables nothing is known.
        tables.peek().is_none() || tables.any(listens)
    }

    fn tables() -> impl Iterator<Item = String> {
        ["/proc/net/tcp", "/proc/net/tcp6"]
            .iter()
            .filter_map(|table| fs::read_to_string(table).ok())
    }

    /// The local ports of listening sockets among `sockets`, out of `/proc/net/tcp`.
    fn listeners(table: &str, sockets: &HashSet<String>) -> Vec<u16> {
        let ours = table.lines().filter_map(listener);
        ours.filter(|(_, socket)| sockets.contains(*socket))
            .map(|(port, _)| port)
            .collect()
    }

    /// Port and number of a socket that listens, out of a line of `/proc/net/tcp`.
    fn listener(line: &str) -> Option<(u16, &str)> {
        const LISTENS: &str = "0A";
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (local, state, socket) = (fields.get(1)?, fields.get(3)?, fields.get(9)?);
        if *state != LISTENS {
            return None;
        }
        let port = u16::from_str_radix(local.rsplit_once(':')?.1, 16).ok()?;
        Some((port, socket))
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use std::net::TcpListener;

        #[test]
        fn a_listening_port_of_this_very_process_is_found() {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
            let port = listener.local_addr().expect("an address").port();
            let group = group_of(Path::new("/proc/self")).expect("a group");
            assert!(listened_by(group).contains(&port));
            assert!(is_listened_on(port));
        }

        #[test]
        fn a_connection_is_not_a_listener() {
            let table = "sl local rem st\n 0: 0100007F:1F90 0100007F:A000 01 0 0 0 0 0 77 1";
            assert_eq!(
                listeners(table, &HashSet::from(["77".to_owned()])),
                [0_u16; 0]
            );
            let table = table.replace(" 01 ", " 0A ");
            assert_eq!(listeners(&table, &HashSet::from(["77".to_owned()])), [8080]);
        }
    }
}
