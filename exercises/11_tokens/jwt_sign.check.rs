//! A second reader of the tokens, which shares no line and no crate of encoding with the exercise: base64url and HMAC by hand, on SHA-256.

use super::*;
use sha2::Digest;

/// The bytes of a part; `None` if it is no base64url without padding.
fn decoded(part: &str) -> Option<Vec<u8>> {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for letter in part.chars() {
        let value = u32::try_from(alphabet.find(letter)?).ok()?;
        (bits, count) = (bits << 6 | value, count + 6);
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    (count < 6).then_some(bytes)
}

/// RFC 2104.
fn hmac_by_hand(secret: &[u8], text: &str) -> Vec<u8> {
    let mut key = [0; 64];
    match secret.len() > 64 {
        true => key[..32].copy_from_slice(&Sha256::digest(secret)),
        false => key[..secret.len()].copy_from_slice(secret),
    }
    let inner = [&key.map(|byte| byte ^ 0x36), text.as_bytes()].concat();
    let outer = [&key.map(|byte| byte ^ 0x5c), &Sha256::digest(inner)[..]].concat();
    Sha256::digest(outer).to_vec()
}

/// Tokens for texts of many lengths, signed with secrets of many lengths, and the three parts of each.
fn each(mut look: impl FnMut(&str, &[u8], [&str; 3])) {
    for length in 0..100_u8 {
        let sub: String = (0..length).map(|n| char::from(b' ' + n % 15 * 6)).collect();
        let sub = format!("{sub}é>?");
        let secret: Vec<u8> = (0..=length).map(|n| n.wrapping_mul(37) ^ length).collect();
        let claims = Claims {
            sub: sub.clone(),
            exp: 1_700_000_000 + u64::from(length),
        };
        let token = sign(&claims, &secret);
        let parts: Vec<&str> = token.split('.').collect();
        match parts[..] {
            [header, claims, signature] => look(&sub, &secret, [header, claims, signature]),
            _ => assert_eq!(parts.len(), 3, "the parts of {token:?}"),
        }
    }
}

#[test]
fn the_header_names_the_algorithm() {
    each(|_, _, [header, ..]| {
        let header = decoded(header).and_then(|json| serde_json::from_slice(&json).ok());
        let right = serde_json::json!({ "alg": "HS256", "typ": "JWT" });
        assert_eq!(
            header,
            Some(right),
            "the first part, read as base64url and as JSON"
        );
    });
}

#[test]
fn the_claims_come_back_as_they_were() {
    each(|sub, _, [_, claims, _]| {
        let claims = decoded(claims)
            .and_then(|json| serde_json::from_slice::<serde_json::Value>(&json).ok());
        let claims = claims.unwrap_or_default();
        assert_eq!(
            claims["sub"], sub,
            "sub in the second part, read as base64url and as JSON"
        );
        assert!(claims["exp"].is_u64(), "exp in the second part is a number");
    });
}

#[test]
fn the_signature_is_32_bytes_in_base64url() {
    each(|_, _, [.., signature]| {
        let length = decoded(signature).map(|bytes| bytes.len());
        assert_eq!(
            length,
            Some(32),
            "the bytes of the third part {signature:?}, read as base64url"
        );
    });
}

#[test]
fn the_signature_is_that_of_the_first_two_parts() {
    each(|_, secret, [header, claims, signature]| {
        let right = hmac_by_hand(secret, &format!("{header}.{claims}"));
        assert!(
            decoded(signature) == Some(right),
            "another program, with the same secret, works out the HMAC-SHA256 of\n{header}.{claims}\nand it is not what stands in the third part, {signature}"
        );
    });
}
