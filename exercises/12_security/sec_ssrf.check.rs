//! Links of strangers, and the places to which they lead. Whom the server has spoken to is read at the upstream, which plays all of them.

use kit::*;

const PUBLIC: &str = "93.184.216.34";

/// A URL as it stands in a query.
fn encoded(url: &str) -> String {
    let letter = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => (byte as char).to_string(),
        other => format!("%{other:02X}"),
    };
    url.bytes().map(letter).collect()
}

/// Asks for a preview. Gives the answer, and whom the server has spoken to meanwhile.
fn preview(url: &str) -> (Answer, Vec<String>) {
    let before = upstream().len();
    let answer = server().get(&format!("/preview?url={}", encoded(url)));
    let lines = upstream().split_off(before);
    let address = |line: &String| {
        let rest = line.strip_prefix("GET /to/")?;
        Some(rest.split('/').next()?.to_owned())
    };
    (answer, lines.iter().filter_map(address).collect())
}

fn in_words(addresses: &[String]) -> String {
    match addresses {
        [] => "nobody".to_owned(),
        some => some.join(", then "),
    }
}

/// The page is shown, out of the hands of this address.
fn is_shown(url: &str, page: &str, address: &str) {
    let (answer, spoken_to) = preview(url);
    let expected = format!("{page} of {address}, {}", random("word"));
    if answer.status != 200 || answer.body != expected {
        unexpected(
            &format!("the preview of {url}"),
            &format!("status 200, {expected:?}"),
            &format!(
                "status {}, {:?}; your server has spoken to {}",
                answer.status,
                answer.body,
                in_words(&spoken_to)
            ),
        );
    }
}

/// The answer is 403, and of all that it leads to only the public address may have been spoken to.
fn is_refused(url: &str) {
    let (answer, spoken_to) = preview(url);
    let inside: Vec<String> = spoken_to
        .iter()
        .filter(|address| *address != PUBLIC)
        .cloned()
        .collect();
    if !inside.is_empty() {
        let shown = match answer.status {
            200 => ", and the stranger has read the answer",
            _ => "",
        };
        unexpected(
            &format!("the preview of {url}"),
            "status 403, and nobody inside is spoken to",
            &format!("your server has spoken to {}{shown}", in_words(&inside)),
        );
    }
    if answer.status != 403 {
        let got = format!(
            "status {}; it has spoken to {}",
            answer.status,
            in_words(&spoken_to)
        );
        unexpected(&format!("the preview of {url}"), "status 403", &got);
    }
}

#[test]
fn a_public_page_is_shown() {
    explain(
        "Most links are what they seem, wherever their path and their name have numbers in them.",
    );
    for (url, page) in [
        ("http://news.example/first", "first"),
        (
            "https://news.example:8443/second?next=http://127.0.0.1/",
            "second",
        ),
        ("http://127.0.0.1.news.example/third", "third"),
        ("http://localhost.news.example/fourth", "fourth"),
        ("http://93.184.216.34/fifth", "fifth"),
    ] {
        is_shown(url, page, PUBLIC);
    }
    is_shown("http://news6.example/sixth", "sixth", "2606:2800::34");
}

#[test]
fn public_redirects_are_followed() {
    explain("A page that has moved is found at its new place.");
    is_shown("http://news.example/moved", "new", PUBLIC);
    is_shown("http://news.example/near", "new", PUBLIC);
}

#[test]
fn addresses_inside_are_not_spoken_to() {
    explain(
        "One address can be written in many ways, and `Url` understands all of them. So look at the address that `resolve` gives, and at no text.",
    );
    for host in [
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.255.0.9",
        "0.0.0.0",
        "10.0.0.5",
        "192.168.1.1",
        "172.16.0.1",
        "172.31.255.255",
        "169.254.169.254",
    ] {
        is_refused(&format!("http://{host}/admin"));
    }
}

#[test]
fn addresses_of_the_rest_of_the_table_are_not_spoken_to() {
    explain(
        "The table in the text is longer than the private networks of IPv4: each address in it leads to somebody who believes you.",
    );
    for host in [
        "100.64.0.1",
        "100.127.255.255",
        "0.1.2.3",
        "224.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[fd00::5]",
        "[fcff::1]",
        "[fe80::1]",
        "[febf::1]",
        "[ff02::1]",
    ] {
        is_refused(&format!("http://{host}/admin"));
    }
}

