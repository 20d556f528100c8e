//! What a provider gives to whom: codes for a browser, tokens for a server that shows the code (RFC 6749, RFC 7636). It speaks no HTTP.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac_sha256::Hash;
use std::collections::BTreeMap;

/// Parameters of a request, by name.
pub(super) type Params = BTreeMap<String, String>;

/// The client that the provider knows: the learner's server.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its name at the provider.
    pub id: String,
    /// Its password there.
    pub secret: String,
    /// The only path on loopback to which the provider sends a browser back.
    pub redirect_path: String,
    /// Whether a request without PKCE is refused.
    pub pkce: Pkce,
}

/// Whether PKCE is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pkce {
    /// It is checked where it is used.
    #[default]
    Optional,
    /// Nobody gets a code without it.
    Required,
}

/// Codes and tokens that were given.
#[derive(Debug, Default)]
pub(super) struct Grants {
    codes: BTreeMap<String, Code>,
    /// Each access token with its user.
    tokens: BTreeMap<String, String>,
    /// How many secrets were drawn.
    drawn: u64,
}

#[derive(Clone, Debug)]
struct Code {
    user: String,
    redirect_uri: String,
    challenge: Option<String>,
    nonce: Option<String>,
    scope: String,
    /// The access token that it was exchanged for.
    token: Option<String>,
}

/// Why a request is refused: the word of the standard, and what it means here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) error: &'static str,
    pub(super) why: String,
}

/// What an exchange of a code leads to.
#[derive(Debug)]
pub(super) struct Granted {
    pub(super) access_token: String,
    pub(super) user: String,
    pub(super) nonce: Option<String>,
    pub(super) wants_id_token: bool,
}

fn refused<T>(error: &'static str, why: impl Into<String>) -> Result<T, Refused> {
    Err(Refused {
        error,
        why: why.into(),
    })
}

impl Client {
    /// The address to which a browser is sent back, if it is one of this client.
    pub(super) fn redirect_uri<'a>(&self, params: &'a Params) -> Result<&'a str, Refused> {
        if params.get("client_id") != Some(&self.id) {
            return refused("invalid_request", "client_id is not the one of this client");
        }
        let uri = params.get("redirect_uri").map_or("", String::as_str);
        let rest = uri
            .strip_prefix("http://127.0.0.1:")
            .or_else(|| uri.strip_prefix("http://localhost:"));
        let path = rest.and_then(|rest| rest.find('/').map(|at| &rest[at..]));
        if path != Some(self.redirect_path.as_str()) {
            return refused(
                "invalid_request",
                format!(
                    "redirect_uri is {uri:?}, and only http://127.0.0.1:$PORT{} is registered",
                    self.redirect_path
                ),
            );
        }
        Ok(uri)
    }
}

impl Grants {
    /// A code for the user, who is asked nothing.
    pub(super) fn authorize(
        &mut self,
        client: &Client,
        params: &Params,
        user: &str,
        seed: &str,
    ) -> Result<String, Refused> {
        let get = |name: &str| params.get(name).filter(|value| !value.is_empty()).cloned();
        if get("response_type").as_deref() != Some("code") {
            return refused("unsupported_response_type", "response_type has to be code");
        }
        let challenge = get("code_challenge");
        match (&challenge, get("code_challenge_method").as_deref()) {
            (None, _) if client.pkce == Pkce::Required => {
                return refused("invalid_request", "there is no code_challenge");
            }
            (Some(_), Some("S256")) | (None, _) => {}
            (Some(_), method) => {
                return refused(
                    "invalid_request",
                    format!("code_challenge_method is {method:?}, and has to be S256"),
                );
            }
        }
        let code = self.draw(seed, "code");
        let given = Code {
            user: user.to_owned(),
            redirect_uri: get("redirect_uri").unwrap_or_default(),
            challenge,
            nonce: get("nonce"),
            scope: get("scope").unwrap_or_default(),
            token: None,
        };
        self.codes.insert(code.clone(), given);
        Ok(code)
    }

