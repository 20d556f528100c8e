// caught by: a token has three parts
//! jwt_sign: a token is three base64url parts and one HMAC
//!
//! After the login a server can hand out a note: "this is user 7, until eight o'clock". The client
//! brings it along with each request, and no database has to be asked. Anybody can read such a
//! JSON Web Token, and nobody without the secret can make one or change one: its third part is a
//! keyed hash (HMAC) of the other two, as they stand in the token.
//!
//!     header      {"alg":"HS256","typ":"JWT"}        ->   eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9
//!     claims      {"sub":"7","exp":1900000000}       ->   eyJzdWIiOiI3IiwiZXhwIjoxOTAwMDAwMDAwfQ
//!     signature   HMAC-SHA256(secret, header "." claims), 32 bytes, in base64url as well
//!     token       header "." claims "." signature
//!
//! base64url has - and _ where base64 has + and /, so that it fits into a URL, and no = at its end.
//!
//! Read more: RFC 7519, section 3.1; RFC 7515, section 5.1; <https://docs.rs/hmac/0.12/hmac/>

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use serde::Serialize;
use serde_json::json;
use sha2::Sha256;

/// What a token says: whom it speaks of, and until which second since the year 1970 began.
#[derive(Serialize)]
struct Claims {
    sub: String,
    exp: u64,
}

/// HMAC-SHA256 of a text: 32 bytes that only somebody with the secret can work out.
fn hmac_sha256(secret: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("a secret of any length will do");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// One part of a token.
fn base64url(bytes: &[u8]) -> String {
    // A token travels in headers and URLs, where = + and / mean something else.
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A token that says these claims.
fn sign(claims: &Claims, secret: &[u8]) -> String {
    let header = json!({ "alg": "HS256", "typ": "JWT" });
    let claims = serde_json::to_vec(claims).expect("texts and numbers are JSON");
    // What is signed are the characters of the token itself, the header among them. So a
    // receiver need not write the JSON again, which might come out in another order.
    let signed = format!(
        "{}.{}",
        base64url(header.to_string().as_bytes()),
        base64url(&claims)
    );
    format!("{signed}{}", base64url(&hmac_sha256(secret, &signed)))
}

fn main() {
    let claims = Claims {
        sub: "7".to_string(),
        exp: 1_900_000_000,
    };
    println!("{}", sign(&claims, b"a secret for this example only"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(sub: &str) -> String {
        let claims = Claims {
            sub: sub.to_string(),
            exp: 1_900_000_000,
        };
        sign(&claims, b"a secret for this example only")
    }

    /// The parts of a token; what is missing is empty.
    fn parts(token: &str) -> [&str; 3] {
        let mut parts = token.split('.');
        [(); 3].map(|()| parts.next().unwrap_or(""))
    }

    #[test]
    fn a_token_has_three_parts() {
        let token = token("7");
        assert_eq!(token.split('.').count(), 3, "the parts of {token:?}");
    }

    #[test]
    fn the_second_part_is_the_claims() {
        let token = token("7");
        let right = "eyJzdWIiOiI3IiwiZXhwIjoxOTAwMDAwMDAwfQ";
        assert_eq!(parts(&token)[1], right, "the part between the two points");
    }

    #[test]
    fn a_part_has_no_padding() {
        for sub in ["7", "77", "777"] {
            let token = token(sub);
            assert!(!token.contains('='), "an = in {token}");
        }
    }

    #[test]
    fn a_part_fits_into_a_url() {
        // In base64 this text has a + and a /.
        let token = token("~~~~>>>>????");
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let odd: String = token.chars().filter(|&c| !plain(c)).collect();
        assert_eq!(odd, "", "characters that do not belong into {token}");
    }
}
