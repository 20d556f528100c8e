//! axum_write_tests: a test is worth what it notices
//!
//! A test that passes tells you nothing yet. What matters is whether it would fail if the program were
//! wrong. So your test is tested here: it meets programs that each break one promise, and has to notice;
//! and programs that keep all promises in their own way, which it must let pass. Ask for what is
//! promised, look at what was stored and not only at the status, and leave the rest alone.
//!
//!     POST   /bookings {"room":1,"day":3,"guest":"Ann"}   ->   201 {"id":…,"room":1,"day":3,"guest":"Ann"}
//!     the same room on the same day                       ->   409; nothing is changed
//!     a guest without a name, ""                          ->   422; nothing is booked
//!     GET    /bookings                                    ->   200 [all bookings, in any order]
//!     DELETE /bookings/ID                                 ->   204; the room is free again on that day
//!     ids are numbers, and no two bookings have the same
//!
//! Read more: <https://docs.rs/tower/0.5/tower/trait.ServiceExt.html>, and the words "mutation testing"

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use serde_json::{Value, json};
use tower::ServiceExt;

/// Sends one request to the app, without any network. Gives the status and the JSON; null if there is none.
async fn ask(app: &Router, method: &str, path: &str, body: Value) -> (StatusCode, Value) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("Content-Type", "application/json")
        .body(Body::from(body.to_string()))
        .expect("a request");
    // A clone of a Router leads to the same bookings.
    let answer = app.clone().oneshot(request).await.expect("an answer");
    let status = answer.status();
    let bytes = to_bytes(answer.into_body(), 1_000_000).await;
    let json = serde_json::from_slice(&bytes.expect("a body"));
    (status, json.unwrap_or(Value::Null))
}

/// The names of all guests in the list, in the order of the alphabet.
async fn guests(app: &Router) -> Vec<String> {
    let (status, list) = ask(app, "GET", "/bookings", Value::Null).await;
    assert_eq!(status, StatusCode::OK, "GET /bookings");
    let list = list.as_array().expect("a list").iter();
    let mut names: Vec<String> = list
        .map(|booking| booking["guest"].as_str().unwrap_or("?").to_string())
        .collect();
    names.sort();
    names
}

/// Examines an app that has no bookings yet. Panics, by an assertion, if it breaks a promise.
async fn examine(app: Router) {
    let ann = json!({ "room": 1, "day": 3, "guest": "Ann" });
    let (status, first) = ask(&app, "POST", "/bookings", ann).await;
    assert_eq!(status, StatusCode::CREATED, "a free room can be booked");
    // The fields one by one: an app may show more than was promised.
    assert_eq!(first["room"], 1, "the answer shows the room");
    assert_eq!(first["day"], 3, "the answer shows the day");
    assert_eq!(first["guest"], "Ann", "the answer shows the guest");

    let bob = json!({ "room": 1, "day": 3, "guest": "Bob" });
    let (status, _) = ask(&app, "POST", "/bookings", bob).await;
    assert_eq!(status, StatusCode::CONFLICT, "no room is booked twice");
    // The status says no. Only the list shows whether that was meant.
    assert_eq!(guests(&app).await, ["Ann"], "the first guest keeps it");

    let nobody = json!({ "room": 2, "day": 3, "guest": "" });
    let (status, _) = ask(&app, "POST", "/bookings", nobody).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "who are you?");
    assert_eq!(guests(&app).await, ["Ann"], "nobody is no guest");

    // Two bookings that have only the room, or only the day, in common with the first.
    for (room, day) in [(1, 4), (2, 3)] {
        let eve = json!({ "room": room, "day": day, "guest": "Eve" });
        let (status, other) = ask(&app, "POST", "/bookings", eve).await;
        assert_eq!(status, StatusCode::CREATED, "room {room} on day {day}");
        assert_ne!(other["id"], first["id"], "each has an id of its own");
    }
    assert_eq!(guests(&app).await, ["Ann", "Eve", "Eve"], "all are there");

    // The id is whatever the app has given.
    let path = format!("/bookings/{}", first["id"]);
    let (status, _) = ask(&app, "DELETE", &path, Value::Null).await;
    assert_eq!(status, StatusCode::NO_CONTENT, "a booking can be deleted");
    assert_eq!(guests(&app).await, ["Eve", "Eve"], "Ann's alone is gone");
    let carl = json!({ "room": 1, "day": 3, "guest": "Carl" });
    let (status, _) = ask(&app, "POST", "/bookings", carl).await;
    assert_eq!(status, StatusCode::CREATED, "the room is free again");
}

fn main() {
    println!(
        "There is nothing to run here: the runner calls `examine`, for one app after the other."
    );
}
