//! ID tokens (OpenID Connect), right ones and those that are wrong in one way. Whoever accepts a wrong one has not looked.

use super::{User, keys::KEYS};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// How a token is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It answers another login.
    Nonce,
    /// It is for another client.
    Audience,
    /// Another provider has made it.
    Issuer,
    /// It was good an hour ago.
    Expired,
    /// It says of itself that nobody has signed it.
    Unsigned,
    /// Its content was changed after it was signed.
    Tampered,
    /// Another key than its own has signed it.
    WrongKey,
}

/// What a token says, and of whom.
pub(super) struct Says<'a> {
    pub(super) issuer: &'a str,
    pub(super) client: &'a str,
    pub(super) user: &'a User,
    pub(super) nonce: Option<&'a str>,
    /// Seconds since 1970.
    pub(super) now: u64,
    /// The position of the key in use.
    pub(super) key: usize,
    pub(super) flaw: Option<Flaw>,
}

impl Says<'_> {
    /// The token.
    pub(super) fn token(&self) -> String {
        let is = |flaw| self.flaw == Some(flaw);
        let age = if is(Flaw::Expired) { 7200 } else { 0 };
        let mut claims = json!({
            "iss": if is(Flaw::Issuer) { "https://accounts.evil.example" } else { self.issuer },
            "sub": self.user.subject(),
            "aud": if is(Flaw::Audience) { "another-client" } else { self.client },
            "iat": self.now - age,
            "exp": self.now - age + 3600,
            "name": self.user.name,
            "email": self.user.email,
            "email_verified": self.user.email_verified,
        });
        if is(Flaw::Nonce) {
            claims["nonce"] = json!("of-another-login");
        } else if let Some(nonce) = self.nonce {
            claims["nonce"] = json!(nonce);
        }
        let key = &KEYS[self.key % KEYS.len()];
        let signer = match is(Flaw::WrongKey) {
            true => &KEYS[(self.key + 1) % KEYS.len()],
            false => key,
        };
        let header = match is(Flaw::Unsigned) {
            true => json!({ "alg": "none", "typ": "JWT" }),
            false => json!({ "alg": "RS256", "typ": "JWT", "kid": key.id }),
        };
        let text = format!("{}.{}", part(&header), part(&claims));
        match self.flaw {
            Some(Flaw::Unsigned) => format!("{text}."),
            Some(Flaw::Tampered) => {
                claims["sub"] = json!("somebody-else");
                claims["email"] = json!("somebody-else@example.test");
                let changed = format!("{}.{}", part(&header), part(&claims));
                format!("{changed}.{}", signer.sign(&text))
            }
            _ => format!("{text}.{}", signer.sign(&text)),
        }
    }
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(flaw: Option<Flaw>) -> (Value, Value, String, String) {
        let user = User {
            name: "anna".into(),
            same_as: None,
            email: "anna@example.test".into(),
            email_verified: true,
        };
        let says = Says {
            issuer: "http://127.0.0.1:1",
            client: "shop",
            user: &user,
            nonce: Some("n"),
            now: 1_000_000,
            key: 0,
            flaw,
        };
        let token = says.token();
        let parts: Vec<&str> = token.split('.').collect();
        let json = |part: &str| {
            let bytes = URL_SAFE_NO_PAD.decode(part).expect("base64url");
            serde_json::from_slice(&bytes).expect("JSON")
        };
        let text = format!("{}.{}", parts[0], parts[1]);
        (json(parts[0]), json(parts[1]), text, parts[2].to_owned())
    }

    #[test]
    fn a_right_token_says_who_for_whom_and_until_when() {
        let (header, claims, text, signature) = token(None);
        assert_eq!(header["kid"], KEYS[0].id);
        assert_eq!(
            (&claims["aud"], &claims["nonce"]),
            (&json!("shop"), &json!("n"))
        );
        assert_eq!(claims["exp"], 1_003_600);
        assert_eq!(signature, KEYS[0].sign(&text));
    }

    #[test]
    fn each_flaw_is_one_and_no_other() {
        let (_, right, ..) = token(None);
        let changed = |flaw| {
            let (_, claims, ..) = token(Some(flaw));
            let names = right
                .as_object()
                .expect("claims")
                .keys()
                .filter(|name| right[*name] != claims[*name]);
            names.cloned().collect::<Vec<_>>()
        };
        assert_eq!(changed(Flaw::Nonce), ["nonce"]);
        assert_eq!(changed(Flaw::Audience), ["aud"]);
        assert_eq!(changed(Flaw::Issuer), ["iss"]);
        assert_eq!(changed(Flaw::Expired), ["iat", "exp"]);
        assert!(changed(Flaw::Unsigned).is_empty() && changed(Flaw::WrongKey).is_empty());
        let (header, _, _, signature) = token(Some(Flaw::Unsigned));
        assert_eq!(
            (header["alg"].as_str(), signature.as_str()),
            (Some("none"), "")
        );
        for flaw in [Flaw::Tampered, Flaw::WrongKey] {
            let (_, _, text, signature) = token(Some(flaw));
            assert_ne!(signature, KEYS[0].sign(&text));
        }
    }
}
