//! A link to a node of a linked structure, which counts how often nodes are made and looked at.
//!
//! A `Link` is a shared pointer: clones of it lead to the same node. Whoever walks along a list pays one visit for
//! each node on the way, so the count tells whether a step of an algorithm takes longer on a longer list.

#![allow(dead_code, reason = "each exercise uses a part of the kit")]

use std::{
    cell::{Cell, RefCell, RefMut},
    fmt,
    rc::Rc,
};

thread_local! {
    static COUNT: Cell<Count> = const { Cell::new(Count { made: 0, visits: 0 }) };
}

/// What was done to nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// How many nodes were made.
    pub made: usize,
    /// How often a node was looked at or changed.
    pub visits: usize,
}

/// What `work` gives, and what it did to nodes on this thread.
pub fn counted<T>(work: impl FnOnce() -> T) -> (T, Count) {
    let before = COUNT.get();
    let result = work();
    let after = COUNT.get();
    let count = Count {
        made: after.made - before.made,
        visits: after.visits - before.visits,
    };
    (result, count)
}

fn add(made: usize, visits: usize) {
    let count = COUNT.get();
    COUNT.set(Count {
        made: count.made + made,
        visits: count.visits + visits,
    });
}

/// A link to a node. `clone` makes a second link to the same node.
pub struct Link<N>(Rc<RefCell<N>>);

impl<N> Link<N> {
    /// Makes a node, and gives the first link to it.
    pub fn new(node: N) -> Self {
        add(1, 0);
        Self(Rc::new(RefCell::new(node)))
    }

    /// The node, to read it or to change it.
    ///
    /// # Panics
    /// If the node is being visited already: let go of it before you visit it again.
    #[track_caller]
    pub fn visit(&self) -> RefMut<'_, N> {
        add(0, 1);
        match self.0.try_borrow_mut() {
            Ok(node) => node,
            Err(_) => panic!("this node is being visited already; end that visit first"),
        }
    }

    /// Takes the node out, if this is the only link to it. If it is not, the node stays, and `None` comes.
    pub fn into_node(self) -> Option<N> {
        add(0, 1);
        Rc::into_inner(self.0).map(RefCell::into_inner)
    }
}

impl<N> Clone for Link<N> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

/// It does not print the node, because that one may link to a million others.
impl<N> fmt::Debug for Link<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Link")
    }
}
