// caught by: a login gives a session
//! The first stage in Python: it holds, and the second one has not been begun.
