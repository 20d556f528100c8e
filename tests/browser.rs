//! A browser in front of the learner's server: it asks first where the Fetch standard says so, keeps and sends cookies as browsers
//! do, and tells why a page may not read an answer.

mod common;

use backendlings::outcome::{Finding, Report};
use common::{Tiny, steps::server};

fn run(steps: &str, answer: &str) -> Report {
    let tiny = Tiny::sample("fn main() {}\n", "kind = \"server\"");
    tiny.write("exercises/sample.toml", steps);
    tiny.check(server(answer))
        .expect("no fault of the course or the machine")
}

#[track_caller]
fn passes(steps: &str, answer: &str) {
    let report = run(steps, answer);
    assert!(report.passed(), "{report:#?}");
}

/// The only finding.
#[track_caller]
fn fails(steps: &str, answer: &str) -> Finding {
    let report = run(steps, answer);
    assert_eq!(report.findings.len(), 1, "{report:#?}");
    report.findings[0].clone()
}

const CORS: &str = r#"
[[step]]
claim   = "the app reads with its cookies"
browser = { origin = "https://app.example", credentials = "include", readable = true, preflight = false, vary = true, sees = ["X-Total", "Content-Type"] }
send    = { path = "/notes" }
expect  = { status = 200, body = "notes" }

[[step]]
claim   = "the app changes a note after asking"
browser = { origin = "https://app.example", credentials = "include", readable = true, preflight = true }
send    = { method = "put", path = "/notes/1", json = { text = "${random.word}" } }
expect  = { status = 200 }

[[step]]
claim   = "strangers read nothing"
each    = ["https://evil-app.example", "https://app.example.evil.example", "http://app.example", "null"]
browser = { origin = "${each}", credentials = "include", readable = false }
send    = { path = "/notes" }

[[step]]
claim   = "strangers change nothing"
browser = { origin = "https://evil-app.example", credentials = "include", readable = false, preflight = true }
send    = { method = "DELETE", path = "/notes/1" }

[[step]]
claim   = "on its own pages nothing is asked"
browser = { origin = "https://api.example", readable = true, preflight = false }
send    = { method = "DELETE", path = "/own", headers.X-Csrf = "1" }
expect  = { status = 200 }
"#;

const ALLOWS: &str = r#"
    let field = |name: &str| head.lines().find_map(|line| {
        let (known, value) = line.split_once(": ")?;
        known.eq_ignore_ascii_case(name).then(|| value.to_owned())
    }).unwrap_or_default();
    let origin = field("Origin");
    let mut headers = String::from("Vary: Accept, Origin\r\n");
    if origin == "https://app.example" {
        headers += &format!("Access-Control-Allow-Origin: {origin}\r\nAccess-Control-Allow-Credentials: true\r\nAccess-Control-Expose-Headers: x-total\r\n");
        if method == "OPTIONS" {
            headers += "Access-Control-Allow-Methods: GET, PUT\r\nAccess-Control-Allow-Headers: Content-Type\r\n";
        }
    }
    if method == "OPTIONS" { return (200, headers, String::new()) }
    if path == "/own" && field("Host") != "api.example" { return (400, headers, String::new()) }
    (200, headers, "notes".into())
"#;

#[test]
fn a_page_reads_what_the_server_allows_it() {
    passes(CORS, ALLOWS);
}

