// caught by: the right password is welcome
//! auth_throttle: guessing has a price, and others do not pay it
//!
//! A program guesses a thousand passwords in a minute. So only a few wrong ones are allowed, for one account and
//! from one address; who has used them up is not even hashed. But a lock is a weapon, too: whoever can make
//! you refuse Ann for ever has not learnt her password, and has shut her out all the same.
//!
//!     POST /login {"email":…,"password":…}   ->   200 or 401, in any 15 minutes 5 wrong ones for an account, 20 from an address
//!     one more, even with the right password ->   429, Retry-After: the seconds until one may be tried again; nothing is hashed, and it does not count
//!     an email that nobody has               ->   held up in the same way, or 429 tells who has an account
//!     a right password                       ->   does not count, and the wrong ones for this account are forgotten
//!
//! The address is that of the connection. What a client writes into X-Forwarded-For is what a client writes.
//!
//! Read more: OWASP Authentication Cheat Sheet, "Login Throttling"; RFC 6585, section 4

use argon2::password_hash::{PasswordHasher, SaltString, rand_core::OsRng};
use argon2::{Argon2, PasswordHash, PasswordVerifier};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderName, StatusCode, header::RETRY_AFTER};
use axum::{Json, Router, routing::post};
use serde::Deserialize;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::{collections::HashMap, env, error::Error, fs::File, io::Write};
use tokio::{net::TcpListener, task};

/// A hash takes 19 MiB of memory, so one is made after the other.
static HASHING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
const WINDOW: u64 = 15 * 60;
const PER_ACCOUNT: usize = 5;
const PER_ADDRESS: usize = 20;

#[derive(Deserialize)]
struct Login {
    email: String,
    password: String,
}

#[derive(Default)]
struct App {
    /// The hash of each account, by its email.
    accounts: HashMap<String, String>,
    /// The time in seconds. Here it stands still until `POST /clock` moves it, so that nobody has to wait.
    clock: AtomicU64,
    /// When tries were let in, by "account EMAIL" and by "address ADDRESS".
    tries: Mutex<HashMap<String, Vec<u64>>>,
}

impl App {
    /// Lets one try in, and counts it; or says after how many seconds it may come again.
    fn admit(&self, email: &str, address: IpAddr) -> Result<(), u64> {
        let now = self.clock.load(SeqCst);
        let limits = [
            (format!("account {email}"), PER_ACCOUNT),
            (format!("address {address}"), PER_ADDRESS),
        ];
        let mut tries = self.tries.lock().expect("no panic");
        let mut wait = 0;
        for (key, most) in &limits {
            let tries = tries.entry(key.clone()).or_default();
            tries.retain(|&at| now < at + WINDOW);
            if tries.len() >= *most {
                // The oldest one leaves first, and makes room.
                wait = wait.max(tries[0] + WINDOW - now);
            }
        }
        if wait > 0 {
            return Err(wait);
        }
        // Counted before the password is looked at, under the same lock: thirty at once cannot all be the fifth.
        for (key, _) in limits {
            tries.entry(key).or_default().push(now);
        }
        Ok(())
    }

    /// The password was right.
    fn welcome(&self, email: &str, address: IpAddr) {
        let mut tries = self.tries.lock().expect("no panic");
        tries.remove(&format!("account {email}"));
        // Only this one: or a login of one's own would buy twenty new guesses.
        if let Some(tries) = tries.get_mut(&format!("address {address}")) {
            tries.pop();
        }
    }
}

/// Whether the password is right (`auth_login` does it better). It takes long, and is written into hashed.txt.
async fn verify(app: Arc<App>, login: Login, email: String) -> bool {
    let work = move || {
        let file = File::options().create(true).append(true).open("hashed.txt");
        let written = file.and_then(|mut file| file.write_all(format!("{email}\n").as_bytes()));
        written.expect("hashed.txt can be written");
        let hash = PasswordHash::new(app.accounts.get(&email)?).ok()?;
        let verified = Argon2::default().verify_password(login.password.as_bytes(), &hash);
        verified.ok()
    };
    let _turn = HASHING.lock().await;
    matches!(task::spawn_blocking(work).await, Ok(Some(())))
}

/// POST /login.
async fn login(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Json(login): Json<Login>,
) -> Result<StatusCode, (StatusCode, [(HeaderName, String); 1])> {
    let email = login.email.trim().to_lowercase();
    if let Err(wait) = app.admit(&email, peer.ip()) {
        let after = [(RETRY_AFTER, wait.to_string())];
        return Err((StatusCode::TOO_MANY_REQUESTS, after));
    }
    if verify(app.clone(), login, email.clone()).await {
        return Ok(StatusCode::UNAUTHORIZED);
    }
    app.welcome(&email, peer.ip());
    Ok(StatusCode::OK)
}

/// POST /clock: so many seconds pass.
async fn pass(State(app): State<Arc<App>>, seconds: String) {
    app.clock.fetch_add(seconds.parse().unwrap_or(0), SeqCst);
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut app = App::default();
    let list = env::var("ACCOUNTS").unwrap_or("ann@example.com,sunshine".to_string());
    let mut words = list.split(',');
    while let (Some(email), Some(password)) = (words.next(), words.next()) {
        let salt = SaltString::generate(&mut OsRng);
        let hash = Argon2::default().hash_password(password.as_bytes(), &salt)?;
        app.accounts.insert(email.to_string(), hash.to_string());
    }
    let app = Router::new()
        .route("/login", post(login))
        .route("/clock", post(pass))
        .with_state(Arc::new(app))
        .into_make_service_with_connect_info::<SocketAddr>();
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
