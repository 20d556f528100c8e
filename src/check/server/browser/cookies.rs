//! The cookies of one browser: which it keeps, and which it sends along (RFC 6265 and what browsers have agreed on since: SameSite and
//! the prefixes of names). Each refusal has its reason.

use super::{
    origin::Origin,
    set_cookie::{End, SameSite, SetCookie},
};
use std::time::{Duration, Instant, SystemTime};

/// Who asks for the server, as far as cookies are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Asking {
    /// A page of the same site, or the person at the browser.
    SameSite,
    /// A page of another site leads the person here with a link (GET).
    Arriving,
    /// A page of another site, by a script or a form.
    OtherSite,
    /// No browser at all: a program that keeps cookies as RFC 6265 says, and knows of no sites and no prefixes.
    Program,
}

/// Names with what belongs to them: a value or a reason.
pub(in super::super) type Pairs = Vec<(String, String)>;

/// What stands in the header Cookie.
pub(in super::super) fn header(cookies: &[(String, String)]) -> String {
    let pairs = cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"));
    pairs.collect::<Vec<_>>().join("; ")
}

/// No run lasts as long as this.
const A_LONG_TIME: Duration = Duration::from_secs(400 * 86_400);

/// Everything that a browser has kept.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Jar(Vec<Kept>);

#[derive(Clone, Debug)]
struct Kept {
    name: String,
    value: String,
    /// The host, or a name above it if the cookie says so.
    domain: String,
    is_for_host_only: bool,
    path: String,
    is_secure: bool,
    is_http_only: bool,
    same_site: SameSite,
    until: Option<Instant>,
}

impl Jar {
    /// Takes what a header Set-Cookie says; gives the name of the cookie that is there now, or nothing if it was deleted.
    ///
    /// # Errors
    /// The name and why the browser does not take it.
    pub(in super::super) fn take(
        &mut self,
        header: &str,
        server: &Origin,
        path: &str,
        asking: Asking,
    ) -> Result<Option<String>, (String, String)> {
        let Some(cookie) = SetCookie::parse(header) else {
            return Err((header.to_owned(), "it has no name and value".into()));
        };
        let SetCookie {
            name,
            domain,
            is_secure,
            ..
        } = cookie;
        let refused = |why: &str| Err((name.clone(), why.to_owned()));
        let host = server.host();
        if let Some(domain) = &domain {
            if !is_below(host, domain) {
                return refused(&format!(
                    "Domain={domain} is not the server's name, nor above it"
                ));
            }
            if !domain.contains('.') {
                return refused(&format!("Domain={domain} is shared by everybody below it"));
            }
        }
        if is_secure && !server.is_secure() {
            return refused("Secure came over http");
        }
        // A cookie that says nothing of it is Lax.
        let same_site = cookie.same_site.unwrap_or(SameSite::Lax);
        let is_browser = asking != Asking::Program;
        if is_browser && same_site == SameSite::None && !is_secure {
            return refused("SameSite=None asks for Secure");
        }
        if same_site != SameSite::None && asking == Asking::OtherSite {
            return refused(&format!(
                "SameSite={same_site} came in an answer to a page of another site"
            ));
        }
        let own_path = cookie.path.as_deref();
        let own_path = own_path.filter(|path| path.starts_with('/'));
        if is_browser && name.starts_with("__Secure-") && !is_secure {
            return refused("a name with __Secure- asks for Secure");
        }
        let is_bound = is_secure && domain.is_none() && own_path == Some("/");
        if is_browser && name.starts_with("__Host-") && !is_bound {
            return refused("a name with __Host- asks for Secure, Path=/ and no Domain");
        }
        let kept = Kept {
            value: cookie.value,
            is_for_host_only: domain.is_none(),
            domain: domain.unwrap_or_else(|| host.to_owned()),
            path: own_path.map_or_else(|| default_path(path), str::to_owned),
            is_secure,
            is_http_only: cookie.is_http_only,
            same_site,
            until: cookie.end.map(until),
            name,
        };
        self.0.retain(|known| {
            (&known.name, &known.domain, &known.path) != (&kept.name, &kept.domain, &kept.path)
        });
        if kept.is_over() {
            return Ok(None);
        }
        let name = kept.name.clone();
        self.0.push(kept);
        Ok(Some(name))
    }

