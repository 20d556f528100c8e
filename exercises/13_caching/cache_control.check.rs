//! The cache that stands before the learner's app, and the readers who ask it.
//!
//! It is a shared cache after RFC 9111, as far as these answers need it: it keeps what it may keep, under the path and
//! the request headers that Vary names, for as long as it is fresh, and asks the app for everything else. Where an
//! answer says nothing of its age, it guesses, as section 4.2.2 allows. Its clock is a number, so a year takes no time.

use super::*;
use reqwest::{Client, header::HeaderMap as Headers};
use std::collections::HashMap;

/// One answer that was kept.
struct Kept {
    /// The names in Vary, with what the request said of each.
    asked_with: Vec<(String, String)>,
    body: String,
    fresh_until: u64,
}

struct Cache {
    client: Client,
    app: String,
    kept: HashMap<String, Vec<Kept>>,
    /// Seconds since the test began.
    now: u64,
    /// How many requests have reached the app.
    forwarded: usize,
}

/// What a cache guesses where nothing is said.
const GUESS: u64 = 600;

impl Cache {
    /// Asks for a path, with headers of the request.
    async fn get(&mut self, path: &str, asked: &[(&str, &str)]) -> String {
        let said = |name: &str| {
            let found = asked
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name));
            found.map_or(String::new(), |(_, value)| value.to_string())
        };
        let kept = self.kept.entry(path.to_string()).or_default();
        let fits = |kept: &&Kept| {
            let same = kept
                .asked_with
                .iter()
                .all(|(name, value)| said(name) == *value);
            same && self.now < kept.fresh_until
        };
        if let Some(found) = kept.iter().find(fits) {
            return found.body.clone();
        }
        let mut request = self.client.get(format!("{}{path}", self.app));
        for (name, value) in asked {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.expect("the app answers");
        self.forwarded += 1;
        let lasts = lasts(answer.headers());
        let vary = list(answer.headers(), "vary");
        let asked_with = vary.iter().map(|name| (name.clone(), said(name))).collect();
        let body = answer.text().await.expect("a body");
        if let Some(seconds) = lasts
            && !vary.contains(&"*".to_string())
        {
            kept.push(Kept {
                asked_with,
                body: body.clone(),
                fresh_until: self.now + seconds,
            });
        }
        body
    }
}

/// The members of a header that is a list, in small letters.
fn list(headers: &Headers, name: &str) -> Vec<String> {
    let values = headers.get_all(name).iter();
    let values = values.filter_map(|value| value.to_str().ok());
    let members = values.flat_map(|value| value.split(','));
    members
        .map(|member| member.trim().to_ascii_lowercase())
        .filter(|member| !member.is_empty())
        .collect()
}

/// For how many seconds a shared cache may give an answer again; `None` if it must not keep it.
fn lasts(headers: &Headers) -> Option<u64> {
    let says = list(headers, "cache-control");
    let number = |name: &str| {
        let found = says.iter().find_map(|member| member.strip_prefix(name));
        found.and_then(|number| number.trim_matches('"').parse::<u64>().ok())
    };
    let forbids = |member: &String| ["no-store", "private", "no-cache"].contains(&member.as_str());
    if says.iter().any(forbids) || list(headers, "expires").contains(&"0".to_string()) {
        return None;
    }
    Some(number("s-maxage=").or(number("max-age=")).unwrap_or(GUESS))
}

/// Runs the learner's app, with the cache in front.
fn behind_a_cache(story: impl AsyncFnOnce(&mut Cache)) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, app()).await });
        let mut cache = Cache {
            client: Client::new(),
            app: format!("http://{address}"),
            kept: HashMap::new(),
            now: 0,
            forwarded: 0,
        };
        story(&mut cache).await;
    });
}

const DAY: u64 = 24 * 60 * 60;

#[test]
fn the_logo_is_fetched_once_in_three_hundred_days() {
    behind_a_cache(async |cache| {
        for day in 0..300 {
            cache.now = day * DAY;
            assert_eq!(
                cache.get("/logo-3f2a.svg", &[]).await,
                "<svg/>\n",
                "GET /logo-3f2a.svg"
            );
        }
        let told = "requests for the logo that reach your app, with a reader each day";
        assert_eq!(cache.forwarded, 1, "{told}");
    });
}

#[test]
fn within_a_minute_the_news_are_fetched_once() {
    behind_a_cache(async |cache| {
        for second in [0, 10, 50] {
            cache.now = second;
            cache.get("/news", &[("Accept-Language", "en")]).await;
        }
        let told = "requests for /news that reach your app, with readers at 0, 10 and 50 s";
        assert_eq!(cache.forwarded, 1, "{told}");
    });
}

#[test]
fn after_a_minute_the_news_are_fetched_again() {
    behind_a_cache(async |cache| {
        for second in [0, 61] {
            cache.now = second;
            cache.get("/news", &[("Accept-Language", "en")]).await;
        }
        let told = "requests for /news that reach your app, with readers at 0 and 61 s";
        assert_eq!(cache.forwarded, 2, "{told}");
    });
}

#[test]
fn every_reader_gets_the_news_in_their_language() {
    behind_a_cache(async |cache| {
        let told = "GET /news through the cache; the reader before asked for another language";
        for (language, text) in [
            ("en", "It rains.\n"),
            ("de", "Es regnet.\n"),
            ("en", "It rains.\n"),
        ] {
            let got = cache.get("/news", &[("Accept-Language", language)]).await;
            assert_eq!(got, text, "{told}; Accept-Language: {language}");
        }
    });
}

#[test]
fn two_readers_of_one_language_share_an_answer() {
    behind_a_cache(async |cache| {
        for cookie in ["anna", "bob", "carl"] {
            let asked = [("Accept-Language", "de"), ("Cookie", cookie)];
            cache.get("/news", &asked).await;
        }
        let told = "requests for /news in German that reach your app, with three readers";
        assert_eq!(cache.forwarded, 1, "{told}");
    });
}

#[test]
fn nobody_sees_the_page_of_somebody_else() {
    behind_a_cache(async |cache| {
        for cookie in ["anna", "bob", "anna"] {
            let got = cache.get("/me", &[("Cookie", cookie)]).await;
            let page = format!("This is the page of {cookie}.\n");
            assert_eq!(got, page, "GET /me through the cache, Cookie: {cookie}");
        }
        let got = cache.get("/me", &[]).await;
        assert_eq!(
            got, "This is the page of nobody.\n",
            "GET /me through the cache, no Cookie"
        );
    });
}

#[test]
fn the_stock_is_never_from_before() {
    behind_a_cache(async |cache| {
        let first = cache.get("/stock", &[]).await;
        let second = cache.get("/stock", &[]).await;
        let came = match second == first {
            true => "the answer from before",
            false => "a new answer",
        };
        let told = "GET /stock again through the cache; each request to your app changes the stock";
        assert_eq!(came, "a new answer", "{told}");
    });
}
