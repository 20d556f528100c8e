//! Steps that are read, and every mistake in them with its words.

use super::*;
use crate::error::Error;

fn of(kind: Kind) -> Of<'static> {
    Of {
        exercises: Path::new(""),
        needs: &[],
        kind,
    }
}

fn told(text: &str) -> String {
    let error = read(Path::new("a.toml"), text, &of(Kind::Server)).expect_err("it is wrong");
    assert!(matches!(error, Error::Course { .. }));
    format!("{error}. {}", error.help().unwrap_or_default())
}

fn step(rest: &str) -> String {
    format!("[[step]]\nclaim = \"a\"\nsend = {{ path = \"/\" }}\n{rest}\n")
}

#[test]
fn a_whole_story_is_read() {
    let text = r#"
        env = { MESSAGE = "${random.word}" }
        limits = { step_seconds = 2 }
        [[step]]
        claim = "one"
        send = { method = "POST", path = "/users", json = { name = "Ann" } }
        expect = { status = [200, 201], headers.Location = { matches = "^/users/\\d+$" } }
        capture = { where = { header = "Location" } }
        [[step]]
        claim = "two"
        raw = ["GET ${where}", { repeat = "a", times = 3 }, { hex = "0d 0a" }]
        expect = { body = "hi", connection = "closed" }
        [[step]]
        claim = "three"
        each = ["/", "${where}"]
        send = { path = "${each}" }
        expect = { status = 200 }
    "#;
    let story = read(Path::new("a.toml"), text, &of(Kind::Server))
        .expect("it is right")
        .swap_remove(0);
    assert_eq!(story.step_limit, Some(Duration::from_secs(2)));
    assert_eq!(story.steps[1].needs, [0]);
    assert_eq!(story.steps[2].needs, [0], "an input is made of a capture");
}

#[test]
fn a_mistyped_key_is_told_with_its_line_and_the_nearest_one() {
    assert_eq!(
        told(&step("expct = {}")),
        "a.toml:4: `expct` is not known here. Did you mean `expect`?"
    );
    let deep = told(&step("expect = { body = { equal = \"x\" } }"));
    assert!(
        deep.contains("`equal` is not known here. Did you mean `equals`?"),
        "{deep}"
    );
}

#[test]
fn a_name_without_a_value_is_a_fault_of_the_course() {
    let text = step("expect = { body = \"${id}\" }");
    assert!(
        told(&text).starts_with("a.toml:2: nothing gives `${id}` a value"),
        "{}",
        told(&text)
    );
}

#[test]
fn a_step_that_checks_nothing_is_refused() {
    assert!(told(&step("")).contains("checks nothing"));
    assert!(told(&step("expect = { body = {} }")).contains("says nothing"));
    assert!(told(&step("expect = { framing = \"loose\" }")).contains("checks nothing"));
}

#[test]
fn needs_name_an_earlier_claim() {
    let text = step("needs = [\"b\"]\nexpect = { status = 200 }");
    assert!(
        told(&text).starts_with("a.toml:4: no step before"),
        "{}",
        told(&text)
    );
}

fn talk(moves: &str) -> String {
    format!("[[step]]\nclaim = \"a\"\ntalk = [{moves}]\n")
}

#[test]
fn a_talk_is_read_move_by_move() {
    let text = talk(
        r#""open", { on = "b", write = "hi\n", cut = [1] }, { read = [{ random = 9 }] }, { answer = { status = 200 } }, "expect closed""#,
    );
    let story = read(Path::new("a.toml"), &text, &of(Kind::Server))
        .expect("it is right")
        .swap_remove(0);
    let Action::Talk(talk) = &story.steps[0].action else {
        panic!("a talk")
    };
    assert_eq!(talk.moves.len(), 5);
    assert!(story.steps[0].is_random);
}

