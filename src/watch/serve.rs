//! `serve`: the learner's server runs until Ctrl-C, and is started again at each save.

use super::{
    events::Event,
    files::{Files, OnSeen, Place},
    signals,
};
use crate::{
    build::{Dependencies, Toolchain},
    check::{self, Means, Seen, Source, Told, serve},
    course::Course,
    error::{Error, Result},
    process::Cancel,
    progress::Pristine,
    services::Services,
    ui::{self, Theme},
};
use std::{
    sync::{
        Arc,
        mpsc::{Sender, channel},
    },
    thread::{self, JoinHandle},
};

/// Serves an exercise until the learner ends it.
///
/// # Errors
/// If there is no compiler, or signals cannot be listened to. What a start in between runs into is printed.
pub fn serve_exercise(course: Course, position: usize, port: u16, theme: Theme) -> Result<()> {
    let bench = Arc::new(Bench {
        toolchain: Toolchain::find()?,
        services: Services::of(&course.workspace),
        course,
        position,
        port,
        theme,
    });
    let (events, inbox) = channel();
    signals::forward(events.clone())?;
    let files = Files::start(seen(events));
    files.follow(position, Place::of(&bench.course, bench.exercise()));
    let mut running: Option<(Cancel, JoinHandle<()>)> = None;
    for event in inbox {
        let source = match event {
            Event::Seen { source, .. } => source,
            Event::Interrupted => break,
            _ => continue,
        };
        end(running.take());
        let cancel = Cancel::new();
        let (bench, stop) = (Arc::clone(&bench), cancel.clone());
        let server = thread::spawn(move || bench.serve(source, &stop));
        running = Some((cancel, server));
    }
    end(running);
    ui::print::out("\nThe server has been stopped.\n")
}

fn seen(events: Sender<Event>) -> OnSeen {
    Box::new(move |position, source, by| {
        let _ = events.send(Event::Seen {
            position,
            source,
            by,
        });
    })
}

/// Stops a server and waits until it is gone, so that its port is free.
fn end(running: Option<(Cancel, JoinHandle<()>)>) {
    if let Some((cancel, server)) = running {
        cancel.cancel();
        let _ = server.join();
    }
}

struct Bench {
    toolchain: Toolchain,
    services: Services,
    course: Course,
    position: usize,
    port: u16,
    theme: Theme,
}

impl Bench {
    fn exercise(&self) -> &crate::course::Exercise {
        &self.course.exercises[self.position]
    }

    fn serve(&self, source: Source, cancel: &Cancel) {
        match self.start(source, cancel) {
            Ok(()) | Err(Error::Cancelled) => {}
            Err(error) => ui::print::err(&ui::error::text(&error, self.theme)),
        }
    }

    fn start(&self, source: Source, cancel: &Cancel) -> Result<()> {
        let pristine = Pristine::of(&self.course);
        let files = check::Files::with_source(&self.course, self.exercise(), pristine, source)?;
        let dependencies = Dependencies::new(&self.toolchain, self.course.workspace.dependencies());
        let means = Means {
            toolchain: &self.toolchain,
            dependencies: &dependencies,
            services: &self.services,
            standby: None,
            cancel,
            on_stage: &|_| {},
        };
        let job = files.job(&self.course, self.exercise());
        serve(job, self.port, means, &|told| self.tell(told))
    }

    fn tell(&self, told: Told) {
        match told {
            Told::Failed(report) => {
                let text = ui::report::text(&report, ui::width(), self.theme);
                let _ = ui::print::out(&text);
                say("Correct it and save; the server is then started again.");
            }
            Told::Listening {
                port,
                env,
                requests,
            } => {
                let mut text = format!(
                    "\n{} listens on http://127.0.0.1:{port}   (Ctrl-C ends it; a save starts it again)\n",
                    self.exercise().name
                );
                for (name, value) in env {
                    text.push_str(&format!("  {name}={value}\n"));
                }
                text.push_str(&format!("\nIn another terminal:\n  export PORT={port}\n"));
                for line in requests {
                    text.push_str(&format!("  {line}\n"));
                }
                say(&text);
            }
            Told::Asked(requests) => {
                let lines: Vec<String> = requests.iter().map(request).collect();
                say(&lines.join("\n"));
            }
            Told::Printed(lines) => say(&lines.join("\n")),
            Told::Ended(how) => say(&format!(
                "The server has ended: {how}. A save starts it again."
            )),
        }
    }
}

/// A request and what came of it, in one line.
fn request(seen: &Seen) -> String {
    let Seen {
        method,
        path,
        status,
        took,
    } = seen;
    match (status, took.as_millis()) {
        (None, _) => format!("  {method} {path} -> no answer"),
        (Some(status), 0) => format!("  {method} {path} -> {status}, under 1 ms"),
        (Some(status), ms) => format!("  {method} {path} -> {status}, {ms} ms"),
    }
}

/// A reader that is gone does not stop the server.
fn say(text: &str) {
    let _ = ui::print::out(&format!("{}\n", ui::harmless(text)));
}