    /// The cookies for a request, as name and value; and those that stay at home although they are for this server, with the reason.
    pub(in super::super) fn for_request(
        &self,
        server: &Origin,
        path: &str,
        asking: Asking,
    ) -> (Pairs, Pairs) {
        let (mut sent, mut kept_back) = (Vec::new(), Vec::new());
        // The longest path first, as browsers do.
        let mut cookies: Vec<&Kept> = self.0.iter().filter(|kept| kept.is_for(server)).collect();
        cookies.sort_by_key(|kept| std::cmp::Reverse(kept.path.len()));
        for kept in cookies {
            match kept.stays_back(server, path, asking) {
                Some(why) => kept_back.push((kept.name.clone(), why)),
                None => sent.push((kept.name.clone(), kept.value.clone())),
            }
        }
        (sent, kept_back)
    }

    /// The names that a script in a page of the server can read.
    pub(super) fn for_script(&self, server: &Origin, path: &str) -> Vec<String> {
        let readable = self.0.iter().filter(|kept| {
            kept.is_for(server)
                && !kept.is_http_only
                && kept.stays_back(server, path, Asking::SameSite).is_none()
        });
        readable.map(|kept| kept.name.clone()).collect()
    }
}

impl Kept {
    fn is_over(&self) -> bool {
        self.until.is_some_and(|until| until <= Instant::now())
    }

    fn is_for(&self, server: &Origin) -> bool {
        let host = server.host();
        let fits = match self.is_for_host_only {
            true => host == self.domain,
            false => is_below(host, &self.domain),
        };
        fits && !self.is_over()
    }

    fn stays_back(&self, server: &Origin, path: &str, asking: Asking) -> Option<String> {
        if self.is_secure && !server.is_secure() {
            return Some("Secure is not sent over http".into());
        }
        if !is_path_below(path, &self.path) {
            return Some(format!("it is for Path={}", self.path));
        }
        let stays = match (self.same_site, asking) {
            (SameSite::None, _)
            | (_, Asking::SameSite | Asking::Program)
            | (SameSite::Lax, Asking::Arriving) => false,
            (SameSite::Lax | SameSite::Strict, _) => true,
        };
        stays.then(|| {
            format!(
                "SameSite={}, and a page of another site asks",
                self.same_site
            )
        })
    }
}

/// When a cookie is over; at once if it says a moment that has passed, never if nobody lives to see it.
fn until(end: End) -> Instant {
    let now = Instant::now();
    let left = match end {
        End::After(left) => left,
        End::At(moment) => moment.duration_since(SystemTime::now()).unwrap_or_default(),
    };
    now.checked_add(left).unwrap_or_else(|| now + A_LONG_TIME)
}

fn is_below(host: &str, domain: &str) -> bool {
    // An address has nothing below it.
    if host
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        return host == domain;
    }
    let above = host.strip_suffix(domain);
    above.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// The directory of the path that was asked for.
fn default_path(path: &str) -> String {
    let path = path.split('?').next().unwrap_or(path);
    match path.rfind('/') {
        None | Some(0) => "/".into(),
        Some(at) => path[..at].to_owned(),
    }
}

