//! The rules by which a browser lets a page speak to another origin (the Fetch standard: CORS). Pure: headers in, a decision with its
//! reason out.

use super::{super::message::Message, origin::Origin};

/// Whether cookies and passwords go along.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) enum Credentials {
    /// Never.
    Omit,
    /// To the page's own origin only; what `fetch` does unless it is told otherwise.
    #[default]
    SameOrigin,
    /// Always.
    Include,
}

/// Why a browser refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// What the answer would have to say.
    pub(super) wanted: String,
    /// What it says.
    pub(super) came: String,
    /// The rule.
    pub(super) rule: &'static str,
}

/// A request that a page makes, as far as the rules look at it.
pub(super) struct Request<'a> {
    pub(super) origin: &'a Origin,
    pub(super) method: &'a str,
    pub(super) headers: &'a [(String, String)],
    pub(super) credentials: Credentials,
}

/// The methods for which nobody is asked.
const SIMPLE_METHODS: [&str; 3] = ["GET", "HEAD", "POST"];

/// What a page may read of every answer that it may read at all.
const READABLE_HEADERS: [&str; 7] = [
    "cache-control",
    "content-language",
    "content-length",
    "content-type",
    "expires",
    "last-modified",
    "pragma",
];

impl Request<'_> {
    /// The names of the headers that a plain form could not send, in lower case and sorted.
    pub(super) fn unusual_headers(&self) -> Vec<String> {
        let unusual = self
            .headers
            .iter()
            .filter(|(name, value)| !is_usual(name, value));
        let mut names: Vec<String> = unusual.map(|(name, _)| name.to_ascii_lowercase()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Why the browser asks the server before it sends the request; nothing if it does not ask.
    pub(super) fn asks_first(&self) -> Option<String> {
        if !SIMPLE_METHODS.contains(&self.method) {
            return Some(format!(
                "the method {} is not GET, HEAD or POST",
                self.method
            ));
        }
        let names = self.unusual_headers();
        let (ending, verb) = if names.len() == 1 {
            ("", "is")
        } else {
            ("s", "are")
        };
        (!names.is_empty()).then(|| {
            format!(
                "the header{ending} {} {verb} not what a form could send",
                names.join(", ")
            )
        })
    }

    /// Whether the answer to the question allows the request.
    ///
    /// # Errors
    /// Why not.
    pub(super) fn judge_preflight(&self, answer: &Message) -> Result<(), Refusal> {
        self.judge_answer(answer)?;
        if !(200..300).contains(&answer.status) {
            return Err(Refusal {
                wanted: "a status from 200 to 299".into(),
                came: format!("status {}", answer.status),
                rule: "The browser asks with OPTIONS before it sends the request. Any other status means no.",
            });
        }
        let methods = members(answer, "Access-Control-Allow-Methods");
        let star_counts = self.credentials != Credentials::Include;
        let is_allowed = SIMPLE_METHODS.contains(&self.method)
            || methods.iter().any(|method| method == self.method)
            || star_counts && methods.iter().any(|method| method == "*");
        if !is_allowed {
            return Err(Refusal {
                wanted: format!("Access-Control-Allow-Methods with {}", self.method),
                came: shown(answer, "Access-Control-Allow-Methods"),
                rule: "A method besides GET, HEAD and POST has to be allowed by its name; * does not count for requests with credentials.",
            });
        }
        let allowed = members(answer, "Access-Control-Allow-Headers");
        for name in self.unusual_headers() {
            // A star never stands for Authorization.
            let star =
                star_counts && name != "authorization" && allowed.iter().any(|known| known == "*");
            if !star
                && !allowed
                    .iter()
                    .any(|known| known.eq_ignore_ascii_case(&name))
            {
                return Err(Refusal {
                    wanted: format!("Access-Control-Allow-Headers with {name}"),
                    came: shown(answer, "Access-Control-Allow-Headers"),
                    rule: "A header that a form could not send has to be allowed by its name; * does not count for Authorization, nor for requests with credentials.",
                });
            }
        }
        Ok(())
    }

    /// Whether the page may have an answer: the CORS check.
    ///
    /// # Errors
    /// Why not.
    pub(super) fn judge_answer(&self, answer: &Message) -> Result<(), Refusal> {
        let allowed: Vec<&str> = answer.header("Access-Control-Allow-Origin").collect();
        let refused = |wanted: String, rule| Refusal {
            wanted,
            came: shown(answer, "Access-Control-Allow-Origin"),
            rule,
        };
        let wanted = format!("Access-Control-Allow-Origin: {}", self.origin);
        let value = match allowed.as_slice() {
            [] => {
                return Err(refused(
                    wanted,
                    "Without this header only pages of the server's own origin may read an answer.",
                ));
            }
            [one] => *one,
            _ => {
                return Err(refused(
                    wanted,
                    "The header stands once and names one origin. A browser takes several for one that fits nobody.",
                ));
            }
        };
        if self.credentials != Credentials::Include && value == "*" {
            return Ok(());
        }
        if value == "*" {
            return Err(refused(
                wanted,
                "For a request with cookies * does not count: the origin has to be named.",
            ));
        }
        if value != self.origin.to_string() {
            return Err(refused(
                wanted,
                "The browser compares byte by byte: scheme, host and port, without a slash at the end, and no list.",
            ));
        }
        let with_credentials: Vec<&str> =
            answer.header("Access-Control-Allow-Credentials").collect();
        if self.credentials == Credentials::Include && with_credentials != ["true"] {
            return Err(Refusal {
                wanted: "Access-Control-Allow-Credentials: true".into(),
                came: shown(answer, "Access-Control-Allow-Credentials"),
                rule: "The page sent its request with cookies, so the server has to say that it knows.",
            });
        }
        Ok(())
    }

    /// True if a page may read this header of an answer.
    pub(super) fn may_see(&self, answer: &Message, header: &str) -> bool {
        let exposed = members(answer, "Access-Control-Expose-Headers");
        let star = self.credentials != Credentials::Include && header != "authorization";
        READABLE_HEADERS.contains(&header.to_ascii_lowercase().as_str())
            || exposed
                .iter()
                .any(|known| known.eq_ignore_ascii_case(header) || star && known == "*")
    }
}

/// True if a header is one that a plain form could have sent as well.
fn is_usual(name: &str, value: &str) -> bool {
    let is_plain = |byte: u8| byte >= 0x20 && !b"\"():<>?@[\\]{}\x7f".contains(&byte);
    let usual = match name.to_ascii_lowercase().as_str() {
        "accept" => value.bytes().all(is_plain),
        "accept-language" | "content-language" => value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b" *,-.;=".contains(&byte)),
        "content-type" => {
            let kind = value.split(';').next().unwrap_or_default().trim();
            let kind = kind.to_ascii_lowercase();
            value.bytes().all(is_plain)
                && [
                    "application/x-www-form-urlencoded",
                    "multipart/form-data",
                    "text/plain",
                ]
                .contains(&kind.as_str())
        }
        _ => false,
    };
    usual && value.len() <= 128
}

