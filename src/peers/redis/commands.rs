//! What each command of the stand-in does, and what it answers, as Redis 7 does.

use super::{
    resp::Reply,
    store::{DATABASES, Database, Store, Value},
};
use std::{
    collections::VecDeque,
    time::{Duration, Instant, SystemTime},
};

const NO_NUMBER: &str = "ERR value is not an integer or out of range";
const SYNTAX: &str = "ERR syntax error";
const WRONG_TYPE: &str = "WRONGTYPE Operation against a key holding the wrong kind of value";

type Done = Result<Reply, String>;

/// Fields of a hash with their values.
type Fields = Vec<(Vec<u8>, Vec<u8>)>;

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
        "ECHO" | "GET" | "INCR" | "DECR" | "TTL" | "PTTL" | "HGETALL" | "SMEMBERS" | "SELECT" => {
            (2, 2)
        }
        "LPOP" => (2, 3),
        "DEL" | "EXISTS" | "MGET" | "CLIENT" => (2, ANY),
        "INCRBY" | "SETNX" | "GETSET" | "HGET" => (3, 3),
        "SET" | "EXPIRE" | "PEXPIRE" | "MSET" | "HDEL" | "LPUSH" | "RPUSH" | "SADD" | "SREM" => {
            (3, ANY)
        }
        "LRANGE" => (4, 4),
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
        "DEL" => Ok(count(
            words
                .iter()
                .filter(|key| keys.database.remove(key, now))
                .count(),
        )),
        "EXISTS" => {
            let there = words
                .iter()
                .filter(|key| keys.database.get(key, now).is_some());
            Ok(count(there.count()))
        }
        "INCR" => keys.add(&words[0], 1),
        "DECR" => keys.add(&words[0], -1),
        "INCRBY" => keys.add(&words[0], number(&words[1])?),
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

/// One database at one moment.
struct Keys<'a> {
    database: &'a mut Database,
    now: Instant,
}

