//! Those who guess, those who are guessed at, and the others. Time passes when `POST /clock` says so.

use kit::*;

fn email_of(name: &str) -> String {
    format!("{name}.{}@example.com", random("word"))
}

fn try_with(name: &str, password: &str, more: &[(&str, &str)]) -> Answer {
    let email = email_of(name);
    let body = format!("{{\"email\":\"{email}\",\"password\":\"{password}\"}}");
    let mut headers = vec![("Content-Type", "application/json")];
    headers.extend(more);
    server().send("POST", "/login", &headers, &body)
}

/// A wrong password.
fn guess(name: &str) -> Answer {
    try_with(name, "a guess", &[])
}

/// The right one.
fn login(name: &str) -> Answer {
    let password = random(if name == "ann" { "id" } else { "id.2" });
    try_with(name, &password, &[])
}

/// So many seconds pass.
fn pass(seconds: u64) {
    let answer = server().post("/clock", &seconds.to_string());
    assert_eq!(answer.status, 200, "POST /clock, which is given");
}

/// A quarter of an hour: whatever was before counts no more.
fn a_new_day() {
    pass(900);
}

/// Uses up the five guesses for this account.
fn use_up(name: &str) {
    for number in 1..=5 {
        let asked =
            format!("wrong password {number} of 5 for {name}, the first ones in 15 minutes");
        assert_eq!(guess(name).status, 401, "{asked}");
    }
}

#[test]
fn the_sixth_guess_is_429() {
    explain("Five are for those who mistype. The sixth is refused, and told so.");
    a_new_day();
    use_up("ann");
    assert_eq!(
        guess("ann").status,
        429,
        "wrong password 6 for ann, in the same minute"
    );
}

#[test]
fn the_right_password_waits_as_well() {
    explain(
        "If a right password still gets through, the attacker goes on guessing, and 429 is only a slower way to say 401.",
    );
    a_new_day();
    use_up("ann");
    let answer = login("ann");
    if answer.status != 429 {
        unexpected(
            "the attacker's sixth guess for ann, which is right",
            "status 429",
            &format!("status {}: the attacker is in", answer.status),
        );
    }
}

#[test]
fn retry_after_says_when() {
    explain(
        "Retry-After counts the seconds until a try is let in again: until the oldest one that counts is 15 minutes old.",
    );
    a_new_day();
    use_up("ann");
    for (passed, expected) in [(0, "900"), (100, "800"), (799, "1")] {
        pass(passed);
        let answer = guess("ann");
        let told = answer.header("Retry-After").unwrap_or("nothing").to_owned();
        let asked = format!(
            "Retry-After of a 429, {} s after five wrong passwords",
            900 - expected.parse::<u64>().unwrap_or(0)
        );
        assert_eq!(told, expected, "{asked}");
    }
}

#[test]
fn after_fifteen_minutes_ann_comes_in() {
    explain(
        "An account that stays shut is what somebody wants who wishes Ann ill: five requests, and she never gets in again.",
    );
    a_new_day();
    use_up("ann");
    pass(900);
    assert_eq!(
        login("ann").status,
        200,
        "ann, with her password, 15 minutes after five wrong ones"
    );
}

#[test]
fn whoever_goes_on_guessing_does_not_shut_ann_out_for_ever() {
    explain(
        "The attacker's program asks once a minute. If each refused try counts, there are always five in the last 15 minutes, and Ann is shut out as long as it runs.",
    );
    a_new_day();
    use_up("ann");
    for _ in 0..14 {
        pass(60);
        guess("ann");
    }
    pass(60);
    assert_eq!(
        login("ann").status,
        200,
        "ann, with her password, 15 minutes after the five that were let in; meanwhile an attacker was refused 14 times"
    );
}

#[test]
fn at_the_edge_of_a_window_there_are_no_ten_guesses() {
    explain(
        "In ANY 15 minutes there are five. If all of them are forgotten when the first one is 15 minutes old, nine come in within two seconds.",
    );
    a_new_day();
    assert_eq!(guess("ann").status, 401, "a first wrong password for ann");
    pass(899);
    for number in 2..=5 {
        assert_eq!(
            guess("ann").status,
            401,
            "wrong password {number}, 899 s after the first"
        );
    }
    pass(1);
    assert_eq!(
        guess("ann").status,
        401,
        "the first is 900 s old and counts no more: one wrong password is let in"
    );
    assert_eq!(
        guess("ann").status,
        429,
        "one more: five came in the last 2 seconds"
    );
}