/// The members of a header with commas.
pub(super) fn members(answer: &Message, name: &str) -> Vec<String> {
    let members = answer.header(name).flat_map(|value| value.split(','));
    let members = members.map(|member| member.trim().to_owned());
    members.filter(|member| !member.is_empty()).collect()
}

fn shown(answer: &Message, name: &str) -> String {
    let values: Vec<&str> = answer.header(name).collect();
    match values.as_slice() {
        [] => format!("no header {name}"),
        [one] => format!("{name}: {one}"),
        many => format!("{name} {} times: {}", many.len(), many.join(" and ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::super::message, *};

    fn answer(head: &str) -> Message {
        let text = format!("HTTP/1.1 204 No Content\r\n{head}\r\n");
        message::parse(text.as_bytes(), message::Asked::Other).expect("an answer")
    }

    fn asks_first(method: &str, headers: &[(&str, &str)]) -> bool {
        let headers: Vec<(String, String)> = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let request = Request {
            origin: &Origin::Opaque,
            method,
            headers: &headers,
            credentials: Credentials::Omit,
        };
        request.asks_first().is_some()
    }

    #[test]
    fn only_what_a_form_could_send_goes_without_asking() {
        let form = "application/x-www-form-urlencoded; charset=utf-8";
        assert!(!asks_first(
            "GET",
            &[("Accept", "text/html"), ("Accept-Language", "de, en;q=0.5")]
        ));
        assert!(!asks_first("POST", &[("content-type", form)]));
        assert!(asks_first("POST", &[("Content-Type", "application/json")]));
        assert!(asks_first("GET", &[("Authorization", "Bearer x")]));
        assert!(asks_first("GET", &[("Accept", "a\"b")]));
        assert!(asks_first("GET", &[("Accept-Language", &"a".repeat(129))]));
        assert!(asks_first("DELETE", &[]));
    }

    fn judge(origin: &str, credentials: Credentials, head: &str) -> Result<(), Refusal> {
        let origin = Origin::parse(origin).expect("an origin");
        let request = Request {
            origin: &origin,
            method: "PATCH",
            headers: &[
                ("Authorization".into(), "x".into()),
                ("X-A".into(), "x".into()),
            ],
            credentials,
        };
        request.judge_preflight(&answer(head))
    }

    const APP: &str = "https://app.example";
    const REST: &str = "Access-Control-Allow-Methods: PATCH\r\nAccess-Control-Allow-Headers: authorization, x-a\r\n";

    #[test]
    fn a_star_is_for_everyone_without_credentials_and_for_nobody_with_them() {
        let star = format!(
            "Access-Control-Allow-Origin: *\r\nAccess-Control-Allow-Credentials: true\r\n{REST}"
        );
        assert_eq!(judge(APP, Credentials::SameOrigin, &star), Ok(()));
        assert_eq!(judge("null", Credentials::SameOrigin, &star), Ok(()));
        assert!(judge(APP, Credentials::Include, &star).is_err());
        let stars = "Access-Control-Allow-Origin: *\r\nAccess-Control-Allow-Methods: *\r\nAccess-Control-Allow-Headers: *\r\n";
        let refusal = judge(APP, Credentials::Omit, stars).expect_err("no star for it");
        assert_eq!(
            refusal.wanted,
            "Access-Control-Allow-Headers with authorization"
        );
    }

    #[test]
    fn a_named_origin_has_to_be_the_same_byte_by_byte() {
        let named = |origin: &str| {
            format!(
                "Access-Control-Allow-Origin: {origin}\r\nAccess-Control-Allow-Credentials: true\r\n{REST}"
            )
        };
        assert_eq!(judge(APP, Credentials::Include, &named(APP)), Ok(()));
        assert_eq!(judge("null", Credentials::Include, &named("null")), Ok(()));
        for wrong in [
            "https://app.example/",
            "http://app.example",
            "https://app.example, https://b.example",
            "https://app.example.evil.example",
        ] {
            assert!(
                judge(APP, Credentials::Include, &named(wrong)).is_err(),
                "{wrong}"
            );
        }
        let twice = format!("Access-Control-Allow-Origin: {APP}\r\n{}", named(APP));
        assert!(judge(APP, Credentials::Include, &twice).is_err());
        let capital = named(APP).replace("true", "True");
        assert!(judge(APP, Credentials::Include, &capital).is_err());
    }

    #[test]
    fn methods_are_compared_as_they_are_and_headers_whatever_their_case() {
        let lower = format!(
            "Access-Control-Allow-Origin: {APP}\r\n{}",
            REST.replace("PATCH", "patch")
        );
        assert!(judge(APP, Credentials::Omit, &lower).is_err());
        let upper = format!(
            "Access-Control-Allow-Origin: {APP}\r\n{}",
            REST.replace("x-a", "X-A")
        );
        assert_eq!(judge(APP, Credentials::Omit, &upper), Ok(()));
    }
}
