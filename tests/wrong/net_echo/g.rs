// caught by: the next client is served
//! net_echo: a server accepts, reads, writes, and keeps the connection
//!
//! Below every protocol there is this loop. Bytes arrive in pieces of any size, as the network likes,
//! and a server goes on until the other side says that it has no more to send. What passes through
//! need not be text: a program that makes a String of it changes the bytes that it only had to carry.
//!
//!     any bytes              ->   the same bytes, as they come
//!     the client is done     ->   the connection is closed, and the next client is served
//!
//! Read more: `std::io::Read::read`, and what it gives at the end of a stream

use std::{
    env,
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
};

/// Sends back what comes, until the client has no more to send. Gives the number of bytes.
fn echo(mut stream: TcpStream) -> io::Result<usize> {
    let mut buffer = [0; 4096];
    let mut total = 0;
    // One `read` gives what has arrived so far, and that is never known to be everything: only 0 is the end.
    loop {
        let length = stream.read(&mut buffer)?;
        if length == 0 {
            return Ok(total);
        }
        // Bytes in, bytes out. The rest of the buffer is old; only the first `length` bytes are new.
        stream.write_all(&buffer[..length])?;
        total += length;
    }
}

fn main() -> io::Result<()> {
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}"))?;
    if let Some(stream) = listener.incoming().next() {
        // A client that breaks off must not end the server for all others.
        match echo(stream?) {
            Ok(total) => println!("echoed {total} bytes"),
            Err(error) => println!("broken off: {error}"),
        }
    }
    Ok(())
}
