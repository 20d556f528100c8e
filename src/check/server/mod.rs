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
mod ladder;
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
mod steps_stages;
mod steps_talk;
mod steps_world;
mod story;
mod tables_away;
mod talk;
mod template;
mod wire;
mod write_lock;

use super::{Job, Means, Source, Stage, compile};
use crate::{
    build::Harness,
    course::{Course, Exercise, Kind, course_error},
    error::{Error, Result},
    outcome::{Finding, Outcome, Output, Report, millis},
    process::{Program, Record},
    workspace::{self, project},
};
use converse::Lines;
use ladder::{Ladder, Rung};
use launch::{LISTENS, Launch, Server};
pub use onlooker::Seen;
use peers::Peers;
use program::Checks;
pub use serve::{Told, serve};
use std::{
    collections::{BTreeMap, HashMap},
    time::Instant,
};
use step::Step;
use steps::Story;
use story::Telling;
use template::{Template, Values};

/// Checks an exercise of kind `server`, or a project: a server in stages.
pub(super) fn check(job: Job<'_>, text: &str, means: Means<'_>, report: &mut Report) -> Result<()> {
    // The steps first: a fault of the course is told before the learner waits for a compile.
    let checks = Checks::read(job)?;
    let stories = read_steps(job, checks.as_ref())?;
    let ladder = Ladder::new(&stories, checks.as_ref());
    let Some(program) = started_program(&stories[0], job, text, means, report)? else {
        report.not_run(LISTENS);
        ladder.not_begun(report);
        return Ok(());
    };
    let checks = checks
        .map(|checks| checks.compile(job, means))
        .transpose()?;
    let started = Instant::now();
    let result = ladder.climb(checks.as_ref(), report, &|rung, report| {
        run(job, rung, program.clone(), means, report)
    });
    report.timings.run_ms = millis(started.elapsed());
    report.notes.extend(task(job).filter(|_| !report.passed()));
    match result {
        // Of a Rust program this would be the runner's own fault; another language may be missing here.
        Err(Error::MissingProgram { program, .. }) if is_foreign(&stories[0], job) => {
            foreign::missing(&program, job.exercise.kind, report);
            report.not_run(LISTENS);
            ladder.not_begun(report);
            Ok(())
        }
        result => result,
    }
}

/// Where a project says what is asked for.
fn task(job: Job<'_>) -> Option<String> {
    let dir = job.course.project_dir(job.exercise)?;
    let spec = dir.join(project::SPEC);
    let spec = job.course.workspace.shown(&spec).display();
    Some(format!("What is asked for stands in {spec}."))
}

fn is_foreign(story: &Story, job: Job<'_>) -> bool {
    story.foreign.is_some()
        || matches!(job.source, Source::Project(tree) if tree.command().is_some())
}

fn language(story: &Story, job: Job<'_>) -> launch::Language {
    match is_foreign(story, job) {
        true => launch::Language::Another,
        false => launch::Language::Rust,
    }
}

/// The number of stages that an exercise has: that of a project, none for any other one.
///
/// # Errors
/// As for a check: what is wrong with the steps.
pub fn stages(course: &Course, exercise: &Exercise) -> Result<Option<usize>> {
    if exercise.kind != Kind::Project {
        return Ok(None);
    }
    let file = course.steps(exercise);
    let text = workspace::read_if_there(&file)?.unwrap_or_default();
    let of = steps::Of {
        exercises: &course.workspace.exercises(),
        needs: &exercise.needs,
        kind: exercise.kind,
    };
    Ok(Some(steps::read(&file, &text, &of)?.len()))
}

/// The steps beside the exercise. There need not be any where there is a check program.
fn read_steps(job: Job<'_>, checks: Option<&Checks>) -> Result<Vec<Story>> {
    let file = job.course.steps(job.exercise);
    let text = match checks {
        Some(_) => workspace::read_if_there(&file)?.unwrap_or_default(),
        None => workspace::read(&file)?,
    };
    let of = steps::Of {
        exercises: &job.course.workspace.exercises(),
        needs: &job.exercise.needs,
        kind: job.exercise.kind,
    };
    let mut stories = steps::read(&file, &text, &of)?;
    match checks {
        Some(checks) => {
            checks.beside(&stories)?;
            if let Some(last) = stories.last_mut() {
                // It may stop any of them.
                last.stopped.clone_from(&job.exercise.needs);
            }
        }
        None if stories.iter().all(|story| story.steps.is_empty()) => {
            return Err(course_error(
                &file,
                None,
                "there are no steps, so nothing would be checked",
                "Add [[step]], or a check program beside it.",
            ));
        }
        None => {}
    }
    Ok(stories)
}

/// What to start, or `None` with the reason in the report.
fn started_program(
    story: &Story,
    job: Job<'_>,
    text: &str,
    means: Means<'_>,
    report: &mut Report,
) -> Result<Option<Program>> {
    match (&story.foreign, job.source) {
        (_, Source::Project(tree)) if tree.command().is_some() => {
            foreign::prepare_project(tree, means, report)
        }
        (Some(foreign), _) => foreign::prepare(foreign, job, text, means, report),
        (None, _) => {
            let compiled = compile::compile(job, text, Harness::Main, means, report)?;
            Ok(compiled.map(Program::learners))
        }
    }
}

fn run(
    job: Job<'_>,
    Rung {
        story,
        checks,
        claims,
        before,
        total,
    }: Rung<'_>,
    program: Program,
    means: Means<'_>,
    report: &mut Report,
) -> Result<()> {
    (means.on_stage)(Stage::Starting);
    let seed = random::seed();
    let mut values = Values::new(seed);
    let scratch = workspace::scratch()?;
    values.capture(template::DIR, scratch.path().display().to_string());
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
    layout::lay(&story.files, scratch.path(), &values)?;
    let record = Record::at(job.course.workspace.running());
    for directory in record.sweep()?.directories {
        workspace::remove_scratch(&directory);
    }
    let launch = Launch {
        program: program.recorded_in(record, Some(scratch.path())),
        dir: match job.source {
            Source::Project(tree) => &tree.root,
            _ => scratch.path(),
        },
        env: &env,
        port: None,
        limit: story.ready_limit,
        language: language(story, job),
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
    if before == 0 {
        report.pass(LISTENS);
    }
    let mut telling = Telling {
        story,
        values,
        step_limit: story.step_limit.unwrap_or(job.exercise.time_limit),
        means,
        dir: scratch.path(),
        before,
        total,
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
    if report.passed() && !output.is_empty() && story.stage.is_none() {
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

/// None of these was looked at.
fn not_run(claims: &[String], report: &mut Report) {
    for claim in claims {
        report.not_run(claim);
    }
}
