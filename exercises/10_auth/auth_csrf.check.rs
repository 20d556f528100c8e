//! The bank, its customers, and pages that are not the bank's. A browser is its cookies here.

use kit::*;
use std::collections::HashSet;

/// Somebody's browser: the cookies that it keeps for the bank.
#[derive(Clone)]
struct Browser(Vec<(String, String)>);

/// The name of a customer, who is another one in each test.
fn customer(name: &str, test: &str) -> String {
    format!("{name}-{test}-{}", random("word"))
}

fn login(user: &str) -> Browser {
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let answer = server().send("POST", "/login", &form, &format!("user={user}"));
    assert_eq!(answer.status, 303, "POST /login, which is given");
    Browser(cookies(&answer))
}

fn cookies(answer: &Answer) -> Vec<(String, String)> {
    let all = answer.headers.iter();
    let set = all.filter(|(name, _)| name.eq_ignore_ascii_case("Set-Cookie"));
    set.filter_map(|(_, value)| {
        let pair = value.split(';').next()?;
        let (name, value) = pair.split_once('=')?;
        Some((name.trim().to_owned(), value.trim().to_owned()))
    })
    .collect()
}

/// The value of an attribute in a tag.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    Some(rest.split_once('"')?.0)
}

impl Browser {
    /// Sends a request as this browser does, whichever page has asked for it.
    fn send(&self, method: &str, path: &str, more: &[(&str, &str)], body: &str) -> Answer {
        let pairs = self.0.iter().map(|(name, value)| format!("{name}={value}"));
        let cookie = pairs.collect::<Vec<_>>().join("; ");
        let mut headers = vec![("Cookie", cookie.as_str())];
        if !body.is_empty() {
            headers.push(("Content-Type", "application/x-www-form-urlencoded"));
        }
        headers.extend(more);
        server().send(method, path, &headers, body)
    }

    /// The page of the account. What cookies come with it are kept.
    fn account(&mut self) -> String {
        let answer = self.send("GET", "/account", &[], "");
        assert_eq!(answer.status, 200, "GET /account, logged in");
        for (name, value) in cookies(&answer) {
            self.0.retain(|(known, _)| *known != name);
            self.0.push((name, value));
        }
        answer.body
    }

    /// The token in the form of this browser's own page.
    fn token(&mut self) -> String {
        let page = self.account();
        let mut tags = page.split('<').filter(|tag| tag.starts_with("input"));
        let tag = tags.find(|tag| attribute(tag, "name") == Some("token"));
        match tag.and_then(|tag| attribute(tag, "value")) {
            Some(token) if !token.is_empty() => token.to_owned(),
            _ => unexpected(
                "GET /account, logged in",
                "a form, and in it <input type=\"hidden\" name=\"token\" value=\"TOKEN\">",
                &page,
            ),
        }
    }

    fn spent(&mut self) -> String {
        let page = self.account();
        let from = page.split_once("spent ").map_or("", |(_, rest)| rest);
        from.split(' ').next().unwrap_or("").to_owned()
    }

    /// A form that somebody else's page sends from this browser. Nothing may come of it.
    fn is_not_fooled(&mut self, asked: &str, more: &[(&str, &str)], body: &str) {
        let before = self.spent();
        let answer = self.send("POST", "/transfer", more, body);
        if answer.status != 403 {
            let done = match answer.status {
                303 => "status 303: the money is sent".to_owned(),
                status => format!("status {status}"),
            };
            unexpected(asked, "status 403, and nothing is spent", &done);
        }
        let asked = format!("the cents that Ann has spent, after {asked}");
        assert_eq!(self.spent(), before, "{asked}");
    }
}

#[test]
fn our_own_form_sends_money() {
    explain(
        "Your own page has to work: its form brings the token along, and a customer sends money with it, today and tomorrow.",
    );
    let mut ann = login(&customer("ann", "own"));
    for expected in ["100", "200", "300"] {
        let body = format!("to=bob&cents=100&token={}", ann.token());
        let answer = ann.send("POST", "/transfer", &[], &body);
        assert_eq!(
            answer.status, 303,
            "POST /transfer with the token that stands in the form"
        );
        assert_eq!(
            ann.spent(),
            expected,
            "the cents that GET /account says are spent"
        );
    }
}

#[test]
fn a_form_of_another_page_sends_nothing() {
    explain(
        "A page somewhere has this form and sends it when Ann looks at it. Her browser adds her cookie. The page cannot read what is in the bank's form, so it has no token, or an empty one, or tries some word.",
    );
    let mut ann = login(&customer("ann", "another"));
    for token in ["", "&token=", "&token=undefined", "&token=null"] {
        let body = format!("to=eve&cents=100{token}");
        let asked = format!("POST /transfer with Ann's cookies, from another page: {body}");
        ann.is_not_fooled(&asked, &[], &body);
    }
}

#[test]
fn the_attackers_own_token_sends_nothing() {
    explain(
        "Eve is a customer, too: she opens her own account and copies the token from her own form into the form that Ann's browser sends. It is a good token. It is not Ann's.",
    );
    let mut ann = login(&customer("ann", "eves"));
    let token = login(&customer("eve", "eves")).token();
    let asked = "POST /transfer with Ann's cookies, and the token that Eve was given";
    ann.is_not_fooled(asked, &[], &format!("to=eve&cents=100&token={token}"));
}

