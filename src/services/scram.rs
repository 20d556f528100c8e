//! SCRAM-SHA-256 (RFC 5802, RFC 7677), the client's half: how PostgreSQL asks for a password without hearing it. No channel binding,
//! for the server is on this machine.

use super::postgres::random_letters;
use hmac_sha256::{HMAC, Hash};

/// A login that has begun.
pub(super) struct Login {
    password: String,
    nonce: String,
}

impl Login {
    pub(super) fn new(password: &str) -> Self {
        Self {
            password: password.to_owned(),
            nonce: random_letters(),
        }
    }

    /// The first message. PostgreSQL has the user's name already.
    pub(super) fn first(&self) -> String {
        format!("n,,{}", self.first_bare())
    }

    fn first_bare(&self) -> String {
        format!("n=,r={}", self.nonce)
    }

    /// The last message, for what the server said to the first one; `None` if that makes no sense.
    pub(super) fn last(&self, server_first: &str) -> Option<String> {
        let field = |name: &str| {
            let mut fields = server_first.split(',');
            fields.find_map(|field| field.strip_prefix(name))
        };
        let nonce = field("r=").filter(|nonce| nonce.starts_with(&self.nonce))?;
        let salt = from_base64(field("s=")?)?;
        let rounds: u32 = field("i=")?.parse().ok()?;
        // "biws" is "n,," again, in base64.
        let without_proof = format!("c=biws,r={nonce}");
        let messages = format!("{},{server_first},{without_proof}", self.first_bare());
        let salted = repeated(self.password.as_bytes(), &salt, rounds);
        let key = keyed(&salted, b"Client Key");
        let signature = keyed(&Hash::hash(&key), messages.as_bytes());
        let proof: Vec<u8> = key.iter().zip(signature).map(|(a, b)| a ^ b).collect();
        Some(format!("{without_proof},p={}", to_base64(&proof)))
    }
}

fn keyed(key: &[u8; 32], text: &[u8]) -> [u8; 32] {
    HMAC::mac(text, key)
}

/// PBKDF2 (RFC 8018) for a result of one block.
fn repeated(password: &[u8], salt: &[u8], rounds: u32) -> [u8; 32] {
    let mut key = [0; 32];
    if password.len() <= 32 {
        key[..password.len()].copy_from_slice(password);
    } else {
        key = Hash::hash(password);
    }
    let mut last = keyed(&key, &[salt, &[0, 0, 0, 1]].concat());
    let mut sum = last;
    for _ in 1..rounds {
        last = keyed(&key, &last);
        for (sum, byte) in sum.iter_mut().zip(last) {
            *sum ^= byte;
        }
    }
    sum
}

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn to_base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let number = (0..3).fold(0, |sum, at| {
            sum << 8 | u32::from(three.get(at).copied().unwrap_or(0))
        });
        for at in 0..4 {
            let letter = LETTERS[(number >> (18 - 6 * at)) as usize & 63];
            text.push(if at <= three.len() {
                letter as char
            } else {
                '='
            });
        }
    }
    text
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut bits, mut number) = (Vec::new(), 0, 0u32);
    for letter in text.trim_end_matches('=').bytes() {
        let value = LETTERS.iter().position(|known| *known == letter)?;
        number = number << 6 | u32::try_from(value).ok()?;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((number >> bits & 255) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_rfc_comes_out() {
        // RFC 7677, section 3, with its user name left out of the first message as PostgreSQL has it: so the proof is checked by its parts.
        let salt = from_base64("W22ZaJ0SNY7soEsUEjb6gQ==").expect("good");
        let salted = repeated(b"pencil", &salt, 4096);
        let key = keyed(&salted, b"Client Key");
        let messages = "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                        s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        let signature = keyed(&Hash::hash(&key), messages.as_bytes());
        let proof: Vec<u8> = key.iter().zip(signature).map(|(a, b)| a ^ b).collect();
        assert_eq!(
            to_base64(&proof),
            "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
        );
    }

    #[test]
    fn an_answer_to_another_nonce_is_not_taken() {
        let login = Login::new("pencil");
        assert_eq!(login.last("r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1"), None);
    }

    #[test]
    fn base64_of_every_length_comes_back() {
        for length in 0..6 {
            let bytes = &[255, 0, 7, 128, 64, 1][..length];
            assert_eq!(from_base64(&to_base64(bytes)).as_deref(), Some(bytes));
        }
    }
}
