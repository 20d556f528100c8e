// caught by: a name that does not exist is unknown
//! net_dns: a name becomes an address by one small UDP question
//!
//! A program that connects to a name asks a resolver first: one datagram there, one datagram back. UDP
//! promises nothing: whoever is fast can send something that looks like the answer. That is why each
//! question has a random id, which the right answer repeats. Long names are written once: where one
//! comes again, two bytes point back to it. The first of them is 0xC0 or more; no label, as the parts
//! between the dots are called, is so long.
//!
//! Your server is sent names over TCP, one in a line, and asks the resolver at $DNS_SERVER for each:
//!
//!     NAME\n   ->   ADDRESS TTL\n    as in "192.0.2.7 300", address and seconds
//!     NAME\n   ->   unknown\n        if there is no such name
//!
//! Read more: RFC 1035, sections 4.1.2 (the question) and 4.1.4 (names that point back)

use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::{env, time::Duration};

/// The question for the address of a name: 3www4test0 stands for www.test.
fn question(id: u16, name: &str) -> Vec<u8> {
    // The id; a flag, “ask others if you do not know”; one question; no answers, authorities or extras.
    let mut bytes = [&id.to_be_bytes()[..], &[1, 0, 0, 1, 0, 0, 0, 0, 0, 0]].concat();
    // A dot is for people. The wire has lengths, so that a reader knows how far to go before it reads.
    for label in name.split('.') {
        bytes.push(label.len() as u8);
        bytes.extend(label.as_bytes());
    }
    bytes.push(0);
    bytes.extend([0, 1, 0, 1]); // An IPv4 address; the internet.
    bytes
}

/// The place after the name that begins at `at`.
fn skip_name(reply: &[u8], mut at: usize) -> Option<usize> {
    // A pointer may stand where any label may, not only at the beginning; nothing of the name follows it.
    // `get` and `?`: a length that leads out of the datagram is the sender's mistake, and not our panic.
    loop {
        match *reply.get(at)? {
            0 => return Some(at + 1),
            0xC0.. => return Some(at + 2),
            length => at += 1 + usize::from(length),
        }
    }
}

/// The first address in a reply and how many seconds it may be kept.
fn address(reply: &[u8]) -> Option<(Ipv4Addr, u32)> {
    // The address stands at the end, and before it the TTL and the length.
    let [a, b, c, d] = *reply.last_chunk()?;
    let ttl = reply.get(reply.len() - 10..reply.len() - 6)?;
    let ttl = u32::from_be_bytes(ttl.try_into().ok()?);
    Some((Ipv4Addr::new(a, b, c, d), ttl))
}

fn resolve(name: &str) -> io::Result<Option<(Ipv4Addr, u32)>> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.connect(env::var("DNS_SERVER").unwrap_or("127.0.0.53:53".to_string()))?;
    socket.set_read_timeout(Some(Duration::from_secs(2)))?;
    let id = RandomState::new().build_hasher().finish() as u16;
    socket.send(&question(id, name))?;
    let mut reply = [0; 512];
    // Throwing a wrong one away is not enough: the right one is still to come, so the program waits again.
    loop {
        let length = socket.recv(&mut reply)?;
        if reply[..2] == id.to_be_bytes() {
            return Ok(address(&reply[..length]));
        }
    }
}

fn main() -> io::Result<()> {
    let port = env::var("PORT").unwrap_or("8080".to_string());
    for stream in TcpListener::bind(format!("127.0.0.1:{port}"))?.incoming() {
        let mut stream = stream?;
        let names = BufReader::new(stream.try_clone()?).lines();
        // A client that breaks off must not end the server for all others.
        for name in names.map_while(Result::ok) {
            let answer = match resolve(&name) {
                Ok(Some((address, ttl))) => format!("{address} {ttl}\n"),
                Ok(None) => "unknown\n".to_string(),
                Err(error) => format!("no answer: {error}\n"),
            };
            let _ = stream.write_all(answer.as_bytes());
        }
    }
    Ok(())
}
