//! The patterns of KEYS: `*`, `?`, `[a-c]`, `[^a]` and `\` before a sign that is meant itself. It knows no keys.

/// Whether a name fits a pattern.
pub(super) fn fits(pattern: &[u8], name: &[u8]) -> bool {
    let Some((&first, rest)) = pattern.split_first() else {
        return name.is_empty();
    };
    match first {
        b'*' => (0..=name.len()).any(|from| fits(rest, &name[from..])),
        b'?' => !name.is_empty() && fits(rest, &name[1..]),
        b'[' => {
            let Some((&byte, after)) = name.split_first() else {
                return false;
            };
            let (holds, rest) = class(rest, byte);
            holds && fits(rest, after)
        }
        b'\\' if !rest.is_empty() => name.first() == Some(&rest[0]) && fits(&rest[1..], &name[1..]),
        sign => name.first() == Some(&sign) && fits(rest, &name[1..]),
    }
}

/// Whether a byte is of the class that begins here, and what follows the class.
fn class(mut pattern: &[u8], byte: u8) -> (bool, &[u8]) {
    let negated = pattern.first() == Some(&b'^');
    if negated {
        pattern = &pattern[1..];
    }
    let mut found = false;
    loop {
        match *pattern {
            [] => break,
            [b']', ref rest @ ..] => {
                pattern = rest;
                break;
            }
            [b'\\', sign, ref rest @ ..] => {
                found |= sign == byte;
                pattern = rest;
            }
            [from, b'-', to, ref rest @ ..] => {
                found |= (from.min(to)..=from.max(to)).contains(&byte);
                pattern = rest;
            }
            [sign, ref rest @ ..] => {
                found |= sign == byte;
                pattern = rest;
            }
        }
    }
    (found != negated, pattern)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns_fit_as_in_a_shell() {
        let right = [
            ("*", ""),
            ("product:*", "product:7"),
            ("*:7", "product:7"),
            ("p?n", "pin"),
            ("p[aeiou]n", "pan"),
            ("[a-c]", "b"),
            ("[^a-c]", "d"),
            (r"a\*", "a*"),
        ];
        for (pattern, name) in right {
            assert!(
                fits(pattern.as_bytes(), name.as_bytes()),
                "{pattern} {name}"
            );
        }
        let wrong = [
            ("", "a"),
            ("product:*", "user:7"),
            ("p?n", "pn"),
            ("[a-c]", "d"),
            ("[^a-c]", "b"),
            (r"a\*", "ab"),
        ];
        for (pattern, name) in wrong {
            assert!(
                !fits(pattern.as_bytes(), name.as_bytes()),
                "{pattern} {name}"
            );
        }
    }
}
