// caught by: an empty name is refused
//! basics_store_trait: the logic asks for a store, not for one store
//!
//! Today the users lie in memory, next month in a database, and in the tests in a store that fails
//! on purpose. The rule "how a user is renamed" is the same in all three. So it is written once,
//! for everything that keeps a promise, and in Rust a promise is a trait.
//!
//!     rename_user(any store, id, new name)  ->  Ok(the old name), and the store has the new one
//!     "  Grace "                            ->  spaces at both ends do not count
//!     ""  or  "   "                         ->  Err(EmptyName), and the store is not touched
//!     an id that the store does not know    ->  Err(NoSuchUser), and nothing is written
//!     the store fails, reading or writing   ->  Err(Store(what it said))
//!
//! Read more: https://doc.rust-lang.org/book/ch10-02-traits.html

use std::collections::HashMap;

/// What a store says when it fails: a full disk, a lost connection.
#[derive(Clone, Debug, PartialEq)]
struct StoreError(&'static str);

/// The promise. Whatever keeps it can be given to `rename_user`.
trait UserStore {
    /// The name of a user; `None` if there is no such user.
    fn name(&self, id: u64) -> Result<Option<String>, StoreError>;

    /// Writes down that this user has this name from now on.
    fn set_name(&mut self, id: u64, name: &str) -> Result<(), StoreError>;
}

/// Keeps users in memory, and never fails.
#[derive(Default)]
struct MemoryStore {
    names: HashMap<u64, String>,
}

impl UserStore for MemoryStore {
    // A map cannot fail, but the promise has room for stores that can.
    fn name(&self, id: u64) -> Result<Option<String>, StoreError> {
        Ok(self.names.get(&id).cloned())
    }

    fn set_name(&mut self, id: u64, name: &str) -> Result<(), StoreError> {
        self.names.insert(id, name.to_owned());
        Ok(())
    }
}

/// Why a user was not renamed.
#[derive(Debug, PartialEq)]
enum RenameError {
    EmptyName,
    NoSuchUser,
    Store(StoreError),
}

// With this, `?` turns what a store says into a RenameError.
impl From<StoreError> for RenameError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Renames a user, and gives the old name.
// The bound is all that is known of `S`, and all that the logic needs: it names no store.
fn rename_user<S: UserStore>(
    store: &mut S,
    id: u64,
    new_name: &str,
) -> Result<String, RenameError> {
    if new_name.is_empty() {
        return Err(RenameError::EmptyName);
    }
    // Two failures, two ways out: `?` for a store that fails, `ok_or` for a user who is not there.
    let old = store.name(id)?.ok_or(RenameError::NoSuchUser)?;
    store.set_name(id, new_name)?;
    Ok(old)
}

fn main() {
    let mut store = MemoryStore::default();
    store.names.insert(1, "ada".to_owned());
    println!("{:?}", rename_user(&mut store, 1, "Ada"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_ada() -> MemoryStore {
        let names = HashMap::from([(1, "ada".to_owned())]);
        MemoryStore { names }
    }

    #[test]
    fn the_memory_store_gives_back_what_it_was_told() {
        let mut store = with_ada();
        let ada = Ok(Some("ada".to_owned()));
        assert_eq!(store.name(1), ada, "name(1) of a store with user 1");
        assert_eq!(store.name(2), Ok(None), "name(2) of a store with user 1");
        assert_eq!(store.set_name(1, "Ada"), Ok(()), "set_name(1, \"Ada\")");
        let ada = Ok(Some("Ada".to_owned()));
        assert_eq!(store.name(1), ada, "name(1) after set_name(1, \"Ada\")");
    }

    #[test]
    fn a_user_gets_the_new_name_and_the_old_one_comes_back() {
        let mut store = with_ada();
        let old = rename_user(&mut store, 1, "  Grace ");
        assert_eq!(
            old,
            Ok("ada".to_owned()),
            "rename_user(store, 1, \"  Grace \")"
        );
        assert_eq!(store.names[&1], "Grace", "the name in the store afterwards");
    }

    #[test]
    fn an_empty_name_is_refused() {
        let refused = Err(RenameError::EmptyName);
        let asked = "rename_user(store, 1, \"   \")";
        assert_eq!(rename_user(&mut with_ada(), 1, "   "), refused, "{asked}");
    }

    /// A store whose connection is lost.
    struct Broken;

    const LOST: StoreError = StoreError("connection lost");

    impl UserStore for Broken {
        fn name(&self, _: u64) -> Result<Option<String>, StoreError> {
            Err(LOST)
        }

        fn set_name(&mut self, _: u64, _: &str) -> Result<(), StoreError> {
            Err(LOST)
        }
    }

    #[test]
    fn what_a_store_says_when_it_fails_reaches_the_caller() {
        let told = Err(RenameError::Store(LOST));
        let asked = "rename_user(a store that fails, 1, \"Ada\")";
        assert_eq!(rename_user(&mut Broken, 1, "Ada"), told, "{asked}");
    }
}