#[test]
fn each_wrong_header_is_told_with_the_rule_that_it_breaks() {
    let faults = [
        (
            "if origin == \"https://app.example\" {",
            "if origin.ends_with(\"app.example\") {",
            "strangers read nothing",
            "the page may read it: Access-Control-Allow-Origin: https://evil-app.example, Access-Control-Allow-Credentials: true",
            "",
        ),
        (
            "Access-Control-Allow-Origin: {origin}",
            "Access-Control-Allow-Origin: *",
            "the app reads with its cookies",
            "Access-Control-Allow-Origin: *",
            "* does not count",
        ),
        (
            "Access-Control-Allow-Credentials: true\\r\\n",
            "",
            "the app reads with its cookies",
            "no header Access-Control-Allow-Credentials",
            "with cookies",
        ),
        (
            "Vary: Accept, Origin",
            "Vary: Accept",
            "the app reads with its cookies",
            "an answer that does not say so",
            "A cache that does not know",
        ),
        (
            "Access-Control-Expose-Headers: x-total\\r\\n",
            "",
            "the app reads with its cookies",
            "no header Access-Control-Expose-Headers",
            "",
        ),
        (
            "GET, PUT\\r\\n",
            "GET, put\\r\\n",
            "the app changes a note after asking",
            "Access-Control-Allow-Methods: GET, put",
            "allowed by its name",
        ),
        (
            "Access-Control-Allow-Headers: Content-Type",
            "Access-Control-Allow-Headers: *",
            "the app changes a note after asking",
            "Access-Control-Allow-Headers: *",
            "* does not count",
        ),
        (
            "return (200, headers, String::new())",
            "return (405, headers, String::new())",
            "the app changes a note after asking",
            "status 405",
            "Any other status means no",
        ),
    ];
    for (right, wrong, claim, actual, rule) in faults {
        let program = ALLOWS.replacen(right, wrong, 1);
        assert_ne!(program, ALLOWS, "{right}");
        let report = run(CORS, &program);
        let finding = &report.findings[0];
        assert_eq!(finding.claim, claim, "{finding:#?}");
        assert_eq!(finding.actual.as_deref(), Some(actual));
        let explain = finding.explain.clone().unwrap_or_default();
        assert!(explain.contains(rule), "{explain}");
    }
}

#[test]
fn what_the_browser_asked_first_can_be_repeated_by_hand() {
    let finding = fails(CORS, &ALLOWS.replace("GET, PUT", "GET"));
    let asked = finding.asked.unwrap_or_default();
    assert!(
        asked.starts_with("a script in a page of https://app.example: OPTIONS /notes/1"),
        "{asked}"
    );
    assert!(
        asked.ends_with("because the method PUT is not GET, HEAD or POST"),
        "{asked}"
    );
    let repeat = finding.repeat.unwrap_or_default();
    for part in [
        "-X OPTIONS",
        "-H 'Access-Control-Request-Method: PUT'",
        "-H 'Access-Control-Request-Headers: content-type'",
        "-H 'Origin: https://app.example'",
    ] {
        assert!(repeat.contains(part), "{repeat}");
    }
}

const COOKIES: &str = r#"
[[step]]
claim   = "the login is a cookie that no script reads"
browser = { as = "anna", origin = "https://api.example", kept = ["id", "lang"], sent = [], script_reads = ["lang"] }
send    = { method = "POST", path = "/login", body = "x" }

[[step]]
claim   = "it goes along to the pages of the server, but not above its path"
browser = { as = "anna", origin = "https://api.example", sent = ["id"] }
send    = { path = "/me" }
expect  = { status = 200, body = "id=7" }

[[step]]
claim   = "it does not go along with a form of another site"
browser = { as = "anna", origin = "https://evil.example", by = "form", sent = [] }
send    = { method = "POST", path = "/transfer", body = "to=eve" }
expect  = { status = 401 }

[[step]]
claim   = "it does go along with a link"
browser = { as = "anna", origin = "https://evil.example", by = "link", sent = ["id"] }
send    = { path = "/me" }
expect  = { status = 200 }

[[step]]
claim   = "somebody else is not known"
browser = { as = "ben", origin = "https://api.example", sent = [] }
send    = { path = "/me" }
expect  = { status = 401 }

[[step]]
claim   = "after the logout it is gone"
browser = { as = "anna", origin = "https://api.example", kept = [] }
send    = { method = "POST", path = "/logout" }

[[step]]
claim   = "she is not known any more"
browser = { as = "anna", origin = "https://api.example", sent = [] }
send    = { path = "/me" }
expect  = { status = 401 }
"#;

