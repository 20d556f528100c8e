//! The steps of an exercise, checked: out of the TOML file comes a [`Story`]. It runs nothing.
//!
//! All that can be wrong with the steps is found here, with file and line, so that it is never blamed on a learner.

use super::{
    action::Action,
    browser::Browser,
    cache::Through,
    expect::{Expect, Explain},
    foreign::Foreign,
    layout::{Laid, What},
    peers_file::Plan,
    peers_step::{Kept, RawOfPeers},
    pieces::Piece,
    random,
    step::Step,
    steps_file::{RawExplain, RawStep, RawStory, TextOr},
    steps_more::own_names,
    steps_world::World,
    template::{DIR, Template},
};
use crate::{
    course::{Kind, Need, Spanned, error_at, parse_toml},
    error::Result,
};
use std::{path::Path, time::Duration};

/// How long a server may take until it listens, unless the course says otherwise.
const USUAL_READY_LIMIT: Duration = Duration::from_secs(5);

/// Everything that is done with one server: an exercise, or one stage of a project.
#[derive(Debug)]
pub(super) struct Story {
    /// The title of the stage, if it is one.
    pub(super) stage: Option<String>,
    /// How a server in another language is started; a Rust file is compiled.
    pub(super) foreign: Option<Foreign>,
    /// Variables of the server's environment besides `PORT`.
    pub(super) env: Vec<(String, Template)>,
    /// What lies in the server's directory before it starts.
    pub(super) files: Vec<Laid>,
    /// The other sides.
    pub(super) peers: Plan,
    /// How long the server may take until it listens.
    pub(super) ready_limit: Duration,
    /// How long one step may take, if the steps say so.
    pub(super) step_limit: Option<Duration>,
    /// How many instances of the server run side by side.
    pub(super) instances: usize,
    /// The services that a step stops.
    pub(super) stopped: Vec<Need>,
    /// In order.
    pub(super) steps: Vec<Step>,
}

/// Whose steps are read.
pub(super) struct Of<'a> {
    /// Where the paths of other files begin.
    pub(super) exercises: &'a Path,
    /// The services of the exercise.
    pub(super) needs: &'a [Need],
    /// A project's steps stand in stages, those of an exercise do not.
    pub(super) kind: Kind,
}

/// Reads and checks the steps in `text`, the contents of `file`: one story, or one for each stage of a project.
///
/// # Errors
/// [`crate::error::Error::Course`] with the line of what is wrong.
pub(super) fn read(file: &Path, text: &str, of: &Of<'_>) -> Result<Vec<Story>> {
    let raw: RawStory = parse_toml(file, text)?;
    let mut reader = Reader {
        file,
        text,
        claims: Vec::new(),
        claims_before: Vec::new(),
        captured: Vec::new(),
        laid: Vec::new(),
        instances: 1,
        needs: of.needs,
        world: World::default(),
        peers: Plan::default(),
    };
    reader.instances = reader.instances(raw.instances)?;
    for (path, raw) in raw.files {
        let laid = reader.file(of.exercises, path, raw)?;
        reader.laid.push(laid);
    }
    let mut env = Vec::new();
    for (name, value) in raw.env {
        let template = Template::new(value.get_ref());
        reader.check_names(&value, template.names())?;
        env.push((name, template));
    }
    reader.peers = reader.plan(raw.peers, of.needs)?;
    let foreign = match (raw.command, raw.build) {
        (Some(command), build) => {
            if command.get_ref().is_empty() || build.as_ref().is_some_and(Vec::is_empty) {
                return reader.fail(
                    &command,
                    "a command without words starts nothing",
                    "As in command = [\"python3\", \"${file}\"].",
                );
            }
            Some(Foreign {
                command: command.into_inner(),
                build,
            })
        }
        (None, Some(_)) => {
            return reader.fail(
                &Spanned::new(0..0, ()),
                "there is build, and no command",
                "Say what starts the server: command = [\"node\", \"${file}\"].",
            );
        }
        (None, None) => None,
    };
    reader.fits_kind(of.kind, &raw.step, &raw.stage, foreign.is_some())?;
    let ready_limit = raw.limits.ready_seconds.map_or(USUAL_READY_LIMIT, seconds);
    let step_limit = raw.limits.step_seconds.map(seconds);
    let story = |reader: &mut Reader<'_>, stage, raw| -> Result<Story> {
        let steps = reader.all_of(raw)?;
        Ok(Story {
            stage,
            foreign: foreign.clone(),
            env: env.clone(),
            files: reader.laid.clone(),
            peers: reader.peers.clone(),
            ready_limit,
            step_limit,
            instances: reader.instances,
            stopped: std::mem::take(&mut reader.world.stopped_once),
            steps,
        })
    };
    if of.kind != Kind::Project {
        return Ok(vec![story(&mut reader, None, raw.step)?]);
    }
    let mut stories = Vec::new();
    for stage in raw.stage {
        reader.has_steps(&stage)?;
        stories.push(story(
            &mut reader,
            Some(stage.title.into_inner()),
            stage.step,
        )?);
        reader.begin_stage();
    }
    Ok(stories)
}

