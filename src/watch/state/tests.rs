//! The state machine by scripts of events.

use super::*;
use crate::{
    check::Stage,
    outcome::Finding,
    workspace::{self, Workspace},
};
use tempfile::TempDir;

/// A watcher's mind over a course of three exercises, and the effects it has asked for.
struct Script {
    state: State,
    effects: Vec<Effect>,
    now: Instant,
    _course: TempDir,
}

const INFO: &str = r#"
format_version = 1
welcome_message = "Welcome"
final_message = "The end"
[[exercises]]
name = "one"
hints = [{ text = "first" }, { text = "second" }]
[[exercises]]
name = "two"
hint = "only"
[[exercises]]
name = "three"
hint = "only"
"#;

impl Script {
    fn start() -> Self {
        Self::with(Progress::default(), AfterPass::Stay)
    }

    fn with(progress: Progress, after_pass: AfterPass) -> Self {
        let dir = workspace::scratch().expect("a directory");
        workspace::write_atomic(&dir.path().join("info.toml"), INFO.as_bytes()).expect("written");
        let course = Course::load(Workspace::at(dir.path())).expect("a course");
        let (state, effects) = State::start(Arc::new(course), progress, after_pass);
        Self {
            state,
            effects,
            now: Instant::now(),
            _course: dir,
        }
    }

    fn on(&mut self, event: Event) -> &mut Self {
        self.effects.extend(self.state.on(event, self.now));
        self
    }

    fn key(&mut self, key: char) -> &mut Self {
        self.on(Event::Key(Key::Char(key)))
    }

    fn save(&mut self, text: &str) -> &mut Self {
        let position = self.state.current;
        self.seen(position, text, SeenBy::Notification)
    }

    fn seen(&mut self, position: usize, text: &str, by: SeenBy) -> &mut Self {
        self.on(Event::Seen {
            position,
            source: Source::text(text),
            by,
        })
    }

    fn passes(&mut self) -> &mut Self {
        let run = self.newest_run();
        self.ends(run, true)
    }

    fn fails(&mut self) -> &mut Self {
        let run = self.newest_run();
        self.ends(run, false)
    }

    fn ends(&mut self, run: u64, passed: bool) -> &mut Self {
        let mut report = Report::new(self.state.name());
        if !passed {
            report.fail(Finding::new("a claim"));
        }
        let result = Ok(Box::new(report));
        self.on(Event::Checked { run, result })
    }

    /// Every check asked for: number and text.
    fn checks(&self) -> Vec<(u64, String)> {
        self.effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Check {
                    run,
                    source: Source::Text(text),
                    ..
                } => Some((*run, text.clone())),
                _ => None,
            })
            .collect()
    }

    fn newest_check(&self) -> (u64, String) {
        self.checks().pop().expect("a check was asked for")
    }

    fn newest_run(&self) -> u64 {
        self.newest_check().0
    }

    fn saved(&self) -> Vec<Change> {
        let saves = self.effects.iter().filter_map(|effect| match effect {
            Effect::Save(changes) => Some(changes.clone()),
            _ => None,
        });
        saves.flatten().collect()
    }

    fn asked_for(&self, wanted: &Effect) -> bool {
        self.effects.contains(wanted)
    }
}

fn done(name: &str) -> Change {
    Change::Done(name.into())
}

#[test]
fn the_current_exercise_is_followed_and_checked_at_once() {
    let mut script = Script::start();
    assert!(script.asked_for(&Effect::Follow(0)));
    script.seen(0, "start", SeenBy::Opening);
    assert_eq!(script.checks(), [(2, "start".into())]);
}

#[test]
fn two_events_for_one_save_are_one_check() {
    let mut script = Script::start();
    script.save("a").save("a");
    assert_eq!(script.checks().len(), 1);
}

#[test]
fn a_save_during_a_check_cancels_it_and_checks_the_newest_contents() {
    let mut script = Script::start();
    script.save("a").save("b");
    let checks = script.checks();
    assert_eq!(checks[1].1, "b");
    let position = |wanted: &dyn Fn(&Effect) -> bool| script.effects.iter().rposition(wanted);
    let cancel = position(&|effect| *effect == Effect::Cancel);
    let check = position(&|effect| matches!(effect, Effect::Check { .. }));
    assert!(cancel < check, "the old check is cancelled first");
}

#[test]
fn a_result_that_is_out_of_date_changes_nothing() {
    let mut script = Script::start();
    script.save("a").save("b");
    let old = script.checks()[0].0;
    script.ends(old, true);
    assert!(matches!(script.state.phase, Phase::Checking { .. }));
    assert!(!script.saved().contains(&done("one")));
}

