//! What a shared cache may keep, for how long, and for whom (RFC 9111). Pure: headers in, a decision with its reason out. It never
//! serves what is stale, and keeps neither parts of answers nor answers to HEAD.

use super::super::message::Message;
use std::collections::BTreeMap;

/// Statuses that may be kept although nobody says so (RFC 9110, 15.1).
const KEPT_BY_DEFAULT: [u16; 11] = [200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501];

/// Headers of one connection, which no cache passes on.
const OF_THE_CONNECTION: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Headers of a message.
pub(super) type Headers = [(String, String)];

/// The members of `Cache-Control`, names in lower case.
#[derive(Debug, Default)]
pub(super) struct Directives(BTreeMap<String, Option<String>>);

impl Directives {
    pub(super) fn of(headers: &Headers) -> Self {
        let mut found = BTreeMap::new();
        for value in all(headers, "Cache-Control") {
            for member in outside_quotes(value) {
                let (name, value) = match member.split_once('=') {
                    Some((name, value)) => (name, Some(value.trim().trim_matches('"').to_owned())),
                    None => (member, None),
                };
                let name = name.trim().to_ascii_lowercase();
                if !name.is_empty() {
                    // Two that contradict each other cannot be trusted: nothing is fresh by them.
                    let known: &mut Option<String> = found.entry(name).or_insert(value.clone());
                    if *known != value {
                        *known = Some("0".into());
                    }
                }
            }
        }
        Self(found)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The seconds that a directive names; none of them if it cannot be read.
    pub(super) fn seconds(&self, name: &str) -> Option<u64> {
        let value = self.0.get(name)?;
        Some(
            value
                .as_ref()
                .and_then(|value| value.parse().ok())
                .unwrap_or(0),
        )
    }
}

/// Why a shared cache must not keep an answer; nothing if it may.
pub(super) fn why_not_kept(method: &str, request: &Headers, answer: &Message) -> Option<String> {
    let said = Directives::of(&answer.headers);
    let explicit = ["public", "max-age", "s-maxage"]
        .iter()
        .any(|name| said.has(name))
        || first(&answer.headers, "Expires").is_some();
    if method != "GET" {
        return Some(format!("an answer to {method} is not kept"));
    }
    if Directives::of(request).has("no-store") || said.has("no-store") {
        return Some("Cache-Control says no-store".into());
    }
    if said.has("private") {
        return Some("Cache-Control says private".into());
    }
    let is_final = (200..600).contains(&answer.status) && !matches!(answer.status, 206 | 304);
    if !is_final || !explicit && !KEPT_BY_DEFAULT.contains(&answer.status) {
        return Some(format!(
            "an answer with status {} is not kept",
            answer.status
        ));
    }
    let for_all = ["public", "s-maxage", "must-revalidate"];
    if first(request, "Authorization").is_some() && !for_all.iter().any(|name| said.has(name)) {
        return Some(
            "the request had Authorization, and Cache-Control says neither public nor s-maxage nor must-revalidate".into(),
        );
    }
    let names_everything = vary(answer).iter().any(|name| name == "*");
    names_everything.then(|| "Vary: * fits no other request".to_owned())
}

/// How many seconds an answer is fresh, and who says so.
pub(super) fn fresh_for(answer: &Message) -> (u64, String) {
    let said = Directives::of(&answer.headers);
    for name in ["s-maxage", "max-age"] {
        if let Some(seconds) = said.seconds(name) {
            return (seconds, format!("Cache-Control says {name}={seconds}"));
        }
    }
    let date = first(&answer.headers, "Date").and_then(seconds_of);
    if let Some(expires) = first(&answer.headers, "Expires") {
        let seconds = seconds_of(expires).zip(date.or_else(now));
        let seconds = seconds.map_or(0, |(expires, date)| expires.saturating_sub(date));
        return (seconds, format!("Expires is {seconds} seconds after Date"));
    }
    let changed = first(&answer.headers, "Last-Modified").and_then(seconds_of);
    match changed.zip(date.or_else(now)) {
        Some((changed, date)) => {
            let guessed = date.saturating_sub(changed) / 10;
            (
                guessed,
                format!(
                    "nothing says how long, so the cache guesses {guessed} seconds from Last-Modified"
                ),
            )
        }
        None => (0, "nothing says for how long it is fresh".into()),
    }
}

/// The names in `Vary`, in lower case.
pub(super) fn vary(answer: &Message) -> Vec<String> {
    let values = all(&answer.headers, "Vary").flat_map(|value| value.split(','));
    let names = values.map(|name| name.trim().to_ascii_lowercase());
    names.filter(|name| !name.is_empty()).collect()
}

/// The first header in `Vary` in which two requests differ.
pub(super) fn differing(answer: &Message, kept: &Headers, now: &Headers) -> Option<String> {
    let value = |headers: &Headers, name: &str| -> Vec<String> {
        let values = all(headers, name).flat_map(|value| value.split(','));
        values.map(|value| value.trim().to_owned()).collect()
    };
    vary(answer)
        .into_iter()
        .find(|name| value(kept, name) != value(now, name))
}

/// The headers by which the server is asked whether a kept answer still holds.
pub(super) fn conditions(answer: &Message) -> Vec<(String, String)> {
    let pairs = [
        ("ETag", "If-None-Match"),
        ("Last-Modified", "If-Modified-Since"),
    ];
    pairs
        .iter()
        .filter_map(|(from, to)| Some(((*to).to_owned(), first(&answer.headers, from)?.to_owned())))
        .collect()
}

/// A kept answer with what a 304 says of it now.
pub(super) fn refreshed(kept: &Message, not_modified: &Message) -> Message {
    let mut fresh = kept.clone();
    for (name, value) in &not_modified.headers {
        if !name.eq_ignore_ascii_case("Content-Length") {
            fresh
                .headers
                .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
            fresh.headers.push((name.clone(), value.clone()));
        }
    }
    fresh
}

/// The headers with which a kept answer is given out.
pub(super) fn given_out(answer: &Message, age: u64) -> Vec<(String, String)> {
    let mut headers = answer.headers.clone();
    headers.retain(|(name, _)| {
        let name = name.to_ascii_lowercase();
        name != "age" && !OF_THE_CONNECTION.contains(&name.as_str())
    });
    headers.push(("Age".into(), age.to_string()));
    headers
}

/// The first value of a header.
pub(super) fn first<'a>(headers: &'a Headers, name: &'a str) -> Option<&'a str> {
    all(headers, name).next()
}

fn all<'a>(headers: &'a Headers, name: &'a str) -> impl Iterator<Item = &'a str> {
    let same = move |(known, _): &&(String, String)| known.eq_ignore_ascii_case(name);
    headers.iter().filter(same).map(|(_, value)| value.as_str())
}

/// The members of a list; a comma in quotes is a part of its member.
fn outside_quotes(value: &str) -> Vec<&str> {
    let mut quoted = false;
    let members = value.split(|letter| {
        quoted ^= letter == '"';
        letter == ',' && !quoted
    });
    members.collect()
}

fn now() -> Option<u64> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Some(since.ok()?.as_secs())
}

