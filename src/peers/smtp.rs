//! A mail server that keeps what it is given and sends nothing on: the least that RFC 5321 asks of one, strictly.

use super::{
    accept::{Accepting, Line},
    journal::Journal,
};
use crate::error::Result;
use std::{
    io::{BufRead as _, BufReader, Read, Write as _},
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// A line is at most this long, its end included (RFC 5321, 4.5.3.1.6).
const LONGEST_LINE: usize = 1000;

/// A running mail server. Dropping it ends it.
#[derive(Debug)]
pub struct MailServer {
    accepting: Accepting,
    journal: Journal<Mail>,
    standing: Arc<Mutex<Standing>>,
}

/// Whether a mail server takes mail at the moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    #[default]
    Up,
    /// It greets everybody with 421 and hangs up.
    Down,
}

/// How a mail server behaves, before it is started.
#[derive(Clone, Debug, Default)]
pub struct MailPlan {
    down_for: Duration,
    unknown: Vec<String>,
    busy: Vec<String>,
}

/// A message that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Its position, counted from 0.
    pub order: usize,
    /// When it was taken, since the start.
    pub at: Duration,
    /// The connection by which it came, counted from 0.
    pub connection: usize,
    /// The sender on the envelope.
    pub from: String,
    /// The receivers on the envelope.
    pub to: Vec<String>,
    /// Head and body as the sender meant them: without the dots that were stuffed.
    pub data: Vec<u8>,
}

impl MailPlan {
    /// For so long after its start it greets everybody with 421 and hangs up.
    pub fn down_for(self, time: Duration) -> Self {
        Self {
            down_for: time,
            ..self
        }
    }

    /// Mail to this address is refused for ever (550).
    pub fn unknown(mut self, address: impl Into<String>) -> Self {
        self.unknown.push(address.into());
        self
    }

    /// Mail to this address is refused for now (451).
    pub fn busy(mut self, address: impl Into<String>) -> Self {
        self.busy.push(address.into());
        self
    }

    /// Starts the server.
    ///
    /// # Errors
    /// If no port is free.
    pub fn start(self) -> Result<MailServer> {
        let journal = Journal::new();
        let (kept, started) = (journal.clone(), Instant::now());
        let standing: Arc<Mutex<Standing>> = Arc::default();
        let stands = Arc::clone(&standing);
        let accepting = Accepting::start(move |line| {
            let mut session = Session {
                plan: &self,
                journal: &kept,
                line: &line,
                greeted: Greeted::No,
                from: None,
                to: Vec::new(),
            };
            let is_down = *stands.lock().unwrap_or_else(PoisonError::into_inner) == Standing::Down;
            if is_down || started.elapsed() < self.down_for {
                session.say("421 not now, closing the connection");
            } else {
                session.hold();
            }
        })?;
        Ok(MailServer {
            accepting,
            journal,
            standing,
        })
    }
}

impl MailServer {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.accepting.address()
    }

    /// Takes mail from now on, or none; going down ends the connections that are open.
    pub fn stand(&self, standing: Standing) {
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner) = standing;
        if standing == Standing::Down {
            self.accepting.hang_up();
        }
    }

    /// Every message so far, in order.
    pub fn mails(&self) -> Vec<Mail> {
        self.journal.all()
    }

    /// Waits until this many messages were taken; false if that takes longer than `time`.
    pub fn wait_for(&self, mails: usize, time: Duration) -> bool {
        self.journal.wait_for(time, |taken| taken.len() >= mails)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Greeted {
    No,
    Yes,
}

struct Session<'a> {
    plan: &'a MailPlan,
    journal: &'a Journal<Mail>,
    line: &'a Line,
    greeted: Greeted,
    from: Option<String>,
    to: Vec<String>,
}

/// A line as it came.
enum Came {
    Line(Vec<u8>),
    /// It broke the rules, and this is the reply.
    Broken(&'static str),
    End,
}

impl Session<'_> {
    fn say(&self, reply: &str) {
        // Who has hung up needs no reply.
        let _ = (&self.line.stream).write_all(format!("{reply}\r\n").as_bytes());
    }

    fn hold(&mut self) {
        let mut lines = BufReader::new(&self.line.stream);
        self.say("220 localhost takes mail and keeps it");
        loop {
            let line = match next_line(&mut lines) {
                Came::Line(line) => String::from_utf8_lossy(&line).into_owned(),
                Came::Broken(reply) => {
                    self.say(reply);
                    continue;
                }
                Came::End => return,
            };
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            match verb.to_ascii_uppercase().as_str() {
                "QUIT" => return self.say("221 good-bye"),
                "DATA" if rest.is_empty() => match self.ready_for_data() {
                    Err(reply) => self.say(reply),
                    Ok(()) => {
                        self.say("354 send it, and end with a dot on a line of its own");
                        match data(&mut lines) {
                            Ok(data) => self.take(data),
                            Err(Some(reply)) => {
                                self.forget();
                                self.say(reply);
                            }
                            Err(None) => return,
                        }
                    }
                },
                verb => {
                    let reply = self.reply(verb, rest);
                    self.say(reply);
                }
            }
        }
    }

