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
mod exchange;
mod expect;
mod foreign;
mod framing;
#[cfg(any(test, fuzzing))]
pub(super) mod fuzz;
mod group;
mod instances;
mod json;
mod keep;
mod last_words;
mod launch;
mod layout;
mod life;
mod mail;
mod matcher;
mod measure;
mod message;
mod onlooker;
mod payment;
mod peers;
mod peers_file;
mod peers_step;
mod pieces;
mod ports;
mod program;
mod provider;
mod random;
mod redis_keys;
mod serve;
mod services;
mod step;
mod steps;
mod steps_file;
mod steps_more;
mod steps_parts;
mod steps_talk;
mod steps_world;
mod story;
mod talk;
mod template;
mod wire;
mod write_lock;

use super::{Job, Means, Stage, compile};
use crate::{
    build::Harness,
    course::course_error,
    error::{Error, Result},
    outcome::{Finding, Outcome, Output, Report, millis},
    process::{Program, Record},
    workspace,
};
use converse::Lines;
use launch::{LISTENS, Launch, Server};
pub use onlooker::Seen;
use peers::Peers;
use program::{Checks, Compiled};
pub use serve::{Told, serve};
use std::{
    collections::{BTreeMap, HashMap},
    time::Instant,
};
use step::Step;
use steps::Story;
use story::Telling;
use template::{Template, Values};

/// Checks an exercise of kind `server`.
pub(super) fn check(job: Job<'_>, text: &str, means: Means<'_>, report: &mut Report) -> Result<()> {
    // The steps first: a fault of the course is told before the learner waits for a compile.
    let checks = Checks::read(job)?;
    let story = read_steps(job, checks.as_ref())?;
    let claims = claims(&story, checks.as_ref());
    let Some(program) = started_program(&story, job, text, means, report)? else {
        report.not_run(LISTENS);
        not_run(&claims, report);
        return Ok(());
    };
    let checks = checks
        .map(|checks| checks.compile(job, means))
        .transpose()?;
    let started = Instant::now();
    let result = run(
        job,
        (&story, checks.as_ref()),
        &claims,
        program,
        means,
        report,
    );
    report.timings.run_ms = millis(started.elapsed());
    match result {
        // Of a Rust program this would be the runner's own fault; another language may be missing here.
        Err(Error::MissingProgram { program, .. }) if story.foreign.is_some() => {
            foreign::skip(&program, report);
            report.not_run(LISTENS);
            not_run(&claims, report);
            Ok(())
        }
        result => result,
    }
}

/// The steps beside the exercise. There need not be any where there is a check program.
fn read_steps(job: Job<'_>, checks: Option<&Checks>) -> Result<Story> {
    let file = job.course.steps(job.exercise);
    let exercises = job.course.workspace.exercises();
    let text = match checks {
        Some(_) => workspace::read_if_there(&file)?.unwrap_or_default(),
        None => workspace::read(&file)?,
    };
    let mut story = steps::read(&file, &exercises, &job.exercise.needs, &text)?;
    match checks {
        Some(checks) => {
            checks.beside(&story)?;
            // It may stop any of them.
            story.stopped.clone_from(&job.exercise.needs);
        }
        None if story.steps.is_empty() => {
            return Err(course_error(
                &file,
                None,
                "there are no steps, so nothing would be checked",
                "Add [[step]], or a check program beside it.",
            ));
        }
        None => {}
    }
    Ok(story)
}

fn claims(story: &Story, checks: Option<&Checks>) -> Vec<String> {
    let steps = story.steps.iter().map(|step| step.claim.clone());
    let tests = checks.map_or(&[][..], |checks| &checks.tests);
    let tests = tests.iter().map(|test| test.claim.clone());
    steps.chain(tests).collect()
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
    (story, checks): (&Story, Option<&Compiled>),
    claims: &[String],
    program: Program,
    means: Means<'_>,
    report: &mut Report,
) -> Result<()> {
    (means.on_stage)(Stage::Starting);
    let seed = random::seed();
    let values = Values::new(seed);
    let peers = match Peers::start(job.exercise, &story.stopped, &story.peers, &values, means)? {
        Ok(peers) => peers,
        Err(missing) => {
            report.outcome = Outcome::Skipped {
                reason: missing.to_string(),
            };
            report.badge = None;
            report.not_run(LISTENS);
            not_run(claims, report);
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
    let mut servers = Vec::new();
    for position in 0..story.instances {
        match launch::launch(&launch, means.cancel)? {
            Ok(server) => servers.push(server),
            Err(finding) => {
                report.fail(beside_others(*finding, position));
                not_run(claims, report);
                return Ok(());
            }
        }
    }
    report.pass(LISTENS);
    let mut telling = Telling {
        story,
        values,
        step_limit: story.step_limit.unwrap_or(job.exercise.time_limit),
        means,
        dir: scratch.path(),
        total: claims.len(),
        at: 0,
        lines: servers.iter().map(|_| Lines::default()).collect(),
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
    let goes = telling.tell(&mut servers, report)?;
    if let Some(checks) = checks {
        telling.check(checks, &env, &mut servers, goes, report)?;
    }
    let outputs: Vec<Output> = servers.into_iter().map(Server::stop).collect();
    let output = Output {
        text: outputs.iter().map(|output| output.text.as_str()).collect(),
        omitted: outputs.iter().map(|output| output.omitted).sum(),
    };
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

/// Why a later instance does not listen may be what the first one does.
fn beside_others(finding: Finding, position: usize) -> Finding {
    if position == 0 {
        return finding;
    }
    let explain = finding.explain.unwrap_or_default();
    Finding {
        explain: Some(format!(
            "This is {}: the program runs already, in the same directory, on another port. {explain}",
            instances::named(position)
        )),
        ..finding
    }
}

fn not_run(claims: &[String], report: &mut Report) {
    for claim in claims {
        report.not_run(claim);
    }
}
