//! The signature of a webhook: HMAC-SHA256 (RFC 2104) over its time and its body, byte by byte.

use crate::digest::hex;
use hmac_sha256::HMAC;

/// What stands in the header of a webhook: when it was signed, and the signature of `TIME.BODY` in hexadecimal digits.
pub fn webhook_signature(secret: &str, time: u64, body: &str) -> String {
    let signed = HMAC::mac(format!("{time}.{body}"), secret);
    format!("t={time},v1={}", hex(&signed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_rfc_4231_hold() {
        let cases = [
            (
                vec![0x0b; 20],
                "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe".to_vec(),
                "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                vec![0xaa; 131],
                "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ];
        for (key, text, expected) in cases {
            assert_eq!(hex(&HMAC::mac(text, &key)), expected, "{text}");
        }
    }

    #[test]
    fn time_and_body_are_both_signed() {
        let right = webhook_signature("s", 7, "{}");
        assert!(right.starts_with("t=7,v1="));
        assert_ne!(right[5..], webhook_signature("s", 8, "{}")[5..]);
        assert_ne!(right, webhook_signature("s", 7, "{ }"));
        assert_ne!(right, webhook_signature("t", 7, "{}"));
    }
}
