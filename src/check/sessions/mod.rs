//! Kind `sql` with `needs = ["postgres"]`: two transaction scripts in two real sessions, played in every order in which their steps can come.
//!
//! The learner's file holds the scripts under marks, `-- sale A:` and `-- sale B:`. What a SELECT gives is kept by its session under the
//! names of the columns, and `:name` stands for it in later statements, as a variable of a program would. The file beside the exercise says
//! what is played:
//!
//! ```toml
//! [[scene]]
//! name    = "sale"                               # as in the marks
//! alone   = "one after the other, both sales are made"
//! claim   = "no sale is lost, in whatever order the steps come"
//! schema  = "CREATE TABLE stock (item text, quantity int)"
//! rows    = ["DELETE FROM stock; INSERT INTO stock VALUES ('lamp', 10)"]   # before each play; one for each set of data
//! outcome = "SELECT quantity || ' lamps are left' FROM stock"               # what has come of it, as one text
//! explain = "Shown when an interleaving goes wrong."
//! ```
//!
//! Right is what the solution's scripts give one after the other, A first or B first: the interleavings of the learner's scripts may
//! give nothing else. BEGIN and SET touch no data and go together with the statement after them. A session that is refused with "try
//! again" (40001, a deadlock, NOWAIT) is rolled back and tried again when the other one is done.
//!
//! **Names of checks**: for each scene its `alone` and its `claim`.

mod event;
mod plan;
mod play;
mod script;
mod tell;

use super::{Job, Means, Stage as Progress};
use crate::{
    course::course_error,
    error::{Error, Result},
    outcome::{Outcome, Report, millis},
    services::Database,
    workspace,
};
use event::{Choice, Played, What};
use plan::{Plan, Scene};
use play::{Fault, Stage, Stopped};
use script::{Step, Who, steps, without_session};
use std::time::Instant;

/// No lesson needs more; longer scripts are told to become shorter.
const MOST: usize = 2000;

/// The scripts of the two sessions.
type Scripts = [Vec<Step>; 2];

/// Checks an exercise with two sessions.
pub(super) fn check(job: Job<'_>, text: &str, means: Means<'_>, report: &mut Report) -> Result<()> {
    let plan = Plan::load(job)?;
    let postgres = match means.services.postgres(means.cancel)? {
        Ok(postgres) => postgres,
        Err(missing) => {
            report.outcome = Outcome::Skipped {
                reason: missing.to_string(),
            };
            report.badge = None;
            return Ok(());
        }
    };
    let started = Instant::now();
    let database = postgres.database("", means.cancel)?;
    let solution_file = job.course.solution(job.exercise);
    let solution = workspace::read(&solution_file)?;
    let mut told = Vec::new();
    for (done, scene) in plan.scene.iter().enumerate() {
        let total = plan.scene.len();
        (means.on_stage)(Progress::Checking { done, total });
        let Some(right) = scripts(&solution, scene) else {
            return Err(course_error(
                &solution_file,
                None,
                format!("the solution has no scripts for the scene {}", scene.name),
                "Mark them as in the exercise.",
            ));
        };
        let theatre = Theatre {
            database: &database,
            job,
            means,
            scene,
            text,
        };
        theatre.build()?;
        let allowed = theatre.allowed(&right)?;
        if let Some(statement) = without_session(text) {
            report.fail(tell::without_session(&theatre, &statement));
            report.not_run(&scene.claim);
            continue;
        }
        match scripts(text, scene) {
            Some(scripts) => theatre.judge(&scripts, &allowed, report, &mut told)?,
            None => {
                report.fail(tell::no_scripts(job, scene));
                report.not_run(&scene.claim);
            }
        }
    }
    report.timings.run_ms = millis(started.elapsed());
    if report.passed() {
        report.notes.append(&mut told);
    }
    Ok(())
}

fn scripts(text: &str, scene: &Scene) -> Option<Scripts> {
    let [a, b] = Who::BOTH.map(|who| steps(text, &scene.name, who));
    Some([a?, b?])
}

/// What comes of a scene on one set of data when A is first, and when B is.
type Allowed = [String; 2];

/// A scene with all that is needed to play and judge it.
struct Theatre<'a> {
    database: &'a Database,
    job: Job<'a>,
    means: Means<'a>,
    scene: &'a Scene,
    text: &'a str,
}

