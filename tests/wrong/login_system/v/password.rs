// caught by: each hash has a salt of its own
//! Hashes of passwords. Each takes time and 19 MiB, so only a few are made at once, on threads that serve nobody.

use crate::input::{Fault, broken};
use argon2::{
    Argon2, PasswordHash, PasswordVerifier,
    password_hash::{self, PasswordHasher, SaltString},
};
use tokio::{sync::Semaphore, task};

pub struct Hasher {
    /// A hash that belongs to nobody: whoever has no account takes as long as those who have one.
    nobodys: String,
    at_once: Semaphore,
}

fn hash(password: &str) -> Result<String, password_hash::Error> {
    let salt = SaltString::encode_b64(b"pepper and salt!")?;
    let hash = Argon2::default().hash_password(password.as_bytes(), &salt)?;
    Ok(hash.to_string())
}

impl Hasher {
    pub fn new() -> Result<Self, password_hash::Error> {
        Ok(Self {
            nobodys: hash("nobody has this password")?,
            at_once: Semaphore::new(2),
        })
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Fault> {
        let _turn = self.at_once.acquire().await.map_err(broken)?;
        task::spawn_blocking(work).await.map_err(broken)
    }

    /// A hash with a salt of its own.
    pub async fn hash(&self, password: String) -> Result<String, Fault> {
        self.work(move || hash(&password)).await?.map_err(broken)
    }

    /// Whether a password fits a hash. Without a hash nothing fits, and it takes as long.
    pub async fn fits(&self, password: String, hash: Option<&str>) -> Result<bool, Fault> {
        let is_somebodys = hash.is_some();
        let hash = hash.unwrap_or(&self.nobodys).to_string();
        let fits = self.work(move || {
            let hash = PasswordHash::new(&hash)?;
            Argon2::default().verify_password(password.as_bytes(), &hash)
        });
        Ok(fits.await?.is_ok() && is_somebodys)
    }
}
