//! The second run on a PostgreSQL, where one is installed: it is told, and it judges nothing. Without one each test says so and ends.

use backendlings::{
    build::{Dependencies, Toolchain},
    check::{Job, Means, Source, elsewhere},
    course::{Course, Kind},
    process::Cancel,
    services::Services,
    workspace::{self, Workspace},
};
use std::{path::Path, time::Instant};

/// The shipped course, and a PostgreSQL that is there.
struct Bench {
    course: Course,
    services: Services,
    toolchain: Toolchain,
}

impl Bench {
    fn new() -> Option<Self> {
        let course = Course::load(Workspace::at(env!("CARGO_MANIFEST_DIR"))).expect("the course");
        let services = Services::of(&course.workspace);
        let given = services.postgres(&Cancel::new()).expect("no fault");
        if let Err(missing) = given {
            println!("skipped: {missing}");
            return None;
        }
        Some(Self {
            course,
            services,
            // SQL needs no compiler.
            toolchain: Toolchain::only("rustc"),
        })
    }

    fn says(&self, name: &str, text: &str) -> Option<String> {
        let job = Job {
            course: &self.course,
            exercise: self.course.exercise(name).expect("an exercise"),
            source: &Source::text(text),
            pristine: text,
            build_dir: Path::new("unused"),
        };
        let dependencies = Dependencies::new(&self.toolchain, self.course.workspace.dependencies());
        let means = Means {
            toolchain: &self.toolchain,
            dependencies: &dependencies,
            services: &self.services,
            standby: None,
            cancel: &Cancel::new(),
            on_stage: &|_| {},
        };
        elsewhere(job, means).expect("no fault of the course")
    }

    fn solution(&self, name: &str) -> String {
        let exercise = self.course.exercise(name).expect("an exercise");
        workspace::read(&self.course.solution(exercise)).expect("a file")
    }

    fn names(&self) -> Vec<String> {
        let exercises = self.course.exercises.iter();
        exercises
            .filter(|exercise| {
                exercise.kind == Kind::Sql && exercise.dir.as_deref() == Some("05_sql")
            })
            .map(|exercise| exercise.name.clone())
            .collect()
    }
}

#[test]
fn every_solution_of_chapter_05_is_right_on_postgresql_too() {
    let Some(bench) = Bench::new() else { return };
    let names = bench.names();
    assert!(names.len() >= 10, "{names:?}");
    for name in names {
        let began = Instant::now();
        let said = bench.says(&name, &bench.solution(&name)).expect("a word");
        println!("{name}: {said} {:?}", began.elapsed());
        assert!(
            said.starts_with("Also right on PostgreSQL 1"),
            "{name}: {said}"
        );
    }
}

#[test]
fn what_is_right_here_and_not_there_is_told_with_postgresqls_words() {
    let Some(bench) = Bench::new() else { return };
    let says = |name: &str, from: &str, to: &str| {
        let solution = bench.solution(name);
        assert!(solution.contains(from), "{name} has no {from}");
        bench
            .says(name, &solution.replace(from, to))
            .expect("a word")
    };
    for (name, from, to, told) in [
        (
            "sql_where",
            "placed_at >= '2026-05-01'",
            "strftime('%Y-%m', placed_at) = '2026-05'",
            "does not take your statement: function strftime",
        ),
        (
            "sql_upsert",
            "SET views = product_views.views + 1",
            "SET views = views + 1",
            "column reference \"views\" is ambiguous",
        ),
        (
            "sql_group_by",
            "GROUP BY products.category",
            "GROUP BY 1, products.id % 1",
            "Also right on",
        ),
        (
            "sql_left_join",
            "GROUP BY customers.id, customers.name",
            "GROUP BY customers.email",
            "must appear in the GROUP BY clause",
        ),
        (
            "sql_create_table",
            "UNIQUE (customer_id, code)\n)",
            "UNIQUE (customer_id, code)\n) STRICT",
            "syntax error",
        ),
        (
            "sql_create_table",
            "uses_left   INTEGER",
            "uses_left   NUMERIC",
            "Also right on",
        ),
        (
            "sql_create_table",
            "code        TEXT",
            "code        VARCHAR(4)",
            "a coupon with the least that is needed is taken",
        ),
    ] {
        let said = says(name, from, to);
        assert!(said.contains(told), "{name}: {said}");
    }

    // LIKE takes no heed of case in SQLite; PostgreSQL does.
    let said = says(
        "sql_where",
        "city IN ('Lyon', 'Porto')",
        "(city LIKE 'lyon' OR city LIKE 'PORTO')",
    );
    assert!(
        said.contains("your statement gives other rows on the shop's data."),
        "{said}"
    );
    assert!(
        said.ends_with("exercises/05_sql/README.md says where the two differ."),
        "{said}"
    );

    // A transaction of the learner's own ends nothing but itself.
    let text = format!("BEGIN; {} COMMIT;", bench.solution("sql_create_table"));
    let said = bench.says("sql_create_table", &text).expect("a word");
    assert!(said.starts_with("Also right on"), "{said}");

    // An exercise that does not ask for it gets no word.
    assert_eq!(bench.says("hello_sql", &bench.solution("hello_sql")), None);
}

/// Prints it: `cargo test --test sql_postgres -- --ignored --nocapture`.
#[test]
#[ignore = "for reading, not for judging"]
fn show_what_postgresql_says_to_right_answers() {
    let Some(bench) = Bench::new() else { return };
    for name in bench.names() {
        let dir = bench.course.workspace.right_answers(&name);
        for file in workspace::list_dir(&dir).expect("listed") {
            let text = workspace::read(&file).expect("a file");
            println!("{}: {:?}", file.display(), bench.says(&name, &text));
        }
    }
}
