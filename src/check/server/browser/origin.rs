//! Who a page belongs to: its origin and its site, as browsers tell them apart. It knows nothing of requests.

use std::fmt;

/// Scheme, host and port of a page, or none that anybody may know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Origin {
    /// Of a page in a sandbox or from a file; its name is `null`, and it equals no other.
    Opaque,
    /// As in `https://app.example`.
    Known {
        scheme: String,
        host: String,
        /// Where it is not the one that belongs to the scheme.
        port: Option<u16>,
    },
}

impl Origin {
    /// Reads `null`, or a URL without a path.
    pub(in super::super) fn parse(text: &str) -> Option<Self> {
        if text == "null" {
            return Some(Self::Opaque);
        }
        let (scheme, rest) = text.split_once("://")?;
        let usual = match scheme {
            "http" => 80,
            "https" => 443,
            _ => return None,
        };
        let (host, port) = match rest.split_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (rest, None),
        };
        let is_host = |letter: char| letter.is_ascii_alphanumeric() || "-._".contains(letter);
        (!host.is_empty() && host.chars().all(is_host)).then(|| Self::Known {
            scheme: scheme.to_owned(),
            host: host.to_ascii_lowercase(),
            port: port.filter(|&port| port != usual),
        })
    }

    /// Two pages that may read each other; nobody is the same as an opaque one.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        *self != Self::Opaque && self == other
    }

    /// The same scheme, and the same name as somebody has registered it.
    pub(super) fn is_same_site(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Known { scheme, host, .. },
                Self::Known {
                    scheme: other_scheme,
                    host: other_host,
                    ..
                },
            ) => scheme == other_scheme && registered(host) == registered(other_host),
            _ => false,
        }
    }

    /// The host; of an opaque origin none.
    pub(super) fn host(&self) -> &str {
        match self {
            Self::Opaque => "",
            Self::Known { host, .. } => host,
        }
    }

    /// True if nobody on the way can read along.
    pub(super) fn is_secure(&self) -> bool {
        matches!(self, Self::Known { scheme, .. } if scheme == "https")
    }

    /// What stands in the header Host.
    pub(super) fn authority(&self) -> String {
        match self {
            Self::Opaque => String::new(),
            Self::Known {
                host,
                port: Some(port),
                ..
            } => format!("{host}:{port}"),
            Self::Known { host, .. } => host.clone(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opaque => f.write_str("null"),
            Self::Known { scheme, .. } => write!(f, "{scheme}://{}", self.authority()),
        }
    }
}

/// The last two parts of a name. Browsers ask a long list of public suffixes; the names of exercises need none of it.
fn registered(host: &str) -> &str {
    let is_address = host
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    let mut dots = host.rmatch_indices('.').map(|(at, _)| at);
    match dots.nth(1) {
        Some(at) if !is_address => &host[at + 1..],
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Origin {
        Origin::parse(text).expect("an origin")
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        assert!(origin("https://app.example").is_same(&origin("https://app.example:443")));
        for other in [
            "http://app.example",
            "https://app.example:8443",
            "https://evil-app.example",
        ] {
            assert!(
                !origin("https://app.example").is_same(&origin(other)),
                "{other}"
            );
        }
        assert!(!origin("null").is_same(&origin("null")));
        for wrong in [
            "app.example",
            "https://app.example/",
            "https://",
            "ftp://x",
            "https://a:b",
        ] {
            assert_eq!(Origin::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_site_is_the_scheme_and_the_registered_name() {
        let shop = origin("https://www.shop.example");
        assert!(shop.is_same_site(&origin("https://api.shop.example:8443")));
        for other in [
            "http://www.shop.example",
            "https://shop.example.evil.example",
            "null",
        ] {
            assert!(!shop.is_same_site(&origin(other)), "{other}");
        }
        assert!(!origin("http://10.0.0.1").is_same_site(&origin("http://9.9.0.1")));
    }
}