fn explain(raw: TextOr<RawExplain>) -> Explain {
    match raw {
        TextOr::Text(text) => Explain {
            always: Some(text),
            ..Explain::default()
        },
        TextOr::Table(raw) => Explain {
            always: None,
            status: raw.status,
            headers: raw.headers,
            body: raw.body,
        },
    }
}

fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(seconds.into())
}

/// What is known while the steps are read, in order.
pub(super) struct Reader<'a> {
    file: &'a Path,
    text: &'a str,
    claims: Vec<String>,
    /// The claims of the stages before.
    claims_before: Vec<String>,
    /// Each captured name with the step that captures it.
    captured: Vec<(String, usize)>,
    laid: Vec<Laid>,
    /// How many instances of the server there are.
    pub(super) instances: usize,
    /// The services of the exercise.
    pub(super) needs: &'a [Need],
    pub(super) world: World,
    pub(super) peers: Plan,
}

impl Reader<'_> {
    /// The steps of one story, in order.
    fn all_of(&mut self, raw: Vec<RawStep>) -> Result<Vec<Step>> {
        raw.into_iter().map(|step| self.step(step)).collect()
    }

    /// Each stage has a server of its own: what was captured or stopped before is not there any more.
    fn begin_stage(&mut self) {
        self.claims_before.append(&mut self.claims);
        self.captured.clear();
        self.world = World::default();
    }

    /// The bytes of a file that lies there before the start.
    pub(super) fn laid(&self, path: &str) -> Option<&[Piece]> {
        self.laid.iter().find_map(|laid| match &laid.what {
            What::Bytes(pieces) if laid.path == Path::new(path) => Some(pieces.as_slice()),
            _ => None,
        })
    }

    pub(super) fn fail<T, U>(
        &self,
        at: &Spanned<T>,
        what: impl Into<String>,
        help: &str,
    ) -> Result<U> {
        Err(error_at(self.file, self.text, at.span(), what, help))
    }

    fn step(&mut self, raw: RawStep) -> Result<Step> {
        let at = &raw.claim;
        let position = self.claims.len();
        if [&self.claims, &self.claims_before]
            .iter()
            .any(|claims| claims.contains(at.get_ref()))
        {
            return self.fail(
                at,
                "a second step has this claim",
                "Claims name the checks: word this one in another way.",
            );
        }
        let mut names = Vec::new();
        let (each, of_each) = self.each(at, raw.each)?;
        let deed = self.deed(at, raw.signal, raw.restart, raw.service)?;
        if raw.grace_seconds.is_some() && !matches!(deed, Some(Action::Life(_))) {
            return self.fail(
                at,
                "only a step with signal or restart has a grace",
                "The limit of all steps is limits = { step_seconds = 5 }.",
            );
        }
        if raw.on.is_some() && raw.talk.is_none() {
            return self.fail(
                at,
                "only a talk is held on a connection with a name",
                "Write talk = [{ send = { path = \"/\" } }, { answer = { status = 200 } }].",
            );
        }
        let action = match (raw.send, raw.raw, raw.talk, deed, raw.webhook) {
            (Some(send), None, None, None, None) => self.ask(at, send)?,
            (None, Some(raw), None, None, None) => Action::Raw(self.pieces(at, raw)?),
            (None, None, Some(moves), None, None) => {
                Action::Talk(self.talk(at, raw.on, moves, &mut names)?)
            }
            (None, None, None, Some(deed), None) => deed,
            (None, None, None, None, Some(webhook)) => {
                Action::Webhook(Box::new(self.webhook(at, webhook)?))
            }
            (None, None, None, None, None) => Action::Look,
            _ => {
                return self.fail(
                    at,
                    "a step does one thing: send, raw, talk, webhook, signal, restart or service",
                    "Make two steps of it.",
                );
            }
        };
        names.extend(action.names());
        let browser = raw
            .browser
            .map(|raw| self.browser(at, raw, &action, &each))
            .transpose()?;
        let through = self.through(at, raw.through, raw.cache, &action, browser.as_ref())?;
        let page = browser.iter().flat_map(Browser::names);
        names.extend(page.map(str::to_owned));
        let meanwhile = raw
            .meanwhile
            .map(|raw| self.meanwhile(at, raw, &mut names))
            .transpose()?;
        let of_peers = RawOfPeers {
            upstream: raw.upstream,
            dns: raw.dns,
            mail: raw.mail,
            proxy: raw.proxy,
            oauth: raw.oauth,
            payment: raw.payment,
        };
        let mut of_peers = self.of_peers(at, of_peers, &mut names)?;
        let mut captures = Vec::new();
        for (name, capture) in raw.capture {
            match self.kept(at, capture)? {
                Kept::Answer(capture) => captures.push((name, capture)),
                Kept::Peer(value) => of_peers.kept.push((name, value)),
            }
        }
        let captured: Vec<String> = captures.iter().map(|(name, _)| name.clone()).collect();
        let together = self.together(at, raw.group, &captured)?;
        let expects_elsewhere = matches!(
            action,
            Action::Talk(_) | Action::Life(_) | Action::Services(_)
        ) || !together.is_empty()
            || raw.redis.is_some();
        let mut raw_expect = raw.expect;
        let same_as = raw_expect.as_mut().and_then(|expect| expect.same_as.take());
        let same_as = same_as.map(|claim| self.earlier(&claim)).transpose()?;
        let only_of_peers = matches!(action, Action::Look) && of_peers.judges();
        let of_browser = browser.as_ref().is_some_and(Browser::judges)
            || through.as_ref().is_some_and(Through::judges);
        let expects_elsewhere =
            expects_elsewhere || same_as.is_some() || only_of_peers || of_browser;
        let expect = match raw_expect {
            Some(raw) if same_as.is_some() => self.expect_if_any(at, raw, &mut names)?,
            None if expects_elsewhere => Expect::default(),
            raw => self.expect(at, raw.unwrap_or_default(), &mut names)?,
        };
        if !action.is_answered() && (!captured.is_empty() || same_as.is_some()) {
            return self.fail(
                at,
                "no answer comes here that could be kept or compared",
                "Send something, or add the move { answer = { … } }.",
            );
        }
        if raw.parallel.is_some() && same_as.is_some() {
            return self.fail(
                at,
                "many clients at once have many answers, not one to compare",
                "Compare a capture instead: group = { distinct = { name = 1 } }.",
            );
        }
        self.fits(at, &action, &expect, raw.parallel, &together)?;
        self.expects_of_redis(at, raw.redis.as_ref())?;
        let to = self.to(raw.to, &action, meanwhile.is_some())?;
        if (browser.is_some() || through.is_some()) && raw.parallel.is_some() {
            return self.fail(
                at,
                "a browser or a cache does one thing at a time",
                "Take parallel away.",
            );
        }
        if let Some(file) = &raw.tables_away {
            self.below_the_server(at, file)?;
        }
        let own = own_names(&each, raw.parallel.is_some() || meanwhile.is_some());
        let is_random = action.is_random()
            || names.iter().any(|name| name.starts_with("random."))
            || each
                .iter()
                .flatten()
                .any(|(_, text)| text.names().next().is_some());
        names.retain(|name| !own.contains(name));
        let mut needs = self.check_names(at, names.iter().map(String::as_str))?;
        for need in &raw.needs {
            needs.push(self.earlier(need)?);
        }
        needs.extend(of_each);
        needs.extend(same_as);
        // What each client of a group was told is for that client alone.
        let told = captures.iter().filter(|_| raw.parallel.is_none());
        let told = told.map(|(name, _)| name);
        for name in told.chain(of_peers.kept.iter().map(|(name, _)| name)) {
            self.captured.push((name.clone(), position));
        }
        self.claims.push(at.get_ref().clone());
        Ok(Step {
            claim: at.get_ref().clone(),
            action,
            to,
            browser,
            through,
            each,
            parallel: raw.parallel,
            together,
            grace: raw.grace_seconds.map(seconds),
            meanwhile,
            tables_away: raw.tables_away,
            expect,
            same_as,
            captures,
            needs,
            explain: raw.explain.map(explain).unwrap_or_default(),
            of_peers,
            redis: raw.redis,
            is_random,
        })
    }

    /// The position of an earlier step.
    fn earlier(&self, claim: &Spanned<String>) -> Result<usize> {
        match self
            .claims
            .iter()
            .position(|known| known == claim.get_ref())
        {
            Some(known) => Ok(known),
            None => self.fail(
                claim,
                "no step before this one has this claim",
                "Copy the claim of an earlier step.",
            ),
        }
    }

    /// The steps that capture these names. A name that nothing gives a value to is a fault of the course.
    pub(super) fn check_names<'n, T>(
        &self,
        at: &Spanned<T>,
        names: impl Iterator<Item = &'n str>,
    ) -> Result<Vec<usize>> {
        let mut from = Vec::new();
        for name in names {
            if let Some((_, step)) = self.captured.iter().rev().find(|(known, _)| known == name) {
                from.push(*step);
            } else if name != DIR && random::draw(name, 0).is_none() {
                let help = format!(
                    "Capture it in an earlier step, or use random.{}.",
                    random::KINDS.join(", random.")
                );
                return self.fail(at, format!("nothing gives `${{{name}}}` a value"), &help);
            }
        }
        Ok(from)
    }
}

#[cfg(test)]
mod tests;
