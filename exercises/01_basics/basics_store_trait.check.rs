//! Further tests of basics_store_trait: stores that fail at one place, and write down what they are asked.

use super::*;
use std::cell::RefCell;

/// A store of its own kind: a list that knows one user, fails where it is told to, and writes down each call.
struct Spy {
    user: (u64, String),
    fails: Option<&'static str>,
    calls: RefCell<Vec<String>>,
}

impl Spy {
    fn new(fails: Option<&'static str>) -> Self {
        Self {
            user: (7, "linus".to_owned()),
            fails,
            calls: RefCell::default(),
        }
    }

    fn called(&self, method: &'static str, call: String) -> Result<(), StoreError> {
        self.calls.borrow_mut().push(call);
        match self.fails == Some(method) {
            true => Err(StoreError("disk full")),
            false => Ok(()),
        }
    }
}

impl UserStore for Spy {
    fn name(&self, id: u64) -> Result<Option<String>, StoreError> {
        self.called("name", format!("name({id})"))?;
        Ok((id == self.user.0).then(|| self.user.1.clone()))
    }

    fn set_name(&mut self, id: u64, name: &str) -> Result<(), StoreError> {
        self.called("set_name", format!("set_name({id}, {name:?})"))?;
        self.user = (id, name.to_owned());
        Ok(())
    }
}

#[track_caller]
fn check(
    store: &mut Spy,
    id: u64,
    name: &str,
    expected: Result<&str, RenameError>,
    calls: &[&str],
) {
    let kind = match store.fails {
        None => "a store with user 7",
        Some("name") => "a store that cannot be read",
        Some(_) => "a store with user 7 that cannot be written to",
    };
    let asked = format!("rename_user({kind}, {id}, {name:?})");
    let expected = expected.map(str::to_owned);
    assert_eq!(rename_user(store, id, name), expected, "{asked}");
    let seen = store.calls.borrow();
    assert_eq!(*seen, calls, "{asked}: the calls that reached the store");
}

#[test]
fn any_store_will_do_and_is_read_once_and_written_once() {
    let calls = ["name(7)", "set_name(7, \"Linus\")"];
    check(&mut Spy::new(None), 7, "Linus ", Ok("linus"), &calls);
}

#[test]
fn a_user_that_is_not_there_is_an_error_and_nothing_is_written() {
    let nobody = Err(RenameError::NoSuchUser);
    check(&mut Spy::new(None), 8, "Grace", nobody, &["name(8)"]);
    let mut store = MemoryStore::default();
    let renamed = rename_user(&mut store, 8, "Grace");
    let asked = "rename_user(an empty MemoryStore, 8, \"Grace\")";
    assert_eq!(renamed, Err(RenameError::NoSuchUser), "{asked}");
    assert_eq!(
        store.names.len(),
        0,
        "{asked}: users in the store afterwards"
    );
}

#[test]
fn an_empty_name_is_refused_before_the_store_is_asked() {
    for name in ["", "   ", "\t\n"] {
        let refused = Err(RenameError::EmptyName);
        check(&mut Spy::new(Some("name")), 7, name, refused, &[]);
    }
}

#[test]
fn a_write_that_fails_is_told_and_the_rename_has_not_happened() {
    let told = Err(RenameError::Store(StoreError("disk full")));
    let mut store = Spy::new(Some("set_name"));
    let calls = ["name(7)", "set_name(7, \"Grace\")"];
    check(&mut store, 7, "Grace", told, &calls);
    assert_eq!(store.user.1, "linus", "the name in the store afterwards");
}
