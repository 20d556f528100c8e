// caught by: a port that is written counts whatever the scheme
//! net_url: cut a URL first, decode its pieces afterwards
//!
//! A URL says in one line how to reach a thing: which protocol, which computer, which program there,
//! and what to ask for. The signs that separate its parts may also be meant as themselves, and are
//! then written as `%` with two hexadecimal digits: `%26` is an `&` that separates nothing. Whoever
//! decodes too early makes a separator of it, and somebody else's data becomes a parameter.
//!
//!     https://example.com:8443/caf%C3%A9?tag=rust&tag=C%2B%2B&q=Tom+%26+Jerry#top
//!       ->  https, example.com, 8443, "/café",
//!           tag=rust, tag=C++, q=Tom & Jerry              # and what follows it is dropped
//!
//! Without a port it is 80 for http, 443 for https; another scheme is None. Without a path it is "/".
//! The query keeps its order, and keys that come twice; a key without `=` has the value "". Empty
//! pieces between `&` are skipped. In the query, and only there, `+` is a space. `%` without two
//! hexadecimal digits behind it, or bytes that are no UTF-8, make the whole URL None. Nothing panics.
//!
//! Read more: RFC 3986, sections 2 and 3; https://url.spec.whatwg.org/#urlencoded-parsing

/// A URL in its parts, decoded.
#[derive(Debug, PartialEq)]
struct Url {
    scheme: String,
    host: String,
    port: u16,
    path: String,
    query: Vec<(String, String)>,
}

/// The parts of a URL; `None` if it is none.
fn parse_url(text: &str) -> Option<Url> {
    let (scheme, rest) = text.split_once("://")?;
    let rest = rest.split('#').next()?;
    // The query first: a `/` in it begins no path.
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, "/"),
    };
    let (host, port) = host_and_port(authority)?;
    let usual_port = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    Some(Url {
        scheme: scheme.to_owned(),
        host: host.to_owned(),
        port: port.filter(|port| *port > 443).unwrap_or(usual_port),
        path: decode(path)?,
        query: pairs(query)?,
    })
}

/// "host", "host:8080" or "[::1]:8080". The brackets keep the colons of an IPv6 address together.
fn host_and_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let (host, rest) = match authority.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let port = match rest.strip_prefix(':') {
        Some(digits) => Some(digits.parse().ok()?),
        None if rest.is_empty() => None,
        None => return None,
    };
    (!host.is_empty()).then_some((host, port))
}

/// The keys and values of a query, decoded.
fn pairs(query: &str) -> Option<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    for piece in query.split('&').filter(|piece| !piece.is_empty()) {
        let (key, value) = piece.split_once('=').unwrap_or((piece, ""));
        // `+` before decoding: afterwards nobody could tell it from a `%2B`.
        let (key, value) = (key.replace('+', " "), value.replace('+', " "));
        pairs.push((decode(&key)?, decode(&value)?));
    }
    Some(pairs)
}

/// The text with a byte in the place of each `%` and its two digits.
fn decode(text: &str) -> Option<String> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut decoded = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        decoded.push(match byte {
            b'%' => (digit(rest.next()?)? * 16 + digit(rest.next()?)?) as u8,
            other => other,
        });
    }
    // One letter may be several bytes, `%C3%A9` is é, so only the whole is text.
    String::from_utf8(decoded).ok()
}

fn main() {
    let text = "https://example.com/caf%C3%A9?tag=rust&tag=C%2B%2B&q=Tom+%26+Jerry#top";
    println!("{:#?}", parse_url(text));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parses `text` and compares each part.
    #[track_caller]
    fn check(text: &str, scheme: &str, host: &str, port: u16, path: &str, query: &[(&str, &str)]) {
        let query = query.iter().map(|(k, v)| (k.to_string(), v.to_string()));
        let expected = Url {
            scheme: scheme.to_owned(),
            host: host.to_owned(),
            port,
            path: path.to_owned(),
            query: query.collect(),
        };
        assert_eq!(parse_url(text), Some(expected), "parse_url({text:?})");
    }

    #[test]
    fn a_url_is_taken_apart() {
        let text = "http://example.com:8080/books/7?sort=title#top";
        let query = [("sort", "title")];
        check(text, "http", "example.com", 8080, "/books/7", &query);
        check("http://[::1]:8080", "http", "::1", 8080, "/", &[]);
    }

    #[test]
    fn without_a_port_the_scheme_decides() {
        check("http://example.com/", "http", "example.com", 80, "/", &[]);
        check(
            "https://example.com/",
            "https",
            "example.com",
            443,
            "/",
            &[],
        );
        assert_eq!(parse_url("gopher://a/"), None, "parse_url(\"gopher://a/\")");
    }

    #[test]
    fn a_key_may_come_twice_and_the_order_stays() {
        let query = [("b", "2"), ("a", "1"), ("b", "3"), ("x", "")];
        check("http://a/?b=2&a=1&&b=3&x", "http", "a", 80, "/", &query);
    }

    #[test]
    fn what_is_encoded_separates_nothing() {
        let query = [("q", "Tom&Jerry"), ("a=b", "c")];
        check(
            "http://a/?q=Tom%26Jerry&a%3Db=c",
            "http",
            "a",
            80,
            "/",
            &query,
        );
        check("http://a/what%3Fx=1", "http", "a", 80, "/what?x=1", &[]);
    }

    #[test]
    fn in_a_query_a_plus_is_a_space() {
        check(
            "http://a/?q=1+%2B+1",
            "http",
            "a",
            80,
            "/",
            &[("q", "1 + 1")],
        );
    }

    #[test]
    fn a_percent_sign_needs_two_hexadecimal_digits() {
        for text in ["http://a/%zz", "http://a/?q=%4", "http://a/100%"] {
            assert_eq!(parse_url(text), None, "parse_url({text:?})");
        }
    }
}
