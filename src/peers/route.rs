//! Which requests an answer is for: a method, a path with names in it, and the number of the request.

use super::answer::Answer;

/// The answers to the requests for one path, in order; the last one is given again and again.
#[derive(Clone, Debug)]
pub struct Route {
    method: Option<String>,
    path: String,
    answers: Vec<Answer>,
}

impl Route {
    /// A route for a path such as `/products/{id}`, any method. `{id}` stands for one part of the path; `/*` at the end for
    /// all that follows. A query is not looked at unless the path here has one.
    pub fn new(path: impl Into<String>) -> Self {
        Self {
            method: None,
            path: path.into(),
            answers: Vec::new(),
        }
    }

    /// The same route for one method only.
    pub fn method(self, method: impl Into<String>) -> Self {
        Self {
            method: Some(method.into()),
            ..self
        }
    }

    /// The answer to the next request that has none yet, and to those after it until another is added.
    pub fn then(mut self, answer: Answer) -> Self {
        self.answers.push(answer);
        self
    }

    /// The same answer to `times` requests.
    pub fn then_times(mut self, times: usize, answer: &Answer) -> Self {
        self.answers.extend(vec![answer.clone(); times]);
        self
    }

    /// The names in the path with what stands in their place, or nothing if the request is for another route.
    pub(super) fn fits(&self, method: &str, target: &str) -> Option<Vec<(String, String)>> {
        if self.method.as_ref().is_some_and(|known| known != method) {
            return None;
        }
        let asked = match self.path.contains('?') {
            true => target,
            false => target.split('?').next().unwrap_or(target),
        };
        let mut names = Vec::new();
        let mut parts = asked.split('/');
        for known in self.path.split('/') {
            if known == "*" {
                return Some(names);
            }
            let part = parts.next()?;
            let name = known
                .strip_prefix('{')
                .and_then(|name| name.strip_suffix('}'));
            match name {
                Some(name) if !part.is_empty() => names.push((name.to_owned(), part.to_owned())),
                None if part == known => {}
                _ => return None,
            }
        }
        parts.next().is_none().then_some(names)
    }

    /// The answer to request number `n`, counted from 1.
    pub(super) fn answer(&self, n: usize) -> Option<&Answer> {
        self.answers.get(n - 1).or(self.answers.last())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_for_one_part_of_the_path() {
        let route = Route::new("/products/{id}").method("GET");
        assert_eq!(
            route.fits("GET", "/products/7?a=b"),
            Some(vec![("id".into(), "7".into())])
        );
        for other in ["/products", "/products/", "/products/7/x", "/x/7"] {
            assert_eq!(route.fits("GET", other), None, "{other}");
        }
        assert_eq!(route.fits("POST", "/products/7"), None);
        assert!(Route::new("/*").fits("PUT", "/a/b/c").is_some());
    }

    #[test]
    fn the_last_answer_is_given_again() {
        let route = Route::new("/")
            .then_times(2, &Answer::status(503))
            .then(Answer::status(200));
        let given: Vec<u16> = (1..=4)
            .filter_map(|n| Some(route.answer(n)?.status))
            .collect();
        assert_eq!(given, [503, 503, 200, 200]);
    }
}
