//! What the steps cannot say: each attribute of the cookies on the way to the provider and back, a state that comes back with a second code,
//! whether a clock tells an attacker which emails have an account, and the salts in the file. It runs after the last stage, at its server.

use kit::*;
use std::{
    collections::HashMap,
    env, fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

const JSON: [(&str, &str); 1] = [("Content-Type", "application/json")];

/// The cookies that an answer gives, each with its attributes.
fn given(answer: &Answer) -> Vec<&str> {
    let headers = answer.headers.iter();
    let cookies = headers.filter(|(name, _)| name.eq_ignore_ascii_case("Set-Cookie"));
    cookies.map(|(_, value)| value.as_str()).collect()
}

/// The NAME=VALUE of a cookie.
fn pair(cookie: &str) -> &str {
    cookie.split(';').next().unwrap_or_default().trim()
}

fn has(cookie: &str, attribute: &str) -> bool {
    let attributes = cookie.split(';').skip(1).map(str::trim);
    attributes
        .into_iter()
        .any(|known| known.eq_ignore_ascii_case(attribute))
}

/// A browser that has begun a login by the provider: the answer that it got, and the cookies that it sends from here on.
struct Way {
    answer: Answer,
    cookies: String,
}

impl Way {
    fn begin() -> Self {
        let answer = server().get("/oauth/login");
        assert_eq!(answer.status, 302, "GET /oauth/login");
        let cookies: Vec<&str> = given(&answer).into_iter().map(pair).collect();
        let cookies = cookies.join("; ");
        Self { answer, cookies }
    }

    /// Goes to the provider, and gives the path with which it sends back. Each visit has a code of its own.
    fn at_the_provider(&self) -> String {
        let there = self.answer.header("Location").unwrap_or_default();
        let (host, path) = split(there);
        let mut stream = TcpStream::connect(host).expect("the provider listens");
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("written");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let mut lines = answer.lines();
        let back = lines.find_map(|line| line.strip_prefix("Location: "));
        split(back.unwrap_or_default()).1.to_owned()
    }

    /// The way back, with one cookie more.
    fn back(&self, path: &str, cookie: &str) -> Answer {
        let cookies = format!("{}; {cookie}", self.cookies);
        server().send("GET", path, &[("Cookie", &cookies)], "")
    }
}

/// Host and path of an address.
fn split(url: &str) -> (&str, &str) {
    let rest = url.strip_prefix("http://").unwrap_or_default();
    match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => unexpected(
            "a redirect",
            "Location: http://HOST/PATH",
            &format!("Location: {url}"),
        ),
    }
}

/// The session cookie of an answer that logs somebody in.
fn session(answer: &Answer) -> String {
    assert_eq!(
        answer.status, 303,
        "GET /oauth/callback?code=…&state=…, the way back"
    );
    let cookies = given(answer);
    let session = cookies.iter().find(|cookie| cookie.starts_with("session="));
    let session = session.map(|cookie| (*cookie).to_owned());
    session.unwrap_or_else(|| unexpected("the way back", "Set-Cookie: session=SECRET; …", "none"))
}

fn status_of_me(session: &str) -> u16 {
    server()
        .send("GET", "/me", &[("Cookie", session)], "")
        .status
}

#[test]
fn the_cookie_of_the_way_back_is_for_no_script_and_no_other_site() {
    explain(
        "This cookie says which browser has begun. HttpOnly: no script reads it. SameSite=Lax: it comes along when the provider sends the browser back, and with no form of another site.",
    );
    let way = Way::begin();
    let given = given(&way.answer);
    if given.is_empty() {
        unexpected(
            "GET /oauth/login",
            "Set-Cookie: NAME=…; HttpOnly; SameSite=Lax",
            "no cookie",
        );
    }
    for cookie in given {
        if !has(cookie, "HttpOnly") || !has(cookie, "SameSite=Lax") {
            unexpected(
                "GET /oauth/login",
                "Set-Cookie: NAME=…; HttpOnly; SameSite=Lax",
                &format!("Set-Cookie: {cookie}"),
            );
        }
    }
}

#[test]
fn the_cookie_of_its_session_is_that_of_a_login() {
    explain(
        "A session is worth the same however somebody came in: no script reads its cookie, it goes over no open line, and forms of other sites come without it.",
    );
    let way = Way::begin();
    let answer = way.back(&way.at_the_provider(), "theme=dark");
    let cookie = session(&answer);
    let is_strict = has(&cookie, "SameSite=Lax") || has(&cookie, "SameSite=Strict");
    if !(is_strict
        && ["HttpOnly", "Secure", "Path=/"]
            .iter()
            .all(|one| has(&cookie, one)))
    {
        unexpected(
            "GET /oauth/callback?code=…&state=…, the way back",
            "Set-Cookie: session=SECRET; HttpOnly; Secure; SameSite=Lax; Path=/",
            &format!("Set-Cookie: {cookie}"),
        );
    }
}

