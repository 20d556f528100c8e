//! The provider of logins: a server in Python logs people in with it, rightly and in each way that is wrong.

#![cfg(unix)]

mod common;

use backendlings::{
    outcome::{Outcome, Report},
    peers::{Client, Endpoint, Pkce, Provider, ProviderMood, User},
};
use common::Tiny;
use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

/// A whole client of OpenID Connect, in Python because its standard library can open a signature.
const LOGIN: &str = r#"
import base64, hashlib, json, os, secrets, time, urllib.error, urllib.parse, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT, ISSUER = os.environ["PORT"], os.environ["OAUTH_URL"]
CLIENT, SECRET = os.environ["OAUTH_CLIENT_ID"], os.environ["OAUTH_CLIENT_SECRET"]
BACK = f"http://127.0.0.1:{PORT}/callback"
logins, sessions, keys = {}, {}, {}

def un64(text): return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
def to64(data): return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

def fetch(url, data=None, headers={}):
    with urllib.request.urlopen(urllib.request.Request(url, data, headers)) as answer:
        return json.load(answer)

def key(kid):
    if kid not in keys:
        keys.clear()
        keys.update({key["kid"]: key for key in fetch(ISSUER + "/jwks")["keys"]})
    return keys[kid]

def verify(token, nonce):
    head, claims, signature = token.split(".")
    header = json.loads(un64(head))
    assert header["alg"] == "RS256", "algorithm"
    n = int.from_bytes(un64(key(header["kid"])["n"]), "big")
    opened = pow(int.from_bytes(un64(signature), "big"), 65537, n).to_bytes(256, "big")
    digest = hashlib.sha256(f"{head}.{claims}".encode()).digest()
    prefix = bytes.fromhex("3031300d060960864801650304020105000420")
    assert opened == b"\0\1" + b"\xff" * (256 - 54) + b"\0" + prefix + digest, "signature"
    claims = json.loads(un64(claims))
    assert claims["iss"] == ISSUER, "issuer"
    assert claims["aud"] == CLIENT, "audience"
    assert claims["exp"] > time.time(), "expired"
    assert claims["nonce"] == nonce, "nonce"
    assert claims["email_verified"], "email"
    return claims

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *_): pass
    def say(self, status, body="", **headers):
        body = body.encode()
        self.send_response(status)
        for name, value in headers.items(): self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def browser(self):
        cookies = dict(pair.split("=", 1) for pair in self.headers.get("Cookie", "").split("; ") if "=" in pair)
        return cookies
    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        if url.path == "/login":
            state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
            logins[state] = (nonce, verifier)
            challenge = to64(hashlib.sha256(verifier.encode()).digest())
            ask = dict(response_type="code", client_id=CLIENT, redirect_uri=BACK, scope="openid email", state=state, nonce=nonce, code_challenge=challenge, code_challenge_method="S256")
            return self.say(302, Location=f"{ISSUER}/authorize?{urllib.parse.urlencode(ask)}", Set_Cookie=f"state={state}; Path=/; HttpOnly")
        if url.path == "/callback":
            state = query.get("state", "")
            if state not in logins or self.browser().get("state") != state:
                return self.say(400, "state")
            nonce, verifier = logins.pop(state)
            basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
            form = dict(grant_type="authorization_code", code=query.get("code", ""), redirect_uri=BACK, code_verifier=verifier)
            try:
                tokens = fetch(ISSUER + "/token", urllib.parse.urlencode(form).encode(), {"Authorization": "Basic " + basic})
                claims = verify(tokens["id_token"], nonce)
            except urllib.error.HTTPError as error:
                return self.say(502 if error.code >= 500 else 400, "provider")
            except (AssertionError, KeyError) as error:
                return self.say(400, str(error))
            session = secrets.token_urlsafe(32)
            sessions[session] = claims["email"]
            return self.say(303, Location="/me", Set_Cookie=f"session={session}; Path=/; HttpOnly")
        if url.path == "/me" and self.browser().get("session") in sessions:
            return self.say(200, sessions[self.browser()["session"]])
        self.say(401)

