//! Further tests of basics_linked_queue: many pushes and pops in an order made at random, and what becomes of the jobs.

#[path = "../kit/dice.rs"]
mod dice;

use super::*;
use dice::Dice;
use std::{collections::VecDeque, rc::Rc};

/// What is done to a queue.
#[derive(Clone, Copy)]
enum Step {
    Push(u32),
    Pop,
}

#[test]
fn a_queue_does_what_a_queue_of_the_standard_library_does() {
    let mut dice = Dice::new(0x0FEE_D5EE_D0FF_0011);
    // Few steps first, because they are the easier ones to think about.
    for round in 0..600 {
        let steps: Vec<Step> = (0..1 + round / 10)
            .map(|job| match dice.roll(5) {
                0..=2 => Step::Push(job),
                _ => Step::Pop,
            })
            .collect();
        let (mut queue, mut model) = (Queue::new(), VecDeque::new());
        for (done, step) in steps.iter().enumerate() {
            let asked = || in_words(&steps[..=done]);
            match *step {
                Step::Push(job) => {
                    queue.push_back(job);
                    model.push_back(job);
                }
                Step::Pop => {
                    let (job, right) = (queue.pop_front(), model.pop_front());
                    assert_eq!(job, right, "{}", asked());
                }
            }
            assert_eq!(queue.len(), model.len(), "{}, then len", asked());
        }
    }
}

fn in_words(steps: &[Step]) -> String {
    let words: Vec<String> = steps
        .iter()
        .map(|step| match step {
            Step::Push(job) => format!("push {job}"),
            Step::Pop => "pop".to_owned(),
        })
        .collect();
    words.join(", ")
}

#[test]
fn every_job_that_is_left_is_dropped_with_its_queue() {
    let job = Rc::new(());
    let mut queue = Queue::new();
    for _ in 0..5 {
        queue.push_back(Rc::clone(&job));
    }
    drop(queue.pop_front());
    let left = || Rc::strong_count(&job) - 1;
    assert_eq!(left(), 4, "jobs that are kept after 5 pushes and a pop");
    drop(queue);
    assert_eq!(left(), 0, "jobs that are kept after the queue was dropped");
}

#[test]
fn every_node_is_made_by_a_push_and_no_step_takes_longer_than_another() {
    for jobs in [1, 2, 10, 1000] {
        let mut queue = Queue::new();
        let ((), pushes) = link::counted(|| (0..jobs).for_each(|job| queue.push_back(job)));
        let asked = format!("{jobs} pushes");
        assert_eq!(pushes.made, jobs, "{asked}: nodes made");
        let most = 4 * jobs;
        let at_most = |visits: usize| visits.max(most);
        assert_eq!(at_most(pushes.visits), most, "{asked}: most visits");
        let (_, pops) = link::counted(|| while queue.pop_front().is_some() {});
        assert_eq!(pops.made, 0, "{jobs} pops: nodes made");
        let most = 4 * (jobs + 1);
        assert_eq!(pops.visits.max(most), most, "{jobs} pops: most visits");
    }
}
