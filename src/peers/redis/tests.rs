//! The stand-in against a real redis-server: random commands from a seed are put to both, and every reply has to be the same.

use super::RedisStandIn;
use crate::{
    process::{Program, Running, spawn},
    workspace,
};
use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::Path,
    time::{Duration, Instant},
};

const LONG: Duration = Duration::from_secs(20);
const SEEDS: u64 = 40;
const COMMANDS: usize = 250;

/// A reply as it came, with the bytes of lists in order.
fn reply(stream: &mut TcpStream) -> Vec<Vec<u8>> {
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("a reply");
        line.push(byte[0]);
    }
    let text = String::from_utf8_lossy(&line[1..line.len() - 2]).into_owned();
    let number: i64 = text.parse().unwrap_or(-1);
    match line[0] {
        b'$' if number >= 0 => {
            let mut bytes = vec![0; usize::try_from(number).expect("positive") + 2];
            stream.read_exact(&mut bytes).expect("the rest");
            vec![[line, bytes].concat()]
        }
        b'*' if number >= 0 => {
            let items = (0..number).flat_map(|_| reply(stream));
            std::iter::once(line.clone())
                .chain(items.collect::<Vec<_>>())
                .collect()
        }
        _ => vec![line],
    }
}

fn say(stream: &mut TcpStream, words: &[String]) -> Vec<Vec<u8>> {
    let mut bytes = format!("*{}\r\n", words.len());
    for word in words {
        bytes.push_str(&format!("${}\r\n{word}\r\n", word.len()));
    }
    stream.write_all(bytes.as_bytes()).expect("sent");
    let mut reply = reply(stream);
    // Hashes, sets and keys have no order.
    if matches!(words[0].as_str(), "HGETALL" | "SMEMBERS" | "KEYS") {
        let step = if words[0] == "HGETALL" { 2 } else { 1 };
        let mut items: Vec<Vec<Vec<u8>>> = reply
            .drain(1..)
            .collect::<Vec<_>>()
            .chunks(step)
            .map(<[_]>::to_vec)
            .collect();
        items.sort();
        reply.extend(items.concat());
    }
    reply
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("connected");
    stream.set_read_timeout(Some(LONG)).expect("set");
    stream.set_nodelay(true).expect("set");
    stream
}

/// A real one, or `None` with a word on why.
fn real(dir: &Path) -> Option<(Running, SocketAddr)> {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .expect("a free port");
    let program = Program::learners("redis-server")
        .args([
            "--port",
            &port.port().to_string(),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
        ])
        .dir(dir);
    let Ok(mut running) = spawn(&program) else {
        println!("skipped: needs redis-server");
        return None;
    };
    let deadline = Instant::now() + LONG;
    while TcpStream::connect(port).is_err() {
        assert!(
            running.exited().is_none() && Instant::now() < deadline,
            "redis-server did not start"
        );
        std::thread::yield_now();
    }
    Some((running, port))
}

/// Random numbers that are the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }

    fn command(&mut self) -> Vec<String> {
        const NAMES: [&str; 48] = [
            "PING", "ECHO", "SET", "SET", "SET", "GET", "GET", "DEL", "EXISTS", "INCR", "INCRBY",
            "DECR", "EXPIRE", "PEXPIRE", "TTL", "TTL", "MGET", "MSET", "SETNX", "GETSET", "HSET",
            "HSET", "HGET", "HGETALL", "HDEL", "LPUSH", "RPUSH", "LPOP", "LRANGE", "SADD", "SADD",
            "SREM", "SMEMBERS", "SELECT", "DBSIZE", "KEYS", "NOSUCH", "SETEX", "PSETEX", "GETEX",
            "GETDEL", "APPEND", "STRLEN", "TYPE", "PERSIST", "UNLINK", "TOUCH", "DECRBY",
        ];
        const WORDS: [&str; 18] = [
            "a",
            "b",
            "c",
            "a",
            "b",
            "c",
            "0",
            "1",
            "-1",
            "3",
            "007",
            "x y",
            "",
            "9223372036854775807",
            "100",
            "-100",
            "1.5",
            "größe",
        ];
        const OPTIONS: [&str; 8] = ["EX", "PX", "NX", "XX", "ex", "100", "100000", "0"];
        let name = self.of(&NAMES);
        let mut words = vec![name.to_owned()];
        let count = match name {
            "SELECT" => {
                // Mostly the same database, or nothing would ever meet.
                words.push(self.of(&["0", "0", "0", "0", "1", "16", "x"]).to_owned());
                0
            }
            "PING" => self.below(3),
            "KEYS" => {
                words.push(self.of(&["*", "?", "[a-b]", "[^a]", "a*", "x"]).to_owned());
                0
            }
            "GET" | "INCR" | "DECR" | "TTL" | "HGETALL" | "SMEMBERS" => {
                [1, 1, 1, 1, 1, 2, 0][self.below(7)]
            }
            _ => self.below(5),
        };
        words.extend((0..count).map(|at| {
            let word = match (name, at) {
                ("SET", 2..) => self.of(&OPTIONS),
                // A short time would end at another moment in each of the two.
                ("GETEX", 1) => self.of(&["EX", "PX", "PERSIST", "ZZ"]),
                ("EXPIRE" | "PEXPIRE" | "SETEX" | "PSETEX", 1) | ("GETEX", 2) => {
                    self.of(&["100000", "-1", "0", "x", "9223372036854775807"])
                }
                ("EXPIRE" | "PEXPIRE", 2..) => self.of(&["ZZ"]),
                ("LRANGE", 1..) => self.of(&["0", "-1", "1", "-2", "100", "x"]),
                (_, 0) => self.of(&["a", "b", "c", "d"]),
                _ => self.of(&WORDS),
            };
            word.to_owned()
        }));
        words
    }
}

#[test]
fn the_stand_in_answers_as_a_real_redis_does() {
    let dir = workspace::scratch().expect("a directory");
    let Some((_running, real)) = real(dir.path()) else {
        return;
    };
    let stand_in = RedisStandIn::start().expect("started");
    let mut compared = 0;
    for seed in 0..SEEDS {
        let (mut ours, mut theirs) = (connect(stand_in.address()), connect(real));
        let flush = ["FLUSHALL".to_owned()];
        assert_eq!(say(&mut ours, &flush), say(&mut theirs, &flush));
        let mut dice = Dice(seed);
        let mut told = Vec::new();
        for _ in 0..COMMANDS {
            let words = dice.command();
            told.push(words.join(" "));
            // A time of 100 ms may be over in one and not in the other.
            let too_short = words
                .windows(2)
                .any(|pair| pair[0].eq_ignore_ascii_case("PX") && pair[1] == "100");
            if too_short {
                continue;
            }
            let (our, their) = (say(&mut ours, &words), say(&mut theirs, &words));
            let shown = |reply: &[Vec<u8>]| String::from_utf8_lossy(&reply.concat()).into_owned();
            assert_eq!(
                shown(&our),
                shown(&their),
                "seed {seed}, after {:?}",
                &told[told.len().saturating_sub(6)..]
            );
            compared += 1;
        }
    }
    println!("{compared} commands in {SEEDS} sequences: every reply the same");
    assert!(compared > 9_000);
}
