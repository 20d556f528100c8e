//! Every role at every route, nobody at every route, and the routes that nobody has written a rule for.

use kit::*;

const ROLES: [&str; 4] = ["reader", "author", "editor", "admin"];

/// The rules once more, as letters: who may.
const RULES: [(&str, &str, &str); 12] = [
    ("GET", "/articles", "reader author editor admin"),
    ("GET", "/articles/7", "reader author editor admin"),
    ("POST", "/articles", "author editor admin"),
    ("PUT", "/articles/7", "author editor"),
    ("DELETE", "/articles/7", "editor admin"),
    ("POST", "/articles/7/publish", "editor"),
    ("POST", "/articles/7/comments", "reader author editor"),
    ("DELETE", "/comments/7", "editor admin"),
    ("GET", "/users", "admin"),
    ("PUT", "/users/7/role", "admin"),
    ("GET", "/admin", "admin"),
    ("GET", "/admin/log", "editor admin"),
];

fn session(role: &str) -> String {
    format!("Bearer {}-{role}", random("id"))
}

/// Asks as somebody with this role, with more headers and a body.
fn asks(role: &str, method: &str, path: &str, more: &[(&str, &str)], body: &str) -> Answer {
    let session = session(role);
    let headers = [&[("Authorization", session.as_str())], more].concat();
    server().send(method, path, &headers, body)
}

/// A refusal, or what the asker got in its place.
fn refused(who: &str, method: &str, path: &str, status: u16, answer: &Answer) {
    if answer.status != status {
        let got = match answer.status {
            200 => format!("status 200: {who} has done {}", answer.body),
            _ => answer.to_string(),
        };
        unexpected(
            &format!("{method} {path} as {who}"),
            &format!("status {status}"),
            &got,
        );
    }
}

#[test]
fn each_role_may_do_what_its_rules_say_and_nothing_else() {
    explain(
        "There are 48 pairs of a role and a route. The method is a part of the question: who may read an article may not remove it.",
    );
    for (method, path, may) in RULES {
        for role in ROLES {
            let answer = asks(role, method, path, &[], "");
            if may.contains(role) {
                assert_eq!(answer.status, 200, "{method} {path} as {role}");
            } else {
                refused(role, method, path, 403, &answer);
            }
        }
    }
}

#[test]
fn nobody_is_logged_in_and_every_route_is_401() {
    explain("401 means: I do not know who you are. 403 means: I know, and you may not.");
    for (method, path, _) in RULES {
        refused(
            "nobody",
            method,
            path,
            401,
            &server().send(method, path, &[], ""),
        );
        let unknown = server().send(method, path, &[("Authorization", "Bearer admin")], "");
        refused(
            "somebody with a session that nobody has",
            method,
            path,
            401,
            &unknown,
        );
    }
}

#[test]
fn a_route_without_a_rule_is_403_for_everybody() {
    explain(
        "This route is new, and there is no rule for it yet. Whoever forgets to write one must have closed a door, not opened it; the admin is no exception.",
    );
    let routes = [
        ("GET", format!("/{}", random("word"))),
        ("DELETE", format!("/admin/{}", random("word.2"))),
    ];
    for (method, path) in &routes {
        for role in ROLES {
            refused(role, method, path, 403, &asks(role, method, path, &[], ""));
        }
    }
}

#[test]
fn the_role_stands_on_our_side_whatever_the_request_says() {
    explain(
        "The sender writes every letter of the request. The role of a user is what our own record of the session says.",
    );
    let headers = [
        "X-Role",
        "X-User-Role",
        "Role",
        "X-Forwarded-User",
        "X-Admin",
    ];
    for header in headers {
        let answer = asks("reader", "GET", "/users", &[(header, "admin")], "");
        refused(
            &format!("a reader who sends {header}: admin"),
            "GET",
            "/users",
            403,
            &answer,
        );
    }
    let cookie = asks("reader", "GET", "/users", &[("Cookie", "role=admin")], "");
    refused(
        "a reader with the cookie role=admin",
        "GET",
        "/users",
        403,
        &cookie,
    );
    let query = asks("reader", "GET", "/users?role=admin", &[], "");
    refused("a reader", "GET", "/users?role=admin", 403, &query);
    let json = [("Content-Type", "application/json")];
    let body = asks(
        "reader",
        "PUT",
        "/users/7/role",
        &json,
        r#"{"role":"admin"}"#,
    );
    refused(
        "a reader who sends {\"role\":\"admin\"}",
        "PUT",
        "/users/7/role",
        403,
        &body,
    );
    let method = [("X-HTTP-Method-Override", "GET")];
    let method = asks("reader", "DELETE", "/articles/7", &method, "");
    refused(
        "a reader who sends X-HTTP-Method-Override: GET",
        "DELETE",
        "/articles/7",
        403,
        &method,
    );
}

#[test]
fn a_question_for_the_head_alone_is_one_that_needs_a_rule_too() {
    explain(
        "axum answers HEAD with the handler of GET, so the handler runs. A reader must not reach that of the admin by another word for the same thing.",
    );
    let answer = asks("reader", "HEAD", "/users", &[], "");
    refused("reader", "HEAD", "/users", 403, &answer);
}
