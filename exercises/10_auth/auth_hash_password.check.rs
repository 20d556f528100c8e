//! Further tests of auth_hash_password: a thief with the table, and hashes of other years.

use super::*;

/// What people choose, as thieves know.
const COMMON: [&str; 4] = ["123456", "sunshine", "letmein", "dragon"];

fn made(password: &str) -> String {
    hash(password).expect("hash(…) gives a hash")
}

/// A hash made with other values than those of the exercise.
fn of_another_year(algorithm: Algorithm, version: Version, memory: u32, rounds: u32) -> String {
    let params = Params::new(memory, rounds, 1, None).expect("good values");
    let salt = SaltString::from_b64("b2xkLXNhbHQtb2YtYS15ZWFy").expect("a salt");
    let argon2 = Argon2::new(algorithm, version, params);
    let hash = argon2.hash_password(b"sunshine", &salt);
    hash.expect("a hash").to_string()
}

#[test]
fn a_list_made_beforehand_finds_nobody_in_a_stolen_table() {
    let table = [("ann", "sunshine"), ("bob", "dragon"), ("eve", "sunshine")];
    let stolen = table.map(|(name, password)| (name, made(password)));
    // The thief has hashed what people choose, once, and only looks it up.
    let list = COMMON.map(|guess| (guess, made(guess)));
    let mut found = Vec::new();
    for (name, stored) in &stolen {
        for (guess, hashed) in &list {
            if stored == hashed {
                found.push(format!("{name}: {guess}"));
            }
        }
    }
    let asked = "hash(\"sunshine\") for ann and eve and hash(\"dragon\") for bob are stolen; the thief has a list of hash(…) of common passwords";
    assert_eq!(found, Vec::<String>::new(), "{asked}");
}

#[test]
fn nobody_sees_who_chose_the_same_password() {
    let hashes = [made("sunshine"), made("sunshine"), made("sunshine")];
    let mut salts: Vec<_> = hashes.iter().map(|hash| hash.split('$').nth(4)).collect();
    salts.sort();
    salts.dedup();
    assert_eq!(
        salts.len(),
        3,
        "how many different salts are in three hashes of one password: {hashes:?}"
    );
}

#[test]
fn every_letter_counts_at_any_place() {
    // Some algorithms stop reading after 72 bytes.
    let long = "long ".repeat(30);
    for (password, other) in [
        (format!("{long}a"), format!("{long}b")),
        ("grün".to_owned(), "grun".to_owned()),
        (" ".to_owned(), "  ".to_owned()),
    ] {
        let stored = made(&password);
        assert_eq!(verify(&password, &stored), Ok(true), "{password:?} itself");
        assert_eq!(
            verify(&other, &stored),
            Ok(false),
            "verify({other:?}, hash({password:?}))"
        );
    }
}

#[test]
fn a_hash_of_another_year_is_verified_with_its_own_values() {
    let old = of_another_year(Algorithm::Argon2id, Version::V0x13, 4096, 3);
    assert_eq!(
        verify("sunshine", &old),
        Ok(true),
        "the right password and {old}"
    );
    assert_eq!(
        verify("dragon", &old),
        Ok(false),
        "a wrong password and {old}"
    );
}

#[test]
fn a_weaker_hash_needs_a_new_one() {
    use {Algorithm::Argon2i, Algorithm::Argon2id, Version::V0x10, Version::V0x13};
    let old = [
        ("less memory", of_another_year(Argon2id, V0x13, 4096, 2)),
        ("fewer rounds", of_another_year(Argon2id, V0x13, 19456, 1)),
        (
            "more memory, but fewer rounds",
            of_another_year(Argon2id, V0x13, 32768, 1),
        ),
        ("another algorithm", of_another_year(Argon2i, V0x13, 19456, 2)),
        ("another version", of_another_year(Argon2id, V0x10, 19456, 2)),
        (
            "another algorithm",
            "$pbkdf2-sha256$i=600000,l=32$b2xkLXNhbHQtb2YtYS15ZWFy$OEgprgm/NUzwyVYqXJ+wYbnbmhIB/GQeIm9Gx4+SxNk".to_owned(),
        ),
    ];
    for (why, stored) in old {
        assert_eq!(needs_rehash(&stored), Ok(true), "{why}: {stored}");
    }
}

#[test]
fn a_stronger_hash_may_stay() {
    let strong = of_another_year(Algorithm::Argon2id, Version::V0x13, MEMORY_KIB * 2, ROUNDS);
    assert_eq!(needs_rehash(&strong), Ok(false), "more memory: {strong}");
    let strong = of_another_year(Algorithm::Argon2id, Version::V0x13, MEMORY_KIB, ROUNDS + 1);
    assert_eq!(needs_rehash(&strong), Ok(false), "more rounds: {strong}");
}

#[test]
fn what_is_no_hash_cannot_be_judged() {
    let got = needs_rehash("oops").map_err(|_| "an error");
    assert_eq!(got, Err("an error"), "needs_rehash(\"oops\")");
}
