//! What each command of the stand-in does, and what it answers, as Redis 7 does.

use super::{
    glob::fits,
    keys::{Done, Keys, WRONG_TYPE, bytes_or_nothing, count, number, wrong_number},
    resp::Reply,
    store::{DATABASES, Database, Store, Value},
};
use std::{collections::VecDeque, time::Instant};

/// What one client has chosen.
#[derive(Debug)]
pub(super) struct Session {
    database: usize,
    number: usize,
    name: Vec<u8>,
    over: Over,
}

#[derive(Debug, PartialEq, Eq)]
enum Over {
    No,
    Yes,
}

impl Session {
    pub(super) fn new(number: usize) -> Self {
        Self {
            database: 0,
            number,
            name: Vec::new(),
            over: Over::No,
        }
    }

    /// True once the client has said that it is done.
    pub(super) fn is_over(&self) -> bool {
        self.over == Over::Yes
    }
}

/// How many words a command may have, its own name included: at least, and at most.
fn arity(name: &str) -> Option<(usize, usize)> {
    const ANY: usize = usize::MAX;
    Some(match name {
        "PING" => (1, 2),
        "QUIT" | "INFO" | "FLUSHALL" | "COMMAND" => (1, ANY),
        "DBSIZE" => (1, 1),
        "ECHO" | "GET" | "GETDEL" | "STRLEN" | "TYPE" | "INCR" | "DECR" | "TTL" | "PTTL"
        | "PERSIST" | "HGETALL" | "SMEMBERS" | "SELECT" | "KEYS" => (2, 2),
        "LPOP" => (2, 3),
        "DEL" | "UNLINK" | "EXISTS" | "TOUCH" | "MGET" | "GETEX" | "CLIENT" => (2, ANY),
        "INCRBY" | "DECRBY" | "APPEND" | "SETNX" | "GETSET" | "HGET" => (3, 3),
        "SET" | "EXPIRE" | "PEXPIRE" | "MSET" | "HDEL" | "LPUSH" | "RPUSH" | "SADD" | "SREM" => {
            (3, ANY)
        }
        "LRANGE" | "SETEX" | "PSETEX" => (4, 4),
        "HSET" => (4, ANY),
        _ => return None,
    })
}

/// Runs one command; `words` is not empty.
pub(super) fn run(
    session: &mut Session,
    store: &mut Store,
    words: &[Vec<u8>],
    now: Instant,
) -> Reply {
    let typed = String::from_utf8_lossy(&words[0]).into_owned();
    let name = typed.to_ascii_uppercase();
    let Some((least, most)) = arity(&name) else {
        return unknown(&typed, &words[1..]);
    };
    if words.len() < least || words.len() > most {
        return Reply::Error(wrong_number(&name));
    }
    let words = &words[1..];
    let done = match name.as_str() {
        "PING" => Ok(match words.first() {
            Some(word) => Reply::Bytes(word.clone()),
            None => Reply::Simple("PONG"),
        }),
        "QUIT" => {
            session.over = Over::Yes;
            Ok(Reply::OK)
        }
        "ECHO" => Ok(Reply::Bytes(words[0].clone())),
        "COMMAND" => Ok(Reply::List(Vec::new())),
        "INFO" => Ok(Reply::Bytes(
            b"# Server\r\nredis_version:7.0.0\r\nredis_mode:standalone\r\nserver_name:stand-in\r\n"
                .to_vec(),
        )),
        "SELECT" => select(session, &words[0]),
        "CLIENT" => Ok(client(session, words)),
        "FLUSHALL" => {
            store.clear();
            Ok(Reply::OK)
        }
        _ => on_keys(&name, store.database(session.database), words, now),
    };
    done.unwrap_or_else(Reply::Error)
}

