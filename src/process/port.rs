//! Free ports on loopback, for programs that are told their port.

use crate::error::{Error, Result};
use std::net::{Ipv4Addr, TcpListener};

/// A port that nobody listens on at this moment. The system does not give it to another asker for a while.
///
/// # Errors
/// [`Error::Tool`] if there is none.
pub fn free_port() -> Result<u16> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| {
            Error::tool(
                format!("no free port on this machine: {error}"),
                "Close programs that hold many connections, then try again.",
            )
        })
}
