//! `serve`: the learner's server runs for as long as the learner plays with it, and no longer.
#![cfg(unix)]

mod common;

use common::Tiny;
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

const PATIENCE: Duration = Duration::from_secs(30);

const INFO: &str =
    "format_version = 1\n[[exercises]]\nname = \"sample\"\nkind = \"server\"\nhint = \"h\"\n";

const STEPS: &str =
    "[[step]]\nclaim = \"it answers\"\nsend = { path = \"/\" }\nexpect = { status = 200 }\n";

fn answering(word: &str) -> String {
    format!(
        r#"use std::{{env, io::{{BufRead, BufReader, Write}}, net::TcpListener}};
fn main() {{
    let listener = TcpListener::bind(format!("127.0.0.1:{{}}", env::var("PORT").unwrap())).unwrap();
    for stream in listener.incoming() {{
        let mut stream = stream.unwrap();
        let mut line = String::new();
        let _ = BufReader::new(&stream).read_line(&mut line);
        println!("asked: {{}}", line.trim());
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{word}");
    }}
}}
"#,
        word.len()
    )
}

struct Serving {
    child: Child,
    lines: Receiver<String>,
    port: u16,
}

impl Serving {
    fn start(tiny: &Tiny) -> Self {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let mut child = common::program(tiny.root())
            .args(["serve", "sample", "--port", &port.to_string()])
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("it starts");
        let (send, lines) = channel();
        let output = BufReader::new(child.stdout.take().expect("piped"));
        thread::spawn(move || {
            output
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| send.send(line))
        });
        Self { child, lines, port }
    }

    fn wait_for(&self, wanted: &str) {
        let mut read = String::new();
        while !read.contains(wanted) {
            let line = self.lines.recv_timeout(PATIENCE);
            read += &line.unwrap_or_else(|_| panic!("waited for {wanted}; got:\n{read}"));
            read.push('\n');
        }
    }

    fn asks(&self) -> String {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).expect("it listens");
        stream
            .write_all(b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
            .expect("sent");
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Asked to end, it takes the server with it; killed, it could not. Once it has ended its number may be a stranger's.
        if matches!(self.child.try_wait(), Ok(None)) {
            let number = self.child.id().to_string();
            let _ = Command::new("kill").arg(number).status();
        }
        let _ = self.child.wait();
    }
}

#[test]
fn it_serves_shows_what_is_printed_starts_again_at_a_save_and_ends_with_all_it_started() {
    let tiny = Tiny::with_info(INFO);
    tiny.write("exercises/sample.toml", STEPS);
    tiny.write("exercises/sample.rs", answering("one"));
    let mut serving = Serving::start(&tiny);
    serving.wait_for("curl -i http://127.0.0.1:$PORT/");
    assert!(serving.asks().ends_with("one"));
    serving.wait_for("asked: GET /hello HTTP/1.1");
    serving.wait_for("  GET /hello -> 200, ");
    tiny.write("exercises/sample.rs", "fn main() { no }");
    serving.wait_for("cannot find value `no`");
    tiny.write("exercises/sample.rs", answering("two"));
    serving.wait_for("export PORT=");
    assert!(serving.asks().ends_with("two"));
    let ended = Command::new("kill")
        .arg(serving.child.id().to_string())
        .status();
    assert!(ended.expect("kill runs").success());
    serving.wait_for("The server has been stopped.");
    assert!(serving.child.wait().expect("ended").success());
    assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, serving.port)).is_err());
}

#[test]
fn what_is_no_server_cannot_be_served() {
    let tiny = Tiny::new();
    tiny.run(&["serve", "adder"])
        .ends_with(2)
        .complains(&["`adder` is no server"]);
}