impl Theatre<'_> {
    fn stage(&self) -> Result<Stage<'_>> {
        let limit = self.job.exercise.time_limit;
        Stage::new(self.database, limit, self.means.cancel)
    }

    /// Makes the tables of this scene, in the place of those of the one before it.
    fn build(&self) -> Result<()> {
        let anew = "DROP SCHEMA public CASCADE; CREATE SCHEMA public";
        let sql = format!("{anew}; {}", self.scene.schema);
        self.stage()?.prompt(&sql).map(drop)
    }

    /// What the solution gives, for each set of data.
    fn allowed(&self, right: &Scripts) -> Result<Vec<Allowed>> {
        let mut stage = self.stage()?;
        let mut one = |rows: &str, first: Who| match self
            .one_after_the_other(&mut stage, right, rows, first)
        {
            Ok(played) => Ok(played.outcome),
            Err(Stopped::Error(error)) => Err(error),
            Err(Stopped::Fault(fault)) => Err(course_error(
                &self.job.course.solution(self.job.exercise),
                None,
                format!("the solution does not run: {fault:?}"),
                "Correct the solution, then try again.",
            )),
        };
        let sets = self.scene.rows.iter();
        sets.map(|rows| Ok([one(rows, Who::A)?, one(rows, Who::B)?]))
            .collect()
    }

    fn one_after_the_other(
        &self,
        stage: &mut Stage<'_>,
        scripts: &Scripts,
        rows: &str,
        first: Who,
    ) -> std::result::Result<Played, Stopped> {
        let choices = vec![first; scripts[first as usize].len()];
        self.play(stage, scripts, rows, &choices)
    }

    fn play(
        &self,
        stage: &mut Stage<'_>,
        [a, b]: &Scripts,
        rows: &str,
        choices: &[Who],
    ) -> std::result::Result<Played, Stopped> {
        stage.play([a, b], rows, &self.scene.outcome, choices)
    }

    fn judge(
        &self,
        scripts: &Scripts,
        allowed: &[Allowed],
        report: &mut Report,
        told: &mut Vec<String>,
    ) -> Result<()> {
        let mut stage = self.stage()?;
        for (rows, allowed) in self.scene.rows.iter().zip(allowed) {
            for first in Who::BOTH {
                let finding = match self.one_after_the_other(&mut stage, scripts, rows, first) {
                    Ok(played) if played.outcome == allowed[first as usize] => continue,
                    Ok(played) => tell::wrong_alone(self, &played, &allowed[first as usize], first),
                    Err(Stopped::Fault(fault)) => tell::fault(self, &self.scene.alone, &fault),
                    Err(Stopped::Error(error)) => return Err(error),
                };
                report.fail(finding);
                report.not_run(&self.scene.claim);
                return Ok(());
            }
        }
        report.pass(&self.scene.alone);
        let mut tally = Tally::default();
        for (rows, allowed) in self.scene.rows.iter().zip(allowed) {
            match self.every_interleaving(&mut stage, scripts, rows, allowed)? {
                Ok(more) => tally.add(&more),
                Err(finding) => {
                    report.fail(*finding);
                    return Ok(());
                }
            }
        }
        report.pass(&self.scene.claim);
        let Tally {
            plays,
            waits,
            again,
        } = tally;
        told.push(format!(
            "{}: {plays} interleavings. In {waits} of them a session had to wait, in {again} one was told to try again.",
            self.scene.name
        ));
        Ok(())
    }

    /// Plays all there are: after each play the last free choice that went to A goes to B.
    fn every_interleaving(
        &self,
        stage: &mut Stage<'_>,
        scripts: &Scripts,
        rows: &str,
        allowed: &Allowed,
    ) -> Result<std::result::Result<Tally, Box<crate::outcome::Finding>>> {
        let (mut tally, mut wrong, mut choices) = (Tally::default(), Vec::new(), Vec::new());
        loop {
            if self.means.cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            let played = match self.play(stage, scripts, rows, &choices) {
                Ok(played) => played,
                Err(Stopped::Error(error)) => return Err(error),
                Err(Stopped::Fault(fault)) => {
                    return Ok(Err(Box::new(tell::fault(self, &self.scene.claim, &fault))));
                }
            };
            tally.count(&played);
            let next = played
                .choices
                .iter()
                .rposition(|choice| *choice == (Who::A, Choice::Free));
            if let Some(last) = next {
                choices = played.choices[..last].iter().map(|(who, _)| *who).collect();
                choices.push(Who::B);
            }
            if !allowed.contains(&played.outcome) {
                wrong.push(played);
            }
            if next.is_none() || tally.plays == MOST {
                break;
            }
        }
        if tally.plays == MOST {
            return Ok(Err(Box::new(tell::too_many(self))));
        }
        // The one with the fewest changes between the two is the easiest to think about.
        let count = wrong.len();
        let clearest = wrong.into_iter().min_by_key(changes);
        Ok(match clearest {
            None => Ok(tally),
            Some(played) => Err(Box::new(tell::wrong(
                self,
                &played,
                allowed,
                (count, tally.plays),
            ))),
        })
    }
}

/// How often the other one goes on.
fn changes(played: &Played) -> usize {
    let pairs = played.choices.windows(2);
    pairs.filter(|pair| pair[0].0 != pair[1].0).count()
}

/// What was met in all plays.
#[derive(Default)]
struct Tally {
    plays: usize,
    waits: usize,
    again: usize,
}

impl Tally {
    fn count(&mut self, played: &Played) {
        let met =
            |is: fn(&What) -> bool| usize::from(played.events.iter().any(|event| is(&event.what)));
        self.plays += 1;
        self.waits += met(|what| matches!(what, What::Waits));
        self.again += met(|what| matches!(what, What::Refused(_)));
    }

    fn add(&mut self, more: &Self) {
        self.plays += more.plays;
        self.waits += more.waits;
        self.again += more.again;
    }
}
