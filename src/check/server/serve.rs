//! The learner's server for playing by hand: started with its peers and services, and left running. It judges nothing.

use super::{
    last_words::how,
    launch::{self, Launch},
    layout,
    peers::Peers,
    random, started_program,
    steps::{self, Story},
    template::{Template, Values},
};
use crate::{
    check::{Job, Means},
    error::{Error, Result},
    outcome::{Finding, Report},
    process::Record,
    workspace,
};
use std::time::Duration;

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
    /// It has printed these lines.
    Printed(Vec<String>),
    /// It has ended by itself, in these words.
    Ended(String),
}

/// Starts the server of an exercise on this port, and tells what happens until it ends or is cancelled.
///
/// # Errors
/// [`Error::Cancelled`] at the end; as [`crate::check::check`] otherwise.
pub fn serve(
    job: Job<'_>,
    text: &str,
    port: u16,
    means: Means<'_>,
    tell: &dyn Fn(Told),
) -> Result<()> {
    let file = job.course.steps(job.exercise);
    let exercises = job.course.workspace.exercises();
    let story = steps::read(
        &file,
        &exercises,
        &job.exercise.needs,
        &workspace::read(&file)?,
    )?;
    let mut report = Report::new(&job.exercise.name);
    let Some(program) = started_program(&story, job, text, means, &mut report)? else {
        tell(Told::Failed(Box::new(report)));
        return Ok(());
    };
    let values = Values::new(random::seed());
    let peers = Peers::start(job.exercise, &story.peers, &values, means)?
        .map_err(|missing| Error::tool(missing.to_string(), "Install it, then try again."))?;
    let filled = |(name, value): &(String, Template)| (name.clone(), value.fill(&values));
    let mut env = peers.env();
    env.extend(story.env.iter().map(filled));
    let scratch = workspace::scratch()?;
    layout::lay(&story.files, scratch.path(), &values)?;
    let record = Record::at(job.course.workspace.running());
    let launch = Launch {
        program: program.recorded_in(record, Some(scratch.path())),
        dir: scratch.path(),
        env: &env,
        port: Some(port),
        limit: story.ready_limit,
    };
    let mut server = match launch::launch(&launch, means.cancel)? {
        Ok(server) => server,
        Err(finding) => {
            report.fail(explained(*finding, port));
            tell(Told::Failed(Box::new(report)));
            return Ok(());
        }
    };
    let mut mark = server.mark();
    // A server for one client at a time must not wait for ours.
    drop(server.first_connection());
    tell(Told::Listening {
        port: server.port(),
        requests: requests(&story, &values),
        env: env.clone(),
    });
    loop {
        let ended = server.ends_within(LOOK_EVERY, means.cancel)?;
        let printed = server.lines_since(&mut mark);
        if !printed.is_empty() {
            tell(Told::Printed(printed));
        }
        if let Some(end) = ended {
            tell(Told::Ended(how(end)));
            return Ok(());
        }
    }
}

/// The requests of the steps, each once.
fn requests(story: &Story, values: &Values) -> Vec<String> {
    let mut lines: Vec<String> = story
        .steps
        .iter()
        .filter_map(|step| step.action.repeat(values))
        .filter(|line| line.starts_with("curl"))
        .collect();
    let mut seen = Vec::new();
    lines.retain(|line| {
        let new = !seen.contains(line);
        seen.push(line.clone());
        new
    });
    lines.truncate(MOST_REQUESTS);
    lines
}

/// A port that was asked for may be taken; the one who asked can choose another.
fn explained(finding: Finding, port: u16) -> Finding {
    Finding {
        explain: Some(format!(
            "If another program has port {port}, choose another one, as in: serve --port {}.",
            port.wrapping_add(1)
        )),
        ..finding
    }
}
