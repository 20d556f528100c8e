//! The login, which makes good tokens, and an attacker, who makes others. Each attack is really tried at GET /me.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use kit::*;
use serde_json::{Value, json};
use sha2::{Sha256, Sha512};
use std::time::{SystemTime, UNIX_EPOCH};

const HOUR: u64 = 3600;

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("after 1970").as_secs()
}

/// The bytes of the files in `keys/`, as the steps have written them.
fn october() -> String {
    format!("our key of October {} {}", random("id"), random("id.2"))
}

fn november() -> String {
    format!("our key of November {} {}", random("id.3"), random("id.4"))
}

fn part(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

fn mac(key: &[u8], text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length");
    mac.update(text.as_bytes());
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

/// A token with this header and these claims, signed with this key.
fn signed(header: &Value, claims: &Value, key: &[u8]) -> String {
    let signed = format!("{}.{}", part(header), part(claims));
    format!("{signed}.{}", mac(key, &signed))
}

fn header() -> Value {
    json!({ "alg": "HS256", "typ": "JWT", "kid": "2026-11" })
}

/// What a good token says of a user.
fn claims(sub: &str) -> Value {
    json!({ "iss": "https://login.test", "aud": "notes", "sub": sub, "exp": now() + HOUR })
}

/// The claims with one of them changed, or taken away with null.
fn but(name: &str, value: Value) -> Value {
    let mut claims = claims("attacker");
    let fields = claims.as_object_mut().expect("an object");
    match value {
        Value::Null => fields.remove(name),
        value => fields.insert(name.to_owned(), value),
    };
    claims
}

fn me(token: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    server().send("GET", "/me", &[("Authorization", &bearer)], "")
}

fn welcome(what: &str, token: &str, sub: &str) {
    let answer = me(token);
    let told: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    if answer.status != 200 || told["sub"] != sub {
        let expected = format!("status 200, body {}", json!({ "sub": sub }));
        unexpected(
            &format!("GET /me with {what}"),
            &expected,
            &answer.to_string(),
        );
    }
}

fn refused(what: &str, token: &str) {
    // A server that refuses everybody has not seen through the attacker.
    welcome(
        "a good token",
        &signed(&header(), &claims("7"), november().as_bytes()),
        "7",
    );
    let answer = me(token);
    if answer.status == 200 {
        let got = format!(
            "status 200: the attacker is let in, with body {}",
            answer.body
        );
        unexpected(&format!("GET /me with {what}"), "status 401", &got);
    }
    if answer.status != 401 {
        unexpected(
            &format!("GET /me with {what}"),
            "status 401",
            &answer.to_string(),
        );
    }
}

#[test]
fn a_token_of_our_login_says_who_it_is() {
    explain(
        "This token is good: HS256, signed with the key that its kid names, from https://login.test, for notes, and for now. A token need not have an nbf.",
    );
    let user = random("number");
    welcome(
        "a good token",
        &signed(&header(), &claims(&user), november().as_bytes()),
        &user,
    );
    let old = json!({ "kid": "2026-10", "alg": "HS256" });
    welcome(
        "a good token, signed with the key of October",
        &signed(&old, &claims(&user), october().as_bytes()),
        &user,
    );
    let mut begun = claims(&user);
    begun["nbf"] = json!(now() - HOUR);
    welcome(
        "a good token that began an hour ago",
        &signed(&header(), &begun, november().as_bytes()),
        &user,
    );
}

#[test]
fn who_changes_a_claim_needs_the_secret() {
    explain(
        "The attacker has a token of their own, and puts other claims between its header and its signature. What is signed is the text before the last point, so the HMAC of that text does not fit any more.",
    );
    let own = signed(&header(), &claims("attacker"), november().as_bytes());
    let signature = own.rsplit('.').next().expect("a part");
    let forged = format!("{}.{}.{signature}", part(&header()), part(&claims("1")));
    refused(
        "the claims of user 1 and the signature of another token",
        &forged,
    );
    let forged = signed(&header(), &claims("1"), b"secret");
    refused("a signature made with the key \"secret\"", &forged);
    let forged = signed(&header(), &claims("1"), october().as_bytes());
    refused("a signature made with another key than kid names", &forged);
}

#[test]
fn the_header_does_not_choose_the_algorithm() {
    explain(
        "The header was written by the sender. You know how your login signs: compare alg with that, and give up if it is anything else.",
    );
    for alg in ["none", "None", "NONE", ""] {
        let header = json!({ "alg": alg, "kid": "2026-11" });
        let unsigned = format!("{}.{}.", part(&header), part(&claims("1")));
        refused(&format!("alg {alg:?} and no signature"), &unsigned);
        let signed = signed(&header, &claims("1"), november().as_bytes());
        refused(&format!("alg {alg:?} and an HMAC-SHA256"), &signed);
    }
    let header = json!({ "alg": "HS512", "kid": "2026-11" });
    let text = format!("{}.{}", part(&header), part(&claims("1")));
    let mut mac = Hmac::<Sha512>::new_from_slice(november().as_bytes()).expect("any length");
    mac.update(text.as_bytes());
    let long = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    refused(
        "alg \"HS512\", which our login never uses",
        &format!("{text}.{long}"),
    );
    let header = json!({ "alg": "RS256", "kid": "2026-11" });
    refused(
        "alg \"RS256\"",
        &signed(&header, &claims("1"), november().as_bytes()),
    );
}

#[test]
fn an_empty_signature_is_no_signature() {
    explain(
        "Nothing is the beginning of everything. A comparison that ends with the shorter one says yes to no bytes at all; compare the lengths too, or let `verify_slice` do it.",
    );
    let good = signed(&header(), &claims("1"), november().as_bytes());
    let (text, signature) = good.rsplit_once('.').expect("a point");
    refused("an empty signature", &format!("{text}."));
    refused(
        "the first 4 letters of the signature",
        &format!("{text}.{}", &signature[..4]),
    );
    refused(
        "a signature with 3 bytes more",
        &format!("{text}.{}AAAA", &signature[..40]),
    );
}

#[test]
fn a_kid_leads_nowhere_else() {
    explain(
        "The kid is a text of a stranger, and you make a path of it. It led out of the directory of the keys, to a file that everybody can read: so the attacker has the bytes as well, and can sign.",
    );
    // Everybody may have it, so the attacker asks for it.
    let public = server().get("/partner.pem").body;
    let dirs = [
        "../public/partner",
        "../keys/../public/partner",
        "./../public/partner",
        "....//public/partner",
        "../../../public/partner",
    ];
    for kid in dirs {
        let header = json!({ "alg": "HS256", "kid": kid });
        let what =
            format!("kid {kid:?}, and the public key of the partner as the secret of the HMAC");
        refused(&what, &signed(&header, &claims("1"), public.as_bytes()));
    }
    let nowhere = [
        "",
        ".",
        "..",
        "2026-12",
        "/dev/null",
        "../public/partner.pem\u{0}",
    ];
    for kid in nowhere {
        let header = json!({ "alg": "HS256", "kid": kid });
        refused(
            &format!("kid {kid:?}, and an HMAC with an empty key"),
            &signed(&header, &claims("1"), b""),
        );
    }
}

#[test]
fn an_old_token_is_worth_nothing() {
    explain(
        "A token that was stolen is good until its exp, which is a second since 1970. After that, and without an exp, it is worth nothing.",
    );
    for (what, exp) in [
        ("ended an hour ago", json!(now() - HOUR)),
        ("ended in 1970", json!(1)),
        ("never ends: it has no exp", Value::Null),
    ] {
        let token = signed(&header(), &but("exp", exp), november().as_bytes());
        refused(&format!("a token that {what}"), &token);
    }
}

#[test]
fn a_token_is_worth_nothing_before_its_time() {
    explain("nbf means: not before this second. It need not be there, but if it is, it holds.");
    let token = signed(
        &header(),
        &but("nbf", json!(now() + HOUR)),
        november().as_bytes(),
    );
    refused("a token that begins in an hour", &token);
}

#[test]
fn a_token_for_somebody_else_does_not_open_this_door() {
    explain(
        "The login signs tokens for many services with the same key. Who gets one as the reader of a small blog must not be let into the notes with it: aud says for whom it was made, as a whole.",
    );
    for aud in [
        json!("blog"),
        json!("notes-admin"),
        json!("note"),
        json!("NOTES"),
        json!(""),
        Value::Null,
    ] {
        let token = signed(&header(), &but("aud", aud.clone()), november().as_bytes());
        refused(&format!("a token whose aud is {aud}"), &token);
    }
}

#[test]
fn a_token_of_another_login_does_not_open_this_door() {
    explain("iss says who has made the token. It has to be our login, letter for letter.");
    for iss in [
        json!("https://login.example"),
        json!("https://login.test.example"),
        json!("http://login.test"),
        Value::Null,
    ] {
        let token = signed(&header(), &but("iss", iss.clone()), november().as_bytes());
        refused(&format!("a token whose iss is {iss}"), &token);
    }
}

#[test]
fn what_is_no_token_is_401() {
    explain(
        "Strangers send anything. Whatever cannot be read is no token, and no reason to panic: `?` on an Option gives up quietly.",
    );
    let array = part(&json!([1]));
    for token in [
        "",
        ".",
        "..",
        "...",
        "x",
        "a.b",
        "a.b.c",
        "=.=.=",
        "\u{7f}.a.b",
        &format!("{array}.{array}.{array}"),
        &part(&header()),
    ] {
        let token = token.replace('\u{7f}', "%");
        refused(&format!("{token:?} for a token"), &token);
    }
    let good = signed(&header(), &claims("7"), november().as_bytes());
    refused(
        "a good token and a point and more behind it",
        &format!("{good}.x"),
    );
}
