//! The apps that the learner's test meets: three that keep every promise, and eight that break one each.
//!
//! All are one small app with a [`Version`]. It is looked at by nobody but the test, so it has no port.

use super::*;
use Version::{
    AnotherGuest, AnyDayIsTaken, BookedTwice, DeletesTooMuch, KeepsDeleted, Lazy, Overwrites,
    Plain, SameId, StoresNobody, Talkative,
};
use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
    routing::{delete, get},
};
use std::{
    panic,
    sync::{Arc, Mutex},
};

#[derive(Clone, Copy, PartialEq)]
enum Version {
    /// Right, in the shortest way.
    Plain,
    /// Right, with ids that begin at 70, the newest booking first, more headers and longer answers.
    Talkative,
    /// Right, with an empty body wherever none is promised.
    Lazy,
    BookedTwice,
    Overwrites,
    StoresNobody,
    AnyDayIsTaken,
    SameId,
    KeepsDeleted,
    DeletesTooMuch,
    /// In the answer to a booking; the list is right.
    AnotherGuest,
}

#[derive(Clone)]
struct Booking {
    id: u64,
    room: u64,
    day: u64,
    guest: String,
}

#[derive(Clone)]
struct Hotel {
    version: Version,
    bookings: Arc<Mutex<Vec<Booking>>>,
    given: Arc<Mutex<u64>>,
}

impl Hotel {
    fn refuse(&self, status: StatusCode, why: &str) -> Response {
        match self.version {
            Lazy => status.into_response(),
            Talkative => (status, Json(json!({ "error": why, "code": 7 }))).into_response(),
            _ => (status, why.to_string()).into_response(),
        }
    }

    fn shown(&self, booking: &Booking) -> Value {
        let Booking {
            id,
            room,
            day,
            guest,
        } = booking;
        match self.version {
            Talkative => {
                json!({ "links": [], "guest": guest, "day": day, "room": room, "id": id })
            }
            _ => json!({ "id": id, "room": room, "day": day, "guest": guest }),
        }
    }
}

fn app(version: Version) -> Router {
    let hotel = Hotel {
        version,
        bookings: Arc::default(),
        given: Arc::new(Mutex::new(if version == Talkative { 69 } else { 0 })),
    };
    Router::new()
        .route("/bookings", get(list).post(book))
        .route("/bookings/{id}", delete(cancel))
        .with_state(hotel)
}

async fn list(State(hotel): State<Hotel>) -> Response {
    let bookings = hotel.bookings.lock().expect("no panic");
    let mut shown: Vec<Value> = bookings.iter().map(|b| hotel.shown(b)).collect();
    if hotel.version == Talkative {
        shown.reverse();
    }
    Json(shown).into_response()
}

async fn book(State(hotel): State<Hotel>, Json(sent): Json<Value>) -> Response {
    let mut bookings = hotel.bookings.lock().expect("no panic");
    let (room, day) = (sent["room"].as_u64(), sent["day"].as_u64());
    let (Some(room), Some(day), Some(guest)) = (room, day, sent["guest"].as_str()) else {
        return hotel.refuse(StatusCode::UNPROCESSABLE_ENTITY, "room, day or guest?");
    };
    let mut given = hotel.given.lock().expect("no panic");
    *given += u64::from(hotel.version != SameId || *given == 0);
    let booking = Booking {
        id: *given,
        room,
        day,
        guest: guest.to_string(),
    };
    if guest.trim().is_empty() {
        if hotel.version == StoresNobody {
            bookings.push(booking);
        }
        return hotel.refuse(StatusCode::UNPROCESSABLE_ENTITY, "who is it?");
    }
    let taken = bookings
        .iter_mut()
        .find(|known| known.room == room && (known.day == day || hotel.version == AnyDayIsTaken));
    if let Some(taken) = taken
        && hotel.version != BookedTwice
    {
        if hotel.version == Overwrites {
            taken.guest = guest.to_string();
        }
        return hotel.refuse(StatusCode::CONFLICT, "the room is taken");
    }
    let mut shown = hotel.shown(&booking);
    if hotel.version == AnotherGuest {
        shown["guest"] = json!("guest");
    }
    bookings.push(booking);
    let status = StatusCode::CREATED;
    match hotel.version {
        Talkative => (status, [("X-Hotel", "Grand")], Json(shown)).into_response(),
        _ => (status, Json(shown)).into_response(),
    }
}