#[test]
fn the_session_from_before_is_over_after_the_way_back() {
    explain(
        "The request brought along a session that held. Somebody else may have laid it into this browser, so a login ends it, by the provider as with a password.",
    );
    let way = Way::begin();
    let old = session(&way.back(&way.at_the_provider(), "theme=dark"));
    let old = pair(&old);
    assert_eq!(
        status_of_me(old),
        200,
        "GET /me with the session of a first login"
    );
    let way = Way::begin();
    let new = session(&way.back(&way.at_the_provider(), old));
    assert_eq!(
        status_of_me(pair(&new)),
        200,
        "GET /me with the session of a second login"
    );
    assert_eq!(
        status_of_me(old),
        401,
        "GET /me with the session that the second way back brought along"
    );
}

#[test]
fn a_state_works_once_also_with_another_code() {
    explain(
        "The way back has been gone: its state is used up, and is forgotten on the server. That the browser was told to forget a cookie is not enough; here it has kept it.",
    );
    let way = Way::begin();
    let (first, second) = (way.at_the_provider(), way.at_the_provider());
    session(&way.back(&first, "theme=dark"));
    assert_eq!(
        way.back(&second, "theme=dark").status,
        400,
        "GET /oauth/callback with a new code, and with the state and the cookies of a login that is done"
    );
}

/// A login with a password that nobody has, and how long the answer took. A quarter of an hour passes before it, so that none is held up.
fn guess(name: &str) -> Duration {
    let passed = server().send("POST", "/clock", &JSON, "{\"seconds\":1000}");
    assert_eq!(passed.status, 204, "POST /clock");
    let email = format!("{name}.{}@example.com", random("word"));
    let body = format!("{{\"email\":\"{email}\",\"password\":\"a wrong guess\"}}");
    let begun = Instant::now();
    let answer = server().send("POST", "/login", &JSON, &body);
    let took = begun.elapsed();
    assert_eq!(answer.status, 401, "a wrong password for {name}");
    took
}

/// A quarter of them took less: what a busy machine adds falls on the others.
fn undisturbed(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort();
    sorted[sorted.len() / 4]
}

#[test]
fn the_clock_tells_nothing() {
    explain(
        "For an email with a password a hash is made and compared, and that takes long. Whoever has no account, or always comes from the provider, needs an answer that takes as long: let the same work be done, with a hash that belongs to nobody.",
    );
    let mut people = [
        ("with a password", "anna", Vec::new()),
        ("without an account", "zoe", Vec::new()),
        ("with an account and no password", "nina", Vec::new()),
    ];
    // Some of a busy machine's time falls on each of them, so they take turns, and a doubt is tried again with more.
    for tries in [9, 18, 27] {
        while people[0].2.len() < tries {
            for (_, name, times) in &mut people {
                times.push(guess(name));
            }
        }
        let milliseconds = |times: &[Duration]| undisturbed(times).as_secs_f64() * 1000.0;
        let mut told = people
            .each_ref()
            .map(|(who, _, times)| (milliseconds(times), *who));
        told.sort_by(|one, other| one.0.total_cmp(&other.0));
        let [shortest, .., longest] = told;
        if longest.0 <= 2.0 * shortest.0 {
            return;
        }
        if tries == 27 {
            unexpected(
                "wrong passwords for three kinds of emails, in turns; of 27 answers each the time that a quarter is below",
                "none takes more than twice as long as another",
                &told
                    .map(|(took, who)| format!("{who} {took:.1} ms"))
                    .join(", "),
            );
        }
    }
}

/// The salt of each hash in the file, and how the hash goes on.
fn salted(file: &str) -> Vec<(&str, &str)> {
    let kinds = [("$argon2id$", 4), ("$scrypt$", 3)];
    let found = kinds.into_iter().flat_map(|(kind, salt)| {
        file.match_indices(kind).filter_map(move |(at, _)| {
            let mut parts = file[at..].split('$').skip(salt);
            let (salt, hash) = (parts.next()?, parts.next()?);
            Some((salt, hash.get(..22)?))
        })
    });
    found.collect()
}

/// The last one: it ends the server.
#[test]
fn each_hash_has_a_salt_of_its_own() {
    explain(
        "With one salt for all, whoever has stolen the file hashes each guess once and compares it with all accounts. Draw a new salt for each password.",
    );
    for number in 1..=3 {
        let word = random("word");
        let body = format!(
            "{{\"email\":\"salt{number}.{word}@example.com\",\"password\":\"the password of {number}\"}}"
        );
        let answer = server().send("POST", "/register", &JSON, &body);
        assert_eq!(answer.status, 201, "POST /register");
    }
    server().signal("TERM");
    assert_eq!(
        server().end(),
        "exit code 0",
        "end the program with SIGTERM"
    );
    let file = env::var("DATABASE_FILE").expect("a path");
    let file = fs::read(file).expect("a file");
    let file = String::from_utf8_lossy(&file);
    let mut of_salt: HashMap<&str, &str> = HashMap::new();
    let asked = "look at the hashes in the file accounts.db";
    for (salt, hash) in salted(&file) {
        // The same text twice may be an old copy of one row.
        if *of_salt.entry(salt).or_insert(hash) != hash {
            unexpected(
                asked,
                "another salt in each of them",
                &format!("two different hashes with the salt {salt}"),
            );
        }
    }
    if of_salt.len() < 3 {
        unexpected(
            asked,
            "the hashes of three passwords and more",
            &format!("{} of them", of_salt.len()),
        );
    }
}
