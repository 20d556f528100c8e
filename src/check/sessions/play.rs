//! One interleaving, played on two real sessions: who goes on is chosen step by step, and a third session sees who has to wait.
//!
//! Nothing here waits by a clock. A statement has answered, or PostgreSQL's own list of who blocks whom says that it is held up.

use super::{
    event::{Choice, Event, Played, What, told},
    script::{Statement, Step, Values, Who, filled, on_one_line},
};
use crate::{
    error::{Error, Result},
    process::Cancel,
    services::{Answer, Database, Failure, Session, Transaction},
};
use std::time::{Duration, Instant};

/// After so many refusals a script is not tried again.
const TRIES: usize = 3;

/// "Try again", in PostgreSQL's numbers: a serialisation failure, a deadlock, a lock that was not to be had at once.
const AGAIN: [&str; 3] = ["40001", "40P01", "55P03"];

/// Where the plays are held.
pub(super) struct Stage<'a> {
    sessions: [Session; 2],
    /// Sets the scene, looks at who is blocked, and asks for the outcome.
    prompter: Session,
    limit: Duration,
    cancel: &'a Cancel,
}

/// Why a script cannot be played to its end. The learner can mend each of them.
#[derive(Debug)]
pub(super) enum Fault {
    /// PostgreSQL says that a statement is wrong.
    Wrong(Who, Statement, Failure),
    /// Nothing was read under this name.
    NoValue(Statement, String, Values),
    /// The script ends in the middle of its transaction.
    LeftOpen(Who),
    /// A statement neither answers nor is blocked.
    StillRunning(Who, Statement),
    /// Refused again and again.
    GivenUp(Who, Failure),
}

/// The two ways in which a play is not played: the learner's, and the machine's.
pub(super) enum Stopped {
    Fault(Fault),
    Error(Error),
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

type Play<T> = std::result::Result<T, Stopped>;

/// One script on its way.
struct Role<'a> {
    steps: &'a [Step],
    next: usize,
    values: Values,
    state: State,
    tries: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Ready,
    /// Held up by the other one, in this statement.
    Waits(Statement, String),
    /// Refused and rolled back: it begins again when the other one is done.
    Again,
    Done,
}

impl<'a> Stage<'a> {
    /// Three sessions with this database.
    ///
    /// # Errors
    /// If they cannot be had.
    pub(super) fn new(database: &Database, limit: Duration, cancel: &'a Cancel) -> Result<Self> {
        Ok(Self {
            sessions: [database.session()?, database.session()?],
            prompter: database.session()?,
            limit,
            cancel,
        })
    }

    /// Runs statements of the course; gives the first value of what they give.
    ///
    /// # Errors
    /// [`Error::Tool`] with PostgreSQL's words, if they are wrong.
    pub(super) fn prompt(&mut self, sql: &str) -> Result<String> {
        match self.prompter.ask(sql, self.limit, self.cancel)? {
            Ok(reply) => {
                let first = reply.rows.into_iter().flatten().next();
                Ok(first.flatten().unwrap_or_default())
            }
            Err(failure) => Err(Error::tool(
                format!(
                    "the exercise's own SQL is wrong: {}: {sql}",
                    failure.message
                ),
                "Please report this as a bug of the course.",
            )),
        }
    }

    /// Plays the two scripts. `choices` says who goes on at each point; where it ends, and where the one it names cannot, A goes on if it can.
    ///
    /// # Errors
    /// [`Stopped`]. The stage is of no more use then.
    pub(super) fn play(
        &mut self,
        scripts: [&[Step]; 2],
        rows: &str,
        outcome: &str,
        choices: &[Who],
    ) -> Play<Played> {
        self.prompt(rows)?;
        let mut played = Played::default();
        let mut roles = scripts.map(|steps| Role {
            steps,
            next: 0,
            values: Values::new(),
            state: State::Ready,
            tries: 1,
        });
        loop {
            self.end_of_script(&mut roles)?;
            let able = Who::BOTH.map(|who| is_able(&roles, who));
            let who = match able {
                [false, false] if roles.iter().all(|role| role.state == State::Done) => break,
                [false, false] => {
                    // Each waits for the other. PostgreSQL notices, and refuses one of them.
                    self.wait_for_any(&mut roles, &mut played)?;
                    continue;
                }
                [true, false] => Who::A,
                [false, true] => Who::B,
                [true, true] => choices.get(played.choices.len()).copied().unwrap_or(Who::A),
            };
            let choice = match able {
                [true, true] => Choice::Free,
                _ => Choice::Forced,
            };
            played.choices.push((who, choice));
            self.step(&mut roles, who, &mut played)?;
            let other = who.other();
            if let State::Waits(statement, sql) = &roles[other as usize].state {
                let (statement, sql) = (statement.clone(), sql.clone());
                if let Some(answer) = self.settled(other, &statement)? {
                    let kind = What::GoesOn;
                    self.answered(
                        &mut roles,
                        other,
                        &statement,
                        sql,
                        answer,
                        kind,
                        &mut played,
                    )?;
                }
            }
        }
        played.outcome = self.prompt(outcome)?;
        for who in Who::BOTH {
            // The next play begins with sessions that remember nothing.
            let session = &mut self.sessions[who as usize];
            let _ = session.ask("DISCARD ALL", self.limit, self.cancel)?;
        }
        Ok(played)
    }