async fn cancel(State(hotel): State<Hotel>, Path(id): Path<u64>) -> Response {
    let mut bookings = hotel.bookings.lock().expect("no panic");
    let Some(place) = bookings.iter().position(|known| known.id == id) else {
        return hotel.refuse(StatusCode::NOT_FOUND, "no such booking");
    };
    match hotel.version {
        KeepsDeleted => {}
        // The list is the shorter for it, but not the right one.
        DeletesTooMuch => bookings.clear(),
        _ => drop(bookings.remove(place)),
    }
    StatusCode::NO_CONTENT.into_response()
}

/// What the learner's test makes of a version: nothing, or the words of its assertion.
fn examined(version: Version) -> Result<(), String> {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.expect("a runtime").block_on(examine(app(version)));
    };
    panic::catch_unwind(run).map_err(|said| {
        let text = said.downcast_ref::<String>().cloned();
        let text = text.or(said.downcast_ref::<&str>().map(ToString::to_string));
        text.unwrap_or_default()
    })
}

/// What the learner's test does with an app, as the screen says it.
#[derive(Debug, PartialEq)]
enum Verdict {
    ItPasses,
    AnAssertionFails,
}

/// The test has to let this version pass.
fn passes(version: Version, told: &str) {
    let said = examined(version);
    let why = said.err().unwrap_or_default();
    assert_eq!(
        why, "",
        "examine, with an app that keeps every promise: {told}"
    );
}

/// The test has to notice this version.
fn notices(version: Version, told: &str) {
    // A test that refuses every app has noticed nothing.
    passes(Plain, "it is the shortest right one");
    let verdict = match examined(version) {
        Ok(()) => Verdict::ItPasses,
        Err(_) => Verdict::AnAssertionFails,
    };
    assert_eq!(
        verdict,
        Verdict::AnAssertionFails,
        "examine, with an app {told}"
    );
}

#[test]
fn an_app_that_keeps_every_promise_passes() {
    passes(Plain, "it is the shortest right one");
}

#[test]
fn another_right_app_passes_too() {
    passes(
        Talkative,
        "its ids begin at 70, the newest booking comes first in the list, and it shows more fields than were promised",
    );
    passes(Lazy, "a refusal has no body");
}

#[test]
fn a_room_that_is_booked_twice_is_noticed() {
    notices(BookedTwice, "that books the same room twice for one day");
}

#[test]
fn a_refusal_that_changes_something_is_noticed() {
    notices(
        Overwrites,
        "that answers 409, and gives the room to the second guest all the same",
    );
}

#[test]
fn a_booking_for_nobody_is_noticed() {
    notices(
        StoresNobody,
        "that answers 422 to a guest without a name, and books the room all the same",
    );
}

#[test]
fn a_room_that_is_refused_on_another_day_is_noticed() {
    notices(
        AnyDayIsTaken,
        "that refuses a room on day 4 because it is taken on day 3",
    );
}

#[test]
fn two_bookings_with_one_id_are_noticed() {
    notices(SameId, "that gives every booking the same id");
}

#[test]
fn a_wrong_guest_in_the_answer_is_noticed() {
    notices(
        AnotherGuest,
        "whose answer to a booking shows another guest",
    );
}

#[test]
fn a_delete_that_deletes_nothing_is_noticed() {
    notices(
        KeepsDeleted,
        "that answers 204 to a DELETE, and keeps the booking",
    );
}

#[test]
fn a_delete_that_deletes_too_much_is_noticed() {
    notices(
        DeletesTooMuch,
        "where one DELETE removes the bookings of others too",
    );
}
