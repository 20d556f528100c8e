// caught by: their tokens hold after the new start
//! Accounts, sessions, tokens and devices in SQLite: the only place that knows SQL. Of a secret only its hash comes here.

use crate::input::Email;
use sqlx::{
    FromRow, Result, Row, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteRow},
};

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL UNIQUE,
    hash TEXT,
    role TEXT NOT NULL DEFAULT 'user',
    is_verified INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS sessions (
    secret TEXT PRIMARY KEY, account INTEGER NOT NULL, began INTEGER NOT NULL, used INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS sessions_of_account ON sessions (account);
CREATE TABLE IF NOT EXISTS tokens (
    secret TEXT PRIMARY KEY, account INTEGER NOT NULL, purpose TEXT NOT NULL, until INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS devices (secret TEXT PRIMARY KEY, account INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS provided (sub TEXT PRIMARY KEY, account INTEGER NOT NULL);
";
const IDLE: i64 = 2 * 60 * 60;
const LONGEST: i64 = 8 * 60 * 60;

/// An account, as its row says.
pub struct Account {
    pub id: i64,
    pub email: String,
    /// None for somebody who always comes from the provider.
    pub hash: Option<String>,
    pub role: String,
    pub is_verified: bool,
}

impl FromRow<'_, SqliteRow> for Account {
    fn from_row(row: &SqliteRow) -> Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            email: row.try_get("email")?,
            hash: row.try_get("hash")?,
            role: row.try_get("role")?,
            is_verified: row.try_get("is_verified")?,
        })
    }
}

/// What a token in a mail is for.
#[derive(Clone, Copy)]
pub enum Purpose {
    Verify,
    Reset,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Reset => "reset",
        }
    }

    fn seconds(self) -> i64 {
        match self {
            Self::Verify => 24 * 60 * 60,
            Self::Reset => 30 * 60,
        }
    }
}

#[derive(Clone)]
pub struct Store {
    db: SqlitePool,
    /// The email whose account is admin once it is verified.
    admin: Option<Email>,
}

