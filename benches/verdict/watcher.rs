//! Our side: the watcher itself, with plain output, timed from the save to the line that holds the verdict.

use crate::course::{Course, Subject};
use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

pub(crate) struct Watcher {
    child: Child,
    lines: Receiver<(Instant, String)>,
}

/// One verdict.
pub(crate) struct Verdict {
    /// From before the save to the verdict's line.
    pub(crate) seen_after: Duration,
    /// What of that was the save being noticed and the verdict being written: everything but the check itself.
    pub(crate) check: Duration,
}

impl Watcher {
    /// Starts it on the subject and waits for its first verdict.
    pub(crate) fn start(program: &Path, course: &Course, subject: Subject) -> Self {
        let gone = Command::new(program)
            .args(["goto", subject.name()])
            .current_dir(course.root())
            .output()
            .expect("it runs");
        assert!(gone.status.success(), "{gone:?}");
        let mut child = Command::new(program)
            .args(["watch", "--plain"])
            .current_dir(course.root())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let (send, lines) = channel();
        let output = BufReader::new(child.stdout.take().expect("piped"));
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if send.send((Instant::now(), line)).is_err() {
                    return;
                }
            }
        });
        let watcher = Self { child, lines };
        // Crates may have to be built first.
        watcher.verdict(Duration::from_secs(300));
        watcher
    }

    /// Saves the text and waits for its verdict.
    pub(crate) fn save_and_wait(
        &mut self,
        course: &Course,
        subject: Subject,
        text: &str,
    ) -> Verdict {
        let started = Instant::now();
        course.write(subject, text);
        let (at, line) = self.verdict(Duration::from_secs(60));
        let seen_after = at - started;
        let check = line.rsplit(" - ").next().map_or(Duration::ZERO, duration);
        Verdict { seen_after, check }
    }

    /// The line that sums the verdict up, as in "8 of 8 checks - 92 ms".
    fn verdict(&self, patience: Duration) -> (Instant, String) {
        let mut seen = None;
        loop {
            let (at, line) = self.lines.recv_timeout(patience).expect("a verdict");
            if line.contains(" checks - ") || line.contains(" check - ") {
                seen = Some((at, line.clone()));
            }
            // The last line of a verdict; what comes after it belongs to the next one.
            if let Some(seen) = seen.take_if(|_| line.starts_with("Type a letter")) {
                return seen;
            }
        }
    }

    /// What it takes while nothing happens.
    pub(crate) fn idle(&self) -> Idle {
        const WATCHED: Duration = Duration::from_secs(10);
        let id = self.child.id();
        let ticks = || ticks(id);
        let before = ticks();
        thread::sleep(WATCHED);
        Idle {
            // Linux counts a hundred ticks a second.
            cpu: (ticks() - before) / 100.0 / WATCHED.as_secs_f64(),
            memory: megabytes(id),
            standby: children(id).into_iter().map(megabytes).sum(),
        }
    }
}

/// What a watcher takes while nothing happens.
pub(crate) struct Idle {
    /// The share of one core.
    pub(crate) cpu: f64,
    /// In MB; pages that several programs use count in parts.
    pub(crate) memory: f64,
    /// The same of the programs it has started.
    pub(crate) standby: f64,
}

/// The processor time a process has had.
fn ticks(id: u32) -> f64 {
    let field = |n: usize| stat(id).get(n).and_then(|f| f.parse::<f64>().ok());
    field(11).unwrap_or(f64::NAN) + field(12).unwrap_or(f64::NAN)
}

/// What `/proc/ID/stat` says behind the name.
fn stat(id: u32) -> Vec<String> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let after_name = stat.rsplit(") ").next().unwrap_or_default();
    after_name.split(' ').map(str::to_owned).collect()
}

fn children(id: u32) -> Vec<u32> {
    let all = fs::read_dir("/proc").expect("a list of processes");
    let numbers = all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    numbers
        .filter(|&child: &u32| stat(child).get(1) == Some(&id.to_string()))
        .collect()
}

fn megabytes(id: u32) -> f64 {
    let rollup = fs::read_to_string(format!("/proc/{id}/smaps_rollup")).unwrap_or_default();
    let pss = rollup.lines().find_map(|line| {
        let kb = line.strip_prefix("Pss:")?.trim().strip_suffix(" kB")?;
        kb.trim().parse::<f64>().ok()
    });
    pss.map_or(f64::NAN, |kb| kb / 1000.0)
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// "92 ms" or "0.31 s".
fn duration(words: &str) -> Duration {
    let number = |unit: &str| words.trim().strip_suffix(unit)?.trim().parse::<f64>().ok();
    let seconds = number("ms").map(|ms| ms / 1000.0).or_else(|| number("s"));
    Duration::from_secs_f64(seconds.unwrap_or(0.0))
}