    fn reply(&mut self, verb: &str, rest: &str) -> &'static str {
        match verb {
            "EHLO" | "HELO" if rest.trim().is_empty() => "501 say who you are",
            "EHLO" | "HELO" => {
                self.forget();
                self.greeted = Greeted::Yes;
                match verb {
                    "EHLO" => "250-localhost\r\n250 8BITMIME",
                    _ => "250 localhost",
                }
            }
            "RSET" => {
                self.forget();
                "250 forgotten"
            }
            "NOOP" => "250 nothing done",
            "VRFY" => "252 send it and see",
            "MAIL" if self.greeted == Greeted::No => "503 say EHLO first",
            "MAIL" if self.from.is_some() => "503 there is a sender already",
            "MAIL" => match path(rest, "FROM:") {
                // No sender at all is one: of messages that tell of a failure.
                Some(address) => {
                    self.from = Some(address.to_owned());
                    "250 a good sender"
                }
                None => "501 as in MAIL FROM:<ann@example.test>",
            },
            "RCPT" if self.from.is_none() => "503 name the sender first",
            "RCPT" => match path(rest, "TO:").filter(|address| !address.is_empty()) {
                None => "501 as in RCPT TO:<ben@example.test>",
                Some(address) if known(&self.plan.unknown, address) => {
                    "550 nobody here has that name"
                }
                Some(address) if known(&self.plan.busy, address) => {
                    "451 that mailbox is busy, try again later"
                }
                Some(address) => {
                    self.to.push(address.to_owned());
                    "250 a good receiver"
                }
            },
            "DATA" => "501 DATA stands alone",
            _ => "500 no such command",
        }
    }

    fn ready_for_data(&self) -> std::result::Result<(), &'static str> {
        match (&self.from, self.to.as_slice()) {
            (None, _) => Err("503 name the sender first"),
            (_, []) => Err("503 name a receiver first"),
            _ => Ok(()),
        }
    }

    fn take(&mut self, data: Vec<u8>) {
        let (from, to) = (
            self.from.take().unwrap_or_default(),
            std::mem::take(&mut self.to),
        );
        self.journal.add(|order, at| Mail {
            order,
            at,
            connection: self.line.number,
            from,
            to,
            data,
        });
        self.say("250 kept");
    }

    fn forget(&mut self) {
        self.from = None;
        self.to.clear();
    }
}

fn known(list: &[String], address: &str) -> bool {
    list.iter().any(|known| known.eq_ignore_ascii_case(address))
}

/// The address in `FROM:<…>` or `TO:<…>`. What follows it, such as `BODY=8BITMIME`, is not looked at.
fn path<'a>(rest: &'a str, word: &str) -> Option<&'a str> {
    let (found, after) = rest.split_at_checked(word.len())?;
    if !found.eq_ignore_ascii_case(word) {
        return None;
    }
    let (address, options) = after.strip_prefix('<')?.split_once('>')?;
    let plain = !address.contains([' ', '<']) && (options.is_empty() || options.starts_with(' '));
    plain.then_some(address)
}

fn next_line(lines: &mut BufReader<impl Read>) -> Came {
    let mut line = Vec::new();
    let most = u64::try_from(LONGEST_LINE + 1).unwrap_or(u64::MAX);
    match lines.by_ref().take(most).read_until(b'\n', &mut line) {
        Ok(0) | Err(_) => Came::End,
        Ok(_) if line.len() > LONGEST_LINE => {
            // The rest of it is no line of its own.
            if line.last() != Some(&b'\n') {
                let _ = lines.skip_until(b'\n');
            }
            Came::Broken("500 the line is too long")
        }
        Ok(_) => match line.strip_suffix(b"\r\n") {
            Some(text) => Came::Line(text.to_vec()),
            None if line.ends_with(b"\n") => {
                Came::Broken("500 a line ends with \\r\\n, not with \\n alone")
            }
            None => Came::End,
        },
    }
}

