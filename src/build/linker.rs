//! How a program is linked without a C compiler in between, which only adds what it knows about the system and starts the
//! linker: 8 of 85 ms.
//!
//! What it knows is asked of it once (`cc -###`), and the linker is the one that the toolchain brings. Wherever something is not
//! as expected, rustc links in its ordinary way.

use super::flag;
use crate::process::{self, Cancel, End, Program};
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    time::Duration,
};

/// The C compiler answers in milliseconds; without an answer it is not needed.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// What stands for the learner's code in the question. There is no such file, and none is needed.
const OBJECT: &str = "backendlings-asks.o";

/// The linker, and what the C compiler would have told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DirectLink {
    linker: PathBuf,
    args: Vec<OsString>,
}

impl DirectLink {
    /// Asks the C compiler; `None` where it has to be done in the ordinary way. `targets_lib` is where the toolchain keeps the
    /// standard library for this machine.
    pub(super) fn learn(targets_lib: &Path) -> Option<Self> {
        if !cfg!(target_os = "linux") {
            return None;
        }
        let linker = targets_lib.with_file_name("bin").join("rust-lld");
        if !linker.is_file() {
            return None;
        }
        let question = Program::tool("cc")
            .args(["-###", "-pie", OBJECT, "-o", "backendlings-asks"])
            .deadline(ANSWER_WITHIN);
        let finished = process::run(&question, &Cancel::new()).ok()?;
        if finished.end != End::Exited(0) {
            return None;
        }
        let args = arguments(&finished.stderr.text, Path::is_file)?;
        Some(Self { linker, args })
    }

    /// The same for rustc.
    pub(super) fn flags(&self) -> Vec<OsString> {
        let mut flags = vec![
            flag("-Clinker=", &self.linker),
            "-Clinker-flavor=ld.lld".into(),
            // It is linked once and run once.
            "-Clink-arg=-O0".into(),
        ];
        let args = self.args.iter();
        flags.extend(args.map(|arg| flag("-Clink-arg=", arg)));
        flags
    }
}

/// True for what rustc says when the linker has failed.
pub(super) fn is_link_failure(message: &str) -> bool {
    message.starts_with("linking with `")
}

/// What is needed out of the linker's line in the answer: how programs are started, the objects around the learner's own, and
/// where the system's libraries lie.
fn arguments(answer: &str, is_file: impl Fn(&Path) -> bool) -> Option<Vec<OsString>> {
    let line = answer.lines().rev().find(|line| line.contains(OBJECT))?;
    let words = words(line);
    let loader = words.iter().position(|word| word == "-dynamic-linker")?;
    let mut args = vec![
        "-dynamic-linker".to_owned(),
        words.get(loader + 1)?.to_owned(),
    ];
    let object = |word: &&String| word.ends_with(".o") && word.as_str() != OBJECT;
    let objects: Vec<&String> = words.iter().filter(object).collect();
    let has = |name: &str| objects.iter().any(|object| object.ends_with(name));
    if !(has("/Scrt1.o") && has("/crti.o") && has("/crtn.o")) {
        return None;
    }
    if !objects.iter().all(|object| is_file(Path::new(object))) {
        return None;
    }
    args.extend(objects.into_iter().cloned());
    args.extend(words.iter().filter(|word| word.starts_with("-L/")).cloned());
    Some(args.into_iter().map(OsString::from).collect())
}

/// The words of a command line as gcc and clang print it: words with anything special in them stand in double quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let (mut quoted, mut escaped) = (false, false);
    for letter in line.chars() {
        match letter {
            _ if escaped => {
                word.get_or_insert_default().push(letter);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' if !quoted => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const GCC: &str = "Using built-in specs.\nCOLLECT_GCC_OPTIONS='-pie' '-o' 'y'\n /usr/lib/gcc/x/12/collect2 -plugin \"-plugin-opt=/usr/lto-wrapper\" --build-id -m elf_x86_64 -dynamic-linker /lib64/ld-linux-x86-64.so.2 -pie -o y /usr/lib/Scrt1.o /usr/lib/crti.o /usr/lib/gcc/crtbeginS.o -L/usr/lib/gcc -L/lib backendlings-asks.o -lc /usr/lib/gcc/crtendS.o /usr/lib/crtn.o\nCOLLECT_GCC_OPTIONS='-pie'";

    #[test]
    fn the_loader_the_objects_and_the_directories_are_taken() {
        let args = arguments(GCC, |_| true).expect("all there");
        let args: Vec<_> = args.iter().map(|arg| arg.to_string_lossy()).collect();
        assert_eq!(
            args.join(" "),
            "-dynamic-linker /lib64/ld-linux-x86-64.so.2 /usr/lib/Scrt1.o /usr/lib/crti.o /usr/lib/gcc/crtbeginS.o \
             /usr/lib/gcc/crtendS.o /usr/lib/crtn.o -L/usr/lib/gcc -L/lib"
        );
    }

    #[test]
    fn quoted_words_are_words() {
        assert_eq!(
            words(r#" "/usr/bin/ld" "-L/a b" "" x\"y"#),
            ["/usr/bin/ld", "-L/a b", "", "x\"y"]
        );
    }

    #[test]
    fn without_a_loader_or_an_object_nothing_is_learnt() {
        assert_eq!(
            arguments(&GCC.replace("-dynamic-linker", "-x"), |_| true),
            None
        );
        assert_eq!(
            arguments(&GCC.replace("/Scrt1.o", "/other.o"), |_| true),
            None
        );
        assert_eq!(arguments(GCC, |path| !path.ends_with("crtn.o")), None);
    }
}