ThreadingHTTPServer(("127.0.0.1", int(PORT)), Handler).serve_forever()
"#;

const STEPS: &str = r#"
command = ["python3", "${file}"]

[peers.oauth]
redirect_path = "/callback"
pkce          = "required"
users         = [{ name = "anna", email = "anna@${random.word}.test" }, { name = "eve", email = "eve@example.test" }, { name = "mallory", email = "anna@${random.word}.test", email_verified = false }]

[[step]]
claim  = "anna is logged in by the provider"
send   = { as = "anna", path = "/login", follow = 3 }
expect = { status = 200, body = "anna@${random.word}.test" }
oauth  = { requests = { authorize = 1, token = 1, jwks = 1, userinfo = 0 } }

[[step]]
claim  = "the keys are not fetched again for eve"
send   = { as = "eve", path = "/login", follow = 3 }
expect = { status = 200, body = "eve@example.test" }
oauth  = { user = "eve", requests = { token = 1, jwks = 0 } }

[[step]]
claim  = "new keys are fetched when they are there"
send   = { as = "anna", path = "/login", follow = 3 }
expect = { status = 200 }
oauth  = { rotates = true, requests = { jwks = 1 } }

[[step]]
claim   = "eve comes back with a code of her own"
send    = { as = "eve", path = "/login", follow = 1 }
expect  = { status = 302 }
oauth   = { user = "eve" }
capture = { callback = { header = "Location", matches = "^http://[^/]+(/.*)$" } }

[[step]]
claim  = "nobody else can be logged in with it"
send   = { as = "victim", path = "${callback}" }
expect = { status = 400 }

[[step]]
claim  = "with an email that nobody has verified nobody is logged in"
send   = { as = "mallory", path = "/login", follow = 3 }
expect = { status = 400 }
oauth  = { user = "mallory" }

[[step]]
claim  = "a token for another login is refused"
send   = { as = "a", path = "/login", follow = 3 }
expect = { status = 400, body = "nonce" }
oauth  = { id_token = "nonce" }

[[step]]
claim  = "a token for another client is refused"
send   = { as = "a", path = "/login", follow = 3 }
expect = { status = 400, body = "audience" }
oauth  = { id_token = "audience" }

[[step]]
claim  = "a token of another provider is refused"
send   = { as = "a", path = "/login", follow = 3 }
expect = { status = 400, body = "issuer" }
oauth  = { id_token = "issuer" }

[[step]]
claim  = "an old token is refused"
send   = { as = "a", path = "/login", follow = 3 }
expect = { status = 400, body = "expired" }
oauth  = { id_token = "expired" }

[[step]]
claim  = "a token that nobody has signed is refused"
send   = { as = "a", path = "/login", follow = 3 }
expect = { status = 400, body = "algorithm" }
oauth  = { id_token = "unsigned" }

[[step]]
claim  = "a token that was changed is refused"
send   = { as = "a", path = "/login", follow = 3 }
expect = { status = 400, body = "signature" }
oauth  = { id_token = "tampered" }

[[step]]
claim  = "a token with the signature of another key is refused"
send   = { as = "a", path = "/login", follow = 3 }
expect = { status = 400, body = "signature" }
oauth  = { id_token = "wrong_key" }

[[step]]
claim  = "while the provider is down that is said"
send   = { as = "a", path = "/login", follow = 3 }
expect = { status = 502 }
oauth  = { down = ["token"], requests = { token = [1, 2, 3] } }
"#;

/// What came of it; nothing where Python is missing.
fn run(program: &str) -> Option<Report> {
    let tiny = Tiny::sample("fn main() {}\n", "kind = \"server\"\nfile = \"sample.py\"");
    tiny.write("exercises/sample.toml", STEPS);
    tiny.write("exercises/sample.py", program);
    let report = tiny
        .check_file("exercises/sample.py", program)
        .expect("no fault of the course or the machine");
    if let Outcome::Skipped { reason } = &report.outcome {
        eprintln!("skipped: {reason}");
        return None;
    }
    Some(report)
}