fn on_keys(name: &str, database: &mut Database, words: &[Vec<u8>], now: Instant) -> Done {
    let mut keys = Keys { database, now };
    match name {
        "DBSIZE" => Ok(count(keys.database.len(now))),
        "KEYS" => Ok(Reply::List(
            keys.database
                .names(now)
                .filter(|name| fits(&words[0], name))
                .map(|name| Reply::Bytes(name.clone()))
                .collect(),
        )),
        "GET" => keys.text(&words[0]).map(bytes_or_nothing),
        "SET" => keys.set(words),
        "SETNX" => {
            let free = keys.database.get(&words[0], now).is_none();
            if free {
                keys.database.set(&words[0], Value::Text(words[1].clone()));
            }
            Ok(Reply::Number(free.into()))
        }
        "GETSET" => {
            let before = keys.text(&words[0])?;
            keys.database.set(&words[0], Value::Text(words[1].clone()));
            Ok(bytes_or_nothing(before))
        }
        "MGET" => {
            let values = words
                .iter()
                .map(|key| bytes_or_nothing(keys.text(key).ok().flatten()));
            Ok(Reply::List(values.collect()))
        }
        "MSET" => {
            if !words.len().is_multiple_of(2) {
                return Err(wrong_number(name));
            }
            for pair in words.chunks(2) {
                keys.database.set(&pair[0], Value::Text(pair[1].clone()));
            }
            Ok(Reply::OK)
        }
        "SETEX" => keys.set_for("setex", words, 1000),
        "PSETEX" => keys.set_for("psetex", words, 1),
        "GETEX" => keys.get_and_end(words),
        "GETDEL" => keys.get_and_remove(&words[0]),
        "APPEND" => keys.append(&words[0], &words[1]),
        "STRLEN" => keys.length(&words[0]),
        "TYPE" => Ok(keys.kind(&words[0])),
        "PERSIST" => keys.persist(&words[0]),
        "DEL" | "UNLINK" => Ok(count(
            words
                .iter()
                .filter(|key| keys.database.remove(key, now))
                .count(),
        )),
        "EXISTS" | "TOUCH" => {
            let there = words
                .iter()
                .filter(|key| keys.database.get(key, now).is_some());
            Ok(count(there.count()))
        }
        "INCR" => keys.add(&words[0], 1),
        "DECR" => keys.add(&words[0], -1),
        "INCRBY" => keys.add(&words[0], number(&words[1])?),
        "DECRBY" => keys.subtract(&words[0], &words[1]),
        "EXPIRE" => keys.expire("expire", words, 1000),
        "PEXPIRE" => keys.expire("pexpire", words, 1),
        "TTL" => Ok(keys.ttl(&words[0], |left| (left + 500) / 1000)),
        "PTTL" => Ok(keys.ttl(&words[0], |left| left)),
        "HSET" => keys.hset(words),
        "HGET" => {
            let fields = keys.hash(&words[0])?;
            let found = fields.iter().find(|(field, _)| *field == words[1]);
            Ok(bytes_or_nothing(found.map(|(_, value)| value.clone())))
        }
        "HGETALL" => {
            let fields = keys.hash(&words[0])?;
            let flat = fields.into_iter().flat_map(|(field, value)| [field, value]);
            Ok(Reply::List(flat.map(Reply::Bytes).collect()))
        }
        "HDEL" => keys.change(&words[0], |value| match value {
            Value::Hash(fields) => {
                Some(taken(fields, &words[1..], |(field, _), word| field == word))
            }
            _ => None,
        }),
        "LPUSH" => keys.push(words, VecDeque::push_front),
        "RPUSH" => keys.push(words, VecDeque::push_back),
        "LPOP" => keys.pop(words),
        "LRANGE" => keys.range(words),
        "SADD" => keys.sadd(words),
        "SREM" => keys.change(&words[0], |value| match value {
            Value::Set(members) => Some(taken(members, &words[1..], |member, word| member == word)),
            _ => None,
        }),
        _ => match keys.database.get(&words[0], now).map(|entry| &entry.value) {
            None => Ok(Reply::List(Vec::new())),
            Some(Value::Set(members)) => Ok(Reply::List(
                members.iter().cloned().map(Reply::Bytes).collect(),
            )),
            Some(_) => Err(WRONG_TYPE.into()),
        },
    }
}

/// Removes what one of the words means; gives how many were removed.
fn taken<T>(items: &mut Vec<T>, words: &[Vec<u8>], is: impl Fn(&T, &Vec<u8>) -> bool) -> usize {
    let before = items.len();
    items.retain(|item| !words.iter().any(|word| is(item, word)));
    before - items.len()
}

fn select(session: &mut Session, word: &[u8]) -> Done {
    let number = number(word)?;
    let known = usize::try_from(number)
        .ok()
        .filter(|&number| number < DATABASES);
    session.database = known.ok_or("ERR DB index is out of range")?;
    Ok(Reply::OK)
}

fn client(session: &mut Session, words: &[Vec<u8>]) -> Reply {
    let sub = String::from_utf8_lossy(&words[0]).to_ascii_uppercase();
    match (sub.as_str(), words.get(1)) {
        ("ID", None) => count(session.number + 1),
        ("GETNAME", None) if session.name.is_empty() => Reply::Nothing,
        ("GETNAME", None) => Reply::Bytes(session.name.clone()),
        ("SETNAME", Some(name)) => {
            session.name.clone_from(name);
            Reply::OK
        }
        // What libraries tell of themselves.
        ("SETINFO", _) => Reply::OK,
        _ => Reply::Error(format!("ERR unknown subcommand '{sub}'. Try CLIENT HELP.")),
    }
}

fn unknown(name: &str, words: &[Vec<u8>]) -> Reply {
    let words = words
        .iter()
        .map(|word| format!("'{}' ", String::from_utf8_lossy(word)));
    Reply::Error(format!(
        "ERR unknown command '{name}', with args beginning with: {}",
        words.collect::<String>()
    ))
}
