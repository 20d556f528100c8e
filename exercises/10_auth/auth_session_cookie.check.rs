//! The browsers of Ann and Bob, and those who want to be Ann: with a cookie made up, changed, guessed, or read where it should not be sent.

use base64::{Engine, prelude::BASE64_STANDARD};
use kit::*;
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// A cookie as a browser keeps it.
struct Kept {
    value: String,
    attributes: Vec<(String, String)>,
}

impl Kept {
    fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The attributes as they were sent, for the learner.
    fn shown(&self) -> String {
        let shown: Vec<String> = self
            .attributes
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        format!("[{}]", shown.join("; "))
    }
}

fn email_of(name: &str) -> String {
    format!("{name}.{}@example.com", random("word"))
}

fn login(name: &str) -> Kept {
    let body = format!("{{\"email\":\"{}\"}}", email_of(name));
    let json = [("Content-Type", "application/json")];
    let answer = server().send("POST", "/auth/login", &json, &body);
    let Some(header) = answer.header("Set-Cookie") else {
        unexpected(
            "POST /auth/login",
            "a header Set-Cookie",
            &answer.to_string(),
        );
    };
    let mut parts = header.split(';').map(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (name.trim().to_owned(), value.trim().to_owned())
    });
    let (_, value) = parts.next().unwrap_or_default();
    let attributes = parts
        .map(|(name, value)| (name.to_lowercase(), value))
        .collect();
    Kept { value, attributes }
}

/// GET /me with this cookie.
fn me(value: &str) -> Answer {
    server().send("GET", "/me", &[("Cookie", &format!("session={value}"))], "")
}

/// Fails if this cookie makes the server believe that somebody is there.
fn opens_nothing(value: &str, what: &str) {
    let answer = me(value);
    if answer.status != 401 {
        unexpected(
            &format!("GET /me with {what}: session={value}"),
            "status 401",
            &format!("the attacker is in: {answer}"),
        );
    }
}

#[test]
fn with_the_cookie_each_user_is_known() {
    explain(
        "The browser shows the cookie with each request. The server looks up whose session that is, also while others are logged in.",
    );
    let (ann, bob) = (login("ann"), login("bob"));
    for (name, cookie) in [("ann", &ann), ("bob", &bob), ("ann", &ann)] {
        let answer = me(&cookie.value);
        assert_eq!(answer.status, 200, "GET /me with the cookie of {name}");
        assert!(
            answer.body.contains(&email_of(name)),
            "GET /me with the cookie of {name} gives {}",
            answer.body
        );
    }
    let cookies = format!("theme=dark; session={}; lang=de", ann.value);
    let answer = server().send("GET", "/me", &[("Cookie", &cookies)], "");
    assert_eq!(
        answer.status, 200,
        "GET /me with the cookie of ann among others"
    );
}

#[test]
fn a_cookie_made_up_opens_no_door() {
    explain(
        "The attacker has never logged in. What the cookie holds could be written by anybody who knows Ann's address, or can count. Let it be a random id that means nothing, and look it up.",
    );
    login("ann");
    let email = email_of("ann");
    let hash: String = Sha256::digest(&email)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let coded = BASE64_STANDARD.encode(&email);
    for (what, value) in [
        ("her address", &email),
        ("her address in base64", &coded),
        ("the SHA-256 of her address", &hash),
    ] {
        opens_nothing(value, what);
        opens_nothing(&value.replace('@', "%40").replace('=', "%3D"), what);
    }
    for number in 0..20 {
        opens_nothing(&number.to_string(), "a small number");
    }
    for value in ["", "admin", "true", "null", "undefined"] {
        opens_nothing(value, "a word");
    }
}

#[test]
fn a_changed_cookie_is_401() {
    explain(
        "An id is right as a whole or not at all. One letter was changed here, added or left out.",
    );
    let value = login("ann").value;
    for (at, letter) in value.char_indices() {
        let other = if letter == 'a' { 'b' } else { 'a' };
        let changed = format!(
            "{}{other}{}",
            &value[..at],
            &value[at + letter.len_utf8()..]
        );
        opens_nothing(&changed, "one letter changed");
    }
    opens_nothing(&format!("{value}0"), "a letter added");
    let mut shorter = value.clone();
    shorter.pop();
    opens_nothing(&shorter, "a letter left out");
}

