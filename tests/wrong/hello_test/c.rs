// caught by: every code has its own reason
//! hello_test: a failing assertion tells you what is expected
//!
//! Every answer of a web server begins with a status code, and people who read logs rely on the
//! words beside it. Some rows of this table are wrong. You need not know the right words: save, and
//! the screen says what was asked, what was expected and what your code gave ("got").
//!
//!     404  ->  "Not Found"
//!
//! Correct the table, not the tests below it: an edited test is put back before it runs. A test
//! stops at its first wrong row, so there may be another one behind the row you correct.
//!
//! Read more: RFC 9110, section 15

/// The words that belong to a status code.
fn reason(status: u16) -> &'static str {
    // TODO: Correct the rows that a test complains about.
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        301 => "Moved Permanently",
        304 => "Not Modified",
        400 => "Bad Request",
        401 => "Forbidden",
        403 => "Unauthorized",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        500 => "Internal Server Error",
        _ => "",
    }
}

fn main() {
    println!("HTTP/1.1 404 {}", reason(404));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_404_is_not_found() {
        assert_eq!(reason(404), "Not Found", "reason(404)");
    }

    #[test]
    fn every_code_has_its_own_reason() {
        let table = [
            (200, "OK"),
            (201, "Created"),
            (204, "No Content"),
            (301, "Moved Permanently"),
            (304, "Not Modified"),
            (400, "Bad Request"),
            (401, "Unauthorized"),
            (403, "Forbidden"),
            (404, "Not Found"),
            (405, "Method Not Allowed"),
            (409, "Conflict"),
            (500, "Internal Server Error"),
        ];
        for (status, words) in table {
            assert_eq!(reason(status), words, "reason({status})");
        }
    }
}