const LOGS_IN: &str = r#"
    let cookie = head.lines().find_map(|line| line.strip_prefix("Cookie: ")).unwrap_or_default();
    match path.as_str() {
        "/login" => (200, "Set-Cookie: id=7; Path=/; Secure; HttpOnly; SameSite=Lax\r\nSet-Cookie: lang=de; Path=/login\r\n".into(), String::new()),
        "/logout" => (200, "Set-Cookie: id=; Path=/; Max-Age=0\r\n".into(), String::new()),
        _ if cookie == "id=7" => (200, String::new(), cookie.into()),
        _ => (401, String::new(), String::new()),
    }
"#;

#[test]
fn a_browser_keeps_and_sends_cookies_as_browsers_do() {
    passes(COOKIES, LOGS_IN);
}

#[test]
fn each_wrong_attribute_of_a_cookie_is_told() {
    let faults = [
        (
            "HttpOnly; ",
            "",
            "the login is a cookie that no script reads",
            "the cookies id, lang",
        ),
        (
            "SameSite=Lax",
            "SameSite=None",
            "it does not go along with a form of another site",
            "the cookie id",
        ),
        (
            "SameSite=Lax",
            "SameSite=Strict",
            "it does go along with a link",
            "no cookie; not id: SameSite=Strict, and a page of another site asks",
        ),
        (
            "id=7; Path=/; Secure; HttpOnly; SameSite=Lax",
            "id=7; Path=/; SameSite=None",
            "the login is a cookie that no script reads",
            "the cookie lang; not id: SameSite=None asks for Secure",
        ),
        (
            "id=7; Path=/;",
            "id=7; Path=/; Domain=example;",
            "the login is a cookie that no script reads",
            "the cookie lang; not id: Domain=example is shared by everybody below it",
        ),
        (
            "id=7; Path=/;",
            "id=7; Path=/login;",
            "it goes along to the pages of the server, but not above its path",
            "no cookie; not id: it is for Path=/login",
        ),
        (
            "id=; Path=/; Max-Age=0",
            "id=; Max-Age=1",
            "after the logout it is gone",
            "the cookie id",
        ),
    ];
    for (right, wrong, claim, actual) in faults {
        let program = LOGS_IN.replacen(right, wrong, 1);
        assert_ne!(program, LOGS_IN, "{right}");
        let report = run(COOKIES, &program);
        let finding = report
            .findings
            .iter()
            .find(|finding| finding.claim == claim);
        let finding = finding.unwrap_or_else(|| panic!("{claim}: {report:#?}"));
        let told = report
            .findings
            .iter()
            .any(|finding| finding.claim == claim && finding.actual.as_deref() == Some(actual));
        assert!(told, "{finding:#?}");
    }
}

#[test]
fn what_a_page_cannot_do_is_a_fault_of_the_steps() {
    let faults = [
        (
            "origin = \"app.example\"",
            "send = { path = \"/\" }",
            "an origin is a scheme",
        ),
        (
            "origin = \"null\", orign = \"x\"",
            "send = { path = \"/\" }",
            "`orign` is not known here",
        ),
        (
            "origin = \"null\"",
            "send = { path = \"/\", headers.Cookie = \"a=b\" }",
            "cannot set the header cookie",
        ),
        (
            "origin = \"null\", by = \"form\"",
            "send = { path = \"/\", method = \"PUT\" }",
            "a form a GET or a POST",
        ),
        (
            "origin = \"null\", by = \"link\", readable = true",
            "send = { path = \"/\" }",
            "leaves the page",
        ),
        (
            "origin = \"null\"",
            "send = { path = \"/\", as = \"anna\" }",
            "a plain send",
        ),
        (
            "origin = \"null\"",
            "parallel = 3\nsend = { path = \"/\" }",
            "one thing at a time",
        ),
    ];
    for (browser, rest, words) in faults {
        let tiny = Tiny::sample("fn main() {}\n", "kind = \"server\"");
        let step = format!(
            "[[step]]\nclaim = \"a\"\nbrowser = {{ {browser} }}\n{rest}\nexpect = {{ status = 200 }}\n"
        );
        tiny.write("exercises/sample.toml", step);
        let error = tiny.check("fn main() {}\n").expect_err(words).to_string();
        assert!(error.contains(words) && error.contains(".toml:"), "{error}");
    }
}
