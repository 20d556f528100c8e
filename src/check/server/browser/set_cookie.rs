//! What a header Set-Cookie says (RFC 6265, 5.1.1 and 5.2). It keeps nothing and refuses nothing but what has no name.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

/// Whether a page of another site may make the browser send the cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SameSite {
    Strict,
    Lax,
    None,
}

/// When a cookie is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// So long after it came.
    After(Duration),
    At(SystemTime),
}

/// A cookie as the server says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SetCookie {
    pub(super) name: String,
    pub(super) value: String,
    /// In lower case, without the dot before it.
    pub(super) domain: Option<String>,
    pub(super) path: Option<String>,
    pub(super) is_secure: bool,
    pub(super) is_http_only: bool,
    pub(super) same_site: Option<SameSite>,
    /// Max-Age before Expires, whatever their order.
    pub(super) end: Option<End>,
}

impl SetCookie {
    /// Reads the value of a header; nothing if it has no name.
    pub(super) fn parse(header: &str) -> Option<Self> {
        let mut parts = header.split(';');
        let (name, value) = parts.next()?.split_once('=')?;
        let mut cookie = Self {
            name: name.trim().to_owned(),
            value: value.trim().to_owned(),
            domain: None,
            path: None,
            is_secure: false,
            is_http_only: false,
            same_site: None,
            end: None,
        };
        let mut expires = None;
        for part in parts {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            let value = value.trim();
            match key.trim().to_ascii_lowercase().as_str() {
                "secure" => cookie.is_secure = true,
                "httponly" => cookie.is_http_only = true,
                "path" => cookie.path = Some(value.to_owned()),
                "domain" => {
                    let name = value.strip_prefix('.').unwrap_or(value);
                    cookie.domain = Some(name.to_ascii_lowercase()).filter(|name| !name.is_empty());
                }
                "samesite" => cookie.same_site = same_site(value),
                "max-age" => cookie.end = max_age(value).map(End::After).or(cookie.end),
                "expires" => expires = date(value).map(End::At).or(expires),
                _ => {}
            }
        }
        cookie.end = cookie.end.or(expires);
        (!cookie.name.is_empty()).then_some(cookie)
    }
}

impl fmt::Display for SameSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Strict => "Strict",
            Self::Lax => "Lax",
            Self::None => "None",
        })
    }
}

fn same_site(value: &str) -> Option<SameSite> {
    let known = [SameSite::Strict, SameSite::Lax, SameSite::None];
    known
        .into_iter()
        .find(|known| known.to_string().eq_ignore_ascii_case(value))
}

/// A number of seconds; a negative one has passed.
fn max_age(value: &str) -> Option<Duration> {
    let digits = value.strip_prefix('-').unwrap_or(value);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds = match value.starts_with('-') {
        true => 0,
        false => digits.parse().unwrap_or(u64::MAX),
    };
    Some(Duration::from_secs(seconds))
}

/// A moment in any order that servers have ever written it: it is put together from the words that look like a time, a day, a month
/// and a year.
fn date(text: &str) -> Option<SystemTime> {
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    let is_delimiter = |c: char| !(c.is_ascii_alphanumeric() || c == ':');
    for word in text.split(is_delimiter).filter(|word| !word.is_empty()) {
        let number = word.parse::<i64>().ok();
        if time.is_none() && word.contains(':') {
            time = clock(word);
        } else if let (None, Some(1..=31), true) = (day, number, word.len() <= 2) {
            day = number;
        } else if month.is_none() && number.is_none() {
            month = month_of(word);
        } else if year.is_none() {
            year = number.filter(|_| word.len() == 2 || word.len() == 4);
        }
    }
    let year = match year? {
        year @ 70..=99 => year + 1900,
        year @ 0..=69 => year + 2000,
        year => year,
    };
    let seconds = days(year, month?, day?)? * 86_400 + time?;
    let since = Duration::from_secs(seconds.unsigned_abs());
    match seconds < 0 {
        true => SystemTime::UNIX_EPOCH.checked_sub(since),
        false => SystemTime::UNIX_EPOCH.checked_add(since),
    }
}

