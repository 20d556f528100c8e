//! What the commands of the stand-in do to the keys of one database. Which command does what is in [`super::commands`].

use super::{
    resp::Reply,
    store::{Database, Value},
};
use std::{
    collections::VecDeque,
    time::{Duration, Instant, SystemTime},
};

const NO_NUMBER: &str = "ERR value is not an integer or out of range";
pub(super) const SYNTAX: &str = "ERR syntax error";
pub(super) const WRONG_TYPE: &str =
    "WRONGTYPE Operation against a key holding the wrong kind of value";

/// A reply, or the words of an error.
pub(super) type Done = Result<Reply, String>;

/// Fields of a hash with their values.
pub(super) type Fields = Vec<(Vec<u8>, Vec<u8>)>;

/// One database at one moment.
pub(super) struct Keys<'a> {
    pub(super) database: &'a mut Database,
    pub(super) now: Instant,
}

impl Keys<'_> {
    pub(super) fn text(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, String> {
        match self.database.get(key, self.now).map(|entry| &entry.value) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text.clone())),
            Some(_) => Err(WRONG_TYPE.into()),
        }
    }

    pub(super) fn hash(&mut self, key: &[u8]) -> Result<Fields, String> {
        match self.database.get(key, self.now).map(|entry| &entry.value) {
            None => Ok(Vec::new()),
            Some(Value::Hash(fields)) => Ok(fields.clone()),
            Some(_) => Err(WRONG_TYPE.into()),
        }
    }

    pub(super) fn set(&mut self, words: &[Vec<u8>]) -> Done {
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
            Some((word, unit)) => Some(self.ends("set", word, unit)?),
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

    pub(super) fn add(&mut self, key: &[u8], more: i64) -> Done {
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

    pub(super) fn expire(&mut self, name: &str, words: &[Vec<u8>], unit: i64) -> Done {
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

    pub(super) fn ttl(&mut self, key: &[u8], shown: impl Fn(i64) -> i64) -> Reply {
        let now = self.now;
        Reply::Number(match self.database.get(key, now) {
            None => -2,
            Some(entry) => entry.left(now).map_or(-1, |left| {
                shown(i64::try_from(left.as_millis()).unwrap_or(i64::MAX - 500))
            }),
        })
    }

    pub(super) fn hset(&mut self, words: &[Vec<u8>]) -> Done {
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

    pub(super) fn sadd(&mut self, words: &[Vec<u8>]) -> Done {
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

    pub(super) fn list(&mut self, key: &[u8]) -> Result<Option<VecDeque<Vec<u8>>>, String> {
        match self.database.get(key, self.now).map(|entry| &entry.value) {
            None => Ok(None),
            Some(Value::List(items)) => Ok(Some(items.clone())),
            Some(_) => Err(WRONG_TYPE.into()),
        }
    }

    pub(super) fn push(
        &mut self,
        words: &[Vec<u8>],
        push: impl Fn(&mut VecDeque<Vec<u8>>, Vec<u8>),
    ) -> Done {
        let mut items = self.list(&words[0])?.unwrap_or_default();
        words[1..]
            .iter()
            .for_each(|item| push(&mut items, item.clone()));
        let length = items.len();
        self.put(&words[0], Value::List(items));
        Ok(count(length))
    }

    pub(super) fn pop(&mut self, words: &[Vec<u8>]) -> Done {
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

    pub(super) fn range(&mut self, words: &[Vec<u8>]) -> Done {
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
    pub(super) fn change(
        &mut self,
        key: &[u8],
        change: impl Fn(&mut Value) -> Option<usize>,
    ) -> Done {
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
    pub(super) fn put(&mut self, key: &[u8], value: Value) {
        if value.is_empty() {
            self.database.remove(key, self.now);
        } else if let Some(entry) = self.database.get(key, self.now) {
            entry.value = value;
        } else {
            self.database.set(key, value);
        }
    }
}

/// A whole number as Redis writes one: no sign +, no zeros before it.
pub(super) fn number(word: &[u8]) -> Result<i64, String> {
    let text = str::from_utf8(word).unwrap_or("");
    match text.parse::<i64>() {
        Ok(number) if number.to_string() == text => Ok(number),
        _ => Err(NO_NUMBER.into()),
    }
}

/// Redis counts from 1970, so a time that is too long for it ends earlier than one that is too long for us.
pub(super) fn until(now: Instant, millis: i64) -> Option<Instant> {
    let since_1970 = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    millis.checked_add(i64::try_from(since_1970.as_millis()).ok()?)?;
    now.checked_add(Duration::from_millis(u64::try_from(millis).ok()?))
}

pub(super) fn invalid_time(command: &str) -> String {
    format!("ERR invalid expire time in '{command}' command")
}

pub(super) fn wrong_number(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    format!("ERR wrong number of arguments for '{name}' command")
}

pub(super) fn count(number: usize) -> Reply {
    Reply::Number(i64::try_from(number).unwrap_or(i64::MAX))
}

pub(super) fn bytes_or_nothing(bytes: Option<Vec<u8>>) -> Reply {
    bytes.map_or(Reply::Nothing, Reply::Bytes)
}
