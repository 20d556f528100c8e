//! The output of a program, kept from both ends: the first bytes and the last ones. What lies between is counted and dropped.

use crate::outcome::Output;
use std::{
    collections::VecDeque,
    io::Read,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

/// Everything that one pipe has delivered so far, within a cap. Clones share it.
#[derive(Clone, Debug)]
pub struct Captured(Arc<Mutex<Kept>>);

#[derive(Debug)]
struct Kept {
    half: usize,
    head: Vec<u8>,
    tail: VecDeque<u8>,
    total: u64,
    closed: bool,
}

impl Captured {
    /// Reads `pipe` to its end on a thread of its own. `on_change` is called when something has come and when the pipe closes.
    ///
    /// `cap` is the number of bytes to keep, half of them from each end. The thread ends when every holder of the pipe's
    /// other end is gone; nobody has to wait for that.
    pub(super) fn drain(
        mut pipe: impl Read + Send + 'static,
        cap: usize,
        on_change: impl Fn() + Send + 'static,
    ) -> Self {
        let captured = Self(Arc::new(Mutex::new(Kept {
            half: cap / 2,
            head: Vec::new(),
            tail: VecDeque::new(),
            total: 0,
            closed: false,
        })));
        let kept = captured.clone();
        thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(read @ 1..) = pipe.read(&mut buffer) {
                kept.lock().push(&buffer[..read]);
                on_change();
            }
            kept.lock().closed = true;
            on_change();
        });
        captured
    }

    /// True once the pipe has closed: no more will come.
    pub fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// How many bytes have come, kept or not. Use it as a mark for [`Captured::since`].
    pub fn total(&self) -> u64 {
        self.lock().total
    }

    /// True if the last whole line that came has these bytes in it.
    pub fn last_line_has(&self, wanted: &[u8]) -> bool {
        let kept = self.lock();
        let mut newest_first = kept.tail.iter().rev().chain(kept.head.iter().rev());
        if newest_first.next() != Some(&b'\n') {
            return false;
        }
        let mut line: Vec<u8> = newest_first
            .take_while(|byte| **byte != b'\n')
            .copied()
            .collect();
        line.reverse();
        line.windows(wanted.len()).any(|window| window == wanted)
    }

    /// What has come so far.
    pub fn output(&self) -> Output {
        let kept = self.lock();
        let in_tail = kept.tail.len() as u64;
        let omitted = kept.total - kept.head.len() as u64 - in_tail;
        let (first, second) = kept.tail.as_slices();
        let text = if omitted == 0 {
            String::from_utf8_lossy(&[&kept.head, first, second].concat()).into_owned()
        } else {
            format!(
                "{}\n[… {omitted} bytes left out …]\n{}",
                String::from_utf8_lossy(&kept.head),
                String::from_utf8_lossy(&[first, second].concat())
            )
        };
        Output { text, omitted }
    }

    /// What has come after the mark, as far as it was kept.
    pub fn since(&self, mark: u64) -> String {
        String::from_utf8_lossy(&self.lock().after(mark)).into_owned()
    }

    /// The whole lines that have come after the mark. The mark moves behind them, so that nothing is given twice or left out.
    pub fn lines_since(&self, mark: &mut u64) -> String {
        let kept = self.lock();
        let bytes = kept.after(*mark);
        let end = bytes
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |last| last + 1);
        *mark = kept.total - (bytes.len() - end) as u64;
        String::from_utf8_lossy(&bytes[..end]).into_owned()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn after(&self, mark: u64) -> Vec<u8> {
        let head = self
            .head
            .iter()
            .skip(usize::try_from(mark).unwrap_or(usize::MAX));
        let tail_starts = self.total - self.tail.len() as u64;
        let skipped = usize::try_from(mark.saturating_sub(tail_starts)).unwrap_or(usize::MAX);
        head.chain(self.tail.iter().skip(skipped))
            .copied()
            .collect()
    }

    fn push(&mut self, bytes: &[u8]) {
        self.total += bytes.len() as u64;
        let room = self.half - self.head.len();
        let (head, rest) = bytes.split_at(room.min(bytes.len()));
        self.head.extend_from_slice(head);
        self.tail.extend(rest);
        let excess = self.tail.len().saturating_sub(self.half);
        self.tail.drain(..excess);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{io::Cursor, sync::mpsc};

    fn captured(bytes: &[u8], cap: usize) -> Captured {
        let (ended, wait) = mpsc::channel();
        let captured = Captured::drain(Cursor::new(bytes.to_vec()), cap, move || {
            // Nobody listens after the end was seen.
            let _ = ended.send(());
        });
        while !captured.is_closed() {
            wait.recv().expect("the pipe ends");
        }
        captured
    }

    #[test]
    fn short_output_is_kept_whole() {
        let output = captured(b"hello\n", 64).output();
        assert_eq!((output.text.as_str(), output.omitted), ("hello\n", 0));
    }

    #[test]
    fn long_output_keeps_both_ends_and_counts_the_middle() {
        let output = captured(b"0123456789", 4).output();
        assert_eq!(output.omitted, 6);
        assert!(output.text.starts_with("01\n"), "{}", output.text);
        assert!(output.text.ends_with("\n89"), "{}", output.text);
    }

    #[test]
    fn the_last_whole_line_is_looked_at() {
        assert!(captured(b"one\nthe end\n", 64).last_line_has(b"end"));
        assert!(!captured(b"the end\ntwo\n", 64).last_line_has(b"end"));
        assert!(!captured(b"one\nthe end", 64).last_line_has(b"end"));
    }

    #[test]
    fn bytes_that_are_no_utf8_are_replaced() {
        assert_eq!(captured(b"a\xFFb", 64).output().text, "a\u{FFFD}b");
    }

    #[test]
    fn lines_are_given_once_and_whole() {
        let all = captured(b"one\ntwo\nthr", 64);
        let mut mark = 0;
        assert_eq!(all.lines_since(&mut mark), "one\ntwo\n");
        assert_eq!(all.lines_since(&mut mark), "");
        assert_eq!(all.since(mark), "thr");
    }

    #[test]
    fn since_a_mark_gives_what_came_after_it() {
        let all = captured(b"0123456789", 64);
        assert_eq!(all.since(7), "789");
        let cut = captured(b"0123456789", 4);
        assert_eq!(cut.since(1), "189");
        assert_eq!(cut.since(9), "9");
    }
}
