//! What is kept of an answer for later steps: captured values, and the whole answer where a later step asks for the same one.

use super::{
    escape::show,
    expect::{About, Problem},
    json,
    message::Message,
    step::Step,
    story::Telling,
};

impl Telling<'_> {
    /// Keeps what later steps use; gives what was not there.
    pub(super) fn capture(&mut self, step: &Step, message: &Message, came: &[u8]) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (name, capture) in &step.captures {
            match capture.take(message) {
                Some(value) => self.values.capture(name, value),
                None => problems.push(Problem {
                    about: About::Else,
                    expected: capture.expected(),
                    actual: show(came),
                    explain: None,
                }),
            }
        }
        problems
    }

    /// Keeps the answer for steps that ask for the same one; compares it with an earlier one.
    pub(super) fn remember(&mut self, step: &Step, message: &Message, problems: &mut Vec<Problem>) {
        if let Some(earlier) = step.same_as.and_then(|earlier| self.answers.get(&earlier)) {
            let claim = &self.story.steps[step.same_as.unwrap_or_default()].claim;
            problems.extend(same_answer(claim, earlier, message));
        }
        let position = self
            .story
            .steps
            .iter()
            .position(|known| known.claim == step.claim);
        let asked_for = |position: &usize| {
            let later = self.story.steps.iter();
            later
                .map(|step| step.same_as)
                .any(|same| same == Some(*position))
        };
        if let Some(position) = position.filter(asked_for) {
            self.answers.insert(position, message.clone());
        }
    }
}

/// What differs between two answers that have to be the same; JSON is the same whatever the order of its fields.
fn same_answer(claim: &str, earlier: &Message, now: &Message) -> Option<Problem> {
    let as_json = |message: &Message| serde_json::from_slice(&message.body).ok();
    let same_body = earlier.body == now.body
        || match (as_json(earlier), as_json(now)) {
            (Some(a), Some(b)) => json::same(&a, &b),
            _ => false,
        };
    if earlier.status == now.status && same_body {
        return None;
    }
    let told =
        |message: &Message| format!("status {}, body {}", message.status, show(&message.body));
    Some(Problem {
        about: About::Body,
        expected: format!("the same answer as at “{claim}”: {}", told(earlier)),
        actual: told(now),
        explain: None,
    })
}
