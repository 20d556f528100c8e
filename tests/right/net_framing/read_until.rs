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
    io::{self, BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
};

fn serve(mut stream: TcpStream) -> io::Result<()> {
    // The reader keeps what comes after the line.
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        if line.pop() == Some(b'\n') {
            writeln!(stream, "{}", line.len())?;
        }
        line.clear();
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}"))?;
    for stream in listener.incoming() {
        if let Err(error) = serve(stream?) {
            println!("broken off: {error}");
        }
    }
    Ok(())
}