fn is_path_below(path: &str, above: &str) -> bool {
    let path = path.split('?').next().unwrap_or(path);
    match path.strip_prefix(above) {
        Some(rest) => rest.is_empty() || above.ends_with('/') || rest.starts_with('/'),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server() -> Origin {
        Origin::parse("https://api.shop.example").expect("an origin")
    }

    fn jar(headers: &[&str]) -> Jar {
        let mut jar = Jar::default();
        for header in headers {
            jar.take(header, &server(), "/login", Asking::SameSite)
                .expect("taken");
        }
        jar
    }

    fn sent(jar: &Jar, path: &str, asking: Asking) -> Vec<String> {
        let (sent, _) = jar.for_request(&server(), path, asking);
        sent.into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn what_another_site_makes_the_browser_send_depends_on_same_site() {
        let jar = jar(&[
            "s=1; SameSite=Strict",
            "l=1; SameSite=Lax",
            "d=1",
            "n=1; SameSite=None; Secure",
        ]);
        assert_eq!(sent(&jar, "/", Asking::SameSite), ["s", "l", "d", "n"]);
        assert_eq!(sent(&jar, "/", Asking::Arriving), ["l", "d", "n"]);
        assert_eq!(sent(&jar, "/", Asking::OtherSite), ["n"]);
    }

    #[test]
    fn a_path_is_for_what_lies_below_it_and_no_path_for_the_directory() {
        let mut jar = jar(&["a=1; Path=/admin"]);
        jar.take("b=1", &server(), "/login/form?x=/y/z", Asking::SameSite)
            .expect("taken");
        assert_eq!(sent(&jar, "/admin/x?y", Asking::SameSite), ["a"]);
        assert!(sent(&jar, "/administrator", Asking::SameSite).is_empty());
        assert_eq!(sent(&jar, "/login/other", Asking::SameSite), ["b"]);
    }

    #[test]
    fn cookies_that_no_browser_takes_are_refused_with_the_reason() {
        let refused = [
            ("a=1; Domain=evil.example", "not the server's name"),
            ("a=1; Domain=example", "shared by everybody"),
            ("a=1; SameSite=None", "asks for Secure"),
            ("__Host-a=1; Secure; Path=/x", "__Host-"),
            ("__Host-a=1; Secure; Path=/; Domain=shop.example", "__Host-"),
            ("__Secure-a=1", "__Secure-"),
        ];
        for (header, words) in refused {
            let told = Jar::default().take(header, &server(), "/", Asking::SameSite);
            let (_, why) = told.expect_err(header);
            assert!(why.contains(words), "{header}: {why}");
        }
        let plain = Origin::parse("http://api.shop.example").expect("an origin");
        let told = Jar::default().take("a=1; Secure", &plain, "/", Asking::SameSite);
        assert!(told.is_err());
        let told = Jar::default().take("a=1", &server(), "/", Asking::OtherSite);
        assert!(told.is_err());
    }

    #[test]
    fn a_program_that_is_no_browser_knows_no_sites_and_no_prefixes() {
        let server = Origin::parse("http://127.0.0.1:8000").expect("an origin");
        let mut jar = Jar::default();
        for header in [
            "n=1; SameSite=None; Path=/",
            "s=1; SameSite=Strict; Path=/",
            "__Host-h=1; Path=/",
        ] {
            let told = jar.take(header, &server, "/", Asking::Program);
            assert!(told.is_ok(), "{header}: {told:?}");
        }
        let refused = [
            "a=1; Secure; Path=/",
            "b=1; Domain=0.0.1; Path=/",
            "c=1; Domain=localhost",
        ];
        for header in refused {
            let told = jar.take(header, &server, "/", Asking::Program);
            assert!(told.is_err(), "{header}: {told:?}");
        }
        // Cookies do not tell ports apart.
        let other = Origin::parse("http://127.0.0.1:9000").expect("an origin");
        assert_eq!(jar.for_request(&other, "/x", Asking::Program).0.len(), 3);
    }

    #[test]
    fn an_age_beyond_all_time_keeps_the_cookie() {
        let jar = jar(&["a=1; Path=/; Max-Age=99999999999999999999"]);
        assert_eq!(sent(&jar, "/", Asking::SameSite), ["a"]);
    }

    #[test]
    fn a_cookie_is_deleted_by_its_age_or_its_date() {
        for ending in [
            "Max-Age=0",
            "Max-Age=-1",
            "Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        ] {
            let mut jar = jar(&["a=1; Path=/"]);
            let header = format!("a=; Path=/; {ending}");
            assert_eq!(
                jar.take(&header, &server(), "/logout", Asking::SameSite),
                Ok(None)
            );
            assert!(sent(&jar, "/", Asking::SameSite).is_empty(), "{ending}");
        }
    }

    #[test]
    fn a_domain_reaches_below_and_scripts_see_what_is_not_http_only() {
        let jar = jar(&["a=1; Domain=shop.example; Path=/", "b=1; HttpOnly; Path=/"]);
        let other = Origin::parse("https://www.shop.example").expect("an origin");
        assert_eq!(jar.for_request(&other, "/", Asking::SameSite).0.len(), 1);
        assert_eq!(jar.for_script(&server(), "/"), ["a"]);
    }
}
