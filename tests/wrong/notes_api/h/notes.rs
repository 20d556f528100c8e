//! What is done for each route. Nothing here knows SQL, and nothing asks who it is: `owner` has seen to that.

use crate::{
    input::{Fields, Id, Page, Whole},
    owner::Owner,
    problem::Problem,
    store::{Note, Store, Write},
    version::{Seen, etag},
};
use axum::{
    Extension, Json,
    extract::{FromRequest, FromRequestParts, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use std::fmt::Write as _;

type Answer = Result<Response, Problem>;

/// GET /notes.
pub async fn list(
    State(store): State<Store>,
    Extension(owner): Extension<Owner>,
    page: Page,
) -> Result<Json<Value>, Problem> {
    // One more than is shown tells whether there is a next page.
    let mut notes = store.list(&owner, &page).await?;
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let more = notes.len() > limit;
    notes.truncate(limit);
    let last = notes.last().filter(|_| more);
    let next = last.map(|_| {
        let search = encoded(&page.search);
        let shown = page.before + page.limit;
        format!("/notes?limit={limit}&before={shown}&search={search}")
    });
    Ok(Json(json!({ "notes": notes, "next": next })))
}

/// POST /notes.
pub async fn add(
    State(store): State<Store>,
    Extension(owner): Extension<Owner>,
    whole: Whole,
) -> Answer {
    let note = store.add(&owner, whole).await?;
    let place = [(header::LOCATION, format!("/notes/{}", note.id))];
    Ok((StatusCode::CREATED, place, shown(note)).into_response())
}

/// GET /notes/{id}.
pub async fn read(
    State(store): State<Store>,
    Extension(owner): Extension<Owner>,
    Id(id): Id,
) -> Answer {
    Ok(shown(store.find(&owner, id).await?.ok_or(missing())?))
}

/// PUT /notes/{id}.
pub async fn replace(
    State(store): State<Store>,
    Extension(owner): Extension<Owner>,
    Id(id): Id,
    request: Request,
) -> Answer {
    let (seen, whole): (_, Whole) = of_one_there(&store, &owner, id, request).await?;
    let fields = Fields {
        title: Some(whole.title),
        text: Some(whole.text),
    };
    written(store.change(&owner, id, &seen, fields).await?)
}

/// PATCH /notes/{id}.
pub async fn change(
    State(store): State<Store>,
    Extension(owner): Extension<Owner>,
    Id(id): Id,
    request: Request,
) -> Answer {
    let (seen, fields) = of_one_there(&store, &owner, id, request).await?;
    written(store.change(&owner, id, &seen, fields).await?)
}

/// DELETE /notes/{id}.
pub async fn remove(
    State(store): State<Store>,
    Extension(owner): Extension<Owner>,
    Id(id): Id,
    request: Request,
) -> Answer {
    store.find(&owner, id).await?.ok_or(missing())?;
    let (mut parts, _) = request.into_parts();
    let seen = Seen::from_request_parts(&mut parts, &()).await?;
    match store.remove(&owner, id, &seen).await? {
        Write::Done(()) => Ok(StatusCode::NO_CONTENT.into_response()),
        Write::Missing => Err(missing()),
        Write::Changed => Err(Problem::new(StatusCode::PRECONDITION_FAILED)),
    }
}

/// What a request says about a note. Whether there is such a note comes before anything that could be wrong with the request.
async fn of_one_there<T: FromRequest<(), Rejection = Problem>>(
    store: &Store,
    owner: &Owner,
    id: i64,
    request: Request,
) -> Result<(Seen, T), Problem> {
    store.find(owner, id).await?.ok_or(missing())?;
    let (mut parts, body) = request.into_parts();
    let seen = Seen::from_request_parts(&mut parts, &()).await?;
    let body = T::from_request(Request::from_parts(parts, body), &()).await?;
    Ok((seen, body))
}

fn written(write: Write<Note>) -> Answer {
    match write {
        Write::Done(note) => Ok(shown(note)),
        Write::Missing => Err(missing()),
        Write::Changed => Err(Problem::new(StatusCode::PRECONDITION_FAILED)),
    }
}

fn missing() -> Problem {
    Problem::new(StatusCode::NOT_FOUND)
}

/// A note as an answer, with its version.
fn shown(note: Note) -> Response {
    ([(header::ETAG, etag(note.version))], Json(note)).into_response()
}

/// A text as it may stand behind a question mark.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte.is_ascii_alphanumeric() {
            true => encoded.push(byte.into()),
            false => write!(encoded, "%{byte:02X}").expect("a String takes everything"),
        }
    }
    encoded
}
