//! What the steps cannot say: whether the description and the server agree, path by path. It runs after the last stage, where a post `described` is published.

use kit::*;
use serde_json::Value;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Each path of the description, and what it says of it.
fn described() -> Vec<(String, Value)> {
    let answer = server().get("/openapi.json");
    assert_eq!(answer.status, 200, "GET /openapi.json");
    let json: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let paths = json["paths"].as_object().cloned().unwrap_or_default();
    paths.into_iter().collect()
}

/// A request without any sense but its path and method: by nobody, by an author, and by somebody with a wrong token.
fn statuses(method: &str, path: &str) -> Vec<(String, u16)> {
    let place = path.replace("{slug}", "described").replace("{id}", "0");
    let tokens = [None, Some(random("id")), Some("wrong".to_owned())];
    let ask = |token: Option<String>| {
        let token = token.map(|token| format!("Bearer {token}"));
        let mut headers = vec![("Content-Type", "application/json")];
        headers.extend(token.as_deref().map(|token| ("Authorization", token)));
        let who = token.as_deref().unwrap_or("no token").to_owned();
        let method = method.to_uppercase();
        let answer = server().send(&method, &place, &headers, "{\"title\":5,\"text\":5}");
        (format!("{method} {place}, {who}"), answer.status)
    };
    tokens.into_iter().map(ask).collect()
}

#[test]
fn what_comes_is_described() {
    explain(
        "A program that was made from the description has no branch for a status that is not in it. Add the status, or do not send it.",
    );
    for (path, item) in described() {
        // DELETE comes last, because the post is gone after it.
        for method in METHODS.iter().filter(|method| item.get(**method).is_some()) {
            for (asked, status) in statuses(method, &path) {
                let responses = &item[*method]["responses"];
                let known = |status: u16| responses.get(status.to_string()).is_some();
                if !known(status) {
                    unexpected(
                        &asked,
                        &format!("a status that is in the description of {method} {path}"),
                        &format!("status {status}"),
                    );
                }
            }
        }
    }
}

#[test]
fn what_is_not_described_is_405() {
    explain(
        "A route that nobody has written down is one that nobody looks after. Describe it, or take it away.",
    );
    for (path, item) in described() {
        for method in METHODS.iter().filter(|method| item.get(**method).is_none()) {
            // With a token that is known, or the answer is about the token.
            let (asked, status) = statuses(method, &path).swap_remove(1);
            assert_eq!(status, 405, "{asked}");
        }
    }
}

#[test]
fn each_operation_has_a_name_of_its_own() {
    explain("operationId becomes the name of a function. Two with one name cannot both be there.");
    let mut ids = Vec::new();
    for (_, item) in described() {
        let operations = METHODS.iter().filter_map(|method| item.get(*method));
        ids.extend(operations.map(|operation| operation["operationId"].to_string()));
    }
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all, "different operationIds in the description");
}

#[test]
fn each_name_in_a_path_is_a_parameter() {
    explain(
        "A name in braces needs a parameter with in: path and required: true, for the path or for each of its methods.",
    );
    for (path, item) in described() {
        for name in ["slug", "id"] {
            if !path.contains(&format!("{{{name}}}")) {
                continue;
            }
            for method in METHODS {
                let Some(operation) = item.get(method) else {
                    continue;
                };
                let lists = [&item["parameters"], &operation["parameters"]];
                let mut all = lists.iter().filter_map(|list| list.as_array()).flatten();
                let is_there = all.any(|one| {
                    one["name"] == name && one["in"] == "path" && one["required"] == true
                });
                assert!(is_there, "{name} is a parameter of {method} {path}");
            }
        }
    }
}
