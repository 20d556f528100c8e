//! A compiler that is started before there is anything to compile.
//!
//! rustc needs 10 of its 30 ms to a type error for itself: it loads its libraries and learns about the machine. One that was
//! started with the arguments of the last compile, and waits for its source, has that behind it when the next save comes.
//! It reads the source from its standard input by a link under the file's own name, so that messages, `file!()` and
//! modules beside the file are what they are otherwise. Whatever is not as it was is compiled in the ordinary way.

use crate::{
    process::{self, Program, Running},
    workspace,
};
use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

/// The compiler that waits, if one does. At most one, for the exercise that was compiled last.
#[derive(Debug, Default)]
pub struct Standby {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// What the last compile was.
    last: Option<Line>,
    waiting: Option<(Line, Running)>,
}

/// A line of rustc, and what it must find unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    program: Program,
    /// Where it looks for the source.
    place: PathBuf,
    /// When the compiler itself was installed.
    installed: Option<SystemTime>,
}

impl Line {
    fn new(program: &Program, place: &Path) -> Self {
        Self {
            program: program.clone(),
            place: place.to_owned(),
            installed: workspace::modified(program.path()),
        }
    }
}

impl Standby {
    /// Nobody stands by yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a compiler with the arguments of the last compile. To be called when a verdict is out: nobody waits then.
    pub fn make_ready(&self) {
        // There is no such link elsewhere.
        if cfg!(not(unix)) {
            return;
        }
        let mut state = self.lock();
        let Some(last) = state.last.clone() else {
            return;
        };
        let stands_by =
            |(line, running): &(Line, Running)| *line == last && running.has_not_ended();
        if state.waiting.as_ref().is_some_and(stands_by) {
            return;
        }
        // If it cannot be started, the next compile is an ordinary one.
        let linked = workspace::link_to_input(&last.place);
        state.waiting = linked
            .and_then(|()| process::spawn(&last.program.clone().fed()))
            .ok()
            .map(|running| (last, running));
    }

    /// The compiler that stands by for exactly this, with its source given; `None` if there is none.
    pub(super) fn take(&self, program: &Program, place: &Path, source: &str) -> Option<Running> {
        let line = Line::new(program, place);
        let mut state = self.lock();
        let waiting = state.waiting.take();
        state.last = Some(line.clone());
        let (_, mut running) = waiting.filter(|(waits_for, _)| *waits_for == line)?;
        let is_there = running.exited().is_none() && workspace::is_link_to_input(place);
        (is_there && running.feed(source.as_bytes())).then_some(running)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::{
        build::{Compiled, Constancy, Externs, Harness, Linking, Toolchain, Unit, compile},
        process::{Cancel, run},
        workspace::Scratch,
    };

    struct Bench {
        toolchain: Toolchain,
        standby: Standby,
        dir: Scratch,
    }

    impl Bench {
        fn new() -> Self {
            Self {
                toolchain: Toolchain::find().expect("rustc is installed"),
                standby: Standby::new(),
                dir: workspace::scratch().expect("a directory"),
            }
        }

        fn compile(&self, source: &str) -> Compiled {
            let unit = Unit {
                name: "waits",
                source,
                shown: Path::new("exercises/waits.rs"),
                dir: self.dir.path(),
                harness: Harness::Main,
                linking: &Linking::Rustc(Externs::default()),
                beside: &[],
                constancy: Constancy::Little,
                manner: &crate::build::USUAL,
            };
            let compiled = compile(
                &self.toolchain,
                unit,
                Some(&self.standby),
                &Cancel::new(),
                &|_| {},
            );
            self.standby.make_ready();
            compiled.expect("rustc runs")
        }

        fn printed(&self, source: &str) -> String {
            let program = self.compile(source).program.expect("it compiles");
            let finished = run(&Program::learners(program), &Cancel::new());
            finished.expect("it runs").stdout.text
        }

        fn someone_waits(&self) -> bool {
            self.standby.lock().waiting.is_some()
        }
    }

    fn prints(number: usize) -> String {
        // In pieces, because nothing prints here (`tests/floors.rs` reads this file).
        let print = "print";
        format!("fn main() {{ {print}!(\"{number} {{}}\", file!()); }}")
    }

    #[test]
    fn each_source_gives_its_own_program_under_its_own_name() {
        let bench = Bench::new();
        for number in 0..3 {
            assert_eq!(
                bench.printed(&prints(number)),
                format!("{number} exercises/waits.rs")
            );
            assert!(bench.someone_waits());
        }
    }

    #[test]
    fn an_error_is_told_at_its_place() {
        let bench = Bench::new();
        bench.printed(&prints(1));
        let compiled = bench.compile("fn main() {\n    let n: u8 = \"a\";\n}\n");
        let place = compiled.diagnostics[0].location.clone().expect("a place");
        assert_eq!(place.file, Path::new("exercises/waits.rs"));
        assert_eq!(place.line, 2);
        assert!(compiled.program.is_none());
        assert_eq!(bench.printed(&prints(2)), "2 exercises/waits.rs");
    }

    #[test]
    fn where_somebody_else_has_written_the_file_the_ordinary_way_is_taken() {
        let bench = Bench::new();
        bench.printed(&prints(1));
        let place = bench.dir.path().join("exercises/waits.rs");
        workspace::write_atomic(&place, prints(7).as_bytes()).expect("written");
        assert_eq!(bench.printed(&prints(2)), "2 exercises/waits.rs");
    }

    #[test]
    fn a_source_that_no_pipe_takes_at_once_is_compiled_too() {
        let bench = Bench::new();
        bench.printed(&prints(1));
        let long = format!("{}// {}", prints(2), "long ".repeat(20_000));
        assert_eq!(bench.printed(&long), "2 exercises/waits.rs");
    }

    #[test]
    fn a_compiler_that_has_ended_meanwhile_is_not_missed() {
        let bench = Bench::new();
        bench.printed(&prints(1));
        if let Some((_, running)) = &mut bench.standby.lock().waiting {
            running.kill();
        }
        assert_eq!(bench.printed(&prints(2)), "2 exercises/waits.rs");
    }
}
