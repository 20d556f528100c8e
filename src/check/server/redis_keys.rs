//! What a step expects to be in Redis: how many keys, and that each of them ends by itself. The runner asks Redis over the wire,
//! past any door that stands before it. It changes nothing there.

use super::{
    escape::show,
    expect::{About, Problem},
};
use crate::{
    error::{Error, Result},
    process::Cancel,
};
use serde::Deserialize;
use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, TcpStream},
    time::{Duration, Instant},
};

/// How long Redis may take for one answer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);

/// How long what is expected may be on its way, for a server that writes after it has answered.
const ARRIVES_WITHIN: Duration = Duration::from_secs(1);

/// Between two looks.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// So many keys are named in one finding.
const MOST_NAMED: usize = 3;

/// What has to be in Redis.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RedisExpect {
    /// So many keys, or more.
    pub(super) keys_at_least: Option<usize>,
    /// So many keys, or fewer.
    pub(super) keys_at_most: Option<usize>,
    /// Each key has a time to live, and it is not longer than this.
    pub(super) every_key_expires_within_ms: Option<u64>,
}

impl RedisExpect {
    /// True if whatever is there would do.
    pub(super) fn is_empty(&self) -> bool {
        self.keys_at_least.is_none()
            && self.keys_at_most.is_none()
            && self.every_key_expires_within_ms.is_none()
    }
}

/// A key, and how long it still lives; `None` is for ever.
type Key = (Vec<u8>, Option<u64>);

/// What does not hold of the Redis on this port.
///
/// # Errors
/// [`Error::Tool`] if it does not answer; [`Error::Cancelled`].
pub(super) fn judge(expect: &RedisExpect, port: u16, cancel: &Cancel) -> Result<Vec<Problem>> {
    let until = Instant::now() + ARRIVES_WITHIN;
    loop {
        let keys = keys(port).map_err(|error| {
            Error::tool(
                format!("Redis does not say what it holds: {error}"),
                "Save again: another Redis is started then.",
            )
        })?;
        let problems = wrong(expect, &keys);
        if problems.is_empty() || Instant::now() >= until {
            return Ok(problems);
        }
        cancel.wait_for(Some(Instant::now() + LOOK_AGAIN), || false);
        if cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
    }
}

fn wrong(expect: &RedisExpect, keys: &[Key]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut say = |expected: String, actual: String, explain: Option<&str>| {
        problems.push(Problem {
            about: About::Else,
            expected,
            actual,
            explain: explain.map(str::to_owned),
        });
    };
    let number = keys.len();
    let few = expect.keys_at_least.filter(|&least| number < least);
    let many = expect.keys_at_most.filter(|&most| number > most);
    if let Some(least) = few {
        say(
            format!("at least {} in Redis", counted(least)),
            told(keys),
            None,
        );
    }
    if let Some(most) = many {
        say(
            format!("at most {} in Redis", counted(most)),
            told(keys),
            None,
        );
    }
    if let Some(most) = expect.every_key_expires_within_ms {
        let is_wrong = |(_, left): &&Key| left.is_none_or(|left| left > most);
        let wrong: Vec<Key> = keys.iter().filter(is_wrong).cloned().collect();
        if !wrong.is_empty() {
            say(
                format!("each key in Redis ends within {most} ms: its PTTL is from 1 to {most}"),
                told(&wrong),
                wrong.iter().any(|(_, left)| left.is_none()).then_some(
                    "A key without a time to live stays for ever, and what it says is never asked for again. \
                     Give it one in the same command that sets it.",
                ),
            );
        }
    }
    problems
}

fn counted(keys: usize) -> String {
    match keys {
        1 => "1 key".into(),
        many => format!("{many} keys"),
    }
}

fn told(keys: &[Key]) -> String {
    if keys.is_empty() {
        return "none".into();
    }
    let mut named: Vec<String> = keys
        .iter()
        .take(MOST_NAMED)
        .map(|(name, left)| match left {
            Some(left) => format!("{} (PTTL {left})", show(name)),
            None => format!("{} (PTTL -1: it never ends)", show(name)),
        })
        .collect();
    if keys.len() > MOST_NAMED {
        named.push("…".into());
    }
    format!("{}: {}", counted(keys.len()), named.join(", "))
}