/// The seconds since 1970 of a date as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`.
fn seconds_of(date: &str) -> Option<u64> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (_, date) = date.split_once(", ")?;
    let words: Vec<&str> = date.split(' ').collect();
    let [day, month, year, time, "GMT"] = words.as_slice() else {
        return None;
    };
    let month = 1 + u64::try_from(MONTHS.iter().position(|known| known == month)?).ok()?;
    let (day, year): (u64, u64) = (day.parse().ok()?, year.parse().ok()?);
    let clock: Vec<u64> = time
        .split(':')
        .filter_map(|part| part.parse().ok())
        .collect();
    let [hours, minutes, seconds] = clock.as_slice() else {
        return None;
    };
    // Years begin in March here, so that the day that some have more is the last one.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year.checked_sub(1)?, month + 9)
    };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
    // The days until 1970, counted in the same way, and one because the first day of a month is no zeroth.
    let days = days.checked_sub(719_469)?;
    Some(((days * 24 + hours) * 60 + minutes) * 60 + seconds)
}

#[cfg(test)]
mod tests {
    use super::{super::super::message, *};

    fn answer(head: &str) -> Message {
        let text = format!("HTTP/1.1 200 OK\r\n{head}\r\n");
        message::parse(text.as_bytes(), message::Asked::Other).expect("an answer")
    }

