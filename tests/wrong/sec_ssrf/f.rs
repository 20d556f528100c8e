// caught by: addresses of the rest of the table are not spoken to
//! sec_ssrf: your server must not fetch its own secrets
//!
//! A chat shows previews of links, so your server fetches what strangers name, and it sits inside, where nobody asks for a
//! password: the page of the database, or 169.254.169.254 with the keys of your cloud. What a URL looks like
//! does not say where it leads: a name may have any address, and a page may redirect to any other. What counts is the address you connect to.
//!
//!     GET /preview?url=URL   ->  200 and the page, through 5 redirects at most
//!     URL, or a redirect, is neither http: nor https:, or leads to an address that is not public
//!                            ->  403, and that address is not spoken to
//!
//! Not public:   0.0.0.0/8   10.0.0.0/8   100.64.0.0/10   127.0.0.0/8   169.254.0.0/16   172.16.0.0/12   192.168.0.0/16
//!               all from 224.0.0.0 on     ::1   ::   fc00::/7   fe80::/10   ff00::/8
//!               and these IPv4 addresses written as IPv6, ::ffff:10.0.0.5
//!
//! Read more: OWASP Server-Side Request Forgery Prevention Cheat Sheet; RFC 6890

use axum::extract::{Query, State};
use axum::{Router, http::StatusCode, http::header::LOCATION, routing::get};
use reqwest::{Client, Response, Url, redirect::Policy};
use serde::Deserialize;
use std::{env, error::Error, net::IpAddr};
use tokio::net::TcpListener;

/// Whether this is an address in the public internet.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            !(v4.is_loopback() || v4.is_private() || v4.is_link_local() || v4.is_unspecified())
        }
        IpAddr::V6(v6) => !v6.is_loopback(),
    }
}

/// Follows the URL to its page.
async fn fetch(internet: &Internet, mut url: Url) -> Result<String, StatusCode> {
    for _ in 0..=5 {
        // Every hop is as strange as the first one.
        if !matches!(url.scheme(), "http" | "https") {
            return Err(StatusCode::FORBIDDEN);
        }
        let addresses = internet.resolve(&url).await?;
        let address = *addresses.first().ok_or(StatusCode::BAD_GATEWAY)?;
        // The address that is looked at is the one that is connected to: asked again, the name may have another.
        if !is_public(address) {
            return Err(StatusCode::FORBIDDEN);
        }
        let answer = internet.get(address, &url).await?;
        let Some(place) = answer.headers().get(LOCATION) else {
            return answer.text().await.map_err(|_| StatusCode::BAD_GATEWAY);
        };
        let place = place.to_str().map_err(|_| StatusCode::BAD_GATEWAY)?;
        url = url.join(place).map_err(|_| StatusCode::BAD_GATEWAY)?;
    }
    Err(StatusCode::BAD_GATEWAY)
}

/// The runner plays it: every name, and every computer, also those inside. Each call goes to the upstream, which notes it.
#[derive(Clone)]
struct Internet(Client, String);

impl Internet {
    /// The addresses of the host in a URL. A name is asked for anew each time; who owns it decides what is answered.
    async fn resolve(&self, url: &Url) -> Result<Vec<IpAddr>, StatusCode> {
        let host = url.host_str().unwrap_or("");
        // `Url` has understood 127.1 and 0x7f000001 already; an IPv6 address has brackets.
        if let Ok(address) = host.trim_matches(['[', ']']).parse() {
            return Ok(vec![address]);
        }
        let answer = self.ask(format!("{}/names/{host}", self.1)).await?;
        let text = answer.text().await.map_err(|_| StatusCode::BAD_GATEWAY)?;
        Ok(text.split(' ').flat_map(str::parse).collect())
    }

    /// Connects to this address, and asks it for the page of the URL. A redirect is not followed.
    async fn get(&self, address: IpAddr, url: &Url) -> Result<Response, StatusCode> {
        let (upstream, path) = (&self.1, url.path());
        self.ask(format!("{upstream}/to/{address}{path}")).await
    }

    async fn ask(&self, url: String) -> Result<Response, StatusCode> {
        let answer = self.0.get(url).send().await;
        answer.map_err(|_| StatusCode::BAD_GATEWAY)
    }
}

#[derive(Deserialize)]
struct Wanted {
    url: String,
}

/// GET /preview.
async fn preview(
    State(internet): State<Internet>,
    Query(wanted): Query<Wanted>,
) -> Result<String, StatusCode> {
    let url = Url::parse(&wanted.url).map_err(|_| StatusCode::BAD_REQUEST)?;
    fetch(&internet, url).await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let upstream = env::var("UPSTREAM_URL").unwrap_or("http://127.0.0.1:9000".to_string());
    let client = Client::builder().redirect(Policy::none()).build()?;
    let app = Router::new()
        .route("/preview", get(preview))
        .with_state(Internet(client, upstream));
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