/// All keys of the first database.
fn keys(port: u16) -> io::Result<Vec<Key>> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(ANSWERS_WITHIN))?;
    stream.set_write_timeout(Some(ANSWERS_WITHIN))?;
    let mut line = BufReader::new(stream);
    let Reply::List(names) = ask(&mut line, &[b"KEYS", b"*"])? else {
        return Err(strange());
    };
    let mut keys = Vec::new();
    for name in names {
        let Reply::Bytes(name) = name else {
            return Err(strange());
        };
        match ask(&mut line, &[b"PTTL", &name])? {
            // It has ended meanwhile.
            Reply::Number(-2) => {}
            Reply::Number(left) => keys.push((name, u64::try_from(left).ok())),
            _ => return Err(strange()),
        }
    }
    keys.sort_unstable();
    Ok(keys)
}

/// The forms of a reply that matter here.
enum Reply {
    Number(i64),
    Bytes(Vec<u8>),
    List(Vec<Self>),
}

fn ask(line: &mut BufReader<TcpStream>, words: &[&[u8]]) -> io::Result<Reply> {
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        bytes.extend(format!("${}\r\n", word.len()).into_bytes());
        bytes.extend([word, b"\r\n".as_slice()].concat());
    }
    line.get_mut().write_all(&bytes)?;
    reply(line)
}

fn reply(line: &mut BufReader<TcpStream>) -> io::Result<Reply> {
    let mut head = String::new();
    line.read_line(&mut head)?;
    let number = || head.get(1..)?.trim_end().parse::<i64>().ok();
    match (head.bytes().next(), number()) {
        (Some(b':'), Some(number)) => Ok(Reply::Number(number)),
        (Some(b'$'), Some(length)) => {
            let length = usize::try_from(length).map_err(|_| strange())?;
            let mut bytes = vec![0; length + 2];
            line.read_exact(&mut bytes)?;
            bytes.truncate(length);
            Ok(Reply::Bytes(bytes))
        }
        (Some(b'*'), Some(items)) => Ok(Reply::List(
            (0..items).map(|_| reply(line)).collect::<io::Result<_>>()?,
        )),
        _ => Err(strange()),
    }
}

fn strange() -> io::Error {
    io::Error::other("its answer is not one of Redis")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peers::RedisStandIn;

    fn set(stand_in: &RedisStandIn, command: &str) {
        let mut stream = TcpStream::connect(stand_in.address()).expect("connected");
        stream
            .write_all(format!("{command}\r\n").as_bytes())
            .expect("sent");
        let mut line = String::new();
        BufReader::new(stream)
            .read_line(&mut line)
            .expect("answered");
    }

    #[test]
    fn keys_are_counted_and_one_that_never_ends_is_named() {
        let stand_in = RedisStandIn::start().expect("started");
        let port = stand_in.address().port();
        let expect = RedisExpect {
            keys_at_least: Some(1),
            keys_at_most: Some(1),
            every_key_expires_within_ms: Some(60_000),
        };
        assert_eq!(
            judge(&expect, port, &Cancel::new()).expect("it answers")[0].actual,
            "none"
        );
        set(&stand_in, "SET a 1 PX 50000");
        assert_eq!(
            judge(&expect, port, &Cancel::new()).expect("it answers"),
            []
        );
        set(&stand_in, "SET b 1");
        let problems = judge(&expect, port, &Cancel::new()).expect("it answers");
        assert!(problems[0].actual.starts_with("2 keys: a (PTTL "));
        assert_eq!(problems[1].actual, "1 key: b (PTTL -1: it never ends)");
        set(&stand_in, "SET b 1 PX 70000");
        let problems = judge(&expect, port, &Cancel::new()).expect("it answers");
        assert!(problems[1].actual.starts_with("1 key: b (PTTL 6"));
        assert_eq!(problems[1].explain, None);
    }
}
