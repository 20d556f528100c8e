//! A resolver: it answers questions for addresses over UDP, and lies or is silent where it is told so.
//!
//! It knows the names that it was given and no others, and asks nobody. How messages look is in [`super::dns_message`].

use super::{
    accept::no_port,
    dns_message::{self as message, Code, Query, Record, RecordData},
    gate::Gate,
    journal::Journal,
};
use crate::error::Result;
use std::{
    net::{Ipv4Addr, SocketAddr, UdpSocket},
    thread::{self, JoinHandle},
    time::Duration,
};

/// After so many aliases the others are not followed.
const MOST_ALIASES: usize = 8;

/// A running resolver. Dropping it ends it.
#[derive(Debug)]
pub struct Resolver {
    address: SocketAddr,
    journal: Journal<Asked>,
    stopped: Gate,
    thread: Option<JoinHandle<()>>,
}

/// A name that the resolver knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    name: String,
    ttl: u32,
    data: Data,
    moods: Vec<Mood>,
}

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// These addresses.
    Addresses(Vec<Ipv4Addr>),
    /// Another name, whose records are in the same answer.
    Alias(String),
}

/// How the resolver behaves at one question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    /// It answers.
    #[default]
    Answers,
    /// It sends a reply with a wrong id and a wrong address, as a forger would, and then the right one.
    ForgedFirst,
    /// It says nothing.
    Silent,
    /// It says that it could not find out.
    Fails,
}

/// One datagram that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its position, counted from 0.
    pub order: usize,
    /// When it came, since the start.
    pub at: Duration,
    /// The id by which the one who asks knows the answer.
    pub id: u16,
    /// The name as it was sent.
    pub name: String,
    /// The type of record that is asked for; 1 is an IPv4 address.
    pub kind: u16,
    /// Why it was no question, if it was none; then nothing else is known.
    pub fault: Option<String>,
}

impl Name {
    /// A name with its addresses.
    pub fn addresses(name: impl Into<String>, ttl: u32, addresses: Vec<Ipv4Addr>) -> Self {
        Self {
            name: name.into(),
            ttl,
            data: Data::Addresses(addresses),
            moods: Vec::new(),
        }
    }

    /// A name that stands for another one.
    pub fn alias(name: impl Into<String>, ttl: u32, of: impl Into<String>) -> Self {
        Self {
            data: Data::Alias(of.into()),
            ..Self::addresses(name, ttl, Vec::new())
        }
    }

    /// How the resolver behaves at the first question for this name, the second, and so on; the last is kept.
    pub fn moods(self, moods: Vec<Mood>) -> Self {
        Self { moods, ..self }
    }
}

impl Resolver {
    /// Starts a resolver that knows these names. Any other name does not exist (NXDOMAIN).
    ///
    /// # Errors
    /// If no port is free.
    pub fn start(names: Vec<Name>) -> Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0));
        let (socket, address) = socket
            .and_then(|socket| {
                let address = socket.local_addr()?;
                Ok((socket, address))
            })
            .map_err(|error| no_port(&error))?;
        let (journal, stopped) = (Journal::new(), Gate::default());
        let mut serving = Serving {
            counts: vec![0; names.len()],
            names,
            journal: journal.clone(),
        };
        let stop = stopped.clone();
        let serve = move || {
            let mut bytes = [0; 4096];
            loop {
                let received = socket.recv_from(&mut bytes);
                if stop.is_open() {
                    return;
                }
                // Some systems tell here that an earlier answer reached nobody; that is no reason to stop.
                let Ok((length, from)) = received else {
                    continue;
                };
                for reply in serving.replies(&bytes[..length]) {
                    let _ = socket.send_to(&reply, from);
                }
            }
        };
        Ok(Self {
            address,
            journal,
            stopped,
            thread: Some(thread::spawn(serve)),
        })
    }

    /// Where it listens, as in `127.0.0.1:5353`.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Everything that arrived so far, in order.
    pub fn asked(&self) -> Vec<Asked> {
        self.journal.all()
    }

    /// Waits until this many datagrams have arrived; false if that takes longer than `time`.
    pub fn wait_for(&self, datagrams: usize, time: Duration) -> bool {
        self.journal
            .wait_for(time, |asked| asked.len() >= datagrams)
    }
}

