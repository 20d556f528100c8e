//! The parts of a step that are about the program itself and the services beside it, checked: which instance, signals, new starts,
//! what is stopped and started again, and what has to be in Redis.

use super::{
    action::{Action, Life},
    instances::{NAMES, To},
    redis_keys::RedisExpect,
    services::Turn,
    steps::Reader,
};
use crate::{
    course::{Need, Spanned, nearest},
    error::Result,
    process::Signal,
};
use std::collections::BTreeMap;

/// What is known of the services while the steps are read, in order.
#[derive(Debug, Default)]
pub(super) struct World {
    /// Those that do not run at this step.
    stopped: Vec<Need>,
    /// Those that a step stops.
    pub(super) stopped_once: Vec<Need>,
}

impl Reader<'_> {
    /// How many instances there are.
    pub(super) fn instances(&self, raw: Option<Spanned<usize>>) -> Result<usize> {
        let Some(raw) = raw else { return Ok(1) };
        let number = *raw.get_ref();
        if (2..=NAMES.len()).contains(&number) {
            return Ok(number);
        }
        self.fail(
            &raw,
            format!("{number} is no number of instances"),
            &format!(
                "There may be 2 to {}; leave the line out for one.",
                NAMES.len()
            ),
        )
    }

    /// Which instance a step is about.
    pub(super) fn to(
        &self,
        raw: Option<Spanned<String>>,
        action: &Action,
        meanwhile: bool,
    ) -> Result<To> {
        let services = matches!(action, Action::Services(_));
        let Some(raw) = raw else {
            return Ok(if services { To::All } else { To::One(0) });
        };
        let known = NAMES.iter().take(self.instances);
        let to = match known.clone().position(|name| name == raw.get_ref()) {
            Some(position) => To::One(position),
            None if raw.get_ref() == "all" => To::All,
            None => {
                let names: Vec<&str> = known.copied().collect();
                return self.fail(
                    &raw,
                    format!("`{}` is no instance here", raw.get_ref()),
                    &format!(
                        "Known here: {}, all. How many there are stands at the beginning of the file: instances = 2.",
                        names.join(", ")
                    ),
                );
            }
        };
        if services {
            return self.fail(
                &raw,
                "a service is not of one instance",
                "Leave `to` out of a step with service.",
            );
        }
        if to == To::All && meanwhile {
            return self.fail(
                &raw,
                "the clients meanwhile keep one instance busy",
                "Make one step for each instance.",
            );
        }
        Ok(to)
    }

    /// What is done to the program or to the services.
    pub(super) fn deed(
        &mut self,
        at: &Spanned<String>,
        signal: Option<Spanned<String>>,
        restart: Option<Spanned<String>>,
        service: Option<BTreeMap<String, Turn>>,
    ) -> Result<Option<Action>> {
        let life = self.life(signal, restart)?;
        match (life, service) {
            (life, None) => Ok(life),
            (None, Some(turns)) => self.services(at, turns).map(Some),
            (Some(_), Some(_)) => self.fail(
                at,
                "a step is about the program or about a service, not both",
                "Make two steps of it.",
            ),
        }
    }

    fn life(
        &self,
        signal: Option<Spanned<String>>,
        restart: Option<Spanned<String>>,
    ) -> Result<Option<Action>> {
        let known = |name: &Spanned<String>| {
            let found = Signal::ALL
                .iter()
                .find(|(known, _)| known == name.get_ref());
            match found {
                Some((_, signal)) => Ok(*signal),
                None => {
                    let all = Signal::ALL.map(|(name, _)| name).join(", ");
                    self.fail(
                        name,
                        format!("`{}` is no signal", name.get_ref()),
                        &format!("Known here: {all}."),
                    )
                }
            }
        };
        Ok(match (signal, restart) {
            (Some(signal), None) => Some(Action::Life(Life::Signal(known(&signal)?))),
            (None, Some(signal)) => Some(Action::Life(Life::Restart(known(&signal)?))),
            (None, None) => None,
            (Some(at), Some(_)) => {
                return self.fail(
                    &at,
                    "a step has signal or restart, not both",
                    "Make two steps of it.",
                );
            }
        })
    }

    fn services(&mut self, at: &Spanned<String>, raw: BTreeMap<String, Turn>) -> Result<Action> {
        if raw.is_empty() {
            return self.fail(
                at,
                "this step names no service",
                "As in service = { redis = \"stop\" }.",
            );
        }
        let mut turns = Vec::new();
        for (name, turn) in raw {
            let known = Need::ALL.iter().find(|(known, _)| *known == name);
            let Some((_, need)) = known else {
                let names = Need::ALL.map(|(name, _)| name);
                let help = match nearest(&name, names) {
                    Some(nearest) => format!("Did you mean `{nearest}`?"),
                    None => format!("Known here: {}.", names.join(", ")),
                };
                return self.fail(at, format!("`{name}` is no service"), &help);
            };
            self.needed(at, &name, *need)?;
            let stopped = self.world.stopped.contains(need);
            match (turn, stopped) {
                (Turn::Stop | Turn::Restart, true) => {
                    return self.fail(
                        at,
                        format!("{name} is stopped already, by a step before"),
                        "Start it again: service = { … = \"start\" }.",
                    );
                }
                (Turn::Start, false) => {
                    return self.fail(
                        at,
                        format!("{name} runs already"),
                        "No step before this one has stopped it.",
                    );
                }
                (Turn::Start, true) => self.world.stopped.retain(|known| known != need),
                (Turn::Stop, false) => self.world.stopped.push(*need),
                (Turn::Restart, false) => {}
            }
            if !self.world.stopped_once.contains(need) {
                self.world.stopped_once.push(*need);
            }
            turns.push((*need, turn));
        }
        Ok(Action::Services(turns))
    }

    /// An expectation on Redis says something, and there is a Redis at this step.
    pub(super) fn expects_of_redis(
        &self,
        at: &Spanned<String>,
        expect: Option<&RedisExpect>,
    ) -> Result<()> {
        let Some(expect) = expect else { return Ok(()) };
        self.needed(at, "redis", Need::Redis)?;
        if expect.is_empty() {
            return self.fail(
                at,
                "the expectation on Redis says nothing",
                "Add keys_at_least, keys_at_most or every_key_expires_within_ms.",
            );
        }
        if self.world.stopped.contains(&Need::Redis) {
            return self.fail(
                at,
                "Redis is stopped at this step, so nothing is in it",
                "Start it before: service = { redis = \"start\" }.",
            );
        }
        Ok(())
    }

    fn needed(&self, at: &Spanned<String>, name: &str, need: Need) -> Result<()> {
        if self.needs.contains(&need) {
            return Ok(());
        }
        self.fail(
            at,
            format!("this exercise has no {name}"),
            &format!("Add needs = [\"{name}\"] to its entry in info.toml."),
        )
    }
}
