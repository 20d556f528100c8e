//! The other sides that the runner plays: an upstream server, a resolver, a mail server, a line that cuts, a provider of
//! logins, a payment provider.
//!
//! A peer is a value: making it makes it listen on loopback, on a free port; dropping it ends it with all its connections.
//! Plain data says how it behaves, and it records what arrived, in order and with the time since its start. A program that is
//! checked cannot change that record. Peers know nothing of courses, steps or reports.
//!
//! ```
//! use backendlings::peers::{Answer, Route, Upstream};
//!
//! let upstream = Upstream::start(vec![
//!     Route::new("/products/{id}")
//!         .then(Answer::status(503).header("Retry-After", "1"))
//!         .then(Answer::json(r#"{ "id": "${path.id}" }"#)),
//! ])?;
//! assert!(upstream.url().starts_with("http://127.0.0.1:"));
//! // … a program is given the address and asks …
//! assert_eq!(upstream.arrived().len(), 0);
//! # backendlings::error::Result::Ok(())
//! ```

mod accept;
mod answer;
mod desk;
mod dns;
mod dns_message;
mod door;
mod gate;
mod http_request;
mod http_server;
mod journal;
mod oauth;
mod payment;
mod proxy;
mod redis;
mod route;
mod smtp;
mod smtp_message;
mod upstream;

pub use answer::{Answer, Ending, Wait};
pub use desk::Desk;
pub use dns::{Asked, Data, Mood, Name, Resolver};
pub use door::Door;
pub use oauth::{Client, Endpoint, Flaw, Mood as ProviderMood, Pkce, Provider, User, Visit};
pub use payment::{Attempt, Charge, Dealing, PaymentProvider, webhook_signature};
pub use proxy::{Direction, Passed, Proxy, Trouble};
pub use redis::RedisStandIn;
pub use route::Route;
pub use smtp::{Mail, MailPlan, MailServer, Standing};
pub use smtp_message::Letter;
pub use upstream::{Arrived, Upstream};