impl Keys<'_> {
    fn text(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, String> {
        match self.database.get(key, self.now).map(|entry| &entry.value) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text.clone())),
            Some(_) => Err(WRONG_TYPE.into()),
        }
    }

    fn hash(&mut self, key: &[u8]) -> Result<Fields, String> {
        match self.database.get(key, self.now).map(|entry| &entry.value) {
            None => Ok(Vec::new()),
            Some(Value::Hash(fields)) => Ok(fields.clone()),
            Some(_) => Err(WRONG_TYPE.into()),
        }
    }

    fn set(&mut self, words: &[Vec<u8>]) -> Done {
        let (mut time, mut only_if) = (None, None);
        let mut options = words[2..].iter();
        while let Some(option) = options.next() {
            let option = String::from_utf8_lossy(option).to_ascii_uppercase();
            match option.as_str() {
                "NX" | "XX" if only_if.is_none_or(|there| there == (option == "XX")) => {
                    only_if = Some(option == "XX");
                }
                "EX" | "PX" if time.is_none() => {
                    let unit = if option == "EX" { 1000 } else { 1 };
                    time = Some((options.next().ok_or(SYNTAX)?, unit));
                }
                _ => return Err(SYNTAX.into()),
            }
        }
        let time = match time {
            Some((word, unit)) => {
                let time = number(word)?;
                let time = time.checked_mul(unit).filter(|&time| time > 0);
                Some(
                    time.and_then(|time| until(self.now, time))
                        .ok_or_else(|| invalid_time("set"))?,
                )
            }
            None => None,
        };
        let there = self.database.get(&words[0], self.now).is_some();
        if only_if.is_some_and(|must_be_there| must_be_there != there) {
            return Ok(Reply::Nothing);
        }
        self.database.set(&words[0], Value::Text(words[1].clone()));
        if let Some(entry) = self.database.get(&words[0], self.now) {
            entry.ends = time;
        }
        Ok(Reply::OK)
    }

    fn add(&mut self, key: &[u8], more: i64) -> Done {
        let before = match self.text(key)? {
            Some(text) => number(&text)?,
            None => 0,
        };
        let sum = before
            .checked_add(more)
            .ok_or("ERR increment or decrement would overflow")?;
        let value = Value::Text(sum.to_string().into_bytes());
        match self.database.get(key, self.now) {
            Some(entry) => entry.value = value,
            None => self.database.set(key, value),
        }
        Ok(Reply::Number(sum))
    }

    fn expire(&mut self, name: &str, words: &[Vec<u8>], unit: i64) -> Done {
        if let Some(option) = words.get(2) {
            let option = String::from_utf8_lossy(option);
            return Err(format!("ERR Unsupported option {option}"));
        }
        let time = number(&words[1])?.checked_mul(unit);
        let time = time.ok_or_else(|| invalid_time(name))?;
        if time <= 0 {
            return Ok(Reply::Number(
                self.database.remove(&words[0], self.now).into(),
            ));
        }
        let ends = until(self.now, time).ok_or_else(|| invalid_time(name))?;
        let entry = self.database.get(&words[0], self.now);
        let found = entry.map(|entry| entry.ends = Some(ends)).is_some();
        Ok(Reply::Number(found.into()))
    }

    fn ttl(&mut self, key: &[u8], shown: impl Fn(i64) -> i64) -> Reply {
        let now = self.now;
        Reply::Number(match self.database.get(key, now) {
            None => -2,
            Some(entry) => entry.left(now).map_or(-1, |left| {
                shown(i64::try_from(left.as_millis()).unwrap_or(i64::MAX - 500))
            }),
        })
    }

    fn hset(&mut self, words: &[Vec<u8>]) -> Done {
        if words.len().is_multiple_of(2) {
            return Err(wrong_number("HSET"));
        }
        let mut fields = self.hash(&words[0])?;
        let before = fields.len();
        for pair in words[1..].chunks(2) {
            match fields.iter_mut().find(|(field, _)| *field == pair[0]) {
                Some((_, value)) => value.clone_from(&pair[1]),
                None => fields.push((pair[0].clone(), pair[1].clone())),
            }
        }
        let added = fields.len() - before;
        self.put(&words[0], Value::Hash(fields));
        Ok(count(added))
    }

    fn sadd(&mut self, words: &[Vec<u8>]) -> Done {
        let mut members = match self
            .database
            .get(&words[0], self.now)
            .map(|entry| &entry.value)
        {
            None => Vec::new(),
            Some(Value::Set(members)) => members.clone(),
            Some(_) => return Err(WRONG_TYPE.into()),
        };
        let before = members.len();
        for member in &words[1..] {
            if !members.contains(member) {
                members.push(member.clone());
            }
        }
        let added = members.len() - before;
        self.put(&words[0], Value::Set(members));
        Ok(count(added))
    }

    fn list(&mut self, key: &[u8]) -> Result<Option<VecDeque<Vec<u8>>>, String> {
        match self.database.get(key, self.now).map(|entry| &entry.value) {
            None => Ok(None),
            Some(Value::List(items)) => Ok(Some(items.clone())),
            Some(_) => Err(WRONG_TYPE.into()),
        }
    }

    fn push(&mut self, words: &[Vec<u8>], push: impl Fn(&mut VecDeque<Vec<u8>>, Vec<u8>)) -> Done {
        let mut items = self.list(&words[0])?.unwrap_or_default();
        words[1..]
            .iter()
            .for_each(|item| push(&mut items, item.clone()));
        let length = items.len();
        self.put(&words[0], Value::List(items));
        Ok(count(length))
    }

    fn pop(&mut self, words: &[Vec<u8>]) -> Done {
        let many = match words.get(1) {
            Some(word) => {
                let number = number(word)
                    .ok()
                    .and_then(|number| usize::try_from(number).ok());
                Some(number.ok_or("ERR value is out of range, must be positive")?)
            }
            None => None,
        };
        let Some(mut items) = self.list(&words[0])? else {
            return Ok(if many.is_some() {
                Reply::NoList
            } else {
                Reply::Nothing
            });
        };
        let taken: Vec<_> = items.drain(..many.unwrap_or(1).min(items.len())).collect();
        self.put(&words[0], Value::List(items));
        let mut taken = taken.into_iter().map(Reply::Bytes);
        Ok(match many {
            Some(_) => Reply::List(taken.collect()),
            None => taken.next().unwrap_or(Reply::Nothing),
        })
    }

    fn range(&mut self, words: &[Vec<u8>]) -> Done {
        let (first, last) = (number(&words[1])?, number(&words[2])?);
        let items = self.list(&words[0])?.unwrap_or_default();
        let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
        // From the end, if it is negative.
        let place = |at: i64| {
            if at < 0 {
                length.saturating_add(at)
            } else {
                at
            }
        };
        let (first, last) = (place(first).max(0), place(last).min(length - 1));
        let shown = items.into_iter().enumerate().filter(|(at, _)| {
            let at = i64::try_from(*at).unwrap_or(i64::MAX);
            (first..=last).contains(&at)
        });
        Ok(Reply::List(
            shown.map(|(_, item)| Reply::Bytes(item)).collect(),
        ))
    }

    /// Takes something out of a value; what becomes empty is gone.
    fn change(&mut self, key: &[u8], change: impl Fn(&mut Value) -> Option<usize>) -> Done {
        let Some(entry) = self.database.get(key, self.now) else {
            return Ok(Reply::Number(0));
        };
        let changed = change(&mut entry.value).ok_or(WRONG_TYPE)?;
        if entry.value.is_empty() {
            self.database.remove(key, self.now);
        }
        Ok(count(changed))
    }

    /// Puts a changed value back; its end stays.
    fn put(&mut self, key: &[u8], value: Value) {
        if value.is_empty() {
            self.database.remove(key, self.now);
        } else if let Some(entry) = self.database.get(key, self.now) {
            entry.value = value;
        } else {
            self.database.set(key, value);
        }
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

/// A whole number as Redis writes one: no sign +, no zeros before it.
fn number(word: &[u8]) -> Result<i64, String> {
    let text = str::from_utf8(word).unwrap_or("");
    match text.parse::<i64>() {
        Ok(number) if number.to_string() == text => Ok(number),
        _ => Err(NO_NUMBER.into()),
    }
}

/// Redis counts from 1970, so a time that is too long for it ends earlier than one that is too long for us.
fn until(now: Instant, millis: i64) -> Option<Instant> {
    let since_1970 = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    millis.checked_add(i64::try_from(since_1970.as_millis()).ok()?)?;
    now.checked_add(Duration::from_millis(u64::try_from(millis).ok()?))
}

fn invalid_time(command: &str) -> String {
    format!("ERR invalid expire time in '{command}' command")
}

fn wrong_number(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    format!("ERR wrong number of arguments for '{name}' command")
}

fn count(number: usize) -> Reply {
    Reply::Number(i64::try_from(number).unwrap_or(i64::MAX))
}

fn bytes_or_nothing(bytes: Option<Vec<u8>>) -> Reply {
    bytes.map_or(Reply::Nothing, Reply::Bytes)
}
