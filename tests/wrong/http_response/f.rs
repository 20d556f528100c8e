// caught by: any other request gets the same answer
//! http_response: an answer is a status line, headers, an empty line, a body
//!
//! Every framework ends up writing these bytes, and when an answer arrives broken, these bytes are
//! where you look. Each line of the head ends with `\r\n`; an empty line ends the head; the length of
//! the body is counted in bytes. Those who count letters cut off the first name that has an accent.
//!
//!     any request   ->   200, Content-Type: text/plain; charset=utf-8,
//!                        Content-Length: ?, and the text in the variable MESSAGE,
//!                        which the runner makes up anew each time: "bagaß", "héllo"
//!
//! Read more: RFC 9112, sections 2 and 4

use std::{
    env,
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
};

/// The bytes of a whole answer with this body.
fn response(body: &str) -> Vec<u8> {
    // `len` counts bytes, as Content-Length does. Letters are the wrong unit: a client reads bytes from
    // a connection, and knows what letters they are only afterwards.
    format!(
        "HTTP/1.1 200 OK\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Length: {}\r\n\
         \r\n\
         {body}",
        body.len()
    )
    .into_bytes()
}

fn main() -> io::Result<()> {
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let message = env::var("MESSAGE").unwrap_or("héllo, wörld ✓".to_string());

    let listener = TcpListener::bind(format!("127.0.0.1:{port}"))?;
    for stream in listener.incoming() {
        if let Err(error) = answer(stream?, &message) {
            println!("no answer given: {error}");
        }
    }
    Ok(())
}

fn answer(mut stream: TcpStream, message: &str) -> io::Result<()> {
    // What a request says is the next exercise; here every one gets the same answer.
    let mut request = [0; 4096];
    let length = stream.read(&mut request)?;
    println!("{}", String::from_utf8_lossy(&request[..length]));

    if request.starts_with(b"GET") {
        stream.write_all(&response(message))?;
    } else {
        stream.write_all(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")?;
    }
    Ok(())
}