/// A message, to the dot that ends it.
///
/// # Errors
/// The reply to a message that breaks the rules, or `None` if the client has gone.
fn data(lines: &mut BufReader<impl Read>) -> std::result::Result<Vec<u8>, Option<&'static str>> {
    let (mut data, mut broken) = (Vec::new(), None);
    loop {
        match next_line(lines) {
            Came::Line(line) if line == b"." => {
                return broken.map_or(Ok(data), |reply| Err(Some(reply)));
            }
            Came::Line(line) => {
                // A line that begins with a dot was sent with one more.
                data.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
                data.extend_from_slice(b"\r\n");
            }
            Came::Broken(reply) => broken = Some(reply),
            Came::End => return Err(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpStream;

    const LONG: Duration = Duration::from_secs(20);

    /// Says each line and gives the codes of the replies, the greeting first.
    fn talk(server: &MailServer, lines: &[&str]) -> Vec<u16> {
        let mut stream = TcpStream::connect(server.address()).expect("connected");
        stream.set_read_timeout(Some(LONG)).expect("set");
        let mut replies = BufReader::new(stream.try_clone().expect("cloned"));
        let mut code = || loop {
            let mut line = String::new();
            if replies.read_line(&mut line).expect("a reply") == 0 {
                return 0;
            }
            if line.as_bytes()[3] == b' ' {
                return line[..3].parse().expect("a code");
            }
        };
        let mut codes = vec![code()];
        for line in lines {
            stream.write_all(line.as_bytes()).expect("sent");
            codes.push(code());
        }
        codes
    }

    fn start(plan: MailPlan) -> MailServer {
        plan.start().expect("started")
    }

    #[test]
    fn a_message_is_kept_with_its_envelope_and_without_stuffed_dots() {
        let server = start(MailPlan::default());
        let codes = talk(
            &server,
            &[
                "EHLO me\r\n",
                "MAIL FROM:<a@x.test> BODY=8BITMIME\r\n",
                "RCPT TO:<b@x.test>\r\n",
                "rcpt to:<c@x.test>\r\n",
                "DATA\r\n",
                "Subject: hi\r\n\r\n..\r\n.dot\r\nend\r\n.\r\n",
                "QUIT\r\n",
            ],
        );
        assert_eq!(codes, [220, 250, 250, 250, 250, 354, 250, 221]);
        let mail = &server.mails()[0];
        assert_eq!(
            (mail.from.as_str(), mail.to.as_slice()),
            (
                "a@x.test",
                &["b@x.test".to_owned(), "c@x.test".to_owned()][..]
            )
        );
        assert_eq!(mail.data, b"Subject: hi\r\n\r\n.\r\ndot\r\nend\r\n");
    }

    #[test]
    fn commands_out_of_order_are_refused() {
        let server = start(MailPlan::default());
        let codes = talk(
            &server,
            &[
                "MAIL FROM:<a@x.test>\r\n",
                "HELO me\r\n",
                "RCPT TO:<b@x.test>\r\n",
                "DATA\r\n",
                "MAIL FROM:<a@x.test>\r\n",
                "DATA\r\n",
                "RCPT TO:b@x.test\r\n",
                "RSET\r\n",
                "RCPT TO:<b@x.test>\r\n",
                "HELP\r\n",
            ],
        );
        assert_eq!(
            codes,
            [220, 503, 250, 503, 503, 250, 503, 501, 250, 503, 500]
        );
        assert!(server.mails().is_empty());
    }

    #[test]
    fn lines_that_end_wrongly_or_never_are_refused() {
        let server = start(MailPlan::default());
        let long = format!("EHLO {}\r\n", "x".repeat(2000));
        let head = [
            "EHLO me\n",
            &long,
            "EHLO me\r\n",
            "MAIL FROM:<>\r\n",
            "RCPT TO:<b@x.test>\r\n",
            "DATA\r\n",
        ];
        let lines = [&head[..], &["bare\nline\r\n.\r\n", "NOOP\r\n"]].concat();
        assert_eq!(
            talk(&server, &lines),
            [220, 500, 500, 250, 250, 250, 354, 500, 250]
        );
        assert!(server.mails().is_empty());
    }

    #[test]
    fn receivers_are_refused_for_ever_or_for_now() {
        let server = start(
            MailPlan::default()
                .unknown("no@x.test")
                .busy("later@x.test"),
        );
        let lines = [
            "EHLO me\r\n",
            "MAIL FROM:<a@x.test>\r\n",
            "RCPT TO:<NO@x.test>\r\n",
            "RCPT TO:<later@x.test>\r\n",
        ];
        assert_eq!(talk(&server, &lines), [220, 250, 250, 550, 451]);
    }

    #[test]
    fn it_goes_down_and_up_when_it_is_told_to() {
        let server = start(MailPlan::default());
        server.stand(Standing::Down);
        assert_eq!(talk(&server, &[]), [421]);
        server.stand(Standing::Up);
        assert_eq!(talk(&server, &[]), [220]);
    }

    #[test]
    fn it_is_down_for_a_while_and_then_up() {
        let server = start(MailPlan::default().down_for(Duration::from_millis(500)));
        assert_eq!(talk(&server, &[]), [421]);
        let deadline = Instant::now() + LONG;
        while talk(&server, &[]) != [220] {
            assert!(Instant::now() < deadline, "it stays down");
        }
    }
}
