//! Kind `server`: the learner's program is started on a free port, and the steps beside the exercise are put to it.
//!
//! Here the parts are put together: read the steps, compile, launch, tell the story, stop. Each part has its own file.

mod act;
mod action;
mod afterwards;
mod arrivals;
mod bad_line;
mod browser;
mod bytes;
mod cache;
mod capture;
mod client;
mod conn;
mod converse;
mod database;
mod escape;
mod expect;
mod foreign;
mod framing;
mod group;
mod json;
mod last_words;
mod launch;
mod layout;
mod life;
mod mail;
mod matcher;
mod measure;
mod message;
mod payment;
mod peers;
mod peers_file;
mod peers_step;
mod pieces;
mod ports;
mod provider;
mod random;
mod serve;
mod steps;
mod steps_file;
mod steps_more;
mod steps_parts;
mod steps_talk;
mod story;
mod talk;
mod template;
mod wire;

use super::{Job, Means, Stage, compile};
use crate::{
    build::Harness,
    error::{Error, Result},
    outcome::{Outcome, Report, millis},
    process::{Program, Record},
    workspace,
};
use converse::Lines;
use launch::{LISTENS, Launch};
use peers::Peers;
pub use serve::{Told, serve};
use std::{
    collections::{BTreeMap, HashMap},
    time::Instant,
};
use steps::{Step, Story};
use story::Telling;
use template::{Template, Values};

/// Checks an exercise of kind `server`.
pub(super) fn check(job: Job<'_>, text: &str, means: Means<'_>, report: &mut Report) -> Result<()> {
    // The steps first: a fault of the course is told before the learner waits for a compile.
    let file = job.course.steps(job.exercise);
    let exercises = job.course.workspace.exercises();
    let story = steps::read(
        &file,
        &exercises,
        &job.exercise.needs,
        &workspace::read(&file)?,
    )?;
    let Some(program) = started_program(&story, job, text, means, report)? else {
        not_run(&story, [LISTENS], report);
        return Ok(());
    };
    let started = Instant::now();
    let result = run(job, &story, program, means, report);
    report.timings.run_ms = millis(started.elapsed());
    match result {
        // Of a Rust program this would be the runner's own fault; another language may be missing here.
        Err(Error::MissingProgram { program, .. }) if story.foreign.is_some() => {
            foreign::skip(&program, report);
            not_run(&story, [LISTENS], report);
            Ok(())
        }
        result => result,
    }
}

/// What to start, or `None` with the reason in the report.
fn started_program(
    story: &Story,
    job: Job<'_>,
    text: &str,
    means: Means<'_>,
    report: &mut Report,
) -> Result<Option<Program>> {
    match &story.foreign {
        Some(foreign) => foreign::prepare(foreign, job, text, means, report),
        None => {
            let compiled = compile::compile(job, text, Harness::Main, means, report)?;
            Ok(compiled.map(Program::learners))
        }
    }
}

fn run(
    job: Job<'_>,
    story: &Story,
    program: Program,
    means: Means<'_>,
    report: &mut Report,
) -> Result<()> {
    (means.on_stage)(Stage::Starting);
    let seed = random::seed();
    let values = Values::new(seed);
    let peers = match Peers::start(job.exercise, &story.peers, &values, means)? {
        Ok(peers) => peers,
        Err(missing) => {
            report.outcome = Outcome::Skipped {
                reason: missing.to_string(),
            };
            report.badge = None;
            not_run(story, [LISTENS], report);
            return Ok(());
        }
    };
    let filled = |(name, value): &(String, Template)| (name.clone(), value.fill(&values));
    let env: Vec<(String, String)> = peers
        .env()
        .into_iter()
        .chain(story.env.iter().map(filled))
        .collect();
    let scratch = workspace::scratch()?;
    layout::lay(&story.files, scratch.path(), &values)?;
    let record = Record::at(job.course.workspace.running());
    for directory in record.sweep()?.directories {
        workspace::remove_scratch(&directory);
    }
    let launch = Launch {
        program: program.recorded_in(record, Some(scratch.path())),
        dir: scratch.path(),
        env: &env,
        port: None,
        limit: story.ready_limit,
    };
    let mut server = match launch::launch(&launch, means.cancel)? {
        Ok(server) => server,
        Err(finding) => {
            report.fail(*finding);
            not_run(story, [], report);
            return Ok(());
        }
    };
    report.pass(LISTENS);
    let telling = Telling {
        story,
        values,
        step_limit: story.step_limit.unwrap_or(job.exercise.time_limit),
        means,
        dir: scratch.path(),
        lines: Lines::default(),
        asked: None,
        repeat: None,
        browsers: BTreeMap::new(),
        cache: cache::Cache::default(),
        jars: client::Jars::new(),
        answers: HashMap::new(),
        launch: &launch,
        notes: Vec::new(),
        peers: &peers,
    };
    telling.tell(&mut server, report)?;
    let output = server.stop();
    if report.passed() {
        report.badge = Some(peers.badge());
    }
    if report.passed() && !output.is_empty() {
        report.output = Some(output);
    }
    let failed = |step: &Step| {
        report
            .findings
            .iter()
            .any(|finding| finding.claim == step.claim)
    };
    if story
        .steps
        .iter()
        .any(|step| step.is_random && failed(step))
    {
        report.notes.push(format!(
            "Random values of this run: {}={seed} in the environment gives the same ones again.",
            random::SEED_VARIABLE
        ));
    }
    Ok(())
}

fn not_run<const N: usize>(story: &Story, before: [&str; N], report: &mut Report) {
    let steps = story.steps.iter().map(|step| step.claim.as_str());
    for claim in before.into_iter().chain(steps) {
        report.not_run(claim);
    }
}
