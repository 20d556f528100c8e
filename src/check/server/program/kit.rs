//! What a check program speaks with: the learner's server over HTTP/1.1, and the runner that started it. Each call ends within
//! the limit of a step, and what goes wrong is told as "asked, expected, got". It holds no opinion on any exercise.

mod http;

pub use http::Answer;
use http::{curl, parse, request, to_the_end};
use std::{
    env,
    io::{self, Read as _, Write as _},
    net::{Ipv4Addr, TcpStream},
    panic,
    sync::{Mutex, Once, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// One instance of the learner's server.
#[derive(Clone, Debug)]
pub struct Server {
    /// Its port on 127.0.0.1. A new start gives it another one.
    pub port: u16,
    number: usize,
}

/// The learner's server, or the first of its instances.
pub fn server() -> Server {
    instances().remove(0)
}

/// All instances, in the order of their start.
pub fn instances() -> Vec<Server> {
    tell_at_a_panic();
    let ports = variable("PORTS");
    let port = |(number, port): (usize, &str)| Server {
        port: port.parse().expect("a port"),
        number,
    };
    ports.split(',').enumerate().map(port).collect()
}

impl Server {
    /// GET on a connection of its own.
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "")
    }

    /// POST with a body.
    pub fn post(&self, path: &str, body: &str) -> Answer {
        self.send("POST", path, &[], body)
    }

    /// Any request on a connection of its own. A body brings its Content-Length.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let asked = format!("{method} {path}");
        remember(&asked, &curl(method, path, headers, body));
        let mut line = self.connect();
        line.write(request(self.port, method, path, headers, body).as_bytes());
        line.answer(&asked)
    }

    /// A connection for bytes as they are. Dropping it is what a client does that goes away.
    pub fn connect(&self) -> Line {
        match TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)) {
            Ok(stream) => Line::over(stream),
            Err(error) => unexpected(
                "connect",
                "the server accepts a connection",
                &format!("no connection: {error}"),
            ),
        }
    }

    /// Ends it with a signal such as "TERM", and starts it again in the same directory.
    pub fn restart(&mut self, signal: &str) {
        let asked = format!("end the program with SIG{signal}, and start it again");
        let port = control(&asked, &format!("server/{}/restart/{signal}", self.number));
        self.port = port.parse().expect("a port");
    }

    /// Sends it a signal, and does not wait for anything.
    pub fn signal(&self, signal: &str) {
        control(
            &format!("send the program SIG{signal}"),
            &format!("server/{}/signal/{signal}", self.number),
        );
    }

    /// How much memory it has, with all that it has started; `None` where the system does not tell, which the learner is told then.
    pub fn memory_mib(&self) -> Option<u64> {
        let asked = "measure the memory of the program";
        let told = control(asked, &format!("server/{}/memory", self.number));
        if told.is_empty() {
            tell(
                "note",
                "This system does not tell how much memory a program has, so that was not looked at.",
            );
        }
        told.parse().ok()
    }

    /// Waits for its end; gives it in words, as in "exit code 0".
    pub fn end(&self) -> String {
        control(
            "wait for the end of the program",
            &format!("server/{}/end", self.number),
        )
    }
}

/// A connection to the server.
#[derive(Debug)]
pub struct Line {
    stream: TcpStream,
    came: Vec<u8>,
    /// How long one answer may take.
    limit: Duration,
}

impl Line {
    fn over(stream: TcpStream) -> Self {
        stream.set_nodelay(true).expect("set");
        stream.set_write_timeout(Some(limit())).expect("set");
        Self {
            stream,
            came: Vec::new(),
            limit: limit(),
        }
    }