#[test]
fn two_hundred_logins_give_ids_that_nobody_can_guess() {
    explain(
        "Whoever logs in often enough sees how your ids are made: which places never change, and which number comes next. `rand::random::<u128>()` draws 128 bits from a generator that is made for secrets.",
    );
    let ids: Vec<String> = (0..200).map(|_| login("ann").value).collect();
    let asked = "POST /auth/login, 200 times, as ann";
    let different: HashSet<&String> = ids.iter().collect();
    if different.len() < ids.len() {
        let got = format!("{} different ids, such as {}", different.len(), ids[0]);
        unexpected(asked, "200 different ids", &got);
    }
    // What can be said of one place is measured by how many letters were seen there.
    let longest = ids.iter().map(String::len).max().unwrap_or(0);
    let at = |place: usize| -> HashSet<Option<&u8>> {
        ids.iter().map(|id| id.as_bytes().get(place)).collect()
    };
    let bits: f64 = (0..longest)
        .map(|place| (at(place).len() as f64).log2())
        .sum();
    // 128 random bits as hexadecimal digits, base64 or a UUID measure 118 to 131; 96 bits at most 98.
    if bits < 110.0 {
        let got = format!(
            "about {bits:.0} bits change from one to the next: {}, then {}",
            ids[0], ids[1]
        );
        unexpected(asked, "ids of 128 random bits or more", &got);
    }
}

#[test]
fn an_id_says_nothing_of_its_user() {
    explain(
        "A cookie lies in logs and on disks. It needs to say nothing, because the server knows whose it is.",
    );
    let (value, email) = (login("ann").value.to_lowercase(), email_of("ann"));
    let hex = |text: &str| -> String { text.bytes().map(|byte| format!("{byte:02x}")).collect() };
    let name = email.split('@').next().unwrap_or(&email);
    for (what, part) in [
        ("the address", name.to_owned()),
        ("the address as hexadecimal digits", hex(name)),
        (
            "the address in base64",
            BASE64_STANDARD.encode(name).to_lowercase()[..8].to_owned(),
        ),
    ] {
        if value.contains(&part) {
            unexpected(
                "POST /auth/login",
                "an id that means nothing",
                &format!("{what} is in it: {value}"),
            );
        }
    }
}

#[test]
fn a_script_in_the_page_does_not_get_the_cookie() {
    explain(
        "Somebody has got one line of script into one of your pages. What it can read, it sends home.",
    );
    let cookie = login("ann");
    if cookie.attribute("httponly").is_none() {
        let got = format!(
            "session={}, because among {} there is no HttpOnly",
            cookie.value,
            cookie.shown()
        );
        unexpected(
            "a script in your page reads document.cookie",
            "the browser gives it nothing",
            &got,
        );
    }
}

#[test]
fn without_tls_the_cookie_stays_at_home() {
    explain(
        "Ann follows an old link with http://, in a café. Whoever owns the network reads all of that request.",
    );
    let cookie = login("ann");
    if cookie.attribute("secure").is_none() {
        let got = format!(
            "it does, readable for everybody in the café, because among {} there is no Secure",
            cookie.shown()
        );
        unexpected(
            "Ann's browser asks for http://your.site/",
            "it does not send the cookie",
            &got,
        );
    }
}

#[test]
fn a_form_on_another_site_does_not_bring_it_along() {
    explain(
        "Ann is on another site, and a form there is sent to yours: \"delete my account\". Lax allows links, and no forms; Strict allows neither; None allows all.",
    );
    let cookie = login("ann");
    let same_site = cookie.attribute("samesite").unwrap_or("").to_lowercase();
    if !matches!(same_site.as_str(), "lax" | "strict") {
        let got = format!("it may, because the attributes are {}", cookie.shown());
        unexpected(
            "a form on evil.example is sent to your site",
            "the browser does not send the cookie",
            &got,
        );
    }
}

#[test]
fn every_page_gets_it_and_no_other_host() {
    explain(
        "Without Path the browser sends a cookie only below the path where it was set, /auth. With Domain it sends it to every host below that name, also to one that somebody else runs.",
    );
    let cookie = login("ann");
    if cookie.attribute("path") != Some("/") {
        let got = format!("it does not, because the attributes are {}", cookie.shown());
        unexpected("Ann's browser asks for /me", "it sends the cookie", &got);
    }
    if let Some(domain) = cookie.attribute("domain") {
        unexpected(
            "which hosts get the cookie",
            "only the one that has set it: no Domain",
            &format!("Domain={domain}"),
        );
    }
}