impl Drop for Resolver {
    fn drop(&mut self) {
        self.stopped.open();
        // Wakes the thread. Without it the thread stays until the next datagram, which may never come.
        let woken = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))
            .and_then(|socket| socket.send_to(&[], self.address));
        if let (Ok(_), Some(thread)) = (woken, self.thread.take()) {
            let _ = thread.join();
        }
    }
}

struct Serving {
    names: Vec<Name>,
    counts: Vec<usize>,
    journal: Journal<Asked>,
}

impl Serving {
    /// What to send back, in order.
    fn replies(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        let query = match message::read(bytes) {
            Ok(query) => query,
            Err(why) => {
                self.note(0, String::new(), 0, Some(why));
                return message::refusal(bytes).into_iter().collect();
            }
        };
        self.note(query.id, query.name.clone(), query.kind, None);
        let right = |code, records: &[Record]| message::reply(&query, query.id, code, records);
        // A resolver looks further only for those who ask for it.
        if !query.wants_recursion {
            return vec![right(Code::Refused, &[])];
        }
        let Some(position) = self.position(&query.name) else {
            return vec![right(Code::NoSuchName, &[])];
        };
        let moods = &self.names[position].moods;
        let mood = moods
            .get(self.counts[position])
            .or(moods.last())
            .copied()
            .unwrap_or_default();
        self.counts[position] += 1;
        let records = self.records(position, &query);
        match mood {
            Mood::Answers => vec![right(Code::NoError, &records)],
            Mood::ForgedFirst => vec![forged(&query, &records), right(Code::NoError, &records)],
            Mood::Silent => Vec::new(),
            Mood::Fails => vec![right(Code::ServerFailure, &[])],
        }
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.names
            .iter()
            .position(|known| known.name.eq_ignore_ascii_case(name))
    }

    fn records(&self, first: usize, query: &Query) -> Vec<Record> {
        let mut records = Vec::new();
        let mut next = Some(first);
        while let Some(position) = next.take() {
            let known = &self.names[position];
            let record = |data| Record {
                name: known.name.clone(),
                ttl: known.ttl,
                data,
            };
            match &known.data {
                Data::Alias(of) if records.len() < MOST_ALIASES => {
                    records.push(record(RecordData::Alias(of.clone())));
                    next = self.position(of);
                }
                Data::Addresses(addresses) if query.kind == message::A => {
                    let data = addresses.iter().copied().map(RecordData::Address);
                    records.extend(data.map(record));
                }
                _ => {}
            }
        }
        records
    }

    fn note(&self, id: u16, name: String, kind: u16, fault: Option<String>) {
        self.journal.add(|order, at| Asked {
            order,
            at,
            id,
            name,
            kind,
            fault,
        });
    }
}

