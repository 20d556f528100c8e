//! Packs the course into a program that is built to be installed, so that `init` needs nothing else.
//!
//! A program for trying things out (`cargo run`) carries nothing: it stands in the course, and would be built anew after each save.

#[allow(unreachable_pub, reason = "it is a part of the library too")]
#[path = "src/workspace/packed.rs"]
mod packed;

use std::{env, fs, io, path::Path};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/workspace/packed.rs");
    let mut files = Vec::new();
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        for part in packed::PARTS {
            println!("cargo::rerun-if-changed={part}");
            collect(Path::new(part), &mut files)?;
        }
    }
    let out = env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?;
    fs::write(Path::new(&out).join("course.packed"), packed::pack(&files))
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