    /// A token for a code. The client has shown its secret before.
    pub(super) fn exchange(&mut self, params: &Params, seed: &str) -> Result<Granted, Refused> {
        let get = |name: &str| params.get(name).map_or("", String::as_str);
        if get("grant_type") != "authorization_code" {
            return refused(
                "unsupported_grant_type",
                "grant_type has to be authorization_code",
            );
        }
        let Some(given) = self.codes.get(get("code")).cloned() else {
            return refused("invalid_grant", "nobody was given this code");
        };
        if let Some(token) = given.token {
            // Somebody has copied the code, so nobody may go on with what it gave.
            self.tokens.remove(&token);
            return refused(
                "invalid_grant",
                "the code was used before; the token that it gave is dead now",
            );
        }
        if given.redirect_uri != get("redirect_uri") {
            return refused(
                "invalid_grant",
                format!(
                    "redirect_uri is {:?}, and was {:?} when the code was asked for",
                    get("redirect_uri"),
                    given.redirect_uri
                ),
            );
        }
        let verifier = get("code_verifier");
        match &given.challenge {
            Some(challenge) if *challenge != challenge_of(verifier) => {
                return refused(
                    "invalid_grant",
                    "code_verifier does not fit the code_challenge",
                );
            }
            None if !verifier.is_empty() => {
                return refused(
                    "invalid_grant",
                    "there is a code_verifier, and there was no code_challenge",
                );
            }
            _ => {}
        }
        let access_token = self.draw(seed, "token");
        self.tokens.insert(access_token.clone(), given.user.clone());
        if let Some(code) = self.codes.get_mut(get("code")) {
            code.token = Some(access_token.clone());
        }
        Ok(Granted {
            access_token,
            user: given.user,
            nonce: given.nonce,
            wants_id_token: given.scope.split(' ').any(|scope| scope == "openid"),
        })
    }

    /// Whose token this is.
    pub(super) fn user_of(&self, token: &str) -> Option<&String> {
        self.tokens.get(token)
    }

    /// Every access token that was ever given.
    pub(super) fn tokens(&self) -> Vec<String> {
        self.codes
            .values()
            .filter_map(|code| code.token.clone())
            .collect()
    }

    /// A value that nobody guesses who does not know the seed.
    fn draw(&mut self, seed: &str, what: &str) -> String {
        self.drawn += 1;
        let hash = Hash::hash(format!("{seed} {what} {}", self.drawn).as_bytes());
        URL_SAFE_NO_PAD.encode(&hash[..24])
    }
}

/// The challenge that belongs to a verifier (RFC 7636, 4.2).
fn challenge_of(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Hash::hash(verifier.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(pairs: &[(&str, &str)]) -> Params {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn client(pkce: Pkce) -> Client {
        Client {
            id: "shop".into(),
            secret: "s".into(),
            redirect_path: "/callback".into(),
            pkce,
        }
    }

    #[test]
    fn only_the_registered_path_on_loopback_is_sent_back_to() {
        let client = client(Pkce::Optional);
        let is_right = |uri: &str| {
            client
                .redirect_uri(&params(&[("client_id", "shop"), ("redirect_uri", uri)]))
                .is_ok()
        };
        assert!(is_right("http://127.0.0.1:8080/callback"));
        assert!(is_right("http://localhost:1/callback"));
        for wrong in [
            "http://127.0.0.1:8080/callback/x",
            "http://127.0.0.1:8080/",
            "http://evil.example/callback",
            "http://127.0.0.1.evil.example:1/callback",
            "",
        ] {
            assert!(!is_right(wrong), "{wrong}");
        }
        assert!(
            client
                .redirect_uri(&params(&[("client_id", "other")]))
                .is_err()
        );
    }

    /// The verifier and the challenge of RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn a_code_is_good_once_with_its_verifier_and_its_address() {
        let mut grants = Grants::default();
        let asked = params(&[
            ("response_type", "code"),
            ("redirect_uri", "u"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("scope", "openid email"),
        ]);
        let code = grants
            .authorize(&client(Pkce::Required), &asked, "anna", "seed")
            .expect("a code");
        let shown = |uri: &str, verifier: &str| {
            params(&[
                ("grant_type", "authorization_code"),
                ("code", &code),
                ("redirect_uri", uri),
                ("code_verifier", verifier),
            ])
        };
        for wrong in [shown("v", VERIFIER), shown("u", "guess"), shown("u", "")] {
            assert_eq!(
                grants.exchange(&wrong, "seed").expect_err("refused").error,
                "invalid_grant"
            );
        }
        let granted = grants
            .exchange(&shown("u", VERIFIER), "seed")
            .expect("a token");
        assert!(granted.wants_id_token);
        assert_eq!(
            grants.user_of(&granted.access_token).map(String::as_str),
            Some("anna")
        );
        assert!(grants.exchange(&shown("u", VERIFIER), "seed").is_err());
        assert_eq!(
            grants.user_of(&granted.access_token),
            None,
            "a code used twice ends its token"
        );
        assert_eq!(grants.tokens().len(), 1, "it is a secret all the same");
    }

    #[test]
    fn a_code_without_pkce_is_refused_where_it_is_required() {
        let asked = params(&[("response_type", "code"), ("redirect_uri", "u")]);
        let mut grants = Grants::default();
        assert!(
            grants
                .authorize(&client(Pkce::Required), &asked, "anna", "seed")
                .is_err()
        );
        let one = grants
            .authorize(&client(Pkce::Optional), &asked, "anna", "seed")
            .expect("a code");
        let two = grants
            .authorize(&client(Pkce::Optional), &asked, "anna", "seed")
            .expect("a code");
        assert_ne!(one, two);
    }
}
