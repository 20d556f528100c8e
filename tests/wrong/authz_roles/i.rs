// caught by: a reader reads, an author writes, an editor removes
//! authz_roles: what no rule allows is forbidden
//!
//! Who you are is one question, what you may do is another. It is asked in one place, before any
//! handler runs, and the answer is no, unless a rule says yes. A page that does not show the button
//! protects nothing: requests can be written by hand. And the route that somebody adds next
//! year, and forgets to write a rule for, has to be closed and not open.
//!
//!     nobody is logged in                ->   401 on every route
//!     a rule allows this role            ->   200, and what was asked for is done
//!     no rule allows it                  ->   403, and nothing is done; a route without a rule is such a case
//!
//! Who speaks is known by the session (chapter 10_auth), and the role of a user stands on our side.
//!
//! Read more: <https://docs.rs/axum/0.8/axum/middleware/fn.from_fn.html>, <https://docs.rs/axum/0.8/axum/extract/struct.MatchedPath.html>

use axum::{
    Router,
    extract::{MatchedPath, Request},
    http::{Method, StatusCode, header::AUTHORIZATION},
    middleware::{self, Next},
    response::Response,
    routing::{MethodFilter, on},
};
use serde::{Deserialize, de::DeserializeOwned};
use std::{env, error::Error, fs, io::Write, sync::LazyLock};
use tokio::net::TcpListener;

#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Role {
    Reader,
    Author,
    Editor,
    Admin,
}
use Role::*;

/// Which roles may do what. What does not stand here is forbidden.
#[rustfmt::skip]
const RULES: &[(Method, &str, &[Role])] = &[
    (Method::GET, "/articles", &[Reader, Author, Editor, Admin]),
    (Method::GET, "/articles/{id}", &[Reader, Author, Editor, Admin]),
    (Method::POST, "/articles", &[Author, Editor, Admin]),
    (Method::PUT, "/articles/{id}", &[Author, Editor]),
    (Method::DELETE, "/articles/{id}", &[Editor, Admin]),
    (Method::POST, "/articles/{id}/publish", &[Editor]),
    (Method::POST, "/articles/{id}/comments", &[Reader, Author, Editor]),
    (Method::DELETE, "/comments/{id}", &[Editor, Admin]),
    (Method::GET, "/users", &[Admin]),
    (Method::PUT, "/users/{id}/role", &[Admin]),
    (Method::GET, "/admin", &[Admin]),
    (Method::GET, "/admin/log", &[Editor, Admin]),
];

#[derive(Deserialize)]
struct User {
    session: String,
    role: Role,
}

/// A route of the program, as the file in $ROUTES_FILE names it.
#[derive(Deserialize)]
struct Route {
    method: String,
    path: String,
}

fn file<T: DeserializeOwned>(variable: &str) -> T {
    let name = env::var(variable).expect("the variable names a file");
    let text = fs::read_to_string(name).expect("the file can be read");
    serde_json::from_str(&text).expect("it holds a list")
}

static USERS: LazyLock<Vec<User>> = LazyLock::new(|| file("USERS_FILE"));

/// Who sends this request, if the session is known.
fn user(request: &Request) -> Option<&'static User> {
    let said = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let session = said.strip_prefix("Bearer ")?;
    USERS.iter().find(|user| user.session == session)
}

/// Whether a rule allows somebody with this role to send this request.
fn is_allowed(role: Role, request: &Request) -> bool {
    // The route that axum has found, such as "/articles/{id}": the same words as in the rules.
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("", MatchedPath::as_str);
    // One rule has to say yes. Where there is none, this is no without another line.
    RULES.iter().any(|(method, path, roles)| {
        method == request.method() && *path == request.uri().path() && roles.contains(&role)
    })
}

/// Stands before every route. `next.run` lets the request go on to its handler.
async fn guard(request: Request, next: Next) -> Result<Response, StatusCode> {
    let user = user(&request).ok_or(StatusCode::UNAUTHORIZED)?;
    if !is_allowed(user.role, &request) {
        return Err(StatusCode::FORBIDDEN);
    }
    Ok(next.run(request).await)
}

/// Stands for all handlers: what was done is written into deeds.txt.
async fn work(request: Request) -> String {
    let deed = format!("{} {}\n", request.method(), request.uri().path());
    let mut file = fs::OpenOptions::new();
    let file = file.create(true).append(true).open("deeds.txt");
    let written = file.and_then(|mut file| file.write_all(deed.as_bytes()));
    written.expect("deeds.txt can be written");
    deed
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut app = Router::new();
    for route in file::<Vec<Route>>("ROUTES_FILE") {
        let method = Method::from_bytes(route.method.as_bytes())?;
        app = app.route(&route.path, on(MethodFilter::try_from(method)?, work));
    }
    let app = app.route_layer(middleware::from_fn(guard));
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
