//! What one step does to the server and what comes of it. The order of the steps, and how a failure is told, are for
//! [`super::story`].

use super::{
    action::{Action, asked_for},
    group,
    launch::Server,
    pieces,
    step::Step,
    story::{Came, Telling},
    tables_away,
};
use crate::error::Result;

impl Telling<'_> {
    /// A step at each of its instances, then a look at what the server has left behind.
    pub(super) fn take(&mut self, step: &Step, servers: &mut [Server]) -> Result<Came> {
        let file = step.tables_away.as_ref().map(|file| self.dir.join(file));
        let away = match file.as_deref().map(tables_away::take).transpose() {
            Ok(away) => away.flatten(),
            Err(locked) => return Ok(Came::Broken(vec![locked])),
        };
        for at in step.turns(servers.len()) {
            self.at = at;
            let came = self.beside_others(step, servers)?;
            if !matches!(came, Came::Expected) {
                return Ok(came);
            }
        }
        if let (Some(away), Some(file)) = (away, &file)
            && let Err(locked) = away.back(file)
        {
            return Ok(Came::Broken(vec![locked]));
        }
        let problems = self.afterwards(step, servers)?;
        Ok(if problems.is_empty() {
            Came::Expected
        } else {
            Came::Broken(problems)
        })
    }

    /// A step's action, while others keep the server busy if the step says so.
    fn beside_others(&mut self, step: &Step, servers: &mut [Server]) -> Result<Came> {
        let Some(others) = &step.meanwhile else {
            return self.inputs(step, servers);
        };
        let values = self.values.clone();
        let server = &mut servers[self.at];
        let party = self.party(&values, server);
        // The first connection belongs to nobody here, and a server must not wait for it.
        drop(server.first_connection());
        let (came, over) = group::meanwhile(others, &party, || self.inputs(step, servers))?;
        Ok(match came {
            Came::Expected if over > 0 => Came::Broken(vec![group::too_late(over, others.clients)]),
            came => came,
        })
    }

    /// The action once, or for each of its inputs.
    fn inputs(&mut self, step: &Step, servers: &mut [Server]) -> Result<Came> {
        for (number, input) in step.each.iter().enumerate() {
            for (name, value) in input {
                self.values.capture(name, value.fill(&self.values.clone()));
            }
            (self.asked, self.repeat) = (None, None);
            let came = self.act(step, servers)?;
            if !matches!(came, Came::Expected) {
                let asked = self.asked.take();
                let asked = asked.unwrap_or_else(|| step.action.asked(&self.values));
                self.asked = Some(format!(
                    "{asked} (input {} of {})",
                    number + 1,
                    step.each.len()
                ));
                return Ok(came);
            }
        }
        if step.each.is_empty() {
            return self.act(step, servers);
        }
        Ok(Came::Expected)
    }

    fn act(&mut self, step: &Step, servers: &mut [Server]) -> Result<Came> {
        let action = match &step.action {
            Action::Webhook(webhook) => {
                let send = webhook.signed(&self.values, &self.peers.webhook_secret);
                self.repeat = Some(send.curl(&self.values));
                Action::Send(send)
            }
            action => action.clone(),
        };
        if let Some(clients) = step.parallel {
            return self.together(clients, step, &action, servers);
        }
        if let Action::Services(turns) = &action {
            return self.services(turns, servers);
        }
        let server = &mut servers[self.at];
        match &action {
            Action::Send(send) => {
                if let Some(browser) = &step.browser {
                    return self.browse(step, browser, send, server);
                }
                if let Some(through) = &step.through {
                    return self.through_cache(step, through, send, server);
                }
                let bytes = send.bytes(&self.values, server.port());
                self.exchange(step, &bytes, send.asked_for(&self.values), server)
            }
            Action::Ask(ask) => self.ask(step, ask, server),
            Action::Raw(pieces) => {
                let bytes = pieces::join(pieces, &self.values);
                self.exchange(step, &bytes, asked_for(&bytes), server)
            }
            Action::Talk(talk) => self.talk(step, talk, server),
            Action::Life(life) => self.life(step, *life, server),
            Action::Webhook(_) | Action::Services(_) | Action::Look => Ok(Came::Expected),
        }
    }
}
