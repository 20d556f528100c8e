// caught by: a post is described with the types of its fields
//! What this server does, for programs to read (OpenAPI 3.1).

use axum::Json;
use serde_json::{Map, Value, json};

/// Who has to show a token.
#[derive(Clone, Copy)]
enum Token {
    Needed,
    Welcome,
}

/// One method of one path.
struct Operation {
    path: &'static str,
    method: &'static str,
    id: &'static str,
    token: Token,
    statuses: &'static [u16],
}

const OPERATIONS: [Operation; 10] = [
    operation(
        "/posts",
        "get",
        "listPosts",
        Token::Welcome,
        &[200, 401, 422],
    ),
    operation(
        "/posts",
        "post",
        "addPost",
        Token::Needed,
        &[201, 401, 403, 422],
    ),
    operation(
        "/posts/{slug}",
        "get",
        "readPost",
        Token::Welcome,
        &[200, 304, 401, 404],
    ),
    operation(
        "/posts/{slug}",
        "patch",
        "changePost",
        Token::Needed,
        &[200, 401, 403, 404, 422],
    ),
    operation(
        "/posts/{slug}",
        "delete",
        "removePost",
        Token::Needed,
        &[204, 401, 403, 404],
    ),
    operation(
        "/posts/{slug}/comments",
        "get",
        "listComments",
        Token::Welcome,
        &[200, 401, 404],
    ),
    operation(
        "/posts/{slug}/comments",
        "post",
        "addComment",
        Token::Needed,
        &[201, 401, 404, 422],
    ),
    operation(
        "/posts/{slug}/comments/{id}",
        "delete",
        "removeComment",
        Token::Needed,
        &[204, 401, 403, 404],
    ),
    operation(
        "/posts/{slug}/html",
        "get",
        "readPage",
        Token::Welcome,
        &[200, 401, 404, 502],
    ),
    operation(
        "/openapi.json",
        "get",
        "describe",
        Token::Welcome,
        &[200, 401],
    ),
];

const fn operation(
    path: &'static str,
    method: &'static str,
    id: &'static str,
    token: Token,
    statuses: &'static [u16],
) -> Operation {
    Operation {
        path,
        method,
        id,
        token,
        statuses,
    }
}

fn meaning(status: u16) -> &'static str {
    match status {
        200 => "Here it is.",
        201 => "It is made.",
        204 => "It is gone.",
        304 => "What you have still holds.",
        401 => "Say who you are, with a token that is known.",
        403 => "It is not yours.",
        404 => "There is no such thing, or not for you.",
        422 => "The request breaks a rule.",
        _ => "The renderer does not answer.",
    }
}

/// GET /openapi.json.
pub async fn describe() -> Json<Value> {
    let mut paths = Map::new();
    for operation in &OPERATIONS {
        let path = paths.entry(operation.path).or_insert_with(|| {
            let names = ["slug", "id"].into_iter();
            let names = names.filter(|name| operation.path.contains(&format!("{{{name}}}")));
            let parameters = names.map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }));
            json!({ "parameters": parameters.collect::<Vec<_>>() })
        });
        let responses: Map<String, Value> = operation
            .statuses
            .iter()
            .map(|&status| {
                (
                    status.to_string(),
                    json!({ "description": meaning(status) }),
                )
            })
            .collect();
        let security = match operation.token {
            Token::Needed => json!([{ "token": [] }]),
            Token::Welcome => json!([{}, { "token": [] }]),
        };
        path[operation.method] =
            json!({ "operationId": operation.id, "security": security, "responses": responses });
    }
    let text = json!({ "type": "string" });
    Json(json!({
        "openapi": "3.1.0",
        "info": { "title": "blog_api", "version": "1.0.0" },
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "schemas": { "Post": {
                "type": "object",
                "required": ["slug", "title", "text", "tags", "author", "published", "comments"],
                "properties": {
                    "slug": text, "title": text, "text": text, "author": text,
                    "tags": { "type": "array", "items": text },
                    "published": { "type": "boolean" },
                    "comments": { "type": "string" },
                },
            } },
        },
    }))
}
