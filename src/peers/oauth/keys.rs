//! Signs tokens with RS256 (RFC 7518), and publishes the keys. The keys lie open in this source: they are for tests on loopback, and
//! nobody may use them for anything else. That is why a plain power of numbers is enough here; it takes no care of side channels.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac_sha256::Hash;
use num_bigint::BigUint;
use serde_json::{Value, json};

/// What stands before the hash in a signature: that it is one of SHA-256 (RFC 8017, 9.2).
const SHA256_PREFIX: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// A key of 2048 bits; its public exponent is 65537.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) id: &'static str,
    modulus: &'static str,
    exponent: &'static str,
}

/// The keys in the order of their use.
pub(super) const KEYS: [Key; 2] = [
    Key {
        id: "test-1",
        modulus: "tp-EUaO0LYHwcg6Xg1HEDgSgNMCgHZX8D7P7kMoTGP9HZRKHaahOuSa9jGAyYooB67JZ30gWfGfMeh1sD8sDJ8EcjGu9NNGOkahl647dzLjETqQ5yr\
        _7JHerVf4YDKTWN9x3FK9cAOilA7yvkJVnx40eu_GCQICTeSMfLiMRCb6gUzOFee6JdLiG-\
        jXR3Zch6K0eVKOPVi5pOUDR3F1VxyLrFoytA8zN-72WwUD9fqZOEImJhUyiVLNukjA4izK2gwfEeXfhdE_YUsS-L8N4mwmy1ztqs8M5xu-\
        _poJGRE61XKvPZTVJk2gPFLVFOaPDK5-N6rCpKgRfdBJZXyoczw",
        exponent: "U5GvlURaYTDC_Q6cWuWB2ABZ54n2O1O1IuJzzhAKqTe4ThIqkTkJvURzHNewdtM8icT1x21PjOJa-c6Y8qkt6nU-\
        QSvUS2VR3mm3KhIYgWRTwMD6CUPNAyUX7KP4EWEk_i8O9xJAAdJ0IL-\
        pf3o_IVv8onij6CxuT9K4o_47_77KcZdFEsTDVByBOgFWwDynAyZKSoNaTs-xg-GszDbViYM2JbpBtL0MEpAn-\
        c4RsrWoPapOMaHsnZlFyFQ43JiYGCAvcAk-I79yjkmFJxehzz4wg44zj4GGgvNhtPbjYKgS0HsoYihCHPTi0Gh7VT9gFjjnRfnCEjnVeNuWs8VLEQ",
    },
    Key {
        id: "test-2",
        modulus: "uAR8Rcmp0o7Xifnf7lSZ5vhsSaasYdv7o-ybidxbmKeZzWztB59S7Xrz9asoc7A14-2GMz-HaIskAF9OckjpPt9REqNbtcIkgpvzwKWq532FHypAOO\
        8H2pQWCS54_nrqGI_J_puFXQdvoRChybmGvHNLIe_tlDjMUtnDiF8FfOA9309c2lJkJwLkOqrHLklwym1s-rjzS60cNWgeJUaujlUnNCqvBO8-\
        1vZg6M7H9aSMA-\
        MBO3tZYtwK3PYrcxpai07x4TQxE6vxGzvZzfre40x-dCa6qbkPXmZUlQCNCWNbCMvPnNn0asfmoxFFqDQ7lwx1OlIwaBK7wqOtXi4rmQ",
        exponent: "EfSYFqwshqfa9rLby5LUOJINaOtbPyo6pd5Yt-05P848xutlvnxomFUKuHI0voMXYw_ibB47DXOkNegWzLZ6EeEy9TVc5cGVk-\
        v5LxdLM47PHkEeZp_GPaj89HTlJ_mg3XgsTsxoiTEITqhDjR4t_DXowx046qFXKI9okaYp8Cr7pAYEfPMhfLZZt-MROtbPFvdzi2GfwiHVSohMFzkd\
        RlYp3qjfApmyxnhOuxcnZblZuEmXYX5lqQbSuk1lmHEEGMg_IiV8xnJKi1teLEwUzkeCgsD1S_c6c2fHInfhS4HDiUJC6i_V4zThSBGZK_wztMRjj9\
        XThnX7Ly2ECatD4Q",
    },
];

impl Key {
    /// The public part, as JWKS has it.
    pub(super) fn public(&self) -> Value {
        json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.id, "n": self.modulus, "e": "AQAB" })
    }

    /// A signature over the text, in base64url.
    pub(super) fn sign(&self, text: &str) -> String {
        let (modulus, exponent) = (number(self.modulus), number(self.exponent));
        let length = modulus.to_bytes_be().len();
        let padded = BigUint::from_bytes_be(&padded(text, length));
        let signed = padded.modpow(&exponent, &modulus).to_bytes_be();
        let zeroes = vec![0; length.saturating_sub(signed.len())];
        URL_SAFE_NO_PAD.encode([zeroes, signed].concat())
    }
}

/// The hash as it is signed: filled up to the length of the key.
fn padded(text: &str, length: usize) -> Vec<u8> {
    let hash = Hash::hash(text.as_bytes());
    let tail = [&SHA256_PREFIX[..], &hash[..]].concat();
    let filler = vec![0xff; length.saturating_sub(tail.len() + 3)];
    [&[0, 1][..], &filler, &[0], &tail].concat()
}

fn number(text: &str) -> BigUint {
    BigUint::from_bytes_be(&URL_SAFE_NO_PAD.decode(text).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_part_of_a_key_opens_what_its_private_part_signed() {
        for key in &KEYS {
            let signature = URL_SAFE_NO_PAD.decode(key.sign("a.b")).expect("base64url");
            assert_eq!(signature.len(), 256);
            let opened = BigUint::from_bytes_be(&signature)
                .modpow(&BigUint::from(65_537_u32), &number(key.modulus));
            assert_eq!(opened, BigUint::from_bytes_be(&padded("a.b", 256)));
        }
    }
}
