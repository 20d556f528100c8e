//! The payment provider: its ledger judges a shop in Python that pays, tries again and takes webhooks, rightly and wrongly.

#![cfg(unix)]

mod common;

use backendlings::outcome::{Outcome, Report};
use common::Tiny;

const SHOP: &str = r#"
import hashlib, hmac, json, os, threading, time, urllib.error, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

URL, KEY, SECRET = os.environ["PAYMENT_URL"], os.environ["PAYMENT_KEY"], os.environ["PAYMENT_WEBHOOK_SECRET"]
states, seen, counts, lock = {}, set(), {}, threading.Lock()
ORDER = ["created", "paid", "refunded"]

def provider(path, value, key):
    data = json.dumps(value).encode()
    headers = {"Authorization": "Bearer " + KEY, "Content-Type": "application/json", "Idempotency-Key": key}
    for attempt in range(8):
        try:
            request = urllib.request.Request(URL + path, data, headers)
            with urllib.request.urlopen(request, timeout=1 if "silent" in value.get("reference", "") else 60) as answer:
                return 201, json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code < 500: return error.code, json.load(error)
        except OSError:
            pass
    return 503, {}

def is_signed(header, body):
    parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    when = parts.get("t", "0")
    if abs(time.time() - int(when)) > 300: return False
    right = hmac.new(SECRET.encode(), when.encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(right, parts.get("v1", ""))

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *_): pass
    def say(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        name = self.path.rsplit("/", 1)[1]
        self.say(200, {"state": states.get(name), "events": counts.get(name, 0)})
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith("/pay/"):
            order = self.path.rsplit("/", 1)[1]
            status, charge = provider("/charges", {"amount_cents": 4200, "currency": "EUR", "reference": order}, "pay-" + order)
            return self.say({402: 402, 503: 503}.get(status, status), charge)
        if self.path.startswith("/refund/"):
            charge = self.path.rsplit("/", 1)[1]
            status, charge = provider("/refunds", {"charge": charge, "amount_cents": 1000}, "refund-" + charge)
            return self.say(status, charge)
        if not is_signed(self.headers.get("Payment-Signature", ""), body):
            return self.say(400, {"error": "signature"})
        event = json.loads(body)
        name, state = event["charge"], event["state"]
        with lock:
            if event["id"] not in seen:
                seen.add(event["id"])
                counts[name] = counts.get(name, 0) + 1
                if ORDER.index(state) > ORDER.index(states.get(name, "created")): states[name] = state
        self.say(200, {})

ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"#;

const STEPS: &str = r#"
command = ["python3", "${file}"]
limits  = { step_seconds = 60 }

[peers.payment]

[[step]]
claim   = "an order is paid once"
send    = { method = "POST", path = "/pay/${random.word}" }
expect  = { status = 201, json = { "$.amount_cents" = 4200, "$.reference" = "${random.word}" } }
payment = { requests = 1, charges = 1, total_cents = 4200 }
capture = { charge = { charge = "/id" } }

[[step]]
claim   = "an answer that is lost is asked for again, and charged once"
each    = ["lost-1", "lost-2"]
send    = { method = "POST", path = "/pay/${each}" }
expect  = { status = 201 }
payment = { deals = ["done_and_reset", "unavailable", "well", "done_and_reset"], requests = 5, keys = 2, charges = 2, total_cents = 8400 }

# How often it asks here is a matter of its patience, and of how busy the machine is.
[[step]]
claim   = "an answer that does not come is asked for again, and charged once"
each    = ["silent-1", "silent-2"]
send    = { method = "POST", path = "/pay/${each}" }
expect  = { status = 201 }
payment = { deals = ["done_and_silent", "unavailable", { late_ms = 20000 }], keys = 2, charges = 2, total_cents = 8400 }

[[step]]
claim   = "a card that is declined is not tried again"
send    = { method = "POST", path = "/pay/declined" }
expect  = { status = 402 }
payment = { deals = ["declined"], requests = 1, charges = 0 }

[[step]]
claim   = "a part is given back once"
each    = ["1", "2"]
send    = { method = "POST", path = "/refund/${charge}" }
expect  = { status = 201, json = { "$.refunded_cents" = 1000 } }
payment = { charges = 0, refunded_cents = 1000 }

[[step]]
claim   = "a webhook with a right signature counts"
webhook = { path = "/webhooks", json = { id = "evt-2", charge = "${charge}", state = "refunded", text = "größe" } }
expect  = { status = 200 }

[[step]]
claim    = "the same one ten times at once counts once"
parallel = 10
webhook  = { path = "/webhooks", json = { id = "evt-2", charge = "${charge}", state = "refunded", text = "größe" } }
expect   = { status = 200 }

[[step]]
claim   = "an older event that comes later changes nothing"
webhook = { path = "/webhooks", json = { id = "evt-1", charge = "${charge}", state = "paid" }, age_seconds = 100 }
expect  = { status = 200 }

[[step]]
claim  = "the charge is where it should be"
send   = { path = "/charges/${charge}" }
expect = { status = 200, json = { "$.state" = "refunded", "$.events" = 2 } }

[[step]]
claim   = "a webhook that somebody else signed is refused"
webhook = { path = "/webhooks", json = { id = "evt-9", charge = "${charge}" }, signature = "forged" }
expect  = { status = 400 }

[[step]]
claim   = "a webhook that was changed is refused"
webhook = { path = "/webhooks", json = { id = "evt-9", charge = "${charge}", state = "paid" }, signature = "of_another" }
expect  = { status = 400 }

[[step]]
claim   = "an old signature with a new time is refused"
webhook = { path = "/webhooks", json = { id = "evt-9", charge = "${charge}", state = "paid" }, signature = "redated" }
expect  = { status = 400 }

[[step]]
claim   = "a webhook without a signature is refused"
webhook = { path = "/webhooks", json = { id = "evt-9", charge = "${charge}", state = "paid" }, signature = "missing" }
expect  = { status = 400 }

[[step]]
claim   = "a webhook of an hour ago is refused"
webhook = { path = "/webhooks", json = { id = "evt-9", charge = "${charge}", state = "paid" }, age_seconds = 3600 }
expect  = { status = 400 }
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
fn a_shop_that_never_pays_twice_passes() {
    if let Some(report) = run(SHOP) {
        assert!(report.passed(), "{report:#?}");
    }
}

#[test]
fn each_shop_that_loses_money_is_caught_by_the_ledger_or_a_webhook() {
    let faults = [
        (
            ", \"Idempotency-Key\": key}",
            "}",
            "an answer that is lost is asked for again, and charged once",
            "5: no key at all, no key at all",
        ),
        (
            "range(8)",
            "range(1)",
            "an answer that is lost is asked for again, and charged once",
            "status 503",
        ),
        (
            "if error.code < 500: return error.code, json.load(error)",
            "pass",
            "a card that is declined is not tried again",
            "status 201",
        ),
        (
            "\"refund-\" + charge",
            "str(time.time())",
            "a part is given back once",
            "$.refunded_cents is 2000",
        ),
        (
            "    if abs(time.time() - int(when)) > 300: return False\n",
            "",
            "a webhook of an hour ago is refused",
            "status 200",
        ),
        (
            "b\".\" + body,",
            "b\".\" + json.dumps(json.loads(body)).encode(),",
            "a webhook with a right signature counts",
            "status 400",
        ),
        (
            "            if event[\"id\"] not in seen:\n",
            "            if True:\n",
            "the charge is where it should be",
            "",
        ),
        (
            "if ORDER.index(state) > ORDER.index(states.get(name, \"created\")): states",
            "states",
            "the charge is where it should be",
            "",
        ),
        (
            "return hmac.compare_digest(right, parts.get(\"v1\", \"\"))",
            "return \"v1\" in parts",
            "a webhook that somebody else signed is refused",
            "",
        ),
        (
            "if not is_signed(",
            "if self.headers.get(\"Payment-Signature\") and not is_signed(",
            "a webhook without a signature is refused",
            "status 200",
        ),
        (
            "when.encode() + b\".\" + body",
            "body",
            "a webhook with a right signature counts",
            "status 400",
        ),
    ];
    for (right, wrong, claim, actual) in faults {
        let program = SHOP.replacen(right, wrong, 1);
        assert_ne!(program, SHOP, "{right}");
        let Some(report) = run(&program) else { return };
        let told: Vec<&str> = report
            .findings
            .iter()
            .filter(|finding| finding.claim == claim)
            .filter_map(|finding| finding.actual.as_deref())
            .collect();
        assert!(
            told.iter().any(|told| told.starts_with(actual)),
            "{claim}: {told:?} {:#?}",
            report.findings
        );
    }
}

#[test]
fn what_the_ledger_says_is_told_and_what_was_refused_too() {
    let twice = SHOP.replacen("\"pay-\" + order", "str(time.time())", 1).replacen(
        "            status, charge = provider(\"/charges\"",
        "            provider(\"/charges\", {\"amount_cents\": 4200, \"currency\": \"EUR\", \"reference\": order}, \"first\")\n            status, charge = provider(\"/charges\"",
        1,
    );
    let Some(report) = run(&twice) else { return };
    let told: Vec<&str> = report
        .findings
        .iter()
        .filter_map(|finding| finding.actual.as_deref())
        .collect();
    let ledger = told
        .iter()
        .find(|told| told.starts_with("2: ch_1 of 4200 for "));
    assert!(ledger.is_some(), "{told:?}");
    let no_key = SHOP.replacen("\"Bearer \" + KEY", "\"Bearer x\"", 1);
    let report = run(&no_key).expect("Python is there");
    let explain = report.findings[0].explain.clone().unwrap_or_default();
    assert!(
        explain.contains("The payment provider refused: Authorization"),
        "{explain}"
    );
}

#[test]
fn a_webhook_can_be_sent_again_by_hand() {
    let refuses = SHOP.replacen("> 300", "> -1", 1);
    let Some(report) = run(&refuses) else { return };
    let finding = report
        .findings
        .iter()
        .find(|finding| finding.claim == "a webhook with a right signature counts");
    let repeat = finding
        .and_then(|finding| finding.repeat.clone())
        .unwrap_or_default();
    assert!(
        repeat.contains("-H 'Payment-Signature: t=") && repeat.contains("/webhooks"),
        "{repeat}"
    );
}

#[test]
fn what_no_provider_can_do_is_a_fault_of_the_steps() {
    let plan = "[peers.payment]\n";
    let faults = [
        (
            "",
            "send = { path = \"/\" }\npayment = { charges = 1 }",
            "there is no such peer",
        ),
        (
            "",
            "send = { path = \"/\" }\ncapture = { a = { charge = \"/id\" } }",
            "there is no such peer",
        ),
        (
            "",
            "webhook = { path = \"/\", json = {} }",
            "there is no such peer",
        ),
        (
            plan,
            "send = { path = \"/\" }\npayment = { deals = [\"slow\"] }",
            "no way in which the payment provider deals",
        ),
        (
            plan,
            "webhook = { path = \"/\", json = {}, signature = \"bad\" }",
            "`bad` is not known here",
        ),
        (
            plan,
            "webhook = { path = \"/${x}\", json = {} }",
            "nothing gives `${x}` a value",
        ),
        (
            plan,
            "send = { path = \"/\" }\nwebhook = { path = \"/\", json = {} }",
            "a step does one thing",
        ),
    ];
    for (plan, step, words) in faults {
        let tiny = Tiny::sample("fn main() {}\n", "kind = \"server\"");
        let steps = format!("{plan}[[step]]\nclaim = \"a\"\n{step}\nexpect = {{ status = 200 }}\n");
        tiny.write("exercises/sample.toml", steps);
        let error = tiny.check("fn main() {}\n").expect_err(words).to_string();
        assert!(error.contains(words) && error.contains(".toml:"), "{error}");
    }
}
