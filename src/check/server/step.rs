//! One step of a story, checked: what it does, where, and what it has to lead to. It is data, and does nothing.

use super::{
    action::Action,
    browser::Browser,
    cache::Through,
    capture::Capture,
    expect::{Expect, Explain},
    group::{Meanwhile, Together},
    instances::To,
    peers_step::OfPeers,
    redis_keys::RedisExpect,
    talk::{Deed, Move, Pace, Talk},
    template::{Template, Values},
};
use std::{ops::Range, time::Duration};

/// One action and what it has to lead to.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) claim: String,
    pub(super) action: Action,
    /// Which instance it is about.
    pub(super) to: To,
    /// Who takes the action, if it is a browser.
    pub(super) browser: Option<Browser>,
    /// How it goes through the cache, if it does.
    pub(super) through: Option<Through>,
    /// The action is taken once for each of these, with their names filled in; once if there are none.
    pub(super) each: Vec<Input>,
    /// So many clients at once.
    pub(super) parallel: Option<usize>,
    pub(super) together: Together,
    /// How long the program may take to end after a signal, if the step says so.
    pub(super) grace: Option<Duration>,
    /// Who keeps the server busy at the same time.
    pub(super) meanwhile: Option<Meanwhile>,
    /// The SQLite file of the server whose tables are away meanwhile.
    pub(super) tables_away: Option<String>,
    pub(super) expect: Expect,
    /// The answer is the same as at the step with this position.
    pub(super) same_as: Option<usize>,
    pub(super) captures: Vec<(String, Capture)>,
    /// Positions of the steps without which this one makes no sense.
    pub(super) needs: Vec<usize>,
    /// For the learner, if it fails.
    pub(super) explain: Explain,
    /// What is done to the other sides, and what has to have arrived there.
    pub(super) of_peers: OfPeers,
    /// What has to be in Redis.
    pub(super) redis: Option<RedisExpect>,
    /// What is sent or expected differs from run to run.
    pub(super) is_random: bool,
}

/// Names and their values: one input of a step.
pub(super) type Input = Vec<(String, Template)>;

impl Step {
    /// The instances at which it is taken, one after the other. A group at all of them is one group, and services are there once.
    pub(super) fn turns(&self, instances: usize) -> Range<usize> {
        let positions = self.to.positions(instances);
        match self.parallel.is_some() || matches!(self.action, Action::Services(_)) {
            true => positions.start..positions.start + 1,
            false => positions,
        }
    }

    /// What is done, in a few words. Where it is only a look at files, they are named.
    pub(super) fn asked(&self, values: &Values) -> String {
        let files: Vec<&str> = self
            .expect
            .files
            .iter()
            .map(|(path, _)| path.as_str())
            .collect();
        match &self.action {
            Action::Look if !files.is_empty() => format!("look at the file {}", files.join(", ")),
            action => action.asked(values),
        }
    }

    /// An action of the step as a talk, for many clients; `None` if nothing is sent.
    pub(super) fn as_talk(&self, action: &Action) -> Option<Talk> {
        let ask = match action {
            Action::Talk(talk) => return Some(talk.clone()),
            Action::Send(send) => Deed::Send(Box::new(send.clone())),
            Action::Raw(pieces) => Deed::Write {
                pieces: pieces.clone(),
                pace: Pace::AtOnce,
            },
            Action::Ask(_)
            | Action::Webhook(_)
            | Action::Life(_)
            | Action::Services(_)
            | Action::Look => return None,
        };
        let moves = [ask, Deed::Answer(Box::new(self.expect.clone()))];
        let moves = moves.map(|deed| Move {
            on: Vec::new(),
            deed,
        });
        Some(Talk {
            on: Vec::new(),
            moves: moves.into(),
        })
    }
}