    /// Marks the scripts that have come to their end.
    fn end_of_script(&self, roles: &mut [Role<'_>; 2]) -> Play<()> {
        for who in Who::BOTH {
            let role = &mut roles[who as usize];
            if role.state == State::Ready && role.next == role.steps.len() {
                if self.sessions[who as usize].transaction() != Transaction::Idle {
                    return Err(Stopped::Fault(Fault::LeftOpen(who)));
                }
                role.state = State::Done;
            }
        }
        Ok(())
    }

    fn step(&mut self, roles: &mut [Role<'_>; 2], who: Who, played: &mut Played) -> Play<()> {
        let role = &mut roles[who as usize];
        if role.state == State::Again {
            role.state = State::Ready;
        }
        let steps = role.steps;
        let Some(step) = steps.get(role.next) else {
            return Ok(());
        };
        role.next += 1;
        for statement in &step.statements {
            let values = &roles[who as usize].values;
            let sql = filled(&statement.sql, values).map_err(|name| {
                Stopped::Fault(Fault::NoValue(statement.clone(), name, values.clone()))
            })?;
            self.sessions[who as usize].send(&sql)?;
            match self.settled(who, statement)? {
                Some(answer) => {
                    let kind = What::Gave;
                    self.answered(roles, who, statement, sql, answer, kind, played)?;
                    if roles[who as usize].state == State::Again {
                        return Ok(());
                    }
                }
                None => {
                    roles[who as usize].state = State::Waits(statement.clone(), sql.clone());
                    let what = What::Waits;
                    played.events.push(Event { who, sql, what });
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The answer, or `None` if it cannot come before the other one goes on.
    fn settled(&mut self, who: Who, statement: &Statement) -> Play<Option<Answer>> {
        let pid = self.sessions[who as usize].pid();
        let blocked = format!("SELECT cardinality(pg_blocking_pids({pid})) > 0");
        let deadline = Instant::now() + self.limit;
        loop {
            if let Some(answer) = self.sessions[who as usize].answer_soon()? {
                return Ok(Some(answer));
            }
            if self.prompt(&blocked)? == "t" {
                return Ok(None);
            }
            self.still_wanted(deadline, who, statement)?;
        }
    }

    fn wait_for_any(&mut self, roles: &mut [Role<'_>; 2], played: &mut Played) -> Play<()> {
        let deadline = Instant::now() + self.limit;
        loop {
            for who in Who::BOTH {
                let State::Waits(statement, sql) = roles[who as usize].state.clone() else {
                    continue;
                };
                if let Some(answer) = self.sessions[who as usize].answer_soon()? {
                    let kind = What::GoesOn;
                    return self.answered(roles, who, &statement, sql, answer, kind, played);
                }
                self.still_wanted(deadline, who, &statement)?;
            }
        }
    }

    fn still_wanted(&self, deadline: Instant, who: Who, statement: &Statement) -> Play<()> {
        if self.cancel.is_cancelled() {
            return Err(Stopped::Error(Error::Cancelled));
        }
        if Instant::now() > deadline {
            let fault = Fault::StillRunning(who, statement.clone());
            return Err(Stopped::Fault(fault));
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "each of them is another thing")]
    fn answered(
        &mut self,
        roles: &mut [Role<'_>; 2],
        who: Who,
        statement: &Statement,
        sql: String,
        answer: Answer,
        kind: fn(String) -> What,
        played: &mut Played,
    ) -> Play<()> {
        let role = &mut roles[who as usize];
        role.state = State::Ready;
        let what = match answer {
            Ok(reply) => {
                if !reply.columns.is_empty() {
                    let row = reply.rows.first().cloned().unwrap_or_default();
                    let row = row.into_iter().chain(std::iter::repeat(None));
                    let named = reply.columns.iter().cloned().zip(row);
                    role.values.extend(named);
                }
                kind(told(&reply))
            }
            Err(failure) if AGAIN.contains(&failure.code.as_str()) => {
                if role.tries == TRIES {
                    return Err(Stopped::Fault(Fault::GivenUp(who, failure)));
                }
                *role = Role {
                    steps: role.steps,
                    next: 0,
                    values: Values::new(),
                    state: State::Again,
                    tries: role.tries + 1,
                };
                let session = &mut self.sessions[who as usize];
                let _ = session.ask("ROLLBACK", self.limit, self.cancel)?;
                What::Refused(failure)
            }
            Err(failure) => {
                let fault = Fault::Wrong(who, statement.clone(), failure);
                return Err(Stopped::Fault(fault));
            }
        };
        let sql = on_one_line(&sql);
        played.events.push(Event { who, sql, what });
        Ok(())
    }
}

/// True if this one can go on now.
fn is_able(roles: &[Role<'_>; 2], who: Who) -> bool {
    let other = &roles[who.other() as usize].state;
    match roles[who as usize].state {
        State::Ready => true,
        State::Again => matches!(other, State::Done | State::Again),
        State::Waits(..) | State::Done => false,
    }
}
