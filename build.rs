//! Packs the course into a program that is built to be installed, so that `init` needs nothing else.
//!
//! A program for trying things out (`cargo run`) carries nothing: it stands in the course, and would be built anew after each save.
//! In a clone the course is taken as git has it, not as somebody has solved it there.

#[allow(unreachable_pub, reason = "tests prove it")]
#[path = "build/committed.rs"]
mod committed;
#[allow(unreachable_pub, reason = "it is a part of the library too")]
#[path = "src/workspace/packed.rs"]
mod packed;

use std::{env, fs, io, path::Path};

/// Set to anything, a program for trying things out carries the course too: what an installed one does can then be tried without a release build.
const EMBED: &str = "BACKENDLINGS_EMBED";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/workspace/packed.rs");
    println!("cargo::rerun-if-changed=build/committed.rs");
    println!("cargo::rerun-if-env-changed={EMBED}");
    let mut files = Vec::new();
    if env::var_os(EMBED).is_some() || env::var("PROFILE").is_ok_and(|profile| profile == "release")
    {
        files = match committed::course(Path::new(".")) {
            Ok(Some(committed)) => {
                println!("cargo::rerun-if-changed=.git/logs/HEAD");
                committed
            }
            Ok(None) => as_it_lies_here()?,
            Err(why) => {
                println!("cargo::error={why}");
                return Ok(());
            }
        };
    }
    let out = env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?;
    fs::write(Path::new(&out).join("course.packed"), packed::pack(&files))
}

/// The files of a package from a registry: nobody has solved anything there.
fn as_it_lies_here() -> io::Result<committed::Files> {
    let mut files = Vec::new();
    for part in packed::PARTS {
        println!("cargo::rerun-if-changed={part}");
        collect(Path::new(part), &mut files)?;
    }
    // The texts in other languages.
    for entry in fs::read_dir(".")? {
        let path = entry?.path();
        let path = path.strip_prefix(".").unwrap_or(&path);
        if path.is_file() && path != Path::new(packed::PARTS[0]) {
            collect(path, &mut files)?;
        }
    }
    Ok(files)
}

fn collect(path: &Path, files: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    if path.is_dir() {
        let mut inside: Vec<_> = fs::read_dir(path)?.collect::<io::Result<_>>()?;
        inside.sort_by_key(fs::DirEntry::path);
        for entry in inside {
            collect(&entry.path(), files)?;
        }
        return Ok(());
    }
    let name = path.to_string_lossy().replace('\\', "/");
    if packed::is_shipped(&name) {
        files.push((name, fs::read(path)?));
    }
    Ok(())
}
