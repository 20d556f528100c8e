// caught by: a reader may change nothing
//! The first stage in Python: it holds, and the second one has not been begun.