#[test]
fn a_check_that_a_stop_has_interrupted_is_made_again_afterwards() {
    let mut script = Script::start();
    script.save("a").on(Event::Suspended);
    let (stopped, _) = script.newest_check();
    let end = script.effects.len() - 3..;
    let expected = [Effect::Cancel, Effect::Suspend, Effect::Show(What::Detail)];
    assert_eq!(script.effects[end], expected);
    // It comes too late: its limit of time has counted the stop.
    script.ends(stopped, false);
    assert!(matches!(script.state.phase, Phase::Checking { .. }));
    script.on(Event::Resumed);
    let (again, text) = script.newest_check();
    assert_eq!(text, "a");
    assert!(again > stopped);
    script.passes().on(Event::Suspended).on(Event::Resumed);
    assert_eq!(script.newest_check().0, again, "a verdict stays");
}

#[test]
fn a_save_seen_before_the_return_is_told_is_checked_once() {
    let mut script = Script::start();
    script.save("a").on(Event::Suspended).save("b");
    let checks = script.checks().len();
    script.on(Event::Resumed);
    assert_eq!(script.checks().len(), checks);
    assert_eq!(script.newest_check().1, "b");
}

#[test]
fn a_pass_is_saved_at_once_and_stays_on_the_screen() {
    let mut script = Script::start();
    script.save("a").passes();
    assert!(script.saved().contains(&done("one")));
    assert_eq!(script.state.current, 0);
    script.key('n');
    assert_eq!(script.state.current, 1);
    assert!(script.asked_for(&Effect::Follow(1)));
}

#[test]
fn with_move_on_a_pass_leads_to_the_next_exercise() {
    let mut script = Script::with(Progress::default(), AfterPass::MoveOn);
    script.save("a").passes();
    assert_eq!(script.state.current, 1);
}

#[test]
fn n_before_a_pass_stays_and_says_why() {
    let mut script = Script::start();
    script.save("a").fails().key('n');
    assert_eq!(script.state.current, 0);
    assert!(script.state.notice.is_some());
}

#[test]
fn a_done_exercise_that_fails_is_pending_again_and_the_learner_is_told() {
    let mut script = Script::start();
    script.save("a").passes().save("b").fails();
    assert!(script.saved().contains(&Change::Pending("one".into())));
    let notice = script.state.notice.as_deref().expect("told");
    assert!(notice.contains("to be done again"), "{notice}");
}

#[test]
fn each_h_shows_one_rung_and_no_more_than_there_are() {
    let mut script = Script::start();
    script.save("a").fails().key('h');
    assert_eq!(script.state.hints(), ["first"]);
    script.key('h').key('h');
    assert_eq!(script.state.hints(), ["first", "second"]);
    assert!(script.saved().contains(&Change::HintsSeen("one".into(), 2)));
}

#[test]
fn the_solution_before_a_pass_is_a_question_and_is_recorded() {
    let mut script = Script::start();
    script.save("a").fails().key('s');
    assert!(!script.asked_for(&Effect::FetchSolution(0)));
    script.key('y');
    assert!(script.asked_for(&Effect::FetchSolution(0)));
    let seen = Change::SolutionSeenEarly("one".into());
    assert!(script.saved().contains(&seen));
}

#[test]
fn a_question_answered_with_anything_else_changes_nothing() {
    let mut script = Script::start();
    script.save("a").fails().key('x').key('z');
    assert!(!script.asked_for(&Effect::Reset(0)));
    script.key('x').key('y');
    assert!(script.asked_for(&Effect::Reset(0)));
}

#[test]
fn after_a_reset_the_way_back_is_told_beside_the_verdict() {
    let mut script = Script::start();
    script.save("a").fails().key('x').key('y');
    script.on(Event::FileReplaced("undo brings it back".into()));
    script.save("shipped").fails();
    assert_eq!(script.state.notice.as_deref(), Some("undo brings it back"));
    script.save("b");
    assert_eq!(script.state.notice, None);
}

#[test]
fn after_the_last_exercise_the_final_message_is_shown() {
    let mut progress = Progress::default();
    progress.apply(&done("one"));
    progress.apply(&done("two"));
    let mut script = Script::with(progress, AfterPass::Stay);
    assert_eq!(script.state.current, 2, "the first that is to be done");
    script.save("a").passes().key('n');
    assert_eq!(script.state.panel, Panel::Final);
}

#[test]
fn the_first_error_is_shown_before_the_verdict() {
    let mut script = Script::start();
    script.save("a");
    let (run, found) = (script.newest_run(), Finding::new("it compiles"));
    let stage = Stage::Found(Box::new(found.clone()));
    script.on(Event::Stage { run, stage });
    let Phase::Checking {
        before: Some(so_far),
        ..
    } = &script.state.phase
    else {
        panic!("the check still runs: {:?}", script.state.phase);
    };
    assert_eq!(so_far.findings, [found]);
}

