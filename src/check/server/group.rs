//! Many clients at once: all of them begin together and each holds the same talk; or they keep the server busy while somebody
//! else asks. It starts threads and ends them all.

use super::{
    capture::Capture,
    converse::{self, Held, Lines, Party, Trouble},
    escape::show,
    expect::{About, Problem},
    message::Message,
    talk::{Move, Talk},
    wire,
};
use crate::{
    error::{Error, Result},
    process::Cancel,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::TcpStream,
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// The name under which each client finds its own number, from 1.
pub(super) const NUMBER: &str = "n";

/// What has to hold of a whole group, besides what has to hold of each client.
#[derive(Clone, Debug, Default)]
pub(super) struct Together {
    /// How many answers have each status.
    pub(super) status: BTreeMap<u16, usize>,
    /// How many different values a capture has.
    pub(super) distinct: BTreeMap<String, usize>,
    /// How long the client in the middle waits, measured by a delay that somebody injects.
    pub(super) median: Option<Ratio>,
    /// The SQLite file in the server's directory to which somebody else is about to write meanwhile.
    pub(super) write_lock: Option<String>,
}

/// A length of time as a multiple of a delay that is known.
#[derive(Clone, Debug)]
pub(super) struct Ratio {
    pub(super) delay: Duration,
    pub(super) at_least: f64,
    pub(super) at_most: f64,
}

impl Together {
    /// True if every group would do.
    pub(super) fn is_empty(&self) -> bool {
        self.status.is_empty() && self.distinct.is_empty() && self.median.is_none()
    }
}

/// Others who keep the server busy while a step is taken.
#[derive(Clone, Debug)]
pub(super) struct Meanwhile {
    pub(super) clients: usize,
    pub(super) talk: Talk,
}

/// What came of one client.
struct Client {
    held: Held,
    took: Duration,
}

/// What came of a group.
pub(super) enum Came {
    /// What every client was told, in the order of their numbers.
    Well(Vec<Vec<Message>>),
    /// A client had trouble: its number from 1, the number of its move, and how many had trouble in all.
    Broken(usize, usize, Trouble, usize),
}

/// Lets `clients` hold the talk at once. They take turns at the `doors`: ports, each with a connection that is open already. Gives what came of them, and how long each took.
///
/// # Errors
/// [`Error::Cancelled`].
pub(super) fn at_once(
    clients: usize,
    talk: &Talk,
    mut doors: Vec<(u16, Option<TcpStream>)>,
    party: &Party<'_>,
) -> Result<(Came, Vec<Duration>)> {
    let barrier = Barrier::new(clients);
    let results: Vec<Result<Client>> = thread::scope(|scope| {
        let threads: Vec<_> = (1..=clients)
            .map(|number| {
                let at = (number - 1) % doors.len().max(1);
                let (port, first) = match doors.get_mut(at) {
                    Some((port, first)) => (*port, first.take()),
                    None => (party.port, None),
                };
                let barrier = &barrier;
                let party = Party { port, ..*party };
                scope.spawn(move || one(number, talk, first, barrier, &party))
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or(Err(Error::Cancelled)))
            .collect()
    });
    let mut took = Vec::new();
    let mut well = Vec::new();
    let mut broken = None;
    let mut troubled = 0;
    for (number, client) in results.into_iter().enumerate() {
        let client = client?;
        took.push(client.took);
        match client.held {
            Held::Well(answers) => well.push(answers),
            Held::Broken(position, trouble) => {
                troubled += 1;
                broken.get_or_insert((number + 1, position, trouble));
            }
        }
    }
    Ok((
        match broken {
            None => Came::Well(well),
            Some((number, position, trouble)) => Came::Broken(number, position, trouble, troubled),
        },
        took,
    ))
}

fn one(
    number: usize,
    talk: &Talk,
    first: Option<TcpStream>,
    barrier: &Barrier,
    party: &Party<'_>,
) -> Result<Client> {
    let mut values = party.values.clone();
    values.capture(NUMBER, number.to_string());
    let party = Party {
        values: &values,
        ..*party
    };
    // Everybody is connected before anybody speaks. Who gets no connection is told so when the talk begins.
    let mut stream = first.or_else(|| wire::connect(party.port, party.limit).ok());
    barrier.wait();
    let started = Instant::now();
    let held = converse::hold(talk, &mut Lines::default(), &mut stream, &party)?;
    Ok(Client {
        held,
        took: started.elapsed(),
    })
}

/// What does not hold of a group of clients who were all told what they expected.
pub(super) fn judge(
    together: &Together,
    answers: &[Vec<Message>],
    captures: &[(String, Capture)],
    took: &[Duration],
) -> Vec<Problem> {
    let last: Vec<&Message> = answers
        .iter()
        .filter_map(|answers| answers.last())
        .collect();
    let mut problems = Vec::new();
    if !together.status.is_empty() {
        let mut came: BTreeMap<u16, usize> = BTreeMap::new();
        for message in &last {
            *came.entry(message.status).or_default() += 1;
        }
        if came != together.status {
            problems.push(Problem {
                about: About::Status,
                expected: statuses(&together.status),
                actual: statuses(&came),
                explain: None,
            });
        }
    }
    for (name, &count) in &together.distinct {
        let Some((_, capture)) = captures.iter().find(|(known, _)| known == name) else {
            continue;
        };
        let values: Vec<String> = last
            .iter()
            .filter_map(|message| capture.take(message))
            .collect();
        let different: BTreeSet<&String> = values.iter().collect();
        if different.len() != count {
            problems.push(Problem {
                about: About::Body,
                expected: format!(
                    "{count} different values of {name} in {} answers",
                    last.len()
                ),
                actual: format!(
                    "{} different values: {}",
                    different.len(),
                    show(listed(&values).as_bytes())
                ),
                explain: None,
            });
        }
    }
    if let Some(ratio) = &together.median {
        let median = median(took);
        let times = median.as_secs_f64() / ratio.delay.as_secs_f64();
        if times < ratio.at_least || times > ratio.at_most {
            problems.push(Problem {
                about: About::Else,
                expected: format!(
                    "the client in the middle waits {} to {} times as long as the delay of {} ms",
                    ratio.at_least,
                    ratio.at_most,
                    ratio.delay.as_millis()
                ),
                actual: format!(
                    "it waited {times:.1} times as long, {} ms",
                    median.as_millis()
                ),
                explain: None,
            });
        }
    }
    problems
}

fn statuses(counts: &BTreeMap<u16, usize>) -> String {
    let told: Vec<String> = counts
        .iter()
        .map(|(status, count)| format!("{count} with status {status}"))
        .collect();
    told.join(", ")
}

fn listed(values: &[String]) -> String {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.join(", ")
}

fn median(took: &[Duration]) -> Duration {
    let mut sorted = took.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// Does `main` while others hold their talk. It begins when all of them have taken their first move, and has to be over before the
/// talk of any of them is; the others are then cut off.
///
/// # Errors
/// What `main` gives.
pub(super) fn meanwhile<T>(
    others: &Meanwhile,
    party: &Party<'_>,
    main: impl FnOnce() -> Result<T>,
) -> Result<(T, usize)> {
    /// Each of the others has one connection, so that its first move and the rest are one talk.
    const LINE: &str = "its own";
    let begun = Barrier::new(others.clients + 1);
    let (over, enough) = (AtomicUsize::new(0), Cancel::new());
    let talk = |moves: &[Move]| Talk {
        on: vec![LINE.into()],
        moves: moves.to_vec(),
    };
    let (first, rest) = others.talk.moves.split_at(1.min(others.talk.moves.len()));
    let (first, rest) = (talk(first), talk(rest));
    thread::scope(|scope| {
        for number in 1..=others.clients {
            let (begun, over, enough, first, rest) = (&begun, &over, &enough, &first, &rest);
            scope.spawn(move || {
                let mut values = party.values.clone();
                values.capture(NUMBER, number.to_string());
                let party = Party {
                    values: &values,
                    cancel: enough,
                    ..*party
                };
                let mut lines = Lines::default();
                let started = converse::hold(first, &mut lines, &mut None, &party);
                begun.wait();
                let goes_on = matches!(started, Ok(Held::Well(_)));
                let ended = goes_on.then(|| converse::hold(rest, &mut lines, &mut None, &party));
                if !matches!(ended, Some(Err(_))) {
                    over.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        begun.wait();
        let result = main();
        let over = over.load(Ordering::SeqCst);
        enough.cancel();
        result.map(|result| (result, over))
    })
}

/// What is wrong if some of the others were done first.
pub(super) fn too_late(over: usize, clients: usize) -> Problem {
    Problem {
        about: About::Else,
        expected: format!("an answer before any of the {clients} other clients is done"),
        actual: format!("an answer only after {over} of them were done"),
        explain: Some("This client had to wait for the others.".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::message, *};

    fn answers(statuses: &[u16]) -> Vec<Vec<Message>> {
        let answer = |(number, status): (usize, &u16)| {
            let text = format!(
                "HTTP/1.1 {status} X\r\nETag: {}\r\nContent-Length: 0\r\n\r\n",
                number / 2
            );
            vec![message::parse(text.as_bytes(), message::Asked::Other).expect("a response")]
        };
        statuses.iter().enumerate().map(answer).collect()
    }

    #[test]
    fn the_statuses_of_a_group_are_counted() {
        let together = Together {
            status: BTreeMap::from([(200, 1), (409, 2)]),
            ..Together::default()
        };
        assert_eq!(judge(&together, &answers(&[409, 200, 409]), &[], &[]), []);
        let problems = judge(&together, &answers(&[200, 200, 409]), &[], &[]);
        assert_eq!(problems[0].actual, "2 with status 200, 1 with status 409");
    }

    #[test]
    fn values_that_several_clients_were_given_are_counted_once() {
        let together = Together {
            distinct: BTreeMap::from([("tag".to_owned(), 2)]),
            ..Together::default()
        };
        let captures = [("tag".to_owned(), Capture::Header("ETag".into()))];
        assert_eq!(judge(&together, &answers(&[200; 4]), &captures, &[]), []);
        let problems = judge(&together, &answers(&[200; 2]), &captures, &[]);
        assert_eq!(problems[0].actual, "1 different values: 0, 0");
    }

    #[test]
    fn the_median_is_told_as_a_multiple_of_the_delay() {
        let delay = Duration::from_millis(300);
        let together = Together {
            median: Some(Ratio {
                delay,
                at_least: 0.9,
                at_most: 2.0,
            }),
            ..Together::default()
        };
        assert_eq!(judge(&together, &[], &[], &[delay, delay * 9, delay]), []);
        let problems = judge(&together, &[], &[], &[delay, delay * 3, delay * 9]);
        assert_eq!(problems[0].actual, "it waited 3.0 times as long, 900 ms");
    }
}
