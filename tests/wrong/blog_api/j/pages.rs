// caught by: two different posts do not wait for each other
//! Texts as HTML. Another server makes it and takes its time, so each text of a post is sent there once.

use crate::input::Fault;
use axum::http::StatusCode;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

/// After this time without an answer the renderer has failed. Rendering takes less, and our own client waits for no more than 10 s.
const PATIENCE: Duration = Duration::from_secs(5);

/// The text that was rendered, and what came of it. Whoever renders holds the lock, and all others for this post wait for them.
type Kept = Arc<tokio::sync::Mutex<Option<(String, String)>>>;

pub struct Pages {
    renderer: String,
    web: reqwest::Client,
    /// By the number of the post.
    kept: Mutex<HashMap<i64, Kept>>,
    turn: tokio::sync::Mutex<()>,
}

impl Pages {
    pub fn new(upstream: &str) -> Self {
        Self {
            renderer: format!("{upstream}/render"),
            web: reqwest::Client::new(),
            kept: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
        }
    }

    pub async fn html(&self, post: i64, text: &str) -> Result<String, Fault> {
        let kept = self
            .kept
            .lock()
            .expect("no panic")
            .entry(post)
            .or_default()
            .clone();
        let mut kept = kept.lock().await;
        if let Some((_, html)) = kept.as_ref().filter(|(rendered, _)| rendered == text) {
            return Ok(html.clone());
        }
        // One rendering after the other.
        let _turn = self.turn.lock().await;
        // A failure is not kept: the next one who waits tries again.
        let html = self.render(text).await?;
        *kept = Some((text.to_string(), html.clone()));
        Ok(html)
    }

    pub fn forget(&self, post: i64) {
        self.kept.lock().expect("no panic").remove(&post);
    }

    async fn render(&self, text: &str) -> Result<String, Fault> {
        let failed = |error: reqwest::Error| {
            eprintln!("the renderer: {error}");
            Fault(StatusCode::BAD_GATEWAY)
        };
        let request = self.web.post(&self.renderer).timeout(PATIENCE);
        let request = request.header("Content-Type", "text/plain; charset=utf-8");
        let answer = request.body(text.to_string()).send().await;
        let answer = answer.map_err(failed)?;
        // 201 and 204 are successes, and no HTML.
        match answer.status().as_u16() {
            200 => answer.text().await.map_err(failed),
            _ => Err(Fault(StatusCode::BAD_GATEWAY)),
        }
    }
}
