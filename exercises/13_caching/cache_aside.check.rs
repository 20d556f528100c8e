//! What the steps cannot say: what hundreds of names that nobody asks for twice do to the program.

use kit::*;

#[test]
fn hundreds_of_names_do_not_fill_the_memory() {
    explain(
        "Each of these names was asked for once. What is kept of them has to go when there are MOST of them, whether it is old or not.",
    );
    let server = server();
    let before = server.memory_mib();
    for number in 0..500 {
        // The upstream says the name again, so each entry takes about 60 KB.
        let name = format!("{number}-{}", "x".repeat(30_000));
        let answer = server.get(&format!("/products/{name}"));
        assert_eq!(
            answer.status, 200,
            "GET /products/{number}-xxx…, with a name of 30 KB"
        );
    }
    if let (Some(before), Some(after)) = (before, server.memory_mib()) {
        let grown = after.saturating_sub(before);
        if grown > 15 {
            unexpected(
                "five hundred names of 30 KB, one after the other, each of them once",
                "at most 100 answers are kept, which is 6 MiB; the program has grown by 15 MiB at most",
                &format!("it has grown by {grown} MiB"),
            );
        }
    }
}
