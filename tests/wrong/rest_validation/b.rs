// caught by: forty characters are forty, whatever they look like
//! rest_validation: tell the client everything that is wrong, once
//!
//! Somebody fills in a form with three mistakes. If your server names one of them at a time, they send it
//! four times. So all rules are looked at, and each broken one is told with its place in the JSON, in
//! a form that programs know: problem+json. And a limit is meant for people: it counts characters,
//! not bytes, or a name in Greek may be half as long as one in English.
//!
//!     POST /signups {"name":"Ann","email":"ann@x.org","seats":2}   ->   201 the same
//!     otherwise   ->   422, Content-Type: application/problem+json
//!                      {"title":"…","status":422,"errors":[{"pointer":"/name","detail":"…"}, …]}
//!
//!     name    is there, and has 1 to 40 characters
//!     email   is there, and has an @ with something on both sides
//!     seats   is there, and is 1 to 6
//!
//! Read more: RFC 9457; RFC 6901 for the pointers

use axum::{
    Json, Router,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::post,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{env, error::Error};
use tokio::net::TcpListener;

/// What a client sends. All may be missing: that is for you to say, and not for the parser.
#[derive(Deserialize, Serialize)]
struct Signup {
    name: Option<String>,
    email: Option<String>,
    seats: Option<i64>,
}

/// One thing that is wrong, and where.
#[derive(Serialize)]
struct Fault {
    pointer: &'static str,
    detail: &'static str,
}

/// Everything that is wrong.
fn faults(signup: &Signup) -> Vec<Fault> {
    // Each rule is a line of its own, so no broken rule hides another one.
    let name = signup.name.as_deref().unwrap_or("");
    let name = (1..=40).contains(&name.len());
    let email = signup.email.as_deref().unwrap_or("");
    let email = email
        .split_once('@')
        .is_some_and(|(who, place)| !who.is_empty() && !place.is_empty());
    let seats = signup.seats.is_some_and(|seats| (1..=6).contains(&seats));
    let rules = [
        (name, "/name", "a name has 1 to 40 characters"),
        (email, "/email", "an address looks like ann@example.org"),
        (seats, "/seats", "1 to 6 seats can be booked"),
    ];
    let broken = rules.into_iter().filter(|(holds, ..)| !holds);
    broken
        .map(|(_, pointer, detail)| Fault { pointer, detail })
        .collect()
}

/// The answer to a request with faults.
fn refusal(faults: Vec<Fault>) -> Response {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let title = "this signup cannot be taken as it is";
    let problem = json!({ "title": title, "status": status.as_u16(), "errors": faults });
    // `Json` would say application/json, so the text and its type are given apart.
    let headers = [(CONTENT_TYPE, "application/problem+json")];
    (status, headers, problem.to_string()).into_response()
}

/// POST /signups.
async fn sign_up(Json(signup): Json<Signup>) -> Response {
    let faults = faults(&signup);
    if !faults.is_empty() {
        return refusal(faults);
    }
    (StatusCode::CREATED, Json(signup)).into_response()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Router::new().route("/signups", post(sign_up));
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