impl Store {
    pub async fn open(file: &str, admin: Option<Email>) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // What is deleted is gone from the file, too.
            .pragma("secure_delete", "ON");
        let db = SqlitePool::connect_with(options).await?;
        sqlx::raw_sql(SCHEMA).execute(&db).await?;
        // A new start, a clean table.
        sqlx::raw_sql("DELETE FROM tokens; DELETE FROM devices")
            .execute(&db)
            .await?;
        Ok(Self { db, admin })
    }

    pub async fn close(&self) {
        self.db.close().await;
    }

    /// A new account, or `None` if the email has one. One statement, so of many at once one is first.
    pub async fn register(&self, email: &Email, hash: &str) -> Result<Option<i64>> {
        let insert =
            "INSERT INTO accounts (email, hash) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING id";
        let insert = sqlx::query_scalar(insert).bind(email.as_str()).bind(hash);
        insert.fetch_optional(&self.db).await
    }

    pub async fn account(&self, email: &Email) -> Result<Option<Account>> {
        let select = sqlx::query_as("SELECT * FROM accounts WHERE email = ?");
        select.bind(email.as_str()).fetch_optional(&self.db).await
    }

    pub async fn accounts(&self) -> Result<Vec<Account>> {
        let select = sqlx::query_as("SELECT * FROM accounts ORDER BY email");
        select.fetch_all(&self.db).await
    }

    /// True if there is such an account.
    pub async fn give_role(&self, email: &Email, role: &str) -> Result<bool> {
        let update = sqlx::query("UPDATE accounts SET role = ? WHERE email = ?");
        let update = update.bind(role).bind(email.as_str());
        Ok(update.execute(&self.db).await?.rows_affected() > 0)
    }

    /// True if the account is still the one that was looked up: whoever has typed a password that was replaced in the meantime does not come in.
    pub async fn begin_session(&self, secret: &str, account: &Account, now: i64) -> Result<bool> {
        let old = sqlx::query("DELETE FROM sessions WHERE used <= ? OR began <= ?");
        let old = old.bind(now - IDLE).bind(now - LONGEST);
        old.execute(&self.db).await?;
        let insert = "INSERT INTO sessions (secret, account, began, used)
            SELECT ?1, id, ?2, ?2 FROM accounts WHERE id = ?3 AND hash IS ?4";
        let insert = sqlx::query(insert).bind(secret).bind(now);
        let insert = insert.bind(account.id).bind(&account.hash);
        Ok(insert.execute(&self.db).await?.rows_affected() > 0)
    }

    /// The account of a session that holds. That it was used is written down.
    pub async fn use_session(&self, secret: &str, now: i64) -> Result<Option<Account>> {
        let update = "UPDATE sessions SET used = ?1 WHERE secret = ?2 AND used > ?3 AND began > ?4 RETURNING account";
        let update = sqlx::query_scalar(update).bind(now).bind(secret);
        let update = update.bind(now - IDLE).bind(now - LONGEST);
        let account: Option<i64> = update.fetch_optional(&self.db).await?;
        let select = sqlx::query_as("SELECT * FROM accounts WHERE id = ?");
        select.bind(account).fetch_optional(&self.db).await
    }

    pub async fn end_session(&self, secret: &str) -> Result<()> {
        let delete = sqlx::query("DELETE FROM sessions WHERE secret = ?");
        delete.bind(secret).execute(&self.db).await.map(|_| ())
    }

    pub async fn end_sessions_of(&self, account: i64) -> Result<()> {
        let delete = sqlx::query("DELETE FROM sessions WHERE account = ?");
        delete.bind(account).execute(&self.db).await.map(|_| ())
    }

    /// A token for a mail. It takes the place of those that were sent before for the same purpose.
    pub async fn give_token(
        &self,
        account: i64,
        purpose: Purpose,
        secret: &str,
        now: i64,
    ) -> Result<()> {
        let mut db = self.db.begin_with("BEGIN IMMEDIATE").await?;
        let delete = sqlx::query("DELETE FROM tokens WHERE account = ? AND purpose = ?");
        let delete = delete.bind(account).bind(purpose.name());
        delete.execute(&mut *db).await?;
        let insert = "INSERT INTO tokens (secret, account, purpose, until) VALUES (?, ?, ?, ?)";
        let insert = sqlx::query(insert).bind(secret).bind(account);
        let insert = insert.bind(purpose.name()).bind(now + purpose.seconds());
        insert.execute(&mut *db).await?;
        db.commit().await
    }

    /// True if the token held. It does not any more.
    pub async fn verify(&self, secret: &str, now: i64) -> Result<bool> {
        let mut db = self.db.begin_with("BEGIN IMMEDIATE").await?;
        let Some(account) = use_up(&mut db, Purpose::Verify, secret, now).await? else {
            return Ok(false);
        };
        self.is_verified_now(&mut db, account).await?;
        db.commit().await?;
        Ok(true)
    }

    /// True if the token held. It does not any more, and neither do the sessions of the account.
    pub async fn reset(&self, secret: &str, hash: &str, now: i64) -> Result<bool> {
        let mut db = self.db.begin_with("BEGIN IMMEDIATE").await?;
        let Some(account) = use_up(&mut db, Purpose::Reset, secret, now).await? else {
            return Ok(false);
        };
        let update = sqlx::query("UPDATE accounts SET hash = ? WHERE id = ?");
        update.bind(hash).bind(account).execute(&mut *db).await?;
        let delete = sqlx::query("DELETE FROM sessions WHERE account = ?");
        delete.bind(account).execute(&mut *db).await?;
        db.commit().await?;
        Ok(true)
    }

    async fn is_verified_now(&self, db: &mut SqliteConnection, account: i64) -> Result<()> {
        let update = "UPDATE accounts SET is_verified = 1,
            role = CASE WHEN email = ? AND NOT is_verified THEN 'admin' ELSE role END WHERE id = ?";
        let admin = self.admin.as_ref().map(Email::as_str);
        let update = sqlx::query(update).bind(admin).bind(account);
        update.execute(db).await.map(|_| ())
    }

    pub async fn is_device(&self, secret: &str, account: i64) -> Result<bool> {
        let select = "SELECT EXISTS (SELECT 1 FROM devices WHERE secret = ? AND account = ?)";
        let select = sqlx::query_scalar(select).bind(secret).bind(account);
        select.fetch_one(&self.db).await
    }

    pub async fn know_device(&self, secret: &str, account: i64) -> Result<()> {
        let insert = sqlx::query("INSERT INTO devices (secret, account) VALUES (?, ?)");
        let insert = insert.bind(secret).bind(account);
        insert.execute(&self.db).await.map(|_| ())
    }

    /// The account of somebody whom the provider knows by `sub`. Only who was never here needs an email that it has verified.
    pub async fn provided(&self, sub: &str, email: Option<&Email>) -> Result<Option<Account>> {
        let mut db = self.db.begin_with("BEGIN IMMEDIATE").await?;
        let select = sqlx::query_scalar("SELECT account FROM provided WHERE sub = ?");
        let known: Option<i64> = select.bind(sub).fetch_optional(&mut *db).await?;
        let account = match (known, email) {
            (Some(account), _) => account,
            (None, Some(email)) => self.linked(&mut db, sub, email).await?,
            (None, None) => return Ok(None),
        };
        let select = sqlx::query_as("SELECT * FROM accounts WHERE id = ?");
        let account = select.bind(account).fetch_one(&mut *db).await?;
        db.commit().await?;
        Ok(Some(account))
    }

    async fn linked(&self, db: &mut SqliteConnection, sub: &str, email: &Email) -> Result<i64> {
        let insert = sqlx::query("INSERT INTO accounts (email) VALUES (?) ON CONFLICT DO NOTHING");
        insert.bind(email.as_str()).execute(&mut *db).await?;
        let select = sqlx::query_as("SELECT * FROM accounts WHERE email = ?");
        let account: Account = select.bind(email.as_str()).fetch_one(&mut *db).await?;
        if !account.is_verified {
            // Whoever made this account has never shown that the email is theirs. What they know opens nothing from now on.
            for forget in [
                "UPDATE accounts SET hash = NULL WHERE id = ?",
                "DELETE FROM sessions WHERE account = ?",
                "DELETE FROM tokens WHERE account = ?",
                "DELETE FROM devices WHERE account = ?",
            ] {
                sqlx::query(forget)
                    .bind(account.id)
                    .execute(&mut *db)
                    .await?;
            }
            self.is_verified_now(db, account.id).await?;
        }
        let insert = sqlx::query("INSERT INTO provided (sub, account) VALUES (?, ?)");
        insert.bind(sub).bind(account.id).execute(db).await?;
        Ok(account.id)
    }
}

/// The account of a token that holds. Of many that come with it at once one gets it.
async fn use_up(
    db: &mut SqliteConnection,
    purpose: Purpose,
    secret: &str,
    now: i64,
) -> Result<Option<i64>> {
    let delete =
        "DELETE FROM tokens WHERE secret = ? AND purpose = ? AND until > ? RETURNING account";
    let delete = sqlx::query_scalar(delete).bind(secret).bind(purpose.name());
    delete.bind(now).fetch_optional(db).await
}