    fn refused(head: &str, request: &[(&str, &str)]) -> bool {
        let request: Vec<(String, String)> = request
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        why_not_kept("GET", &request, &answer(head)).is_some()
    }

    #[test]
    fn a_shared_cache_keeps_what_it_may() {
        assert!(!refused("", &[]));
        assert!(!refused("Cache-Control: no-cache\r\n", &[]));
        assert!(refused("Cache-Control: max-age=60, Private\r\n", &[]));
        assert!(refused(
            "Cache-Control: private=\"set-cookie, x\", max-age=9\r\n",
            &[]
        ));
        assert!(refused("cache-control: NO-STORE\r\n", &[]));
        assert!(refused("", &[("Cache-Control", "no-store")]));
        assert!(refused("Vary: Accept, *\r\n", &[]));
        let auth = [("Authorization", "Bearer x")];
        assert!(refused("Cache-Control: max-age=60\r\n", &auth));
        for allowed in ["public", "s-maxage=9", "max-age=9, must-revalidate"] {
            assert!(
                !refused(&format!("Cache-Control: {allowed}\r\n"), &auth),
                "{allowed}"
            );
        }
        assert!(why_not_kept("POST", &[], &answer("Cache-Control: public\r\n")).is_some());
    }

    #[test]
    fn how_long_it_is_fresh_is_said_by_the_first_that_says_anything() {
        let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
        let cases = [
            ("Cache-Control: max-age=60, s-maxage=5\r\n", 5),
            ("Cache-Control: max-age=\"60\"\r\n", 60),
            ("Cache-Control: max-age=soon\r\n", 0),
            ("Expires: Sun, 06 Nov 1994 08:50:37 GMT\r\n", 60),
            ("Expires: 0\r\n", 0),
            ("Last-Modified: Sun, 06 Nov 1994 08:47:57 GMT\r\n", 10),
            ("ETag: \"a\"\r\n", 0),
        ];
        for (head, seconds) in cases {
            assert_eq!(
                fresh_for(&answer(&format!("{date}{head}"))).0,
                seconds,
                "{head}"
            );
        }
    }

    #[test]
    fn dates_are_counted_from_1970_over_leap_years() {
        assert_eq!(seconds_of("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(
            seconds_of("Sun, 06 Nov 1994 08:49:37 GMT"),
            Some(784_111_777)
        );
        assert_eq!(
            seconds_of("Thu, 29 Feb 2024 00:00:01 GMT"),
            Some(1_709_164_801)
        );
        assert_eq!(seconds_of("yesterday"), None);
    }

    #[test]
    fn requests_differ_in_what_vary_names_and_in_nothing_else() {
        let answer = answer("Vary: accept-language\r\n");
        let of = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        assert_eq!(
            differing(
                &answer,
                &of("Accept-Language", "de,en"),
                &of("accept-language", "de, en")
            ),
            None
        );
        assert_eq!(
            differing(&answer, &of("Accept", "a"), &of("Accept", "b")),
            None
        );
        assert_eq!(
            differing(&answer, &of("Accept-Language", "de"), &[]).as_deref(),
            Some("accept-language")
        );
    }
}