/// The same answer with another id and other addresses.
fn forged(query: &Query, records: &[Record]) -> Vec<u8> {
    let lie = |record: &Record| Record {
        data: match &record.data {
            RecordData::Address(address) => {
                // 203.0.113.0/24 is for documentation; no name of an exercise has such an address.
                RecordData::Address(Ipv4Addr::new(203, 0, 113, address.octets()[3]))
            }
            alias => alias.clone(),
        },
        ..record.clone()
    };
    let records: Vec<Record> = records.iter().map(lie).collect();
    message::reply(query, query.id ^ 0x2a2a, Code::NoError, &records)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    fn query(id: u16, name: &str) -> Vec<u8> {
        let mut bytes = [
            &id.to_be_bytes()[..],
            b"\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00",
        ]
        .concat();
        for label in name.split('.') {
            bytes.push(u8::try_from(label.len()).expect("short"));
            bytes.extend(label.as_bytes());
        }
        bytes.extend(b"\x00\x00\x01\x00\x01");
        bytes
    }

    fn client(resolver: &Resolver) -> UdpSocket {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        socket.connect(resolver.address()).expect("connected");
        socket.set_read_timeout(Some(LONG)).expect("set");
        socket
    }

    fn receive(socket: &UdpSocket) -> Vec<u8> {
        let mut bytes = [0; 512];
        let length = socket.recv(&mut bytes).expect("a reply");
        bytes[..length].to_vec()
    }

    fn known() -> Name {
        Name::addresses("www.test", 300, vec![Ipv4Addr::new(192, 0, 2, 7)])
    }

    #[test]
    fn a_known_name_has_its_address_and_ttl_whatever_its_case() {
        let resolver = Resolver::start(vec![known()]).expect("started");
        let socket = client(&resolver);
        socket.send(&query(7, "WWW.test")).expect("sent");
        let reply = receive(&socket);
        assert_eq!(&reply[..4], [0, 7, 0x81, 0x80]);
        assert!(
            reply.ends_with(b"\x00\x00\x01\x2C\x00\x04\xC0\x00\x02\x07"),
            "{reply:?}"
        );
        let asked = resolver.asked();
        assert_eq!(
            (asked[0].id, asked[0].name.as_str(), asked[0].kind),
            (7, "WWW.test", 1)
        );
    }

    #[test]
    fn an_unknown_name_does_not_exist_and_bytes_are_no_question() {
        let resolver = Resolver::start(vec![known()]).expect("started");
        let socket = client(&resolver);
        socket.send(&query(7, "no.test")).expect("sent");
        assert_eq!(receive(&socket)[3] & 15, 3);
        socket.send(b"hello, resolver").expect("sent");
        assert_eq!(receive(&socket)[3] & 15, 1);
        assert!(resolver.asked()[1].fault.is_some());
    }

    #[test]
    fn who_does_not_ask_for_recursion_is_refused() {
        let resolver = Resolver::start(vec![known()]).expect("started");
        let socket = client(&resolver);
        let mut bytes = query(7, "www.test");
        bytes[2] = 0;
        socket.send(&bytes).expect("sent");
        assert_eq!(receive(&socket)[3] & 15, 5);
    }

    #[test]
    fn a_forged_reply_comes_first_with_another_id_and_address() {
        let moods = vec![Mood::ForgedFirst, Mood::Silent, Mood::Fails];
        let resolver = Resolver::start(vec![known().moods(moods)]).expect("started");
        let socket = client(&resolver);
        socket.send(&query(7, "www.test")).expect("sent");
        let (first, second) = (receive(&socket), receive(&socket));
        assert_ne!(first[..2], [0, 7]);
        assert!(first.ends_with(&[203, 0, 113, 7]));
        assert_eq!(second[..2], [0, 7]);
        assert!(second.ends_with(&[192, 0, 2, 7]));
        // Then it says nothing, then it fails: the next reply is to the third question.
        socket.send(&query(8, "www.test")).expect("sent");
        socket.send(&query(9, "www.test")).expect("sent");
        let third = receive(&socket);
        assert_eq!((third[1], third[3] & 15), (9, 2));
    }

    #[test]
    fn an_alias_is_followed_in_the_same_reply() {
        let alias = Name::alias("short.test", 60, "www.test");
        let resolver = Resolver::start(vec![alias, known()]).expect("started");
        let socket = client(&resolver);
        socket.send(&query(7, "short.test")).expect("sent");
        let reply = receive(&socket);
        assert_eq!(reply[7], 2, "two records");
        assert!(reply.ends_with(&[192, 0, 2, 7]));
    }

    #[test]
    fn dropping_it_frees_the_port() {
        let resolver = Resolver::start(Vec::new()).expect("started");
        let address = resolver.address();
        drop(resolver);
        UdpSocket::bind(address).expect("free again");
    }
}