#[test]
fn bob_is_not_held_up() {
    explain("Ann's account is guessed at. What has Bob got to do with it?");
    a_new_day();
    use_up("ann");
    guess("ann");
    assert_eq!(
        login("bob").status,
        200,
        "bob, with his password, after six wrong ones for ann"
    );
}

#[test]
fn a_right_password_forgets_the_wrong_ones() {
    explain(
        "Who mistypes four times and then gets it right begins anew. An attacker cannot do that: it takes the password.",
    );
    a_new_day();
    for round in 1..=3 {
        for _ in 0..4 {
            assert_eq!(
                guess("ann").status,
                401,
                "four wrong passwords for ann, round {round}"
            );
        }
        assert_eq!(
            login("ann").status,
            200,
            "and then the right one, round {round}"
        );
    }
}

#[test]
fn many_accounts_from_one_address_are_held_up() {
    explain(
        "The attacker tries one password, and many accounts: each has had one wrong password only. So the address has a limit, too.",
    );
    a_new_day();
    let let_in = (0..40)
        .filter(|number| guess(&format!("user{number}")).status == 401)
        .count();
    assert_eq!(
        let_in, 20,
        "how many of 40 accounts an attacker could try from one address"
    );
    let answer = guess("user99");
    assert_eq!(
        answer.header("Retry-After"),
        Some("900"),
        "Retry-After, when the address has used up its 20"
    );
}

#[test]
fn a_header_makes_no_new_address() {
    explain(
        "The attacker writes another address into each request: X-Forwarded-For. Only a proxy of your own may be believed that, and here is none.",
    );
    a_new_day();
    let let_in = (0..40)
        .filter(|number| {
            let address = format!("203.0.113.{number}");
            let more = [
                ("X-Forwarded-For", address.as_str()),
                ("X-Real-IP", address.as_str()),
                ("Forwarded", &format!("for={address}")),
            ];
            try_with(&format!("name{number}"), "a guess", &more).status == 401
        })
        .count();
    assert_eq!(
        let_in, 20,
        "how many of 40 accounts an attacker could try from one address, with another X-Forwarded-For each time"
    );
}

#[test]
fn a_login_of_their_own_buys_nobody_new_guesses() {
    explain(
        "Bob is the attacker, and has an account. He guesses 15 times, logs in as himself, and guesses on. His login may not wash his address.",
    );
    a_new_day();
    let mut let_in = 0;
    for number in 0..40 {
        if number == 15 {
            assert_eq!(
                login("bob").status,
                200,
                "bob, with his password, after 15 guesses at other accounts"
            );
        }
        let_in += usize::from(guess(&format!("other{number}")).status == 401);
    }
    assert_eq!(
        let_in, 20,
        "how many of 40 accounts bob could try, with a login of his own in between"
    );
}

#[test]
fn a_whole_office_logs_in_from_one_address() {
    explain(
        "Thirty people share one address, and all of them know their passwords. A right password does not count.",
    );
    a_new_day();
    for number in 1..=30 {
        let name = if number % 2 == 0 { "ann" } else { "bob" };
        assert_eq!(
            login(name).status,
            200,
            "right password {number} of 30 from one address"
        );
    }
}

#[test]
fn an_email_that_nobody_has_is_held_up_in_the_same_way() {
    explain(
        "If only accounts that exist are held up, then 429 after five tries means: here is somebody.",
    );
    a_new_day();
    use_up("zoe");
    assert_eq!(
        guess("zoe").status,
        429,
        "wrong password 6 for zoe, who has no account"
    );
}

#[test]
fn another_way_of_writing_the_email_is_no_new_account() {
    a_new_day();
    use_up("ann");
    let email = format!(" {} ", email_of("ann").to_uppercase());
    let body = format!("{{\"email\":\"{email}\",\"password\":\"a guess\"}}");
    let json = [("Content-Type", "application/json")];
    let answer = server().send("POST", "/login", &json, &body);
    assert_eq!(
        answer.status, 429,
        "wrong password 6 for ann, written in capitals"
    );
}