#[test]
fn who_logs_people_in_with_care_passes() {
    if let Some(report) = run(LOGIN) {
        assert!(report.passed(), "{report:#?}");
    }
}

#[test]
fn each_careless_login_is_caught_at_its_step() {
    let faults = [
        (
            " or self.browser().get(\"state\") != state",
            "",
            "nobody else can be logged in with it",
            "status 303",
        ),
        (
            "    assert claims[\"email_verified\"], \"email\"\n",
            "",
            "with an email that nobody has verified nobody is logged in",
            "status 200",
        ),
        (
            "    assert claims[\"nonce\"] == nonce, \"nonce\"\n",
            "",
            "a token for another login is refused",
            "status 200",
        ),
        (
            "    assert claims[\"aud\"] == CLIENT, \"audience\"\n",
            "",
            "a token for another client is refused",
            "status 200",
        ),
        (
            "    assert claims[\"iss\"] == ISSUER, \"issuer\"\n",
            "",
            "a token of another provider is refused",
            "status 200",
        ),
        (
            "    assert claims[\"exp\"] > time.time(), \"expired\"\n",
            "",
            "an old token is refused",
            "status 200",
        ),
        (
            "    assert header[\"alg\"] == \"RS256\", \"algorithm\"\n",
            "    if header[\"alg\"] == \"none\": return json.loads(un64(claims))\n",
            "a token that nobody has signed is refused",
            "status 200",
        ),
        (
            "    assert opened == ",
            "    opened == ",
            "a token that was changed is refused",
            "status 200",
        ),
        (
            "        keys.clear()\n",
            "        if keys: raise KeyError(kid)\n        keys.clear()\n",
            "new keys are fetched when they are there",
            "status 400",
        ),
        (
            "    if kid not in keys:\n",
            "    if True:\n",
            "the keys are not fetched again for eve",
            "1",
        ),
    ];
    for (right, wrong, claim, actual) in faults {
        let program = LOGIN.replacen(right, wrong, 1);
        assert_ne!(program, LOGIN, "{right}");
        let Some(report) = run(&program) else { return };
        let finding = report
            .findings
            .iter()
            .find(|finding| finding.claim == claim);
        let finding = finding.unwrap_or_else(|| panic!("{claim}: {report:#?}"));
        let told = finding.actual.clone().unwrap_or_default();
        assert!(told.starts_with(actual), "{finding:#?}");
    }
}

#[test]
fn what_the_provider_refuses_is_told_to_the_learner() {
    let faults = [
        (
            "redirect_uri=BACK, code_verifier",
            "redirect_uri=ISSUER, code_verifier",
            "redirect_uri is \"http",
        ),
        (
            "code_verifier=verifier",
            "code_verifier=state",
            "code_verifier does not fit",
        ),
        (
            "{CLIENT}:{SECRET}",
            "{CLIENT}:secret",
            "the secret of the client is wrong",
        ),
        (
            "code_challenge_method=\"S256\"",
            "code_challenge_method=\"plain\"",
            "has to be S256",
        ),
        (
            "BACK = f\"http://127.0.0.1:{PORT}/callback\"",
            "BACK = f\"http://127.0.0.1:{PORT}/\"",
            "is registered",
        ),
    ];
    for (right, wrong, words) in faults {
        let program = LOGIN.replacen(right, wrong, 1);
        assert_ne!(program, LOGIN, "{right}");
        let Some(report) = run(&program) else { return };
        let finding = &report.findings[0];
        assert_eq!(finding.claim, "anna is logged in by the provider");
        let explain = finding.explain.clone().unwrap_or_default();
        assert!(
            explain.contains("The provider refused at /") && explain.contains(words),
            "{explain}"
        );
    }
}