#[test]
fn an_inner_address_in_the_clothes_of_another_is_not_spoken_to() {
    explain(
        "::ffff:10.0.0.5 is an IPv6 address, and a connection to it goes to 10.0.0.5. `to_canonical` undresses it.",
    );
    for host in [
        "[::ffff:127.0.0.1]",
        "[::ffff:a00:5]",
        "[::ffff:169.254.169.254]",
    ] {
        is_refused(&format!("http://{host}/admin"));
    }
}

#[test]
fn neighbours_of_the_table_are_public() {
    explain(
        "A number behind the slash says how many bits are the same in all addresses of a network. 172.16.0.0/12 goes from 172.16.0.0 to 172.31.255.255, 100.64.0.0/10 to 100.127.255.255.",
    );
    for host in [
        "9.255.255.255",
        "11.0.0.1",
        "100.63.255.255",
        "100.128.0.1",
        "126.0.0.1",
        "128.0.0.1",
        "169.253.1.1",
        "172.15.255.255",
        "172.32.0.1",
        "192.167.1.1",
        "223.255.255.1",
    ] {
        is_shown(&format!("http://{host}/page"), "page", host);
    }
    is_shown("http://[2001:4860::8888]/page", "page", "2001:4860::8888");
    let (answer, _) = preview("http://[::ffff:93.184.216.34]/page");
    assert_eq!(
        answer.status, 200,
        "the preview of http://[::ffff:93.184.216.34]/page"
    );
}

#[test]
fn a_name_that_leads_inside_is_refused() {
    explain("Whoever owns a name decides which address it has. The name says nothing.");
    is_refused("http://inside.example/admin");
    is_refused("https://inside6.example/admin");
}

#[test]
fn of_several_addresses_no_inner_one_is_spoken_to() {
    explain(
        "A name may have several addresses. What counts is the one that your server connects to.",
    );
    for name in ["first.example", "second.example"] {
        let (_, spoken_to) = preview(&format!("http://{name}/page"));
        if spoken_to.iter().any(|address| address != PUBLIC) {
            unexpected(
                &format!(
                    "the preview of http://{name}/page, whose addresses are {PUBLIC} and 10.0.0.5"
                ),
                "nobody inside is spoken to",
                &format!("your server has spoken to {}", in_words(&spoken_to)),
            );
        }
    }
}

#[test]
fn a_redirect_that_leads_inside_is_not_followed() {
    explain(
        "The link leads to a public page, and that page says: look at http://169.254.169.254/. Each hop is a new link of a stranger's.",
    );
    for page in ["keys", "twice", "by-name"] {
        is_refused(&format!("http://news.example/{page}"));
    }
}

#[test]
fn what_is_no_web_page_is_not_fetched() {
    explain(
        "file:, ftp: and gopher: have been used to read files and to speak to databases. Ask for the two schemes that you want.",
    );
    for url in [
        "ftp://news.example/a",
        "gopher://news.example/a",
        "file://news.example/a",
    ] {
        let (answer, spoken_to) = preview(url);
        let expected = "status 403, and nobody is spoken to";
        if answer.status != 403 || !spoken_to.is_empty() {
            let got = format!(
                "status {}; your server has spoken to {}",
                answer.status,
                in_words(&spoken_to)
            );
            unexpected(&format!("the preview of {url}"), expected, &got);
        }
    }
    is_refused("http://news.example/file");
}

#[test]
fn a_name_that_changes_its_address_leads_nowhere_inside() {
    explain(
        "The owner of moving.example answers the first question with a public address, and every later one with 169.254.169.254. Between your look and your connection nothing may be asked again: connect to the address that you have looked at.",
    );
    let (_, spoken_to) = preview("http://moving.example/page");
    if spoken_to.iter().any(|address| address != PUBLIC) {
        unexpected(
            "the preview of http://moving.example/page",
            "nobody inside is spoken to",
            &format!("your server has spoken to {}", in_words(&spoken_to)),
        );
    }
}
