//! A shared cache in front of the learner's server: what it keeps, for whom and for how long, and what it says of it.

mod common;

use backendlings::outcome::Report;
use common::{Tiny, steps::server};

fn run(answer: &str) -> Report {
    let tiny = Tiny::sample("fn main() {}\n", "kind = \"server\"");
    tiny.write("exercises/sample.toml", STEPS);
    tiny.check(server(answer))
        .expect("no fault of the course or the machine")
}

const STEPS: &str = r#"
[[step]]
claim   = "the style is fetched once, whoever asks"
each    = ["anna", "ben", "carl"]
through = "cache"
send    = { path = "/style.css", headers.X-Name = "${each}" }
expect  = { status = 200, body = "style" }
cache   = { requests = 1 }

[[step]]
claim   = "a minute later it is asked for again, and has not changed"
through = "cache"
send    = { path = "/style.css" }
expect  = { status = 200, body = "style", headers.Age = { matches = "^[0-9]$" } }
cache   = { is = "revalidated", later_seconds = 61, requests = 1 }

[[step]]
claim   = "then it is fresh again"
through = "cache"
send    = { path = "/style.css" }
expect  = { status = 200 }
cache   = "hit"

[[step]]
claim   = "the page of anna is hers"
through = "cache"
send    = { path = "/me", headers.Cookie = "id=anna" }
expect  = { body = "id=anna" }

[[step]]
claim   = "ben sees his own page"
through = "cache"
send    = { path = "/me", headers.Cookie = "id=ben" }
expect  = { body = "id=ben" }
cache   = "miss"

[[step]]
claim   = "each language is kept apart"
each    = ["de", "fr", "de", "fr"]
through = "cache"
send    = { path = "/hello", headers.Accept-Language = "${each}" }
expect  = { body = "${each}" }
cache   = { requests = 2 }

[[step]]
claim   = "a token is never shared"
each    = ["Bearer a", "Bearer b"]
through = "cache"
send    = { path = "/account", headers.Authorization = "${each}" }
expect  = { body = "${each}" }
cache   = "miss"

[[step]]
claim   = "the price is kept for as long as shared caches may"
each    = ["1", "2"]
through = "cache"
send    = { path = "/price" }
expect  = { status = 200 }
cache   = { requests = 1 }

[[step]]
claim   = "what is written is not read from the cache"
through = "cache"
send    = { method = "PUT", path = "/price", body = "2" }
expect  = { status = 200 }

[[step]]
claim   = "the new price is fetched"
through = "cache"
send    = { path = "/price" }
expect  = { status = 200 }
cache   = { is = "miss", requests = 1 }
"#;

const CACHEABLE: &str = r#"
    let field = |name: &str| head.lines().find_map(|line| {
        let (known, value) = line.split_once(": ")?;
        known.eq_ignore_ascii_case(name).then(|| value.to_owned())
    }).unwrap_or_default();
    let headers = match path.as_str() {
        "/style.css" => "Cache-Control: public, max-age=60\r\nETag: \"v1\"\r\n",
        "/me" => "Cache-Control: private, max-age=60\r\n",
        "/hello" => "Cache-Control: max-age=60\r\nVary: Accept-Language\r\n",
        "/account" => "Cache-Control: max-age=60\r\n",
        "/price" => "Cache-Control: max-age=0, s-maxage=10\r\n",
        _ => "",
    };
    let body = match path.as_str() {
        "/style.css" if field("If-None-Match") == "\"v1\"" => return (304, headers.into(), String::new()),
        "/style.css" => "style".into(),
        "/me" => field("Cookie"),
        "/hello" => field("Accept-Language"),
        "/account" => field("Authorization"),
        _ => String::new(),
    };
    (200, headers.into(), body)
"#;

#[test]
fn a_cache_is_used_as_the_answers_allow() {
    let report = run(CACHEABLE);
    assert!(report.passed(), "{report:#?}");
}

#[test]
fn each_wrong_word_about_caching_is_told_with_the_reason() {
    let faults = [
        (
            "public, max-age=60",
            "no-store",
            "the style is fetched once, whoever asks",
            "3: GET /style.css, X-Name: anna; GET /style.css, X-Name: ben; GET /style.css, X-Name: carl",
        ),
        (
            "ETag: \\\"v1\\\"\\r\\n",
            "",
            "a minute later it is asked for again, and has not changed",
            "it asked the server for the whole answer: what is kept is 61 seconds old, and Cache-Control says max-age=60",
        ),
        (
            "public, max-age=60",
            "no-cache",
            "then it is fresh again",
            "it asked whether its answer still holds",
        ),
        (
            "private, max-age=60",
            "public, max-age=60",
            "ben sees his own page",
            "it had an answer: it was kept from GET /me, Cookie: id=anna, 0 seconds ago; Cache-Control says max-age=60",
        ),
        (
            "\\r\\nVary: Accept-Language",
            "",
            "each language is kept apart",
            "body de",
        ),
        (
            "\"/account\" => \"Cache-Control: max-age=60",
            "\"/account\" => \"Cache-Control: public, max-age=60",
            "a token is never shared",
            "it had an answer: it was kept from GET /account, Authorization: Bearer a, 0 seconds ago; Cache-Control says max-age=60",
        ),
        (
            "max-age=0, s-maxage=10",
            "max-age=0",
            "the price is kept for as long as shared caches may",
            "2: GET /price; GET /price",
        ),
    ];
    for (right, wrong, claim, actual) in faults {
        let program = CACHEABLE.replacen(right, wrong, 1);
        assert_ne!(program, CACHEABLE, "{right}");
        let report = run(&program);
        let told: Vec<&str> = report
            .findings
            .iter()
            .filter(|finding| finding.claim == claim)
            .filter_map(|finding| finding.actual.as_deref())
            .collect();
        assert!(
            told.iter().any(|told| told.starts_with(actual)),
            "{claim}: {told:?} {report:#?}"
        );
    }
}

#[test]
fn what_no_cache_can_do_is_a_fault_of_the_steps() {
    let faults = [
        (
            "cache = \"hit\"\nsend = { path = \"/\" }",
            "does not go through the cache",
        ),
        (
            "through = \"cache\"\ncache = \"hot\"\nsend = { path = \"/\" }",
            "`hot` is not what a cache can say",
        ),
        (
            "through = \"cache\"\ncache = { later = 3 }\nsend = { path = \"/\" }",
            "`later` is not known here",
        ),
        (
            "through = \"cache\"\nsend = { path = \"/\", as = \"anna\" }",
            "a plain send",
        ),
        ("through = \"cache\"\nraw = \"GET\"", "a plain send"),
        (
            "through = \"proxy\"\nsend = { path = \"/\" }",
            "`proxy` is not known here",
        ),
    ];
    for (step, words) in faults {
        let tiny = Tiny::sample("fn main() {}\n", "kind = \"server\"");
        let step = format!("[[step]]\nclaim = \"a\"\n{step}\nexpect = {{ status = 200 }}\n");
        tiny.write("exercises/sample.toml", step);
        let error = tiny.check("fn main() {}\n").expect_err(words).to_string();
        assert!(error.contains(words) && error.contains(".toml:"), "{error}");
    }
}