#[test]
fn a_secret_that_reaches_the_browser_is_found_wherever_it_is() {
    let faults = [
        (
            "Set_Cookie=f\"session={session};",
            "Set_Cookie=f\"session={session}-{tokens['access_token']};",
            "an access token in a cookie",
        ),
        (
            "return self.say(200, sessions",
            "return self.say(200, SECRET + sessions",
            "the client's secret in the body",
        ),
        (
            "return self.say(200, sessions[self.browser()[\"session\"]])",
            "return self.say(200, sessions[self.browser()[\"session\"]], X_Debug=SECRET)",
            "the client's secret in the header X-Debug",
        ),
    ];
    for (right, wrong, actual) in faults {
        let mut program = LOGIN.replacen(right, wrong, 1);
        assert_ne!(program, LOGIN, "{right}");
        if wrong.contains("{session}-") {
            program = program.replace(
                "sessions[session] = claims",
                "sessions[session + '-' + tokens['access_token']] = claims",
            );
        }
        let Some(report) = run(&program) else { return };
        let told = report.findings[0].actual.clone().unwrap_or_default();
        assert!(told.eq_ignore_ascii_case(actual), "{told}: {report:#?}");
    }
}

/// Asks a peer over a connection of its own; gives the whole answer.
fn ask(url: &str, head: &str, body: &str) -> String {
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("connected");
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .expect("set");
    write!(
        stream,
        "{head}\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .expect("sent");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("answered");
    text
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text
        .split_once(start)
        .unwrap_or_else(|| panic!("no {start} in {text}"));
    rest.split(end).next().unwrap_or(rest)
}

/// A provider that knows one client, and anna under two addresses.
fn provider() -> Provider {
    let client = Client {
        id: "shop".into(),
        secret: "s".into(),
        redirect_path: "/back".into(),
        pkce: Pkce::Optional,
    };
    let anna = |name: &str, same_as: Option<&str>| User {
        name: name.into(),
        same_as: same_as.map(str::to_owned),
        email: format!("{name}@example.test"),
        email_verified: true,
    };
    let users = vec![anna("anna", None), anna("moved", Some("anna"))];
    Provider::start(client, users, "seed").expect("started")
}

/// What the provider says of the one whom it logs in.
fn person(provider: &Provider, user: &str) -> String {
    provider.behave(ProviderMood {
        user: Some(user.into()),
        ..ProviderMood::default()
    });
    let url = provider.issuer();
    let back = "redirect_uri=http%3A%2F%2Flocalhost%3A1%2Fback";
    let query = format!("response_type=code&client_id=shop&{back}");
    let sent_back = ask(&url, &format!("GET /authorize?{query} HTTP/1.1"), "");
    let code = between(&sent_back, "code=", "\r");
    let form =
        format!("grant_type=authorization_code&client_id=shop&client_secret=s&{back}&code={code}");
    let answer = ask(&url, "POST /token HTTP/1.1", &form);
    let token = between(&answer, "\"access_token\":\"", "\"");
    let head = format!("GET /userinfo HTTP/1.1\r\nAuthorization: Bearer {token}");
    ask(&url, &head, "")
}

#[test]
fn whoever_has_another_address_now_keeps_the_sub() {
    let provider = provider();
    let (before, now) = (person(&provider, "anna"), person(&provider, "moved"));
    let sub = |text| between(text, "\"sub\":\"", "\"").to_owned();
    assert_eq!(sub(&before), sub(&now));
    assert!(now.contains("moved@example.test"), "{now}");
}

#[test]
fn what_is_silent_takes_the_question_and_says_nothing() {
    let provider = provider();
    provider.behave(ProviderMood {
        silent: vec![Endpoint::Token],
        ..ProviderMood::default()
    });
    let address = provider.issuer();
    let address = address.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("connected");
    write!(
        stream,
        "POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
    )
    .expect("sent");
    assert!(
        provider.wait_for(1, Duration::from_secs(60)),
        "the question is taken"
    );
    // It ends when the client has had enough, and says nothing until then.
    stream.shutdown(std::net::Shutdown::Write).expect("shut");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("the end");
    assert_eq!(text, "");
}

#[test]
fn a_token_says_who_it_is_until_its_code_is_used_twice() {
    let provider = provider();
    let url = provider.issuer();
    let discovered = ask(&url, "GET /.well-known/openid-configuration HTTP/1.1", "");
    assert!(
        discovered.contains(&format!("\"userinfo_endpoint\":\"{url}/userinfo\"")),
        "{discovered}"
    );
    let query = "response_type=code&client_id=shop&redirect_uri=http%3A%2F%2Flocalhost%3A1%2Fback&state=a%26b";
    let sent_back = ask(&url, &format!("GET /authorize?{query} HTTP/1.1"), "");
    assert!(
        sent_back.contains("Location: http://localhost:1/back?code="),
        "{sent_back}"
    );
    assert!(sent_back.contains("&state=a%26b\r\n"), "{sent_back}");
    let code = between(&sent_back, "code=", "&");
    let form = format!(
        "grant_type=authorization_code&client_id=shop&client_secret=s&redirect_uri=http%3A%2F%2Flocalhost%3A1%2Fback&code={code}"
    );
    let answer = ask(&url, "POST /token HTTP/1.1", &form);
    let token = between(&answer, "\"access_token\":\"", "\"").to_owned();
    assert!(
        !answer.contains("id_token"),
        "nobody asked for openid: {answer}"
    );
    let who = || {
        ask(
            &url,
            &format!("GET /userinfo HTTP/1.1\r\nAuthorization: Bearer {token}"),
            "",
        )
    };
    assert!(
        who().contains("\"email\":\"anna@example.test\""),
        "{}",
        who()
    );
    let again = ask(&url, "POST /token HTTP/1.1", &form);
    assert!(
        again.starts_with("HTTP/1.1 400") && again.contains("invalid_grant"),
        "{again}"
    );
    assert!(who().starts_with("HTTP/1.1 401"), "{}", who());
    assert!(provider.secrets().contains(&token));
}

#[test]
fn what_no_provider_can_do_is_a_fault_of_the_steps() {
    let plan = "[peers.oauth]\nredirect_path = \"/callback\"\nusers = [{ name = \"anna\", email = \"a@x.test\" }]\n";
    let faults = [
        (
            "",
            "oauth = { requests = { token = 1 } }",
            "there is no such peer",
        ),
        (
            plan,
            "oauth = { user = \"ann\" }",
            "the provider has no user ann",
        ),
        (
            "[peers.oauth]\nredirect_path = \"/callback\"\nusers = [{ name = \"anna\", same_as = \"ann\", email = \"a@x.test\" }]\n",
            "",
            "no user before this one is ann",
        ),
        (
            plan,
            "oauth = { id_token = \"old\" }",
            "`old` is not known here",
        ),
        (
            plan,
            "oauth = { down = [\"tokens\"] }",
            "`tokens` is not known here",
        ),
        (
            "[peers.oauth]\nredirect_path = \"callback\"\nusers = []\n",
            "",
            "a path to send browsers back to",
        ),
        (
            plan,
            "capture = { a = { body = \"x\", matches = \"y\" } }",
            "matches is a pattern in a header",
        ),
    ];
    for (plan, step, words) in faults {
        let tiny = Tiny::sample("fn main() {}\n", "kind = \"server\"");
        let steps = format!(
            "{plan}[[step]]\nclaim = \"a\"\nsend = {{ path = \"/\" }}\nexpect = {{ status = 200 }}\n{step}\n"
        );
        tiny.write("exercises/sample.toml", steps);
        let error = tiny.check("fn main() {}\n").expect_err(words).to_string();
        assert!(error.contains(words) && error.contains(".toml:"), "{error}");
    }
}
