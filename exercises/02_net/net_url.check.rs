//! Further tests of net_url: the edges of each rule, and URLs that are put together from parts made at random.

#[path = "../kit/caught.rs"]
mod caught;
#[path = "../kit/dice.rs"]
mod dice;

use super::*;
use caught::{Got, caught};
use dice::Dice;

/// A URL in its parts: scheme, host, port, path, query.
type Parts<'a> = (&'a str, &'a str, u16, &'a str, &'a [(&'a str, &'a str)]);

#[track_caller]
fn check(text: &str, expected: Option<Parts<'_>>) {
    let owned = |&(key, value): &(&str, &str)| (key.to_owned(), value.to_owned());
    let expected = expected.map(|(scheme, host, port, path, query)| Url {
        scheme: scheme.to_owned(),
        host: host.to_owned(),
        port,
        path: path.to_owned(),
        query: query.iter().map(owned).collect(),
    });
    let got = caught(|| parse_url(text));
    assert_eq!(got, Got::Value(expected), "parse_url({text:?})");
}

#[test]
fn a_url_may_end_early() {
    check("http://a", Some(("http", "a", 80, "/", &[])));
    check("https://a?", Some(("https", "a", 443, "/", &[])));
    check("http://a?x=1", Some(("http", "a", 80, "/", &[("x", "1")])));
    check("http://a#x", Some(("http", "a", 80, "/", &[])));
    check("http://a:81#x?y=1", Some(("http", "a", 81, "/", &[])));
    check("http://a/b/?", Some(("http", "a", 80, "/b/", &[])));
    check("http://a/?&&", Some(("http", "a", 80, "/", &[])));
}

#[test]
fn a_port_that_is_written_counts_whatever_the_scheme() {
    for (text, port) in [("http://a:443/", 443), ("http://a:65535/", 65535)] {
        check(text, Some(("http", "a", port, "/", &[])));
    }
    check("https://a:80/", Some(("https", "a", 80, "/", &[])));
}

#[test]
fn an_ipv6_address_keeps_its_colons() {
    check("http://[::1]/", Some(("http", "::1", 80, "/", &[])));
    check(
        "https://[2001:db8::7]",
        Some(("https", "2001:db8::7", 443, "/", &[])),
    );
    let query: &[(&str, &str)] = &[("a", "[")];
    check(
        "http://[fe80::1]:8080/x?a=[",
        Some(("http", "fe80::1", 8080, "/x", query)),
    );
}

#[test]
fn a_slash_in_a_query_begins_no_path() {
    let query: &[(&str, &str)] = &[("next", "/home"), ("from", "http://b/c?d")];
    let text = "http://a?next=/home&from=http://b/c?d";
    check(text, Some(("http", "a", 80, "/", query)));
}

#[test]
fn the_first_equals_sign_parts_key_and_value() {
    let query: &[(&str, &str)] = &[("a", "b=c"), ("d", "="), ("", "e"), ("f", "")];
    check(
        "http://a/?a=b=c&d==&=e&f=",
        Some(("http", "a", 80, "/", query)),
    );
}

#[test]
fn what_is_decoded_is_not_decoded_again() {
    let query: &[(&str, &str)] = &[("a", "%26"), ("b", "%2B+")];
    let text = "http://a/%2541?a=%2526&b=%252B%2B";
    check(text, Some(("http", "a", 80, "/%41", query)));
}

#[test]
fn in_a_path_a_plus_is_a_plus() {
    check("http://a/c++", Some(("http", "a", 80, "/c++", &[])));
    check("http://a/1%2B1+1", Some(("http", "a", 80, "/1+1+1", &[])));
}

#[test]
fn a_letter_may_be_several_bytes() {
    let query: &[(&str, &str)] = &[("straße", "5 €"), ("李", "é")];
    let text = "http://a/caf%C3%A9?stra%C3%9Fe=5+%e2%82%AC&李=é";
    check(text, Some(("http", "a", 80, "/café", query)));
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    for text in ["http://a/%FF", "http://a/?q=%C3", "http://a/?%C3%28=1"] {
        check(text, None);
    }
}

#[test]
fn a_percent_sign_needs_two_digits_and_nothing_else_will_do() {
    for end in ["%", "%4", "%g0", "%0g", "%+1", "%-1", "% 1", "%%41", "a%2"] {
        check(&format!("http://a/{end}"), None);
        check(&format!("http://a/?q={end}"), None);
        check(&format!("http://a/?{end}=1"), None);
    }
}

#[test]
fn what_is_no_url_is_none() {
    let texts = [
        "",
        "a",
        "http",
        "http:",
        "http:/a",
        "://a/",
        "http://",
        "http:///a",
        "http://?a=1",
        "http://:80/",
        "http://a:b/",
        "http://a:65536/",
        "http://a:-1/",
        "http://[::1/",
        "http://[]/",
        "http://[::1]8080/",
        "ftp://a/",
        "mailto:ada@example.com",
        "/a/b",
    ];
    for text in texts {
        check(text, None);
    }
}

#[test]
fn no_url_causes_a_panic() {
    for text in [
        "http://a/%é",
        "http://a/?é%é=%é",
        "http://a/%4é",
        "http://é%/€",
        "http://a/%€",
    ] {
        if let got @ Got::Words(_) = caught(|| parse_url(text)) {
            let expected = Got::Words("Some(…) or None".to_owned());
            assert_eq!(got, expected, "parse_url({text:?})");
        }
    }
}

#[test]
fn what_was_put_together_is_taken_apart_again() {
    let mut dice = Dice::new(0x0B5_EED0_F00D_0014);
    for round in 0..400 {
        let length = 1 + round / 80;
        let query: Vec<(String, String)> = (0..dice.index(length + 1))
            .map(|_| (dice.text(length), dice.text(length)))
            .collect();
        let pieces: Vec<String> = query
            .iter()
            .map(|(key, value)| format!("{}={}", dice.encoded(key), dice.encoded(value)))
            .collect();
        let (path, host) = (
            format!("/{}", dice.text(length)),
            dice.pick(&["a", "b.test"]),
        );
        let encoded: String = path
            .split('/')
            .map(|part| format!("/{}", dice.encoded(part)))
            .skip(1)
            .collect();
        // A plus in a path is itself, so a space is always written as %20 there.
        let encoded = encoded.replace('+', "%20");
        let text = format!("https://{host}{encoded}?{}", pieces.join("&"));
        let query: Vec<(&str, &str)> = query
            .iter()
            .map(|(k, v)| (k.as_str(), v.as_str()))
            .collect();
        check(&text, Some(("https", host, 443, &path, &query)));
    }
}

impl Dice {
    /// Some signs, many of them such as separate the parts of a URL.
    fn text(&mut self, length: usize) -> String {
        let signs = [
            'a', 'B', '7', '&', '=', '+', '%', ' ', '?', '#', 'é', '€', ':',
        ];
        (0..length).map(|_| self.pick(&signs)).collect()
    }

    /// The text, with all that might separate something encoded.
    fn encoded(&mut self, text: &str) -> String {
        let mut encoded = String::new();
        for byte in text.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => encoded.push(char::from(byte)),
                b' ' if self.roll(2) == 0 => encoded.push('+'),
                _ if self.roll(2) == 0 => encoded.push_str(&format!("%{byte:02x}")),
                _ => encoded.push_str(&format!("%{byte:02X}")),
            }
        }
        encoded
    }
}
