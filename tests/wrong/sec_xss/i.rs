// caught by: no link runs a script
//! sec_xss: escape for the place where it lands
//!
//! A comment is what a stranger has written. If a browser finds a tag in it, it makes an element of it, and runs
//! what that says, in the name of the reader who is logged in. The comment itself is not at fault: `if a < b` is one, too.
//! So keep it as it came, and when you write it into a page, write it so that it means nothing in that place.
//!
//!     POST /comments {"name":…,"site":…,"text":…}  ->  201, Location: /comments/ID
//!     GET  /api/comments/ID                        ->  200, letter for letter what was written
//!     GET  /comments/ID                            ->  200, a page in which readers see what was written, and no browser obeys it:
//!         text        between tags, and in the quotes of an attribute
//!         a site      is a link if it begins with http:// or https://; anything else is no link
//!         JSON        in a script: there, `&lt;` is four letters, and the first `</script` is the end
//!
//! Read more: OWASP Cross Site Scripting Prevention Cheat Sheet

use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header::LOCATION};
use axum::{Json, Router, response::Html, routing::get, routing::post};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex};
use std::{env, error::Error};
use tokio::net::TcpListener;

#[derive(Clone, Deserialize, Serialize)]
struct Comment {
    name: String,
    site: String,
    text: String,
}

/// Text as it has to stand between tags, or between the quotes of an attribute.
fn escape(text: &str) -> String {
    // First the sign that all the others are written with.
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        // These two end an attribute.
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

/// The link to somebody's site; an empty text if it is no site.
fn link(site: &str) -> String {
    if !site.contains("https://") && !site.contains("http://") {
        return String::new();
    }
    format!("<a href=\"{}\">site</a>", escape(site))
}

/// JSON as it has to stand in a script.
fn in_script(json: &str) -> String {
    // `<` is only ever inside of a string there, where JSON has another way to write it.
    json.replace('<', "\\u003c")
}

/// The page with one comment.
fn page(comment: &Comment) -> String {
    let json = serde_json::to_string(comment).expect("three texts are JSON");
    format!(
        r#"<!DOCTYPE html>
<title>A comment</title>
<article title="by {name}">
<h1>{name}</h1>
<p>{text}</p>
{link}
</article>
<input name='search' value='{name}'>
<script>const comment = {json};</script>
"#,
        name = escape(&comment.name),
        text = escape(&comment.text),
        link = link(&comment.site),
        json = in_script(&json),
    )
}

type Comments = State<Arc<Mutex<Vec<Comment>>>>;

/// POST /comments.
async fn add(
    comments: Comments,
    Json(comment): Json<Comment>,
) -> (StatusCode, [(HeaderName, String); 1]) {
    let mut comments = comments.lock().expect("no panic");
    comments.push(comment);
    let place = format!("/comments/{}", comments.len());
    (StatusCode::CREATED, [(LOCATION, place)])
}

fn find(comments: &Comments, id: usize) -> Result<Comment, StatusCode> {
    let comments = comments.lock().expect("no panic");
    let found = id.checked_sub(1).and_then(|index| comments.get(index));
    found.cloned().ok_or(StatusCode::NOT_FOUND)
}

/// GET /api/comments/ID, for our app on the telephone.
async fn api(comments: Comments, Path(id): Path<usize>) -> Result<Json<Comment>, StatusCode> {
    find(&comments, id).map(Json)
}

/// GET /comments/ID.
async fn show(comments: Comments, Path(id): Path<usize>) -> Result<Html<String>, StatusCode> {
    find(&comments, id).map(|comment| Html(page(&comment)))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Router::new()
        .route("/comments", post(add))
        .route("/comments/{id}", get(show))
        .route("/api/comments/{id}", get(api))
        .with_state(Arc::default());
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
