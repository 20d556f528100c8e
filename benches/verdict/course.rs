//! The four exercises that are measured, in a course of their own: three of ours, solved, and one with axum.

use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Std,
    Axum,
    Server,
    Sql,
}

/// A real edit, different each time.
pub(crate) enum Edit {
    /// The solution with another constant in it.
    Right(usize),
    /// A line whose types do not fit.
    TypeError(usize),
}

impl Subject {
    pub(crate) const ALL: [Self; 4] = [Self::Std, Self::Axum, Self::Server, Self::Sql];

    /// Cargo can be given the same file.
    pub(crate) fn is_cargos(self) -> bool {
        matches!(self, Self::Std | Self::Axum)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Std => "basics_money",
            Self::Axum => "bench_axum",
            Self::Server => "http_status_codes",
            Self::Sql => "sql_where",
        }
    }

    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Std => "std exercise with tests",
            Self::Axum => "axum exercise with tests",
            Self::Server => "server exercise",
            Self::Sql => "SQL exercise",
        }
    }

    fn dir(self) -> &'static str {
        match self {
            Self::Std => "01_basics",
            Self::Axum => "08_axum",
            Self::Server => "03_http",
            Self::Sql => "05_sql",
        }
    }

    fn file(self) -> String {
        let ending = if self == Self::Sql { "sql" } else { "rs" };
        format!("{}/{}.{ending}", self.dir(), self.name())
    }
}

pub(crate) struct Course {
    dir: TempDir,
}

pub(crate) const DEPENDENCIES: &str = "[dependencies]\naxum = \"0.8\"\nserde_json = \"1\"\ntokio = { version = \"1\", features = [\"full\"] }\ntower = { version = \"0.5\", features = [\"util\"] }\n";

const AXUM: &str = r#"//! bench_axum
use axum::{Json, Router, extract::Path, http::StatusCode, routing::get};

async fn user(Path(id): Path<u32>) -> Result<Json<serde_json::Value>, StatusCode> {
    match id {
        1 => Ok(Json(serde_json::json!({ "id": id, "name": "Ada" }))),
        _ => Err(StatusCode::NOT_FOUND),
    }
}

fn app() -> Router {
    Router::new().route("/users/{id}", get(user))
}

#[tokio::main]
async fn main() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    drop((listener, app()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{body::Body, http::Request};
    use tower::ServiceExt as _;

    async fn status(path: &str) -> StatusCode {
        let request = Request::get(path).body(Body::empty()).unwrap();
        app().oneshot(request).await.unwrap().status()
    }

    #[tokio::test]
    async fn a_known_user_is_200() {
        assert_eq!(status("/users/1").await, StatusCode::OK, "GET /users/1");
    }

    #[tokio::test]
    async fn an_unknown_user_is_404() {
        assert_eq!(status("/users/2").await, StatusCode::NOT_FOUND, "GET /users/2");
    }
}
"#;

impl Course {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let course = Self { dir };
        let mut info = format!(
            "format_version = 1\n{DEPENDENCIES}\n[[chapters]]\ndir = \"08_axum\"\ntitle = \"axum\"\ndependencies = [\"axum\", \"serde_json\", \"tokio\", \"tower\"]\n"
        );
        for subject in Subject::ALL {
            let kind = match subject {
                Subject::Std | Subject::Axum => "rust",
                Subject::Server => "server",
                Subject::Sql => "sql",
            };
            info.push_str(&format!(
                "[[exercises]]\nname = \"{}\"\ndir = \"{}\"\nkind = \"{kind}\"\nhint = \"h\"\n",
                subject.name(),
                subject.dir()
            ));
            copy(
                &repository().join("exercises").join(subject.dir()),
                &course.root().join("exercises").join(subject.dir()),
            );
            copy(
                &repository().join("solutions").join(subject.dir()),
                &course.root().join("solutions").join(subject.dir()),
            );
        }
        // What the hidden tests roll and count with.
        copy(
            &repository().join("exercises/kit"),
            &course.root().join("exercises/kit"),
        );
        info.insert_str("format_version = 1\n".len(), &format!("\n{}\n\n", kit()));
        course.put("info.toml", &info);
        for dir in ["exercises", "solutions"] {
            course.put(&format!("{dir}/{}", Subject::Axum.file()), AXUM);
        }
        course
    }

    pub(crate) fn root(&self) -> &Path {
        self.dir.path()
    }

    /// The solution with the edit in it.
    pub(crate) fn edited(&self, subject: Subject, edit: Edit) -> String {
        let solved =
            fs::read_to_string(self.root().join("solutions").join(subject.file())).expect("there");
        match (subject, edit) {
            (Subject::Sql, Edit::Right(number) | Edit::TypeError(number)) => {
                format!("{solved}-- edit {number}\n")
            }
            (_, Edit::Right(number)) => add(&solved, &format!("fn edit() -> u64 {{ {number} }}")),
            (_, Edit::TypeError(number)) => {
                add(&solved, &format!("fn edit() -> u64 {{ \"{number}\" }}"))
            }
        }
    }

    /// The check program beside the exercise, if there is one.
    pub(crate) fn check_program(&self, subject: Subject) -> PathBuf {
        let file = format!("exercises/{}/{}.check.rs", subject.dir(), subject.name());
        self.root().join(file)
    }

    /// Saves the learner's file.
    pub(crate) fn write(&self, subject: Subject, text: &str) {
        self.put(&format!("exercises/{}", subject.file()), text);
    }

    /// Bytes that the runner has written into the course, without what cargo built of crates.
    pub(crate) fn disk(&self) -> u64 {
        size(&self.root().join(".backendlings").join("build"))
    }

    fn put(&self, file: &str, text: &str) {
        let path = self.root().join(file);
        fs::create_dir_all(path.parent().expect("a parent")).expect("created");
        fs::write(path, text).expect("written");
    }
}

/// An edit that the compiler cannot skip: a function that `main` uses.
fn add(solved: &str, function: &str) -> String {
    let main = solved.find("fn main(").expect("a main to edit");
    let body = main + solved[main..].find('{').expect("a body") + 1;
    let called = format!(
        "{}\n    std::hint::black_box(edit());\n{}",
        &solved[..body],
        &solved[body..]
    );
    let tests = called.find("#[cfg(test)]").unwrap_or(called.len());
    format!("{}{function}\n\n{}", &called[..tests], &called[tests..])
}

/// The part of our `info.toml` that names the files of the kit.
pub(crate) fn kit() -> String {
    let info = fs::read_to_string(repository().join("info.toml")).expect("there");
    let kit = info.split("\n\n").find(|part| part.contains("\n[kit]"));
    kit.expect("a kit").to_owned()
}

pub(crate) fn repository() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("created");
    let Ok(entries) = fs::read_dir(from) else {
        return;
    };
    for entry in entries {
        let path = entry.expect("readable").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("copied");
        }
    }
}

fn size(path: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(path) else {
        return fs::metadata(path).map_or(0, |metadata| metadata.len());
    };
    entries
        .map(|entry| size(&entry.expect("readable").path()))
        .sum()
}
