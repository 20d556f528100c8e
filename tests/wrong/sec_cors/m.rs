// caught by: Ann logs in
//! sec_cors: a page of another origin reads your answers only if you say so
//!
//! Your frontend lives at one origin, your API at another. A browser lets any page send requests
//! to you, with your visitor's cookies, and hides the answer from the page until that answer names
//! the page's origin. Before a request that no form could send it asks you first, by OPTIONS. A server
//! that says yes to everybody gives each visitor's data to every page that this visitor opens.
//!
//!     every answer                  ->   Vary: Origin
//!     Origin on the list            ->   Access-Control-Allow-Origin: that origin, Access-Control-Allow-Credentials: true
//!     another one, or none          ->   none of these two
//!     OPTIONS with Access-Control-Request-Method, Origin on the list
//!                                   ->   204 as well as Access-Control-Allow-Methods: GET, PUT, DELETE
//!                                        and Access-Control-Allow-Headers: content-type
//!
//! Scheme, host and port are the origin: two are the same if all of it is equal.
//!
//! Read more: <https://developer.mozilla.org/docs/Web/HTTP/Guides/CORS>

use axum::{
    Router,
    extract::{Path, Request},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use std::{collections::BTreeMap, env, error::Error, sync::LazyLock, sync::Mutex};
use tokio::net::TcpListener;

/// The origins of our frontends, from $ORIGINS, where spaces stand between them.
static ORIGINS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let list = env::var("ORIGINS").expect("the variable names our frontends");
    list.split_whitespace().map(str::to_string).collect()
});

/// Whether this is the origin of one of our frontends.
fn is_ours(origin: &HeaderValue) -> bool {
    // All of it has to be equal: what only ends or begins like ours, anybody can register.
    ORIGINS.iter().any(|ours| origin == ours)
}

/// Stands before every route. `next.run` lets the request go on to its handler.
async fn cors(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let origin = headers.get(header::ORIGIN).cloned();
    let asks_first = request.method() == Method::OPTIONS
        && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    // The question whether something may be sent is not the request itself: no handler hears of it.
    let mut response = match asks_first {
        true => StatusCode::NO_CONTENT.into_response(),
        false => next.run(request).await,
    };
    let headers = response.headers_mut();
    // Also where the answer is no, or a cache would give that answer to our frontend.
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    // The origin itself, for "*" is not believed where cookies go along.
    if let Some(origin) = origin.filter(is_ours) {
        let yes = HeaderValue::from_static("true");
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
        if asks_first {
            let methods = HeaderValue::from_static("GET, PUT, DELETE");
            let named = HeaderValue::from_static("content-type");
            headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, named);
        }
    }
    response
}

static NOTES: Mutex<BTreeMap<u32, String>> = Mutex::new(BTreeMap::new());

async fn login() -> impl IntoResponse {
    // `SameSite=None`: it goes along from pages of other sites too, as a frontend elsewhere needs it.
    let cookie = "session=ann; Path=/; HttpOnly; SameSite=None";
    ([(header::SET_COOKIE, cookie)], "hello Ann\n")
}

async fn notes(headers: HeaderMap) -> Result<String, StatusCode> {
    let cookie = headers.get(header::COOKIE);
    cookie.ok_or(StatusCode::UNAUTHORIZED)?;
    let notes = NOTES.lock().expect("no panic").clone();
    Ok(notes.into_values().map(|note| note + "\n").collect())
}

async fn write(Path(id): Path<u32>, text: String) -> StatusCode {
    NOTES.lock().expect("no panic").insert(id, text);
    StatusCode::NO_CONTENT
}

async fn remove(Path(id): Path<u32>) -> StatusCode {
    NOTES.lock().expect("no panic").remove(&id);
    StatusCode::NO_CONTENT
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = Router::new()
        .route("/login", post(login))
        .route("/notes", get(notes))
        .route("/notes/{id}", put(write).delete(remove))
        .layer(middleware::from_fn(cors));
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
