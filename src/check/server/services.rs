//! The services of one run: PostgreSQL and Redis, or the stand-in for Redis. Where the steps stop one, a door stands before it:
//! shut, the port refuses connections and those that were open are cut, as when the service is gone. It starts no programs itself.

use super::{
    expect::Problem,
    redis_keys::{self, RedisExpect},
};
use crate::{
    check::Means,
    course::{Exercise, Need},
    error::Result,
    outcome::Badge,
    peers::{Door, RedisStandIn},
    process::Cancel,
    services::{Database, Lease, Missing},
};
use serde::Deserialize;
use std::net::{Ipv4Addr, SocketAddr};

/// What a step does to a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Turn {
    /// It is gone: nobody listens on its port, and what was connected is cut.
    Stop,
    /// It is there again, on the same port. A Redis begins empty; a database has kept what was committed.
    Start,
    /// Both, one after the other.
    Restart,
}

/// What is done to services, in words.
pub(super) fn told(turns: &[(Need, Turn)]) -> String {
    let told = |(need, turn): &(Need, Turn)| {
        let name = match need {
            Need::Postgres => "PostgreSQL",
            Need::Redis => "Redis",
        };
        match turn {
            Turn::Stop => format!("stop {name}"),
            Turn::Start => format!("start {name} again"),
            Turn::Restart => format!("stop {name} and start it again"),
        }
    };
    turns.iter().map(told).collect::<Vec<_>>().join(", ")
}

/// The services of one run. Dropping it gives them back.
#[derive(Default)]
pub(super) struct Services {
    database: Option<(Database, Option<Door>)>,
    redis: Option<(Redis, Option<Door>)>,
}

/// Who answers as Redis.
enum Redis {
    Real(Lease),
    StandIn(RedisStandIn),
}

impl Services {
    /// Takes what the exercise needs, with a door before what its steps stop; or says what this machine does not have.
    ///
    /// # Errors
    /// If a service is there and does not start, or the check was cancelled.
    pub(super) fn take(
        exercise: &Exercise,
        stopped: &[Need],
        means: Means<'_>,
    ) -> Result<std::result::Result<Self, Missing>> {
        let mut taken = Self::default();
        let door = |need, port: u16| {
            let server = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            stopped
                .contains(&need)
                .then(|| Door::before(server))
                .transpose()
        };
        if exercise.needs.contains(&Need::Postgres) {
            match means.services.postgres(means.cancel)? {
                Ok(postgres) => {
                    let database = postgres.database("", means.cancel)?;
                    let door = door(Need::Postgres, database.port())?;
                    taken.database = Some((database, door));
                }
                Err(missing) => return Ok(Err(missing)),
            }
        }
        if exercise.needs.contains(&Need::Redis) {
            let redis = match means.services.redis(means.cancel)? {
                Ok(redis) => Redis::Real(redis.lease()?),
                Err(_) => Redis::StandIn(RedisStandIn::start()?),
            };
            let door = door(Need::Redis, redis.port())?;
            taken.redis = Some((redis, door));
        }
        Ok(Ok(taken))
    }

    /// How a pass with them was come by.
    pub(super) fn badge(&self) -> Badge {
        match self.redis {
            Some((Redis::StandIn(_), _)) => Badge::LiveStandIn,
            _ => Badge::Live,
        }
    }

    /// Where they are, as variables of the server's environment.
    pub(super) fn env(&self) -> [(&'static str, Option<String>); 2] {
        let database = self.database.as_ref().map(|(database, door)| {
            let door = door.as_ref().map(Door::port);
            database.url_at(door.unwrap_or_else(|| database.port()))
        });
        let redis = self.redis.as_ref().map(|(redis, door)| {
            let door = door.as_ref().map(Door::port);
            let port = door.unwrap_or_else(|| redis.port());
            format!("redis://127.0.0.1:{port}/0")
        });
        [("DATABASE_URL", database), ("REDIS_URL", redis)]
    }

    /// Stops a service or starts it again. One that no step was known to stop has no door, and stays as it is.
    ///
    /// # Errors
    /// If its port was taken meanwhile, or Redis does not answer.
    pub(super) fn turn(&self, need: Need, turn: Turn) -> Result<()> {
        let door = match need {
            Need::Postgres => self.database.as_ref().and_then(|(_, door)| door.as_ref()),
            Need::Redis => self.redis.as_ref().and_then(|(_, door)| door.as_ref()),
        };
        let Some(door) = door else { return Ok(()) };
        if turn != Turn::Start {
            door.shut();
        }
        if turn != Turn::Stop {
            if let (Need::Redis, Some((redis, _))) = (need, &self.redis) {
                redis.empty()?;
            }
            door.open()?;
        }
        Ok(())
    }

    /// What Redis holds that a step does not expect.
    ///
    /// # Errors
    /// If Redis does not answer.
    pub(super) fn judge_redis(
        &self,
        expect: &RedisExpect,
        cancel: &Cancel,
    ) -> Result<Vec<Problem>> {
        match &self.redis {
            Some((redis, _)) => redis_keys::judge(expect, redis.port(), cancel),
            None => Ok(Vec::new()),
        }
    }
}

impl Redis {
    fn port(&self) -> u16 {
        match self {
            Self::Real(lease) => lease.port(),
            Self::StandIn(stand_in) => stand_in.address().port(),
        }
    }

    fn empty(&self) -> Result<()> {
        match self {
            Self::Real(lease) => lease.empty(),
            Self::StandIn(stand_in) => {
                stand_in.clear();
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io::{BufRead as _, BufReader, Write as _},
        net::TcpStream,
    };

    fn say(url: &str, words: &str) -> std::io::Result<String> {
        let host = url.trim_start_matches("redis://").trim_end_matches("/0");
        let mut stream = TcpStream::connect(host)?;
        stream.write_all(format!("{words}\r\n").as_bytes())?;
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line)?;
        Ok(line)
    }

    #[test]
    fn the_stand_in_is_stopped_and_begins_anew_on_the_same_port() {
        let stand_in = RedisStandIn::start().expect("started");
        let door = Door::before(stand_in.address()).expect("started");
        let services = Services {
            redis: Some((Redis::StandIn(stand_in), Some(door))),
            ..Services::default()
        };
        let url = || {
            let [_, (_, url)] = services.env();
            url.expect("an address")
        };
        assert_eq!(services.badge(), Badge::LiveStandIn);
        let first = url();
        assert_eq!(say(&first, "SET a 1").expect("answered"), "+OK\r\n");
        services
            .turn(Need::Redis, Turn::Stop)
            .expect("it can be stopped");
        assert!(say(&first, "PING").is_err());
        services
            .turn(Need::Redis, Turn::Start)
            .expect("it can be started");
        assert_eq!(url(), first);
        assert_eq!(say(&first, "GET a").expect("answered"), "$-1\r\n");
        let expect = RedisExpect {
            keys_at_most: Some(0),
            ..RedisExpect::default()
        };
        let problems = services.judge_redis(&expect, &Cancel::new());
        assert_eq!(problems.expect("it answers"), []);
        services
            .turn(Need::Redis, Turn::Restart)
            .expect("it can do both");
        assert_eq!(say(&first, "PING").expect("answered"), "+PONG\r\n");
    }
}