/// `hh:mm:ss` as seconds.
fn clock(word: &str) -> Option<i64> {
    let mut parts = word.splitn(3, ':').map(|part| part.parse::<i64>().ok());
    let mut next = |most| {
        parts
            .next()
            .flatten()
            .filter(|part| (0..=most).contains(part))
    };
    Some(next(23)? * 3600 + next(59)? * 60 + next(59)?)
}

fn month_of(word: &str) -> Option<i64> {
    let names = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let begin = word.get(..3)?.to_ascii_lowercase();
    let at = names.iter().position(|name| *name == begin)?;
    i64::try_from(at + 1).ok()
}

/// The days from 1970 to a date; nothing if there is no such date.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let february = if leap(year) { 29 } else { 28 };
    let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let before = usize::try_from(month - 1).ok()?;
    if year < 1601 || day > *lengths.get(before)? {
        return None;
    }
    let leap_days = |year: i64| year / 4 - year / 100 + year / 400;
    let years = (year - 1970) * 365 + leap_days(year - 1) - leap_days(1969);
    Some(years + lengths[..before].iter().sum::<i64>() + day - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Option<u64> {
        let since = date(text)?.duration_since(SystemTime::UNIX_EPOCH);
        since.ok().map(|since| since.as_secs())
    }

    #[test]
    fn every_attribute_is_read_whatever_its_case_and_the_blanks_around_it() {
        let header = "id = a=b ; PATH=/x; domain=.Shop.example; secure; HttpOnly; samesite=STRICT; Max-Age=60; Partitioned";
        let cookie = SetCookie::parse(header).expect("a cookie");
        assert_eq!((cookie.name.as_str(), cookie.value.as_str()), ("id", "a=b"));
        assert_eq!(cookie.domain.as_deref(), Some("shop.example"));
        assert_eq!(cookie.path.as_deref(), Some("/x"));
        assert!(cookie.is_secure && cookie.is_http_only);
        assert_eq!(cookie.same_site, Some(SameSite::Strict));
        assert_eq!(cookie.end, Some(End::After(Duration::from_secs(60))));
    }

    #[test]
    fn without_a_name_there_is_no_cookie_and_what_is_unknown_says_nothing() {
        for header in ["", "a", "=b", " ; Path=/"] {
            assert_eq!(SetCookie::parse(header), None, "{header}");
        }
        let header = "a=; SameSite=Some; Max-Age=1h; Expires=never; Domain=";
        let cookie = SetCookie::parse(header).expect("a cookie");
        assert_eq!((cookie.same_site, cookie.end), (None, None));
        assert_eq!((cookie.value.as_str(), cookie.domain), ("", None));
    }

    #[test]
    fn an_age_counts_before_a_date_and_a_negative_one_has_passed() {
        let expires = "Expires=Thu, 01 Jan 1970 00:00:00 GMT";
        for header in [
            format!("a=1; {expires}; Max-Age=9"),
            format!("a=1; Max-Age=9; {expires}"),
        ] {
            let cookie = SetCookie::parse(&header).expect("a cookie");
            assert_eq!(cookie.end, Some(End::After(Duration::from_secs(9))));
        }
        let past = SetCookie::parse("a=1; Max-Age=-5").expect("a cookie");
        assert_eq!(past.end, Some(End::After(Duration::ZERO)));
    }

    #[test]
    fn a_date_is_read_in_each_way_that_servers_write_it() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Sun, 06-Nov-1994 08:49:37 UTC",
        ] {
            assert_eq!(seconds(text), Some(784_111_777), "{text}");
        }
        assert_eq!(seconds("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(
            seconds("Thu, 29 Feb 2024 23:59:59 GMT"),
            Some(1_709_251_199)
        );
        assert_eq!(
            seconds("Fri, 31 Dec 9999 23:59:59 GMT"),
            Some(253_402_300_799)
        );
        for wrong in [
            "Fri, 29 Feb 2023 00:00:00 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "06 Foo 1994 08:49:37",
        ] {
            assert_eq!(date(wrong), None, "{wrong}");
        }
    }
}
