//! The life of sessions, and those who wait for one that lives too long: planted ids, copied cookies, clocks. Time passes when `POST /clock` says so.

use kit::*;

/// As in the text of the exercise, in minutes.
const IDLE: u64 = 30;
const LIFE: u64 = 12 * 60;

fn email_of(name: &str) -> String {
    format!("{name}.{}@example.com", random("word"))
}

fn id_in(answer: &Answer) -> &str {
    let header = answer.header("Set-Cookie").unwrap_or_default();
    let (pair, _) = header.split_once(';').unwrap_or((header, ""));
    pair.split_once('=').map_or("", |(_, id)| id)
}

/// Logs in with a browser that has this cookie already, and gives the new id.
fn login_with(name: &str, cookie: &str) -> String {
    let body = format!("{{\"email\":\"{}\"}}", email_of(name));
    let cookie = format!("session={cookie}");
    let mut headers = vec![("Content-Type", "application/json")];
    if cookie != "session=" {
        headers.push(("Cookie", cookie.as_str()));
    }
    let answer = server().send("POST", "/login", &headers, &body);
    assert_eq!(answer.status, 200, "POST /login as {name}");
    id_in(&answer).to_owned()
}

fn login(name: &str) -> String {
    login_with(name, "")
}

fn ask(method: &str, path: &str, id: &str) -> Answer {
    server().send(method, path, &[("Cookie", &format!("session={id}"))], "")
}

/// Who the server believes to have sent this id, in words.
fn who(id: &str) -> String {
    let answer = ask("GET", "/me", id);
    match answer.status {
        200 => format!("200 {}", answer.body),
        status => status.to_string(),
    }
}

fn known(name: &str) -> String {
    format!("200 {{\"email\":\"{}\"}}", email_of(name))
}

/// So many minutes pass.
fn pass(minutes: u64) {
    let answer = server().post("/clock", &(minutes * 60).to_string());
    assert_eq!(answer.status, 200, "POST /clock, which is given");
}

#[track_caller]
fn expect(asked: &str, id: &str, expected: &str) {
    let got = who(id);
    if got != expected {
        unexpected(asked, expected, &got);
    }
}

#[test]
fn a_session_is_there_after_the_login() {
    let (ann, bob) = (login("ann"), login("bob"));
    expect("GET /me with the cookie of ann", &ann, &known("ann"));
    expect("GET /me with the cookie of bob", &bob, &known("bob"));
}

#[test]
fn a_planted_id_is_not_logged_in() {
    explain(
        "The attacker has written this id into Ann's browser, by a link or a script, and she has logged in. If the server takes over the id that came along, he has known it all the time. A login always begins with a new one.",
    );
    let planted = format!("{}{}", random("id.7"), "0".repeat(20));
    let hers = login_with("ann", &planted);
    expect(
        "the attacker: GET /me with the id that he has planted",
        &planted,
        "401",
    );
    expect(
        "Ann: GET /me with the id that she was given",
        &hers,
        &known("ann"),
    );
}

#[test]
fn a_planted_session_is_over_after_the_login() {
    explain(
        "This time the attacker has planted a session of his own, which is good. After Ann's login it must be neither hers nor alive: whatever she did with it before would lie in his account.",
    );
    let planted = login("bob");
    let hers = login_with("ann", &planted);
    expect(
        "the attacker: GET /me with the session that he has planted",
        &planted,
        "401",
    );
    expect(
        "Ann: GET /me with the id that she was given",
        &hers,
        &known("ann"),
    );
}

#[test]
fn a_copied_cookie_is_dead_after_the_logout() {
    explain(
        "Somebody has copied Ann's cookie before she logged out. Her browser was told to forget it; his copy was told nothing. Only the server can end a session.",
    );
    let id = login("ann");
    let answer = ask("POST", "/logout", &id);
    assert_eq!(answer.status, 204, "POST /logout with the cookie of ann");
    expect(
        "the thief: GET /me with the copied cookie, after Ann's logout",
        &id,
        "401",
    );
}

#[test]
fn a_logout_tells_the_browser_to_forget() {
    let answer = ask("POST", "/logout", &login("ann"));
    let header = answer
        .header("Set-Cookie")
        .unwrap_or_default()
        .to_lowercase();
    let forgets = header.contains("max-age=0") || header.contains("expires=thu, 01 jan 1970");
    if !(forgets && header.contains("path=/")) {
        unexpected(
            "POST /logout",
            "Set-Cookie: session=; Path=/; Max-Age=0, so that the browser drops what it has",
            &format!("Set-Cookie: {header}"),
        );
    }
}

#[test]
fn a_logout_ends_one_session_and_no_other() {
    explain(
        "Ann is logged in on her phone as well, and logs out on a shared computer. Only the session of the cookie that was sent is over.",
    );
    let (shared, phone, bob) = (login("ann"), login("ann"), login("bob"));
    ask("POST", "/logout", &shared);
    expect(
        "Ann's phone: GET /me after a logout on the shared computer",
        &phone,
        &known("ann"),
    );
    expect("Bob: GET /me after Ann's logout", &bob, &known("bob"));
}

#[test]
fn a_session_in_use_goes_on() {
    explain(
        "The 30 minutes are counted from the last use, and every answered request is one. Who works is not thrown out.",
    );
    let id = login("ann");
    for turn in 1..=4 {
        pass(20);
        let asked = format!(
            "GET /me, {} minutes after the login, and used every 20 minutes",
            turn * 20
        );
        expect(&asked, &id, &known("ann"));
    }
}

#[test]
fn left_alone_a_session_ends() {
    explain(
        "Ann has gone for lunch, and her browser is open. 30 minutes after the last use the session is over, and asking for it does not bring it back.",
    );
    let id = login("ann");
    pass(20);
    who(&id);
    pass(IDLE);
    expect("GET /me, 30 minutes after the last use", &id, "401");
    expect("GET /me once more", &id, "401");
}

#[test]
fn however_much_it_is_used_a_session_ends() {
    explain(
        "The thief's program asks every ten minutes, for ever. A session that lives from use to use never ends; the 12 hours are counted from the login, and nothing makes them longer.",
    );
    let id = login("ann");
    for _ in 0..LIFE / 10 {
        pass(10);
        who(&id);
    }
    expect(
        "GET /me, 12 hours after the login, used every 10 minutes",
        &id,
        "401",
    );
}
