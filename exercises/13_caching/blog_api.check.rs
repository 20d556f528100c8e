//! What the steps cannot say: whether the description names what SPEC.md names, and whether it and the server agree. It runs after the
//! last stage, where a post `described` is published.

use kit::*;
use serde_json::{Value, json};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Each method of each path of SPEC.md, and the statuses that it names for it.
const OPERATIONS: [(&str, &str, &[u16]); 10] = [
    ("get", "/posts", &[200, 401, 422]),
    ("post", "/posts", &[201, 401, 403, 422]),
    ("get", "/posts/{slug}", &[200, 304, 401, 404]),
    ("patch", "/posts/{slug}", &[200, 401, 403, 404, 422]),
    ("delete", "/posts/{slug}", &[204, 401, 403, 404]),
    ("get", "/posts/{slug}/comments", &[200, 401, 404]),
    ("post", "/posts/{slug}/comments", &[201, 401, 404, 422]),
    (
        "delete",
        "/posts/{slug}/comments/{id}",
        &[204, 401, 403, 404],
    ),
    ("get", "/posts/{slug}/html", &[200, 401, 404, 502]),
    ("get", "/openapi.json", &[200, 401]),
];

/// Each field of a post, and its type in the words of JSON Schema.
const FIELDS: [(&str, &str); 7] = [
    ("slug", "string"),
    ("title", "string"),
    ("text", "string"),
    ("tags", "array"),
    ("author", "string"),
    ("published", "boolean"),
    ("comments", "integer"),
];

/// The description. Where SPEC.md allows a `$ref`, what it leads to stands in its place.
fn document() -> Value {
    let answer = server().get("/openapi.json");
    assert_eq!(answer.status, 200, "GET /openapi.json");
    let whole: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let mut document = whole.clone();
    for path in parts(document.get_mut("paths")) {
        follow(&whole, path);
        follow_each(&whole, path.get_mut("parameters"));
        for method in METHODS {
            for list in ["/parameters", "/responses"] {
                follow_each(&whole, path.pointer_mut(&format!("/{method}{list}")));
            }
        }
    }
    follow_each(&whole, document.pointer_mut("/components/securitySchemes"));
    if let Some(post) = document.pointer_mut("/components/schemas/Post") {
        follow(&whole, post);
        follow_each(&whole, post.get_mut("properties"));
    }
    document
}

/// What is in a list or an object.
fn parts(of: Option<&mut Value>) -> Vec<&mut Value> {
    match of {
        Some(Value::Array(list)) => list.iter_mut().collect(),
        Some(Value::Object(fields)) => fields.values_mut().collect(),
        _ => Vec::new(),
    }
}

fn follow_each(whole: &Value, of: Option<&mut Value>) {
    for part in parts(of) {
        follow(whole, part);
    }
}

/// Puts what a `$ref` leads to in its place; what stands beside the `$ref` goes before it. One that leads in a circle is left.
fn follow(whole: &Value, place: &mut Value) {
    for _ in 0..8 {
        let Some(at) = place["$ref"].as_str().and_then(|at| at.strip_prefix('#')) else {
            return;
        };
        let Some(mut there) = whole.pointer(at).cloned() else {
            return;
        };
        if let (Some(own), Some(all)) = (place.as_object(), there.as_object_mut()) {
            let beside = own.iter().filter(|(name, _)| *name != "$ref");
            all.extend(beside.map(|(name, value)| (name.clone(), value.clone())));
        }
        *place = there;
    }
}

/// Each path of the description, and what it says of it.
fn described() -> Vec<(String, Value)> {
    let paths = document()["paths"].as_object().cloned();
    paths.unwrap_or_default().into_iter().collect()
}

/// What the description says of each method that SPEC.md names and the description has.
fn operations() -> Vec<(&'static str, &'static str, &'static [u16], Value)> {
    let paths = &document()["paths"];
    let all = OPERATIONS.into_iter();
    let all =
        all.map(|(method, path, statuses)| (method, path, statuses, paths[path][method].clone()));
    all.filter(|(.., operation)| operation.is_object())
        .collect()
}

/// A list as a reader wants it.
fn listed(names: impl IntoIterator<Item = impl ToString>) -> String {
    let mut names: Vec<String> = names.into_iter().map(|name| name.to_string()).collect();
    names.sort();
    names.join(", ")
}

/// A request without any sense but its path and method: by nobody, by an author, and by somebody with a wrong token.
fn statuses(method: &str, path: &str) -> Vec<(String, u16)> {
    let tokens = [None, Some(random("id")), Some("wrong".to_owned())];
    tokens.map(|token| ask(method, path, token)).into()
}

fn ask(method: &str, path: &str, token: Option<String>) -> (String, u16) {
    let place = path.replace("{slug}", "described").replace("{id}", "0");
    let token = token.map(|token| format!("Bearer {token}"));
    let mut headers = vec![("Content-Type", "application/json")];
    headers.extend(token.as_deref().map(|token| ("Authorization", token)));
    let who = token.as_deref().unwrap_or("no token").to_owned();
    let method = method.to_uppercase();
    let answer = server().send(&method, &place, &headers, "{\"title\":5,\"text\":5}");
    (format!("{method} {place}, {who}"), answer.status)
}