#[test]
fn mistakes_in_a_talk_are_told() {
    for (moves, told_as) in [
        (
            r#""opne""#,
            "`opne` is no move of a talk. A move of one word is one of \"open\"",
        ),
        (
            r#"{ write = "a", read = "b" }"#,
            "a move of a talk is one of",
        ),
        (r#"{ wriet = "a" }"#, "Did you mean `write`?"),
        (
            r#"{ read = { lacks = "b" } }"#,
            "nobody knows how much to read",
        ),
        (r#"{ read = {} }"#, "say nothing"),
        (r#"{ read = "b", cut = 1 }"#, "only write has a cut"),
        (r#"{ write = [{ hex = "1" }] }"#, "pairs of digits"),
        (r#"{ write = [{ file = "a.txt" }] }"#, "no file `a.txt`"),
        (
            r#"{ answer = { status = 200, connection = "closed" } }"#,
            "\"expect closed\"",
        ),
        (r#"{ write = "${id}" }"#, "nothing gives `${id}` a value"),
    ] {
        let told = told(&talk(moves));
        assert!(
            told.starts_with("a.toml:") && told.contains(told_as),
            "{told}"
        );
    }
}

#[test]
fn mistakes_in_a_step_of_more_than_one_exchange_are_told() {
    for (rest, told_as) in [
        ("signal = \"TERM\"", "a step does one thing"),
        (
            "on = \"a\"\nexpect = { status = 200 }",
            "only a talk is held",
        ),
        (
            "grace_seconds = 2\nexpect = { status = 200 }",
            "signal or restart has a grace",
        ),
        (
            "expect = { status = 200, exit = 0 }",
            "only a step with signal",
        ),
        (
            "group = { distinct = { id = 2 } }\nparallel = 2",
            "does not capture `id`",
        ),
        ("group = { status = { 200 = 2 } }", "a group needs clients"),
        (
            "group = { status = { ok = 2 } }\nparallel = 2",
            "`ok` is no status",
        ),
        ("group = {}\nparallel = 2", "the group says nothing"),
        (
            "group = { median = { of_ms = 5 } }\nparallel = 2",
            "drowns in the noise",
        ),
        (
            "each = [{ a = \"1\" }, { b = \"2\" }]\nexpect = { status = 200 }",
            "different fields",
        ),
        (
            "each = [\"${id}\"]\nexpect = { status = 200 }",
            "nothing gives `${id}` a value",
        ),
        (
            "expect = { body = \"${each.a}\" }",
            "nothing gives `${each.a}` a value",
        ),
        (
            "meanwhile = { clients = 2, talk = [\"open\"] }\nexpect = { status = 200 }",
            "goes on after its first move",
        ),
        ("expect = { same_as = \"b\" }", "no step before this one"),
        ("expect = { json = { \"$[\" = 1 } }", "is no JSONPath"),
        (
            "expect = { json = { \"$.a\" = { equal = 1 } } }",
            "Did you mean `equals`?",
        ),
        (
            "expect = { json = { \"$.a\" = { type = \"text\" } } }",
            "`text` is no type of JSON",
        ),
        (
            "expect = { database = { file = \"a\", query = \"b\", rows = [1] } }",
            "each row a list",
        ),
        (
            "expect = { process = { thread = 1 } }",
            "Did you mean `threads`?",
        ),
    ] {
        let told = told(&step(rest));
        assert!(
            told.starts_with("a.toml:") && told.contains(told_as),
            "{told}"
        );
    }
    let silent =
        "[[step]]\nclaim = \"a\"\nsignal = \"HUP\"\ncapture = { id = { json = \"/id\" } }\n";
    assert!(told(silent).contains("could be kept or compared"));
    let talk =
        "[[step]]\nclaim = \"a\"\ntalk = [\"open\"]\ncapture = { id = { json = \"/id\" } }\n";
    assert!(told(talk).contains("could be kept or compared"));
    let nothing = "[[step]]\nclaim = \"a\"\nrestart = \"TREM\"\n";
    assert!(told(nothing).starts_with("a.toml:3: `TREM` is no signal"));
}

#[test]
fn mistakes_in_a_command_are_told() {
    let rest = step("expect = { status = 200 }");
    let told_of = |head: &str| told(&format!("{head}\n{rest}"));
    assert!(told_of("command = []").starts_with("a.toml:1: a command without words"));
    assert!(told_of("build = [\"make\"]").contains("there is build, and no command"));
}

#[test]
fn mistakes_in_the_files_are_told() {
    for (file, told_as) in [
        (r#""../a" = "x""#, "leaves the server's directory"),
        (
            r#""a" = { from = "no/such/place" }"#,
            "there is no `no/such/place`",
        ),
        (
            r#""a" = { link = "b", from = "c" }"#,
            "one of bytes, link and from",
        ),
        (r#""a" = "${id}""#, "nothing gives `${id}` a value"),
    ] {
        let text = format!(
            "files = {{ {file} }}\n{}",
            step("expect = { status = 200 }")
        );
        let told = told(&text);
        assert!(
            told.starts_with("a.toml:1: ") && told.contains(told_as),
            "{told}"
        );
    }
}

#[test]
fn a_pattern_that_is_none_is_told() {
    assert!(told(&step("expect = { body = { matches = \"(\" } }")).contains("is no pattern"));
}

#[test]
fn each_stage_of_a_project_is_a_story_of_its_own() {
    let text = "env = { FILE = \"${dir}/a.db\" }\n\
        [[stage]]\ntitle = \"one\"\n\
        [[stage.step]]\nclaim = \"a\"\nsend = { path = \"/\" }\nexpect = { status = 200 }\ncapture = { id = { json = \"/id\" } }\n\
        [[stage]]\ntitle = \"two\"\n\
        [[stage.step]]\nclaim = \"b\"\nsend = { path = \"/\" }\nexpect = { status = 200 }\n";
    let stories = read(Path::new("a.toml"), text, &of(Kind::Project)).expect("it is right");
    let told: Vec<_> = stories
        .iter()
        .map(|story| (story.stage.as_deref(), story.steps[0].claim.as_str()))
        .collect();
    assert_eq!(told, [(Some("one"), "a"), (Some("two"), "b")]);
    assert!(stories.iter().all(|story| story.env.len() == 1));
    // What a stage before has captured belongs to a server that is gone.
    let later = text.replace(
        "claim = \"b\"\nsend = { path = \"/\" }",
        "claim = \"b\"\nsend = { path = \"/${id}\" }",
    );
    let told = refused(&later, Kind::Project);
    assert!(told.contains("nothing gives `${id}` a value"), "{told}");
    let twice = text.replace("claim = \"b\"", "claim = \"a\"");
    let told = refused(&twice, Kind::Project);
    assert!(told.contains("a second step has this claim"), "{told}");
}

#[test]
fn stages_belong_to_projects_and_projects_have_stages() {
    let step = "claim = \"a\"\nsend = { path = \"/\" }\nexpect = { status = 200 }\n";
    let stage = format!("[[stage]]\ntitle = \"one\"\n[[stage.step]]\n{step}");
    for (text, kind, words) in [
        (stage.clone(), Kind::Server, "only a project has stages"),
        (
            format!("[[step]]\n{step}"),
            Kind::Project,
            "stand in stages",
        ),
        (String::new(), Kind::Project, "there are no stages"),
        (
            "[[stage]]\ntitle = \"one\"\n".into(),
            Kind::Project,
            "this stage has no steps",
        ),
        (
            format!("command = [\"node\"]\n{stage}"),
            Kind::Project,
            "a project's command is the learner's",
        ),
    ] {
        let told = refused(&text, kind);
        assert!(told.contains(words), "{words}: {told}");
    }
}

fn refused(text: &str, kind: Kind) -> String {
    let error = read(Path::new("a.toml"), text, &of(kind)).expect_err("it is wrong");
    format!("{error}. {}", error.help().unwrap_or_default())
}
