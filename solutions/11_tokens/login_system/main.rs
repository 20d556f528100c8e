//! login_system: accounts that stay with their owners
//!
//! Here it is put together and started. `accounts`, `sessions`, `admin` and `provider` have the handlers. `store` is the only one that
//! knows SQL; `throttle` counts guesses, `password` hashes, `secret` makes what cannot be guessed, `mail` speaks SMTP, `clock` tells the time.

mod accounts;
mod admin;
mod clock;
mod input;
mod mail;
mod password;
mod provider;
mod secret;
mod sessions;
mod store;
mod throttle;

use axum::{
    Router,
    routing::{delete, get, post},
};
use clock::Clock;
use input::Email;
use mail::Mailer;
use password::Hasher;
use provider::Provider;
use std::{env, error::Error, net::SocketAddr, sync::Arc};
use store::Store;
use throttle::Throttle;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

/// What all handlers share.
struct App {
    clock: Clock,
    store: Store,
    hasher: Hasher,
    throttle: Throttle,
    mailer: Mailer,
    provider: Provider,
}

type Shared = Arc<App>;

fn variable(name: &str, otherwise: &str) -> String {
    env::var(name).unwrap_or(otherwise.to_string())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = variable("PORT", "8080");
    let admin = Email::from(&variable("ADMIN_EMAIL", ""));
    let store = Store::open(&variable("DATABASE_FILE", "accounts.db"), admin).await?;
    let app = Arc::new(App {
        clock: Clock::default(),
        store: store.clone(),
        hasher: Hasher::new()?,
        throttle: Throttle::default(),
        mailer: Mailer::from_environment(),
        provider: Provider::from_environment(&port),
    });
    let routes = Router::new()
        .route("/clock", post(clock::pass))
        .route("/register", post(accounts::register))
        .route("/verify", post(accounts::verify))
        .route("/forgot", post(accounts::forgot))
        .route("/reset", post(accounts::reset))
        .route("/login", post(sessions::login))
        .route("/me", get(sessions::me))
        .route("/logout", post(sessions::logout))
        .route("/sessions", delete(sessions::end_all))
        .route("/admin/users", get(admin::users))
        .route("/admin/roles", post(admin::give_role))
        .route("/oauth/login", get(provider::begin))
        .route("/oauth/callback", get(provider::come_back))
        .with_state(app)
        .into_make_service_with_connect_info::<SocketAddr>();
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let mut told_to_end = signal(SignalKind::terminate())?;
    axum::serve(listener, routes)
        .with_graceful_shutdown(async move {
            told_to_end.recv().await;
        })
        .await?;
    // The last connection that closes puts everything into the one file.
    store.close().await;
    Ok(())
}