#[test]
fn the_paths_are_those_of_the_page() {
    explain(
        "A program finds in `paths` all that this server has: each path of SPEC.md with its methods, and no others. The names are {slug} and {id}.",
    );
    let named = |(path, item): (String, Value)| -> Vec<String> {
        let methods = METHODS.iter().filter(|method| item.get(**method).is_some());
        methods.map(|method| format!("{method} {path}")).collect()
    };
    let came: Vec<String> = described().into_iter().flat_map(named).collect();
    let right: Vec<String> = OPERATIONS
        .iter()
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect();
    let missing: Vec<&String> = right.iter().filter(|one| !came.contains(one)).collect();
    let too_many: Vec<&String> = came.iter().filter(|one| !right.contains(one)).collect();
    let asked = "GET /openapi.json, its paths and their methods";
    if !missing.is_empty() {
        unexpected(asked, &format!("there is {}", listed(missing)), "not there");
    }
    if !too_many.is_empty() {
        unexpected(
            asked,
            "those that SPEC.md names, and no others",
            &format!("there is {}", listed(too_many)),
        );
    }
}

#[test]
fn each_status_is_described() {
    explain(
        "`responses` has each status that SPEC.md names for this method, as a text such as \"404\", with a `description`.",
    );
    for (method, path, statuses, operation) in operations() {
        let responses = operation["responses"]
            .as_object()
            .cloned()
            .unwrap_or_default();
        let has = |status: &&u16| {
            responses
                .get(&status.to_string())
                .is_some_and(|one| one["description"].is_string())
        };
        let missing: Vec<&u16> = statuses.iter().filter(|status| !has(status)).collect();
        if !missing.is_empty() {
            unexpected(
                &format!("GET /openapi.json, responses of {method} {path}"),
                &format!("{}, each with a description", listed(statuses)),
                &format!(
                    "{}; without a description or not there: {}",
                    listed(responses.keys()),
                    listed(missing)
                ),
            );
        }
    }
}

#[test]
fn what_needs_a_token_says_so() {
    explain(
        "`security`, of the method or else of the whole document, is a list of ways in, and one of them is enough. `{}` among them means that nothing is needed. Each other one names a scheme of components.securitySchemes, and that of a token has type http and scheme bearer.",
    );
    let document = document();
    let schemes = document["components"]["securitySchemes"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    let is_bearer = |scheme: &Value| {
        let name = scheme["scheme"].as_str().unwrap_or_default();
        scheme["type"] == "http" && name.eq_ignore_ascii_case("bearer")
    };
    if !schemes.values().any(is_bearer) {
        unexpected(
            "GET /openapi.json, components.securitySchemes",
            "one with type http and scheme bearer",
            &Value::Object(schemes).to_string(),
        );
    }
    for (method, path, _, operation) in operations() {
        let asked = format!("GET /openapi.json, security of {method} {path}");
        let own = operation.get("security").or(document.get("security"));
        let ways = own.and_then(Value::as_array).cloned().unwrap_or_default();
        let came = own.map_or("there is none".to_owned(), Value::to_string);
        let names = ways
            .iter()
            .filter_map(Value::as_object)
            .flat_map(|way| way.keys());
        if let Some(unknown) = names.clone().find(|name| !schemes.contains_key(*name)) {
            let known = listed(schemes.keys());
            unexpected(
                &asked,
                &format!("names of securitySchemes, which has: {known}"),
                &format!("{unknown}, in {came}"),
            );
        }
        let is_free = ways.is_empty()
            || ways
                .iter()
                .any(|way| way.as_object().is_some_and(|way| way.is_empty()));
        let needs_a_token = method != "get";
        if needs_a_token && is_free {
            unexpected(
                &asked,
                "a scheme, and no {} beside it: without a token this is 401",
                &came,
            );
        }
        let is_enough = |way: &Value| {
            let names: Vec<_> = way.as_object().into_iter().flatten().collect();
            matches!(names[..], [(name, _)] if is_bearer(&schemes[name]))
        };
        if needs_a_token && !ways.iter().any(is_enough) {
            unexpected(
                &asked,
                "the scheme of type http and scheme bearer, which is enough alone",
                &came,
            );
        }
        if !needs_a_token && !is_free {
            unexpected(&asked, "[] or {} in it: reading needs no token", &came);
        }
    }
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
            let (asked, status) = ask(method, &path, Some(random("id")));
            assert_eq!(status, 405, "{asked}");
        }
    }
}

#[test]
fn each_operation_has_a_name_of_its_own() {
    explain("operationId becomes the name of a function. Two with one name cannot both be there.");
    let mut seen: Vec<(String, String)> = Vec::new();
    for (method, path, _, operation) in operations() {
        let place = format!("{method} {path}");
        let asked = format!("GET /openapi.json, operationId of {place}");
        let Some(id) = operation["operationId"].as_str() else {
            unexpected(&asked, "a text", &operation["operationId"].to_string());
        };
        if let Some((_, other)) = seen.iter().find(|(known, _)| known == id) {
            unexpected(&asked, "a name of its own", &format!("{id}, as {other}"));
        }
        seen.push((id.to_owned(), place));
    }
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

#[test]
fn a_post_is_described_with_the_types_of_its_fields() {
    explain(
        "components.schemas.Post is what a program makes a type of: `required` has the seven fields of a post, `properties` the `type` of each. A number of comments is an integer, and tags are an array.",
    );
    let document = document();
    let post = &document["components"]["schemas"]["Post"];
    let asked = "GET /openapi.json, components.schemas.Post";
    let required = post["required"].as_array().cloned().unwrap_or_default();
    for (field, kind) in FIELDS {
        if !required.iter().any(|name| name == field) {
            unexpected(
                asked,
                &format!("required with {field}"),
                &format!("required: {}", post["required"]),
            );
        }
        let came = &post["properties"][field]["type"];
        if came != kind && *came != json!([kind]) {
            unexpected(
                asked,
                &format!("{field} with type: {kind}"),
                &format!("{field}: {}", post["properties"][field]),
            );
        }
    }
}