#[test]
fn a_planted_cookie_sends_nothing() {
    explain(
        "Eve owns a page below the bank's name, such as blog.bank.example, or sits in Ann's wireless network: then she can set cookies for the bank in Ann's browser, though not read them. So a token is not good because a cookie says the same. Compare it with what your server remembers.",
    );
    let mut eve = login(&customer("eve", "planted"));
    let token = eve.token();
    let mut ann = login(&customer("ann", "planted"));
    ann.account();
    for (name, value) in eve.0.iter().filter(|(name, _)| name != "session") {
        ann.0.retain(|(known, _)| known != name);
        ann.0.push((name.clone(), value.clone()));
    }
    let asked =
        "POST /transfer with Ann's session, but Eve's token, and all of Eve's other cookies";
    let body = format!("to=eve&cents=100&token={token}");
    let answer = ann.send("POST", "/transfer", &[], &body);
    assert_eq!(answer.status, 403, "{asked}");
}

#[test]
fn a_token_of_another_session_sends_nothing() {
    explain(
        "Ann was logged in at a shared computer, and the page is still on its screen. Its token belongs to that session, and not to the one that she has now. If it is made of her name alone, it is good for ever.",
    );
    let user = customer("ann", "before");
    let token = login(&user).token();
    let mut ann = login(&user);
    let asked = "POST /transfer with Ann's cookies, and the token of another session of hers";
    ann.is_not_fooled(asked, &[], &format!("to=eve&cents=100&token={token}"));
}

#[test]
fn a_header_in_place_of_the_token_sends_nothing() {
    explain(
        "The addresses of these pages have the bank's name in them, and they are Eve's pages. A header may tell you more, but the form needs the token.",
    );
    let mut ann = login(&customer("ann", "header"));
    let host = format!("127.0.0.1:{}", server().port);
    for (name, value) in [
        ("Referer", format!("https://evil.example/{host}/account")),
        (
            "Referer",
            format!("https://evil.example/?http://{host}/account"),
        ),
        ("Origin", format!("http://{host}.evil.example")),
        ("Referer", format!("http://{host}.evil.example/")),
    ] {
        let asked = format!("POST /transfer without a token, but with {name}: {value}");
        ann.is_not_fooled(&asked, &[(name, &value)], "to=eve&cents=100");
    }
}

#[test]
fn a_get_sends_nothing() {
    explain(
        "A picture is enough for a GET: <img src=\"https://bank.example/transfer?…\">. Links are followed, fetched in advance and tried again. And a token in an address lands in logs.",
    );
    let mut ann = login(&customer("ann", "get"));
    for more in ["&token=", ""] {
        let token = if more.is_empty() {
            String::new()
        } else {
            ann.token()
        };
        let before = ann.spent();
        let path = format!("/transfer?to=eve&cents=100{more}{token}");
        let answer = ann.send("GET", &path, &[], "");
        let spent = ann.spent();
        let asked = format!("GET {path} with Ann's cookies");
        if spent != before {
            let got = format!("status {}, and Ann has spent {spent} cents", answer.status);
            unexpected(&asked, "status 405, and nothing is spent", &got);
        }
        assert_eq!(answer.status, 405, "{asked}");
    }
}

#[test]
fn nobody_can_guess_a_token() {
    explain(
        "Eve logs in often and sees how your tokens are made. `secret()` draws 128 bits from a generator that is made for secrets.",
    );
    let user = customer("eve", "guess");
    let tokens: Vec<String> = (0..60).map(|_| login(&user).token()).collect();
    let different: HashSet<&String> = tokens.iter().collect();
    let longest = tokens.iter().map(String::len).max().unwrap_or(0);
    // What can be said of one place is measured by how many letters were seen there.
    let at = |place: usize| -> HashSet<Option<&u8>> {
        let tokens = tokens.iter();
        tokens.map(|token| token.as_bytes().get(place)).collect()
    };
    let bits: f64 = (0..longest)
        .map(|place| (at(place).len() as f64).log2())
        .sum();
    if different.len() < tokens.len() || bits < 60.0 {
        let got = format!(
            "{} different ones, in which about {bits:.0} bits change: {}, then {}",
            different.len(),
            tokens[0],
            tokens[1]
        );
        unexpected(
            "60 logins, and their tokens",
            "60 tokens of 64 random bits or more",
            &got,
        );
    }
}

#[test]
fn the_page_does_not_show_the_id_of_the_session() {
    explain(
        "The cookie is HttpOnly, so that no script on your page can carry the session away. Do not write it into the page then.",
    );
    let mut ann = login(&customer("ann", "id"));
    let id = ann.0.iter().find(|(name, _)| name == "session");
    let id = id.map(|(_, id)| id.clone()).unwrap_or_default();
    let page = ann.account();
    if page.contains(&id) {
        unexpected(
            "GET /account, logged in",
            "a page without the session's id",
            &page,
        );
    }
}
