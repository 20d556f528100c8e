//! What the commands of the stand-in do to texts and to the times at which keys end.

use super::{
    keys::{Done, Keys, SYNTAX, bytes_or_nothing, count, invalid_time, number, until},
    resp::Reply,
    store::Value,
};
use std::time::Instant;

impl Keys<'_> {
    /// The end that a command names; `unit` is how many milliseconds one of it is.
    pub(super) fn ends(&self, command: &str, word: &[u8], unit: i64) -> Result<Instant, String> {
        let time = number(word)?.checked_mul(unit).filter(|&time| time > 0);
        time.and_then(|time| until(self.now, time))
            .ok_or_else(|| invalid_time(command))
    }

    /// SETEX and PSETEX: key, time, value.
    pub(super) fn set_for(&mut self, command: &str, words: &[Vec<u8>], unit: i64) -> Done {
        let ends = self.ends(command, &words[1], unit)?;
        self.database.set(&words[0], Value::Text(words[2].clone()));
        if let Some(entry) = self.database.get(&words[0], self.now) {
            entry.ends = Some(ends);
        }
        Ok(Reply::OK)
    }

    /// GETEX: the text, and perhaps another end for it.
    pub(super) fn get_and_end(&mut self, words: &[Vec<u8>]) -> Done {
        let options: Vec<String> = words[1..]
            .iter()
            .map(|word| String::from_utf8_lossy(word).to_ascii_uppercase())
            .collect();
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let unit = match *options {
            [] | ["PERSIST"] => None,
            ["EX", _] => Some(1000),
            ["PX", _] => Some(1),
            _ => return Err(SYNTAX.into()),
        };
        let Some(text) = self.text(&words[0])? else {
            return Ok(Reply::Nothing);
        };
        let ends = match unit {
            Some(unit) => Some(self.ends("getex", &words[2], unit)?),
            None => None,
        };
        if let Some(entry) = self
            .database
            .get(&words[0], self.now)
            .filter(|_| words.len() > 1)
        {
            entry.ends = ends;
        }
        Ok(Reply::Bytes(text))
    }

    pub(super) fn get_and_remove(&mut self, key: &[u8]) -> Done {
        let text = self.text(key)?;
        self.database.remove(key, self.now);
        Ok(bytes_or_nothing(text))
    }

    pub(super) fn persist(&mut self, key: &[u8]) -> Done {
        let entry = self.database.get(key, self.now);
        let had_end = entry.is_some_and(|entry| entry.ends.take().is_some());
        Ok(Reply::Number(had_end.into()))
    }

    pub(super) fn length(&mut self, key: &[u8]) -> Done {
        Ok(count(self.text(key)?.map_or(0, |text| text.len())))
    }

    /// The end stays.
    pub(super) fn append(&mut self, key: &[u8], more: &[u8]) -> Done {
        let mut text = self.text(key)?.unwrap_or_default();
        text.extend_from_slice(more);
        let length = text.len();
        self.put(key, Value::Text(text));
        Ok(count(length))
    }

    pub(super) fn subtract(&mut self, key: &[u8], word: &[u8]) -> Done {
        let less = number(word)?;
        let less = less.checked_neg().ok_or("ERR decrement would overflow")?;
        self.add(key, less)
    }

    /// TYPE: which kind of value a key has.
    pub(super) fn kind(&mut self, key: &[u8]) -> Reply {
        let value = self.database.get(key, self.now).map(|entry| &entry.value);
        Reply::Simple(match value {
            None => "none",
            Some(Value::Text(_)) => "string",
            Some(Value::Hash(_)) => "hash",
            Some(Value::List(_)) => "list",
            Some(Value::Set(_)) => "set",
        })
    }
}