#[test]
fn advice_comes_below_a_pass_and_only_for_the_newest_contents() {
    let advice = |run| Event::Advice {
        run,
        advice: vec!["shorter".into()],
    };
    let mut script = Script::start();
    script.save("a").passes();
    let old = script.newest_run();
    script.save("b").passes().on(advice(old));
    let shown = |script: &Script| match &script.state.phase {
        Phase::Verdict(report) => report.advice.clone(),
        _ => panic!("there is a verdict"),
    };
    assert_eq!(shown(&script), [""; 0]);
    let newest = script.newest_run();
    script.on(advice(newest));
    assert_eq!(shown(&script), ["shorter"]);
}

#[test]
fn a_word_from_another_database_comes_below_a_pass_and_only_for_the_newest_contents() {
    let word = |run| Event::Word {
        run,
        word: "also right there".into(),
    };
    let mut script = Script::start();
    script.save("a").passes();
    let old = script.newest_run();
    script.save("b").passes().on(word(old));
    let shown = |script: &Script| match &script.state.phase {
        Phase::Verdict(report) => report.notes.clone(),
        _ => panic!("there is a verdict"),
    };
    assert_eq!(shown(&script), [""; 0]);
    let newest = script.newest_run();
    script.on(word(newest));
    assert_eq!(shown(&script), ["also right there"]);
}

#[test]
fn a_save_brings_the_verdict_back_in_place_of_any_text() {
    let mut script = Script::start();
    assert_eq!(script.state.panel, Panel::Welcome);
    script.save("a").passes().key('s');
    script.on(Event::Solution("ours".into()));
    assert!(matches!(script.state.panel, Panel::Solution(_)));
    script.save("b");
    assert_eq!(script.state.panel, Panel::Verdict);
}

#[test]
fn checking_all_marks_what_fails_as_pending_and_checks_the_current_one_again() {
    let mut script = Script::start();
    script.save("a").passes().key('c');
    let run = script
        .effects
        .iter()
        .find_map(|effect| match effect {
            Effect::CheckAll { run } => Some(*run),
            _ => None,
        })
        .expect("asked for");
    let verdicts = [("one", false), ("two", true), ("three", false)];
    let result = Ok(verdicts.map(|(name, passed)| (name.into(), passed)).into());
    let before = script.checks().len();
    script.on(Event::AllChecked { run, result });
    assert!(script.saved().contains(&Change::Pending("one".into())));
    assert!(script.saved().contains(&done("two")));
    assert_eq!(script.checks().len(), before + 1);
}

#[test]
fn a_typed_line_is_a_key_by_its_letter_or_its_word() {
    let mut script = Script::start();
    script.save("a").fails();
    script.on(Event::Line("hint".into()));
    assert_eq!(script.state.hints().len(), 1);
    script.on(Event::Line("goto three".into()));
    assert_eq!(script.state.current, 2);
    script.on(Event::Line("goto thre".into()));
    let notice = script.state.notice.clone().expect("told");
    assert!(notice.contains("three"), "the nearest is offered: {notice}");
    script.on(Event::Line("q".into()));
    assert!(script.asked_for(&Effect::Quit));
}

/// Any sequence of events: the newest contents are always the ones checked last, checks are numbered upwards, and `q` ends it.
#[test]
fn no_sequence_of_events_loses_a_save_or_stops_q() {
    // A small generator with a fixed seed: the same sequences in every run.
    let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = |below: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % below
    };
    for _ in 0..300 {
        let mut script = Script::start();
        let mut newest = None;
        for step in 0..60 {
            match random(8) {
                0..=2 => {
                    let text = format!("contents {step}");
                    script.save(&text);
                    newest = Some(text);
                }
                3 => {
                    let keys = ['h', 's', 'l', 'c', 'e', 'r', 'x', 'y', 'j', 'G', '/', 'z'];
                    script.key(keys[random(keys.len() as u64) as usize]);
                }
                4 => {
                    script.on(Event::Key(Key::Esc));
                }
                5 if !script.checks().is_empty() => {
                    let checks = script.checks();
                    let (run, _) = checks[random(checks.len() as u64) as usize];
                    let passed = random(2) == 0;
                    script.ends(run, passed);
                }
                6 => {
                    let stage = Stage::Compiling;
                    script.on(Event::Stage { run: 1, stage });
                }
                _ => {
                    script.on(Event::Resized);
                }
            }
            let last = script.checks().last().map(|(_, text)| text.clone());
            assert_eq!(last, newest, "the newest contents are checked");
            assert!(script.checks().is_sorted_by_key(|(run, _)| *run));
        }
        // Out of a search or a question first, as a learner would; then out.
        script.on(Event::Key(Key::Esc)).key('q');
        assert!(script.asked_for(&Effect::Quit));
        script.effects.clear();
        script.on(Event::Key(Key::Interrupt));
        assert!(script.asked_for(&Effect::Quit));
    }
}
