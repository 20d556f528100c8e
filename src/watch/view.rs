//! From the state to what the screen shows: words for stages and questions, nothing else.

use super::{
    events::SeenBy,
    state::{Panel, Phase, Question, State},
};
use crate::{
    build::dependencies::Progress,
    check::Stage,
    ui::{
        self, Frame, Size, Theme,
        screen::{self, Completion, View},
    },
};
use std::{path::PathBuf, time::Instant};

/// The whole screen.
pub(super) fn frame(state: &State, now: Instant, size: Size, theme: Theme) -> Frame {
    if let Panel::List(list) = &state.panel {
        let entries = ui::list::entries(&state.course, &state.progress);
        return ui::list::draw(&list.view(&entries, state.current), size, theme);
    }
    with_view(state, now, |view| screen::draw(view, size, theme))
}

/// Hands the view of the state to `draw`; the texts it borrows live as long as that takes.
pub(super) fn with_view<T>(state: &State, now: Instant, draw: impl FnOnce(&View<'_>) -> T) -> T {
    let course = &state.course;
    let exercise = &course.exercises[state.current];
    let chapter = course.chapter_of(exercise);
    let (path, link): (PathBuf, PathBuf) = {
        let place = course.relative_place(exercise);
        let link = course.workspace.root().join(&place);
        (place, link)
    };
    let stage = match &state.phase {
        Phase::Checking { stage, .. } => stage_words(stage),
        _ => String::new(),
    };
    let checking_all = match &state.panel {
        Panel::CheckingAll(round) => format!("{}\n\nEsc stops it.", round.words()),
        _ => String::new(),
    };
    let hints = state.hints();
    let mine = match &state.panel {
        Panel::Solution(_) => state.learners_text(),
        _ => "".into(),
    };
    let view = View {
        chapter_dir: &chapter.dir,
        chapter_title: &chapter.title,
        exercise: &exercise.name,
        title: exercise.title.as_deref(),
        path: &path,
        link: &link,
        state: match &state.phase {
            Phase::Opening => screen::State::Checking {
                stage: "opening",
                elapsed: std::time::Duration::ZERO,
                before: None,
            },
            Phase::Checking { since, before, .. } => screen::State::Checking {
                stage: &stage,
                elapsed: now.saturating_duration_since(*since),
                before: before.as_deref(),
            },
            Phase::Verdict(report) => screen::State::Report(report),
            Phase::Fault(error) => screen::State::ToolError(error),
        },
        hints: &hints,
        hint_count: state.hints_total(),
        completion: match state.progress.is_done(&exercise.name) {
            true => Completion::Done,
            false => Completion::Pending,
        },
        done: state.done(),
        total: course.exercises.len(),
        notice: state.notice.as_deref(),
        question: state.question.map(question_words),
        seen_by: seen_words(state.seen_by),
        panel: panel(state, &checking_all, &mine),
        scroll: state.scroll,
    };
    draw(&view)
}

fn panel<'a>(state: &'a State, checking_all: &'a str, mine: &'a str) -> Option<screen::Panel<'a>> {
    let course = &state.course;
    Some(match &state.panel {
        Panel::Verdict | Panel::List(_) => return None,
        Panel::Welcome => screen::Panel::Welcome(course.welcome_message.as_deref()?),
        Panel::Final => screen::Panel::Final(
            course
                .final_message
                .as_deref()
                .unwrap_or("Every exercise is done."),
        ),
        Panel::Solution(ours) => screen::Panel::Diff { mine, ours },
        Panel::CheckingAll(_) => screen::Panel::Text {
            title: "Checking every exercise",
            text: checking_all,
        },
    })
}

fn stage_words(stage: &Stage) -> String {
    match stage {
        Stage::Building(progress) => building_words(*progress),
        Stage::Compiling | Stage::Found(_) => "compiling".into(),
        Stage::Starting => "starting your server".into(),
        Stage::Checking { done, total } => format!("checking {done} of {total}"),
    }
}

/// As in "building the crates of this chapter: 34 of 61, about 20 s left".
fn building_words(progress: Progress) -> String {
    let mut words = String::from("building the crates of this chapter");
    if progress.total > 0 {
        words.push_str(&format!(": {} of {}", progress.done, progress.total));
    }
    if let Some(left) = progress.left {
        words.push_str(&format!(", about {} s left", left.as_secs().max(1)));
    }
    words
}

fn question_words(question: Question) -> &'static str {
    match question {
        Question::Reset => "Bring this file back as it was shipped? Yours is kept for `undo`.",
        Question::EarlySolution => {
            "Look at the solution before this has passed? It will be written down."
        }
    }
}

fn seen_words(seen_by: SeenBy) -> Option<&'static str> {
    match seen_by {
        SeenBy::Opening => None,
        SeenBy::Notification => Some("save seen by notification"),
        SeenBy::Poll => Some("save seen by looking once a second"),
    }
}
