// caught by: any other password is wrong
//! auth_hash_password: a stolen table must not be a list of passwords
//!
//! One day somebody reads your table of users: a lost backup is enough. What stands there must not open
//! an account, here or at the bank where the same password is used. So you keep a hash that takes long
//! and much memory to make, because a thief has to make one for each guess. A salt, drawn anew for each
//! hash, takes care that a guess is good for one user only, and that nobody sees who chose the same.
//!
//!     hash("sunshine")          ->  Ok("$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH"), another one each time
//!     verify("sunshine", that)  ->  Ok(true), and Ok(false) for any other password
//!     verify(…, "oops")         ->  Err(…): the table is broken; that is not the user's mistake
//!     needs_rehash(that)        ->  Ok(true) if it was made by another algorithm or another version of it,
//!                                   with less memory or fewer rounds than below; more is welcome to stay
//!
//! At least 19456 KiB and 2 rounds is what OWASP asks for. Values may be higher in ten years: that is
//! why each hash carries its own, and why `verify` reads them there.
//!
//! Read more: OWASP Password Storage Cheat Sheet, <https://docs.rs/argon2/0.5>

use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Params, Version,
    password_hash::{
        self, PasswordHash, PasswordHasher, PasswordVerifier, SaltString, rand_core::OsRng,
    },
};

/// What one guess costs: memory in KiB, and how often it is gone over.
const MEMORY_KIB: u32 = 19 * 1024;
const ROUNDS: u32 = 2;

/// The algorithm with today's values.
fn argon2id() -> password_hash::Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, ROUNDS, 1, None)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// What is kept instead of the password.
fn hash(password: &str) -> password_hash::Result<String> {
    // The salt is no secret, it stands in the hash. It only has to be another one each time.
    let salt = SaltString::generate(&mut OsRng);
    let hash = argon2id()?.hash_password(password.as_bytes(), &salt)?;
    Ok(hash.to_string())
}

/// Whether this is the password from which `stored` was made.
fn verify(password: &str, stored: &str) -> password_hash::Result<bool> {
    let stored = PasswordHash::new(stored)?;
    argon2id()?.verify_password(password.as_bytes(), &stored)?;
    Ok(true)
}

/// Whether a new hash should be made as soon as the password is there again, at the next login.
fn needs_rehash(stored: &str) -> password_hash::Result<bool> {
    // What cannot be read is old.
    let Ok(stored) = PasswordHash::new(stored) else {
        return Ok(true);
    };
    // The values of another algorithm mean something else, so they are not looked at.
    if stored.algorithm != ARGON2ID_IDENT || stored.version != Some(Version::V0x13.into()) {
        return Ok(true);
    }
    let params = Params::try_from(&stored)?;
    Ok(params.m_cost() < MEMORY_KIB || params.t_cost() < ROUNDS)
}

fn main() -> password_hash::Result<()> {
    let stored = hash("sunshine")?;
    println!("in the table:      {stored}");
    println!("the right one:     {}", verify("sunshine", &stored)?);
    println!("another one:       {}", verify("Sunshine", &stored)?);
    println!("needs a new hash:  {}", needs_rehash(&stored)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(password: &str) -> String {
        hash(password).expect("hash(…) gives a hash")
    }

    #[test]
    fn a_hash_names_its_algorithm_and_what_it_cost() {
        let stored = made("sunshine");
        let start = stored.get(..15).unwrap_or(&stored);
        assert_eq!(start, "$argon2id$v=19$", "how hash(\"sunshine\") begins");
        let value = |name: &str| -> u32 {
            let values = stored.split('$').nth(3).unwrap_or_default();
            let found = values.split(',').find_map(|part| part.strip_prefix(name));
            found.and_then(|found| found.parse().ok()).unwrap_or(0)
        };
        let (memory, rounds) = (value("m="), value("t="));
        assert!(memory >= 19456, "m={memory}: 19456 KiB is the least");
        assert!(rounds >= 2, "t={rounds}: 2 rounds are the least");
    }

    #[test]
    fn the_right_password_is_right() {
        let stored = made("sunshine");
        assert_eq!(
            verify("sunshine", &stored),
            Ok(true),
            "verify(\"sunshine\", hash(\"sunshine\"))"
        );
    }

    #[test]
    fn any_other_password_is_wrong() {
        let stored = made("sunshine");
        for other in ["Sunshine", "sunshine ", "sunshin", "", stored.as_str()] {
            assert_eq!(
                verify(other, &stored),
                Ok(false),
                "verify({other:?}, hash(\"sunshine\"))"
            );
        }
    }

    #[test]
    fn what_is_no_hash_is_an_error() {
        for stored in ["oops", "", "sunshine"] {
            let got = verify("sunshine", stored).map_err(|_| "an error");
            assert_eq!(got, Err("an error"), "verify(\"sunshine\", {stored:?})");
        }
    }

    #[test]
    fn a_hash_of_today_may_stay() {
        assert_eq!(needs_rehash(&made("sunshine")), Ok(false), "one made now");
    }
}
