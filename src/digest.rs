//! SHA-256 as this program writes it down: of whole bytes, or of several parts. What comes out stands in files (`[kit]` in `info.toml`,
//! what `init` has given, translations, remembered verdicts), so the same bytes give the same digits for ever.

use hmac_sha256::Hash;

/// The SHA-256 of these bytes, in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Hash::hash(bytes))
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The digest of several parts, each with its length before it, so that no two lists of parts read the same.
pub struct Parts(Hash);

impl Parts {
    /// None yet.
    pub fn new() -> Self {
        Self(Hash::new())
    }

    /// One more part.
    pub fn add(&mut self, part: impl AsRef<[u8]>) {
        let part = part.as_ref();
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
    }

    /// One more part, after its name.
    pub fn named(&mut self, name: &str, part: impl AsRef<[u8]>) {
        self.add(name);
        self.add(part);
    }

    /// The digest in hexadecimal digits.
    pub fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

impl Default for Parts {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard_comes_out() {
        assert_eq!(
            sha256(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn parts_are_told_apart_and_what_stands_in_files_stays_true() {
        let of = |parts: &[&str]| {
            let mut digest = Parts::new();
            parts.iter().for_each(|part| digest.add(part));
            digest.finish()
        };
        let apart = [of(&["ab", "c"]), of(&["a", "bc"]), of(&["abc"]), of(&[])];
        let all: std::collections::BTreeSet<_> = apart.iter().collect();
        assert_eq!(all.len(), apart.len());
        let mut named = Parts::new();
        named.named("a", "bc");
        assert_eq!(named.finish(), of(&["a", "bc"]));
        // Reckoned elsewhere: eight bytes of length, the smallest first, before each part.
        assert_eq!(
            of(&["a", "bc"]),
            "9a8acca1b6c6c0befd3fbc756aed625da998c998f7252e738c4ef061906b9b21"
        );
    }
}
