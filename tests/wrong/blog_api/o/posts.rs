//! What is done with posts. Who may do it is for `people` to say, and always first.

use crate::{
    Shared,
    input::{self, Fault, Fields, Part, WRONG},
    people::{Anybody, Somebody, seen},
    store::{NewPost, Post},
};
use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
    http::{
        HeaderMap, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LOCATION},
    },
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

type Answer = Result<Response, Fault>;

/// GET /posts.
pub async fn list(
    State(app): State<Shared>,
    Anybody(person): Anybody,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    let part = Part::of(&query)?;
    if query.get("drafts").is_some_and(|whose| whose == "mine") {
        let person = person.ok_or(Fault(StatusCode::UNAUTHORIZED))?;
        let drafts = app.store.drafts_of(&person.name, &part).await?;
        let drafts = Json(page(&part, drafts, "drafts=mine&"));
        return Ok(([(CACHE_CONTROL, "no-store")], drafts).into_response());
    }
    let list = match app.lists.find(&part) {
        Some(list) => list,
        None => {
            let now = app.lists.now();
            let list = page(&part, app.store.published(&part).await?, "");
            app.lists.keep(part, now, list.clone());
            list
        }
    };
    Ok(([(CACHE_CONTROL, "public, no-cache")], Json(list)).into_response())
}

/// A page of a list. One post more than it shows tells that there is a next one.
fn page(part: &Part, mut posts: Vec<Post>, more: &str) -> Value {
    let limit = usize::try_from(part.limit).unwrap_or(usize::MAX);
    let is_last = posts.len() <= limit;
    posts.truncate(limit);
    let next = posts.last().filter(|_| !is_last).map(|last| {
        // A tag that finds something has no letter that would have to be encoded.
        let tag = part.tag.as_ref().map(|tag| format!("&tag={tag}"));
        let tag = tag.unwrap_or_default();
        format!("/posts?{more}limit={limit}&before={}{tag}", last.id)
    });
    json!({ "posts": posts, "next": next })
}

/// POST /posts.
pub async fn add(State(app): State<Shared>, Somebody(person): Somebody, body: Bytes) -> Answer {
    person.may_write()?;
    let fields = Fields::of(&body)?;
    let title = fields.title.ok_or(WRONG)?;
    let new = NewPost {
        slug: input::slug(&title),
        title,
        text: fields.text.unwrap_or_default(),
        tags: fields.tags.unwrap_or_default(),
        author: person.name,
    };
    let post = app.store.add(new).await?;
    let place = [(LOCATION, format!("/posts/{}", post.slug))];
    Ok((StatusCode::CREATED, place, Json(post)).into_response())
}

/// GET /posts/{slug}.
pub async fn read(
    State(app): State<Shared>,
    Anybody(person): Anybody,
    Path(slug): Path<String>,
    came: HeaderMap,
) -> Answer {
    let post = seen(app.store.find(&slug).await?, person.as_ref())?;
    if !post.published {
        return Ok(([(CACHE_CONTROL, "no-store")], Json(post)).into_response());
    }
    let body =
        serde_json::to_string(&post).map_err(|_| Fault(StatusCode::INTERNAL_SERVER_ERROR))?;
    // The version is made of all that is shown, so whatever changes that makes another one.
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    let etag = format!("\"{:016x}\"", hasher.finish());
    let known = holds(&came, &etag);
    let headers = [
        (ETAG, etag),
        (CACHE_CONTROL, "public, no-cache".to_string()),
    ];
    if known {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    Ok((headers, [(CONTENT_TYPE, "application/json")], body).into_response())
}

/// Whether If-None-Match names this version.
fn holds(came: &HeaderMap, etag: &str) -> bool {
    let lines = came.get_all(IF_NONE_MATCH).iter();
    let mut versions = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim);
    versions.any(|version| version == "*" || version.trim_start_matches("W/") == etag)
}

/// GET /posts/{slug}/html.
pub async fn html(
    State(app): State<Shared>,
    Anybody(person): Anybody,
    Path(slug): Path<String>,
) -> Answer {
    let post = seen(app.store.find(&slug).await?, person.as_ref())?;
    let html = app.pages.html(post.id, &post.text).await?;
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, html).into_response())
}

/// PATCH /posts/{slug}.
pub async fn change(
    State(app): State<Shared>,
    Somebody(person): Somebody,
    Path(slug): Path<String>,
    body: Bytes,
) -> Answer {
    let post = seen(app.store.find(&slug).await?, Some(&person))?;
    person.may_change(&post)?;
    let fields = Fields::of(&body)?;
    let (id, is_new) = (
        post.id,
        fields.text.as_ref().is_some_and(|text| *text != post.text),
    );
    let post = app.store.change(id, fields).await?;
    if is_new {
        app.pages.changed(id);
    }
    app.lists.changed();
    let post = post.ok_or(Fault(StatusCode::NOT_FOUND))?;
    Ok(Json(post).into_response())
}

/// DELETE /posts/{slug}.
pub async fn remove(
    State(app): State<Shared>,
    Somebody(person): Somebody,
    Path(slug): Path<String>,
) -> Answer {
    let post = seen(app.store.find(&slug).await?, Some(&person))?;
    person.may_change(&post)?;
    app.store.remove(post.id).await?;
    app.lists.changed();
    app.pages.forget(post.id);
    Ok(StatusCode::NO_CONTENT.into_response())
}
