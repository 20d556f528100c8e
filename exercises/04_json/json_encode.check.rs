//! Further tests of json_encode: two hundred users made at random, with names that people really have and others.

use super::*;
use serde_json::{Map, Value, json};

#[test]
fn generated_users_come_out_as_the_contract_says() {
    let mut dice = Dice(0x15_0DE5_EED0_0028);
    for _ in 0..200 {
        let user = dice.user();
        let text = to_json(&user);
        let seen: Map<String, Value> = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("this is no JSON: {text} ({error})"));
        let expected = expected(&user);
        for (name, value) in &expected {
            assert_eq!(
                seen.get(name),
                Some(value),
                "the field {name} of a user with {}",
                told(&user)
            );
        }
        let names = |map: &Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
        assert_eq!(
            names(&seen),
            names(&expected),
            "the names in the JSON of a user with {}",
            told(&user)
        );
    }
}

fn expected(user: &User) -> Map<String, Value> {
    let (year, month, day, hour, minute, second) = user.created_at;
    let day = format!("{year:04}-{month:02}-{day:02}");
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    let mut map = Map::new();
    map.insert("id".to_owned(), json!(user.id.to_string()));
    map.insert("fullName".to_owned(), json!(user.full_name));
    if let Some(phone) = &user.phone {
        map.insert("phone".to_owned(), json!(phone));
    }
    map.insert("loginCount".to_owned(), json!(user.login_count));
    map.insert("createdAt".to_owned(), json!(format!("{day}T{time}Z")));
    map
}

/// The user, as one would write it.
fn told(user: &User) -> String {
    format!(
        "id {}, full_name {:?}, phone {:?}, login_count {}, created_at {:?}",
        user.id, user.full_name, user.phone, user.login_count, user.created_at
    )
}

/// Numbers that look random and are the same at every run (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from[self.roll(from.len() as u64) as usize]
    }

    fn name(&mut self) -> String {
        let parts = [
            "",
            "Ada",
            " ",
            "O'Neil",
            "\"",
            "\\",
            "\n",
            "\t",
            "李",
            "é",
            "👩‍🚀",
            "</b>",
            "{}",
            "\u{1}",
            "null",
            ",",
        ];
        (0..self.roll(5)).map(|_| self.pick(&parts)).collect()
    }

    fn user(&mut self) -> User {
        // Small ids, ids about 2^53, and the largest ones.
        let near = [0, (1 << 53) - 3, u64::MAX - 6];
        let id = near[self.roll(3) as usize] + self.roll(7);
        let phone = (self.roll(3) > 0).then(|| format!("+{}", self.roll(1_000_000)));
        User {
            id,
            full_name: self.name(),
            phone,
            login_count: self.roll(u64::from(u32::MAX)) as u32,
            created_at: (
                1970 + self.roll(100) as u16,
                1 + self.roll(12) as u8,
                1 + self.roll(28) as u8,
                self.roll(24) as u8,
                self.roll(60) as u8,
                self.roll(60) as u8,
            ),
            password_hash: format!("$argon${}", self.roll(1_000_000)),
        }
    }
}
