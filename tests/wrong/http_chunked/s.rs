// caught by: a chunk that comes in pieces is whole when its last byte is there
//! http_chunked: two ways to say how long a body is must never disagree
//!
//! Who does not know the length yet sends chunks: each after its size in hexadecimal digits, the last one of size 0.
//! Many servers stand behind a proxy, which looks at requests and passes them on. Where the two find different ends of
//! a body, its rest is a request that the proxy has never looked at: it was smuggled past it. So when in doubt, refuse.
//!
//!     Content-Length: 5, or no such header    ->  200, and the handler gets the 5 bytes, or none
//!     Transfer-Encoding: chunked              ->  200, and it gets "hello, you" from
//!         "5\r\nhello\r\n5;note=x\r\n, you\r\n0\r\n\r\n"; what follows `;`, and lines after the 0, are passed over
//!     both, one of them twice, another coding (gzip), a size or chunk that is none  ->  400, and the connection is closed
//! Read more: RFC 9112, sections 6.3 (which length counts) and 7.1 (chunks)

use std::io::{self, BufRead, BufReader, Read, Write};
use std::{env, fs::File, iter, net::TcpListener, net::TcpStream};

/// The next line without its `\r\n`. `None` if it ends in another way.
fn line(reader: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    reader.take(8 * 1024).read_line(&mut line).ok()?;
    Some(line.strip_suffix("\r\n")?.to_string())
}

/// The values of all headers with this name.
fn values<'a>(head: &'a [String], name: &str) -> Vec<&'a str> {
    let lines = head.iter().filter_map(|line| line.split_once(':'));
    let named = lines.filter(|(known, _)| known.trim().eq_ignore_ascii_case(name));
    named.map(|(_, value)| value.trim_ascii()).collect()
}

/// The number that these digits stand for. `from_str_radix` alone takes "+5" too.
fn size(digits: &str, radix: u32) -> Option<u64> {
    let strict = digits.chars().all(|digit| digit.is_digit(radix));
    u64::from_str_radix(digits, radix).ok().filter(|_| strict)
}

/// The body, decoded. `None` if there is any doubt about it.
fn read_body(reader: &mut impl BufRead, head: &[String]) -> Option<Vec<u8>> {
    let lengths = values(head, "content-length");
    let codings = values(head, "transfer-encoding");
    let mut body = Vec::new();
    match (lengths.as_slice(), codings.as_slice()) {
        ([], []) => {}
        ([length], []) => {
            let size = size(length, 10)?;
            let came = reader.take(size).read_to_end(&mut body).ok()?;
            return (came as u64 == size).then_some(body);
        }
        ([], [coding]) if coding.eq_ignore_ascii_case("chunked") => loop {
            let size = size(line(reader)?.split(';').next()?, 16)?;
            if size == 0 {
                // Lines may follow, up to an empty one. The next request begins after that.
                while !line(reader)?.is_empty() {}
                break;
            }
            let ready = reader.fill_buf().ok()?;
            let came = ready.len().min(size as usize);
            body.extend_from_slice(&ready[..came]);
            reader.consume(came);
            // If the line does not end here, the size and the chunk disagree.
            if came as u64 != size || !line(reader)?.is_empty() {
                return None;
            }
        },
        // Two answers to one question: another program could believe the other one.
        _ => return None,
    }
    Some(body)
}

fn serve(stream: TcpStream, handled: &mut File) -> io::Result<()> {
    let (mut reader, mut writer) = (BufReader::new(&stream), &stream);
    while let Some(first) = line(&mut reader) {
        let lines = iter::from_fn(|| line(&mut reader));
        let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
        let Some(body) = read_body(&mut reader, &head) else {
            // Nobody knows where the next request begins, so nothing more is read.
            return writer.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        };
        // The handler: it writes down what reaches it.
        writeln!(handled, "{first} {}", String::from_utf8_lossy(&body))?;
        writer.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")?;
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let port = env::var("PORT").unwrap_or("8080".to_string());
    let mut handled = File::create("handled.txt")?;
    for stream in TcpListener::bind(format!("127.0.0.1:{port}"))?.incoming() {
        let _ = serve(stream?, &mut handled); // A client that breaks off ends nothing.
    }
    Ok(())
}
