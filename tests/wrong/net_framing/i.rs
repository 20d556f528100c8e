// caught by: nothing is left over for the next client
//! net_framing: TCP has no messages; you make them
//!
//! TCP delivers bytes in order, and that is all it promises. Two writes of a client may arrive as one
//! piece, one write as ten, and a cut may lie in the middle of a letter. Where a message ends is for
//! the protocol to say. Here, as in SMTP, Redis and many others, it ends at a line feed.
//!
//!     each line, ended by `\n`   ->   its number of bytes without the `\n`, and `\n`
//!     "héllo\n\nab\n"            ->   "6\n0\n2\n"
//!
//! Read more: `Vec::drain`, which takes the front of a Vec out and gives it to you

use std::{
    env,
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
};

/// Takes the first whole line out of the bytes that have come, without its `\n`. `None` if there is none yet.
fn take_line(pending: &mut Vec<u8>) -> Option<Vec<u8>> {
    let end = pending.iter().position(|&byte| byte == b'\n')?;
    // What follows the line feed stays: it is the beginning of the next line, or all of it.
    let mut line: Vec<u8> = pending.drain(..=end).collect();
    line.pop();
    Some(line)
}

fn serve(mut stream: TcpStream, pending: &mut Vec<u8>) -> io::Result<()> {
    // What has come and was not answered yet. It outlives the single `read`.
    let mut buffer = [0; 1024];
    loop {
        let length = stream.read(&mut buffer)?;
        if length == 0 {
            return Ok(());
        }
        pending.extend_from_slice(&buffer[..length]);
        // One piece can end several lines, or none.
        while let Some(line) = take_line(pending) {
            writeln!(stream, "{}", line.len())?;
        }
    }
}

fn main() -> io::Result<()> {
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let mut pending = Vec::new();
    let listener = TcpListener::bind(format!("127.0.0.1:{port}"))?;
    for stream in listener.incoming() {
        if let Err(error) = serve(stream?, &mut pending) {
            println!("broken off: {error}");
        }
    }
    Ok(())
}
