//! Readers of old answers. Time passes when `POST /clock` says so, and what happens in the background is waited for.

use kit::*;

/// So many milliseconds pass.
fn pass(milliseconds: u64) {
    let answer = server().post("/clock", &milliseconds.to_string());
    assert_eq!(answer.status, 200, "POST /clock, which is given");
}

/// How often the upstream was asked for a product.
fn asked_for(product: &str) -> usize {
    let line = format!("GET /products/{product}");
    upstream().iter().filter(|asked| **asked == line).count()
}

fn read(product: &str) -> Answer {
    server().get(&format!("/products/{product}"))
}

/// What a reader gets: the answer with this number, and its age in whole seconds.
fn expect(answer: &Answer, when: &str, product: &str, number: u32, age: &str) {
    let expected = format!("{product}, answer {number}");
    let told = answer.header("Age").unwrap_or("nothing");
    if answer.status != 200 || answer.body != expected || told != age {
        unexpected(
            &format!("GET /products/{product}, {when}"),
            &format!("status 200, Age: {age}, {expected:?}"),
            &format!("status {}, Age: {told}, {:?}", answer.status, answer.body),
        );
    }
}

/// Ten readers, who come when the first answer is 1.3 seconds old.
fn ten_readers_of_an_old_answer(product: &str) {
    expect(&read(product), "for the first time", product, 1, "0");
    pass(1300);
    let path = format!("/products/{product}");
    let mut readers: Vec<Line> = (0..10).map(|_| server().connect()).collect();
    for reader in &mut readers {
        reader.get(&path);
    }
    for reader in &mut readers {
        let answer = reader.answer(&format!("GET {path}, 1.3 s later"));
        expect(&answer, "1.3 s later", product, 1, "1");
    }
}

#[test]
fn ten_readers_of_an_old_answer_do_not_wait_for_the_new_one() {
    explain(
        "The upstream takes its time with a new answer, and ten readers want one now. The one from a second ago is still good: give it at once, say in Age how old it is, and let somebody else fetch.",
    );
    ten_readers_of_an_old_answer("slow");
}

#[test]
fn of_ten_readers_one_starts_the_refresh() {
    explain(
        "Ten readers came at once, and all of them found an old answer: how does the second one know that somebody is fetching already?",
    );
    ten_readers_of_an_old_answer("slower");
    wait_until(
        "a request of somebody who fetches it again, at the upstream",
        || asked_for("slower") > 1,
    );
    // Whoever else is on the way there has arrived when these have come and gone.
    for other in 1..=5 {
        read(&format!("other-{other}"));
    }
    let more = asked_for("slower") - 1;
    assert_eq!(
        more, 1,
        "the requests at the upstream that ten readers of an old answer have started"
    );
}

#[test]
fn when_the_refresh_has_come_its_answer_is_given() {
    explain(
        "While the ten read, one request was on its way to the upstream. Now its answer has come, so it is the one that is known, and it is young again.",
    );
    ten_readers_of_an_old_answer("slowest");
    open_upstream();
    wait_until(
        "GET /products/slowest gives what the refresh has brought",
        || read("slowest").body == "slowest, answer 2",
    );
    expect(&read("slowest"), "after the refresh", "slowest", 2, "0");
}

#[test]
fn a_failed_refresh_is_tried_again_by_the_next_reader() {
    explain(
        "The first refresh fails and the second one goes well, so a later reader sees its answer. Does the mark that somebody is fetching go away when the fetch fails?",
    );
    expect(&read("moody"), "for the first time", "moody", 1, "0");
    pass(1300);
    expect(&read("moody"), "1.3 s later", "moody", 1, "1");
    wait_until("a refresh at the upstream, which fails", || {
        asked_for("moody") > 1
    });
    wait_until(
        "a reader after that gets what the next refresh has brought",
        || {
            let answer = read("moody");
            assert_eq!(
                answer.status, 200,
                "GET /products/moody, 1.3 s after its first answer"
            );
            answer.body == "moody, answer 3"
        },
    );
}

#[test]
fn an_upstream_that_is_down_is_hidden_for_four_seconds_and_no_longer() {
    explain(
        "For a while an old answer is better than none. After four seconds it is not good any more, and a client has to be told that there is nothing to tell.",
    );
    expect(&read("dying"), "for the first time", "dying", 1, "0");
    pass(1300);
    expect(
        &read("dying"),
        "1.3 s later, and the upstream is down",
        "dying",
        1,
        "1",
    );
    pass(2600);
    expect(&read("dying"), "3.9 s later", "dying", 1, "3");
    pass(100);
    assert_eq!(read("dying").status, 503, "GET /products/dying, 4 s later");
}
