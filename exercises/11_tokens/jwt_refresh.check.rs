//! Ann, her devices, and a thief who has copied one of her tokens. Time passes when `POST /clock` says so.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kit::*;
use serde_json::Value;

const DAY: u64 = 24 * 60 * 60;

/// The name of a user whom no other test knows.
fn user(name: &str) -> String {
    format!("{name}-{}", random("id"))
}

/// The refresh token of a pair. The access token has to be for this user.
fn taken(asked: &str, answer: &Answer, user: &str) -> String {
    let pair: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let (Some(access), Some(refresh), 200) = (
        pair["access"].as_str(),
        pair["refresh"].as_str(),
        answer.status,
    ) else {
        let expected = "status 200, {\"access\":…,\"refresh\":…}";
        unexpected(asked, expected, &answer.to_string());
    };
    let claims = access.split('.').nth(1).unwrap_or_default();
    let claims = URL_SAFE_NO_PAD.decode(claims).unwrap_or_default();
    let claims: Value = serde_json::from_slice(&claims).unwrap_or_default();
    if claims["sub"] != *user {
        unexpected(
            &format!("the access token of {asked}"),
            &format!("\"sub\":\"{user}\""),
            &claims.to_string(),
        );
    }
    refresh.to_owned()
}

fn login(user: &str) -> String {
    let answer = server().post("/login", user);
    taken(&format!("POST /login as {user}"), &answer, user)
}

/// Takes a token for a new one, which has to work.
fn refresh(who: &str, token: &str, user: &str) -> String {
    let answer = server().post("/refresh", token);
    taken(&format!("{who}: POST /refresh"), &answer, user)
}

/// A token that has to be refused.
fn is_dead(who: &str, token: &str) {
    let answer = server().post("/refresh", token);
    if answer.status != 401 {
        let got = match answer.status {
            200 => "status 200, and a new pair".to_owned(),
            _ => answer.to_string(),
        };
        unexpected(&format!("{who}: POST /refresh"), "status 401", &got);
    }
}

fn pass(seconds: u64) {
    let answer = server().post("/clock", &seconds.to_string());
    assert_eq!(answer.status, 200, "POST /clock, which is given");
}

#[test]
fn ann_goes_on_for_weeks() {
    let ann = user("weeks");
    let mut token = login(&ann);
    for _ in 0..20 {
        pass(DAY);
        token = refresh("Ann, with the token of yesterday", &token, &ann);
    }
}

#[test]
fn a_thief_who_comes_late_ends_the_login() {
    explain(
        "The thief has copied Ann's first token; she has used it since, and the one after it. That he is refused is not enough: you know now that somebody has her tokens, and do not know which ones. All that came from this login ends, and she logs in again.",
    );
    let ann = user("late");
    let first = login(&ann);
    let second = refresh("Ann", &first, &ann);
    let third = refresh("Ann", &second, &ann);
    is_dead("the thief, with Ann's first token", &first);
    is_dead(
        "Ann, with her newest token, after the thief has tried her first one",
        &third,
    );
}

#[test]
fn a_thief_who_comes_first_loses_what_he_has_got() {
    explain(
        "This time the thief is faster: he takes Ann's token for a new one. When Ann comes with it, it is used up, and that is how you notice. If only she is refused, the thief goes on for ever, and she has to log in again.",
    );
    let ann = user("first");
    let token = login(&ann);
    let his = refresh("the thief, with Ann's token", &token, &ann);
    is_dead("Ann, with the token that the thief has used", &token);
    is_dead("the thief, with the new token that he was given", &his);
}

#[test]
fn other_logins_go_on() {
    explain(
        "Ann is logged in on her phone as well. Nobody has stolen that token, so she need not log in there again; and Bob has nothing to do with it.",
    );
    let (ann, bob) = (user("both"), user("bob"));
    let (laptop, phone, his) = (login(&ann), login(&ann), login(&bob));
    refresh("Ann's laptop", &laptop, &ann);
    is_dead("the thief, with the token of Ann's laptop", &laptop);
    refresh(
        "Ann's phone, after a thief was noticed on her laptop",
        &phone,
        &ann,
    );
    refresh("Bob, after a thief was noticed at Ann's", &his, &bob);
}

#[test]
fn unknown_tokens_are_refused() {
    explain(
        "A token has two parts, and both have to be right: the login says where to look, and the secret that it is she.",
    );
    let ann = user("unknown");
    let (hers, other) = (login(&ann), login(&ann));
    let secret_of_another = match (hers.split_once('.'), other.split_once('.')) {
        (Some((id, _)), Some((_, secret))) => format!("{id}.{secret}"),
        _ => "a.b".to_owned(),
    };
    for token in ["", ".", "x", "x.y", &secret_of_another] {
        is_dead(&format!("an attacker, with the token {token:?}"), token);
    }
}

#[test]
fn thirty_days_after_the_login_it_is_over() {
    explain(
        "Each refresh gives a new token, and none of them gives new days: the 30 days are counted from the login, when Ann has shown her password.",
    );
    let ann = user("month");
    let mut token = login(&ann);
    for day in [10, 20, 29] {
        pass(if day == 29 { 9 * DAY } else { 10 * DAY });
        token = refresh(&format!("Ann, {day} days after her login"), &token, &ann);
    }
    pass(DAY);
    is_dead(
        "Ann's app, 30 days after her login, and refreshed the day before",
        &token,
    );
}
