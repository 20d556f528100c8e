// caught by: a page comes back with its bytes and its type
//! http_static_files: serve files, and only those files
//!
//! A path in a request is a wish of a stranger, and a file has many names: `..`, `%2e%2e`, a double
//! slash, a link out of the directory. Do not look for bad names; find the file, then ask where it lies.
//!
//!     GET /pets/cat.html          ->  200, Content-Type: text/html; charset=utf-8, and the bytes of public/pets/cat.html
//!     .txt, .css, .png, others    ->  text/plain; charset=utf-8, text/css, image/png, application/octet-stream
//!     GET /                       ->  the same as /index.html
//!     no such file below public   ->  404
//! Read more: `std::fs::canonicalize`; OWASP, "Path Traversal"

use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::{env, fs, net::TcpListener, net::TcpStream};

/// The text behind the signs `%41`. `None` if it is none, or no UTF-8.
fn percent_decode(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(part.get(..2)?, 16).ok()?);
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).ok()
}

/// The file below `root` that a path in a request means. `None` if there is none.
fn find(root: &Path, target: &str) -> Option<PathBuf> {
    // Decode first: what comes out is what the disk would be asked for.
    let path = percent_decode(target)?;
    let path = if path == "/" { "/index.html" } else { &path };
    // `join` would throw the root away if what follows began with a slash.
    let file = root.join(path.trim_start_matches('/'));
    // This follows `..` and links to the true place of the file, and fails if there is none.
    let file = file.canonicalize().ok()?;
    let inside = file.starts_with(root.canonicalize().ok()?);
    (inside && file.is_file()).then_some(file)
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|ending| ending.to_str()) {
        Some("html") => "text/html",
        Some("txt") => "text/plain; charset=utf-8",
        Some("css") => "text/css",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}

fn answer(mut stream: TcpStream) -> io::Result<()> {
    let mut first = String::new();
    BufReader::new(&stream).read_line(&mut first)?;
    let target = first.split(' ').nth(1).unwrap_or("/");
    let (status, kind, body) = match find(Path::new("public"), target) {
        Some(file) => ("200 OK", content_type(&file), fs::read(&file)?),
        None => ("404 Not Found", "text/plain", b"no such file\n".to_vec()),
    };
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n");
    stream.write_all(&[head.as_bytes(), &body].concat())
}

fn main() -> io::Result<()> {
    let port = env::var("PORT").unwrap_or("8080".to_string());
    for stream in TcpListener::bind(format!("127.0.0.1:{port}"))?.incoming() {
        if let Err(error) = answer(stream?) {
            println!("no answer given: {error}");
        }
    }
    Ok(())
}
