//! Further tests of basics_errors: ages that are rarely met, and bodies made at random.
//!
//! A thousand bodies are built to have a known answer; a thousand more are noise, which must not
//! cause a panic.

#[path = "../kit/caught.rs"]
mod caught;
#[path = "../kit/dice.rs"]
mod dice;

use super::*;
use SignupError::{BadAge, NoComma, NotUtf8};
use caught::{Got, caught};
use dice::Dice;

type Answer = Result<Signup, SignupError>;

#[test]
fn an_age_that_does_not_fit_is_a_bad_age() {
    for age in ["256", "1000", "99999999999999999999999", "-1"] {
        check(format!("ada,{age}").as_bytes(), Err(BadAge));
    }
}

#[test]
fn an_empty_age_is_a_bad_age() {
    check(b"ada,", Err(BadAge));
}

#[test]
fn all_that_follows_the_first_comma_is_the_age() {
    check(b"ada,36,", Err(BadAge));
    check(b"ada,36,37", Err(BadAge));
    check(b"ada, 36", Err(BadAge));
}

#[test]
fn the_cause_that_is_met_first_counts() {
    check(b"\xff", Err(NotUtf8));
    check(b"ada,old\xff", Err(NotUtf8));
    check(b"", Err(NoComma));
}

#[test]
fn generated_bodies_each_have_their_own_answer() {
    let mut dice = Dice::new(0x51_6E0F_5EED_1000);
    for _ in 0..1000 {
        let (body, expected) = dice.body();
        check(&body, expected);
    }
}

#[test]
fn random_bytes_never_cause_a_panic() {
    let mut dice = Dice::new(0xB17E_50F0_5EED_0001);
    for _ in 0..1000 {
        let body = dice.noise();
        // The shortest beginning that causes a panic is the easiest to think about.
        for end in 0..=body.len() {
            if let got @ Got::Words(_) = parsed(&body[..end]) {
                let expected = Got::Words("Ok(…) or Err(…)".to_owned());
                assert_eq!(got, expected, "{}", asked(&body[..end]));
            }
        }
    }
}

#[track_caller]
fn check(body: &[u8], expected: Answer) {
    assert_eq!(parsed(body), Got::Value(expected), "{}", asked(body));
}

fn asked(body: &[u8]) -> String {
    format!("parse_signup(b\"{}\")", body.escape_ascii())
}

/// What the learner's function gives for `body`.
fn parsed(body: &[u8]) -> Got<Answer> {
    caught(|| parse_signup(body))
}

impl Dice {
    fn name(&mut self) -> String {
        let parts = ["", "ada", "Grace ", "linus", "jürgen", "李", "7", "-", " "];
        format!("{}{}", self.pick(&parts), self.pick(&parts))
    }

    /// A body, and the only right answer to it.
    fn body(&mut self) -> (Vec<u8>, Answer) {
        let name = self.name();
        let age = self.roll(256) as u8;
        let good = format!("{name},{age}");
        match self.roll(4) {
            0 => (good.into_bytes(), Ok(Signup { name, age })),
            1 => (name.into_bytes(), Err(NoComma)),
            2 => {
                let ages = [
                    "", "x", "3x", "256", "300", "-1", " 7", "7 ", "7,", "1.5", "٣",
                ];
                let body = format!("{name},{}", self.pick(&ages));
                (body.into_bytes(), Err(BadAge))
            }
            _ => {
                // 0xff stands in no UTF-8 text.
                let mut body = good.into_bytes();
                body.insert(self.index(body.len() + 1), 0xff);
                (body, Err(NotUtf8))
            }
        }
    }

    /// Up to eleven bytes, mostly such as the parser looks at.
    fn noise(&mut self) -> Vec<u8> {
        let length = self.roll(12);
        let byte = |dice: &mut Self| match dice.roll(4) {
            0 => b',',
            1 | 2 => b'0' + dice.roll(10) as u8,
            _ => dice.roll(256) as u8,
        };
        (0..length).map(|_| byte(self)).collect()
    }
}
