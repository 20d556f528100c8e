//! What a client sends at each hop: a method, headers and a body. It knows what becomes of them at a redirect, and sends nothing.

use reqwest::Url;

/// A request without its address.
#[derive(Clone, Debug)]
pub(super) struct Parcel {
    pub(super) method: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<Vec<u8>>,
}

/// Headers that are for one server only.
const SECRETS: [&str; 3] = ["Authorization", "Cookie", "Proxy-Authorization"];

/// Headers that tell of a body.
const OF_BODY: [&str; 4] = [
    "Content-Type",
    "Content-Length",
    "Content-Encoding",
    "Transfer-Encoding",
];

impl Parcel {
    pub(super) fn gives(&self, name: &str) -> bool {
        self.headers
            .iter()
            .any(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    /// Adds a header unless the step gives it itself.
    pub(super) fn add(&mut self, name: &str, value: String) {
        if !self.gives(name) {
            self.headers.push((name.to_owned(), value));
        }
    }

    /// What is sent after a redirect with this status from one address to another.
    pub(super) fn redirected(mut self, status: u16, from: &Url, to: &Url) -> Self {
        let asks_anew = match status {
            301 | 302 => self.method == "POST",
            303 => self.method != "HEAD",
            _ => false,
        };
        if asks_anew {
            self.method = "GET".to_owned();
            self.body = None;
            self.leave_out(&OF_BODY);
        }
        if from.origin() != to.origin() {
            self.leave_out(&SECRETS);
            self.leave_out(&["Host"]);
        }
        self.leave_out(&["Referer"]);
        let mut referer = from.clone();
        referer.set_fragment(None);
        self.add("Referer", referer.to_string());
        self
    }

    fn leave_out(&mut self, names: &[&str]) {
        self.headers
            .retain(|(known, _)| !names.iter().any(|name| known.eq_ignore_ascii_case(name)));
    }
}

/// Parts of a form as RFC 7578 joins them.
pub(super) struct Joined {
    pub(super) content_type: String,
    pub(super) body: Vec<u8>,
}

/// One part of a form with everything filled in.
pub(super) struct FilledPart {
    pub(super) name: String,
    pub(super) content: String,
    pub(super) file_name: Option<String>,
    pub(super) content_type: Option<String>,
}

/// Joins parts with a line between them that stands in none of them.
pub(super) fn join(parts: &[FilledPart]) -> Joined {
    let mut number = 1;
    let boundary = loop {
        let boundary = format!("------------------------part-{number}");
        if !parts.iter().any(|part| part.content.contains(&boundary)) {
            break boundary;
        }
        number += 1;
    };
    let mut body = String::new();
    for part in parts {
        body.push_str(&format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"",
            quoted(&part.name)
        ));
        if let Some(name) = &part.file_name {
            body.push_str(&format!("; filename=\"{}\"", quoted(name)));
        }
        if let Some(kind) = &part.content_type {
            body.push_str(&format!("\r\nContent-Type: {kind}"));
        }
        body.push_str(&format!("\r\n\r\n{}\r\n", part.content));
    }
    body.push_str(&format!("--{boundary}--\r\n"));
    Joined {
        content_type: format!("multipart/form-data; boundary={boundary}"),
        body: body.into_bytes(),
    }
}

/// As browsers write a name in quotes.
fn quoted(name: &str) -> String {
    name.replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parcel(method: &str, body: Option<&str>) -> Parcel {
        let headers = [("Authorization", "Basic x"), ("content-type", "text/plain")];
        Parcel {
            method: method.into(),
            headers: headers.map(|(a, b)| (a.into(), b.into())).into(),
            body: body.map(Into::into),
        }
    }

    fn url(text: &str) -> Url {
        Url::parse(text).expect("an address")
    }

    #[test]
    fn what_the_step_says_itself_is_said_once() {
        let mut given = parcel("GET", None);
        given.add("Content-Type", "text/html".into());
        assert_eq!(given.headers.len(), 2);
    }

    #[test]
    fn a_redirect_asks_with_get_or_with_the_same_again() {
        let (from, to) = (url("http://127.0.0.1:1/a"), url("http://127.0.0.1:1/b"));
        for (status, method, then) in [
            (301, "POST", "GET"),
            (302, "POST", "GET"),
            (302, "PUT", "PUT"),
            (303, "PUT", "GET"),
            (303, "HEAD", "HEAD"),
            (307, "POST", "POST"),
            (308, "POST", "POST"),
        ] {
            let next = parcel(method, Some("x")).redirected(status, &from, &to);
            assert_eq!(next.method, then, "{status} {method}");
            let has_body = method == then;
            assert_eq!(next.body.is_some(), has_body, "{status} {method}");
            assert_eq!(next.gives("Content-Type"), has_body, "{status} {method}");
            assert!(next.gives("Authorization"));
            let referer = ("Referer".to_owned(), "http://127.0.0.1:1/a".to_owned());
            assert!(next.headers.contains(&referer));
        }
    }

    #[test]
    fn another_server_does_not_get_the_password() {
        let (from, to) = (url("http://127.0.0.1:1/a"), url("http://127.0.0.1:2/a"));
        let next = parcel("GET", None).redirected(302, &from, &to);
        assert!(!next.gives("Authorization"));
    }

    #[test]
    fn parts_are_joined_by_a_line_that_stands_in_none_of_them() {
        let part = |name: &str, content: &str| FilledPart {
            name: name.into(),
            content: content.into(),
            file_name: None,
            content_type: None,
        };
        let mut photo = part("a\"b", "bytes");
        photo.file_name = Some("a.png".into());
        photo.content_type = Some("image/png".into());
        let joined = join(&[part("x", "------------------------part-1"), photo]);
        assert_eq!(
            joined.content_type,
            "multipart/form-data; boundary=------------------------part-2"
        );
        assert_eq!(
            String::from_utf8(joined.body).expect("text"),
            "--------------------------part-2\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n------------------------part-1\r\n\
             --------------------------part-2\r\nContent-Disposition: form-data; name=\"a%22b\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\nbytes\r\n\
             --------------------------part-2--\r\n"
        );
    }
}