    /// Writes bytes. A server that has closed is no failure: it may have answered before.
    pub fn write(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes);
    }

    /// Writes a GET after which others may follow.
    pub fn get(&mut self, path: &str) {
        let port = self.stream.peer_addr().map_or(0, |address| address.port());
        let text = request(port, "GET", path, &[], "").replace("Connection: close\r\n", "");
        remember(&format!("GET {path}"), "");
        self.write(text.as_bytes());
    }

    /// The next answer on this connection.
    pub fn answer(&mut self, asked: &str) -> Answer {
        let deadline = Instant::now() + self.limit;
        loop {
            let state = parse(&self.came, asked.starts_with("HEAD "));
            if let Some((answer, length)) = state.ok().flatten() {
                self.came.drain(..length);
                return answer;
            }
            match self.more(deadline) {
                Ok(0) => {
                    // Without a length, the end of the connection is the end of the body.
                    if let Some(answer) = to_the_end(&self.came) {
                        return answer;
                    }
                    unexpected(
                        asked,
                        "an answer",
                        &format!("the connection was closed after {:?}", shown(&self.came)),
                    );
                }
                Ok(_) => {}
                Err(error) if is_late(&error) => unexpected(
                    asked,
                    "an answer",
                    &format!(
                        "nothing more for {} ms, which is the limit of one step; until then {:?}",
                        self.limit.as_millis(),
                        shown(&self.came)
                    ),
                ),
                Err(error) => unexpected(
                    asked,
                    "an answer",
                    &format!("the connection broke: {error}"),
                ),
            }
        }
    }

    fn more(&mut self, deadline: Instant) -> io::Result<usize> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(left))?;
        let mut bytes = [0; 16 * 1024];
        let read = self.stream.read(&mut bytes)?;
        self.came.extend(&bytes[..read]);
        Ok(read)
    }
}

/// What arrived at the upstream since the server was started: "GET /products/1", in order.
pub fn upstream() -> Vec<String> {
    let lines = control("look at the upstream", "upstream");
    lines.lines().map(str::to_owned).collect()
}

/// Lets the answers go that the upstream holds, now and from now on.
pub fn open_upstream() {
    control("open the upstream", "upstream/open");
}

/// Stops a service of the exercise: "redis" or "postgres".
pub fn stop(service: &str) {
    control(
        &format!("stop {service}"),
        &format!("service/{service}/stop"),
    );
}

/// Starts it again on the same port.
pub fn start(service: &str) {
    control(
        &format!("start {service} again"),
        &format!("service/{service}/start"),
    );
}

/// A value that differs from run to run, the same one as in the steps: "word", "number", "id", "word.2" …
pub fn random(name: &str) -> String {
    control("draw a value", &format!("random/{name}"))
}

/// Looks again and again until it is so. `what` says what is waited for.
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + limit();
    while !is_so() {
        if Instant::now() >= deadline {
            unexpected(
                "wait",
                what,
                &format!(
                    "not within {} ms, the limit of one step",
                    limit().as_millis()
                ),
            );
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// One or two sentences for the learner, shown if this test fails from here on.
pub fn explain(words: &str) {
    tell("explain", words);
}

/// Fails the test: this was asked, this was expected, this came.
pub fn unexpected(asked: &str, expected: &str, got: &str) -> ! {
    // The form of `assert_eq!`, which the runner takes apart.
    panic!("assertion `left == right` failed: {asked}\n  left: {got}\n right: {expected}")
}

/// How long one call may take: a little less than the test, so that it can still say what was missing.
fn limit() -> Duration {
    Duration::from_millis(variable("LIMIT_MS").parse().unwrap_or(5000))
}

/// Asks the runner.
fn control(asked: &str, what: &str) -> String {
    let url = variable("CONTROL_URL");
    let (host, secret) = url
        .trim_start_matches("http://")
        .split_once('/')
        .expect("an address with a path");
    let stream = TcpStream::connect(host).expect("the runner listens");
    let mut line = Line::over(stream);
    // The runner has limits of its own for all that it does.
    line.limit = Duration::from_secs(600);
    line.write(
        format!("POST /{secret}/{what} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n")
            .as_bytes(),
    );
    let answer = line.answer(asked);
    match answer.status {
        200 => answer.body,
        409 => {
            let (expected, got) = answer.body.split_once('\n').unwrap_or_default();
            unexpected(asked, expected, got)
        }
        _ => panic!("the runner refuses: {}", answer.body),
    }
}

/// What was asked last, and the line that repeats it.
static LAST: Mutex<(String, String)> = Mutex::new((String::new(), String::new()));

fn remember(asked: &str, repeat: &str) {
    *LAST.lock().unwrap_or_else(PoisonError::into_inner) = (asked.to_owned(), repeat.to_owned());
}

/// Says what was asked last when a test fails.
fn tell_at_a_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |told| {
            let (asked, repeat) = LAST.lock().unwrap_or_else(PoisonError::into_inner).clone();
            tell("asked", &asked);
            tell("repeat", &repeat);
            usual(told);
        }));
    });
}

fn tell(kind: &str, words: &str) {
    // A line of its own form; the runner reads it, and the learner does not.
    let _ = writeln!(io::stdout(), "\u{1}{kind} {}", words.replace('\n', " "));
}

fn variable(name: &str) -> String {
    env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: a check program is started by the runner"))
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned()
}

fn is_late(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}
