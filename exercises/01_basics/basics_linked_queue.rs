//! basics_linked_queue: a queue of nodes, with both ends at hand
//!
//! Mails to send, pictures to shrink: a backend puts work into a queue, and what came first is done
//! first. A Vec moves everything that is left when its first element goes. In a linked list each job
//! lies in a node of its own, and each node knows the next one. Whoever keeps a link to both ends
//! needs a few steps to add a job or to take one, whether ten jobs wait or a million.
//!
//!     push_back(a)  push_back(b)  pop_front()  ->  Some(a)      head                    tail
//!                                 pop_front()  ->  Some(b)        |                       |
//!                                 pop_front()  ->  None         [ a, next ] -> [ b, next: None ]
//!
//! Each push makes one node, with `Link::new`. A push or a pop visits at most 4 nodes. A queue of a
//! million jobs can be dropped on a small stack, and each job that is left is dropped with it.
//!
//! Read more: https://rust-unofficial.github.io/too-many-lists/

#[path = "../kit/link.rs"]
mod link;

// `Link::new(node)` makes a node, `link.clone()` a second link to it. `link.visit()` lets you read and
// change the node; `link.into_node()` takes it out, if no other link leads to it.
use link::Link;

/// A job, and the link to the next one.
struct Node<T> {
    job: T,
    next: Option<Link<Node<T>>>,
}

/// Jobs in the order in which they came.
struct Queue<T> {
    head: Option<Link<Node<T>>>,
    tail: Option<Link<Node<T>>>,
    length: usize,
}

impl<T> Queue<T> {
    fn new() -> Self {
        Self {
            head: None,
            tail: None,
            length: 0,
        }
    }

    fn len(&self) -> usize {
        self.length
    }

    fn push_back(&mut self, job: T) {
        let node = Link::new(Node { job, next: None });
        // TODO: Make the new node the tail, and let the old tail link to it. What if there was none?
        todo!("add {node:?} to {} jobs", self.length)
    }

    fn pop_front(&mut self) -> Option<T> {
        // TODO: Take the head away, and make the node behind it the head. What if there is none?
        todo!("take one of {} jobs", self.length)
    }
}

impl<T> Drop for Queue<T> {
    fn drop(&mut self) {
        // TODO: Take the jobs out one by one. Without this a node drops its next one, which drops its
        // next one, and so on: each of them waits on the stack until the last one is gone.
    }
}

fn main() {
    let mut queue = Queue::new();
    for job in ["a mail to ada", "a mail to bob"] {
        queue.push_back(job);
    }
    println!("{} jobs", queue.len());
    while let Some(job) = queue.pop_front() {
        println!("done: {job}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn what_came_first_is_taken_first() {
        let mut queue = Queue::new();
        queue.push_back('a');
        queue.push_back('b');
        queue.push_back('c');
        let taken = [(); 4].map(|()| queue.pop_front());
        let asked = "push_back of a, b and c, then four times pop_front";
        assert_eq!(taken, [Some('a'), Some('b'), Some('c'), None], "{asked}");
    }

    #[test]
    fn an_emptied_queue_can_be_filled_again() {
        let mut queue = Queue::new();
        queue.push_back('a');
        queue.pop_front();
        queue.push_back('b');
        let asked = "push_back(a), pop_front, push_back(b), then pop_front";
        assert_eq!(queue.pop_front(), Some('b'), "{asked}");
    }

    #[test]
    fn the_length_goes_up_and_down() {
        let mut queue = Queue::new();
        queue.push_back('a');
        queue.push_back('b');
        assert_eq!(queue.len(), 2, "len after two pushes");
        queue.pop_front();
        assert_eq!(queue.len(), 1, "len after two pushes and a pop");
    }

    #[test]
    fn a_push_or_a_pop_takes_a_few_steps_in_a_long_queue() {
        let mut queue = Queue::new();
        (0..1000).for_each(|job| queue.push_back(job));
        let ((), push) = link::counted(|| queue.push_back(1000));
        assert_eq!(push.made, 1, "nodes that push_back makes");
        let few = |visits: usize| if visits <= 4 { 4 } else { visits };
        assert_eq!(few(push.visits), 4, "most visits of push_back to 1000 jobs");
        let (_, pop) = link::counted(|| queue.pop_front());
        assert_eq!(
            few(pop.visits),
            4,
            "most visits of pop_front from 1001 jobs"
        );
    }

    #[test]
    fn a_million_jobs_are_dropped_on_a_small_stack() {
        let fill_and_drop = || {
            let mut queue = Queue::new();
            (0..1_000_000).for_each(|job| queue.push_back(job));
        };
        let small = thread::Builder::new().stack_size(256 * 1024);
        let thread = small.spawn(fill_and_drop).expect("a thread");
        thread.join().expect("a queue of a million jobs, dropped");
    }
}
