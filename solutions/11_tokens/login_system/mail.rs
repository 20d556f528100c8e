//! Mails, by SMTP (RFC 5321). A mail that cannot be sent is lost, and that is written down.

use crate::input::Email;
use std::{env, io};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};

pub struct Mailer {
    server: String,
    /// What links begin with. It comes from whoever runs the server, and never from a request.
    public_url: String,
}

/// Where a link leads.
#[derive(Clone, Copy)]
pub enum Link {
    Verify,
    Reset,
}

impl Mailer {
    pub fn from_environment() -> Self {
        let variable = |name| env::var(name).unwrap_or_default();
        Self {
            server: variable("SMTP_SERVER"),
            public_url: variable("PUBLIC_URL"),
        }
    }

    /// Sends a link. Nobody waits for it, so the answer tells nobody whether there was something to send.
    pub fn send(&self, to: &Email, link: Link, token: &str, now: i64) {
        let (subject, page) = match link {
            Link::Verify => ("Is this your email?", "verify"),
            Link::Reset => ("A new password", "reset"),
        };
        let (server, to, url) = (self.server.clone(), to.clone(), &self.public_url);
        let date = date(now);
        let mail = format!(
            "From: <login@localhost>\r\nTo: <{to}>\r\nDate: {date}\r\nSubject: {subject}\r\n\r\nIf you have asked for it, follow this link:\r\n\r\n{url}/{page}?token={token}\r\n\r\nIf not, there is nothing to do.\r\n"
        );
        tokio::spawn(async move {
            if let Err(error) = deliver(&server, &to, &mail).await {
                eprintln!("a mail is lost: {error}");
            }
        });
    }
}

async fn deliver(server: &str, to: &Email, mail: &str) -> io::Result<()> {
    let mut line = BufReader::new(TcpStream::connect(server).await?);
    expect(&mut line, '2').await?;
    let commands = [
        ("EHLO localhost\r\n".to_string(), '2'),
        ("MAIL FROM:<login@localhost>\r\n".to_string(), '2'),
        (format!("RCPT TO:<{to}>\r\n"), '2'),
        ("DATA\r\n".to_string(), '3'),
        (format!("{mail}.\r\n"), '2'),
    ];
    for (command, answer) in commands {
        line.write_all(command.as_bytes()).await?;
        expect(&mut line, answer).await?;
    }
    line.write_all(b"QUIT\r\n").await
}

/// Reads an answer, which may have several lines.
async fn expect(line: &mut BufReader<TcpStream>, kind: char) -> io::Result<()> {
    loop {
        let mut answer = String::new();
        line.read_line(&mut answer).await?;
        if !answer.starts_with(kind) {
            return Err(io::Error::other(format!("the mail server says {answer:?}")));
        }
        if answer.as_bytes().get(3) != Some(&b'-') {
            return Ok(());
        }
    }
}

/// A time as mails have it.
fn date(seconds: i64) -> String {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (mut year, mut day) = (1970, days);
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = |year| 365 + i64::from(is_leap(year));
    while day >= length(year) {
        day -= length(year);
        year += 1;
    }
    let february = 28 + i64::from(is_leap(year));
    let mut month = "Dec";
    for (name, days) in MONTHS
        .into_iter()
        .zip([31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    {
        if day < days {
            month = name;
            break;
        }
        day -= days;
    }
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!(
        "{} {month} {year} {hour:02}:{minute:02}:{second:02} +0000",
        day + 1
    )
}
