//! The learner's server for playing by hand: started with its peers and services, and left running. The runner stands before it,
//! passes every byte on as it is, and tells which requests there were. It judges nothing.

use super::{
    group, language,
    last_words::how,
    launch::{self, LISTENS, Launch},
    layout,
    onlooker::{Onlooker, Seen},
    peers::Peers,
    program::Checks,
    random, read_steps, started_program,
    step::Step,
    steps::Story,
    template::{DIR, Template, Values},
};
use crate::{
    check::{Job, Means, Source, source},
    error::{Error, Result},
    outcome::{Finding, Report},
    peers::{Direction, Door},
    process::Record,
    workspace,
};
use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Mutex, PoisonError, mpsc::channel},
    time::{Duration, Instant},
};

/// How often the server's output is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(80);

/// Requests that are worth showing; more of them hide the rest.
const MOST_REQUESTS: usize = 8;

/// What happens to a server that is started for playing.
#[derive(Clone, Debug)]
pub enum Told {
    /// It could not be started; the report says why.
    Failed(Box<Report>),
    /// It listens.
    Listening {
        /// On this port.
        port: u16,
        /// What else is in its environment: name and value.
        env: Vec<(String, String)>,
        /// Lines to paste into a shell, from the exercise's steps.
        requests: Vec<String>,
    },
    /// These requests were answered, or their connections have ended.
    Asked(Vec<Seen>),
    /// It has printed these lines.
    Printed(Vec<String>),
    /// It has ended by itself, in these words.
    Ended(String),
}

/// Starts the server of an exercise on this port, and tells what happens until it ends or is cancelled.
///
/// # Errors
/// [`Error::Cancelled`] at the end; as [`crate::check::check`] otherwise.
pub fn serve(job: Job<'_>, port: u16, means: Means<'_>, tell: &dyn Fn(Told)) -> Result<()> {
    // A project has the same world in each of its stages.
    let mut stories = read_steps(job, Checks::read(job)?.as_ref())?;
    let story = stories.swap_remove(0);
    let mut report = Report::new(&job.exercise.name);
    let Some(text) = source::text_or_finding(job, &mut report) else {
        tell(Told::Failed(Box::new(report)));
        return Ok(());
    };
    let Some(program) = started_program(&story, job, text, means, &mut report)? else {
        tell(Told::Failed(Box::new(report)));
        return Ok(());
    };
    let mut values = Values::new(random::seed());
    let scratch = workspace::scratch()?;
    values.capture(DIR, scratch.path().display().to_string());
    let peers = Peers::start(job.exercise, &[], &story.peers, &values, means)?
        .map_err(|missing| Error::tool(missing.to_string(), "Install it, then try again."))?;
    let filled = |(name, value): &(String, Template)| (name.clone(), value.fill(&values));
    let mut env = peers.env();
    env.extend(story.env.iter().map(filled));
    layout::lay(&story.files, scratch.path(), &values)?;
    let record = Record::at(job.course.workspace.running());
    let launch = Launch {
        program: program.recorded_in(record, Some(scratch.path())),
        dir: match job.source {
            Source::Project(tree) => &tree.root,
            _ => scratch.path(),
        },
        env: &env,
        port: None,
        limit: story.ready_limit,
        language: language(&story, job),
    };
    let mut server = match launch::launch(&launch, means.cancel)? {
        Ok(server) => server,
        Err(finding) => {
            report.fail(*finding);
            tell(Told::Failed(Box::new(report)));
            return Ok(());
        }
    };
    let mut mark = server.mark();
    // A server for one client at a time must not wait for ours.
    drop(server.first_connection());
    let (told, asked) = channel();
    let onlooker = Mutex::new(Onlooker::default());
    let watcher = move |connection: usize, way: Direction, bytes: &[u8]| {
        let mut onlooker = onlooker.lock().unwrap_or_else(PoisonError::into_inner);
        for seen in onlooker.look(connection, way, bytes, Instant::now()) {
            // Nobody listens any more when the server is being stopped.
            let _ = told.send(seen);
        }
    };
    let behind = SocketAddr::from((Ipv4Addr::LOCALHOST, server.port()));
    let _door = match Door::watched(behind, port, watcher) {
        Ok(door) => door,
        Err(error) => {
            report.fail(taken(port, &error));
            tell(Told::Failed(Box::new(report)));
            return Ok(());
        }
    };
    tell(Told::Listening {
        port,
        requests: requests(&story, &values),
        env: env.clone(),
    });
    loop {
        let ended = server.ends_within(LOOK_EVERY, means.cancel)?;
        let printed = server.lines_since(&mut mark);
        if !printed.is_empty() {
            tell(Told::Printed(printed));
        }
        let asked: Vec<Seen> = asked.try_iter().collect();
        if !asked.is_empty() {
            tell(Told::Asked(asked));
        }
        if let Some(end) = ended {
            tell(Told::Ended(how(end)));
            return Ok(());
        }
    }
}

fn is_a_request(line: &str) -> bool {
    line.starts_with("curl")
}

/// The requests of the steps, each once.
fn requests(story: &Story, values: &Values) -> Vec<String> {
    let mut lines: Vec<String> = story
        .steps
        .iter()
        .filter_map(|step| {
            let first = of_the_first(step, values);
            // What an earlier answer would have told is not known here.
            let known = step.action.names().iter().all(|name| first.knows(name));
            step.action.repeat(&first).filter(|_| known)
        })
        .collect();
    // What goes through a raw connection is shown only where nothing else is.
    if lines.iter().any(|line| is_a_request(line)) {
        lines.retain(|line| is_a_request(line));
    }
    let mut seen = Vec::new();
    lines.retain(|line| {
        let new = !seen.contains(line);
        seen.push(line.clone());
        new
    });
    lines.truncate(MOST_REQUESTS);
    if lines.is_empty() {
        lines.push("nc 127.0.0.1 $PORT".into());
    }
    lines
}

/// The values of a step's first input, or of the first client of a group.
fn of_the_first(step: &Step, values: &Values) -> Values {
    let mut first = values.clone();
    for (name, value) in step.each.first().into_iter().flatten() {
        first.capture(name, value.fill(values));
    }
    first.capture(group::NUMBER, 1.to_string());
    first
}

/// A port that was asked for may be taken; the one who asks can choose another.
fn taken(port: u16, error: &io::Error) -> Finding {
    Finding {
        expected: Some(format!("port {port} is free")),
        actual: Some(error.to_string()),
        explain: Some(format!(
            "If another program has port {port}, choose another one, as in: serve --port {}.",
            port.wrapping_add(1)
        )),
        ..Finding::new(LISTENS)
    }
}
